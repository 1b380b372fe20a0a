use super::*;
use crate::lead::{
    Activity, Answer, AnswerValue, AttributeValue, Fact, KindSlot, LeadView, ManualOverride,
    ProductSlot, Purchase, QuestionSlot, SchemaSpec, Value,
};
use crate::score::Score;

fn schema() -> Schema {
    SchemaSpec::new()
        .text("title")
        .number("seats")
        .flag("trial")
        .date("renewal")
        .tags("tags")
        .kinds(["visit", "demo"])
        .product("crm")
        .question("authority")
        .build()
        .unwrap()
}

fn at(day: i64) -> Moment {
    Moment::from_seconds(day * 86_400)
}

fn visit(day: i64) -> Activity<'static> {
    Activity::new(KindSlot::new(0), at(day))
}

fn manual() -> ManualOverride {
    ManualOverride {
        dimension: "fit".into(),
        score: Score::saturating(70.0).unwrap(),
        reason: "met in person".into(),
        set_at: at(3),
        expires_at: None,
    }
}

fn leads(schema: &Schema) -> Vec<Lead> {
    let full = Lead::builder(schema, "a")
        .created_at(at(1))
        .set("title", "Head of Sales")
        .set("seats", 80)
        .set("trial", false)
        .set("renewal", at(9))
        .set("tags", ["vip", "eu"])
        .push(visit(5).id("v5").subject("/pricing").channel("web"))
        .push(visit(2).product(ProductSlot::new(0)).value(3.5))
        .push(visit(2).id("v2").subject("/pricing"))
        .purchase(at(7), 20.0)
        .purchase(at(4), -5.0)
        .answer("authority", "decision_maker")
        .known_since("seats", at(2))
        .answer_known_since("authority", at(3))
        .overrule(manual())
        .build();
    let empty = Lead::builder(schema, "b").build();
    let mut voided = Lead::builder(schema, "c")
        .set("title", "Head of Sales")
        .set("trial", true)
        .set("tags", AttributeValue::Tags(Vec::new()))
        .push(visit(1).id("x"))
        .push(visit(3));
    voided.void("x");
    vec![full.unwrap(), empty.unwrap(), voided.build().unwrap()]
}

/// Everything that a view says, in words.
fn told(schema: &Schema, view: &dyn LeadView) -> String {
    let mut all = vec![format!("{:?} {:?}", view.schema(), view.created_at())];
    for slot in (0..)
        .take(schema.attributes().len())
        .map(AttributeSlot::new)
    {
        let since = view.known_since(Fact::Attribute(slot));
        all.push(format!("{:?} {since:?}", view.attribute(slot)));
    }
    view.activities(&mut |activity| all.push(format!("{activity:?}")));
    view.purchases(&mut |purchase| all.push(format!("{purchase:?}")));
    let question = QuestionSlot::new(0);
    all.push(format!(
        "{:?} {:?} {}",
        view.answer(question),
        view.known_since(Fact::Answer(question)),
        view.dates_facts()
    ));
    view.overrides(&mut |manual| all.push(format!("{manual:?}")));
    all.join("\n")
}

#[test]
fn ids_of_activities_are_left_out_where_no_scorer_looks_at_them() {
    let schema = schema();
    let table = LeadTable::from_leads(&schema, &leads(&schema)).unwrap();
    let row = table.row(0).unwrap();
    let gathered = |row: LeadRow<'_>| {
        let mut all = Vec::new();
        assert!(row.append_activities(Moment::MIN, Moment::MAX, &mut all));
        let what = all.iter().map(|one| (one.id.map(str::to_owned), one.at));
        what.collect::<Vec<_>>()
    };
    let id = |id: &str| Some(id.to_owned());
    let days = [(None, at(2)), (id("v2"), at(2)), (id("v5"), at(5))];
    assert_eq!(gathered(row), days);
    assert_eq!(gathered(row.without_ids()), days.map(|(_, at)| (None, at)));
    // Whoever visits them sees the ids all the same.
    let mut visited = Vec::new();
    let bare = row.without_ids();
    bare.activities(&mut |one| visited.push(one.id));
    assert_eq!(visited, [None, Some("v2"), Some("v5")]);
}

