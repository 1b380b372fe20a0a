use super::{Binning, FeatureBins};
use crate::evaluate::lead_weights::with_weight;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The values of one feature in a sample, one for each lead, each counting as often as its weight says.
#[derive(Clone, Debug)]
pub(crate) struct Sample<'a> {
    values: Values<'a>,
    /// All above 0; `None` where each lead counts once.
    weights: Option<Vec<f64>>,
}

#[derive(Clone, Debug)]
enum Values<'a> {
    Numbers(Vec<f64>),
    Levels(Vec<Option<Cow<'a, str>>>),
}

/// How a sample falls into bins: sums of weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    /// One for each bin.
    pub(crate) bins: Vec<f64>,
    /// Levels that have no bin.
    pub(crate) unseen: BTreeMap<String, f64>,
    pub(crate) missing: f64,
}

impl<'a> Sample<'a> {
    /// Numbers; one that is not finite is missing.
    pub(crate) fn numbers(values: Vec<f64>) -> Self {
        Self {
            values: Values::Numbers(values),
            weights: None,
        }
    }

    /// Levels; `None` is missing.
    pub(crate) fn levels(values: Vec<Option<Cow<'a, str>>>) -> Self {
        Self {
            values: Values::Levels(values),
            weights: None,
        }
    }

    /// Levels by reference.
    pub(crate) fn lent<L: AsRef<str>>(levels: &'a [Option<L>]) -> Self {
        let lent = levels.iter().map(|level| {
            let level = level.as_ref()?;
            Some(Cow::Borrowed(level.as_ref()))
        });
        Self::levels(lent.collect())
    }

    /// The same values with checked weights, one for each; those of weight 0 are left out.
    pub(crate) fn weighted(self, weights: &[f64]) -> Self {
        Self {
            values: match self.values {
                Values::Numbers(values) => Values::Numbers(with_weight(&values, weights)),
                Values::Levels(values) => Values::Levels(with_weight(&values, weights)),
            },
            weights: Some(with_weight(weights, weights)),
        }
    }

    fn weight(&self, row: usize) -> f64 {
        let weights = self.weights.as_ref();
        weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or_default())
    }

    /// Bins of the sample. With `rare_share`, levels below that share of the known values are one bin.
    pub(crate) fn bins(&self, binning: &Binning, rare_share: Option<f64>) -> FeatureBins {
        match &self.values {
            Values::Numbers(values) => FeatureBins::learn(values, self.weights.as_deref(), binning),
            Values::Levels(values) => {
                let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
                for (row, level) in values.iter().enumerate() {
                    if let Some(level) = level {
                        *counts.entry(level).or_default() += self.weight(row);
                    }
                }
                let known = counts.values().fold(0.0, |sum, count| sum + count);
                let least = rare_share.unwrap_or(0.0) * known;
                let common = counts.iter().filter(|&(_, &count)| count >= least);
                let levels = common.map(|(&level, _)| level.to_owned()).collect();
                FeatureBins::sound_levels(levels, rare_share.is_some())
            }
        }
    }

    pub(crate) fn count(&self, bins: &FeatureBins) -> Counts {
        let mut counts = Counts {
            bins: vec![0.0; bins.len()],
            ..Counts::default()
        };
        self.each(bins, |_, place, weight| match place {
            Place::Bin(bin) => {
                if let Some(count) = counts.bins.get_mut(bin) {
                    *count += weight;
                }
            }
            Place::Unseen(level) => *counts.unseen.entry(level.to_owned()).or_default() += weight,
            Place::Missing => counts.missing += weight,
        });
        counts
    }

    /// Hands on each row, where its value falls, and its weight.
    pub(crate) fn each(&self, bins: &FeatureBins, mut give: impl FnMut(usize, Place<'_>, f64)) {
        for row in 0..self.len() {
            give(row, self.bin(row, bins), self.weight(row));
        }
    }

    /// Where the value of a row falls.
    fn bin(&self, row: usize, bins: &FeatureBins) -> Place<'_> {
        match &self.values {
            Values::Numbers(values) => {
                let value = values.get(row).copied().unwrap_or(f64::NAN);
                bins.of_number(value).map_or(Place::Missing, Place::Bin)
            }
            Values::Levels(values) => match values.get(row) {
                Some(Some(level)) => {
                    let bin = bins.of_level(level);
                    bin.map_or(Place::Unseen(level), Place::Bin)
                }
                _ => Place::Missing,
            },
        }
    }

    /// The numbers with their weights; none where the values are levels.
    pub(crate) fn finite(&self) -> impl Iterator<Item = (f64, f64)> {
        let values = match &self.values {
            Values::Numbers(values) => values.as_slice(),
            Values::Levels(_) => &[],
        };
        let rows = values.iter().enumerate();
        rows.filter(|(_, value)| value.is_finite())
            .map(|(row, &value)| (value, self.weight(row)))
    }

    /// Share of the values that are known, 0 to 1; 0 of none.
    pub(crate) fn known_share(&self) -> f64 {
        let is_known = |row: usize| match &self.values {
            Values::Numbers(values) => values.get(row).is_some_and(|value| value.is_finite()),
            Values::Levels(values) => values.get(row).is_some_and(Option::is_some),
        };
        let (mut known, mut all) = (0.0, 0.0);
        for row in 0..self.len() {
            let weight = self.weight(row);
            all += weight;
            known += if is_known(row) { weight } else { 0.0 };
        }
        if known == 0.0 { 0.0 } else { known / all }
    }

    /// The values whose outcome is known, with that.
    pub(crate) fn with_outcomes(&self, outcomes: &[Option<bool>]) -> (Self, Vec<bool>) {
        let known = outcomes.iter().flatten().copied().collect();
        let kept = |row: &usize| outcomes.get(*row).is_some_and(Option::is_some);
        let rows = || (0..self.len()).filter(kept);
        let values = match &self.values {
            Values::Numbers(values) => {
                Values::Numbers(rows().filter_map(|row| values.get(row).copied()).collect())
            }
            Values::Levels(values) => {
                Values::Levels(rows().filter_map(|row| values.get(row).cloned()).collect())
            }
        };
        let weights = self.weights.as_ref();
        let weights = weights.map(|_| rows().map(|row| self.weight(row)).collect());
        (Self { values, weights }, known)
    }

    pub(crate) fn len(&self) -> usize {
        match &self.values {
            Values::Numbers(values) => values.len(),
            Values::Levels(values) => values.len(),
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
    pub(crate) fn known(&self) -> f64 {
        let all = self.bins.iter().chain(self.unseen.values());
        all.fold(0.0, |sum, count| sum + count)
    }
}
