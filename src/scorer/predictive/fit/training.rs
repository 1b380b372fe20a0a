//! The course of a fit: checks, linfa's start, refinement over all rows, and what is said of the result.

use super::columns::Columns;
use super::loss::{Loss, Scaling};
use super::refine::{Curvature, Refined};
use super::sample::sample;
use super::separation::Separation;
use super::spec::{ClassWeight, LogisticSpec, Penalty};
use super::training_matrix::{Rows, TrainingMatrix};
use super::{linfa, logistic_fit::LogisticFit};
use crate::scorer::predictive::TrainError;
use ndarray::{Array2, ShapeBuilder};
use std::borrow::Cow;

/// As many rows are few: linfa takes them all, and the Hessian of all of them is cheap.
const FEW: usize = 20_000;
/// Of how many rows one is sampled where they are many.
const SAMPLED: usize = 20;
/// A sample has at most that many rows.
const MOST_SAMPLED: usize = 50_000;
/// linfa starts on at least that many rows of each class for each column, of the sample.
const ROWS_TO_START: usize = 10;
/// And on at least that many in all.
const FEWEST: usize = 1_000;
/// A sample has at least that many rows of each class for each column, where there are as many.
const ROWS_A_COLUMN: usize = 25;
/// Up to as many columns a Hessian is factored; beyond, its diagonal stands for it.
const DENSE: usize = 500;
/// A fit is polished to that gradient a row where the Hessian of all rows is taken anyway.
const POLISHED: f64 = 1e-13;

/// Fits a matrix, from a point where one is known: intercept as fitted and coefficients.
pub(super) fn train(
    spec: &LogisticSpec,
    matrix: &TrainingMatrix<'_>,
    from: Option<(f64, &[f64])>,
) -> Result<LogisticFit, TrainError> {
    let (mut rows, columns) = Rows::new(matrix)?;
    let separation = Separation::of_columns(&columns);
    let constant: Vec<usize> = columns
        .each
        .iter()
        .enumerate()
        .filter(|(_, column)| column.is_constant())
        .map(|(i, _)| i)
        .collect();
    if spec.penalty == Penalty::None {
        let parameters = rows.width - constant.len() + 1;
        if parameters > rows.len() {
            return Err(TrainError::new(
                "",
                format!(
                    "{} rows are too few for {} columns and an intercept without a penalty: set one",
                    rows.len(),
                    parameters - 1
                ),
            ));
        }
        if let Some(separation) = &separation {
            return Err(separation.error(matrix));
        }
    }
    let converted = rows
        .converted
        .iter()
        .filter(|&&converted| converted)
        .count();
    weigh_classes(spec.class_weight, &mut rows);
    let scaling = Scaling::of(&columns);
    let alpha = spec.penalty.alpha();
    let loss = Loss::new(&rows, &scaling, alpha);
    let sampled_rate = sampled_rate(&rows, loss.total);
    let mut course = Course {
        spec,
        matrix,
        rows: &rows,
        scaling: &scaling,
        loss: &loss,
        separation,
    };
    let start = from.map(|(intercept, coefficients)| scaling.point(intercept, coefficients));
    let refined = course.run(start, sampled_rate)?;
    let (coefficients, _) = loss.coefficients(&refined.point);
    let fitted_intercept = loss.intercept(&refined.point);
    let share = ratio(converted, rows.len());
    let base_rate = spec.base_rate.unwrap_or(share);
    let correction =
        if base_rate == sampled_rate || (!weighted(spec, matrix) && spec.base_rate.is_none()) {
            0.0
        } else {
            (((1.0 - base_rate) / base_rate) * (sampled_rate / (1.0 - sampled_rate))).ln()
        };
    let norm = refined.at.norm / loss.total;
    let mut separation = course.separation;
    if separation.is_none() && refined.at.least > 0.0 {
        separation = Some(Separation {
            complete: true,
            columns: coefficients
                .iter()
                .enumerate()
                .filter(|(_, w)| **w != 0.0)
                .map(|(i, _)| i)
                .collect(),
            alone: false,
        });
    }
    Ok(LogisticFit {
        intercept: fitted_intercept - correction,
        fitted_intercept,
        coefficients,
        alpha,
        objective: refined.at.value,
        log_loss: refined.at.loss / loss.total,
        iterations: refined.iterations,
        gradient_norm: norm,
        converged: norm <= spec.tolerance,
        rows: rows.len(),
        converted,
        base_rate,
        sampled_rate,
        weighted: weighted(spec, matrix),
        separation,
        constant,
    })
}

