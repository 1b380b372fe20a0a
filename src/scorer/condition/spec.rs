use super::fields::ConditionFields;
use super::test::{Known, LetterCase, Scalar, Test};
use crate::score::Level;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::Cell;

/// Comparisons of one value that must all hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// The comparisons.
    pub tests: Vec<Test>,
    /// Whether a missing value passes. Default: it does not.
    pub missing: bool,
    /// Whether texts and tags are compared by case. Default: they are not.
    pub case: LetterCase,
}

macro_rules! tests {
    ($owner:ty, $push:ident) => {
        impl $owner {
            /// Demands that the value is there.
            #[must_use]
            pub fn is_known(self) -> Self {
                self.$push(Test::Is(Known::Known))
            }

            /// Demands that the value is missing.
            #[must_use]
            pub fn is_missing(self) -> Self {
                self.$push(Test::Is(Known::Missing))
            }

            /// Demands that number, flag, text or date.
            #[must_use]
            pub fn equals(self, value: impl Into<Scalar>) -> Self {
                self.$push(Test::Equals(value.into()))
            }

            /// Demands one of those.
            #[must_use]
            pub fn one_of<T: Into<Scalar>>(self, values: impl IntoIterator<Item = T>) -> Self {
                self.$push(Test::OneOf(values.into_iter().map(Into::into).collect()))
            }

            /// Demands less, or earlier.
            #[must_use]
            pub fn less_than(self, value: impl Into<Scalar>) -> Self {
                self.$push(Test::LessThan(value.into()))
            }

            /// Demands less or the same.
            #[must_use]
            pub fn at_most(self, value: impl Into<Scalar>) -> Self {
                self.$push(Test::AtMost(value.into()))
            }

            /// Demands more, or later.
            #[must_use]
            pub fn more_than(self, value: impl Into<Scalar>) -> Self {
                self.$push(Test::MoreThan(value.into()))
            }

            /// Demands more or the same.
            #[must_use]
            pub fn at_least(self, value: impl Into<Scalar>) -> Self {
                self.$push(Test::AtLeast(value.into()))
            }

            /// Demands a value from the first to the second, both included.
            #[must_use]
            pub fn between(self, low: impl Into<Scalar>, high: impl Into<Scalar>) -> Self {
                self.$push(Test::Between(low.into(), high.into()))
            }

            /// Demands that the text stands somewhere in it.
            #[must_use]
            pub fn contains(self, text: impl Into<String>) -> Self {
                self.$push(Test::Contains(text.into()))
            }

            /// Demands that it starts with the text.
            #[must_use]
            pub fn starts_with(self, text: impl Into<String>) -> Self {
                self.$push(Test::StartsWith(text.into()))
            }

            /// Demands that it ends with the text.
            #[must_use]
            pub fn ends_with(self, text: impl Into<String>) -> Self {
                self.$push(Test::EndsWith(text.into()))
            }

            /// Demands that the regular expression matches somewhere in it.
            #[must_use]
            pub fn matches(self, pattern: impl Into<String>) -> Self {
                self.$push(Test::Matches(pattern.into()))
            }

            /// Lets a missing value pass. Default: it does not.
            #[must_use]
            pub fn or_missing(mut self) -> Self {
                self.filter_mut().missing = true;
                self
            }

            /// Compares texts and tags by case. Default: case is ignored.
            #[must_use]
            pub fn exact_case(mut self) -> Self {
                self.filter_mut().case = LetterCase::Exact;
                self
            }
        }
    };
}

impl Filter {
    /// A filter without comparisons: add some.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn push(mut self, test: Test) -> Self {
        self.insert(test);
        self
    }

    /// Keeps the tests in the order of a file, so that a round trip gives an equal filter.
    fn insert(&mut self, test: Test) {
        let place = self
            .tests
            .partition_point(|other| other.rank() <= test.rank());
        self.tests.insert(place, test);
    }

    fn filter_mut(&mut self) -> &mut Self {
        self
    }
}

tests!(Filter, push);

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ConditionFields::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ConditionFields::deserialize(deserializer)?
            .into_filter()
            .map_err(serde::de::Error::custom)
    }
}

/// An attribute about to be compared: made by [`attribute`]. Several comparisons must all hold.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeRef {
    name: String,
    filter: Filter,
}

impl AttributeRef {
    fn push(mut self, test: Test) -> Self {
        self.filter.insert(test);
        self
    }

    fn filter_mut(&mut self) -> &mut Filter {
        &mut self.filter
    }

    /// Demands at least one of the tags.
    #[must_use]
    pub fn has_any<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.push(Test::HasAny(tags.into_iter().map(Into::into).collect()))
    }

    /// Demands all of the tags.
    #[must_use]
    pub fn has_all<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.push(Test::HasAll(tags.into_iter().map(Into::into).collect()))
    }

    /// Demands none of the tags.
    #[must_use]
    pub fn has_none<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.push(Test::HasNone(tags.into_iter().map(Into::into).collect()))
    }

    /// Demands a date that lies back by less than that.
    #[must_use]
    pub fn within_last(self, time: impl Into<String>) -> Self {
        self.push(Test::WithinLast(time.into()))
    }

    /// Demands a date that lies back by that or more.
    #[must_use]
    pub fn older_than(self, time: impl Into<String>) -> Self {
        self.push(Test::OlderThan(time.into()))
    }

    /// Demands a date that lies ahead by less than that.
    #[must_use]
    pub fn within_next(self, time: impl Into<String>) -> Self {
        self.push(Test::WithinNext(time.into()))
    }
}

