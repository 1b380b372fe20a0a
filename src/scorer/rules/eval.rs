use super::plan::{ActivityPlan, Effect, GroupPlan, InactivityPlan, Mode, RulePlan, RulesPlan};
use super::spec::{GroupPolicy, WhenUnknown};
use crate::lead::{Activity, LeadView, Moment};
use crate::score::{
    Cell, Evidence, Formula, Role, Score, Unit, clamp, inactivity, larger, occurrence, scale,
};
use crate::scorer::Assessment;
use crate::scorer::condition::{BlockWords, Words};
use crate::scorer::history::{Kinds, Pauses, Since};
use crate::scorer::predictive::PredictiveBlock;
use crate::scorer::trace::{Off, Trace};
use std::sync::Arc;

/// One lead at one moment, with the activities that count.
#[derive(Debug)]
pub(crate) struct Case<'c, V: ?Sized> {
    pub(crate) lead: &'c V,
    pub(crate) as_of: Moment,
    pub(crate) history: &'c [Activity<'c>],
    /// Of the history.
    pub(crate) kinds: Kinds,
    pub(crate) since: Since,
    pub(crate) pauses: &'c Pauses,
}

/// Room that an evaluation needs, kept by the thread.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) words: Words,
    pub(crate) chosen: Vec<usize>,
    /// What each rule gives for the activities of one lead of a table, and whether there is any.
    pub(crate) sums: Vec<(f64, bool)>,
    /// The row of a model inside a model.
    pub(crate) cells: Vec<Cell>,
    pub(crate) labels: Vec<u16>,
    pub(crate) blocks: Blocks,
}

/// What is read of a block of a table, by judge.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    pub(crate) rules: Vec<BlockWords>,
    pub(crate) predictive: Vec<PredictiveBlock>,
}

/// What a rule gives where its condition is true, once that is worked out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given {
    Open,
    Nothing,
    Points(f64),
}

/// What an evaluation gives.
pub(crate) struct Judged<N> {
    pub(crate) assessment: Assessment,
    pub(crate) node: N,
}

impl RulesPlan {
    pub(crate) fn judge<T: Trace, V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Judged<T::Node> {
        let known = self
            .attributes
            .read(case.lead, case.as_of, &mut buffers.words);
        self.judge_read::<T, V>(case, known, buffers, verdict)
    }

    /// As [`judge`](RulesPlan::judge), once the attributes are read: `known` where any of them was there.
    pub(crate) fn judge_read<T: Trace, V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        known: bool,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Judged<T::Node> {
        let (points, node) = self.points::<T, V>(case, buffers, verdict);
        self.judged::<T>(known, points, node)
    }

    /// What points give, where the lead is known.
    #[inline]
    pub(super) fn judged<T: Trace>(
        &self,
        known: bool,
        points: f64,
        node: T::Node,
    ) -> Judged<T::Node> {
        let abstains = self.abstains(known);
        if abstains {
            return Judged {
                assessment: Assessment::default(),
                node: T::node(
                    || "points rules".into(),
                    None,
                    || (Unit::Score, Formula::Unknown, Role::Step),
                    if T::ON {
                        vec![T::node(
                            || "nothing that its rules ask is known".into(),
                            None,
                            || (Unit::Score, Formula::Unknown, Role::Abstains),
                            Vec::new(),
                        )]
                    } else {
                        Vec::new()
                    },
                ),
            };
        }
        self.scored::<T>(points, node)
    }

    /// Whether a lead has no score of which nothing that the rules ask is known.
    pub(super) fn abstains(&self, known: bool) -> bool {
        !known
            && !self.reads_activities
            && self.reads_attributes
            && self.when_unknown == WhenUnknown::Abstain
    }

    /// The score of points, on the plan's scale.
    pub(crate) fn scored<T: Trace>(&self, points: f64, node: T::Node) -> Judged<T::Node> {
        let (zero, hundred) = (self.zero, self.hundred);
        let scaled = scale(points, zero, hundred);
        let mut node = T::node(
            || "points rules".into(),
            Some(scaled),
            || (Unit::Score, Formula::Scale { zero, hundred }, Role::Step),
            vec![node],
        );
        let score = clamp(scaled, Some(0.0), Some(100.0));
        if T::ON && score.to_bits() != scaled.to_bits() {
            node = clamped::<T>(node, score, Some(0.0), Some(100.0), Unit::Score);
        }
        Judged {
            assessment: Assessment {
                score: Score::saturating(score),
                raw: Some(points),
            },
            node,
        }
    }

