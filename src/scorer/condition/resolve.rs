use super::spec::{ConditionSpec, Filter, Known, LetterCase, Node, Scalar, Test};
use super::tags::{TagOp, TagTest};
use super::text::{Folded, Matcher, TextOp, TextTest, compile, folded};
use crate::lead::{AttributeSlot, AttributeType, Moment, Schema};
use crate::model::Problems;
use crate::score::LARGEST;
use crate::scorer::decay::{period, positive_period};
use std::collections::{HashMap, HashSet};

/// A range of numbers; the bounds are kept as bits so that ranges can be told apart exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NumberRange {
    low: u64,
    low_included: bool,
    high: u64,
    high_included: bool,
}

impl NumberRange {
    const ALL: Self = Self::new(f64::NEG_INFINITY, true, f64::INFINITY, true);

    const fn new(low: f64, low_included: bool, high: f64, high_included: bool) -> Self {
        // Adding zero makes one of the two zeros.
        Self {
            low: (low + 0.0).to_bits(),
            low_included,
            high: (high + 0.0).to_bits(),
            high_included,
        }
    }

    #[cfg(test)]
    pub(crate) const fn closed(low: f64, high: f64) -> Self {
        Self::new(low, true, high, true)
    }

    pub(crate) fn low(self) -> f64 {
        f64::from_bits(self.low)
    }

    pub(crate) fn high(self) -> f64 {
        f64::from_bits(self.high)
    }

    pub(crate) fn holds(self, value: f64) -> bool {
        let (low, high) = (self.low(), self.high());
        (value > low || (self.low_included && value >= low))
            && (value < high || (self.high_included && value <= high))
    }
}

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
            let mut leaves: Vec<Cond> = resolve_tests(filter, of, name, path, problems)
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

/// Comparisons of a text or a number of an activity, ready to run.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    texts: Box<[Box<[Matcher]>]>,
    numbers: Box<[Box<[NumberRange]>]>,
    known: Option<Known>,
    missing: bool,
}

impl Filters {
    /// Whether a missing value passes; any other comparison of it is unknown.
    fn without(&self, no_other: bool) -> bool {
        self.missing || (no_other && self.known == Some(Known::Missing))
    }

    pub(crate) fn text(&self, text: Option<&str>) -> bool {
        let Some(text) = text else {
            return self.without(self.texts.is_empty());
        };
        let mut text = Folded::new(text);
        self.known != Some(Known::Missing)
            && self
                .texts
                .iter()
                .all(|choices| choices.iter().any(|choice| choice.holds(&mut text)))
    }

    pub(crate) fn number(&self, number: Option<f64>) -> bool {
        let Some(number) = number.filter(|number| number.is_finite()) else {
            return self.without(self.numbers.is_empty());
        };
        self.known != Some(Known::Missing)
            && self
                .numbers
                .iter()
                .all(|ranges| ranges.iter().any(|range| range.holds(number)))
    }
}

/// Resolves a filter on a field of an activity.
pub(crate) fn resolve_filter(
    filter: &Filter,
    of: AttributeType,
    name: &str,
    path: &str,
    problems: &mut Problems,
) -> Filters {
    let mut ready = Filters {
        missing: filter.missing,
        ..Filters::default()
    };
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    for test in resolve_tests(filter, of, name, path, problems) {
        match test {
            LeafTest::Is(known) => ready.known = Some(known),
            LeafTest::Text(choices) => {
                texts.push(choices.iter().filter_map(Matcher::new).collect());
            }
            LeafTest::Number(ranges) => numbers.push(ranges),
            _ => {}
        }
    }
    ready.texts = texts.into();
    ready.numbers = numbers.into();
    ready
}

fn resolve_tests(
    filter: &Filter,
    of: AttributeType,
    name: &str,
    path: &str,
    problems: &mut Problems,
) -> Vec<LeafTest> {
    if filter.tests.is_empty() {
        problems.push(path, format!("`{name}` needs a comparison"));
    }
    let mut seen = HashSet::new();
    let mut ready = Vec::new();
    for test in &filter.tests {
        let word = test.name();
        if !seen.insert(word) {
            problems.push(path, format!("`{word}` stands twice"));
        }
        let exact = filter.case == LetterCase::Exact;
        match resolve_test(test, of, exact, path, problems) {
            Ok(Some(test)) => ready.push(test),
            Ok(None) => {}
            Err(Mismatch) => problems.push(
                path,
                format!("`{word}` does not go with `{name}`, which is of type {of}"),
            ),
        }
    }
    ready
}

