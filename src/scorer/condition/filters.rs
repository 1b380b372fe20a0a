use super::compare::resolve_tests;
use super::range::NumberRange;
use super::resolve::LeafTest;
use super::spec::Filter;
use super::test::Known;
use super::text::{Folded, Matcher, TextOp, TextTest};
use crate::lead::AttributeType;
use crate::model::Problems;

/// Comparisons of a text or a number of an activity, ready to run.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    texts: Box<[Box<[Matcher]>]>,
    numbers: Box<[Box<[NumberRange]>]>,
    /// The only comparison of a text, where there is but one and it looks at the beginning.
    start: Option<Start>,
    known: Option<Known>,
    missing: bool,
}

/// Whether a text begins with, or is, a literal of ASCII in lower case, without regard to case.
#[derive(Debug)]
struct Start {
    lower: Box<[u8]>,
    is_whole: bool,
}

impl Start {
    fn new(tests: &[Box<[TextTest]>]) -> Option<Self> {
        let [choices] = tests else { return None };
        let [test] = &**choices else { return None };
        let is_whole = match test.op {
            TextOp::Equals => true,
            TextOp::StartsWith => false,
            TextOp::Contains | TextOp::EndsWith | TextOp::Matches => return None,
        };
        (!test.exact && test.literal.is_ascii()).then(|| Self {
            lower: test.literal.as_bytes().into(),
            is_whole,
        })
    }

    /// `None` where a letter is not ASCII before the answer is known: its lower case may be.
    #[inline]
    fn holds(&self, text: &str) -> Option<bool> {
        let bytes = text.as_bytes();
        let mut pairs = bytes.iter().zip(&self.lower);
        match pairs.find(|(byte, lower)| byte.to_ascii_lowercase() != **lower) {
            Some((byte, _)) => byte.is_ascii().then_some(false),
            None if self.is_whole => Some(bytes.len() == self.lower.len()),
            None => Some(bytes.len() >= self.lower.len()),
        }
    }
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
        if let Some(holds) = self.start.as_ref().and_then(|start| start.holds(text)) {
            return holds;
        }
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
    let (mut texts, mut numbers) = (Vec::<Box<[TextTest]>>::new(), Vec::new());
    for test in resolve_tests(filter, of, name, path, problems) {
        match test {
            LeafTest::Is(known) => ready.known = Some(known),
            LeafTest::Text(choices) => texts.push(choices),
            LeafTest::Number(ranges) => numbers.push(ranges),
            _ => {}
        }
    }
    if ready.known != Some(Known::Missing) {
        ready.start = Start::new(&texts);
    }
    let texts = texts.iter();
    ready.texts = texts
        .map(|choices| choices.iter().filter_map(Matcher::new).collect())
        .collect();
    ready.numbers = numbers.into();
    ready
}
