//! What is known of the columns of a matrix before it is fitted.

use super::blocks::{BLOCK, STRIP, map_blocks};

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
        let parts = map_blocks(rows, |range| {
            let mut all = vec![Column::EMPTY; width];
            let mut strip_of = vec![Column::EMPTY; width];
            let values = values
                .get(range.start * width..range.end * width)
                .unwrap_or_default();
            let converted = converted.get(range).unwrap_or_default();
            for (values, converted) in values.chunks(STRIP * width).zip(converted.chunks(STRIP)) {
                strip(values, converted, &mut strip_of);
                for (all, part) in all.iter_mut().zip(&strip_of) {
                    all.merge(part);
                }
            }
            all
        });
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

/// The columns of a few rows: the mean first, then the squares about it.
fn strip(values: &[f64], converted: &[bool], out: &mut [Column]) {
    out.fill(Column::EMPTY);
    let width = out.len();
    for (row, &converted) in values.chunks_exact(width).zip(converted) {
        if converted {
            for (column, &x) in out.iter_mut().zip(row) {
                column.mean += x;
                widen(&mut column.converted, x);
            }
        } else {
            for (column, &x) in out.iter_mut().zip(row) {
                column.mean += x;
                widen(&mut column.other, x);
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a strip is short")]
    let count = converted.len() as f64;
    for column in out.iter_mut() {
        column.count = count;
        column.mean /= count;
    }
    for row in values.chunks_exact(width) {
        for (column, &x) in out.iter_mut().zip(row) {
            let apart = x - column.mean;
            column.squares += apart * apart;
        }
    }
}

fn widen(range: &mut (f64, f64), x: f64) {
    range.0 = if x < range.0 { x } else { range.0 };
    range.1 = if x > range.1 { x } else { range.1 };
}
