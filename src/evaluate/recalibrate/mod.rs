//! Points anew: what outcomes say that the rules of a model should give.

mod change;
mod columns;
mod learn;
mod place;
mod recalibration;
mod rule;
mod spec;

pub use change::{ChangeReason, PointsChange};
pub use recalibration::{Recalibration, RecalibrationQuality};
pub use spec::{RecalibrationSpec, WrongSignPolicy};
