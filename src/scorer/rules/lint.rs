use super::build::Resolved;
use super::spec::RulesSpec;
use std::fmt;

/// Something odd about a spec that is not wrong: returned beside what was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    path: String,
    message: String,
}

impl Lint {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    /// The place in the spec.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is odd there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

pub(super) fn lint(_: &RulesSpec, _: &Resolved, _: &str) -> Vec<Lint> {
    Vec::new()
}
