use super::*;
use crate::lead::{Lead, LeadTable, SchemaSpec};
use crate::model::{DimensionSpec, ModelSpec, ScoreModel};
use crate::score::ScoreMatrix;
use crate::scorer::{any, attribute};
use crate::testing::check_scorer;

fn schema() -> Schema {
    SchemaSpec::new()
        .text("industry")
        .number("seats")
        .flag("student")
        .build()
        .unwrap()
}

fn as_of() -> AsOf {
    "2026-03-01".parse().unwrap()
}

#[test]
fn batches_grade_as_one_by_one() {
    let schema = SchemaSpec::new().text("industry").number("seats");
    let grade = GradeSpec::new()
        .criterion(CriterionSpec::new(
            "industry",
            3,
            attribute("industry").equals("retail"),
        ))
        .criterion(CriterionSpec::new(
            "size",
            2,
            attribute("seats").at_least(50),
        ));
    let spec = ModelSpec::new("m")
        .schema(schema)
        .dimension(DimensionSpec::grade("profile", grade));
    let model = ScoreModel::build(&spec).unwrap();
    let leads: Vec<Lead> = (0..150)
        .map(|number: i32| {
            let mut lead = Lead::builder(model.schema(), format!("l{number}"));
            if number % 3 > 0 {
                lead = lead.set(
                    "industry",
                    if number % 2 == 0 { "Retail" } else { "mining" },
                );
            }
            if number % 5 > 0 {
                lead = lead.set("seats", number);
            }
            // Of some, it was not known yet.
            if number % 7 == 0 && number % 5 > 0 {
                let later = if number % 2 == 0 {
                    "2026-02-01"
                } else {
                    "2026-04-01"
                };
                lead = lead.known_since("seats", later.parse().unwrap());
            }
            lead.build().unwrap()
        })
        .collect();
    let table = LeadTable::from_leads(model.schema(), &leads).unwrap();
    let bits = |matrix: &ScoreMatrix| -> Vec<_> {
        let column = matrix.column("profile").unwrap();
        column
            .map(|score| score.map(|score| score.get().to_bits()))
            .collect()
    };
    let one_by_one: Vec<_> = leads
        .iter()
        .map(|lead| {
            model
                .vector(lead, as_of())
                .score("profile")
                .map(|s| s.get().to_bits())
        })
        .collect();
    assert!(one_by_one.contains(&None) && one_by_one.iter().flatten().count() > 100);
    assert_eq!(bits(&model.score_all(&leads, as_of())), one_by_one);
    assert_eq!(bits(&model.score_table(&table, as_of())), one_by_one);
}

/// A grade of one criterion that the lead with 10 seats meets, or with none does not.
fn moved(thirds: &[u8], seats: f64) -> (String, f64, f64) {
    let schema = schema();
    let spec = thirds
        .iter()
        .enumerate()
        .fold(GradeSpec::new(), |spec, (i, &thirds)| {
            let when = attribute("seats").at_least(10);
            spec.criterion(CriterionSpec::new(format!("c{i}"), thirds, when))
        });
    let scorer = spec.build(&schema).unwrap();
    let lead = Lead::builder(&schema, "a").set("seats", seats);
    let lead = lead.build().unwrap();
    assert_eq!(
        check_scorer(&scorer, std::slice::from_ref(&lead), &[as_of()]),
        Ok(())
    );
    let Assessment { score, raw } = scorer.assess(&lead, as_of());
    let grade = scorer.grade(&lead, as_of()).unwrap().to_string();
    (grade, raw.unwrap(), score.unwrap().get())
}

#[test]
fn thirds_move_the_grade() {
    let table: [(&[u8], f64, &str, f64); 10] = [
        // The vendor's own.
        (&[1], 10.0, "D+", 3.0),
        (&[2], 10.0, "C-", 4.0),
        (&[3], 10.0, "C", 5.0),
        (&[3, 3, 3, 1], 10.0, "A+", 12.0),
        (&[3, 3, 3], 10.0, "A", 11.0),
        // Kept within F and A+.
        (&[3, 3, 3, 2], 10.0, "A+", 12.0),
        (&[1], 0.0, "D-", 1.0),
        (&[2], 0.0, "F", 0.0),
        (&[3], 0.0, "F", 0.0),
        (&[3, 3], 0.0, "F", 0.0),
    ];
    for (thirds, seats, grade, step) in table {
        let score = 100.0 * step / 12.0;
        assert_eq!(moved(thirds, seats), (grade.to_owned(), step, score));
    }
}

