mod edges;
mod repeats;
mod spec;

pub use spec::{HistorySpec, PauseSpec};

use super::period::DAY;
use crate::lead::{Activity, AttributeSlot, KindSlot, LeadView, Moment, Value, canonical_order};
use repeats::{is_canonical, without_told_again};
use std::collections::HashSet;

/// A [`HistorySpec`], resolved.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    ignore_before: Option<Moment>,
    reset: Option<AttributeSlot>,
    same_within: Option<i64>,
    pub(crate) pauses: Pauses,
    pub(crate) utc_offset: Option<i64>,
}

/// Where the history of one lead starts: before these moments nothing counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Since {
    /// The lead's own new start, itself a sign of life.
    reset: Option<Moment>,
    /// The model's, which says nothing of the lead.
    ignore_before: Option<Moment>,
}

impl Since {
    /// The moment from which a lead has been silent; `None` where it never gave a sign of life.
    pub(crate) fn silence(self, last_sign: Option<Moment>, as_of: Moment) -> Option<Moment> {
        let from = last_sign.max(self.reset)?;
        Some(self.ignore_before.map_or(from, |start| from.max(start))).filter(|&from| from <= as_of)
    }
}

/// Intervals in which no time passes: sorted, apart, with the paused time before each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pauses {
    list: Box<[(Moment, Moment, i64)]>,
}

impl Pauses {
    fn new(mut pauses: Vec<(Moment, Moment)>) -> Self {
        pauses.sort();
        let mut apart: Vec<(Moment, Moment, i64)> = Vec::new();
        for (from, until) in pauses {
            match apart.last_mut().filter(|last| from <= last.1) {
                Some(last) => last.1 = last.1.max(until),
                None => apart.push((from, until, 0)),
            }
        }
        let mut before = 0_i64;
        for (from, until, sum) in &mut apart {
            *sum = before;
            before = before.saturating_add(until.micros_since(*from).max(0));
        }
        Self { list: apart.into() }
    }

    /// Paused time before a moment.
    #[inline]
    fn before(&self, moment: Moment) -> i64 {
        if let [(from, until, _)] = *self.list {
            return until.min(moment).micros_since(from).max(0);
        }
        let begun = self.list.partition_point(|&(from, ..)| from < moment);
        begun
            .checked_sub(1)
            .and_then(|last| self.list.get(last))
            .map_or(0, |&(from, until, before)| {
                before.saturating_add(until.min(moment).micros_since(from))
            })
    }

    /// Ages at a moment, in microseconds.
    #[inline]
    pub(crate) fn ages(&self, as_of: Moment) -> impl Fn(Moment) -> i64 {
        /// So near to 1970 that no moment is further away from it than an `i64` can say.
        const NEAR: u64 = 900_000_000_000_000_000;
        let is_near = |moment: Moment| moment.micros().unsigned_abs() < NEAR;
        let paused = self.before(as_of);
        // No pause is one without length.
        let only = match *self.list {
            [] => Some((as_of, as_of)),
            [(from, until, _)] => Some((from, until)),
            _ => None,
        };
        let only = only.filter(|&(from, _)| is_near(from) && is_near(as_of));
        // The time that counts, as far from some moment on as to it.
        let counted = move |at: Moment, (from, until)| {
            at.micros().wrapping_sub(at.clamp(from, until).micros())
        };
        let now = only.map(|pause| counted(as_of, pause));
        move |at| match (only, now) {
            (Some(pause), Some(now)) => now.wrapping_sub(counted(at, pause)),
            _ => {
                let paused = paused.saturating_sub(self.before(at));
                as_of.micros_since(at).saturating_sub(paused)
            }
        }
    }

    /// Time that passed between two moments, in microseconds.
    #[inline]
    pub(crate) fn age(&self, at: Moment, as_of: Moment) -> i64 {
        self.ages(as_of)(at)
    }
}

impl History {
    /// Whether all activities up to a moment count.
    pub(crate) fn counts_all(&self) -> bool {
        self.ignore_before.is_none() && self.reset.is_none() && self.same_within.is_none()
    }

    /// What one lead's history starts with.
    pub(crate) fn since<V: LeadView + ?Sized>(&self, lead: &V, as_of: Moment) -> Since {
        let reset = self.reset.and_then(|slot| match lead.attribute(slot) {
            Value::Date(mark) if mark <= as_of => Some(mark),
            _ => None,
        });
        Since {
            reset,
            ignore_before: self.ignore_before,
        }
    }

    /// Fills `out` with the activities that count, in canonical order, each id once.
    pub(crate) fn collect<'a, V: LeadView + ?Sized>(
        &self,
        lead: &'a V,
        as_of: Moment,
        since: Since,
        out: &mut Vec<Activity<'a>>,
    ) {
        out.clear();
        let since = since.reset.max(since.ignore_before).unwrap_or(Moment::MIN);
        if !lead.append_activities(since, as_of, out) && !is_canonical(out) {
            out.sort_by(canonical_order);
            let mut seen = HashSet::new();
            out.retain(|activity| activity.id.is_none_or(|id| seen.insert(id)));
        }
        if let Some(period) = self.same_within {
            without_told_again(out, period);
        }
    }
}

/// Which kinds of activity a lead has: a bit each, the last one for all from the 64th kind on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kinds(u64);

impl Kinds {
    pub(crate) const ALL: Self = Self(u64::MAX);
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    #[inline]
    pub(crate) fn one(kind: KindSlot) -> Self {
        Self(1 << kind.index().min(63))
    }

    #[inline]
    pub(crate) fn of(activities: &[Activity<'_>]) -> Self {
        activities
            .iter()
            .map(|activity| Self::one(activity.kind))
            .collect()
    }

    pub(crate) fn is_all(self) -> bool {
        self.0 == u64::MAX
    }

    /// Those that are in either.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of them may stand in both. May say yes where none does, never no where one does.
    #[inline]
    pub(crate) fn may_share(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl FromIterator<Kinds> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kinds>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |all, kinds| all | kinds.0))
    }
}

/// The calendar day in which a moment lies.
pub(crate) fn day(moment: Moment, utc_offset: i64) -> i64 {
    moment.micros().saturating_add(utc_offset).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Moments of all sizes, the extreme ones too.
    fn moments() -> impl Strategy<Value = Moment> {
        const SOME: i64 = 1_000_000_000_000_000_000;
        let extreme = prop_oneof![Just(i64::MIN), Just(i64::MAX)];
        let micros = prop_oneof![-9_i64..9_i64, -SOME..SOME, any::<i64>(), extreme];
        micros.prop_map(Moment::from_micros)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn ages_leave_out_pauses_whatever_the_moments(
            at in moments(),
            as_of in moments(),
            pauses in proptest::collection::vec((moments(), moments()), 0..3),
        ) {
            let (at, as_of) = (at.min(as_of), at.max(as_of));
            let pauses: Vec<_> = pauses.into_iter().filter(|(from, until)| from < until).collect();
            let pauses = Pauses::new(pauses);
            let wide = |moment: Moment| i128::from(moment.micros());
            let paused = pauses.list.iter().map(|&(from, until, _)| {
                wide(as_of.clamp(from, until)) - wide(at.clamp(from, until))
            });
            let expected = wide(as_of) - wide(at) - paused.sum::<i128>();
            let lengths = pauses.list.iter().map(|&(from, until, _)| wide(until) - wide(from));
            // What an `i64` cannot say is but long.
            if (wide(as_of) - wide(at)).max(lengths.sum()) <= i128::from(i64::MAX) {
                prop_assert_eq!(i128::from(pauses.age(at, as_of)), expected);
            }
        }
    }
}
