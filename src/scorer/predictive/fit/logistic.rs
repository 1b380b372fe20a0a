//! The logistic function over many rows at once: without branches, so that the compiler can take several rows in
//! one instruction. Everything is inlined into the pass that calls it, which runs with the widest vectors there are
//! (see [`blocks`](super::blocks)).

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a pass takes its vectors"
)]

/// `exp(-x)` for `x >= 0`, within two units in the last place; 0 below the least normal number.
///
/// `exp(-x) = 2^k * exp(r)` with `|r| <= ln(2) / 2` (Cody and Waite 1980), and the Taylor series of `exp(r)` up to
/// the 13th power, whose remainder is below 5e-18.
#[inline(always)]
fn exp_of_minus(x: f64) -> f64 {
    /// Beyond it `exp(-x)` is no normal number.
    const LAST: f64 = 708.0;
    /// Adding it rounds to a whole number, which then stands in the lowest bits: 1.5 * 2^52.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    /// ln(2) in two parts; the first has 21 zero bits at its end, so that products with `k` are exact.
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = if x < LAST { -x } else { -LAST };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let mut series = 1.0 / 6_227_020_800.0;
    series = series * r + 1.0 / 479_001_600.0;
    series = series * r + 1.0 / 39_916_800.0;
    series = series * r + 1.0 / 3_628_800.0;
    series = series * r + 1.0 / 362_880.0;
    series = series * r + 1.0 / 40_320.0;
    series = series * r + 1.0 / 5_040.0;
    series = series * r + 1.0 / 720.0;
    series = series * r + 1.0 / 120.0;
    series = series * r + 1.0 / 24.0;
    series = series * r + 1.0 / 6.0;
    series = series * r + 0.5;
    series = series * r + 1.0;
    series = series * r + 1.0;
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    series * power
}

/// Turns log-odds into probabilities in place: `1 / (1 + exp(-z))`.
#[inline(always)]
pub(super) fn probabilities(log_odds: &mut [f64]) {
    for z in log_odds {
        let e = exp_of_minus(z.abs());
        let above = if *z >= 0.0 { 1.0 } else { e };
        *z = above / (1.0 + e);
    }
}

/// Turns log-odds into the derivatives of the log loss by them, in place: `p - 1` where converted and `p` where not.
/// Gives the losses.
///
/// The loss `ln(1 + exp(-m))`, `m` being the log-odds of what happened, is `max(-m, 0) + ln(1 + exp(-|m|))`. The
/// logarithms are taken together, of the product of at most [`TOGETHER`] factors between 1 and 2.
#[inline(always)]
pub(super) fn residuals(log_odds: &mut [f64], converted: &[bool]) -> Losses {
    let mut loss = 0.0;
    let mut least = [f64::INFINITY; LANES];
    for (z, y) in log_odds
        .chunks_mut(TOGETHER)
        .zip(converted.chunks(TOGETHER))
    {
        let mut linear = [0.0; LANES];
        let mut product = [1.0; LANES];
        let mut zs = z.chunks_exact_mut(LANES);
        let mut ys = y.chunks_exact(LANES);
        for (z, y) in (&mut zs).zip(&mut ys) {
            let sums = linear.iter_mut().zip(&mut product).zip(&mut least);
            for ((z, &y), ((linear, product), least)) in z.iter_mut().zip(y).zip(sums) {
                let (m, e) = residual(z, y);
                *linear += below(m);
                *product *= 1.0 + e;
                *least = less(*least, m);
            }
        }
        let rest = zs.into_remainder().iter_mut().zip(ys.remainder());
        let sums = linear.iter_mut().zip(&mut product).zip(&mut least);
        for ((z, &y), ((linear, product), least)) in rest.zip(sums) {
            let (m, e) = residual(z, y);
            *linear += below(m);
            *product *= 1.0 + e;
            *least = less(*least, m);
        }
        loss += linear.iter().fold(0.0, |sum, part| sum + part)
            + product.iter().fold(1.0, |all, part| all * part).ln();
    }
    let least = least.into_iter().fold(f64::INFINITY, less);
    Losses { sum: loss, least }
}

