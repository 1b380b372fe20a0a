//! Drift: whether leads, scores and conversion rates are still what they were.

mod baseline;
mod calibration;
mod finding;
mod psi;
mod report;
mod snapshot;
mod spec;

pub use baseline::DriftBaseline;
pub use calibration::{BandOutcome, CalibrationBand, CalibrationDrift};
pub use finding::{DriftFinding, DriftReason, DriftVerdict};
pub use psi::{Psi, PsiBin, PsiFlag, PsiSpec};
pub use report::{DriftReport, FeatureDrift, MissingDrift, OutsideValues};
pub use snapshot::FeatureKind;
pub use spec::DriftSpec;

pub(crate) use snapshot::attribute_sample;
