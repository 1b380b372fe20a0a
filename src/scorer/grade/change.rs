use super::GradeScorer;
use crate::lead::LeadView;
use crate::score::{AsOf, Cause, Explanation, Role, Unit};
use crate::scorer::made::{Made, one_step};
use crate::scorer::rules::{other_schema, when};

impl GradeScorer {
    /// The difference of the steps, by criterion.
    pub(super) fn change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        if lead.schema() != self.schema {
            return other_schema("grade");
        }
        let told = when(lead, a, b).map(|(lead, as_of)| {
            let made = self.with_lead(&lead, as_of, |lead, as_of, buffers| {
                let (steps, speaks) = self.steps(lead, as_of, buffers);
                speaks.then(|| {
                    let all = self.told(buffers);
                    let criteria = all.parts().iter();
                    let criteria = criteria.filter(|part| *part.kind() == Role::Rule);
                    let parts = criteria.cloned().collect();
                    Made {
                        whole: Self::kept(steps, all),
                        parts,
                    }
                })
            });
            made.flatten()
        });
        Made::change("grade", Unit::GradeSteps, &told, |step| {
            one_step(step, Cause::Date)
        })
    }
}
