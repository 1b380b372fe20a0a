mod block;
mod lower;

pub(super) use block::TextBlock;
pub(super) use lower::Lower;

use regex::Regex;

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
    lower: Option<Lower>,
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
        self.lower
            .get_or_insert_with(|| Lower::of(self.text))
            .as_str()
    }
}

/// A comparison ready to run.
#[derive(Debug)]
pub(crate) enum Matcher {
    Literal(TextTest),
    Pattern(Regex),
}

/// Most memory that one compiled pattern may take, in bytes.
const LARGEST_PATTERN: usize = 1 << 19;

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
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
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
            TextOp::Equals => same(whole, part),
            TextOp::StartsWith => starts_with(whole, part),
            TextOp::EndsWith => ends_with(whole, part),
            TextOp::Contains if whole.len() <= SHORT => contains(whole, part),
            TextOp::Contains | TextOp::Matches => test.op.holds(text.lower(), &test.literal),
        }
    }
}

/// Whether ASCII text is the literal, which is in lower case.
#[inline]
fn same(text: &[u8], lower: &[u8]) -> bool {
    text.len() == lower.len()
        && text
            .iter()
            .zip(lower)
            .all(|(byte, lower)| byte.to_ascii_lowercase() == *lower)
}

#[inline]
fn starts_with(text: &[u8], lower: &[u8]) -> bool {
    text.get(..lower.len())
        .is_some_and(|start| same(start, lower))
}

#[inline]
fn ends_with(text: &[u8], lower: &[u8]) -> bool {
    text.len()
        .checked_sub(lower.len())
        .and_then(|from| text.get(from..))
        .is_some_and(|end| same(end, lower))
}

/// Whether ASCII text contains the literal, which is in lower case: looks for its first byte, eight places at a time,
/// then compares.
#[inline]
fn contains(text: &[u8], lower: &[u8]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    /// The bit in which upper and lower case differ.
    const CASE: u8 = 0x20;
    let Some((first, _)) = lower.split_first() else {
        return true;
    };
    let here = |place: usize| {
        text.get(place..place + lower.len())
            .is_some_and(|window| same(window, lower))
    };
    let wanted = EACH * u64::from(first | CASE);
    let found = |offset: usize, eight: [u8; 8]| {
        let differs = (u64::from_le_bytes(eight) | (EACH * u64::from(CASE))) ^ wanted;
        // The highest bit of each byte that does not differ.
        let mut places = differs.wrapping_sub(EACH) & !differs & (EACH * 0x80);
        while places != 0 {
            if here(offset + places.trailing_zeros() as usize / 8) {
                return true;
            }
            places &= places - 1;
        }
        false
    };
    let Some(last) = text.last_chunk() else {
        return (0..text.len()).any(here);
    };
    let eights = text.chunks_exact(8).enumerate();
    let mut eights = eights.filter_map(|(i, eight)| Some((8 * i, *eight.first_chunk()?)));
    // The last eight overlap with those before them, which costs less than looking at each byte that is left.
    eights.any(|(offset, eight)| found(offset, eight)) || found(text.len() - 8, *last)
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
        Lower::of(literal).as_str().into()
    }
}

/// Whether text is not in lower case, or may not be.
pub(super) fn has_case(text: &str) -> bool {
    text.bytes()
        .any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
}

#[cfg(test)]
mod tests;
