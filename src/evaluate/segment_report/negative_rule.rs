use super::SegmentReportSpec;
use crate::evaluate::ConversionRate;
use crate::evaluate::drift::BandOutcome;
use crate::evaluate::lead_weights::{self, shown};
use crate::evaluate::population::Population;
use crate::lead::LeadView;
use crate::model::{ScoreModel, in_blocks};
use crate::score::{AsOf, ScoreMatrix, ScoreVector};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a negative rule removed, and what of it converted anyway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NegativeRule {
    /// What it removed.
    pub removed: Removed,
    /// Leads from which it took something, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// Points that it took from them on the whole, each lead as often as its weight says, negative; `None` of a
    /// disqualification.
    pub points: Option<f64>,
    /// What of them converted anyway, of those whose outcome is known; `None` where there are none.
    pub conversion: Option<ConversionRate>,
    /// Their conversion rate over that of all leads; `None` where one of them is not known or nobody converted.
    pub lift: Option<f64>,
}

/// What a negative rule removed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removed {
    /// Points.
    Points {
        /// The dimension; `outer/inner` for one of a model inside the model.
        dimension: String,
        /// The rule's id.
        rule: String,
    },
    /// The lead itself: it is disqualified.
    Lead {
        /// The reason.
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    leads: f64,
    points: f64,
    /// Of those whose outcome is known.
    outcome: BandOutcome,
}

impl NegativeRule {
    pub(super) fn all<V: LeadView + Sync>(
        spec: &SegmentReportSpec,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        population: &Population<'_>,
        matrix: &ScoreMatrix,
    ) -> Vec<Self> {
        let mut all: BTreeMap<Removed, Sums> = BTreeMap::new();
        let blocks = in_blocks(leads.len(), |rows| {
            let mut found: Vec<(usize, Removed, f64)> = Vec::new();
            for row in rows {
                let Some(lead) = leads.get(row) else { continue };
                model.rule_hits(lead, as_of, &mut |hit| {
                    let points = hit.node.value().unwrap_or(0.0);
                    if hit.counts && points < 0.0 {
                        let removed = Removed::Points {
                            dimension: model.name_of(hit.dimensions),
                            rule: hit.rule.to_owned(),
                        };
                        found.push((row, removed, points));
                    }
                });
                let vector = matrix.vector(row);
                for reason in vector.iter().flat_map(ScoreVector::disqualified) {
                    let reason = reason.to_owned();
                    found.push((row, Removed::Lead { reason }, 0.0));
                }
            }
            found
        });
        for (row, removed, points) in blocks.into_iter().flatten() {
            let Some(lead) = population.get(row) else {
                continue;
            };
            let sums = all.entry(removed).or_default();
            sums.leads += lead.weight;
            sums.points += lead.weight * points;
            if let Some(converted) = lead.outcome {
                sums.outcome.add(converted, lead.weight);
            }
        }
        let base = population.outcome().rate().filter(|&rate| rate > 0.0);
        let rules = all.into_iter().map(|(removed, sums)| {
            let BandOutcome { leads, converted } = sums.outcome;
            let conversion = ConversionRate::wilson(converted, leads, spec.level);
            Self {
                points: matches!(removed, Removed::Points { .. }).then_some(sums.points),
                removed,
                leads: sums.leads,
                lift: conversion.zip(base).map(|(of, all)| of.rate / all),
                conversion,
            }
        });
        rules.collect()
    }
}

impl fmt::Display for NegativeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.removed, self.points) {
            (Removed::Points { dimension, rule }, points) => write!(
                f,
                "{dimension}/{rule} took {:.0} points from {} leads",
                -points.unwrap_or(0.0),
                shown(self.leads)
            )?,
            (Removed::Lead { reason }, _) => {
                let leads = shown(self.leads);
                write!(f, "`{reason}` disqualified {leads} leads")?;
            }
        }
        match self.conversion {
            Some(rate) => write!(
                f,
                ", {} of {} converted anyway: {rate}",
                shown(rate.converted),
                shown(rate.leads)
            ),
            None => Ok(()),
        }
    }
}
