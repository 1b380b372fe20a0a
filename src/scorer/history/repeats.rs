//! Activities that are told more than once.

use crate::lead::{Activity, KindSlot, Moment, canonical_order};
use std::collections::HashMap;

/// What is the same in an activity that is told again.
fn key<'a>(activity: &Activity<'a>) -> (KindSlot, Option<&'a str>, Option<&'a str>) {
    (activity.kind, activity.subject, activity.channel)
}

/// Whether the [`key`] is the same. Lengths first: they mostly differ, and comparing texts costs a call.
#[inline]
fn is_told_again(first: &Activity<'_>, later: &Activity<'_>) -> bool {
    let length = |text: Option<&str>| text.map_or(usize::MAX, str::len);
    first.kind == later.kind
        && length(first.subject) == length(later.subject)
        && length(first.channel) == length(later.channel)
        && key(first) == key(later)
}

/// Leaves out activities of the same kind, subject and channel less than `period` after the first of them.
pub(super) fn without_told_again(activities: &mut Vec<Activity<'_>>, period: i64) {
    /// Up to here looking back is faster than hashing, and allocates nothing.
    const FEW: usize = 64;
    if activities.len() > FEW {
        let mut first = HashMap::new();
        activities.retain(|activity| match first.get(&key(activity)) {
            Some(&at) if activity.at.micros_since(at) < period => false,
            _ => {
                first.insert(key(activity), activity.at);
                true
            }
        });
        return;
    }
    let mut kept = 0;
    // Those before it are too long ago for all that follow.
    let mut recent = 0;
    let mut last = None;
    for i in 0..activities.len() {
        let Some((before, [activity, ..])) = activities.split_at_checked(i) else {
            return;
        };
        let is_over = |first: Moment| activity.at.micros_since(first) >= period;
        let mut told_again = false;
        if last.is_none_or(is_over) {
            recent = kept;
        } else {
            while recent < kept && before.get(recent).is_some_and(|first| is_over(first.at)) {
                recent += 1;
            }
            let recent = before.get(recent..kept).unwrap_or_default();
            told_again = recent.iter().any(|first| is_told_again(first, activity));
        }
        last = Some(activity.at);
        if !told_again {
            if kept < i {
                activities.swap(kept, i);
            }
            kept += 1;
        }
    }
    activities.truncate(kept);
}

/// Whether activities stand in canonical order with no id twice. May say no where it is so, never yes where not.
pub(super) fn is_canonical(activities: &[Activity<'_>]) -> bool {
    let mut seen = [0_u64; 16];
    let mut last: Option<&Activity<'_>> = None;
    for activity in activities {
        if last.is_some_and(|last| canonical_order(last, activity).is_gt()) {
            return false;
        }
        last = Some(activity);
        if let Some(id) = activity.id {
            #[allow(clippy::cast_possible_truncation)] // the top ten bits
            let place = (hash(id.as_bytes()) >> 54) as usize;
            if let Some(word) = seen.get_mut(place / 64) {
                let bit = 1 << (place % 64);
                if *word & bit != 0 {
                    return false;
                }
                *word |= bit;
            }
        }
    }
    true
}

/// A number for an id, eight bytes at a time.
#[inline]
fn hash(id: &[u8]) -> u64 {
    let mixed =
        |hash: u64, eight: u64| (hash.rotate_left(5) ^ eight).wrapping_mul(0x517c_c1b7_2722_0a95);
    let eights = id.chunks_exact(8);
    let rest = eights.remainder();
    let hash = eights.fold(id.len() as u64, |hash, eight| {
        let eight = eight.first_chunk().copied().unwrap_or_default();
        mixed(hash, u64::from_le_bytes(eight))
    });
    let rest = rest
        .iter()
        .fold(0, |rest, &byte| rest << 8 | u64::from(byte));
    mixed(hash, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn looking_back_leaves_out_what_hashing_does(
            steps in proptest::collection::vec((0_i64..40, 0_u16..2, 0_usize..3), 0..130),
            period in 1_i64..100,
        ) {
            let subjects = [None, Some("/a"), Some("/b")];
            let mut at = 0;
            let all: Vec<Activity<'_>> = steps
                .into_iter()
                .map(|(step, kind, subject)| {
                    at += step;
                    let activity = Activity::new(KindSlot::new(kind), Moment::from_micros(at));
                    Activity { subject: subjects[subject], ..activity }
                })
                .collect();
            let mut expected: Vec<Activity<'_>> = Vec::new();
            for activity in &all {
                let same = |first: &&Activity<'_>| {
                    (first.kind, first.subject) == (activity.kind, activity.subject)
                };
                let first = expected.iter().rfind(same);
                if first.is_none_or(|first| activity.at.micros_since(first.at) >= period) {
                    expected.push(*activity);
                }
            }
            let mut left = all;
            without_told_again(&mut left, period);
            prop_assert_eq!(left, expected);
        }
    }
}
