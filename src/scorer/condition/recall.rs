use std::sync::atomic::{AtomicU64, Ordering};

/// What comparisons said of short texts that they saw lately, kept by a thread: most attributes have few texts, and the
/// comparisons say the same of a text each time.
#[derive(Debug, Default)]
pub(super) struct Recall {
    /// Empty until the first text.
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    text: Short,
    bits: u64,
}

/// Comparisons whose bits can be recalled.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Recallable(u64);

impl Recallable {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Up to 24 bytes: the first, the middle and the last eight, which overlap where there are fewer. With the length they
/// tell every text from every other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Short {
    /// The length, and above it the number of the comparisons, which is 0 where there is nothing.
    length_of: u64,
    first: u64,
    middle: u64,
    last: u64,
}

impl Short {
    const MOST: usize = 24;

    /// `None` for text that is longer.
    #[inline]
    fn new(bytes: &[u8], of: &Recallable) -> Option<Self> {
        let length = bytes.len();
        if length > Self::MOST {
            return None;
        }
        let (first, middle, last) = match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => {
                let middle = bytes.get(length / 2 - 4..)?.first_chunk()?;
                let number = |eight: &[u8; 8]| u64::from_le_bytes(*eight);
                (number(first), number(middle), number(last))
            }
            _ => match (bytes.first_chunk(), bytes.last_chunk()) {
                (Some(first), Some(last)) => {
                    let number = |four: &[u8; 4]| u64::from(u32::from_le_bytes(*four));
                    (number(first), 0, number(last))
                }
                _ => match *bytes {
                    [] => (0, 0, 0),
                    [a] => (u64::from(a), 0, 0),
                    [a, b] => (u64::from(a), 0, u64::from(b)),
                    [a, b, c, ..] => (u64::from(a), u64::from(b), u64::from(c)),
                },
            },
        };
        Some(Self {
            length_of: of.0 << 8 | length as u64,
            first,
            middle,
            last,
        })
    }

    #[inline]
    fn is(self, other: Self) -> bool {
        let differs = (self.length_of ^ other.length_of)
            | (self.first ^ other.first)
            | (self.middle ^ other.middle)
            | (self.last ^ other.last);
        differs == 0
    }

    #[inline]
    fn hash(self) -> u64 {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = self.first ^ self.middle.rotate_left(21) ^ self.last.rotate_left(42);
        (mixed ^ self.length_of).wrapping_mul(ODD)
    }
}

impl Recall {
    /// Entries, as a power of two.
    const SIZE: u32 = 8;

    /// The bits of a text, from `compare` where they are not known yet.
    #[inline]
    pub(super) fn bits(
        &mut self,
        of: &Recallable,
        text: &[u8],
        compare: impl FnOnce() -> u64,
    ) -> u64 {
        let Some(short) = Short::new(text, of) else {
            return compare();
        };
        let place = (short.hash() >> (u64::BITS - Self::SIZE)) as usize;
        match self.entries.get(place) {
            Some(entry) if entry.text.is(short) => entry.bits,
            _ => self.look_further(place, short, compare),
        }
    }

    /// The bits of a text that is not at its place: from the place beside, where one of two texts with the same place
    /// stands, or learned.
    #[cold]
    #[inline(never)]
    fn look_further(&mut self, place: usize, text: Short, compare: impl FnOnce() -> u64) -> u64 {
        let beside = place ^ 1;
        if let Some(entry) = self.entries.get(beside) {
            if entry.text.is(text) {
                return entry.bits;
            }
        }
        let bits = compare();
        if self.entries.is_empty() {
            self.entries.resize(1 << Self::SIZE, Entry::default());
        }
        self.entries.swap(place, beside);
        if let Some(entry) = self.entries.get_mut(place) {
            *entry = Entry { text, bits };
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn short_texts_differ_as_their_bytes_do() {
        let mut seen: HashMap<[u64; 4], String> = HashMap::new();
        let of = Recallable::new();
        for length in 0..=Short::MOST {
            for changed in 0..=length {
                let text: String = (0..length)
                    .map(|place| if place == changed { 'b' } else { 'a' })
                    .collect();
                let short = Short::new(text.as_bytes(), &of).unwrap();
                let key = [short.length_of, short.first, short.middle, short.last];
                assert_eq!(seen.insert(key, text.clone()), None, "{text}");
            }
        }
        assert_eq!(Short::new(&[b'a'; Short::MOST + 1], &of), None);
    }

    #[test]
    fn what_was_said_is_said_again_and_only_by_the_same() {
        let (one, other) = (Recallable::new(), Recallable::new());
        let mut recall = Recall::default();
        assert_eq!(recall.bits(&one, b"a text", || 5), 5);
        assert_eq!(recall.bits(&one, b"a text", || unreachable!()), 5);
        assert_eq!(recall.bits(&other, b"a text", || 6), 6);
        assert_eq!(recall.bits(&one, b"a test", || 7), 7);
        assert_eq!(recall.bits(&one, "long ".repeat(9).as_bytes(), || 8), 8);
        assert_eq!(recall.bits(&one, "long ".repeat(9).as_bytes(), || 9), 9);
    }

    #[test]
    fn two_texts_with_one_place_are_both_recalled() {
        let of = Recallable::new();
        let place = |text: &str| {
            let short = Short::new(text.as_bytes(), &of).unwrap();
            short.hash() >> (u64::BITS - Recall::SIZE)
        };
        let texts: Vec<String> = (0..1_000).map(|number| format!("t{number}")).collect();
        let (first, others) = texts.split_first().unwrap();
        let other = others.iter().find(|text| place(text) == place(first));
        let other = other.unwrap();
        let mut recall = Recall::default();
        assert_eq!(recall.bits(&of, first.as_bytes(), || 1), 1);
        assert_eq!(recall.bits(&of, other.as_bytes(), || 2), 2);
        for _ in 0..2 {
            assert_eq!(recall.bits(&of, first.as_bytes(), || unreachable!()), 1);
            assert_eq!(recall.bits(&of, other.as_bytes(), || unreachable!()), 2);
        }
    }

    #[test]
    fn many_texts_are_never_confused() {
        let of = Recallable::new();
        let mut recall = Recall::default();
        for number in (0..5_000_u64).chain(0..5_000) {
            assert_eq!(
                recall.bits(&of, format!("t{number}").as_bytes(), || number),
                number
            );
        }
    }
}
