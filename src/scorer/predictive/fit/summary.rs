use super::cholesky::Cholesky;
use super::columns::Columns;
use super::logistic_fit::LogisticFit;
use super::loss::{Evaluation, Loss, Scaling};
use super::refine::{LEAST_PIVOT, Refined};
use super::training_matrix::{Rows, TrainingMatrix};
use crate::scorer::predictive::TrainError;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use statrs::function::erf::{erfc, erfc_inv};
use statrs::function::gamma::checked_gamma_ur;
use std::fmt;

/// What a maximum likelihood fit says of each coefficient and of the whole, as R's `summary(glm)` has it.
///
/// Displays as a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogisticSummary {
    /// The intercept as fitted, under the name `(Intercept)`, then each column.
    pub rows: Vec<CoefficientRow>,
    /// The estimated covariance of the coefficients, in the order of the rows: the inverse of the Hessian.
    pub covariance: Vec<Vec<f64>>,
    /// The share of intervals that hold the true coefficient. 0.95 unless set.
    pub confidence: f64,
    /// The natural logarithm of the likelihood.
    pub log_likelihood: f64,
    /// -2 times the log likelihood of the intercept alone.
    pub null_deviance: f64,
    /// Rows less 1.
    pub null_degrees: usize,
    /// -2 times the log likelihood.
    pub residual_deviance: f64,
    /// Rows less coefficients, the intercept being one.
    pub residual_degrees: usize,
    /// `residual_deviance + 2 k` with `k` coefficients (Akaike 1974).
    pub aic: f64,
    /// `residual_deviance + k ln n` with `k` coefficients and `n` rows (Schwarz 1978).
    pub bic: f64,
    /// By how much the columns lower the deviance: chi-square distributed, with as many degrees of freedom as there
    /// are columns, if none of them mattered.
    pub likelihood_ratio: f64,
    /// The chance of a likelihood ratio as large as that if no column mattered.
    pub likelihood_ratio_p: f64,
}

/// One coefficient of a [`LogisticSummary`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CoefficientRow {
    /// The column.
    pub name: String,
    /// The coefficient, in log-odds for each unit of the column.
    pub estimate: f64,
    /// The standard error of the estimate.
    pub std_error: f64,
    /// The estimate in standard errors (Wald).
    pub z: f64,
    /// The chance of a `z` as large in size if the coefficient were 0.
    pub p: f64,
    /// The lower end of the Wald confidence interval.
    pub lower: f64,
    /// The upper end of it.
    pub upper: f64,
    /// `exp(estimate)`: the factor on the odds for each unit of the column.
    pub odds_ratio: f64,
}

impl LogisticFit {
    /// Standard errors, z, p and confidence intervals of the coefficients, and likelihood figures, from the rows that
    /// the fit was made of.
    ///
    /// Estimates are those of the fit, polished by Newton steps where its tolerance left digits to earn. Names may be
    /// left out: then columns are called by their position.
    ///
    /// # Errors
    /// A fit with a penalty or with weights, for which the inverse Hessian gives no standard errors; one that did not
    /// converge; rows other than those that were fitted; and columns that depend on others or are constant.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::LogisticSpec;
    /// use lead_scoring::ndarray::array;
    ///
    /// let x = array![[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0]];
    /// let converted = [false, false, true, false, true, false, true, true];
    /// let fit = LogisticSpec::new().unpenalised().fit(x.view(), &converted)?;
    /// let summary = fit.summary(x.view(), &converted, &["visits"])?;
    /// let visits = &summary.rows[1];
    /// assert!(visits.lower < 0.0 && visits.upper > 0.0);
    /// assert!((visits.p - 0.1693).abs() < 1e-4, "{summary}");
    /// # Ok::<(), lead_scoring::TrainError>(())
    /// ```
    pub fn summary(
        &self,
        x: ArrayView2<'_, f64>,
        converted: &[bool],
        names: &[&str],
    ) -> Result<LogisticSummary, TrainError> {
        let mut matrix = TrainingMatrix::new(x.reborrow(), converted);
        if !names.is_empty() {
            matrix = matrix.names(names.iter().copied());
        }
        self.summary_of(&matrix)
    }

    fn summary_of(&self, matrix: &TrainingMatrix<'_>) -> Result<LogisticSummary, TrainError> {
        let refuse = |message: String| Err(TrainError::new("", message));
        if self.alpha > 0.0 {
            return refuse(
                "a fit with a penalty has no standard errors: the penalty draws its coefficients towards 0, which the \
                 Hessian does not know of; fit without one"
                    .to_owned(),
            );
        }
        if self.weighted {
            return refuse(
                "a fit with weights has no standard errors: the Hessian takes a row of weight 2 for two independent \
                 rows; fit without them"
                    .to_owned(),
            );
        }
        if !self.converged {
            return refuse(format!(
                "the fit did not converge in {} iterations",
                self.iterations
            ));
        }
        if matrix.x.ncols() != self.coefficients.len() {
            return refuse(format!(
                "{} columns for {} coefficients",
                matrix.x.ncols(),
                self.coefficients.len()
            ));
        }
        let (rows, columns) = Rows::new(matrix)?;
        let scaling = Scaling::of(&columns);
        let loss = Loss::new(&rows, &scaling, 0.0);
        let start = Refined::start(
            &loss,
            scaling.point(self.fitted_intercept, &self.coefficients),
        );
        self.check_rows(&rows, &start.at, loss.total)?;
        let (point, at, cholesky) = polish(&loss, start);
        dependence(matrix, &columns, cholesky.dependent())?;
        Ok(figures(matrix, &loss, &scaling, &point, &at, &cholesky))
    }

