use crate::evaluate::evaluation::real;
use crate::evaluate::lead_weights::each_weight;

/// The finite numbers of a sample, ascending.
#[derive(Debug)]
pub(in crate::evaluate) struct Sorted {
    values: Vec<f64>,
    /// Leads up to each value, that one included, where leads have weights.
    upto: Option<Vec<f64>>,
    /// All of them.
    leads: f64,
    /// What rounding may add to a sum of weights; 0 of whole ones.
    near: f64,
}

impl Sorted {
    /// Sorts a sample, whose weights are above 0.
    pub(in crate::evaluate) fn new(values: &[f64], weights: Option<&[f64]>) -> Self {
        let weighted = values.iter().copied().zip(each_weight(weights));
        let finite = weighted.filter(|(value, _)| value.is_finite());
        let mut rows: Vec<(f64, f64)> = finite.collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let count = rows.len();
        match weights {
            Some(_) => Self::ascending(rows.into_iter(), count),
            None => Self {
                leads: real(count),
                near: 0.0,
                values: rows.into_iter().map(|(value, _)| value).collect(),
                upto: None,
            },
        }
    }

    /// Ascending values with their weights, which are of so many leads. Weights of a mean below 1 are raised to 1, so
    /// that fractions do not count as less than the leads that they are of.
    pub(in crate::evaluate) fn ascending(
        rows: impl Iterator<Item = (f64, f64)>,
        count: usize,
    ) -> Self {
        let (mut sum, mut whole) = (0.0, true);
        let rows = rows.map(|(value, weight)| {
            sum += weight;
            whole &= weight.fract() == 0.0;
            (value, sum)
        });
        let (values, mut upto): (Vec<f64>, Vec<f64>) = rows.unzip();
        if sum < real(count) {
            for upto in &mut upto {
                *upto *= real(count) / sum;
            }
        }
        let leads = upto.last().copied().unwrap_or_default();
        Self {
            leads,
            near: if whole { 0.0 } else { 1e-12 * leads },
            values,
            upto: Some(upto),
        }
    }

    /// The quantile at `part / whole`, type 7: between the two values nearest to it, in proportion. A weight counts as
    /// that many equal values.
    ///
    /// Hyndman and Fan (1996), definition 7; with weights as `wtd.quantile` of R's Hmisc.
    pub(in crate::evaluate) fn quantile(&self, part: usize, whole: usize) -> Option<f64> {
        let last = self.leads - 1.0;
        let place = last * share(part, whole);
        let below = (place + self.near).floor();
        let (low, high) = (self.at(below)?, self.at((below + 1.0).min(last))?);
        Some(between(low, high, (place - below).max(0.0)))
    }

    /// The value of that many leads before it.
    fn at(&self, before: f64) -> Option<f64> {
        let place = match &self.upto {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the sample
            None => before as usize,
            Some(upto) => upto.partition_point(|&upto| upto <= before + self.near),
        };
        // Rounding may lead beyond the last.
        let place = place.min(self.values.len().checked_sub(1)?);
        self.values.get(place).copied()
    }
}

pub(super) fn share(part: usize, whole: usize) -> f64 {
    real(part) / real(whole)
}

/// The number that share of the way from one to the other, rounded from the nearer of the two as numpy does.
pub(super) fn between(low: f64, high: f64, share: f64) -> f64 {
    let way = high - low;
    if !way.is_finite() {
        low * (1.0 - share) + high * share
    } else if share < 0.5 {
        low + way * share
    } else {
        high - way * (1.0 - share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy 2.4.6: np.quantile([1, 2, 4, 8], [0.1, 0.25, 0.5, 0.9])
        let values = [8.0, 1.0, f64::NAN, 4.0, 2.0];
        for weights in [None, Some(&[1.0; 5][..])] {
            let sorted = Sorted::new(&values, weights);
            assert_eq!(sorted.quantile(1, 10), Some(1.3));
            assert_eq!(sorted.quantile(1, 4), Some(1.75));
            assert_eq!(sorted.quantile(1, 2), Some(3.0));
            assert_eq!(sorted.quantile(9, 10), Some(6.800_000_000_000_001));
        }
        assert_eq!(Sorted::new(&[], None).quantile(1, 2), None);
        assert_eq!(Sorted::new(&[f64::NAN], Some(&[1.0])).quantile(1, 2), None);
    }

    #[test]
    fn small_weights_are_those_of_whole_leads() {
        let values = [8.0, 1.0, 4.0, 2.0];
        let sorted = Sorted::new(&values, Some(&[0.25; 4]));
        assert_eq!(sorted.quantile(1, 2), Some(3.0));
        // The mean is 1: half of the leads are the last.
        let sorted = Sorted::new(&values, Some(&[2.0, 0.5, 1.0, 0.5]));
        assert_eq!(sorted.quantile(1, 2), Some(6.0));
        let (tens, tenths) = ((0..11).map(f64::from).collect::<Vec<_>>(), [0.1; 11]);
        for part in 0..=10 {
            let whole = Sorted::new(&tens, None).quantile(part, 10);
            let small = Sorted::new(&tens, Some(&tenths)).quantile(part, 10);
            assert!(whole.zip(small).is_some_and(|(a, b)| (a - b).abs() < 1e-9));
        }
        let one = Sorted::new(&[7.0], Some(&[1e-12]));
        assert_eq!(one.quantile(9, 10), Some(7.0));
    }

    proptest! {
        /// A weight is that many equal values, to the last bit, in any order.
        #[test]
        fn whole_weights_repeat(
            rows in proptest::collection::vec((-9_i32..9, 1_usize..5), 1..30),
            part in 1_usize..20,
        ) {
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let weights: Vec<f64> = rows.iter().map(|row| share(row.1, 1)).collect();
            let all: Vec<f64> = rows
                .iter()
                .rev()
                .flat_map(|row| vec![f64::from(row.0); row.1])
                .collect();
            let weighted = Sorted::new(&values, Some(&weights)).quantile(part, 20);
            prop_assert_eq!(weighted, Sorted::new(&all, None).quantile(part, 20));
        }
    }
}
