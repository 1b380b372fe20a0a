use super::*;
use crate::lead::{ActivityRecord, Answer, LeadBuilder, ManualOverride, SchemaSpec};
use crate::score::Score;
use proptest::prelude::*;
use proptest::sample::subsequence;

fn schema() -> Schema {
    SchemaSpec::new()
        .text("title")
        .tags("labels")
        .kind("visit")
        .kind("webinar")
        .question("authority")
        .build()
        .unwrap()
}

fn day(day: i64) -> Moment {
    Moment::from_seconds(day * 86_400)
}

fn lead(schema: &Schema, id: &str, fill: impl FnOnce(LeadBuilder<'_>) -> LeadBuilder<'_>) -> Lead {
    fill(Lead::builder(schema, id)).build().unwrap()
}

fn attribute(lead: &Lead, slot: u16) -> String {
    format!("{:?}", lead.attribute(AttributeSlot::new(slot)))
}

fn since(lead: &Lead, slot: u16) -> Option<Moment> {
    lead.known_since(Fact::Attribute(AttributeSlot::new(slot)))
}

#[test]
fn precedence_decides_facts() {
    let schema = schema();
    let undated = lead(&schema, "a", |b| {
        b.set("title", "A").answer("authority", "user")
    });
    let old = lead(&schema, "b", |b| {
        b.set("title", "B")
            .known_since("title", day(1))
            .answer("authority", true)
            .answer_known_since("authority", day(9))
    });
    let new = lead(&schema, "c", |b| {
        b.set("title", "C")
            .known_since("title", day(2))
            .answer("authority", false)
            .answer_known_since("authority", day(8))
    });
    let empty = lead(&schema, "d", |b| b);
    let leads = [&empty, &undated, &old, &new];
    let first = Merge::new().merge(&schema, &leads).unwrap();
    assert_eq!(first.id(), "d");
    assert_eq!(attribute(&first, 0), "Text(\"A\")");
    assert_eq!(since(&first, 0), None);
    assert_eq!(first.answer(QuestionSlot::new(0)), Answer::Level("user"));
    assert!(!first.dates_facts());

    let newest = Merge::new().precedence(Precedence::Newest);
    let newest = newest.merge(&schema, &leads).unwrap();
    assert_eq!(attribute(&newest, 0), "Text(\"C\")");
    assert_eq!(since(&newest, 0), Some(day(2)));
    assert_eq!(newest.answer(QuestionSlot::new(0)), Answer::Yes);
    assert_eq!(
        newest.known_since(Fact::Answer(QuestionSlot::new(0))),
        Some(day(9))
    );
}

#[test]
fn tags_are_preferred_or_united() {
    let schema = schema();
    let a = lead(&schema, "a", |b| b.set("labels", ["x", "y", "x"]));
    let b = lead(&schema, "b", |b| {
        b.set("labels", ["y", "z"]).known_since("labels", day(3))
    });
    let c = lead(&schema, "c", |b| {
        b.set("labels", ["z"]).known_since("labels", day(5))
    });
    let merged = Merge::new().merge(&schema, &[&a, &b, &c]).unwrap();
    assert_eq!(attribute(&merged, 1), "[\"x\", \"y\", \"x\"]");
    assert_eq!(since(&merged, 1), None);
    let unite = Merge::new().tags(TagMerge::Unite);
    let merged = unite.merge(&schema, &[&a, &b, &c]).unwrap();
    assert_eq!(attribute(&merged, 1), "[\"x\", \"y\", \"x\", \"z\"]");
    assert_eq!(since(&merged, 1), Some(day(3)));
    let newest = unite.precedence(Precedence::Newest);
    let merged = newest.merge(&schema, &[&a, &b, &c]).unwrap();
    assert_eq!(attribute(&merged, 1), "[\"z\", \"y\", \"x\"]");
    assert_eq!(since(&merged, 1), Some(day(5)));
}

#[test]
fn events_are_counted_once() {
    let schema = schema();
    let visit = || ActivityRecord::new("visit", day(1));
    let a = lead(&schema, "a", |b| {
        b.activity(visit())
            .activity(visit())
            .activity(visit().id("x").subject("of a"))
            .activity(visit().id("v").voided())
            .purchase(day(1), 5.0)
            .created_at(day(4))
    });
    let b = lead(&schema, "b", |b| {
        b.activity(visit())
            .activity(visit().id("x").subject("of b"))
            .activity(visit().id("v"))
            .activity(ActivityRecord::new("webinar", day(1)).voided())
            .purchase(day(1), 5.0)
            .purchase(day(1), 5.0)
            .purchase(day(1), 6.0)
            .created_at(day(3))
    });
    let c = lead(&schema, "c", |b| {
        b.activity(ActivityRecord::new("webinar", day(1)))
    });
    let merged = Merge::new().merge(&schema, &[&a, &b, &c]).unwrap();
    let mut seen = Vec::new();
    merged.activities(&mut |activity| seen.push((activity.id, activity.subject)));
    assert_eq!(
        seen,
        [(None, None), (None, None), (Some("x"), Some("of a"))]
    );
    assert_eq!(merged.purchase_count(), 3);
    assert_eq!(merged.created_at(), Some(day(3)));
}

#[test]
fn what_cannot_be_merged_is_said() {
    let schema = schema();
    assert_eq!(
        Merge::new().merge(&schema, &[]).unwrap_err().to_string(),
        "a merge needs at least one lead"
    );
    let other = SchemaSpec::new().build().unwrap();
    let a = lead(&schema, "a", |b| b);
    let b = lead(&other, "b", |b| b);
    assert_eq!(
        Merge::new()
            .merge(&schema, &[&a, &b])
            .unwrap_err()
            .to_string(),
        format!(
            "lead `a`: leads[1]: the lead is of schema `{}`, not of schema `{}`",
            other.id(),
            schema.id()
        )
    );
}

#[test]
fn the_largest_schema_fits() {
    let mut spec = SchemaSpec::new();
    for i in 0..u16::MAX {
        spec = spec.flag(i.to_string()).question(i.to_string());
    }
    let schema = spec.build().unwrap();
    let last = (u16::MAX - 1).to_string();
    let a = lead(&schema, "a", |b| {
        b.set(&last, true)
            .known_since(&last, day(1))
            .answer(&last, true)
            .answer_known_since(&last, day(2))
    });
    let merged = Merge::new().merge(&schema, &[&a, &a]).unwrap();
    assert_eq!(merged, a);
    let record = merged.to_record(&schema).unwrap();
    assert_eq!(record.attributes.len(), 1);
    assert_eq!(schema.read_lead(&record).unwrap(), a);
}

/// Activities whose content follows from the id, and some without an id, several of them equal.
fn pool() -> Vec<ActivityRecord> {
    let record = |i: i64| ActivityRecord::new("visit", day(i % 3)).subject(format!("/{}", i % 2));
    let named = (0..8).map(|i| record(i).id(format!("x{i}")));
    named.chain((0..12).map(record)).collect()
}

fn any_lead() -> impl Strategy<Value = Lead> {
    (
        subsequence(pool(), 0..=20),
        proptest::collection::vec(0..20_usize, 0..4),
        proptest::option::of("[ab]"),
        proptest::option::of(proptest::collection::vec("[ab]", 0..3)),
        proptest::option::of(0..3_i64),
        proptest::collection::vec((0..2_i64, 0..2_i32), 0..4),
    )
        .prop_map(|(activities, voided, title, labels, since, purchases)| {
            let schema = schema();
            let mut builder = Lead::builder(&schema, "a");
            for (i, mut activity) in activities.into_iter().enumerate() {
                activity.voided = voided.contains(&i);
                builder = builder.activity(activity);
            }
            for (at, amount) in purchases {
                builder = builder.purchase(day(at), amount.into());
            }
            if let Some(title) = title {
                builder = builder.set("title", title.as_str());
                builder = builder.answer("authority", title);
                if let Some(since) = since {
                    builder = builder.known_since("title", day(since));
                    builder = builder.answer_known_since("authority", day(since));
                }
            }
            if let Some(labels) = labels {
                builder = builder.set("labels", labels);
            }
            if let Some(since) = since {
                builder = builder.created_at(day(since)).overrule(ManualOverride {
                    dimension: "fit".into(),
                    score: Score::MIN,
                    reason: "r".into(),
                    set_at: day(since),
                    expires_at: None,
                });
            }
            builder.build().unwrap()
        })
}

fn any_merge() -> impl Strategy<Value = Merge> {
    let precedence = prop_oneof![Just(Precedence::Order), Just(Precedence::Newest)];
    let tags = prop_oneof![Just(TagMerge::Prefer), Just(TagMerge::Unite)];
    (precedence, tags).prop_map(|(precedence, tags)| Merge::new().precedence(precedence).tags(tags))
}

proptest! {
    #[test]
    fn merging_is_idempotent(a in any_lead(), b in any_lead(), merge in any_merge()) {
        let schema = schema();
        prop_assert_eq!(&merge.merge(&schema, &[&a]).unwrap(), &a);
        prop_assert_eq!(&merge.merge(&schema, &[&a, &a]).unwrap(), &a);
        let both = merge.merge(&schema, &[&a, &b]).unwrap();
        prop_assert_eq!(&merge.merge(&schema, &[&both, &both]).unwrap(), &both);
        prop_assert_eq!(merge.merge(&schema, &[&a, &b, &a, &b]).unwrap(), both);
    }

    #[test]
    fn order_of_leads_changes_no_event(
        a in any_lead(),
        b in any_lead(),
        c in any_lead(),
        merge in any_merge(),
    ) {
        let schema = schema();
        let one = merge.merge(&schema, &[&a, &b, &c]).unwrap();
        let other = merge.merge(&schema, &[&c, &a, &b]).unwrap();
        prop_assert_eq!(&one.history, &other.history);
        prop_assert_eq!(&one.purchases, &other.purchases);
        prop_assert_eq!(one.created_at, other.created_at);
    }

    #[test]
    fn a_merged_lead_comes_back(a in any_lead(), b in any_lead(), merge in any_merge()) {
        let schema = schema();
        let merged = merge.merge(&schema, &[&a, &b]).unwrap();
        prop_assert_eq!(schema.read_lead(&merged.to_record(&schema).unwrap()).unwrap(), merged);
    }
}
