mod change;
mod stages;
mod transition;

pub use change::StageChange;
pub use stages::Stages;
pub use transition::{Crossing, Direction, StageState, Transition};

use super::state_condition::StateCondition;
use serde::{Deserialize, Serialize};

/// Stages that a lead moves through, lowest first: subscriber, lead, MQL, SQL, customer, or one's own.
///
/// A lead enters the highest stage whose entry condition is true, whatever the stages below say. It leaves a stage
/// only where its exit is true: by default where the entry condition is false even with its bounds wider by the
/// margin. What is unknown changes nothing. A disqualified lead is in no stage.
///
/// Built against a [`ScoreModel`](crate::ScoreModel) into [`Stages`]; a spec of its own rather than a part of the
/// model's, since a stage depends on the stage before and a score never does.
///
/// # Examples
/// ```
/// use lead_scoring::{StageSpec, StagesSpec, StateCondition, attribute};
///
/// let stages = StagesSpec::new("lifecycle")
///     .stage(StageSpec::new("mql", StateCondition::score("fit").at_least(40.0)).margin(5.0))
///     .stage(StageSpec::new("sql", StateCondition::score("fit").at_least(70.0)).margin(5.0))
///     .stage(StageSpec::new("customer", attribute("customer").equals(true)));
/// # let _ = stages;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StagesSpec {
    /// Their common name, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The stages, lowest first.
    pub stages: Vec<StageSpec>,
}

/// One stage of a [`StagesSpec`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSpec {
    /// Its name, once among the stages.
    pub name: String,
    /// By how much scores, raw values and labels' numbers may miss the bounds of `enter` before the stage is left, in
    /// their own units; a comparison with a `margin` of its own has that one. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// What must be true for a lead to enter.
    pub enter: StateCondition,
    /// What must be true for a lead to leave; not beside margins. It does not leave while `enter` is true. Default:
    /// that `enter` is false, its bounds wider by the margin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<StateCondition>,
}

impl StagesSpec {
    /// No stages yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Adds a stage above those there are.
    #[must_use]
    pub fn stage(mut self, stage: StageSpec) -> Self {
        self.stages.push(stage);
        self
    }

    /// A note for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

impl StageSpec {
    /// A stage with its entry condition.
    #[must_use]
    pub fn new(name: impl Into<String>, enter: impl Into<StateCondition>) -> Self {
        Self {
            name: name.into(),
            margin: None,
            enter: enter.into(),
            exit: None,
        }
    }

    /// By how much the bounds of `enter` may be missed before the stage is left. Default: 0.
    #[must_use]
    pub fn margin(mut self, margin: f64) -> Self {
        self.margin = Some(margin);
        self
    }

    /// What must be true for a lead to leave. Default: that `enter` is false, its bounds wider by the margin.
    #[must_use]
    pub fn exit(mut self, exit: impl Into<StateCondition>) -> Self {
        self.exit = Some(exit.into());
        self
    }
}
