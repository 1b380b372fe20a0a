mod add;
mod check;
mod finish;

use super::column::Filling;
use super::error::Trouble;
use super::grouping::{StagedActivities, StagedPurchases};
use super::strings::Strings;
use crate::lead::builder::check::check_override;
use crate::lead::moment::Stamp;
use crate::lead::stored::{Stored, finite};
use crate::lead::{
    Activity, AnswerValue, AttributeType, AttributeValue, Fact, ManualOverride, Moment,
    QuestionSlot, Schema,
};
use std::collections::BTreeMap;

/// Collects the leads of a [`LeadTable`](crate::LeadTable) and checks them, all problems at once.
///
/// Made by [`LeadTable::builder`](crate::LeadTable::builder). What is checked, and said, is what
/// [`LeadBuilder`](crate::LeadBuilder) checks and says of one lead. Methods that take `self` give a column, or rows of facts in any order with the position of
/// their lead; those named `add_` and [`void`](LeadTableBuilder::void) take `&mut self`.
#[derive(Debug)]
pub struct LeadTableBuilder<'s> {
    pub(super) schema: &'s Schema,
    pub(super) ids: Strings,
    created_at: Vec<Stamp>,
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

    /// Keeps all problems. Default: the first 100, and how many more there are.
    #[must_use]
    pub fn all_problems(mut self) -> Self {
        self.trouble.keep_all();
        self
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
}
