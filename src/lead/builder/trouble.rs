use crate::lead::{Fact, LeadProblem, Schema, shortened};
use crate::model::Problems;

/// What is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    pub(super) found: Vec<LeadProblem>,
    /// Remembers which names are near.
    names: Problems,
    /// How many purchases were refused.
    pub(super) purchases: usize,
}

impl Trouble {
    pub(super) fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.found.push(LeadProblem::new(field, message));
    }

    pub(super) fn unknown<'a>(
        &mut self,
        field: impl Into<String>,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) {
        let message = self.names.unknown_message(what, name, known);
        self.push(field, message);
    }
}

pub(in crate::lead) fn attribute_field(name: &str) -> String {
    format!("attribute `{}`", shortened(name))
}

pub(in crate::lead) fn answer_field(name: &str) -> String {
    format!("answer `{}`", shortened(name))
}

pub(in crate::lead) fn fact_field(schema: &Schema, fact: Fact) -> String {
    match fact {
        Fact::Attribute(slot) => attribute_field(schema.attribute_name(slot).unwrap_or_default()),
        Fact::Answer(slot) => answer_field(schema.question_name(slot).unwrap_or_default()),
    }
}

pub(in crate::lead) fn twice(first: &str, second: &str) -> String {
    format!("set twice, to {first} and to {second}")
}

pub(in crate::lead) fn outside(what: &str, slot: usize, count: usize) -> String {
    format!("{what} slot {slot} is outside the schema, which has {count}")
}
