use crate::scorer::condition::Filter;
use crate::scorer::decay::DecaySpec;
use serde::{Deserialize, Serialize};

/// One name or several, written `"download"` or `["download", "webinar"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrMany", into = "OneOrMany")]
pub struct Names(pub Vec<String>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Names {
    fn from(names: OneOrMany) -> Self {
        match names {
            OneOrMany::One(name) => Self(vec![name]),
            OneOrMany::Many(names) => Self(names),
        }
    }
}

impl From<Names> for OneOrMany {
    fn from(mut names: Names) -> Self {
        match (names.0.len(), names.0.pop()) {
            (1, Some(only)) => Self::One(only),
            (_, last) => {
                names.0.extend(last);
                Self::Many(names.0)
            }
        }
    }
}

impl From<&str> for Names {
    fn from(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }
}

impl<const N: usize> From<[&str; N]> for Names {
    fn from(names: [&str; N]) -> Self {
        Self(names.iter().map(ToString::to_string).collect())
    }
}

/// What a lead must have done, and how often it counts.
///
/// Filters and [`occurrences`](ActivitySpec::occurrences) choose over the whole visible history; `window` and
/// `decay` then act on what was chosen. Count ranges alone count inside the window.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivitySpec, DecaySpec, Filter, Occurrences};
///
/// let pricing_page = ActivitySpec::of("page_view")
///     .subject(Filter::new().starts_with("/pricing"))
///     .occurrences(Occurrences::PerDay(1))
///     .last("90d")
///     .decay(DecaySpec::half_life("14d"));
/// # let _ = pricing_page;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ActivitySpec {
    /// Its kind, or one of several. Default: any kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Names>,
    /// The product it concerns, or one of several. Default: any or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Names>,
    /// Comparisons of the subject, a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Filter>,
    /// Comparisons of the channel, a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Filter>,
    /// Comparisons of the value, a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Filter>,
    /// Which of them count. Default: each.
    #[serde(skip_serializing_if = "Occurrences::is_each")]
    pub occurrences: Occurrences,
    /// Which one stays where one stays of several (`once`, `once_per_subject`). Default: the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<Keep>,
    /// The ages that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// How points fade with age. Default: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decay: Option<DecaySpec>,
}

/// Which activities count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Occurrences {
    /// All.
    #[default]
    Each,
    /// One: the newest, or the first where `keep` says so.
    Once,
    /// The first N.
    First(u32),
    /// The N-th, the 2N-th and so on.
    EveryNth(u32),
    /// The first N of each calendar day.
    PerDay(u32),
    /// At most `count` in any period `per`; greedy from the oldest.
    AtMost {
        /// How many.
        count: u32,
        /// In how long.
        per: String,
    },
    /// One for each subject; without a subject each counts.
    OncePerSubject,
    /// None for itself: their number in the window gives the points of its range.
    Count(Vec<CountRange>),
}

impl Occurrences {
    fn is_each(&self) -> bool {
        *self == Self::Each
    }
}

/// Points for a number of activities. The first range that holds the number gives its points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CountRange {
    /// This many or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// From the first to the second, both included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<(u64, u64)>,
    /// This many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exactly: Option<u64>,
    /// The points.
    pub points: f64,
}

impl CountRange {
    /// Points for that many or more.
    #[must_use]
    pub fn at_least(count: u64, points: f64) -> Self {
        Self {
            at_least: Some(count),
            points,
            ..Self::default()
        }
    }

    /// Points for that many to that many.
    #[must_use]
    pub fn between(low: u64, high: u64, points: f64) -> Self {
        Self {
            between: Some((low, high)),
            points,
            ..Self::default()
        }
    }

    /// Points for that many.
    #[must_use]
    pub fn exactly(count: u64, points: f64) -> Self {
        Self {
            exactly: Some(count),
            points,
            ..Self::default()
        }
    }
}

/// Which one stays where one stays of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The newest.
    #[default]
    Newest,
    /// The first.
    First,
}

/// The ages that count. Both may stand together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Window {
    /// Ages `0 <= age < N`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Ages `age >= N`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than: Option<String>,
}

impl ActivitySpec {
    /// Activities of any kind.
    #[must_use]
    pub fn any_kind() -> Self {
        Self::default()
    }

    /// Activities of that kind, or of one of those kinds.
    #[must_use]
    pub fn of(kind: impl Into<Names>) -> Self {
        Self {
            kind: Some(kind.into()),
            ..Self::default()
        }
    }

    /// The product it concerns, or one of several. Default: any or none.
    #[must_use]
    pub fn product(mut self, product: impl Into<Names>) -> Self {
        self.product = Some(product.into());
        self
    }

    /// Comparisons of the subject. Default: none.
    #[must_use]
    pub fn subject(mut self, filter: Filter) -> Self {
        self.subject = Some(filter);
        self
    }

    /// Comparisons of the channel. Default: none.
    #[must_use]
    pub fn channel(mut self, filter: Filter) -> Self {
        self.channel = Some(filter);
        self
    }

    /// Comparisons of the value. Default: none.
    #[must_use]
    pub fn value(mut self, filter: Filter) -> Self {
        self.value = Some(filter);
        self
    }

    /// Which of them count. Default: each.
    #[must_use]
    pub fn occurrences(mut self, occurrences: Occurrences) -> Self {
        self.occurrences = occurrences;
        self
    }

    /// Which one stays where one stays of several. Default: the newest.
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = Some(keep);
        self
    }

    /// Counts ages below that. Default: any age.
    #[must_use]
    pub fn last(mut self, time: impl Into<String>) -> Self {
        self.window.get_or_insert_default().last = Some(time.into());
        self
    }

    /// Counts ages of that and above. Default: any age.
    #[must_use]
    pub fn older_than(mut self, time: impl Into<String>) -> Self {
        self.window.get_or_insert_default().older_than = Some(time.into());
        self
    }

    /// How points fade with age. Default: not at all.
    #[must_use]
    pub fn decay(mut self, decay: DecaySpec) -> Self {
        self.decay = Some(decay);
        self
    }
}

/// How long a lead must have done nothing: the rule's points once per whole period.
///
/// Counted from the latest of the last activity, the lead's creation and its reset mark, and not from before the
/// history's `ignore_before`; where none of the three is known the rule gives nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InactivitySpec {
    /// The period.
    pub every: String,
    /// Where the points end: not below it, or not above it where points are positive. Default: they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// Kinds of activity that end it. Default: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Names>,
}

impl InactivitySpec {
    /// Nothing done for that long, and again for each such period.
    #[must_use]
    pub fn every(time: impl Into<String>) -> Self {
        Self {
            every: time.into(),
            ..Self::default()
        }
    }

    /// Where the points end. Default: they do not.
    #[must_use]
    pub fn floor(mut self, points: f64) -> Self {
        self.floor = Some(points);
        self
    }

    /// Kinds of activity that end it. Default: any.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<Names>) -> Self {
        self.kind = Some(kind.into());
        self
    }
}
