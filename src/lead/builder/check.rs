use super::trouble::{answer_field, fact_field, outside, twice};
use super::{LeadBuilder, Pending};
use crate::lead::stored::{Stored, finite};
use crate::lead::{
    Activity, ActivityRecord, AnswerValue, AttributeSlot, AttributeValue, Fact, KindSlot,
    ManualOverride, Moment, ProductSlot, QuestionSlot, Schema, shortened,
};

impl<'s> LeadBuilder<'s> {
    /// Adds an activity given with names, with that product in place of its own.
    pub(in crate::lead) fn add_record(&mut self, record: &ActivityRecord, product: Option<&str>) {
        let schema = self.schema;
        let kind = schema.kind(&record.kind);
        let product = product.filter(|name| !name.is_empty());
        let product_slot = product.and_then(|name| schema.product(name));
        let unknown_product = product.filter(|_| product_slot.is_none());
        if kind.is_none() || unknown_product.is_some() {
            let field = self.activity_field(record.id.as_deref());
            let trouble = self.trouble();
            if kind.is_none() {
                trouble.unknown(field.clone(), "kind", &record.kind, schema.kinds());
            }
            if let Some(name) = unknown_product {
                trouble.unknown(field, "product", name, schema.products());
            }
        }
        let activity = Activity {
            at: record.at,
            // The lead is refused already where the kind is unknown; its other fields are still checked.
            kind: kind.unwrap_or(KindSlot::new(0)),
            id: record.id.as_deref(),
            product: product_slot,
            subject: record.subject.as_deref(),
            channel: record.channel.as_deref(),
            value: record.value,
        };
        if kind.is_some() {
            self.report(&activity, record.voided);
        } else {
            self.check(&activity);
            self.reported += 1;
        }
    }

    /// Sets a named attribute; `None` is a missing value.
    pub(in crate::lead) fn add_named(&mut self, name: &str, value: Option<&AttributeValue>) {
        if let (Some(slot), Some(value)) = (self.attribute("attributes", name), value) {
            self.add_attribute(slot, value.clone());
        }
    }

    pub(super) fn report(&mut self, activity: &Activity<'_>, voided: bool) {
        let sound = self.check(activity) & self.check_slots(activity);
        self.reported += 1;
        if !sound {
            return;
        }
        if let Some(pending) = Pending::new(activity, voided, &mut self.texts) {
            self.pending.push(pending);
        } else {
            let field = format!("activities[{}]", self.reported - 1);
            let message = "a text must not be longer than 4,294,967,295 bytes";
            self.trouble().push(field, message);
        }
    }

    /// Whether id and value can stand; reports what cannot.
    fn check(&mut self, activity: &Activity<'_>) -> bool {
        let place = self.reported;
        sound(activity, place, &mut |field, message| {
            self.trouble().push(field, message);
        })
    }

    fn check_slots(&mut self, activity: &Activity<'_>) -> bool {
        let (schema, place) = (self.schema, self.reported);
        in_schema(schema, activity, place, &mut |field, message| {
            self.trouble().push(field, message);
        })
    }

    pub(super) fn add_answer(&mut self, slot: QuestionSlot, name: &str, answer: AnswerValue) {
        let answer = match known_answer(answer) {
            Ok(None) => return,
            Ok(Some(answer)) => answer,
            Err(message) => return self.trouble().push(answer_field(name), message),
        };
        let held = self.answers.entry(slot).or_insert_with(|| answer.clone());
        if *held != answer {
            let message = twice(&held.described(), &answer.described());
            self.trouble().push(answer_field(name), message);
        }
    }

    pub(super) fn date(&mut self, fact: Fact, since: Moment) {
        let held = *self.known_since.entry(fact).or_insert(since);
        if held != since {
            let field = fact_field(self.schema, fact);
            let message = format!("known since `{held}` and since `{since}`");
            self.trouble().push(field, message);
        }
    }

