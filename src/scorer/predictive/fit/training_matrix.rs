use super::columns::Columns;
use crate::lead::{Moment, shortened};
use crate::scorer::predictive::TrainError;
use ndarray::ArrayView2;
use std::borrow::Cow;

/// What a logistic regression is fitted to: one row a lead, one column a feature, the outcome of each row; with weights
/// and times of the rows and names of the columns where there are any.
///
/// Row-major matrices are read in place; others are copied once.
///
/// # Examples
/// ```
/// use lead_scoring::{LogisticSpec, TrainingMatrix};
/// use lead_scoring::ndarray::array;
///
/// let x = array![[1.0], [2.0], [f64::NAN]];
/// let matrix = TrainingMatrix::new(x.view(), &[false, true, true]).names(["visits"]);
/// let error = LogisticSpec::new().fit_matrix(&matrix).unwrap_err();
/// assert_eq!(error.to_string(), "rows[2]: column `visits`: NaN is not a finite number");
/// ```
#[derive(Clone, Debug)]
pub struct TrainingMatrix<'a> {
    pub(super) x: ArrayView2<'a, f64>,
    pub(super) converted: &'a [bool],
    pub(super) weights: Option<&'a [f64]>,
    pub(super) times: Option<&'a [Moment]>,
    names: Option<Vec<String>>,
}

/// The largest size of a value: its square, summed over any number of rows, is finite and keeps digits.
const LARGEST: f64 = 1e15;
const LARGEST_WEIGHT: f64 = 1e12;

impl<'a> TrainingMatrix<'a> {
    /// Rows that count alike, and columns without names.
    #[must_use]
    pub fn new(x: ArrayView2<'a, f64>, converted: &'a [bool]) -> Self {
        Self {
            x,
            converted,
            weights: None,
            times: None,
            names: None,
        }
    }

    /// Weights of the rows, 0 to 1e12. Default: 1 each.
    #[must_use]
    pub fn weights(mut self, weights: &'a [f64]) -> Self {
        self.weights = Some(weights);
        self
    }

    /// The moments of the rows, by which time-ordered cross-validation sorts. Default: rows stand in their order.
    #[must_use]
    pub fn times(mut self, times: &'a [Moment]) -> Self {
        self.times = Some(times);
        self
    }

    /// Names of the columns, for what is said of them. Default: `columns[0]`, `columns[1]` ...
    #[must_use]
    pub fn names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// A column's name, or its position.
    pub(super) fn plain_name(&self, column: usize) -> String {
        let name = self
            .names
            .as_ref()
            .and_then(|names| names.get(column))
            .cloned();
        name.unwrap_or_else(|| format!("columns[{column}]"))
    }

    /// A column as it is called in what is said of it.
    fn name(&self, column: usize) -> String {
        format!("`{}`", shortened(&self.plain_name(column)))
    }

    /// Other rows of the same columns.
    pub(super) fn like<'b>(
        &self,
        x: ArrayView2<'b, f64>,
        converted: &'b [bool],
    ) -> TrainingMatrix<'b> {
        TrainingMatrix {
            names: self.names.clone(),
            ..TrainingMatrix::new(x, converted)
        }
    }

    /// Whether a row takes part.
    pub(super) fn has_weight(&self, row: usize) -> bool {
        self.weights
            .and_then(|weights| weights.get(row))
            .is_none_or(|&weight| weight > 0.0)
    }

    /// Checks all that does not depend on the fit.
    pub(super) fn check_values(&self) -> Result<(), TrainError> {
        self.check_shape()?;
        self.bad_value().map_or(Ok(()), Err)
    }

    /// Several columns, at most five by name.
    pub(super) fn names_of(&self, columns: &[usize]) -> String {
        const MOST: usize = 5;
        let mut names: Vec<String> = columns
            .iter()
            .take(MOST)
            .map(|&column| self.name(column))
            .collect();
        if columns.len() > MOST {
            names.push(format!("{} more", columns.len() - MOST));
        }
        let last = names.pop().unwrap_or_default();
        if names.is_empty() {
            last
        } else {
            format!("{} and {last}", names.join(", "))
        }
    }

    /// Checks all but the values.
    fn check_shape(&self) -> Result<(), TrainError> {
        let (rows, columns) = self.x.dim();
        if rows == 0 {
            return Err(TrainError::new("", "no rows"));
        }
        if columns == 0 {
            return Err(TrainError::new("", "no columns"));
        }
        let same = |place: &str, given: usize, expected: usize, what: &str| {
            if given == expected {
                return Ok(());
            }
            Err(TrainError::new(
                place,
                format!("{given} values for {expected} {what}"),
            ))
        };
        same("converted", self.converted.len(), rows, "rows")?;
        if let Some(times) = self.times {
            same("times", times.len(), rows, "rows")?;
        }
        if let Some(names) = &self.names {
            same("names", names.len(), columns, "columns")?;
        }
        if let Some(weights) = self.weights {
            same("weights", weights.len(), rows, "rows")?;
            for (i, &weight) in weights.iter().enumerate() {
                if !(0.0..=LARGEST_WEIGHT).contains(&weight) {
                    return Err(TrainError::new(
                        format!("weights[{i}]"),
                        format!("must be at least 0 and at most 1e12, was {weight}"),
                    ));
                }
            }
            if weights.iter().all(|&weight| weight == 0.0) {
                return Err(TrainError::new("weights", "all are 0"));
            }
        }
        Ok(())
    }

    /// The first value that cannot be fitted.
    fn bad_value(&self) -> Option<TrainError> {
        self.x.indexed_iter().find_map(|((row, column), &value)| {
            let problem = if !value.is_finite() {
                format!("{value} is not a finite number")
            } else if value.abs() > LARGEST {
                format!("{value:e} is beyond 1e15 in size")
            } else {
                return None;
            };
            let message = format!("column {}: {problem}", self.name(column));
            Some(TrainError::new(format!("rows[{row}]"), message))
        })
    }
}

