use super::shape::MatrixShape;
use super::{ScoreMatrix, ScoreVector};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// Where a lead stands in a matrix of two axes: one of `A1` to `D4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixCell<'a> {
    /// What the cell is called: the labels of its row and its column, one after the other.
    #[serde(rename = "cell")]
    pub code: &'a str,
    /// The label of its row.
    pub row: &'a str,
    /// The label of its column.
    pub column: &'a str,
    /// The name that the model gives to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
}

/// Positions of the bands of a lead on both axes, lowest first.
type Bands = (usize, usize);

impl MatrixShape {
    fn place(&self, (row, column): Bands) -> Option<usize> {
        (row < self.rows.len() && column < self.columns.len())
            .then(|| row * self.columns.len() + column)
    }

    fn cell(&self, bands: Bands) -> Option<MatrixCell<'_>> {
        let place = self.place(bands)?;
        Some(MatrixCell {
            code: self.codes.get(place)?,
            row: self.rows.get(bands.0)?,
            column: self.columns.get(bands.1)?,
            name: self.names.get(place)?.as_deref(),
        })
    }

    fn find(&self, code: &str) -> Option<Bands> {
        let place = self.codes.iter().position(|known| known.as_ref() == code)?;
        let width = self.columns.len();
        Some((place.checked_div(width)?, place.checked_rem(width)?))
    }
}

impl ScoreVector {
    fn bands_in(&self, matrix: &str) -> Option<(&MatrixShape, Bands)> {
        let place = self.shape().matrix(matrix)?;
        let shape = self.shape().matrices.get(place)?;
        Some((shape, self.shape().bands(place, self.bands())?))
    }

    /// The lead's cell in a named matrix; `None` where an axis abstains or lies below its lowest band, or where there
    /// is no such matrix.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     AsOf, AxisSpec, DimensionSpec, Externals, Lead, MatrixSpec, ModelSpec, ScoreModel, Score, Scorer, from_fn,
    /// };
    /// use std::sync::Arc;
    ///
    /// let spec = ModelSpec::new("rating")
    ///     .dimension(DimensionSpec::external("fit", "fit"))
    ///     .dimension(DimensionSpec::external("engagement", "engagement"))
    ///     .matrix(
    ///         MatrixSpec::new(
    ///             "rating",
    ///             AxisSpec::of("fit").band("A", 50.0).band("B", 0.0),
    ///             AxisSpec::of("engagement").band("1", 50.0).band("2", 0.0),
    ///         )
    ///         .named("A2", "nurture"),
    ///     );
    /// let always = |score: f64| Arc::new(from_fn(move |_, _| Score::saturating(score))) as Arc<dyn Scorer>;
    /// let externals: Externals =
    ///     [("fit".to_owned(), always(80.0)), ("engagement".to_owned(), always(20.0))].into();
    /// let model = ScoreModel::build_with(&spec, &externals)?;
    ///
    /// let lead = Lead::builder(model.schema(), "a1").build()?;
    /// let as_of: AsOf = "2026-03-01".parse()?;
    /// let vector = model.vector(&lead, as_of);
    /// let cell = vector.cell("rating").ok_or("no cell")?;
    /// assert_eq!((cell.code, cell.row, cell.column, cell.name), ("A2", "A", "2", Some("nurture")));
    /// assert!(vector.in_cell("rating", "A2"));
    ///
    /// let counts = model.score_all(&[lead], as_of).cell_counts("rating").ok_or("no matrix")?;
    /// assert_eq!(counts.of("A2"), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn cell(&self, matrix: &str) -> Option<MatrixCell<'_>> {
        let (shape, bands) = self.bands_in(matrix)?;
        shape.cell(bands)
    }

    /// Whether the lead stands in a cell of a named matrix. A disqualified lead stands in none.
    #[must_use]
    pub fn in_cell(&self, matrix: &str, cell: &str) -> bool {
        !self.is_disqualified() && self.cell(matrix).is_some_and(|own| own.code == cell)
    }

    /// Whether the lead stands in a cell of a named matrix or in one that is as good on both axes. A disqualified lead
    /// stands in none.
    #[must_use]
    pub fn reached_cell(&self, matrix: &str, cell: &str) -> bool {
        let reached = || {
            let (shape, own) = self.bands_in(matrix)?;
            shape.place(own)?;
            let asked = shape.find(cell)?;
            Some(own.0 >= asked.0 && own.1 >= asked.1)
        };
        !self.is_disqualified() && reached().unwrap_or(false)
    }

    /// Names of all matrices, each with the lead's cell.
    pub fn cells(&self) -> impl Iterator<Item = (&str, Option<MatrixCell<'_>>)> {
        let matrices = self.shape().matrices.iter().enumerate();
        matrices.map(|(place, matrix)| {
            let bands = self.shape().bands(place, self.bands());
            let cell = bands.and_then(|bands| matrix.cell(bands));
            (matrix.name.as_ref(), cell)
        })
    }
}

