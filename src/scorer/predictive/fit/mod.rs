//! Logistic regression, fitted to a matrix.

mod blocks;
mod cholesky;
mod columns;
mod line_search;
mod linfa;
mod logistic;
mod logistic_fit;
mod loss;
mod refine;
mod sample;
mod separation;
mod spec;
mod training;
mod training_matrix;

pub use logistic_fit::LogisticFit;
pub use separation::Separation;
pub use spec::{ClassWeight, LogisticSpec, Penalty};
pub use training_matrix::TrainingMatrix;
