//! Recency, frequency and monetary value: the laws, whatever the spec and the lead, and every message about a bad spec.
#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be, and tables are long"
)]

mod generators;

use generators::{Facts, facts, schema, wild};
use lead_scoring::testing::{check_model, check_scorer};
use lead_scoring::{
    AsOf, BinRule, DimensionSpec, HistorySpec, Lead, LeadView, ModelSpec, Moment, Names, RfmAxis,
    RfmCuts, RfmMonetary, RfmScorer, RfmSegmentChoice, RfmSegmentSpec, RfmSegmentsSpec, RfmSpec,
    RfmWeights, SchemaSpec, ScoreModel, Unit,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Debug;

fn rules() -> impl Strategy<Value = BinRule> {
    select(vec![
        BinRule::Quantile,
        BinRule::Value,
        BinRule::Rank,
        BinRule::R,
        BinRule::RankInterval,
    ])
}

fn weights() -> impl Strategy<Value = RfmWeights> {
    let weight = || select(vec![0.0, 0.5, 1.0, 1e12, 1e-300]);
    let all = (weight(), weight(), weight());
    all.prop_filter("one must count", |all| *all != (0.0, 0.0, 0.0))
        .prop_map(|(recency, frequency, monetary)| RfmWeights {
            recency,
            frequency,
            monetary,
        })
}

fn spec() -> impl Strategy<Value = RfmSpec> {
    let kinds = option::of(vec(select(vec!["visit", "open", "click", "demo"]), 1..3));
    let kinds =
        kinds.prop_map(|names| Some(Names(names?.into_iter().map(str::to_owned).collect())));
    let axis = option::weighted(0.3, select(RfmAxis::ALL.to_vec()));
    let monetary = select(vec![RfmMonetary::Sum, RfmMonetary::Mean]);
    let bins = prop_oneof![4 => 2_u16..8, 1 => select(vec![9, 10, 300, 1000])];
    let named = proptest::bool::ANY;
    (kinds, axis, monetary, rules(), bins, weights(), named).prop_map(
        |(kind, axis, monetary, rule, bins, weights, named)| RfmSpec {
            kind,
            axis,
            monetary,
            rule,
            bins,
            weights,
            segments: named.then(|| {
                RfmSegmentsSpec::table([
                    RfmSegmentSpec::new("low").recency(1, 1),
                    RfmSegmentSpec::new("high").recency(2, bins),
                ])
            }),
            cuts: None,
        },
    )
}

/// A spec with cuts that no population gave.
fn given() -> impl Strategy<Value = RfmSpec> {
    let number = || prop_oneof![4 => -50.0..500.0, 1 => select(vec![-1e12, 0.0, 1.0, 2.0, 1e12])];
    let axis = || vec(number(), 999);
    (spec(), axis(), axis(), axis()).prop_map(|(spec, recency, frequency, monetary)| {
        let cut = |mut all: Vec<f64>| {
            all.truncate(usize::from(spec.bins) - 1);
            all.sort_by(f64::total_cmp);
            all
        };
        let cuts = RfmCuts::new(cut(recency), cut(frequency), cut(monetary));
        spec.cuts(cuts)
    })
}

/// Leads with purchases of any size.
fn leads() -> impl Strategy<Value = Vec<Lead>> {
    let amount = prop_oneof![
        6 => (-300_i32..3000).prop_map(|cents| f64::from(cents) / 10.0),
        1 => select(vec![0.0, -0.0, 1e12, 1e300, -1e300, f64::MAX]),
    ];
    let purchase = (0_i64..400, amount);
    let one = (facts(), vec(purchase, 0..6));
    vec(one, 0..12).prop_map(|all: Vec<(Facts, Vec<(i64, f64)>)>| {
        let schema = schema();
        let lead = |(facts, purchases): (Facts, Vec<(i64, f64)>)| {
            let mut builder = Lead::builder(&schema, "a");
            for record in facts.activities {
                builder = builder.activity(record);
            }
            for (days, amount) in purchases {
                builder = builder.purchase(noon().plus_micros((5 - days) * 86_400_000_000), amount);
            }
            builder.build().unwrap()
        };
        all.into_iter().map(lead).collect()
    })
}

fn noon() -> Moment {
    generators::noon()
}

fn lawful<L: LeadView>(scorer: &RfmScorer, leads: &[L], as_of: AsOf) -> Result<(), TestCaseError> {
    let moments = [as_of, noon().into(), Moment::MAX.into(), Moment::MIN.into()];
    for scorer in [
        scorer.clone(),
        scorer.axis(RfmAxis::Recency),
        scorer.axis(RfmAxis::Monetary),
    ] {
        let kept = check_scorer(&scorer, leads, &moments);
        prop_assert!(kept.is_ok(), "{}", kept.unwrap_err());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn laws_are_kept_with_cuts_given(spec in given(), leads in leads(), wild in wild(), as_of in generators::as_of()) {
        let scorer = spec.build(&schema()).unwrap();
        lawful(&scorer, &leads, as_of)?;
        lawful(&scorer, &[wild], as_of)?;
    }

    #[test]
    fn laws_are_kept_by_fits(spec in spec(), leads in leads(), wild in wild(), as_of in generators::as_of()) {
        let Ok(fit) = spec.fit(&schema(), &leads, noon().into()) else {
            // Nobody had bought anything yet.
            return Ok(());
        };
        lawful(fit.scorer(), &leads, as_of)?;
        lawful(fit.scorer(), &[wild], as_of)?;
        // The stored fit says of the population what the population was told.
        let json: RfmSpec = serde_json::from_str(&serde_json::to_string(fit.spec()).unwrap()).unwrap();
        let toml: RfmSpec = toml::from_str(&toml::to_string(fit.spec()).unwrap()).unwrap();
        prop_assert_eq!(&json, fit.spec());
        prop_assert_eq!(&toml, fit.spec());
        let stored = json.build(&schema()).unwrap();
        for (lead, rating) in leads.iter().zip(fit.ratings()) {
            let again = stored.rate(lead, noon().into());
            prop_assert_eq!(again.is_some(), rating.is_some());
            if spec.rule != BinRule::Rank {
                prop_assert_eq!(again, rating);
            }
        }
        let report = fit.report();
        prop_assert_eq!(report.leads + report.without, leads.len());
        for axis in RfmAxis::ALL {
            let of = report.axis(axis);
            prop_assert_eq!(of.counts.iter().sum::<usize>(), report.leads);
            prop_assert!(of.formed >= 1 && of.formed <= of.asked);
        }
    }

    #[test]
    fn dimensions_of_models_keep_the_laws(spec in given(), leads in leads(), as_of in generators::as_of()) {
        let model = ModelSpec::new("m")
            .schema(schema().spec())
            .history(HistorySpec::new().pause("2026-01-01", "2026-01-05"))
            .dimension(DimensionSpec::rfm("rfm", RfmSpec { axis: None, ..spec.clone() }))
            .dimension(DimensionSpec::rfm("recency", spec.axis(RfmAxis::Recency)));
        let model = ScoreModel::build(&model).unwrap();
        let kept = check_model(&model, &leads, &[as_of, noon().into()]);
        prop_assert!(kept.is_ok(), "{}", kept.unwrap_err());
    }
}

fn good() -> RfmSpec {
    RfmSpec::new()
        .bins(3)
        .cuts(RfmCuts::new([7.0, 30.0], [1.0, 3.0], [50.0, 100.0]))
}

fn refused(built: Result<impl Debug, lead_scoring::SpecError>) -> Vec<String> {
    let error = built.map(|_| ()).unwrap_err();
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn every_problem_is_said() {
    let schema = SchemaSpec::new().kinds(["order", "visit"]).build().unwrap();
    let cuts = |recency: Vec<f64>| good().cuts(RfmCuts::new(recency, [1.0, 3.0], [50.0, 100.0]));
    let row = RfmSegmentSpec::new;
    let rows = |rows: Vec<RfmSegmentSpec>| good().segments(RfmSegmentsSpec::table(rows));
    let table: Vec<(RfmSpec, &[&str])> = vec![
        (
            RfmSpec::new(),
            &["rfm.cuts: there are none: give them, or learn them from a population with `fit`"],
        ),
        (
            good().of("ordr"),
            &["rfm.kind: unknown activity kind `ordr`, did you mean `order`?"],
        ),
        (
            RfmSpec {
                kind: Some(Names(vec![])),
                ..good()
            },
            &["rfm.kind: needs at least one name"],
        ),
        (
            good().bins(1),
            &["rfm.bins: must be between 2 and 1000, got `1`"],
        ),
        (
            good().bins(1001),
            &["rfm.bins: must be between 2 and 1000, got `1001`"],
        ),
        (
            good().weights(-1.0, f64::NAN, 1e13),
            &[
                "rfm.weights.recency: must be between 0 and 1e12, got `-1`",
                "rfm.weights.frequency: must be between 0 and 1e12, got `NaN`",
                "rfm.weights.monetary: must be between 0 and 1e12, got `10000000000000`",
            ],
        ),
        (
            good().weights(0.0, 0.0, 0.0),
            &["rfm.weights: at least one weight must be more than 0"],
        ),
        (
            cuts(vec![7.0]),
            &["rfm.cuts.recency: 3 bins have 2 cuts, got `1`"],
        ),
        (
            cuts(vec![]),
            &["rfm.cuts.recency: 3 bins have 2 cuts, got `0`"],
        ),
        (
            cuts(vec![1.0, 2.0, 3.0]).rule(BinRule::Value),
            &["rfm.cuts.recency: 3 bins have 2 cuts, got `3`"],
        ),
        (
            cuts(vec![30.0, 7.0]),
            &["rfm.cuts.recency: must ascend, got `30` before `7`"],
        ),
        (
            cuts(vec![f64::NAN, 1e13]),
            &[
                "rfm.cuts.recency[0]: must be a number of at most 1e12 in size, got `NaN`",
                "rfm.cuts.recency[1]: must be a number of at most 1e12 in size, got `10000000000000`",
            ],
        ),
        (
            good().segments(RfmSegmentsSpec::usual()),
            &["rfm.segments.preset: `usual` is made for 5 bins, got `3`"],
        ),
        (
            good().segments(RfmSegmentsSpec::default()),
            &["rfm.segments: give a `preset` or a `table`"],
        ),
        (
            RfmSpec::new()
                .cuts(RfmCuts::new([1.0; 4], [1.0; 4], [1.0; 4]))
                .segments(RfmSegmentsSpec {
                    default: Some("rest".to_owned()),
                    ..RfmSegmentsSpec::usual()
                }),
            &["rfm.segments: give `preset` or a `table` of your own, not both"],
        ),
        (
            rows(vec![
                row("a").recency(1, 2),
                row("b").recency(2, 3).frequency(3, 3),
            ]),
            &["rfm.segments.table[1]: `b` holds the cell `2-3-1`, which `a` of table[0] holds too"],
        ),
        (
            rows(vec![
                row("a").recency(1, 2),
                row("b").recency(3, 3).frequency(2, 3),
            ]),
            &["rfm.segments.table: no segment holds the cell `3-1-1`"],
        ),
        (
            rows(vec![
                row(""),
                row("b").recency(3, 1).frequency(0, 2).monetary(1, 4),
            ]),
            &[
                "rfm.segments.table[0].name: a name must not be empty",
                "rfm.segments.table[1].recency: takes the lowest bin first, got `3` and `1`",
                "rfm.segments.table[1].frequency: bins run from 1 to 3, got `0` and `2`",
                "rfm.segments.table[1].monetary: bins run from 1 to 3, got `1` and `4`",
            ],
        ),
        (
            good().segments(RfmSegmentsSpec {
                choose: RfmSegmentChoice::FirstMatch,
                ..RfmSegmentsSpec::table([row("a")])
            }),
            &["rfm.segments.default: `first_match` needs a name for the cells that no row holds"],
        ),
        (
            good().segments(RfmSegmentsSpec::first_match([row("a")], " ")),
            &["rfm.segments.default: a name must not begin or end with white space"],
        ),
        (
            good().segments(RfmSegmentsSpec {
                default: Some("rest".to_owned()),
                ..RfmSegmentsSpec::table([row("a")])
            }),
            &["rfm.segments.default: belongs to `choose = \"first_match\"`, got `rest`"],
        ),
        (
            rows(vec![row("a"); 1001]),
            &["rfm.segments.table: at most 1000 rows, got `1001`"],
        ),
    ];
    for (spec, expected) in table {
        assert_eq!(refused(spec.build(&schema)), expected);
    }
    let lead = Lead::builder(&schema, "a").build().unwrap();
    let as_of: AsOf = "2026-03-01".parse().unwrap();
    assert_eq!(
        refused(RfmSpec::new().fit(&schema, std::slice::from_ref(&lead), as_of)),
        ["no purchases as of 2026-03-01T00:00:00Z in the population"]
    );
    assert_eq!(
        refused(
            RfmSpec::new()
                .of("visit")
                .bins(0)
                .fit(&schema, &[lead], as_of)
        ),
        ["rfm.bins: must be between 2 and 1000, got `0`"]
    );
    let model = ModelSpec::new("m").dimension(DimensionSpec::rfm("value", RfmSpec::new()));
    assert_eq!(
        refused(ScoreModel::build(&model)),
        [
            "dimensions[0].rfm.cuts: there are none: give them, or learn them from a population with `fit`"
        ]
    );
}

#[test]
fn a_model_file_has_them() {
    let spec: ModelSpec = toml::from_str(
        r#"
        version = 1
        [[dimensions]]
        name = "value"
        [dimensions.rfm]
        rule = "quantile"
        bins = 3
        weights = { frequency = 2 }
        cuts = { recency = [7, 30], frequency = [1, 3], monetary = [50, 100] }
        [dimensions.rfm.segments]
        choose = "first_match"
        default = "Others"
        table = [{ name = "Best", recency = [3, 3], frequency = [2, 3] }]
        [[dimensions]]
        name = "recency"
        rfm = { axis = "recency", bins = 3, cuts = { recency = [7, 30] } }
        "#,
    )
    .unwrap();
    let again: ModelSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
    assert_eq!(again, spec);
    let model = ScoreModel::build(&spec).unwrap();
    let units: Vec<Unit> = model
        .dimensions()
        .iter()
        .map(lead_scoring::Dimension::unit)
        .collect();
    assert_eq!(units, [Unit::Cell, Unit::Days]);
    let lead = Lead::builder(model.schema(), "a")
        .purchase("2026-02-10".parse().unwrap(), 30.0)
        .purchase("2026-02-12".parse().unwrap(), 30.0)
        .build()
        .unwrap();
    let vector = model.vector(&lead, "2026-03-01".parse().unwrap());
    assert_eq!(vector.raw("value"), Some(222.0));
    assert_eq!(vector.score("value").unwrap().get(), 50.0);
    assert_eq!(vector.raw("recency"), Some(17.0));
    assert_eq!(vector.score("recency").unwrap().get(), 50.0);
    assert!(toml::from_str::<RfmSpec>("bin = 3").is_err());
}
