use super::folds::{Fold, time_ordered, with_seed};
use super::logistic_fit::LogisticFit;
use super::spec::{LogisticSpec, Penalty};
use super::training::train;
use super::training_matrix::TrainingMatrix;
use crate::model::Problems;
use crate::scorer::predictive::TrainError;
use ndarray::{ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// How the penalty of a [`LogisticSpec`] is chosen: the rows are split into folds, each is predicted by fits to others
/// over a path of penalties, and the penalty with the least log loss is taken.
///
/// # Examples
/// ```
/// use lead_scoring::{CrossValidation, LogisticSpec};
/// use lead_scoring::ndarray::Array2;
///
/// // 200 leads in the order of time; only the first of three columns matters.
/// let x = Array2::from_shape_fn((200, 3), |(i, j)| ((7 * i + 3 * i * j + j) % 10) as f64);
/// let converted: Vec<bool> = (0..200).map(|i| (7 * i) % 10 + i % 4 > 6).collect();
/// let chosen = LogisticSpec::new().cross_validate(x.view(), &converted, &CrossValidation::time_ordered())?;
/// assert_eq!(chosen.table.len(), 9);
/// assert_eq!(chosen.fit.alpha, chosen.alpha);
/// # Ok::<(), lead_scoring::TrainError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrossValidation {
    /// How rows are split. Default: in the order of time.
    pub split: FoldSplit,
    /// How many folds are predicted, 2 to 100. Default: 5.
    pub folds: usize,
    /// The penalties to try, each above 0, in any order. Default: 1e-4, 1e-3 ... 1e4.
    pub alphas: Vec<f64>,
    /// Which of them is taken. Default: that of the least log loss.
    pub choice: AlphaChoice,
}

/// How rows are split into folds by a [`CrossValidation`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoldSplit {
    /// Each fold is predicted from all rows before it, and the first of the stretches from none: one stretch more
    /// than folds, rows of one moment in the same. By the times of the matrix; without them as the rows stand.
    #[default]
    TimeOrdered,
    /// Each fold is predicted from all others: rows are dealt out at random, converted ones and others evenly, the
    /// same way for one seed.
    Random(u64),
}

/// Which penalty a [`CrossValidation`] takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlphaChoice {
    /// That of the least mean log loss; of equals the largest.
    #[default]
    Least,
    /// The largest whose mean log loss is within one standard error of the least (Breiman et al. 1984).
    OneStandardError,
}

/// The choice of a [`CrossValidation`], and the fit of all rows with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CrossValidated {
    /// The penalty that was chosen.
    pub alpha: f64,
    /// How each did, the largest first.
    pub table: Vec<AlphaRow>,
    /// Folds that were left out, since all rows to predict them from had one outcome.
    pub left_out: usize,
    /// All rows, fitted with the chosen penalty.
    pub fit: LogisticFit,
}

/// How one penalty did in a [`CrossValidation`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AlphaRow {
    /// The penalty.
    pub alpha: f64,
    /// The mean over folds of the mean log loss of the rows that were predicted.
    pub mean_log_loss: f64,
    /// The standard error of that mean: the deviation of folds (of the sample) over the root of their number. 0 for
    /// one fold.
    pub std_error: f64,
    /// The mean log loss of each fold.
    pub folds: Vec<f64>,
    /// Whether every fit converged.
    pub converged: bool,
}

impl Default for CrossValidation {
    fn default() -> Self {
        Self {
            split: FoldSplit::TimeOrdered,
            folds: 5,
            alphas: vec![1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3, 1e4],
            choice: AlphaChoice::Least,
        }
    }
}

impl CrossValidation {
    /// Five folds in the order of time.
    #[must_use]
    pub fn time_ordered() -> Self {
        Self::default()
    }

    /// Five folds at random, the same for one seed.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        Self {
            split: FoldSplit::Random(seed),
            ..Self::default()
        }
    }

    /// How many folds are predicted. Default: 5.
    #[must_use]
    pub fn folds(mut self, folds: usize) -> Self {
        self.folds = folds;
        self
    }

    /// The penalties to try. Default: 1e-4, 1e-3 ... 1e4.
    #[must_use]
    pub fn alphas(mut self, alphas: impl IntoIterator<Item = f64>) -> Self {
        self.alphas = alphas.into_iter().collect();
        self
    }

    /// Which of them is taken. Default: that of the least log loss.
    #[must_use]
    pub fn choice(mut self, choice: AlphaChoice) -> Self {
        self.choice = choice;
        self
    }

    /// Reports every setting that is out of range.
    pub(crate) fn check(&self, path: &str, problems: &mut Problems) {
        let place = |field: &str| match path {
            "" => field.to_owned(),
            path => format!("{path}.{field}"),
        };
        if !(2..=100).contains(&self.folds) {
            problems.push(
                place("folds"),
                format!("must be 2 to 100, was {}", self.folds),
            );
        }
        if self.alphas.is_empty() {
            problems.push(place("alphas"), "must not be empty");
        }
        for (i, alpha) in self.alphas.iter().enumerate() {
            if !(*alpha > 0.0 && *alpha <= 1e12) {
                problems.push(
                    place(&format!("alphas[{i}]")),
                    format!("must be above 0 and at most 1e12, was {alpha}"),
                );
            }
        }
    }

    pub(super) fn run(
        &self,
        spec: &LogisticSpec,
        matrix: &TrainingMatrix<'_>,
    ) -> Result<CrossValidated, TrainError> {
        let mut problems = Problems::default();
        self.check("cross_validation", &mut problems);
        TrainError::first_of(problems)?;
        matrix.check_values()?;
        let folds = match self.split {
            FoldSplit::TimeOrdered => time_ordered(matrix, self.folds),
            FoldSplit::Random(seed) => with_seed(matrix, self.folds, seed),
        };
        let mut alphas = self.alphas.clone();
        alphas.sort_by(|a, b| b.total_cmp(a));
        alphas.dedup();
        let mut table: Vec<AlphaRow> = alphas.into_iter().map(AlphaRow::new).collect();
        let mut left_out = 0;
        for fold in &folds {
            if fold.both_outcomes(matrix.converted) {
                predict(spec, matrix, fold, &mut table)?;
            } else {
                left_out += 1;
            }
        }
        if left_out == folds.len() {
            let message = "in no fold do the rows to predict from have both outcomes";
            return Err(TrainError::new("cross_validation", message));
        }
        table.iter_mut().for_each(AlphaRow::finish);
        let alpha = self.choice.of(&table);
        let spec = spec.clone().alpha(alpha);
        let fit = train(&spec, matrix, None)?;
        Ok(CrossValidated {
            alpha,
            table,
            left_out,
            fit,
        })
    }
}

