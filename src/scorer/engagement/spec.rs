use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Weighted activity counts of the last days, scaled over a population, as they stand in a model file.
///
/// `raw = sum over day and kind of min(count, per_day) * weight`, and
/// `score = 100 * (sqrt(raw) - zero) / (hundred - zero)` within 0 to 100. `zero` and `hundred` are what
/// [`fit`](EngagementSpec::fit) found in the population: the roots of the least and of the most engaged lead. Kinds
/// without a weight do not count. Days are those of the history's `utc_offset`; of the oldest day only what lies
/// inside the window counts.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivityRecord, AsOf, EngagementSpec, HistorySpec, Lead, SchemaSpec, Scorer};
///
/// let schema = SchemaSpec::new().kinds(["visit", "demo"]).build()?;
/// let history = HistorySpec::new().utc_offset("+00:00");
/// let lead = |id: &str, demos: usize| {
///     let demo = || ActivityRecord::new("demo", "2026-02-20".parse().unwrap_or(lead_scoring::Moment::MIN));
///     (0..demos).fold(Lead::builder(&schema, id), |lead, _| lead.activity(demo())).build()
/// };
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let population = [lead("none", 0)?, lead("some", 5)?, lead("most", 20)?, lead("more than counts", 25)?];
///
/// let spec = EngagementSpec::new().weight("visit", 1.0).weight("demo", 5.0);
/// let spec = spec.fit(&schema, &history, &population, as_of)?;
/// let engagement = spec.build(&schema, &history)?;
/// let scores = population.each_ref().map(|lead| engagement.score(lead, as_of).map(|score| score.get()));
/// assert_eq!(scores, [Some(0.0), Some(50.0), Some(100.0), Some(100.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Adobe Journey Optimizer B2B Edition, "Engagement scores": activities of 30 days, at most 20 of a type a day,
/// weighted, normalised to 0 to 100.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngagementSpec {
    /// Activities of this age and older do not count. Default: `30d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// How many of a kind count on one day. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
    /// The root that gives score 0. Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zero: Option<f64>,
    /// The root that gives score 100; there is none until the spec is fitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hundred: Option<f64>,
    /// What one activity of a kind weighs.
    pub weights: BTreeMap<String, f64>,
}

impl EngagementSpec {
    /// No weights yet, and not fitted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What one activity of a kind weighs. Default: kinds do not count.
    #[must_use]
    pub fn weight(mut self, kind: impl Into<String>, weight: f64) -> Self {
        self.weights.insert(kind.into(), weight);
        self
    }

    /// Activities of this age and older do not count. Default: `30d`.
    #[must_use]
    pub fn window(mut self, time: impl Into<String>) -> Self {
        self.window = Some(time.into());
        self
    }

    /// How many of a kind count on one day. Default: 20.
    #[must_use]
    pub fn per_day(mut self, count: u32) -> Self {
        self.per_day = Some(count);
        self
    }

    /// The roots that give score 0 and score 100, where they are not to be fitted. Default: 0, and none.
    #[must_use]
    pub fn scale(mut self, zero: f64, hundred: f64) -> Self {
        (self.zero, self.hundred) = (Some(zero), Some(hundred));
        self
    }
}
