use crate::evaluate::EvaluateError;
use crate::evaluate::lead_weights::{check_count, check_of_leads, each_weight};
use crate::lead::{Frozen, Moment};

/// A population: its leads, when each converted, and how often each counts.
#[derive(Debug)]
pub(in crate::evaluate) struct Past<'l, L> {
    leads: &'l [L],
    converted_at: &'l [Option<Moment>],
    weights: Option<&'l [f64]>,
}

/// The leads that were there at a moment.
#[derive(Debug)]
pub(in crate::evaluate) struct There<'l, L> {
    /// As they were known then.
    pub(in crate::evaluate) leads: Vec<Frozen<'l, L>>,
    /// Whether each converted by the end of the horizon.
    pub(in crate::evaluate) converted: Vec<bool>,
    /// How often each counts, none of them 0; `None` where each counts once.
    pub(in crate::evaluate) weights: Option<Vec<f64>>,
}

impl<'l, L> Past<'l, L> {
    pub(in crate::evaluate) fn new(
        leads: &'l [L],
        converted_at: &'l [Option<Moment>],
        weights: Option<&'l [f64]>,
    ) -> Result<Self, EvaluateError> {
        let of = ("leads", leads.len());
        check_count("outcomes", "outcomes", converted_at.len(), of)?;
        check_of_leads(weights, leads.len())?;
        Ok(Self {
            leads,
            converted_at,
            weights,
        })
    }

    /// How many leads, as a sum of weights.
    pub(super) fn count(&self) -> f64 {
        let weights = each_weight(self.weights).take(self.leads.len());
        weights.fold(0.0, |sum, weight| sum + weight)
    }

    /// The leads that count, with when they converted and how often they count.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&'l L, Option<Moment>, f64)> {
        let rows = self.leads.iter().zip(self.converted_at);
        let rows = rows.zip(each_weight(self.weights));
        rows.map(|((lead, &converted_at), weight)| (lead, converted_at, weight))
            .filter(|&(_, _, weight)| weight > 0.0)
    }

    /// Nobody of it.
    pub(super) fn nobody(&self) -> There<'l, L> {
        There {
            leads: Vec::new(),
            converted: Vec::new(),
            weights: self.weights.map(|_| Vec::new()),
        }
    }
}

impl<'l, L> There<'l, L> {
    pub(super) fn push(&mut self, lead: Frozen<'l, L>, converted: bool, weight: f64) {
        self.leads.push(lead);
        self.converted.push(converted);
        if let Some(weights) = &mut self.weights {
            weights.push(weight);
        }
    }
}
