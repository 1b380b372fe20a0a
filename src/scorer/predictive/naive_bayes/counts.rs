use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many leads converted, and how many did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeCounts {
    /// Leads that converted.
    pub converted: u64,
    /// Leads that did not.
    pub not_converted: u64,
}

impl OutcomeCounts {
    /// The largest count: 1e12.
    pub const LARGEST: u64 = 1_000_000_000_000;

    /// So many converted, so many did not.
    #[must_use]
    pub const fn new(converted: u64, not_converted: u64) -> Self {
        Self {
            converted,
            not_converted,
        }
    }

    /// Those of one outcome.
    #[must_use]
    pub const fn of(&self, converted: bool) -> u64 {
        if converted {
            self.converted
        } else {
            self.not_converted
        }
    }

    pub(super) fn of_mut(&mut self, converted: bool) -> &mut u64 {
        if converted {
            &mut self.converted
        } else {
            &mut self.not_converted
        }
    }

    /// The smaller of the two.
    #[must_use]
    pub const fn fewest(&self) -> u64 {
        if self.converted < self.not_converted {
            self.converted
        } else {
            self.not_converted
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.converted = self.converted.saturating_add(other.converted);
        self.not_converted = self.not_converted.saturating_add(other.not_converted);
    }

    pub(super) fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// Whether neither exceeds that of the other.
    pub(super) fn within(&self, other: &Self) -> bool {
        self.converted <= other.converted && self.not_converted <= other.not_converted
    }
}

/// What a naive Bayes scorer has counted, by team; the counts of all teams are the sum.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NaiveBayesCounts {
    /// Leads without a team; all leads where the spec names no team attribute.
    #[serde(skip_serializing_if = "NaiveBayesTable::is_empty")]
    pub without_team: NaiveBayesTable,
    /// Leads of each team, by its name in lower case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub teams: BTreeMap<String, NaiveBayesTable>,
}

impl NaiveBayesCounts {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Counts of some leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NaiveBayesTable {
    /// All of them.
    pub leads: OutcomeCounts,
    /// By attribute, by its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, NaiveBayesLevels>,
}

impl NaiveBayesTable {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Counts of one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NaiveBayesLevels {
    /// Leads of which the attribute is known.
    pub known: OutcomeCounts,
    /// By level: a text or tag in lower case, `true` or `false`, or a bin such as `<10`, `10..50` or `>=50`. Levels
    /// that are not counted are left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, OutcomeCounts>,
}
