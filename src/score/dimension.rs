use super::Unit;
use serde::Serialize;
use std::sync::Arc;

/// One named aspect of a score vector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dimension {
    name: Arc<str>,
    unit: Unit,
}

impl Dimension {
    pub(crate) fn new(name: &str, unit: Unit) -> Self {
        Self {
            name: name.into(),
            unit,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its raw values count.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    pub(crate) fn label(&self) -> &Arc<str> {
        &self.name
    }
}
