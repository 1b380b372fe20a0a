use super::scored::Pair;
use crate::score::{Explanation, Unit};
use serde::{Deserialize, Serialize};

/// A lead whose score changes, with the rules that moved it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mover {
    /// Its position among the leads.
    pub lead: usize,
    /// The champion's score.
    pub champion: f64,
    /// The challenger's score.
    pub challenger: f64,
    /// The rules that give other values in one model than in the other, the largest difference first. Without rules,
    /// as of a scorer that shows no more than its number, there are none.
    pub rules: Vec<RuleMove>,
}

impl Mover {
    /// By how much the score changes.
    #[must_use]
    pub fn change(&self) -> f64 {
        self.challenger - self.champion
    }
}

/// A rule that gives another value in one model than in the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleMove {
    /// The dimension it belongs to; of nested models joined by `/`.
    pub dimension: String,
    /// The rule's id.
    pub rule: String,
    /// What it gives in the champion, before caps; `None` where it does not count or is not there.
    pub champion: Option<f64>,
    /// What it gives in the challenger.
    pub challenger: Option<f64>,
    /// What that is.
    pub unit: Unit,
}

impl RuleMove {
    /// By how much it changes.
    #[must_use]
    pub fn change(&self) -> f64 {
        self.challenger.unwrap_or(0.0) - self.champion.unwrap_or(0.0)
    }
}

/// The leads whose scores change most, at most `most` of them; equal ones in their order.
pub(super) fn movers(
    pairs: &[Pair],
    most: usize,
    of: Option<&str>,
    told: impl Fn(usize) -> Option<(Explanation, Explanation)>,
) -> Vec<Mover> {
    let mut moved: Vec<&Pair> = pairs
        .iter()
        .filter(|pair| pair.champion != pair.challenger)
        .collect();
    let size = |pair: &Pair| pair.change().abs();
    moved.sort_by(|a, b| size(b).total_cmp(&size(a)));
    moved.truncate(most);
    let movers = moved.into_iter().map(|pair| Mover {
        lead: pair.lead,
        champion: pair.champion,
        challenger: pair.challenger,
        rules: told(pair.lead).map_or_else(Vec::new, |(champion, challenger)| {
            rules(&champion, &challenger, of)
        }),
    });
    movers.collect()
}

/// The rules that give other values in one explanation than in the other.
fn rules(champion: &Explanation, challenger: &Explanation, of: Option<&str>) -> Vec<RuleMove> {
    let mut rules: Vec<RuleMove> = Vec::new();
    for (is_challenger, explanation) in [(false, champion), (true, challenger)] {
        for reason in explanation.reasons() {
            let inside = |of: &str| {
                let rest = reason.dimension.strip_prefix(of);
                of == "composite"
                    || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if !of.is_none_or(inside) {
                continue;
            }
            let found = rules
                .iter()
                .position(|rule| rule.dimension == reason.dimension && rule.rule == reason.rule);
            let place = found.unwrap_or_else(|| {
                rules.push(RuleMove {
                    dimension: reason.dimension.clone(),
                    rule: reason.rule.to_owned(),
                    champion: None,
                    challenger: None,
                    unit: reason.unit,
                });
                rules.len() - 1
            });
            if let Some(rule) = rules.get_mut(place) {
                let value = if is_challenger {
                    &mut rule.challenger
                } else {
                    &mut rule.champion
                };
                *value = Some(value.unwrap_or(0.0) + reason.value);
            }
        }
    }
    rules.retain(|rule| rule.change() != 0.0);
    rules.sort_by(|a, b| b.change().abs().total_cmp(&a.change().abs()));
    rules
}
