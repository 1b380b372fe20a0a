use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A point in time: whole microseconds since 1970-01-01T00:00:00Z.
///
/// Ages are integer differences, so the same facts give the same score on every machine. The range is that of
/// [`chrono::DateTime<Utc>`] (years -262143 to 262142); values beyond it saturate.
///
/// Text form, in files and by [`FromStr`]: RFC 3339 (`2026-03-01T09:30:00+01:00`) or a bare date, which is
/// midnight UTC.
///
/// # Examples
/// ```
/// use lead_scoring::Moment;
///
/// let noon: Moment = "2026-03-01T12:00:00Z".parse()?;
/// let midnight: Moment = "2026-03-01".parse()?;
/// assert_eq!(noon.micros_since(midnight), 12 * 3_600 * 1_000_000);
/// assert_eq!(noon.to_string(), "2026-03-01T12:00:00Z");
/// # Ok::<(), lead_scoring::ParseMomentError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// The earliest moment there is.
    pub const MIN: Self = Self(DateTime::<Utc>::MIN_UTC.timestamp_micros());
    /// The latest moment there is.
    pub const MAX: Self = Self(DateTime::<Utc>::MAX_UTC.timestamp_micros());

    /// The moment that many microseconds after 1970-01-01T00:00:00Z, saturating at [`Moment::MIN`] and [`Moment::MAX`].
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// The moment that many seconds after 1970-01-01T00:00:00Z, saturating.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Microseconds from `earlier` to this moment, negative when `earlier` is in fact later; saturating.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Microseconds from a moment that is no later to this one, however far apart.
    pub(crate) const fn micros_after(self, earlier: Self) -> u64 {
        self.0.wrapping_sub(earlier.0).cast_unsigned()
    }

    /// This moment moved by that many microseconds, saturating.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This moment as a chrono date and time.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

impl From<DateTime<Utc>> for Moment {
    fn from(time: DateTime<Utc>) -> Self {
        Self::from_micros(time.timestamp_micros())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A moment or none, in eight bytes.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::lead) struct Stamp(i64);

impl Stamp {
    /// No moment is that early.
    const NONE: Self = Self(i64::MIN);

    #[inline]
    pub(in crate::lead) fn get(self) -> Option<Moment> {
        (self != Self::NONE).then_some(Moment(self.0))
    }
}

impl From<Option<Moment>> for Stamp {
    fn from(moment: Option<Moment>) -> Self {
        moment.map_or(Self::NONE, |moment| Self(moment.0))
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// Text that is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a date (`2026-03-01`) or an RFC 3339 time (`2026-03-01T09:30:00Z`), got `{given}`"
)]
pub struct ParseMomentError {
    given: String,
}

impl FromStr for Moment {
    type Err = ParseMomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        if let Some(moment) = usual_form(trimmed) {
            return Ok(moment);
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(trimmed) {
            return Ok(Self::from_micros(time.timestamp_micros()));
        }
        // RFC 3339 ends with the year 9999; years beyond carry a sign.
        if trimmed.starts_with(['+', '-']) {
            if let Ok(time) = trimmed.parse::<DateTime<Utc>>() {
                return Ok(Self::from_micros(time.timestamp_micros()));
            }
        }
        trimmed
            .parse::<NaiveDate>()
            .ok()
            .and_then(|date| date.and_hms_opt(0, 0, 0))
            .map(|time| Self::from(time.and_utc()))
            .ok_or_else(|| ParseMomentError {
                given: shortened(text),
            })
    }
}

/// Reads `2026-03-01T09:30:00Z` and `2026-03-01`, as most files have them, without the general parser, which takes
/// several times as long; `None` for every other text, right or wrong.
fn usual_form(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    let (date, time) = bytes.split_at_checked(10)?;
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = date else {
        return None;
    };
    let days = days_since_1970(
        digits([y0, y1, y2, y3])?,
        digits([m0, m1])?,
        digits([d0, d1])?,
    )?;
    let seconds = match *time {
        [] => 0,
        [b'T', h0, h1, b':', m0, m1, b':', s0, s1, b'Z'] => {
            let (hour, minute, second) = (digits([h0, h1])?, digits([m0, m1])?, digits([s0, s1])?);
            if hour > 23 || minute > 59 || second > 59 {
                return None;
            }
            (hour * 60 + minute) * 60 + second
        }
        _ => return None,
    };
    Some(Moment::from_seconds(days * 86_400 + i64::from(seconds)))
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; `None` where there is no such day.
///
/// # References
/// Hinnant, H., "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days_since_1970(year: u32, month: u32, day: u32) -> Option<i64> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => return None,
    };
    if day == 0 || day > last {
        return None;
    }
    // Years from March on, so that a leap day is the last of its year, in eras of 400 years with 146,097 days.
    let (year, month) = (i64::from(year), i64::from(month));
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    Some(era * 146_097 + day_of_era - 719_468)
}

