use super::{EvaluateError, Evaluation};

/// Probabilities with what came of them, checked and sorted once: what every probability metric reads.
///
/// A probability is a number from 0 to 1, the chance that the lead converts. Everything else is as in
/// [`Evaluation`], which [`ranking`](ProbabilityEvaluation::ranking) gives.
///
/// # Examples
/// ```
/// use lead_scoring::ProbabilityEvaluation;
///
/// let evaluation = ProbabilityEvaluation::new(&[0.8, 0.4, 0.1], &[true, false, false])?;
/// assert!((evaluation.brier() - 0.07).abs() < 1e-12);
/// assert_eq!(evaluation.ranking().roc_auc().map(|roc| roc.auc), Some(1.0));
/// # Ok::<(), lead_scoring::EvaluateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProbabilityEvaluation(Evaluation);

impl ProbabilityEvaluation {
    /// Takes probabilities with their outcomes, each lead counting once.
    ///
    /// # Errors
    /// No probabilities, not as many outcomes, or a probability that is not between 0 and 1.
    pub fn new(probabilities: &[f64], converted: &[bool]) -> Result<Self, EvaluateError> {
        Self::checked(probabilities, converted, None)
    }

    /// Takes probabilities with their outcomes, each lead counting as often as its weight says.
    ///
    /// # Errors
    /// As [`new`](ProbabilityEvaluation::new), and what [`Evaluation::weighted`] says of weights.
    pub fn weighted(
        probabilities: &[f64],
        converted: &[bool],
        weights: &[f64],
    ) -> Result<Self, EvaluateError> {
        Self::checked(probabilities, converted, Some(weights))
    }

    pub(super) fn checked(
        probabilities: &[f64],
        converted: &[bool],
        weights: Option<&[f64]>,
    ) -> Result<Self, EvaluateError> {
        for (place, given) in probabilities.iter().enumerate() {
            if !(0.0..=1.0).contains(given) {
                return Err(EvaluateError::new(
                    format!("probabilities[{place}]"),
                    format!("must be between 0 and 1, got `{given}`"),
                ));
            }
        }
        Evaluation::checked("probabilities", probabilities, converted, weights).map(Self)
    }

    /// The same leads for ranking metrics.
    #[must_use]
    pub fn ranking(&self) -> &Evaluation {
        &self.0
    }

    /// Log loss: the mean of `-ln p` of what happened, in nats; 0 is perfect.
    ///
    /// Probabilities are clipped to `[eps, 1 - eps]` with `eps = f64::EPSILON` (2.2e-16), as scikit-learn does, so
    /// that a certain forecast that fails costs 36 and not infinity.
    #[must_use]
    pub fn log_loss(&self) -> f64 {
        self.mean_log_loss(f64::EPSILON)
    }

    /// Log loss with probabilities clipped to `[eps, 1 - eps]`.
    ///
    /// # Errors
    /// An `eps` that is not above 0 and below 0.5.
    pub fn log_loss_clipped(&self, eps: f64) -> Result<f64, EvaluateError> {
        if eps > 0.0 && eps < 0.5 {
            Ok(self.mean_log_loss(eps))
        } else {
            let message = format!("must be above 0 and below 0.5, got `{eps}`");
            Err(EvaluateError::new("eps", message))
        }
    }

    fn mean_log_loss(&self, eps: f64) -> f64 {
        let mut sum = 0.0;
        for tie in self.0.ties() {
            let p = tie.score.clamp(eps, 1.0 - eps);
            if tie.converted > 0.0 {
                sum -= tie.converted * p.ln();
            }
            if tie.others > 0.0 {
                sum -= tie.others * (-p).ln_1p();
            }
        }
        sum / self.0.leads()
    }

    /// Brier score: the mean of `(p - y)^2`, 0 to 1; 0 is perfect (Brier 1950).
    #[must_use]
    pub fn brier(&self) -> f64 {
        let mut sum = 0.0;
        for tie in self.0.ties() {
            let p = tie.score;
            sum += tie.converted * (1.0 - p).powi(2) + tie.others * p.powi(2);
        }
        sum / self.0.leads()
    }
}
