use super::case::Case;
use super::plan::ActivityPlan;
use crate::lead::Moment;
use crate::score::{LARGEST, occurrence};

impl ActivityPlan {
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
        self.faded(case, chosen, |value| {
            value.filter(|value| value.is_finite()).unwrap_or(0.0)
        })
    }

    fn faded<V: ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
        times: impl Fn(Option<f64>) -> f64,
    ) -> f64 {
        let mut sum = 0.0;
        self.choose(case, chosen, |activity, age| {
            if self.in_window(age) {
                sum += occurrence(1.0, times(activity.value), age, self.decay.as_ref());
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