tests!(AttributeRef, push);

/// A condition on a lead's attributes, true, false or unknown (Kleene's logic).
///
/// A comparison on a missing value is unknown, and so is its negation; a rule holds only where its condition is
/// true. In a file a condition is a table: `{ attribute = "seats", at_least = 50 }`, `{ all = [..] }`,
/// `{ any = [..] }` or `{ not = {..} }`. Made in code by [`attribute`], [`all`], [`any`] and [`not`].
///
/// Nesting beyond [`ConditionSpec::MAX_DEPTH`] levels is refused: by the reader of a file at once, by the builder
/// when the model is built. (`serde_json` itself stops at 128 levels of JSON, which a condition inside a model
/// reaches at about 60.)
///
/// # Examples
/// ```
/// use lead_scoring::{ConditionSpec, all, attribute, not};
///
/// let in_code = all([
///     attribute("title").contains("chief").into(),
///     not(attribute("industry").one_of(["education", "government"])),
/// ]);
/// let in_file: ConditionSpec = serde_json::from_str(
///     r#"{ "all": [
///         { "attribute": "title", "contains": "chief" },
///         { "not": { "attribute": "industry", "one_of": ["education", "government"] } }
///     ] }"#,
/// )?;
/// assert_eq!(in_code, in_file);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionSpec {
    pub(super) node: Node,
    depth: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    All(Vec<ConditionSpec>),
    Any(Vec<ConditionSpec>),
    Not(Box<ConditionSpec>),
    Attribute(String, Filter),
    /// Stands for a node that would have been nested too deeply.
    TooDeep,
}

impl ConditionSpec {
    /// The deepest nesting, in levels.
    pub const MAX_DEPTH: u16 = 64;

    pub(super) fn made(node: Node) -> Self {
        let below = match &node {
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().map(|part| part.depth).max().unwrap_or(0)
            }
            Node::Not(part) => part.depth,
            Node::Attribute(..) | Node::TooDeep => 0,
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
}

impl From<AttributeRef> for ConditionSpec {
    fn from(attribute: AttributeRef) -> Self {
        let AttributeRef { name, filter } = attribute;
        // A table has room for one comparison of a sort: further ones get tables of their own.
        let mut tables: Vec<Filter> = Vec::new();
        for test in filter.tests {
            let room = tables
                .iter()
                .position(|table| table.tests.iter().all(|other| other.rank() != test.rank()));
            match room.and_then(|place| tables.get_mut(place)) {
                Some(table) => table.tests.push(test),
                None => tables.push(Filter {
                    tests: vec![test],
                    ..filter
                }),
            }
        }
        let mut tables: Vec<_> = tables
            .into_iter()
            .map(|table| Self::made(Node::Attribute(name.clone(), table)))
            .collect();
        match (tables.len(), tables.pop()) {
            (1, Some(only)) => only,
            (0, _) | (_, None) => Self::made(Node::Attribute(
                name,
                Filter {
                    tests: Vec::new(),
                    ..filter
                },
            )),
            (_, Some(last)) => {
                tables.push(last);
                all(tables)
            }
        }
    }
}

/// Begins a condition on a named attribute.
#[must_use]
pub fn attribute(name: impl Into<String>) -> AttributeRef {
    AttributeRef {
        name: name.into(),
        filter: Filter::default(),
    }
}

/// True where all parts are; false where one is; else unknown.
#[must_use]
pub fn all(parts: impl IntoIterator<Item = ConditionSpec>) -> ConditionSpec {
    ConditionSpec::made(Node::All(parts.into_iter().collect()))
}

/// True where one part is; false where all are; else unknown.
#[must_use]
pub fn any(parts: impl IntoIterator<Item = ConditionSpec>) -> ConditionSpec {
    ConditionSpec::made(Node::Any(parts.into_iter().collect()))
}

/// True where the part is false, false where it is true, unknown where it is unknown.
#[must_use]
pub fn not(part: impl Into<ConditionSpec>) -> ConditionSpec {
    ConditionSpec::made(Node::Not(Box::new(part.into())))
}

impl Serialize for ConditionSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ConditionFields::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ConditionSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        thread_local!(static LEVEL: Cell<u16> = const { Cell::new(0) });
        let _level = Level::enter(&LEVEL, Self::MAX_DEPTH - 1).ok_or_else(|| {
            serde::de::Error::custom("conditions must not be nested deeper than 64 levels")
        })?;
        ConditionFields::deserialize(deserializer)?
            .into_condition()
            .map_err(serde::de::Error::custom)
    }
}
