use super::WeightOfEvidence;
use super::monotone;
use super::tally::Tally;
use crate::evaluate::EvaluateError;
use crate::evaluate::bins::{Binning, FeatureBins, MissingValues, Place, Sample};
use crate::evaluate::lead_weights::{check_count, check_weights, with_weight};
use crate::model::Problems;
use serde::{Deserialize, Serialize};

/// Whether conversion rates must rise or fall from bin to bin of a number; bins that break it are merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monotone {
    /// Rise or fall, whichever keeps the higher information value; rise where both keep the same.
    #[default]
    Either,
    /// Rise.
    Rising,
    /// Fall.
    Falling,
    /// Neither: bins stay as they are.
    No,
}

/// How weights of evidence are computed.
///
/// Numbers are cut at quantiles; neighbouring bins are merged while one holds less than `least_share` of the known
/// values, then where rates do not go one way (pooling adjacent violators: Ayer and others 1955). Cut points that are
/// given stay as given.
///
/// # Examples
/// ```
/// use lead_scoring::WoeSpec;
///
/// let seats = [5.0, 8.0, 20.0, 30.0, 60.0, 90.0, 95.0, 99.0];
/// let converted = [false, false, false, true, false, true, true, true];
/// let woe = WoeSpec::cuts(vec![10.0, 50.0]).numbers(&seats, &converted)?;
/// // 3 of the 4 that converted have more than 50 seats, and 1 of the 4 others.
/// assert_eq!(woe.of_number(60.0), 3.0_f64.ln());
/// # Ok::<(), lead_scoring::EvaluateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WoeSpec {
    /// How numbers are put into bins. Default: 20 quantile bins, to be merged.
    pub binning: Binning,
    /// Whether rates must go one way. Default: either.
    pub monotone: Monotone,
    /// Least share of the known values that a bin of numbers holds. Default: 0.05.
    pub least_share: f64,
    /// What is added to both counts of a bin in which nobody or everybody converted, so that its logarithm is finite;
    /// other bins and the totals stay as they are. Default: 0.5.
    pub adjustment: f64,
    /// What becomes of missing values. Default: they are a bin of their own, where there are any.
    pub missing: MissingValues,
    /// Levels below that share of the known values are one bin `other`. Default: none; every level is a bin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rare_share: Option<f64>,
}

impl Default for WoeSpec {
    fn default() -> Self {
        Self {
            binning: Binning::Quantiles(20),
            monotone: Monotone::default(),
            least_share: 0.05,
            adjustment: 0.5,
            missing: MissingValues::default(),
            rare_share: None,
        }
    }
}

impl WoeSpec {
    /// Monotone quantile bins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bins of numbers with these edges between them, which stay as given.
    #[must_use]
    pub fn cuts(cuts: Vec<f64>) -> Self {
        Self::new().binning(Binning::Cuts(cuts))
    }

    /// How numbers are put into bins. Default: 20 quantile bins, to be merged.
    #[must_use]
    pub fn binning(mut self, binning: Binning) -> Self {
        self.binning = binning;
        self
    }

    /// Whether rates must go one way. Default: either.
    #[must_use]
    pub fn monotone(mut self, monotone: Monotone) -> Self {
        self.monotone = monotone;
        self
    }

    /// Least share of the known values that a bin of numbers holds. Default: 0.05.
    #[must_use]
    pub fn least_share(mut self, share: f64) -> Self {
        self.least_share = share;
        self
    }

    /// What is added to both counts of a bin in which nobody or everybody converted. Default: 0.5.
    #[must_use]
    pub fn adjustment(mut self, added: f64) -> Self {
        self.adjustment = added;
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
        for (name, share) in [
            ("least_share", Some(self.least_share)),
            ("rare_share", self.rare_share),
        ] {
            if let Some(share) = share.filter(|share| !(0.0..=1.0).contains(share)) {
                problems.push(
                    format!("{path}{name}"),
                    format!("must be from 0 to 1, got `{share}`"),
                );
            }
        }
        let added = self.adjustment;
        if !(added > 0.0 && added <= 1.0) {
            problems.push(
                format!("{path}adjustment"),
                format!("must be above 0 and at most 1, got `{added}`"),
            );
        }
    }

    /// Weights of evidence of a number. One that is not finite is missing.
    ///
    /// # Errors
    /// A spec that cannot be used, not as many outcomes as values, or outcomes that are all alike.
    pub fn numbers(
        &self,
        values: &[f64],
        converted: &[bool],
    ) -> Result<WeightOfEvidence, EvaluateError> {
        self.of(&Sample::numbers(values.to_vec()), converted)
    }

