//! The one place that names linfa.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

/// How far linfa goes: the refinement earns the digits.
const MOST_ITERATIONS: u64 = 50;
/// The gradient at which it stops, for each row; linfa's own tolerance is on the sum over rows.
const TOLERANCE: f64 = 1e-3;

/// Fits standardised columns with `alpha / 2 * |w|^2` on the summed loss; gives the coefficients and the intercept.
///
/// Column-major is the layout that linfa is fast with. It calls the more frequent class the positive one, so its signs
/// are turned where that is not the converted one. `None` where it gives up; it does not say whether it converged.
pub(super) fn fit(x: Array2<f64>, converted: &[bool], alpha: f64) -> Option<(Vec<f64>, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "a tolerance")]
    let tolerance = TOLERANCE * converted.len() as f64;
    let data = Dataset::new(x, Array1::from(converted.to_vec()));
    let fitted = LogisticRegression::default()
        .alpha(alpha)
        .max_iterations(MOST_ITERATIONS)
        .gradient_tolerance(tolerance)
        .fit(&data)
        .ok()?;
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    let coefficients: Vec<f64> = fitted.params().iter().map(|w| sign * w).collect();
    let intercept = sign * fitted.intercept();
    let finite = intercept.is_finite() && coefficients.iter().all(|w| w.is_finite());
    finite.then_some((coefficients, intercept))
}
