//! Leads of a table as owned ones.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]

use lead_scoring::{Answer, Fact, Lead, LeadRow, LeadView, Schema, Value};

/// An owned lead of all that a row of a table says.
pub(crate) fn owned(row: &LeadRow<'_>, schema: &Schema) -> Lead {
    let mut builder = Lead::builder(schema, row.id());
    if let Some(at) = row.created_at() {
        builder = builder.created_at(at);
    }
    for (name, _) in schema.attributes() {
        let slot = schema.attribute(name).expect("it is declared");
        builder = match row.attribute(slot) {
            Value::Missing => builder,
            Value::Number(number) => builder.set(name, number),
            Value::Text(text) => builder.set(name, text),
            Value::Flag(flag) => builder.set(name, flag),
            Value::Date(date) => builder.set(name, date),
            Value::Tags(tags) => {
                let tags = (0..tags.len()).filter_map(|place| tags.get(place));
                builder.set(name, tags.map(str::to_owned).collect::<Vec<_>>())
            }
        };
    }
    for name in schema.questions() {
        let slot = schema.question(name).expect("it is declared");
        builder = match row.answer(slot) {
            Answer::Unknown => continue,
            Answer::Yes => builder.answer(name, true),
            Answer::No => builder.answer(name, false),
            Answer::Level(level) => builder.answer(name, level),
            Answer::Amount(amount) => builder.answer(name, amount),
            Answer::By(date) => builder.answer(name, date),
        };
        if let Some(since) = row.known_since(Fact::Answer(slot)) {
            builder = builder.answer_known_since(name, since);
        }
    }
    row.activities(&mut |activity| builder.add_activity(activity));
    row.purchases(&mut |purchase| builder.add_purchase(purchase.at, purchase.amount));
    builder.build().expect("the lead is sound")
}
