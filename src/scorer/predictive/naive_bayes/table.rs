use super::counts::{NaiveBayesLevels, NaiveBayesTable, OutcomeCounts};
use crate::lead::shortened;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a lead holds of one attribute.
pub(super) enum Held<'a> {
    Missing,
    /// One of the levels.
    One(Cow<'a, str>),
    /// Each once, in order.
    Tags(BTreeSet<Cow<'a, str>>),
}

/// Counts of some leads, attributes in the order of the spec.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) leads: OutcomeCounts,
    pub(super) attributes: Vec<Levels>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Levels {
    pub(super) known: OutcomeCounts,
    pub(super) levels: BTreeMap<Box<str>, OutcomeCounts>,
}

impl Table {
    pub(super) fn new(attributes: usize) -> Self {
        Self {
            leads: OutcomeCounts::default(),
            attributes: vec![Levels::default(); attributes],
        }
    }

    pub(super) fn learn(&mut self, held: &[Held<'_>], converted: bool) {
        let count = |counts: &mut OutcomeCounts| *counts.of_mut(converted) += 1;
        count(&mut self.leads);
        for (levels, held) in self.attributes.iter_mut().zip(held) {
            match held {
                Held::Missing => continue,
                Held::One(level) => count(levels.entry(level)),
                Held::Tags(tags) => {
                    for tag in tags {
                        count(levels.entry(tag));
                    }
                }
            }
            count(&mut levels.known);
        }
    }

    /// The opposite of [`learn`](Table::learn), for a lead that [`has`](Table::has) been learned.
    pub(super) fn unlearn(&mut self, held: &[Held<'_>], converted: bool) {
        let take = |counts: &mut OutcomeCounts| {
            let count = counts.of_mut(converted);
            *count = count.saturating_sub(1);
        };
        take(&mut self.leads);
        for (levels, held) in self.attributes.iter_mut().zip(held) {
            let mut take_level = |level: &str| {
                if let Some(counts) = levels.levels.get_mut(level) {
                    take(counts);
                    if counts.is_zero() {
                        levels.levels.remove(level);
                    }
                }
            };
            match held {
                Held::Missing => continue,
                Held::One(level) => take_level(level),
                Held::Tags(tags) => tags.iter().for_each(|tag| take_level(tag)),
            }
            take(&mut levels.known);
        }
    }

    /// Whether such a lead can be among those counted; otherwise what speaks against it.
    pub(super) fn has(
        &self,
        held: &[Held<'_>],
        converted: bool,
        names: &[Arc<str>],
    ) -> Result<(), String> {
        let left = self
            .leads
            .of(converted)
            .checked_sub(1)
            .ok_or("no such lead is counted")?;
        for ((levels, held), name) in self.attributes.iter().zip(held).zip(names) {
            let known = levels.known.of(converted);
            let of = |level: &str| {
                levels
                    .levels
                    .get(level)
                    .map_or(0, |level| level.of(converted))
            };
            let none =
                |level: &str| format!("none is counted with `{name}` = `{}`", shortened(level));
            match held {
                Held::Missing if known > left => {
                    return Err(format!("none is counted without `{name}`"));
                }
                Held::One(level) if of(level) == 0 => return Err(none(level)),
                Held::Missing | Held::One(_) => {}
                Held::Tags(tags) => {
                    let rest = known
                        .checked_sub(1)
                        .ok_or_else(|| format!("none is counted with `{name}`"))?;
                    if let Some(tag) = tags.iter().find(|tag| of(tag) == 0) {
                        return Err(none(tag));
                    }
                    let mut others = levels
                        .levels
                        .iter()
                        .filter(|(tag, _)| !tags.contains(&***tag));
                    if let Some((tag, _)) = others.find(|(_, counts)| counts.of(converted) > rest) {
                        return Err(format!(
                            "none is counted whose `{name}` lack `{}`",
                            shortened(tag)
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.leads.add(other.leads);
        for (levels, others) in self.attributes.iter_mut().zip(&other.attributes) {
            levels.known.add(others.known);
            for (level, counts) in &others.levels {
                levels.entry(level).add(*counts);
            }
        }
    }

    pub(super) fn to_counts(&self, names: &[Arc<str>]) -> NaiveBayesTable {
        let known = names.iter().zip(&self.attributes);
        let known = known.filter(|(_, levels)| !levels.known.is_zero());
        NaiveBayesTable {
            leads: self.leads,
            attributes: known
                .map(|(name, levels)| (name.to_string(), levels.to_counts()))
                .collect(),
        }
    }
}

impl Levels {
    fn entry(&mut self, level: &str) -> &mut OutcomeCounts {
        self.levels.entry(level.into()).or_default()
    }

    fn to_counts(&self) -> NaiveBayesLevels {
        let levels = self.levels.iter();
        NaiveBayesLevels {
            known: self.known,
            levels: levels
                .map(|(level, &counts)| (level.to_string(), counts))
                .collect(),
        }
    }
}