#[test]
fn rows_say_what_the_leads_say() {
    let schema = schema();
    let leads = leads(&schema);
    let table = LeadTable::from_leads(&schema, &leads).unwrap();
    assert_eq!((table.len(), table.activity_count()), (3, 4));
    assert_eq!(table.purchase_count(), 2);
    for (row, lead) in table.rows().zip(&leads) {
        assert_eq!(told(&schema, &row), told(&schema, lead));
        assert_eq!(row.id(), lead.id());
        assert_eq!(row.activity_count(), lead.activity_count());
        assert_eq!(row.purchase_count(), lead.purchase_count());
    }
    assert!(table.row(3).is_none());
    assert_eq!(
        format!("{table:?}"),
        "LeadTable { leads: 3, activities: 4, purchases: 2, .. }"
    );
    assert_eq!(
        format!("{:?}", table.row(2).unwrap()),
        "LeadRow { row: 2, id: \"c\", .. }"
    );
}

#[test]
fn columns_make_the_same_table() {
    let schema = schema();
    let leads = leads(&schema);
    let mut builder = LeadTable::builder(&schema)
        .ids(["a", "b", "c"])
        .created_at([Some(at(1)), None, None])
        .texts(
            "title",
            [Some("Head of Sales"), Some(""), Some("Head of Sales")],
        )
        .numbers("seats", [Some(80.0), None, None])
        .flags("trial", [Some(false), None, Some(true)])
        .values("renewal", [Some("1970-01-10".into()), None, None])
        .tags("tags", [Some(vec!["vip", "", "eu"]), None, Some(vec![])])
        .activities([
            (2, visit(3)),
            (0, visit(5).id("v5").subject("/pricing").channel("web")),
            (2, visit(1).id("x")),
            (0, visit(2).id("v2").subject("/pricing")),
            (0, visit(2).product(ProductSlot::new(0)).value(3.5)),
            (0, visit(2).id("v2").subject("/pricing")), // a replay
        ])
        .purchases([(7, 20.0), (4, -5.0)].map(|(day, amount)| {
            (
                0,
                Purchase {
                    at: at(day),
                    amount,
                },
            )
        }))
        .answers("authority", [(0, "decision_maker"), (1, "")])
        .known_since("seats", [(0, at(2))])
        .answers_known_since("authority", [(0, at(3))])
        .overrides([(0, manual()), (0, manual())]);
    builder.void(2, "x");
    builder.void(1, "x");
    let table = builder.build().unwrap();
    for (row, lead) in table.rows().zip(&leads) {
        assert_eq!(told(&schema, &row), told(&schema, lead));
    }
}

#[test]
fn nothing_is_a_table() {
    let table = LeadTable::builder(&schema()).build().unwrap();
    assert!(table.is_empty());
    assert!(table.row(0).is_none());
}

