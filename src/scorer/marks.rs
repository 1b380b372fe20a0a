use super::history::Pauses;
use crate::lead::{Activity, KindSlot, Moment, ProductSlot};
use std::iter::FusedIterator;

/// Where in a short history each kind and each product stands, a bit for each activity, and how old each activity is:
/// worked out once for all that read the history.
#[derive(Debug)]
pub(crate) struct Marks {
    ages: [i64; Self::MOST],
    kinds: [Places; Self::MOST],
    products: [Places; Self::PRODUCTS],
    all: Places,
}

impl Marks {
    /// The longest history with marks, and how many kinds are told apart.
    const MOST: usize = 64;
    /// How many products are told apart.
    const PRODUCTS: usize = 16;

    /// No activities.
    pub(crate) const NONE: Self = Self {
        ages: [0; Self::MOST],
        kinds: [const { Places(0) }; Self::MOST],
        products: [const { Places(0) }; Self::PRODUCTS],
        all: Places(0),
    };

    /// Marks a history; `None` where it is too long, or a kind or a product stands too far back in the schema.
    #[inline]
    pub(crate) fn set(
        &mut self,
        history: &[Activity<'_>],
        as_of: Moment,
        pauses: &Pauses,
    ) -> Option<&Self> {
        if history.len() > Self::MOST {
            return None;
        }
        let age = pauses.ages(as_of);
        for (place, (activity, own)) in (0_u32..).zip(history.iter().zip(&mut self.ages)) {
            *own = age(activity.at);
            let bit = 1 << place;
            self.all.0 |= bit;
            self.kinds.get_mut(activity.kind.index())?.0 |= bit;
            if let Some(product) = activity.product {
                self.products.get_mut(product.index())?.0 |= bit;
            }
        }
        Some(self)
    }

    /// How old the activity at a place is.
    #[inline]
    pub(crate) fn age(&self, place: usize) -> i64 {
        self.ages.get(place).copied().unwrap_or_default()
    }

    /// All activities.
    #[inline]
    pub(crate) fn all(&self) -> Places {
        self.all.clone()
    }

    /// Those of a kind.
    #[inline]
    pub(crate) fn kind(&self, kind: KindSlot) -> Places {
        let places = self.kinds.get(kind.index());
        places.cloned().unwrap_or_default()
    }

    /// Those that carry a product.
    #[inline]
    pub(crate) fn product(&self, product: ProductSlot) -> Places {
        let places = self.products.get(product.index());
        places.cloned().unwrap_or_default()
    }
}

/// Places in a short history, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(u64);

impl Places {
    /// Those that are in both.
    #[inline]
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are in either.
    #[inline]
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self(self.0 | other.0)
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

    fn at(seconds: i64, kind: u16) -> Activity<'static> {
        Activity::new(KindSlot::new(kind), Moment::from_seconds(seconds))
    }

    #[test]
    fn kinds_products_and_ages_are_marked() {
        let history = [
            at(1, 0),
            at(2, 3).product(ProductSlot::new(2)),
            at(4, 0).product(ProductSlot::new(2)),
        ];
        let mut marks = Marks::NONE;
        let as_of = Moment::from_seconds(5);
        let marks = marks.set(&history, as_of, &Pauses::default()).unwrap();
        let places = |places: Places| places.collect::<Vec<_>>();
        assert_eq!(places(marks.all()), [0, 1, 2]);
        assert_eq!(places(marks.kind(KindSlot::new(0))), [0, 2]);
        assert!(marks.kind(KindSlot::new(1)).is_empty());
        assert!(marks.kind(KindSlot::new(70)).is_empty());
        assert_eq!(places(marks.product(ProductSlot::new(2))), [1, 2]);
        let both = marks
            .kind(KindSlot::new(0))
            .and(&marks.product(ProductSlot::new(2)));
        assert_eq!(places(both.clone()), [2]);
        assert_eq!(both.or(&marks.kind(KindSlot::new(3))).next_back(), Some(2));
        assert_eq!(
            [0, 1, 2].map(|place| marks.age(place)),
            [4, 3, 1].map(|s| s * 1_000_000)
        );
    }

    #[test]
    fn what_cannot_be_marked_is_not() {
        let marks = |history: &[Activity<'_>]| {
            let as_of = Moment::from_seconds(500);
            let mut marks = Marks::NONE;
            marks.set(history, as_of, &Pauses::default()).is_some()
        };
        let many: Vec<_> = (0..65).map(|second| at(second, 0)).collect();
        assert!(!marks(&many));
        assert!(marks(&many[1..]));
        assert!(!marks(&[at(0, 64)]));
        assert!(!marks(&[at(0, 0).product(ProductSlot::new(16))]));
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
