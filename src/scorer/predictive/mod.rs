//! Learned from past conversions.

mod calibration;
mod encoder;
mod encoding;
mod feature;
mod naive_bayes;
mod predictive_model;
mod predictive_scorer;
#[cfg(feature = "train")]
mod train_error;

pub use calibration::{
    Calibration, CalibrationError, IsotonicRegression, Knot, PlattScaling, PriorCorrection,
};
pub use encoder::Encoder;
pub use encoding::{Category, EncodedColumn, FeatureEncoding};
pub use feature::{FeatureSpec, Measure, MissingValue, Unseen};
pub use naive_bayes::{
    LearnError, NaiveBayesAttribute, NaiveBayesCounts, NaiveBayesLevels, NaiveBayesScorer,
    NaiveBayesSpec, NaiveBayesTable, OutcomeCounts,
};
pub use predictive_model::{ColumnCoefficient, PredictiveModel, TrainedOn};
pub use predictive_scorer::{PredictiveScorer, WidthError};
#[cfg(feature = "train")]
pub use train_error::TrainError;
