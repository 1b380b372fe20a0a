mod because;
mod change;
mod facts;
mod fields;
mod number;
mod population;
mod reach;
mod resolve;
mod truths;

pub use because::Because;
pub use number::NumberCondition;
pub use population::PopulationError;

pub(super) use facts::{Facts, Mode};
pub(super) use population::checked;
pub(crate) use population::in_blocks;
pub(super) use reach::Reach;
pub(super) use resolve::{Conditions, Pending, StateTest};

use crate::scorer::{ActivitySpec, AttributeRef, ConditionSpec};
use fields::StateFields;
use number::NumberOf;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::Cell;

/// A condition on what a model says of a lead and on the lead itself: true, false or unknown (Kleene's logic).
///
/// In a file a condition is a table, one of
///
/// | table | true where |
/// | --- | --- |
/// | `{ score = "fit", at_least = 60 }` | the score of a dimension, or of `composite`, lies there; the manual score while it is in force |
/// | `{ raw = "fit", at_least = 120 }` | the raw value of a dimension lies there, in its unit |
/// | `{ label = "stage", reached = "mql" }` | the lead has reached a label of the model |
/// | `{ activity = { kind = "demo", window = { last = "30d" } } }` | such an activity counts; `at_least = 3` and the like ask for a number of them |
/// | `{ when = { attribute = "country", equals = "DE" } }` | the [`ConditionSpec`] on attributes is true |
/// | `{ disqualified = true }` | the lead is disqualified |
/// | `{ all = [..] }`, `{ any = [..] }`, `{ not = {..} }` | all are, one is, it is not |
///
/// An abstained score is unknown, and so is a label of it and any comparison with it, except `is = "missing"` and
/// where `missing = true` lets it pass. The number of activities is never unknown.
///
/// Nesting beyond [`StateCondition::MAX_DEPTH`] levels is refused: by the reader of a file at once, by the builder
/// when it is built.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivitySpec, StateCondition, attribute};
///
/// let in_code = StateCondition::all([
///     StateCondition::score("fit").at_least(60.0).into(),
///     StateCondition::activity(ActivitySpec::of("demo")).into(),
///     attribute("country").equals("DE").into(),
/// ]);
/// let in_file: StateCondition = serde_json::from_str(
///     r#"{ "all": [
///         { "score": "fit", "at_least": 60.0 },
///         { "activity": { "kind": "demo" } },
///         { "when": { "attribute": "country", "equals": "DE" } }
///     ] }"#,
/// )?;
/// assert_eq!(in_code, in_file);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct StateCondition {
    node: Node,
    depth: u16,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    All(Vec<StateCondition>),
    Any(Vec<StateCondition>),
    Not(Box<StateCondition>),
    Number(Box<NumberCondition>),
    Label {
        set: String,
        reached: String,
    },
    When(Box<ConditionSpec>),
    Disqualified(bool),
    /// Stands for a node that would have been nested too deeply.
    TooDeep,
}

const TOO_DEEP: &str = "conditions must not be nested deeper than 64 levels";

impl StateCondition {
    /// The deepest nesting, in levels.
    pub const MAX_DEPTH: u16 = 64;

    fn made(node: Node) -> Self {
        let below = match &node {
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().map(|part| part.depth).max().unwrap_or(0)
            }
            Node::Not(part) => part.depth,
            _ => 0,
        };
        let depth = below + 1;
        if depth > Self::MAX_DEPTH {
            Self {
                node: Node::TooDeep,
                depth: 1,
            }
        } else {
            Self { node, depth }
        }
    }

    /// True where all parts are; false where one is; else unknown.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::made(Node::All(parts.into_iter().collect()))
    }

    /// True where one part is; false where all are; else unknown.
    #[must_use]
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::made(Node::Any(parts.into_iter().collect()))
    }

    /// True where the part is false, false where it is true, unknown where it is unknown.
    #[must_use]
    #[allow(clippy::should_implement_trait)] // stands beside `all` and `any`
    pub fn not(part: impl Into<Self>) -> Self {
        Self::made(Node::Not(Box::new(part.into())))
    }

    /// Begins a comparison of the score of a named dimension, or of `composite`.
    #[must_use]
    pub fn score(dimension: impl Into<String>) -> NumberCondition {
        NumberCondition::of(NumberOf::Score(dimension.into()))
    }

    /// Begins a comparison of the raw value of a named dimension, in its unit.
    #[must_use]
    pub fn raw(dimension: impl Into<String>) -> NumberCondition {
        NumberCondition::of(NumberOf::Raw(dimension.into()))
    }

    /// Asks for such an activity; comparisons ask for a number of them. Default: at least one.
    #[must_use]
    pub fn activity(activity: ActivitySpec) -> NumberCondition {
        NumberCondition::of(NumberOf::Activity(Box::new(activity)))
    }

    /// Asks that a label of a named set of the model is reached.
    #[must_use]
    pub fn reached(set: impl Into<String>, label: impl Into<String>) -> Self {
        Self::made(Node::Label {
            set: set.into(),
            reached: label.into(),
        })
    }

    /// Asks for a condition on attributes.
    #[must_use]
    pub fn when(condition: impl Into<ConditionSpec>) -> Self {
        Self::made(Node::When(Box::new(condition.into())))
    }

    /// Asks that the lead is disqualified.
    #[must_use]
    pub fn disqualified() -> Self {
        Self::made(Node::Disqualified(true))
    }
}

impl From<NumberCondition> for StateCondition {
    fn from(number: NumberCondition) -> Self {
        Self::made(Node::Number(Box::new(number)))
    }
}

impl From<ConditionSpec> for StateCondition {
    fn from(condition: ConditionSpec) -> Self {
        Self::when(condition)
    }
}

impl From<AttributeRef> for StateCondition {
    fn from(attribute: AttributeRef) -> Self {
        Self::when(attribute)
    }
}

impl Serialize for StateCondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match StateFields::of(self) {
            Some(fields) => fields.serialize(serializer),
            None => Err(serde::ser::Error::custom(TOO_DEEP)),
        }
    }
}

impl<'de> Deserialize<'de> for StateCondition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        thread_local!(static LEVEL: Cell<u16> = const { Cell::new(0) });
        let _level = crate::score::Level::enter(&LEVEL, Self::MAX_DEPTH - 1)
            .ok_or_else(|| serde::de::Error::custom(TOO_DEEP))?;
        StateFields::deserialize(deserializer)?
            .into_condition()
            .map_err(serde::de::Error::custom)
    }
}
