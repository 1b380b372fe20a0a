use super::*;
use crate::lead::{Lead, LeadTable, LeadView, SchemaSpec};

const LEADS: usize = 3 * Batch::LEADS - 7;

fn schema() -> Schema {
    SchemaSpec::new()
        .kinds(["visit", "demo"])
        .product("crm")
        .build()
        .unwrap()
}

/// Activities in an order of their own, with repeats, and several at one moment.
fn activities(texts: &[String]) -> Vec<(usize, Activity<'_>)> {
    let all = (0..5 * LEADS).map(|i| {
        let lead = i * 7_919 % LEADS;
        let at = Moment::from_seconds(i64::try_from(i * 31 % 97).unwrap());
        let activity = Activity {
            at,
            kind: KindSlot::new(u16::from(i % 3 == 0)),
            id: (i % 2 == 0).then(|| &*texts[i]),
            product: (i % 5 == 0).then(|| ProductSlot::new(0)),
            subject: Some(&texts[i % 311]),
            channel: (i % 4 == 0).then(|| &*texts[i % 3]),
            value: (i % 6 == 0).then_some(-0.0),
        };
        (lead, activity)
    });
    let all: Vec<_> = all.collect();
    let again = all.iter().filter(|(_, activity)| activity.id.is_some());
    let again: Vec<_> = again.step_by(5).copied().collect();
    all.into_iter().chain(again).collect()
}

fn told(view: &dyn LeadView) -> Vec<String> {
    let mut all = Vec::new();
    view.activities(&mut |activity| all.push(format!("{activity:?}")));
    all
}

#[test]
fn batches_make_the_table_that_activities_one_by_one_make() {
    let schema = schema();
    let texts: Vec<String> = (0..5 * LEADS).map(|i| format!("text {i}")).collect();
    let all = activities(&texts);
    let ids = || (0..LEADS).map(|lead| lead.to_string());

    let mut leads: Vec<_> = ids().map(|id| Lead::builder(&schema, id)).collect();
    for (lead, activity) in &all {
        leads[*lead].add_activity(*activity);
    }
    let leads: Vec<Lead> = leads
        .into_iter()
        .map(|lead| lead.build().unwrap())
        .collect();

    let one_by_one = LeadTable::builder(&schema).ids(ids());
    let one_by_one = one_by_one.activities(all.iter().copied()).build().unwrap();

    let mut builder = LeadTable::builder(&schema).ids(ids());
    for (number, some) in all.chunks(2_000).enumerate() {
        let mut batch = ActivityBatch::new(&schema);
        for (lead, activity) in some {
            batch.push(*lead, activity);
            if number % 3 == 0 && batch.len() == 700 {
                batch.arrange();
            }
        }
        assert_eq!(batch.len(), some.len());
        if number % 2 == 0 {
            batch.arrange();
        }
        builder.add_batch(batch);
        // Some come one by one between the batches.
        if number == 1 {
            builder.add_activity(0, &Activity::new(KindSlot::new(0), Moment::MAX));
        }
    }
    let batched = builder.build().unwrap();
    assert_eq!(batched.activity_count(), one_by_one.activity_count() + 1);
    for ((lead, row), other) in leads.iter().zip(one_by_one.rows()).zip(batched.rows()) {
        assert_eq!(told(&row), told(lead));
        let mut batched = told(&other);
        if row.position() == 0 {
            batched.pop();
        }
        assert_eq!(batched, told(lead));
    }
}

#[test]
fn what_is_wrong_with_a_batch_is_said_when_it_is_added() {
    let schema = schema();
    let visit = Activity::new(KindSlot::new(0), Moment::from_seconds(0));
    let mut batch = ActivityBatch::new(&schema);
    assert!(batch.is_empty());
    batch.push(0, &visit);
    batch.push(1, &visit.value(f64::INFINITY));
    batch.push(7, &visit);
    batch.push(usize::MAX, &visit);
    batch.push(0, &Activity::new(KindSlot::new(9), visit.at).id("x"));
    assert_eq!(batch.len(), 5);
    let mut builder = LeadTable::builder(&schema).ids(["a", "b"]);
    builder.add_activity(1, &visit);
    builder.add_batch(batch);
    let other = SchemaSpec::new().kind("visit").build().unwrap();
    builder.add_batch(ActivityBatch::new(&other));
    let error = builder.build().unwrap_err();
    let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "activities: lead 7 is outside the table, which has 2".to_owned(),
            format!(
                "activities: lead {} is outside the table, which has 2",
                usize::MAX
            ),
            "lead `b`: activities[2]: value: expected a finite number, got `inf`".to_owned(),
            "lead `a`: activity `x`: kind slot 9 is outside the schema, which has 2".to_owned(),
            "activities: a batch of activities of another schema".to_owned(),
        ]
    );
}

#[test]
fn leads_that_contradict_themselves_can_be_left_out() {
    let schema = schema();
    let visit = |second| Activity::new(KindSlot::new(0), Moment::from_seconds(second)).id("x");
    let ids = || (0..300).map(|lead| format!("lead {lead}"));
    let build = || {
        let odd = (0..300).filter(|lead| lead % 2 == 1);
        let twice = odd.map(|lead| (lead, visit(2)));
        LeadTable::builder(&schema)
            .ids(ids())
            .activities((0..300).map(|lead| (lead, visit(1))))
            .activities(twice)
    };
    let (table, errors) = build().all_problems().build_sound().unwrap();
    assert_eq!((table.len(), table.activity_count()), (150, 150));
    let kept: Vec<_> = table.rows().map(|lead| lead.id().to_owned()).collect();
    let even: Vec<_> = ids().step_by(2).collect();
    assert_eq!(kept, even);
    assert_eq!(errors.len(), 150);
    assert_eq!(
        errors[149].to_string(),
        "lead `lead 299`: activity `x`: one id stands for different contents: at `1970-01-01T00:00:01Z` and \
         `1970-01-01T00:00:02Z`"
    );

    // More problems than are kept: then it is not known which leads are sound.
    let error = build().build_sound().unwrap_err();
    assert_eq!((error.problems().len(), error.more()), (100, 50));
    // What is wrong with the whole table is no matter of single leads.
    let builder = build().all_problems().numbers("seats", [None]);
    let error = builder.build_sound().unwrap_err();
    assert_eq!(
        error.problems()[0].to_string(),
        "attributes: unknown attribute `seats`"
    );
}
