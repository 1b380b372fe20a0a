//! Learned from past conversions.

mod calibration;
mod case;
mod change;
#[cfg(feature = "train")]
mod design;
mod encoder;
mod encoding;
mod feature;
#[cfg(feature = "train")]
mod fit;
mod naive_bayes;
mod predictive_model;
mod predictive_scorer;
#[cfg(feature = "train")]
mod predictive_spec;
mod propensity;
mod table;
#[cfg(feature = "train")]
mod train_error;
#[cfg(feature = "train")]
mod trained;
#[cfg(feature = "train")]
mod training_set;
#[cfg(feature = "train")]
mod verdict;

pub use calibration::{
    Calibration, CalibrationError, IsotonicRegression, Knot, PlattScaling, PriorCorrection,
};
#[cfg(feature = "train")]
pub use design::DesignMatrix;
pub use encoder::Encoder;
pub use encoding::{Category, EncodedColumn, FeatureEncoding};
pub use feature::{FeatureSpec, Measure, MissingValue, Unseen};
#[cfg(feature = "train")]
pub use fit::{
    AlphaChoice, AlphaRow, ClassWeight, CoefficientRow, CrossValidated, CrossValidation, FoldSplit,
    LogisticFit, LogisticSpec, LogisticSummary, Penalty, Separation, TrainingMatrix,
};
pub(crate) use naive_bayes::NaiveBayesOfTable;
pub use naive_bayes::{
    LearnError, NaiveBayesAttribute, NaiveBayesCounts, NaiveBayesLevels, NaiveBayesScorer,
    NaiveBayesSpec, NaiveBayesTable, OutcomeCounts,
};
pub use predictive_model::{ColumnCoefficient, PredictiveModel, TrainedOn};
pub use predictive_scorer::{PredictiveScorer, WidthError};
#[cfg(feature = "train")]
pub use predictive_spec::PredictiveSpec;
pub use propensity::{HazardPeriod, HorizonError, PropensityModel, PropensityScorer};
#[cfg(feature = "train")]
pub use propensity::{ObservedPeriod, PropensitySpec, TrainedPropensity};
pub(crate) use table::{PredictiveBlock, PredictiveOfTable};
#[cfg(feature = "train")]
pub use train_error::TrainError;
#[cfg(feature = "train")]
pub use trained::Trained;
#[cfg(feature = "train")]
pub use training_set::{LeftOutRows, Split, SplitSet, TrainingRow, TrainingSet, TrainingSetSpec};
#[cfg(feature = "train")]
pub use verdict::{Readiness, Verdict, VerdictData, VerdictReason, VerdictSpec};
