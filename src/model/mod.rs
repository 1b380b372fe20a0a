//! Many judges in one model: specs, composites, labels and batches.

mod batch;
mod build;
mod change;
mod composite;
mod label;
mod model;
mod problem;
mod spec;

pub use build::Externals;
pub use change::{Change, ChangeError, Standing, What};
pub use composite::{CompositeMethod, CompositeSpec};
pub use label::{AutoQualifySpec, BandSpec, LabelOn, LabelSpec};
pub use model::ScoreModel;
pub use problem::{SpecError, SpecProblem};
pub use spec::{DimensionSpec, ModelSpec, NestedModel};

pub(crate) use problem::Problems;
