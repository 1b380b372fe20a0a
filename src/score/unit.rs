use serde::{Deserialize, Serialize};
use std::fmt;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unit {
    /// A score, 0 to 100.
    Score,
    /// Points of rules: any size, may be negative.
    Points,
    /// Thirds of a letter of a grade above F, 0 to 12.
    GradeSteps,
    /// An RFM cell as one number, `100 * recency + 10 * frequency + monetary`.
    Cell,
    /// A bin, counted from 1.
    Bin,
    /// Whole days.
    Days,
    /// How many.
    Count,
    /// Money, in the app's own currency.
    Amount,
    /// A share of a whole, 0 to 1.
    Share,
    /// A probability, 0 to 1.
    Probability,
    /// Log-odds, in natural logarithms.
    LogOdds,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Score => "score",
            Self::Points => "points",
            Self::GradeSteps => "grade steps",
            Self::Cell => "cell",
            Self::Bin => "bin",
            Self::Days => "days",
            Self::Count => "count",
            Self::Amount => "amount",
            Self::Share => "share",
            Self::Probability => "probability",
            Self::LogOdds => "log-odds",
        })
    }
}
