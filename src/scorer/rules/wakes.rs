use super::plan::{Effect, GroupPlan, RulePlan};
use super::spec::GroupPolicy;
use crate::score::clamp;
use crate::scorer::condition::{Need, Settings, Words};
use crate::scorer::history::Kinds;
use crate::scorer::places::Places;

/// Which rules of a plan may hold of a lead, a bit each: what no activity and no attribute of a lead wakes is passed
/// over without being asked, group by group.
///
/// Which kinds of activity a lead has differs from lead to lead, and so a branch for each rule would be one that nobody
/// could foretell.
#[derive(Debug)]
pub(super) struct Wakes {
    /// Rules that may hold of any lead.
    always: u64,
    /// For each eight kinds: the rules that one of them wakes, by which of them there are.
    kinds: Box<[(u32, Box<[u64; 256]>)]>,
    /// Rules that attributes wake.
    bits: Box<[(Need, u64)]>,
    groups: Box<[Span]>,
    /// Groups that give something even where all their rules sleep, or that are not judged rule by rule: a bit each.
    lasting: u64,
    adding: Option<Adding>,
}

/// Groups that do nothing but add up, or are judged at once: in little memory, which stays at hand.
#[derive(Debug)]
pub(super) struct Adding {
    /// The group and the place among the group's of each rule, by its bit.
    places: Box<[(u8, u8)]>,
    /// By group.
    sums: Box<[GroupSum]>,
}

/// What is done with the sum of a group.
#[derive(Debug)]
pub(super) enum GroupSum {
    /// Nothing: the group is judged at once.
    AtOnce,
    /// Nothing: what the group gives is looked up.
    LookedUp(Settings),
    /// It is kept within bounds.
    Within(f64, f64),
}

impl Adding {
    /// The most groups that are added up side by side.
    pub(super) const MOST: usize = 16;

    fn new(groups: &[GroupPlan]) -> Option<Self> {
        let mut places = Vec::new();
        let mut sums = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            let adds = group.is_at_once() || group.policy == GroupPolicy::Sum;
            if !adds || group.applies.is_some() || number >= Self::MOST {
                return None;
            }
            let number = u8::try_from(number).ok()?;
            for place in 0..group.rules.len() {
                places.push((number, u8::try_from(place).ok()?));
            }
            sums.push(match &group.settings {
                Some(settings) => GroupSum::LookedUp(settings.clone()),
                None if group.is_at_once() => GroupSum::AtOnce,
                None => {
                    let least = group.min.unwrap_or(f64::NEG_INFINITY);
                    GroupSum::Within(least, group.max.unwrap_or(f64::INFINITY))
                }
            });
        }
        Some(Self {
            places: places.into(),
            sums: sums.into(),
        })
    }

    /// Each group, with what is done with its sum.
    #[inline]
    pub(super) fn sums(&self) -> impl Iterator<Item = &GroupSum> {
        self.sums.iter()
    }

    /// The group of a rule, by its bit, and the rule.
    #[inline]
    pub(super) fn rule<'g>(
        &self,
        groups: &'g [GroupPlan],
        bit: usize,
    ) -> Option<(usize, &'g RulePlan)> {
        let &(group, place) = self.places.get(bit)?;
        let rules = &groups.get(usize::from(group))?.rules;
        Some((group.into(), rules.get(usize::from(place))?))
    }
}

/// The bits of the rules of one group: where they begin, and how many there are.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: u32,
    mask: u64,
}

impl Wakes {
    /// `None` where there are too many rules or groups, or none that sleeps.
    pub(super) fn new(groups: &[GroupPlan]) -> Option<Self> {
        const MOST: usize = u64::BITS as usize;
        let count: usize = groups.iter().map(|group| group.rules.len()).sum();
        if count > MOST || groups.len() > MOST {
            return None;
        }
        let (mut always, mut lasting) = (0, 0);
        let mut asks = Vec::new();
        let mut bits: Vec<(Need, u64)> = Vec::new();
        let mut spans = Vec::with_capacity(groups.len());
        let mut first = 0_u32;
        for (number, group) in groups.iter().enumerate() {
            let mut span = Span { first, mask: 0 };
            let nothing = clamp(0.0, group.min, group.max);
            if group.is_at_once() || nothing != 0.0 {
                lasting |= 1 << number;
            }
            let mut woken: Option<(Need, u64)> = None;
            for rule in &group.rules {
                let bit = 1_u64.checked_shl(first)?;
                first += 1;
                span.mask |= bit;
                match &rule.effect {
                    _ if group.is_at_once() => {}
                    Effect::Activity(plan) if plan.needs_some && !plan.asks.is_all() => {
                        asks.push((plan.asks, bit));
                    }
                    _ => match (rule.guard.asked(), woken) {
                        (None, _) => always |= bit,
                        (Some(need), None) => woken = Some((need, bit)),
                        (Some(need), Some((others, of))) => match others.or(need) {
                            Some(both) => woken = Some((both, of | bit)),
                            None => bits.push((need, bit)),
                        },
                    },
                }
            }
            bits.extend(woken);
            spans.push(span);
        }
        if asks.is_empty() && bits.is_empty() {
            return None;
        }
        let table = |shift: u32| {
            let mut woken = Box::new([0; 256]);
            for (setting, woken) in (0_u64..).zip(woken.iter_mut()) {
                let there = Kinds::from_bits(setting << shift);
                let asked = asks.iter().filter(|(kinds, _)| kinds.may_share(there));
                *woken = asked.fold(0, |woken, (_, bit)| woken | bit);
            }
            (shift, woken)
        };
        let shifts = (0..u64::BITS).step_by(8);
        let asked: Kinds = asks.iter().map(|&(kinds, _)| kinds).collect();
        let shifts = shifts.filter(|shift| asked.may_share(Kinds::from_bits(0xff << shift)));
        Some(Self {
            always,
            kinds: shifts.map(table).collect(),
            bits: bits.into(),
            groups: spans.into(),
            lasting,
            adding: Adding::new(groups),
        })
    }