    /// Reads a lead's attributes.
    pub(crate) fn read<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        buffers: &mut Buffers,
    ) {
        self.attributes.read(lead, as_of, &mut buffers.words);
    }

    /// As [`points`](RulesPlan::points), keeping what each rule gives in `given`, by its place.
    pub(super) fn points_by_guards<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        given: &mut Vec<Given>,
    ) -> f64 {
        let Buffers { words, chosen, .. } = buffers;
        let mut rule = |rule: &RulePlan| {
            if given.len() <= rule.place {
                given.resize(rule.place + 1, Given::Open);
            }
            let given = given.get_mut(rule.place)?;
            if let Given::Open = given {
                *given = match self.rule::<Off, V>(rule, case, chosen) {
                    Some((points, ())) => Given::Points(points),
                    None => Given::Nothing,
                };
            }
            match given {
                Given::Points(points) => Some((*points, ())),
                Given::Nothing | Given::Open => None,
            }
        };
        self.points_by::<Off>(words, &mut |_| {}, &mut rule).0
    }

    /// Points of the dimension, clamped, once the attributes are read.
    pub(crate) fn points<T: Trace, V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> (f64, T::Node) {
        let Buffers { words, chosen, .. } = buffers;
        self.points_by::<T>(words, verdict, &mut |rule| {
            self.rule::<T, V>(rule, case, chosen)
        })
    }

    /// As [`points`](RulesPlan::points), with what each rule gives said by `rule`.
    #[inline]
    pub(super) fn points_by<T: Trace>(
        &self,
        words: &Words,
        verdict: &mut dyn FnMut(&Arc<str>),
        rule: &mut impl FnMut(&RulePlan) -> Option<(f64, T::Node)>,
    ) -> (f64, T::Node) {
        if let (false, Some(sum)) = (T::ON, &self.sum) {
            let bare = T::node(
                || "points".into(),
                None,
                || (Unit::Points, Formula::Sum, Role::Step),
                Vec::new(),
            );
            let name = || ("points".into(), Role::Step);
            return within::<T>(sum.add(words), self.min, self.max, bare, name);
        }
        let mut sum = 0.0;
        let mut parts = Vec::new();
        for group in &self.groups {
            if group
                .applies
                .as_ref()
                .is_some_and(|applies| !applies.to(words))
            {
                continue;
            }
            let (value, node) = Self::group::<T>(group, words, verdict, rule);
            sum += value;
            if T::ON {
                parts.push(node);
            }
        }
        let node = T::node(
            || "points".into(),
            Some(sum),
            || (Unit::Points, Formula::Sum, Role::Step),
            parts,
        );
        within::<T>(sum, self.min, self.max, node, || {
            ("points, kept within bounds".into(), Role::Step)
        })
    }

    #[inline]
    fn group<T: Trace>(
        group: &GroupPlan,
        words: &Words,
        verdict: &mut dyn FnMut(&Arc<str>),
        given: &mut impl FnMut(&RulePlan) -> Option<(f64, T::Node)>,
    ) -> (f64, T::Node) {
        if let (false, Some(sums)) = (T::ON, &group.sums) {
            let sum = sums.add(words);
            let nothing = || ((&group.name).into(), Role::Group);
            let node = T::node(
                || (&group.name).into(),
                None,
                || (Unit::Points, Formula::Sum, Role::Group),
                Vec::new(),
            );
            return within::<T>(sum, group.min, group.max, node, nothing);
        }
        let mut sum = 0.0;
        let mut best: Option<f64> = None;
        let mut parts = Vec::new();
        for rule in &group.rules {
            let done = group.policy == GroupPolicy::FirstMatch && best.is_some();
            if (done && rule.disqualify.is_none()) || !rule.guard.holds(words) {
                continue;
            }
            let Some((value, node)) = given(rule) else {
                continue;
            };
            if let Some(reason) = &rule.disqualify {
                verdict(reason);
            }
            if done || !rule.gives {
                continue;
            }
            sum += value;
            best = Some(best.map_or(value, |best| larger(best, value)));
            if T::ON {
                parts.push(node);
            }
        }
        let value = match (group.policy, best) {
            (GroupPolicy::Sum, _) | (_, None) => sum,
            (_, Some(best)) => best,
        };
        let formula = || match (group.policy, best) {
            (GroupPolicy::Sum, _) | (_, None) => Formula::Sum,
            (GroupPolicy::Max, _) => Formula::Max,
            (GroupPolicy::FirstMatch, _) => Formula::First,
        };
        let node = T::node(
            || (&group.name).into(),
            Some(value),
            || (Unit::Points, formula(), Role::Group),
            parts,
        );
        within::<T>(value, group.min, group.max, node, || {
            ((&group.name).into(), Role::Group)
        })
    }

    /// What a rule gives whose condition is true; `None` where it does not hold.
    #[inline]
    fn rule<T: Trace, V: LeadView + ?Sized>(
        &self,
        rule: &RulePlan,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> Option<(f64, T::Node)> {
        let label = || (&rule.id).into();
        let (value, node) = match &rule.effect {
            Effect::Points(points) => {
                let value = points + 0.0;
                let what = || (Unit::Points, Formula::Given, Role::Rule);
                (value, T::node(label, Some(value), what, Vec::new()))
            }
            Effect::Activity(plan) => match &plan.mode {
                Mode::Count(ranges) => Self::count::<T, V>(rule, plan, ranges, case, chosen)?,
                _ => self.occurrences::<T, V>(rule, plan, case, chosen)?,
            },
            Effect::Inactivity(plan) => Self::inactivity::<T, V>(rule, plan, case)?,
        };
        Some(within::<T>(value, rule.min, rule.max, node, || {
            (label(), Role::Rule)
        }))
    }

    fn occurrences<T: Trace, V: LeadView + ?Sized>(
        &self,
        rule: &RulePlan,
        plan: &ActivityPlan,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> Option<(f64, T::Node)> {
        if !case.kinds.may_share(plan.asks) {
            return None;
        }
        let mut sum = 0.0;
        let mut holds = false;
        let mut parts = Vec::new();
        plan.choose(case.history, chosen, |activity| {
            let age_micros = case.pauses.age(activity.at, case.as_of);
            if !plan.in_window(age_micros) {
                return;
            }
            holds = true;
            let times = plan.times_of(activity.value);
            let value = occurrence(plan.points, times, age_micros, plan.decay.as_ref());
            sum += value;
            if T::ON {
                parts.push(T::node(
                    || self.kind_label(activity),
                    Some(value),
                    || {
                        let formula = Formula::Occurrence {
                            points: plan.points,
                            times,
                            age_micros,
                            decay: plan.decay.clone(),
                        };
                        let role = Role::Activity(Box::new(Evidence::of(activity)));
                        (Unit::Points, formula, role)
                    },
                    Vec::new(),
                ));
            }
        });
        let what = || (Unit::Points, Formula::Sum, Role::Rule);
        holds.then(|| (sum, T::node(|| (&rule.id).into(), Some(sum), what, parts)))
    }

    fn kind_label(&self, activity: &Activity<'_>) -> crate::score::Label {
        match self.kinds.get(activity.kind.index()) {
            Some(name) => name.into(),
            None => "activity".into(),
        }
    }

    fn count<T: Trace, V: LeadView + ?Sized>(
        rule: &RulePlan,
        plan: &ActivityPlan,
        ranges: &[(u64, u64, f64)],
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> Option<(f64, T::Node)> {
        let mut count = 0_u64;
        let mut age_micros = 0;
        plan.choose(plan.read_of(case), chosen, |activity| {
            let age = case.pauses.age(activity.at, case.as_of);
            if plan.in_window(age) {
                count += 1;
                // Oldest first: the last one seen is the newest.
                age_micros = age;
            }
        });
        let &(_, _, points) = ranges
            .iter()
            .find(|&&(low, high, _)| low <= count && count <= high)?;
        let value = occurrence(points, 1.0, age_micros, plan.decay.as_ref());
        let node = T::node(
            || (&rule.id).into(),
            Some(value),
            || {
                let formula = Formula::Count {
                    count,
                    points,
                    age_micros,
                    decay: plan.decay.clone(),
                };
                (Unit::Points, formula, Role::Rule)
            },
            Vec::new(),
        );
        Some((value, node))
    }

    fn inactivity<T: Trace, V: LeadView + ?Sized>(
        rule: &RulePlan,
        plan: &InactivityPlan,
        case: &Case<'_, V>,
    ) -> Option<(f64, T::Node)> {
        let last = case
            .history
            .iter()
            .rev()
            .find(|activity| plan.kinds.has(activity.kind))
            .map(|activity| activity.at);
        let created = case.lead.created_at().filter(|&at| at <= case.as_of);
        let from = case.since.silence(last.max(created), case.as_of)?;
        let idle_micros = case.pauses.age(from, case.as_of);
        if idle_micros < plan.every {
            return None;
        }
        let value = inactivity(plan.points, plan.every, plan.floor, idle_micros);
        let node = T::node(
            || (&rule.id).into(),
            Some(value),
            || {
                let formula = Formula::Inactivity {
                    points: plan.points,
                    every_micros: plan.every,
                    floor: plan.floor,
                    idle_micros,
                };
                (Unit::Points, formula, Role::Rule)
            },
            Vec::new(),
        );
        Some((value, node))
    }
}

impl ActivityPlan {
    /// How many times an activity gives the points.
    #[inline]
    pub(super) fn times_of(&self, value: Option<f64>) -> f64 {
        if self.per_value {
            value.filter(|value| value.is_finite()).unwrap_or(0.0)
        } else {
            1.0
        }
    }

    /// The history, or nothing of it where no activity is of a kind that is asked for.
    #[inline]
    fn read_of<'c, V: ?Sized>(&self, case: &Case<'c, V>) -> &'c [Activity<'c>] {
        if case.kinds.may_share(self.asks) {
            case.history
        } else {
            &[]
        }
    }

    /// How many activities count.
    pub(crate) fn times<V: ?Sized>(&self, case: &Case<'_, V>, chosen: &mut Vec<usize>) -> u64 {
        let mut count = 0_u64;
        self.choose(self.read_of(case), chosen, |activity| {
            count += u64::from(self.in_window(case.pauses.age(activity.at, case.as_of)));
        });
        count
    }

    /// Whether any activity that counts happened.
    pub(crate) fn happened<V: ?Sized>(&self, case: &Case<'_, V>, chosen: &mut Vec<usize>) -> bool {
        let count = self.times(case, chosen);
        match &self.mode {
            Mode::Count(ranges) => ranges
                .iter()
                .any(|&(low, high, _)| low <= count && count <= high),
            _ => count > 0,
        }
    }
}

/// Brings a value into bounds; a bound that acts is a node of its own above the one it acts on.
#[inline]
pub(super) fn within<T: Trace>(
    value: f64,
    min: Option<f64>,
    max: Option<f64>,
    node: T::Node,
    name: impl FnOnce() -> (crate::score::Label, Role),
) -> (f64, T::Node) {
    if min.is_none() && max.is_none() {
        return (value, node);
    }
    let kept = clamp(value, min, max);
    if !T::ON || kept.to_bits() == value.to_bits() {
        return (kept, node);
    }
    let (label, role) = name();
    let node = T::node(
        || label,
        Some(kept),
        || (Unit::Points, Formula::Clamp { min, max }, role),
        vec![T::relabelled(node, "before bounds")],
    );
    (kept, node)
}

fn clamped<T: Trace>(
    node: T::Node,
    value: f64,
    min: Option<f64>,
    max: Option<f64>,
    unit: Unit,
) -> T::Node {
    T::node(
        || "points rules".into(),
        Some(value),
        || (unit, Formula::Clamp { min, max }, Role::Step),
        vec![T::relabelled(node, "before bounds")],
    )
}
