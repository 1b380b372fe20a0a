//! Learned from past conversions.

#[cfg(feature = "train")]
mod train_error;

#[cfg(feature = "train")]
pub use train_error::TrainError;
