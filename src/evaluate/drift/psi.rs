use crate::evaluate::EvaluateError;
use crate::evaluate::bins::{Binning, Counts, FeatureBins, MissingValues, Sample};
use crate::evaluate::distribution::chi_square_quantile;
use crate::evaluate::lead_weights::{check_count, check_weights};
use crate::model::Problems;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a population stability index is computed.
///
/// # Examples
/// ```
/// use lead_scoring::PsiSpec;
///
/// let then: Vec<f64> = (0..100).map(f64::from).collect();
/// let now: Vec<f64> = (50..150).map(f64::from).collect();
/// let psi = PsiSpec::new().numbers(&then, &now)?;
/// assert!(psi.value > 0.25);
/// assert!(PsiSpec::new().numbers(&then, &then)?.value < 1e-12);
/// # Ok::<(), lead_scoring::EvaluateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PsiSpec {
    /// How numbers are put into bins; the edges come from the expected sample. Default: 10 quantile bins.
    pub binning: Binning,
    /// What an empty share counts as, so that its logarithm is finite; shares are not brought back to a sum of 1.
    /// Default: 0.0001.
    pub epsilon: f64,
    /// What becomes of missing values. Default: they are a bin of their own, where either sample has any.
    pub missing: MissingValues,
    /// Levels below that share of the known expected values, and levels that the expected sample does not have, are
    /// one bin `other`. Default: none; every level of either sample is a bin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rare_share: Option<f64>,
}

impl Default for PsiSpec {
    fn default() -> Self {
        Self {
            binning: Binning::default(),
            epsilon: 1e-4,
            missing: MissingValues::default(),
            rare_share: None,
        }
    }
}

/// Population stability index: how far the shares of a sample over bins have moved; 0 for not at all.
///
/// Sum over the bins of `(actual - expected) * ln(actual / expected)`, of shares. By convention below 0.1 is stable,
/// from 0.1 on worth a look, from 0.25 on a shift. Source: Siddiqi (2006), *Credit Risk Scorecards*, chapter 9.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Psi {
    /// The index, 0 or more.
    pub value: f64,
    /// What chance alone exceeds in one of twenty comparisons of samples of that size without any drift:
    /// `(1 / expected + 1 / actual)` times the 95 % quantile of chi-square with one degree of freedom less than bins.
    /// Source: Yurdakul (2018), *Statistical Properties of Population Stability Index*.
    pub by_chance: f64,
    /// Values of the expected sample that count, as a sum of weights.
    pub expected: f64,
    /// Values of the actual sample that count, as a sum of weights.
    pub actual: f64,
    /// The bins; missing values stand last, where they are a bin.
    pub bins: Vec<PsiBin>,
    /// Where the index says less than it seems to.
    pub flags: Vec<PsiFlag>,
}

/// One bin of a [`Psi`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PsiBin {
    /// Its range or level, `other`, or `missing`.
    pub bin: String,
    /// Values of the expected sample in it, as a sum of weights.
    pub expected: f64,
    /// Values of the actual sample in it, as a sum of weights.
    pub actual: f64,
    /// Share of the expected sample, 0 to 1, before the floor.
    pub expected_share: f64,
    /// Share of the actual sample, 0 to 1, before the floor.
    pub actual_share: f64,
    /// What the bin adds to the index.
    pub adds: f64,
}

/// Where a [`Psi`] says less than it seems to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PsiFlag {
    /// All values fall into one bin: the index is 0 whatever happens.
    OneBin,
    /// Equal values left fewer bins than asked for.
    Collapsed {
        /// Bins asked for.
        asked: usize,
        /// Bins that formed.
        formed: usize,
    },
    /// Bins that are empty in one of the samples and were floored: what they add depends on `epsilon`.
    Floored(usize),
}

impl fmt::Display for PsiFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneBin => f.write_str("one bin only: the index cannot see anything"),
            Self::Collapsed { asked, formed } => write!(f, "{formed} of {asked} bins formed"),
            Self::Floored(1) => f.write_str("1 bin is empty in one of the samples"),
            Self::Floored(bins) => write!(f, "{bins} bins are empty in one of the samples"),
        }
    }
}

