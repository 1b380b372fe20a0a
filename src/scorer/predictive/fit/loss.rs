//! The objective over all rows, with its gradient in the same pass, and its Hessian.

use super::blocks::{STRIP, map_blocks};
use super::cholesky::Triangle;
use super::logistic;
use super::training_matrix::Rows;

/// The objective in scaled columns: the parameters are `w_j * scale_j`, and last the intercept at the columns' centres.
#[derive(Debug)]
pub(super) struct Loss<'a> {
    rows: &'a Rows<'a>,
    scaling: &'a Scaling,
    alpha: f64,
    /// Number of rows, or the sum of their weights.
    pub(super) total: f64,
}

/// How columns are centred and scaled.
#[derive(Clone, Debug)]
pub(super) struct Scaling {
    pub(super) centre: Vec<f64>,
    /// 1 over the standard deviation; 0 for a constant column, which holds its coefficient at 0.
    pub(super) inverse: Vec<f64>,
    /// 1 over the root mean square where that is beyond 1, otherwise 1: what the gradient is measured in.
    pub(super) unit: Vec<f64>,
    /// Whether centres are so far out that they are taken off each value.
    pub(super) far: bool,
}

/// The objective at a point.
#[derive(Clone, Debug)]
pub(super) struct Evaluation {
    pub(super) value: f64,
    /// The summed log loss, without the penalty.
    pub(super) loss: f64,
    pub(super) gradient: Vec<f64>,
    /// The greatest part of the gradient by the coefficients of the columns as given, in their units.
    pub(super) norm: f64,
}

impl Evaluation {
    pub(super) fn is_finite(&self) -> bool {
        self.value.is_finite()
            && self.norm.is_finite()
            && self.gradient.iter().all(|g| g.is_finite())
    }
}

/// A point in terms of the columns as they stand in the rows.
struct Plane {
    intercept: f64,
    coefficients: Vec<f64>,
}

impl<'a> Loss<'a> {
    pub(super) fn new(rows: &'a Rows<'a>, scaling: &'a Scaling, alpha: f64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "far fewer rows than 2^53")]
        let count = rows.len() as f64;
        let total = rows
            .weights
            .as_ref()
            .map_or(count, |weights| weights.iter().fold(0.0, |sum, w| sum + w));
        Self {
            rows,
            scaling,
            alpha,
            total,
        }
    }

    /// The coefficients of the columns as given and the intercept at their centres.
    pub(super) fn coefficients(&self, point: &[f64]) -> (Vec<f64>, f64) {
        let coefficients = point
            .iter()
            .zip(&self.scaling.inverse)
            .map(|(v, inverse)| v * inverse)
            .collect();
        (coefficients, point.last().copied().unwrap_or(0.0))
    }

    /// The intercept at 0 of the columns as given.
    pub(super) fn intercept(&self, point: &[f64]) -> f64 {
        let (coefficients, intercept) = self.coefficients(point);
        intercept
            - coefficients
                .iter()
                .zip(&self.scaling.centre)
                .fold(0.0, |sum, (w, c)| sum + w * c)
    }

    fn plane(&self, point: &[f64]) -> Plane {
        let (coefficients, centred) = self.coefficients(point);
        let intercept = if self.scaling.far {
            centred
        } else {
            self.intercept(point)
        };
        Plane {
            intercept,
            coefficients,
        }
    }

