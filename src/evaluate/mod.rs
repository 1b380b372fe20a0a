//! Is the scoring any good: metrics over scores with outcomes, drift, and the feedback into weights.

mod bins;
mod drift;
mod error;
mod tail;
mod weight;

pub use bins::*;
pub use drift::*;
pub use error::EvaluateError;
pub use weight::*;
