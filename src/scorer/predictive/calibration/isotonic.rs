use super::sample::Sample;
use super::{Calibration, CalibrationError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The probability of a score by the rising curve that comes nearest to what leads of each score came to.
///
/// Learned by pooling adjacent violators: leads of equal scores are one point, their share of conversions (equal up to
/// 1e-12, and up to that part of scores above 1: what differs by rounding must not make a step); neighbours whose
/// shares fall are pooled until none does. That minimises the squared distance, and the mean probability of the
/// leads learned from is their share of conversions. The curve is kept as knots, the lowest and the highest score of
/// each pool. Between two knots it is read in a straight line, below the first and above the last as level.
///
/// Takes a thousand held-out leads or more; of fewer, [`PlattScaling`](crate::PlattScaling) makes more. Probabilities
/// can be exactly 0 or 1, and leads of different scores can become equal.
///
/// # References
/// Zadrozny and Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability Estimates", KDD 2002;
/// the same as `IsotonicRegression(out_of_bounds="clip")` of scikit-learn.
///
/// # Examples
/// ```
/// use lead_scoring::IsotonicRegression;
///
/// let scores = [10.0, 20.0, 30.0, 40.0, 50.0];
/// let curve = IsotonicRegression::fit(&scores, &[false, true, false, true, true])?;
/// // 20 and 30 are pooled: one of two converted.
/// assert_eq!((curve.apply(20.0), curve.apply(25.0), curve.apply(30.0)), (0.5, 0.5, 0.5));
/// assert_eq!((curve.apply(0.0), curve.apply(35.0), curve.apply(99.0)), (0.0, 0.75, 1.0));
/// # Ok::<(), lead_scoring::CalibrationError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct IsotonicRegression {
    knots: Arc<[Knot]>,
}

/// A point of an [`IsotonicRegression`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knot {
    /// The score.
    pub score: f64,
    /// Its probability, 0 to 1.
    pub probability: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    knots: Vec<Knot>,
}

impl TryFrom<Fields> for IsotonicRegression {
    type Error = CalibrationError;

    fn try_from(fields: Fields) -> Result<Self, CalibrationError> {
        Self::new(fields.knots)
    }
}

/// Scores so little apart differ by rounding: they are one point. Of their size, where that is above 1.
const SAME: f64 = 1e-12;

/// Neighbouring leads that have one probability.
struct Pool {
    first: f64,
    last: f64,
    weight: f64,
    converted: f64,
}

impl Pool {
    fn share(&self) -> f64 {
        self.converted / self.weight
    }
}

impl IsotonicRegression {
    /// A curve of given knots.
    ///
    /// # Errors
    /// No knot, scores that do not ascend or exceed 1e12 in size, and probabilities that fall or are outside 0 to 1.
    pub fn new(knots: impl Into<Vec<Knot>>) -> Result<Self, CalibrationError> {
        let knots: Vec<Knot> = knots.into();
        if knots.is_empty() {
            return Err(CalibrationError::new("knots", "needs at least one knot"));
        }
        for (i, knot) in knots.iter().enumerate() {
            let Knot { score, probability } = *knot;
            let wrong = |field, message| {
                Err(CalibrationError::new(
                    format!("knots[{i}].{field}"),
                    message,
                ))
            };
            if score.is_nan() || score.abs() > Calibration::LARGEST {
                let message = format!("must be a number of at most 1e12 in size, got `{score}`");
                return wrong("score", message);
            }
            if !(0.0..=1.0).contains(&probability) {
                return wrong(
                    "probability",
                    format!("must be between 0 and 1, got `{probability}`"),
                );
            }
            let Some(before) = i.checked_sub(1).and_then(|last| knots.get(last)) else {
                continue;
            };
            if before.score >= score {
                let before = before.score;
                return wrong(
                    "score",
                    format!("must ascend, got `{score}` after `{before}`"),
                );
            }
            if before.probability > probability {
                let before = before.probability;
                let message = format!("must not fall, got `{probability}` after `{before}`");
                return wrong("probability", message);
            }
        }
        Ok(Self {
            knots: knots.into(),
        })
    }

    /// Learns the curve from held-out scores and whether those leads converted.
    ///
    /// # Errors
    /// Not one outcome for each score, a score that is not finite or beyond 1e12, and leads of one outcome only.
    pub fn fit(scores: &[f64], outcomes: &[bool]) -> Result<Self, CalibrationError> {
        Self::learn(&Sample::new(scores, outcomes, None)?)
    }

    /// As [`fit`](IsotonicRegression::fit), each lead counting as many times as its weight says.
    ///
    /// # Errors
    /// As [`fit`](IsotonicRegression::fit), not one weight for each score, and a weight below 0 or beyond 1e12.
    pub fn fit_weighted(
        scores: &[f64],
        outcomes: &[bool],
        weights: &[f64],
    ) -> Result<Self, CalibrationError> {
        Self::learn(&Sample::new(scores, outcomes, Some(weights))?)
    }

    fn learn(sample: &Sample) -> Result<Self, CalibrationError> {
        let mut leads = sample.leads.clone();
        // Equal leads in any order: sums over them must not depend on it.
        leads.sort_by(|a, b| {
            let scores = a.0.total_cmp(&b.0);
            scores.then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2))
        });
        let mut points: Vec<Pool> = Vec::new();
        for (score, converted, weight) in leads {
            let gained = if converted { weight } else { 0.0 };
            let near = SAME * score.abs().max(1.0);
            match points
                .last_mut()
                .filter(|point| score - point.first <= near)
            {
                Some(point) => {
                    point.last = score;
                    point.weight += weight;
                    point.converted += gained;
                }
                None => points.push(Pool {
                    first: score,
                    last: score,
                    weight,
                    converted: gained,
                }),
            }
        }
        let mut pools: Vec<Pool> = Vec::new();
        for mut point in points {
            while let Some(before) = pools.pop_if(|before| before.share() >= point.share()) {
                point.first = before.first;
                point.weight += before.weight;
                point.converted += before.converted;
            }
            pools.push(point);
        }
        let mut knots = Vec::with_capacity(2 * pools.len());
        for pool in &pools {
            let probability = pool.share().clamp(0.0, 1.0);
            let knot = |score| Knot { score, probability };
            knots.push(knot(pool.first));
            if pool.first < pool.last {
                knots.push(knot(pool.last));
            }
        }
        Self::new(knots)
    }

    /// The knots, ascending.
    #[must_use]
    pub fn knots(&self) -> &[Knot] {
        &self.knots
    }

    /// The probability of a score, 0 to 1; NaN for NaN alone.
    #[must_use]
    pub fn apply(&self, score: f64) -> f64 {
        if score.is_nan() {
            return score;
        }
        let place = self.knots.partition_point(|knot| knot.score <= score);
        let below = place.checked_sub(1).and_then(|below| self.knots.get(below));
        match (below, self.knots.get(place)) {
            (Some(below), Some(above)) => {
                let share = (score - below.score) / (above.score - below.score);
                let rise = above.probability - below.probability;
                (below.probability + rise * share).clamp(below.probability, above.probability)
            }
            (Some(end), None) | (None, Some(end)) => end.probability,
            (None, None) => f64::NAN,
        }
    }
}

impl fmt::Display for IsotonicRegression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "isotonic regression of {} knots", self.knots.len())
    }
}
