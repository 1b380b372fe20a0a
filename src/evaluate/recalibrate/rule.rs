use crate::score::{Explanation, Formula, occurrence};
use crate::scorer::{Occurrences, RuleSpec};

/// The size of what a rule gives: its points, those per value, or the largest of its count's ranges. `None` for a rule
/// without points.
pub(super) fn size(rule: &RuleSpec) -> Option<f64> {
    if let Some(ranges) = ranges(rule) {
        let points = ranges.iter().map(|range| range.points);
        return points.reduce(|largest, points| {
            if points.abs() > largest.abs() {
                points
            } else {
                largest
            }
        });
    }
    rule.points_per_value.or(rule.points)
}

pub(super) fn ranges(rule: &RuleSpec) -> Option<&[crate::scorer::CountRange]> {
    match &rule.activity.as_ref()?.occurrences {
        Occurrences::Count(ranges) => Some(ranges),
        _ => None,
    }
}

/// How often a rule's points count for a lead: 1 for a plain rule, faded occurrences, periods.
///
/// What the rule gives over its size; for a size of 0 the same arithmetic with a size of 1.
pub(super) fn amount(node: &Explanation, size: f64) -> f64 {
    let value = node.value().unwrap_or(0.0);
    if size != 0.0 {
        return value / size;
    }
    match node.formula() {
        Formula::Given => 1.0,
        Formula::Sum => node
            .parts()
            .iter()
            .fold(0.0, |sum, part| match part.formula() {
                Formula::Occurrence {
                    times,
                    age_micros,
                    decay,
                    ..
                } => sum + occurrence(1.0, *times, *age_micros, decay.as_ref()),
                _ => sum,
            }),
        _ => 0.0,
    }
}

/// The largest number in a spec.
const MOST: f64 = 1e12;

/// Gives a rule another size; its ranges, bounds and floor change in proportion, rounded to multiples of the step.
pub(super) fn resize(rule: &mut RuleSpec, old: f64, new: f64, step: f64) {
    if rule.points_per_value.is_some() {
        rule.points_per_value = Some(new);
    } else if rule.points.is_some() {
        rule.points = Some(new);
    }
    if old == 0.0 || new == 0.0 {
        // Nothing to be in proportion to, or nothing left that a bound could hold back.
        return;
    }
    let ratio = new / old;
    let scaled = |points: &mut f64| {
        *points = rounded(*points * ratio, step).clamp(-MOST, MOST);
    };
    if let Some(activity) = &mut rule.activity {
        if let Occurrences::Count(ranges) = &mut activity.occurrences {
            for range in ranges {
                scaled(&mut range.points);
            }
        }
    }
    rule.min.iter_mut().for_each(scaled);
    rule.max.iter_mut().for_each(scaled);
    if let Some(inactivity) = &mut rule.inactivity {
        inactivity.floor.iter_mut().for_each(scaled);
    }
}

/// The nearest multiple of a step, without the digits that binary fractions add.
pub(super) fn rounded(number: f64, step: f64) -> f64 {
    if step > 0.0 {
        tidy((number / step).round() * step)
    } else {
        number
    }
}

/// Twelve digits: 0.30000000000000004 becomes 0.3.
fn tidy(number: f64) -> f64 {
    let tidied = format!("{number:.11e}").parse();
    tidied.unwrap_or(number) + 0.0
}

/// The step of a rule's points: that of points per value has two digits of their size, as these are small numbers.
pub(super) fn step(rule: &RuleSpec, size: f64, step: f64) -> f64 {
    if rule.points_per_value.is_none() {
        return step;
    }
    if size == 0.0 {
        return step * 0.01;
    }
    tidy(step * 10.0_f64.powf(size.abs().log10().floor() - 1.0))
}
