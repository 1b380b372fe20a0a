use super::facts::Facts;
use super::reach::Reach;
use super::resolve::{Conditions, StateTest};
use crate::lead::{LeadView, Moment};
use crate::model::change::{Edges, Walk, first_moment};
use crate::model::{ChangeError, ScoreModel};
use crate::score::ScoreVector;
use crate::scorer::{Case, Within};
use std::sync::Arc;

impl Conditions {
    /// Whether a model is the one that the conditions were built against.
    pub(in crate::model) fn are_of(&self, model: &ScoreModel) -> bool {
        Arc::ptr_eq(&self.shape, &model.shape)
            || (self.shape == model.shape && self.schema == model.schema.id())
    }

    /// The first moment at which a frozen lead `differs`, as the model's scores and these conditions tell: `may_differ`
    /// tells of an interval in which scores stay within reach whether any moment of it may.
    pub(in crate::model) fn first_change(
        &self,
        model: &ScoreModel,
        lead: &dyn LeadView,
        span: Within,
        tests: &[&StateTest],
        may_differ: &dyn Fn(&mut Facts<'_, '_>, &Reach<'_>) -> bool,
        differs: &dyn Fn(&ScoreVector, Moment) -> bool,
    ) -> Result<Option<Moment>, ChangeError> {
        let walk = Walk {
            model,
            lead,
            span,
            // A rule of any dimension may disqualify.
            asked: &|_| true,
            reads_activities: self.reads_activities,
        };
        let edges: Edges<'_> = &|case, chosen, note| {
            self.attributes.edges(case.lead, note);
            for labels in &model.labels {
                labels.edges(case, chosen, note);
            }
            for test in tests {
                test.edges(case, chosen, note);
            }
        };
        walk.first(edges, &mut |within, case, buffers| {
            let vector = model.vector(lead, within.from.into());
            if differs(&vector, within.from) {
                return (span.from < within.from).then_some(within.from);
            }
            let course = model.course(case, &|_| true, buffers);
            let lifts: Vec<Option<u16>> = model
                .labels
                .iter()
                .map(|labels| model.lifts(labels, case, buffers))
                .collect();
            let looked = self.look(lead, vector.scored(), within.from, |facts| {
                let may_differ = |within| {
                    let reach = Reach {
                        model,
                        course: &course,
                        lifts: &lifts,
                        lead,
                        within,
                    };
                    may_differ(facts, &reach)
                };
                first_moment(within, may_differ, |at| {
                    differs(&model.vector(lead, at.into()), at)
                })
            });
            looked.flatten()
        })
    }
}

impl StateTest {
    /// Hands on the moments at which activities enter or leave a window that is asked for.
    fn edges(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        chosen: &mut Vec<usize>,
        note: &mut dyn FnMut(Moment),
    ) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.edges(case, chosen, note);
                }
            }
            Self::Not(part) => part.edges(case, chosen, note),
            Self::Activity { plan, .. } => plan.edges(case, chosen, note),
            Self::Score { .. }
            | Self::Raw { .. }
            | Self::Label(_)
            | Self::When(_)
            | Self::Disqualified(_) => {}
        }
    }
}
