use super::label::{BandSpec, LabelContext, LabelOn, LabelSpec, PendingLabels};
use super::problem::Problems;
use crate::lead::{name_problem, shortened};
use crate::score::MatrixShape;
use crate::scorer::{Lint, Tests};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Two numbers side by side, each cut into bands: fit by engagement, with cells from `A1` to `D4`.
///
/// A cell is called by the labels of its row and its column, one after the other; it can have a name of its own
/// beside that. Every band is `>=`. A lead has no cell where an axis abstains or lies below its lowest band. A
/// disqualified lead keeps its cell, but stands in none
/// ([`ScoreVector::in_cell`](crate::ScoreVector::in_cell)).
///
/// # Examples
/// ```
/// use lead_scoring::{AxisSpec, MatrixSpec};
///
/// let matrix = MatrixSpec::new(
///     "rating",
///     AxisSpec::of("fit").band("A", 70.0).band("B", 40.0).band("C", 0.0),
///     AxisSpec::of("engagement").band("1", 70.0).band("2", 40.0).band("3", 0.0),
/// )
/// .named("A1", "call today")
/// .named("C3", "leave alone");
/// # let _ = matrix;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixSpec {
    /// Its name, once in a model.
    pub name: String,
    /// What the first part of a cell is read off.
    pub rows: AxisSpec,
    /// What the second part of a cell is read off.
    pub columns: AxisSpec,
    /// Names of cells, by cell.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

/// One axis of a [`MatrixSpec`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisSpec {
    /// The dimension, or `composite`.
    pub of: String,
    /// What thresholds are compared with. Default: scores.
    #[serde(default, skip_serializing_if = "LabelOn::is_score")]
    pub on: LabelOn,
    /// The bands, in any order.
    pub bands: Vec<BandSpec>,
}

impl AxisSpec {
    /// An axis of that dimension, or of `composite`, without bands.
    #[must_use]
    pub fn of(dimension: impl Into<String>) -> Self {
        Self {
            of: dimension.into(),
            ..Self::default()
        }
    }

    /// What thresholds are compared with. Default: scores.
    #[must_use]
    pub fn on(mut self, on: LabelOn) -> Self {
        self.on = on;
        self
    }

    /// Adds a band.
    #[must_use]
    pub fn band(mut self, label: impl Into<String>, at_least: f64) -> Self {
        self.bands.push(BandSpec {
            label: label.into(),
            at_least,
        });
        self
    }

    fn resolve(
        &self,
        context: &LabelContext<'_>,
        path: &str,
        tests: &mut Tests,
        problems: &mut Problems,
        lints: &mut Vec<Lint>,
    ) -> PendingLabels {
        let labels = LabelSpec {
            of: Some(self.of.clone()),
            on: self.on,
            bands: self.bands.clone(),
            ..LabelSpec::default()
        };
        labels.resolve(context, path, tests, problems, lints)
    }
}

/// Matrices, resolved: what they are called, and the two axes of each, which are sets of labels.
type Pending = (Vec<MatrixShape>, Vec<PendingLabels>);

impl MatrixSpec {
    /// The most cells of a matrix.
    pub const MAX_CELLS: usize = 10_000;

    /// A matrix of rows and columns whose cells have no names.
    #[must_use]
    pub fn new(name: impl Into<String>, rows: AxisSpec, columns: AxisSpec) -> Self {
        Self {
            name: name.into(),
            rows,
            columns,
            names: BTreeMap::new(),
        }
    }

    /// Gives a cell a name. Default: cells have none.
    #[must_use]
    pub fn named(mut self, cell: impl Into<String>, name: impl Into<String>) -> Self {
        self.names.insert(cell.into(), name.into());
        self
    }

    pub(super) fn resolve_all(
        specs: &[Self],
        context: &LabelContext<'_>,
        path: &str,
        tests: &mut Tests,
        problems: &mut Problems,
        lints: &mut Vec<Lint>,
    ) -> Pending {
        let mut names = HashSet::new();
        let (mut shapes, mut pending) = (Vec::new(), Vec::new());
        for (i, spec) in specs.iter().enumerate() {
            let path = format!("{path}matrices[{i}]");
            if let Some(problem) = name_problem(&spec.name) {
                problems.push(format!("{path}.name"), problem);
            }
            if !names.insert(spec.name.as_str()) {
                problems.push(
                    format!("{path}.name"),
                    format!("`{}` stands twice", shortened(&spec.name)),
                );
            }
            let (shape, axes) = spec.resolve(context, &path, tests, problems, lints);
            shapes.push(shape);
            pending.extend(axes);
        }
        (shapes, pending)
    }

    fn resolve(
        &self,
        context: &LabelContext<'_>,
        path: &str,
        tests: &mut Tests,
        problems: &mut Problems,
        lints: &mut Vec<Lint>,
    ) -> (MatrixShape, [PendingLabels; 2]) {
        let mut axis = |axis: &AxisSpec, word: &str| {
            axis.resolve(context, &format!("{path}.{word}"), tests, problems, lints)
        };
        let axes = [axis(&self.rows, "rows"), axis(&self.columns, "columns")];
        if self.rows.of == self.columns.of && self.rows.on == self.columns.on {
            lints.push(Lint::new(
                path,
                format!("both axes are of `{}`", shortened(&self.rows.of)),
            ));
        }
        let [rows, columns] = axes.each_ref().map(|axis| axis.names.clone());
        let mut shape = MatrixShape {
            name: self.name.as_str().into(),
            codes: Vec::new(),
            names: Vec::new(),
            rows,
            columns,
        };
        if shape.rows.len().saturating_mul(shape.columns.len()) > Self::MAX_CELLS {
            let (rows, columns) = (shape.rows.len(), shape.columns.len());
            problems.push(
                path,
                format!("at most 10,000 cells, got `{rows}` rows and `{columns}` columns"),
            );
            return (shape, axes);
        }
        let mut seen = HashMap::new();
        for row in &shape.rows {
            for column in &shape.columns {
                let code = format!("{row}{column}");
                let before = seen.insert(code.clone(), (row, column));
                // A label that stands twice is reported already.
                if let Some((r, c)) = before.filter(|&before| before != (row, column)) {
                    problems.push(
                        path,
                        format!(
                            "`{}` is row `{}` and column `{}` as well as row `{}` and column `{}`",
                            shortened(&code),
                            shortened(r),
                            shortened(c),
                            shortened(row),
                            shortened(column)
                        ),
                    );
                }
                let name = self.names.get(&code).map(|name| name.as_str().into());
                shape.names.push(name);
                shape.codes.push(code.into());
            }
        }
        for (cell, name) in &self.names {
            if !seen.contains_key(cell) {
                let known = shape.codes.iter().map(AsRef::as_ref);
                problems.unknown(format!("{path}.names"), "cell", cell, known);
            }
            if let Some(problem) = name_problem(name) {
                problems.push(format!("{path}.names.{}", shortened(cell)), problem);
            }
        }
        (shape, axes)
    }
}
