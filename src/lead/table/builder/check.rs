//! What the builder checks as its columns fill.

use super::{LeadTableBuilder, TOO_MUCH_TEXT};
use crate::lead::builder::check::known_answer;
use crate::lead::builder::trouble::{answer_field, attribute_field, fact_field, twice};
use crate::lead::table::column::{Filling, Refused};
use crate::lead::{AnswerValue, AttributeSlot, AttributeType, Fact, Moment, QuestionSlot};

impl LeadTableBuilder<'_> {
    pub(super) fn add_id(&mut self, id: &str) {
        let row = self.ids.len();
        if id.is_empty() {
            self.lead_trouble(row, "id", "a lead's id must not be empty");
        }
        if self.ids.push(id).is_none() {
            self.trouble.whole("ids", TOO_MUCH_TEXT);
        }
    }

    pub(super) fn create(&mut self, row: usize, moment: Moment) {
        if self.created_at.len() <= row {
            self.created_at.resize(row + 1, None.into());
        }
        if let Some(cell) = self.created_at.get_mut(row) {
            *cell = Some(moment).into();
        }
    }

    pub(super) fn typed<V>(
        mut self,
        attribute: &str,
        given: AttributeType,
        values: impl IntoIterator<Item = Option<V>>,
        set: impl FnMut(&mut Filling, usize, V) -> Result<(), Result<String, Refused>>,
    ) -> Self {
        let Some(slot) = self.attribute("attributes", attribute) else {
            return self;
        };
        match self.schema.attribute_type(slot) {
            Some(of) if of != given => {
                let message = format!("expected {of}, got a column of {given}");
                self.trouble.whole(attribute_field(attribute), message);
                self
            }
            _ => self.column(slot, values, set),
        }
    }

    pub(super) fn column<V>(
        mut self,
        slot: AttributeSlot,
        values: impl IntoIterator<Item = Option<V>>,
        mut set: impl FnMut(&mut Filling, usize, V) -> Result<(), Result<String, Refused>>,
    ) -> Self {
        let name = self.schema.attribute_name(slot).unwrap_or_default();
        let rows = self.ids.len();
        let mut count = 0;
        let Some(filling) = self.columns.get_mut(slot.index()) else {
            return self;
        };
        let mut is_full = false;
        for (row, value) in values.into_iter().enumerate() {
            count += 1;
            let (Some(value), true) = (value, row < rows) else {
                continue;
            };
            let message = match set(filling, row, value) {
                Ok(()) => continue,
                Err(Ok(message)) => message,
                Err(Err(Refused::Twice(held, new))) => twice(&held, &new),
                Err(Err(Refused::TooMuch)) => {
                    is_full = true;
                    continue;
                }
            };
            let id = || self.ids.get(row).unwrap_or_default();
            self.trouble.lead(row, id, attribute_field(name), message);
        }
        if is_full {
            self.trouble.whole(attribute_field(name), TOO_MUCH_TEXT);
        }
        self.check_count(&attribute_field(name), count);
        self
    }

    pub(super) fn check_count(&mut self, field: &str, count: usize) {
        let rows = self.ids.len();
        if count != rows {
            let message = format!("{count} values for {rows} leads");
            self.trouble.whole(field, message);
        }
    }

    pub(super) fn add_answer(&mut self, lead: usize, slot: QuestionSlot, answer: AnswerValue) {
        let Some(row) = self.known_row("answers", lead) else {
            return;
        };
        let name = self.schema.question_name(slot).unwrap_or_default();
        let answer = match known_answer(answer) {
            Ok(None) => return,
            Ok(Some(answer)) => answer,
            Err(message) => return self.lead_trouble(lead, answer_field(name), message),
        };
        let answers = &mut self.rare.entry(row).or_default().answers;
        let held = answers.entry(slot).or_insert_with(|| answer.clone());
        if *held != answer {
            let message = twice(&held.described(), &answer.described());
            self.lead_trouble(lead, answer_field(name), message);
        }
    }

    pub(super) fn date(&mut self, lead: usize, fact: Fact, since: Moment) {
        let Some(row) = self.known_row("known_since", lead) else {
            return;
        };
        let dates = &mut self.rare.entry(row).or_default().known_since;
        let held = *dates.entry(fact).or_insert(since);
        if held != since {
            let field = fact_field(self.schema, fact);
            let message = format!("known since `{held}` and since `{since}`");
            self.lead_trouble(lead, field, message);
        }
    }

    /// Reports dates of facts that are not known.
    pub(super) fn check_dates(&mut self) {
        for (&row, pending) in &self.rare {
            let row = row as usize;
            for &fact in pending.known_since.keys() {
                let known = match fact {
                    Fact::Attribute(slot) => self
                        .columns
                        .get(slot.index())
                        .is_some_and(|column| column.knows(row)),
                    Fact::Answer(slot) => pending.answers.contains_key(&slot),
                };
                if !known {
                    let field = fact_field(self.schema, fact);
                    let message = "has a time since when it is known, but no value";
                    let id = || self.ids.get(row).unwrap_or_default();
                    self.trouble.lead(row, id, field, message);
                }
            }
        }
    }

    /// The position as it is kept, where there is such a lead.
    pub(super) fn known_row(&mut self, field: &str, lead: usize) -> Option<u32> {
        let rows = self.ids.len();
        if lead < rows {
            // More ids than that are refused.
            return u32::try_from(lead).ok();
        }
        self.trouble.whole(field, outside_table(lead, rows));
        None
    }

    pub(super) fn attribute(&mut self, field: &str, name: &str) -> Option<AttributeSlot> {
        let found = self.schema.attribute(name);
        if found.is_none() {
            let known = self.schema.attributes().map(|(name, _)| name);
            self.trouble.unknown(field, "attribute", name, known);
        }
        found
    }

    pub(super) fn question(&mut self, field: &str, name: &str) -> Option<QuestionSlot> {
        let found = self.schema.question(name);
        if found.is_none() {
            let known = self.schema.questions();
            self.trouble.unknown(field, "question", name, known);
        }
        found
    }

    pub(super) fn lead_trouble(
        &mut self,
        lead: usize,
        field: impl Into<String>,
        message: impl Into<String>,
    ) {
        let id = || self.ids.get(lead).unwrap_or_default();
        self.trouble.lead(lead, id, field, message);
    }
}

fn outside_table(lead: usize, rows: usize) -> String {
    format!("lead {lead} is outside the table, which has {rows}")
}
