use super::model::ScoreModel;
use super::problem::{Problems, SpecError};
use crate::score::{
    Dimension, Explanation, Formula, LARGEST, Role, Score, ScoreVector, Unit, WhenMissing,
};
use crate::scorer::Assessment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How the scores of several leads become one: of an account, or of the people who decide on a purchase together.
///
/// Each member of the group counts with the machine score of one dimension, or with the composite. Disqualified
/// members are left out.
///
/// # Examples
/// A buying group whose roles weigh 100, 80 and 60 of 240 over scores of 52, 28 and 17:
/// ```
/// use lead_scoring::{
///     AsOf, DimensionSpec, GroupSpec, Lead, Member, ModelSpec, RollUpSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel,
///     Scorer, attribute,
/// };
///
/// let by_points = |group: GroupSpec, points: f64| {
///     group.rule(RuleSpec::new(points.to_string()).points(points).when(attribute("points").equals(points)))
/// };
/// let rules = RulesSpec::new().group([52.0, 28.0, 17.0].into_iter().fold(GroupSpec::sum("all"), by_points));
/// let spec = ModelSpec::new("people")
///     .schema(SchemaSpec::new().number("points"))
///     .dimension(DimensionSpec::rules("engagement", rules));
/// let model = ScoreModel::build(&spec)?;
/// let group = RollUpSpec::by_role([("decision maker", 100.0), ("influencer", 80.0), ("practitioner", 60.0)])
///     .of("engagement")
///     .build(&model)?;
///
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let mut members = Vec::new();
/// for (role, points) in [("decision maker", 52.0), ("influencer", 28.0), ("practitioner", 17.0)] {
///     let lead = Lead::builder(model.schema(), role).set("points", points).build()?;
///     let member = Member::new(role, model.vector(&lead, as_of)).role(role);
///     members.push(member.explained(model.explain(&lead, as_of)));
/// }
/// assert_eq!(group.score(&members).map(|score| score.get()), Some(35.25));
///
/// let why = group.explain(&members);
/// assert!(why.recomputes());
/// assert_eq!(why.value(), Some(35.25));
/// assert_eq!(why.top_up(1)[0].rule, "52");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Adobe Journey Optimizer B2B Edition, "Engagement scores": the buying group's score is the mean of its members'
/// scores, weighted by role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollUpSpec {
    /// The method.
    pub method: RollUpMethod,
    /// The dimension, or `composite`. Default: the composite where the model has one, else the first dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Weight of each role, for the method `by_role`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, f64>,
    /// Weight of members without a role, or with one that is not named. Default: 0, they do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_roles: Option<f64>,
    /// What a member whose score abstains counts for. Default: it is left out.
    #[serde(default, skip_serializing_if = "is_skip")]
    pub missing: WhenMissing,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_skip(missing: &WhenMissing) -> bool {
    *missing == WhenMissing::Skip
}

/// How the scores of several leads become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollUpMethod {
    /// Their mean.
    #[default]
    Mean,
    /// Their sum; the score is kept within 100, the raw value is not.
    Sum,
    /// The highest.
    Max,
    /// The lowest.
    Min,
    /// `sum(w * score) / sum(w)`, each member with the weight of its role.
    ByRole,
}

impl RollUpSpec {
    /// A roll-up by that method.
    #[must_use]
    pub fn new(method: RollUpMethod) -> Self {
        Self {
            method,
            ..Self::default()
        }
    }

    /// The mean of all members, each with the weight of its role.
    #[must_use]
    pub fn by_role<N: Into<String>>(roles: impl IntoIterator<Item = (N, f64)>) -> Self {
        Self {
            roles: roles
                .into_iter()
                .map(|(role, weight)| (role.into(), weight))
                .collect(),
            ..Self::new(RollUpMethod::ByRole)
        }
    }

    /// The dimension, or `composite`. Default: the composite where the model has one, else the first dimension.
    #[must_use]
    pub fn of(mut self, dimension: impl Into<String>) -> Self {
        self.of = Some(dimension.into());
        self
    }

    /// Weight of members without a role, or with one that is not named. Default: 0.
    #[must_use]
    pub fn other_roles(mut self, weight: f64) -> Self {
        self.other_roles = Some(weight);
        self
    }

