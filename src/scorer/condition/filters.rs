use super::compare::resolve_tests;
use super::range::NumberRange;
use super::resolve::LeafTest;
use super::spec::Filter;
use super::test::Known;
use super::text::{Folded, Matcher};
use crate::lead::AttributeType;
use crate::model::Problems;

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