#[test]
fn slots_and_rows_beyond_say_nothing() {
    let schema = schema();
    let table = LeadTable::from_leads(&schema, &leads(&schema)).unwrap();
    let row = LeadRow::new(&table, usize::MAX);
    assert!(matches!(
        row.attribute(AttributeSlot::new(0)),
        Value::Missing
    ));
    assert!(matches!(
        table.row(0).unwrap().attribute(AttributeSlot::new(99)),
        Value::Missing
    ));
    assert_eq!(row.answer(QuestionSlot::new(0)), Answer::Unknown);
    row.activities(&mut |_| panic!("there is none"));
    assert_eq!((row.id(), row.created_at()), ("", None));
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of all that can be wrong")]
fn what_is_wrong_is_said() {
    let other = SchemaSpec::new().build().unwrap();
    let foreign = Lead::builder(&other, "f").build().unwrap();
    let schema = schema();
    let two = || LeadTable::builder(&schema).ids(["a", "b"]);
    let late = ManualOverride {
        expires_at: Some(at(1)),
        dimension: String::new(),
        ..manual()
    };
    let mut with_foreign = LeadTable::builder(&schema);
    with_foreign.add_lead(&foreign);
    let foreign = format!(
        "lead `f`: the lead is of schema `{}`, not of schema `{}`",
        other.id(),
        schema.id()
    );
    let cases: Vec<(LeadTableBuilder<'_>, &str)> = vec![
        (
            LeadTable::builder(&schema).ids(["a", ""]),
            "leads[1]: id: a lead's id must not be empty",
        ),
        (
            two().numbers("seats", [Some(f64::NAN), None]),
            "lead `a`: attribute `seats`: expected a finite number, got `NaN`",
        ),
        (
            two().numbers("sets", [None, None]),
            "attributes: unknown attribute `sets`, did you mean `seats`?",
        ),
        (
            two().numbers("title", [None, None]),
            "attribute `title`: expected text, got a column of number",
        ),
        (
            two().values("seats", [None, Some("many".into())]),
            "lead `b`: attribute `seats`: expected number, got the text `many`",
        ),
        (
            two().numbers("seats", [None, None, Some(1.0)]),
            "attribute `seats`: 3 values for 2 leads",
        ),
        (two().created_at([None]), "created_at: 1 values for 2 leads"),
        (
            two()
                .texts("title", [Some("x"), None])
                .texts("title", [Some("y"), Some("z")]),
            "lead `a`: attribute `title`: set twice, to the text `x` and to the text `y`",
        ),
        (
            two()
                .numbers("seats", [Some(1.0), None])
                .numbers("seats", [Some(2.0), None]),
            "lead `a`: attribute `seats`: set twice, to the number `1` and to the number `2`",
        ),
        (
            two()
                .flags("trial", [Some(true), None])
                .flags("trial", [Some(false), None]),
            "lead `a`: attribute `trial`: set twice, to the flag `true` and to the flag `false`",
        ),
        (
            two()
                .tags("tags", [Some(["x"]), None])
                .tags("tags", [Some(["y"]), None]),
            "lead `a`: attribute `tags`: set twice, to 1 tags and to 1 tags",
        ),
        (
            two()
                .dates("renewal", [Some(at(1)), None])
                .dates("renewal", [Some(at(2)), None]),
            "lead `a`: attribute `renewal`: set twice, to the date `1970-01-02T00:00:00Z` \
             and to the date `1970-01-03T00:00:00Z`",
        ),
        (
            two().activities([(2, visit(1))]),
            "activities: lead 2 is outside the table, which has 2",
        ),
        (
            two().activities([
                (0, visit(1)),
                (1, visit(1).id("")),
                (1, visit(1).value(f64::INFINITY)),
            ]),
            "lead `b`: activities[1]: an activity's id must not be empty; \
             lead `b`: activities[2]: value: expected a finite number, got `inf`",
        ),
        (
            two().activities([(0, Activity::new(KindSlot::new(2), at(1)).id("k"))]),
            "lead `a`: activity `k`: kind slot 2 is outside the schema, which has 2",
        ),
        (
            two().activities([(0, visit(1).product(ProductSlot::new(1)))]),
            "lead `a`: activities[0]: product slot 1 is outside the schema, which has 1",
        ),
        (
            two().activities([
                (1, visit(1).id("k")),
                (0, visit(1).id("k")),
                (1, visit(2).id("k")),
            ]),
            "lead `b`: activity `k`: one id stands for different contents: at `1970-01-02T00:00:00Z` \
             and `1970-01-03T00:00:00Z`",
        ),
        (
            two().purchases([
                (
                    0,
                    Purchase {
                        at: at(1),
                        amount: 1.0,
                    },
                ),
                (
                    1,
                    Purchase {
                        at: at(1),
                        amount: f64::NAN,
                    },
                ),
            ]),
            "lead `b`: purchases[1]: expected a finite number, got `NaN`",
        ),
        (
            two().answers("authorty", [(0, true)]),
            "answers: unknown question `authorty`, did you mean `authority`?",
        ),
        (
            two().answers("authority", [(0, AnswerValue::Amount(f64::NAN))]),
            "lead `a`: answer `authority`: expected a finite number, got `NaN`",
        ),
        (
            two().answers("authority", [(1, true), (1, false)]),
            "lead `b`: answer `authority`: set twice, to the flag `true` and to the flag `false`",
        ),
        (
            two().known_since("seats", [(1, at(1))]),
            "lead `b`: attribute `seats`: has a time since when it is known, but no value",
        ),
        (
            two()
                .numbers("seats", [None, Some(1.0)])
                .known_since("seats", [(1, at(1)), (1, at(2))]),
            "lead `b`: attribute `seats`: known since `1970-01-02T00:00:00Z` and since `1970-01-03T00:00:00Z`",
        ),
        (
            two().overrides([(0, late)]),
            "lead `a`: overrides: a dimension's name must not be empty; \
             lead `a`: override of ``: expires at `1970-01-02T00:00:00Z`, not after it begins at \
             `1970-01-04T00:00:00Z`",
        ),
        (with_foreign, &foreign),
    ];
    for (builder, message) in cases {
        assert_eq!(builder.build().unwrap_err().to_string(), message);
    }
}

#[test]
fn many_problems_are_counted() {
    let schema = schema();
    let error = LeadTable::builder(&schema)
        .ids((0..250).map(|i| i.to_string()))
        .numbers("seats", vec![Some(f64::NAN); 250])
        .build()
        .unwrap_err();
    assert_eq!((error.problems().len(), error.more()), (100, 150));
    assert_eq!(error.problems()[99].row(), Some(99));
    assert!(error.to_string().ends_with("; and 150 more"));
}

#[test]
fn tables_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<LeadTable>();
    check::<TableError>();
}

