use std::fmt;

/// An evaluation that cannot be made: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluateError {
    place: String,
    message: String,
}

impl EvaluateError {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }

    /// The part of the input, such as `scores[3]`; empty for the whole.
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

impl fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.place, self.message)
        }
    }
}

impl std::error::Error for EvaluateError {}

#[cfg(feature = "train")]
impl From<crate::scorer::TrainError> for EvaluateError {
    fn from(error: crate::scorer::TrainError) -> Self {
        Self::new(error.place(), error.message())
    }
}

impl From<crate::model::SpecError> for EvaluateError {
    /// All problems of the spec, one a line.
    fn from(error: crate::model::SpecError) -> Self {
        Self::new("", error.to_string())
    }
}
