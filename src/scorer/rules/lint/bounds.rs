use super::super::activity_spec::{ActivitySpec, CountRange, Occurrences};
use super::super::spec::{GroupPolicy, GroupSpec, RuleSpec};
use super::reach::Union;
use crate::score::{clamp, inactivity};

/// The least and the most that something gives.
///
/// The sums are folded like those of an evaluation, and rounding keeps the order: no score lies outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Bounds {
    pub(super) const NOTHING: Self = Self {
        least: 0.0,
        most: 0.0,
    };
    const ANYTHING: Self = Self {
        least: f64::NEG_INFINITY,
        most: f64::INFINITY,
    };

    fn between(one: f64, other: f64) -> Self {
        Self {
            least: one.min(other) + 0.0,
            most: one.max(other) + 0.0,
        }
    }

    pub(super) fn within(self, min: Option<f64>, max: Option<f64>) -> Self {
        Self {
            least: clamp(self.least, min, max),
            most: clamp(self.most, min, max),
        }
    }

    /// These or nothing.
    pub(super) fn or_nothing(self) -> Self {
        self.or(Self::NOTHING)
    }

    fn or(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            least: self.least + other.least,
            most: self.most + other.most,
        }
    }
}

/// What a rule gives where it holds, before its bounds. `None` where it never gives.
pub(super) fn of_rule(rule: &RuleSpec) -> Option<Bounds> {
    let points = rule.points.unwrap_or(0.0);
    match (&rule.activity, &rule.inactivity) {
        (Some(activity), _) => of_activity(rule, activity),
        (None, Some(spec)) => {
            let after = |periods| inactivity(points, 1, spec.floor, periods);
            let (first, last) = (after(1), after(i64::MAX));
            Some(Bounds::between(first, last))
        }
        (None, None) => Some(Bounds::between(points, points)),
    }
}

fn of_activity(rule: &RuleSpec, activity: &ActivitySpec) -> Option<Bounds> {
    // The share that is left lies between these.
    let floor = match &activity.decay {
        Some(decay) => decay.floor.unwrap_or(0.0).clamp(0.0, 1.0),
        None => 1.0,
    };
    let occurrence = |points: f64| Bounds::between(points, points * floor);
    if let Occurrences::Count(ranges) = &activity.occurrences {
        let mut covered = Union::default();
        return ranges
            .iter()
            .filter(|range| {
                let span = counts(range);
                let reached = covered.cover(span).is_none();
                covered.add(span, 0);
                reached
            })
            .map(|range| occurrence(range.points))
            .reduce(Bounds::or);
    }
    if let Some(per_value) = rule.points_per_value {
        // A value may have any size and sign.
        let nothing = per_value.abs() <= 0.0;
        return Some(if nothing {
            Bounds::NOTHING
        } else {
            Bounds::ANYTHING
        });
    }
    let points = rule.points?;
    let once = occurrence(points);
    let largest = match activity.occurrences {
        Occurrences::Once => return Some(once),
        Occurrences::First(count) => sum(points, count),
        _ if points.abs() <= 0.0 => 0.0,
        _ => f64::INFINITY.copysign(points),
    };
    Some(once.or(Bounds::between(largest, largest)))
}

/// No sum of that many occurrences of those points lies beyond.
fn sum(points: f64, count: u32) -> f64 {
    /// Up to here whole numbers are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let times = f64::from(count);
    let whole = points * times;
    if count == 1 || (points.fract().abs() <= 0.0 && whole.abs() < EXACT) {
        whole
    } else {
        whole * (1.0 + times * f64::EPSILON)
    }
}

/// The counts of a range, the end left out.
pub(super) fn counts(range: &CountRange) -> (i128, i128) {
    let (low, high) = match (range.at_least, range.between, range.exactly) {
        (Some(low), ..) => (low, u64::MAX),
        (_, Some(bounds), _) => bounds,
        (.., Some(count)) => (count, count),
        _ => (0, 0),
    };
    (i128::from(low), i128::from(high) + 1)
}

/// What a group gives whose rules give that much where they hold, before its bounds. Any rule may not hold.
pub(super) fn of_group(group: &GroupSpec, rules: impl Iterator<Item = Bounds>) -> Bounds {
    let rules = rules.map(Bounds::or_nothing);
    match group.policy {
        GroupPolicy::Sum => rules.fold(Bounds::NOTHING, Bounds::plus),
        GroupPolicy::Max | GroupPolicy::FirstMatch => rules.fold(Bounds::NOTHING, Bounds::or),
    }
}
