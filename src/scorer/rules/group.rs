//! What a group makes of its rules.

use super::eval::within;
use super::plan::{Effect, GroupPlan, RulePlan, RulesPlan};
use super::spec::GroupPolicy;
use crate::score::{Formula, Role, Unit, larger};
use crate::scorer::condition::{Settings, Words};
use crate::scorer::trace::{Off, Trace};
use std::sync::Arc;

impl RulesPlan {
    #[inline]
    pub(super) fn group<'r, T: Trace>(
        group: &GroupPlan,
        words: &Words,
        rules: impl IntoIterator<Item = &'r RulePlan>,
        verdict: &mut dyn FnMut(&Arc<str>),
        given: &mut impl FnMut(&RulePlan) -> Option<(f64, T::Node)>,
    ) -> (f64, T::Node) {
        if let (false, Some(settings)) = (T::ON, &group.settings) {
            let value = settings.value(words);
            let node = T::node(
                || (&group.name).into(),
                Some(value),
                || (Unit::Points, Formula::Sum, Role::Group),
                Vec::new(),
            );
            return (value, node);
        }
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
        for rule in rules {
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
}

impl GroupPlan {
    /// Whether it applies to a lead.
    #[inline]
    pub(super) fn applies_to(&self, words: &Words) -> bool {
        let applies = self.applies.as_ref();
        applies.is_none_or(|applies| applies.to(words))
    }

    /// What the group gives for each setting of what its rules ask for; `None` where these ask for more than a few
    /// bits, or do more than to give points.
    pub(super) fn of_settings(&self) -> Option<Settings> {
        let points = |rule: &RulePlan| match rule.effect {
            Effect::Points(points) if rule.disqualify.is_none() => {
                let name = || ((&rule.id).into(), Role::Rule);
                Some(within::<Off>(points + 0.0, rule.min, rule.max, (), name))
            }
            _ => None,
        };
        if !self.rules.iter().all(|rule| points(rule).is_some()) {
            return None;
        }
        let guards = self.rules.iter().map(|rule| &rule.guard);
        Settings::new(guards, |words| {
            let mut given = |rule: &RulePlan| points(rule);
            RulesPlan::group::<Off>(self, words, &self.rules, &mut |_| {}, &mut given).0
        })
    }
}
