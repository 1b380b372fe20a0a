use super::interest_scorer::InterestScorer;
use crate::lead::{Activity, Frozen, LeadView, Moment, ProductSlot};
use crate::score::{AsOf, Cause, Explanation, Unit};
use crate::scorer::course::Course;
use crate::scorer::first_edge::first_edge;
use crate::scorer::history::Kinds;
use crate::scorer::rules::{
    Buffers, Case, RulesCourse, abstained, one_way_until, other_schema, value, when,
};
use crate::scorer::trace::On;

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
        kinds: Kinds::of(history),
        marks: None,
        product: None,
        since: case.since,
        pauses: case.pauses,
    }
}

impl InterestScorer {
    /// The difference of the points, by rule; where another product leads, by how much that one was behind.
    pub(super) fn change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        if lead.schema() != self.plan.schema() {
            return other_schema("interest").labelled(&self.label);
        }
        let views = when(lead, a, b);
        let views = views
            .as_ref()
            .map(|(lead, as_of)| (lead as &dyn LeadView, *as_of));
        let leading = |(lead, as_of): (&dyn LeadView, AsOf), first: Option<usize>| {
            if let Some(of) = self.of {
                return Some(of.index());
            }
            let profile = self.profile(lead, as_of)?;
            let points = |place: usize| Some(profile.products().get(place)?.points);
            let best = (0..self.products.len()).reduce(|best, other| {
                if points(other) > points(best) {
                    other
                } else {
                    best
                }
            })?;
            // Of equals the one that led before goes on leading.
            Some(
                first
                    .filter(|&first| points(first) >= points(best))
                    .unwrap_or(best),
            )
        };
        let before = leading(views.before, None);
        let after = leading(views.after, before);
        let (Some(before), Some(after)) = (before, after) else {
            return abstained(&self.label, Unit::Points);
        };
        let points = |place: usize, (lead, as_of): (&dyn LeadView, AsOf)| {
            let of = ProductSlot::new(u16::try_from(place).ok()?);
            let told = self.with_case(lead, as_of, Some(of), |case, buffers| {
                self.plan.read(case.lead, case.as_of, buffers);
                self.plan.points::<On>(case, buffers, &mut |_| {}).1
            });
            told.ok()
        };
        let told = views.map(|view| points(after, view));
        let Some(told) = told.as_ref().map(Option::as_ref).all() else {
            return abstained(&self.label, Unit::Points);
        };
        let change = self.plan.change(told).labelled(&self.label);
        if before == after {
            return change;
        }
        let Some(led) = points(before, views.before) else {
            return abstained(&self.label, Unit::Points);
        };
        let whole = value(Some(told.after)) - value(Some(&led));
        let name = |place: usize| self.products.get(place).map_or("", AsRef::as_ref);
        let named =
            |place: usize, node: &Explanation| node.clone().labelled(name(place).to_owned());
        let other = Explanation::difference(
            format!("{} leads in place of {}", name(after), name(before)),
            Unit::Points,
            named(after, told.before),
            named(before, &led),
            Cause::Group,
        );
        let change = change.labelled(name(after).to_owned());
        Explanation::summing_to(whole, &self.label, Unit::Points, vec![change, other])
    }
}
