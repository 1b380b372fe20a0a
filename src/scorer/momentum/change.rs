use super::MomentumScorer;
use crate::lead::LeadView;
use crate::score::{AsOf, Cause, Explanation, Formula, Unit};
use crate::scorer::made::{Made, one_step};
use crate::scorer::rules::{occurrences, other_schema, when};
use crate::scorer::trace::On;

impl MomentumScorer {
    /// The difference of `last - mean`: by activity in the last week, as a whole in the mean week.
    pub(super) fn change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        if lead.schema() != self.schema {
            return other_schema("momentum");
        }
        let told = when(lead, a, b).map(|(lead, as_of)| {
            let weeks = self.with_history(&lead, as_of, |case| self.weeks::<On, _>(case))?;
            let momentum = weeks.momentum()?;
            let last = weeks.last_parts;
            Some(Made {
                whole: Explanation::given("change", Unit::Points, momentum.change()),
                parts: vec![
                    Explanation::node("last week", Unit::Points, Formula::Sum, last),
                    Explanation::given("mean week before", Unit::Points, 0.0 - momentum.mean_week),
                ],
            })
        });
        Made::change("momentum", Unit::Points, &told, |step| {
            let (old, new, facts) = step;
            match new.or(old).map(Explanation::formula) {
                Some(Formula::Sum) => occurrences(old, new, facts, Cause::Window),
                _ => one_step(step, Cause::Window),
            }
        })
    }
}
