use super::scored::Scored;
use crate::evaluate::lead_weights::{self, shown};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who crosses the threshold. A lead without a score is below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdCrossing {
    /// The score from which a lead is acted upon.
    pub threshold: f64,
    /// How many reach it with both models, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub stay: f64,
    /// Who reaches it with the challenger only: positions among the leads.
    pub up: Vec<usize>,
    /// How many those are, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub up_leads: f64,
    /// Who reaches it with the champion only.
    pub down: Vec<usize>,
    /// How many those are.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub down_leads: f64,
}

impl ThresholdCrossing {
    pub(super) fn new(threshold: f64, rows: &[Scored]) -> Self {
        let mut crossing = Self {
            threshold,
            stay: 0.0,
            up: Vec::new(),
            up_leads: 0.0,
            down: Vec::new(),
            down_leads: 0.0,
        };
        let reaches = |score: Option<f64>| score.is_some_and(|score| score >= threshold);
        for row in rows {
            match (reaches(row.champion), reaches(row.challenger)) {
                (true, true) => crossing.stay += row.weight,
                (false, true) => {
                    crossing.up.push(row.lead);
                    crossing.up_leads += row.weight;
                }
                (true, false) => {
                    crossing.down.push(row.lead);
                    crossing.down_leads += row.weight;
                }
                (false, false) => {}
            }
        }
        crossing
    }
}

impl fmt::Display for ThresholdCrossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "from {}: {} leads with both, {} with the challenger only, {} with the champion only",
            self.threshold,
            shown(self.stay),
            shown(self.up_leads),
            shown(self.down_leads)
        )
    }
}
