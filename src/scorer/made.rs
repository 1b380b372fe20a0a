use super::rules::{Moments, abstained, bounds, or_nothing, value};
use crate::score::{Cause, Explanation, Label, Role, Unit};

/// A number at one moment, explained, with the named parts that make it.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) whole: Explanation,
    pub(crate) parts: Vec<Explanation>,
}

/// The nodes of one part before a step and after it, and whether new facts made the step; else time did.
pub(crate) type Step<'e> = (Option<&'e Explanation>, Option<&'e Explanation>, bool);

impl Made {
    /// The change of a number, by part; `step` says what one step did to a part.
    pub(crate) fn change(
        label: impl Into<Label>,
        unit: Unit,
        told: &Moments<Option<Self>>,
        step: impl Fn(Step<'_>) -> Vec<Explanation>,
    ) -> Explanation {
        let Some(told) = told.as_ref().map(Option::as_ref).all() else {
            return abstained(label, unit);
        };
        let mut names: Vec<&str> = Vec::new();
        for made in [told.before, told.aged, told.after] {
            for part in &made.parts {
                if !names.contains(&part.label()) {
                    names.push(part.label());
                }
            }
        }
        let change = |name: &str| {
            let named = told.map(|made| made.parts.iter().find(|part| part.label() == name));
            let mut steps = step((named.before, named.aged, false));
            steps.extend(step((named.aged, named.after, true)));
            let whole = value(named.after) - value(named.before);
            (!steps.is_empty() || whole != 0.0).then(|| {
                Explanation::summing_to(whole, name.to_owned(), unit, steps).role(Role::Rule)
            })
        };
        let mut parts: Vec<Explanation> = names.into_iter().filter_map(change).collect();
        parts.extend(bounds(Some(&told.after.whole), Some(&told.before.whole)));
        let whole = value(Some(&told.after.whole)) - value(Some(&told.before.whole));
        Explanation::summing_to(whole, label, unit, parts)
    }
}

/// A step in which a part changes as a whole.
pub(crate) fn one_step((old, new, facts): Step<'_>, by_time: Cause) -> Vec<Explanation> {
    if value(old).to_bits() == value(new).to_bits() {
        return Vec::new();
    }
    let cause = if facts { Cause::Facts } else { by_time };
    let unit = new.or(old).map_or(Unit::Score, Explanation::unit);
    let (after, before) = (or_nothing(new, unit), or_nothing(old, unit));
    let label = cause.to_string();
    vec![Explanation::difference(label, unit, after, before, cause)]
}
