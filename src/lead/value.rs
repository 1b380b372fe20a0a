use super::moment::shortened;
use super::{AttributeType, Moment};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A list of texts that a view can lend without building one.
pub trait Tags {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tag at a position.
    fn get(&self, position: usize) -> Option<&str>;
}

impl<T: AsRef<str>> Tags for Vec<T> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn get(&self, position: usize) -> Option<&str> {
        self.as_slice().get(position).map(AsRef::as_ref)
    }
}

impl<T: AsRef<str>> Tags for Box<[T]> {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn get(&self, position: usize) -> Option<&str> {
        <[T]>::get(self, position).map(AsRef::as_ref)
    }
}

/// What a [`LeadView`](crate::LeadView) says of one attribute: borrowed, `Copy`, 24 bytes.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// Not known.
    Missing,
    /// A number; one that is not finite counts as missing.
    Number(f64),
    /// Text; empty text counts as missing.
    Text(&'a str),
    /// Yes or no.
    Flag(bool),
    /// A date.
    Date(Moment),
    /// Tags.
    Tags(&'a dyn Tags),
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("Missing"),
            Self::Number(number) => f.debug_tuple("Number").field(number).finish(),
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Flag(flag) => f.debug_tuple("Flag").field(flag).finish(),
            Self::Date(date) => f.debug_tuple("Date").field(date).finish(),
            Self::Tags(tags) => f
                .debug_list()
                .entries((0..tags.len()).filter_map(|i| tags.get(i)))
                .finish(),
        }
    }
}

/// An attribute's value, owned: what builders take and files hold.
///
/// In a file a date is a text; it becomes a date when it is read through a schema that says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    /// Yes or no.
    Flag(bool),
    /// A finite number.
    Number(f64),
    /// Text; empty text is a missing value.
    Text(String),
    /// Tags.
    Tags(Vec<String>),
    /// A date.
    #[serde(skip_deserializing)]
    Date(Moment),
}

impl AttributeValue {
    /// Reads a cell of a text file as a value of that type; an empty cell is `None`, a missing value.
    ///
    /// Numbers are plain `f64` text without thousands separators; flags are `true`, `false`, `yes`, `no`, `1` or `0`
    /// in any case; dates as [`Moment`] reads them; tags are split at `|`. White space around a cell is dropped.
    ///
    /// # Errors
    /// Text that is no value of the type, infinity and NaN included.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{AttributeType, AttributeValue};
    ///
    /// let value = AttributeValue::parse(AttributeType::Number, " 12.5 ")?;
    /// assert_eq!(value, Some(AttributeValue::Number(12.5)));
    /// assert_eq!(AttributeValue::parse(AttributeType::Flag, "")?, None);
    /// # Ok::<(), lead_scoring::ParseValueError>(())
    /// ```
    pub fn parse(of: AttributeType, cell: &str) -> Result<Option<Self>, ParseValueError> {
        let text = cell.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = |expected| ParseValueError {
            expected,
            given: shortened(text),
        };
        Ok(Some(match of {
            AttributeType::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Self::Number(number),
                _ => return Err(wrong("a finite number without thousands separators")),
            },
            AttributeType::Text => Self::Text(text.to_owned()),
            AttributeType::Flag => {
                let is = |words: [&str; 3]| words.iter().any(|w| w.eq_ignore_ascii_case(text));
                if is(["true", "yes", "1"]) {
                    Self::Flag(true)
                } else if is(["false", "no", "0"]) {
                    Self::Flag(false)
                } else {
                    return Err(wrong("true, false, yes, no, 1 or 0"));
                }
            }
            AttributeType::Date => match text.parse() {
                Ok(moment) => Self::Date(moment),
                Err(_) => return Err(wrong("a date (`2026-03-01`) or an RFC 3339 time")),
            },
            AttributeType::Tags => Self::Tags(
                text.split('|')
                    .map(str::trim)
                    .filter(|tag| !tag.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
        }))
    }

    /// What sort of value this is, as error messages call it.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Flag(flag) => format!("the flag `{flag}`"),
            Self::Number(number) => format!("the number `{number}`"),
            Self::Text(text) => format!("the text `{}`", shortened(text)),
            Self::Tags(tags) => format!("{} tags", tags.len()),
            Self::Date(date) => format!("the date `{date}`"),
        }
    }
}

/// A cell that is no value of its attribute's type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, got `{given}`")]
pub struct ParseValueError {
    expected: &'static str,
    given: String,
}

impl From<f64> for AttributeValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for AttributeValue {
    fn from(number: i32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<u32> for AttributeValue {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<bool> for AttributeValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Moment> for AttributeValue {
    fn from(date: Moment) -> Self {
        Self::Date(date)
    }
}

impl From<Vec<String>> for AttributeValue {
    fn from(tags: Vec<String>) -> Self {
        Self::Tags(tags)
    }
}

impl<const N: usize> From<[&str; N]> for AttributeValue {
    fn from(tags: [&str; N]) -> Self {
        Self::Tags(tags.iter().map(ToString::to_string).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_by_type() {
        use AttributeType as T;
        use AttributeValue as V;
        let read = |of, text| V::parse(of, text).unwrap();
        assert_eq!(read(T::Number, "-1e3"), Some(V::Number(-1000.0)));
        assert_eq!(read(T::Number, "  "), None);
        assert_eq!(read(T::Flag, "Yes"), Some(V::Flag(true)));
        assert_eq!(read(T::Flag, "0"), Some(V::Flag(false)));
        assert_eq!(read(T::Text, " a b "), Some(V::Text("a b".into())));
        assert_eq!(read(T::Tags, "vip| |eu"), Some(["vip", "eu"].into()));
        assert_eq!(
            read(T::Date, "2026-03-01"),
            Some(V::Date("2026-03-01".parse().unwrap()))
        );
    }

    #[test]
    fn what_is_no_value_is_said() {
        use AttributeType as T;
        for (of, cell, message) in [
            (
                T::Number,
                "1,000",
                "expected a finite number without thousands separators, got `1,000`",
            ),
            (
                T::Number,
                "inf",
                "expected a finite number without thousands separators, got `inf`",
            ),
            (
                T::Number,
                "NaN",
                "expected a finite number without thousands separators, got `NaN`",
            ),
            (
                T::Flag,
                "maybe",
                "expected true, false, yes, no, 1 or 0, got `maybe`",
            ),
            (
                T::Date,
                "soon",
                "expected a date (`2026-03-01`) or an RFC 3339 time, got `soon`",
            ),
        ] {
            assert_eq!(
                AttributeValue::parse(of, cell).unwrap_err().to_string(),
                message
            );
        }
    }

    #[test]
    fn views_are_small() {
        assert_eq!(size_of::<Value>(), 24);
    }
}
