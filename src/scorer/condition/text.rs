use regex::Regex;
use std::borrow::Cow;

/// Longest text that is searched without a folded copy.
const SHORT: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TextOp {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
}

/// One comparison of a text. The literal is in lower case unless `exact`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TextTest {
    pub(crate) op: TextOp,
    pub(crate) literal: Box<str>,
    pub(crate) exact: bool,
}

/// A text with its lower case, made when first asked for.
pub(crate) struct Folded<'a> {
    text: &'a str,
    is_ascii: bool,
    lower: Option<String>,
}

impl<'a> Folded<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            is_ascii: text.is_ascii(),
            lower: None,
        }
    }

    fn lower(&mut self) -> &str {
        self.lower.get_or_insert_with(|| self.text.to_lowercase())
    }
}

/// A comparison ready to run.
#[derive(Debug)]
pub(crate) enum Matcher {
    Literal(TextTest),
    Pattern(Regex),
}

/// Compiles a pattern within bounds that no hostile one can stretch.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    const LONGEST: usize = 10_000;
    if pattern.len() > LONGEST {
        return Err(format!(
            "a pattern must not be longer than {LONGEST} bytes, got {}",
            pattern.len()
        ));
    }
    regex::RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .dfa_size_limit(1 << 20)
        .nest_limit(64)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(limit) => {
                format!("the pattern is too large: it needs more than {limit} bytes")
            }
            error => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                format!(
                    "`{}` is no pattern: {}",
                    crate::lead::shortened(pattern),
                    last.trim_start_matches("error: ")
                )
            }
        })
}

impl Matcher {
    pub(crate) fn new(test: &TextTest) -> Option<Self> {
        if test.op == TextOp::Matches {
            compile(&test.literal).ok().map(Self::Pattern)
        } else {
            Some(Self::Literal(test.clone()))
        }
    }

    pub(crate) fn holds(&self, text: &mut Folded<'_>) -> bool {
        let test = match self {
            Self::Pattern(pattern) => return pattern.is_match(text.text),
            Self::Literal(test) => test,
        };
        if test.exact {
            return test.op.holds(text.text, &test.literal);
        }
        if !text.is_ascii {
            return test.op.holds(text.lower(), &test.literal);
        }
        let (whole, part) = (text.text.as_bytes(), test.literal.as_bytes());
        match test.op {
            TextOp::Equals => whole.eq_ignore_ascii_case(part),
            TextOp::StartsWith => whole
                .get(..part.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(part)),
            TextOp::EndsWith => whole
                .len()
                .checked_sub(part.len())
                .and_then(|from| whole.get(from..))
                .is_some_and(|end| end.eq_ignore_ascii_case(part)),
            TextOp::Contains if whole.len() <= SHORT => whole
                .windows(part.len().max(1))
                .any(|window| window.eq_ignore_ascii_case(part)),
            TextOp::Contains | TextOp::Matches => test.op.holds(text.lower(), &test.literal),
        }
    }
}

impl TextOp {
    pub(crate) fn holds(self, text: &str, literal: &str) -> bool {
        match self {
            Self::Equals => text == literal,
            Self::Contains => text.contains(literal),
            Self::StartsWith => text.starts_with(literal),
            Self::EndsWith => text.ends_with(literal),
            Self::Matches => false,
        }
    }
}

/// The literal as it is compared.
pub(crate) fn folded(literal: &str, exact: bool) -> Box<str> {
    if exact {
        literal.into()
    } else {
        literal.to_lowercase().into()
    }
}

/// All comparisons of one text attribute, at most 64.
#[derive(Debug)]
pub(super) struct TextBlock {
    /// Bits of equality without case, by literal in order.
    equals: Box<[(Box<str>, u64)]>,
    others: Box<[(Matcher, u64)]>,
}

