use super::reader::read;
use super::{
    Activity, Answer, AttributeSlot, AttributeValue, Fact, Lead, LeadError, LeadProblem, LeadView,
    ManualOverride, Moment, Purchase, Schema,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An activity with names in place of slots: what files hold and builders take.
///
/// # Examples
/// ```
/// use lead_scoring::ActivityRecord;
///
/// let visit = ActivityRecord::new("page_view", "2026-03-01T09:30:00Z".parse()?)
///     .id("x7")
///     .subject("/pricing")
///     .value(42.0);
/// assert_eq!(visit.subject.as_deref(), Some("/pricing"));
/// # Ok::<(), lead_scoring::ParseMomentError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityRecord {
    /// What it was, one of the schema's kinds.
    pub kind: String,
    /// When it happened.
    pub at: Moment,
    /// Identity: the same id and the same content is one activity, however often it is reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The product it concerns, one of the schema's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What it was about: the page, the e-mail, the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Where it came from: `email`, `web`, `linkedin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// A number that goes with it: seconds on a page, an order's worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Whether it was found to be no activity of the lead's, such as a mail scanner's click.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voided: bool,
}

impl ActivityRecord {
    /// An activity of that kind at that moment, with nothing else known.
    #[must_use]
    pub fn new(kind: impl Into<String>, at: Moment) -> Self {
        Self {
            kind: kind.into(),
            at,
            id: None,
            product: None,
            subject: None,
            channel: None,
            value: None,
            voided: false,
        }
    }

    /// Sets the id. Default: none.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the product. Default: none.
    #[must_use]
    pub fn product(mut self, product: impl Into<String>) -> Self {
        self.product = Some(product.into());
        self
    }

    /// Sets the subject. Default: none.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the channel. Default: none.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<String>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// Sets the value. Default: none.
    #[must_use]
    pub fn value(mut self, value: f64) -> Self {
        self.value = Some(value);
        self
    }

    /// Marks it as voided. Default: it counts.
    #[must_use]
    pub fn voided(mut self) -> Self {
        self.voided = true;
        self
    }
}

/// The answer to a qualification question, owned: what files hold and builders take.
///
/// In a file it is `true` or `false`, a number, a text, or a table with a date: `{ "by": "2026-12-01" }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum AnswerValue {
    /// Yes or no.
    Flag(bool),
    /// A finite amount, such as a budget.
    Amount(f64),
    /// A named level, such as `decision_maker`; empty text is an unknown answer.
    Level(String),
    /// A date, such as that of the decision.
    By {
        /// The date.
        by: Moment,
    },
}

impl AnswerValue {
    /// The answer that is a date.
    #[must_use]
    pub const fn by(moment: Moment) -> Self {
        Self::By { by: moment }
    }

    /// The answer as a view lends it.
    #[must_use]
    pub fn as_view(&self) -> Answer<'_> {
        match self {
            Self::Flag(true) => Answer::Yes,
            Self::Flag(false) => Answer::No,
            Self::Amount(amount) => Answer::Amount(*amount),
            Self::Level(level) if level.is_empty() => Answer::Unknown,
            Self::Level(level) => Answer::Level(level),
            Self::By { by } => Answer::By(*by),
        }
    }

    /// What sort of answer this is, as error messages call it.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Flag(flag) => AttributeValue::Flag(*flag),
            Self::Amount(amount) => AttributeValue::Number(*amount),
            Self::Level(level) => AttributeValue::Text(level.clone()),
            Self::By { by } => AttributeValue::Date(*by),
        }
        .described()
    }
}

impl From<bool> for AnswerValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<f64> for AnswerValue {
    fn from(amount: f64) -> Self {
        Self::Amount(amount)
    }
}

impl From<&str> for AnswerValue {
    fn from(level: &str) -> Self {
        Self::Level(level.to_owned())
    }
}

impl From<String> for AnswerValue {
    fn from(level: String) -> Self {
        Self::Level(level)
    }
}

impl From<Moment> for AnswerValue {
    fn from(moment: Moment) -> Self {
        Self::by(moment)
    }
}

