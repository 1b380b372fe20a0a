use super::SegmentReportSpec;
use crate::evaluate::drift::{FeatureKind, attribute_sample};
use crate::evaluate::population::Population;
use crate::evaluate::weight::{IvStrength, WeightOfEvidence};
use crate::lead::{AttributeSlot, LeadView};
use crate::model::ScoreModel;
use crate::score::AsOf;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How often a criterion is known, and what its values say of converting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriterionReport {
    /// The attribute.
    pub attribute: String,
    /// What its values are.
    pub kind: FeatureKind,
    /// Share of the leads of which it is known, each as often as its weight says, 0 to 1.
    pub known_share: f64,
    /// Conversion by value, with weight of evidence and information value, of leads whose outcome is known; `None`
    /// where all of them converted, or none.
    pub values: Option<WeightOfEvidence>,
}

impl CriterionReport {
    pub(super) fn all<V: LeadView>(
        spec: &SegmentReportSpec,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        population: &Population<'_>,
    ) -> Vec<Self> {
        let outcomes = population.outcomes().unwrap_or_default();
        let attributes = model.schema().attributes().enumerate();
        let reports = attributes.filter_map(|(i, (name, of))| {
            let slot = AttributeSlot::new(u16::try_from(i).ok()?);
            let kind = FeatureKind::from(of);
            let sample = population.sample(attribute_sample(model, slot, kind, leads, as_of));
            let (known, converted) = sample.with_outcomes(&outcomes);
            Some(Self {
                attribute: name.to_owned(),
                kind,
                known_share: sample.known_share(),
                values: spec.criteria.of(&known, &converted).ok(),
            })
        });
        reports.collect()
    }

    /// The information value; `None` where all leads with a known outcome converted, or none.
    #[must_use]
    pub fn information_value(&self) -> Option<f64> {
        self.values
            .as_ref()
            .map(WeightOfEvidence::information_value)
    }
}

impl fmt::Display for CriterionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: known of {:.1} %",
            self.attribute,
            100.0 * self.known_share
        )?;
        if let Some(value) = self.information_value() {
            write!(
                f,
                ", information value {value:.3} ({})",
                IvStrength::of(value)
            )?;
        }
        Ok(())
    }
}
