use super::number::{Asked, NumberOf};
use super::{Node, NumberCondition, StateCondition};
use crate::scorer::{ActivitySpec, ConditionSpec, Known};
use serde::{Deserialize, Serialize};

/// A condition as it stands in a file: one flat table.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StateFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Vec<StateCondition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any: Option<Vec<StateCondition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Box<StateCondition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disqualified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<Known>,
    #[serde(skip_serializing_if = "Option::is_none")]
    equals: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    less_than: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more_than: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<(f64, f64)>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
    // Tables stand last, as TOML asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    activity: Option<Box<ActivitySpec>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Box<ConditionSpec>>,
}

impl StateFields {
    /// `None` for a node that was nested too deeply.
    pub(super) fn of(condition: &StateCondition) -> Option<Self> {
        let mut fields = Self::default();
        match &condition.node {
            Node::All(parts) => fields.all = Some(parts.clone()),
            Node::Any(parts) => fields.any = Some(parts.clone()),
            Node::Not(part) => fields.not = Some(part.clone()),
            Node::Label { set, reached } => {
                fields.label = Some(set.clone());
                fields.reached = Some(reached.clone());
            }
            Node::When(condition) => fields.when = Some(condition.clone()),
            Node::Disqualified(is) => fields.disqualified = Some(*is),
            Node::TooDeep => return None,
            Node::Number(number) => {
                match number.of.clone() {
                    NumberOf::Score(name) => fields.score = Some(name),
                    NumberOf::Raw(name) => fields.raw = Some(name),
                    NumberOf::Activity(activity) => fields.activity = Some(activity),
                }
                let asked = number.asked;
                fields.is = asked.is;
                fields.equals = asked.equals;
                fields.less_than = asked.less_than;
                fields.at_most = asked.at_most;
                fields.more_than = asked.more_than;
                fields.at_least = asked.at_least;
                fields.between = asked.between;
                fields.missing = asked.missing;
                fields.margin = number.margin;
            }
        }
        Some(fields)
    }

    pub(super) fn into_condition(self) -> Result<StateCondition, String> {
        let asked = Asked {
            is: self.is,
            equals: self.equals,
            less_than: self.less_than,
            at_most: self.at_most,
            more_than: self.more_than,
            at_least: self.at_least,
            between: self.between,
            missing: self.missing,
        };
        let margin = self.margin;
        let number = |of| Node::Number(Box::new(NumberCondition { of, asked, margin }));
        let has_label = self.label.is_some();
        let mut heads = [
            self.all.map(Node::All),
            self.any.map(Node::Any),
            self.not.map(Node::Not),
            self.score.map(NumberOf::Score).map(number),
            self.raw.map(NumberOf::Raw).map(number),
            self.activity.map(NumberOf::Activity).map(number),
            self.label.map(|set| Node::Label {
                set,
                reached: self.reached.clone().unwrap_or_default(),
            }),
            self.when.map(Node::When),
            self.disqualified.map(Node::Disqualified),
        ]
        .into_iter()
        .flatten();
        let (Some(node), None) = (heads.next(), heads.next()) else {
            return Err(
                "a condition is exactly one of `all`, `any`, `not`, `score`, `raw`, `activity`, `label`, `when` and \
                 `disqualified`"
                    .to_owned(),
            );
        };
        if has_label != self.reached.is_some() {
            return Err("`label` and `reached` stand together".to_owned());
        }
        let compares = asked != Asked::default() || margin.is_some();
        if compares && !matches!(node, Node::Number(_)) {
            return Err("comparisons belong to `score`, `raw` and `activity`".to_owned());
        }
        Ok(StateCondition::made(node))
    }
}