    pub(super) fn evaluate(&self, point: &[f64]) -> Evaluation {
        let width = self.rows.width;
        let plane = self.plane(point);
        let parts = map_blocks(self.rows.len(), |range| {
            let mut part = (0.0, 0.0, vec![0.0; width]);
            self.strips(range, |values, converted, weights| {
                let mut z = [0.0; STRIP];
                let z = z.split_at_mut(converted.len()).0;
                self.margins(values, &plane, z);
                part.0 += match weights {
                    None => logistic::residuals(z, converted),
                    Some(weights) => logistic::weighted_residuals(z, converted, weights),
                };
                part.1 += z.iter().fold(0.0, |sum, r| sum + r);
                self.accumulate(values, z, &mut part.2);
            });
            part
        });
        let mut loss = 0.0;
        let mut by_intercept = 0.0;
        let mut gradient = vec![0.0; width];
        for (block_loss, block_intercept, block) in parts {
            loss += block_loss;
            by_intercept += block_intercept;
            for (sum, part) in gradient.iter_mut().zip(&block) {
                *sum += part;
            }
        }
        let mut penalty = 0.0;
        let mut norm = by_intercept.abs();
        let scaling = self.scaling;
        let columns = (plane.coefficients.iter().zip(&scaling.centre))
            .zip(scaling.inverse.iter().zip(&scaling.unit));
        for (g, ((w, centre), (inverse, unit))) in gradient.iter_mut().zip(columns) {
            penalty += w * w;
            let (centred, plain) = if scaling.far {
                (*g, *g + centre * by_intercept)
            } else {
                (*g - centre * by_intercept, *g)
            };
            if *inverse > 0.0 {
                norm = larger(norm, (plain + self.alpha * w).abs() * unit);
            }
            *g = (centred + self.alpha * w) * inverse;
        }
        gradient.push(by_intercept);
        Evaluation {
            value: loss + 0.5 * self.alpha * penalty,
            loss,
            gradient,
            norm,
        }
    }

    /// The matrix of second derivatives by the parameters.
    pub(super) fn hessian(&self, point: &[f64]) -> Triangle {
        let width = self.rows.width;
        let size = width + 1;
        let plane = self.plane(point);
        let parts = map_blocks(self.rows.len(), |range| {
            let mut part = Triangle::zeros(size);
            let mut scaled = vec![0.0; STRIP * size];
            self.strips(range, |values, converted, weights| {
                let mut z = [0.0; STRIP];
                let z = z.split_at_mut(converted.len()).0;
                self.margins(values, &plane, z);
                logistic::probabilities(z);
                for p in &mut *z {
                    *p *= 1.0 - *p;
                }
                for (curvature, weight) in z.iter_mut().zip(weights.unwrap_or_default()) {
                    *curvature *= weight;
                }
                for (row, to) in values
                    .chunks_exact(width)
                    .zip(scaled.chunks_exact_mut(size))
                {
                    let columns = self.scaling.centre.iter().zip(&self.scaling.inverse);
                    for ((to, x), (centre, inverse)) in to.iter_mut().zip(row).zip(columns) {
                        *to = (x - centre) * inverse;
                    }
                    if let Some(last) = to.last_mut() {
                        *last = 1.0;
                    }
                }
                add_squares(scaled.split_at(z.len() * size).0, z, &mut part);
            });
            part
        });
        let mut sum = Triangle::zeros(size);
        for part in &parts {
            sum.add(part);
        }
        for (diagonal, inverse) in sum.diagonal_mut().zip(&self.scaling.inverse) {
            *diagonal += self.alpha * inverse * inverse;
        }
        sum
    }

