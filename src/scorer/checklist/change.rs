use super::{ChecklistScorer, QuestionScorer};
use crate::lead::LeadView;
use crate::score::{AsOf, Cause, Explanation, Unit, WhenMissing, weighted_mean};
use crate::scorer::made::{Made, one_step};
use crate::scorer::rules::{other_schema, when};
use crate::scorer::visible::with_known;

impl ChecklistScorer {
    /// The difference of the score, by what each question gives to it: `weight * worth` by the weight of all known.
    pub(super) fn change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        if lead.schema() != self.schema {
            return other_schema("checklist").labelled(&self.name);
        }
        let told = when(lead, a, b).map(|(lead, as_of)| {
            let made = with_known(self.schema, &lead, as_of, |lead, at| {
                let all = self.questions.iter();
                let scores: Vec<Option<f64>> = all
                    .map(|question| Some(question.worth(lead, at)?.score()))
                    .collect();
                let score =
                    weighted_mean(&self.weights, WhenMissing::Skip, scores.iter().copied())?;
                let both = || self.questions.iter().zip(&scores);
                let answered = both().filter(|(_, score)| score.is_some());
                let whole = answered.fold(0.0, |sum, (question, _)| sum + question.weight);
                let parts = both().filter_map(|(question, score)| {
                    let gives = question.weight * (*score)? / whole;
                    let gives = Explanation::given(&question.name, Unit::Score, gives);
                    Some(gives.with_notes(vec![question.explain(lead, at)]))
                });
                Some(Made {
                    whole: Explanation::given(&self.name, Unit::Score, score),
                    parts: parts.collect(),
                })
            });
            made.flatten()
        });
        Made::change(&self.name, Unit::Score, &told, |step| {
            one_step(step, Cause::Date)
        })
    }
}

impl QuestionScorer {
    /// The difference of the score.
    pub(super) fn change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        let name = &self.question.name;
        if lead.schema() != self.schema {
            return other_schema("question").labelled(name);
        }
        let told = when(lead, a, b).map(|(lead, as_of)| {
            let made = with_known(self.schema, &lead, as_of, |lead, at| {
                self.question.worth(lead, at)?;
                let whole = self.question.explain(lead, at);
                let parts = vec![whole.clone()];
                Some(Made { whole, parts })
            });
            made.flatten()
        });
        Made::change(name, Unit::Score, &told, |step| one_step(step, Cause::Date))
    }
}
