use super::trouble::{answer_field, fact_field, outside, twice};
use super::{LeadBuilder, Pending};
use crate::lead::stored::{Stored, finite};
use crate::lead::{
    Activity, ActivityRecord, AnswerValue, AttributeSlot, AttributeValue, Fact, KindSlot, Moment,
    ProductSlot, QuestionSlot, Schema, shortened,
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
        let bad_value = activity.value.and_then(|value| finite(value).err());
        let empty_id = activity.id.is_some_and(str::is_empty);
        if empty_id {
            let field = self.activity_field(None);
            self.trouble()
                .push(field, "an activity's id must not be empty");
        }
        let sound = bad_value.is_none() && !empty_id;
        if let Some(message) = bad_value {
            let field = self.activity_field(activity.id);
            self.trouble().push(field, format!("value: {message}"));
        }
        sound
    }

    fn check_slots(&mut self, activity: &Activity<'_>) -> bool {
        let kinds = self.schema.kinds().len();
        let products = self.schema.products().len();
        let kind = activity.kind.index();
        let product = activity.product.map(ProductSlot::index);
        let bad_kind = kind >= kinds;
        if bad_kind {
            let field = self.activity_field(activity.id);
            self.trouble().push(field, outside("kind", kind, kinds));
        }
        let bad_product = product.filter(|&slot| slot >= products);
        if let Some(slot) = bad_product {
            let field = self.activity_field(activity.id);
            self.trouble()
                .push(field, outside("product", slot, products));
        }
        !bad_kind && bad_product.is_none()
    }

    pub(super) fn add_answer(&mut self, slot: QuestionSlot, name: &str, answer: AnswerValue) {
        let answer = match answer {
            AnswerValue::Level(level) if level.is_empty() => return,
            AnswerValue::Amount(amount) => match finite(amount) {
                Ok(amount) => AnswerValue::Amount(amount),
                Err(message) => return self.trouble().push(answer_field(name), message),
            },
            other => other,
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

    /// Names an activity in a message: by its id, else by its position among all that were reported.
    fn activity_field(&self, id: Option<&str>) -> String {
        match id.filter(|id| !id.is_empty()) {
            Some(id) => format!("activity `{}`", shortened(id)),
            None => format!("activities[{}]", self.reported),
        }
    }
}