    /// What a member whose score abstains counts for. Default: it is left out.
    #[must_use]
    pub fn missing(mut self, missing: WhenMissing) -> Self {
        self.missing = missing;
        self
    }

    /// Checks the spec against the model whose vectors it is to roll up.
    ///
    /// # Errors
    /// All problems at once, each with its place: a dimension that the model does not have, weights outside 0 to 1e12,
    /// no weight above 0, and weights for a method that takes none.
    pub fn build(&self, model: &ScoreModel) -> Result<RollUp, SpecError> {
        let mut problems = Problems::default();
        let known = || model.dimensions().iter().map(Dimension::name);
        let has_composite = model.shape.has_composite;
        let of = match self.of.as_deref() {
            None if has_composite => "composite",
            None => known().next().unwrap_or_default(),
            Some("composite") if !has_composite => {
                problems.push("of", "the model has no composite");
                ""
            }
            Some(name) => {
                if name != "composite" && !known().any(|known| known == name) {
                    problems.unknown("of", "dimension", name, known());
                }
                name
            }
        };
        if self.method == RollUpMethod::ByRole {
            let named = self.roles.iter().map(|(role, &weight)| {
                let role = crate::lead::shortened(role);
                (format!("roles.{role}"), weight)
            });
            let other = self
                .other_roles
                .map(|weight| ("other_roles".to_owned(), weight));
            let mut any = false;
            for (path, weight) in named.chain(other) {
                any |= weight > 0.0;
                if !(0.0..=LARGEST).contains(&weight) {
                    problems.push(
                        path,
                        format!("a weight must be between 0 and 1e12, got `{weight}`"),
                    );
                }
            }
            if !any {
                problems.push("roles", "at least one weight must be more than 0");
            }
        } else {
            if !self.roles.is_empty() {
                problems.push("roles", "only the method `by_role` takes weights");
            }
            if self.other_roles.is_some() {
                problems.push("other_roles", "only the method `by_role` takes weights");
            }
        }
        problems.into_result(RollUp {
            spec: self.clone(),
            of: of.into(),
        })
    }
}

/// One lead of a group: its vector, its role, and why its scores are what they are.
#[derive(Clone, Debug)]
pub struct Member {
    id: Arc<str>,
    role: Option<String>,
    vector: ScoreVector,
    why: Option<Explanation>,
}

impl Member {
    /// A member without a role, by the lead's id.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>, vector: ScoreVector) -> Self {
        Self {
            id: id.into(),
            role: None,
            vector,
            why: None,
        }
    }

    /// Its role in the group. Default: none.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// The model's explanation of the same lead at the same moment. Default: none, and the roll-up's explanation shows
    /// the bare number.
    #[must_use]
    pub fn explained(mut self, why: Explanation) -> Self {
        self.why = Some(why);
        self
    }
}

/// Score: one number for a group of leads.
///
/// The raw value is that number before it is kept within 0 and 100: only a sum can be more. Built from a
/// [`RollUpSpec`]. Abstains where no member's score is known.
#[derive(Clone, Debug)]
pub struct RollUp {
    spec: RollUpSpec,
    of: Arc<str>,
}

impl RollUp {
    /// The dimension that is rolled up, or `composite`.
    #[must_use]
    pub fn of(&self) -> &str {
        &self.of
    }

    /// The group's score, or `None` where too little is known. Sums are added in the order of the members.
    #[must_use]
    pub fn score(&self, members: &[Member]) -> Option<Score> {
        self.assess(members).score
    }

    /// The group's score with its raw value.
    #[must_use]
    pub fn assess(&self, members: &[Member]) -> Assessment {
        let counted = members.iter().filter(|member| counts(member));
        let parts = counted
            .clone()
            .map(|member| match self.own(member) {
                Some(score) => Explanation::given("", Unit::Score, score.get()),
                None => Explanation::unknown("", Unit::Score),
            })
            .collect();
        let raw = self.node(counted, parts).value();
        Assessment {
            score: raw.and_then(Score::saturating),
            raw,
        }
    }

