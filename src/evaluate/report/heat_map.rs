use crate::evaluate::lead_weights;
use crate::evaluate::{BandOutcome, ConversionRate};
use serde::{Deserialize, Serialize};

/// Two dimensions, or the composite, to be shown against each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeatMapSpec {
    /// The dimension of the rows, or `composite`.
    pub rows: String,
    /// The dimension of the columns, or `composite`.
    pub columns: String,
    /// The scores at which a new row begins, rising. Default: 20, 40, 60 and 80.
    #[serde(default = "fifths")]
    pub row_cuts: Vec<f64>,
    /// The scores at which a new column begins, rising. Default: 20, 40, 60 and 80.
    #[serde(default = "fifths")]
    pub column_cuts: Vec<f64>,
}

fn fifths() -> Vec<f64> {
    vec![20.0, 40.0, 60.0, 80.0]
}

impl HeatMapSpec {
    /// One dimension by rows and another by columns, each in fifths.
    #[must_use]
    pub fn new(rows: impl Into<String>, columns: impl Into<String>) -> Self {
        Self {
            rows: rows.into(),
            columns: columns.into(),
            row_cuts: fifths(),
            column_cuts: fifths(),
        }
    }

    /// The scores at which a new row and a new column begin, rising. Default: 20, 40, 60 and 80.
    #[must_use]
    pub fn cuts(
        mut self,
        rows: impl IntoIterator<Item = f64>,
        columns: impl IntoIterator<Item = f64>,
    ) -> Self {
        self.row_cuts = rows.into_iter().collect();
        self.column_cuts = columns.into_iter().collect();
        self
    }
}

/// Leads by two things at once, with what converted in each cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeatMap {
    /// What it shows, such as `fit x engagement`; of a model's matrix its name, of RFM the dimension.
    pub name: String,
    /// What the rows are of.
    pub rows_of: String,
    /// What the columns are of.
    pub columns_of: String,
    /// The rows, lowest first.
    pub rows: Vec<String>,
    /// The columns, lowest first.
    pub columns: Vec<String>,
    /// The cells, row by row.
    pub cells: Vec<HeatCell>,
    /// Leads that stand in no cell because something of them is not known or lies below the lowest band, as a sum of
    /// weights. Disqualified leads are not among them.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub outside: f64,
}

/// A cell of a [`HeatMap`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeatCell {
    /// The name that the model's matrix gives to it; of RFM there is none.
    pub name: Option<String>,
    /// How many leads, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// What of them converted; `None` where there are none.
    pub conversion: Option<ConversionRate>,
}

impl HeatMap {
    /// The cell of a row and a column, both counted from 0 and lowest first.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<&HeatCell> {
        let place = row.checked_mul(self.columns.len())?.checked_add(column)?;
        let inside = row < self.rows.len() && column < self.columns.len();
        self.cells.get(place).filter(|_| inside)
    }

    /// An empty map, to be filled by [`fill`](Self::fill).
    pub(super) fn new(name: String, of: [String; 2], [rows, columns]: [Vec<String>; 2]) -> Self {
        let [rows_of, columns_of] = of;
        Self {
            name,
            rows_of,
            columns_of,
            rows,
            columns,
            cells: Vec::new(),
            outside: 0.0,
        }
    }

    /// Counts leads by row and column, `None` for no cell: whether each converted, and its weight.
    pub(super) fn fill(
        mut self,
        leads: impl Iterator<Item = (Option<(usize, usize)>, bool, f64)>,
        level: f64,
    ) -> Self {
        let (height, width) = (self.rows.len(), self.columns.len());
        let mut counts = vec![BandOutcome::default(); height * width];
        for (cell, converted, weight) in leads {
            let cell = cell.filter(|&(row, column)| row < height && column < width);
            match cell.and_then(|(row, column)| counts.get_mut(row * width + column)) {
                Some(own) => own.add(converted, weight),
                None => self.outside += weight,
            }
        }
        let cells = counts.into_iter().map(|own| HeatCell {
            name: None,
            leads: own.leads,
            conversion: ConversionRate::wilson(own.converted, own.leads, level),
        });
        self.cells = cells.collect();
        self
    }
}

/// The names of the parts of a score of 0 to 100 between cuts.
pub(super) fn between(cuts: &[f64]) -> Vec<String> {
    let starts = std::iter::once(0.0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(100.0));
    let names = starts.zip(ends).map(|(from, to)| format!("{from} to {to}"));
    names.collect()
}
