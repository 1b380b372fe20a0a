use super::by_block::{CellsOfRows, NotesOfRows};
use super::shape::{Head, NO_BAND, Shape};
use super::{Dimension, Score, ScoreVector};
use std::sync::Arc;

/// The score vectors of many leads, in the order in which the leads were given.
#[derive(Clone, Debug)]
pub struct ScoreMatrix {
    pub(crate) shape: Arc<Shape>,
    pub(crate) rows: usize,
    pub(crate) cells: CellsOfRows,
    /// [`Shape::label_width`] for each lead.
    pub(crate) labels: Vec<u16>,
    /// One for each lead; of no meaning where the model has no composite.
    pub(crate) composites: Vec<f64>,
    pub(crate) notes: NotesOfRows,
}

impl ScoreMatrix {
    pub(crate) fn empty(shape: Arc<Shape>, rows: usize) -> Self {
        // Zeros that nobody writes or reads need no memory: what a model does not have costs nothing.
        let composites = if shape.has_composite {
            vec![f64::NAN; rows]
        } else {
            vec![0.0; rows]
        };
        let labels = if shape.band_count() > 0 {
            vec![NO_BAND; rows * shape.label_width()]
        } else {
            vec![0; rows]
        };
        Self {
            cells: CellsOfRows::new(rows, shape.dimensions.len()),
            notes: NotesOfRows::new(rows),
            rows,
            labels,
            composites,
            shape,
        }
    }

    /// Leaves out all but the first leads.
    pub(crate) fn truncate(&mut self, rows: usize) {
        self.cells.truncate(rows);
        self.labels.truncate(rows * self.shape.label_width());
        self.composites.truncate(rows);
        self.notes.truncate(rows);
        self.rows = self.rows.min(rows);
    }

    /// The composite of a lead, NaN for none.
    pub(super) fn composite_of(&self, row: usize) -> f64 {
        let composite = self.composites.get(row).copied();
        composite
            .filter(|_| self.shape.has_composite)
            .unwrap_or(f64::NAN)
    }

    /// How many leads there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The dimensions, in the model's order.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.shape.dimensions
    }

    /// The vector of the lead at a position.
    #[must_use]
    pub fn vector(&self, row: usize) -> Option<ScoreVector> {
        let head = Head {
            composite: self.composite_of(row),
            notes: self.notes.get(row).cloned().map(Box::new),
        };
        let labels = self.shape.label_width();
        let cells = self.cells.row(row)?;
        let bands = self.labels.get(row * labels..(row + 1) * labels)?;
        Some(ScoreVector::new(
            Arc::clone(&self.shape),
            cells,
            bands.get(..self.shape.band_count())?,
            head,
        ))
    }

    /// All vectors, in the order of the leads.
    pub fn vectors(&self) -> impl Iterator<Item = ScoreVector> {
        (0..self.len()).filter_map(|row| self.vector(row))
    }

    /// The machine scores of a named dimension, in the order of the leads; `None` where there is no such dimension.
    #[must_use]
    pub fn column(&self, dimension: &str) -> Option<impl ExactSizeIterator<Item = Option<Score>>> {
        let place = self.shape.dimension(dimension)?;
        let score = move |row| Score::saturating(self.cells.get(row, place)?.score);
        Some((0..self.rows).map(score))
    }

    /// The composites, in the order of the leads.
    #[must_use]
    pub fn composites(&self) -> impl ExactSizeIterator<Item = Option<Score>> {
        (0..self.rows).map(|row| Score::saturating(self.composite_of(row)))
    }
}
