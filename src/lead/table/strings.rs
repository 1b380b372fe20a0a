use std::ops::Range;

/// Texts in one piece of memory, by position.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Strings {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Strings {
    pub(super) const fn none() -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
        }
    }

    /// Appends a text; `None`, and nothing appended, where all together would need more than 4 GiB.
    pub(super) fn push(&mut self, text: &str) -> Option<()> {
        let end = u32::try_from(self.text.len().checked_add(text.len())?).ok()?;
        self.text.push_str(text);
        self.ends.push(end);
        Some(())
    }

    /// No texts so far, with room for that many and for that many bytes.
    pub(super) fn with_room(texts: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(texts),
        }
    }

    /// Appends texts that stand behind each other, given where each ends; `None` where all together would need more
    /// than 4 GiB.
    pub(super) fn append(&mut self, text: &str, ends: &[usize]) -> Option<()> {
        let before = self.text.len();
        u32::try_from(before.checked_add(text.len())?).ok()?;
        self.text.push_str(text);
        let ends = ends.iter().map(|end| before + end);
        // No end lies behind that of the text.
        self.ends
            .extend(ends.map(|end| u32::try_from(end).unwrap_or(u32::MAX)));
        Some(())
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        self.text.get(self.range(place)?)
    }

    /// The text at a place; `None` where it is empty.
    #[inline]
    pub(super) fn known(&self, place: usize) -> Option<&str> {
        let range = self.range(place).filter(|range| !range.is_empty())?;
        self.text.get(range)
    }

    #[inline]
    fn range(&self, place: usize) -> Option<Range<usize>> {
        let end = *self.ends.get(place)? as usize;
        let before = place.checked_sub(1).and_then(|last| self.ends.get(last));
        Some(before.map_or(0, |&end| end as usize)..end)
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// Numbers that point at something, each as narrow as the largest of them allows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Codes {
    /// All are 0.
    #[default]
    Zero,
    Narrow(Box<[u8]>),
    Middle(Box<[u16]>),
    Wide(Box<[u32]>),
}

impl Codes {
    pub(super) fn new(codes: Vec<u32>) -> Self {
        Self::joined(&[codes], |codes| codes)
    }

    /// The numbers of some parts behind each other.
    pub(super) fn joined<P>(parts: &[P], codes: impl Fn(&P) -> &Vec<u32>) -> Self {
        fn packed<'c, T: TryFrom<u32> + Default>(
            parts: impl Iterator<Item = &'c Vec<u32>>,
            count: usize,
        ) -> Box<[T]> {
            let mut all = Vec::with_capacity(count);
            for part in parts {
                // None is larger than what was asked for.
                all.extend(
                    part.iter()
                        .map(|&code| T::try_from(code).unwrap_or_default()),
                );
            }
            all.into()
        }
        let parts = || parts.iter().map(&codes);
        let largest = |part: &Vec<u32>| part.iter().copied().max().unwrap_or(0);
        let count = parts().map(Vec::len).sum();
        match parts().map(largest).max().unwrap_or(0) {
            0 => Self::Zero,
            1..=0xff => Self::Narrow(packed(parts(), count)),
            0x100..=0xffff => Self::Middle(packed(parts(), count)),
            0x1_0000.. => Self::Wide(packed(parts(), count)),
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

/// Texts by position, ready to be asked often.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Dictionary {
    /// Each apart: found without looking where another ends.
    Few(Box<[Box<str>]>),
    Many(Strings),
}

impl Default for Dictionary {
    fn default() -> Self {
        Self::Few(Box::default())
    }
}

impl Dictionary {
    fn new(mut texts: Strings) -> Self {
        /// Up to here it matters little how much room each takes.
        const FEW: usize = 1_024;
        if texts.len() > FEW {
            texts.shrink();
            return Self::Many(texts);
        }
        let all = (0..texts.len()).map(|place| texts.get(place).unwrap_or_default());
        Self::Few(all.map(Box::from).collect())
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(texts) => texts.len(),
            Self::Many(texts) => texts.len(),
        }
    }

    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        match self {
            Self::Few(texts) => texts.get(place).map(|text| &**text),
            Self::Many(texts) => texts.get(place),
        }
    }
}

/// Texts by code; code 0 is no text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Coded {
    pub(crate) codes: Codes,
    pub(crate) texts: Dictionary,
}

impl Coded {
    pub(super) fn new(codes: Vec<u32>, texts: Strings) -> Self {
        Self::of(Codes::new(codes), texts)
    }

    pub(super) fn of(codes: Codes, texts: Strings) -> Self {
        Self {
            codes,
            texts: Dictionary::new(texts),
        }
    }

    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        self.text(self.codes.get(place))
    }

    /// The text of a code.
    #[inline]
    pub(crate) fn text(&self, code: usize) -> Option<&str> {
        self.texts.get(code).filter(|_| code != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::interner::Interner;
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
    fn dictionaries_say_what_texts_say() {
        for count in [0, 1, 1_024, 1_025] {
            let mut texts = Strings::default();
            let text = |number: usize| "ü".repeat(number % 7);
            (0..count).for_each(|number| texts.push(&text(number)).unwrap());
            let dictionary = Dictionary::new(texts);
            assert_eq!(dictionary.len(), count);
            assert_eq!(matches!(dictionary, Dictionary::Many(_)), count > 1_024);
            for place in 0..count + 2 {
                let expected = (place < count).then(|| text(place));
                assert_eq!(dictionary.get(place), expected.as_deref());
            }
        }
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
