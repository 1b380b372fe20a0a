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
    /// Where there is but one comparison of a text and it looks at the beginning.
    start: Option<Start>,
    known: Option<Known>,
    missing: bool,
}

/// The first eight bytes of a text, zeros where there are fewer; where one of them is not ASCII, or there is no text, not
/// ASCII either.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Head(u64);

impl Head {
    const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

    #[inline]
    pub(crate) fn of(text: Option<&str>) -> Self {
        let Some(bytes) = text.map(str::as_bytes) else {
            return Self(Self::NOT_ASCII);
        };
        if let Some(first) = bytes.first_chunk() {
            return Self(u64::from_le_bytes(*first));
        }
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            // Bytes that stand in both are the same.
            let [first, last] = [first, last].map(|four| u64::from(u32::from_le_bytes(*four)));
            return Self(first | last << (8 * (bytes.len() - 4)));
        }
        let bytes = bytes.iter().rev();
        Self(bytes.fold(0, |head, &byte| head << 8 | u64::from(byte)))
    }
}

/// What every text begins with that begins with a literal of ASCII in lower case, without regard to case.
#[derive(Debug)]
pub(crate) struct Start {
    /// The first eight bytes of the literal.
    lower: u64,
    /// The bits in which a text must agree.
    mask: u64,
    /// The case bit of each letter.
    letters: u64,
}

impl Start {
    /// `None` unless the tests are one comparison, and that asks for the beginning.
    fn new(tests: &[Box<[TextTest]>]) -> Option<Self> {
        let [choices] = tests else { return None };
        let [test] = &**choices else { return None };
        let asks = matches!(test.op, TextOp::Equals | TextOp::StartsWith);
        (asks && !test.exact && test.literal.is_ascii()).then(|| {
            let head = |of: fn(u8) -> u8| {
                let mut head = [0; 8];
                let bytes = head.iter_mut().zip(test.literal.bytes());
                bytes.for_each(|(byte, lower)| *byte = of(lower));
                u64::from_le_bytes(head)
            };
            Self {
                lower: head(|byte| byte),
                mask: head(|_| u8::MAX),
                letters: head(|byte| if byte.is_ascii_lowercase() { 0x20 } else { 0 }),
            }
        })
    }

    /// Whether a text with that head may begin so: never no where it does.
    #[inline]
    pub(crate) fn may_hold(&self, head: Head) -> bool {
        let is_ascii = head.0 & Head::NOT_ASCII == 0;
        let asked = self.mask & u64::from(is_ascii).wrapping_neg();
        ((head.0 | self.letters) ^ self.lower) & asked == 0
    }
}

impl Filters {
    /// Whether a missing value passes; any other comparison of it is unknown.
    fn without(&self, no_other: bool) -> bool {
        self.missing || (no_other && self.known == Some(Known::Missing))
    }

    /// What a text that passes begins with, where that is known.
    pub(crate) fn start(&self) -> Option<&Start> {
        self.start.as_ref()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(op: TextOp, literal: &str) -> Filters {
        let test = TextTest {
            op,
            literal: literal.into(),
            exact: false,
        };
        let tests = [Box::from([test])];
        Filters {
            start: Start::new(&tests),
            texts: tests
                .iter()
                .map(|test| test.iter().filter_map(Matcher::new).collect())
                .collect(),
            ..Filters::default()
        }
    }

    #[test]
    fn no_text_that_passes_is_left_out_by_its_head() {
        let literals = [
            "",
            "/",
            "a",
            "/pricing",
            "/pricing/all",
            "k",
            "zero\0",
            "\0",
            "@x",
            "straße",
        ];
        let texts = [
            "",
            "/",
            "/p",
            "/PRICING",
            "/Pricing/ALL",
            "/pricing/",
            "K",
            "\u{212a}",
            "a",
            "A\0",
            "zero",
            "zero\0",
            "\0",
            "@X",
            "`x",
            "\u{20}x",
            "STRASSE",
            "STRAßE",
            "/pricin\u{130}",
            "/careers",
        ];
        for op in [TextOp::Equals, TextOp::StartsWith] {
            for literal in literals {
                let filters = filters(op, literal);
                let Some(start) = filters.start() else {
                    assert!(!literal.is_ascii());
                    continue;
                };
                for text in texts {
                    let may_hold = start.may_hold(Head::of(Some(text)));
                    assert!(
                        may_hold || !filters.text(Some(text)),
                        "{literal:?} {text:?}"
                    );
                }
                assert!(start.may_hold(Head::of(None)));
            }
        }
    }

    #[test]
    fn heads_tell_most_others() {
        let filters = filters(TextOp::StartsWith, "/pricing");
        let may_hold = |text| filters.start().unwrap().may_hold(Head::of(Some(text)));
        assert!(may_hold("/Pricing") && may_hold("/pricing/all"));
        assert!(!may_hold("/careers") && !may_hold("/") && !may_hold("/pric") && !may_hold(""));
        assert!(
            self::filters(TextOp::Contains, "/pricing")
                .start()
                .is_none()
        );
    }
}
