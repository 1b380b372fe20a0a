use std::collections::HashMap;
use std::ops::Range;

/// Texts in one piece of memory, by position.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Strings {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Strings {
    /// Appends a text; `None`, and nothing appended, where all together would need more than 4 GiB.
    pub(super) fn push(&mut self, text: &str) -> Option<()> {
        let end = u32::try_from(self.text.len().checked_add(text.len())?).ok()?;
        self.text.push_str(text);
        self.ends.push(end);
        Some(())
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)? as usize;
        let before = place.checked_sub(1).and_then(|last| self.ends.get(last));
        self.text.get(before.map_or(0, |&end| end as usize)..end)
    }

    /// The text at a place; `None` where it is empty.
    #[inline]
    pub(super) fn known(&self, place: usize) -> Option<&str> {
        self.get(place).filter(|text| !text.is_empty())
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// Numbers that point at something, each as narrow as the largest of them allows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Codes {
    /// All are 0.
    Zero,
    Narrow(Box<[u8]>),
    Middle(Box<[u16]>),
    Wide(Box<[u32]>),
}

impl Codes {
    pub(super) fn new(codes: Vec<u32>) -> Self {
        fn packed<T: TryFrom<u32>>(codes: &[u32]) -> Option<Box<[T]>> {
            codes.iter().map(|&code| T::try_from(code).ok()).collect()
        }
        if codes.iter().all(|&code| code == 0) {
            return Self::Zero;
        }
        if let Some(narrow) = packed(&codes) {
            return Self::Narrow(narrow);
        }
        match packed(&codes) {
            Some(middle) => Self::Middle(middle),
            None => Self::Wide(codes.into()),
        }
    }

    /// The number at a place; 0 beyond the end.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> usize {
        match self {
            Self::Zero => 0,
            Self::Narrow(codes) => codes.get(place).map_or(0, |&code| code.into()),
            Self::Middle(codes) => codes.get(place).map_or(0, |&code| code.into()),
            Self::Wide(codes) => codes.get(place).map_or(0, |&code| code as usize),
        }
    }
}

impl Codes {
    /// Hands on the numbers at some places, in order.
    #[inline]
    pub(crate) fn each(&self, places: Range<usize>, mut give: impl FnMut(usize)) {
        match self {
            Self::Zero => places.for_each(|_| give(0)),
            Self::Narrow(codes) => {
                let codes = codes.get(places).unwrap_or_default();
                for &code in codes {
                    give(code.into());
                }
            }
            Self::Middle(codes) => {
                let codes = codes.get(places).unwrap_or_default();
                for &code in codes {
                    give(code.into());
                }
            }
            Self::Wide(codes) => {
                let codes = codes.get(places).unwrap_or_default();
                for &code in codes {
                    give(code as usize);
                }
            }
        }
    }
}

/// Texts by code; code 0 is no text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Coded {
    pub(crate) codes: Codes,
    pub(crate) texts: Strings,
}

impl Coded {
    pub(super) fn new(codes: Vec<u32>, mut texts: Strings) -> Self {
        texts.shrink();
        Self {
            codes: Codes::new(codes),
            texts,
        }
    }

    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        match self.codes.get(place) {
            0 => None,
            code => self.texts.get(code),
        }
    }
}

/// Numbers texts from 1 in the order in which they are first met; the empty text is 0.
#[derive(Debug)]
pub(super) struct Interner {
    texts: Strings,
    seen: HashMap<Box<str>, u32>,
    /// Codes of texts met lately, by a few of their bytes: looked at before the texts are hashed.
    lately: Box<[u32; Self::LATELY]>,
}

impl Default for Interner {
    fn default() -> Self {
        let mut texts = Strings::default();
        // The empty text always fits.
        let _ = texts.push("");
        Self {
            texts,
            seen: HashMap::new(),
            lately: Box::new([0; Self::LATELY]),
        }
    }
}

impl Interner {
    const LATELY: usize = 256;

    /// The code of a text; `None` where all texts together need more than 4 GiB.
    pub(super) fn code(&mut self, text: &str) -> Option<u32> {
        if text.is_empty() {
            return Some(0);
        }
        let lately = Self::lately(text);
        let met = self.lately.get(lately).copied().unwrap_or(0);
        if met != 0 && self.texts.get(met as usize) == Some(text) {
            return Some(met);
        }
        let code = match self.seen.get(text) {
            Some(&code) => code,
            None => {
                let code = u32::try_from(self.texts.len()).ok()?;
                self.texts.push(text)?;
                self.seen.insert(text.into(), code);
                code
            }
        };
        if let Some(place) = self.lately.get_mut(lately) {
            *place = code;
        }
        Some(code)
    }

    #[inline]
    fn lately(text: &str) -> usize {
        let bytes = text.as_bytes();
        let of = |byte: Option<&u8>| usize::from(byte.copied().unwrap_or(0));
        let middle = of(bytes.get(bytes.len() / 2));
        let mixed = bytes.len() + 7 * of(bytes.first()) + 31 * middle + 131 * of(bytes.last());
        mixed % Self::LATELY
    }

    #[inline]
    pub(super) fn text(&self, code: u32) -> Option<&str> {
        self.texts.known(code as usize)
    }

    pub(super) fn into_texts(self) -> Strings {
        self.texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbered_once() {
        let mut interner = Interner::default();
        let codes: Vec<_> = ["b", "", "a", "b", "é", "a"]
            .iter()
            .map(|text| interner.code(text).unwrap())
            .collect();
        assert_eq!(codes, [1, 0, 2, 1, 3, 2]);
        assert_eq!(interner.text(3), Some("é"));
        let coded = Coded::new(codes, interner.into_texts());
        assert_eq!(coded.get(0), Some("b"));
        assert_eq!(coded.get(1), None);
        assert_eq!(coded.get(99), None);
    }

    #[test]
    fn many_texts_keep_apart() {
        let mut interner = Interner::default();
        let texts: Vec<String> = (0..70_000).map(|i| format!("text {i}")).collect();
        for _ in 0..2 {
            for (text, code) in texts.iter().zip(1..) {
                assert_eq!(interner.code(text), Some(code));
            }
        }
    }

    #[test]
    fn codes_are_as_narrow_as_they_can_be() {
        assert_eq!(Codes::new(vec![0, 0]), Codes::Zero);
        assert_eq!(Codes::new(vec![0, 255]), Codes::Narrow([0, 255].into()));
        assert_eq!(Codes::new(vec![256, 1]), Codes::Middle([256, 1].into()));
        let wide = Codes::new(vec![65_536, 1]);
        assert_eq!(wide, Codes::Wide([65_536, 1].into()));
        assert_eq!((wide.get(0), wide.get(1), wide.get(2)), (65_536, 1, 0));
    }
}
