use super::range::NumberRange;
use super::resolve::LeafTest;
use super::spec::Filter;
use super::tags::{TagOp, TagTest};
use super::test::{LetterCase, Scalar, Test};
use super::text::{TextOp, TextTest, compile, folded};
use crate::lead::{AttributeType, Moment};
use crate::model::Problems;
use crate::score::LARGEST;
use crate::scorer::decay::{period, positive_period};
use std::collections::HashSet;

pub(super) fn resolve_tests(
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
            if !problems.may_compile(path) {
                return Ok(None);
            }
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
