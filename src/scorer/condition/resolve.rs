use super::compare::resolve_tests;
use super::range::NumberRange;
use super::spec::{ConditionSpec, Node};
use super::tags::TagTest;
use super::test::Known;
use super::text::TextTest;
use crate::lead::{AttributeSlot, Moment, Schema};
use crate::model::Problems;
use std::collections::{HashMap, HashSet};

/// One comparison of one attribute's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LeafTest {
    Is(Known),
    Number(Box<[NumberRange]>),
    Flag(bool),
    Text(Box<[TextTest]>),
    Tags(TagTest),
    /// The date lies in one of these ranges, both ends included.
    Date(Box<[(Moment, Moment)]>),
    /// The age in microseconds lies in the range, both ends included.
    Age(i64, i64),
}

/// A condition over numbered tests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cond {
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
    Leaf(usize),
}

impl Cond {
    /// Adds the attributes it reads.
    pub(crate) fn slots(&self, tests: &Tests, slots: &mut HashSet<AttributeSlot>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.slots(tests, slots);
                }
            }
            Self::Not(part) => part.slots(tests, slots),
            Self::Leaf(test) => slots.extend(tests.list.get(*test).map(|leaf| leaf.slot)),
        }
    }
}

/// One numbered test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Leaf {
    pub(crate) slot: AttributeSlot,
    pub(crate) test: LeafTest,
    /// Whether a missing value makes it true instead of unknown.
    pub(crate) missing: bool,
}

/// All tests of a scorer, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tests {
    pub(crate) list: Vec<Leaf>,
    numbers: HashMap<Leaf, usize>,
}

impl Tests {
    fn number(&mut self, leaf: Leaf) -> usize {
        if let Some(&number) = self.numbers.get(&leaf) {
            return number;
        }
        let number = self.list.len();
        self.list.push(leaf.clone());
        self.numbers.insert(leaf, number);
        number
    }
}

/// Puts the bounds of a number together into one range, where one is left.
fn joined(mut tests: Vec<LeafTest>) -> Vec<LeafTest> {
    let mut whole: Option<NumberRange> = None;
    for test in &tests {
        if let LeafTest::Number(ranges) = test {
            if let [range] = ranges.as_ref() {
                whole = Some(whole.map_or(*range, |whole| whole.and(*range)));
            }
        }
    }
    if let Some(whole) = whole.filter(|whole| !whole.is_empty()) {
        tests.retain(|test| !matches!(test, LeafTest::Number(ranges) if ranges.len() == 1));
        tests.push(LeafTest::Number(Box::new([whole])));
    }
    tests
}

/// Resolves names and checks types; reports every problem under `path`.
pub(crate) fn resolve_condition(
    spec: &ConditionSpec,
    schema: &Schema,
    path: &str,
    tests: &mut Tests,
    problems: &mut Problems,
) -> Cond {
    let mut parts = |specs: &[ConditionSpec], word: &str| {
        if specs.is_empty() {
            problems.push(path, format!("`{word}` needs at least one condition"));
        }
        specs
            .iter()
            .enumerate()
            .map(|(i, part)| {
                let path = format!("{path}.{word}[{i}]");
                resolve_condition(part, schema, &path, tests, problems)
            })
            .collect()
    };
    match &spec.node {
        Node::All(specs) => Cond::All(parts(specs, "all")),
        Node::Any(specs) => Cond::Any(parts(specs, "any")),
        Node::Not(part) => {
            let path = format!("{path}.not");
            Cond::Not(Box::new(resolve_condition(
                part, schema, &path, tests, problems,
            )))
        }
        Node::TooDeep => {
            problems.push(path, "conditions must not be nested deeper than 64 levels");
            Cond::All(Vec::new())
        }
        Node::Attribute(name, filter) => {
            let slot = schema.attribute(name);
            let Some((slot, of)) = slot.and_then(|s| Some((s, schema.attribute_type(s)?))) else {
                let known = schema.attributes().map(|(name, _)| name);
                problems.unknown(path, "attribute", name, known);
                return Cond::All(Vec::new());
            };
            let mut leaves: Vec<Cond> = joined(resolve_tests(filter, of, name, path, problems))
                .into_iter()
                .map(|test| {
                    Cond::Leaf(tests.number(Leaf {
                        slot,
                        test,
                        missing: filter.missing,
                    }))
                })
                .collect();
            match (leaves.len(), leaves.pop()) {
                (1, Some(only)) => only,
                (_, last) => {
                    leaves.extend(last);
                    Cond::All(leaves)
                }
            }
        }
    }
}
