mod check;

use super::LeadTable;
use super::column::Filling;
use super::error::{TableError, Trouble};
use super::grouping::{StagedActivities, StagedPurchases};
use super::strings::{Codes, Strings};
use crate::lead::builder::check::check_override;
use crate::lead::builder::trouble::attribute_field;
use crate::lead::lead::Rare;
use crate::lead::record::other_schema;
use crate::lead::stored::{Stored, finite};
use crate::lead::{
    Activity, AnswerValue, AttributeSlot, AttributeType, AttributeValue, Fact, Lead, LeadView,
    ManualOverride, Moment, QuestionSlot, Schema, Value,
};
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// Collects the leads of a [`LeadTable`] and checks them, all problems at once.
///
/// Made by [`LeadTable::builder`]. What is checked, and said, is what [`LeadBuilder`](crate::LeadBuilder) checks and
/// says of one lead. Methods that take `self` give a column, or rows of facts in any order with the position of
/// their lead; those named `add_` and [`void`](LeadTableBuilder::void) take `&mut self`.
#[derive(Debug)]
pub struct LeadTableBuilder<'s> {
    pub(super) schema: &'s Schema,
    pub(super) ids: Strings,
    created_at: Vec<i64>,
    columns: Vec<Filling>,
    activities: StagedActivities,
    purchases: StagedPurchases,
    rare: BTreeMap<u32, PendingRare>,
    pub(super) trouble: Trouble,
}

/// What few leads have.
#[derive(Debug, Default)]
struct PendingRare {
    answers: BTreeMap<QuestionSlot, AnswerValue>,
    known_since: BTreeMap<Fact, Moment>,
    overrides: Vec<ManualOverride>,
}

const TOO_MUCH_TEXT: &str = "more than 4,294,967,295 bytes of text";

