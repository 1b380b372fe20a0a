use super::scored::{Scored, sum};
use crate::evaluate::bins::Sorted;
use crate::evaluate::lead_weights::{self, shown};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How scores are spread.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreDistribution {
    /// How many leads have a score, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, of the population.
    pub deviation: f64,
    /// The least.
    pub min: f64,
    /// The lower quartile, of type 7 (Hyndman and Fan 1996), a weight counting as that many equal scores.
    pub lower_quartile: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile.
    pub upper_quartile: f64,
    /// The greatest.
    pub max: f64,
}

impl ScoreDistribution {
    /// Of one model's scores, 0 to 100 each; `None` where there is none.
    pub(super) fn of(rows: &[Scored], score: fn(&Scored) -> Option<f64>) -> Option<Self> {
        let rows = rows
            .iter()
            .filter_map(|row| Some((score(row)?, row.weight)));
        let mut rows: Vec<(f64, f64)> = rows.collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let (&(min, _), &(max, _)) = (rows.first()?, rows.last()?);
        let leads = sum(&rows, |&(_, weight)| weight);
        let mean = sum(&rows, |&(score, weight)| weight * score) / leads;
        let squares = sum(&rows, |&(score, weight)| weight * (score - mean).powi(2));
        let count = rows.len();
        let sorted = Sorted::ascending(rows.into_iter(), count);
        Some(Self {
            leads,
            mean,
            deviation: (squares / leads).sqrt(),
            min,
            lower_quartile: sorted.quantile(1, 4)?,
            median: sorted.quantile(1, 2)?,
            upper_quartile: sorted.quantile(3, 4)?,
            max,
        })
    }
}

impl fmt::Display for ScoreDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6}", shown(self.leads))?;
        for number in [
            self.mean,
            self.deviation,
            self.min,
            self.lower_quartile,
            self.median,
            self.upper_quartile,
            self.max,
        ] {
            write!(f, " {number:>7.2}")?;
        }
        Ok(())
    }
}
