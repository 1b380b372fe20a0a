use crate::lead::Moment;
use crate::model::{Problems, SpecError};
use crate::scorer::decay::{period, positive_period};
use crate::scorer::period::{DAY, show_period};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a date is worth, 0 to 1, by the time that is left until then.
///
/// The first band that is longer than the time left gives the worth: a date ahead by exactly a band's length lies in
/// the next one, as everywhere in this library.
///
/// # Examples
/// ```
/// use lead_scoring::DueSpec;
///
/// let due = DueSpec::new([("30d", 1.0), ("90d", 0.5)]).later(0.1).build()?;
/// let days = |n: i64| n * 86_400 * 1_000_000;
/// assert_eq!(due.worth(days(12)), 1.0);
/// assert_eq!(due.worth(days(30)), 0.5);
/// assert_eq!(due.worth(days(400)), 0.1);
/// assert_eq!(due.worth(days(-1)), 0.0);
/// # Ok::<(), lead_scoring::SpecError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueSpec {
    /// Bands, the nearest first.
    pub bands: Vec<DueBand>,
    /// What a date beyond all bands is worth. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<f64>,
    /// What a past date is worth. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<f64>,
    /// How long after its moment a date is past. Default: `1d`, since a bare date means its whole day and reads as
    /// its first moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past_after: Option<String>,
}

/// A worth for dates that are near enough.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueBand {
    /// The date is less than this ahead: `30d`.
    pub within: String,
    /// What it is then worth, 0 to 1.
    pub worth: f64,
}

impl DueSpec {
    /// Bands of length and worth, the nearest first.
    #[must_use]
    pub fn new<T: Into<String>>(bands: impl IntoIterator<Item = (T, f64)>) -> Self {
        let band = |(within, worth): (T, f64)| DueBand {
            within: within.into(),
            worth,
        };
        Self {
            bands: bands.into_iter().map(band).collect(),
            ..Self::default()
        }
    }

    /// What a date beyond all bands is worth. Default: 0.
    #[must_use]
    pub fn later(mut self, worth: f64) -> Self {
        self.later = Some(worth);
        self
    }

    /// What a past date is worth. Default: 0.
    #[must_use]
    pub fn past(mut self, worth: f64) -> Self {
        self.past = Some(worth);
        self
    }

    /// How long after its moment a date is past. Default: `1d`.
    #[must_use]
    pub fn past_after(mut self, time: impl Into<String>) -> Self {
        self.past_after = Some(time.into());
        self
    }

    /// Checks the bands.
    ///
    /// # Errors
    /// All problems at once: no bands, bands out of order, a length of time that is none, a worth outside 0 to 1.
    pub fn build(&self) -> Result<Due, SpecError> {
        let mut problems = Problems::default();
        let due = self.resolve("due", &mut problems);
        problems.into_result(due)
    }

    pub(super) fn resolve(&self, path: &str, problems: &mut Problems) -> Due {
        if self.bands.is_empty() {
            problems.push(format!("{path}.bands"), "at least one band is needed");
        }
        let mut bands: Vec<(i64, f64)> = Vec::with_capacity(self.bands.len());
        for (b, band) in self.bands.iter().enumerate() {
            let path = format!("{path}.bands[{b}]");
            let within = positive_period(&band.within, &format!("{path}.within"), problems);
            if let Some(&(before, _)) = bands.last().filter(|&&(before, _)| before >= within) {
                problems.push(
                    format!("{path}.within"),
                    format!(
                        "the nearest band comes first, got `{}` after `{}`",
                        band.within,
                        show_period(before)
                    ),
                );
            }
            let worth = worth(band.worth, "worth", &path, problems);
            bands.push((within, worth));
        }
        let mut given = |of: Option<f64>, name| worth(of.unwrap_or(0.0), name, path, problems);
        let (later, past) = (given(self.later, "later"), given(self.past, "past"));
        let past_after = match &self.past_after {
            Some(time) => period(time, &format!("{path}.past_after"), problems),
            None => DAY,
        };
        Due {
            bands: bands.into(),
            later,
            past,
            past_after,
        }
    }
}

/// Checks a worth; 0 in place of one that is none.
pub(super) fn worth(given: f64, name: &str, path: &str, problems: &mut Problems) -> f64 {
    if (0.0..=1.0).contains(&given) {
        return given + 0.0;
    }
    problems.push(
        format!("{path}.{name}"),
        format!("a worth must be between 0 and 1, got `{given}`"),
    );
    0.0
}

/// What a date is worth by the time that is left, checked: made by [`DueSpec::build`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DueSpec", into = "DueSpec")]
pub struct Due {
    /// Lengths in microseconds with their worth, ascending.
    bands: Box<[(i64, f64)]>,
    later: f64,
    past: f64,
    past_after: i64,
}

impl Due {
    /// What a date is worth that is so many microseconds ahead; negative for one that has gone by.
    #[must_use]
    pub fn worth(&self, left_micros: i64) -> f64 {
        if self.is_past(left_micros) {
            return self.past;
        }
        let mut bands = self.bands.iter();
        bands
            .find(|&&(within, _)| left_micros < within)
            .map_or(self.later, |&(_, worth)| worth)
    }

    fn is_past(&self, left_micros: i64) -> bool {
        left_micros < 0 && left_micros.saturating_neg() >= self.past_after
    }

    /// Hands on the moments at which a date comes into another band.
    pub(super) fn edges(&self, date: Moment, note: &mut dyn FnMut(Moment)) {
        for &(within, _) in &self.bands {
            note(date.plus_micros(1_i64.saturating_sub(within)));
        }
        note(date.plus_micros(self.past_after.max(1)));
    }

    /// Says in which band a date lies.
    pub(crate) fn band(&self, left_micros: i64) -> String {
        if self.is_past(left_micros) {
            return "past".to_owned();
        }
        match self.bands.iter().find(|&&(within, _)| left_micros < within) {
            Some(&(within, _)) => format!("within {}", show_period(within)),
            None => "later".to_owned(),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &(within, worth) in &self.bands {
            write!(f, "within {}: {worth}, ", show_period(within))?;
        }
        write!(f, "later: {}, past: {}", self.later, self.past)
    }
}

impl TryFrom<DueSpec> for Due {
    type Error = SpecError;

    fn try_from(spec: DueSpec) -> Result<Self, Self::Error> {
        spec.build()
    }
}

impl From<Due> for DueSpec {
    fn from(due: Due) -> Self {
        let bands = due.bands.iter();
        Self {
            bands: bands
                .map(|&(within, worth)| DueBand {
                    within: show_period(within),
                    worth,
                })
                .collect(),
            later: Some(due.later),
            past: Some(due.past),
            past_after: Some(show_period(due.past_after)),
        }
    }
}
