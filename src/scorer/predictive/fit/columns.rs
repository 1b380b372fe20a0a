//! What is known of the columns of a matrix before it is fitted.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a pass takes its vectors"
)]

use super::blocks::{BLOCK, Pass, STRIP, map_blocks};
use std::ops::Range;

/// What is known of each column.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) each: Vec<Column>,
}

/// One column, over the rows that take part, each counted once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    count: f64,
    pub(super) mean: f64,
    /// The sum of squares about the mean.
    squares: f64,
    converted: (f64, f64),
    other: (f64, f64),
}

/// How one column alone tells the classes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alone {
    /// Every converted row lies beyond every other.
    Complete,
    /// The same, but for rows at one shared value.
    Quasi,
}

impl Column {
    const EMPTY: Self = Self {
        count: 0.0,
        mean: 0.0,
        squares: 0.0,
        converted: (f64::INFINITY, f64::NEG_INFINITY),
        other: (f64::INFINITY, f64::NEG_INFINITY),
    };

    /// Two parts of a column together (Chan, Golub and `LeVeque` 1983).
    fn merge(&mut self, more: &Self) {
        let count = self.count + more.count;
        let apart = more.mean - self.mean;
        self.mean += apart * (more.count / count);
        self.squares += more.squares + apart * apart * (self.count * more.count / count);
        self.count = count;
        let wider = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        self.converted = wider(self.converted, more.converted);
        self.other = wider(self.other, more.other);
    }

    /// Whether it has one value only, or differences too small to be told from none.
    pub(super) fn is_constant(&self) -> bool {
        let (low, high) = (
            self.converted.0.min(self.other.0),
            self.converted.1.max(self.other.1),
        );
        let size = low.abs().max(high.abs());
        high - low <= size * 1e-14 || high - low < 1e-100
    }

    /// The population standard deviation.
    pub(super) fn deviation(&self) -> f64 {
        (self.squares / self.count).sqrt()
    }

    /// The root mean square.
    pub(super) fn size(&self) -> f64 {
        (self.squares / self.count + self.mean * self.mean).sqrt()
    }

    pub(super) fn separates(&self) -> Option<Alone> {
        if self.is_constant() {
            return None;
        }
        let beyond = |a: (f64, f64), b: (f64, f64)| {
            if a.0 > b.1 {
                Some(Alone::Complete)
            } else if a.0 == b.1 {
                Some(Alone::Quasi)
            } else {
                None
            }
        };
        beyond(self.converted, self.other).or_else(|| beyond(self.other, self.converted))
    }
}

impl Columns {
    pub(super) fn of(values: &[f64], width: usize, converted: &[bool]) -> Self {
        let rows = converted.len();
        let parts = map_blocks(
            rows,
            &Seen {
                values,
                width,
                converted,
            },
        );
        debug_assert_eq!(parts.len(), rows.div_ceil(BLOCK));
        let mut each = vec![Column::EMPTY; width];
        for part in parts {
            for (all, part) in each.iter_mut().zip(&part) {
                all.merge(part);
            }
        }
        Self { each }
    }

    /// Whether all values are finite and at most that in size.
    pub(super) fn finite(&self, largest: f64) -> bool {
        self.each.iter().all(|column| {
            let (a, b) = (column.converted, column.other);
            let inside = |(low, high): (f64, f64)| low >= -largest && high <= largest;
            inside(a) && inside(b) && column.squares.is_finite()
        })
    }
}

/// Rows whose columns are looked at.
struct Seen<'a> {
    values: &'a [f64],
    width: usize,
    converted: &'a [bool],
}

impl Pass<Range<usize>> for Seen<'_> {
    type Part = Vec<Column>;

    #[inline(always)]
    fn block(&self, rows: Range<usize>) -> Vec<Column> {
        let width = self.width;
        let mut all = vec![Column::EMPTY; width];
        let mut few = Few::of(width);
        let values = self.values.get(rows.start * width..rows.end * width);
        let values = values.unwrap_or_default().chunks(STRIP * width);
        let converted = self.converted.get(rows).unwrap_or_default();
        for (values, converted) in values.zip(converted.chunks(STRIP)) {
            few.take(values, converted);
            few.add_to(&mut all);
        }
        all
    }
}

/// The columns of a few rows, each number of all columns side by side.
struct Few {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
    converted: Ends,
    other: Ends,
}

/// The least and the greatest value of each column.
struct Ends {
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Ends {
    fn reset(&mut self) {
        self.low.fill(f64::INFINITY);
        self.high.fill(f64::NEG_INFINITY);
    }
}

impl Few {
    fn of(width: usize) -> Self {
        let zeros = || vec![0.0; width];
        let ends = || Ends {
            low: zeros(),
            high: zeros(),
        };
        Self {
            count: 0.0,
            mean: zeros(),
            squares: zeros(),
            converted: ends(),
            other: ends(),
        }
    }

    /// Takes the mean first, then the squares about it.
    #[inline(always)]
    fn take(&mut self, values: &[f64], converted: &[bool]) {
        self.mean.fill(0.0);
        self.squares.fill(0.0);
        self.converted.reset();
        self.other.reset();
        let width = self.mean.len();
        for (row, &converted) in values.chunks_exact(width).zip(converted) {
            let ends = if converted {
                &mut self.converted
            } else {
                &mut self.other
            };
            let ends = ends.low.iter_mut().zip(&mut ends.high);
            for ((&x, sum), (low, high)) in row.iter().zip(&mut self.mean).zip(ends) {
                *sum += x;
                *low = low.min(x);
                *high = high.max(x);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a strip is short")]
        let count = converted.len() as f64;
        self.count = count;
        for mean in &mut self.mean {
            *mean /= count;
        }
        for row in values.chunks_exact(width) {
            for ((&x, mean), squares) in row.iter().zip(&self.mean).zip(&mut self.squares) {
                let apart = x - mean;
                *squares += apart * apart;
            }
        }
    }

    fn add_to(&self, all: &mut [Column]) {
        let sums = self.mean.iter().zip(&self.squares);
        let converted = self.converted.low.iter().zip(&self.converted.high);
        let other = self.other.low.iter().zip(&self.other.high);
        let columns = sums.zip(converted.zip(other));
        for (all, ((&mean, &squares), (converted, other))) in all.iter_mut().zip(columns) {
            all.merge(&Column {
                count: self.count,
                mean,
                squares,
                converted: (*converted.0, *converted.1),
                other: (*other.0, *other.1),
            });
        }
    }
}