#[test]
fn activities_are_appended_as_they_are_visited_however_wide_their_codes_are() {
    let schema = schema();
    // Subjects by one byte, by two and by four; of the others as many as there must be.
    for distinct in [1, 200, 300, 70_000] {
        let subjects: Vec<String> = (0..distinct).map(|number| format!("/{number}")).collect();
        let all: Vec<_> = (0_i64..)
            .zip(&subjects)
            .map(|(day, subject)| {
                let activity = Activity::new(KindSlot::new((day % 2 == 0).into()), at(day % 1_000));
                let activity = Activity {
                    subject: (day % 5 != 1).then_some(subject),
                    ..activity
                };
                match day % 3 {
                    0 => activity.product(ProductSlot::new(0)).channel("web"),
                    1 => activity.value(2.5).channel("mail"),
                    _ => activity,
                }
            })
            .collect();
        let leads = all
            .chunks(distinct / 3 + 1)
            .enumerate()
            .map(|(number, some)| {
                let lead = Lead::builder(&schema, format!("l{number}"));
                let lead = some
                    .iter()
                    .fold(lead, |lead, &activity| lead.push(activity));
                lead.build().unwrap()
            });
        let leads: Vec<Lead> = leads.collect();
        let table = LeadTable::from_leads(&schema, &leads).unwrap();
        for (row, lead) in table.rows().zip(&leads) {
            for (since, until) in [(Moment::MIN, Moment::MAX), (at(3), at(500))] {
                let (mut appended, mut visited) = (Vec::new(), Vec::new());
                assert!(row.append_activities(since, until, &mut appended));
                row.activities(&mut |one| {
                    if since <= one.at && one.at <= until {
                        visited.push(one);
                    }
                });
                assert_eq!(appended, visited);
                let mut of_lead = Vec::new();
                lead.append_activities(since, until, &mut of_lead);
                assert_eq!(appended, of_lead);
            }
        }
    }
}
