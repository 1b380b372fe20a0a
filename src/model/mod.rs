//! Many judges in one model: specs, composites, labels and batches.

mod batch;
mod build;
mod change;
mod composite;
mod explain;
mod judge;
mod judging_order;
mod label;
mod matrix;
mod model;
mod percentile;
mod problem;
mod roll_up;
mod rule_hits;
mod segment;
mod spec;
mod stage;
mod state_condition;

pub use batch::{Progress, Stopped};
pub use build::Externals;
pub use change::{Change, ChangeError, Standing, What};
pub use composite::{CompositeMethod, CompositeSpec};
pub use label::{AutoQualifySpec, BandSpec, LabelOn, LabelSpec};
pub use matrix::{AxisSpec, MatrixSpec};
pub use model::ScoreModel;
pub use percentile::PercentileSpec;
pub use problem::{SpecError, SpecProblem};
pub use roll_up::{Member, RollUp, RollUpMethod, RollUpSpec};
pub use segment::{
    DisqualifiedLeads, SegmentChange, SegmentMean, SegmentSpec, SegmentSummary, Segments,
    SegmentsSpec,
};
pub use spec::{DimensionSpec, ModelSpec, NestedModel};
pub use stage::{
    Crossing, Direction, StageChange, StageSpec, StageState, Stages, StagesSpec, Transition,
};
pub use state_condition::{Because, NumberCondition, PopulationError, StateCondition};

pub(crate) use problem::Problems;
pub(crate) use state_condition::in_blocks;
