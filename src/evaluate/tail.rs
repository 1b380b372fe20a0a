//! Tails and quantiles of the distributions that tests and intervals rest on.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

/// The chance of a chi-square of that size or more; 1 without degrees of freedom.
pub(crate) fn chi_square_tail(chi_square: f64, freedom: usize) -> f64 {
    match distribution(freedom) {
        Some(distribution) if chi_square > 0.0 => distribution.sf(chi_square).clamp(0.0, 1.0),
        _ => 1.0,
    }
}

/// The chi-square that a share `level` of samples does not exceed; 0 without degrees of freedom.
pub(crate) fn chi_square_quantile(level: f64, freedom: usize) -> f64 {
    distribution(freedom).map_or(0.0, |distribution| distribution.inverse_cdf(level))
}

#[allow(clippy::cast_precision_loss)] // no table has 2^53 cells
fn distribution(freedom: usize) -> Option<ChiSquared> {
    ChiSquared::new(freedom as f64).ok()
}

/// The value that a standard normal number stays below with that chance, within (0, 1).
#[expect(dead_code, reason = "intervals follow")]
pub(crate) fn normal_quantile(chance: f64) -> f64 {
    Normal::standard().inverse_cdf(chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Figures of scipy 1.16: `chi2.sf`, `chi2.ppf` and `norm.ppf`.
    #[test]
    fn tails_are_those_of_scipy() {
        assert!((chi_square_tail(3.841_458_820_694_124, 1) - 0.05).abs() < 1e-12);
        assert!((chi_square_tail(5.8839, 8) - 0.660_235_057_502).abs() < 1e-9);
        assert!((chi_square_quantile(0.95, 9) - 16.918_977_604_620_45).abs() < 1e-6);
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-9);
    }

    #[test]
    fn nothing_panics() {
        for chi_square in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300] {
            for freedom in [0, 1, 100_000] {
                assert!((0.0..=1.0).contains(&chi_square_tail(chi_square, freedom)));
            }
        }
        assert_eq!(chi_square_quantile(0.95, 0), 0.0);
    }
}
