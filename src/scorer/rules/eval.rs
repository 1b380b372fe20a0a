use super::case::{Buffers, Case};
use super::plan::{Effect, RulePlan, RulesPlan};
use super::spec::WhenUnknown;
use crate::lead::{LeadView, Moment};
use crate::score::{Formula, Role, Score, Unit, clamp, scale};
use crate::scorer::Assessment;
use crate::scorer::condition::Words;
use crate::scorer::history::Kinds;
use crate::scorer::trace::{Off, Trace};
use std::sync::Arc;

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
        let (points, node) = self.points::<T>(&case.as_dyn(&case.lead), buffers, verdict);
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
    pub(super) fn points_by_guards(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
        given: &mut Vec<Given>,
    ) -> f64 {
        if given.is_empty() {
            let count = self.groups.iter().map(|group| group.rules.len()).sum();
            given.resize(count, Given::Open);
        }
        let Buffers { words, chosen, .. } = buffers;
        let mut rule = |rule: &RulePlan| {
            let given = given.get_mut(rule.place)?;
            if let Given::Open = given {
                *given = match self.rule::<Off>(rule, case, chosen) {
                    Some((points, ())) => Given::Points(points),
                    None => Given::Nothing,
                };
            }
            match given {
                Given::Points(points) => Some((*points, ())),
                Given::Nothing | Given::Open => None,
            }
        };
        self.points_by::<Off>(words, case.kinds, &mut |_| {}, &mut rule)
            .0
    }

    /// Points of a lead without activities, where these are the same for all: no rule holds of it, and nothing is asked
    /// of its attributes.
    pub(crate) fn points_of_none(&self) -> Option<f64> {
        let sleeps = |rule: &RulePlan| match &rule.effect {
            Effect::Activity(plan) => plan.needs_some,
            Effect::Points(_) | Effect::Inactivity(_) => false,
        };
        let mut rules = self.groups.iter().flat_map(|group| &group.rules);
        (!self.attributes.asks() && rules.all(sleeps)).then(|| {
            let words = Words::default();
            self.points_by::<Off>(&words, Kinds::NONE, &mut |_| {}, &mut |_| None)
                .0
        })
    }

    /// Points of the dimension, clamped, once the attributes are read.
    pub(crate) fn points<T: Trace>(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> (f64, T::Node) {
        let Buffers { words, chosen, .. } = buffers;
        self.points_by::<T>(words, case.kinds, verdict, &mut |rule| {
            self.rule::<T>(rule, case, chosen)
        })
    }

    /// As [`points`](RulesPlan::points), with what each rule gives said by `rule`.
    #[inline]
    pub(super) fn points_by<T: Trace>(
        &self,
        words: &Words,
        kinds: Kinds,
        verdict: &mut dyn FnMut(&Arc<str>),
        rule: &mut impl FnMut(&RulePlan) -> Option<(f64, T::Node)>,
    ) -> (f64, T::Node) {
        // Explaining tells of all rules, and asks each of them once.
        let awake = (!T::ON).then(|| self.sum_of_awake::<T>(words, kinds, verdict, rule));
        if let Some(sum) = awake.flatten() {
            let bare = || (Unit::Points, Formula::Sum, Role::Step);
            let node = T::node(|| "points".into(), None, bare, Vec::new());
            let name = || ("points".into(), Role::Step);
            return within::<T>(sum, self.min, self.max, node, name);
        }
        let mut sum = 0.0;
        let mut parts = Vec::with_capacity(if T::ON { self.groups.len() } else { 0 });
        for group in self.groups.iter().filter(|group| group.applies_to(words)) {
            let (value, node) = Self::group::<T>(group, words, &group.rules, verdict, rule);
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
