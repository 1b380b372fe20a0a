use crate::evaluate::evaluation::real;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How scores are spread.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreDistribution {
    /// How many leads have a score.
    pub leads: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, of the population.
    pub deviation: f64,
    /// The least.
    pub min: f64,
    /// The lower quartile, of type 7 (Hyndman and Fan 1996).
    pub lower_quartile: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile.
    pub upper_quartile: f64,
    /// The greatest.
    pub max: f64,
}

impl ScoreDistribution {
    /// Of the scores there are, 0 to 100 each; `None` where there is none.
    pub(super) fn of(scores: &[Option<f64>]) -> Option<Self> {
        let mut scores: Vec<f64> = scores.iter().flatten().copied().collect();
        scores.sort_unstable_by(f64::total_cmp);
        let (&min, &max) = (scores.first()?, scores.last()?);
        let leads = scores.len();
        let mean = scores.iter().fold(0.0, |sum, score| sum + score) / real(leads);
        let squares = scores
            .iter()
            .fold(0.0, |sum, score| sum + (score - mean).powi(2));
        let quantile = |quarters: usize| {
            let (place, rest) = ((leads - 1) * quarters / 4, (leads - 1) * quarters % 4);
            let low = scores.get(place).copied().unwrap_or(max);
            let high = scores.get(place + 1).copied().unwrap_or(low);
            low + (high - low) * (real(rest) / 4.0)
        };
        Some(Self {
            leads,
            mean,
            deviation: (squares / real(leads)).sqrt(),
            min,
            lower_quartile: quantile(1),
            median: quantile(2),
            upper_quartile: quantile(3),
            max,
        })
    }
}

impl fmt::Display for ScoreDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6}", self.leads)?;
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
