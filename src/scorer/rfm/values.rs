use super::spec::{RfmAxis, RfmMonetary};
use crate::lead::{Frozen, KindSlot, LeadView, Moment, SchemaId};
use crate::score::{AsOf, LARGEST};
use crate::scorer::first_edge::first_edge;
use crate::scorer::history::History;
use crate::scorer::period::DAY;
use crate::scorer::rules::{Buffers, Case};
use crate::scorer::visible::with_case;
use std::fmt;

/// Raw recency, frequency and monetary value of a lead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RfmValues {
    /// Whole days since the last purchase, or other activity read.
    pub recency_days: u32,
    /// Number of purchases, at least 1.
    pub frequency: u32,
    /// Sum or mean of the amounts.
    pub monetary: f64,
}

impl RfmValues {
    /// The value of one axis.
    #[must_use]
    pub fn axis(&self, axis: RfmAxis) -> f64 {
        match axis {
            RfmAxis::Recency => f64::from(self.recency_days),
            RfmAxis::Frequency => f64::from(self.frequency),
            RfmAxis::Monetary => self.monetary,
        }
    }
}

/// The bins of a lead: its cell, written `5-4-3`. Counted from 1, the highest best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RfmBins {
    /// Of recency.
    pub recency: u16,
    /// Of frequency.
    pub frequency: u16,
    /// Of monetary value.
    pub monetary: u16,
}

impl RfmBins {
    /// The bin of one axis.
    #[must_use]
    pub const fn axis(&self, axis: RfmAxis) -> u16 {
        match axis {
            RfmAxis::Recency => self.recency,
            RfmAxis::Frequency => self.frequency,
            RfmAxis::Monetary => self.monetary,
        }
    }

    /// The cell as one number, `100 * recency + 10 * frequency + monetary`; `None` where a bin is above 9.
    #[must_use]
    pub fn number(&self) -> Option<u16> {
        let all = [self.recency, self.frequency, self.monetary];
        all.iter()
            .all(|&bin| bin <= 9)
            .then(|| 100 * self.recency + 10 * self.frequency + self.monetary)
    }
}

impl fmt::Display for RfmBins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.recency, self.frequency, self.monetary)
    }
}

/// What is read of a lead, and how.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) schema: SchemaId,
    /// `None`: purchases.
    pub(super) kinds: Option<Box<[KindSlot]>>,
    pub(super) monetary: RfmMonetary,
    pub(super) history: History,
}

/// What is gathered of one lead.
#[derive(Default)]
struct Gathered {
    last: Option<Moment>,
    count: u32,
    sum: f64,
}

impl Gathered {
    #[inline]
    fn add(&mut self, at: Moment, amount: f64) {
        self.last = self.last.max(Some(at));
        self.count = self.count.saturating_add(1);
        self.amount(amount);
    }

    #[inline]
    fn amount(&mut self, amount: f64) {
        if amount.is_finite() {
            self.sum = (self.sum + amount).clamp(-f64::MAX, f64::MAX);
        }
    }
}

impl Source {
    /// What scorers say of a lead that has nothing to read.
    pub(super) fn nothing(&self) -> &'static str {
        if self.kinds.is_some() {
            "no activity of the kinds asked for"
        } else {
            "no purchases"
        }
    }

    /// The raw values of a lead; `None` for one of another schema or without anything to read.
    #[inline]
    pub(super) fn values<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
    ) -> Option<RfmValues> {
        if self.kinds.is_some() {
            let values = |case: &Case<'_, dyn LeadView + '_>, _: &mut Buffers| self.of_case(case);
            return with_case(
                self.schema,
                &self.history,
                true,
                &lead,
                as_of.into(),
                values,
            )?;
        }
        if lead.schema() != self.schema {
            return None;
        }
        self.bought(lead, as_of)
    }

    /// The raw values of a case; `None` where there is nothing to read.
    #[inline]
    pub(super) fn of_case<V: LeadView + ?Sized>(&self, case: &Case<'_, V>) -> Option<RfmValues> {
        let Some(kinds) = &self.kinds else {
            return self.bought(case.lead, case.as_of);
        };
        let mut gathered = Gathered::default();
        for activity in case.history {
            if kinds.contains(&activity.kind) {
                gathered.add(activity.at, activity.value.unwrap_or(0.0));
            }
        }
        self.of(&gathered, case.as_of)
    }

    #[inline]
    fn bought<V: LeadView + ?Sized>(&self, lead: &V, as_of: Moment) -> Option<RfmValues> {
        let mut gathered = Gathered::default();
        lead.purchases(&mut |purchase| {
            if purchase.at <= as_of {
                if purchase.amount < 0.0 {
                    gathered.amount(purchase.amount);
                } else {
                    gathered.add(purchase.at, purchase.amount);
                }
            }
        });
        self.of(&gathered, as_of)
    }

    #[inline]
    fn of(&self, gathered: &Gathered, as_of: Moment) -> Option<RfmValues> {
        let days = self.history.pauses.age(gathered.last?, as_of).max(0) / DAY;
        let monetary = match self.monetary {
            RfmMonetary::Sum => gathered.sum,
            RfmMonetary::Mean => gathered.sum / f64::from(gathered.count),
        };
        Some(RfmValues {
            recency_days: u32::try_from(days).unwrap_or(u32::MAX),
            frequency: gathered.count,
            // Adding zero keeps -0.0 out.
            monetary: monetary.clamp(-LARGEST, LARGEST) + 0.0,
        })
    }

    /// The lead's own new start, where it lies ahead and activities are read: days only become more, and the rest
    /// stays.
    pub(super) fn edge(&self, lead: &dyn LeadView, from: AsOf, until: AsOf) -> Option<Moment> {
        if lead.schema() != self.schema || self.kinds.is_none() {
            return None;
        }
        let mark = self.history.mark(&Frozen::new(lead, from.moment()));
        first_edge(from, until, |note| mark.into_iter().for_each(note))
    }
}
