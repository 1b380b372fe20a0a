use super::bins::Sorted;
use super::evaluation::{Tie, real};
use super::{EvaluateError, ProbabilityEvaluation};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How probabilities are put into bins to compare them with what came of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReliabilityBins {
    /// So many bins of equal width, from 0 to 1.
    EqualWidth(usize),
    /// So many bins of about equal numbers of leads, cut at the type 7 quantiles (Hyndman and Fan 1996); equal
    /// probabilities stay together. A weight counts as that many leads; weights of a mean below 1 are raised to it.
    EqualCount(usize),
    /// A bin for each probability that occurs.
    Distinct,
}

/// Probabilities in bins beside what came of them: how far a forecast can be believed.
///
/// Bins are closed on the right, the first on both sides; those without leads are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReliabilityTable {
    /// The bins, from the lowest probability up.
    pub bins: Vec<ReliabilityBin>,
}

/// A bin of a [`ReliabilityTable`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReliabilityBin {
    /// Above this probability; of the first bin also at it.
    pub from: f64,
    /// Up to this probability.
    pub to: f64,
    /// How many leads.
    pub leads: f64,
    /// How many of them converted.
    pub converted: f64,
    /// The mean probability of its leads.
    pub mean_probability: f64,
    /// The share of its leads that converted.
    pub conversion_rate: f64,
}

impl ReliabilityTable {
    /// Expected calibration error: the mean distance of probability and conversion rate, each bin weighted by its
    /// leads. 0 to 1; 0 is perfect (Naeini, Cooper and Hauskrecht 2015).
    #[must_use]
    pub fn ece(&self) -> f64 {
        let (mut sum, mut leads) = (0.0, 0.0);
        for bin in &self.bins {
            sum += bin.leads * bin.gap();
            leads += bin.leads;
        }
        if leads > 0.0 { sum / leads } else { 0.0 }
    }

    /// Maximum calibration error: the largest distance of probability and conversion rate in a bin, 0 to 1.
    #[must_use]
    pub fn mce(&self) -> f64 {
        self.bins
            .iter()
            .map(ReliabilityBin::gap)
            .fold(0.0, f64::max)
    }
}

impl ReliabilityBin {
    /// The distance of mean probability and conversion rate, 0 to 1.
    fn gap(&self) -> f64 {
        (self.mean_probability - self.conversion_rate).abs()
    }
}

impl fmt::Display for ReliabilityTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("     from      to       leads  probability   converted")?;
        for bin in &self.bins {
            write!(
                f,
                "\n{:>9.4} {:>7.4} {:>11.1} {:>11.2}% {:>10.2}%",
                bin.from,
                bin.to,
                bin.leads,
                100.0 * bin.mean_probability,
                100.0 * bin.conversion_rate
            )?;
        }
        Ok(())
    }
}

/// The Brier score in parts (Murphy 1973): `brier = reliability - resolution + uncertainty + within_bins`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrierDecomposition {
    /// How far the forecasts are off what came of them; 0 is best.
    pub reliability: f64,
    /// How far the bins tell leads apart; the more the better.
    pub resolution: f64,
    /// What the outcomes alone give: base rate times its complement.
    pub uncertainty: f64,
    /// What is left because forecasts differ within a bin; 0 but for rounding where each probability is a bin of its
    /// own (Stephenson, Coelho and Jolliffe 2008).
    pub within_bins: f64,
}

/// Leads of neighbouring probabilities.
#[derive(Clone, Copy, Default)]
pub(super) struct Bin {
    pub(super) leads: f64,
    pub(super) converted: f64,
    /// The sum of their probabilities.
    pub(super) expected: f64,
}

impl Bin {
    fn add(&mut self, tie: &Tie) {
        self.leads += tie.leads();
        self.converted += tie.converted;
        self.expected += tie.leads() * tie.score;
    }
}

