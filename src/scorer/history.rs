mod edges;
mod repeats;

use super::decay::positive_period;
use super::period::DAY;
use crate::lead::{
    Activity, AttributeSlot, AttributeType, KindSlot, LeadView, Moment, Schema, Value,
    canonical_order,
};
use crate::model::Problems;
use repeats::{is_canonical, without_told_again};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Which activities count at all, and how time passes for them: what a model says once for all its rules.
///
/// # Examples
/// ```
/// use lead_scoring::HistorySpec;
///
/// let history = HistorySpec::new()
///     .ignore_before("2025-01-01")
///     .same_within("10m")
///     .pause("2025-12-24", "2026-01-02")
///     .utc_offset("+01:00");
/// # let _ = history;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistorySpec {
    /// Activities before this moment do not count. Default: all count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_before: Option<String>,
    /// A date attribute that marks the lead's own new start: activities before it do not count, and inactivity is
    /// counted from it at the earliest. A mark that lies ahead is not there yet. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_attribute: Option<String>,
    /// Activities of the same kind, subject and channel less than this after the first of them are that one, told
    /// again. Default: every activity is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_within: Option<String>,
    /// Intervals in which no time passes: ages, windows and inactivity stand still. Activities in them count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<PauseSpec>,
    /// Distance of the calendar's days from UTC, such as `+01:00`; needed by `per_day`. No daylight saving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utc_offset: Option<String>,
}

/// An interval in which no time passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseSpec {
    /// From when, included.
    pub from: String,
    /// Until when, excluded.
    pub until: String,
}

impl HistorySpec {
    /// All activities count, and time passes evenly.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Activities before this moment do not count. Default: all count.
    #[must_use]
    pub fn ignore_before(mut self, moment: impl Into<String>) -> Self {
        self.ignore_before = Some(moment.into());
        self
    }

    /// The date attribute that marks the lead's own new start. Default: none.
    #[must_use]
    pub fn reset_attribute(mut self, name: impl Into<String>) -> Self {
        self.reset_attribute = Some(name.into());
        self
    }

    /// How soon the same kind, subject and channel is the same activity told again. Default: never.
    #[must_use]
    pub fn same_within(mut self, time: impl Into<String>) -> Self {
        self.same_within = Some(time.into());
        self
    }

    /// Adds an interval in which no time passes.
    #[must_use]
    pub fn pause(mut self, from: impl Into<String>, until: impl Into<String>) -> Self {
        self.pauses.push(PauseSpec {
            from: from.into(),
            until: until.into(),
        });
        self
    }

    /// Distance of the calendar's days from UTC. Default: not set, and `per_day` is refused.
    #[must_use]
    pub fn utc_offset(mut self, offset: impl Into<String>) -> Self {
        self.utc_offset = Some(offset.into());
        self
    }

    pub(crate) fn resolve(&self, schema: &Schema, path: &str, problems: &mut Problems) -> History {
        let moment = |text: &str, at: String, problems: &mut Problems| {
            text.parse::<Moment>().unwrap_or_else(|error| {
                problems.push(at, error.to_string());
                Moment::MIN
            })
        };
        let ignore_before = self
            .ignore_before
            .as_ref()
            .map(|text| moment(text, format!("{path}.ignore_before"), problems));
        let reset = self.reset_attribute.as_ref().and_then(|name| {
            let at = format!("{path}.reset_attribute");
            let slot = schema.attribute(name);
            match slot.map(|slot| (slot, schema.attribute_type(slot))) {
                Some((slot, Some(AttributeType::Date))) => Some(slot),
                Some((_, of)) => {
                    let of = of.unwrap_or(AttributeType::Text);
                    problems.push(
                        at,
                        format!("`{name}` must be of type date, it is of type {of}"),
                    );
                    None
                }
                None => {
                    let known = schema.attributes().map(|(name, _)| name);
                    problems.unknown(at, "attribute", name, known);
                    None
                }
            }
        });
        let same_within = self
            .same_within
            .as_ref()
            .map(|time| positive_period(time, &format!("{path}.same_within"), problems));
        let mut pauses = Vec::with_capacity(self.pauses.len());
        for (i, pause) in self.pauses.iter().enumerate() {
            let from = moment(&pause.from, format!("{path}.pauses[{i}].from"), problems);
            let until = moment(&pause.until, format!("{path}.pauses[{i}].until"), problems);
            if until <= from && until != Moment::MIN {
                problems.push(
                    format!("{path}.pauses[{i}]"),
                    format!(
                        "`until` must be later than `from`, got `{}` and `{}`",
                        pause.from, pause.until
                    ),
                );
            }
            pauses.push((from, until));
        }
        let utc_offset = self.utc_offset.as_ref().map(|text| {
            offset(text).unwrap_or_else(|| {
                problems.push(
                    format!("{path}.utc_offset"),
                    format!(
                        "expected an offset from `-14:00` to `+14:00`, got `{}`",
                        crate::lead::shortened(text)
                    ),
                );
                0
            })
        });
        History {
            ignore_before,
            reset,
            same_within,
            pauses: Pauses::new(pauses),
            utc_offset,
        }
    }
}

/// Reads `+01:00` as microseconds.
fn offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |digits: &str| {
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<i64>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 14 * 60).then_some(sign * total * 60_000_000)
}

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
        let paused = self.before(as_of);
        // No pause is one without length. A longer one than fits is left to the general way.
        let only = match *self.list {
            [] => Some((as_of, as_of)),
            [(from, until, _)] => {
                Some((from, until)).filter(|_| until.micros_since(from) < i64::MAX)
            }
            _ => None,
        };
        move |at| {
            let whole = as_of.micros_since(at);
            let paused = match only {
                Some((from, until)) => {
                    as_of.clamp(from, until).micros() - at.clamp(from, until).micros()
                }
                None => paused.saturating_sub(self.before(at)),
            };
            whole.saturating_sub(paused)
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
        // Ever later ones without ids need no closer look.
        let (mut last, mut is_plain) = (Moment::MIN, true);
        lead.activities(&mut |activity| {
            if since <= activity.at && activity.at <= as_of {
                is_plain &= (last < activity.at) & activity.id.is_none();
                last = activity.at;
                out.push(activity);
            }
        });
        if !is_plain && !lead.in_order() && !is_canonical(out) {
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
