use super::distribution::normal_within;
use super::lead_weights;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A conversion rate with its Wilson score interval.
///
/// The interval holds the rates that a test of that level would not reject: with `p = converted / leads` and the
/// normal quantile `z`, `(p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)`. It stays within 0 to 1
/// and is sound for few leads and for rates near the ends. Source: Wilson (1927), JASA 22; Newcombe (1998), Statistics
/// in Medicine 17, method 3.
///
/// Counts are sums of weights: a lead of weight 2 is two leads, so that the interval is that of as many leads as the
/// weights add up to.
///
/// # Examples
/// ```
/// use lead_scoring::ConversionRate;
///
/// let rate = ConversionRate::wilson(81.0, 263.0, 0.95).ok_or("no leads")?;
/// assert_eq!(format!("{:.4} {:.4} {:.4}", rate.rate, rate.low, rate.high), "0.3080 0.2553 0.3662");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConversionRate {
    /// Leads with a known outcome, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// Those that converted, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub converted: f64,
    /// Their share, 0 to 1.
    pub rate: f64,
    /// Lower end of the interval, 0 to 1.
    pub low: f64,
    /// Upper end of the interval, 0 to 1.
    pub high: f64,
}

impl ConversionRate {
    /// The rate with the interval of that level, such as 0.95. `None` without leads, with more conversions than
    /// leads or fewer than none, where one of them is no number or infinite, and for a level that is not between 0
    /// and 1.
    #[must_use]
    pub fn wilson(converted: f64, leads: f64, level: f64) -> Option<Self> {
        if !(leads > 0.0 && leads.is_finite() && (0.0..=leads).contains(&converted)) {
            return None;
        }
        let z = normal_within(level)?;
        let square = z * z;
        let rate = converted / leads;
        // All of it times the number of leads, which may be near 0.
        let middle = converted + square / 2.0;
        let wide = z * (converted * (1.0 - rate) + square / 4.0).sqrt();
        let whole = leads + square;
        // At the ends the formula gives 0 and 1 but for rounding.
        let low = if converted == 0.0 {
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
            (
                81.0,
                263.0,
                0.255_288_519_878_274_2,
                0.366_209_576_982_800_04,
            ),
            (
                15.0,
                148.0,
                0.062_386_399_530_736_28,
                0.160_487_241_723_308_03,
            ),
            (0.0, 20.0, 0.0, 0.161_125_158_052_819_4),
            (
                1.0,
                29.0,
                0.006_113_214_292_762_667,
                0.171_755_218_793_202_94,
            ),
            (
                6.0,
                32.0,
                0.088_895_446_895_659_51,
                0.353_091_552_013_759_63,
            ),
            (20.0, 20.0, 0.838_874_841_947_180_4, 1.0),
        ] {
            let rate = ConversionRate::wilson(converted, leads, 0.95).unwrap();
            assert!((rate.low - low).abs() < 1e-12, "{rate:?}");
            assert!((rate.high - high).abs() < 1e-12, "{rate:?}");
        }
        let rate = ConversionRate::wilson(15.0, 148.0, 0.95).unwrap();
        assert_eq!(rate.to_string(), "10.1 % (6.2 to 16.0)");
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for (converted, leads, level) in [
            (0.0, 0.0, 0.95),
            (2.0, 1.0, 0.95),
            (-1.0, 1.0, 0.95),
            (0.0, -1.0, 0.95),
            (f64::NAN, 1.0, 0.95),
            (0.0, f64::NAN, 0.95),
            (1.0, f64::INFINITY, 0.95),
            (f64::INFINITY, f64::INFINITY, 0.95),
            (1.0, 2.0, 0.0),
            (1.0, 2.0, 1.0),
            (1.0, 2.0, f64::NAN),
        ] {
            assert_eq!(ConversionRate::wilson(converted, leads, level), None);
        }
    }

    #[test]
    fn counts_of_any_size_have_an_interval() {
        for leads in [f64::MIN_POSITIVE, 1e-12, 0.5, 1e12, f64::MAX] {
            for share in [0.0, 0.25, 1.0] {
                let rate = ConversionRate::wilson(share * leads, leads, 0.95).unwrap();
                assert!(0.0 <= rate.low && rate.low <= rate.rate, "{rate:?}");
                assert!(rate.rate <= rate.high && rate.high <= 1.0, "{rate:?}");
            }
        }
    }

    /// Whole counts are written as such, and come back.
    #[test]
    fn rates_are_data() {
        for (converted, leads, start) in [
            (3.0, 4.0, r#"{"leads":4,"converted":3,"rate":0.75,"#),
            (1.5, 2.5, r#"{"leads":2.5,"converted":1.5,"rate":0.6,"#),
        ] {
            let rate = ConversionRate::wilson(converted, leads, 0.95).unwrap();
            let json = serde_json::to_string(&rate).unwrap();
            assert!(json.starts_with(start), "{json}");
            assert_eq!(serde_json::from_str::<ConversionRate>(&json).unwrap(), rate);
            let toml = toml::to_string(&rate).unwrap();
            assert_eq!(toml::from_str::<ConversionRate>(&toml).unwrap(), rate);
        }
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_rate(leads in 0.1..5_000.0_f64, share in 0.0..=1.0_f64, level in 0.01..0.999_f64) {
            let converted = share * leads;
            let rate = ConversionRate::wilson(converted, leads, level).unwrap();
            prop_assert!(0.0 <= rate.low && rate.low <= rate.rate);
            prop_assert!(rate.rate <= rate.high && rate.high <= 1.0);
            // More leads of the same rate tell more.
            let more = ConversionRate::wilson(converted * 10.0, leads * 10.0, level).unwrap();
            prop_assert!(more.high - more.low < rate.high - rate.low);
            // What did not convert is the other side.
            let other = ConversionRate::wilson(leads - converted, leads, level).unwrap();
            prop_assert!((other.low - (1.0 - rate.high)).abs() < 1e-12);
        }
    }
}
