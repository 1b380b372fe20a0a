use super::{Curve, Decay, LinearShape};
use crate::scorer::course::Course;

/// `exp2` of a platform is off by less than one unit in the last place; this is four.
const SLACK: f64 = 4.0 * f64::EPSILON;

impl Decay {
    /// What so many points become while their age goes from `young` to `old`.
    pub(crate) fn course(&self, whole: f64, young: i64, old: i64) -> Course {
        let value = |share: f64| whole * share + 0.0;
        let faded = |age: i64| age.max(0).saturating_sub(self.grace).max(0);
        let (from, to) = (faded(young), faded(old));
        let (mut most, mut least) = (self.share(young), self.share(old));
        if from == to || whole == 0.0 || (most == 0.0 && self.falls()) {
            return Course::still(value(most));
        }
        #[allow(clippy::cast_precision_loss)] // a slope, not a score
        let per = |share: f64, time: i64| share / time as f64;
        let (steep, flat) = match &self.curve {
            Curve::HalfLife(half_life) => {
                if least > self.floor || most > self.floor {
                    let kept = |share: f64| share.max(self.floor).max(0.0);
                    most = kept((most * (1.0 + SLACK) + f64::MIN_POSITIVE).min(1.0));
                    least = kept(least * (1.0 - SLACK) - f64::MIN_POSITIVE);
                }
                let rate = -std::f64::consts::LN_2;
                (per(rate * most, *half_life), per(rate * least, *half_life))
            }
            Curve::Lifespan(lifespan) => (per(-1.0, *lifespan), per(-1.0, *lifespan)),
            Curve::Linear {
                lose,
                every,
                shape: LinearShape::Continuous,
            } => (per(-lose, *every), per(-lose, *every)),
            Curve::Linear { .. } => (f64::NEG_INFINITY, 0.0),
            Curve::Steps(steps) => {
                for (_, share) in steps.iter().filter(|(at, _)| from < *at && *at <= to) {
                    let share = share.max(self.floor).max(0.0);
                    most = most.max(share);
                    least = least.min(share);
                }
                (f64::NEG_INFINITY, f64::INFINITY)
            }
        };
        let (a, b) = (value(least), value(most));
        if a.to_bits() == b.to_bits() {
            return Course::still(a);
        }
        let still_for_a_while = young < self.grace || least <= self.floor || least <= 0.0;
        let slopes = Course {
            low: a.min(b),
            high: a.max(b),
            down: steep,
            up: flat,
        };
        slopes.times(whole).or_still(still_for_a_while)
    }

    /// Whether shares never rise with age.
    fn falls(&self) -> bool {
        !matches!(self.curve, Curve::Steps(_))
    }

    /// Hands on the ages at which the share jumps in either direction.
    pub(crate) fn turns(&self, note: &mut dyn FnMut(i64)) {
        if let Curve::Steps(steps) = &self.curve {
            for (from, _) in steps.iter() {
                note(self.grace.saturating_add(*from));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scorer::DecaySpec;

    const DAY: i64 = 86_400_000_000;

    #[test]
    fn bounds_hold_what_lies_between() {
        let curves = [
            DecaySpec::half_life("14d"),
            DecaySpec::half_life("1s").floor(0.25),
            DecaySpec::half_life("3d").grace("5d").floor(0.1),
            DecaySpec::lifespan("20d"),
            DecaySpec::lose(0.3, "2d"),
            DecaySpec::lose(0.3, "2d").continuous().grace("1d"),
            DecaySpec::steps([("2d", 0.2), ("5d", 0.9), ("11d", 0.0)]),
        ];
        for spec in curves {
            let decay = spec.build().unwrap();
            for whole in [25.0, -10.0, 1e12, 1e-300, 0.0] {
                for (young, old) in [(0, 1), (0, 30), (1, 4), (6, 8), (10, 12), (400, 9_000)] {
                    let (young, old) = (young * DAY, old * DAY);
                    let course = decay.course(whole, young, old);
                    let step = (old - young) / 997;
                    let mut last: Option<f64> = None;
                    for age in (0..=997).map(|i| young + i * step) {
                        let value = whole * decay.share(age) + 0.0;
                        assert!(
                            course.low <= value && value <= course.high,
                            "{spec:?} {whole} {age} {course:?}"
                        );
                        if let Some(last) = last {
                            let slack = 1e-12 * whole.abs();
                            assert!(
                                course.up > 0.0 || value <= last + slack,
                                "{spec:?} {whole} {age} {course:?}"
                            );
                            assert!(course.down < 0.0 || value >= last - slack);
                        }
                        last = Some(value);
                    }
                }
            }
        }
    }
}
