use super::activity_spec::{ActivitySpec, InactivitySpec};
use crate::scorer::condition::ConditionSpec;
use serde::{Deserialize, Serialize};

/// Points rules in groups, as they stand in a model file.
///
/// Evaluated in this order, each clamp a node of the explanation where it acts: every occurrence gives its points,
/// faded; a rule is their sum, clamped; a group is the sum, the highest or the first of its rules, clamped; the
/// dimension is the sum of its groups, clamped; the score is `100 * (points - zero) / (hundred - zero)` within 0 to
/// 100.
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, GroupSpec, Lead, RuleSpec, RulesSpec, SchemaSpec, Scorer, attribute};
///
/// let schema = SchemaSpec::new().text("title").number("seats").build()?;
/// let fit = RulesSpec::new()
///     .group(
///         GroupSpec::highest("title")
///             .rule(RuleSpec::new("c-level").points(40.0).when(attribute("title").contains("chief")))
///             .rule(RuleSpec::new("manager").points(20.0).when(attribute("title").contains("manager"))),
///     )
///     .group(
///         GroupSpec::sum("size")
///             .rule(RuleSpec::new("team").points(30.0).when(attribute("seats").at_least(50))),
///     )
///     .build(&schema)?;
///
/// let lead = Lead::builder(&schema, "a1").set("title", "Chief Data Officer").set("seats", 80.0).build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// assert_eq!(fit.score(&lead, as_of).map(|score| score.get()), Some(70.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulesSpec {
    /// Points that give score 0. Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zero: Option<f64>,
    /// Points that give score 100. Default: 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hundred: Option<f64>,
    /// Lower bound of the points. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Upper bound of the points. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// What happens where nothing is known. Default: it abstains.
    #[serde(skip_serializing_if = "is_abstain")]
    pub when_unknown: WhenUnknown,
    /// The groups, added in this order.
    pub groups: Vec<GroupSpec>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_abstain(when: &WhenUnknown) -> bool {
    *when == WhenUnknown::Abstain
}

/// What a points dimension says where it has no activity rule and every attribute that its rules read is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenUnknown {
    /// Nothing: it abstains.
    #[default]
    Abstain,
    /// What its rules say, which is 0 points where none holds.
    Zero,
}

impl RulesSpec {
    /// No rules yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Points that give score 0. Default: 0.
    #[must_use]
    pub fn zero(mut self, points: f64) -> Self {
        self.zero = Some(points);
        self
    }

    /// Points that give score 100. Default: 100.
    #[must_use]
    pub fn hundred(mut self, points: f64) -> Self {
        self.hundred = Some(points);
        self
    }

    /// Lower bound of the points. Default: none.
    #[must_use]
    pub fn min(mut self, points: f64) -> Self {
        self.min = Some(points);
        self
    }

    /// Upper bound of the points. Default: none.
    #[must_use]
    pub fn max(mut self, points: f64) -> Self {
        self.max = Some(points);
        self
    }

    /// What happens where nothing is known. Default: it abstains.
    #[must_use]
    pub fn when_unknown(mut self, when: WhenUnknown) -> Self {
        self.when_unknown = when;
        self
    }

    /// Adds a group.
    #[must_use]
    pub fn group(mut self, group: GroupSpec) -> Self {
        self.groups.push(group);
        self
    }
}

/// How a group's rules become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupPolicy {
    /// All rules that hold, added up.
    #[default]
    Sum,
    /// The highest of the rules that hold; 0 where none does.
    Max,
    /// The first rule that holds; an unknown one passes on.
    FirstMatch,
}

/// Rules that belong together, with bounds of their own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// Its name, once in a dimension.
    pub name: String,
    /// How its rules become one number. Default: their sum.
    #[serde(default)]
    pub policy: GroupPolicy,
    /// Lower bound of the group's points. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Upper bound of the group's points. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Leads for which the group counts. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<AppliesTo>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The rules, in this order.
    #[serde(default)]
    pub rules: Vec<RuleSpec>,
}