impl<'s> LeadTableBuilder<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            ids: Strings::default(),
            created_at: Vec::new(),
            columns: schema
                .attributes()
                .map(|(_, of)| Filling::new(of))
                .collect(),
            activities: StagedActivities::default(),
            purchases: StagedPurchases::default(),
            rare: BTreeMap::new(),
            trouble: Trouble::default(),
        }
    }

    /// Adds a lead for each id, of which nothing else is known so far.
    #[must_use]
    pub fn ids<I: AsRef<str>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        for id in ids {
            self.add_id(id.as_ref());
        }
        self
    }

    /// Sets when each lead came to be. Default: not known.
    #[must_use]
    pub fn created_at(mut self, moments: impl IntoIterator<Item = Option<Moment>>) -> Self {
        let mut count = 0;
        for (row, moment) in moments.into_iter().enumerate() {
            count += 1;
            if let Some(moment) = moment {
                self.create(row, moment);
            }
        }
        self.check_count("created_at", count);
        self
    }

    /// Sets a named attribute of each lead, of any type. Default: missing.
    ///
    /// Text for a date attribute is read as a date, as [`LeadBuilder::set`](crate::LeadBuilder::set) does.
    #[must_use]
    pub fn values(
        mut self,
        attribute: &str,
        values: impl IntoIterator<Item = Option<AttributeValue>>,
    ) -> Self {
        let Some(slot) = self.attribute("attributes", attribute) else {
            return self;
        };
        let of = self.schema.attribute_type(slot);
        self.column(slot, values, |filling, row, value| {
            let stored = Stored::new(of.unwrap_or(AttributeType::Text), value).map_err(Ok)?;
            filling.set(row, &stored).map_err(Err)
        })
    }

    /// Sets a named number attribute of each lead. Default: missing.
    #[must_use]
    pub fn numbers(self, attribute: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        self.typed(
            attribute,
            AttributeType::Number,
            values,
            |filling, row, value| {
                let number = finite(value).map_err(Ok)?;
                filling.number(row, number).map_err(Err)
            },
        )
    }

    /// Sets a named text attribute of each lead. Default: missing, as is empty text.
    #[must_use]
    pub fn texts<T: AsRef<str>>(
        self,
        attribute: &str,
        values: impl IntoIterator<Item = Option<T>>,
    ) -> Self {
        self.typed(
            attribute,
            AttributeType::Text,
            values,
            |filling, row, value| match value.as_ref() {
                "" => Ok(()),
                text => filling.text(row, text).map_err(Err),
            },
        )
    }

    /// Sets a named flag attribute of each lead. Default: missing.
    #[must_use]
    pub fn flags(self, attribute: &str, values: impl IntoIterator<Item = Option<bool>>) -> Self {
        self.typed(
            attribute,
            AttributeType::Flag,
            values,
            |filling, row, value| filling.flag(row, value).map_err(Err),
        )
    }

    /// Sets a named date attribute of each lead. Default: missing.
    #[must_use]
    pub fn dates(self, attribute: &str, values: impl IntoIterator<Item = Option<Moment>>) -> Self {
        self.typed(
            attribute,
            AttributeType::Date,
            values,
            |filling, row, value| filling.date(row, value).map_err(Err),
        )
    }

    /// Sets a named tags attribute of each lead. Default: missing; an empty list is a known one.
    #[must_use]
    pub fn tags<T, L>(self, attribute: &str, values: impl IntoIterator<Item = Option<L>>) -> Self
    where
        T: AsRef<str>,
        L: AsRef<[T]>,
    {
        self.typed(
            attribute,
            AttributeType::Tags,
            values,
            |filling, row, value| {
                let tags = value.as_ref().iter().map(AsRef::as_ref);
                filling.tags(row, tags).map_err(Err)
            },
        )
    }

    /// Adds activities in any order, each with the position of its lead.
    ///
    /// The same id with the same content is one activity of a lead; activities without an id are all kept, also when
    /// they are equal.
    #[must_use]
    pub fn activities<'a>(
        mut self,
        activities: impl IntoIterator<Item = (usize, Activity<'a>)>,
    ) -> Self {
        for (lead, activity) in activities {
            self.add_activity(lead, &activity);
        }
        self
    }

    /// Adds purchases in any order, each with the position of its lead; equal ones are all kept.
    #[must_use]
    pub fn purchases(
        mut self,
        purchases: impl IntoIterator<Item = (usize, crate::lead::Purchase)>,
    ) -> Self {
        for (lead, purchase) in purchases {
            self.add_purchase(lead, purchase.at, purchase.amount);
        }
        self
    }

    /// Sets the answers to a named question, each with the position of its lead. Default: unknown, as is empty text.
    #[must_use]
    pub fn answers<A: Into<AnswerValue>>(
        mut self,
        question: &str,
        answers: impl IntoIterator<Item = (usize, A)>,
    ) -> Self {
        if let Some(slot) = self.question("answers", question) {
            for (lead, answer) in answers {
                self.add_answer(lead, slot, answer.into());
            }
        }
        self
    }

    /// Sets since when a named attribute has been known, each with the position of its lead. Default: not recorded.
    #[must_use]
    pub fn known_since(
        mut self,
        attribute: &str,
        since: impl IntoIterator<Item = (usize, Moment)>,
    ) -> Self {
        if let Some(slot) = self.attribute("known_since", attribute) {
            for (lead, since) in since {
                self.date(lead, Fact::Attribute(slot), since);
            }
        }
        self
    }

    /// Sets since when the answer to a named question has been known, each with the position of its lead. Default:
    /// not recorded.
    #[must_use]
    pub fn answers_known_since(
        mut self,
        question: &str,
        since: impl IntoIterator<Item = (usize, Moment)>,
    ) -> Self {
        if let Some(slot) = self.question("answers_known_since", question) {
            for (lead, since) in since {
                self.date(lead, Fact::Answer(slot), since);
            }
        }
        self
    }

    /// Adds manual overrides, each with the position of its lead; equal ones are one.
    #[must_use]
    pub fn overrides(
        mut self,
        overrides: impl IntoIterator<Item = (usize, ManualOverride)>,
    ) -> Self {
        for (lead, manual) in overrides {
            let Some(row) = self.known_row("overrides", lead) else {
                continue;
            };
            let Self { trouble, ids, .. } = &mut self;
            check_override(&manual, &mut |field, message| {
                trouble.lead(lead, || ids.get(lead).unwrap_or_default(), field, message);
            });
            self.rare.entry(row).or_default().overrides.push(manual);
        }
        self
    }

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
        if let Some(at) = lead.created_at {
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
            if !self.activities.push(small, &activity, false) {
                self.trouble.whole("activities", TOO_MUCH_TEXT);
            }
        });
        lead.purchases(&mut |purchase| self.purchases.push(small, purchase));
        if let Some(rare) = &lead.rare {
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
        if sound && !self.activities.push(row, activity, false) {
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

    /// The table.
    ///
    /// # Errors
    /// All problems at once, of which the first 100 are kept: what [`LeadBuilder::build`](crate::LeadBuilder::build)
    /// refuses, with the lead; a column that has more or fewer values than there are leads, or is of another type
    /// than its attribute; facts of a lead that is not there; leads of another schema; more than 4,294,967,295 leads,
    /// activities or purchases, or more than 4 GiB of text in one column.
    pub fn build(mut self) -> Result<LeadTable, TableError> {
        self.check_dates();
        let rows = self.ids.len();
        let activities = self
            .activities
            .group(self.schema, &self.ids, &mut self.trouble);
        let purchases = self.purchases.group(rows, &mut self.trouble);
        if let Some(error) = self.trouble.into_error() {
            return Err(error);
        }
        let mut created_at = self.created_at;
        if !created_at.is_empty() {
            created_at.resize(rows, super::Column::NEVER);
        }
        let mut places = vec![0; if self.rare.is_empty() { 0 } else { rows }];
        let mut rare = Vec::with_capacity(self.rare.len());
        for (row, pending) in self.rare {
            let answers = pending.answers.into_iter().collect();
            let known_since = pending.known_since.into_iter().collect();
            let Some(facts) = Rare::new(answers, known_since, pending.overrides) else {
                continue;
            };
            rare.push(*facts);
            if let (Some(place), Ok(one_more)) =
                (places.get_mut(row as usize), u32::try_from(rare.len()))
            {
                *place = one_more;
            }
        }
        let mut ids = self.ids;
        ids.shrink();
        Ok(LeadTable {
            schema: self.schema.id(),
            ids,
            created_at: created_at.into(),
            columns: self
                .columns
                .into_iter()
                .map(|column| column.finish(rows))
                .collect(),
            activities,
            purchases,
            rare_places: Codes::new(places),
            rare: rare.into(),
        })
    }
}
