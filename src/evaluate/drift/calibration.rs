use crate::evaluate::EvaluateError;
use crate::evaluate::distribution::chi_square_tail;
use crate::evaluate::evaluation::real;
use crate::evaluate::lead_weights::{check_count, check_weights};
use serde::{Deserialize, Serialize};

/// How many leads of a band there were, and how many of them converted, as sums of weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandOutcome {
    /// Leads whose outcome is known.
    pub leads: f64,
    /// Those of them that converted.
    pub converted: f64,
}

impl BandOutcome {
    pub(crate) fn add(&mut self, converted: bool, weight: f64) {
        self.leads += weight;
        self.converted += if converted { weight } else { 0.0 };
    }

    /// Share of the leads that converted, 0 to 1; `None` without leads.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.leads > 0.0).then(|| self.converted / self.leads)
    }
}

/// Calibration drift: whether each band of scores still converts as often as was to be expected.
///
/// The test adds up over the bands the squared difference between what converted and what was expected to, over its
/// variance, and takes that as a chi-square with one degree of freedom a band. Where the expected rates are
/// predicted probabilities the variance is the sum of `p (1 - p)`; where they were observed on earlier leads, the
/// test of each band is Pearson's for two proportions, which reckons with the size of both samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationDrift {
    /// The bands that have leads, from low scores to high.
    pub bands: Vec<CalibrationBand>,
    /// Conversion rate to be expected of these leads, 0 to 1.
    pub expected_rate: f64,
    /// Conversion rate observed, 0 to 1.
    pub observed_rate: f64,
    /// Mean distance between the two over the bands, weighted by their leads, 0 to 1.
    pub gap: f64,
    /// The sum over the bands.
    pub chi_square: f64,
    /// Bands that could be tested.
    pub freedom: usize,
    /// Chance of a chi-square of that size or more where nothing has changed.
    pub p_value: f64,
}

/// One band of a [`CalibrationDrift`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationBand {
    /// Its range of scores or probabilities.
    pub band: String,
    /// Leads with a known outcome, as a sum of weights.
    pub leads: f64,
    /// Those that converted, as a sum of weights.
    pub converted: f64,
    /// Conversion rate to be expected, 0 to 1.
    pub expected_rate: f64,
    /// Conversion rate observed, 0 to 1.
    pub observed_rate: f64,
    /// What the band adds to the chi-square; 0 where it could not be tested.
    pub chi_square: f64,
}

impl CalibrationDrift {
    /// Compares predicted probabilities with what happened, in that many bands of equally many leads; equal
    /// probabilities stay together.
    ///
    /// # Errors
    /// Not as many outcomes as probabilities, none at all, a probability outside 0 to 1, or no bands.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::CalibrationDrift;
    ///
    /// let predicted = [0.2; 10];
    /// let converted = [true, true, false, false, false, false, false, false, false, false];
    /// let drift = CalibrationDrift::of_predicted(&predicted, &converted, 1)?;
    /// assert!(drift.gap < 1e-12 && drift.p_value > 0.99);
    /// # Ok::<(), lead_scoring::EvaluateError>(())
    /// ```
    pub fn of_predicted(
        probabilities: &[f64],
        converted: &[bool],
        bands: usize,
    ) -> Result<Self, EvaluateError> {
        Self::predicted(probabilities, converted, None, bands)
    }

    /// As [`of_predicted`](Self::of_predicted), each lead counting as often as its weight says: 2 is the same lead twice,
    /// 0 none at all. Weights of a mean below 1 are raised to 1 where bands are cut.
    ///
    /// # Errors
    /// As [`of_predicted`](Self::of_predicted); not as many weights; a weight that is negative, no number, above 1e12, or
    /// not 0 but below 1e-12; weights that are all zero.
    pub fn of_predicted_weighted(
        probabilities: &[f64],
        converted: &[bool],
        weights: &[f64],
        bands: usize,
    ) -> Result<Self, EvaluateError> {
        Self::predicted(probabilities, converted, Some(weights), bands)
    }

    fn predicted(
        probabilities: &[f64],
        converted: &[bool],
        weights: Option<&[f64]>,
        bands: usize,
    ) -> Result<Self, EvaluateError> {
        let of = ("probabilities", probabilities.len());
        check_count("converted", "outcomes", converted.len(), of)?;
        for (row, p) in probabilities.iter().enumerate() {
            if !(0.0..=1.0).contains(p) {
                return Err(EvaluateError::new(
                    format!("probabilities[{row}]"),
                    format!("must be from 0 to 1, got `{p}`"),
                ));
            }
        }
        if probabilities.is_empty() {
            return Err(EvaluateError::new("probabilities", "needs at least one"));
        }
        if let Some(weights) = weights {
            check_count("weights", "weights", weights.len(), of)?;
            check_weights("weights", weights)?;
        }
        if bands == 0 {
            return Err(EvaluateError::new("bands", "needs at least one band"));
        }
        let weights = weights.unwrap_or_default().iter().copied();
        let weights = weights.chain(std::iter::repeat(1.0));
        let rows = probabilities.iter().zip(converted).zip(weights);
        let mut rows: Vec<Row> = rows
            .map(|((&p, &converted), weight)| Row {
                p,
                converted,
                weight,
            })
            .filter(|row| row.weight > 0.0)
            .collect();
        rows.sort_by(|a, b| a.p.total_cmp(&b.p));
        Ok(Self::of_bands(Row::in_bands(&rows, bands)))
    }