fn weighted(spec: &LogisticSpec, matrix: &TrainingMatrix<'_>) -> bool {
    matrix.weights.is_some() || spec.class_weight != ClassWeight::None
}

#[expect(clippy::cast_precision_loss, reason = "far fewer rows than 2^53")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// The converted share of the weight.
fn sampled_rate(rows: &Rows<'_>, total: f64) -> f64 {
    class_weights(rows).0 / total
}

/// The weight of converted rows, and of others.
fn class_weights(rows: &Rows<'_>) -> (f64, f64) {
    let mut sums = (0.0, 0.0);
    let weights = rows.weights.as_deref();
    for (i, &converted) in rows.converted.iter().enumerate() {
        let weight = weights
            .and_then(|weights| weights.get(i))
            .copied()
            .unwrap_or(1.0);
        if converted {
            sums.0 += weight;
        } else {
            sums.1 += weight;
        }
    }
    sums
}

/// Multiplies the weights of the classes in.
fn weigh_classes(weight: ClassWeight, rows: &mut Rows<'_>) {
    let (of_converted, of_other) = match weight {
        ClassWeight::None => return,
        ClassWeight::Given { converted, other } => (converted, other),
        ClassWeight::Balanced => {
            let (converted, other) = class_weights(rows);
            let half = 0.5 * (converted + other);
            (half / converted, half / other)
        }
    };
    let own = rows.weights.take();
    let own = own.as_deref();
    let weights = rows.converted.iter().enumerate().map(|(i, &converted)| {
        let own = own.and_then(|own| own.get(i)).copied().unwrap_or(1.0);
        own * if converted { of_converted } else { of_other }
    });
    rows.weights = Some(Cow::Owned(weights.collect()));
}

impl Scaling {
    pub(super) fn of(columns: &Columns) -> Self {
        /// Means up to that many deviations from 0 cost no digits that matter.
        const FAR: f64 = 100.0;
        let mut scaling = Self {
            centre: Vec::with_capacity(columns.each.len()),
            inverse: Vec::with_capacity(columns.each.len()),
            unit: Vec::with_capacity(columns.each.len()),
            far: false,
        };
        for column in &columns.each {
            let constant = column.is_constant() || column.deviation() <= 0.0;
            scaling.centre.push(column.mean);
            scaling.inverse.push(if constant {
                0.0
            } else {
                1.0 / column.deviation()
            });
            scaling.unit.push(1.0 / column.size().max(1.0));
            scaling.far |= !constant && column.mean.abs() > FAR * column.deviation();
        }
        scaling
    }

    /// A point in scaled columns.
    pub(super) fn point(&self, intercept: f64, coefficients: &[f64]) -> Vec<f64> {
        let mut centred = intercept;
        let mut point = Vec::with_capacity(coefficients.len() + 1);
        for ((w, inverse), centre) in coefficients.iter().zip(&self.inverse).zip(&self.centre) {
            centred += w * centre;
            point.push(if *inverse > 0.0 { w / inverse } else { 0.0 });
        }
        point.push(centred);
        point
    }

    /// The rows in scaled columns, column-major.
    fn standardised(&self, rows: &Rows<'_>) -> Array2<f64> {
        let mut out = Array2::zeros((rows.len(), rows.width).f());
        for (i, mut column) in out.columns_mut().into_iter().enumerate() {
            let centre = self.centre.get(i).copied().unwrap_or(0.0);
            let inverse = self.inverse.get(i).copied().unwrap_or(0.0);
            let values = rows.values().iter().skip(i).step_by(rows.width);
            for (to, x) in column.iter_mut().zip(values) {
                *to = (x - centre) * inverse;
            }
        }
        out
    }
}

/// A fit on its way.
struct Course<'a, 'm> {
    spec: &'a LogisticSpec,
    matrix: &'a TrainingMatrix<'m>,
    rows: &'a Rows<'a>,
    scaling: &'a Scaling,
    loss: &'a Loss<'a>,
    separation: Option<Separation>,
}

