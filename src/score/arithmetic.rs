//! The arithmetic of scores: scoring and explaining both call it, so that they agree bit for bit.

use super::WhenMissing;
use crate::scorer::Decay;

/// The largest size of a number in a spec, and of what one occurrence gives: 1e12.
pub(crate) const LARGEST: f64 = 1e12;

pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_gt() { b } else { a }
}

pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_lt() { b } else { a }
}

/// The value where something holds, else 0.0, by a mask instead of a branch that nobody could foretell. Adding 0.0
/// leaves a sum that began at 0.0 as it is, bit for bit.
#[inline]
pub(crate) fn only_if(holds: bool, value: f64) -> f64 {
    f64::from_bits(value.to_bits() & u64::from(holds).wrapping_neg())
}

/// Adding zero keeps -0.0 out.
pub(crate) fn clamp(value: f64, min: Option<f64>, max: Option<f64>) -> f64 {
    let raised = min.map_or(value, |min| value.max(min));
    max.map_or(raised, |max| raised.min(max)) + 0.0
}

pub(crate) fn scale(points: f64, zero: f64, hundred: f64) -> f64 {
    (100.0 * (points - zero) / (hundred - zero)).clamp(-LARGEST, LARGEST) + 0.0
}

#[inline]
pub(crate) fn occurrence(points: f64, times: f64, age_micros: i64, decay: Option<&Decay>) -> f64 {
    let whole = (points * times).clamp(-LARGEST, LARGEST);
    decay.map_or(whole, |decay| whole * decay.share(age_micros)) + 0.0
}

pub(crate) fn inactivity(
    points: f64,
    every_micros: i64,
    floor: Option<f64>,
    idle_micros: i64,
) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    // whole periods: far below 2^53 for any period of a second or more
    let periods = idle_micros.max(0).checked_div(every_micros).unwrap_or(0) as f64;
    let whole = (points * periods).clamp(-LARGEST, LARGEST);
    let (min, max) = if points < 0.0 {
        (floor, None)
    } else {
        (None, floor)
    };
    clamp(whole, min, max)
}

pub(crate) fn weighted_mean(
    weights: &[f64],
    missing: WhenMissing,
    parts: impl Iterator<Item = Option<f64>>,
) -> Option<f64> {
    let (mut sum, mut whole, mut known) = (0.0, 0.0, false);
    for (part, &weight) in parts.zip(weights).filter(|&(_, &weight)| weight > 0.0) {
        match (part, missing) {
            (Some(part), _) => {
                sum += weight * part;
                whole += weight;
                known = true;
            }
            (None, WhenMissing::Skip) => {}
            (None, WhenMissing::Zero) => whole += weight,
            (None, WhenMissing::Abstain) => return None,
        }
    }
    known.then(|| (sum / whole).clamp(0.0, 100.0) + 0.0)
}

pub(crate) fn geometric_mean(
    weights: &[f64],
    missing: WhenMissing,
    parts: impl Iterator<Item = Option<f64>>,
) -> Option<f64> {
    let (mut sum, mut whole, mut known) = (0.0, 0.0, false);
    for (given, &weight) in parts.zip(weights).filter(|&(_, &weight)| weight > 0.0) {
        let part = match (given, missing) {
            (Some(part), _) => part,
            (None, WhenMissing::Skip) => continue,
            (None, WhenMissing::Zero) => 0.0,
            (None, WhenMissing::Abstain) => return None,
        };
        known |= given.is_some();
        sum += weight * part.ln();
        whole += weight;
    }
    known.then(|| (sum / whole).exp().clamp(0.0, 100.0) + 0.0)
}

pub(crate) fn extreme(
    missing: WhenMissing,
    parts: impl Iterator<Item = Option<f64>>,
    pick: fn(f64, f64) -> f64,
) -> Option<f64> {
    let (mut best, mut known) = (None, false);
    for given in parts {
        let part = match (given, missing) {
            (Some(part), _) => part,
            (None, WhenMissing::Skip) => continue,
            (None, WhenMissing::Zero) => 0.0,
            (None, WhenMissing::Abstain) => return None,
        };
        known |= given.is_some();
        best = Some(best.map_or(part, |best| pick(best, part)));
    }
    best.filter(|_| known)
}

pub(crate) fn daily_count(count: u64, at_most: u32, weight: f64) -> f64 {
    let counted = u32::try_from(count).unwrap_or(u32::MAX).min(at_most);
    f64::from(counted) * weight + 0.0
}

pub(crate) fn root(value: f64) -> f64 {
    value.max(0.0).sqrt()
}

pub(crate) fn amount_share(amount: f64, price: f64) -> f64 {
    (amount / price).clamp(0.0, 1.0) + 0.0
}

pub(crate) fn coverage(answered: f64, whole: f64) -> f64 {
    (answered / whole).clamp(0.0, 1.0) + 0.0
}

pub(super) fn met(worths: &[f64], from: &[f64]) -> f64 {
    let pairs = worths.iter().zip(from);
    pairs.fold(
        0.0,
        |count, (worth, from)| {
            if worth >= from { count + 1.0 } else { count }
        },
    )
}

/// What a column of a predictive model adds to the log-odds: `coefficient * (value - mean)`, over the deviation where
/// the column is standardised.
pub(crate) fn contribution(coefficient: f64, value: f64, mean: f64, deviation: Option<f64>) -> f64 {
    let away = value - mean;
    let away = deviation.map_or(away, |deviation| away / deviation);
    (coefficient * away).clamp(-LARGEST, LARGEST) + 0.0
}

/// Weeks before the last one that it is compared with.
pub(crate) const WEEKS_BEFORE: f64 = 3.0;

/// Neither is negative.
pub(crate) fn momentum(last: f64, before: f64) -> f64 {
    // Three times both: whole numbers stay whole.
    let last = WEEKS_BEFORE * last;
    let whole = last + before;
    if whole > 0.0 {
        (100.0 * (last / whole)).clamp(0.0, 100.0) + 0.0
    } else {
        50.0
    }
}
