use super::{TrainError, TrainingRow, TrainingSet};
use crate::lead::{LeadView, Moment};
use serde::{Deserialize, Serialize};

/// How rows are split into those to train on and those to test on.
///
/// By time, rows whose horizon runs into the time of the test rows are left out: what they learned from had not
/// happened yet. By the other rules all rows of a lead are on one side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Split {
    /// That share of the rows is tested, the latest: by their moment, then by when the lead was created, then by its
    /// position. Rows of one moment stay together where there are several moments.
    Last(f64),
    /// Rows as of that moment or later are tested.
    From(Moment),
    /// Leads are tested whose position, counted from 0, is a multiple of that number.
    Every(usize),
    /// That share of the leads is tested, drawn by a seed.
    Random {
        /// The share.
        share: f64,
        /// The seed: the same one draws the same leads.
        seed: u64,
    },
    /// Leads are tested for which it says so, one for each lead.
    Given(Vec<bool>),
}

impl Default for Split {
    /// The last fifth, by time.
    fn default() -> Self {
        Self::Last(0.2)
    }
}

/// Rows to train on and rows to test on.
#[derive(Debug)]
pub struct SplitSet<'l, L> {
    /// To learn from.
    pub train: TrainingSet<'l, L>,
    /// To measure with.
    pub test: TrainingSet<'l, L>,
}

impl<'l, L: LeadView> TrainingSet<'l, L> {
    /// Splits the rows.
    ///
    /// # Errors
    /// A share outside 0 to 1, a multiple of 0, another number of flags than leads, and a rule that leaves nothing to
    /// train on or nothing to test on.
    pub fn split(self, by: &Split) -> Result<SplitSet<'l, L>, TrainError> {
        let tested = self.tested(by)?;
        let first = match by {
            Split::Last(_) | Split::From(_) => {
                let rows = self.rows.iter().zip(&tested);
                rows.filter(|(_, tested)| **tested)
                    .map(|(row, _)| row.as_of)
                    .min()
            }
            _ => None,
        };
        let (mut train, mut test) = (Vec::new(), Vec::new());
        let mut left_out = self.left_out;
        for (row, tested) in self.rows.iter().zip(tested) {
            let end = row.as_of.plus_micros(self.horizon_micros);
            let overlaps = self.horizon.is_some()
                && first.is_some_and(|first| row.as_of < first && first < end);
            match (tested, overlaps) {
                (true, _) => test.push(*row),
                (false, true) => left_out.overlapping += 1,
                (false, false) => train.push(*row),
            }
        }
        for (rows, name) in [(&train, "train"), (&test, "test")] {
            if rows.is_empty() {
                let message = format!("leaves no row to {name} on");
                return Err(TrainError::new("split", message));
            }
        }
        let part = |rows: Vec<TrainingRow>| TrainingSet {
            leads: self.leads,
            rows,
            horizon: self.horizon.clone(),
            horizon_micros: self.horizon_micros,
            left_out,
            weighted: self.weighted,
        };
        Ok(SplitSet {
            train: part(train),
            test: part(test),
        })
    }

    /// For each row whether it is tested.
    fn tested(&self, by: &Split) -> Result<Vec<bool>, TrainError> {
        let by_lead = |tested: &dyn Fn(usize) -> bool| {
            let rows = self.rows.iter();
            rows.map(|row| tested(row.lead)).collect()
        };
        match by {
            Split::Last(share) => self.last(checked(*share)?),
            Split::From(moment) => Ok(self.rows.iter().map(|row| row.as_of >= *moment).collect()),
            Split::Every(0) => Err(TrainError::new(
                "split",
                "`every` must be at least 1, got `0`",
            )),
            Split::Every(number) => Ok(by_lead(&|lead| lead % number == 0)),
            Split::Random { share, seed } => {
                let tested = drawn(self.leads.len(), checked(*share)?, *seed);
                Ok(by_lead(&|lead| tested.get(lead).copied().unwrap_or(false)))
            }
            Split::Given(tested) if tested.len() != self.leads.len() => {
                let (expected, given) = (self.leads.len(), tested.len());
                let message = format!("one for each lead: expected {expected}, got {given}");
                Err(TrainError::new("split", message))
            }
            Split::Given(tested) => Ok(by_lead(&|lead| tested.get(lead).copied().unwrap_or(false))),
        }
    }

    fn last(&self, share: f64) -> Result<Vec<bool>, TrainError> {
        let wanted = rounded(share, self.rows.len());
        let mut moments: Vec<Moment> = self.rows.iter().map(|row| row.as_of).collect();
        moments.sort_unstable();
        let split = moments.len() - wanted;
        let several = moments.first() != moments.last();
        if let (true, Some(&from)) = (several, moments.get(split)) {
            return self.tested(&Split::From(from));
        }
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|&row| {
            let lead = self.rows.get(row).map(|row| row.lead);
            let created = lead.and_then(|lead| self.leads.get(lead)?.created_at());
            (created, row)
        });
        let mut tested = vec![false; self.rows.len()];
        for row in order.into_iter().skip(split) {
            if let Some(tested) = tested.get_mut(row) {
                *tested = true;
            }
        }
        Ok(tested)
    }
}

fn checked(share: f64) -> Result<f64, TrainError> {
    if share > 0.0 && share < 1.0 {
        Ok(share)
    } else {
        let message = format!("a share must be more than 0 and less than 1, got `{share}`");
        Err(TrainError::new("split", message))
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a number of rows, far below 2^53"
)]
fn rounded(share: f64, of: usize) -> usize {
    ((share * of as f64).round() as usize).min(of)
}

/// That share of so many, those with the lowest numbers drawn.
fn drawn(of: usize, share: f64, seed: u64) -> Vec<bool> {
    let mut order: Vec<(u64, usize)> = (0..of)
        .map(|position| (mixed(seed ^ mixed(position as u64)), position))
        .collect();
    order.sort_unstable();
    let mut tested = vec![false; of];
    for (_, position) in order.into_iter().take(rounded(share, of)) {
        if let Some(tested) = tested.get_mut(position) {
            *tested = true;
        }
    }
    tested
}

/// One step of `SplitMix64` (Steele, Lea and Flood 2014): a number that looks random for each number.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
