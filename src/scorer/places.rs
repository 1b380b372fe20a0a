use std::iter::FusedIterator;

/// Places in a short history, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(pub(super) u64);

impl Places {
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Those that are in both.
    #[inline]
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in the others.
    #[inline]
    pub(crate) fn without(&self, others: &Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Those that are in either.
    #[inline]
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of which something holds.
    #[inline]
    pub(crate) fn only(self, holds: impl Fn(usize) -> bool) -> Self {
        let kept = |kept, place| kept | u64::from(holds(place)) << place;
        Self(self.fold(0, kept))
    }

    /// Adds one of the first 64.
    #[inline]
    pub(crate) fn add(&mut self, place: usize) {
        self.add_where(true, place);
    }

    /// Adds one of the first 64 where something holds.
    #[inline]
    pub(crate) fn add_where(&mut self, holds: bool, place: usize) {
        self.0 |= u64::from(holds) << (place % 64);
    }

    /// Whether one of the first 64 is among them.
    #[inline]
    pub(crate) fn has(&self, place: usize) -> bool {
        self.0 >> (place % 64) & 1 != 0
    }

    /// How many there are.
    #[inline]
    pub(crate) fn count_all(&self) -> u64 {
        self.0.count_ones().into()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0 == 0
    }
}

impl Iterator for Places {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let place = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(place as usize)
    }
}

impl DoubleEndedIterator for Places {
    #[inline]
    fn next_back(&mut self) -> Option<usize> {
        let place = self.0.checked_ilog2()?;
        self.0 ^= 1 << place;
        Some(place as usize)
    }
}

impl FusedIterator for Places {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_picked() {
        let some = Places(0b1011_0110).only(|place| place % 2 == 0);
        assert_eq!(some.collect::<Vec<_>>(), [2, 4]);
        let mut places = Places::default();
        places.add(63);
        places.add(0);
        assert_eq!(places.collect::<Vec<_>>(), [0, 63]);
    }

    #[test]
    fn places_are_told_from_both_ends() {
        for bits in [0, 1, 0b1010, 1 << 63, u64::MAX, 0x8000_0000_0100_0001] {
            let forth: Vec<_> = Places(bits).collect();
            let mut back: Vec<_> = Places(bits).rev().collect();
            back.reverse();
            assert_eq!(forth, back);
            assert_eq!(forth.len(), bits.count_ones() as usize);
        }
    }
}
