use serde::{Deserialize, Serialize};

/// A number, a flag or a text: what an attribute is compared with. Dates are texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text, or a date as text.
    Text(String),
}

impl From<f64> for Scalar {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Scalar {
    fn from(number: i32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<bool> for Scalar {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Whether a value is there at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It is there.
    Known,
    /// It is missing.
    Missing,
}

/// Whether upper and lower case are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterCase {
    /// They are (Unicode lower case, no normalisation).
    #[default]
    Ignore,
    /// They are not.
    Exact,
}

/// One comparison of a value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// Is the value there? Never unknown.
    Is(Known),
    /// The same number, flag, text or date.
    Equals(Scalar),
    /// One of those.
    OneOf(Vec<Scalar>),
    /// Less, or earlier.
    LessThan(Scalar),
    /// Less or the same.
    AtMost(Scalar),
    /// More, or later.
    MoreThan(Scalar),
    /// More or the same.
    AtLeast(Scalar),
    /// From the first to the second, both included.
    Between(Scalar, Scalar),
    /// The text stands somewhere in it.
    Contains(String),
    /// It starts with the text.
    StartsWith(String),
    /// It ends with the text.
    EndsWith(String),
    /// The regular expression matches somewhere in it; linear time, case-sensitive unless it says `(?i)`.
    Matches(String),
    /// At least one of the tags is there.
    HasAny(Vec<String>),
    /// All of the tags are there.
    HasAll(Vec<String>),
    /// None of the tags is there.
    HasNone(Vec<String>),
    /// The date lies back by less than that: `0 <= age < N`.
    WithinLast(String),
    /// The date lies back by that or more: `age >= N`.
    OlderThan(String),
    /// The date lies ahead by less than that: `0 <= time to it < N`.
    WithinNext(String),
}

impl Test {
    /// The comparison's name in a file.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Is(_) => "is",
            Self::Equals(_) => "equals",
            Self::OneOf(_) => "one_of",
            Self::LessThan(_) => "less_than",
            Self::AtMost(_) => "at_most",
            Self::MoreThan(_) => "more_than",
            Self::AtLeast(_) => "at_least",
            Self::Between(..) => "between",
            Self::Contains(_) => "contains",
            Self::StartsWith(_) => "starts_with",
            Self::EndsWith(_) => "ends_with",
            Self::Matches(_) => "matches",
            Self::HasAny(_) => "has_any",
            Self::HasAll(_) => "has_all",
            Self::HasNone(_) => "has_none",
            Self::WithinLast(_) => "within_last",
            Self::OlderThan(_) => "older_than",
            Self::WithinNext(_) => "within_next",
        }
    }

    /// Its place in a file's table.
    pub(super) fn rank(&self) -> usize {
        const ORDER: [&str; 18] = [
            "is",
            "equals",
            "one_of",
            "less_than",
            "at_most",
            "more_than",
            "at_least",
            "between",
            "contains",
            "starts_with",
            "ends_with",
            "matches",
            "has_any",
            "has_all",
            "has_none",
            "within_last",
            "older_than",
            "within_next",
        ];
        let name = self.name();
        ORDER
            .iter()
            .position(|&other| other == name)
            .unwrap_or(ORDER.len())
    }
}
