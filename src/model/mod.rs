//! Many judges in one model: specs, composites, labels and batches.

mod batch;
mod build;
mod composite;
mod label;
mod matrix;
mod model;
mod percentile;
mod problem;
mod roll_up;
mod spec;

pub use build::Externals;
pub use composite::{CompositeMethod, CompositeSpec};
pub use label::{AutoQualifySpec, BandSpec, LabelOn, LabelSpec};
pub use matrix::{AxisSpec, MatrixSpec};
pub use model::ScoreModel;
pub use percentile::PercentileSpec;
pub use problem::{SpecError, SpecProblem};
pub use roll_up::{Member, RollUp, RollUpMethod, RollUpSpec};
pub use spec::{DimensionSpec, ModelSpec, NestedModel};

pub(crate) use problem::Problems;