impl PsiSpec {
    /// Ten quantile bins, empty shares as 0.0001, missing values as a bin of their own.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How numbers are put into bins. Default: 10 quantile bins.
    #[must_use]
    pub fn binning(mut self, binning: Binning) -> Self {
        self.binning = binning;
        self
    }

    /// What an empty share counts as. Default: 0.0001.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// What becomes of missing values. Default: a bin of their own.
    #[must_use]
    pub fn missing(mut self, missing: MissingValues) -> Self {
        self.missing = missing;
        self
    }

    /// Puts levels below that share into one bin. Default: every level is a bin.
    #[must_use]
    pub fn rare_share(mut self, share: f64) -> Self {
        self.rare_share = Some(share);
        self
    }

    pub(crate) fn resolve(&self, path: &str, problems: &mut Problems) {
        self.binning.resolve(&format!("{path}binning"), problems);
        let epsilon = self.epsilon;
        if !(epsilon > 0.0 && epsilon <= 0.1) {
            problems.push(
                format!("{path}epsilon"),
                format!("must be above 0 and at most 0.1, got `{epsilon}`"),
            );
        }
        if let Some(share) = self.rare_share.filter(|share| !(0.0..=1.0).contains(share)) {
            problems.push(
                format!("{path}rare_share"),
                format!("must be from 0 to 1, got `{share}`"),
            );
        }
    }

    /// Compares two samples of numbers. A number that is not finite is missing.
    ///
    /// # Errors
    /// A spec that cannot be used, and samples in which nothing counts.
    pub fn numbers(&self, expected: &[f64], actual: &[f64]) -> Result<Psi, EvaluateError> {
        self.compare(
            &Sample::numbers(expected.to_vec()),
            &Sample::numbers(actual.to_vec()),
        )
    }

    /// As [`numbers`](Self::numbers), each sample with a weight for each value, which counts as that many values: 2 is
    /// the same value twice, 0 none at all.
    ///
    /// Counts are sums of weights. Between quantile bins a weight is that many equal values too; weights of a mean below
    /// 1 are raised to 1 there.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers); not as many weights as values; a weight that is negative, no number, above 1e12,
    /// or not 0 but below 1e-12; weights that are all zero.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{Binning, PsiSpec};
    ///
    /// let spec = PsiSpec::new().binning(Binning::Cuts(vec![10.0]));
    /// let seats = [5.0, 20.0];
    /// // Three small firms for each large one, then one for each.
    /// let psi = spec.weighted_numbers((&seats, &[3.0, 1.0]), (&seats, &[1.0, 1.0]))?;
    /// assert!((psi.value - 0.25 * 3.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), lead_scoring::EvaluateError>(())
    /// ```
    pub fn weighted_numbers(
        &self,
        expected: (&[f64], &[f64]),
        actual: (&[f64], &[f64]),
    ) -> Result<Psi, EvaluateError> {
        let sample = |place: &str, (values, weights): (&[f64], &[f64])| {
            weighted(place, Sample::numbers(values.to_vec()), weights)
        };
        self.compare(
            &sample("expected_weights", expected)?,
            &sample("actual_weights", actual)?,
        )
    }

    /// Compares two samples of levels; `None` is missing.
    ///
    /// # Errors
    /// A spec that cannot be used, and samples in which nothing counts.
    pub fn levels<E: AsRef<str>, A: AsRef<str>>(
        &self,
        expected: &[Option<E>],
        actual: &[Option<A>],
    ) -> Result<Psi, EvaluateError> {
        self.compare(&Sample::lent(expected), &Sample::lent(actual))
    }

    /// As [`levels`](Self::levels), each sample with a weight for each value, which counts as that many values.
    ///
    /// # Errors
    /// As [`levels`](Self::levels), and what [`weighted_numbers`](Self::weighted_numbers) says of weights.
    pub fn weighted_levels<E: AsRef<str>, A: AsRef<str>>(
        &self,
        expected: (&[Option<E>], &[f64]),
        actual: (&[Option<A>], &[f64]),
    ) -> Result<Psi, EvaluateError> {
        self.compare(
            &weighted("expected_weights", Sample::lent(expected.0), expected.1)?,
            &weighted("actual_weights", Sample::lent(actual.0), actual.1)?,
        )
    }

