//! Is the scoring any good: metrics over scores with outcomes, drift, and the feedback into weights.

mod error;

pub use error::EvaluateError;