/// Rows that take part, checked: row-major, their outcomes and weights.
#[derive(Clone, Debug)]
pub(super) struct Rows<'a> {
    values: Cow<'a, [f64]>,
    pub(super) width: usize,
    pub(super) converted: Cow<'a, [bool]>,
    /// Above 0.
    pub(super) weights: Option<Cow<'a, [f64]>>,
}

impl<'a> Rows<'a> {
    /// The rows of a matrix that have a weight, and what is known of their columns.
    pub(super) fn new(matrix: &'a TrainingMatrix<'_>) -> Result<(Self, Columns), TrainError> {
        matrix.check_shape()?;
        let all: Cow<'a, [f64]> = match matrix.x.as_slice() {
            Some(values) => Cow::Borrowed(values),
            None => Cow::Owned(matrix.x.iter().copied().collect()),
        };
        let width = matrix.x.ncols();
        let out = matrix.weights.is_some_and(|weights| weights.contains(&0.0));
        let rows = match matrix.weights {
            Some(weights) if out => {
                let kept: Vec<usize> = weights
                    .iter()
                    .enumerate()
                    .filter(|(_, weight)| **weight > 0.0)
                    .map(|(i, _)| i)
                    .collect();
                let of = |from: &[f64]| kept.iter().filter_map(|&i| from.get(i).copied()).collect();
                Self {
                    values: kept
                        .iter()
                        .filter_map(|&i| all.get(i * width..(i + 1) * width))
                        .flatten()
                        .copied()
                        .collect(),
                    width,
                    converted: kept
                        .iter()
                        .filter_map(|&i| matrix.converted.get(i).copied())
                        .collect(),
                    weights: Some(Cow::Owned(of(weights))),
                }
            }
            weights => Self {
                values: all,
                width,
                converted: Cow::Borrowed(matrix.converted),
                weights: weights.map(Cow::Borrowed),
            },
        };
        let columns = Columns::of(rows.values(), width, &rows.converted);
        if !columns.finite(LARGEST) || out {
            if let Some(error) = matrix.bad_value() {
                return Err(error);
            }
        }
        let converted = rows
            .converted
            .iter()
            .filter(|&&converted| converted)
            .count();
        let count = rows.converted.len();
        if converted == 0 || converted == count {
            let which = if converted == 0 {
                format!("none of {count} rows is converted")
            } else {
                format!("all {count} rows are converted")
            };
            let message = format!("{which}: a fit needs rows of both outcomes");
            return Err(TrainError::new("converted", message));
        }
        Ok((rows, columns))
    }

    pub(super) fn from_parts(
        values: Vec<f64>,
        width: usize,
        converted: Vec<bool>,
        weights: Option<Vec<f64>>,
    ) -> Self {
        Self {
            values: values.into(),
            width,
            converted: converted.into(),
            weights: weights.map(Cow::Owned),
        }
    }

    /// All values, row by row.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(super) fn len(&self) -> usize {
        self.converted.len()
    }
}
