//! Weights of leads in the comparison of two models: a lead of weight 2 counts as two such leads, one of weight 0 not
//! at all.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

mod figures;

use figures::{alike, repeated};
use lead_scoring::{
    ChampionVerdict, Comparison, ComparisonSpec, DimensionSpec, GroupSpec, Lead, ModelSpec,
    RuleSpec, RulesSpec, SchemaSpec, ScoreModel, attribute,
};
use proptest::prelude::*;

const COUNT: usize = 60;

fn schema() -> SchemaSpec {
    SchemaSpec::new()
        .number("seats")
        .text("country")
        .flag("student")
}

fn model(name: &str, rules: impl IntoIterator<Item = RuleSpec>) -> ScoreModel {
    let group = rules
        .into_iter()
        .fold(GroupSpec::sum("who"), GroupSpec::rule);
    let fit = DimensionSpec::rules("fit", RulesSpec::new().group(group));
    ScoreModel::build(&ModelSpec::new(name).schema(schema()).dimension(fit)).unwrap()
}

/// Seats give points; who is a student is out. The other reads the country too, by which others are out.
fn models() -> [ScoreModel; 2] {
    let seats = |id: &str, points, at_least: i32| {
        let when = attribute("seats").at_least(at_least);
        RuleSpec::new(id).points(points).when(when)
    };
    let student = RuleSpec::new("student").disqualify("student");
    let student = student.when(attribute("student").equals(true));
    let abroad = RuleSpec::new("abroad").disqualify("abroad");
    let abroad = abroad.when(attribute("country").equals("US"));
    let german = RuleSpec::new("german").points(25.0);
    let german = german.when(attribute("country").equals("DE"));
    [
        model(
            "champion",
            [seats("some", 40.0, 30), seats("many", 20.0, 70), student],
        ),
        model(
            "challenger",
            [
                seats("some", 30.0, 30),
                seats("many", 20.0, 60),
                german,
                abroad,
            ],
        ),
    ]
}

fn leads() -> Vec<Lead> {
    let schema = schema().build().unwrap();
    let lead = |i: usize| {
        let mut lead = Lead::builder(&schema, format!("l{i}"));
        if !i.is_multiple_of(6) {
            lead = lead.set("seats", u32::try_from(i * 37 % 100).unwrap());
        }
        if i % 5 > 1 {
            lead = lead.set("country", ["DE", "FR"][i % 2]);
        }
        if i % 10 == 6 {
            lead = lead.set("country", "US");
        }
        if i % 9 == 4 {
            lead = lead.set("student", true);
        }
        lead.build().unwrap()
    };
    (0..COUNT).map(lead).collect()
}

fn german(i: usize) -> bool {
    i % 5 > 1 && i.is_multiple_of(2)
}

/// Large ones convert, and Germans more often.
fn converted() -> Vec<bool> {
    let chance = |i: usize| i * 37 % 100 / 2 + 40 * usize::from(german(i));
    (0..COUNT).map(|i| i * 7919 % 101 < chance(i)).collect()
}

fn spec() -> ComparisonSpec {
    ComparisonSpec::new()
        .band("mql", 30.0)
        .band("sql", 55.0)
        .threshold(45.0)
        .movers(COUNT * 4)
}

fn compare(leads: &[Lead], converted: &[bool], weights: Option<&[f64]>) -> Comparison {
    let ([champion, challenger], as_of) = (models(), "2026-03-01".parse().unwrap());
    let converted = Some(converted);
    let found = match weights {
        None => spec().compare(&champion, &challenger, leads, as_of, converted),
        Some(weights) => {
            spec().compare_weighted(&champion, &challenger, leads, as_of, converted, weights)
        }
    };
    found.unwrap()
}

fn often(i: usize) -> usize {
    (i * 11 + i / 7) % 4
}

fn weights() -> Vec<f64> {
    (0..COUNT).map(|i| [0.0, 1.0, 2.0, 3.0][often(i)]).collect()
}

/// A comparison of weighted leads beside that of the leads repeated, whose positions are other ones.
fn as_repeated(weighted: &Comparison, plain: &Comparison, often: impl Fn(usize) -> usize) {
    // Metrics count rows, and positions are others.
    alike(
        weighted,
        plain,
        &[
            "champion_metrics",
            "challenger_metrics",
            "up",
            "down",
            "movers",
        ],
    );
    for (weighted, plain) in [
        (&weighted.champion_metrics, &plain.champion_metrics),
        (&weighted.challenger_metrics, &plain.challenger_metrics),
    ] {
        alike(weighted, plain, &["leads"]);
    }
    let rows: Vec<usize> = (0..COUNT).collect();
    let rows = repeated(&rows, &often);
    let lead = |place: &usize| rows[*place];
    let (one, other) = (
        weighted.crossing.as_ref().unwrap(),
        plain.crossing.as_ref().unwrap(),
    );
    for (one, other) in [(&one.up, &other.up), (&one.down, &other.down)] {
        let mut other: Vec<usize> = other.iter().map(lead).collect();
        other.dedup();
        assert_eq!(one, &other);
    }
    let mut movers = plain.movers.clone();
    for mover in &mut movers {
        mover.lead = lead(&mover.lead);
    }
    movers.dedup();
    assert_eq!(weighted.movers, movers);
    // What is counted is the same number, not one near it.
    assert_eq!(weighted.migration, plain.migration);
    assert_eq!(weighted.choice.verdict, plain.choice.verdict);
}

