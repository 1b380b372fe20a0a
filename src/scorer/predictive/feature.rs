mod ages;
mod columns;
mod moving;
mod plan;

use crate::scorer::rules::{ActivitySpec, Window};
use serde::{Deserialize, Serialize};

pub(super) use columns::{Cells, FeatureColumn, Marks};
pub(super) use moving::Moving;
pub(super) use plan::{FeaturePlan, Reading, Resolving, Sort};

/// One feature of a predictive model: what is read of a lead, and how it becomes numbers.
///
/// Exactly one of `attribute`, `activity`, `purchases`, `answer` and `dimension` says what is read:
///
/// | read | becomes |
/// | --- | --- |
/// | attribute of type number | its value, with `log1p` or in `bins` where asked |
/// | attribute of type text | a column for each level that training met, byte for byte |
/// | attribute of type flag | 1 for yes, 0 for no |
/// | attribute of type date | its age in days, negative where it lies ahead |
/// | attribute of type tags | a column for each tag that training met |
/// | activities | their number (faded, where the `activity` has a `decay`), the sum of their values, or the days since the last |
/// | purchases | their number, sum, mean, or the days since the last |
/// | answer | a column for each answer, its amount, or the days until its date |
/// | dimension | the score of another dimension of the same model, 0 to 100 |
///
/// Numbers count up to 1e12 in size. What is missing is a column of its own, unless `missing` says otherwise. No
/// activities and no purchases are a known 0; days since the last are missing then.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivitySpec, DecaySpec, FeatureSpec, Measure};
///
/// let features = [
///     FeatureSpec::attribute("industry").min_count(20),
///     FeatureSpec::attribute("seats").log1p(),
///     FeatureSpec::activity("visits", ActivitySpec::of("visit").decay(DecaySpec::half_life("14d"))),
///     FeatureSpec::activity("last demo", ActivitySpec::of("demo")).measure(Measure::DaysSinceLast),
///     FeatureSpec::purchases("spent").last("365d").measure(Measure::Sum).log1p(),
///     FeatureSpec::dimension("fit"),
/// ];
/// # let _ = features;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureSpec {
    /// Its name, once in a model: that of the reason in explanations.
    pub name: String,
    /// The attribute that is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The activities that are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivitySpec>,
    /// The purchases that are counted, by age; an empty table: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchases: Option<Window>,
    /// The qualification question whose answer is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The dimension whose score is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimension: Option<String>,
    /// What is measured of activities and purchases (default: their count) and of an answer (default: its level).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// Whether a number counts by `ln(1 + x)`; below 0 by `-ln(1 - x)`. Default: no.
    #[serde(default, skip_serializing_if = "is_false")]
    pub log1p: bool,
    /// Where the bins of a number begin, the first one below them all: a column for each bin. Default: no bins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bins: Vec<f64>,
    /// Levels that fewer training rows have are pooled in one column. Default: 1, none are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_count: Option<u32>,
    /// What a level counts for that training did not meet. Default: a pooled level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Unseen>,
    /// What a missing value counts for. Default: a column of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingValue>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What is measured of activities, purchases or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many activities, each faded by the `decay` of the `activity`; how many purchases, refunds left out.
    Count,
    /// The sum of the activities' values, each faded by the `decay`; of the purchases' amounts, refunds taken off.
    Sum,
    /// The sum of the purchases' amounts over their number; missing without a purchase.
    Mean,
    /// Days since the last one, fractions included; missing without one.
    DaysSinceLast,
    /// The answer by name: `yes`, `no` or its level. Amounts and dates count as missing.
    Level,
    /// The amount that was answered.
    Amount,
    /// Days until the date that was answered, negative where it has gone by.
    DaysUntil,
}

impl Measure {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::DaysSinceLast => "days_since_last",
            Self::Level => "level",
            Self::Amount => "amount",
            Self::DaysUntil => "days_until",
        }
    }
}

/// What a level counts for that training did not meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// A rare level that training pooled; where none was pooled, as `average`.
    #[default]
    Other,
    /// A missing value.
    Missing,
    /// Nothing: every column takes its mean over the training rows.
    Average,
}

/// What a missing value counts for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MissingValue {
    /// A column of its own, 1 where the value is missing; a number takes its mean beside it. Where no training row
    /// missed the value there is no such column, and a missing value counts as `mean`.
    #[default]
    Indicator,
    /// Nothing: every column takes its mean over the training rows that know the value.
    Mean,
    /// This number, before `log1p` and `bins`.
    Value(f64),
    /// This level, which training must have met.
    Level(String),
}

impl FeatureSpec {
    fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// An attribute, under its own name.
    #[must_use]
    pub fn attribute(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            attribute: Some(name.clone()),
            ..Self::named(name)
        }
    }

    /// Activities.
    #[must_use]
    pub fn activity(name: impl Into<String>, activity: ActivitySpec) -> Self {
        Self {
            activity: Some(activity),
            ..Self::named(name)
        }
    }

    /// Purchases.
    #[must_use]
    pub fn purchases(name: impl Into<String>) -> Self {
        Self {
            purchases: Some(Window::default()),
            ..Self::named(name)
        }
    }

    /// The answer to a qualification question, under its own name.
    #[must_use]
    pub fn answer(question: impl Into<String>) -> Self {
        let name = question.into();
        Self {
            answer: Some(name.clone()),
            ..Self::named(name)
        }
    }

    /// The score of another dimension, under its own name.
    #[must_use]
    pub fn dimension(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            dimension: Some(name.clone()),
            ..Self::named(name)
        }
    }

    /// Gives it another name. Default: that of what is read.
    #[must_use]
    pub fn rename(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// What is measured. Default: the count of activities and purchases, the level of an answer.
    #[must_use]
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measure = Some(measure);
        self
    }

    /// Counts purchases of ages below that; the window of activities stands in their [`ActivitySpec`]. Default: any
    /// age.
    #[must_use]
    pub fn last(mut self, time: impl Into<String>) -> Self {
        self.purchases.get_or_insert_default().last = Some(time.into());
        self
    }

    /// Lets a number count by `ln(1 + x)`; below 0 by `-ln(1 - x)`. Default: as it is.
    #[must_use]
    pub fn log1p(mut self) -> Self {
        self.log1p = true;
        self
    }

    /// Where the bins of a number begin, in rising order, the first one below them all. Default: no bins.
    #[must_use]
    pub fn bins(mut self, from: impl IntoIterator<Item = f64>) -> Self {
        self.bins = from.into_iter().collect();
        self
    }

    /// Pools levels that fewer training rows have. Default: 1, none are.
    #[must_use]
    pub fn min_count(mut self, rows: u32) -> Self {
        self.min_count = Some(rows);
        self
    }

    /// What a level counts for that training did not meet. Default: a pooled level.
    #[must_use]
    pub fn unseen(mut self, unseen: Unseen) -> Self {
        self.unseen = Some(unseen);
        self
    }

    /// What a missing value counts for. Default: a column of its own.
    #[must_use]
    pub fn missing(mut self, missing: MissingValue) -> Self {
        self.missing = Some(missing);
        self
    }
}
