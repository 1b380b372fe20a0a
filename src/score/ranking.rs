use super::ScoreMatrix;
#[cfg(feature = "parallel")]
use rayon::prelude::*;
use std::cmp::Ordering;

/// By what leads are ranked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RankBy<'a> {
    /// The composite where the model has one, else the first dimension.
    #[default]
    Best,
    /// The composite.
    Composite,
    /// A named dimension.
    Dimension(&'a str),
}

/// Something to rank by that a model does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RankError {
    /// There is no such dimension.
    #[error("the model has no dimension `{given}`; it has {known}")]
    Dimension {
        /// The name that was asked for.
        given: String,
        /// The names there are.
        known: String,
    },
    /// There is no composite.
    #[error("the model has no composite to rank by")]
    Composite,
}

/// What a row is ranked by.
#[derive(Clone, Copy)]
struct Key {
    /// 0 scored, 1 abstained, 2 disqualified.
    class: u8,
    score: f64,
    raw: f64,
    row: usize,
}

impl Key {
    fn order(a: &Self, b: &Self) -> Ordering {
        a.class
            .cmp(&b.class)
            .then_with(|| b.score.total_cmp(&a.score))
            .then_with(|| b.raw.total_cmp(&a.raw))
            .then_with(|| a.row.cmp(&b.row))
    }
}

impl ScoreMatrix {
    /// Positions of all leads, best first: scored before abstained before disqualified, then by score (the manual one
    /// while it is in force), by raw value, and in the order in which they were given.
    ///
    /// # Errors
    /// A dimension or composite that the model does not have.
    pub fn ranked(&self, by: RankBy<'_>) -> Result<Vec<usize>, RankError> {
        let mut keys: Vec<Key> = self.keys(by)?.collect();
        // No two are equal: every way to sort gives the same.
        #[cfg(feature = "parallel")]
        keys.par_sort_unstable_by(Key::order);
        #[cfg(not(feature = "parallel"))]
        keys.sort_unstable_by(Key::order);
        Ok(keys.into_iter().map(|key| key.row).collect())
    }

    /// Positions of the best leads, best first, at most `count`: the beginning of [`ranked`](ScoreMatrix::ranked),
    /// found without sorting the rest.
    ///
    /// # Errors
    /// A dimension or composite that the model does not have.
    pub fn top(&self, count: usize, by: RankBy<'_>) -> Result<Vec<usize>, RankError> {
        /// Room in which fewer leads are not worth looking for the best.
        const FEW: usize = 1_024;
        let room = count.saturating_mul(2).max(FEW);
        let mut best: Vec<Key> = Vec::with_capacity(room.min(self.len()));
        let keep = |best: &mut Vec<Key>| {
            if count < best.len() {
                best.select_nth_unstable_by(count, Key::order);
                best.truncate(count);
            }
        };
        // What comes after all of as many as are asked for is not among the best.
        let mut last: Option<Key> = None;
        for key in self.keys(by)? {
            if last.is_some_and(|last| Key::order(&last, &key).is_lt()) {
                continue;
            }
            best.push(key);
            if best.len() == room {
                keep(&mut best);
                last = best.iter().copied().max_by(Key::order);
            }
        }
        keep(&mut best);
        best.sort_unstable_by(Key::order);
        Ok(best.into_iter().map(|key| key.row).collect())
    }

    /// What each row is ranked by, in their order.
    fn keys(&self, by: RankBy<'_>) -> Result<impl Iterator<Item = Key>, RankError> {
        let place = match by {
            RankBy::Best | RankBy::Composite if self.shape.has_composite => None,
            RankBy::Best => Some(0),
            RankBy::Composite => return Err(RankError::Composite),
            RankBy::Dimension(name) => match self.shape.dimension(name) {
                Some(place) => Some(place),
                None => {
                    let known: Vec<String> = self
                        .dimensions()
                        .iter()
                        .map(|dimension| format!("`{}`", dimension.name()))
                        .collect();
                    return Err(RankError::Dimension {
                        given: name.to_owned(),
                        known: known.join(", "),
                    });
                }
            },
        };
        Ok((0..self.len()).map(move |row| self.key(row, place)))
    }

    fn key(&self, row: usize, place: Option<usize>) -> Key {
        let (mut score, raw) = match place {
            None => {
                let composite = self.composite_of(row);
                (composite, composite)
            }
            Some(place) => {
                let cell = self.cells.get(row, place);
                cell.map_or((f64::NAN, f64::NAN), |cell| (cell.score, cell.raw))
            }
        };
        let mut disqualified = false;
        if let Some(notes) = self.notes.get(row) {
            disqualified = !notes.disqualified.is_empty();
            let mut manual = notes.manual.iter().rev();
            if let Some((_, manual)) = manual.find(|(of, _)| *of == place) {
                score = manual.score.get();
            }
        }
        let class = match (disqualified, score.is_nan()) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        };
        // An abstaining lead has no score to order it by, whatever the bits of its NaN.
        let number = |value: f64| {
            if value.is_nan() {
                f64::NEG_INFINITY
            } else {
                value
            }
        };
        Key {
            class,
            score: number(score),
            raw: number(raw),
            row,
        }
    }
}
