use super::*;
use crate::lead::{Answer, KindSlot, LeadView, ProductSlot, SchemaSpec, Value};
use crate::score::Score;

fn schema() -> Schema {
    SchemaSpec::new()
        .number("seats")
        .text("title")
        .flag("consent")
        .date("founded")
        .tags("labels")
        .kinds(["visit", "webinar"])
        .product("crm")
        .product("erp")
        .question("budget")
        .question("authority")
        .build()
        .unwrap()
}

fn day(day: i64) -> Moment {
    Moment::from_seconds(day * 86_400)
}

fn manual(set_at: Moment, expires_at: Option<Moment>) -> ManualOverride {
    ManualOverride {
        dimension: "fit".into(),
        score: Score::MAX,
        reason: "met them".into(),
        set_at,
        expires_at,
    }
}

fn problems(builder: LeadBuilder<'_>) -> Vec<String> {
    let error = builder.build().unwrap_err();
    error.problems().iter().map(ToString::to_string).collect()
}

fn visited(lead: &Lead) -> Vec<Activity<'_>> {
    let mut all = Vec::new();
    lead.activities(&mut |activity| all.push(activity));
    all
}

#[test]
fn what_is_given_is_seen() {
    let schema = schema();
    let lead = Lead::builder(&schema, "a1")
        .set("seats", 80)
        .set_slot(AttributeSlot::new(1), "CTO".into())
        .set("founded", "2019-05-01")
        .set("labels", ["eu", "vip"])
        .created_at(day(1))
        .activity(
            ActivityRecord::new("webinar", day(9))
                .product("erp")
                .subject(""),
        )
        .push(Activity::new(KindSlot::new(0), day(3)).id("x").value(-0.0))
        .purchase(day(5), 2.0)
        .purchase(day(4), 3.0)
        .purchase(day(4), -0.0)
        .answer("budget", 5000.0)
        .answer("authority", "decision_maker")
        .known_since("seats", day(2))
        .answer_known_since("budget", day(3))
        .overrule(manual(day(2), None))
        .overrule(manual(day(1), None))
        .overrule(manual(day(2), None))
        .build()
        .unwrap();
    let attribute = |slot| format!("{:?}", lead.attribute(AttributeSlot::new(slot)));
    assert_eq!(
        (0..6).map(attribute).collect::<Vec<_>>(),
        [
            "Number(80.0)",
            "Text(\"CTO\")",
            "Missing",
            "Date(Moment(1556668800000000))",
            "[\"eu\", \"vip\"]",
            "Missing"
        ]
    );
    assert_eq!((lead.id(), lead.created_at()), ("a1", Some(day(1))));
    assert_eq!(
        visited(&lead),
        [
            Activity::new(KindSlot::new(0), day(3)).id("x").value(0.0),
            Activity::new(KindSlot::new(1), day(9)).product(ProductSlot::new(1)),
        ]
    );
    let mut bought = Vec::new();
    lead.purchases(&mut |p| bought.push((p.at, p.amount.to_bits())));
    assert_eq!(
        bought,
        [(day(4), 0.0), (day(4), 3.0), (day(5), 2.0)].map(|(at, n): (_, f64)| (at, n.to_bits()))
    );
    assert_eq!(lead.purchase_count(), 3);
    assert_eq!(lead.answer(QuestionSlot::new(0)), Answer::Amount(5000.0));
    assert_eq!(
        lead.answer(QuestionSlot::new(1)),
        Answer::Level("decision_maker")
    );
    assert!(lead.dates_facts() && lead.in_order());
    let since = |fact| lead.known_since(fact);
    assert_eq!(since(Fact::Attribute(AttributeSlot::new(0))), Some(day(2)));
    assert_eq!(since(Fact::Attribute(AttributeSlot::new(1))), None);
    assert_eq!(since(Fact::Answer(QuestionSlot::new(0))), Some(day(3)));
    let mut overrides = Vec::new();
    lead.overrides(&mut |manual| overrides.push(manual.set_at));
    assert_eq!(overrides, [day(1), day(2)]);
}

