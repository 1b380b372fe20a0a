use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// A score from 0 to 100: finite, totally ordered, higher is better.
///
/// Never rounded; `{:.1}` rounds for display.
///
/// # Examples
/// ```
/// use lead_scoring::Score;
///
/// let score = Score::new(72.25)?;
/// assert_eq!(format!("{score:.1}"), "72.2");
/// assert!(score > Score::saturating(-5.0).unwrap_or(Score::MAX));
/// assert_eq!(
///     Score::new(101.0).unwrap_err().to_string(),
///     "a score must be between 0 and 100, got `101`",
/// );
/// # Ok::<(), lead_scoring::ScoreError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Score(f64);

impl Score {
    /// The lowest score, 0.
    pub const MIN: Self = Self(0.0);
    /// The highest score, 100.
    pub const MAX: Self = Self(100.0);

    /// A score of that value.
    ///
    /// # Errors
    /// A value outside 0 to 100, or NaN.
    pub fn new(value: f64) -> Result<Self, ScoreError> {
        if (0.0..=100.0).contains(&value) {
            Ok(Self(value + 0.0))
        } else {
            Err(ScoreError { given: value })
        }
    }

    /// The value brought into 0 to 100; `None` for NaN.
    #[must_use]
    pub fn saturating(value: f64) -> Option<Self> {
        // Adding zero turns -0.0 into 0.0.
        (!value.is_nan()).then(|| Self(value.clamp(0.0, 100.0) + 0.0))
    }

    /// The value, 0 to 100.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<Score> for f64 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl TryFrom<f64> for Score {
    type Error = ScoreError;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

/// A number that is no score.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a score must be between 0 and 100, got `{given}`")]
pub struct ScoreError {
    given: f64,
}