impl GroupSpec {
    /// A group that adds its rules up.
    #[must_use]
    pub fn sum(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// A group that takes its highest rule.
    #[must_use]
    pub fn highest(name: impl Into<String>) -> Self {
        Self {
            policy: GroupPolicy::Max,
            ..Self::sum(name)
        }
    }

    /// A group that takes its first rule that holds.
    #[must_use]
    pub fn first(name: impl Into<String>) -> Self {
        Self {
            policy: GroupPolicy::FirstMatch,
            ..Self::sum(name)
        }
    }

    /// Lower bound of the group's points. Default: none.
    #[must_use]
    pub fn min(mut self, points: f64) -> Self {
        self.min = Some(points);
        self
    }

    /// Upper bound of the group's points. Default: none.
    #[must_use]
    pub fn max(mut self, points: f64) -> Self {
        self.max = Some(points);
        self
    }

    /// Leads for which the group counts. Default: all.
    #[must_use]
    pub fn applies_to(mut self, applies_to: AppliesTo) -> Self {
        self.applies_to = Some(applies_to);
        self
    }

    /// A note for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: RuleSpec) -> Self {
        self.rules.push(rule);
        self
    }
}

/// Leads for which a model or a group counts: `include` must be true, `exclude` must not be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppliesTo {
    /// Must be true. Default: all leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include: Option<ConditionSpec>,
    /// Must not be true. Default: no lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<ConditionSpec>,
}

impl AppliesTo {
    /// Leads for which the condition is true.
    #[must_use]
    pub fn include(condition: impl Into<ConditionSpec>) -> Self {
        Self {
            include: Some(condition.into()),
            exclude: None,
        }
    }

    /// All leads but those for which the condition is true.
    #[must_use]
    pub fn exclude(condition: impl Into<ConditionSpec>) -> Self {
        Self::default().but(condition)
    }

    /// Leaves out leads for which the condition is true.
    #[must_use]
    pub fn but(mut self, condition: impl Into<ConditionSpec>) -> Self {
        self.exclude = Some(condition.into());
        self
    }
}

/// One rule: what it asks and what it gives.
///
/// It asks `when` of the lead's attributes (explicit), `activity` of what the lead did (implicit), or `inactivity`
/// of what it did not do; `when` may stand beside the others and must then be true as well. It gives `points`, or
/// `points_per_value`, or the points of a count's range, and may `disqualify`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// Its name in explanations, once in a dimension.
    pub id: String,
    /// Points, may be negative: of the rule, or of each occurrence, or per period of inactivity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// Points per unit of the activity's value, instead of `points`; an activity without a value gives 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_per_value: Option<f64>,
    /// Lower bound of what the rule gives where it holds. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Upper bound of what the rule gives where it holds. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The reason with which the rule disqualifies the lead where it holds. Default: it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disqualify: Option<String>,
    /// Whether the rule counts. Default: it does.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What must be true of the lead's attributes. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionSpec>,
    /// What the lead must have done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivitySpec>,
    /// How long the lead must have done nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inactivity: Option<InactivitySpec>,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_yes(enabled: &bool) -> bool {
    *enabled
}

impl Default for RuleSpec {
    /// A rule without a name; it counts.
    fn default() -> Self {
        Self::new("")
    }
}

impl RuleSpec {
    /// A rule of that name which asks nothing and gives nothing yet.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            points: None,
            points_per_value: None,
            min: None,
            max: None,
            disqualify: None,
            enabled: true,
            note: None,
            when: None,
            activity: None,
            inactivity: None,
        }
    }

    /// Points. Default: none.
    #[must_use]
    pub fn points(mut self, points: f64) -> Self {
        self.points = Some(points);
        self
    }

    /// Points per unit of the activity's value. Default: none.
    #[must_use]
    pub fn points_per_value(mut self, points: f64) -> Self {
        self.points_per_value = Some(points);
        self
    }

    /// Lower bound of what the rule gives. Default: none.
    #[must_use]
    pub fn min(mut self, points: f64) -> Self {
        self.min = Some(points);
        self
    }

    /// Upper bound of what the rule gives. Default: none.
    #[must_use]
    pub fn max(mut self, points: f64) -> Self {
        self.max = Some(points);
        self
    }

    /// The reason with which the rule disqualifies. Default: it does not.
    #[must_use]
    pub fn disqualify(mut self, reason: impl Into<String>) -> Self {
        self.disqualify = Some(reason.into());
        self
    }

    /// Keeps the rule in the file without counting it. Default: it counts.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// A note for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// What must be true of the lead's attributes. Default: nothing.
    #[must_use]
    pub fn when(mut self, condition: impl Into<ConditionSpec>) -> Self {
        self.when = Some(condition.into());
        self
    }

    /// What the lead must have done. Default: nothing.
    #[must_use]
    pub fn activity(mut self, activity: ActivitySpec) -> Self {
        self.activity = Some(activity);
        self
    }

    /// How long the lead must have done nothing. Default: not asked.
    #[must_use]
    pub fn inactivity(mut self, inactivity: InactivitySpec) -> Self {
        self.inactivity = Some(inactivity);
        self
    }
}
