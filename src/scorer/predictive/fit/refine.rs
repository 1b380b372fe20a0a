//! Minimises the objective over all rows, to a tolerance that is checked.

use super::cholesky::{Cholesky, Triangle, dot};
use super::line_search::line_search;
use super::loss::{Evaluation, Loss};
use std::collections::VecDeque;

/// Where the minimisation ended.
#[derive(Clone, Debug)]
pub(super) struct Refined {
    pub(super) point: Vec<f64>,
    pub(super) at: Evaluation,
    pub(super) iterations: usize,
}

/// What stands for the inverse of the Hessian.
pub(super) enum Curvature {
    /// A factored Hessian.
    Dense(Cholesky),
    /// The diagonal of one.
    Diagonal(Vec<f64>),
}

/// What a pivot must keep of its diagonal; less is rounding.
pub(super) const LEAST_PIVOT: f64 = 1e-11;

impl Curvature {
    fn dense(hessian: Triangle) -> Self {
        Self::Dense(Cholesky::new(hessian, LEAST_PIVOT))
    }

    pub(super) fn diagonal(loss: &Loss<'_>, inverse: &[f64], alpha: f64) -> Self {
        /// The most that a row adds to the second derivative by a standardised column.
        const MOST: f64 = 0.25;
        let each = inverse
            .iter()
            .map(|inverse| MOST * loss.total + alpha * inverse * inverse);
        Self::Diagonal(each.chain([MOST * loss.total]).collect())
    }

    fn solve(&self, gradient: &mut [f64]) {
        match self {
            Self::Dense(cholesky) => cholesky.solve(gradient),
            Self::Diagonal(diagonal) => {
                for (g, d) in gradient.iter_mut().zip(diagonal) {
                    *g /= d;
                }
            }
        }
    }
}

/// A step of Newton's method.
pub(super) struct NewtonStep {
    /// The full step, taken or not.
    pub(super) direction: Vec<f64>,
    /// Whether a step was taken along it.
    pub(super) taken: bool,
    /// The Hessian where it started.
    pub(super) curvature: Curvature,
}

/// A step and the change of the gradient along it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    product: f64,
}

/// How many of the last steps are remembered.
const MEMORY: usize = 10;

impl Refined {
    pub(super) fn start(loss: &Loss<'_>, point: Vec<f64>) -> Self {
        let at = loss.evaluate(&point);
        Self {
            point,
            at,
            iterations: 0,
        }
    }

    /// L-BFGS, with a given curvature in place of the first one, until the gradient is at most that, an iteration
    /// brings nothing, or there were as many as that. Says whether the gradient is.
    pub(super) fn quasi_newton(
        &mut self,
        loss: &Loss<'_>,
        curvature: &Curvature,
        norm: f64,
        most: usize,
    ) -> bool {
        let mut memory: VecDeque<Pair> = VecDeque::new();
        for _ in 0..most {
            if self.at.norm <= norm {
                return true;
            }
            let direction = direction(&self.at.gradient, &memory, curvature);
            let mut step = line_search(loss, &self.point, &self.at, &direction);
            if step.is_none() && !memory.is_empty() {
                memory.clear();
                let mut direction = self.at.gradient.clone();
                curvature.solve(&mut direction);
                negate(&mut direction);
                step = line_search(loss, &self.point, &self.at, &direction);
            }
            let Some(step) = step else { break };
            let pair = Pair::new(
                step.point
                    .iter()
                    .zip(&self.point)
                    .map(|(new, old)| new - old)
                    .collect(),
                step.at
                    .gradient
                    .iter()
                    .zip(&self.at.gradient)
                    .map(|(new, old)| new - old)
                    .collect(),
            );
            if let Some(pair) = pair {
                if memory.len() == MEMORY {
                    memory.pop_front();
                }
                memory.push_back(pair);
            }
            self.point = step.point;
            self.at = step.at;
            self.iterations += 1;
        }
        self.at.norm <= norm
    }

    /// One step of Newton's method, with the Hessian of all rows of a loss.
    pub(super) fn newton(&mut self, loss: &Loss<'_>) -> NewtonStep {
        let mut direction = self.at.gradient.clone();
        let curvature = Curvature::dense(loss.hessian(&self.point));
        curvature.solve(&mut direction);
        negate(&mut direction);
        let step = line_search(loss, &self.point, &self.at, &direction);
        let taken = step.is_some();
        if let Some(step) = step {
            self.point = step.point;
            self.at = step.at;
            self.iterations += 1;
        }
        NewtonStep {
            direction,
            taken,
            curvature,
        }
    }
}

impl Pair {
    /// `None` where the gradient did not grow along the step, which then says nothing of the curvature.
    fn new(step: Vec<f64>, change: Vec<f64>) -> Option<Self> {
        let product = dot(&step, &change);
        let sound =
            product > f64::EPSILON * dot(&change, &change).sqrt() * dot(&step, &step).sqrt();
        sound.then_some(Self {
            step,
            change,
            product,
        })
    }
}

/// The two loops of L-BFGS (Nocedal and Wright, algorithm 7.4).
fn direction(gradient: &[f64], memory: &VecDeque<Pair>, curvature: &Curvature) -> Vec<f64> {
    let mut d = gradient.to_vec();
    let mut shares = Vec::with_capacity(memory.len());
    for pair in memory.iter().rev() {
        let share = dot(&pair.step, &d) / pair.product;
        for (d, change) in d.iter_mut().zip(&pair.change) {
            *d -= share * change;
        }
        shares.push(share);
    }
    curvature.solve(&mut d);
    for (pair, share) in memory.iter().zip(shares.into_iter().rev()) {
        let back = share - dot(&pair.change, &d) / pair.product;
        for (d, step) in d.iter_mut().zip(&pair.step) {
            *d += back * step;
        }
    }
    negate(&mut d);
    d
}

fn negate(direction: &mut [f64]) {
    for d in direction {
        *d = -*d;
    }
}