impl AlphaRow {
    fn new(alpha: f64) -> Self {
        Self {
            alpha,
            mean_log_loss: 0.0,
            std_error: 0.0,
            folds: Vec::new(),
            converged: true,
        }
    }

    fn finish(&mut self) {
        #[expect(clippy::cast_precision_loss, reason = "at most 100 folds")]
        let count = self.folds.len() as f64;
        self.mean_log_loss = self.folds.iter().fold(0.0, |sum, loss| sum + loss) / count;
        if count > 1.0 {
            let squares = self
                .folds
                .iter()
                .map(|loss| (loss - self.mean_log_loss).powi(2));
            self.std_error =
                (squares.fold(0.0, |sum, square| sum + square) / (count - 1.0) / count).sqrt();
        }
    }
}

impl AlphaChoice {
    /// Of a table with the largest penalty first.
    fn of(self, table: &[AlphaRow]) -> f64 {
        let least = table
            .iter()
            .min_by(|a, b| a.mean_log_loss.total_cmp(&b.mean_log_loss));
        let Some(least) = least else { return 1.0 };
        let limit = match self {
            Self::Least => least.mean_log_loss,
            Self::OneStandardError => least.mean_log_loss + least.std_error,
        };
        table
            .iter()
            .find(|row| row.mean_log_loss <= limit)
            .unwrap_or(least)
            .alpha
    }
}

/// Predicts one fold with every penalty, each fit starting from the one before.
fn predict(
    spec: &LogisticSpec,
    matrix: &TrainingMatrix<'_>,
    fold: &Fold,
    table: &mut [AlphaRow],
) -> Result<(), TrainError> {
    let x = matrix.x.select(Axis(0), &fold.from);
    let of = |rows: &[usize]| -> Vec<bool> {
        rows.iter()
            .filter_map(|&i| matrix.converted.get(i).copied())
            .collect()
    };
    let weights_of = |rows: &[usize]| -> Option<Vec<f64>> {
        let weights = matrix.weights?;
        Some(
            rows.iter()
                .filter_map(|&i| weights.get(i).copied())
                .collect(),
        )
    };
    let converted = of(&fold.from);
    let weights = weights_of(&fold.from);
    let mut part = matrix.like(x.view(), &converted);
    part.weights = weights.as_deref();
    let held = matrix.x.select(Axis(0), &fold.predicted);
    let outcomes = of(&fold.predicted);
    let held_weights = weights_of(&fold.predicted);
    let mut last: Option<LogisticFit> = None;
    for row in table {
        let spec = LogisticSpec {
            penalty: Penalty::Alpha(row.alpha),
            ..spec.clone()
        };
        let from = last
            .as_ref()
            .map(|fit| (fit.fitted_intercept, fit.coefficients.as_slice()));
        let fit = train(&spec, &part, from)?;
        row.folds.push(mean_log_loss(
            &fit,
            held.view(),
            &outcomes,
            held_weights.as_deref(),
        )?);
        row.converged &= fit.converged;
        last = Some(fit);
    }
    Ok(())
}

/// The mean of `ln(1 + exp(-m))`, `m` being the log-odds of what happened.
fn mean_log_loss(
    fit: &LogisticFit,
    x: ArrayView2<'_, f64>,
    converted: &[bool],
    weights: Option<&[f64]>,
) -> Result<f64, TrainError> {
    let (mut loss, mut total) = (0.0, 0.0);
    for (i, (z, converted)) in fit.log_odds(x)?.into_iter().zip(converted).enumerate() {
        let weight = weights
            .and_then(|weights| weights.get(i))
            .copied()
            .unwrap_or(1.0);
        let margin = if *converted { z } else { -z };
        loss += weight * ((-margin).max(0.0) + (-margin.abs()).exp().ln_1p());
        total += weight;
    }
    Ok(loss / total)
}
