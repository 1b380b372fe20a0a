/// Leads that converted and others, as sums of weights.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) converted: f64,
    pub(super) others: f64,
}

impl Tally {
    pub(super) fn add(&mut self, converted: bool, weight: f64) {
        if converted {
            self.converted += weight;
        } else {
            self.others += weight;
        }
    }

    pub(super) fn join(self, other: Self) -> Self {
        Self {
            converted: self.converted + other.converted,
            others: self.others + other.others,
        }
    }

    pub(super) fn all<'t>(tallies: impl Iterator<Item = &'t Self>) -> Self {
        tallies.fold(Self::default(), |all, tally| all.join(*tally))
    }

    pub(super) fn leads(&self) -> f64 {
        self.converted + self.others
    }

    pub(super) fn has_both(&self) -> bool {
        self.converted > 0.0 && self.others > 0.0
    }

    /// Share that converted, 0 to 1; `None` without leads.
    pub(super) fn rate(&self) -> Option<f64> {
        let leads = self.leads();
        (leads > 0.0).then(|| self.converted / leads)
    }

    /// Whether the rate is lower than another, without rounding; never where one has no leads.
    pub(super) fn is_below(&self, other: &Self) -> bool {
        product(self.converted, other.others) < product(other.converted, self.others)
    }
}

/// A product as its nearest number and the rest, which compare as the product does.
fn product(a: f64, b: f64) -> (f64, f64) {
    let near = a * b;
    (near, a.mul_add(b, -near))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_compared_without_rounding() {
        let tally = |converted, others| Tally { converted, others };
        let large = 9_007_199_254_740_991.0;
        // Both products round to the same number.
        assert_eq!(large * (large - 2.0), (large - 1.0) * (large - 1.0));
        assert!(tally(large, large - 1.0).is_below(&tally(large - 1.0, large - 2.0)));
        assert!(!tally(large - 1.0, large - 2.0).is_below(&tally(large, large - 1.0)));
        assert!(!tally(1.0, 3.0).is_below(&tally(2.0, 6.0)));
        assert!(!tally(0.0, 0.0).is_below(&tally(2.0, 6.0)));
        assert!(!tally(1.0, 6.0).is_below(&tally(0.0, 0.0)));
    }
}
