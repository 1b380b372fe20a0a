use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// A part of a [`StateCondition`](crate::StateCondition) that made it true or false, with what was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Because {
    /// A comparison of a score.
    Score {
        /// The dimension, or `composite`.
        dimension: Arc<str>,
        /// The score, 0 to 100.
        value: Option<f64>,
        /// The comparison; in leaving a stage, with its margin.
        asked: String,
        /// Whether it holds.
        holds: bool,
    },
    /// A comparison of a raw value.
    Raw {
        /// The dimension.
        dimension: Arc<str>,
        /// The raw value, in the dimension's unit.
        value: Option<f64>,
        /// The comparison; in leaving a stage, with its margin.
        asked: String,
        /// Whether it holds.
        holds: bool,
    },
    /// A number of activities.
    Activity {
        /// The kinds, joined by `, `; empty for any kind.
        kinds: Arc<str>,
        /// How many counted.
        times: u64,
        /// The comparison.
        asked: String,
        /// Whether it holds.
        holds: bool,
    },
    /// A label.
    Label {
        /// The set of labels.
        set: Arc<str>,
        /// The label that was asked for.
        label: Arc<str>,
        /// Whether it is reached; in leaving a stage, with its margin.
        holds: bool,
    },
    /// A condition on attributes.
    Attributes {
        /// The condition.
        asked: Arc<str>,
        /// Whether it is true.
        holds: bool,
    },
    /// The verdict.
    Disqualified {
        /// The reasons for which the lead is disqualified; empty where it is not.
        reasons: Vec<Arc<str>>,
    },
}

/// In words; `{:.1}` rounds what was found.
impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = |holds: bool| if holds { "" } else { "not " };
        match self {
            Self::Score {
                dimension,
                value,
                asked,
                holds,
            } => number(f, "score", dimension, *value, not(*holds), asked),
            Self::Raw {
                dimension,
                value,
                asked,
                holds,
            } => number(f, "raw value", dimension, *value, not(*holds), asked),
            Self::Activity {
                kinds,
                times,
                asked,
                holds,
            } => {
                let kinds = if kinds.is_empty() { "any" } else { kinds };
                write!(
                    f,
                    "activity `{kinds}`: {times}, which is {}{asked}",
                    not(*holds)
                )
            }
            Self::Label { set, label, holds } => {
                write!(f, "label `{set}` has {}reached `{label}`", not(*holds))
            }
            Self::Attributes { asked, holds } => write!(f, "{holds}: {asked}"),
            Self::Disqualified { reasons } if reasons.is_empty() => f.write_str("not disqualified"),
            Self::Disqualified { reasons } => {
                f.write_str("disqualified: ")?;
                for (i, reason) in reasons.iter().enumerate() {
                    write!(f, "{}{reason}", if i > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

fn number(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    dimension: &str,
    value: Option<f64>,
    not: &str,
    asked: &str,
) -> fmt::Result {
    write!(f, "{what} `{dimension}` is ")?;
    match value {
        Some(value) => {
            fmt::Display::fmt(&value, f)?;
            write!(f, ", which is {not}{asked}")
        }
        None => f.write_str("missing"),
    }
}