impl Course<'_, '_> {
    fn run(&mut self, start: Option<Vec<f64>>, sampled_rate: f64) -> Result<Refined, TrainError> {
        let norm = self.spec.tolerance * self.loss.total;
        let alpha = self.spec.penalty.alpha();
        let dense = self.rows.width <= DENSE;
        let few = self.rows.len() <= FEW;
        let mut refined;
        if few && dense {
            let start = start.unwrap_or_else(|| self.linfa_start(self.rows, sampled_rate));
            refined = Refined::start(self.loss, start);
        } else {
            let most = (self.rows.len() / SAMPLED)
                .max(2 * ROWS_A_COLUMN * self.rows.width)
                .clamp(FEW / 4, MOST_SAMPLED);
            let picked = sample(self.rows, most);
            let sampled = Loss::new(&picked, self.scaling, alpha);
            let start = start.unwrap_or_else(|| {
                let for_linfa = sample(&picked, (2 * ROWS_TO_START * self.rows.width).max(FEWEST));
                self.linfa_start(&for_linfa, sampled_rate)
            });
            let mut point = Refined::start(&sampled, start);
            let curvature = if dense {
                // A Hessian of the sample costs at most half a pass over all rows: then it pays to come near. Otherwise
                // what is nearer to the sample's minimum than chance says nothing of the minimum over all rows.
                let cheap = picked.len() * self.rows.width <= 2 * self.rows.len();
                let near = if cheap {
                    1e-4
                } else {
                    1.0 / ratio(picked.len(), 1).sqrt()
                };
                let mut step = point.newton(&sampled);
                for _ in 0..4 {
                    if point.at.norm <= near * sampled.total || !step.taken {
                        break;
                    }
                    step = point.newton(&sampled);
                }
                step.curvature
            } else {
                Curvature::diagonal(self.loss, &self.scaling.inverse, alpha)
            };
            refined = Refined::start(self.loss, point.point);
            let most = if dense {
                self.spec.max_iterations.min(20)
            } else {
                self.spec.max_iterations
            };
            refined.quasi_newton(self.loss, &curvature, norm, most);
        }
        let exact = (few && dense) || alpha == 0.0;
        if exact || (dense && refined.at.norm > norm) {
            self.newton(&mut refined, norm, exact)?;
        }
        Ok(refined)
    }

    /// Newton's method from there, to the tolerance or, exactly, as far as numbers go.
    fn newton(&mut self, refined: &mut Refined, norm: f64, exact: bool) -> Result<(), TrainError> {
        /// A step that changes no row's log-odds by more is the last one.
        const STILL: f64 = 1e-9;
        /// A step that goes on changing them by more than that, while the gradient vanishes, leads to infinity.
        const RESTLESS: f64 = 0.3;
        let floor = POLISHED * self.loss.total;
        while refined.iterations < self.spec.max_iterations {
            if refined.at.norm <= if exact { floor } else { norm } {
                break;
            }
            let step = refined.newton(self.loss);
            if !exact {
                if !step.taken {
                    break;
                }
                continue;
            }
            let (least, greatest) = self.loss.margin_range(&step.direction);
            let change = least.abs().max(greatest.abs());
            if self.spec.penalty == Penalty::None && refined.at.norm <= norm && change > RESTLESS {
                if let Some(separation) = Separation::along(self.loss, &step.direction) {
                    return Err(separation.error(self.matrix));
                }
            }
            if !step.taken || change <= STILL {
                break;
            }
        }
        Ok(())
    }

    /// What linfa finds on rows, with the intercept that fits all; the base rate alone where it gives up.
    fn linfa_start(&self, rows: &Rows<'_>, sampled_rate: f64) -> Vec<f64> {
        let odds = (sampled_rate / (1.0 - sampled_rate)).ln();
        let converted = rows
            .converted
            .iter()
            .filter(|&&converted| converted)
            .count();
        let own = ratio(converted, rows.len() - converted).ln();
        // The penalty of scaled columns differs from one to the next; linfa has one for all.
        let used = self
            .scaling
            .inverse
            .iter()
            .filter(|inverse| **inverse > 0.0);
        let (sum, count) = used.fold((0.0, 0_usize), |(sum, count), inverse| {
            (sum + inverse.ln(), count + 1)
        });
        let typical = if count == 0 {
            1.0
        } else {
            (2.0 * sum / ratio(count, 1)).exp()
        };
        let share = ratio(rows.len(), self.rows.len());
        let alpha = (self.spec.penalty.alpha() * typical * share).clamp(1e-6, 1e6);
        match linfa::fit(self.scaling.standardised(rows), &rows.converted, alpha) {
            Some((mut point, intercept)) => {
                point.push(intercept - own + odds);
                point
            }
            None => {
                let mut point = vec![0.0; self.rows.width];
                point.push(odds);
                point
            }
        }
    }
}