/// The comparison does not fit the type.
struct Mismatch;

/// `Ok(None)` where a problem was reported.
fn resolve_test(
    test: &Test,
    of: AttributeType,
    exact: bool,
    path: &str,
    problems: &mut Problems,
) -> Result<Option<LeafTest>, Mismatch> {
    if let Test::Is(known) = test {
        return Ok(Some(LeafTest::Is(*known)));
    }
    match of {
        AttributeType::Number => number_test(test, path, problems),
        AttributeType::Text => text_test(test, exact, path, problems),
        AttributeType::Flag => flag_test(test),
        AttributeType::Date => date_test(test, path, problems),
        AttributeType::Tags => tag_test(test, exact, path, problems),
    }
}

fn number_test(
    test: &Test,
    path: &str,
    problems: &mut Problems,
) -> Result<Option<LeafTest>, Mismatch> {
    let mut number = |value: &Scalar| match value {
        Scalar::Number(number) => {
            if number.is_nan() || number.abs() > LARGEST {
                let name = test.name();
                problems.push(
                    path,
                    format!("`{name}` must be a number of at most 1e12 in size, got `{number}`"),
                );
                Ok(f64::NAN)
            } else {
                Ok(*number)
            }
        }
        _ => Err(Mismatch),
    };
    let all = NumberRange::ALL;
    let (low, high) = (all.low(), all.high());
    let range = match test {
        Test::Equals(value) => {
            let value = number(value)?;
            NumberRange::new(value, true, value, true)
        }
        Test::OneOf(values) => {
            let ranges = values
                .iter()
                .map(|value| number(value).map(|n| NumberRange::new(n, true, n, true)))
                .collect::<Result<Box<_>, _>>()?;
            return Ok(not_empty(ranges.len(), "one_of", path, problems)
                .then_some(LeafTest::Number(ranges)));
        }
        Test::LessThan(value) => NumberRange::new(low, true, number(value)?, false),
        Test::AtMost(value) => NumberRange::new(low, true, number(value)?, true),
        Test::MoreThan(value) => NumberRange::new(number(value)?, false, high, true),
        Test::AtLeast(value) => NumberRange::new(number(value)?, true, high, true),
        Test::Between(from, to) => {
            let (from, to) = (number(from)?, number(to)?);
            if from > to {
                problems.push(
                    path,
                    format!("`between` takes the lower bound first, got `{from}` and `{to}`"),
                );
            }
            NumberRange::new(from, true, to, true)
        }
        _ => return Err(Mismatch),
    };
    Ok(Some(LeafTest::Number(Box::new([range]))))
}

fn not_empty(count: usize, word: &str, path: &str, problems: &mut Problems) -> bool {
    if count == 0 {
        problems.push(path, format!("`{word}` needs at least one value"));
    }
    count > 0
}

fn text_test(
    test: &Test,
    exact: bool,
    path: &str,
    problems: &mut Problems,
) -> Result<Option<LeafTest>, Mismatch> {
    let one = |op, text: &str, problems: &mut Problems| {
        if text.is_empty() {
            problems.push(path, format!("`{}` must not be empty", test.name()));
            return None;
        }
        Some(TextTest {
            op,
            literal: folded(text, exact || op == TextOp::Matches),
            exact: exact || op == TextOp::Matches,
        })
    };
    let equal = |value: &Scalar, problems: &mut Problems| match value {
        Scalar::Text(text) => Ok(one(TextOp::Equals, text, problems)),
        _ => Err(Mismatch),
    };
    let choices: Vec<Option<TextTest>> = match test {
        Test::Equals(value) => vec![equal(value, problems)?],
        Test::OneOf(values) => {
            if !not_empty(values.len(), "one_of", path, problems) {
                return Ok(None);
            }
            let texts = values.iter().map(|value| equal(value, problems));
            texts.collect::<Result<_, _>>()?
        }
        Test::Contains(text) => vec![one(TextOp::Contains, text, problems)],
        Test::StartsWith(text) => vec![one(TextOp::StartsWith, text, problems)],
        Test::EndsWith(text) => vec![one(TextOp::EndsWith, text, problems)],
        Test::Matches(pattern) => {
            if let Err(message) = compile(pattern) {
                problems.push(path, message);
            }
            vec![one(TextOp::Matches, pattern, problems)]
        }
        _ => return Err(Mismatch),
    };
    let ready: Option<Box<[TextTest]>> = choices.into_iter().collect();
    Ok(ready.map(LeafTest::Text))
}

