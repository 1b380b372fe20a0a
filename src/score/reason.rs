use super::{Explanation, Formula, Role, Unit};
use serde::Serialize;

/// A rule that moved a score, read off an [`Explanation`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason<'a> {
    /// The dimension it belongs to, empty outside a model; of nested models joined by `/`.
    pub dimension: String,
    /// The rule's id.
    pub rule: &'a str,
    /// What it gave, before caps.
    pub value: f64,
    /// What that is.
    pub unit: Unit,
}

/// An attribute that is not known and what it could still give, read off an [`Explanation`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingAttribute<'a> {
    /// The dimension that asks for it.
    pub dimension: String,
    /// The attribute's name.
    pub attribute: &'a str,
    /// The points it could add to the dimension by itself, caps included, never negative.
    pub could_add: f64,
}

/// A question whose answer is not known, read off an [`Explanation`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unanswered<'a> {
    /// The dimension that asks it, empty outside a model; of nested models joined by `/`.
    pub dimension: String,
    /// The question's name.
    pub question: &'a str,
    /// Its weight in its checklist.
    pub weight: f64,
}

impl Explanation {
    /// Questions of checklists that are not answered, the weightiest first, equal ones in the order of the tree.
    #[must_use]
    pub fn unanswered(&self) -> Vec<Unanswered<'_>> {
        let mut found = Vec::new();
        self.walk("", &mut |node, dimension| {
            if let Role::Open { weight } = node.kind() {
                found.push(Unanswered {
                    dimension: dimension.to_owned(),
                    question: node.label(),
                    weight: *weight,
                });
            }
        });
        found.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        found
    }

    /// The rules that raised the score, most first; at most `most` of them.
    #[must_use]
    pub fn top_up(&self, most: usize) -> Vec<Reason<'_>> {
        let mut reasons = self.reasons();
        reasons.retain(|reason| reason.value > 0.0);
        reasons.sort_by(|a, b| b.value.total_cmp(&a.value));
        reasons.truncate(most);
        reasons
    }

    /// The rules that lowered the score, most first; at most `most` of them.
    #[must_use]
    pub fn top_down(&self, most: usize) -> Vec<Reason<'_>> {
        let mut reasons = self.reasons();
        reasons.retain(|reason| reason.value < 0.0);
        reasons.sort_by(|a, b| a.value.total_cmp(&b.value));
        reasons.truncate(most);
        reasons
    }

    /// Every rule that counted, in the order of the tree. Of a group that takes its highest or first rule, only that
    /// one counted.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason<'_>> {
        let mut found = Vec::new();
        self.walk("", &mut |node, dimension| {
            if let (Role::Rule, Some(value)) = (node.kind(), node.value()) {
                found.push(Reason {
                    dimension: dimension.to_owned(),
                    rule: node.label(),
                    value,
                    unit: node.unit(),
                });
            }
        });
        found
    }

    /// Attributes that are not known and could still add points, most first.
    #[must_use]
    pub fn missing(&self) -> Vec<MissingAttribute<'_>> {
        let mut found = Vec::new();
        self.walk("", &mut |node, dimension| {
            if let Role::Missing { could_add } = node.kind() {
                found.push(MissingAttribute {
                    dimension: dimension.to_owned(),
                    attribute: node.label(),
                    could_add: *could_add,
                });
            }
        });
        found.sort_by(|a, b| b.could_add.total_cmp(&a.could_add));
        found
    }

    fn walk<'a>(&'a self, dimension: &str, see: &mut dyn FnMut(&'a Explanation, &str)) {
        see(self, dimension);
        let inside = match self.kind() {
            Role::Dimension if dimension.is_empty() => self.label().to_owned(),
            Role::Dimension => format!("{dimension}/{}", self.label()),
            // What happened inside a rule is that rule's reason.
            Role::Rule => return,
            _ => dimension.to_owned(),
        };
        let counted = match self.formula() {
            Formula::Max => self
                .parts()
                .iter()
                .position(|part| part.value().map(f64::to_bits) == self.value().map(f64::to_bits)),
            Formula::First => self.parts().iter().position(|part| part.value().is_some()),
            _ => None,
        };
        for (i, part) in self.parts().iter().enumerate() {
            if counted.is_none_or(|counted| i == counted) || part.value().is_none() {
                part.walk(&inside, see);
            }
        }
    }
}
