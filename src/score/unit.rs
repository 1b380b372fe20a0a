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
    /// A share of a whole, 0 to 1.
    Share,
    /// A number of things.
    Count,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Score => "score",
            Self::Points => "points",
            Self::Share => "share",
            Self::Count => "count",
        })
    }
}
