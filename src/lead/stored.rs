use super::{AttributeType, AttributeValue, Moment};

/// An attribute on its way into a [`Lead`](super::Lead): checked, without spare capacity.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Stored {
    #[default]
    Missing,
    Number(f64),
    Text(Box<str>),
    Flag(bool),
    Date(Moment),
    Tags(Box<[Box<str>]>),
}

impl Stored {
    /// The value as one of that type; `Missing` for empty text.
    ///
    /// Negative zero becomes zero, and empty tags are dropped.
    pub(super) fn new(of: AttributeType, value: AttributeValue) -> Result<Self, String> {
        use AttributeType as T;
        use AttributeValue as V;
        Ok(match (of, value) {
            (_, V::Text(text)) if text.is_empty() => Self::Missing,
            (T::Number, V::Number(number)) => Self::Number(finite(number)?),
            (T::Text, V::Text(text)) => Self::Text(text.into()),
            (T::Flag, V::Flag(flag)) => Self::Flag(flag),
            (T::Date, V::Date(date)) => Self::Date(date),
            (T::Date, V::Text(text)) => {
                Self::Date(text.parse::<Moment>().map_err(|error| error.to_string())?)
            }
            (T::Tags, V::Tags(tags)) => Self::Tags(
                tags.into_iter()
                    .filter(|tag| !tag.is_empty())
                    .map(String::into_boxed_str)
                    .collect(),
            ),
            (of, value) => return Err(format!("expected {of}, got {}", value.described())),
        })
    }

    /// The value as files hold it; `None` when missing.
    pub(super) fn to_value(&self) -> Option<AttributeValue> {
        Some(match self {
            Self::Missing => return None,
            Self::Number(number) => AttributeValue::Number(*number),
            Self::Text(text) => AttributeValue::Text(text.to_string()),
            Self::Flag(flag) => AttributeValue::Flag(*flag),
            Self::Date(date) => AttributeValue::Date(*date),
            Self::Tags(tags) => {
                AttributeValue::Tags(tags.iter().map(ToString::to_string).collect())
            }
        })
    }

    /// What sort of value this is, as error messages call it.
    pub(super) fn described(&self) -> String {
        self.to_value()
            .map_or_else(|| "nothing".to_owned(), |value| value.described())
    }
}

/// The number with negative zero made zero, so that equal numbers have equal bits.
pub(super) fn finite(number: f64) -> Result<f64, String> {
    if number.is_finite() {
        Ok(number + 0.0)
    } else {
        Err(format!("expected a finite number, got `{number}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttributeType as T;

    #[test]
    fn values_are_taken_by_type() {
        let read = |of, value: AttributeValue| Stored::new(of, value).unwrap();
        assert_eq!(read(T::Text, "".into()), Stored::Missing);
        assert_eq!(read(T::Number, "".into()), Stored::Missing);
        assert_eq!(
            read(T::Text, "2026-03-01".into()),
            Stored::Text("2026-03-01".into())
        );
        let date: Moment = "2026-03-01".parse().unwrap();
        assert_eq!(read(T::Date, "2026-03-01".into()), Stored::Date(date));
        assert_eq!(read(T::Date, date.into()), Stored::Date(date));
        assert_eq!(
            read(T::Tags, ["a", "", "b"].into()),
            Stored::Tags(["a".into(), "b".into()].into())
        );
        assert_eq!(read(T::Tags, Vec::new().into()), Stored::Tags([].into()));
        let Stored::Number(zero) = read(T::Number, (-0.0).into()) else {
            panic!()
        };
        assert!(zero.is_sign_positive());
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let date: Moment = "2026-03-01".parse().unwrap();
        let cases: [(T, AttributeValue, &str); 8] = [
            (
                T::Number,
                "many".into(),
                "expected number, got the text `many`",
            ),
            (
                T::Number,
                f64::NAN.into(),
                "expected a finite number, got `NaN`",
            ),
            (
                T::Number,
                f64::NEG_INFINITY.into(),
                "expected a finite number, got `-inf`",
            ),
            (T::Text, 3.into(), "expected text, got the number `3`"),
            (T::Flag, 1.into(), "expected flag, got the number `1`"),
            (T::Tags, true.into(), "expected tags, got the flag `true`"),
            (
                T::Text,
                date.into(),
                "expected text, got the date `2026-03-01T00:00:00Z`",
            ),
            (
                T::Date,
                "soon".into(),
                "expected a date (`2026-03-01`) or an RFC 3339 time (`2026-03-01T09:30:00Z`), got `soon`",
            ),
        ];
        for (of, value, message) in cases {
            assert_eq!(Stored::new(of, value), Err(message.to_owned()));
        }
    }

    #[test]
    fn values_are_small() {
        assert_eq!(size_of::<Stored>(), 24);
    }
}
