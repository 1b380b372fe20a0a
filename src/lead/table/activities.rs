use super::strings::{Coded, Codes, Strings};
use crate::lead::activity::places_between;
use crate::lead::{Activity, KindSlot, Moment, ProductSlot, Purchase};
use std::ops::Range;

/// Where the facts of each lead stand among those of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    /// One more than there are leads; empty where no lead has any.
    starts: Box<[u32]>,
}

impl Groups {
    pub(super) fn new(starts: Vec<u32>) -> Self {
        if starts.last().is_none_or(|&end| end == 0) {
            return Self::default();
        }
        Self {
            starts: starts.into(),
        }
    }

    #[inline]
    pub(crate) fn range(&self, row: usize) -> Range<usize> {
        match self.starts.get(row..row.saturating_add(2)) {
            Some(&[start, end]) => start as usize..end as usize,
            _ => 0..0,
        }
    }
}

/// The activities of all leads, grouped by lead, in canonical order and without repeats; voided ones are left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activities {
    pub(super) groups: Groups,
    pub(super) at: Box<[Moment]>,
    pub(super) kinds: Codes,
    /// One more than the slot; 0 is none.
    pub(super) products: Codes,
    /// NaN is none; empty where no activity has one.
    pub(super) values: Box<[f64]>,
    /// Empty where no activity has one.
    pub(super) ids: Strings,
    pub(super) subjects: Coded,
    pub(super) channels: Coded,
}

impl Activities {
    /// The activities of the lead in a row, oldest first: when, of what kind, and with which value (NaN for none).
    #[inline]
    pub(crate) fn marks(&self, row: usize) -> impl Iterator<Item = (Moment, usize, f64)> {
        let range = self.groups.range(row);
        let at = self.at.get(range.clone()).unwrap_or_default();
        at.iter().zip(range).map(|(&at, place)| {
            let value = self.values.get(place).copied().unwrap_or(f64::NAN);
            (at, self.kinds.get(place), value)
        })
    }

    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    pub(super) fn count(&self, row: usize) -> usize {
        self.groups.range(row).len()
    }

    #[allow(clippy::inline_always, reason = "as `of_codes`")]
    #[inline(always)]
    fn get<'a>(&'a self, place: usize, ids: &'a Strings) -> Option<Activity<'a>> {
        let slots = (self.kinds.get(place), self.products.get(place));
        let channel = self.channels.codes.get(place);
        let texts = (channel, self.subjects.codes.get(place));
        Some(self.of_codes(place, *self.at.get(place)?, ids, slots, texts))
    }

    /// The activity at a place, from its codes: of kind and product, of channel and subject.
    #[allow(
        clippy::inline_always,
        reason = "an activity is put together where it is needed instead of copied there"
    )]
    #[inline(always)]
    fn of_codes<'a>(
        &'a self,
        place: usize,
        at: Moment,
        ids: &'a Strings,
        (kind, product): (usize, usize),
        (channel, subject): (usize, usize),
    ) -> Activity<'a> {
        let slot = |code: usize| u16::try_from(code).unwrap_or(u16::MAX);
        let product = product.checked_sub(1);
        let value = self.values.get(place).copied();
        Activity {
            at,
            kind: KindSlot::new(slot(kind)),
            id: ids.known(place),
            product: product.map(|product| ProductSlot::new(slot(product))),
            subject: self.subjects.text(subject),
            channel: self.channels.text(channel),
            value: value.filter(|value| !value.is_nan()),
        }
    }

    /// Appends those of a lead from one moment to another, their ids only where these are asked for.
    pub(super) fn append<'a>(
        &'a self,
        row: usize,
        span: (Moment, Moment),
        with_ids: bool,
        into: &mut Vec<Activity<'a>>,
    ) {
        static NONE: Strings = Strings::none();
        let ids = if with_ids { &self.ids } else { &NONE };
        let range = self.groups.range(row);
        let at = self.at.get(range.clone()).unwrap_or_default();
        let places = places_between(at, span, |&at| at);
        let places = range.start + places.start..range.start + places.end;
        // Most tables: kinds, products and channels are few.
        if let (Codes::Narrow(kinds), Codes::Narrow(products), Codes::Narrow(channels)) =
            (&self.kinds, &self.products, &self.channels.codes)
        {
            let narrow = [&**kinds, &**products, &**channels];
            match &self.subjects.codes {
                Codes::Narrow(subjects) => {
                    return self.append_narrow(places, narrow, subjects, ids, into);
                }
                Codes::Middle(subjects) => {
                    return self.append_narrow(places, narrow, subjects, ids, into);
                }
                Codes::Zero | Codes::Wide(_) => {}
            }
        }
        into.reserve(places.len());
        into.extend(places.filter_map(|place| self.get(place, ids)));
    }

    /// Appends those at some places, with the width of each code known: without a look at it for each of them.
    fn append_narrow<'a, S: Copy + Into<usize>>(
        &'a self,
        places: Range<usize>,
        [kinds, products, channels]: [&[u8]; 3],
        subjects: &[S],
        ids: &'a Strings,
        into: &mut Vec<Activity<'a>>,
    ) {
        fn part<'p, T>(all: &'p [T], places: &Range<usize>) -> &'p [T] {
            all.get(places.clone()).unwrap_or_default()
        }
        let slots = part(kinds, &places).iter().zip(part(products, &places));
        let texts = part(channels, &places).iter().zip(part(subjects, &places));
        let at = part(&self.at, &places).iter();
        let all = at.zip(places).zip(slots.zip(texts));
        into.extend(all.map(
            |((&at, place), ((&kind, &product), (&channel, &subject)))| {
                let slots = (kind.into(), product.into());
                self.of_codes(place, at, ids, slots, (channel.into(), subject.into()))
            },
        ));
    }

    #[inline]
    pub(super) fn visit<'a>(&'a self, row: usize, visit: &mut dyn FnMut(Activity<'a>)) {
        for place in self.groups.range(row) {
            if let Some(activity) = self.get(place, &self.ids) {
                visit(activity);
            }
        }
    }
}

/// The purchases of all leads, grouped by lead, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Purchases {
    pub(super) groups: Groups,
    pub(super) list: Box<[Purchase]>,
}

impl Purchases {
    #[inline]
    pub(super) fn of(&self, row: usize) -> &[Purchase] {
        self.list.get(self.groups.range(row)).unwrap_or_default()
    }
}
