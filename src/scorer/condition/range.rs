use std::cmp::Ordering;

/// A range of numbers; the bounds are kept as bits so that ranges can be told apart exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NumberRange {
    low: u64,
    low_included: bool,
    high: u64,
    high_included: bool,
}

impl NumberRange {
    pub(super) const ALL: Self = Self::new(f64::NEG_INFINITY, true, f64::INFINITY, true);

    pub(super) const fn new(low: f64, low_included: bool, high: f64, high_included: bool) -> Self {
        // Adding zero makes one of the two zeros.
        Self {
            low: (low + 0.0).to_bits(),
            low_included,
            high: (high + 0.0).to_bits(),
            high_included,
        }
    }

    #[cfg(test)]
    pub(crate) const fn closed(low: f64, high: f64) -> Self {
        Self::new(low, true, high, true)
    }

    pub(crate) fn low(self) -> f64 {
        f64::from_bits(self.low)
    }

    pub(crate) fn high(self) -> f64 {
        f64::from_bits(self.high)
    }

    pub(crate) fn holds(self, value: f64) -> bool {
        let (low, high) = (self.low(), self.high());
        (value > low || (self.low_included && value >= low))
            && (value < high || (self.high_included && value <= high))
    }

    /// What lies in both.
    pub(super) fn and(self, other: Self) -> Self {
        let (low, low_included) = match self.low().total_cmp(&other.low()) {
            Ordering::Greater => (self.low, self.low_included),
            Ordering::Less => (other.low, other.low_included),
            Ordering::Equal => (self.low, self.low_included && other.low_included),
        };
        let (high, high_included) = match self.high().total_cmp(&other.high()) {
            Ordering::Less => (self.high, self.high_included),
            Ordering::Greater => (other.high, other.high_included),
            Ordering::Equal => (self.high, self.high_included && other.high_included),
        };
        Self {
            low,
            low_included,
            high,
            high_included,
        }
    }

    /// Whether no number lies in it.
    pub(super) fn is_empty(self) -> bool {
        let (low, high) = (self.low(), self.high());
        low > high || (low >= high && !(self.low_included && self.high_included))
    }
}
