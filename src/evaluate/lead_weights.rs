//! Weights of leads: each counts as that many leads.

use super::EvaluateError;
use crate::score::LARGEST;
use serde::{Serialize, Serializer};

/// Whether there are as many as there should be.
pub(super) fn check_count(
    place: &str,
    what: &str,
    given: usize,
    (of, count): (&str, usize),
) -> Result<(), EvaluateError> {
    if given == count {
        return Ok(());
    }
    let message = format!("`{given}` {what} do not go with `{count}` {of}");
    Err(EvaluateError::new(place, message))
}

/// Whether weights are numbers that count leads, some of them not 0.
pub(super) fn check_weights(place: &str, weights: &[f64]) -> Result<(), EvaluateError> {
    for (i, &weight) in weights.iter().enumerate() {
        if weight != 0.0 && !(1.0 / LARGEST..=LARGEST).contains(&weight) {
            return Err(EvaluateError::new(
                format!("{place}[{i}]"),
                format!("must be 0 or between 1e-12 and 1e12, got `{weight}`"),
            ));
        }
    }
    if !weights.is_empty() && weights.iter().all(|&weight| weight == 0.0) {
        return Err(EvaluateError::new(place, "must not all be zero"));
    }
    Ok(())
}

/// Whether there is a sound weight for each lead, where there are weights.
pub(super) fn check_of_leads(weights: Option<&[f64]>, leads: usize) -> Result<(), EvaluateError> {
    let Some(weights) = weights else {
        return Ok(());
    };
    check_count("weights", "weights", weights.len(), ("leads", leads))?;
    check_weights("weights", weights)
}

/// How often each lead counts: as its weight says, once where there are no weights.
pub(super) fn each_weight(weights: Option<&[f64]>) -> impl Iterator<Item = f64> {
    let ones = std::iter::repeat(1.0);
    weights.unwrap_or_default().iter().copied().chain(ones)
}

/// A sum of weights as it is shown, to two digits.
pub(super) fn shown(leads: f64) -> f64 {
    (100.0 * leads).round() / 100.0
}

/// Writes a sum of weights, in texts without a fraction where it is whole.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
pub(super) fn serialize_count<S: Serializer>(leads: &f64, to: S) -> Result<S::Ok, S::Error> {
    // 2^53: whole numbers above are not told apart from their neighbours.
    let whole = leads.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(leads);
    if whole && to.is_human_readable() {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is one
        to.serialize_u64(*leads as u64)
    } else {
        to.serialize_f64(*leads)
    }
}

/// Writes rows of sums of weights, each as [`serialize_count`] does.
pub(super) fn serialize_counts<S: Serializer>(rows: &[Vec<f64>], to: S) -> Result<S::Ok, S::Error> {
    struct Count(f64);
    impl Serialize for Count {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            serialize_count(&self.0, to)
        }
    }
    let counts = |row: &Vec<f64>| row.iter().copied().map(Count).collect::<Vec<_>>();
    to.collect_seq(rows.iter().map(counts))
}

/// What stands beside a weight that is not 0.
pub(super) fn with_weight<T: Clone>(values: &[T], weights: &[f64]) -> Vec<T> {
    let both = values.iter().zip(weights);
    both.filter(|(_, weight)| **weight > 0.0)
        .map(|(value, _)| value.clone())
        .collect()
}
