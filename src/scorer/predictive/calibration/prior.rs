use super::{Calibration, CalibrationError};
use crate::score::logistic;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The probability of log-odds that were learned where more or fewer leads converted than in truth.
///
/// ```text
/// probability = 1 / (1 + exp(-(z - ln(((1 - t) / t) (s / (1 - s))))))
/// ```
///
/// with `z` the log-odds, `t` the share of all leads that converts in truth and `s` the share in the sample that was
/// learned from, as where all conversions but few other leads were taken, or classes were weighted. Nothing is learned
/// and the order of leads stays as it is.
///
/// # References
/// King and Zeng, "Logistic Regression in Rare Events Data", *Political Analysis* 9 (2001), equation 7.
///
/// # Examples
/// ```
/// use lead_scoring::PriorCorrection;
///
/// // Learned from as many conversions as other leads; in truth 5 % convert.
/// let prior = PriorCorrection::new(0.5, 0.05)?;
/// assert!((prior.apply(0.0) - 0.05).abs() < 1e-12);
/// # Ok::<(), lead_scoring::CalibrationError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct PriorCorrection {
    sampled: f64,
    actual: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    sampled: f64,
    actual: f64,
}

impl TryFrom<Fields> for PriorCorrection {
    type Error = CalibrationError;

    fn try_from(fields: Fields) -> Result<Self, CalibrationError> {
        Self::new(fields.sampled, fields.actual)
    }
}

impl PriorCorrection {
    /// From the share that converted in the sample learned from to the share that does in truth.
    ///
    /// # Errors
    /// A share that is not more than 0 and less than 1.
    pub fn new(sampled: f64, actual: f64) -> Result<Self, CalibrationError> {
        for (place, share) in [("sampled", sampled), ("actual", actual)] {
            if !(share > 0.0 && share < 1.0) {
                return Err(CalibrationError::new(
                    place,
                    format!("must be more than 0 and less than 1, got `{share}`"),
                ));
            }
        }
        Ok(Self { sampled, actual })
    }

    /// The share of leads that converted in the sample learned from.
    #[must_use]
    pub fn sampled(&self) -> f64 {
        self.sampled
    }

    /// The share of leads that converts in truth.
    #[must_use]
    pub fn actual(&self) -> f64 {
        self.actual
    }

    /// What is taken off the log-odds, or off the intercept of a fit.
    #[must_use]
    pub fn shift(&self) -> f64 {
        let odds = |share: f64| share.ln() - (-share).ln_1p();
        odds(self.sampled) - odds(self.actual)
    }

    /// The probability of log-odds, 0 to 1.
    #[must_use]
    pub fn apply(&self, log_odds: f64) -> f64 {
        logistic(log_odds.clamp(-Calibration::LARGEST, Calibration::LARGEST) - self.shift())
    }
}

impl fmt::Display for PriorCorrection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sampled, actual) = (100.0 * self.sampled, 100.0 * self.actual);
        write!(f, "prior correction from {sampled:.2} % to {actual:.2} %")
    }
}
