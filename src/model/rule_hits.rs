use super::ScoreModel;
use super::judge::Judge;
use crate::lead::{KnownAt, LeadView};
use crate::score::{AsOf, Explanation, Formula, Role};
use crate::scorer::{emptied, with_buffers};

/// A rule that holds for a lead, as the model's own evaluation found it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleHit<'t> {
    /// The positions of the dimensions that it stands in, the outermost first: several in a model inside the model.
    pub(crate) dimensions: &'t [usize],
    /// Its id.
    pub(crate) rule: &'t str,
    /// What it gives: the node of the explanation.
    pub(crate) node: &'t Explanation,
    /// Whether its points count: of a group that takes its highest rule only one does, of interest in the top product
    /// only those on that product.
    pub(crate) counts: bool,
}

impl ScoreModel {
    /// Hands on every rule that holds for a lead and gives points, in the order of the rules: those of points rules
    /// and of product interest, also in models inside the model.
    ///
    /// A rule of interest in the top product holds once for each product on which it does.
    pub(crate) fn rule_hits<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: AsOf,
        take: &mut dyn FnMut(RuleHit<'_>),
    ) {
        self.hits_within(lead, as_of, &mut Vec::new(), take);
    }

    /// As [`rule_hits`](Self::rule_hits), of a model that stands inside these dimensions.
    fn hits_within<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: AsOf,
        dimensions: &mut Vec<usize>,
        take: &mut dyn FnMut(RuleHit<'_>),
    ) {
        if lead.schema() != self.schema.id() {
            return;
        }
        if lead.all_known_at(as_of.moment()) {
            self.hits_known(lead, as_of, dimensions, take);
        } else {
            let lead = KnownAt::new(lead, as_of.moment());
            self.hits_known(&lead, as_of, dimensions, take);
        }
    }

    fn hits_known<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: AsOf,
        dimensions: &mut Vec<usize>,
        take: &mut dyn FnMut(RuleHit<'_>),
    ) {
        with_buffers(|buffers, mut activities| {
            let case = self.case(lead, as_of.moment(), &mut activities);
            if self.applies_to(&case, buffers) {
                for (dimension, judge) in self.judges.iter().enumerate() {
                    dimensions.push(dimension);
                    match judge {
                        Judge::Rules(rules) => {
                            visit(&rules.trace_case(&case, buffers), dimensions, true, take);
                        }
                        Judge::BuiltIn(scorer) => {
                            if let Some(node) = scorer.trace_rules(&case, buffers) {
                                visit(&node, dimensions, true, take);
                            }
                        }
                        Judge::Model(model) => {
                            // Behind a pointer, as where the model is judged.
                            let lead: &dyn LeadView = &case.lead;
                            model.hits_within(lead, as_of, dimensions, take);
                        }
                        Judge::Predictive(_) | Judge::Scorer(_) => {}
                    }
                    dimensions.pop();
                }
            }
            ((), emptied(activities))
        });
    }

    /// The name of the dimension at these positions, the outermost first: `outer/inner` in a model inside the model.
    pub(crate) fn name_of(&self, dimensions: &[usize]) -> String {
        let Some((&first, inner)) = dimensions.split_first() else {
            return String::new();
        };
        let name = self.dimensions().get(first).map_or("", |of| of.name());
        match self.judges.get(first) {
            Some(Judge::Model(model)) if !inner.is_empty() => {
                format!("{name}/{}", model.name_of(inner))
            }
            _ => name.to_owned(),
        }
    }
}

/// Finds the rules of a tree; what stands below a rule is its own arithmetic.
fn visit(
    node: &Explanation,
    dimensions: &[usize],
    counts: bool,
    take: &mut dyn FnMut(RuleHit<'_>),
) {
    if *node.kind() == Role::Rule {
        take(RuleHit {
            dimensions,
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
        let chosen = chosen.is_none_or(|chosen| chosen == Some(place));
        visit(part, dimensions, counts && chosen, take);
    }
}
