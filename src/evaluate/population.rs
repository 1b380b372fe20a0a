//! Which leads count how often, and what became of them.

use super::EvaluateError;
use super::bins::Sample;
use super::drift::BandOutcome;
use super::lead_weights::{check_count, check_of_leads, with_weight};
use std::borrow::Cow;

/// Which leads of a population count how often, and what became of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Population<'a> {
    given: usize,
    outcomes: Option<&'a [Option<bool>]>,
    /// Checked.
    weights: Option<&'a [f64]>,
}

/// A lead that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    /// Its place among those given.
    pub(super) row: usize,
    /// Whether it converted; `None` where that is not known.
    pub(super) outcome: Option<bool>,
    /// How often it counts, above 0.
    pub(super) weight: f64,
}

impl<'a> Population<'a> {
    pub(super) fn new(
        leads: usize,
        outcomes: Option<&'a [Option<bool>]>,
        weights: Option<&'a [f64]>,
    ) -> Result<Self, EvaluateError> {
        if leads == 0 {
            return Err(EvaluateError::new("leads", "needs at least one lead"));
        }
        if let Some(outcomes) = outcomes {
            check_count("outcomes", "outcomes", outcomes.len(), ("leads", leads))?;
        }
        check_of_leads(weights, leads)?;
        Ok(Self {
            given: leads,
            outcomes,
            weights,
        })
    }

    /// How many leads count.
    pub(super) fn leads(&self) -> u64 {
        self.rows().fold(0, |count, _| count + 1)
    }

    /// The lead at a place; `None` where it does not count.
    pub(super) fn get(&self, row: usize) -> Option<Counted> {
        let weight = match self.weights {
            None => 1.0,
            Some(weights) => weights.get(row).copied().filter(|&weight| weight > 0.0)?,
        };
        let outcome = self
            .outcomes
            .and_then(|outcomes| outcomes.get(row).copied());
        Some(Counted {
            row,
            outcome: outcome.flatten(),
            weight,
        })
    }

    /// The leads that count.
    pub(super) fn rows(&self) -> impl Iterator<Item = Counted> {
        (0..self.given).filter_map(|row| self.get(row))
    }

    /// A sample of one value for each lead, those that do not count left out.
    pub(super) fn sample<'s>(&self, sample: Sample<'s>) -> Sample<'s> {
        match self.weights {
            None => sample,
            Some(weights) => sample.weighted(weights),
        }
    }

    /// How many leads have a known outcome, and how many of them converted.
    pub(super) fn outcome(&self) -> BandOutcome {
        let mut all = BandOutcome::default();
        for lead in self.rows() {
            if let Some(converted) = lead.outcome {
                all.add(converted, lead.weight);
            }
        }
        all
    }

    /// What became of each lead that counts, where anything is known.
    pub(super) fn outcomes(&self) -> Option<Cow<'a, [Option<bool>]>> {
        let outcomes = self.outcomes?;
        Some(match self.weights {
            None => Cow::Borrowed(outcomes),
            Some(weights) => Cow::Owned(with_weight(outcomes, weights)),
        })
    }
}