fn flag_test(test: &Test) -> Result<Option<LeafTest>, Mismatch> {
    match test {
        Test::Equals(Scalar::Flag(flag)) => Ok(Some(LeafTest::Flag(*flag))),
        _ => Err(Mismatch),
    }
}

fn date_test(
    test: &Test,
    path: &str,
    problems: &mut Problems,
) -> Result<Option<LeafTest>, Mismatch> {
    let mut sound = true;
    let mut date = |value: &Scalar| match value {
        Scalar::Text(text) => Ok(text.parse::<Moment>().unwrap_or_else(|error| {
            problems.push(path, error.to_string());
            sound = false;
            Moment::MIN
        })),
        _ => Err(Mismatch),
    };
    let (first, last) = (Moment::MIN, Moment::MAX);
    let none = (last, first);
    let range = match test {
        Test::Equals(value) => {
            let date = date(value)?;
            (date, date)
        }
        Test::OneOf(values) => {
            let dates = values
                .iter()
                .map(|value| date(value).map(|date| (date, date)))
                .collect::<Result<Box<_>, _>>()?;
            return Ok(
                not_empty(dates.len(), "one_of", path, problems).then_some(LeafTest::Date(dates))
            );
        }
        // Before the first moment and after the last there is none.
        Test::LessThan(value) => match date(value)? {
            date if date == first => none,
            date => (first, date.plus_micros(-1)),
        },
        Test::AtMost(value) => (first, date(value)?),
        Test::MoreThan(value) => match date(value)? {
            date if date == last => none,
            date => (date.plus_micros(1), last),
        },
        Test::AtLeast(value) => (date(value)?, last),
        Test::Between(from, to) => {
            let (from, to) = (date(from)?, date(to)?);
            if sound && from > to {
                problems.push(
                    path,
                    format!("`between` takes the earlier date first, got `{from}` and `{to}`"),
                );
            }
            (from, to)
        }
        Test::WithinLast(time) => {
            return Ok(Some(LeafTest::Age(
                0,
                positive_period(time, path, problems) - 1,
            )));
        }
        Test::OlderThan(time) => {
            return Ok(Some(LeafTest::Age(period(time, path, problems), i64::MAX)));
        }
        Test::WithinNext(time) => {
            return Ok(Some(LeafTest::Age(
                1 - positive_period(time, path, problems),
                0,
            )));
        }
        _ => return Err(Mismatch),
    };
    Ok(Some(LeafTest::Date(Box::new([range]))))
}

fn tag_test(
    test: &Test,
    exact: bool,
    path: &str,
    problems: &mut Problems,
) -> Result<Option<LeafTest>, Mismatch> {
    let (op, tags) = match test {
        Test::HasAny(tags) => (TagOp::Any, tags),
        Test::HasAll(tags) => (TagOp::All, tags),
        Test::HasNone(tags) => (TagOp::None, tags),
        _ => return Err(Mismatch),
    };
    if !not_empty(tags.len(), test.name(), path, problems) {
        return Ok(None);
    }
    if tags.iter().any(String::is_empty) {
        problems.push(
            path,
            format!("`{}` must not hold an empty tag", test.name()),
        );
    }
    let mut literals: Vec<Box<str>> = tags.iter().map(|tag| folded(tag, exact)).collect();
    literals.sort();
    literals.dedup();
    Ok(Some(LeafTest::Tags(TagTest {
        op,
        literals: literals.into(),
        exact,
    })))
}
