use super::attributes::Attributes;
use super::history::History;
use super::lead::{Rare, purchase_order};
use super::stored::{Stored, finite};
use super::{
    Activity, ActivityRecord, AnswerValue, AttributeSlot, AttributeValue, Fact, Lead, LeadError,
    ManualOverride, Moment, Purchase, QuestionSlot, Schema,
};
use check::check_override;
use pending::{Pending, Unique};
use std::collections::BTreeMap;
use trouble::{Trouble, attribute_field, outside, twice};

pub(super) mod check;
pub(super) mod pending;
pub(super) mod trouble;

impl Lead {
    /// Starts a lead of that schema and id.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{ActivityRecord, Lead, SchemaSpec};
    ///
    /// let schema = SchemaSpec::new().number("seats").kind("visit").build()?;
    /// let visit = ActivityRecord::new("visit", "2026-03-01T09:30:00Z".parse()?).id("x1");
    /// let lead = Lead::builder(&schema, "a1")
    ///     .set("seats", 80)
    ///     .activity(visit.clone())
    ///     .activity(visit) // a replay
    ///     .purchase("2026-03-02".parse()?, 1200.0)
    ///     .build()?;
    /// assert_eq!(lead.activity_count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder(schema: &Schema, id: impl Into<String>) -> LeadBuilder<'_> {
        LeadBuilder {
            schema,
            id: id.into(),
            created_at: None,
            attributes: Vec::new(),
            pending: Vec::new(),
            texts: String::new(),
            reported: 0,
            voids: Vec::new(),
            purchases: Vec::new(),
            answers: BTreeMap::new(),
            known_since: BTreeMap::new(),
            overrides: Vec::new(),
            trouble: None,
        }
    }
}

/// Collects what is known of a lead and checks it, all problems at once.
///
/// Made by [`Lead::builder`]. Facts may come in any order. Methods that take `self` chain; those named `add_` and
/// [`void`](LeadBuilder::void) take `&mut self`, for readers that keep a builder per lead and add to it row by row.
#[derive(Debug)]
pub struct LeadBuilder<'s> {
    schema: &'s Schema,
    id: String,
    created_at: Option<Moment>,
    /// By slot; empty until the first attribute is set.
    attributes: Vec<Stored>,
    pending: Vec<Pending>,
    /// The texts of the pending activities, one after the other.
    texts: String,
    /// How many activities were reported, refused ones included.
    reported: usize,
    voids: Vec<Box<str>>,
    purchases: Vec<Purchase>,
    answers: BTreeMap<QuestionSlot, AnswerValue>,
    known_since: BTreeMap<Fact, Moment>,
    overrides: Vec<ManualOverride>,
    trouble: Option<Box<Trouble>>,
}

