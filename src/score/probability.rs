//! The arithmetic of probabilities: scoring and explaining both call it, so that they agree bit for bit.

/// The probability of log-odds: `1 / (1 + exp(-z))`, without overflow on either side.
pub(crate) fn logistic(log_odds: f64) -> f64 {
    if log_odds >= 0.0 {
        1.0 / (1.0 + (-log_odds).exp())
    } else {
        let odds = log_odds.exp();
        odds / (1.0 + odds)
    }
}
