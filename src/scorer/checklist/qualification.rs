use crate::score::Score;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// What a checklist says of one lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Qualification {
    /// The score over what is known, 0 to 100; `None` where no answer is known.
    pub score: Option<Score>,
    /// The share of all weight that is answered, 0 to 1.
    pub coverage: f64,
    /// The questions whose answers are worth enough, in the order of the checklist.
    pub met: Vec<Arc<str>>,
    /// The questions that are answered, but not by enough.
    pub unmet: Vec<Arc<str>>,
    /// How many must be met.
    pub needed: u32,
    /// Whether so many are met.
    pub qualified: bool,
    /// What is not known and should be asked next: the weightiest first, equal ones in the order of the checklist.
    pub open_questions: Vec<OpenQuestion>,
}

/// A question whose answer is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenQuestion {
    /// Its name.
    pub question: Arc<str>,
    /// How to put it to a lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Arc<str>>,
    /// Its weight.
    pub weight: f64,
}

/// Where a lead stands on a checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QualificationStanding {
    /// Enough is met.
    Qualified,
    /// Not enough is met so far; answers to open questions can still change that.
    Open,
    /// Not enough is met, whatever the answers to open questions.
    NotQualified,
}

impl Qualification {
    /// Where the lead stands: what is not known is still open, and never counts as no.
    #[must_use]
    pub fn standing(&self) -> QualificationStanding {
        let needed = usize::try_from(self.needed).unwrap_or(usize::MAX);
        if self.qualified {
            QualificationStanding::Qualified
        } else if self.met.len() + self.open_questions.len() >= needed {
            QualificationStanding::Open
        } else {
            QualificationStanding::NotQualified
        }
    }
}

impl fmt::Display for QualificationStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Qualified => "qualified",
            Self::Open => "open",
            Self::NotQualified => "not qualified",
        })
    }
}
