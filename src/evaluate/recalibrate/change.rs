use serde::{Deserialize, Serialize};
use std::fmt;

/// What became of the points of one rule, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointsChange {
    /// Where the rule stands in the spec, such as `dimensions[0].rules.groups[2].rules[1]`, or
    /// `dimensions[1].model.dimensions[0].interest.groups[0].rules[0]`.
    pub path: String,
    /// Its dimension; `outer/inner` for one of a model that judges the dimension `outer`.
    pub dimension: String,
    /// Its group.
    pub group: String,
    /// Its id.
    pub rule: String,
    /// Old points: of the rule, of each occurrence, per value or per period; of a count the largest of its ranges.
    /// `None` for a rule without points.
    pub old: Option<f64>,
    /// New points, of the same sort.
    pub new: Option<f64>,
    /// Points as learned, neither bounded nor rounded.
    pub learned: Option<f64>,
    /// By how much the rule raises the log-odds of converting, all else equal: once its points.
    pub log_odds: Option<f64>,
    /// Rows of the history for which it holds and counts.
    pub hits: u64,
    /// Those of them that converted.
    pub converted: u64,
    /// Why it has these points.
    pub why: ChangeReason,
}

/// Why a rule has the points that it has after a recalibration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ChangeReason {
    /// They are what was learned, rounded.
    Learned,
    /// They are as near to what was learned as one step may go.
    Capped,
    /// It holds too rarely to learn from: it keeps its points.
    TooFew {
        /// How often it would have to hold.
        least: u64,
    },
    /// It is the same for all rows, so that nothing can be learned: it keeps its points.
    Alike,
    /// The evidence speaks against its sign.
    WrongSign {
        /// What becomes of it.
        policy: super::WrongSignPolicy,
    },
    /// All its ranges give 0 points: there is no size to change.
    NoPoints,
    /// It only disqualifies.
    Disqualifies,
    /// It is not enabled.
    Disabled,
    /// No rule tells anything: it keeps its points.
    NoSignal,
}

impl fmt::Display for ChangeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use super::WrongSignPolicy::{Keep, Zero};
        match self {
            Self::Learned => f.write_str("learned"),
            Self::Capped => f.write_str("capped step"),
            Self::TooFew { least } => write!(f, "kept: holds for fewer than {least} rows"),
            Self::Alike => f.write_str("kept: the same for all rows"),
            Self::WrongSign { policy: Keep } => {
                f.write_str("kept: the evidence speaks against its sign")
            }
            Self::WrongSign { policy: Zero } => {
                f.write_str("towards 0: the evidence speaks against its sign")
            }
            Self::NoPoints => f.write_str("kept: its ranges give no points"),
            Self::Disqualifies => f.write_str("kept: it only disqualifies"),
            Self::Disabled => f.write_str("kept: not enabled"),
            Self::NoSignal => f.write_str("kept: no rule tells anything"),
        }
    }
}

impl PointsChange {
    /// Whether the rule has other points than it had.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.old != self.new
    }
}