/// The matrices of a vector as a map from name to cell.
pub(super) struct Cells<'a>(pub(super) &'a ScoreVector);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, cell) in self.0.cells() {
            map.serialize_entry(name, &cell)?;
        }
        map.end()
    }
}

/// How many leads stand in each cell of a matrix. Disqualified leads stand in none.
#[derive(Clone, Debug, PartialEq)]
pub struct CellCounts {
    shape: Arc<super::Shape>,
    place: usize,
    counts: Vec<usize>,
    none: usize,
    disqualified: usize,
}

impl CellCounts {
    fn shape(&self) -> Option<&MatrixShape> {
        self.shape.matrices.get(self.place)
    }

    /// How many stand in that cell; `None` where the matrix has no such cell.
    #[must_use]
    pub fn of(&self, cell: &str) -> Option<usize> {
        let shape = self.shape()?;
        let place = shape.place(shape.find(cell)?)?;
        self.counts.get(place).copied()
    }

    /// All cells with their counts, best row first and in it best column first.
    pub fn iter(&self) -> impl Iterator<Item = (MatrixCell<'_>, usize)> {
        let places = self.shape().into_iter().flat_map(|shape| {
            let rows = (0..shape.rows.len()).rev();
            rows.flat_map(move |row| {
                let columns = (0..shape.columns.len()).rev();
                columns.map(move |column| (shape, (row, column)))
            })
        });
        places.filter_map(|(shape, bands)| {
            let count = self.counts.get(shape.place(bands)?).copied()?;
            Some((shape.cell(bands)?, count))
        })
    }

    /// How many stand in no cell and are not disqualified.
    #[must_use]
    pub fn none(&self) -> usize {
        self.none
    }

    /// How many are disqualified, whatever their cell.
    #[must_use]
    pub fn disqualified(&self) -> usize {
        self.disqualified
    }
}

/// How many leads have each label of a set. Disqualified leads have reached none.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCounts {
    shape: Arc<super::Shape>,
    place: usize,
    counts: Vec<usize>,
    none: usize,
    disqualified: usize,
}

impl LabelCounts {
    /// How many have that label; `None` where the set has no such label.
    #[must_use]
    pub fn of(&self, label: &str) -> Option<usize> {
        self.iter()
            .find(|&(known, _)| known == label)
            .map(|(_, count)| count)
    }

    /// All labels with their counts, highest first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        let labels = self.shape.labels.get(self.place);
        let names = labels.into_iter().flat_map(|labels| &labels.bands).rev();
        names
            .map(AsRef::as_ref)
            .zip(self.counts.iter().rev().copied())
    }

    /// How many have no label and are not disqualified.
    #[must_use]
    pub fn none(&self) -> usize {
        self.none
    }

    /// How many are disqualified, whatever their label.
    #[must_use]
    pub fn disqualified(&self) -> usize {
        self.disqualified
    }
}

/// Counts by place, without a place, and disqualified.
type Counted = (Vec<usize>, usize, usize);

impl ScoreMatrix {
    /// How many leads stand in each cell of a named matrix; `None` where there is no such matrix. Every lead is counted
    /// once: in a cell, in none, or as disqualified.
    #[must_use]
    pub fn cell_counts(&self, matrix: &str) -> Option<CellCounts> {
        let place = self.shape.matrix(matrix)?;
        let shape = self.shape.matrices.get(place)?;
        let (counts, none, disqualified) = self.counted(shape.codes.len(), |bands| {
            shape.place(self.shape.bands(place, bands)?)
        });
        Some(CellCounts {
            shape: Arc::clone(&self.shape),
            place,
            counts,
            none,
            disqualified,
        })
    }

    /// How many leads have each label of a named set; `None` where there is no such set. Every lead is counted once:
    /// with its label, without one, or as disqualified.
    #[must_use]
    pub fn label_counts(&self, set: &str) -> Option<LabelCounts> {
        let place = self.shape.label(set)?;
        let bands = self.shape.labels.get(place)?.bands.len();
        let (counts, none, disqualified) =
            self.counted(bands, |bands| bands.get(place).copied().map(usize::from));
        Some(LabelCounts {
            shape: Arc::clone(&self.shape),
            place,
            counts,
            none,
            disqualified,
        })
    }

    fn counted(&self, places: usize, find: impl Fn(&[u16]) -> Option<usize>) -> Counted {
        let mut counts = vec![0; places];
        let (mut none, mut disqualified) = (0, 0);
        let rows = self.labels.chunks(self.shape.label_width());
        for (row, bands) in rows.enumerate() {
            let notes = self.notes.get(row);
            if notes.is_some_and(|notes| !notes.disqualified.is_empty()) {
                disqualified += 1;
                continue;
            }
            match find(bands).and_then(|place| counts.get_mut(place)) {
                Some(count) => *count += 1,
                None => none += 1,
            }
        }
        (counts, none, disqualified)
    }
}