    /// Whether rows can be those that were fitted.
    fn check_rows(&self, rows: &Rows<'_>, at: &Evaluation, total: f64) -> Result<(), TrainError> {
        let converted = rows
            .converted
            .iter()
            .filter(|&&converted| converted)
            .count();
        let gradient = at.norm / total;
        let same = (rows.len(), converted) == (self.rows, self.converted);
        if same && gradient <= 2.0 * self.gradient_norm + 1e-8 {
            return Ok(());
        }
        Err(TrainError::new(
            "",
            "these are not the rows that the fit was made of",
        ))
    }
}

/// Newton's method to the last digit; the Hessian at the end.
fn polish(loss: &Loss<'_>, mut refined: Refined) -> (Vec<f64>, Evaluation, Cholesky) {
    const MOST: usize = 5;
    for _ in 0..MOST {
        if refined.at.norm <= 1e-13 * loss.total || !refined.newton(loss).taken {
            break;
        }
    }
    let cholesky = Cholesky::new(loss.hessian(&refined.point), LEAST_PIVOT);
    (refined.point, refined.at, cholesky)
}

/// An error that names the columns without which the Hessian could be inverted.
fn dependence(
    matrix: &TrainingMatrix<'_>,
    columns: &Columns,
    dependent: &[usize],
) -> Result<(), TrainError> {
    let constant = |i: usize| {
        columns
            .each
            .get(i)
            .is_some_and(super::columns::Column::is_constant)
    };
    let (constants, others): (Vec<usize>, Vec<usize>) =
        dependent.iter().partition(|&&i| constant(i));
    let mut found = Vec::new();
    let verb = |columns: &[usize], one: &str, many: &str| match columns {
        [_] => format!("column {} {one}", matrix.names_of(columns)),
        _ => format!("columns {} {many}", matrix.names_of(columns)),
    };
    if !constants.is_empty() {
        found.push(verb(&constants, "is constant", "are constant"));
    }
    if !others.is_empty() {
        found.push(verb(
            &others,
            "depends on those before it",
            "depend on those before them",
        ));
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(TrainError::new(
        "",
        format!(
            "the Hessian is singular: {}; leave out",
            found.join(", and ")
        ),
    ))
}

fn figures(
    matrix: &TrainingMatrix<'_>,
    loss: &Loss<'_>,
    scaling: &Scaling,
    point: &[f64],
    at: &Evaluation,
    cholesky: &Cholesky,
) -> LogisticSummary {
    let (coefficients, _) = loss.coefficients(point);
    let estimates = [loss.intercept(point)].into_iter().chain(coefficients);
    let covariance = covariance(&cholesky.inverse(), scaling);
    let names = (0..matrix.x.ncols()).map(|i| matrix.plain_name(i));
    let names = ["(Intercept)".to_owned()].into_iter().chain(names);
    let rows = names
        .zip(estimates)
        .enumerate()
        .map(|(i, (name, estimate))| {
            let variance = covariance
                .get(i)
                .and_then(|row| row.get(i))
                .copied()
                .unwrap_or(f64::NAN);
            let std_error = variance.sqrt();
            let z = estimate / std_error;
            CoefficientRow {
                name,
                estimate,
                std_error,
                z,
                p: erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2),
                lower: estimate,
                upper: estimate,
                odds_ratio: estimate.exp(),
            }
        });
    let rows: Vec<CoefficientRow> = rows.collect();
    let count = matrix.converted.len();
    let converted = matrix
        .converted
        .iter()
        .filter(|&&converted| converted)
        .count();
    let share = |part: usize| as_f64(part) * (as_f64(part) / as_f64(count)).ln();
    let null_deviance = -2.0 * (share(converted) + share(count - converted));
    let deviance = 2.0 * at.loss;
    let parameters = as_f64(rows.len());
    let likelihood_ratio = null_deviance - deviance;
    let summary = LogisticSummary {
        covariance,
        confidence: 0.95,
        log_likelihood: -at.loss,
        null_deviance,
        null_degrees: count - 1,
        residual_deviance: deviance,
        residual_degrees: count.saturating_sub(rows.len()),
        aic: deviance + 2.0 * parameters,
        bic: deviance + parameters * as_f64(count).ln(),
        likelihood_ratio,
        likelihood_ratio_p: chi_square_tail(likelihood_ratio, rows.len() - 1),
        rows,
    };
    summary.with_intervals(0.95)
}