    /// Why the group's score is what it is: a tree whose parts are the members' own explanations.
    ///
    /// A member without an explanation, or with one of another score, shows the bare number.
    #[must_use]
    pub fn explain(&self, members: &[Member]) -> Explanation {
        let counted = members.iter().filter(|member| counts(member));
        let parts = counted.clone().map(|member| self.part(member)).collect();
        let mut node = self.node(counted, parts).role(Role::Model);
        if node.value().is_some_and(|value| value > 100.0) {
            let (min, max) = (Some(0.0), Some(100.0));
            let inside = node.labelled("before bounds").role(Role::Step);
            let bounds = Formula::Clamp { min, max };
            node = Explanation::node("group", Unit::Score, bounds, vec![inside]).role(Role::Model);
        }
        let mut notes = Vec::new();
        for member in members.iter().filter(|member| !counts(member)) {
            let reasons: Vec<&str> = member.vector.disqualified().collect();
            let note = format!("{}: {}", member.id, reasons.join(", "));
            notes.push(Explanation::unknown(note, Unit::Score).role(Role::Disqualified));
        }
        if notes.is_empty() {
            return node;
        }
        let extreme = matches!(self.spec.method, RollUpMethod::Max | RollUpMethod::Min);
        if !extreme || self.spec.missing == WhenMissing::Skip {
            return node.with_notes(notes);
        }
        // There a note without a value would count as a member that abstains.
        let inside = node.labelled("members that count").role(Role::Step);
        notes.insert(0, inside);
        Explanation::node("group", Unit::Score, Formula::First, notes).role(Role::Model)
    }

    /// The member's own score of what is rolled up.
    fn own(&self, member: &Member) -> Option<Score> {
        match self.of.as_ref() {
            "composite" => member.vector.composite(),
            name => member.vector.score(name),
        }
    }

    /// What a member's explanation says of what is rolled up.
    fn part(&self, member: &Member) -> Explanation {
        let score = self.own(member);
        let weight = (self.spec.method == RollUpMethod::ByRole).then(|| self.weight(member));
        let label = match (&member.role, weight) {
            (Some(role), Some(weight)) => format!("{} ({role}, weight {weight})", member.id),
            (Some(role), None) => format!("{} ({role})", member.id),
            (None, Some(weight)) => format!("{} (weight {weight})", member.id),
            (None, None) => member.id.as_ref().to_owned(),
        };
        let told = member.why.as_ref().and_then(|why| match self.of.as_ref() {
            "composite" => Some(why),
            name => why
                .parts()
                .iter()
                .find(|part| *part.kind() == Role::Dimension && part.label() == name),
        });
        let bits = |value: Option<f64>| value.map(f64::to_bits);
        match told.filter(|told| bits(told.value()) == bits(score.map(Score::get))) {
            Some(told) => told.clone().labelled(label),
            None => Explanation::opaque(label, score),
        }
    }

    fn weight(&self, member: &Member) -> f64 {
        let role = member
            .role
            .as_ref()
            .and_then(|role| self.spec.roles.get(role));
        let other = self.spec.other_roles.unwrap_or(0.0);
        role.copied().unwrap_or(other)
    }

    /// The group's number over its members' parts; `None` inside where too little is known.
    fn node<'m>(
        &self,
        members: impl Iterator<Item = &'m Member>,
        parts: Vec<Explanation>,
    ) -> Explanation {
        let missing = self.spec.missing;
        let formula = match self.spec.method {
            RollUpMethod::Mean => Formula::WeightedMean {
                weights: vec![1.0; parts.len()],
                missing,
            },
            RollUpMethod::ByRole => Formula::WeightedMean {
                weights: members.map(|member| self.weight(member)).collect(),
                missing,
            },
            RollUpMethod::Max => Formula::Highest { missing },
            RollUpMethod::Min => Formula::Lowest { missing },
            RollUpMethod::Sum => {
                let known = parts.iter().filter(|part| part.value().is_some()).count();
                if known == 0 || (missing == WhenMissing::Abstain && known < parts.len()) {
                    Formula::Unknown
                } else {
                    Formula::Sum
                }
            }
        };
        Explanation::node("group", Unit::Score, formula, parts)
    }
}

fn counts(member: &Member) -> bool {
    !member.vector.is_disqualified()
}
