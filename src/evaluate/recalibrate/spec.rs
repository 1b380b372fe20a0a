use crate::model::Problems;
use crate::score::LARGEST;
use serde::{Deserialize, Serialize};

/// How points are learned anew from outcomes: see [`recalibrate`](RecalibrationSpec::recalibrate).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecalibrationSpec {
    /// The dimensions whose rules get new points: `outer` for all of the model that judges it, `outer/inner` for one
    /// dimension of that model. Default: all that are judged by points rules or product interest, at every depth.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<String>,
    /// Rules that hold for fewer rows than that keep their points. Default: 30.
    pub least_hits: u64,
    /// The penalty of the logistic regression: `alpha / 2` times the sum of squared coefficients. Default: 1.
    pub alpha: f64,
    /// Points that double the odds of converting. Default: none; points are scaled so that their sums over the history
    /// spread as much as those of the old points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points_to_double: Option<f64>,
    /// Points are rounded to multiples of it. Default: 1.
    pub step: f64,
    /// The most by which a rule may change, as a share of its old points, 0.5 for a half; at least one step. Default:
    /// 0.5.
    pub most_share: f64,
    /// The most by which a rule may change, in points. Default: no bound of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_points: Option<f64>,
    /// What becomes of a rule whose evidence speaks against its sign. Default: it keeps its points.
    pub wrong_sign: WrongSignPolicy,
}

/// What becomes of a rule that gives points to leads which, all else equal, convert less, or takes points from leads
/// which convert more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongSignPolicy {
    /// It keeps its points until somebody has looked at it.
    #[default]
    Keep,
    /// It goes towards 0, step by step.
    Zero,
}

impl Default for RecalibrationSpec {
    fn default() -> Self {
        Self {
            dimensions: Vec::new(),
            least_hits: 30,
            alpha: 1.0,
            points_to_double: None,
            step: 1.0,
            most_share: 0.5,
            most_points: None,
            wrong_sign: WrongSignPolicy::default(),
        }
    }
}

impl RecalibrationSpec {
    /// All rules, at least 30 hits, whole points, changed by at most half.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a dimension whose rules get new points, `outer/inner` for one of a model inside the model. Default: all
    /// that have points rules.
    #[must_use]
    pub fn dimension(mut self, name: impl Into<String>) -> Self {
        self.dimensions.push(name.into());
        self
    }

    /// Rules that hold for fewer rows keep their points. Default: 30.
    #[must_use]
    pub fn least_hits(mut self, rows: u64) -> Self {
        self.least_hits = rows;
        self
    }

    /// The penalty of the logistic regression. Default: 1.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Points that double the odds of converting. Default: sums spread as those of the old points.
    #[must_use]
    pub fn points_to_double(mut self, points: f64) -> Self {
        self.points_to_double = Some(points);
        self
    }

    /// Points are rounded to multiples of it. Default: 1.
    #[must_use]
    pub fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }

    /// The most by which a rule may change, as a share of its old points. Default: 0.5.
    #[must_use]
    pub fn most_share(mut self, share: f64) -> Self {
        self.most_share = share;
        self
    }

    /// The most by which a rule may change, in points. Default: no bound of its own.
    #[must_use]
    pub fn most_points(mut self, points: f64) -> Self {
        self.most_points = Some(points);
        self
    }

    /// Lets rules change by any amount at once. Default: by at most half.
    #[must_use]
    pub fn unbounded(mut self) -> Self {
        (self.most_share, self.most_points) = (LARGEST, None);
        self
    }

    /// What becomes of a rule whose evidence speaks against its sign. Default: it keeps its points.
    #[must_use]
    pub fn wrong_sign(mut self, policy: WrongSignPolicy) -> Self {
        self.wrong_sign = policy;
        self
    }

    pub(super) fn resolve(&self, problems: &mut Problems) {
        let mut must = |name: &str, holds: bool, what: &str, given: f64| {
            if !holds {
                problems.push(
                    name,
                    format!("must be {what} and at most 1e12, got `{given}`"),
                );
            }
        };
        must(
            "alpha",
            (0.0..=LARGEST).contains(&self.alpha),
            "0 or more",
            self.alpha,
        );
        for (name, given) in [
            ("points_to_double", self.points_to_double),
            ("step", Some(self.step)),
            ("most_share", Some(self.most_share)),
            ("most_points", self.most_points),
        ] {
            if let Some(given) = given {
                must(name, given > 0.0 && given <= LARGEST, "above 0", given);
            }
        }
    }
}
