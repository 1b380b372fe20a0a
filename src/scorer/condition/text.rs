use super::packed::{FEW, Packed, PackedLiterals};
use super::recall::{Recall, Recallable};
use regex::Regex;
use std::cell::Cell;

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

/// All comparisons of one text attribute, at most 64.
#[derive(Debug)]
pub(super) struct TextBlock {
    /// Bits of equality without case, by literal in order.
    equals: Box<[(Box<str>, u64)]>,
    /// The short ones again, where they are few; or those of equality by case, where there are no others.
    short: Option<Box<PackedLiterals>>,
    /// Parts without case, each sort apart, so that what is done next is always known.
    starts: Box<[(Box<str>, u64)]>,
    ends: Box<[(Box<str>, u64)]>,
    contained: Box<[(Box<str>, u64)]>,
    /// Comparisons by case and patterns.
    others: Box<[(Matcher, u64)]>,
    /// Whether there is nothing but equality with few literals.
    plain: bool,
    recallable: Recallable,
}

/// Brings literals into order, and the bits of each together.
fn each_once(literals: &mut Vec<(Box<str>, u64)>) {
    literals.sort();
    literals.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1 |= later.1;
        }
        same
    });
}

impl TextBlock {
    pub(super) fn new<'a>(tests: impl Iterator<Item = (&'a TextTest, u64)>) -> Self {
        let mut equals: Vec<(Box<str>, u64)> = Vec::new();
        let (mut starts, mut ends, mut contained) = (Vec::new(), Vec::new(), Vec::new());
        let (mut others, mut exact) = (Vec::new(), Vec::new());
        let mut only_equal = true;
        for (test, bit) in tests {
            let literal = || (test.literal.clone(), bit);
            only_equal &= test.op == TextOp::Equals;
            if test.op == TextOp::Equals && test.exact {
                exact.push(literal());
            }
            match test.op {
                TextOp::Equals if !test.exact => equals.push(literal()),
                TextOp::StartsWith if !test.exact => starts.push(literal()),
                TextOp::EndsWith if !test.exact => ends.push(literal()),
                TextOp::Contains if !test.exact => contained.push(literal()),
                _ => others.extend(Matcher::new(test).map(|matcher| (matcher, bit))),
            }
        }
        each_once(&mut equals);
        each_once(&mut exact);
        let by_case = equals.is_empty();
        let packed = if by_case { &exact } else { &equals };
        let literals = packed.iter().map(|(literal, bits)| (&**literal, *bits));
        let few = packed.len() <= FEW;
        Self {
            short: few.then(|| Box::new(PackedLiterals::new(literals, by_case))),
            recallable: Recallable::new(),
            plain: few && only_equal && (by_case || exact.is_empty()),
            equals: equals.into(),
            starts: starts.into(),
            ends: ends.into(),
            contained: contained.into(),
            others: others.into(),
        }
    }

    /// The bits of a text, as last time where the thread recalls it.
    #[inline]
    pub(super) fn recalled(&self, text: &str, recall: &mut Recall) -> u64 {
        self.recalled_bytes(text.as_bytes(), recall, || text)
    }

    /// As [`recalled`](TextBlock::recalled), where the bytes are at hand and the text is only made for need.
    #[inline]
    pub(super) fn recalled_bytes<'t>(
        &self,
        bytes: &[u8],
        recall: &mut Recall,
        text: impl FnOnce() -> &'t str,
    ) -> u64 {
        if self.plain {
            match self.equal_by_bytes(bytes) {
                Some(bits) => bits,
                None => self.all_bits(text(), None),
            }
        } else {
            recall.bits(&self.recallable, bytes, || self.bits(text()))
        }
    }

    /// The bits of equality of a short text, which equals a short literal or none; `None` for other text.
    #[inline]
    fn equal_by_bytes(&self, bytes: &[u8]) -> Option<u64> {
        match (&self.short, Packed::new(bytes)) {
            (Some(short), Some(packed)) => Some(short.bits_of(packed)),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn bits(&self, text: &str) -> u64 {
        let equal = self.equal_by_bytes(text.as_bytes());
        match equal {
            Some(bits) if self.plain => bits,
            _ => self.all_bits(text, equal),
        }
    }

    /// The bits of all comparisons, where those of equality may be known and the text then is ASCII.
    #[inline(never)]
    fn all_bits(&self, text: &str, equal: Option<u64>) -> u64 {
        let is_ascii = equal.is_some() || text.is_ascii();
        let mut folded = Folded {
            text,
            is_ascii,
            lower: None,
        };
        let mut bits = match equal {
            Some(bits) => bits,
            None if self.equals.is_empty() => 0,
            None => self.equal_bits(&mut folded),
        };
        if is_ascii && text.len() <= SHORT {
            let whole = text.as_bytes();
            for (part, bit) in &self.starts {
                let holds = starts_with(whole, part.as_bytes());
                bits |= bit & u64::from(holds).wrapping_neg();
            }
            for (part, bit) in &self.ends {
                let holds = ends_with(whole, part.as_bytes());
                bits |= bit & u64::from(holds).wrapping_neg();
            }
            for (part, bit) in &self.contained {
                let holds = contains(whole, part.as_bytes());
                bits |= bit & u64::from(holds).wrapping_neg();
            }
        } else {
            bits |= self.part_bits(&mut folded);
        }
        for (matcher, bit) in &self.others {
            if matcher.holds(&mut folded) {
                bits |= bit;
            }
        }
        bits
    }

    /// Parts of text that is long or not ASCII.
    fn part_bits(&self, text: &mut Folded<'_>) -> u64 {
        let parts = [
            (&self.starts, TextOp::StartsWith),
            (&self.ends, TextOp::EndsWith),
            (&self.contained, TextOp::Contains),
        ];
        let mut bits = 0;
        for (part, op, bit) in parts
            .iter()
            .flat_map(|(list, op)| list.iter().map(move |(part, bit)| (part, *op, *bit)))
        {
            if op.holds(text.lower(), part) {
                bits |= bit;
            }
        }
        bits
    }

    fn equal_bits(&self, text: &mut Folded<'_>) -> u64 {
        if text.is_ascii && self.equals.len() <= FEW {
            let whole = text.text.as_bytes();
            return self
                .equals
                .iter()
                .find(|(literal, _)| same(whole, literal.as_bytes()))
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

/// Whether text is not in lower case, or may not be.
pub(super) fn has_case(text: &str) -> bool {
    text.bytes()
        .any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
}

/// Text in Unicode lower case, with one sigma wherever it stands in a word, in room that the thread keeps.
#[derive(Debug)]
pub(super) struct Lower(String);

thread_local! {
    static ROOM: Cell<String> = const { Cell::new(String::new()) };
}

impl Lower {
    pub(super) fn of(text: &str) -> Self {
        let mut lower = Self(ROOM.try_with(Cell::take).unwrap_or_default());
        lower.set(text);
        lower
    }

    /// Takes another text in place of this one.
    pub(super) fn set(&mut self, text: &str) {
        self.0.clear();
        let one_sigma = |letter| if letter == 'ς' { 'σ' } else { letter };
        let letters = text.chars().flat_map(char::to_lowercase);
        self.0.extend(letters.map(one_sigma));
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for Lower {
    fn drop(&mut self) {
        /// Longer room is given up.
        const MOST: usize = 1 << 16;
        let room = std::mem::take(&mut self.0);
        if room.capacity() <= MOST {
            // Where the thread is ending, the room goes with it.
            let _ = ROOM.try_with(|kept| kept.set(room));
        }
    }
}

#[cfg(test)]
mod tests;
