#![allow(clippy::unwrap_used)]
use super::*;
use crate::lead::{Lead, SchemaSpec};

fn day(text: &str) -> Moment {
    text.parse().unwrap()
}

fn leads(created: &[&str]) -> Vec<Lead> {
    let schema = SchemaSpec::new().number("seats").build().unwrap();
    let lead = |(i, at): (usize, &&str)| {
        let lead = Lead::builder(&schema, format!("l{i}"));
        let lead = if at.is_empty() {
            lead
        } else {
            lead.created_at(day(at))
        };
        lead.build().unwrap()
    };
    created.iter().enumerate().map(lead).collect()
}

fn told<L: LeadView>(set: &TrainingSet<'_, L>) -> Vec<(usize, bool)> {
    let rows = set.rows().iter();
    rows.map(|row| (row.lead, row.converted)).collect()
}

#[test]
fn the_horizon_begins_after_the_moment_and_includes_its_end() {
    let leads = leads(&["", "", "", "", ""]);
    let at = |text| Some(day(text));
    let converted = [
        at("2025-03-01"),
        at("2025-03-01T00:00:00.000001Z"),
        at("2025-03-31"),
        at("2025-03-31T00:00:00.000001Z"),
        None,
    ];
    let spec = TrainingSetSpec::at([day("2025-03-01")]).within("30d");
    let set = spec.rows(&leads, &converted).unwrap();
    assert_eq!(told(&set), [(1, true), (2, true), (3, false), (4, false)]);
    assert_eq!(set.left_out().converted_before, 1);

    let whenever = TrainingSetSpec::at([day("2025-03-01")]);
    let set = whenever.rows(&leads, &converted).unwrap();
    assert_eq!(told(&set), [(1, true), (2, true), (3, true), (4, false)]);
}

#[test]
fn what_is_not_over_or_not_there_yet_is_left_out() {
    let leads = leads(&["2025-03-01", "2025-03-02", ""]);
    let moments = [day("2025-03-01"), day("2025-04-01")];
    let spec = TrainingSetSpec::at(moments)
        .within("30d")
        .observed_until(day("2025-03-31"));
    let set = spec.rows(&leads, &[None, None, None]).unwrap();
    assert_eq!(told(&set), [(0, false), (2, false)]);
    let left_out = LeftOutRows {
        not_created: 1,
        not_over: 3,
        ..LeftOutRows::default()
    };
    assert_eq!(set.left_out(), left_out);
}

fn monthly(leads: &[Lead]) -> TrainingSet<'_, Lead> {
    let moments = ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"];
    TrainingSetSpec::at(moments.map(day))
        .within("40d")
        .rows(leads, &vec![None; leads.len()])
        .unwrap()
}

#[test]
fn by_time_no_training_row_sees_the_time_of_the_test() {
    let leads = leads(&[""; 5]);
    let split = monthly(&leads).split(&Split::default()).unwrap();
    // 4 of 20 rows: all of April. March runs into it; February ends on 13 March.
    assert!(
        split
            .test
            .rows()
            .iter()
            .all(|row| row.as_of == day("2025-04-01"))
    );
    assert_eq!(split.test.rows().len(), 5);
    assert_eq!(split.train.rows().len(), 10);
    assert_eq!(split.train.left_out().overlapping, 5);

    let from = Split::From(day("2025-02-10"));
    let split = monthly(&leads).split(&from).unwrap();
    assert_eq!((split.train.rows().len(), split.test.rows().len()), (5, 10));
}

#[test]
fn at_one_moment_the_newest_leads_are_tested() {
    let leads = leads(&["2025-02-01", "2025-01-01", "", "2025-03-01", "2025-01-02"]);
    let set = TrainingSet::labelled(&leads, &[true; 5], day("2025-04-01")).unwrap();
    let split = set.split(&Split::Last(0.4)).unwrap();
    assert_eq!(told(&split.test), [(0, true), (3, true)]);
}

#[test]
fn all_rows_of_a_lead_are_on_one_side() {
    let leads = leads(&[""; 20]);
    let split = |by: &Split| monthly(&leads).split(by).unwrap();
    let every = split(&Split::Every(5));
    assert!(every.test.rows().iter().all(|row| row.lead % 5 == 0));
    assert_eq!(every.test.rows().len(), 16);

    let seed = |seed| split(&Split::Random { share: 0.25, seed });
    let positions = |split: &SplitSet<'_, Lead>| {
        let mut leads: Vec<usize> = split.test.rows().iter().map(|row| row.lead).collect();
        leads.sort_unstable();
        leads.dedup();
        leads
    };
    let drawn = positions(&seed(7));
    assert_eq!((drawn.len(), seed(7).test.rows().len()), (5, 20));
    assert_eq!(drawn, positions(&seed(7)));
    assert_ne!(drawn, positions(&seed(8)));

    let given = (0..20).map(|i| i == 3).collect();
    assert_eq!(positions(&split(&Split::Given(given))), [3]);
}

#[test]
fn what_is_no_training_set_is_said() {
    let leads = leads(&["", ""]);
    let moment = day("2025-03-01");
    let rows = |spec: TrainingSetSpec| spec.rows(&leads, &[None, None]).unwrap_err().to_string();
    let at = || TrainingSetSpec::at([moment]);
    for (spec, message) in [
        (
            TrainingSetSpec::at([]),
            "moments: needs at least one moment",
        ),
        (
            TrainingSetSpec::at([moment, moment]),
            "moments: `2025-03-01T00:00:00Z` stands twice",
        ),
        (
            at().within("0d"),
            "horizon: must be longer than 0, got `0d`",
        ),
        (
            at().within("soon"),
            "horizon: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `soon`",
        ),
        (
            at().observed_until(moment),
            "observed_until: needs a horizon: what was not observed cannot end",
        ),
    ] {
        assert_eq!(rows(spec), message);
    }
    let outcomes = at().rows(&leads, &[None]).unwrap_err();
    assert_eq!(
        outcomes.to_string(),
        "outcomes: one for each lead: expected 2, got 1"
    );
    let labelled = TrainingSet::labelled(&leads, &[true], moment).unwrap_err();
    assert_eq!(labelled.to_string(), outcomes.to_string());

    let split = |by: Split| {
        let set = TrainingSet::labelled(&leads, &[true, false], moment).unwrap();
        set.split(&by).unwrap_err().to_string()
    };
    for (by, message) in [
        (
            Split::Last(1.0),
            "split: a share must be more than 0 and less than 1, got `1`",
        ),
        (
            Split::Random {
                share: f64::NAN,
                seed: 0,
            },
            "split: a share must be more than 0 and less than 1, got `NaN`",
        ),
        (
            Split::Every(0),
            "split: `every` must be at least 1, got `0`",
        ),
        (Split::Every(1), "split: leaves no row to train on"),
        (Split::Last(0.1), "split: leaves no row to test on"),
        (Split::From(moment), "split: leaves no row to train on"),
        (
            Split::Given(vec![true]),
            "split: one for each lead: expected 2, got 1",
        ),
    ] {
        assert_eq!(split(by), message);
    }
}
