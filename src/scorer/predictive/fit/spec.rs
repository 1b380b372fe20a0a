use super::cross_validation::{CrossValidated, CrossValidation};
use super::logistic_fit::LogisticFit;
use super::training_matrix::TrainingMatrix;
use crate::model::Problems;
use crate::scorer::predictive::TrainError;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// How a logistic regression is fitted: `P(converted) = 1 / (1 + exp(-(b + sum of w x)))`.
///
/// Minimised is the sum over rows of `weight * log loss`, plus `alpha / 2 * |w|^2`; the intercept `b` is free. That is
/// the objective of scikit-learn's `LogisticRegression` with `C = 1 / alpha`, and without penalty that of R's `glm`
/// with `binomial`. The converted class is the positive one, however rare or common it is.
///
/// linfa-logistic fits first: on all rows while they are few (20,000), on a seeded sample of both classes when they
/// are many. What it finds is refined on all rows, by L-BFGS with a Hessian of the sample or by Newton steps, until
/// the gradient is below the tolerance; the result says whether it is. Columns of any scale will do: they are centred
/// and scaled inside, while the penalty stays on the coefficients of the columns as given.
///
/// # Examples
/// ```
/// use lead_scoring::LogisticSpec;
/// use lead_scoring::ndarray::array;
///
/// // Visits to the price page, and employees in thousands.
/// let x = array![[0.0, 0.2], [1.0, 1.5], [4.0, 0.3], [5.0, 2.0], [2.0, 0.1], [6.0, 1.0], [3.0, 0.9], [0.0, 1.2]];
/// let converted = [false, false, true, true, false, true, false, true];
/// let fit = LogisticSpec::new().alpha(0.5).fit(x.view(), &converted)?;
/// assert!(fit.converged);
/// assert!(fit.coefficients[0] > 0.0);
/// let chances = fit.probabilities(x.view())?;
/// assert!(chances[5] > chances[4]);
/// # Ok::<(), lead_scoring::TrainError>(())
/// ```
///
/// # References
/// Nocedal and Wright, Numerical Optimization, 2nd edition, algorithm 7.4 (L-BFGS).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogisticSpec {
    /// The penalty on the coefficients. Default: C = 1, as scikit-learn has it.
    pub penalty: Penalty,
    /// Weights of the classes. Default: none.
    #[serde(skip_serializing_if = "ClassWeight::is_none")]
    pub class_weight: ClassWeight,
    /// The share of leads that convert in truth, between 0 and 1, where the rows were sampled by outcome: probabilities
    /// are corrected to it. Default: the share of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_rate: Option<f64>,
    /// How large the gradient may be at the end, for each row (for each unit of weight): the greatest part of the
    /// gradient in size, columns beyond 1 in root mean square counted in units of that. Above 0. Default: 1e-6.
    pub tolerance: f64,
    /// The most iterations over all rows. Default: 200.
    pub max_iterations: usize,
}

/// The penalty on the coefficients of a [`LogisticSpec`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Penalty {
    /// None: the maximum likelihood fit, which alone has standard errors.
    None,
    /// `alpha / 2 * |w|^2` on the summed log loss: above 0.
    Alpha(f64),
    /// As scikit-learn's `C`: `alpha = 1 / C`, above 0.
    C(f64),
}

impl Penalty {
    /// `alpha`; 0 without penalty.
    #[must_use]
    pub fn alpha(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Alpha(alpha) => alpha,
            Self::C(c) => 1.0 / c,
        }
    }
}

/// Weights of the two classes of a [`LogisticSpec`], multiplied with those of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeight {
    /// Every row counts alike.
    #[default]
    None,
    /// Both classes weigh half of the whole: `n / (2 n_class)`, as scikit-learn's `balanced`.
    Balanced,
    /// As given.
    Given {
        /// Of each converted row; above 0.
        converted: f64,
        /// Of each other row; above 0.
        other: f64,
    },
}