#[test]
fn what_is_not_known_moves_nothing_and_says_what_it_could_add() {
    let schema = schema();
    let spec = GradeSpec::new()
        .criterion(CriterionSpec::new(
            "industry",
            3,
            attribute("industry").equals("software"),
        ))
        .criterion(CriterionSpec::new(
            "not a student",
            2,
            any([
                attribute("student").equals(false).into(),
                attribute("seats").at_least(100).into(),
            ]),
        ))
        .criterion(CriterionSpec::new(
            "size",
            1,
            attribute("seats").at_least(10),
        ));
    let scorer = spec.build(&schema).unwrap();
    let lead = Lead::builder(&schema, "a")
        .set("seats", 5.0)
        .build()
        .unwrap();
    assert_eq!(scorer.assess(&lead, as_of()).raw, Some(1.0));
    let why = scorer.explain(&lead, as_of());
    assert_eq!(
        why.to_string(),
        "8.33 grade (0 is 0, 12 is 100)\n  1 steps (sum)\n    2 start\n    -1 size\n  \
         ? industry is not known, could add 3\n  ? student is not known, could add 2"
    );
    assert_eq!(why.top_down(3)[0].rule, "size");

    // Of nothing known it says nothing, unless it is to start all the same.
    let nobody = Lead::builder(&schema, "b").build().unwrap();
    assert_eq!(scorer.assess(&nobody, as_of()), Assessment::default());
    let why = scorer.explain(&nobody, as_of()).to_string();
    assert!(
        why.contains("abstains: nothing that its criteria ask is known"),
        "{why}"
    );
    let scorer = spec.when_unknown(WhenUnknown::Zero).build(&schema).unwrap();
    assert_eq!(scorer.grade(&nobody, as_of()), Some(Grade::D));
    let moments = [as_of()];
    assert_eq!(check_scorer(&scorer, &[lead, nobody], &moments), Ok(()));
}

#[test]
fn a_step_kept_within_bounds_is_a_node_of_its_own() {
    let schema = schema();
    let when = attribute("seats").at_least(10);
    let spec = GradeSpec::new()
        .start("A")
        .criterion(CriterionSpec::new("size", 3, when));
    let scorer = spec.build(&schema).unwrap();
    let lead = Lead::builder(&schema, "a")
        .set("seats", 50.0)
        .build()
        .unwrap();
    let why = scorer.explain(&lead, as_of());
    assert!(why.recomputes());
    assert_eq!(
        why.to_string(),
        "100 grade (0 is 0, 12 is 100)\n  12 steps, kept within F and A+ (kept within 0 and 12)\n    \
         14 steps (sum)\n      11 start\n      3 size"
    );
}

#[test]
fn what_is_wrong_is_said() {
    let criterion =
        |name: &str, thirds| CriterionSpec::new(name, thirds, attribute("seats").at_least(1));
    let good = || GradeSpec::new().criterion(criterion("size", 1));
    let table: [(GradeSpec, &[&str]); 6] = [
        (
            GradeSpec::new(),
            &["grade.criteria: needs at least one criterion"],
        ),
        (
            good().start("E"),
            &["grade.start: expected a grade from `F`, `D-`, `D`, `D+` to `A+`, got `E`"],
        ),
        (
            good().criterion(criterion("size", 4)),
            &[
                "grade.criteria[1].name: `size` stands twice",
                "grade.criteria[1].thirds: must be 1, 2 or 3, got `4`",
            ],
        ),
        (
            good().criterion(criterion("none", 0)),
            &["grade.criteria[1].thirds: must be 1, 2 or 3, got `0`"],
        ),
        (
            good().criterion(criterion("", 1)),
            &["grade.criteria[1].name: a name must not be empty"],
        ),
        (
            good().criterion(CriterionSpec::new("s", 1, attribute("seat").at_least(1))),
            &["grade.criteria[1].when: unknown attribute `seat`, did you mean `seats`?"],
        ),
    ];
    for (spec, expected) in table {
        let error = spec.build(&schema()).unwrap_err();
        let said: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        assert_eq!(said, expected);
    }
}

#[test]
fn grades_are_read_and_written() {
    for step in 0..=12 {
        let grade = Grade::from_step(step).unwrap();
        assert_eq!(grade.to_string().parse(), Ok(grade));
        assert_eq!(Grade::from_raw(f64::from(step)), Some(grade));
    }
    assert_eq!(Grade::from_step(13), None);
    for raw in [-1.0, 12.5, 99.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Grade::from_raw(raw), None);
    }
    assert!(Grade::F < Grade::D && Grade::D < Grade::A_PLUS);
    for text in ["", "E", "F+", "F-", "a", "A++"] {
        assert_eq!(
            text.parse::<Grade>().unwrap_err().to_string(),
            format!("expected a grade from `F`, `D-`, `D`, `D+` to `A+`, got `{text}`")
        );
    }
}
