//! Logistic regression, fitted to a matrix.

mod blocks;
mod cholesky;
mod columns;
mod cross_validation;
mod folds;
mod line_search;
mod linfa;
mod logistic;
mod logistic_fit;
mod loss;
mod refine;
mod sample;
mod separation;
mod spec;
mod summary;
mod training;
mod training_matrix;

pub use cross_validation::{AlphaChoice, AlphaRow, CrossValidated, CrossValidation, FoldSplit};
pub use logistic_fit::LogisticFit;
pub use separation::Separation;
pub use spec::{ClassWeight, LogisticSpec, Penalty};
pub use summary::{CoefficientRow, LogisticSummary};
pub use training_matrix::TrainingMatrix;

#[cfg(test)]
mod tests;