/// A lead with names in place of slots: plain serde data, the form in files.
///
/// [`Schema::read_lead`] makes a [`Lead`] of it and [`Lead::to_record`] gives it back. Floats come back exactly
/// from JSON when `serde_json` has its `float_roundtrip` feature.
///
/// # Examples
/// ```
/// use lead_scoring::{LeadRecord, SchemaSpec};
///
/// let schema = SchemaSpec::new()
///     .text("title")
///     .date("founded")
///     .kind("webinar")
///     .question("authority")
///     .build()?;
/// let record: LeadRecord = serde_json::from_str(
///     r#"{
///         "id": "a1",
///         "attributes": { "title": "Head of Sales", "founded": "2019-05-01" },
///         "answers": { "authority": "decision_maker" },
///         "activities": [{ "kind": "webinar", "at": "2026-03-01", "id": "x7" }]
///     }"#,
/// )?;
/// let lead = schema.read_lead(&record)?;
/// assert_eq!(schema.read_lead(&lead.to_record(&schema)?)?, lead);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadRecord {
    /// The lead's id.
    pub id: String,
    /// When the lead came to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Moment>,
    /// Attributes by name; `None` is a missing value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Option<AttributeValue>>,
    /// Since when attributes have been known, by attribute name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub known_since: BTreeMap<String, Moment>,
    /// Answers by the name of the question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, AnswerValue>,
    /// Since when answers have been known, by the name of the question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers_known_since: BTreeMap<String, Moment>,
    /// Activities, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<ActivityRecord>,
    /// Purchases, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purchases: Vec<Purchase>,
    /// Manual overrides, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<ManualOverride>,
}

impl LeadRecord {
    /// A lead of which nothing but the id is known.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }
}

impl Schema {
    /// The lead of a record, strictly: every name must be one of this schema's.
    ///
    /// A text that stands for a date attribute is read as a date. [`LeadReader`](crate::LeadReader) reads the same
    /// records leniently.
    ///
    /// # Errors
    /// All problems at once: unknown names, and what [`LeadBuilder::build`](crate::LeadBuilder::build) refuses.
    pub fn read_lead(&self, record: &LeadRecord) -> Result<Lead, LeadError> {
        read(self, record, &mut |_, _| true)
    }
}

impl Lead {
    /// The lead with names in place of slots, voided activities included; reading it gives the same lead back.
    ///
    /// # Errors
    /// A schema that is not the lead's own: its names would be wrong.
    pub fn to_record(&self, schema: &Schema) -> Result<LeadRecord, LeadError> {
        if self.schema != schema.id() {
            return Err(LeadError::new(
                self.id(),
                vec![LeadProblem::new("", other_schema(self, schema))],
            ));
        }
        let attribute = |slot| schema.attribute_name(slot).unwrap_or_default().to_owned();
        let question = |slot| schema.question_name(slot).unwrap_or_default().to_owned();
        let mut record = LeadRecord::new(self.id());
        record.created_at = self.created_at();
        for slot in (0..)
            .take(schema.attributes().len())
            .map(AttributeSlot::new)
        {
            if let Some(value) = self.stored(slot).and_then(|stored| stored.to_value()) {
                record.attributes.insert(attribute(slot), Some(value));
            }
        }
        record.activities = self
            .history
            .iter()
            .map(|reported| named(&reported.activity, reported.voided, schema))
            .collect();
        record.purchases = self.purchases.to_vec();
        if let Some(rare) = &self.rare {
            for (slot, answer) in &rare.answers {
                record.answers.insert(question(*slot), answer.clone());
            }
            for &(fact, since) in &rare.known_since {
                match fact {
                    Fact::Attribute(slot) => record.known_since.insert(attribute(slot), since),
                    Fact::Answer(slot) => record.answers_known_since.insert(question(slot), since),
                };
            }
            record.overrides = rare.overrides.to_vec();
        }
        Ok(record)
    }
}

/// Says that a lead is not of a schema.
pub(super) fn other_schema(lead: &Lead, schema: &Schema) -> String {
    format!(
        "the lead is of schema `{}`, not of schema `{}`",
        lead.schema(),
        schema.id()
    )
}

fn named(activity: &Activity<'_>, voided: bool, schema: &Schema) -> ActivityRecord {
    let product = |slot| schema.product_name(slot).map(str::to_owned);
    ActivityRecord {
        kind: schema
            .kind_name(activity.kind)
            .unwrap_or_default()
            .to_owned(),
        at: activity.at,
        id: activity.id.map(str::to_owned),
        product: activity.product.and_then(product),
        subject: activity.subject.map(str::to_owned),
        channel: activity.channel.map(str::to_owned),
        value: activity.value,
        voided,
    }
}

#[cfg(test)]
mod tests;