#[test]
fn whole_weights_are_repeated_leads() {
    let (leads, converted) = (leads(), converted());
    let weighted = compare(&leads, &converted, Some(&weights()));
    let plain = compare(&repeated(&leads, often), &repeated(&converted, often), None);
    as_repeated(&weighted, &plain, often);
    let crossing = weighted.crossing.as_ref().unwrap();
    for count in [
        weighted.champion_only,
        weighted.challenger_only,
        weighted.changed,
        crossing.stay,
        crossing.up_leads,
        crossing.down_leads,
    ] {
        assert!(count > 0.0, "{weighted}");
    }
    let rows: f64 = crossing.up.iter().map(|_| 1.0).sum();
    assert!(crossing.up_leads > rows);
    assert!(weighted.auc.unwrap().p_value.is_some());
    let migration = weighted.migration.unwrap();
    let all = migration.counts.iter().flatten().sum::<f64>();
    assert_eq!(all, weighted.leads);
}

#[test]
fn weights_of_1_change_nothing() {
    let (leads, converted) = (leads(), converted());
    let ones = compare(&leads, &converted, Some(&[1.0; COUNT]));
    assert_eq!(ones, compare(&leads, &converted, None));
}

#[test]
fn a_weight_of_0_leaves_a_lead_out() {
    let (leads, converted) = (leads(), converted());
    let kept = |i| often(i).min(1);
    let some: Vec<f64> = (0..COUNT).map(|i| [0.0, 1.0][kept(i)]).collect();
    let weighted = compare(&leads, &converted, Some(&some));
    let without = compare(&repeated(&leads, kept), &repeated(&converted, kept), None);
    as_repeated(&weighted, &without, kept);
    assert_eq!(weighted.champion, without.champion);
    assert_eq!(weighted.auc, without.auc);
    // A position is that among the leads given, which those of weight 0 are.
    let last = without.movers.iter().map(|mover| mover.lead).max();
    assert!(weighted.movers.iter().map(|mover| mover.lead).max() > last);
}

#[test]
fn only_the_proportion_of_weights_makes_means() {
    let (leads, converted, weights) = (leads(), converted(), weights());
    let one = compare(&leads, &converted, Some(&weights));
    for times in [1e-3, 0.3, 1e6] {
        let other: Vec<f64> = weights.iter().map(|weight| times * weight).collect();
        let other = compare(&leads, &converted, Some(&other));
        let figures = |of: &Comparison| {
            let (champion, challenger) = (of.champion.unwrap(), of.challenger.unwrap());
            [
                of.mean_change.unwrap(),
                of.mean_absolute_change.unwrap(),
                champion.mean,
                champion.deviation,
                champion.min,
                challenger.max,
                of.auc.unwrap().difference,
                of.champion_metrics.as_ref().unwrap().average_precision,
            ]
        };
        alike(&figures(&one), &figures(&other), &[]);
        assert!((other.changed / one.changed / times - 1.0).abs() < 1e-12);
        assert_eq!(other.movers, one.movers);
    }
}

/// The country is worth as much as the leads that it tells rightly weigh.
#[test]
fn weights_may_turn_the_verdict() {
    let (leads, converted) = (leads(), converted());
    let by = |weight: f64| {
        let weights: Vec<f64> = (0..COUNT)
            .map(|i| {
                if german(i) == converted[i] {
                    weight
                } else {
                    1.0
                }
            })
            .collect();
        compare(&leads, &converted, Some(&weights)).choice.verdict
    };
    assert_eq!(
        [by(0.0), by(20.0)],
        [ChampionVerdict::Keep, ChampionVerdict::Replace]
    );
}

#[test]
fn sums_of_weights_are_shown() {
    let thirds = compare(&leads(), &converted(), Some(&[1.0 / 3.0; COUNT]));
    let shown = thirds.to_string();
    for part in [
        "20 leads: 13 scored by both, 1.33 by the champion only, ",
        "\nchampion    14.33 ",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn what_is_refused() {
    let ([champion, challenger], leads) = (models(), &leads()[..3]);
    let as_of = "2026-03-01".parse().unwrap();
    for (weights, message) in figures::bad_weights() {
        let found = spec().compare_weighted(&champion, &challenger, leads, as_of, None, &weights);
        assert_eq!(found.unwrap_err().to_string(), message);
    }
    let few = Some(&[true][..]);
    let found = spec().compare_weighted(&champion, &challenger, leads, as_of, few, &[1.0; 3]);
    assert_eq!(
        found.unwrap_err().to_string(),
        "outcomes: `1` outcomes do not go with `3` leads"
    );
    let nobody = spec().compare_weighted(&champion, &challenger, &leads[..0], as_of, None, &[]);
    assert_eq!(nobody.unwrap().leads, 0.0);
}

proptest! {
    #[test]
    fn any_whole_weights_are_repeated_leads(often in prop::collection::vec(0_u8..5, COUNT)) {
        prop_assume!(often.iter().any(|&often| often > 0));
        let (leads, converted) = (leads(), converted());
        let weights: Vec<f64> = often.iter().copied().map(f64::from).collect();
        let weighted = compare(&leads, &converted, Some(&weights));
        let often = |i: usize| usize::from(often[i]);
        let plain = compare(&repeated(&leads, often), &repeated(&converted, often), None);
        as_repeated(&weighted, &plain, often);
    }
}
