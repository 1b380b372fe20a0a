use super::interest_scorer::InterestScorer;
use crate::lead::{Activity, Frozen, LeadView, Moment};
use crate::score::AsOf;
use crate::scorer::course::Course;
use crate::scorer::first_edge::first_edge;
use crate::scorer::rules::{Buffers, Case, RulesCourse, one_way_until};

impl InterestScorer {
    /// Until when the points keep their course.
    pub(super) fn keeps_course(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Option<Moment> {
        if lead.schema() != self.plan.schema() || until <= from {
            return None;
        }
        let frozen = Frozen::new(lead, from.moment());
        let mark = self.history.mark(&frozen);
        let followed = self.with_case(&frozen, from, self.of, |case, buffers| {
            let next = first_edge(from, until, |note| {
                mark.into_iter().for_each(&mut *note);
                case.pauses.edges(note);
                for history in self.slices(case) {
                    let case = sliced(case, history);
                    let mut chosen = std::mem::take(&mut buffers.chosen);
                    self.plan.edges(&case, &mut chosen, note);
                    buffers.chosen = chosen;
                }
            });
            let courses = self.courses(case, buffers);
            one_way_until(from.moment(), next, until.moment(), |within| {
                let points = courses
                    .iter()
                    .filter_map(|rules| rules.assess(within, case.pauses));
                let points = points.map(|both| both.raw).reduce(Course::larger);
                points.is_none_or(Course::is_one_way)
            })
        });
        // Without a product there is nothing until the lead's own new start shows an activity that repeated another.
        followed.unwrap_or_else(|_| first_edge(from, until, |note| mark.into_iter().for_each(note)))
    }

    /// The rules on each product that is looked at.
    fn courses<'c>(
        &'c self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
    ) -> Vec<RulesCourse<'c>> {
        let slices = self.slices(case);
        slices
            .into_iter()
            .map(|history| self.plan.course(&sliced(case, history), buffers))
            .collect()
    }

    /// The activities product by product: of the product that is judged, or of all, and none for those that no
    /// activity carries.
    fn slices<'c>(&self, case: &'c Case<'_, dyn LeadView + '_>) -> Vec<&'c [Activity<'c>]> {
        if self.of.is_some() {
            return vec![case.history];
        }
        let mut slices: Vec<&[Activity<'_>]> = case
            .history
            .chunk_by(|a, b| a.product == b.product)
            .collect();
        if slices.len() < self.products.len() {
            slices.push(&[]);
        }
        slices
    }
}

/// The same case with other activities.
pub(super) fn sliced<'s>(
    case: &'s Case<'_, dyn LeadView + '_>,
    history: &'s [Activity<'s>],
) -> Case<'s, dyn LeadView + 's> {
    Case {
        lead: case.lead,
        as_of: case.as_of,
        history,
        since: case.since,
        pauses: case.pauses,
    }
}
