use super::{Dimension, Ranks};
use std::sync::Arc;

/// What the vectors of one model have in common.
#[derive(Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) has_composite: bool,
    pub(crate) labels: Vec<LabelShape>,
    /// Each has the bands of its two axes after those of the labels.
    pub(crate) matrices: Vec<MatrixShape>,
    /// Percentile ranks, by dimension; `None` is the composite.
    pub(crate) percentiles: Vec<(Option<usize>, Ranks)>,
}

/// The names of one matrix; bands lowest first, cells by row.
#[derive(Debug, PartialEq)]
pub(crate) struct MatrixShape {
    pub(crate) name: Arc<str>,
    pub(crate) rows: Vec<Arc<str>>,
    pub(crate) columns: Vec<Arc<str>>,
    pub(crate) codes: Vec<Arc<str>>,
    pub(crate) names: Vec<Option<Arc<str>>>,
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

    pub(crate) fn matrix(&self, name: &str) -> Option<usize> {
        self.matrices
            .iter()
            .position(|matrix| matrix.name.as_ref() == name)
    }

    /// Where a matrix's two axes stand among the bands of a row.
    pub(crate) fn bands(&self, matrix: usize, bands: &[u16]) -> Option<(usize, usize)> {
        let first = self.labels.len() + 2 * matrix;
        let (row, column) = (bands.get(first)?, bands.get(first + 1)?);
        Some((usize::from(*row), usize::from(*column)))
    }

    /// The percentile ranks of a dimension, or of the composite.
    pub(crate) fn ranks(&self, of: Option<usize>) -> Option<&Ranks> {
        let mut percentiles = self.percentiles.iter();
        percentiles
            .find(|(own, _)| *own == of)
            .map(|(_, ranks)| ranks)
    }

    /// How many bands a row has, those of the matrices' axes included.
    pub(crate) fn band_count(&self) -> usize {
        self.labels.len() + 2 * self.matrices.len()
    }

    /// How many label positions a row has; at least one, so that rows can be split evenly.
    pub(crate) fn label_width(&self) -> usize {
        self.band_count().max(1)
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
    /// Notes a reason to disqualify, once.
    pub(crate) fn disqualify(notes: &mut Option<Box<Self>>, reason: &Arc<str>) {
        let notes = notes.get_or_insert_default();
        if !notes.disqualified.contains(reason) {
            notes.disqualified.push(Arc::clone(reason));
        }
    }

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
