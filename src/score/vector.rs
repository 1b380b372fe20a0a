use super::rating::Cells;
use super::shape::{Cell, Head, NO_BAND, Notes, Shape};
use super::{Dimension, Score, Unit};
use crate::lead::ManualOverride;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use smallvec::SmallVec;
use std::sync::Arc;

/// A lead's scores by dimension, with what follows from them. The vector is the product; the composite and the
/// labels are derived from it and never replace it.
///
/// Equality compares numbers bit for bit.
#[derive(Clone, Debug)]
pub struct ScoreVector {
    shape: Arc<Shape>,
    cells: SmallVec<[Cell; 8]>,
    labels: SmallVec<[u16; 8]>,
    head: Head,
}

impl ScoreVector {
    /// A vector that holds nothing yet, filled by `fill`.
    #[inline]
    pub(crate) fn filled(
        shape: Arc<Shape>,
        fill: impl FnOnce(&mut [Cell], &mut [u16], &mut Head),
    ) -> Self {
        let mut vector = Self {
            cells: repeated(Cell::NONE, shape.dimensions.len()),
            labels: repeated(NO_BAND, shape.band_count()),
            head: Head::NONE,
            shape,
        };
        fill(&mut vector.cells, &mut vector.labels, &mut vector.head);
        vector
    }

    pub(crate) fn new(shape: Arc<Shape>, cells: &[Cell], labels: &[u16], head: Head) -> Self {
        Self {
            shape,
            cells: SmallVec::from_slice(cells),
            labels: SmallVec::from_slice(labels),
            head,
        }
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(super) fn bands(&self) -> &[u16] {
        &self.labels
    }

    pub(super) fn lent(&self) -> (&Arc<Shape>, &[Cell], &[u16], &Head) {
        (&self.shape, &self.cells, &self.labels, &self.head)
    }

    /// The dimensions, in the model's order.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.shape.dimensions
    }

    /// The machine score of a named dimension; `None` where it abstains or there is no such dimension.
    #[must_use]
    pub fn score(&self, dimension: &str) -> Option<Score> {
        let cell = self.cells.get(self.shape.dimension(dimension)?)?;
        Score::saturating(cell.score)
    }

    /// The raw value of a named dimension, in its unit.
    #[must_use]
    pub fn raw(&self, dimension: &str) -> Option<f64> {
        let cell = self.cells.get(self.shape.dimension(dimension)?)?;
        (!cell.raw.is_nan()).then_some(cell.raw)
    }

    /// All machine scores, in the order of the dimensions.
    #[must_use]
    pub fn scores(&self) -> impl ExactSizeIterator<Item = (&Dimension, Option<Score>)> {
        let scores = self.cells.iter().map(|cell| Score::saturating(cell.score));
        self.shape.dimensions.iter().zip(scores)
    }

    /// The composite of the machine scores, where the model has one and it does not abstain.
    #[must_use]
    pub fn composite(&self) -> Option<Score> {
        Score::saturating(self.head.composite)
    }

    /// The manual override in force for a named dimension, or for `composite`.
    #[must_use]
    pub fn manual(&self, dimension: &str) -> Option<&ManualOverride> {
        let notes = self.head.notes.as_ref()?;
        // The last one set is in force.
        let mut set = notes.manual.iter().rev().map(|(_, manual)| manual);
        set.find(|manual| manual.dimension == dimension)
    }

    /// The manual score of a named dimension (or of `composite`) while it is in force, else the machine score.
    #[must_use]
    pub fn effective(&self, dimension: &str) -> Option<Score> {
        match self.manual(dimension) {
            Some(manual) => Some(manual.score),
            None if dimension == "composite" => self.composite(),
            None => self.score(dimension),
        }
    }

    /// The percentile rank of a dimension's machine score, or of `composite`, in the population that the model was
    /// fitted to: 0 to 100. `None` where the score abstains or the model has no ranks of it.
    #[must_use]
    pub fn percentile(&self, dimension: &str) -> Option<Score> {
        let place = match dimension {
            "composite" => None,
            name => Some(self.shape.dimension(name)?),
        };
        let score = match place {
            None => self.composite()?,
            Some(_) => self.score(dimension)?,
        };
        Score::saturating(self.shape.ranks(place)?.of(score.get()))
    }

    /// The label of a named set of labels; `None` below its lowest band, or where the score abstains.
    #[must_use]
    pub fn label(&self, set: &str) -> Option<&str> {
        let place = self.shape.label(set)?;
        let band = *self.labels.get(place)?;
        let bands = &self.shape.labels.get(place)?.bands;
        bands.get(usize::from(band)).map(AsRef::as_ref)
    }

