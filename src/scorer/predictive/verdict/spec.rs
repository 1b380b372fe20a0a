use super::data::VerdictData;
use super::{Verdict, judge};
use crate::model::Problems;
use crate::scorer::predictive::TrainError;
use serde::{Deserialize, Serialize};

/// How much is enough to learn from, and what looks like a leak.
///
/// # References
/// Ten events for each feature: Peduzzi and others, "A simulation study of the number of events per variable in
/// logistic regression analysis", *Journal of Clinical Epidemiology* 49 (1996). Forty leads of either outcome are what
/// commercial predictive lead scoring asks for.
///
/// # Examples
/// ```
/// use lead_scoring::VerdictSpec;
///
/// let spec: VerdictSpec = toml::from_str("converted = 100\nevents_per_feature = 20")?;
/// assert_eq!(spec, VerdictSpec::new().converted(100).events_per_feature(20.0));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerdictSpec {
    /// How many rows must have converted. Default: 40.
    pub converted: u64,
    /// How many rows must not have. Default: 40.
    pub not_converted: u64,
    /// How many rows of the rarer outcome each feature needs, 0 to 1e12; fewer for each column that the features become
    /// asks for care. Default: 10.
    pub events_per_feature: f64,
    /// From which ROC AUC on, 0.5 to 1, a feature alone nearly tells the outcomes apart. Default: 0.98.
    pub nearly_separates: f64,
    /// From which share of levels in rows on, more than 0 and at most 1, a feature is like an identifier. Default: 0.5.
    pub identifier: f64,
    /// From which share of its variance on, more than 0 and at most 1, a column follows from others. Default:
    /// 0.9999.
    pub collinear: f64,
}

impl Default for VerdictSpec {
    fn default() -> Self {
        Self {
            converted: 40,
            not_converted: 40,
            events_per_feature: 10.0,
            nearly_separates: 0.98,
            identifier: 0.5,
            collinear: 0.9999,
        }
    }
}

impl VerdictSpec {
    /// 40 of each outcome, 10 events for each feature.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows must have converted. Default: 40.
    #[must_use]
    pub fn converted(mut self, rows: u64) -> Self {
        self.converted = rows;
        self
    }

    /// How many rows must not have. Default: 40.
    #[must_use]
    pub fn not_converted(mut self, rows: u64) -> Self {
        self.not_converted = rows;
        self
    }

    /// How many rows of the rarer outcome each feature needs. Default: 10.
    #[must_use]
    pub fn events_per_feature(mut self, rows: f64) -> Self {
        self.events_per_feature = rows;
        self
    }

    /// From which ROC AUC on a feature alone nearly tells the outcomes apart. Default: 0.98.
    #[must_use]
    pub fn nearly_separates(mut self, auc: f64) -> Self {
        self.nearly_separates = auc;
        self
    }

    /// From which share of levels in rows on a feature is like an identifier. Default: 0.5.
    #[must_use]
    pub fn identifier(mut self, share: f64) -> Self {
        self.identifier = share;
        self
    }

    /// From which share of its variance on a column follows from others. Default: 0.9999.
    #[must_use]
    pub fn collinear(mut self, share: f64) -> Self {
        self.collinear = share;
        self
    }

    /// Whether these rows should be learned from. Reads every value; columns are looked at on all cores (feature
    /// `parallel`).
    ///
    /// # Errors
    /// Numbers of the spec out of range, all at once; no rows or columns, lengths that differ, values that are not
    /// finite or beyond 1e15 in size. Few rows, or rows of one outcome only, are a verdict and no error.
    pub fn judge(&self, data: &VerdictData<'_>) -> Result<Verdict, TrainError> {
        let mut problems = Problems::default();
        let mut within = |field, value: f64, low: f64, high: f64| {
            if !(low..=high).contains(&value) {
                let message = format!("must be between {low} and {high:e}, got `{value}`");
                problems.push(field, message.replace("1e0", "1"));
            }
        };
        within("events_per_feature", self.events_per_feature, 0.0, 1e12);
        within("nearly_separates", self.nearly_separates, 0.5, 1.0);
        within("identifier", self.identifier, 0.01, 1.0);
        within("collinear", self.collinear, 0.01, 1.0);
        problems.into_result(())?;
        data.check()?;
        Ok(judge::verdict(self, data))
    }
}
