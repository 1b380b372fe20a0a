use serde::{Deserialize, Serialize};
use std::fmt;

/// What to do about drift.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum DriftVerdict {
    /// Nothing.
    #[default]
    Ok,
    /// Look at what has changed.
    Look,
    /// Train anew, or set the points anew.
    Retrain,
}

impl fmt::Display for DriftVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Look => "look",
            Self::Retrain => "retrain",
        })
    }
}

/// One reason of a verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftReason {
    /// The verdict that it alone would give. A reason with [`DriftVerdict::Ok`] is a remark.
    pub verdict: DriftVerdict,
    /// The attribute, or the dimension.
    pub of: String,
    /// What was found.
    pub finding: DriftFinding,
}

/// What was found of a feature or a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DriftFinding {
    /// Its values are spread otherwise.
    Psi {
        /// The population stability index.
        value: f64,
        /// What chance alone exceeds in one of twenty comparisons of samples of that size.
        by_chance: f64,
    },
    /// It is missing more often, or less often.
    Missing {
        /// Share that was missing, 0 to 1.
        expected: f64,
        /// Share that is missing, 0 to 1.
        actual: f64,
    },
    /// It has values that it did not have.
    Outside {
        /// Share of the known values, 0 to 1.
        share: f64,
    },
    /// Its bands convert at other rates.
    Calibration {
        /// Conversion rate to be expected, 0 to 1.
        expected_rate: f64,
        /// Conversion rate observed, 0 to 1.
        observed_rate: f64,
        /// Mean distance of the two over the bands, 0 to 1.
        gap: f64,
        /// Chance of such gaps where nothing has changed.
        p_value: f64,
    },
    /// All its values fell into one bin, so that the PSI cannot see anything.
    OneBin,
    /// It has no known values in one of the populations, so that there is no PSI.
    NotKnown,
}

impl fmt::Display for DriftFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Psi { value, by_chance } if value > by_chance => write!(f, "PSI {value:.3}"),
            Self::Psi { value, by_chance } => write!(
                f,
                "PSI {value:.3}, but with so few leads chance alone reaches {by_chance:.3}"
            ),
            Self::Missing { expected, actual } => write!(
                f,
                "missing in {:.1} % instead of {:.1} %",
                100.0 * actual,
                100.0 * expected
            ),
            Self::Outside { share } => write!(
                f,
                "{:.1} % of the known values lie outside those expected",
                100.0 * share
            ),
            Self::Calibration {
                expected_rate,
                observed_rate,
                gap,
                p_value,
            } => write!(
                f,
                "converts at {:.2} % instead of {:.2} %, bands are {:.2} points off (p = {p_value:.4})",
                100.0 * observed_rate,
                100.0 * expected_rate,
                100.0 * gap
            ),
            Self::OneBin => f.write_str("all values were in one bin, the PSI cannot see anything"),
            Self::NotKnown => f.write_str("no known values to compare"),
        }
    }
}

impl fmt::Display for DriftReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.verdict, self.of, self.finding)
    }
}
