use super::condition::{Head, Start};
use super::history::{Kinds, Pauses};
use super::places::Places;
use crate::lead::{Activity, KindSlot, Moment, ProductSlot};

/// Where in a short history each kind and each product stands, a bit for each activity, and how old each activity is:
/// worked out once for all that read the history.
#[derive(Debug)]
pub(crate) struct Marks {
    ages: [i64; Self::MOST],
    /// Of the subjects.
    heads: [Head; Self::MOST],
    kinds: [Places; Self::MOST],
    /// The first one for those without.
    products: [OfProduct; Self::PRODUCTS + 1],
    all: Places,
    /// Those whose subjects do not begin with ASCII, or that have none.
    foreign: Places,
    present: Kinds,
}

/// The activities of one product.
#[derive(Debug)]
struct OfProduct {
    places: Places,
    kinds: Kinds,
}

impl Default for Marks {
    /// No activities.
    fn default() -> Self {
        Self {
            ages: [0; Self::MOST],
            heads: [Head::default(); Self::MOST],
            kinds: [const { Places(0) }; Self::MOST],
            products: [const { OfProduct::NONE }; Self::PRODUCTS + 1],
            all: Places(0),
            foreign: Places(0),
            present: Kinds::NONE,
        }
    }
}

impl OfProduct {
    const NONE: Self = Self {
        places: Places(0),
        kinds: Kinds::NONE,
    };
}

impl Marks {
    /// The longest history with marks, and how many kinds are told apart.
    const MOST: usize = 64;
    /// How many products are told apart.
    const PRODUCTS: usize = 16;

