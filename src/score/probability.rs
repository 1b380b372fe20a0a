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

/// `ln(converted / not_converted)`, both more than 0.
pub(crate) fn prior(converted: u64, not_converted: u64) -> f64 {
    number(converted).ln() - number(not_converted).ln()
}

/// The smoothed likelihood of a level among those that converted over that among the others, as a logarithm; each
/// pair is a count and the whole it is taken from.
pub(crate) fn likelihood_ratio(
    (converted, of_converted): (u64, u64),
    (not_converted, of_not_converted): (u64, u64),
    alpha: f64,
    levels: u64,
) -> f64 {
    // Logarithms before the difference: a quotient could round to 0.
    let log = |count: u64, whole: u64| {
        (number(count) + alpha).ln() - (number(whole) + alpha * number(levels)).ln()
    };
    log(converted, of_converted) - log(not_converted, of_not_converted)
}

/// The chance of at least one of several events, each a hazard and the share of its period that counts:
/// `1 - product of (1 - hazard)^share`.
pub(crate) fn within(hazards: impl Iterator<Item = (f64, f64)>) -> f64 {
    let stays = hazards.fold(0.0, |sum, (hazard, share)| {
        sum + share * (-hazard.clamp(0.0, 1.0)).ln_1p()
    });
    -f64::exp_m1(stays) + 0.0
}

#[allow(clippy::cast_precision_loss)] // counts are at most 1e12, far below 2^53
fn number(count: u64) -> f64 {
    count as f64
}
