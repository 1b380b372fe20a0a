use super::sample::Sample;
use super::{Calibration, CalibrationError};
use crate::score::logistic;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The probability of a score by a logistic curve: `1 / (1 + exp(-(slope * score + intercept)))`.
///
/// Learned by maximum likelihood, with Platt's targets in place of 1 and 0, so that few leads do not make it too sure:
/// `(C + 1) / (C + 2)` for each of `C` leads that converted, `1 / (N + 2)` for each of `N` that did not. (Platt writes
/// the curve as `1 / (1 + exp(A f + B))`: `A = -slope`, `B = -intercept`.) Fitted by Newton's method with backtracking
/// until the gradient is at most 1e-10 times the weight of the leads.
///
/// Of log-odds, slope 1 and intercept 0 change nothing; a slope below 1 says that they were too sure. A slope below 0
/// says that leads of higher scores converted less often.
///
/// # References
/// Platt, "Probabilistic Outputs for Support Vector Machines" (1999); Lin, Lin and Weng, "A note on Platt's
/// probabilistic outputs for support vector machines", *Machine Learning* 68 (2007), for the algorithm.
///
/// # Examples
/// ```
/// use lead_scoring::PlattScaling;
///
/// let scores = [20.0, 35.0, 45.0, 60.0, 75.0, 90.0];
/// let curve = PlattScaling::fit(&scores, &[false, false, true, false, true, true])?;
/// assert!(curve.slope() > 0.0);
/// assert!(curve.apply(90.0) > 0.6 && curve.apply(20.0) < 0.4);
/// # Ok::<(), lead_scoring::CalibrationError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct PlattScaling {
    slope: f64,
    intercept: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    slope: f64,
    intercept: f64,
}

impl TryFrom<Fields> for PlattScaling {
    type Error = CalibrationError;

    fn try_from(fields: Fields) -> Result<Self, CalibrationError> {
        Self::new(fields.slope, fields.intercept)
    }
}

/// Newton's steps; a convex curve of two numbers takes fewer than ten.
const MOST_STEPS: usize = 200;
/// Of the gradient, for each unit of weight.
const TOLERANCE: f64 = 1e-10;
/// Keeps the Hessian regular, as in Lin, Lin and Weng.
const RIDGE: f64 = 1e-12;
/// The shortest step that is tried.
const SHORTEST: f64 = 1e-10;

impl PlattScaling {
    /// A curve of a given slope and intercept.
    ///
    /// # Errors
    /// A number that is not finite or beyond 1e12 in size.
    pub fn new(slope: f64, intercept: f64) -> Result<Self, CalibrationError> {
        for (place, number) in [("slope", slope), ("intercept", intercept)] {
            if number.is_nan() || number.abs() > Calibration::LARGEST {
                return Err(CalibrationError::new(
                    place,
                    format!("must be a number of at most 1e12 in size, got `{number}`"),
                ));
            }
        }
        Ok(Self { slope, intercept })
    }

    /// Learns the curve from held-out scores and whether those leads converted.
    ///
    /// # Errors
    /// Not one outcome for each score, a score that is not finite or beyond 1e12, leads of one outcome only, and
    /// scores that differ so little that the curve would be steeper than 1e12.
    pub fn fit(scores: &[f64], outcomes: &[bool]) -> Result<Self, CalibrationError> {
        Self::learn(&Sample::new(scores, outcomes, None)?)
    }

    /// As [`fit`](PlattScaling::fit), each lead counting as many times as its weight says.
    ///
    /// # Errors
    /// As [`fit`](PlattScaling::fit), not one weight for each score, and a weight below 0 or beyond 1e12.
    pub fn fit_weighted(
        scores: &[f64],
        outcomes: &[bool],
        weights: &[f64],
    ) -> Result<Self, CalibrationError> {
        Self::learn(&Sample::new(scores, outcomes, Some(weights))?)
    }

    fn learn(sample: &Sample) -> Result<Self, CalibrationError> {
        let problem = Problem::new(sample);
        let (slope, intercept) = problem.solve();
        let slope = slope / problem.deviation;
        let too_close = |_| {
            CalibrationError::new(
                "scores",
                "differ too little: the curve would be steeper than 1e12",
            )
        };
        Self::new(slope, intercept - slope * problem.mean).map_err(too_close)
    }

    /// Log-odds for one more of the score.
    #[must_use]
    pub fn slope(&self) -> f64 {
        self.slope
    }

    /// Log-odds of score 0.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// The probability of a score, 0 to 1; NaN for NaN alone.
    #[must_use]
    pub fn apply(&self, score: f64) -> f64 {
        let score = score.clamp(-Calibration::LARGEST, Calibration::LARGEST);
        logistic(self.slope * score + self.intercept)
    }
}

