use super::scored::Scored;
use crate::evaluate::lead_weights::{self, shown};
use crate::model::BandSpec;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who moves from which band to which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandMigration {
    /// The bands: `unscored`, `below` the lowest, and those given.
    pub bands: Vec<String>,
    /// How many leads, by band of the champion, then by band of the challenger: sums of weights.
    #[serde(serialize_with = "lead_weights::serialize_counts")]
    pub counts: Vec<Vec<f64>>,
}

impl BandMigration {
    pub(super) fn new(bands: &[BandSpec], rows: &[Scored]) -> Self {
        let place = |score: Option<f64>| {
            score.map_or(0, |score| {
                1 + bands.partition_point(|band| band.at_least <= score)
            })
        };
        let labels = bands.iter().map(|band| band.label.clone());
        let bands: Vec<String> = ["unscored".to_owned(), "below".to_owned()]
            .into_iter()
            .chain(labels)
            .collect();
        let mut counts = vec![vec![0.0; bands.len()]; bands.len()];
        for row in rows {
            let from = counts.get_mut(place(row.champion));
            if let Some(count) = from.and_then(|from| from.get_mut(place(row.challenger))) {
                *count += row.weight;
            }
        }
        Self { bands, counts }
    }

    /// How many leads move from one band of the champion to another of the challenger, as a sum of weights; `None`
    /// where there is no such band.
    #[must_use]
    pub fn moved(&self, from: &str, to: &str) -> Option<f64> {
        let place = |name: &str| self.bands.iter().position(|band| band == name);
        self.counts.get(place(from)?)?.get(place(to)?).copied()
    }
}

impl fmt::Display for BandMigration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<20}", "from \\ to")?;
        for band in &self.bands {
            write!(f, " {band:>10}")?;
        }
        for (band, counts) in self.bands.iter().zip(&self.counts) {
            write!(f, "\n{band:<20}")?;
            for &count in counts {
                write!(f, " {:>10}", shown(count))?;
            }
        }
        Ok(())
    }
}