    /// The least and the greatest over the rows of what a direction adds to the log-odds of what happened.
    pub(super) fn margin_range(&self, direction: &[f64]) -> (f64, f64) {
        let plane = self.plane(direction);
        let parts = map_blocks(self.rows.len(), |range| {
            let mut part = (f64::INFINITY, f64::NEG_INFINITY);
            self.strips(range, |values, converted, _| {
                let mut z = [0.0; STRIP];
                let z = z.split_at_mut(converted.len()).0;
                self.margins(values, &plane, z);
                for (z, &converted) in z.iter().zip(converted) {
                    let margin = if converted { *z } else { -*z };
                    part = (part.0.min(margin), part.1.max(margin));
                }
            });
            part
        });
        let wider = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        parts
            .into_iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), wider)
    }

    /// Takes a range of rows a strip at a time: values, outcomes and weights.
    fn strips(
        &self,
        range: std::ops::Range<usize>,
        mut each: impl FnMut(&[f64], &[bool], Option<&[f64]>),
    ) {
        let width = self.rows.width;
        let values = self
            .rows
            .values()
            .get(range.start * width..range.end * width)
            .unwrap_or_default();
        let converted = self.rows.converted.get(range.clone()).unwrap_or_default();
        let strips = values.chunks(STRIP * width).zip(converted.chunks(STRIP));
        match self
            .rows
            .weights
            .as_ref()
            .and_then(|weights| weights.get(range))
        {
            None => strips.for_each(|(values, converted)| each(values, converted, None)),
            Some(weights) => strips
                .zip(weights.chunks(STRIP))
                .for_each(|((values, converted), weights)| each(values, converted, Some(weights))),
        }
    }

    fn margins(&self, values: &[f64], plane: &Plane, z: &mut [f64]) {
        if self.scaling.far {
            for (row, z) in values.chunks_exact(self.rows.width).zip(z) {
                let terms = row
                    .iter()
                    .zip(&self.scaling.centre)
                    .zip(&plane.coefficients);
                *z = plane.intercept
                    + terms.fold(0.0, |sum, ((x, centre), w)| sum + (x - centre) * w);
            }
        } else {
            log_odds(values, plane.intercept, &plane.coefficients, z);
        }
    }

    /// Adds to each column's sum its values times the residuals.
    fn accumulate(&self, values: &[f64], residuals: &[f64], sums: &mut [f64]) {
        let width = self.rows.width;
        if self.scaling.far {
            for (row, r) in values.chunks_exact(width).zip(residuals) {
                for ((sum, x), centre) in sums.iter_mut().zip(row).zip(&self.scaling.centre) {
                    *sum += r * (x - centre);
                }
            }
            return;
        }
        let mut fours = values.chunks_exact(4 * width);
        let mut by_four = residuals.chunks_exact(4);
        for (rows, r) in (&mut fours).zip(&mut by_four) {
            let (a, rest) = rows.split_at(width);
            let (b, rest) = rest.split_at(width);
            let (c, d) = rest.split_at(width);
            if let &[r, s, t, u] = r {
                for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                    *sum += (r * a + s * b) + (t * c + u * d);
                }
            }
        }
        for (row, r) in fours
            .remainder()
            .chunks_exact(width)
            .zip(by_four.remainder())
        {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += r * x;
            }
        }
    }
}

/// The larger of two; NaN where the second is.
fn larger(a: f64, b: f64) -> f64 {
    if b <= a { a } else { b }
}

/// `b + sum of w x` of each row.
pub(super) fn log_odds(values: &[f64], intercept: f64, coefficients: &[f64], out: &mut [f64]) {
    for (row, z) in values.chunks_exact(coefficients.len().max(1)).zip(out) {
        *z = intercept + super::cholesky::dot(row, coefficients);
    }
}

/// Adds `curvature * u u'` of each row `u` to a triangle, four rows at a time.
fn add_squares(rows: &[f64], curvatures: &[f64], sum: &mut Triangle) {
    let size = sum.rows().len();
    let mut fours = rows.chunks_exact(4 * size);
    let mut by_four = curvatures.chunks_exact(4);
    for (rows, curvature) in (&mut fours).zip(&mut by_four) {
        let (a, rest) = rows.split_at(size);
        let (b, rest) = rest.split_at(size);
        let (c, d) = rest.split_at(size);
        let &[of_a, of_b, of_c, of_d] = curvature else {
            continue;
        };
        for ((((to, &at_a), &at_b), &at_c), &at_d) in
            sum.rows_mut().iter_mut().zip(a).zip(b).zip(c).zip(d)
        {
            let (fa, fb, fc, fd) = (of_a * at_a, of_b * at_b, of_c * at_c, of_d * at_d);
            for ((((to, a), b), c), d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *to += (fa * a + fb * b) + (fc * c + fd * d);
            }
        }
    }
    for (row, curvature) in fours
        .remainder()
        .chunks_exact(size)
        .zip(by_four.remainder())
    {
        for (to, at) in sum.rows_mut().iter_mut().zip(row) {
            let factor = curvature * at;
            for (to, x) in to.iter_mut().zip(row) {
                *to += factor * x;
            }
        }
    }
}
