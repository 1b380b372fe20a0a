use crate::lead::Moment;
use crate::score::{clamp, larger, scale, smaller};

/// An interval in which a number is followed, both ends included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within {
    pub(crate) from: Moment,
    pub(crate) to: Moment,
}

impl Within {
    pub(crate) fn at(moment: Moment) -> Self {
        Self {
            from: moment,
            to: moment,
        }
    }
}

/// What a number does in an interval of time: between which values it stays, and between which slopes it moves.
///
/// The values are bounds of the *computed* number: floating-point addition, clamping and scaling keep order, so that
/// the bounds of the parts, put through the same arithmetic, are bounds of the whole without any allowance. Slopes are
/// those of the exact number, per microsecond; a jump has an infinite one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Course {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) down: f64,
    pub(crate) up: f64,
}

impl Course {
    /// A number that does not move: exactly this one.
    pub(crate) fn still(value: f64) -> Self {
        Self {
            low: value,
            high: value,
            down: 0.0,
            up: 0.0,
        }
    }

    /// A number that goes from one value to another in one direction, jumps included.
    pub(crate) fn one_way(first: f64, last: f64) -> Self {
        if first.to_bits() == last.to_bits() {
            return Self::still(first);
        }
        Self {
            low: first.min(last),
            high: first.max(last),
            down: if last < first { f64::NEG_INFINITY } else { 0.0 },
            up: if last > first { f64::INFINITY } else { 0.0 },
        }
    }

    pub(crate) fn is_still(self) -> bool {
        self.low.to_bits() == self.high.to_bits()
    }

    /// Whether it moves in one direction only.
    pub(crate) fn is_one_way(self) -> bool {
        self.is_still() || self.down >= 0.0 || self.up <= 0.0
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            high: self.high + other.high,
            down: self.down + other.down,
            up: self.up + other.up,
        }
    }

    pub(crate) fn clamped(self, min: Option<f64>, max: Option<f64>) -> Self {
        let low = clamp(self.low, min, max);
        let high = clamp(self.high, min, max);
        if low.to_bits() == high.to_bits() {
            return Self::still(low);
        }
        let acts = low.to_bits() != (self.low + 0.0).to_bits()
            || high.to_bits() != (self.high + 0.0).to_bits();
        self.valued(low, high).or_still(acts)
    }

    pub(crate) fn larger(self, other: Self) -> Self {
        if self.low > other.high {
            return self;
        }
        if other.low > self.high {
            return other;
        }
        Self {
            low: larger(self.low, other.low),
            high: larger(self.high, other.high),
            down: smaller(self.down, other.down),
            up: larger(self.up, other.up),
        }
    }

    /// On the scale from `zero` to `hundred` points, unbounded.
    pub(crate) fn scaled(self, zero: f64, hundred: f64) -> Self {
        let (a, b) = (
            scale(self.low, zero, hundred),
            scale(self.high, zero, hundred),
        );
        if a.to_bits() == b.to_bits() {
            return Self::still(a);
        }
        self.times(100.0 / (hundred - zero))
            .valued(a.min(b), a.max(b))
            .or_still(true)
    }

    /// The slopes times a factor.
    pub(crate) fn times(self, factor: f64) -> Self {
        let slope = |slope: f64| if slope == 0.0 { 0.0 } else { slope * factor };
        let (a, b) = (slope(self.down), slope(self.up));
        Self {
            down: a.min(b),
            up: a.max(b),
            ..self
        }
    }

    pub(crate) fn valued(self, low: f64, high: f64) -> Self {
        Self { low, high, ..self }
    }

    /// Lets it stand still for part of the time.
    pub(crate) fn or_still(self, may: bool) -> Self {
        if may {
            Self {
                down: self.down.min(0.0),
                up: self.up.max(0.0),
                ..self
            }
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_acts_lets_it_stand_still() {
        let falling = Course {
            low: 10.0,
            high: 50.0,
            down: -2.0,
            up: -1.0,
        };
        assert_eq!(falling.clamped(None, Some(5.0)), Course::still(5.0));
        let capped = falling.clamped(None, Some(30.0));
        assert_eq!(
            (capped.low, capped.high, capped.down, capped.up),
            (10.0, 30.0, -2.0, 0.0)
        );
        assert!(capped.is_one_way());
        let rising = Course::one_way(0.0, 3.0);
        assert!(!falling.plus(rising).is_one_way());
        assert_eq!(falling.larger(rising), falling);
    }

    #[test]
    fn a_scale_may_be_turned_round() {
        let turned = Course::one_way(0.0, 50.0).scaled(100.0, 0.0);
        assert_eq!((turned.low, turned.high), (50.0, 100.0));
        assert!(turned.up <= 0.0 && turned.down < 0.0);
    }
}
