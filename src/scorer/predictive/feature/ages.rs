use super::Measure;
use super::plan::days;
use crate::lead::{LeadView, Moment, Purchase};
use crate::scorer::history::Pauses;

/// The ages of purchases that count.
#[derive(Debug)]
pub(super) struct Ages {
    pub(super) last: Option<i64>,
    pub(super) older_than: Option<i64>,
}

/// The purchases that count.
#[derive(Default)]
pub(super) struct Counted {
    count: u32,
    sum: f64,
    pub(super) newest: Option<Moment>,
}

impl Ages {
    pub(super) fn counted<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        pauses: &Pauses,
    ) -> Counted {
        let mut counted = Counted::default();
        lead.purchases(&mut |purchase| counted.take(self, purchase, as_of, pauses));
        counted
    }

    pub(super) fn measure<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        pauses: &Pauses,
        measure: Measure,
    ) -> Option<f64> {
        self.counted(lead, as_of, pauses)
            .measure(as_of, pauses, measure)
    }

    /// The same of purchases that stand in a table.
    pub(super) fn measure_of(
        &self,
        purchases: &[Purchase],
        as_of: Moment,
        pauses: &Pauses,
        measure: Measure,
    ) -> Option<f64> {
        let mut counted = Counted::default();
        for &purchase in purchases {
            counted.take(self, purchase, as_of, pauses);
        }
        counted.measure(as_of, pauses, measure)
    }
}

impl Counted {
    #[inline]
    fn take(&mut self, ages: &Ages, purchase: Purchase, as_of: Moment, pauses: &Pauses) {
        let age = pauses.age(purchase.at, as_of);
        let counts = purchase.at <= as_of
            && ages.last.is_none_or(|last| age < last)
            && ages.older_than.is_none_or(|from| age >= from);
        if !counts || !purchase.amount.is_finite() {
            return;
        }
        self.sum = (self.sum + purchase.amount).clamp(-f64::MAX, f64::MAX);
        if purchase.amount >= 0.0 {
            self.count = self.count.saturating_add(1);
            self.newest = self.newest.max(Some(purchase.at));
        }
    }

    fn measure(&self, as_of: Moment, pauses: &Pauses, measure: Measure) -> Option<f64> {
        let Self { count, sum, newest } = *self;
        match measure {
            Measure::Sum => Some(sum),
            Measure::Mean => (count > 0).then(|| sum / f64::from(count)),
            Measure::DaysSinceLast => newest.map(|at| days(pauses.age(at, as_of))),
            _ => Some(f64::from(count)),
        }
    }
}
