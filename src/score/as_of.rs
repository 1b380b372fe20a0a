use crate::lead::Moment;
use chrono::{DateTime, Utc};
use std::fmt;
use std::str::FromStr;

/// The moment as of which a lead is judged.
///
/// The library reads no clock. Activities and purchases after this moment are invisible, one exactly at it is
/// visible with age 0; date attributes may lie ahead of it.
///
/// # Examples
/// ```
/// use lead_scoring::AsOf;
///
/// let as_of: AsOf = "2026-03-01T12:00:00Z".parse()?;
/// assert_eq!(as_of.to_string(), "2026-03-01T12:00:00Z");
/// # Ok::<(), lead_scoring::ParseMomentError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AsOf(Moment);

impl AsOf {
    /// As of that moment.
    #[must_use]
    pub const fn new(moment: Moment) -> Self {
        Self(moment)
    }

    /// The moment.
    #[must_use]
    pub const fn moment(self) -> Moment {
        self.0
    }
}

impl From<Moment> for AsOf {
    fn from(moment: Moment) -> Self {
        Self(moment)
    }
}

impl From<DateTime<Utc>> for AsOf {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.into())
    }
}

impl FromStr for AsOf {
    type Err = crate::lead::ParseMomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
