//! How points move while time passes and the facts stay.

mod edges;
mod explain;
mod next;

pub(crate) use explain::{Moments, abstained, bounds, occurrences, or_nothing, value, when};
pub(crate) use next::{SECOND, one_way_until};

use super::case::{Buffers, Case};
use super::plan::{ActivityPlan, Effect, GroupPlan, InactivityPlan, Mode, RulePlan, RulesPlan};
use super::rule_scorer::RuleScorer;
use super::spec::{GroupPolicy, WhenUnknown};
use crate::lead::{LeadView, Moment};
use crate::score::{LARGEST, inactivity};
use crate::scorer::course::{Course, Within};
use crate::scorer::decay::Decay;
use crate::scorer::history::Pauses;

/// The rules that hold between two edges, with what moves in them.
#[derive(Debug)]
pub(crate) struct RulesCourse<'c> {
    plan: &'c RulesPlan,
    /// `None` where the scorer abstains.
    groups: Option<Vec<GroupCourse<'c>>>,
}

#[derive(Debug)]
enum GroupCourse<'c> {
    Still(f64),
    Moving(&'c GroupPlan, Vec<RuleCourse<'c>>),
}

/// A rule that holds and gives points.
#[derive(Debug)]
struct RuleCourse<'c> {
    plan: &'c RulePlan,
    terms: Vec<Term<'c>>,
}

#[derive(Debug)]
enum Term<'c> {
    Still(f64),
    Fading {
        whole: f64,
        at: Moment,
        decay: &'c Decay,
    },
    Silence {
        plan: &'c InactivityPlan,
        from: Moment,
    },
}

impl<'c> Term<'c> {
    fn occurrence(points: f64, times: f64, at: Moment, decay: Option<&'c Decay>) -> Self {
        let whole = (points * times).clamp(-LARGEST, LARGEST);
        match decay {
            Some(decay) => Self::Fading { whole, at, decay },
            None => Self::Still(whole + 0.0),
        }
    }

    fn course(&self, within: Within, pauses: &Pauses) -> Course {
        match self {
            Self::Still(value) => Course::still(*value),
            Self::Fading { whole, at, decay } => {
                let age = |moment| pauses.age(*at, moment);
                decay.course(*whole, age(within.from), age(within.to))
            }
            Self::Silence { plan, from } => {
                let value = |moment| {
                    let idle = pauses.age(*from, moment);
                    inactivity(plan.points, plan.every, plan.floor, idle)
                };
                Course::one_way(value(within.from), value(within.to))
            }
        }
    }

    fn moves(&self) -> bool {
        !matches!(self, Self::Still(_))
    }
}

/// Score and raw value between two edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assessed {
    pub(crate) score: Course,
    pub(crate) raw: Course,
}

impl RuleScorer {
    /// The rules that hold at a moment, and until the next edge.
    pub(crate) fn course<'c, V: LeadView + ?Sized>(
        &'c self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> RulesCourse<'c> {
        self.plan.course(case, buffers)
    }
}

impl RulesPlan {
    pub(crate) fn course<'c, V: LeadView + ?Sized>(
        &'c self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> RulesCourse<'c> {
        let known = self
            .attributes
            .read(case.lead, case.as_of, &mut buffers.words);
        let abstains = !known
            && !self.reads_activities
            && self.reads_attributes
            && self.when_unknown == WhenUnknown::Abstain;
        let applying = self.groups.iter().filter(|group| {
            let applies = group.applies.as_ref();
            applies.is_none_or(|applies| applies.to(&buffers.words))
        });
        let groups: Vec<&GroupPlan> = applying.collect();
        let groups = (!abstains).then(|| {
            let all = groups.into_iter();
            all.map(|group| group.course(case, buffers)).collect()
        });
        RulesCourse { plan: self, groups }
    }
}

impl GroupPlan {
    fn course<'c, V: LeadView + ?Sized>(
        &'c self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> GroupCourse<'c> {
        let mut rules = Vec::new();
        for plan in self.rules.iter().filter(|plan| plan.gives) {
            if !plan.guard.holds(&buffers.words) {
                continue;
            }
            if let Some(terms) = plan.terms(case, &mut buffers.chosen) {
                rules.push(RuleCourse { plan, terms });
                if self.policy == GroupPolicy::FirstMatch {
                    break;
                }
            }
        }
        let moves = rules.iter().flat_map(|rule| &rule.terms).any(Term::moves);
        if moves {
            return GroupCourse::Moving(self, rules);
        }
        let now = Within::at(case.as_of);
        GroupCourse::Still(
            GroupCourse::Moving(self, rules)
                .course(now, case.pauses)
                .low,
        )
    }
}

