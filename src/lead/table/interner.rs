use super::strings::Strings;
use std::hash::{BuildHasher, RandomState};

/// Numbers texts from 1 in the order in which they are first met; the empty text is 0.
#[derive(Debug)]
pub(super) struct Interner {
    texts: Strings,
    hasher: RandomState,
    /// An open hash table of a power of two places, at most half of them taken: a part of the hash and the code, 0
    /// where a place is free. The texts themselves stand in one piece of memory.
    seen: Vec<(u32, u32)>,
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
            hasher: RandomState::new(),
            seen: Vec::new(),
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
        let code = self.seen_or_new(text)?;
        if let Some(place) = self.lately.get_mut(lately) {
            *place = code;
        }
        Some(code)
    }

    /// The codes of the texts of another one by their codes there; `None` where all texts together need more than
    /// 4 GiB.
    pub(super) fn codes(&mut self, others: &Strings) -> Option<Vec<u32>> {
        let texts = (0..others.len()).map(|code| others.get(code).unwrap_or_default());
        texts.map(|text| self.code(text)).collect()
    }

    fn seen_or_new(&mut self, text: &str) -> Option<u32> {
        if self.texts.len() >= self.seen.len() / 2 {
            self.grow();
        }
        #[allow(clippy::cast_possible_truncation)] // a part of it is enough
        let hash = self.hasher.hash_one(text) as u32;
        let mask = self.seen.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let slot = self.seen.get_mut(place)?;
            match *slot {
                (_, 0) => {
                    let code = u32::try_from(self.texts.len()).ok()?;
                    self.texts.push(text)?;
                    *slot = (hash, code);
                    return Some(code);
                }
                (held, code) if held == hash && self.texts.get(code as usize) == Some(text) => {
                    return Some(code);
                }
                _ => place = (place + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        const LEAST: usize = 64;
        let places = (self.seen.len() * 2).max(LEAST);
        let before = std::mem::replace(&mut self.seen, vec![(0, 0); places]);
        for (hash, code) in before {
            let mut place = hash as usize & (places - 1);
            while let Some(&(_, taken)) = self.seen.get(place) {
                if taken == 0 {
                    break;
                }
                place = (place + 1) & (places - 1);
            }
            if let Some(slot) = self.seen.get_mut(place).filter(|_| code != 0) {
                *slot = (hash, code);
            }
        }
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
