use crate::lead::shortened;

/// An outcome that cannot be counted or taken back; the counts stay as they were.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LearnError {
    message: String,
}

impl LearnError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    pub(super) fn other_schema() -> Self {
        Self::new("the lead is of another schema than the scorer")
    }

    pub(super) fn too_many() -> Self {
        Self::new("a count must not exceed 1e12")
    }

    /// A lead of which the counts say that it was never learned so.
    pub(super) fn never(converted: bool, team: &str, what: &str) -> Self {
        let outcome = outcome(converted);
        let team = match team {
            "" => String::new(),
            team => format!(" in team `{}`", shortened(team)),
        };
        Self::new(format!(
            "the lead was not learned as {outcome}{team}: {what}"
        ))
    }
}

pub(super) fn outcome(converted: bool) -> &'static str {
    if converted {
        "converted"
    } else {
        "not converted"
    }
}
