use crate::model::BandSpec;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who moves from which band to which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandMigration {
    /// The bands: `unscored`, `below` the lowest, and those given.
    pub bands: Vec<String>,
    /// How many leads, by band of the champion, then by band of the challenger.
    pub counts: Vec<Vec<usize>>,
}

impl BandMigration {
    pub(super) fn new(
        bands: &[BandSpec],
        champion: &[Option<f64>],
        challenger: &[Option<f64>],
    ) -> Self {
        let place = |score: &Option<f64>| {
            score.map_or(0, |score| {
                1 + bands.partition_point(|band| band.at_least <= score)
            })
        };
        let labels = bands.iter().map(|band| band.label.clone());
        let bands: Vec<String> = ["unscored".to_owned(), "below".to_owned()]
            .into_iter()
            .chain(labels)
            .collect();
        let mut counts = vec![vec![0; bands.len()]; bands.len()];
        for (from, to) in champion.iter().zip(challenger) {
            if let Some(count) = counts
                .get_mut(place(from))
                .and_then(|row| row.get_mut(place(to)))
            {
                *count += 1;
            }
        }
        Self { bands, counts }
    }

    /// How many leads move from one band of the champion to another of the challenger; `None` where there is no such
    /// band.
    #[must_use]
    pub fn moved(&self, from: &str, to: &str) -> Option<usize> {
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
            for count in counts {
                write!(f, " {count:>10}")?;
            }
        }
        Ok(())
    }
}
