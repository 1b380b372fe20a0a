use super::build::Builder;
use super::case::{Buffers, Case};
use super::lint::Lint;
use super::plan::RulesPlan;
use super::spec::RulesSpec;
use super::table::RulesOfTable;
use super::what_if::WhatIf;
use crate::lead::{Activity, LeadTable, LeadView, Moment, Schema};
use crate::model::{Problems, SpecError};
use crate::score::{AsOf, Explanation, Role, Score, Unit};
use crate::scorer::condition::{Tests, Together};
use crate::scorer::history::{History, HistorySpec};
use crate::scorer::trace::{Off, On};
use crate::scorer::visible::with_case;
use crate::scorer::{Assessment, Opaque, Scorer};
use std::cell::RefCell;
use std::sync::Arc;

/// Score: the points that a lead's rules give, on the scale from `zero` to `hundred`.
///
/// The raw value is the points, clamped by the bounds of rules, groups and the dimension. Built from a
/// [`RulesSpec`]. Abstains where it has no activity rule and every attribute that its rules read is missing, unless
/// the spec says otherwise.
#[derive(Debug)]
pub struct RuleScorer {
    pub(super) plan: RulesPlan,
    what_if: WhatIf,
    history: History,
    lints: Vec<Lint>,
}

impl RulesSpec {
    /// Compiles the rules for leads of a schema.
    ///
    /// # Errors
    /// All problems at once, each with its place: unknown names, comparisons that do not fit a type, bounds that
    /// contradict each other, numbers that are not finite or beyond 1e12, names that stand twice, and the like.
    pub fn build(&self, schema: &Schema) -> Result<RuleScorer, SpecError> {
        self.build_with(schema, &HistorySpec::new())
    }

    /// Compiles the rules for leads of a schema, with a say in which activities count.
    ///
    /// # Errors
    /// As [`build`](RulesSpec::build), and problems of `history` under that name.
    pub fn build_with(
        &self,
        schema: &Schema,
        history: &HistorySpec,
    ) -> Result<RuleScorer, SpecError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let alone = &mut Together::default();
        let scorer = RuleScorer::resolve(self, schema, &history, "rules", alone, &mut problems);
        problems.into_result(scorer)
    }
}

impl RuleScorer {
    pub(crate) fn resolve(
        spec: &RulesSpec,
        schema: &Schema,
        history: &History,
        path: &str,
        together: &mut Together,
        problems: &mut Problems,
    ) -> Self {
        let mut builder = Builder {
            schema,
            history,
            problems,
        };
        let (plan, tests, lints): (_, Tests, _) = builder.rules(spec, path, together);
        Self {
            what_if: WhatIf::new(&tests, plan.attributes(), plan.asks_what_is_false(), schema),
            plan,
            history: history.clone(),
            lints,
        }
    }

    /// What is odd about the rules without being wrong.
    #[must_use]
    pub fn lints(&self) -> &[Lint] {
        &self.lints
    }

    pub(crate) fn reads_activities(&self) -> bool {
        self.plan.reads_activities
    }

    pub(crate) fn judge_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Assessment {
        self.plan.judge::<Off, V>(case, buffers, verdict).assessment
    }

    /// The rules themselves.
    pub(crate) fn plan(&self) -> &RulesPlan {
        &self.plan
    }

    /// The rules made ready for a table.
    pub(crate) fn of_table<'p>(&'p self, table: &'p LeadTable) -> RulesOfTable<'p> {
        self.plan.of_table(table, &self.history)
    }

    pub(crate) fn explain_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> Explanation {
        let mut notes = Vec::new();
        let mut verdict = |reason: &Arc<str>| {
            notes.push(Explanation::unknown(reason, Unit::Score).role(Role::Disqualified));
        };
        let judged = self.plan.judge::<On, V>(case, buffers, &mut verdict);
        notes.extend(self.what_if.missing(&self.plan, case, buffers));
        judged.node.with_notes(notes)
    }

    /// The explanation without its notes: what the rules give, and no guesses of what they could.
    pub(crate) fn trace_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> Explanation {
        let judged = self.plan.judge::<On, V>(case, buffers, &mut |_| {});
        judged.node
    }

    /// The lead's own new start, also where it lies ahead.
    pub(super) fn mark(&self, lead: &dyn LeadView) -> Option<Moment> {
        self.history.mark(lead)
    }

    /// Prepares the case of a lead and hands it on; `None` for a lead of another schema.
    pub(super) fn with_case<R>(
        &self,
        lead: &dyn LeadView,
        as_of: AsOf,
        run: impl FnOnce(&Case<'_, dyn LeadView + '_>, &mut Buffers) -> R,
    ) -> Option<R> {
        let reads_activities = self.plan.reads_activities;
        with_case(
            self.plan.schema,
            &self.history,
            reads_activities,
            lead,
            as_of,
            run,
        )
    }
}

impl Scorer for RuleScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        self.with_case(lead, as_of, |case, buffers| {
            self.judge_case(case, buffers, &mut |_| {})
        })
        .unwrap_or_default()
    }

    fn unit(&self) -> Unit {
        Unit::Points
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        self.with_case(lead, as_of, |case, buffers| {
            self.explain_case(case, buffers)
        })
        .unwrap_or_else(|| other_schema("points rules"))
    }

    fn disqualify(&self, lead: &dyn LeadView, as_of: AsOf, reason: &mut dyn FnMut(&str)) {
        self.with_case(lead, as_of, |case, buffers| {
            self.judge_case(case, buffers, &mut |text| reason(text))
        });
    }

    fn explain_change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        Self::explain_change(self, lead, a, b)
    }

    fn next_change(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        Ok(self.keeps_course(lead, from, until))
    }
}

/// What a scorer says of a lead that it cannot read.
pub(crate) fn other_schema(label: &'static str) -> Explanation {
    let why = Explanation::unknown("the lead is of another schema than the model", Unit::Score);
    Explanation::unknown(label, Unit::Score).with_notes(vec![why.role(Role::Abstains)])
}

/// What a thread keeps between evaluations: room, never results. Behind a pointer, since each evaluation moves it.
type Kept = Box<(Buffers, Vec<Activity<'static>>)>;

thread_local! {
    static POOL: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// Lends buffers of the thread; a nested call gets others.
pub(crate) fn with_buffers<'a, R>(
    run: impl FnOnce(&mut Buffers, Vec<Activity<'a>>) -> (R, Vec<Activity<'static>>),
) -> R {
    let mut kept = POOL.with_borrow_mut(Vec::pop).unwrap_or_default();
    let activities = std::mem::take(&mut kept.1);
    let (result, activities) = run(&mut kept.0, activities);
    kept.1 = activities;
    POOL.with_borrow_mut(|pool| pool.push(kept));
    result
}

/// The same vector's room for other activities: the standard library collects in place.
#[allow(
    clippy::unnecessary_filter_map,
    reason = "`filter` could not change the lifetime"
)]
pub(crate) fn emptied(mut activities: Vec<Activity<'_>>) -> Vec<Activity<'static>> {
    activities.clear();
    activities.into_iter().filter_map(|_| None).collect()
}
