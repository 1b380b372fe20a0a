use super::transition::{Crossing, Direction, StageState, Transition};
use super::{StageSpec, StagesSpec};
use crate::lead::{LeadView, name_problem, shortened};
use crate::model::state_condition::{
    Conditions, Facts, Mode, Pending, PopulationError, StateTest, checked, in_blocks,
};
use crate::model::{ScoreModel, SpecError};
use crate::score::{AsOf, ScoreMatrix, ScoreVector, Scored};
use std::collections::HashSet;
use std::sync::Arc;

/// The stages of a [`StagesSpec`], ready: gives a lead's next stage from the one before and what is known now.
///
/// The caller keeps a [`StageState`] for each lead. A stage is kept until its own exit is true, so a score that moves
/// by less than the margin around an edge crosses it once: having risen over the entry it must fall below entry minus
/// margin, and is then armed again.
///
/// From the stage that is left a lead falls to the highest below it that it may enter, or whose exit is known not to
/// be true: having been above, it has been there. So one long fall ends where many short ones do.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     DimensionSpec, Lead, ModelSpec, ScoreModel, GroupSpec, RuleSpec, RulesSpec, SchemaSpec, StageSpec, StageState,
///     StagesSpec, StateCondition, AsOf, attribute,
/// };
///
/// let seats = RuleSpec::new("team").points(30.0).when(attribute("seats").at_least(50));
/// let model = ScoreModel::build(
///     &ModelSpec::new("fit")
///         .schema(SchemaSpec::new().number("seats"))
///         .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("size").rule(seats)))),
/// )?;
/// let stages = StagesSpec::new("lifecycle")
///     .stage(StageSpec::new("mql", StateCondition::score("fit").at_least(20.0)).margin(5.0))
///     .build(&model)?;
/// let lead = Lead::builder(model.schema(), "a1").set("seats", 80.0).build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
///
/// let vector = model.vector(&lead, as_of);
/// let transition = stages.transition(&StageState::default(), &lead, &vector, as_of);
/// assert_eq!(transition.to(), Some("mql"));
/// assert!(transition.reached("mql"));
/// assert_eq!(transition.crossed()[0].because[0].to_string(), "score `fit` is 30, which is at least 20");
///
/// // Nothing new: nothing crosses.
/// let again = stages.transition(transition.state(), &lead, &vector, as_of);
/// assert!(again.crossed().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Stages {
    name: Arc<str>,
    pub(super) conditions: Conditions,
    pub(super) list: Box<[Stage]>,
}

#[derive(Debug)]
pub(super) struct Stage {
    name: Arc<str>,
    pub(super) enter: StateTest,
    pub(super) exit: Exit,
}

#[derive(Debug)]
pub(super) enum Exit {
    /// The entry condition is false, its bounds wider by that much.
    Margin(f64),
    Condition(StateTest),
}

impl StagesSpec {
    /// Builds the stages of a model's leads.
    ///
    /// # Errors
    /// All problems at once, each with its place: unknown dimensions, labels and attributes, names that stand twice,
    /// margins that are negative, comparisons that nothing can meet, and the like.
    pub fn build(&self, model: &ScoreModel) -> Result<Stages, SpecError> {
        let mut pending = Pending::new(model);
        if self.stages.is_empty() {
            pending.problems.push("stages", "needs at least one stage");
        }
        let mut names = HashSet::new();
        let stages = self.stages.iter().enumerate().map(|(i, stage)| {
            let path = format!("stages[{i}]");
            let problems = &mut pending.problems;
            if let Some(problem) = name_problem(&stage.name) {
                problems.push(format!("{path}.name"), problem);
            }
            if !names.insert(stage.name.as_str()) {
                let name = shortened(&stage.name);
                problems.push(format!("{path}.name"), format!("`{name}` stands twice"));
            }
            stage.resolve(&path, &mut pending)
        });
        let stages = stages.collect();
        let (conditions, problems) = pending.finish();
        problems.into_result(Stages {
            name: self.name.as_str().into(),
            conditions,
            list: stages,
        })
    }
}

impl StageSpec {
    fn resolve(&self, path: &str, pending: &mut Pending<'_>) -> Stage {
        let enter = pending.condition(&self.enter, &format!("{path}.enter"), self.exit.is_none());
        if let Some(margin) = self.margin {
            pending.margin(margin, format!("{path}.margin"));
            if self.exit.is_some() {
                pending
                    .problems
                    .push(path, "give `margin` or `exit`, not both");
            }
        }
        let exit = match &self.exit {
            Some(exit) => Exit::Condition(pending.condition(exit, &format!("{path}.exit"), false)),
            None => Exit::Margin(self.margin.unwrap_or(0.0)),
        };
        Stage {
            name: self.name.as_str().into(),
            enter,
            exit,
        }
    }
}

impl Stage {
    fn is_entered(&self, facts: &mut Facts<'_, '_>) -> bool {
        facts.truth(&self.enter, Mode::Enter) == Some(true)
    }

    /// Whether who is in the stage leaves it; `None` where that is unknown.
    fn is_left(&self, facts: &mut Facts<'_, '_>) -> Option<bool> {
        if self.is_entered(facts) {
            return Some(false);
        }
        match &self.exit {
            Exit::Margin(margin) => Some(!facts.truth(&self.enter, Mode::Stay(*margin))?),
            Exit::Condition(exit) => facts.truth(exit, Mode::Enter),
        }
    }