impl TextBlock {
    pub(super) fn new<'a>(tests: impl Iterator<Item = (&'a TextTest, u64)>) -> Self {
        let mut equals: Vec<(Box<str>, u64)> = Vec::new();
        let mut others = Vec::new();
        for (test, bit) in tests {
            if test.op == TextOp::Equals && !test.exact {
                equals.push((test.literal.clone(), bit));
            } else if let Some(matcher) = Matcher::new(test) {
                others.push((matcher, bit));
            }
        }
        equals.sort();
        equals.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 |= later.1;
            }
            same
        });
        Self {
            equals: equals.into(),
            others: others.into(),
        }
    }

    pub(super) fn bits(&self, text: &str) -> u64 {
        let mut text = Folded::new(text);
        let mut bits = self.equal_bits(&mut text);
        for (matcher, bit) in &self.others {
            // A set bit needs no second reason.
            if bits & bit == 0 && matcher.holds(&mut text) {
                bits |= bit;
            }
        }
        bits
    }

    fn equal_bits(&self, text: &mut Folded<'_>) -> u64 {
        /// Up to here comparing all is faster than searching.
        const FEW: usize = 8;
        if self.equals.is_empty() {
            return 0;
        }
        if text.is_ascii && self.equals.len() <= FEW {
            let whole = text.text.as_bytes();
            return self
                .equals
                .iter()
                .find(|(literal, _)| whole.eq_ignore_ascii_case(literal.as_bytes()))
                .map_or(0, |&(_, bits)| bits);
        }
        let found = if text.is_ascii {
            let whole = text.text.bytes().map(|byte| byte.to_ascii_lowercase());
            self.equals
                .binary_search_by(|(literal, _)| literal.bytes().cmp(whole.clone()))
        } else {
            let lower = text.lower();
            self.equals
                .binary_search_by(|(literal, _)| literal.as_ref().cmp(lower))
        };
        found
            .ok()
            .and_then(|place| self.equals.get(place))
            .map_or(0, |&(_, bits)| bits)
    }
}

/// Whether two texts are the same without case.
pub(super) fn lower_case(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
    {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(op: TextOp, literal: &str, exact: bool, text: &str) -> bool {
        let test = TextTest {
            op,
            literal: folded(literal, exact),
            exact,
        };
        let alone = Matcher::new(&test).unwrap().holds(&mut Folded::new(text));
        let block = TextBlock::new([(&test, 1)].into_iter());
        assert_eq!(block.bits(text) == 1, alone);
        alone
    }

    #[test]
    fn case_is_ignored_unless_exact() {
        use TextOp::{Contains, EndsWith, Equals, StartsWith};
        for (op, literal, text) in [
            (Equals, "Software", "sOFTWARE"),
            (Contains, "ENTER", "the enterprise"),
            (StartsWith, "vp ", "VP Sales"),
            (EndsWith, "@GMAIL.com", "a@gmail.COM"),
            (Equals, "ÉCOLE", "école"),
            (Contains, "straße", "HAUPTSTRAßE 1"),
            // The Kelvin sign's lower case is an ordinary k.
            (Equals, "kelvin", "\u{212a}elvin"),
            (Equals, "ΟΔΟΣ", "οδος"),
        ] {
            assert!(holds(op, literal, false, text), "{op:?} {literal} {text}");
            assert!(!holds(op, literal, true, text), "{op:?} {literal} {text}");
        }
        assert!(!holds(Equals, "é", false, "e"));
        assert!(!holds(Contains, "longer than the text", false, "text"));
        assert!(!holds(StartsWith, "longer", false, "l"));
        assert!(!holds(EndsWith, "longer", false, "r"));
    }

    #[test]
    fn long_texts_are_searched_too() {
        let long = format!("{}NEEDLE", "a".repeat(100_000));
        assert!(holds(TextOp::Contains, "Needle", false, &long));
        assert!(!holds(
            TextOp::Contains,
            &format!("{}b", "a".repeat(50_000)),
            false,
            &long
        ));
    }

    #[test]
    fn many_literals_are_found() {
        let tests: Vec<TextTest> = (0..40)
            .map(|i| TextTest {
                op: TextOp::Equals,
                literal: folded(&format!("Name{i}"), false),
                exact: false,
            })
            .collect();
        let block = TextBlock::new(tests.iter().enumerate().map(|(i, test)| (test, 1 << i)));
        for i in 0..40 {
            assert_eq!(block.bits(&format!("NAME{i}")), 1 << i);
        }
        assert_eq!(block.bits("NAME40"), 0);
        assert_eq!(block.bits("É"), 0);
    }

    #[test]
    fn patterns_are_bounded() {
        assert!(holds(
            TextOp::Matches,
            r"\d{3}-\d{4}",
            true,
            "Call at 555-1234"
        ));
        assert_eq!(
            compile("(").unwrap_err(),
            "`(` is no pattern: unclosed group"
        );
        assert_eq!(
            compile(&"a".repeat(10_001)).unwrap_err(),
            "a pattern must not be longer than 10000 bytes, got 10001"
        );
        assert_eq!(
            compile(r"(\w{1000}){1000}").unwrap_err(),
            "the pattern is too large: it needs more than 1048576 bytes"
        );
    }
}
