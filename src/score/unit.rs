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
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Score => "score",
            Self::Points => "points",
            Self::GradeSteps => "grade steps",
        })
    }
}
