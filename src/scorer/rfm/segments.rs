use super::cells::{Cells, Row, Segments};
use super::spec::{RfmAxis, RfmSpec};
use crate::lead::{name_problem, shortened};
use crate::model::Problems;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Names for groups of RFM cells, as they stand in a model file: a preset, or a table of one's own.
///
/// A table of one's own is checked to hold every cell exactly once. With `choose = "first_match"` rows may overlap, the
/// first that holds the cell counts, and `default` names the cells that none holds.
///
/// # Examples
/// ```
/// use lead_scoring::{RfmSegmentSpec, RfmSegmentsSpec};
///
/// let by_recency = RfmSegmentsSpec::table([
///     RfmSegmentSpec::new("Active").recency(4, 5),
///     RfmSegmentSpec::new("Cooling").recency(2, 3),
///     RfmSegmentSpec::new("Gone").recency(1, 1),
/// ]);
/// let best_first = RfmSegmentsSpec::first_match(
///     [
///         RfmSegmentSpec::new("Champions").recency(5, 5).frequency(5, 5).monetary(5, 5),
///         RfmSegmentSpec::new("Big spenders").monetary(5, 5),
///     ],
///     "Everyone else",
/// );
/// # let _ = (by_recency, best_first, RfmSegmentsSpec::usual());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RfmSegmentsSpec {
    /// A table that is known by name, in place of `table`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<RfmSegmentPreset>,
    /// Which row counts for a cell. Default: the only one that holds it.
    #[serde(skip_serializing_if = "RfmSegmentChoice::is_only")]
    pub choose: RfmSegmentChoice,
    /// The name of cells that no row holds; belongs to `first_match`, which needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The rows; several may have one name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub table: Vec<RfmSegmentSpec>,
}

/// A segment table that is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmSegmentPreset {
    /// The ten usual names, by recency and frequency of five bins each; monetary value plays no part.
    ///
    /// Where the rule `value` forms fewer bins, the rows beyond them hold no lead: three bins of frequency have no
    /// Champions, for example.
    ///
    /// | segment | recency | frequency |
    /// | --- | --- | --- |
    /// | Champions | 5 | 4-5 |
    /// | Loyal | 3-4 | 4-5 |
    /// | Potential Loyalists | 4-5 | 2-3 |
    /// | New Customers | 5 | 1 |
    /// | Promising | 4 | 1 |
    /// | Need Attention | 3 | 3 |
    /// | About To Sleep | 3 | 1-2 |
    /// | Can't Lose Them | 1-2 | 5 |
    /// | At Risk | 1-2 | 3-4 |
    /// | Hibernating | 1-2 | 1-2 |
    Usual,
}

/// Which row of a segment table counts for a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmSegmentChoice {
    /// The only one that holds it: rows must not overlap and leave no cell out.
    #[default]
    Only,
    /// The first that holds it, else the default.
    FirstMatch,
}

impl RfmSegmentChoice {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    fn is_only(&self) -> bool {
        *self == Self::Only
    }
}

/// A row of a segment table: the cells within three ranges of bins, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RfmSegmentSpec {
    /// The segment's name.
    pub name: String,
    /// Lowest and highest bin of recency. Default: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recency: Option<(u16, u16)>,
    /// Lowest and highest bin of frequency. Default: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<(u16, u16)>,
    /// Lowest and highest bin of monetary value. Default: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monetary: Option<(u16, u16)>,
}

impl RfmSegmentSpec {
    /// All cells.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Bins of recency, both ends included. Default: any.
    #[must_use]
    pub fn recency(mut self, low: u16, high: u16) -> Self {
        self.recency = Some((low, high));
        self
    }

    /// Bins of frequency, both ends included. Default: any.
    #[must_use]
    pub fn frequency(mut self, low: u16, high: u16) -> Self {
        self.frequency = Some((low, high));
        self
    }

    /// Bins of monetary value, both ends included. Default: any.
    #[must_use]
    pub fn monetary(mut self, low: u16, high: u16) -> Self {
        self.monetary = Some((low, high));
        self
    }

    fn axis(&self, axis: RfmAxis) -> Option<(u16, u16)> {
        match axis {
            RfmAxis::Recency => self.recency,
            RfmAxis::Frequency => self.frequency,
            RfmAxis::Monetary => self.monetary,
        }
    }
}

impl RfmSegmentsSpec {
    /// The most rows of a table.
    const MOST: usize = 1000;

    /// The usual names: [`RfmSegmentPreset::Usual`].
    #[must_use]
    pub fn usual() -> Self {
        Self {
            preset: Some(RfmSegmentPreset::Usual),
            ..Self::default()
        }
    }