#[test]
fn a_lead_without_facts_is_empty() {
    let schema = schema();
    let lead = Lead::builder(&schema, "a1")
        .set("title", "")
        .set("seats", "")
        .answer("authority", "")
        .build()
        .unwrap();
    assert_eq!(lead, Lead::builder(&schema, "a1").build().unwrap());
    assert!(matches!(
        lead.attribute(AttributeSlot::new(1)),
        Value::Missing
    ));
    assert_eq!(lead.answer(QuestionSlot::new(1)), Answer::Unknown);
    assert!(!lead.dates_facts());
    assert_eq!(lead.activity_count(), 0);
    let tagged = Lead::builder(&schema, "a1").set("labels", Vec::new());
    assert_ne!(tagged.build().unwrap(), lead);
}

#[test]
fn all_problems_at_once() {
    let schema = schema();
    let builder = Lead::builder(&schema, "")
        .set("seats", "many")
        .set("seats", f64::NAN)
        .set("sets", 3)
        .set("title", "CTO")
        .set("title", "")
        .set("title", "CTO")
        .set("title", "CEO")
        .set_slot(AttributeSlot::new(9), true.into())
        .known_since("consent", day(1))
        .known_since("title", day(1))
        .known_since("title", day(2))
        .known_since("tilte", day(1))
        .answer("budget", f64::INFINITY)
        .answer("authority", true)
        .answer("authority", "user")
        .answer("need", true)
        .answer_known_since("budget", day(1))
        .answer_known_since("bugdet", day(1))
        .purchase(day(1), 1.0)
        .purchase(day(1), f64::NAN)
        .purchase(day(1), f64::NAN)
        .overrule(manual(day(2), Some(day(2))))
        .overrule(ManualOverride {
            dimension: String::new(),
            ..manual(day(2), None)
        });
    assert_eq!(
        problems(builder),
        [
            "attribute `seats`: expected number, got the text `many`",
            "attribute `seats`: expected a finite number, got `NaN`",
            "attributes: unknown attribute `sets`, did you mean `seats`?",
            "attribute `title`: set twice, to the text `CTO` and to the text `CEO`",
            "attributes: attribute slot 9 is outside the schema, which has 5",
            "attribute `title`: known since `1970-01-02T00:00:00Z` and since `1970-01-03T00:00:00Z`",
            "known_since: unknown attribute `tilte`, did you mean `title`?",
            "answer `budget`: expected a finite number, got `inf`",
            "answer `authority`: set twice, to the flag `true` and to the text `user`",
            "answers: unknown question `need`",
            "answers_known_since: unknown question `bugdet`, did you mean `budget`?",
            "purchases[1]: expected a finite number, got `NaN`",
            "purchases[2]: expected a finite number, got `NaN`",
            "override of `fit`: expires at `1970-01-03T00:00:00Z`, not after it begins at `1970-01-03T00:00:00Z`",
            "overrides: a dimension's name must not be empty",
            "id: a lead's id must not be empty",
            "attribute `consent`: has a time since when it is known, but no value",
            "answer `budget`: has a time since when it is known, but no value",
        ]
    );
}

#[test]
fn problems_of_activities_name_them() {
    let schema = schema();
    let record = |kind: &str| ActivityRecord::new(kind, day(1));
    let builder = Lead::builder(&schema, "a1")
        .activity(record("visit"))
        .activity(record("vist").product("cmr").value(f64::NAN))
        .activity(record("visit").id("x7").product("cmr"))
        .activity(record("webinr").id(""))
        .activity(record("visit").id("").value(f64::NEG_INFINITY))
        .push(Activity::new(KindSlot::new(2), day(1)).product(ProductSlot::new(u16::MAX)));
    assert_eq!(
        problems(builder),
        [
            "activities[1]: unknown kind `vist`, did you mean `visit`?",
            "activities[1]: unknown product `cmr`, did you mean `crm`?",
            "activities[1]: value: expected a finite number, got `NaN`",
            "activity `x7`: unknown product `cmr`, did you mean `crm`?",
            "activities[3]: unknown kind `webinr`, did you mean `webinar`?",
            "activities[3]: an activity's id must not be empty",
            "activities[4]: an activity's id must not be empty",
            "activities[4]: value: expected a finite number, got `-inf`",
            "activities[5]: kind slot 2 is outside the schema, which has 2",
            "activities[5]: product slot 65535 is outside the schema, which has 2",
        ]
    );
}

