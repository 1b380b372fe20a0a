use super::super::label::Labels;
use super::super::model::ScoreModel;
use super::ChangeError;
use crate::lead::{Activity, LeadView, Moment};
use crate::scorer::{Buffers, Case, Kinds, SECOND, Within, emptied, with_buffers};
use std::collections::BTreeSet;

/// The way of a frozen lead from one moment to a later one, in stretches inside which nothing jumps.
pub(in crate::model) struct Walk<'w> {
    pub(in crate::model) model: &'w ScoreModel,
    pub(in crate::model) lead: &'w dyn LeadView,
    pub(in crate::model) span: Within,
    /// Whether the answer depends on a dimension.
    pub(in crate::model) asked: &'w dyn Fn(usize) -> bool,
    /// Whether more than the model reads the activities.
    pub(in crate::model) reads_activities: bool,
}

/// Hands on moments at which more than the model's own dimensions may jump.
pub(in crate::model) type Edges<'e> =
    &'e dyn Fn(&Case<'_, dyn LeadView + '_>, &mut Vec<usize>, &mut dyn FnMut(Moment));

/// Looks for an answer inside one stretch.
pub(in crate::model) type Stretch<'s, 'w> =
    &'s mut dyn FnMut(Within, &Case<'_, dyn LeadView + 'w>, &mut Buffers) -> Option<Moment>;

impl<'w> Walk<'w> {
    /// The first answer that a stretch gives, in the order of time.
    pub(in crate::model) fn first(
        &self,
        edges: Edges<'_>,
        stretch: Stretch<'_, 'w>,
    ) -> Result<Option<Moment>, ChangeError> {
        let has_foreign = self.model.has_foreign();
        if has_foreign {
            let mut dimensions = Vec::new();
            let span = (self.span.from.into(), self.span.to.into());
            self.model
                .foreign_edge(self.lead, span, self.asked, &mut |name| {
                    dimensions.push(name);
                });
            if !dimensions.is_empty() {
                return Err(ChangeError::Opaque { dimensions });
            }
        }
        // Histories are the same between a lead's new starts.
        let mut starts = BTreeSet::from([self.span.from]);
        self.model.marks(self.lead, &mut |mark| {
            if self.span.from < mark && mark <= self.span.to {
                starts.insert(mark);
            }
        });
        let ends = starts.iter().skip(1).map(|start| start.plus_micros(-1));
        let eras = starts.iter().zip(ends.chain([self.span.to]));
        for (&from, to) in eras {
            let at = with_buffers(|buffers, mut activities| {
                let era = Within { from, to };
                let case = self.case(from, &mut activities);
                let found = self.era(era, has_foreign, case, buffers, edges, stretch);
                (found, emptied(activities))
            });
            if at.is_some() {
                return Ok(at);
            }
        }
        Ok(None)
    }

    fn case<'c>(
        &'c self,
        at: Moment,
        activities: &'c mut Vec<Activity<'w>>,
    ) -> Case<'c, dyn LeadView + 'w> {
        let history = &self.model.history;
        let since = history.since(self.lead, at);
        if self.reads_activities || self.model.reads_activities {
            history.collect(self.lead, at, since, activities);
        }
        Case {
            lead: self.lead,
            as_of: at,
            history: activities,
            kinds: Kinds::of(activities),
            marks: None,
            product: None,
            since,
            pauses: &history.pauses,
        }
    }

    /// The first answer between two new starts of the lead.
    fn era(
        &self,
        era: Within,
        has_foreign: bool,
        mut case: Case<'_, dyn LeadView + 'w>,
        buffers: &mut Buffers,
        more: Edges<'_>,
        stretch: Stretch<'_, 'w>,
    ) -> Option<Moment> {
        let mut edges = vec![era.from];
        let mut note = |edge: Moment| {
            if era.from < edge && edge <= era.to {
                edges.push(edge);
            }
        };
        let chosen = &mut buffers.chosen;
        self.model.edges(&case, self.asked, chosen, &mut note);
        self.lead.overrides(&mut |manual| {
            note(manual.set_at);
            manual.expires_at.into_iter().for_each(&mut note);
        });
        more(&case, chosen, &mut note);
        edges.sort_unstable();
        edges.dedup();
        let ends = edges.iter().skip(1).map(|edge| edge.plus_micros(-1));
        for (&from, end) in edges.iter().zip(ends.chain([era.to])) {
            let mut from = from;
            loop {
                let next = self.foreign_edge(has_foreign, from, end);
                case.as_of = from;
                let to = next.map_or(end, |next| next.plus_micros(-1));
                if let Some(at) = stretch(Within { from, to }, &case, buffers) {
                    return Some(at);
                }
                match next {
                    Some(next) => from = next,
                    None => break,
                }
            }
        }
        None
    }

    fn foreign_edge(&self, has_foreign: bool, from: Moment, to: Moment) -> Option<Moment> {
        if !has_foreign || from >= to {
            return None;
        }
        let span = (from.into(), to.into());
        let next = self
            .model
            .foreign_edge(self.lead, span, self.asked, &mut |_| {})?;
        // Whatever a scorer says, the search goes on.
        let next = if next > from {
            next
        } else {
            from.plus_micros(SECOND)
        };
        (next <= to).then_some(next)
    }
}

impl ScoreModel {
    /// The band into which a hand-raiser lifts whatever the score.
    pub(in crate::model) fn lifts(
        &self,
        labels: &Labels,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
    ) -> Option<u16> {
        if labels.auto.is_empty() {
            return None;
        }
        self.attributes
            .read(case.lead, case.as_of, &mut buffers.words);
        let lifting = labels.auto.iter().filter(|auto| {
            let activity = auto.activity.as_ref();
            auto.guard.holds(&buffers.words)
                && activity.is_none_or(|activity| activity.happened(case, &mut buffers.chosen))
        });
        lifting.map(|auto| auto.band).max()
    }
}

impl Labels {
    /// Hands on the moments at which a hand-raiser's activity enters or leaves its window.
    pub(in crate::model) fn edges(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        chosen: &mut Vec<usize>,
        note: &mut dyn FnMut(Moment),
    ) {
        let activities = self.auto.iter().filter_map(|auto| auto.activity.as_ref());
        activities.for_each(|activity| activity.edges(case, chosen, note));
    }
}

/// The first moment of an interval that differs, right to one second: `may_differ` tells of a whole interval whether
/// any of its moments may.
pub(in crate::model) fn first_moment(
    within: Within,
    mut may_differ: impl FnMut(Within) -> bool,
    mut differs: impl FnMut(Moment) -> bool,
) -> Option<Moment> {
    if !may_differ(within) {
        return None;
    }
    if differs(within.from) {
        return Some(within.from);
    }
    let mut open = vec![within];
    while let Some(Within { from, to }) = open.pop() {
        if from >= to || !may_differ(Within { from, to }) {
            continue;
        }
        let length = to.micros_since(from);
        if length > SECOND {
            let middle = from.plus_micros(length / 2);
            open.push(Within { from: middle, to });
            open.push(Within { from, to: middle });
        } else if differs(to) {
            return Some(narrowed(from, to, differs));
        }
    }
    None
}

/// The first microsecond that differs, where it does from there on.
fn narrowed(from: Moment, to: Moment, mut differs: impl FnMut(Moment) -> bool) -> Moment {
    let (mut same, mut other) = (from, to);
    while other.micros_since(same) > 1 {
        let middle = same.plus_micros(other.micros_since(same) / 2);
        if differs(middle) {
            other = middle;
        } else {
            same = middle;
        }
    }
    other
}
