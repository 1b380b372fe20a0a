use super::case::{Buffers, Case};
use super::eval::within;
use super::plan::{ActivityPlan, Effect, RulePlan, RulesPlan};
use crate::lead::{Activities, KindSlot, LeadTable, LeadView, Moment};
use crate::score::{Role, occurrence};
use crate::scorer::Assessment;
use crate::scorer::condition::BlockWords;
use crate::scorer::history::{History, Kinds, Pauses};
use crate::scorer::trace::Off;
use std::sync::Arc;

/// Rules made ready for a table whose attributes are read block by block: activities are read straight from their
/// columns where every one of them counts by its kind, and what follows is done as for any lead.
#[derive(Debug)]
pub(crate) struct RulesOfTable<'p> {
    rules: &'p RulesPlan,
    by_kind: Option<ByKind<'p>>,
}

/// Activity rules that each activity of their kinds counts for.
#[derive(Debug)]
struct ByKind<'p> {
    activities: &'p Activities,
    /// By kind: the rules, with their places.
    kinds: Vec<Vec<(usize, &'p ActivityPlan)>>,
    /// How many rules there are, others included.
    rules: usize,
}

impl<'p> ByKind<'p> {
    /// `None` where a rule asks for more than the kind of an activity.
    fn new(rules: &'p RulesPlan, table: &'p LeadTable, history: &History) -> Option<Self> {
        if !history.counts_all() || !rules.reads_activities {
            return None;
        }
        let mut kinds = vec![Vec::new(); rules.kinds.len()];
        let mut count = 0;
        for rule in rules.groups.iter().flat_map(|group| &group.rules) {
            count += 1;
            let plan = match &rule.effect {
                Effect::Points(_) => continue,
                Effect::Activity(plan) if plan.is_by_kind() => plan.as_ref(),
                Effect::Activity(_) | Effect::Inactivity(_) => return None,
            };
            for (kind, of_kind) in (0..u16::MAX).map(KindSlot::new).zip(&mut kinds) {
                if plan.kinds.has(kind) {
                    of_kind.push((rule.place, plan));
                }
            }
        }
        Some(Self {
            activities: table.activities(),
            kinds,
            rules: count,
        })
    }

    /// Adds up what each rule gives for the activities of a lead, in their order.
    fn add_up(&self, row: usize, as_of: Moment, pauses: &Pauses, sums: &mut Vec<(f64, bool)>) {
        sums.clear();
        sums.resize(self.rules, (0.0, false));
        for (at, kind, value) in self.activities.marks(row) {
            if at > as_of {
                break;
            }
            for &(place, plan) in self.kinds.get(kind).into_iter().flatten() {
                let age = pauses.age(at, as_of);
                if !plan.in_window(age) {
                    continue;
                }
                if let Some((sum, holds)) = sums.get_mut(place) {
                    let times = plan.times_of(Some(value));
                    *sum += occurrence(plan.points, times, age, plan.decay.as_ref());
                    *holds = true;
                }
            }
        }
    }
}

impl RulesPlan {
    pub(super) fn of_table<'p>(
        &'p self,
        table: &'p LeadTable,
        history: &History,
    ) -> RulesOfTable<'p> {
        RulesOfTable {
            rules: self,
            by_kind: ByKind::new(self, table, history),
        }
    }
}

impl RulesOfTable<'_> {
    /// Whether a block's attributes are all that the rules ask for, so that [`all`](RulesOfTable::all) judges it.
    pub(crate) fn is_bare(&self) -> bool {
        self.rules.is_bare()
    }

    /// Whether [`one`](RulesOfTable::one) asks for the lead's activities.
    pub(crate) fn reads_history(&self) -> bool {
        self.rules.reads_activities && self.by_kind.is_none()
    }

    /// Judges all leads of a block that was read, in their order, where the rules are bare.
    pub(crate) fn all(&self, block: &BlockWords) -> impl Iterator<Item = Assessment> {
        self.rules.all(block)
    }

    /// Judges one lead, at that place of a block that was read and in that row of the table.
    pub(crate) fn one<V: LeadView + ?Sized>(
        &self,
        (block, place, row): (&BlockWords, usize, usize),
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Assessment {
        let Some(by_kind) = &self.by_kind else {
            return self.rules.one((block, place), case, buffers, verdict);
        };
        buffers.words.take(block, place);
        let Buffers { words, sums, .. } = buffers;
        by_kind.add_up(row, case.as_of, case.pauses, sums);
        let (points, ()) = self
            .rules
            .points_by::<Off>(words, Kinds::ALL, verdict, &mut |rule| {
                let value = given(rule, sums)?;
                let name = || ((&rule.id).into(), Role::Rule);
                Some(within::<Off>(value, rule.min, rule.max, (), name))
            });
        let known = block.any(place, self.rules.attributes.present());
        self.rules.judged::<Off>(known, points, ()).assessment
    }
}

/// What a rule gives whose condition is true; `None` where it does not hold.
fn given(rule: &RulePlan, sums: &[(f64, bool)]) -> Option<f64> {
    match rule.effect {
        Effect::Points(points) => Some(points + 0.0),
        Effect::Activity(_) | Effect::Inactivity(_) => {
            let &(sum, holds) = sums.get(rule.place)?;
            holds.then_some(sum)
        }
    }
}