    /// Reports dates of facts that are not known.
    pub(super) fn check_dates(&mut self) {
        let known = |fact| match fact {
            Fact::Attribute(slot) => self
                .attributes
                .get(slot.index())
                .is_some_and(|stored| *stored != Stored::Missing),
            Fact::Answer(slot) => self.answers.contains_key(&slot),
        };
        let facts = self.known_since.keys().copied();
        let lost: Vec<Fact> = facts.filter(|&fact| !known(fact)).collect();
        for fact in lost {
            let field = fact_field(self.schema, fact);
            self.trouble()
                .push(field, "has a time since when it is known, but no value");
        }
    }

    pub(super) fn attribute(&mut self, field: &str, name: &str) -> Option<AttributeSlot> {
        let schema: &'s Schema = self.schema;
        let found = schema.attribute(name);
        if found.is_none() {
            let known = schema.attributes().map(|(name, _)| name);
            self.trouble().unknown(field, "attribute", name, known);
        }
        found
    }

    pub(super) fn question(&mut self, field: &str, name: &str) -> Option<QuestionSlot> {
        let schema: &'s Schema = self.schema;
        let found = schema.question(name);
        if found.is_none() {
            self.trouble()
                .unknown(field, "question", name, schema.questions());
        }
        found
    }

    fn activity_field(&self, id: Option<&str>) -> String {
        activity_field(id, self.reported)
    }
}

/// Whether an activity's id and value can stand; tells the field and message of what cannot.
pub(in crate::lead) fn sound(
    activity: &Activity<'_>,
    place: usize,
    tell: &mut dyn FnMut(String, String),
) -> bool {
    let bad_value = activity.value.and_then(|value| finite(value).err());
    let empty_id = activity.id.is_some_and(str::is_empty);
    if empty_id {
        let message = "an activity's id must not be empty";
        tell(activity_field(None, place), message.to_owned());
    }
    let sound = bad_value.is_none() && !empty_id;
    if let Some(message) = bad_value {
        let field = activity_field(activity.id, place);
        tell(field, format!("value: {message}"));
    }
    sound
}

/// Whether the schema has an activity's slots; tells the field and message of what it has not.
pub(in crate::lead) fn in_schema(
    schema: &Schema,
    activity: &Activity<'_>,
    place: usize,
    tell: &mut dyn FnMut(String, String),
) -> bool {
    let kinds = schema.kinds().len();
    let products = schema.products().len();
    let kind = activity.kind.index();
    let product = activity.product.map(ProductSlot::index);
    let bad_kind = kind >= kinds;
    if bad_kind {
        let field = activity_field(activity.id, place);
        tell(field, outside("kind", kind, kinds));
    }
    let bad_product = product.filter(|&slot| slot >= products);
    if let Some(slot) = bad_product {
        let field = activity_field(activity.id, place);
        tell(field, outside("product", slot, products));
    }
    !bad_kind && bad_product.is_none()
}

/// An answer as it is kept; `None` where it says nothing.
pub(in crate::lead) fn known_answer(answer: AnswerValue) -> Result<Option<AnswerValue>, String> {
    Ok(match answer {
        AnswerValue::Level(level) if level.is_empty() => None,
        AnswerValue::Amount(amount) => Some(AnswerValue::Amount(finite(amount)?)),
        other => Some(other),
    })
}

/// Tells the field and message of what is wrong with an override.
pub(in crate::lead) fn check_override(
    manual: &ManualOverride,
    tell: &mut dyn FnMut(String, String),
) {
    if manual.dimension.is_empty() {
        let message = "a dimension's name must not be empty";
        tell("overrides".to_owned(), message.to_owned());
    }
    if let Some(end) = manual.expires_at.filter(|&end| end <= manual.set_at) {
        let message = format!(
            "expires at `{end}`, not after it begins at `{}`",
            manual.set_at
        );
        let field = format!("override of `{}`", shortened(&manual.dimension));
        tell(field, message);
    }
}

/// Names an activity in a message: by its id, else by its position among all that were reported.
fn activity_field(id: Option<&str>, place: usize) -> String {
    match id.filter(|id| !id.is_empty()) {
        Some(id) => format!("activity `{}`", shortened(id)),
        None => format!("activities[{place}]"),
    }
}
