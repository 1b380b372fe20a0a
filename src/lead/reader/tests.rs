use super::*;
use crate::lead::{ActivityRecord, LeadView, Moment, SchemaSpec};

fn schema() -> Schema {
    SchemaSpec::new()
        .number("seats")
        .kind("visit")
        .kind("webinar")
        .product("crm")
        .question("budget")
        .build()
        .unwrap()
}

fn shown(reader: &LeadReader<'_>) -> Vec<String> {
    reader.left_out().iter().map(ToString::to_string).collect()
}

#[test]
fn unknown_names_are_left_out_and_counted() {
    let schema = schema();
    let at = Moment::from_seconds(0);
    let mut record = LeadRecord::new("a1");
    record.attributes.insert("seats".into(), Some(3.into()));
    record.attributes.insert("sets".into(), Some(3.into()));
    record.attributes.insert("city".into(), None);
    record.known_since.insert("sets".into(), at);
    record.known_since.insert("size".into(), at);
    record.answers.insert("bugdet".into(), true.into());
    record.answers_known_since.insert("bugdet".into(), at);
    record.activities = vec![
        ActivityRecord::new("visit", at).product("cmr"),
        ActivityRecord::new("visit", at).product(""),
        ActivityRecord::new("webinr", at).product("never read"),
        ActivityRecord::new("zzzzzzzz", at),
    ];
    let mut reader = LeadReader::new(&schema);
    assert_eq!(shown(&reader), Vec::<String>::new());
    for _ in 0..12 {
        let lead = reader.read(&record).unwrap();
        assert_eq!(lead.activity_count(), 2);
        lead.activities(&mut |activity| assert_eq!(activity.product, None));
    }
    assert_eq!(reader.kind("zzzzzzzz"), None);
    assert_eq!(
        shown(&reader),
        [
            "unknown attribute `city` (12 times)",
            "unknown attribute `sets` (12 times), did you mean `seats`?",
            "unknown attribute `size` (12 times)",
            "unknown kind `webinr` (12 times), did you mean `webinar`?",
            "unknown kind `zzzzzzzz` (13 times)",
            "unknown product `cmr` (12 times), did you mean `crm`?",
            "unknown question `bugdet` (12 times), did you mean `budget`?",
        ]
    );
    let first = &reader.left_out()[1];
    assert_eq!(
        (
            first.what(),
            first.name(),
            first.count(),
            first.did_you_mean()
        ),
        ("attribute", "sets", 12, Some("seats"))
    );
}

#[test]
fn lookups_count_what_is_unknown() {
    let schema = schema();
    let mut reader = LeadReader::new(&schema);
    assert_eq!(reader.attribute("seats"), Some(AttributeSlot::new(0)));
    assert_eq!(reader.kind("webinar"), Some(KindSlot::new(1)));
    assert_eq!(reader.product("crm"), Some(ProductSlot::new(0)));
    assert_eq!(reader.attribute("visit"), None);
    assert_eq!(reader.product("visit"), None);
    assert_eq!(
        shown(&reader),
        [
            "unknown attribute `visit` (once)",
            "unknown product `visit` (once)"
        ]
    );
    assert_eq!(reader.schema().id(), schema.id());
}

#[test]
fn other_problems_are_errors() {
    let schema = schema();
    let mut record = LeadRecord::new("a1");
    record
        .attributes
        .insert("seats".into(), Some("many".into()));
    assert_eq!(
        LeadReader::new(&schema)
            .read(&record)
            .unwrap_err()
            .to_string(),
        "lead `a1`: attribute `seats`: expected number, got the text `many`"
    );
}

#[test]
fn readers_of_one_file_add_up() {
    let schema = schema();
    let mut all = LeadReader::new(&schema);
    for times in 1..=2 {
        let mut reader = LeadReader::new(&schema);
        (0..times).for_each(|_| assert_eq!(reader.kind("visti"), None));
        assert_eq!(reader.product("crn"), None);
        all.append(&reader);
    }
    assert_eq!(
        shown(&all),
        [
            "unknown kind `visti` (3 times), did you mean `visit`?",
            "unknown product `crn` (2 times), did you mean `crm`?",
        ]
    );
}
