use super::spec::{ConditionSpec, Filter, Node};
use super::test::{Known, LetterCase, Scalar, Test};
use serde::{Deserialize, Serialize};

/// A condition or a filter as it stands in a file: one flat table.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConditionFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Vec<ConditionSpec>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any: Option<Vec<ConditionSpec>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Box<ConditionSpec>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<Known>,
    #[serde(skip_serializing_if = "Option::is_none")]
    equals: Option<Scalar>,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<Scalar>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    less_than: Option<Scalar>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<Scalar>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more_than: Option<Scalar>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<Scalar>,
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<(Scalar, Scalar)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contains: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_with: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_with: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_any: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_all: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_none: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within_last: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    older_than: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within_next: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
    #[serde(skip_serializing_if = "is_default")]
    case: LetterCase,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_default(case: &LetterCase) -> bool {
    *case == LetterCase::default()
}

impl ConditionFields {
    pub(super) fn into_condition(mut self) -> Result<ConditionSpec, String> {
        let heads = [
            self.all.is_some(),
            self.any.is_some(),
            self.not.is_some(),
            self.attribute.is_some(),
        ];
        if heads.iter().filter(|&&given| given).count() != 1 {
            return Err(
                "a condition is exactly one of `all`, `any`, `not` and `attribute`".to_owned(),
            );
        }
        let node = match (
            self.all.take(),
            self.any.take(),
            self.not.take(),
            self.attribute.take(),
        ) {
            (Some(parts), ..) => Node::All(parts),
            (_, Some(parts), ..) => Node::Any(parts),
            (_, _, Some(part), _) => Node::Not(part),
            (_, _, _, name) => {
                let name = name.unwrap_or_default();
                return Ok(ConditionSpec::made(Node::Attribute(
                    name,
                    self.into_filter()?,
                )));
            }
        };
        let rest = self.into_filter()?;
        if rest != Filter::default() {
            return Err("comparisons belong to `attribute`".to_owned());
        }
        Ok(ConditionSpec::made(node))
    }

    pub(super) fn into_filter(self) -> Result<Filter, String> {
        if self.all.is_some() || self.any.is_some() || self.not.is_some() {
            return Err("a filter takes comparisons only, not `all`, `any` or `not`".to_owned());
        }
        if self.attribute.is_some() {
            return Err("a filter takes comparisons only, not `attribute`".to_owned());
        }
        let tests = [
            self.is.map(Test::Is),
            self.equals.map(Test::Equals),
            self.one_of.map(Test::OneOf),
            self.less_than.map(Test::LessThan),
            self.at_most.map(Test::AtMost),
            self.more_than.map(Test::MoreThan),
            self.at_least.map(Test::AtLeast),
            self.between.map(|(low, high)| Test::Between(low, high)),
            self.contains.map(Test::Contains),
            self.starts_with.map(Test::StartsWith),
            self.ends_with.map(Test::EndsWith),
            self.matches.map(Test::Matches),
            self.has_any.map(Test::HasAny),
            self.has_all.map(Test::HasAll),
            self.has_none.map(Test::HasNone),
            self.within_last.map(Test::WithinLast),
            self.older_than.map(Test::OlderThan),
            self.within_next.map(Test::WithinNext),
        ];
        Ok(Filter {
            tests: tests.into_iter().flatten().collect(),
            missing: self.missing,
            case: self.case,
        })
    }
}

impl From<&Filter> for ConditionFields {
    fn from(filter: &Filter) -> Self {
        let mut fields = Self {
            missing: filter.missing,
            case: filter.case,
            ..Self::default()
        };
        for test in filter.tests.iter().cloned() {
            match test {
                Test::Is(known) => fields.is = Some(known),
                Test::Equals(value) => fields.equals = Some(value),
                Test::OneOf(values) => fields.one_of = Some(values),
                Test::LessThan(value) => fields.less_than = Some(value),
                Test::AtMost(value) => fields.at_most = Some(value),
                Test::MoreThan(value) => fields.more_than = Some(value),
                Test::AtLeast(value) => fields.at_least = Some(value),
                Test::Between(low, high) => fields.between = Some((low, high)),
                Test::Contains(text) => fields.contains = Some(text),
                Test::StartsWith(text) => fields.starts_with = Some(text),
                Test::EndsWith(text) => fields.ends_with = Some(text),
                Test::Matches(pattern) => fields.matches = Some(pattern),
                Test::HasAny(tags) => fields.has_any = Some(tags),
                Test::HasAll(tags) => fields.has_all = Some(tags),
                Test::HasNone(tags) => fields.has_none = Some(tags),
                Test::WithinLast(time) => fields.within_last = Some(time),
                Test::OlderThan(time) => fields.older_than = Some(time),
                Test::WithinNext(time) => fields.within_next = Some(time),
            }
        }
        fields
    }
}

impl From<&ConditionSpec> for ConditionFields {
    fn from(condition: &ConditionSpec) -> Self {
        match &condition.node {
            Node::All(parts) => Self {
                all: Some(parts.clone()),
                ..Self::default()
            },
            Node::Any(parts) => Self {
                any: Some(parts.clone()),
                ..Self::default()
            },
            Node::Not(part) => Self {
                not: Some(part.clone()),
                ..Self::default()
            },
            Node::Attribute(name, filter) => Self {
                attribute: Some(name.clone()),
                ..Self::from(filter)
            },
            // Reads back as nothing that can be built, as it should.
            Node::TooDeep => Self::default(),
        }
    }
}