    /// Marks a history in place of the one before; `None` where it is too long, or a kind or a product stands too far
    /// back in the schema.
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
        self.kinds = [const { Places(0) }; Self::MOST];
        self.products = [const { OfProduct::NONE }; Self::PRODUCTS + 1];
        let age = pauses.ages(as_of);
        let (mut bit, mut foreign, mut present) = (1, 0, Kinds::NONE);
        let own = self.ages.iter_mut().zip(&mut self.heads);
        for (activity, (own, head)) in history.iter().zip(own) {
            *own = age(activity.at);
            *head = Head::of(activity.subject);
            foreign |= u64::from(!head.is_ascii()).wrapping_neg() & bit;
            self.kinds.get_mut(activity.kind.index())?.0 |= bit;
            let kind = Kinds::one(activity.kind);
            present = present.or(kind);
            // Those without go to a place of their own: a branch would be one that nobody could foretell.
            let product = activity.product;
            let product = product.map_or(0, |product| product.index() + 1);
            let product = self.products.get_mut(product)?;
            product.places.0 |= bit;
            product.kinds = product.kinds.or(kind);
            bit <<= 1;
        }
        self.present = present;
        self.foreign = Places(foreign);
        // As many bits as there are activities.
        self.all = Places(if history.len() < Self::MOST {
            bit - 1
        } else {
            u64::MAX
        });
        Some(self)
    }

    /// How old each activity is, and after them what says nothing.
    #[inline]
    pub(crate) fn ages(&self) -> &[i64] {
        &self.ages
    }

    /// How old the activity at a place is.
    #[inline]
    pub(crate) fn age(&self, place: usize) -> i64 {
        self.ages.get(place).copied().unwrap_or_default()
    }

    /// Those whose subjects do not begin with ASCII, or that have none.
    #[inline]
    pub(crate) fn foreign(&self) -> Places {
        self.foreign.clone()
    }

    /// Those whose subjects may begin so: none that is not [`foreign`](Marks::foreign) and begins otherwise.
    #[inline]
    pub(crate) fn starting(&self, start: &Start) -> Places {
        self.which(&self.heads, |&head| start.is_in(head))
    }

    /// Those no younger than an age.
    #[inline]
    fn no_younger(&self, limit: i64) -> Places {
        self.which(&self.ages, |&age| age >= limit)
    }

    /// Those of which something holds. Always eight at a time, of which the last may be none of these: where to stop
    /// would be a branch that nobody could foretell.
    #[inline]
    fn which<T>(&self, all: &[T; Self::MOST], holds: impl Fn(&T) -> bool) -> Places {
        const EACH: usize = 8;
        let count = Self::MOST - self.all.0.leading_zeros() as usize;
        let eights = all.chunks_exact(EACH).take(count.div_ceil(EACH));
        let found = eights.enumerate().fold(0, |found, (number, eight)| {
            let eight = eight.iter().enumerate();
            let bits = eight.fold(0, |bits, (place, one)| {
                bits | u64::from(holds(one)) << place
            });
            found | bits << (EACH * number)
        });
        Places(found & self.all.0)
    }

    /// Those that are younger than one age and no younger than another.
    #[inline]
    pub(crate) fn aged(&self, younger: Option<i64>, older: Option<i64>) -> Places {
        let places = match older {
            Some(limit) => self.no_younger(limit),
            None => self.all(),
        };
        match younger {
            Some(limit) => places.without(&self.no_younger(limit)),
            None => places,
        }
    }

    /// All activities.
    #[inline]
    pub(crate) fn all(&self) -> Places {
        self.all.clone()
    }

    /// All kinds.
    #[inline]
    pub(crate) fn kinds(&self) -> Kinds {
        self.present
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
        let of = self.products.get(product.index() + 1);
        of.map(|of| of.places.clone()).unwrap_or_default()
    }

    /// The kinds of those that carry a product.
    #[inline]
    pub(crate) fn kinds_of(&self, product: ProductSlot) -> Kinds {
        let of = self.products.get(product.index() + 1);
        of.map(|of| of.kinds).unwrap_or_default()
    }
}

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
        let mut marks = Marks::default();
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
        let kinds = marks.kinds_of(ProductSlot::new(2));
        assert!(kinds.may_share(Kinds::one(KindSlot::new(3))));
        assert!(!kinds.may_share(Kinds::one(KindSlot::new(1))));
        assert!(!marks.kinds_of(ProductSlot::new(1)).may_share(Kinds::ALL));
        assert_eq!(
            [0, 1, 2].map(|place| marks.age(place)),
            [4, 3, 1].map(|s| s * 1_000_000)
        );
    }

    #[test]
    fn ages_are_split() {
        let history: Vec<_> = [9, 7, 7, 2, 0].map(|age| at(100 - age, 0)).to_vec();
        let mut marks = Marks::default();
        let as_of = Moment::from_seconds(100);
        let marks = marks.set(&history, as_of, &Pauses::default()).unwrap();
        let seconds = |seconds: i64| seconds * 1_000_000;
        let aged = |younger: Option<i64>, older: Option<i64>| {
            let places = marks.aged(younger.map(seconds), older.map(seconds));
            places.collect::<Vec<_>>()
        };
        for limit in 0..12 {
            let older = history
                .iter()
                .filter(|one| as_of.micros_since(one.at) >= seconds(limit));
            assert_eq!(aged(None, Some(limit)).len(), older.count());
        }
        assert_eq!(aged(None, None), [0, 1, 2, 3, 4]);
        assert_eq!(aged(Some(7), None), [3, 4]);
        assert_eq!(aged(None, Some(2)), [0, 1, 2, 3]);
        assert_eq!(aged(Some(8), Some(2)), [1, 2, 3]);
        assert!(aged(Some(0), None).is_empty());

        // As many as there may be.
        let many: Vec<_> = (0..64).map(|second| at(second, 0)).collect();
        let mut full = Marks::default();
        let full = full.set(&many, as_of, &Pauses::default()).unwrap();
        assert_eq!(full.all().count_all(), 64);
        assert_eq!(full.aged(Some(1), None), Places::default());
        assert_eq!(full.aged(None, Some(1)), full.all());
    }

    #[test]
    fn marks_are_set_anew() {
        let mut marks = Marks::default();
        let as_of = Moment::from_seconds(9);
        let product = ProductSlot::new(1);
        let first = [at(1, 2).product(product), at(2, 2).subject("/long/subject")];
        marks.set(&first, as_of, &Pauses::default()).unwrap();
        let marks = marks.set(&[at(3, 1)], as_of, &Pauses::default()).unwrap();
        assert_eq!(marks.all().collect::<Vec<_>>(), [0]);
        assert!(marks.kind(KindSlot::new(2)).is_empty() && marks.product(product).is_empty());
    }

    #[test]
    fn what_cannot_be_marked_is_not() {
        let marks = |history: &[Activity<'_>]| {
            let as_of = Moment::from_seconds(500);
            let mut marks = Marks::default();
            marks.set(history, as_of, &Pauses::default()).is_some()
        };
        let many: Vec<_> = (0..65).map(|second| at(second, 0)).collect();
        assert!(!marks(&many));
        assert!(marks(&many[1..]));
        assert!(!marks(&[at(0, 64)]));
        assert!(!marks(&[at(0, 0).product(ProductSlot::new(16))]));
    }
}
