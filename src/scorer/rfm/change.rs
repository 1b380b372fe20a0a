use super::rfm_scorer::RfmScorer;
use super::spec::RfmAxis;
use super::values::RfmValues;
use crate::lead::LeadView;
use crate::score::{AsOf, Cause, Explanation, Unit};
use crate::scorer::made::{Made, one_step};
use crate::scorer::rules::{other_schema, when};

impl RfmScorer {
    /// The difference of the score, by what each axis gives to it: `weight * place` by the weight of all that count.
    pub(super) fn change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        let label = self.axis.map_or("rfm", RfmAxis::name);
        if lead.schema() != self.plan.source.schema {
            return other_schema(label);
        }
        let told =
            when(lead, a, b).map(|(lead, as_of)| self.made(&self.values(&lead, as_of)?, label));
        Made::change(label, Unit::Score, &told, |step| {
            let (old, new, _) = step;
            let part = new.or(old).map_or("", Explanation::label);
            // Time makes the last purchase older; all else goes by a new start of the lead alone.
            let by_time = if part == RfmAxis::Recency.name() {
                Cause::Silence
            } else {
                Cause::Window
            };
            one_step(step, by_time)
        })
    }

    fn made(&self, values: &RfmValues, label: &'static str) -> Option<Made> {
        let bins = self.bins(values);
        let score = self.cell_score(bins)?.get();
        let axes = RfmAxis::ALL.into_iter().zip(self.plan.weights);
        let counted = axes.filter_map(|(axis, weight)| {
            let weight = match self.axis {
                None => weight,
                Some(only) if only == axis => 1.0,
                Some(_) => 0.0,
            };
            let place = self.plan.place(axis, bins)?;
            (weight > 0.0).then_some((axis, weight, place))
        });
        let counted: Vec<(RfmAxis, f64, f64)> = counted.collect();
        let whole = counted.iter().fold(0.0, |sum, (_, weight, _)| sum + weight);
        let parts = counted.into_iter().map(|(axis, weight, place)| {
            let gives = Explanation::given(axis.name(), Unit::Score, weight * place / whole);
            gives.with_notes(vec![self.explain_axis(axis, values)])
        });
        Some(Made {
            whole: Explanation::given(label, Unit::Score, score),
            parts: parts.collect(),
        })
    }
}