    fn compare(&self, expected: &Sample<'_>, actual: &Sample<'_>) -> Result<Psi, EvaluateError> {
        let mut problems = Problems::default();
        self.resolve("", &mut problems);
        problems.into_result(())?;
        let bins = expected.bins(&self.binning, self.rare_share);
        self.of_counts(&bins, &expected.count(&bins), &actual.count(&bins))
    }

    /// The index of two samples counted in the same bins.
    pub(crate) fn of_counts(
        &self,
        bins: &FeatureBins,
        expected: &Counts,
        actual: &Counts,
    ) -> Result<Psi, EvaluateError> {
        let mut cells: Vec<(String, f64, f64)> = Vec::with_capacity(bins.len() + 1);
        for (bin, &count) in expected.bins.iter().enumerate() {
            let now = actual.bins.get(bin).copied().unwrap_or(0.0);
            // The bin for other levels counts where there are any.
            if count > 0.0 || now > 0.0 || bin < bins.levels().len() || bins.are_numbers() {
                cells.push((bins.label(bin), count, now));
            }
        }
        for (level, &now) in &actual.unseen {
            cells.push((level.clone(), 0.0, now));
        }
        let formed = cells.len();
        if self.missing == MissingValues::OwnBin && expected.missing + actual.missing > 0.0 {
            cells.push(("missing".to_owned(), expected.missing, actual.missing));
        }
        let expected = cells.iter().fold(0.0, |sum, cell| sum + cell.1);
        let actual = cells.iter().fold(0.0, |sum, cell| sum + cell.2);
        for (name, sum) in [("expected", expected), ("actual", actual)] {
            if sum == 0.0 {
                return Err(EvaluateError::new(name, "needs at least one value"));
            }
        }
        let mut flags = Vec::new();
        let asked = self.binning.asked();
        if cells.iter().filter(|cell| cell.1 + cell.2 > 0.0).count() == 1 {
            flags.push(PsiFlag::OneBin);
        } else if bins.are_numbers() && formed < asked {
            flags.push(PsiFlag::Collapsed { asked, formed });
        }
        let empty = |cell: &&(String, f64, f64)| (cell.1 == 0.0) != (cell.2 == 0.0);
        let floored = cells.iter().filter(empty).count();
        if floored > 0 {
            flags.push(PsiFlag::Floored(floored));
        }
        let (all, now) = (expected, actual);
        #[allow(clippy::cast_precision_loss)] // nobody has 2^53 bins
        let freedom = cells.len().saturating_sub(1) as f64;
        let bins: Vec<PsiBin> = cells
            .into_iter()
            .map(|(bin, expected, actual)| {
                let (expected_share, actual_share) = (expected / all, actual / now);
                PsiBin {
                    bin,
                    expected,
                    actual,
                    expected_share,
                    actual_share,
                    adds: adds(expected_share, actual_share, self.epsilon),
                }
            })
            .collect();
        Ok(Psi {
            value: bins.iter().fold(0.0, |sum, bin| sum + bin.adds),
            by_chance: (1.0 / all + 1.0 / now) * chi_square_quantile(0.95, freedom),
            expected,
            actual,
            bins,
            flags,
        })
    }
}

/// A sample with its weights, checked.
fn weighted<'a>(
    place: &str,
    sample: Sample<'a>,
    weights: &[f64],
) -> Result<Sample<'a>, EvaluateError> {
    check_count(place, "weights", weights.len(), ("values", sample.len()))?;
    check_weights(place, weights)?;
    Ok(sample.weighted(weights))
}

/// `(actual - expected) * ln(actual / expected)`, empty shares floored.
fn adds(expected: f64, actual: f64, epsilon: f64) -> f64 {
    let floored = |share: f64| if share > 0.0 { share } else { epsilon };
    let (expected, actual) = (floored(expected), floored(actual));
    (actual - expected) * (actual / expected).ln()
}

impl Psi {
    /// Whether all values fall into one bin, so that the index cannot see anything.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        self.flags.contains(&PsiFlag::OneBin)
    }
}

#[cfg(test)]
mod tests;
