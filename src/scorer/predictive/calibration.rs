//! From scores to probabilities that come true.

mod isotonic;
mod platt;
mod prior;
mod sample;

pub use isotonic::{IsotonicRegression, Knot};
pub use platt::PlattScaling;
pub use prior::PriorCorrection;

use serde::{Deserialize, Serialize};
use std::fmt;

/// A probability, 0 to 1, made of a score: what leads of such a score really came to.
///
/// Learned from leads that took no part in training, with their outcomes: what a model says of its own training leads
/// is too sure. It takes the scale that it was learned on, any scorer's; the scorers of this library that hold one
/// hand it their log-odds. Small and without a version of its own: it stands in a model that has one, and is checked
/// when it is read.
///
/// | method | shape | when |
/// | --- | --- | --- |
/// | [`PlattScaling`] | a logistic curve of two numbers | few held-out leads, or a score that is too sure or not sure enough |
/// | [`IsotonicRegression`] | any rising curve | a thousand held-out leads or more |
/// | [`PriorCorrection`] | the same log-odds, shifted | training on a sample of another conversion rate |
///
/// # Examples
/// ```
/// use lead_scoring::{Calibration, PlattScaling};
///
/// // Log-odds that are twice too sure: of those at 4 one in eight does not convert.
/// let mut scores = Vec::new();
/// let mut outcomes = Vec::new();
/// for (log_odds, converted) in [(-4.0, 12), (-2.0, 27), (0.0, 50), (2.0, 73), (4.0, 88)] {
///     for lead in 0..100 {
///         scores.push(log_odds);
///         outcomes.push(lead < converted);
///     }
/// }
/// let calibration = Calibration::from(PlattScaling::fit(&scores, &outcomes)?);
/// assert!((calibration.apply(4.0) - 0.88).abs() < 0.01);
///
/// let json = serde_json::to_string(&calibration)?;
/// assert!(json.starts_with(r#"{"method":"platt","slope":0.49"#), "{json}");
/// assert_eq!(serde_json::from_str::<Calibration>(&json)?, calibration);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Calibration {
    /// Platt scaling.
    Platt(PlattScaling),
    /// Isotonic regression.
    Isotonic(IsotonicRegression),
    /// Prior correction.
    Prior(PriorCorrection),
}

impl Calibration {
    /// The largest size of a score: 1e12. One beyond it counts as that.
    pub const LARGEST: f64 = crate::score::LARGEST;

    /// The probability of a score, 0 to 1; NaN for NaN alone.
    #[must_use]
    pub fn apply(&self, score: f64) -> f64 {
        match self {
            Self::Platt(platt) => platt.apply(score),
            Self::Isotonic(isotonic) => isotonic.apply(score),
            Self::Prior(prior) => prior.apply(score),
        }
    }
}

impl From<PlattScaling> for Calibration {
    fn from(platt: PlattScaling) -> Self {
        Self::Platt(platt)
    }
}

impl From<IsotonicRegression> for Calibration {
    fn from(isotonic: IsotonicRegression) -> Self {
        Self::Isotonic(isotonic)
    }
}

impl From<PriorCorrection> for Calibration {
    fn from(prior: PriorCorrection) -> Self {
        Self::Prior(prior)
    }
}

/// What it does, in a few words.
impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platt(platt) => platt.fmt(f),
            Self::Isotonic(isotonic) => isotonic.fmt(f),
            Self::Prior(prior) => prior.fmt(f),
        }
    }
}

/// A calibration that cannot be learned or read: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalibrationError {
    place: String,
    message: String,
}

impl CalibrationError {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }

    /// The part of the input, such as `scores[3]`; empty for the whole.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for CalibrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.place, self.message)
        }
    }
}

impl std::error::Error for CalibrationError {}
