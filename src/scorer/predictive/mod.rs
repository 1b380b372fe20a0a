//! Learned from past conversions.

#[cfg(feature = "train")]
mod fit;
#[cfg(feature = "train")]
mod train_error;

#[cfg(feature = "train")]
pub use fit::{
    AlphaChoice, AlphaRow, ClassWeight, CoefficientRow, CrossValidated, CrossValidation, FoldSplit,
    LogisticFit, LogisticSpec, LogisticSummary, Penalty, Separation, TrainingMatrix,
};
#[cfg(feature = "train")]
pub use train_error::TrainError;
