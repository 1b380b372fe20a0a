//! The chance to convert within a time, by discrete-time hazards.

mod propensity_model;
mod propensity_scorer;
#[cfg(feature = "train")]
mod propensity_spec;

pub use propensity_model::{HazardPeriod, PropensityModel};
pub use propensity_scorer::{HorizonError, PropensityScorer};
#[cfg(feature = "train")]
pub use propensity_spec::{ObservedPeriod, PropensitySpec, TrainedPropensity};