impl fmt::Display for PlattScaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.intercept < 0.0 { '-' } else { '+' };
        let intercept = self.intercept.abs();
        write!(
            f,
            "Platt scaling, {:.4} x {sign} {intercept:.4}",
            self.slope
        )
    }
}

/// Standardised scores with targets and weights.
struct Problem {
    mean: f64,
    deviation: f64,
    points: Vec<(f64, f64, f64)>,
    weight: f64,
    start: f64,
}

/// Where a step can lead: the loss, its gradient and its Hessian.
#[derive(Default)]
struct Slopes {
    by_slope: f64,
    by_intercept: f64,
    slope_slope: f64,
    slope_intercept: f64,
    intercept_intercept: f64,
}

impl Problem {
    fn new(sample: &Sample) -> Self {
        let leads = &sample.leads;
        let sum = |of: &dyn Fn(&(f64, bool, f64)) -> f64| {
            leads.iter().fold(0.0, |sum, lead| sum + of(lead))
        };
        let converted = sum(&|lead| if lead.1 { lead.2 } else { 0.0 });
        let not = sum(&|lead| if lead.1 { 0.0 } else { lead.2 });
        let weight = converted + not;
        let mean = sum(&|lead| lead.2 / weight * lead.0);
        let variance = sum(&|lead| lead.2 / weight * (lead.0 - mean) * (lead.0 - mean));
        let same = leads.windows(2).all(|pair| match pair {
            [a, b] => a.0 == b.0,
            _ => true,
        });
        let deviation = variance.sqrt();
        let deviation = if same || deviation == 0.0 {
            1.0
        } else {
            deviation
        };
        let (high, low) = ((converted + 1.0) / (converted + 2.0), 1.0 / (not + 2.0));
        let point = |&(score, converted, weight): &(f64, bool, f64)| {
            let target = if converted { high } else { low };
            ((score - mean) / deviation, target, weight)
        };
        Self {
            mean,
            deviation,
            points: leads.iter().map(point).collect(),
            weight,
            start: ((converted + 1.0) / (not + 1.0)).ln(),
        }
    }

    fn loss(&self, slope: f64, intercept: f64) -> f64 {
        self.points
            .iter()
            .fold(0.0, |sum, &(score, target, weight)| {
                let z = slope * score + intercept;
                let own = if z >= 0.0 {
                    (1.0 - target) * z + (-z).exp().ln_1p()
                } else {
                    z.exp().ln_1p() - target * z
                };
                sum + weight * own
            })
    }

    fn slopes(&self, slope: f64, intercept: f64) -> Slopes {
        let mut slopes = Slopes::default();
        for &(score, target, weight) in &self.points {
            let p = logistic(slope * score + intercept);
            let off = weight * (p - target);
            let curve = weight * p * (1.0 - p);
            slopes.by_slope += off * score;
            slopes.by_intercept += off;
            slopes.slope_slope += curve * score * score;
            slopes.slope_intercept += curve * score;
            slopes.intercept_intercept += curve;
        }
        slopes
    }

    /// Slope and intercept on the standardised scores.
    fn solve(&self) -> (f64, f64) {
        let (mut slope, mut intercept) = (0.0, self.start);
        let mut loss = self.loss(slope, intercept);
        for _ in 0..MOST_STEPS {
            let s = self.slopes(slope, intercept);
            let most = TOLERANCE * self.weight;
            if s.by_slope.abs() <= most && s.by_intercept.abs() <= most {
                break;
            }
            let ridge = RIDGE * self.weight;
            let (a, b, c) = (
                s.slope_slope + ridge,
                s.slope_intercept,
                s.intercept_intercept + ridge,
            );
            let determinant = a * c - b * b;
            let by_slope = -(c * s.by_slope - b * s.by_intercept) / determinant;
            let by_intercept = -(a * s.by_intercept - b * s.by_slope) / determinant;
            let fall = s.by_slope * by_slope + s.by_intercept * by_intercept;
            let mut step = 1.0;
            let better = loop {
                let next = (slope + step * by_slope, intercept + step * by_intercept);
                let reached = self.loss(next.0, next.1);
                if reached < loss + 1e-4 * step * fall {
                    break Some((next, reached));
                }
                step /= 2.0;
                // Also where a step is not a number.
                if step < SHORTEST {
                    break None;
                }
            };
            let Some((next, reached)) = better else {
                // As near as the loss can tell; one full step more is exact.
                if fall.abs() <= 1e-9 * self.weight {
                    slope += by_slope;
                    intercept += by_intercept;
                }
                break;
            };
            (slope, intercept) = next;
            loss = reached;
        }
        (slope, intercept)
    }
}