impl RulePlan {
    /// What the rule adds up; `None` where it does not hold.
    fn terms<'c, V: LeadView + ?Sized>(
        &'c self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> Option<Vec<Term<'c>>> {
        match &self.effect {
            Effect::Points(points) => Some(vec![Term::Still(points + 0.0)]),
            Effect::Activity(plan) => plan.terms(case, chosen),
            Effect::Inactivity(plan) => {
                let from = plan.from(case)?;
                (case.pauses.age(from, case.as_of) >= plan.every)
                    .then(|| vec![Term::Silence { plan, from }])
            }
        }
    }
}

impl ActivityPlan {
    fn terms<'c, V: LeadView + ?Sized>(
        &'c self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> Option<Vec<Term<'c>>> {
        let mut terms = Vec::new();
        let (mut count, mut newest) = (0_u64, None);
        let counts = matches!(self.mode, Mode::Count(_));
        self.choose(case, chosen, |activity, age| {
            if !self.in_window(age) {
                return;
            }
            count += 1;
            newest = Some(activity.at);
            if !counts {
                let times = if self.per_value {
                    activity.value.filter(|v| v.is_finite()).unwrap_or(0.0)
                } else {
                    1.0
                };
                let decay = self.decay.as_ref();
                terms.push(Term::occurrence(self.points, times, activity.at, decay));
            }
        });
        let Mode::Count(ranges) = &self.mode else {
            return (count > 0).then_some(terms);
        };
        let mut ranges = ranges.iter();
        let &(_, _, points) = ranges.find(|&&(low, high, _)| low <= count && count <= high)?;
        let term = Term::occurrence(points, 1.0, newest?, self.decay.as_ref());
        Some(vec![term])
    }
}

/// What remains of one activity.
#[derive(Debug)]
pub(crate) struct Fading<'c>(Term<'c>);

impl Fading<'_> {
    pub(crate) fn course(&self, within: Within, pauses: &Pauses) -> Course {
        self.0.course(within, pauses)
    }
}

impl ActivityPlan {
    /// The activities that count, each once or with its value; `None` where they do not fade.
    pub(crate) fn fading<'c, V: LeadView + ?Sized>(
        &'c self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
        by_value: bool,
    ) -> Option<Vec<Fading<'c>>> {
        let decay = self.decay.as_ref()?;
        let mut terms = Vec::new();
        self.choose(case, chosen, |activity, age| {
            if self.in_window(age) {
                let value = activity.value.filter(|value| value.is_finite());
                let times = if by_value { value.unwrap_or(0.0) } else { 1.0 };
                terms.push(Fading(Term::occurrence(
                    1.0,
                    times,
                    activity.at,
                    Some(decay),
                )));
            }
        });
        Some(terms)
    }
}

impl InactivityPlan {
    /// The moment from which the lead has been silent.
    fn from<V: LeadView + ?Sized>(&self, case: &Case<'_, V>) -> Option<Moment> {
        let mut newest_first = case.history.iter().rev();
        let last = newest_first.find(|activity| self.kinds.has(activity.kind));
        let created = case.lead.created_at().filter(|&at| at <= case.as_of);
        let last = last.map(|activity| activity.at).max(created);
        case.since.silence_from(last)
    }
}

impl GroupCourse<'_> {
    fn course(&self, within: Within, pauses: &Pauses) -> Course {
        let (plan, rules) = match self {
            Self::Still(value) => return Course::still(*value),
            Self::Moving(plan, rules) => (plan, rules),
        };
        let values = rules.iter().map(|rule| {
            let terms = match (&rule.plan.effect, rule.terms.as_slice()) {
                // A sum starts from 0; the other effects are the number itself.
                (Effect::Activity(plan), terms) if !matches!(plan.mode, Mode::Count(_)) => {
                    terms.iter().fold(Course::still(0.0), |sum, term| {
                        sum.plus(term.course(within, pauses))
                    })
                }
                (_, [term]) => term.course(within, pauses),
                _ => Course::still(0.0),
            };
            match (rule.plan.min, rule.plan.max) {
                (None, None) => terms,
                (min, max) => terms.clamped(min, max),
            }
        });
        let value = match plan.policy {
            GroupPolicy::Sum => values.fold(Course::still(0.0), Course::plus),
            _ => values.reduce(Course::larger).unwrap_or(Course::still(0.0)),
        };
        match (plan.min, plan.max) {
            (None, None) => value,
            (min, max) => value.clamped(min, max),
        }
    }
}

impl RulesCourse<'_> {
    /// Score and raw value in an interval without an edge; `None` where the scorer abstains.
    pub(crate) fn assess(&self, within: Within, pauses: &Pauses) -> Option<Assessed> {
        let groups = self.groups.as_ref()?;
        let sum = groups.iter().fold(Course::still(0.0), |sum, group| {
            sum.plus(group.course(within, pauses))
        });
        let raw = match (self.plan.min, self.plan.max) {
            (None, None) => sum,
            (min, max) => sum.clamped(min, max),
        };
        let score = raw.scaled(self.plan.zero, self.plan.hundred);
        Some(Assessed {
            score: score.clamped(Some(0.0), Some(100.0)),
            raw,
        })
    }
}
