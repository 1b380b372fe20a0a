//! Points without their explanation: only the rules that may hold of a lead are asked.

use super::plan::{RulePlan, RulesPlan};
use super::wakes::{Adding, GroupSum};
use crate::scorer::condition::Words;
use crate::scorer::history::Kinds;
use crate::scorer::places::Places;
use crate::scorer::trace::{Off, Trace};
use std::sync::Arc;

/// As `max` and `min` do of what is a number: in one step each.
#[inline]
fn within(sum: f64, least: f64, most: f64) -> f64 {
    let raised = if sum < least { least } else { sum };
    if raised > most { most } else { raised }
}

impl RulesPlan {
    /// The sum of all groups, from no more rules than may hold; `None` where all must be asked.
    #[inline]
    pub(super) fn sum_of_awake<T: Trace>(
        &self,
        words: &Words,
        kinds: Kinds,
        verdict: &mut dyn FnMut(&Arc<str>),
        rule: &mut impl FnMut(&RulePlan) -> Option<(f64, T::Node)>,
    ) -> Option<f64> {
        if let Some(sum) = &self.sum {
            return Some(sum.add(words));
        }
        let wakes = self.wakes.as_ref()?;
        if let Some((adding, awake)) = wakes.adding(words, kinds) {
            return Some(self.add_up::<T>(adding, awake, words, verdict, rule));
        }
        let mut sum = 0.0;
        for (group, awake) in wakes.of(words, kinds) {
            let group = self.groups.get(group);
            let Some(group) = group.filter(|group| group.applies_to(words)) else {
                continue;
            };
            let rules = awake.filter_map(|place| group.rules.get(place));
            sum += Self::group::<T>(group, words, rules, verdict, rule).0;
        }
        Some(sum)
    }

    /// The sum of all groups, where these do nothing but add up: rules in one go, whatever their groups, since how many
    /// of a group are awake is something that nobody could foretell.
    #[inline]
    fn add_up<T: Trace>(
        &self,
        adding: &Adding,
        awake: Places,
        words: &Words,
        verdict: &mut dyn FnMut(&Arc<str>),
        given: &mut impl FnMut(&RulePlan) -> Option<(f64, T::Node)>,
    ) -> f64 {
        let mut sums = [0.0; Adding::MOST];
        let awake = awake.filter_map(|bit| adding.rule(&self.groups, bit));
        for (group, rule) in awake.filter(|(_, rule)| rule.guard.holds(words)) {
            let Some((value, _)) = given(rule) else {
                continue;
            };
            if let Some(reason) = &rule.disqualify {
                verdict(reason);
            }
            if let (true, Some(sum)) = (rule.gives, sums.get_mut(group)) {
                *sum += value;
            }
        }
        let groups = adding.sums().zip(sums).enumerate();
        groups.fold(0.0, |all, (number, (group, sum))| {
            all + match group {
                GroupSum::Within(least, most) => within(sum, *least, *most) + 0.0,
                GroupSum::LookedUp(settings) => settings.value(words),
                GroupSum::AtOnce => self.groups.get(number).map_or(0.0, |group| {
                    Self::group::<Off>(group, words, &[], verdict, &mut |_| None).0
                }),
            }
        })
    }
}