    /// Compares what converted of each band with what converted of it earlier; `None` where no band has leads in both.
    pub(crate) fn between(
        bands: impl Iterator<Item = (String, BandOutcome, BandOutcome)>,
    ) -> Option<Self> {
        let bands: Vec<_> = bands
            .filter_map(|(band, then, now)| {
                let (expected_rate, observed_rate) = (then.rate()?, now.rate()?);
                let (n, m) = (then.leads, now.leads);
                let pooled = (then.converted + now.converted) / (n + m);
                let variance = pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m);
                let apart = observed_rate - expected_rate;
                let band = CalibrationBand {
                    band,
                    leads: now.leads,
                    converted: now.converted,
                    expected_rate,
                    observed_rate,
                    chi_square: if variance > 0.0 {
                        apart * apart / variance
                    } else {
                        0.0
                    },
                };
                Some((band, variance > 0.0))
            })
            .collect();
        (!bands.is_empty()).then(|| Self::of_bands(bands))
    }

    /// Bands, each with whether it could be tested.
    fn of_bands(bands: Vec<(CalibrationBand, bool)>) -> Self {
        let freedom = bands.iter().filter(|(_, tested)| *tested).count();
        let bands: Vec<CalibrationBand> = bands.into_iter().map(|(band, _)| band).collect();
        let leads = bands.iter().fold(0.0, |sum, band| sum + band.leads);
        let mean = |of: fn(&CalibrationBand) -> f64| {
            let sums = bands.iter();
            sums.fold(0.0, |sum, band| sum + band.leads * of(band)) / leads
        };
        let chi_square = bands.iter().fold(0.0, |sum, band| sum + band.chi_square);
        Self {
            expected_rate: mean(|band| band.expected_rate),
            observed_rate: mean(|band| band.observed_rate),
            gap: mean(|band| (band.observed_rate - band.expected_rate).abs()),
            chi_square,
            freedom,
            p_value: tested(chi_square, freedom),
            bands,
        }
    }
}

/// A lead with its predicted probability.
#[derive(Clone, Copy, Debug)]
struct Row {
    p: f64,
    converted: bool,
    weight: f64,
}

impl Row {
    /// Bands of equally many leads, each with whether it can be tested. The rows ascend.
    fn in_bands(rows: &[Self], bands: usize) -> Vec<(CalibrationBand, bool)> {
        let all = rows.iter().fold(0.0, |sum, row| sum + row.weight);
        let scale = (real(rows.len()) / all).max(1.0);
        // What rounding may add to a sum of weights.
        let near = 1e-12 * scale * all;
        let mut upto = 0.0;
        let mut rest = rows.iter().copied().peekable();
        let mut found = Vec::new();
        for band in 1..=bands {
            // As many as belong below the band's upper edge, and all that are equal to the last of them.
            let end = (scale * all * real(band) / real(bands) + near).floor() - near;
            let mut here: Vec<Self> = Vec::new();
            let is_last = band == bands;
            while let Some(row) = rest.next_if(|row| {
                let ties = here.last().is_some_and(|last| last.p >= row.p);
                is_last || upto < end || ties
            }) {
                upto += scale * row.weight;
                here.push(row);
            }
            if !here.is_empty() {
                found.push(Self::band(&here));
            }
        }
        found
    }

    fn band(rows: &[Self]) -> (CalibrationBand, bool) {
        let sum = |of: &dyn Fn(&Self) -> f64| {
            let rows = rows.iter();
            rows.fold(0.0, |sum, row| sum + row.weight * of(row))
        };
        let leads = sum(&|_| 1.0);
        let converted = sum(&|row| f64::from(u8::from(row.converted)));
        let expected = sum(&|row| row.p);
        let variance = sum(&|row| row.p * (1.0 - row.p));
        let apart = converted - expected;
        let ends = rows.first().zip(rows.last());
        let (low, high) = ends.map_or((0.0, 0.0), |(low, high)| (low.p, high.p));
        let band = CalibrationBand {
            band: format!("[{low:.4}, {high:.4}]"),
            leads,
            converted,
            expected_rate: expected / leads,
            observed_rate: converted / leads,
            chi_square: if variance > 0.0 {
                apart * apart / variance
            } else {
                0.0
            },
        };
        (band, variance > 0.0)
    }
}

/// The chance of a chi-square of that size or more; 1 where nothing could be tested.
#[allow(clippy::cast_precision_loss)] // nobody has 2^53 bands
fn tested(chi_square: f64, freedom: usize) -> f64 {
    chi_square_tail(chi_square, freedom as f64).unwrap_or(1.0)
}

#[cfg(test)]
mod tests;
