use super::*;
use crate::lead::{Answer, QuestionSlot, SchemaSpec, Value};
use crate::score::Score;
use proptest::prelude::*;

fn schema() -> Schema {
    SchemaSpec::new()
        .number("seats")
        .text("note")
        .flag("consent")
        .date("founded")
        .tags("labels")
        .kinds(["visit", "webinar"])
        .product("crm")
        .question("budget")
        .question("authority")
        .build()
        .unwrap()
}

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

#[test]
fn answers_are_plain_data() {
    for (json, answer) in [
        ("true", AnswerValue::Flag(true)),
        ("5000.0", AnswerValue::from(5000.0)),
        ("\"2026-12-01\"", "2026-12-01".into()),
        (
            r#"{"by":"2026-12-01T00:00:00Z"}"#,
            moment("2026-12-01").into(),
        ),
    ] {
        assert_eq!(serde_json::to_string(&answer).unwrap(), json);
        assert_eq!(serde_json::from_str::<AnswerValue>(json).unwrap(), answer);
    }
    let date: AnswerValue = serde_json::from_str(r#"{"by":"2026-12-01"}"#).unwrap();
    assert_eq!(date.as_view(), Answer::By(moment("2026-12-01")));
    assert_eq!(
        serde_json::from_str::<AnswerValue>("5").unwrap().as_view(),
        Answer::Amount(5.0)
    );
    assert_eq!(AnswerValue::from(String::new()).as_view(), Answer::Unknown);
    assert_eq!(AnswerValue::from(false).as_view(), Answer::No);
    assert_eq!(AnswerValue::from(true).as_view(), Answer::Yes);
    assert!(serde_json::from_str::<AnswerValue>(r#"{"by":"2026-12-01","x":1}"#).is_err());
}

#[test]
fn what_is_empty_is_not_written() {
    let record = LeadRecord::new("a1");
    assert_eq!(serde_json::to_string(&record).unwrap(), r#"{"id":"a1"}"#);
    let visit = ActivityRecord::new("visit", moment("2026-03-01"));
    assert_eq!(
        serde_json::to_string(&visit).unwrap(),
        r#"{"kind":"visit","at":"2026-03-01T00:00:00Z"}"#
    );
    assert!(serde_json::from_str::<LeadRecord>(r#"{"id":"a1","idd":1}"#).is_err());
    assert!(
        serde_json::from_str::<LeadRecord>(
            r#"{"id":"a1","activities":[{"kind":"v","at":"2026-03-01","x":1}]}"#
        )
        .is_err()
    );
}

#[test]
fn records_come_back_from_json_and_toml() {
    let schema = schema();
    let json = r#"{
        "id": "a1", "created_at": "2026-01-01",
        "attributes": {
            "seats": 0.1, "note": "2026-03-01", "consent": false, "founded": "2019-05-01",
            "labels": ["vip", "eu"]
        },
        "known_since": { "seats": "2026-02-01" },
        "answers": { "budget": { "by": "2026-12-01" }, "authority": "user" },
        "answers_known_since": { "budget": "2026-02-02" },
        "activities": [
            { "kind": "webinar", "at": "2026-03-02", "id": "x7", "product": "crm", "value": 2 },
            { "kind": "visit", "at": "2026-03-01", "subject": "/a", "channel": "web", "voided": true }
        ],
        "purchases": [{ "at": "2026-03-03", "amount": 12.5 }],
        "overrides": [{ "dimension": "fit", "score": 80, "reason": "met", "set_at": "2026-03-04" }]
    }"#;
    let lead = schema
        .read_lead(&serde_json::from_str(json).unwrap())
        .unwrap();
    assert!(matches!(
        lead.attribute(AttributeSlot::new(1)),
        Value::Text("2026-03-01")
    ));
    assert!(matches!(
        lead.attribute(AttributeSlot::new(3)),
        Value::Date(_)
    ));
    assert_eq!(lead.answer(QuestionSlot::new(1)), Answer::Level("user"));
    assert_eq!(lead.activity_count(), 1);

    let record = lead.to_record(&schema).unwrap();
    assert_eq!(record.activities.len(), 2);
    assert_eq!(schema.read_lead(&record).unwrap(), lead);
    let json = serde_json::to_string(&record).unwrap();
    assert_eq!(
        schema
            .read_lead(&serde_json::from_str(&json).unwrap())
            .unwrap(),
        lead
    );
    let toml = toml::to_string(&record).unwrap();
    assert_eq!(
        schema.read_lead(&toml::from_str(&toml).unwrap()).unwrap(),
        lead
    );
}

#[test]
fn strict_reading_names_every_unknown_name_once() {
    let schema = schema();
    let at = moment("2026-03-01");
    let mut record = LeadRecord::new("a1");
    record.attributes.insert("sets".into(), None);
    record.attributes.insert("consent".into(), None);
    record.known_since.insert("sets".into(), at);
    record.known_since.insert("foundet".into(), at);
    record.answers.insert("budge".into(), true.into());
    record.answers_known_since.insert("budge".into(), at);
    record
        .activities
        .push(ActivityRecord::new("vist", at).product("cmr"));
    assert_eq!(
        schema.read_lead(&record).unwrap_err().to_string(),
        "lead `a1`: attributes: unknown attribute `sets`, did you mean `seats`?; \
         known_since: unknown attribute `foundet`, did you mean `founded`?; \
         answers: unknown question `budge`, did you mean `budget`?; \
         activities[0]: unknown kind `vist`, did you mean `visit`?; \
         activities[0]: unknown product `cmr`, did you mean `crm`?"
    );
}

#[test]
fn a_lead_is_written_through_its_own_schema() {
    let other = SchemaSpec::new().build().unwrap();
    let schema = schema();
    let lead = Lead::builder(&schema, "a1").build().unwrap();
    assert_eq!(
        lead.to_record(&other).unwrap_err().to_string(),
        format!(
            "lead `a1`: the lead is of schema `{}`, not of schema `{}`",
            schema.id(),
            other.id()
        )
    );
}

fn any_moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        any::<i64>().prop_map(Moment::from_micros),
        Just(moment("2026-03-01"))
    ]
}

fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("finite", |number| number.is_finite())
}

proptest! {
    #[test]
    fn any_lead_comes_back(
        id in ".{1,9}",
        seats in proptest::option::of(finite()),
        note in ".{0,9}",
        founded in proptest::option::of(any_moment()),
        labels in proptest::option::of(proptest::collection::vec(".{0,3}", 0..3)),
        budget in proptest::option::of(finite()),
        activities in proptest::collection::vec(
            (any_moment(), "[ab]{0,2}", ".{0,3}", any::<bool>(), proptest::option::of(finite()), any::<bool>()),
            0..6,
        ),
        purchases in proptest::collection::vec((any_moment(), finite()), 0..4),
        since in any_moment(),
        score in 0.0..=100.0_f64,
    ) {
        let schema = schema();
        let mut builder = Lead::builder(&schema, id).set("note", note).created_at(since);
        if let Some(seats) = seats {
            builder = builder.set("seats", seats).known_since("seats", since);
        }
        if let Some(founded) = founded {
            builder = builder.set("founded", founded);
        }
        if let Some(labels) = labels {
            builder = builder.set("labels", labels);
        }
        if let Some(budget) = budget {
            builder = builder.answer("budget", budget).answer_known_since("budget", since);
            builder = builder.answer("authority", AnswerValue::by(since));
        }
        for (i, (at, id, subject, product, value, voided)) in activities.into_iter().enumerate() {
            let mut activity = ActivityRecord::new("visit", at).subject(subject);
            activity.id = (!id.is_empty()).then(|| format!("{id}{i}"));
            activity.product = product.then(|| "crm".to_owned());
            activity.value = value;
            activity.voided = voided;
            builder = builder.activity(activity);
        }
        for (at, amount) in purchases {
            builder = builder.purchase(at, amount);
        }
        let lead = builder
            .overrule(ManualOverride {
                dimension: "fit".into(),
                score: Score::new(score).unwrap(),
                reason: String::new(),
                set_at: since,
                expires_at: None,
            })
            .build()
            .unwrap();
        let record = lead.to_record(&schema).unwrap();
        let json = serde_json::to_string(&record).unwrap();
        let read: LeadRecord = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(schema.read_lead(&read).unwrap(), lead);
    }
}
