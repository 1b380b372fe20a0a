//! Facts lead by lead.

use super::{LeadTableBuilder, TOO_MUCH_TEXT};
use crate::lead::builder::check::{in_schema, sound};
use crate::lead::builder::trouble::attribute_field;
use crate::lead::lead::Rare;
use crate::lead::record::other_schema;
use crate::lead::stored::finite;
use crate::lead::table::ActivityBatch;
use crate::lead::{Activity, AttributeSlot, Lead, LeadView, Moment, Value};
use std::borrow::Borrow;

impl LeadTableBuilder<'_> {
    /// Adds a lead with all that is known of it.
    pub fn add_lead<L: Borrow<Lead>>(&mut self, lead: L) {
        let lead: &Lead = lead.borrow();
        let row = self.ids.len();
        self.add_id(lead.id());
        if lead.schema() != self.schema.id() {
            return self.lead_trouble(row, "", other_schema(lead, self.schema));
        }
        let Ok(small) = u32::try_from(row) else {
            return;
        };
        self.add_view(row, small, lead, lead.rare.as_deref());
    }

    /// Adds what is known of the lead in the last row.
    pub(super) fn add_view<V: LeadView>(
        &mut self,
        row: usize,
        small: u32,
        lead: &V,
        rare: Option<&Rare>,
    ) {
        if let Some(at) = lead.created_at() {
            self.create(row, at);
        }
        let mut too_much = None;
        for (slot, filling) in (0..u16::MAX).map(AttributeSlot::new).zip(&mut self.columns) {
            let set = match lead.attribute(slot) {
                Value::Missing => Ok(()),
                Value::Number(number) => filling.number(row, number),
                Value::Text(text) => filling.text(row, text),
                Value::Flag(flag) => filling.flag(row, flag),
                Value::Date(date) => filling.date(row, date),
                Value::Tags(tags) => {
                    filling.tags(row, (0..tags.len()).filter_map(|place| tags.get(place)))
                }
            };
            if set.is_err() {
                too_much = Some(slot);
            }
        }
        if let Some(name) = too_much.and_then(|slot| self.schema.attribute_name(slot)) {
            self.trouble.whole(attribute_field(name), TOO_MUCH_TEXT);
        }
        lead.activities(&mut |activity| {
            if !self.activities.push(small, &activity) {
                self.trouble.whole("activities", TOO_MUCH_TEXT);
            }
        });
        lead.purchases(&mut |purchase| self.purchases.push(small, purchase));
        if let Some(rare) = rare {
            let pending = self.rare.entry(small).or_default();
            pending.answers.extend(rare.answers.iter().cloned());
            pending.known_since.extend(rare.known_since.iter().copied());
            pending.overrides.extend(rare.overrides.iter().cloned());
        }
    }

    /// Adds an activity of the lead at a position, as [`activities`](LeadTableBuilder::activities) does.
    pub fn add_activity(&mut self, lead: usize, activity: &Activity<'_>) {
        let Some(row) = self.known_row("activities", lead) else {
            return;
        };
        let Self { trouble, ids, .. } = self;
        let sound = self
            .activities
            .check(self.schema, activity, &mut |field, message| {
                trouble.lead(lead, || ids.get(lead).unwrap_or_default(), field, message);
            });
        if sound && !self.activities.push(row, activity) {
            self.trouble.whole("activities", TOO_MUCH_TEXT);
        }
    }

    /// Adds the activities of a batch, as [`add_activity`](LeadTableBuilder::add_activity) does one by one.
    pub fn add_batch(&mut self, mut batch: ActivityBatch<'_>) {
        if batch.schema.id() != self.schema.id() {
            let message = "a batch of activities of another schema";
            return self.trouble.whole("activities", message);
        }
        let mut outside = batch.staged.without_outside(self.ids.len());
        outside.append(&mut batch.outside);
        for lead in outside {
            self.known_row("activities", lead);
        }
        let before = self.activities.reported();
        for refused in &batch.refused {
            let lead = refused.lead;
            if self.known_row("activities", lead).is_none() {
                continue;
            }
            let Self { trouble, ids, .. } = self;
            let tell = &mut |field, message| {
                trouble.lead(lead, || ids.get(lead).unwrap_or_default(), field, message);
            };
            let (activity, place) = (refused.activity(), before + refused.place);
            sound(&activity, place, tell);
            in_schema(self.schema, &activity, place, tell);
        }
        if batch.is_full | !self.activities.take(batch) {
            self.trouble.whole("activities", TOO_MUCH_TEXT);
        }
    }

    /// Adds a purchase of the lead at a position; equal ones are all kept.
    pub fn add_purchase(&mut self, lead: usize, at: Moment, amount: f64) {
        let Some(row) = self.known_row("purchases", lead) else {
            return;
        };
        match finite(amount) {
            Ok(amount) => self
                .purchases
                .push(row, crate::lead::Purchase { at, amount }),
            Err(message) => {
                let field = format!("purchases[{}]", self.purchases.refuse());
                self.lead_trouble(lead, field, message);
            }
        }
    }

    /// Voids the activity of that id of the lead at a position, whether it was added before or is added later.
    ///
    /// An id that none of its activities carries voids nothing.
    pub fn void(&mut self, lead: usize, id: &str) {
        if let Some(row) = self.known_row("voids", lead) {
            self.activities.void(row, id);
        }
    }
}