    /// A table that holds every cell exactly once.
    #[must_use]
    pub fn table(rows: impl IntoIterator<Item = RfmSegmentSpec>) -> Self {
        Self {
            table: rows.into_iter().collect(),
            ..Self::default()
        }
    }

    /// A table in which the first row that holds a cell counts, with a name for all other cells.
    #[must_use]
    pub fn first_match(
        rows: impl IntoIterator<Item = RfmSegmentSpec>,
        default: impl Into<String>,
    ) -> Self {
        Self {
            choose: RfmSegmentChoice::FirstMatch,
            default: Some(default.into()),
            ..Self::table(rows)
        }
    }

    /// Checks all but whether every cell is held once.
    pub(super) fn resolve(&self, bins: u16, path: &str, problems: &mut Problems) -> Segments {
        let usual;
        let rows = if let Some(RfmSegmentPreset::Usual) = self.preset {
            if !self.table.is_empty() || self.default.is_some() || !self.choose.is_only() {
                problems.push(path, "give `preset` or a `table` of your own, not both");
            }
            if bins != 5 {
                problems.push(
                    format!("{path}.preset"),
                    format!("`usual` is made for 5 bins, got `{bins}`"),
                );
            }
            usual = if bins == 5 { usual_rows() } else { Vec::new() };
            &usual
        } else {
            self.check_choice(path, problems);
            &self.table
        };
        let mut ready = Vec::with_capacity(rows.len());
        for (i, row) in rows.iter().enumerate().take(Self::MOST) {
            let path = format!("{path}.table[{i}]");
            if let Some(problem) = name_problem(&row.name) {
                problems.push(format!("{path}.name"), problem);
            }
            let ranges = RfmAxis::ALL.map(|axis| {
                let (low, high) = row.axis(axis).unwrap_or((1, bins));
                let at = || format!("{path}.{axis}");
                if low > high {
                    problems.push(
                        at(),
                        format!("takes the lowest bin first, got `{low}` and `{high}`"),
                    );
                } else if low < 1 || high > bins {
                    problems.push(
                        at(),
                        format!("bins run from 1 to {bins}, got `{low}` and `{high}`"),
                    );
                }
                (low, high)
            });
            ready.push(Row {
                name: row.name.as_str().into(),
                cells: Cells(ranges),
            });
        }
        Segments {
            rows: ready.into(),
            default: self.default.as_deref().map(Arc::from),
            only: self.choose.is_only(),
        }
    }

    fn check_choice(&self, path: &str, problems: &mut Problems) {
        if self.table.is_empty() {
            problems.push(path, "give a `preset` or a `table`");
        }
        if self.table.len() > Self::MOST {
            problems.push(
                format!("{path}.table"),
                format!("at most {} rows, got `{}`", Self::MOST, self.table.len()),
            );
        }
        let at = format!("{path}.default");
        match (self.choose, &self.default) {
            (RfmSegmentChoice::FirstMatch, None) => problems.push(
                at,
                "`first_match` needs a name for the cells that no row holds",
            ),
            (RfmSegmentChoice::FirstMatch, Some(name)) => {
                if let Some(problem) = name_problem(name) {
                    problems.push(at, problem);
                }
            }
            (RfmSegmentChoice::Only, Some(name)) => problems.push(
                at,
                format!(
                    "belongs to `choose = \"first_match\"`, got `{}`",
                    shortened(name)
                ),
            ),
            (RfmSegmentChoice::Only, None) => {}
        }
    }
}

fn usual_rows() -> Vec<RfmSegmentSpec> {
    [
        ("Champions", (5, 5), (4, 5)),
        ("Loyal", (3, 4), (4, 5)),
        ("Potential Loyalists", (4, 5), (2, 3)),
        ("New Customers", (5, 5), (1, 1)),
        ("Promising", (4, 4), (1, 1)),
        ("Need Attention", (3, 3), (3, 3)),
        ("About To Sleep", (3, 3), (1, 2)),
        ("Can't Lose Them", (1, 2), (5, 5)),
        ("At Risk", (1, 2), (3, 4)),
        ("Hibernating", (1, 2), (1, 2)),
    ]
    .map(|(name, recency, frequency)| RfmSegmentSpec {
        recency: Some(recency),
        frequency: Some(frequency),
        ..RfmSegmentSpec::new(name)
    })
    .into()
}

impl RfmSpec {
    /// The segments, where there are any.
    pub(super) fn resolve_segments(&self, path: &str, problems: &mut Problems) -> Option<Segments> {
        let bins = self.bins.clamp(*Self::BINS.start(), *Self::BINS.end());
        let spec = self.segments.as_ref()?;
        Some(spec.resolve(bins, &format!("{path}.segments"), problems))
    }
}