    /// Where groups do nothing but add up: these, and the bits of the rules that are awake of a lead.
    #[inline]
    pub(super) fn adding(&self, words: &Words, kinds: Kinds) -> Option<(&Adding, Places)> {
        let adding = self.adding.as_ref()?;
        Some((adding, Places::from_bits(self.rules(words, kinds))))
    }

    /// The bits of the rules that are awake of a lead.
    #[inline]
    fn rules(&self, words: &Words, kinds: Kinds) -> u64 {
        let mut rules = self.always;
        for (shift, woken) in &self.kinds {
            let [setting, ..] = (kinds.bits() >> shift).to_le_bytes();
            rules |= woken.get(usize::from(setting)).copied().unwrap_or_default();
        }
        for (need, woken) in &self.bits {
            rules |= woken & u64::from(need.any(words)).wrapping_neg();
        }
        rules
    }

    /// What is awake of a lead.
    #[inline]
    pub(super) fn of(&self, words: &Words, kinds: Kinds) -> Awake<'_> {
        let rules = self.rules(words, kinds);
        let numbered = (0_u32..).zip(&self.groups);
        let groups = numbered.fold(self.lasting, |groups, (number, span)| {
            groups | u64::from(rules & span.mask != 0) << number
        });
        Awake {
            wakes: self,
            rules,
            groups,
        }
    }
}

/// The groups of which a rule is awake, in order, each with the places of those rules among the group's.
pub(super) struct Awake<'w> {
    wakes: &'w Wakes,
    rules: u64,
    groups: u64,
}

impl Iterator for Awake<'_> {
    type Item = (usize, Places);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.groups == 0 {
            return None;
        }
        let number = self.groups.trailing_zeros() as usize;
        self.groups &= self.groups - 1;
        let span = self.wakes.groups.get(number)?;
        let rules = (self.rules & span.mask).checked_shr(span.first);
        Some((number, Places::from_bits(rules.unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{KindSlot, SchemaSpec};
    use crate::scorer::rules::{RuleScorer, RulesSpec};

    fn scorer(text: &str) -> RuleScorer {
        let schema = SchemaSpec::new().number("seats").kinds(["a", "b", "c"]);
        let rules: RulesSpec = toml::from_str(text).unwrap();
        rules.build(&schema.build().unwrap()).unwrap()
    }

    /// The groups that are awake, with the places of their rules.
    fn awake(scorer: &RuleScorer, kinds: &[u16], truth: u64) -> Vec<(usize, Vec<usize>)> {
        let wakes = scorer.plan().wakes.as_ref().unwrap();
        let kinds = kinds
            .iter()
            .copied()
            .map(KindSlot::new)
            .map(Kinds::one)
            .collect();
        let awake = wakes.of(&Words::of_truth(0, truth), kinds);
        awake
            .map(|(group, rules)| (group, rules.collect()))
            .collect()
    }

    #[test]
    fn rules_sleep_unless_something_wakes_them() {
        let scorer = scorer(
            "[[groups]]
             name = 'one'
             rules = [
               { id = 'a', points = 1, activity = { kind = 'a' } },
               { id = 'bc', points = 2, activity = { kind = ['b', 'c'] } },
             ]
             [[groups]]
             name = 'two'
             rules = [
               { id = 'large', points = 3, when = { attribute = 'seats', at_least = 50 } },
               { id = 'b', points = 4, activity = { kind = 'b' } },
             ]
             [[groups]]
             name = 'lasting'
             min = 5
             rules = [{ id = 'c', points = 6, activity = { kind = 'c' } }]",
        );
        assert_eq!(awake(&scorer, &[], 0), [(2, vec![])]);
        assert_eq!(awake(&scorer, &[0], 0), [(0, vec![0]), (2, vec![])]);
        assert_eq!(
            awake(&scorer, &[1], 0),
            [(0, vec![1]), (1, vec![1]), (2, vec![])]
        );
        assert_eq!(
            awake(&scorer, &[2], 1),
            [(0, vec![1]), (1, vec![0]), (2, vec![0])]
        );
    }

    #[test]
    fn rules_that_may_hold_of_any_lead_are_always_awake() {
        let scorer = scorer(
            "[[groups]]
             name = 'one'
             rules = [
               { id = 'any', points = 1, activity = {} },
               { id = 'silent', points = -1, inactivity = { every = '7d' } },
               { id = 'small', points = 1, when = { not = { attribute = 'seats', at_least = 50 } } },
               { id = 'a', points = 1, activity = { kind = 'a' } },
             ]",
        );
        // Of seats that are not known, neither is true.
        assert_eq!(awake(&scorer, &[], 0), [(0, vec![0, 1])]);
    }

    #[test]
    fn too_many_rules_are_all_asked() {
        let rules = |count: usize| {
            let rule = |id| format!("{{ id = 'r{id}', points = 1, activity = {{ kind = 'a' }} }},");
            let rules: String = (0..count).map(rule).collect();
            scorer(&format!("[[groups]]\nname = 'one'\nrules = [{rules}]"))
        };
        assert_eq!(awake(&rules(64), &[0], 0), [(0, (0..64).collect())]);
        assert!(rules(65).plan().wakes.is_none());
    }
}
