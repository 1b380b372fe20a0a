use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One segment over a population.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentSummary {
    /// Its name.
    pub segment: Arc<str>,
    /// How many leads are in it.
    pub count: usize,
    /// Their share of the population, 0 to 1; 0 of an empty one.
    pub share: f64,
    /// Of how many leads it is not known whether they are in it.
    pub unknown: usize,
    /// The mean machine score of its leads in each dimension, in the model's order.
    pub means: Vec<SegmentMean>,
    /// The mean composite of its leads, where the model has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub composite: Option<SegmentMean>,
}

/// A mean score of the leads of a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentMean {
    /// The dimension, or `composite`.
    pub dimension: Arc<str>,
    /// The mean, 0 to 100, of those that have a score; `None` where none has.
    pub mean: Option<f64>,
    /// How many have a score.
    pub scored: usize,
}

impl SegmentSummary {
    /// The mean machine score of a named dimension, or of `composite`.
    #[must_use]
    pub fn mean(&self, dimension: &str) -> Option<f64> {
        let mut all = self.means.iter().chain(&self.composite);
        all.find(|mean| &*mean.dimension == dimension)?.mean
    }
}
