use super::values::RfmBins;
use crate::lead::shortened;
use crate::model::Problems;
use std::sync::Arc;

/// A segment table, resolved.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    pub(super) rows: Box<[Row]>,
    pub(super) default: Option<Arc<str>>,
    pub(super) only: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: Arc<str>,
    pub(super) cells: Cells,
}

/// Cells within three ranges of bins, in the order of [`RfmAxis::ALL`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cells(pub(super) [(u16, u16); 3]);

impl Cells {
    /// The cells that both hold.
    fn common(self, other: Self) -> Option<Self> {
        let mut ranges = self.0;
        for (range, other) in ranges.iter_mut().zip(other.0) {
            *range = (range.0.max(other.0), range.1.min(other.1));
        }
        ranges
            .iter()
            .all(|(low, high)| low <= high)
            .then_some(Self(ranges))
    }

    /// The cells of this that another does not hold, as ranges that do not overlap.
    fn without(self, other: Self, rest: &mut Vec<Self>) {
        let Some(common) = self.common(other) else {
            rest.push(self);
            return;
        };
        let mut left = self;
        for (axis, (low, high)) in common.0.into_iter().enumerate() {
            let (from, to) = left.0.get(axis).copied().unwrap_or_default();
            for (from, to) in [(from, low - 1), (high + 1, to)] {
                if from <= to {
                    rest.push(left.with(axis, (from, to)));
                }
            }
            left = left.with(axis, (low, high));
        }
    }

    /// The same with another range of bins on one axis.
    fn with(mut self, axis: usize, bins: (u16, u16)) -> Self {
        if let Some(range) = self.0.get_mut(axis) {
            *range = bins;
        }
        self
    }

    /// Its lowest cell.
    fn first(self) -> RfmBins {
        let [recency, frequency, monetary] = self.0.map(|(low, _)| low);
        RfmBins {
            recency,
            frequency,
            monetary,
        }
    }

    #[inline]
    fn holds(&self, bins: RfmBins) -> bool {
        let [r, f, m] = self.0;
        let within = |(low, high): (u16, u16), bin| low <= bin && bin <= high;
        within(r, bins.recency) & within(f, bins.frequency) & within(m, bins.monetary)
    }
}

impl Segments {
    /// Checks that every cell is held exactly once, where that is asked for.
    pub(super) fn check(&self, counts: [u16; 3], path: &str, problems: &mut Problems) {
        if !self.only || self.rows.is_empty() {
            return;
        }
        let all = Cells(counts.map(|count| (1, count)));
        for (i, row) in self.rows.iter().enumerate() {
            let Some(mine) = row.cells.common(all) else {
                continue;
            };
            let earlier = self.rows.iter().take(i);
            let twice = earlier.enumerate().find_map(|(j, other)| {
                let common = other.cells.common(mine)?;
                Some((j, other, common))
            });
            if let Some((j, other, common)) = twice {
                problems.push(
                    format!("{path}.table[{i}]"),
                    format!(
                        "`{}` holds the cell `{}`, which `{}` of table[{j}] holds too",
                        shortened(&row.name),
                        common.first(),
                        shortened(&other.name)
                    ),
                );
                return;
            }
        }
        let mut left = vec![all];
        for row in &self.rows {
            let mut rest = Vec::with_capacity(left.len());
            for cells in left {
                cells.without(row.cells, &mut rest);
            }
            left = rest;
        }
        if let Some(first) = left.iter().map(|cells| cells.first()).min() {
            problems.push(
                format!("{path}.table"),
                format!("no segment holds the cell `{first}`"),
            );
        }
    }

    /// The segment of a cell.
    #[inline]
    pub(super) fn of(&self, bins: RfmBins) -> Option<&Arc<str>> {
        let row = self.rows.iter().find(|row| row.cells.holds(bins));
        row.map(|row| &row.name).or(self.default.as_ref())
    }

    /// All names, each once, in the order of the table.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let rows = self.rows.iter().map(|row| &row.name);
        for name in rows.chain(&self.default) {
            if !names.contains(&name.as_ref()) {
                names.push(name);
            }
        }
        names
    }
}
