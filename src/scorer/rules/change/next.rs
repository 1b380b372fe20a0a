use super::super::rule_scorer::RuleScorer;
use crate::lead::{Frozen, LeadView, Moment};
use crate::score::AsOf;
use crate::scorer::course::Within;

/// One second: what moments are right to.
pub(crate) const SECOND: i64 = 1_000_000;

impl RuleScorer {
    /// Until when the points keep their course.
    pub(in crate::scorer::rules) fn keeps_course(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Option<Moment> {
        let (from, until) = (from.moment(), until.moment());
        if until <= from {
            return None;
        }
        let frozen = Frozen::new(lead, from);
        self.with_case(&frozen, from.into(), |case, buffers| {
            let mut next: Option<Moment> = None;
            let mut note = |edge: Moment| {
                if from < edge && edge <= until && next.is_none_or(|next| edge < next) {
                    next = Some(edge);
                }
            };
            case.pauses.edges(&mut note);
            self.mark(&frozen).into_iter().for_each(&mut note);
            let mut chosen = std::mem::take(&mut buffers.chosen);
            self.edges(case, &mut chosen, &mut note);
            buffers.chosen = chosen;
            let rules = self.course(case, buffers);
            one_way_until(from, next, until, |within| {
                let both = rules.assess(within, case.pauses);
                both.is_none_or(|both| both.raw.is_one_way())
            })
        })?
    }
}

/// The end of the longest interval from `from` that halving finds and that goes one way; `None` where that is all.
pub(crate) fn one_way_until(
    from: Moment,
    edge: Option<Moment>,
    until: Moment,
    one_way: impl Fn(Within) -> bool,
) -> Option<Moment> {
    let mut to = edge.map_or(until, |edge| edge.plus_micros(-1));
    let mut end = edge;
    while to.micros_since(from) > SECOND && !one_way(Within { from, to }) {
        to = from.plus_micros(to.micros_since(from) / 2);
        end = Some(to);
    }
    end
}
