use super::snapshot::Snapshot;
use super::{BandOutcome, CalibrationDrift};
use crate::evaluate::EvaluateError;
use crate::evaluate::bins::{Place, Sample};
use crate::evaluate::lead_weights::{check_count, check_of_leads, with_weight};

/// Which leads of a population count how often, and what became of them.
#[derive(Debug)]
pub(in crate::evaluate) struct Population {
    /// Leads that count.
    pub(super) leads: u64,
    /// One for each lead that counts.
    outcomes: Option<Vec<Option<bool>>>,
    /// One for each lead, checked.
    weights: Option<Vec<f64>>,
}

impl Population {
    pub(in crate::evaluate) fn new(
        leads: usize,
        outcomes: Option<&[Option<bool>]>,
        weights: Option<&[f64]>,
    ) -> Result<Self, EvaluateError> {
        if leads == 0 {
            return Err(EvaluateError::new("leads", "needs at least one lead"));
        }
        if let Some(outcomes) = outcomes {
            check_count("outcomes", "outcomes", outcomes.len(), ("leads", leads))?;
        }
        check_of_leads(weights, leads)?;
        let Some(weights) = weights else {
            return Ok(Self {
                leads: leads as u64,
                outcomes: outcomes.map(<[_]>::to_vec),
                weights: None,
            });
        };
        Ok(Self {
            leads: weights.iter().filter(|&&weight| weight > 0.0).count() as u64,
            outcomes: outcomes.map(|outcomes| with_weight(outcomes, weights)),
            weights: Some(weights.to_vec()),
        })
    }

    /// A sample of one value for each lead, those that do not count left out.
    pub(super) fn sample<'a>(&self, sample: Sample<'a>) -> Sample<'a> {
        match &self.weights {
            None => sample,
            Some(weights) => sample.weighted(weights),
        }
    }

    /// How many leads of each band have a known outcome, and how many converted.
    pub(super) fn banded(&self, of: &Snapshot, sample: &Sample<'_>) -> Vec<BandOutcome> {
        let Some(outcomes) = &self.outcomes else {
            return Vec::new();
        };
        let mut bands = vec![BandOutcome::default(); of.bins.len()];
        sample.each(&of.bins, |row, place, weight| {
            let outcome = outcomes.get(row).copied().flatten();
            if let (Some(converted), Place::Bin(bin)) = (outcome, place) {
                if let Some(band) = bands.get_mut(bin) {
                    band.add(converted, weight);
                }
            }
        });
        bands
    }

    pub(super) fn calibration(
        &self,
        of: &Snapshot,
        sample: &Sample<'_>,
    ) -> Option<CalibrationDrift> {
        let now = self.banded(of, sample);
        let both = of.outcomes.iter().zip(&now).enumerate();
        CalibrationDrift::between(both.map(|(bin, (&then, &now))| (of.bins.label(bin), then, now)))
    }
}