    fn crossed(&self, direction: Direction, facts: &mut Facts<'_, '_>) -> Crossing {
        let because = match (direction, &self.exit) {
            (Direction::Up, _) => facts.because(&self.enter, Mode::Enter, true),
            (Direction::Down, _) if facts.is_disqualified() => vec![facts.verdict()],
            (Direction::Down, Exit::Margin(margin)) => {
                facts.because(&self.enter, Mode::Stay(*margin), false)
            }
            (Direction::Down, Exit::Condition(exit)) => facts.because(exit, Mode::Enter, true),
        };
        Crossing {
            stage: Arc::clone(&self.name),
            direction,
            because,
        }
    }
}

impl Stages {
    /// The common name of the stages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the stages, lowest first.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.list.iter().map(|stage| stage.name.as_ref())
    }

    pub(super) fn place(&self, stage: Option<&str>) -> Option<usize> {
        let stage = stage?;
        self.names().position(|name| name == stage)
    }

    /// Whether a state is in a named stage or in a higher one.
    #[must_use]
    pub fn has_reached(&self, state: &StageState, stage: &str) -> bool {
        let asked = self.place(Some(stage));
        asked.is_some() && self.place(state.stage()) >= asked
    }

    /// What crosses between the stage before and what is known now.
    ///
    /// `vector` is what the model that the stages were built against says of the lead as of that moment. Where it
    /// abstains altogether (a lead of another schema, or one for which it does not count), and for a vector of
    /// another model, nothing changes. A stage before that there is not (it was renamed) counts as none.
    #[must_use]
    pub fn transition<V: LeadView + ?Sized>(
        &self,
        previous: &StageState,
        lead: &V,
        vector: &ScoreVector,
        as_of: AsOf,
    ) -> Transition {
        self.step(previous, &lead, vector.scored(), as_of)
    }

    /// The transitions of many leads, on all cores (feature `parallel`): one by one the same as
    /// [`transition`](Stages::transition). `matrix` is what [`ScoreModel::score_all`] says of the leads.
    ///
    /// # Errors
    /// Not as many states or leads as scores, or scores of another model.
    pub fn transitions<V: LeadView + Sync>(
        &self,
        previous: &[StageState],
        leads: &[V],
        matrix: &ScoreMatrix,
        as_of: AsOf,
    ) -> Result<Vec<Transition>, PopulationError> {
        let counts = [("states", previous.len()), ("leads", leads.len())];
        checked(&self.conditions, matrix, &counts)?;
        let blocks = in_blocks(leads.len(), |rows| {
            let rows = rows.filter_map(|row| {
                let (state, lead) = (previous.get(row)?, leads.get(row)?);
                Some(self.step(state, lead, matrix.scored(row)?, as_of))
            });
            rows.collect::<Vec<_>>()
        });
        Ok(blocks.into_iter().flatten().collect())
    }

    fn step(
        &self,
        previous: &StageState,
        lead: &dyn LeadView,
        scored: Scored<'_>,
        as_of: AsOf,
    ) -> Transition {
        let moment = as_of.moment();
        let looked = self.conditions.look(lead, scored, moment, |facts| {
            let from = self.place(previous.stage());
            let to = self.next(from, facts);
            let name = |place: Option<usize>| {
                let stage = self.list.get(place?);
                stage.map(|stage| Arc::clone(&stage.name))
            };
            let crossed = self.crossings(from, to, facts);
            let state = if crossed.is_empty() && from.is_some() == previous.stage.is_some() {
                previous.clone()
            } else {
                StageState {
                    stage: name(to),
                    since: Some(moment),
                }
            };
            Transition {
                from: name(from),
                crossed,
                state,
            }
        });
        looked.unwrap_or_else(|| Transition {
            from: previous.stage.clone(),
            crossed: Vec::new(),
            state: previous.clone(),
        })
    }

    /// The stage after `from`.
    fn next(&self, from: Option<usize>, facts: &mut Facts<'_, '_>) -> Option<usize> {
        if facts.is_disqualified() {
            return None;
        }
        let entered = self.list.iter().rposition(|stage| stage.is_entered(facts));
        let Some(from) = from.filter(|&from| entered.is_none_or(|entered| entered < from)) else {
            return entered;
        };
        let stage = self.list.get(from)?;
        if stage.is_left(facts) != Some(true) {
            return Some(from);
        }
        let lowest = entered.map_or(0, |entered| entered + 1);
        let below = self.list.get(lowest..from).unwrap_or_default();
        let kept = below
            .iter()
            .rposition(|stage| stage.is_left(facts) == Some(false));
        kept.map(|place| lowest + place).or(entered)
    }

    /// The edges between two stages, in the order of crossing.
    fn crossings(
        &self,
        from: Option<usize>,
        to: Option<usize>,
        facts: &mut Facts<'_, '_>,
    ) -> Vec<Crossing> {
        let above = |place: Option<usize>| place.map_or(0, |place| place + 1);
        let (from, to) = (above(from), above(to));
        if from <= to {
            let passed = self.list.get(from..to).unwrap_or_default().iter();
            passed
                .map(|stage| stage.crossed(Direction::Up, facts))
                .collect()
        } else {
            let passed = self.list.get(to..from).unwrap_or_default().iter().rev();
            passed
                .map(|stage| stage.crossed(Direction::Down, facts))
                .collect()
        }
    }
}