/// The number that decimal digits write.
fn digits<const N: usize>(digits: [u8; N]) -> Option<u32> {
    digits.into_iter().try_fold(0, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u32::from(digit))
    })
}

/// User input as it is quoted in messages: whole when short, its beginning when long.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Datelike;

    #[test]
    fn text_round_trips() {
        for text in [
            "2026-03-01T09:30:00Z",
            "1969-12-31T23:59:59.999999Z",
            "+262142-12-31T23:59:59.999999Z",
            "-262143-01-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
        assert_eq!(
            "2026-03-01".parse(),
            "2026-03-01T00:00:00Z".parse::<Moment>()
        );
        assert_eq!(
            " 2026-03-01T01:00:00+01:00 ".parse(),
            "2026-03-01".parse::<Moment>()
        );
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Moment::from_micros(i64::MAX), Moment::MAX);
        assert_eq!(Moment::from_seconds(i64::MIN), Moment::MIN);
        assert_eq!(Moment::MAX.plus_micros(1), Moment::MAX);
        assert_eq!(Moment::MAX.micros_since(Moment::MIN), i64::MAX);
        assert_eq!(Moment::from(DateTime::<Utc>::MAX_UTC), Moment::MAX);
        assert_eq!(Moment::from(Moment::MIN.to_utc()), Moment::MIN);
    }

    /// The answer of the general parser alone.
    fn general(text: &str) -> Option<Moment> {
        let trimmed = text.trim();
        let time = DateTime::parse_from_rfc3339(trimmed).ok();
        let date = || {
            let date = trimmed.parse::<NaiveDate>().ok()?;
            Some(Moment::from(date.and_hms_opt(0, 0, 0)?.and_utc()))
        };
        time.map(|time| Moment::from_micros(time.timestamp_micros()))
            .or_else(date)
    }

    #[test]
    fn the_usual_form_is_read_as_the_general_parser_reads_it() {
        for text in [
            "2024-02-29",
            "2023-02-29",
            "2026-00-10",
            "2026-13-10",
            "2026-10-00",
            "2026-10-32",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T23:60:00Z",
            "2026-03-01T23:59:60Z",
            "2026-03-01T23:59:61Z",
            "2026-03-01t09:30:00z",
            "2026-03-01 09:30:00Z",
            "2026-03-01T09:30:00",
            "2026-03-01T09:30Z",
            "2026-03-01T09:30:00.5Z",
            "2026-03-01T09:30:00+01:00",
            "2026-03-0１",
            "2026-3-1",
            "+026-03-01",
            "2026/03/01",
            "",
        ] {
            assert_eq!(text.parse().ok(), general(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_as_the_general_parser_reads_it(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9]([Tt ][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(\\.[0-9]{1,7})?(Z|z|[+-][0-2][0-9]:[0-6][0-9])?)?",
        ) {
            proptest::prop_assert_eq!(text.parse().ok(), general(&text));
        }
    }

    #[test]
    fn every_day_of_four_digits_is_that_of_the_calendar() {
        let first = NaiveDate::from_ymd_opt(0, 1, 1).unwrap();
        let days = first.iter_days().take_while(|day| day.year() < 10_000);
        for (number, day) in (-719_528..).zip(days) {
            let (year, month) = (day.year().unsigned_abs(), day.month());
            assert_eq!(
                days_since_1970(year, month, day.day()),
                Some(number),
                "{day}"
            );
            if day.succ_opt().unwrap().month() != month {
                assert_eq!(days_since_1970(year, month, day.day() + 1), None, "{day}");
            }
        }
    }

    #[test]
    fn what_is_no_moment_is_said() {
        assert_eq!(
            "1 March".parse::<Moment>().unwrap_err().to_string(),
            "expected a date (`2026-03-01`) or an RFC 3339 time (`2026-03-01T09:30:00Z`), got `1 March`"
        );
        assert!("2026-02-30".parse::<Moment>().is_err());
        assert!(
            "x".repeat(500)
                .parse::<Moment>()
                .unwrap_err()
                .to_string()
                .len()
                < 200
        );
    }
}
