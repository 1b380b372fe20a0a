//! The objective over all rows, with its gradient in the same pass, and its Hessian.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a pass takes its vectors"
)]

use super::blocks::{Pass, STRIP, map_blocks};
use super::cholesky::Triangle;
use super::logistic;
use super::training_matrix::Rows;
use std::ops::Range;

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
    /// The least log-odds of what happened, over the rows: above 0 where the point tells the classes apart.
    pub(super) least: f64,
}

impl Evaluation {
    pub(super) fn is_finite(&self) -> bool {
        self.value.is_finite()
            && self.norm.is_finite()
            && self.gradient.iter().all(|g| g.is_finite())
    }
}

/// Some rows, few enough to stay in the cache.
#[derive(Clone, Copy)]
struct Strip<'a> {
    values: &'a [f64],
    converted: &'a [bool],
    weights: Option<&'a [f64]>,
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
        let pass = AtPoint {
            loss: self,
            plane: &plane,
        };
        let parts = map_blocks(self.rows.len(), &pass);
        let mut loss = 0.0;
        let mut least = f64::INFINITY;
        let mut by_intercept = 0.0;
        let mut gradient = vec![0.0; width];
        for part in parts {
            loss += part.loss;
            least = least.min(part.least);
            by_intercept += part.by_intercept;
            for (sum, part) in gradient.iter_mut().zip(&part.gradient) {
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
            least,
        }
    }

    /// The matrix of second derivatives by the parameters.
    pub(super) fn hessian(&self, point: &[f64]) -> Triangle {
        let size = self.rows.width + 1;
        let plane = self.plane(point);
        let pass = Curvatures {
            loss: self,
            plane: &plane,
        };
        let parts = map_blocks(self.rows.len(), &pass);
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
        let pass = Margins {
            loss: self,
            plane: &plane,
        };
        let parts = map_blocks(self.rows.len(), &pass);
        let wider = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        parts
            .into_iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), wider)
    }

    /// A range of rows a strip at a time.
    #[inline(always)]
    fn strips(&self, range: Range<usize>) -> impl Iterator<Item = Strip<'_>> {
        let width = self.rows.width;
        let values = self.rows.values();
        let values = values.get(range.start * width..range.end * width);
        let converted = self.rows.converted.get(range.clone()).unwrap_or_default();
        let weights = self.rows.weights.as_ref();
        let mut weights = weights
            .and_then(|weights| weights.get(range))
            .map(|weights| weights.chunks(STRIP));
        let values = values.unwrap_or_default().chunks(STRIP * width);
        let strips = values.zip(converted.chunks(STRIP));
        strips.map(move |(values, converted)| Strip {
            values,
            converted,
            weights: weights.as_mut().and_then(Iterator::next),
        })
    }

    #[inline(always)]
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
    #[inline(always)]
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

/// The objective and its gradient at a point.
struct AtPoint<'a> {
    loss: &'a Loss<'a>,
    plane: &'a Plane,
}

/// What a block adds to it.
struct AtPointPart {
    loss: f64,
    least: f64,
    by_intercept: f64,
    gradient: Vec<f64>,
}

impl Pass<Range<usize>> for AtPoint<'_> {
    type Part = AtPointPart;

    #[inline(always)]
    fn block(&self, rows: Range<usize>) -> AtPointPart {
        let mut part = AtPointPart {
            loss: 0.0,
            least: f64::INFINITY,
            by_intercept: 0.0,
            gradient: vec![0.0; self.loss.rows.width],
        };
        for strip in self.loss.strips(rows) {
            let mut z = [0.0; STRIP];
            let z = z.split_at_mut(strip.converted.len()).0;
            self.loss.margins(strip.values, self.plane, z);
            let losses = match strip.weights {
                None => logistic::residuals(z, strip.converted),
                Some(weights) => logistic::weighted_residuals(z, strip.converted, weights),
            };
            part.loss += losses.sum;
            part.least = part.least.min(losses.least);
            part.by_intercept += z.iter().fold(0.0, |sum, r| sum + r);
            self.loss.accumulate(strip.values, z, &mut part.gradient);
        }
        part
    }
}

/// The second derivatives at a point.
struct Curvatures<'a> {
    loss: &'a Loss<'a>,
    plane: &'a Plane,
}

impl Pass<Range<usize>> for Curvatures<'_> {
    type Part = Triangle;

    #[inline(always)]
    fn block(&self, rows: Range<usize>) -> Triangle {
        let width = self.loss.rows.width;
        let size = width + 1;
        let scaling = self.loss.scaling;
        let mut part = Triangle::zeros(size);
        let mut scaled = vec![0.0; STRIP * size];
        for strip in self.loss.strips(rows) {
            let mut z = [0.0; STRIP];
            let z = z.split_at_mut(strip.converted.len()).0;
            self.loss.margins(strip.values, self.plane, z);
            logistic::probabilities(z);
            for p in &mut *z {
                *p *= 1.0 - *p;
            }
            for (curvature, weight) in z.iter_mut().zip(strip.weights.unwrap_or_default()) {
                *curvature *= weight;
            }
            let values = strip.values.chunks_exact(width);
            for (row, to) in values.zip(scaled.chunks_exact_mut(size)) {
                let columns = scaling.centre.iter().zip(&scaling.inverse);
                for ((to, x), (centre, inverse)) in to.iter_mut().zip(row).zip(columns) {
                    *to = (x - centre) * inverse;
                }
                if let Some(last) = to.last_mut() {
                    *last = 1.0;
                }
            }
            add_squares(scaled.split_at(z.len() * size).0, z, &mut part);
        }
        part
    }
}

/// The least and the greatest of what a direction adds to the log-odds of what happened.
struct Margins<'a> {
    loss: &'a Loss<'a>,
    plane: &'a Plane,
}

impl Pass<Range<usize>> for Margins<'_> {
    type Part = (f64, f64);

    #[inline(always)]
    fn block(&self, rows: Range<usize>) -> (f64, f64) {
        let mut part = (f64::INFINITY, f64::NEG_INFINITY);
        for strip in self.loss.strips(rows) {
            let mut z = [0.0; STRIP];
            let z = z.split_at_mut(strip.converted.len()).0;
            self.loss.margins(strip.values, self.plane, z);
            for (z, &converted) in z.iter().zip(strip.converted) {
                let margin = if converted { *z } else { -*z };
                part = (part.0.min(margin), part.1.max(margin));
            }
        }
        part
    }
}

/// The larger of two; NaN where the second is.
fn larger(a: f64, b: f64) -> f64 {
    if b <= a { a } else { b }
}

/// `b + sum of w x` of each row.
#[inline(always)]
pub(super) fn log_odds(values: &[f64], intercept: f64, coefficients: &[f64], out: &mut [f64]) {
    for (row, z) in values.chunks_exact(coefficients.len().max(1)).zip(out) {
        *z = intercept + super::cholesky::dot(row, coefficients);
    }
}

/// Adds `curvature * u u'` of each row `u` to a triangle, four rows at a time.
#[inline(always)]
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