    /// As [`numbers`](Self::numbers), each lead counting as often as its weight says: 2 is the same lead twice, 0 none at
    /// all.
    ///
    /// Counts are sums of weights. Between quantile bins a weight is that many leads too; weights of a mean below 1 are
    /// raised to 1 there. [`adjustment`](Self::adjustment) stays a number of leads: with weights that add up to little
    /// choose less.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers); not as many weights as values; a weight that is negative, no number, above 1e12, or
    /// not 0 but below 1e-12; weights that are all zero.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::WoeSpec;
    ///
    /// let (seats, converted) = ([5.0, 60.0, 5.0, 60.0], [false, false, true, true]);
    /// // One in ten of the leads that did not convert was kept.
    /// let woe = WoeSpec::cuts(vec![10.0]).weighted_numbers(&seats, &converted, &[30.0, 10.0, 1.0, 1.0])?;
    /// assert_eq!(woe.of_number(60.0), 2.0_f64.ln());
    /// assert_eq!(woe.rows()[0].leads, 31.0);
    /// # Ok::<(), lead_scoring::EvaluateError>(())
    /// ```
    pub fn weighted_numbers(
        &self,
        values: &[f64],
        converted: &[bool],
        weights: &[f64],
    ) -> Result<WeightOfEvidence, EvaluateError> {
        self.weighted(Sample::numbers(values.to_vec()), converted, weights)
    }

    /// Weights of evidence of levels; `None` is missing.
    ///
    /// # Errors
    /// A spec that cannot be used, not as many outcomes as values, or outcomes that are all alike.
    pub fn levels<L: AsRef<str>>(
        &self,
        values: &[Option<L>],
        converted: &[bool],
    ) -> Result<WeightOfEvidence, EvaluateError> {
        self.of(&Sample::lent(values), converted)
    }

    /// As [`levels`](Self::levels), each lead counting as often as its weight says.
    ///
    /// # Errors
    /// As [`levels`](Self::levels), and what [`weighted_numbers`](Self::weighted_numbers) says of weights.
    pub fn weighted_levels<L: AsRef<str>>(
        &self,
        values: &[Option<L>],
        converted: &[bool],
        weights: &[f64],
    ) -> Result<WeightOfEvidence, EvaluateError> {
        self.weighted(Sample::lent(values), converted, weights)
    }

    fn weighted(
        &self,
        sample: Sample<'_>,
        converted: &[bool],
        weights: &[f64],
    ) -> Result<WeightOfEvidence, EvaluateError> {
        let of = ("values", sample.len());
        check_count("converted", "outcomes", converted.len(), of)?;
        check_count("weights", "weights", weights.len(), of)?;
        check_weights("weights", weights)?;
        self.of(&sample.weighted(weights), &with_weight(converted, weights))
    }

    pub(crate) fn of(
        &self,
        sample: &Sample<'_>,
        converted: &[bool],
    ) -> Result<WeightOfEvidence, EvaluateError> {
        let mut problems = Problems::default();
        self.resolve("", &mut problems);
        problems.into_result(())?;
        let of = ("values", sample.len());
        check_count("converted", "outcomes", converted.len(), of)?;
        let mut bins = sample.bins(&self.binning, self.rare_share);
        let (mut counts, missing) = counted(sample, &bins, converted);
        if bins.are_numbers() && !matches!(self.binning, Binning::Cuts(_)) {
            let keep = monotone::merged(&counts, self);
            bins = bins.kept(|cut| keep.contains(&cut));
            counts = counted(sample, &bins, converted).0;
        }
        let missing = missing.filter(|_| self.missing == MissingValues::OwnBin);
        WeightOfEvidence::new(bins, &counts, missing, self.adjustment)
    }
}

/// Leads of each bin, and of missing values where there are any.
fn counted(
    sample: &Sample<'_>,
    bins: &FeatureBins,
    converted: &[bool],
) -> (Vec<Tally>, Option<Tally>) {
    let mut counts = vec![Tally::default(); bins.len()];
    let mut missing = Tally::default();
    sample.each(bins, |row, place, weight| {
        let count = match place {
            Place::Bin(bin) => counts.get_mut(bin),
            Place::Missing | Place::Unseen(_) => Some(&mut missing),
        };
        if let (Some(count), Some(&converted)) = (count, converted.get(row)) {
            count.add(converted, weight);
        }
    });
    (
        counts,
        Some(missing).filter(|missing| missing.leads() > 0.0),
    )
}