impl ClassWeight {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

impl Default for LogisticSpec {
    fn default() -> Self {
        Self {
            penalty: Penalty::C(1.0),
            class_weight: ClassWeight::None,
            base_rate: None,
            tolerance: 1e-6,
            max_iterations: 200,
        }
    }
}

impl LogisticSpec {
    /// A penalty of C = 1, no weights of classes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A penalty of `alpha / 2 * |w|^2`; 0 is none. Default: 1.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.penalty = if alpha == 0.0 {
            Penalty::None
        } else {
            Penalty::Alpha(alpha)
        };
        self
    }

    /// A penalty as scikit-learn's `C` has it: `alpha = 1 / C`. Default: 1.
    #[must_use]
    pub fn c(mut self, c: f64) -> Self {
        self.penalty = Penalty::C(c);
        self
    }

    /// No penalty: the maximum likelihood fit. Default: C = 1.
    #[must_use]
    pub fn unpenalised(mut self) -> Self {
        self.penalty = Penalty::None;
        self
    }

    /// Both classes weigh half of the whole. Default: every row counts alike.
    #[must_use]
    pub fn balanced(self) -> Self {
        self.class_weight(ClassWeight::Balanced)
    }

    /// Weights of the classes. Default: none.
    #[must_use]
    pub fn class_weight(mut self, class_weight: ClassWeight) -> Self {
        self.class_weight = class_weight;
        self
    }

    /// The share of leads that convert in truth. Default: the share of the rows.
    #[must_use]
    pub fn base_rate(mut self, base_rate: f64) -> Self {
        self.base_rate = Some(base_rate);
        self
    }

    /// How large the gradient may be at the end, for each row. Default: 1e-6.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The most iterations over all rows. Default: 200.
    #[must_use]
    pub fn max_iterations(mut self, max_iterations: usize) -> Self {
        self.max_iterations = max_iterations;
        self
    }

    /// Fits a matrix of one row a lead, by the outcome of each.
    ///
    /// A fit that did not converge comes back with `converged` false. Constant columns get the coefficient 0.
    ///
    /// # Errors
    /// Settings out of range, no rows or columns, lengths that differ, values that are not finite or beyond 1e15 in
    /// size, rows of one class only; and without penalty fewer rows than coefficients, or columns that separate the
    /// classes, since no finite coefficients are the most likely then.
    pub fn fit(
        &self,
        x: ArrayView2<'_, f64>,
        converted: &[bool],
    ) -> Result<LogisticFit, TrainError> {
        self.fit_matrix(&TrainingMatrix::new(x.reborrow(), converted))
    }

    /// As [`fit`](Self::fit), each row with a weight: a row of weight 2 counts as two rows, one of weight 0 not at all.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and weights that are negative, beyond 1e12 or all 0.
    pub fn fit_weighted(
        &self,
        x: ArrayView2<'_, f64>,
        converted: &[bool],
        weights: &[f64],
    ) -> Result<LogisticFit, TrainError> {
        self.fit_matrix(&TrainingMatrix::new(x.reborrow(), converted).weights(weights))
    }

    /// As [`fit`](Self::fit), with the names of the columns for what is said of them, and weights.
    ///
    /// # Errors
    /// As [`fit_weighted`](Self::fit_weighted), and a number of names that differs.
    pub fn fit_matrix(&self, matrix: &TrainingMatrix<'_>) -> Result<LogisticFit, TrainError> {
        self.checked()?;
        super::training::train(self, matrix, None)
    }

    /// Chooses `alpha` by cross-validation, and fits all rows with it. The penalty of the spec is not looked at.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), settings of the cross-validation out of range, and no fold in which both classes occur
    /// before it.
    pub fn cross_validate(
        &self,
        x: ArrayView2<'_, f64>,
        converted: &[bool],
        validation: &CrossValidation,
    ) -> Result<CrossValidated, TrainError> {
        self.cross_validate_matrix(&TrainingMatrix::new(x.reborrow(), converted), validation)
    }

    /// As [`cross_validate`](Self::cross_validate), with weights, times and names of columns.
    ///
    /// # Errors
    /// As [`cross_validate`](Self::cross_validate).
    pub fn cross_validate_matrix(
        &self,
        matrix: &TrainingMatrix<'_>,
        validation: &CrossValidation,
    ) -> Result<CrossValidated, TrainError> {
        self.checked()?;
        validation.run(self, matrix)
    }

    /// Reports every setting that is out of range.
    pub(crate) fn check(&self, path: &str, problems: &mut Problems) {
        let place = |field: &str| match path {
            "" => field.to_owned(),
            path => format!("{path}.{field}"),
        };
        let mut above_0 = |field: &str, value: f64| {
            if !(value > 0.0 && value <= 1e12) {
                problems.push(
                    place(field),
                    format!("must be above 0 and at most 1e12, was {value}"),
                );
            }
        };
        match self.penalty {
            Penalty::None => {}
            Penalty::Alpha(alpha) => above_0("penalty.alpha", alpha),
            Penalty::C(c) => above_0("penalty.c", c),
        }
        if let ClassWeight::Given { converted, other } = self.class_weight {
            above_0("class_weight.given.converted", converted);
            above_0("class_weight.given.other", other);
        }
        above_0("tolerance", self.tolerance);
        if let Some(rate) = self.base_rate {
            if !(rate > 0.0 && rate < 1.0) {
                problems.push(
                    place("base_rate"),
                    format!("must be above 0 and below 1, was {rate}"),
                );
            }
        }
        if self.max_iterations == 0 {
            problems.push(place("max_iterations"), "must be at least 1, was 0");
        }
    }

    /// The first setting that is out of range, as an error.
    pub(super) fn checked(&self) -> Result<(), TrainError> {
        let mut problems = Problems::default();
        self.check("", &mut problems);
        TrainError::first_of(problems)
    }
}
