//! Tails of distributions, as tests and intervals need them.

use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::function::erf::erf_inv;
use statrs::function::gamma::checked_gamma_ur;
use std::f64::consts::SQRT_2;

/// The chance that a standard normal number lies farther from 0 than that, on either side.
///
/// Its square is a chi-square number of one degree of freedom, whose tail has all digits; `erfc` has ten of them.
pub(crate) fn normal_tails(z: f64) -> f64 {
    chi_square_tail(z * z, 1.0).unwrap_or_default()
}

/// How far from 0 a standard normal number lies with that chance: 1.96 of 0.95. `None` outside of 0 to 1, or on its
/// edge.
pub(crate) fn normal_within(chance: f64) -> Option<f64> {
    (chance > 0.0 && chance < 1.0).then(|| SQRT_2 * erf_inv(chance))
}

/// The chance that a chi-square number of so many degrees of freedom exceeds that. `None` where there is no such
/// distribution.
pub(crate) fn chi_square_tail(chi_square: f64, degrees_of_freedom: f64) -> Option<f64> {
    if chi_square == 0.0 && degrees_of_freedom > 0.0 {
        return Some(1.0);
    }
    let tail = checked_gamma_ur(degrees_of_freedom / 2.0, chi_square / 2.0).ok()?;
    Some(tail.clamp(0.0, 1.0)).filter(|tail| !tail.is_nan())
}

/// The chi-square that a share `level` of samples does not exceed; 0 without degrees of freedom.
pub(crate) fn chi_square_quantile(level: f64, degrees_of_freedom: f64) -> f64 {
    let distribution = ChiSquared::new(degrees_of_freedom).ok();
    distribution.map_or(0.0, |distribution| distribution.inverse_cdf(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_the_distributions() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12);
        close(normal_within(0.95).unwrap(), 1.959_963_984_540_054);
        close(normal_within(0.99).unwrap(), 2.575_829_303_548_900_4);
        close(normal_tails(-1.959_963_984_540_054), 0.05);
        close(normal_tails(0.526_956_3 * SQRT_2), 0.456_133_447_686_249_97);
        assert_eq!((normal_tails(0.0), normal_tails(1e200)), (1.0, 0.0));
        // scipy 1.17.1: gammaincc(4, 15.507313055865453 / 2), gammaincc(4, 50), erfc(0.5269563)
        close(chi_square_tail(15.507_313_055_865_453, 8.0).unwrap(), 0.05);
        let far = chi_square_tail(100.0, 8.0).unwrap();
        assert!(
            (far / 4.269_159_205_144_943e-18 - 1.0).abs() < 1e-12,
            "{far}"
        );
        close(chi_square_tail(0.0, 8.0).unwrap(), 1.0);
        // scipy 1.17.1: chi2.ppf(0.95, 9)
        assert!((chi_square_quantile(0.95, 9.0) - 16.918_977_604_620_448).abs() < 1e-6);
        assert_eq!(chi_square_quantile(0.95, 0.0), 0.0);
    }

    #[test]
    fn no_such_number() {
        for chance in [0.0, 1.0, -1.0, 2.0, f64::NAN] {
            assert_eq!(normal_within(chance), None);
        }
        assert_eq!(chi_square_tail(f64::NAN, 3.0), None);
        assert_eq!(chi_square_tail(1.0, 0.0), None);
        assert_eq!(chi_square_tail(-1.0, 1.0), None);
    }
}
