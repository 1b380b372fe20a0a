use super::EngagementScorer;
use crate::lead::LeadView;
use crate::score::{AsOf, Cause, Explanation, Unit};
use crate::scorer::made::Made;
use crate::scorer::rules::{occurrences, other_schema, when};

impl EngagementScorer {
    /// The difference of the weighted sum, by kind of activity and day.
    pub(super) fn change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        if lead.schema() != self.schema {
            return other_schema("engagement");
        }
        let told = when(lead, a, b).map(|(lead, as_of)| {
            self.with_history(&lead, as_of, |case| {
                let whole = self.told(case);
                let parts = whole.parts().to_vec();
                Made { whole, parts }
            })
        });
        Made::change("engagement", Unit::Points, &told, |(old, new, facts)| {
            occurrences(old, new, facts, Cause::Window)
        })
    }
}
