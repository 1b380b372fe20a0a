use super::{Binning, FeatureBins};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The values of one feature in a sample, one for each lead.
#[derive(Clone, Debug)]
pub(crate) enum Sample<'a> {
    /// Numbers; one that is not finite is missing.
    Numbers(Vec<f64>),
    /// Levels; `None` is missing.
    Levels(Vec<Option<Cow<'a, str>>>),
}

/// How a sample falls into bins.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    /// One for each bin.
    pub(crate) bins: Vec<u64>,
    /// Levels that have no bin.
    pub(crate) unseen: BTreeMap<String, u64>,
    pub(crate) missing: u64,
}

impl Sample<'_> {
    /// Bins of the sample. With `rare_share`, levels below that share of the known values are one bin.
    pub(crate) fn bins(&self, binning: &Binning, rare_share: Option<f64>) -> FeatureBins {
        match self {
            Self::Numbers(values) => FeatureBins::learn(values, binning),
            Self::Levels(values) => {
                let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
                for level in values.iter().flatten() {
                    *counts.entry(level).or_default() += 1;
                }
                let known: u64 = counts.values().sum();
                #[allow(clippy::cast_precision_loss)] // no sample has 2^53 values
                let least = rare_share.unwrap_or(0.0) * known as f64;
                #[allow(clippy::cast_precision_loss)]
                let common = counts.iter().filter(|&(_, &count)| count as f64 >= least);
                let levels = common.map(|(&level, _)| level.to_owned()).collect();
                FeatureBins::sound_levels(levels, rare_share.is_some())
            }
        }
    }

    pub(crate) fn count(&self, bins: &FeatureBins) -> Counts {
        let mut counts = Counts {
            bins: vec![0; bins.len()],
            ..Counts::default()
        };
        for row in 0..self.len() {
            match self.bin(row, bins) {
                Place::Bin(bin) => {
                    if let Some(count) = counts.bins.get_mut(bin) {
                        *count += 1;
                    }
                }
                Place::Unseen(level) => *counts.unseen.entry(level.to_owned()).or_default() += 1,
                Place::Missing => counts.missing += 1,
            }
        }
        counts
    }

    /// Where the value of a row falls.
    pub(crate) fn bin(&self, row: usize, bins: &FeatureBins) -> Place<'_> {
        match self {
            Self::Numbers(values) => {
                let value = values.get(row).copied().unwrap_or(f64::NAN);
                bins.of_number(value).map_or(Place::Missing, Place::Bin)
            }
            Self::Levels(values) => match values.get(row) {
                Some(Some(level)) => {
                    let bin = bins.of_level(level);
                    bin.map_or(Place::Unseen(level), Place::Bin)
                }
                _ => Place::Missing,
            },
        }
    }

    /// Share of the values that are known, 0 to 1; 0 of none.
    #[allow(clippy::cast_precision_loss)] // no sample has 2^53 values
    pub(crate) fn known_share(&self) -> f64 {
        let known = match self {
            Self::Numbers(values) => values.iter().filter(|value| value.is_finite()).count(),
            Self::Levels(values) => values.iter().flatten().count(),
        };
        if known == 0 {
            0.0
        } else {
            known as f64 / self.len() as f64
        }
    }

    /// The values whose outcome is known, with that.
    pub(crate) fn with_outcomes(&self, outcomes: &[Option<bool>]) -> (Self, Vec<bool>) {
        let known = outcomes.iter().flatten().copied().collect();
        let kept = |row: &usize| outcomes.get(*row).is_some_and(Option::is_some);
        let rows = (0..self.len()).filter(kept);
        let sample = match self {
            Self::Numbers(values) => {
                Self::Numbers(rows.filter_map(|row| values.get(row).copied()).collect())
            }
            Self::Levels(values) => {
                Self::Levels(rows.filter_map(|row| values.get(row).cloned()).collect())
            }
        };
        (sample, known)
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Levels(values) => values.len(),
        }
    }
}

/// Where a value falls.
pub(crate) enum Place<'a> {
    Bin(usize),
    Unseen(&'a str),
    Missing,
}

impl Counts {
    pub(crate) fn known(&self) -> u64 {
        self.bins.iter().chain(self.unseen.values()).sum()
    }
}
