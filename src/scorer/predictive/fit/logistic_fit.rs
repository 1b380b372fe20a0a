use super::blocks::{Filling, Pass, STRIP, fill_blocks};
use super::logistic;
use super::loss::log_odds;
use super::separation::Separation;
use crate::scorer::predictive::TrainError;
use ndarray::ArrayView2;
use serde::Serialize;

/// A fitted logistic regression: coefficients by column, and how the fit went.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LogisticFit {
    /// The log-odds of a row of zeros, corrected to the true base rate.
    ///
    /// `fitted_intercept - ln(((1 - t) / t) * (s / (1 - s)))`, `t` being [`base_rate`](Self::base_rate) and `s`
    /// [`sampled_rate`](Self::sampled_rate) (King and Zeng, Logistic regression in rare events data, 2001).
    pub intercept: f64,
    /// The intercept as it stands in the objective, before that correction; the same where the two rates are.
    pub fitted_intercept: f64,
    /// What each column adds to the log-odds, for each unit of it. 0 for a constant column.
    pub coefficients: Vec<f64>,
    /// `alpha` of the penalty; 0 without.
    pub alpha: f64,
    /// What was minimised: the summed (weighted) log loss plus the penalty.
    pub objective: f64,
    /// The mean (weighted) log loss of the rows it was fitted to, with the intercept as fitted.
    pub log_loss: f64,
    /// Iterations over all rows.
    pub iterations: usize,
    /// The greatest part of the gradient in size at the end, for each row (each unit of weight); see
    /// [`tolerance`](super::LogisticSpec::tolerance).
    pub gradient_norm: f64,
    /// Whether the gradient is within the tolerance.
    pub converged: bool,
    /// Rows it was fitted to: those of weight above 0.
    pub rows: usize,
    /// Converted ones among them.
    pub converted: usize,
    /// The share of leads that convert in truth, as given, or that of the rows.
    pub base_rate: f64,
    /// The converted share of the weight that was fitted to.
    pub sampled_rate: f64,
    /// Whether rows or classes had weights.
    pub weighted: bool,
    /// The columns that separate the classes; `None` where none were found to.
    pub separation: Option<Separation>,
    /// The columns that have one value only.
    pub constant: Vec<usize>,
}

impl LogisticFit {
    /// The log-odds of each row, `intercept + sum of coefficient * x`, on all cores (feature `parallel`).
    ///
    /// # Errors
    /// A number of columns that differs from that of the coefficients.
    pub fn log_odds(&self, x: ArrayView2<'_, f64>) -> Result<Vec<f64>, TrainError> {
        self.each_row(x, false)
    }

    /// The chance of each row to convert, 0 to 1, on all cores (feature `parallel`): `1 / (1 + exp(-log_odds))`.
    ///
    /// NaN where a value of the row is.
    ///
    /// # Errors
    /// A number of columns that differs from that of the coefficients.
    pub fn probabilities(&self, x: ArrayView2<'_, f64>) -> Result<Vec<f64>, TrainError> {
        self.each_row(x, true)
    }

    fn each_row(
        &self,
        x: ArrayView2<'_, f64>,
        probabilities: bool,
    ) -> Result<Vec<f64>, TrainError> {
        let width = self.coefficients.len();
        if x.ncols() != width {
            let message = format!("{} columns for {width} coefficients", x.ncols());
            return Err(TrainError::new("", message));
        }
        let x = x.as_standard_layout();
        let values = x.as_slice().unwrap_or_default();
        let mut out = vec![0.0; x.nrows()];
        let pass = EachRow {
            fit: self,
            values,
            probabilities,
        };
        fill_blocks(&mut out, &pass);
        Ok(out)
    }
}

/// The log-odds of each row, or its probability.
struct EachRow<'a> {
    fit: &'a LogisticFit,
    values: &'a [f64],
    probabilities: bool,
}

impl Pass<Filling<'_>> for EachRow<'_> {
    type Part = ();

    #[expect(
        clippy::inline_always,
        reason = "only what is inlined into a pass takes its vectors"
    )]
    #[inline(always)]
    fn block(&self, (rows, out): Filling<'_>) {
        let width = self.fit.coefficients.len();
        let values = self.values.get(rows.start * width..rows.end * width);
        let values = values.unwrap_or_default().chunks((STRIP * width).max(1));
        for (values, out) in values.zip(out.chunks_mut(STRIP)) {
            log_odds(values, self.fit.intercept, &self.fit.coefficients, out);
            if self.probabilities {
                logistic::probabilities(out);
            }
        }
    }
}
