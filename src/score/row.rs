use super::shape::{Cell, NO_BAND, Notes, Shape};
use super::{Score, ScoreMatrix, ScoreVector};
use std::sync::Arc;

/// One lead's results, lent by a vector or by a row of a matrix. `None` as a dimension stands for the composite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scored<'s> {
    shape: &'s Arc<Shape>,
    cells: &'s [Cell],
    labels: &'s [u16],
    composite: f64,
    notes: Option<&'s Notes>,
}

impl<'s> Scored<'s> {
    pub(super) fn new(
        shape: &'s Arc<Shape>,
        cells: &'s [Cell],
        labels: &'s [u16],
        (composite, notes): (f64, Option<&'s Notes>),
    ) -> Self {
        Self {
            shape,
            cells,
            labels,
            composite,
            notes,
        }
    }

    /// Whether it was given by a model of that shape.
    pub(crate) fn is_of(&self, shape: &Arc<Shape>) -> bool {
        Arc::ptr_eq(self.shape, shape) || self.shape == shape
    }

    /// The machine score.
    pub(crate) fn score(&self, of: Option<usize>) -> Option<f64> {
        let score = match of {
            None => Some(self.composite),
            Some(place) => self.cells.get(place).map(|cell| cell.score),
        };
        score.and_then(Score::saturating).map(Score::get)
    }

    /// The manual score while it is in force, else the machine score.
    pub(crate) fn effective(&self, of: Option<usize>) -> Option<f64> {
        self.manual(of).or_else(|| self.score(of))
    }

    /// The manual score that is in force.
    pub(crate) fn manual(&self, of: Option<usize>) -> Option<f64> {
        let mut manual = self.notes.into_iter().flat_map(|notes| &notes.manual);
        let (_, manual) = manual.rfind(|(dimension, _)| *dimension == of)?;
        Some(manual.score.get())
    }

    /// The percentile of the effective score, where the model has ranks of it.
    pub(crate) fn percentile(&self, of: Option<usize>) -> Option<f64> {
        Some(self.shape.ranks(of)?.of(self.effective(of)?))
    }

    /// The raw value of a dimension.
    pub(crate) fn raw(&self, place: usize) -> Option<f64> {
        let cell = self.cells.get(place)?;
        (!cell.raw.is_nan()).then_some(cell.raw)
    }

    /// The band of a set of labels, lowest first.
    pub(crate) fn band(&self, set: usize) -> Option<usize> {
        let band = *self.labels.get(set)?;
        (band != NO_BAND).then_some(usize::from(band))
    }

    /// Whether a hand-raiser lifted the label.
    pub(crate) fn is_lifted(&self, set: usize) -> bool {
        self.notes
            .is_some_and(|notes| notes.lifted.iter().any(|(of, _)| *of == set))
    }

    /// The reasons for which the lead is disqualified.
    pub(crate) fn disqualified(&self) -> &'s [Arc<str>] {
        self.notes.map_or(&[], |notes| &notes.disqualified)
    }
}

impl ScoreVector {
    pub(crate) fn scored(&self) -> Scored<'_> {
        let (shape, cells, labels, head) = self.lent();
        let beside = (head.composite, head.notes.as_deref());
        Scored::new(shape, cells, labels, beside)
    }
}

impl ScoreMatrix {
    pub(crate) fn scored(&self, row: usize) -> Option<Scored<'_>> {
        let labels = self.shape.label_width();
        let cells = self.cells.row(row)?;
        let bands = self.labels.get(row * labels..(row + 1) * labels)?;
        let beside = (self.composite_of(row), self.notes.get(row));
        Some(Scored::new(&self.shape, cells, bands, beside))
    }
}
