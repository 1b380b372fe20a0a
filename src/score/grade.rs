use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One of 13 grades, from F over D-, D, D+ and so on to A+: a lead's fit as Salesforce Account Engagement (Pardot)
/// writes it.
///
/// # Examples
/// ```
/// use lead_scoring::Grade;
///
/// let grade: Grade = "C-".parse()?;
/// assert_eq!(grade.step(), 4);
/// assert!(grade > Grade::D);
/// assert_eq!(Grade::from_step(12).map(|grade| grade.to_string()), Some("A+".to_owned()));
/// # Ok::<(), lead_scoring::ParseGradeError>(())
/// ```
///
/// # References
/// Salesforce Help, "Prospect grading" (Account Engagement).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Grade(u8);

/// All grades, lowest first.
const NAMES: [&str; 13] = [
    "F", "D-", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+",
];

impl Grade {
    /// The lowest.
    pub const F: Self = Self(0);
    /// Where all start.
    pub const D: Self = Self(2);
    /// The highest.
    pub const A_PLUS: Self = Self(12);

    /// The grade that many thirds of a letter above F; `None` beyond 12.
    #[must_use]
    pub fn from_step(step: u8) -> Option<Self> {
        (step <= Self::A_PLUS.0).then_some(Self(step))
    }

    /// The grade of a raw value: the step nearest to it; `None` where it is no grade's.
    #[must_use]
    pub fn from_raw(raw: f64) -> Option<Self> {
        let steps = (0..=Self::A_PLUS.0).map(Self);
        steps
            .into_iter()
            .find(|grade| (f64::from(grade.0) - raw).abs() < 0.5)
    }

    /// Thirds of a letter above F, 0 to 12.
    #[must_use]
    pub fn step(self) -> u8 {
        self.0
    }

    /// The letter with its sign.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}

impl Default for Grade {
    fn default() -> Self {
        Self::D
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<Grade> for String {
    fn from(grade: Grade) -> Self {
        grade.as_str().to_owned()
    }
}

impl FromStr for Grade {
    type Err = ParseGradeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let place = NAMES.iter().position(|&name| name == text.trim());
        let step = place.and_then(|place| u8::try_from(place).ok());
        step.map(Self).ok_or_else(|| ParseGradeError {
            given: crate::lead::shortened(text),
        })
    }
}

impl TryFrom<String> for Grade {
    type Error = ParseGradeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Text that is no grade.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a grade from `F`, `D-`, `D`, `D+` to `A+`, got `{given}`")]
pub struct ParseGradeError {
    given: String,
}