impl LeadBuilder<'_> {
    /// Sets a named attribute. Default: missing.
    ///
    /// Empty text is a missing value, an empty list of tags a known one. Text for a date attribute is read as a date.
    /// A missing value contradicts nothing: it leaves a value that was set before as it is.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<AttributeValue>) -> Self {
        self.add_named(name, Some(&value.into()));
        self
    }

    /// Sets the attribute in a slot, as [`set`](LeadBuilder::set) does.
    #[must_use]
    pub fn set_slot(mut self, slot: AttributeSlot, value: AttributeValue) -> Self {
        self.add_attribute(slot, value);
        self
    }

    /// Sets when the lead came to be; a later call replaces an earlier one. Default: not known.
    #[must_use]
    pub fn created_at(mut self, at: Moment) -> Self {
        self.created_at = Some(at);
        self
    }

    /// Adds an activity given with names.
    ///
    /// The same id with the same content is one activity; activities without an id are all kept, also when they are
    /// equal. An activity that is voided in one report stays voided.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "chained with records made in place"
    )]
    pub fn activity(mut self, activity: ActivityRecord) -> Self {
        self.add_record(&activity, activity.product.as_deref());
        self
    }

    /// Adds an activity given with slots, as [`activity`](LeadBuilder::activity) does.
    #[must_use]
    pub fn push(mut self, activity: Activity<'_>) -> Self {
        self.add_activity(activity);
        self
    }

    /// Adds a purchase; equal ones are all kept.
    #[must_use]
    pub fn purchase(mut self, at: Moment, amount: f64) -> Self {
        self.add_purchase(at, amount);
        self
    }

    /// Sets the answer to a named qualification question. Default: unknown.
    ///
    /// Empty text is an unknown answer.
    #[must_use]
    pub fn answer(mut self, question: &str, answer: impl Into<AnswerValue>) -> Self {
        if let Some(slot) = self.question("answers", question) {
            self.add_answer(slot, question, answer.into());
        }
        self
    }

    /// Sets since when a named attribute has been known. Default: not recorded.
    #[must_use]
    pub fn known_since(mut self, attribute: &str, since: Moment) -> Self {
        if let Some(slot) = self.attribute("known_since", attribute) {
            self.date(Fact::Attribute(slot), since);
        }
        self
    }

    /// Sets since when the answer to a named question has been known. Default: not recorded.
    #[must_use]
    pub fn answer_known_since(mut self, question: &str, since: Moment) -> Self {
        if let Some(slot) = self.question("answers_known_since", question) {
            self.date(Fact::Answer(slot), since);
        }
        self
    }

    /// Adds a manual override; equal ones are one.
    #[must_use]
    pub fn overrule(mut self, manual: ManualOverride) -> Self {
        check_override(&manual, &mut |field, message| {
            self.trouble().push(field, message);
        });
        self.overrides.push(manual);
        self
    }

    /// Sets the attribute in a slot, as [`set`](LeadBuilder::set) does.
    pub fn add_attribute(&mut self, slot: AttributeSlot, value: AttributeValue) {
        let (Some(name), Some(of)) = (
            self.schema.attribute_name(slot),
            self.schema.attribute_type(slot),
        ) else {
            let message = outside("attribute", slot.index(), self.schema.attributes().len());
            return self.trouble().push("attributes", message);
        };
        let stored = match Stored::new(of, value) {
            Ok(Stored::Missing) => return,
            Ok(stored) => stored,
            Err(message) => return self.trouble().push(attribute_field(name), message),
        };
        if self.attributes.is_empty() {
            let all = self.schema.attributes().len();
            self.attributes.resize_with(all, Stored::default);
        }
        let Some(held) = self.attributes.get_mut(slot.index()) else {
            return;
        };
        if *held == Stored::Missing {
            *held = stored;
        } else if *held != stored {
            let message = twice(&held.described(), &stored.described());
            self.trouble().push(attribute_field(name), message);
        }
    }

    /// Makes room for that many more activities, where a reader knows how many come.
    pub fn reserve_activities(&mut self, more: usize) {
        self.pending.reserve(more);
    }

    /// Adds an activity given with slots, as [`activity`](LeadBuilder::activity) does.
    pub fn add_activity(&mut self, activity: Activity<'_>) {
        self.report(&activity, false);
    }

    /// Adds a purchase; equal ones are all kept.
    pub fn add_purchase(&mut self, at: Moment, amount: f64) {
        match finite(amount) {
            Ok(amount) => self.purchases.push(Purchase { at, amount }),
            Err(message) => {
                // Counts the refused ones too, so that the position is that of the report.
                let refused = self.trouble.as_ref().map_or(0, |trouble| trouble.purchases);
                let field = format!("purchases[{}]", self.purchases.len() + refused);
                self.trouble().push(field, message);
                self.trouble().purchases += 1;
            }
        }
    }

    /// Voids the activity of that id, whether it was added before or is added later.
    ///
    /// An id that no activity carries voids nothing.
    pub fn void(&mut self, id: &str) {
        self.voids.push(id.into());
    }

    /// The lead.
    ///
    /// # Errors
    /// All problems at once: names and slots that the schema does not have, values of another type, numbers that
    /// are not finite, empty ids, one fact given with two contents, one activity id with two contents, a
    /// `known_since` without a fact, an override that ends before it begins, more than 4 GiB of text in activities.
    pub fn build(mut self) -> Result<Lead, LeadError> {
        if self.id.is_empty() {
            self.trouble().push("id", "a lead's id must not be empty");
        }
        self.check_dates();
        let Self {
            schema,
            id,
            created_at,
            mut attributes,
            pending,
            texts,
            voids,
            mut purchases,
            answers,
            known_since,
            overrides,
            mut trouble,
            ..
        } = self;
        let reported = pending.iter().map(|pending| (pending.reported(&texts), ()));
        let voids = voids.iter().map(AsRef::as_ref);
        let mut unique = Unique::default();
        unique.collect(schema, reported, voids, &mut |field, message| {
            trouble.get_or_insert_default().push(field, message);
        });
        let unique = unique.list.into_iter().map(|(reported, ())| reported);
        let unique = unique.collect();
        let history = History::new(unique).unwrap_or_else(|| {
            trouble
                .get_or_insert_default()
                .push("activities", "more than 4,294,967,295 bytes of text");
            History::default()
        });
        attributes.resize_with(schema.attributes().len(), Stored::default);
        let attributes = Attributes::new(&id, attributes).unwrap_or_else(|| {
            trouble
                .get_or_insert_default()
                .push("attributes", "more than 4,294,967,295 bytes of text");
            Attributes::default()
        });
        if let Some(trouble) = trouble {
            return Err(LeadError::new(id, trouble.found));
        }
        purchases.sort_unstable_by(purchase_order);
        Ok(Lead {
            schema: schema.id(),
            created_at: created_at.into(),
            attributes,
            history,
            purchases: purchases.into(),
            rare: Rare::new(
                answers.into_iter().collect(),
                known_since.into_iter().collect(),
                overrides,
            ),
        })
    }

    fn trouble(&mut self) -> &mut Trouble {
        self.trouble.get_or_insert_default()
    }
}

#[cfg(test)]
mod tests;
