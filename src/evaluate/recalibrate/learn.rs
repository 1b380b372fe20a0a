use super::columns::Columns;
use super::place::Place;
use super::rule::{ranges, resize, rounded, size, step};
use super::{ChangeReason, PointsChange, RecalibrationSpec, WrongSignPolicy};
use crate::evaluate::EvaluateError;
use crate::model::ModelSpec;
use crate::scorer::{LogisticFit, LogisticSpec, TrainingMatrix};
use ndarray::ArrayView2;

/// What one rule is, and what is learned of it.
#[derive(Clone, Copy, Debug)]
struct Learning {
    size: f64,
    log_odds: Option<f64>,
    /// Why it does not take part in the regression; `None` where it does.
    kept: Option<ChangeReason>,
}

/// What a history says of the rules of a spec.
#[derive(Debug)]
pub(super) struct Learned {
    pub(super) spec: ModelSpec,
    pub(super) changes: Vec<PointsChange>,
    pub(super) points_per_log_odds: Option<f64>,
    pub(super) intercept: Option<f64>,
    pub(super) converged: bool,
}

impl RecalibrationSpec {
    pub(super) fn learn(
        &self,
        old: &ModelSpec,
        places: &[Place],
        columns: &Columns,
    ) -> Result<Learned, EvaluateError> {
        let mut rules: Vec<Learning> = places
            .iter()
            .enumerate()
            .map(|(column, place)| self.begin(old, place, columns, column))
            .collect();
        let fit = self.fit(&mut rules, columns)?;
        let scale = self.scale(&rules, columns);
        let mean = mean_size(&rules);
        let mut spec = old.clone();
        let mut changes = Vec::with_capacity(places.len());
        for ((place, learning), hits) in places.iter().zip(&rules).zip(&columns.hits) {
            let Some((group, rule)) = place.in_spec(old) else {
                continue;
            };
            let (learned, new, why) = self.points(learning, rule, scale, mean);
            let of = |points: f64| size(rule).map(|_| points);
            changes.push(PointsChange {
                path: place.path.clone(),
                dimension: place.name.clone(),
                group: group.to_owned(),
                rule: rule.id.clone(),
                old: of(learning.size),
                new: of(new),
                learned,
                log_odds: learning.log_odds,
                hits: hits.rows,
                converted: hits.converted,
                why,
            });
            if let (Some(rule), true) = (place.in_spec_mut(&mut spec), new != learning.size) {
                let step = step(rule, learning.size, self.step);
                resize(rule, learning.size, new, step);
            }
        }
        Ok(Learned {
            spec,
            changes,
            points_per_log_odds: scale,
            intercept: fit.as_ref().map(|fit| fit.intercept),
            converged: fit.is_none_or(|fit| fit.converged),
        })
    }

    /// What a rule is before anything is learned.
    fn begin(&self, old: &ModelSpec, place: &Place, columns: &Columns, column: usize) -> Learning {
        let rule = place.in_spec(old).map(|(_, rule)| rule);
        let size = rule.and_then(size);
        let hits = columns.hits.get(column).copied().unwrap_or_default();
        let shapeless = || {
            size == Some(0.0)
                && rule.is_some_and(|rule| ranges(rule).is_some() || rule.inactivity.is_some())
        };
        let kept = if rule.is_some_and(|rule| !rule.enabled) {
            Some(ChangeReason::Disabled)
        } else if size.is_none() {
            Some(ChangeReason::Disqualifies)
        } else if shapeless() {
            Some(ChangeReason::NoPoints)
        } else if hits.rows < self.least_hits {
            Some(ChangeReason::TooFew {
                least: self.least_hits,
            })
        } else if columns.is_alike(column) {
            Some(ChangeReason::Alike)
        } else {
            None
        };
        Learning {
            size: size.unwrap_or(0.0),
            log_odds: None,
            kept,
        }
    }

