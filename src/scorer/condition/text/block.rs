use super::{Folded, Matcher, SHORT, TextOp, TextTest, contains, ends_with, same, starts_with};
use crate::scorer::condition::packed::{FEW, Packed, PackedLiterals};
use crate::scorer::condition::recall::{Recall, Recallable};

/// All comparisons of one text attribute, at most 64.
#[derive(Debug)]
pub(in crate::scorer::condition) struct TextBlock {
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
    pub(in crate::scorer::condition) fn new<'a>(
        tests: impl Iterator<Item = (&'a TextTest, u64)>,
    ) -> Self {
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
    pub(in crate::scorer::condition) fn recalled(&self, text: &str, recall: &mut Recall) -> u64 {
        self.recalled_bytes(text.as_bytes(), recall, || text)
    }

    /// As [`recalled`](TextBlock::recalled), where the bytes are at hand and the text is only made for need.
    #[inline]
    pub(in crate::scorer::condition) fn recalled_bytes<'t>(
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
    pub(in crate::scorer::condition) fn bits(&self, text: &str) -> u64 {
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
