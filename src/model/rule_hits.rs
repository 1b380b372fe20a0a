use super::ScoreModel;
use super::judge::Judge;
use crate::lead::{KnownAt, LeadView};
use crate::score::{AsOf, Explanation, Formula, Role};
use crate::scorer::{emptied, with_buffers};

/// A rule that holds for a lead, as the model's own evaluation found it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleHit<'t> {
    /// The position of its dimension.
    pub(crate) dimension: usize,
    /// Its id.
    pub(crate) rule: &'t str,
    /// What it gives: the node of the explanation.
    pub(crate) node: &'t Explanation,
    /// Whether its points count: of a group that takes its highest rule only one does.
    pub(crate) counts: bool,
}

impl ScoreModel {
    /// Hands on every rule that holds for a lead and gives points, in the order of the rules.
    pub(crate) fn rule_hits<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: AsOf,
        take: &mut dyn FnMut(RuleHit<'_>),
    ) {
        if lead.schema() != self.schema.id() {
            return;
        }
        if lead.dates_facts() {
            self.hits_known(&KnownAt::new(lead, as_of.moment()), as_of, take);
        } else {
            self.hits_known(lead, as_of, take);
        }
    }

    fn hits_known<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: AsOf,
        take: &mut dyn FnMut(RuleHit<'_>),
    ) {
        with_buffers(|buffers, mut activities| {
            let case = self.case(lead, as_of.moment(), &mut activities);
            if self.applies_to(&case, buffers) {
                for (dimension, judge) in self.judges.iter().enumerate() {
                    if let Judge::Rules(rules) = judge {
                        let node = rules.trace_case(&case, buffers);
                        visit(&node, dimension, true, take);
                    }
                }
            }
            ((), emptied(activities))
        });
    }
}

/// Finds the rules of a tree; what stands below a rule is its own arithmetic.
fn visit(node: &Explanation, dimension: usize, counts: bool, take: &mut dyn FnMut(RuleHit<'_>)) {
    if *node.kind() == Role::Rule {
        take(RuleHit {
            dimension,
            rule: node.label(),
            node,
            counts,
        });
        return;
    }
    let chosen = match node.formula() {
        Formula::Max => {
            let bits = |node: &Explanation| node.value().map(f64::to_bits);
            let mut parts = node.parts().iter();
            Some(parts.position(|part| bits(part) == bits(node)))
        }
        _ => None,
    };
    for (place, part) in node.parts().iter().enumerate() {
        let counts = chosen.is_none_or(|chosen| chosen == Some(place));
        visit(part, dimension, counts, take);
    }
}