    /// Fits the rules that take part; one whose coefficient has the wrong sign is left out, the worst first, until
    /// none has.
    fn fit(
        &self,
        rules: &mut [Learning],
        columns: &Columns,
    ) -> Result<Option<LogisticFit>, EvaluateError> {
        let logistic = LogisticSpec::new().alpha(self.alpha);
        let rows = columns.converted.len();
        loop {
            let all = rules.iter().enumerate();
            let active: Vec<usize> = all
                .filter_map(|(column, rule)| rule.kept.is_none().then_some(column))
                .collect();
            if active.is_empty() {
                return Ok(None);
            }
            let matrix = columns.chosen(&active);
            let x = ArrayView2::from_shape((rows, active.len()), &matrix)
                .map_err(|error| EvaluateError::new("history", error.to_string()))?;
            let matrix = TrainingMatrix::new(x, &columns.converted);
            let fit = logistic.fit_matrix(&match &columns.weights {
                Some(weights) => matrix.weights(weights),
                None => matrix,
            })?;
            let mut worst: Option<(f64, usize)> = None;
            for (&column, &coefficient) in active.iter().zip(&fit.coefficients) {
                if let Some(rule) = rules.get_mut(column) {
                    rule.log_odds = Some(coefficient);
                    let against = coefficient * rule.size < 0.0;
                    let strength = coefficient.abs() * columns.spread(&[(column, 1.0)]);
                    if against && worst.is_none_or(|(most, _)| strength > most) {
                        worst = Some((strength, column));
                    }
                }
            }
            let Some(rule) = worst.and_then(|(_, column)| rules.get_mut(column)) else {
                return Ok(Some(fit));
            };
            rule.kept = Some(ChangeReason::WrongSign {
                policy: self.wrong_sign,
            });
        }
    }

    /// Points for a unit of log-odds; `None` where no rule tells anything.
    fn scale(&self, rules: &[Learning], columns: &Columns) -> Option<f64> {
        let taking_part = || {
            let all = rules.iter().enumerate();
            all.filter(|(_, rule)| rule.kept.is_none())
        };
        let coefficient = |rule: &Learning| rule.log_odds.unwrap_or(0.0);
        if taking_part().all(|(_, rule)| coefficient(rule) == 0.0) {
            return None;
        }
        if let Some(points) = self.points_to_double {
            return Some(points / std::f64::consts::LN_2);
        }
        let old: Vec<_> = taking_part().map(|(i, rule)| (i, rule.size)).collect();
        let new: Vec<_> = taking_part()
            .map(|(i, rule)| (i, coefficient(rule)))
            .collect();
        let (old, new) = (columns.spread(&old), columns.spread(&new));
        let scale = old / new;
        // Rules that gave nothing so far have no spread to keep: a point for a unit of log-odds, then.
        let scale = if old > 0.0 { scale } else { 1.0 };
        Some(scale).filter(|scale| scale.is_finite())
    }

    /// What was learned, the new points and why.
    fn points(
        &self,
        learning: &Learning,
        rule: &crate::scorer::RuleSpec,
        scale: Option<f64>,
        mean: f64,
    ) -> (Option<f64>, f64, ChangeReason) {
        let old = learning.size;
        let learned = learning.log_odds.zip(scale);
        let learned = learned.map(|(log_odds, scale)| log_odds * scale);
        let (target, why) = match (learning.kept, learned) {
            (
                Some(
                    why @ ChangeReason::WrongSign {
                        policy: WrongSignPolicy::Zero,
                    },
                ),
                _,
            ) => (0.0, why),
            (Some(why), _) => return (learned, old, why),
            (None, None) => return (None, old, ChangeReason::NoSignal),
            (None, Some(learned)) => (learned, ChangeReason::Learned),
        };
        let step = step(rule, old, self.step);
        let bound = self.bound(old, mean, step);
        let mut new = nearest(old, target, step, bound);
        // A count's ranges are in proportion to the largest, which therefore must not vanish.
        if ranges(rule).is_some() && new == 0.0 {
            let least = step.copysign(old);
            new = if (least - old).abs() <= bound {
                least
            } else {
                old
            };
        }
        let why = match why {
            ChangeReason::Learned if (target - old).abs() > bound => ChangeReason::Capped,
            why => why,
        };
        (learned, new, why)
    }

    /// The most by which points may change.
    fn bound(&self, old: f64, mean: f64, step: f64) -> f64 {
        let size = if old == 0.0 { mean } else { old.abs() };
        let share = (self.most_share * size).max(step);
        share.min(self.most_points.unwrap_or(f64::INFINITY))
    }
}

/// The mean size of the points of rules that give any.
fn mean_size(rules: &[Learning]) -> f64 {
    let sizes = rules.iter().map(|rule| rule.size.abs());
    let (mut sum, mut count) = (0.0, 0.0);
    for size in sizes.filter(|&size| size > 0.0) {
        sum += size;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 1.0 }
}

/// The multiple of the step next to the target that is no further from the old points than the bound; the old points
/// where there is none on the way.
pub(super) fn nearest(old: f64, target: f64, step: f64, bound: f64) -> f64 {
    let goal = target.clamp(old - bound, old + bound);
    let new = rounded(goal, step);
    let fits = |new: f64| (new - old).abs() <= bound;
    if fits(new) {
        return new;
    }
    // Rounded beyond the bound: one step back towards the old points.
    let back = rounded(new - step.copysign(new - old), step);
    let onward = (back - old) * (goal - old) >= 0.0;
    if fits(back) && onward { back } else { old }
}
