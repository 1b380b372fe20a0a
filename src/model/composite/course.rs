use super::{Composite, CompositeMethod};
use crate::score::{WhenMissing, larger, smaller};
use crate::scorer::Course;

/// `ln` and `exp` of a platform are off by a unit in the last place or so; scores of 100 dimensions stay within this.
const SLACK: f64 = 1e-13;

impl Composite {
    /// What the composite does while its dimensions do this; `None` where it abstains.
    pub(in crate::model) fn course(&self, parts: &[Option<Course>]) -> Option<Course> {
        let low = self.value(parts.iter().map(|part| part.map(|part| part.low)))?;
        if parts.iter().flatten().all(|part| part.is_still()) {
            return Some(Course::still(low));
        }
        let high = self.value(parts.iter().map(|part| part.map(|part| part.high)))?;
        if low.to_bits() == high.to_bits() && self.method != CompositeMethod::GeometricMean {
            return Some(Course::still(low));
        }
        let weighted = || {
            let all = parts.iter().zip(&self.weights);
            all.filter(|(_, weight)| **weight > 0.0)
        };
        let counted =
            weighted().filter(|(part, _)| part.is_some() || self.missing != WhenMissing::Skip);
        let whole: f64 = counted.map(|(_, weight)| weight).sum();
        let known = weighted().filter_map(|(part, weight)| part.map(|part| (part, weight / whole)));
        let zero = Course::still(0.0);
        let slopes = match self.method {
            CompositeMethod::WeightedMean => {
                known.fold(zero, |sum, (part, share)| sum.plus(part.times(share)))
            }
            CompositeMethod::GeometricMean => {
                // The slope of `ln` of it, then of itself: a positive number times the former.
                let logs = known.fold(zero, |sum, (part, share)| {
                    let steep = if part.low > 0.0 {
                        1.0 / part.low
                    } else {
                        f64::INFINITY
                    };
                    let flat = 1.0 / part.high.max(f64::MIN_POSITIVE);
                    let by = |slope: f64, factor: f64| {
                        if slope == 0.0 {
                            0.0
                        } else {
                            share * slope * factor
                        }
                    };
                    sum.plus(Course {
                        down: by(part.down, if part.down < 0.0 { steep } else { flat }),
                        up: by(part.up, if part.up > 0.0 { steep } else { flat }),
                        ..zero
                    })
                });
                let sign = |slope: f64| {
                    if slope == 0.0 {
                        0.0
                    } else {
                        slope.signum() * f64::INFINITY
                    }
                };
                Course {
                    down: sign(logs.down).min(0.0),
                    up: sign(logs.up).max(0.0),
                    ..zero
                }
            }
            CompositeMethod::Min | CompositeMethod::Max => {
                parts.iter().flatten().fold(zero, |all, part| Course {
                    down: smaller(all.down, part.down),
                    up: larger(all.up, part.up),
                    ..zero
                })
            }
        };
        let slack = match self.method {
            CompositeMethod::GeometricMean => SLACK,
            _ => 0.0,
        };
        Some(slopes.valued(low * (1.0 - slack), (high * (1.0 + slack)).min(100.0)))
    }
}
