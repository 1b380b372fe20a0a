//! Activities that are told more than once.

use crate::lead::{Activity, KindSlot, Moment, canonical_order, is_same};
use crate::scorer::places::Places;
use std::collections::HashMap;

/// What is the same in an activity that is told again.
fn key<'a>(activity: &Activity<'a>) -> (KindSlot, Option<&'a str>, Option<&'a str>) {
    (activity.kind, activity.subject, activity.channel)
}

fn length(text: Option<&str>) -> usize {
    text.map_or(usize::MAX, str::len)
}

/// Whether the [`key`] is the same. Lengths first, all in one branch: they mostly differ, and comparing texts costs a
/// call.
#[inline]
fn is_told_again(first: &Activity<'_>, later: &Activity<'_>) -> bool {
    (first.kind == later.kind)
        & (length(first.subject) == length(later.subject))
        & (length(first.channel) == length(later.channel))
        && is_same(first.subject, later.subject)
        && is_same(first.channel, later.channel)
}

/// One of 64 bits for an activity: the same for one that is told again, mostly others for others. By lengths alone, so
/// that no branch is needed that nobody could foretell.
#[inline]
fn mark(activity: &Activity<'_>) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let lengths = length(activity.subject).wrapping_add(length(activity.channel) << 20);
    let mixed = lengths as u64 ^ (activity.kind.index() as u64) << 40;
    1 << (mixed.wrapping_mul(ODD) >> 58)
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
    let (mut told_again, mut last) = (Places::default(), Moment::MIN);
    // The marks of those since the last break of that length: where a mark is new, nothing is told again.
    let mut recent = 0;
    let soon = |first: Moment, later: Moment| later.micros_after(first) < period.unsigned_abs();
    for (place, later) in activities.iter().enumerate() {
        recent &= u64::from(soon(last, later.at)).wrapping_neg();
        last = later.at;
        let mark = mark(later);
        if recent & mark != 0 {
            let before = activities.get(..place).unwrap_or_default();
            let before = before.iter().enumerate().rev();
            let is_first = before
                .take_while(|(_, first)| soon(first.at, later.at))
                .any(|(place, first)| is_told_again(first, later) && !told_again.has(place));
            told_again.add_where(is_first, place);
        }
        recent |= mark;
    }
    // Each of those behind the first that goes is moved, and the place that it takes is only used up where it stays:
    // which of them stay is nothing that could be foretold.
    let Some(first) = told_again.clone().next() else {
        return;
    };
    let mut end = first;
    for place in first..activities.len() {
        let Some(&activity) = activities.get(place) else {
            break;
        };
        if let Some(taken) = activities.get_mut(end) {
            *taken = activity;
        }
        end += usize::from(!told_again.has(place));
    }
    activities.truncate(end);
}

/// Whether activities stand in canonical order with no id twice. May say no of many where it is so, never yes where not.
pub(super) fn is_canonical(activities: &[Activity<'_>]) -> bool {
    let mut seen = [0_u64; 16];
    let mut last = None;
    for (place, activity) in activities.iter().enumerate() {
        let is_later =
            |last: &Activity<'_>| last.at < activity.at || canonical_order(last, activity).is_le();
        if !last.replace(activity).is_none_or(is_later) {
            return false;
        }
        if let Some(id) = activity.id {
            #[allow(clippy::cast_possible_truncation)] // the top ten bits
            let mark = (hash(id.as_bytes()) >> 54) as usize;
            if let Some(word) = seen.get_mut(mark / 64) {
                let bit = 1 << (mark % 64);
                if *word & bit != 0 && stands_before(activities, place, id) {
                    return false;
                }
                *word |= bit;
            }
        }
    }
    true
}

/// Whether one of the activities before a place has that id, or there are too many to look through.
#[cold]
fn stands_before(activities: &[Activity<'_>], place: usize, id: &str) -> bool {
    /// Beyond, hashing is faster.
    const FEW: usize = 64;
    let before = activities.get(..place).unwrap_or_default();
    place > FEW || before.iter().any(|activity| activity.id == Some(id))
}

/// A number for an id, eight bytes at a time; the last eight overlap with those before them.
#[inline]
fn hash(id: &[u8]) -> u64 {
    let mixed =
        |hash: u64, eight: u64| (hash.rotate_left(5) ^ eight).wrapping_mul(0x517c_c1b7_2722_0a95);
    let length = id.len() as u64;
    if let (Some(first), Some(last)) = (id.first_chunk(), id.last_chunk()) {
        let number = |eight: &[u8; 8]| u64::from_le_bytes(*eight);
        let hash = mixed(length, number(first));
        let rest = id.get(8..).unwrap_or_default().chunks_exact(8);
        let hash = rest.fold(hash, |hash, eight| {
            mixed(hash, number(eight.first_chunk().unwrap_or(&[0; 8])))
        });
        return mixed(hash, number(last));
    }
    if let (Some(first), Some(last)) = (id.first_chunk(), id.last_chunk()) {
        let number = |four: &[u8; 4]| u64::from(u32::from_le_bytes(*four));
        return mixed(length, number(first) << 32 | number(last));
    }
    let rest = id.iter().fold(0, |rest, &byte| rest << 8 | u64::from(byte));
    mixed(length, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_and_ids_are_seen() {
        let at = |second: i64, id: &'static str| {
            Activity::new(KindSlot::new(0), Moment::from_seconds(second)).id(id)
        };
        let ids: Vec<String> = (0..64)
            .map(|id| format!("a long id, number {id}"))
            .collect();
        let ordered: Vec<Activity<'_>> = (0..)
            .zip(&ids)
            .map(|(second, id)| {
                Activity::new(KindSlot::new(0), Moment::from_seconds(second)).id(id)
            })
            .collect();
        assert!(is_canonical(&ordered), "no two of a few are taken for one");
        for (place, id) in ids.iter().enumerate().skip(1) {
            let mut twice = ordered.clone();
            twice[place - 1].id = Some(id);
            assert!(!is_canonical(&twice), "{id}");
        }
        assert!(is_canonical(&[at(1, "a"), at(1, "b"), at(2, "")]));
        assert!(!is_canonical(&[at(1, "b"), at(1, "a")]));
        assert!(!is_canonical(&[at(2, "a"), at(1, "b")]));
    }

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
