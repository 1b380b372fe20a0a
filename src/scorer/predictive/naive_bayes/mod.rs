//! Naive Bayes over categorical attributes: for the first few dozen conversions.

mod build;
mod category;
mod counts;
mod learn;
mod learn_error;
mod naive_bayes_scorer;
mod of_table;
mod spec;
mod table;

pub use counts::{NaiveBayesCounts, NaiveBayesLevels, NaiveBayesTable, OutcomeCounts};
pub use learn_error::LearnError;
pub use naive_bayes_scorer::NaiveBayesScorer;
pub use spec::{NaiveBayesAttribute, NaiveBayesSpec};

pub(crate) use of_table::NaiveBayesOfTable;
