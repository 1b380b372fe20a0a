mod reach;
mod resolve;

pub(super) use resolve::{LabelContext, Labels, PendingLabels, Target};

use crate::scorer::{ActivitySpec, ConditionSpec};
use serde::{Deserialize, Serialize};

/// Names for ranges of one number, such as cold, warm and hot, or MQL and SQL.
///
/// Every band is `>=`; below the lowest there is no label. A disqualified lead keeps its label, but has reached
/// none ([`ScoreVector::reached`](crate::ScoreVector::reached)).
///
/// # Examples
/// ```
/// use lead_scoring::{ActivitySpec, AutoQualifySpec, LabelSpec};
///
/// let stage = LabelSpec::new("stage")
///     .of("engagement")
///     .band("mql", 40.0)
///     .band("sql", 70.0)
///     .auto(AutoQualifySpec::new("sql", "asked for a demo").activity(ActivitySpec::of("demo_request").last("30d")));
/// # let _ = stage;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSpec {
    /// Its name, once in a model.
    pub name: String,
    /// The dimension, or `composite`. Default: the composite where the model has one, else the first dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What thresholds are compared with. Default: scores.
    #[serde(default, skip_serializing_if = "LabelOn::is_score")]
    pub on: LabelOn,
    /// The bands.
    pub bands: Vec<BandSpec>,
    /// What lifts a lead into a band whatever its score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auto: Vec<AutoQualifySpec>,
}

/// What thresholds are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelOn {
    /// The score, 0 to 100; the manual one while it is in force.
    #[default]
    Score,
    /// The raw value of a dimension of points.
    Points,
    /// The percentile rank of that score, 0 to 100, in the population that the model was fitted to.
    Percentile,
}

impl LabelOn {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    pub(super) fn is_score(&self) -> bool {
        *self == Self::Score
    }
}

/// One band of a [`LabelSpec`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandSpec {
    /// The label.
    pub label: String,
    /// The number from which it holds.
    pub at_least: f64,
}

/// A hand-raiser: whoever does this, or is this, is lifted into a band whatever the score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoQualifySpec {
    /// The band.
    pub label: String,
    /// Why, for people.
    pub reason: String,
    /// What must be true of the lead's attributes. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionSpec>,
    /// What the lead must have done. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivitySpec>,
}

impl LabelSpec {
    /// Labels without bands, of the composite or the first dimension.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// The dimension, or `composite`. Default: the composite where there is one, else the first dimension.
    #[must_use]
    pub fn of(mut self, dimension: impl Into<String>) -> Self {
        self.of = Some(dimension.into());
        self
    }

    /// Grade bands: labels with the number from which each holds, in any order.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::LabelSpec;
    ///
    /// let grade = LabelSpec::grades("grade", [("A", 90.0), ("B", 75.0), ("C", 50.0), ("D", 25.0)]);
    /// assert_eq!(grade, LabelSpec::new("grade").band("A", 90.0).band("B", 75.0).band("C", 50.0).band("D", 25.0));
    /// ```
    #[must_use]
    pub fn grades<N: Into<String>>(
        name: impl Into<String>,
        bands: impl IntoIterator<Item = (N, f64)>,
    ) -> Self {
        let labels = Self::new(name);
        bands.into_iter().fold(labels, |labels, (label, at_least)| {
            labels.band(label, at_least)
        })
    }

    /// Takes thresholds as percentile ranks, which the model must have. Default: as scores.
    #[must_use]
    pub fn on_percentiles(mut self) -> Self {
        self.on = LabelOn::Percentile;
        self
    }

    /// Takes thresholds as points. Default: as scores.
    #[must_use]
    pub fn on_points(mut self) -> Self {
        self.on = LabelOn::Points;
        self
    }

    /// Adds a band.
    #[must_use]
    pub fn band(mut self, label: impl Into<String>, at_least: f64) -> Self {
        self.bands.push(BandSpec {
            label: label.into(),
            at_least,
        });
        self
    }

    /// Adds what lifts a lead into a band.
    #[must_use]
    pub fn auto(mut self, auto: AutoQualifySpec) -> Self {
        self.auto.push(auto);
        self
    }
}

impl AutoQualifySpec {
    /// Lifts into that band, for that reason.
    #[must_use]
    pub fn new(label: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            reason: reason.into(),
            ..Self::default()
        }
    }

    /// What must be true of the lead's attributes. Default: nothing.
    #[must_use]
    pub fn when(mut self, condition: impl Into<ConditionSpec>) -> Self {
        self.when = Some(condition.into());
        self
    }

    /// What the lead must have done. Default: nothing.
    #[must_use]
    pub fn activity(mut self, activity: ActivitySpec) -> Self {
        self.activity = Some(activity);
        self
    }
}
