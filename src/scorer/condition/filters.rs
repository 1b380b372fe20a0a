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

    /// Whether it is that of a text whose first bytes are ASCII.
    #[inline]
    pub(crate) fn is_ascii(self) -> bool {
        self.0 & Self::NOT_ASCII == 0
    }

    #[inline]
    pub(crate) fn of(text: Option<&str>) -> Self {
        let Some(bytes) = text.map(str::as_bytes) else {
            return Self(Self::NOT_ASCII);
        };
        if let Some(first) = bytes.first_chunk() {
            // The second four, or as many as there are: bytes that stand in both are the same.
            let second = (bytes.len() - 4).min(4);
            let second_four = bytes.get(second..second + 4).and_then(<[u8]>::first_chunk);
            let [first, second_four] = [first, second_four.unwrap_or(first)]
                .map(|four| u64::from(u32::from_le_bytes(*four)));
            return Self(first | second_four << (8 * second));
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
    /// Whether nothing more is asked than those bytes.
    is_all: bool,
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
                is_all: test.op == TextOp::StartsWith
                    && test.literal.len() <= 8
                    && !test.literal.contains('\0'),
            }
        })
    }

    /// Whether a text whose head is ASCII begins so wherever its [head does](Start::is_in).
    #[inline]
    pub(crate) fn decides(&self) -> bool {
        self.is_all
    }

    /// Whether a head begins so; of one that is not [ASCII](Head::is_ascii) that says nothing.
    #[inline]
    pub(crate) fn is_in(&self, head: Head) -> bool {
        ((head.0 | self.letters) ^ self.lower) & self.mask == 0
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
                    let (head, passes) = (Head::of(Some(text)), filters.text(Some(text)));
                    let begins = !head.is_ascii() || start.is_in(head);
                    assert!(begins || !passes, "{literal:?} {text:?}");
                    if start.decides() && head.is_ascii() {
                        assert_eq!(begins, passes, "{literal:?} {text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn heads_tell_most_others() {
        let filters = filters(TextOp::StartsWith, "/pricing");
        let start = filters.start().unwrap();
        let begins = |text| start.is_in(Head::of(Some(text)));
        assert!(begins("/Pricing") && begins("/pricing/all"));
        assert!(!begins("/careers") && !begins("/") && !begins("/pric") && !begins(""));
        assert!(start.decides() && !Head::of(None).is_ascii());
        assert!(
            self::filters(TextOp::Contains, "/pricing")
                .start()
                .is_none()
        );
    }
}
