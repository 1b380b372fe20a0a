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

    #[allow(
        clippy::inline_always,
        reason = "an activity is put together where it is needed instead of copied there"
    )]
    #[inline(always)]
    fn get(&self, place: usize) -> Option<Activity<'_>> {
        let at = *self.at.get(place)?;
        let slot = |code: usize| u16::try_from(code).unwrap_or(u16::MAX);
        let product = self.products.get(place).checked_sub(1);
        Some(Activity {
            at,
            kind: KindSlot::new(slot(self.kinds.get(place))),
            id: self.ids.known(place),
            product: product.map(|product| ProductSlot::new(slot(product))),
            subject: self.subjects.get(place),
            channel: self.channels.get(place),
            value: self
                .values
                .get(place)
                .copied()
                .filter(|value| !value.is_nan()),
        })
    }

    /// Appends those of a lead from one moment to another.
    pub(super) fn append<'a>(
        &'a self,
        row: usize,
        span: (Moment, Moment),
        into: &mut Vec<Activity<'a>>,
    ) {
        let range = self.groups.range(row);
        let at = self.at.get(range.clone()).unwrap_or_default();
        let places = places_between(at, span, |&at| at);
        into.reserve(places.len());
        let places = range.start + places.start..range.start + places.end;
        into.extend(places.filter_map(|place| self.get(place)));
    }

    #[inline]
    pub(super) fn visit<'a>(&'a self, row: usize, visit: &mut dyn FnMut(Activity<'a>)) {
        for place in self.groups.range(row) {
            if let Some(activity) = self.get(place) {
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