    /// Whether the lead has reached a label of a named set, by its score or as a hand-raiser. A disqualified lead has
    /// reached none.
    #[must_use]
    pub fn reached(&self, set: &str, label: &str) -> bool {
        let reached = || {
            let place = self.shape.label(set)?;
            let band = *self.labels.get(place)?;
            let bands = &self.shape.labels.get(place)?.bands;
            let asked = bands.iter().position(|name| name.as_ref() == label)?;
            Some(band != NO_BAND && usize::from(band) >= asked)
        };
        !self.is_disqualified() && reached().unwrap_or(false)
    }

    /// The position of the band of a set of labels.
    pub(crate) fn band(&self, set: usize) -> Option<u16> {
        self.labels
            .get(set)
            .copied()
            .filter(|&band| band != NO_BAND)
    }

    /// Why the label of a named set was lifted whatever the score.
    #[must_use]
    pub fn lifted(&self, set: &str) -> Option<&str> {
        let place = self.shape.label(set)?;
        let notes = self.head.notes.as_ref()?;
        let mut lifted = notes.lifted.iter();
        lifted
            .find(|(of, _)| *of == place)
            .map(|(_, reason)| reason.as_ref())
    }

    /// Names of all sets of labels, each with the lead's label.
    pub fn labels(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let sets = self.shape.labels.iter().zip(&self.labels);
        sets.map(|(set, &band)| {
            let label = set.bands.get(usize::from(band)).map(AsRef::as_ref);
            (set.name.as_ref(), label)
        })
    }

    /// Whether any rule disqualifies the lead.
    #[must_use]
    pub fn is_disqualified(&self) -> bool {
        self.disqualified().next().is_some()
    }

    pub(crate) fn disqualified_shared(&self) -> impl Iterator<Item = &Arc<str>> {
        let notes = self.head.notes.iter();
        notes.flat_map(|notes| notes.disqualified.iter())
    }

    /// The reasons for which the lead is disqualified, each once.
    pub fn disqualified(&self) -> impl Iterator<Item = &str> {
        self.disqualified_shared().map(AsRef::as_ref)
    }
}

/// So many times the same, in place where there is room.
#[inline]
fn repeated<T: Copy, const MOST: usize>(value: T, count: usize) -> SmallVec<[T; MOST]>
where
    [T; MOST]: smallvec::Array<Item = T>,
{
    if count <= MOST {
        SmallVec::from_buf_and_len([value; MOST], count)
    } else {
        SmallVec::from_elem(value, count)
    }
}

impl PartialEq for ScoreVector {
    fn eq(&self, other: &Self) -> bool {
        let bits = |vector: &Self| -> Vec<(u64, u64)> {
            let cells = vector.cells.iter();
            cells
                .map(|cell| (cell.score.to_bits(), cell.raw.to_bits()))
                .collect()
        };
        let notes = |vector: &Self| {
            vector
                .head
                .notes
                .clone()
                .filter(|notes| !Notes::is_empty(notes))
        };
        self.shape == other.shape
            && bits(self) == bits(other)
            && self.labels == other.labels
            && self.head.composite.to_bits() == other.head.composite.to_bits()
            && notes(self) == notes(other)
    }
}

/// Names to values: dimensions with score, raw value, unit and manual override; composite; labels; matrices; disqualification.
impl Serialize for ScoreVector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ScoreVector", 5)?;
        fields.serialize_field("dimensions", &Dimensions(self))?;
        if self.shape.has_composite {
            fields.serialize_field("composite", &self.composite())?;
        } else {
            fields.skip_field("composite")?;
        }
        fields.serialize_field("labels", &Labels(self))?;
        if self.shape.matrices.is_empty() {
            fields.skip_field("matrices")?;
        } else {
            fields.serialize_field("matrices", &Cells(self))?;
        }
        let reasons: Vec<&str> = self.disqualified().collect();
        fields.serialize_field("disqualified", &reasons)?;
        fields.end()
    }
}

struct Dimensions<'a>(&'a ScoreVector);

impl Serialize for Dimensions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Entry<'a> {
            score: Option<Score>,
            raw: Option<f64>,
            unit: Unit,
            #[serde(skip_serializing_if = "Option::is_none")]
            manual: Option<&'a ManualOverride>,
        }
        let mut map = serializer.serialize_map(Some(self.0.cells.len()))?;
        for (dimension, score) in self.0.scores() {
            let name = dimension.name();
            let entry = Entry {
                score,
                raw: self.0.raw(name),
                unit: dimension.unit(),
                manual: self.0.manual(name),
            };
            map.serialize_entry(name, &entry)?;
        }
        map.end()
    }
}

struct Labels<'a>(&'a ScoreVector);

impl Serialize for Labels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.labels())
    }
}