#[test]
fn one_id_is_one_activity() {
    let schema = schema();
    let visit = || ActivityRecord::new("visit", day(1)).id("x").subject("/a");
    let nameless = ActivityRecord::new("visit", day(1));
    let lead = Lead::builder(&schema, "a1")
        .activity(visit())
        .activity(visit())
        .activity(nameless.clone())
        .activity(nameless)
        .build()
        .unwrap();
    assert_eq!(lead.activity_count(), 3);

    let other = ActivityRecord::new("webinar", day(2))
        .id("x")
        .product("crm")
        .value(3.0);
    assert_eq!(
        problems(
            Lead::builder(&schema, "a1")
                .activity(visit())
                .activity(other)
        ),
        [
            "activity `x`: one id stands for different contents: at `1970-01-02T00:00:00Z` and \
             `1970-01-03T00:00:00Z`, kind `visit` and `webinar`, product none and `crm`, \
             subject `/a` and none, value none and `3`"
        ]
    );
    let long = |end| "x".repeat(100) + end;
    assert_eq!(
        problems(
            Lead::builder(&schema, "a1")
                .activity(visit().subject(long("a")))
                .activity(visit().subject(long("b")))
        ),
        ["activity `x`: one id stands for different long texts"]
    );
}

#[test]
fn voided_anywhere_is_voided() {
    let schema = schema();
    let visit = || ActivityRecord::new("visit", day(1)).id("x");
    let voided = Lead::builder(&schema, "a1")
        .activity(visit().voided())
        .build()
        .unwrap();
    assert_eq!(voided.activity_count(), 0);
    assert_eq!(visited(&voided), []);
    for reports in [[visit(), visit().voided()], [visit().voided(), visit()]] {
        let [first, second] = reports;
        let lead = Lead::builder(&schema, "a1")
            .activity(first)
            .activity(second);
        assert_eq!(lead.build().unwrap(), voided);
    }
    let mut builder = Lead::builder(&schema, "a1");
    builder.void("x");
    builder.void("never seen");
    builder.add_activity(Activity::new(KindSlot::new(0), day(1)).id("x"));
    assert_eq!(builder.build().unwrap(), voided);
}

#[test]
fn order_of_facts_does_not_matter() {
    let schema = schema();
    let build = |back: bool| {
        let mut activities: Vec<_> = (0..50)
            .map(|i| {
                ActivityRecord::new("visit", day(i % 5))
                    .id(format!("x{}", i % 40))
                    .channel("web")
            })
            .map(|record| ActivityRecord {
                at: day(0),
                ..record
            })
            .collect();
        if back {
            activities.reverse();
        }
        let mut builder = Lead::builder(&schema, "a1");
        for activity in activities {
            builder = builder.activity(activity);
        }
        builder.build().unwrap()
    };
    assert_eq!(build(false), build(true));
    assert_eq!(build(false).activity_count(), 40);
}

#[test]
fn a_million_activities_build_quickly() {
    let schema = schema();
    let mut builder = Lead::builder(&schema, "a1");
    for i in 0..1_000_000_u32 {
        let id = format!("{}", i % 900_000);
        let at = Moment::from_seconds(i64::from((i % 900_000).reverse_bits()));
        builder.add_activity(Activity::new(KindSlot::new(0), at).id(&id).channel("web"));
    }
    assert_eq!(builder.build().unwrap().activity_count(), 900_000);
}

#[test]
fn builders_move_and_stay_small() {
    fn check<T: Send + Sync>() {}
    check::<LeadBuilder<'_>>();
    assert!(
        size_of::<LeadBuilder<'_>>() <= 300,
        "{}",
        size_of::<LeadBuilder<'_>>()
    );
}
