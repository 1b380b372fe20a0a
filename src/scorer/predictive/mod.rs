//! Learned from past conversions.

mod naive_bayes;
#[cfg(feature = "train")]
mod train_error;

pub use naive_bayes::{
    LearnError, NaiveBayesAttribute, NaiveBayesCounts, NaiveBayesLevels, NaiveBayesScorer,
    NaiveBayesSpec, NaiveBayesTable, OutcomeCounts,
};
#[cfg(feature = "train")]
pub use train_error::TrainError;