#[expect(clippy::cast_precision_loss, reason = "far fewer rows than 2^53")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// The chance that a chi-square distributed number is greater: the regularised upper incomplete gamma function.
fn chi_square_tail(statistic: f64, degrees: usize) -> f64 {
    if statistic <= 0.0 || degrees == 0 {
        return 1.0;
    }
    checked_gamma_ur(0.5 * as_f64(degrees), 0.5 * statistic).unwrap_or(0.0)
}

/// From parameters of scaled columns, the intercept at their centres last, to the columns as given, the intercept first:
/// `w_j = v_j / scale_j` and `b = b' - sum of w_j centre_j`.
fn covariance(scaled: &[Vec<f64>], scaling: &Scaling) -> Vec<Vec<f64>> {
    let shift = scaling
        .centre
        .iter()
        .zip(&scaling.inverse)
        .map(|(centre, inverse)| -centre * inverse);
    let shift: Vec<f64> = shift.chain([1.0]).collect();
    let dot = super::cholesky::dot;
    let with_intercept: Vec<f64> = scaled.iter().map(|row| dot(row, &shift)).collect();
    let mut first = vec![dot(&with_intercept, &shift)];
    first.extend(
        with_intercept
            .iter()
            .zip(&scaling.inverse)
            .map(|(c, inverse)| c * inverse),
    );
    let others = scaled
        .iter()
        .zip(&scaling.inverse)
        .zip(&with_intercept)
        .map(|((row, of_row), by_intercept)| {
            let mut out = vec![by_intercept * of_row];
            out.extend(
                row.iter()
                    .zip(&scaling.inverse)
                    .map(|(c, of_column)| c * of_row * of_column),
            );
            out
        });
    [first.clone()].into_iter().chain(others).collect()
}

impl LogisticSummary {
    /// The same with confidence intervals of another level.
    ///
    /// # Errors
    /// A level that is not above 0 and below 1.
    pub fn confidence(self, level: f64) -> Result<Self, TrainError> {
        if !(level > 0.0 && level < 1.0) {
            let message = format!("must be above 0 and below 1, was {level}");
            return Err(TrainError::new("confidence", message));
        }
        Ok(self.with_intervals(level))
    }

    fn with_intervals(mut self, level: f64) -> Self {
        let quantile = std::f64::consts::SQRT_2 * erfc_inv(1.0 - level);
        self.confidence = level;
        for row in &mut self.rows {
            row.lower = row.estimate - quantile * row.std_error;
            row.upper = row.estimate + quantile * row.std_error;
        }
        self
    }
}

impl fmt::Display for LogisticSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .rows
            .iter()
            .map(|row| row.name.chars().count())
            .max()
            .unwrap_or(0);
        let pad = " ".repeat(width);
        let level = 100.0 * self.confidence;
        writeln!(
            f,
            "{pad} {:>12} {:>12} {:>8} {:>9}     {:>12} {:>12} {:>11}",
            "Estimate",
            "Std. Error",
            "z value",
            "Pr(>|z|)",
            format!("{level} % from"),
            "to",
            "Odds ratio"
        )?;
        for row in &self.rows {
            writeln!(
                f,
                "{:width$} {:>12} {:>12} {:>8.3} {:>9} {:3} {:>12} {:>12} {:>11}",
                row.name,
                digits(row.estimate),
                digits(row.std_error),
                row.z,
                chance(row.p),
                stars(row.p),
                digits(row.lower),
                digits(row.upper),
                digits(row.odds_ratio),
            )?;
        }
        writeln!(f, "*** p < 0.001, ** p < 0.01, * p < 0.05, . p < 0.1")?;
        writeln!(f)?;
        writeln!(
            f,
            "    Null deviance: {:.2} on {} degrees of freedom",
            self.null_deviance, self.null_degrees
        )?;
        writeln!(
            f,
            "Residual deviance: {:.2} on {} degrees of freedom",
            self.residual_deviance, self.residual_degrees
        )?;
        write!(f, "AIC: {:.2}, BIC: {:.2}", self.aic, self.bic)
    }
}

/// Six digits after the point, or as many significant ones.
fn digits(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3..1e5).contains(&size) {
        format!("{value:.6}")
    } else {
        format!("{value:.4e}")
    }
}

fn chance(p: f64) -> String {
    if p < 2e-16 {
        "< 2e-16".to_owned()
    } else if p < 1e-4 {
        format!("{p:.2e}")
    } else {
        format!("{p:.6}")
    }
}

fn stars(p: f64) -> &'static str {
    match p {
        p if p < 0.001 => "***",
        p if p < 0.01 => "**",
        p if p < 0.05 => "*",
        p if p < 0.1 => ".",
        _ => "",
    }
}