/// As [`residuals`], each row times its weight.
#[inline(always)]
pub(super) fn weighted_residuals(
    log_odds: &mut [f64],
    converted: &[bool],
    weights: &[f64],
) -> Losses {
    let mut losses = Losses {
        sum: 0.0,
        least: f64::INFINITY,
    };
    for ((z, &y), &weight) in log_odds.iter_mut().zip(converted).zip(weights) {
        let (m, e) = residual(z, y);
        *z *= weight;
        losses.sum += weight * (below(m) + e.ln_1p());
        losses.least = less(losses.least, m);
    }
    losses
}

/// How many factors below 2 make a product that is still finite.
const TOGETHER: usize = 512;
const LANES: usize = 4;

/// What was lost over some rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Losses {
    /// The sum over the rows.
    pub(super) sum: f64,
    /// The least log-odds of what happened.
    pub(super) least: f64,
}

#[inline(always)]
fn less(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// `max(-m, 0)`.
#[inline(always)]
fn below(m: f64) -> f64 {
    if m >= 0.0 { 0.0 } else { -m }
}

/// The derivative in place of the log-odds; then the log-odds `m` of what happened, and `exp(-|m|)`.
#[inline(always)]
fn residual(z: &mut f64, converted: bool) -> (f64, f64) {
    let sign = if converted { 1.0 } else { -1.0 };
    let m = sign * *z;
    let e = exp_of_minus(m.abs());
    let missed = if m >= 0.0 { e } else { 1.0 };
    *z = -sign * (missed / (1.0 + e));
    (m, e)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ln(1 + exp(-m))`, exactly enough far from 0 too.
    fn log_loss(margin: f64) -> f64 {
        (-margin).max(0.0) + (-margin.abs()).exp().ln_1p()
    }

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        for i in 0..=70_800 {
            let x = f64::from(i) / 100.0;
            let exact = (-x).exp();
            assert!((exp_of_minus(x) - exact).abs() <= 4.5e-16 * exact, "{x}");
        }
        assert_eq!(exp_of_minus(0.0), 1.0);
        assert!(exp_of_minus(1e300) < 1e-307);
    }

    #[test]
    fn residuals_and_losses_are_those_of_the_formula() {
        let mut seen = 0.0;
        let z: Vec<f64> = (-900..=900).map(|i| f64::from(i) / 20.0).collect();
        let y: Vec<bool> = (0..z.len()).map(|i| i % 3 == 0).collect();
        let ones = vec![1.0; z.len()];
        for (&z, &y) in z.iter().zip(&y) {
            seen += log_loss(if y { z } else { -z });
        }
        let (mut plain, mut weighted, mut p) = (z.clone(), z.clone(), z.clone());
        let Losses { sum: loss, least } = residuals(&mut plain, &y);
        let margins = z.iter().zip(&y).map(|(&z, &y)| if y { z } else { -z });
        assert_eq!(least, margins.fold(f64::INFINITY, f64::min));
        assert!((loss - seen).abs() < 1e-12 * seen, "{loss} {seen}");
        let losses = weighted_residuals(&mut weighted, &y, &ones);
        assert_eq!(losses.least, least);
        let loss = losses.sum;
        assert!((loss - seen).abs() < 1e-12 * seen, "{loss} {seen}");
        assert_eq!(plain, weighted);
        probabilities(&mut p);
        for (i, z) in z.iter().enumerate() {
            let exact = 1.0 / (1.0 + (-z).exp());
            assert!((p[i] - exact).abs() <= 1e-15 * exact.max(1e-3), "{z}");
            let residual = if y[i] { p[i] - 1.0 } else { p[i] };
            assert!((plain[i] - residual).abs() < 1e-15);
        }
    }
}
