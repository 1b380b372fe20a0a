/// Up to so many literals comparing all is faster than searching.
pub(super) const FEW: usize = 8;

/// Up to 16 bytes of ASCII: the first and the last bytes, which overlap in between. With the length they tell every text
/// from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    length: usize,
    low: u64,
    high: u64,
}

impl Packed {
    /// `None` for text that is longer or not ASCII.
    #[inline]
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        const NOT_ASCII: u64 = 0x8080_8080_8080_8080;
        let length = bytes.len();
        if length > 16 {
            return None;
        }
        let (low, high) = match *bytes {
            [] => (0, 0),
            [a] => (u64::from(a), 0),
            [a, b] => (u64::from(a), u64::from(b)),
            [a, b, c] => (u64::from(a), u64::from(b) << 8 | u64::from(c)),
            _ => {
                // Four at a time, from places that the length decides: no branch on whether there are eight, which
                // nobody could foretell.
                let four = |place: usize| {
                    let four = bytes.get(place..)?.first_chunk()?;
                    Some(u64::from(u32::from_le_bytes(*four)))
                };
                let low = four(0)? | four(4.min(length - 4))? << 32;
                (
                    low,
                    four(length.saturating_sub(8))? | four(length - 4)? << 32,
                )
            }
        };
        ((low | high) & NOT_ASCII == 0).then_some(Self { length, low, high })
    }
}

/// A packed literal, in lower case where it is to be compared without case.
#[derive(Debug)]
struct PackedLiteral {
    packed: Packed,
    /// The case bit of each letter: a byte with it set is the letter in lower case exactly where it is that letter. None
    /// where case counts.
    letters_low: u64,
    letters_high: u64,
}

impl PackedLiteral {
    fn new(literal: &str, by_case: bool) -> Option<Self> {
        let packed = Packed::new(literal.as_bytes())?;
        let letters = |bytes| if by_case { 0 } else { Self::letters(bytes) };
        Some(Self {
            packed,
            letters_low: letters(packed.low),
            letters_high: letters(packed.high),
        })
    }

    fn letters(bytes: u64) -> u64 {
        let case_bit = |byte: u8| if byte.is_ascii_lowercase() { 0x20 } else { 0 };
        u64::from_le_bytes(bytes.to_le_bytes().map(case_bit))
    }

    /// 1 where the text is the same.
    #[inline]
    fn is(&self, text: Packed) -> u64 {
        let length = (self.packed.length ^ text.length) as u64;
        let low = (text.low | self.letters_low) ^ self.packed.low;
        let high = (text.high | self.letters_high) ^ self.packed.high;
        u64::from(length | low | high == 0)
    }
}

/// At most [`FEW`] packed literals, all of them compared: a branch for each would be one that nobody could foretell.
#[derive(Debug, Default)]
pub(super) struct PackedLiterals {
    literals: Vec<PackedLiteral>,
    /// The bits of each literal; after them none.
    bits: [u64; 2 * FEW],
}

impl PackedLiterals {
    /// Those literals that can be packed, each of which stands once: in lower case unless case counts.
    pub(super) fn new<'l>(literals: impl Iterator<Item = (&'l str, u64)>, by_case: bool) -> Self {
        let mut all = Self::default();
        let short = literals.filter_map(|(literal, bits)| {
            let packed = PackedLiteral::new(literal, by_case)?;
            Some((packed, bits))
        });
        for ((literal, bits), place) in short.take(FEW).zip(&mut all.bits) {
            all.literals.push(literal);
            *place = bits;
        }
        all
    }

    #[inline]
    pub(super) fn bits_of(&self, text: Packed) -> u64 {
        let numbered = (0_u32..).zip(&self.literals);
        // Literals differ: one is the same, or the one after the last.
        let same = numbered.fold(1 << FEW, |same, (number, literal)| {
            same | literal.is(text) << number
        });
        let place = same.trailing_zeros() as usize;
        self.bits.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_texts_compare_as_the_standard_library_does() {
        let texts: Vec<String> = (0..128_u8)
            .flat_map(|byte| {
                let c = char::from(byte);
                [
                    format!("{c}"),
                    format!("{c}a"),
                    format!("b{c}Z"),
                    format!("{c}{c}Kk{c}"),
                    format!("seven{c} "),
                    format!("Sixteen {c}etters"),
                ]
            })
            .collect();
        for literal in &texts {
            let packed = PackedLiteral::new(&literal.to_ascii_lowercase(), false).unwrap();
            let by_case = PackedLiteral::new(literal, true).unwrap();
            for text in &texts {
                let packed_text = Packed::new(text.as_bytes()).unwrap();
                assert_eq!(by_case.is(packed_text) == 1, literal == text);
                let same = packed.is(packed_text) == 1;
                assert_eq!(
                    same,
                    literal.eq_ignore_ascii_case(text),
                    "{literal:?} {text:?}"
                );
            }
        }
        assert_eq!(Packed::new(b"seventeen letters"), None);
        assert_eq!(Packed::new("é".as_bytes()), None);
    }

    #[test]
    fn each_packed_literal_has_its_bits() {
        for count in 0..=FEW {
            let literals: Vec<String> = (0..count).map(|i| format!("name{i}")).collect();
            let numbered = literals.iter().enumerate();
            let numbered = numbered.map(|(i, name)| (name.as_str(), 1 << i));
            let all = PackedLiterals::new(numbered, false);
            for (i, name) in literals.iter().enumerate() {
                let packed = Packed::new(name.to_ascii_uppercase().as_bytes()).unwrap();
                assert_eq!(all.bits_of(packed), 1 << i);
            }
            assert_eq!(all.bits_of(Packed::new(b"name9").unwrap()), 0);
        }
    }
}
