use super::{History, Pauses};
use crate::lead::{AttributeType, Moment, Schema};
use crate::model::Problems;
use crate::scorer::decay::positive_period;
use serde::{Deserialize, Serialize};

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
