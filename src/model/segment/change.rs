use super::DisqualifiedLeads;
use super::segments::Segments;
use crate::lead::{Frozen, LeadView, Moment};
use crate::model::state_condition::Mode;
use crate::model::{ChangeError, Problems, ScoreModel};
use crate::score::{AsOf, ScoreVector};
use crate::scorer::Within;

/// A lead that enters or leaves a segment by the passing of time alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentChange {
    /// When.
    pub at: Moment,
    /// Whether it enters; it leaves where not.
    pub enters: bool,
}

impl Segments {
    /// The first moment after `from`, at most `until`, at which a lead enters or leaves a named segment by the passing
    /// of time alone; `None` where it does neither until then. A lead of which it is not known is not in it.
    ///
    /// `model` is the one that the segments were built against. The facts are frozen as they are known at `from`, and
    /// the moment is right to one second, as that of [`ScoreModel::next_change`].
    ///
    /// # Errors
    /// A segment that there is not, a model that the segments were not built against, and one with scorers that do
    /// not say when they change, since any of them may disqualify.
    pub fn next_change<V: LeadView + ?Sized>(
        &self,
        segment: &str,
        model: &ScoreModel,
        lead: &V,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<SegmentChange>, ChangeError> {
        let Some(asked) = self.segments.iter().find(|one| &*one.name == segment) else {
            let message = Problems::default().unknown_message("segment", segment, self.names());
            return Err(ChangeError::Unknown(message));
        };
        if !self.conditions.are_of(model) {
            return Err(ChangeError::OtherModel);
        }
        if lead.schema() != model.schema().id() || until <= from {
            return Ok(None);
        }
        let frozen = Frozen::new(lead, from.moment());
        let inside = |vector: &ScoreVector, at: Moment| {
            self.holds(segment, &frozen, vector, AsOf::new(at)) == Some(true)
        };
        let before = inside(&model.vector(&frozen, from), from.moment());
        let span = Within {
            from: from.moment(),
            to: until.moment(),
        };
        let found = self.conditions.first_change(
            model,
            &frozen,
            span,
            &[&asked.when],
            &|facts, reach| {
                let leaves_out = asked.disqualified == DisqualifiedLeads::LeaveOut;
                if leaves_out && facts.is_disqualified() {
                    return before;
                }
                let truths = facts.truths(&asked.when, Mode::Enter, reach);
                if before {
                    truths.may_be(Some(false)) || truths.may_be(None)
                } else {
                    truths.may_be(Some(true))
                }
            },
            &|vector, at| inside(vector, at) != before,
        )?;
        Ok(found.map(|at| SegmentChange {
            at,
            enters: !before,
        }))
    }
}
