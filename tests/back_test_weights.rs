//! Weights of leads in back-tests: a lead of weight 2 counts as two such leads, one of weight 0 not at all.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

mod figures;

use figures::{alike, repeated};
use lead_scoring::{
    ActivityRecord, ActivitySpec, BackTest, BackTestSpec, DimensionSpec, GroupSpec, Lead, Metrics,
    ModelSpec, Moment, RankBy, RuleSpec, RulesSpec, SchemaSpec, ScoreModel, attribute,
};
use proptest::prelude::*;

const COUNT: usize = 60;

fn day(days: usize) -> Moment {
    let start: Moment = "2025-01-01".parse().unwrap();
    start.plus_micros(i64::try_from(days).unwrap() * 86_400_000_000)
}

/// Engagement by demos and seats; who is a student is out, who did nothing on record has no fit.
fn model() -> ScoreModel {
    let rule = |id: &str, points| RuleSpec::new(id).points(points);
    let seats = GroupSpec::sum("who")
        .rule(rule("large", 30.0).when(attribute("seats").at_least(50)))
        .rule(rule("huge", 25.0).when(attribute("seats").at_least(80)))
        .rule(
            RuleSpec::new("student")
                .disqualify("student")
                .when(attribute("student").equals(true)),
        );
    let demo = GroupSpec::sum("what").rule(rule("demo", 20.0).activity(ActivitySpec::of("demo")));
    let dimension = |name, group| DimensionSpec::rules(name, RulesSpec::new().group(group));
    let schema = SchemaSpec::new()
        .number("seats")
        .flag("student")
        .question("budget")
        .kind("demo");
    let spec = ModelSpec::new("sales")
        .schema(schema)
        .dimension(dimension("fit", seats))
        .dimension(dimension("engagement", demo));
    ScoreModel::build(&spec).unwrap()
}

/// Some abstain, some are out, some came later, some had converted before.
fn population(model: &ScoreModel) -> (Vec<Lead>, Vec<Option<Moment>>) {
    let lead = |i: usize| {
        let mut lead = Lead::builder(model.schema(), format!("l{i}")).created_at(day(i * 5 % 70));
        if !i.is_multiple_of(6) {
            lead = lead.set("seats", u32::try_from(i * 37 % 100).unwrap());
        }
        if i % 11 == 3 {
            lead = lead.set("student", true);
        }
        if i.is_multiple_of(4) {
            lead = lead.answer("budget", true);
        }
        for demo in 0..i % 3 {
            let at = day(i * 5 % 70 + 9 * demo);
            lead = lead.activity(ActivityRecord::new("demo", at).id(format!("{demo}")));
        }
        lead.build().unwrap()
    };
    let converted = |i: usize| match i * 7919 % 101 {
        0..=50 => None,
        51..=80 => Some(day(i * 5 % 70 + 20)),
        late => Some(day(i * 5 % 70 + late)),
    };
    (
        (0..COUNT).map(lead).collect(),
        (0..COUNT).map(converted).collect(),
    )
}

fn spec() -> BackTestSpec {
    BackTestSpec::at([day(40), day(60), day(75), day(300)])
        .within("30d")
        .observed_until(day(200))
        .band("some", 30.0)
        .band("most", 50.0)
        .band("all", 90.0)
}

fn often(i: usize) -> usize {
    (i * 11 + i / 7) % 4
}

fn weights() -> Vec<f64> {
    (0..COUNT).map(|i| [0.0, 1.0, 2.0, 3.0][often(i)]).collect()
}

/// Of each moment, then of all.
fn metrics_of(test: &BackTest) -> Vec<Option<Metrics>> {
    let moments = test.moments.iter();
    let moments = moments.map(|moment| moment.metrics.clone());
    moments.chain([test.metrics.clone()]).collect()
}

/// Tests by a dimension, by its scorer, as an order and as a probability.
fn tests(leads: &[Lead], converted: &[Option<Moment>], weights: Option<&[f64]>) -> Vec<BackTest> {
    let model = model();
    let mut found = Vec::new();
    for spec in [spec(), spec().percent()] {
        for dimension in ["fit", "engagement"] {
            let by = RankBy::Dimension(dimension);
            found.push(match weights {
                None => spec.run_model(&model, by, leads, converted),
                Some(weights) => spec.run_model_weighted(&model, by, leads, converted, weights),
            });
        }
        let fit = self::model();
        let scorer = lead_scoring::from_fn(move |lead, as_of| fit.vector(lead, as_of).score("fit"));
        found.push(match weights {
            None => spec.run(&scorer, model.schema(), leads, converted),
            Some(weights) => spec.run_weighted(&scorer, model.schema(), leads, converted, weights),
        });
    }
    found.into_iter().map(Result::unwrap).collect()
}

