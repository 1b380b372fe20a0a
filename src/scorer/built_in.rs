use super::checklist::ChecklistScorer;
use super::engagement::EngagementScorer;
use super::grade::GradeScorer;
use super::interest::InterestScorer;
use super::momentum::MomentumScorer;
use super::predictive::NaiveBayesScorer;
use super::rfm::RfmScorer;
use super::rules::{Buffers, Case};
use super::scorer::{Assessment, Scorer};
use crate::lead::LeadView;
use crate::score::Explanation;

/// A scorer of this library that judges a case: a model gathers what counts of a lead once for all of them.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a model keeps each behind a pointer"
)]
pub(crate) enum BuiltIn {
    Checklist(ChecklistScorer),
    Engagement(EngagementScorer),
    Grade(GradeScorer),
    Interest(InterestScorer),
    Momentum(MomentumScorer),
    NaiveBayes(NaiveBayesScorer),
    Rfm(RfmScorer),
}

impl BuiltIn {
    pub(crate) fn scorer(&self) -> &dyn Scorer {
        match self {
            Self::Checklist(scorer) => scorer,
            Self::Engagement(scorer) => scorer,
            Self::Grade(scorer) => scorer,
            Self::Interest(scorer) => scorer,
            Self::Momentum(scorer) => scorer,
            Self::NaiveBayes(scorer) => scorer,
            Self::Rfm(scorer) => scorer,
        }
    }

    /// Whether it looks at the activities of a case.
    pub(crate) fn reads_activities(&self) -> bool {
        match self {
            Self::Checklist(_) | Self::Grade(_) | Self::NaiveBayes(_) => false,
            Self::Engagement(_) | Self::Interest(_) | Self::Momentum(_) => true,
            Self::Rfm(scorer) => scorer.reads_activities(),
        }
    }

    pub(crate) fn assess_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> Assessment {
        match self {
            Self::Checklist(scorer) => scorer.assess_known(&case.lead, case.as_of),
            Self::Engagement(scorer) => scorer.assess_case(case),
            Self::Grade(scorer) => scorer.assess_known(case.lead, case.as_of, buffers),
            Self::Interest(scorer) => scorer.assess_case(&case.as_dyn(&case.lead), buffers),
            Self::Momentum(scorer) => scorer.assess_case(case),
            Self::NaiveBayes(scorer) => scorer.assess(&case.lead, case.as_of.into()),
            Self::Rfm(scorer) => scorer.assess_case(case),
        }
    }

    pub(crate) fn explain_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> Explanation {
        match self {
            Self::Checklist(scorer) => scorer.explain_known(&case.lead, case.as_of),
            Self::Engagement(scorer) => scorer.explain_case(case),
            Self::Grade(scorer) => scorer.explain_known(case.lead, case.as_of, buffers),
            Self::Interest(scorer) => scorer.explain_case(&case.as_dyn(&case.lead), buffers),
            Self::Momentum(scorer) => scorer.explain_case(case),
            Self::NaiveBayes(scorer) => scorer.explain(&case.lead, case.as_of.into()),
            Self::Rfm(scorer) => scorer.explain_case(case),
        }
    }

    /// The explanation of what points rules give, where it has any.
    pub(crate) fn trace_rules<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> Option<Explanation> {
        match self {
            Self::Interest(scorer) => Some(scorer.explain_case(&case.as_dyn(&case.lead), buffers)),
            Self::Checklist(_)
            | Self::Engagement(_)
            | Self::Grade(_)
            | Self::Momentum(_)
            | Self::NaiveBayes(_)
            | Self::Rfm(_) => None,
        }
    }
}
