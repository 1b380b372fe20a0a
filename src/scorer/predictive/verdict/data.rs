use crate::lead::shortened;
use crate::scorer::predictive::design::DesignMatrix;
use crate::scorer::predictive::{Category, TrainError};
use ndarray::ArrayView2;

/// What a verdict looks at: rows of numbers with their outcomes, which columns are of one feature, and where features
/// are known.
///
/// A [`DesignMatrix`](crate::DesignMatrix) has all of it, see [`DesignMatrix::verdict`](crate::DesignMatrix::verdict).
#[derive(Clone, Debug)]
pub struct VerdictData<'a> {
    pub(super) x: ArrayView2<'a, f64>,
    pub(super) converted: &'a [bool],
    pub(super) columns: Vec<String>,
    pub(super) features: Vec<String>,
    pub(super) feature_of: Vec<usize>,
    /// By feature, where it is said; by row.
    pub(super) known: Vec<Option<Vec<bool>>>,
}

/// The largest size of a value: its square, summed over any number of rows, is finite and keeps digits.
const LARGEST: f64 = 1e15;

impl<'a> VerdictData<'a> {
    /// Columns without names, each a feature by itself, known of every row.
    #[must_use]
    pub fn new(x: ArrayView2<'a, f64>, converted: &'a [bool]) -> Self {
        let names: Vec<String> = (0..x.ncols()).map(|i| format!("columns[{i}]")).collect();
        Self {
            feature_of: (0..names.len()).collect(),
            known: vec![None; names.len()],
            features: names.clone(),
            columns: names,
            x,
            converted,
        }
    }

    /// Names of the columns, each a feature of that name. Default: `columns[0]`, `columns[1]` ...
    #[must_use]
    pub fn columns<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.columns = names.into_iter().map(Into::into).collect();
        self.features.clone_from(&self.columns);
        self.feature_of = (0..self.columns.len()).collect();
        self.known = vec![None; self.columns.len()];
        self
    }

    /// Names of the features, and for each column the position of its feature. Default: each column is one.
    #[must_use]
    pub fn features<N: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = N>,
        feature_of: impl Into<Vec<usize>>,
    ) -> Self {
        self.features = names.into_iter().map(Into::into).collect();
        self.feature_of = feature_of.into();
        self.known = vec![None; self.features.len()];
        self
    }

    /// Of which rows a feature is known, by its position. Default: of all.
    #[must_use]
    pub fn known(mut self, feature: usize, rows: impl Into<Vec<bool>>) -> Self {
        if let Some(known) = self.known.get_mut(feature) {
            *known = Some(rows.into());
        }
        self
    }

    pub(super) fn of_design(design: &'a DesignMatrix) -> Self {
        let names = design
            .features
            .iter()
            .map(|encoding| encoding.feature.name.as_str());
        let mut data = Self::new(design.x.view(), &design.converted)
            .columns(design.columns.iter().map(String::as_str))
            .features(names, design.feature_of.as_slice());
        let mut column = 0;
        for (known, encoding) in data.known.iter_mut().zip(&design.features) {
            let of_missing = |column: &super::super::EncodedColumn| column.of == Category::Missing;
            if let Some(place) = encoding.columns.iter().position(of_missing) {
                let missing = design.x.columns().into_iter().nth(column + place);
                *known = missing.map(|missing| missing.iter().map(|&x| x == 0.0).collect());
            }
            column += encoding.columns.len();
        }
        data
    }

    pub(super) fn check(&self) -> Result<(), TrainError> {
        let (rows, columns) = self.x.dim();
        let length = |place: &str, of: &str, expected: usize, given: usize| {
            if expected == given {
                return Ok(());
            }
            let message = format!("one for each {of}: expected {expected}, got {given}");
            Err(TrainError::new(place, message))
        };
        length("converted", "row", rows, self.converted.len())?;
        length("columns", "column", columns, self.columns.len())?;
        length("feature_of", "column", columns, self.feature_of.len())?;
        for (i, &feature) in self.feature_of.iter().enumerate() {
            if feature >= self.features.len() {
                let message = format!(
                    "there are {} features, got `{feature}`",
                    self.features.len()
                );
                return Err(TrainError::new(format!("feature_of[{i}]"), message));
            }
        }
        for (i, known) in self.known.iter().enumerate() {
            let given = known.as_ref().map_or(rows, Vec::len);
            length(&format!("known[{i}]"), "row", rows, given)?;
        }
        for (wanting, what) in [(rows, "row"), (columns, "column")] {
            if wanting == 0 {
                return Err(TrainError::new("", format!("needs at least one {what}")));
            }
        }
        for (i, row) in self.x.rows().into_iter().enumerate() {
            for (x, name) in row.iter().zip(&self.columns) {
                if x.is_nan() || x.abs() > LARGEST {
                    let name = shortened(name);
                    return Err(TrainError::new(
                        format!("rows[{i}]"),
                        format!(
                            "column `{name}`: must be a number of at most 1e15 in size, got `{x}`"
                        ),
                    ));
                }
            }
        }
        Ok(())
    }
}