#[test]
fn whole_weights_are_repeated_leads() {
    let (leads, converted) = population(&model());
    let weighted = tests(&leads, &converted, Some(&weights()));
    let (many, more) = (repeated(&leads, often), repeated(&converted, often));
    let plain = tests(&many, &more, None);
    for (weighted, plain) in weighted.iter().zip(&plain) {
        // Metrics and moments count rows; what is counted otherwise is the same number, not one near it.
        alike(&metrics_of(weighted), &metrics_of(plain), &["leads"]);
        alike(&weighted.gains, &plain.gains, &[]);
        alike(&weighted.reliability, &plain.reliability, &[]);
        assert_eq!(weighted.bands, plain.bands);
        assert_eq!(weighted.left_out, plain.left_out);
        assert_eq!(weighted.abstained, plain.abstained);
        assert_eq!(weighted.disqualified, plain.disqualified);
        assert_eq!(weighted.undated_attributes, plain.undated_attributes);
        assert_eq!(weighted.undated_answers, plain.undated_answers);
    }
    let fit = &weighted[0];
    let counted = [
        fit.left_out.converted_before,
        fit.left_out.not_created,
        fit.left_out.not_over,
        fit.abstained.leads,
        fit.abstained.converted,
        fit.disqualified.leads,
        fit.disqualified.converted,
        fit.undated_attributes[0].values,
        fit.undated_answers[0].values,
    ];
    assert!(counted.iter().all(|&count| count > 0.0), "{counted:?}");
    assert!(fit.bands[..3].iter().all(|band| band.leads > 0.0));
    assert!(weighted[3].reliability.is_some());
}

#[test]
fn weights_of_1_change_nothing() {
    let (leads, converted) = population(&model());
    let ones = tests(&leads, &converted, Some(&[1.0; COUNT]));
    assert_eq!(ones, tests(&leads, &converted, None));
}

#[test]
fn a_weight_of_0_leaves_a_lead_out() {
    let (leads, converted) = population(&model());
    let some: Vec<f64> = (0..COUNT)
        .map(|i| f64::from(u8::from(often(i) > 0)))
        .collect();
    let kept = |i| often(i).min(1);
    let without = tests(&repeated(&leads, kept), &repeated(&converted, kept), None);
    assert_eq!(tests(&leads, &converted, Some(&some)), without);
}

#[test]
fn only_the_proportion_of_weights_makes_rates() {
    let (leads, converted) = population(&model());
    let (weights, near) = (weights(), |one: f64, other: f64| {
        (one - other).abs() < 1e-12
    });
    let plain = tests(&leads, &converted, Some(&weights));
    for times in [1e-3, 0.3, 1e6] {
        let other: Vec<f64> = weights.iter().map(|weight| times * weight).collect();
        for (one, other) in plain.iter().zip(tests(&leads, &converted, Some(&other))) {
            let rates = |test: &BackTest| {
                let bands = test.bands.iter();
                let rates: Vec<_> = bands
                    .flat_map(|band| [band.conversion_rate, band.lift])
                    .collect();
                let metrics = test.metrics.as_ref().unwrap();
                let of_all = [
                    metrics.roc_auc,
                    metrics.ks,
                    metrics.brier,
                    metrics.log_loss,
                    metrics.lift_top_decile,
                    Some(metrics.base_rate),
                    Some(metrics.average_precision),
                ];
                [rates, of_all.to_vec()].concat()
            };
            for (one, other) in rates(one).into_iter().zip(rates(&other)) {
                let alike = match (one, other) {
                    (Some(one), Some(other)) => near(one, other),
                    (one, other) => one == other,
                };
                assert!(alike, "{one:?} is not {other:?}");
            }
            let counted = other.left_out.not_over / one.left_out.not_over;
            assert!(near(counted / times, 1.0));
        }
    }
    let half = tests(&leads, &converted, Some(&[1.0 / 3.0; COUNT]));
    let shown = half[0].to_string();
    assert!(
        shown.contains("left out: 10.33 converted before, 8 not there yet, 20 whose"),
        "{shown}"
    );
}

#[test]
fn what_is_refused() {
    let model = model();
    let (leads, converted) = population(&model);
    let (leads, converted) = (&leads[..3], &converted[..3]);
    let by = RankBy::Dimension("fit");
    for (weights, message) in figures::bad_weights() {
        let of_model = spec().run_model_weighted(&model, by, leads, converted, &weights);
        assert_eq!(of_model.unwrap_err().to_string(), message);
        let run = spec().run_weighted(&model, model.schema(), leads, converted, &weights);
        assert_eq!(run.unwrap_err().to_string(), message);
    }
    let few = spec().run_model_weighted(&model, by, leads, &converted[1..], &[1.0; 3]);
    assert_eq!(
        few.unwrap_err().to_string(),
        "outcomes: `2` outcomes do not go with `3` leads"
    );
    // The leads that count may all be left out.
    let later = BackTestSpec::at([day(0)]);
    let nobody = later.run_model_weighted(&model, by, leads, converted, &[0.0, 1.0, 2.0]);
    let nobody = nobody.unwrap();
    assert_eq!((nobody.metrics, nobody.left_out.not_created), (None, 3.0));
}

proptest! {
    #[test]
    fn any_whole_weights_are_repeated_leads(
        often in prop::collection::vec(0_u8..5, COUNT),
        days in prop::collection::btree_set(0_usize..100, 1..4),
    ) {
        prop_assume!(often.iter().any(|&often| often > 0));
        let model = model();
        let (leads, converted) = population(&model);
        let spec = BackTestSpec::at(days.into_iter().map(day)).within("40d").band("some", 30.0);
        let by = RankBy::Dimension("fit");
        let weights: Vec<f64> = often.iter().copied().map(f64::from).collect();
        let weighted = spec.run_model_weighted(&model, by, &leads, &converted, &weights).unwrap();
        let often = |i: usize| usize::from(often[i]);
        let (leads, converted) = (repeated(&leads, often), repeated(&converted, often));
        let plain = spec.run_model(&model, by, &leads, &converted).unwrap();
        alike(&metrics_of(&weighted), &metrics_of(&plain), &["leads"]);
        alike(&weighted.gains, &plain.gains, &[]);
        prop_assert_eq!(weighted.bands, plain.bands);
    }
}
