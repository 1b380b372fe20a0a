mod course;

use super::problem::Problems;
use crate::score::{
    Formula, LARGEST, WhenMissing, extreme, geometric_mean, larger, smaller, weighted_mean,
};
use crate::scorer::Lint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How dimensions become one number. It stands beside the vector and never replaces it.
///
/// # Examples
/// ```
/// use lead_scoring::{CompositeSpec, WhenMissing};
///
/// let composite = CompositeSpec::weighted_mean([("fit", 0.4), ("engagement", 0.6)]).missing(WhenMissing::Zero);
/// # let _ = composite;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompositeSpec {
    /// The method.
    pub method: CompositeMethod,
    /// Weight of each dimension, by name; a dimension that is not named has none. Default: all the same. The means
    /// take weights, the extremes do not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
    /// What a dimension that abstains counts for. Default: it is left out.
    #[serde(default, skip_serializing_if = "is_skip")]
    pub missing: WhenMissing,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_skip(missing: &WhenMissing) -> bool {
    *missing == WhenMissing::Skip
}

/// How dimensions become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompositeMethod {
    /// `sum(w * score) / sum(w)`.
    #[default]
    WeightedMean,
    /// `exp(sum(w * ln(score)) / sum(w))`: a lead must be good in everything.
    GeometricMean,
    /// The lowest dimension.
    Min,
    /// The highest dimension.
    Max,
}

impl CompositeSpec {
    /// Weighted arithmetic mean.
    #[must_use]
    pub fn weighted_mean<N: Into<String>>(weights: impl IntoIterator<Item = (N, f64)>) -> Self {
        Self::with(CompositeMethod::WeightedMean, weights)
    }

    /// Weighted geometric mean.
    #[must_use]
    pub fn geometric_mean<N: Into<String>>(weights: impl IntoIterator<Item = (N, f64)>) -> Self {
        Self::with(CompositeMethod::GeometricMean, weights)
    }

    /// The lowest dimension.
    #[must_use]
    pub fn min() -> Self {
        Self::with::<String>(CompositeMethod::Min, [])
    }

    /// The highest dimension.
    #[must_use]
    pub fn max() -> Self {
        Self::with::<String>(CompositeMethod::Max, [])
    }

    fn with<N: Into<String>>(
        method: CompositeMethod,
        weights: impl IntoIterator<Item = (N, f64)>,
    ) -> Self {
        Self {
            method,
            weights: weights
                .into_iter()
                .map(|(name, w)| (name.into(), w))
                .collect(),
            missing: WhenMissing::Skip,
        }
    }

    /// What a dimension that abstains counts for. Default: it is left out.
    #[must_use]
    pub fn missing(mut self, missing: WhenMissing) -> Self {
        self.missing = missing;
        self
    }

    pub(super) fn resolve(
        &self,
        dimensions: &[&str],
        path: &str,
        problems: &mut Problems,
        lints: &mut Vec<Lint>,
    ) -> Composite {
        let path = format!("{path}composite.weights");
        let takes_weights = matches!(
            self.method,
            CompositeMethod::WeightedMean | CompositeMethod::GeometricMean
        );
        if !takes_weights && !self.weights.is_empty() {
            problems.push(&path, "the methods `min` and `max` take no weights");
        }
        for (name, &weight) in &self.weights {
            if !dimensions.contains(&name.as_str()) {
                problems.unknown(
                    format!("{path}.{name}"),
                    "dimension",
                    name,
                    dimensions.iter().copied(),
                );
            }
            if !(0.0..=LARGEST).contains(&weight) {
                problems.push(
                    format!("{path}.{name}"),
                    format!("a weight must be between 0 and 1e12, got `{weight}`"),
                );
            }
        }
        let weights: Box<[f64]> = dimensions
            .iter()
            .map(|&name| match self.weights.get(name) {
                Some(&weight) => weight,
                None if self.weights.is_empty() => 1.0,
                None => 0.0,
            })
            .collect();
        let whole = weights.iter().fold(0.0, |sum, weight| sum + weight);
        if takes_weights && !self.weights.is_empty() {
            if whole <= 0.0 {
                problems.push(&path, "at least one weight must be more than 0");
            } else if (whole - 1.0).abs() > 1e-9 && (whole - 100.0).abs() > 1e-7 {
                lints.push(Lint::new(
                    &path,
                    format!("the weights add up to `{whole}`, neither to 1 nor to 100; only their proportions count"),
                ));
            }
            for &name in dimensions {
                if !self.weights.contains_key(name) {
                    lints.push(Lint::new(
                        &path,
                        format!("`{name}` is not named, so it has no weight"),
                    ));
                }
            }
        }
        Composite {
            method: self.method,
            weights,
            missing: self.missing,
        }
    }
}

/// A [`CompositeSpec`], resolved: one weight for each dimension.
#[derive(Debug)]
pub(super) struct Composite {
    method: CompositeMethod,
    weights: Box<[f64]>,
    missing: WhenMissing,
}

impl Composite {
    pub(super) fn value(&self, scores: impl Iterator<Item = Option<f64>>) -> Option<f64> {
        match self.method {
            CompositeMethod::WeightedMean => weighted_mean(&self.weights, self.missing, scores),
            CompositeMethod::GeometricMean => geometric_mean(&self.weights, self.missing, scores),
            CompositeMethod::Min => extreme(self.missing, scores, smaller),
            CompositeMethod::Max => extreme(self.missing, scores, larger),
        }
    }

    pub(super) fn formula(&self) -> Formula {
        let (weights, missing) = (self.weights.to_vec(), self.missing);
        match self.method {
            CompositeMethod::WeightedMean => Formula::WeightedMean { weights, missing },
            CompositeMethod::GeometricMean => Formula::GeometricMean { weights, missing },
            CompositeMethod::Min => Formula::Lowest { missing },
            CompositeMethod::Max => Formula::Highest { missing },
        }
    }
}
