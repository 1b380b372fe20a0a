use super::case::Case;
use super::plan::{ActivityPlan, Mode, Slots};
use crate::lead::{KindSlot, Moment};
use crate::score::{LARGEST, occurrence};

impl ActivityPlan {
    /// Whether each activity of its kinds counts, whatever else it says.
    pub(crate) fn is_by_kind(&self) -> bool {
        matches!(self.mode, Mode::Each)
            && matches!(self.products, Slots::Any)
            && self.filters.is_none()
    }

    /// Whether activities of a kind count.
    pub(crate) fn takes_kind(&self, kind: KindSlot) -> bool {
        self.kinds.has(kind)
    }

    /// An activity's value as it counts.
    #[inline]
    pub(crate) fn counted_value(value: f64) -> f64 {
        if value.is_finite() { value } else { 0.0 }
    }

    /// What remains of an activity of that age; `None` where the age does not count.
    #[inline]
    pub(crate) fn share(&self, times: f64, age: i64) -> Option<f64> {
        let counts = self.in_window(age);
        counts.then(|| occurrence(1.0, times, age, self.decay.as_ref()))
    }

    /// The shares that remain of the activities that count: their number, faded.
    pub(crate) fn faded_count<V: ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> f64 {
        self.faded(case, chosen, |_| 1.0)
    }

    /// The sum of the values of the activities that count, faded.
    pub(crate) fn faded_values<V: ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> f64 {
        self.faded(case, chosen, |value| value.map_or(0.0, Self::counted_value))
    }

    fn faded<V: ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
        times: impl Fn(Option<f64>) -> f64,
    ) -> f64 {
        let mut sum = 0.0;
        self.choose(case, chosen, |activity, age| {
            if let Some(share) = self.share(times(activity.value), age) {
                sum += share;
            }
        });
        sum.clamp(-LARGEST, LARGEST)
    }

    /// When the newest activity that counts happened.
    pub(crate) fn newest<V: ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> Option<Moment> {
        let mut newest = None;
        self.choose(case, chosen, |activity, age| {
            if self.in_window(age) {
                newest = newest.max(Some(activity.at));
            }
        });
        newest
    }
}
