use super::shape::{Cell, Head, Shape};
use super::{Dimension, Score, ScoreVector};
use std::cmp::Ordering;
use std::sync::Arc;

/// The score vectors of many leads, in the order in which the leads were given.
#[derive(Clone, Debug)]
pub struct ScoreMatrix {
    pub(crate) shape: Arc<Shape>,
    /// One for each dimension of each lead.
    pub(crate) cells: Vec<Cell>,
    /// [`Shape::label_width`] for each lead.
    pub(crate) labels: Vec<u16>,
    pub(crate) heads: Vec<Head>,
}

/// By what leads are ranked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RankBy<'a> {
    /// The composite where the model has one, else the first dimension.
    #[default]
    Best,
    /// The composite.
    Composite,
    /// A named dimension.
    Dimension(&'a str),
}

/// Something to rank by that a model does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RankError {
    /// There is no such dimension.
    #[error("the model has no dimension `{given}`; it has {known}")]
    Dimension {
        /// The name that was asked for.
        given: String,
        /// The names there are.
        known: String,
    },
    /// There is no composite.
    #[error("the model has no composite to rank by")]
    Composite,
}

/// What a row is ranked by.
struct Key {
    /// 0 scored, 1 abstained, 2 disqualified.
    class: u8,
    score: f64,
    raw: f64,
    row: usize,
}

impl Key {
    fn order(a: &Self, b: &Self) -> Ordering {
        a.class
            .cmp(&b.class)
            .then_with(|| b.score.total_cmp(&a.score))
            .then_with(|| b.raw.total_cmp(&a.raw))
            .then_with(|| a.row.cmp(&b.row))
    }
}

impl ScoreMatrix {
    pub(crate) fn empty(shape: Arc<Shape>, rows: usize) -> Self {
        Self {
            cells: vec![Cell::NONE; rows * shape.dimensions.len()],
            labels: vec![super::shape::NO_BAND; rows * shape.label_width()],
            heads: vec![Head::NONE; rows],
            shape,
        }
    }

    /// How many leads there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The dimensions, in the model's order.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.shape.dimensions
    }

    /// The vector of the lead at a position.
    #[must_use]
    pub fn vector(&self, row: usize) -> Option<ScoreVector> {
        let head = self.heads.get(row)?.clone();
        let (width, labels) = (self.shape.dimensions.len(), self.shape.label_width());
        let cells = self.cells.get(row * width..(row + 1) * width)?;
        let bands = self.labels.get(row * labels..(row + 1) * labels)?;
        Some(ScoreVector::new(
            Arc::clone(&self.shape),
            cells.into(),
            bands.get(..self.shape.band_count())?.into(),
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
        let cells = self.cells.iter().skip(place);
        Some(
            cells
                .step_by(self.shape.dimensions.len())
                .map(|cell| Score::saturating(cell.score)),
        )
    }

    /// The composites, in the order of the leads.
    #[must_use]
    pub fn composites(&self) -> impl ExactSizeIterator<Item = Option<Score>> {
        self.heads
            .iter()
            .map(|head| Score::saturating(head.composite))
    }

    /// Positions of all leads, best first: scored before abstained before disqualified, then by score (the manual one
    /// while it is in force), by raw value, and in the order in which they were given.
    ///
    /// # Errors
    /// A dimension or composite that the model does not have.
    pub fn ranked(&self, by: RankBy<'_>) -> Result<Vec<usize>, RankError> {
        let mut keys = self.keys(by)?;
        keys.sort_unstable_by(Key::order);
        Ok(keys.into_iter().map(|key| key.row).collect())
    }

    /// Positions of the best leads, best first, at most `count`: the beginning of [`ranked`](ScoreMatrix::ranked),
    /// found without sorting the rest.
    ///
    /// # Errors
    /// A dimension or composite that the model does not have.
    pub fn top(&self, count: usize, by: RankBy<'_>) -> Result<Vec<usize>, RankError> {
        let mut keys = self.keys(by)?;
        if count < keys.len() {
            keys.select_nth_unstable_by(count, Key::order);
            keys.truncate(count);
        }
        keys.sort_unstable_by(Key::order);
        Ok(keys.into_iter().map(|key| key.row).collect())
    }

    fn keys(&self, by: RankBy<'_>) -> Result<Vec<Key>, RankError> {
        let place = match by {
            RankBy::Best | RankBy::Composite if self.shape.has_composite => None,
            RankBy::Best => Some(0),
            RankBy::Composite => return Err(RankError::Composite),
            RankBy::Dimension(name) => match self.shape.dimension(name) {
                Some(place) => Some(place),
                None => {
                    let known: Vec<String> = self
                        .dimensions()
                        .iter()
                        .map(|dimension| format!("`{}`", dimension.name()))
                        .collect();
                    return Err(RankError::Dimension {
                        given: name.to_owned(),
                        known: known.join(", "),
                    });
                }
            },
        };
        let width = self.shape.dimensions.len();
        let rows = self.heads.iter().enumerate();
        Ok(rows
            .map(|(row, head)| {
                let (mut score, raw) = match place {
                    None => (head.composite, head.composite),
                    Some(place) => {
                        let cell = self.cells.get(row * width + place);
                        cell.map_or((f64::NAN, f64::NAN), |cell| (cell.score, cell.raw))
                    }
                };
                let mut disqualified = false;
                if let Some(notes) = &head.notes {
                    disqualified = !notes.disqualified.is_empty();
                    let mut manual = notes.manual.iter().rev();
                    if let Some((_, manual)) = manual.find(|(of, _)| *of == place) {
                        score = manual.score.get();
                    }
                }
                let class = match (disqualified, score.is_nan()) {
                    (true, _) => 2,
                    (false, true) => 1,
                    (false, false) => 0,
                };
                // An abstaining lead has no score to order it by, whatever the bits of its NaN.
                let number = |value: f64| {
                    if value.is_nan() {
                        f64::NEG_INFINITY
                    } else {
                        value
                    }
                };
                Key {
                    class,
                    score: number(score),
                    raw: number(raw),
                    row,
                }
            })
            .collect())
    }
}
