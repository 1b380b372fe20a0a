use super::*;
use crate::lead::{ActivityRecord, Lead, SchemaSpec};
use crate::testing::check_scorer;

/// Kind, moment and how many.
type Done = [(&'static str, &'static str, usize)];

const HOUR: i64 = 3_600_000_000;

fn schema() -> Schema {
    SchemaSpec::new()
        .kinds(["visit", "demo", "open"])
        .build()
        .unwrap()
}

fn history() -> HistorySpec {
    HistorySpec::new().utc_offset("+00:00")
}

fn as_of() -> AsOf {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

fn lead(schema: &Schema, done: &[(&str, &str, usize)]) -> Lead {
    let mut lead = Lead::builder(schema, "a");
    for &(kind, at, count) in done {
        for i in 0..i64::try_from(count).unwrap() {
            let at: Moment = at.parse().unwrap();
            lead = lead.activity(ActivityRecord::new(kind, at.plus_micros(i)));
        }
    }
    lead.build().unwrap()
}

fn spec() -> EngagementSpec {
    EngagementSpec::new()
        .weight("visit", 1.0)
        .weight("demo", 5.0)
}

#[test]
fn counts_are_capped_by_day_and_kind() {
    let (schema, history) = (schema(), history());
    let scorer = spec().scale(0.0, 10.0).build(&schema, &history).unwrap();
    let table: [(&Done, f64); 8] = [
        (&[], 0.0),
        (&[("visit", "2026-03-30", 3)], 3.0),
        (&[("visit", "2026-03-30", 25)], 20.0),
        (
            &[("visit", "2026-03-30", 25), ("visit", "2026-03-29", 25)],
            40.0,
        ),
        (
            &[("visit", "2026-03-30", 25), ("demo", "2026-03-30", 21)],
            120.0,
        ),
        // Without a weight it does not count.
        (&[("open", "2026-03-30", 9)], 0.0),
        // Thirty days, to the microsecond: one second too old, and just in.
        (&[("visit", "2026-03-01T11:59:59Z", 1)], 0.0),
        (&[("visit", "2026-03-01T12:00:00.000001Z", 1)], 1.0),
    ];
    for (done, raw) in table {
        let lead = lead(&schema, done);
        let score = (10.0 * raw.sqrt()).min(100.0);
        let assessment = scorer.assess(&lead, as_of());
        assert_eq!(assessment.raw, Some(raw), "{done:?}");
        assert!(
            (assessment.score.unwrap().get() - score).abs() < 1e-9,
            "{done:?}"
        );
        assert_eq!(check_scorer(&scorer, &[lead], &[as_of()]), Ok(()));
    }
}

#[test]
fn days_are_those_of_the_offset() {
    let schema = schema();
    let lead = lead(
        &schema,
        &[
            ("visit", "2026-03-30T22:30:00Z", 15),
            ("visit", "2026-03-30T23:30:00Z", 15),
        ],
    );
    for (offset, raw) in [("+00:00", 20.0), ("+01:00", 30.0), ("-05:00", 20.0)] {
        let history = HistorySpec::new().utc_offset(offset);
        let scorer = spec().scale(0.0, 1.0).build(&schema, &history).unwrap();
        assert_eq!(scorer.assess(&lead, as_of()).raw, Some(raw), "{offset}");
    }
}

#[test]
fn the_scale_is_that_of_the_population() {
    let (schema, history) = (schema(), history());
    let population: Vec<Lead> = [4, 9, 16]
        .map(|count| lead(&schema, &[("visit", "2026-03-30", count)]))
        .into();
    let fitted = spec().fit(&schema, &history, &population, as_of()).unwrap();
    assert_eq!((fitted.zero, fitted.hundred), (Some(2.0), Some(4.0)));
    let scorer = fitted.build(&schema, &history).unwrap();
    let scores: Vec<_> = population
        .iter()
        .map(|lead| scorer.score(lead, as_of()).unwrap().get())
        .collect();
    assert_eq!(scores, [0.0, 50.0, 100.0]);
    // Beyond the population, and after it.
    let more = lead(
        &schema,
        &[("visit", "2026-03-30", 20), ("demo", "2026-03-30", 1)],
    );
    assert_eq!(
        scorer.explain(&more, as_of()).to_string(),
        "100 engagement (kept within 0 and 100)\n  150 before bounds (2 is 0, 4 is 100)\n    \
         5 square root (square root)\n      25 weighted activities (sum)\n        5 demo (sum)\n          \
         5 2026-03-30 (5 for each of 1)\n        20 visit (sum)\n          20 2026-03-30 (1 for each of 20)"
    );
    let later = AsOf::new(as_of().moment().plus_micros(40 * 24 * HOUR));
    assert_eq!(scorer.score(&more, later).map(Score::get), Some(0.0));
    let moments = [as_of(), later];
    assert_eq!(check_scorer(&scorer, &population, &moments), Ok(()));
}

#[test]
fn what_is_wrong_is_said() {
    let fitted = || spec().scale(0.0, 1.0);
    let table: [(EngagementSpec, &[&str]); 9] = [
        (
            spec(),
            &["engagement.hundred: the scale is not fitted to a population"],
        ),
        (
            EngagementSpec::new().scale(0.0, 1.0),
            &["engagement.weights: needs at least one weight"],
        ),
        (
            fitted().weight("visits", 1.0),
            &["engagement.weights.visits: unknown activity kind `visits`, did you mean `visit`?"],
        ),
        (
            fitted().weight("open", -1.0),
            &["engagement.weights.open: a weight must be between 0 and 1e12, got `-1`"],
        ),
        (
            fitted().weight("open", f64::NAN),
            &["engagement.weights.open: a weight must be between 0 and 1e12, got `NaN`"],
        ),
        (
            fitted().per_day(0),
            &["engagement.per_day: must be at least 1, got `0`"],
        ),
        (
            fitted().window("0d"),
            &["engagement.window: must be longer than 0, got `0d`"],
        ),
        (
            spec().scale(2.0, 2.0),
            &["engagement.hundred: must be more than `zero`, got `2` and `2`"],
        ),
        (
            spec().scale(-1.0, f64::INFINITY),
            &[
                "engagement.zero: must be between 0 and 1e12, got `-1`",
                "engagement.hundred: must be between 0 and 1e12, got `inf`",
            ],
        ),
    ];
    let said = |error: SpecError| -> Vec<String> {
        error.problems().iter().map(ToString::to_string).collect()
    };
    for (spec, expected) in table {
        assert_eq!(
            said(spec.build(&schema(), &history()).unwrap_err()),
            expected
        );
    }
    assert_eq!(
        said(fitted().build(&schema(), &HistorySpec::new()).unwrap_err()),
        ["engagement: counts calendar days: it needs `utc_offset` in the model's `history`"]
    );
    let alike = lead(&schema(), &[("visit", "2026-03-30", 4)]);
    let fit = |population: &[Lead]| {
        said(
            spec()
                .fit(&schema(), &history(), population, as_of())
                .unwrap_err(),
        )
    };
    assert_eq!(
        fit(&[alike.clone(), alike]),
        ["population: all leads are equally engaged, root `2`: there is nothing to scale"]
    );
    assert_eq!(
        fit(&[]),
        ["population: there is no lead of the schema to fit to"]
    );
}
