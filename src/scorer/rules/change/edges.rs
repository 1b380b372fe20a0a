use super::super::case::Case;
use super::super::plan::{ActivityPlan, Effect, RulePlan, RulesPlan};
use super::super::rule_scorer::RuleScorer;
use crate::lead::{LeadView, Moment};
use crate::scorer::condition::Words;

impl RuleScorer {
    /// Hands on every moment at which something jumps or begins to move otherwise, while the history is this one.
    ///
    /// Decays that fall in steps and silence do not count: they go in one direction.
    pub(crate) fn edges<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
        note: &mut dyn FnMut(Moment),
    ) {
        self.plan.edges(case, chosen, note);
    }
}

impl RulesPlan {
    pub(crate) fn edges<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
        note: &mut dyn FnMut(Moment),
    ) {
        let mut dated = false;
        self.attributes.edges(case.lead, &mut |moment| {
            dated = true;
            note(moment);
        });
        let mut words = Words::default();
        self.attributes.read(case.lead, case.as_of, &mut words);
        for group in &self.groups {
            let applies = group.applies.as_ref();
            if !dated && applies.is_some_and(|applies| !applies.to(&words)) {
                continue;
            }
            for rule in &group.rules {
                // Without dates what holds now holds for ever.
                if dated || rule.guard.holds(&words) {
                    rule.edges(case, chosen, note);
                }
            }
        }
    }
}

impl RulePlan {
    fn edges<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
        note: &mut dyn FnMut(Moment),
    ) {
        match &self.effect {
            Effect::Points(_) => {}
            Effect::Activity(plan) => plan.edges(case, chosen, note),
            Effect::Inactivity(plan) => {
                if let Some(from) = plan.from(case) {
                    case.pauses
                        .when(from, plan.every)
                        .into_iter()
                        .for_each(note);
                }
            }
        }
    }
}

impl ActivityPlan {
    /// Hands on the moments at which activities enter or leave the window, or jump in worth.
    pub(crate) fn edges<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
        note: &mut dyn FnMut(Moment),
    ) {
        self.choose(case, chosen, |activity, _| {
            let mut at_age = |age: i64| {
                if let Some(moment) = case.pauses.when(activity.at, age) {
                    note(moment);
                }
            };
            self.last.into_iter().for_each(&mut at_age);
            self.older_than.into_iter().for_each(&mut at_age);
            if let Some(decay) = &self.decay {
                decay.turns(&mut at_age);
            }
        });
    }
}
