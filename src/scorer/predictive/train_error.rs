use crate::model::Problems;
use std::fmt;

/// A training that cannot be done: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainError {
    place: String,
    message: String,
}

impl TrainError {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }

    /// The first of the problems, if there are any.
    pub(crate) fn first_of(problems: Problems) -> Result<(), Self> {
        problems.into_result(()).map_err(|error| {
            let first = error.problems().first();
            first.map_or_else(
                || Self::new("", error.to_string()),
                |problem| Self::new(problem.path(), problem.message()),
            )
        })
    }

    /// The part of the input, such as `columns[3]`; empty for the whole.
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

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.place, self.message)
        }
    }
}

impl std::error::Error for TrainError {}
