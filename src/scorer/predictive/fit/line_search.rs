use super::cholesky::dot;
use super::loss::{Evaluation, Loss};

/// A step taken: where it ended, and the objective there.
pub(super) struct Step {
    pub(super) point: Vec<f64>,
    pub(super) at: Evaluation,
}

/// One trial along a direction.
#[derive(Clone, Copy)]
struct Trial {
    length: f64,
    slope: f64,
}

/// Looks along a direction for a point that satisfies the strong Wolfe conditions (Nocedal and Wright, section 3.1),
/// 1 being the first length that is tried.
///
/// The objective is convex, so its slope grows along the direction: what is too flat or too steep brackets the minimum.
/// Where the decrease is lost in rounding, the slope alone decides (Hager and Zhang 2005, approximate Wolfe
/// conditions). `None` where no trial is lower.
pub(super) fn line_search(
    loss: &Loss<'_>,
    point: &[f64],
    from: &Evaluation,
    direction: &[f64],
) -> Option<Step> {
    /// The share of the promised decrease that must come.
    const DECREASE: f64 = 1e-4;
    /// The share of the slope that may be left.
    const FLAT: f64 = 0.9;
    /// What rounding does to the objective, relative to it.
    const ROUNDING: f64 = 1e-13;
    const MOST_TRIALS: usize = 30;
    /// Parameters are those of scaled columns: none is near that.
    const LARGEST: f64 = 1e100;
    let start = dot(&from.gradient, direction);
    if start >= 0.0 || start.is_nan() {
        return None;
    }
    let slack = ROUNDING * from.value.abs();
    let mut low = Trial {
        length: 0.0,
        slope: start,
    };
    let mut high: Option<Trial> = None;
    let mut best: Option<Step> = None;
    let mut length = 1.0;
    for _ in 0..MOST_TRIALS {
        let trial: Vec<f64> = point
            .iter()
            .zip(direction)
            .map(|(x, d)| x + length * d)
            .collect();
        if !trial.iter().all(|x| x.abs() < LARGEST) {
            high = Some(Trial {
                length,
                slope: f64::INFINITY,
            });
            length = low.length + 0.1 * (length - low.length);
            continue;
        }
        let at = loss.evaluate(&trial);
        let slope = dot(&at.gradient, direction);
        let finite = at.is_finite() && slope.is_finite();
        let lower = finite && at.value <= from.value + DECREASE * length * start;
        let level =
            finite && at.value <= from.value + slack && slope <= (2.0 * DECREASE - 1.0) * start;
        let here = Trial {
            length,
            slope: if finite { slope } else { f64::INFINITY },
        };
        if (lower || level) && slope.abs() <= FLAT * start.abs() {
            return Some(Step { point: trial, at });
        }
        let better = finite && at.value < best.as_ref().map_or(from.value, |best| best.at.value);
        if better {
            best = Some(Step { point: trial, at });
        }
        if here.slope > 0.0 || !(lower || level) {
            high = Some(here);
        } else {
            low = here;
        }
        length = next(low, high);
        if length == low.length || high.is_some_and(|high| length == high.length) {
            break;
        }
    }
    best
}

/// The length to try next: where the slope would be 0 if it were linear, kept away from the ends.
fn next(low: Trial, high: Option<Trial>) -> f64 {
    match high {
        None => (low.length * 4.0).min(1e20),
        Some(high) => {
            let width = high.length - low.length;
            let share = if high.slope > 0.0 && high.slope.is_finite() {
                low.slope / (low.slope - high.slope)
            } else {
                0.25
            };
            low.length + width * share.clamp(0.1, 0.9)
        }
    }
}
