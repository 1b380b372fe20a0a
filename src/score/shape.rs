use super::Dimension;
use std::sync::Arc;

/// What the vectors of one model have in common.
#[derive(Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) has_composite: bool,
    pub(crate) labels: Vec<LabelShape>,
}

/// The names of one set of labels, lowest first.
#[derive(Debug, PartialEq)]
pub(crate) struct LabelShape {
    pub(crate) name: Arc<str>,
    pub(crate) bands: Vec<Arc<str>>,
}

impl Shape {
    pub(crate) fn dimension(&self, name: &str) -> Option<usize> {
        self.dimensions
            .iter()
            .position(|dimension| dimension.name() == name)
    }

    pub(crate) fn label(&self, name: &str) -> Option<usize> {
        self.labels
            .iter()
            .position(|labels| labels.name.as_ref() == name)
    }

    /// How many label positions a row has; at least one, so that rows can be split evenly.
    pub(crate) fn label_width(&self) -> usize {
        self.labels.len().max(1)
    }
}

/// One dimension of one lead. `NaN` stands for none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) score: f64,
    pub(crate) raw: f64,
}

impl Cell {
    pub(crate) const NONE: Self = Self {
        score: f64::NAN,
        raw: f64::NAN,
    };
}

/// No band.
pub(crate) const NO_BAND: u16 = u16::MAX;

/// What only some leads have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
    pub(crate) disqualified: Vec<Arc<str>>,
    /// Overrides in force, by dimension; `None` is the composite.
    pub(crate) manual: Vec<(Option<usize>, crate::lead::ManualOverride)>,
    /// Label sets lifted by a hand-raiser, with the reason.
    pub(crate) lifted: Vec<(usize, Arc<str>)>,
}

impl Notes {
    pub(crate) fn is_empty(&self) -> bool {
        self.disqualified.is_empty() && self.manual.is_empty() && self.lifted.is_empty()
    }
}

/// What a row has beside its cells and labels.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) composite: f64,
    pub(crate) notes: Option<Box<Notes>>,
}

impl Head {
    pub(crate) const NONE: Self = Self {
        composite: f64::NAN,
        notes: None,
    };
}