impl ProbabilityEvaluation {
    /// Probabilities in bins beside what came of them.
    ///
    /// # Errors
    /// No bin or more than 1000.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{ProbabilityEvaluation, ReliabilityBins};
    ///
    /// let probabilities = [0.0, 0.1, 0.2, 0.8, 0.9, 1.0];
    /// let converted = [false, false, true, true, true, true];
    /// let evaluation = ProbabilityEvaluation::new(&probabilities, &converted)?;
    /// let table = evaluation.reliability(ReliabilityBins::EqualWidth(2))?;
    /// assert_eq!(table.bins[0].conversion_rate, 1.0 / 3.0);
    /// assert!((table.ece() - (0.5 * (1.0 / 3.0 - 0.1) + 0.5 * 0.1)).abs() < 1e-12);
    /// # Ok::<(), lead_scoring::EvaluateError>(())
    /// ```
    pub fn reliability(&self, bins: ReliabilityBins) -> Result<ReliabilityTable, EvaluateError> {
        let binned = self.binned(bins)?;
        let bins = binned.into_iter().map(|(from, to, bin)| ReliabilityBin {
            from,
            to,
            leads: bin.leads,
            converted: bin.converted,
            mean_probability: (bin.expected / bin.leads).clamp(0.0, 1.0),
            conversion_rate: bin.converted / bin.leads,
        });
        Ok(ReliabilityTable {
            bins: bins.collect(),
        })
    }

    /// The Brier score in parts.
    ///
    /// # Errors
    /// No bin or more than 1000.
    pub fn brier_decomposition(
        &self,
        bins: ReliabilityBins,
    ) -> Result<BrierDecomposition, EvaluateError> {
        let base_rate = self.ranking().base_rate();
        let (mut reliability, mut resolution) = (0.0, 0.0);
        for (_, _, bin) in self.binned(bins)? {
            let rate = bin.converted / bin.leads;
            reliability += bin.leads * (bin.expected / bin.leads - rate).powi(2);
            resolution += bin.leads * (rate - base_rate).powi(2);
        }
        let leads = self.ranking().leads();
        let (reliability, resolution) = (reliability / leads, resolution / leads);
        let uncertainty = base_rate * (1.0 - base_rate);
        Ok(BrierDecomposition {
            reliability,
            resolution,
            uncertainty,
            within_bins: self.brier() - (reliability - resolution + uncertainty),
        })
    }

    /// The bins that hold leads, each with its edges, from the lowest probability up.
    pub(super) fn binned(
        &self,
        bins: ReliabilityBins,
    ) -> Result<Vec<(f64, f64, Bin)>, EvaluateError> {
        let ties = self.ranking().ties().iter().rev();
        let edges = match bins {
            ReliabilityBins::Distinct => {
                let each = ties.map(|tie| {
                    let mut bin = Bin::default();
                    bin.add(tie);
                    (tie.score, tie.score, bin)
                });
                return Ok(each.collect());
            }
            ReliabilityBins::EqualWidth(bins) | ReliabilityBins::EqualCount(bins)
                if !(1..=1000).contains(&bins) =>
            {
                let message = format!("must be between 1 and 1000, got `{bins}`");
                return Err(EvaluateError::new("bins", message));
            }
            ReliabilityBins::EqualWidth(bins) => {
                let width = 1.0 / real(bins);
                let inner = (1..bins).map(|i| real(i) * width);
                [0.0].into_iter().chain(inner).chain([1.0]).collect()
            }
            ReliabilityBins::EqualCount(bins) => self.quantiles(bins),
        };
        let mut found: Vec<(f64, f64, Bin)> = edges
            .windows(2)
            .filter_map(|pair| match pair {
                &[from, to] => Some((from, to, Bin::default())),
                _ => None,
            })
            .collect();
        let last = found.len().saturating_sub(1);
        let mut place = 0;
        for tie in ties {
            while place < last && found.get(place).is_some_and(|(_, to, _)| *to < tie.score) {
                place += 1;
            }
            if let Some((_, _, bin)) = found.get_mut(place) {
                bin.add(tie);
            }
        }
        found.retain(|(_, _, bin)| bin.leads > 0.0);
        Ok(found)
    }

    /// The type 7 quantiles at 0, 1/n, ... 1, a weight counting as that many equal values.
    fn quantiles(&self, bins: usize) -> Vec<f64> {
        let ranking = self.ranking();
        let ties = ranking.ties().iter().rev();
        let ties = ties.map(|tie| (tie.score, tie.leads()));
        let sorted = Sorted::ascending(ties, ranking.len());
        let quantiles = (0..=bins).filter_map(|bin| sorted.quantile(bin, bins));
        quantiles.collect()
    }
}
