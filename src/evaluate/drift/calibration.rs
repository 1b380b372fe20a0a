use crate::evaluate::EvaluateError;
use crate::evaluate::distribution::chi_square_tail;
use serde::{Deserialize, Serialize};

/// How many leads of a band there were, and how many of them converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandOutcome {
    /// Leads whose outcome is known.
    pub leads: u64,
    /// Those of them that converted.
    pub converted: u64,
}

impl BandOutcome {
    pub(crate) fn add(&mut self, converted: bool) {
        self.leads += 1;
        self.converted += u64::from(converted);
    }

    /// Share of the leads that converted, 0 to 1; `None` without leads.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // no population has 2^53 leads
    pub fn rate(&self) -> Option<f64> {
        (self.leads > 0).then(|| self.converted as f64 / self.leads as f64)
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
    /// Leads with a known outcome.
    pub leads: u64,
    /// Those that converted.
    pub converted: u64,
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
        if converted.len() != probabilities.len() {
            return Err(EvaluateError::new(
                "converted",
                format!(
                    "`{}` outcomes do not go with `{}` probabilities",
                    converted.len(),
                    probabilities.len()
                ),
            ));
        }
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
        if bands == 0 {
            return Err(EvaluateError::new("bands", "needs at least one band"));
        }
        let mut rows: Vec<(f64, bool)> = probabilities
            .iter()
            .copied()
            .zip(converted.iter().copied())
            .collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut done, mut rest) = (0, rows.as_slice());
        let mut found = Vec::new();
        for band in 1..=bands {
            // As many as belong below the band's upper edge, and all that are equal to the last of them.
            let end = (rows.len().saturating_mul(band) / bands).saturating_sub(done);
            let Some(&(last, _)) = end.checked_sub(1).and_then(|last| rest.get(last)) else {
                continue;
            };
            let end = rest.partition_point(|&(p, _)| p <= last);
            let (here, after) = rest.split_at(end);
            found.push(Self::predicted_band(here));
            (done, rest) = (done + end, after);
        }
        Ok(Self::of_bands(found))
    }

    #[allow(clippy::cast_precision_loss)] // no band has 2^53 leads
    fn predicted_band(rows: &[(f64, bool)]) -> (CalibrationBand, bool) {
        let leads = rows.len() as f64;
        let converted = rows.iter().filter(|row| row.1).count();
        let expected = rows.iter().fold(0.0, |sum, row| sum + row.0);
        let variance = rows
            .iter()
            .fold(0.0, |sum, row| sum + row.0 * (1.0 - row.0));
        let apart = converted as f64 - expected;
        let ends = rows.first().zip(rows.last());
        let ((low, _), (high, _)) = ends.map_or(((0.0, false), (0.0, false)), |(a, b)| (*a, *b));
        let band = CalibrationBand {
            band: format!("[{low:.4}, {high:.4}]"),
            leads: rows.len() as u64,
            converted: converted as u64,
            expected_rate: expected / leads,
            observed_rate: converted as f64 / leads,
            chi_square: if variance > 0.0 {
                apart * apart / variance
            } else {
                0.0
            },
        };
        (band, variance > 0.0)
    }

    /// Compares what converted of each band with what converted of it earlier; `None` where no band has leads in both.
    pub(crate) fn between(
        bands: impl Iterator<Item = (String, BandOutcome, BandOutcome)>,
    ) -> Option<Self> {
        let bands: Vec<_> = bands
            .filter_map(|(band, then, now)| {
                let (expected_rate, observed_rate) = (then.rate()?, now.rate()?);
                #[allow(clippy::cast_precision_loss)]
                let (n, m) = (then.leads as f64, now.leads as f64);
                #[allow(clippy::cast_precision_loss)]
                let pooled = (then.converted + now.converted) as f64 / (n + m);
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
        let leads: u64 = bands.iter().map(|band| band.leads).sum();
        let mean = |of: fn(&CalibrationBand) -> f64| {
            #[allow(clippy::cast_precision_loss)]
            let sum = bands
                .iter()
                .fold(0.0, |sum, band| sum + band.leads as f64 * of(band));
            #[allow(clippy::cast_precision_loss)]
            let leads = leads as f64;
            sum / leads
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

/// The chance of a chi-square of that size or more; 1 where nothing could be tested.
#[allow(clippy::cast_precision_loss)] // nobody has 2^53 bands
fn tested(chi_square: f64, freedom: usize) -> f64 {
    chi_square_tail(chi_square, freedom as f64).unwrap_or(1.0)
}

#[cfg(test)]
mod tests;
