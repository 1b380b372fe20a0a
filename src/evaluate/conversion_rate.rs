use super::distribution::normal_within;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A conversion rate with its Wilson score interval.
///
/// The interval holds the rates that a test of that level would not reject: with `p = converted / leads` and the
/// normal quantile `z`, `(p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)`. It stays within 0 to 1
/// and is sound for few leads and for rates near the ends. Source: Wilson (1927), JASA 22; Newcombe (1998), Statistics
/// in Medicine 17, method 3.
///
/// # Examples
/// ```
/// use lead_scoring::ConversionRate;
///
/// let rate = ConversionRate::wilson(81, 263, 0.95).ok_or("no leads")?;
/// assert_eq!(format!("{:.4} {:.4} {:.4}", rate.rate, rate.low, rate.high), "0.3080 0.2553 0.3662");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConversionRate {
    /// Leads with a known outcome.
    pub leads: u64,
    /// Those that converted.
    pub converted: u64,
    /// Their share, 0 to 1.
    pub rate: f64,
    /// Lower end of the interval, 0 to 1.
    pub low: f64,
    /// Upper end of the interval, 0 to 1.
    pub high: f64,
}

impl ConversionRate {
    /// The rate with the interval of that level, such as 0.95. `None` without leads, with more conversions than
    /// leads, and for a level that is not between 0 and 1.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // no population has 2^53 leads
    pub fn wilson(converted: u64, leads: u64, level: f64) -> Option<Self> {
        if leads == 0 || converted > leads {
            return None;
        }
        let z = normal_within(level)?;
        let n = leads as f64;
        let rate = converted as f64 / n;
        let middle = rate + z * z / (2.0 * n);
        let wide = z * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + z * z / n;
        // At the ends the formula gives 0 and 1 but for rounding.
        let low = if converted == 0 {
            0.0
        } else {
            ((middle - wide) / whole).clamp(0.0, rate)
        };
        let high = if converted == leads {
            1.0
        } else {
            ((middle + wide) / whole).clamp(rate, 1.0)
        };
        Some(Self {
            leads,
            converted,
            rate,
            low,
            high,
        })
    }
}

impl fmt::Display for ConversionRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.1} % ({:.1} to {:.1})",
            100.0 * self.rate,
            100.0 * self.low,
            100.0 * self.high
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Newcombe (1998), table I, method 3, to four digits; 6 of 32 is R's `mtcars` at 25 miles per gallon and more
    /// (rpubs 1367507), to eight; further digits by statsmodels 0.14.5, `proportion_confint(.., method="wilson")`.
    #[test]
    fn published_intervals() {
        for (converted, leads, low, high) in [
            (81, 263, 0.255_288_519_878_274_2, 0.366_209_576_982_800_04),
            (15, 148, 0.062_386_399_530_736_28, 0.160_487_241_723_308_03),
            (0, 20, 0.0, 0.161_125_158_052_819_4),
            (1, 29, 0.006_113_214_292_762_667, 0.171_755_218_793_202_94),
            (6, 32, 0.088_895_446_895_659_51, 0.353_091_552_013_759_63),
            (20, 20, 0.838_874_841_947_180_4, 1.0),
        ] {
            let rate = ConversionRate::wilson(converted, leads, 0.95).unwrap();
            assert!((rate.low - low).abs() < 1e-12, "{rate:?}");
            assert!((rate.high - high).abs() < 1e-12, "{rate:?}");
        }
        let rate = ConversionRate::wilson(15, 148, 0.95).unwrap();
        assert_eq!(rate.to_string(), "10.1 % (6.2 to 16.0)");
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for (converted, leads, level) in [
            (0, 0, 0.95),
            (2, 1, 0.95),
            (1, 2, 0.0),
            (1, 2, 1.0),
            (1, 2, f64::NAN),
        ] {
            assert_eq!(ConversionRate::wilson(converted, leads, level), None);
        }
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_rate(leads in 1_u64..5_000, share in 0.0..=1.0_f64, level in 0.01..0.999_f64) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let converted = (share * leads as f64) as u64;
            let rate = ConversionRate::wilson(converted, leads, level).unwrap();
            prop_assert!(0.0 <= rate.low && rate.low <= rate.rate);
            prop_assert!(rate.rate <= rate.high && rate.high <= 1.0);
            // More leads of the same rate tell more.
            let more = ConversionRate::wilson(converted * 10, leads * 10, level).unwrap();
            prop_assert!(more.high - more.low < rate.high - rate.low);
            // What did not convert is the other side.
            let other = ConversionRate::wilson(leads - converted, leads, level).unwrap();
            prop_assert!((other.low - (1.0 - rate.high)).abs() < 1e-12);
        }
    }
}
