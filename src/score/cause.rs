use super::{Explanation, Formula, Role, Unit};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why points are others than they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// Something that was not known before: activities, attributes.
    Facts,
    /// Activities that grew older.
    Decay,
    /// Activities that came into a window or left it.
    Window,
    /// Time without activity.
    Silence,
    /// A date that came near, passed, or lies too far back.
    Date,
    /// Bounds of the rule, the group or the dimension that hold back more, or less.
    Bounds,
    /// Another rule of the group counts in its place, or another product leads.
    Group,
    /// Time alone, in a scorer that shows no more than its number.
    Time,
    /// What floating-point rounding leaves, so that the parts add up to the last bit.
    Rounding,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Facts => "new facts",
            Self::Decay => "decay",
            Self::Window => "window",
            Self::Silence => "silence",
            Self::Date => "date",
            Self::Bounds => "bounds",
            Self::Group => "another rule counts",
            Self::Time => "time",
            Self::Rounding => "rounding",
        })
    }
}

/// What one cause did to one rule, read off the explanation of a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect<'a> {
    /// The dimension it belongs to, empty outside a model; of nested models joined by `/`.
    pub dimension: String,
    /// The rule's id, or the axis, question, criterion or kind of activity; for bounds of a group or a dimension, and for
    /// opaque scorers, the name of that.
    pub of: &'a str,
    /// The cause.
    pub cause: Cause,
    /// The difference, in the unit of the whole change.
    pub value: f64,
}

impl Explanation {
    /// What each cause did to each rule, in the order of the rules: of the explanation of a change
    /// ([`ScoreModel::explain_change`](crate::ScoreModel::explain_change)). Rounding is left out.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect<'_>> {
        let mut found: Vec<Effect<'_>> = Vec::new();
        self.gather("", self.label(), &mut found);
        found
    }

    fn gather<'a>(&'a self, dimension: &str, of: &'a str, found: &mut Vec<Effect<'a>>) {
        let (inside, of) = match self.kind() {
            Role::Dimension if dimension.is_empty() => (self.label().to_owned(), self.label()),
            Role::Dimension => (format!("{dimension}/{}", self.label()), self.label()),
            Role::Group | Role::Rule => (dimension.to_owned(), self.label()),
            Role::Change(cause) => {
                let value = self.value().filter(|_| *cause != Cause::Rounding);
                let Some(value) = value else { return };
                let same = |effect: &&mut Effect<'_>| {
                    effect.dimension == dimension && effect.of == of && effect.cause == *cause
                };
                match found.iter_mut().rev().find(same) {
                    Some(effect) => effect.value += value,
                    None => found.push(Effect {
                        dimension: dimension.to_owned(),
                        of,
                        cause: *cause,
                        value,
                    }),
                }
                return;
            }
            _ => (dimension.to_owned(), of),
        };
        for part in self.parts() {
            part.gather(&inside, of, found);
        }
    }

    /// What became of a number: the later one less the earlier.
    pub(crate) fn difference(
        label: impl Into<super::Label>,
        unit: Unit,
        after: Explanation,
        before: Explanation,
        cause: Cause,
    ) -> Self {
        Self::node(label, unit, Formula::Difference, vec![after, before]).role(Role::Change(cause))
    }

    /// A sum that is to be exactly `whole`: what rounding leaves is added as parts of its own.
    pub(crate) fn summing_to(
        whole: f64,
        label: impl Into<super::Label>,
        unit: Unit,
        mut parts: Vec<Explanation>,
    ) -> Self {
        /// Each takes 52 bits off what is left; no two numbers are further apart than 2,100 bits.
        const MOST: usize = 64;
        let mut sum = parts
            .iter()
            .filter_map(Explanation::value)
            .fold(0.0, |sum, part| sum + part);
        for _ in 0..MOST {
            let rest = whole - sum;
            if rest == 0.0 {
                break;
            }
            sum += rest;
            let part = Explanation::given("rounding", unit, rest);
            parts.push(part.role(Role::Change(Cause::Rounding)));
        }
        Self::node(label, unit, Formula::Sum, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_last_bit() {
        let numbers = [
            0.1,
            0.2,
            -0.3,
            1e12,
            -1e12,
            1e-20,
            3e-17,
            1.0 / 3.0,
            -7.7,
            0.0,
        ];
        for a in numbers {
            for b in numbers {
                for whole in numbers {
                    let parts = [a, b, a + b, -a];
                    let parts = parts.map(|part| Explanation::given("part", Unit::Points, part));
                    let sum = Explanation::summing_to(whole, "sum", Unit::Points, parts.to_vec());
                    assert_eq!(sum.value(), Some(whole));
                    assert!(sum.recomputes() && sum.parts().len() < 8);
                }
            }
        }
    }
}
