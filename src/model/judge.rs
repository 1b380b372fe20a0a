use super::model::ScoreModel;
use crate::lead::LeadView;
use crate::score::{AsOf, Cell, Explanation, Role, Score, Unit};
use crate::scorer::{
    Assessment, Buffers, BuiltIn, Case, Plan, PredictiveScorer, RuleScorer, Scorer,
};
use std::sync::Arc;

/// Who judges a dimension.
pub(super) enum Judge {
    Rules(Box<RuleScorer>),
    Model(Box<ScoreModel>),
    /// May read the scores of other dimensions.
    Predictive(Box<PredictiveScorer>),
    /// Judges what the model has gathered of a lead.
    BuiltIn(Box<BuiltIn>),
    /// Any other scorer, of this library or of the app.
    Scorer(Arc<dyn Scorer>),
}

impl From<Assessment> for Cell {
    #[inline]
    fn from(assessment: Assessment) -> Self {
        Self {
            score: assessment.score.map_or(f64::NAN, Score::get),
            raw: assessment.raw.unwrap_or(f64::NAN),
        }
    }
}

impl Judge {
    /// Whether it looks at the activities that the model collects.
    pub(super) fn reads_activities(&self) -> bool {
        match self {
            Self::Rules(rules) => rules.reads_activities(),
            Self::Predictive(scorer) => scorer.reads_activities(),
            Self::BuiltIn(scorer) => scorer.reads_activities(),
            Self::Model(_) | Self::Scorer(_) => false,
        }
    }

    /// Whether an app's own scorer may look at all of a lead, and explain.
    pub(super) fn may_explain(&self) -> bool {
        matches!(self, Self::Model(_) | Self::Scorer(_))
    }

    /// Whether a lead's attributes are all that it asks for, so that it judges leads some at a time.
    pub(super) fn judges_attributes(&self) -> bool {
        match self {
            Self::Rules(rules) => rules.plan().is_bare(),
            Self::BuiltIn(scorer) => matches!(**scorer, BuiltIn::Grade(_)),
            Self::Model(_) | Self::Predictive(_) | Self::Scorer(_) => false,
        }
    }

    /// What it asks of a lead's attributes, where it judges by conditions on them.
    pub(super) fn attributes(&self) -> Option<&Plan> {
        match self {
            Self::Rules(rules) => Some(rules.plan().attributes()),
            Self::BuiltIn(scorer) => match &**scorer {
                BuiltIn::Grade(grade) => Some(grade.attributes()),
                _ => None,
            },
            Self::Model(_) | Self::Predictive(_) | Self::Scorer(_) => None,
        }
    }

    /// Whether it is one of those whose attributes may be read together.
    pub(super) fn shares(&self) -> bool {
        self.attributes().is_some_and(Plan::shares)
    }

    /// Whether it must be said what is known of attributes, not only what is true.
    pub(super) fn asks_known(&self) -> bool {
        match self {
            Self::Rules(rules) => rules.plan().asks_known(),
            _ => true,
        }
    }

    /// The assessment, once the word of all that share one is read; `None` where it is not one of them.
    #[inline]
    pub(super) fn assess_read<V: LeadView + ?Sized>(
        &self,
        (truth, known): (u64, u64),
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Option<Assessment> {
        let plan = self.attributes().filter(|plan| plan.shares())?;
        let present = truth & plan.present() != 0;
        buffers.words.set_only(truth, known);
        match self {
            Self::Rules(rules) => {
                let rules = rules.plan();
                Some(rules.assess_read(present, case, buffers, verdict))
            }
            Self::BuiltIn(scorer) => match &**scorer {
                BuiltIn::Grade(grade) => Some(grade.assess_read(present, &buffers.words)),
                _ => None,
            },
            Self::Model(_) | Self::Predictive(_) | Self::Scorer(_) => None,
        }
    }

    pub(super) fn unit(&self) -> Unit {
        match self {
            Self::Rules(rules) => rules.unit(),
            Self::Model(model) => model.unit(),
            Self::Predictive(scorer) => scorer.unit(),
            Self::BuiltIn(scorer) => scorer.scorer().unit(),
            Self::Scorer(scorer) => scorer.unit(),
        }
    }

    /// The assessment; `cells` holds the dimensions that are judged so far.
    pub(super) fn assess<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        as_of: AsOf,
        cells: &[Cell],
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Assessment {
        let scorer: &dyn Scorer = match self {
            Self::Rules(rules) => return rules.judge_case(case, buffers, verdict),
            Self::Predictive(scorer) => return scorer.assess_case(case, cells, buffers),
            Self::BuiltIn(scorer) => return scorer.assess_case(case, buffers),
            Self::Model(model) => {
                // Behind a pointer: a model's own evaluation must not be compiled for every depth of nesting.
                let lead: &dyn LeadView = &case.lead;
                let score = model.judge(lead, as_of, verdict);
                return Assessment {
                    score,
                    raw: score.map(Score::get),
                };
            }
            Self::Scorer(scorer) => scorer,
        };
        let lead = &case.lead;
        scorer.disqualify(lead, as_of, &mut |reason| verdict(&Arc::from(reason)));
        scorer.assess(lead, as_of)
    }

    pub(super) fn explain<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        as_of: AsOf,
        cells: &[Cell],
        buffers: &mut Buffers,
    ) -> Explanation {
        match self {
            Self::Predictive(scorer) => scorer.explain_case(case, cells, buffers),
            Self::Rules(rules) => rules.explain_case(case, buffers),
            Self::Model(model) => model.explain(&case.lead, as_of),
            Self::BuiltIn(scorer) => scorer.explain_case(case, buffers),
            Self::Scorer(scorer) => {
                let lead = &case.lead;
                let mut notes = Vec::new();
                scorer.disqualify(lead, as_of, &mut |reason| {
                    let note = Explanation::unknown(reason.to_owned(), Unit::Score);
                    notes.push(note.role(Role::Disqualified));
                });
                let told = scorer.explain(lead, as_of);
                // An external scorer tells of its disqualifications itself where it explains at all.
                if told.nodes().any(|node| *node.kind() == Role::Disqualified) {
                    return told;
                }
                told.with_notes(notes)
            }
        }
    }
}
