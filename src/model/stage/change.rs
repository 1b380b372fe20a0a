use super::stages::{Exit, Stages};
use super::transition::{StageState, Transition};
use crate::lead::{Frozen, LeadView, Moment};
use crate::model::state_condition::{Facts, Mode, Reach, StateTest};
use crate::model::{ChangeError, ScoreModel};
use crate::score::{AsOf, ScoreVector};
use crate::scorer::Within;
use serde::Serialize;

/// A stage that changes by the passing of time alone: when, what becomes of it, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageChange {
    /// When.
    pub at: Moment,
    /// What crosses at that moment, with reasons; its state is the one to keep from then on.
    pub transition: Transition,
}

impl Stages {
    /// The first moment after `from`, at most `until`, at which the stage that a lead is in changes by the passing of
    /// time alone, what it becomes and why; `None` where it does not until then.
    ///
    /// `model` is the one that the stages were built against, `state` what the caller kept. It is first brought up to
    /// `from`, as [`transition`](Stages::transition) does; what crosses there and then is no later change. From there
    /// on the facts are frozen ([`Frozen`](crate::Frozen)): what remains is decay, windows, silence, date attributes
    /// and manual overrides, which move scores, labels and verdicts and meet conditions on attributes and activities.
    /// Margins, exits and re-arming are those of [`transition`](Stages::transition).
    ///
    /// Right to one second, as [`ScoreModel::next_change`], and at the same cost. A host that keeps the moment beside
    /// the lead, and asks again then or when it learns a new fact, never moves its leads in a nightly run.
    ///
    /// # Errors
    /// A model that the stages were not built against, and one with scorers that do not say when they change, since
    /// any of them may disqualify.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     Activity, ActivitySpec, AsOf, DecaySpec, DimensionSpec, GroupSpec, Lead, ModelSpec, RuleSpec, RulesSpec,
    ///     SchemaSpec, ScoreModel, StageSpec, StageState, StagesSpec, StateCondition,
    /// };
    ///
    /// let demos = ActivitySpec::of("demo").decay(DecaySpec::lifespan("100d"));
    /// let model = ScoreModel::build(&ModelSpec::new("inbound").schema(SchemaSpec::new().kind("demo")).dimension(
    ///     DimensionSpec::rules(
    ///         "engagement",
    ///         RulesSpec::new().group(GroupSpec::sum("web").rule(RuleSpec::new("demo").points(50.0).activity(demos))),
    ///     ),
    /// ))?;
    /// let stages = StagesSpec::new("lifecycle")
    ///     .stage(StageSpec::new("mql", StateCondition::score("engagement").at_least(30.0)).margin(5.0))
    ///     .build(&model)?;
    /// let demo = model.schema().kind("demo").ok_or("no such kind")?;
    /// let lead = Lead::builder(model.schema(), "a1").push(Activity::new(demo, "2026-03-01".parse()?)).build()?;
    ///
    /// let (from, until): (AsOf, AsOf) = ("2026-03-02".parse()?, "2027-03-02".parse()?);
    /// let change = stages
    ///     .next_change(&model, &lead, &StageState::default(), from, until)?
    ///     .ok_or("it stays an MQL")?;
    /// assert_eq!((change.transition.from(), change.transition.to()), (Some("mql"), None));
    /// // Below 25, 5 below the entry, after 50 days.
    /// assert_eq!(change.at.to_string(), "2026-04-20T00:00:00.000001Z");
    /// assert!(change.transition.to_string().contains("not at least 25"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_change<V: LeadView + ?Sized>(
        &self,
        model: &ScoreModel,
        lead: &V,
        state: &StageState,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<StageChange>, ChangeError> {
        if !self.conditions.are_of(model) {
            return Err(ChangeError::OtherModel);
        }
        if lead.schema() != model.schema().id() || until <= from {
            return Ok(None);
        }
        let frozen = Frozen::new(lead, from.moment());
        let now = self.transition(state, &frozen, &model.vector(&frozen, from), from);
        let state = now.into_state();
        let place = self.place(state.stage());
        let step = |vector: &ScoreVector, at: Moment| {
            self.transition(&state, &frozen, vector, AsOf::new(at))
        };
        let both = self.list.iter().flat_map(|stage| {
            let exit = match &stage.exit {
                Exit::Condition(exit) => Some(exit),
                Exit::Margin(_) => None,
            };
            [Some(&stage.enter), exit]
        });
        let tests: Vec<&StateTest> = both.flatten().collect();
        let span = Within {
            from: from.moment(),
            to: until.moment(),
        };
        let found = self.conditions.first_change(
            model,
            &frozen,
            span,
            &tests,
            &|facts, reach| self.may_leave(place, facts, reach),
            &|vector, at| !step(vector, at).crossed().is_empty(),
        )?;
        Ok(found.map(|at| StageChange {
            at,
            transition: step(&model.vector(&frozen, at.into()), at),
        }))
    }

    /// Whether a lead in that stage may come into another while scores stay within reach.
    fn may_leave(&self, from: Option<usize>, facts: &mut Facts<'_, '_>, reach: &Reach<'_>) -> bool {
        if facts.is_disqualified() {
            return from.is_some();
        }
        let above = from.map_or(0, |from| from + 1);
        let mut higher = self.list.iter().skip(above);
        let entered =
            |test: &StateTest, facts: &mut Facts<'_, '_>| facts.truths(test, Mode::Enter, reach);
        if higher.any(|stage| entered(&stage.enter, facts).may_be(Some(true))) {
            return true;
        }
        let Some(stage) = from.and_then(|from| self.list.get(from)) else {
            return false;
        };
        let enter = entered(&stage.enter, facts);
        if !enter.may_be(Some(false)) && !enter.may_be(None) {
            return false;
        }
        match &stage.exit {
            Exit::Margin(margin) => facts
                .truths(&stage.enter, Mode::Stay(*margin), reach)
                .may_be(Some(false)),
            Exit::Condition(exit) => entered(exit, facts).may_be(Some(true)),
        }
    }
}
