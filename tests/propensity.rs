//! Propensity within a horizon: known hazards, the life table, laws, and what can be wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking, and tables are long"
)]

use lead_scoring::testing::{check_model, check_scorer};
use lead_scoring::{
    AsOf, DimensionSpec, HazardPeriod, Lead, ModelSpec, PropensityModel, Schema, SchemaSpec,
    ScoreModel, Scorer, Unit,
};
use proptest::prelude::*;
use std::sync::LazyLock;

fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| schema_spec().build().unwrap());
    &SCHEMA
}

fn schema_spec() -> SchemaSpec {
    SchemaSpec::new().number("seats").flag("trial")
}

fn lead(seats: f64) -> Lead {
    Lead::builder(schema(), "a")
        .set("seats", seats)
        .build()
        .unwrap()
}

fn now() -> AsOf {
    "2026-03-01".parse().unwrap()
}

/// Log-odds of the hazard: -2 + 0.5 (seats - 50) / 20, and shifts of the periods.
fn model(shifts: [f64; 3]) -> PropensityModel {
    let hazard = r#"{
        "version": 1,
        "features": [{
            "feature": { "name": "seats", "attribute": "seats" },
            "columns": [{ "of": "value", "mean": 50.0, "deviation": 20.0 }]
        }],
        "coefficients": [{ "column": "seats", "value": 0.5 }],
        "baseline": -2.0,
        "base_rate": 0.15
    }"#;
    let periods = ["7d", "30d", "90d"].into_iter().zip(shifts);
    PropensityModel {
        version: 1,
        note: None,
        horizon: None,
        periods: periods
            .map(|(until, shift)| HazardPeriod {
                until: until.to_owned(),
                shift,
            })
            .collect(),
        hazard: serde_json::from_str(hazard).unwrap(),
    }
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

#[test]
fn hazards_add_up() {
    let scorer = model([0.0, -0.5, 1.0]).build(schema()).unwrap();
    let within = |time: &str| scorer.within(&lead(90.0), now(), time).unwrap().unwrap();
    let [first, second, third] = [-1.0, -1.5, 0.0].map(logistic);
    for (time, stays) in [
        ("0d", 1.0),
        ("7d", 1.0 - first),
        ("30d", (1.0 - first) * (1.0 - second)),
        ("90d", (1.0 - first) * (1.0 - second) * (1.0 - third)),
        // Spread evenly inside a period: 84 of its 168 hours, 30 of its 60 days.
        ("84h", (1.0 - first).sqrt()),
        ("60d", (1.0 - first) * (1.0 - second) * (1.0 - third).sqrt()),
    ] {
        assert!((within(time) - (1.0 - stays)).abs() < 1e-12, "{time}");
    }
    let hazards = scorer.hazards(&lead(90.0), now()).unwrap();
    assert_eq!(
        hazards.iter().map(|hazard| hazard.0).collect::<Vec<_>>(),
        [7.0, 30.0, 90.0]
    );
    assert!((hazards[2].1 - 0.5).abs() < 1e-12);
    let error = scorer.within(&lead(90.0), now(), "91d").unwrap_err();
    assert_eq!(error.to_string(), "the model tells up to `90d`, got `91d`");
    let error = scorer.within(&lead(90.0), now(), "soon").unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `soon`"
    );
    let nothing = Lead::builder(schema(), "a")
        .set("trial", true)
        .build()
        .unwrap();
    assert_eq!(scorer.within(&nothing, now(), "7d"), Ok(None));
}

#[test]
fn a_chance_is_explained_by_period() {
    let scorer = model([0.0, -0.5, 1.0])
        .horizon("30d")
        .build(schema())
        .unwrap();
    assert_eq!(scorer.unit(), Unit::Probability);
    let why = scorer.explain(&lead(90.0), now());
    assert!(why.recomputes());
    let score = scorer.score(&lead(90.0), now()).unwrap();
    assert_eq!(why.value().map(f64::to_bits), Some(score.get().to_bits()));
    assert_eq!(
        why.to_string(),
        "40.23 chance to convert in time (0 is 0, 1 is 100)\n  \
           0.4 within 30d (in any of the periods)\n    \
             0.27 hazard of 0s to 7d (logistic)\n      \
               -1 log-odds (sum)\n        \
                 -1 log-odds (sum)\n          \
                   -2 average lead\n          \
                   1 seats (sum)\n            \
                     1 seats (0.5000 x (90 - 50.0000) / 20.0000)\n        \
                 0 period\n    \
             0.18 hazard of 7d to 30d (logistic)\n      \
               -1.5 log-odds (sum)\n        \
                 -1 log-odds\n        \
                 -0.5 period"
    );
    assert_eq!(why.top_up(5).len(), 1);
    let nothing = Lead::builder(schema(), "a").build().unwrap();
    assert_eq!(scorer.explain(&nothing, now()).value(), None);
}

#[test]
fn horizons_are_dimensions() {
    let chances = model([0.0, -0.5, 1.0]);
    let mut spec = ModelSpec::new("soon").schema(schema_spec());
    for horizon in ["7d", "30d", "90d"] {
        spec = spec.dimension(DimensionSpec::propensity(
            horizon,
            chances.clone().horizon(horizon),
        ));
    }
    let json: ModelSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
    let toml: ModelSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
    assert_eq!((&json, &toml), (&spec, &spec));
    let built = ScoreModel::build(&toml).unwrap();
    let leads = [
        lead(10.0),
        lead(90.0),
        Lead::builder(schema(), "b").build().unwrap(),
    ];
    check_model(&built, &leads, &[now()]).unwrap();
    let vector = built.vector(&leads[1], now());
    let scores = ["7d", "30d", "90d"].map(|name| vector.score(name).unwrap());
    assert!(scores[0] < scores[1] && scores[1] < scores[2]);
    let scorer = chances.build(schema()).unwrap();
    assert_eq!(
        vector.raw("7d"),
        scorer.within(&leads[1], now(), "7d").unwrap()
    );
    assert_eq!(vector.score("90d"), scorer.score(&leads[1], now()));
    check_scorer(&scorer, &leads, &[now()]).unwrap();
    assert_eq!(
        scorer.next_change(&leads[1], now(), "2027-03-01".parse().unwrap()),
        Ok(None)
    );
}

#[test]
fn every_problem_is_said_with_its_place() {
    let good = || model([0.0; 3]);
    let with = |periods: &[(&str, f64)]| PropensityModel {
        periods: periods
            .iter()
            .map(|&(until, shift)| HazardPeriod {
                until: until.to_owned(),
                shift,
            })
            .collect(),
        ..good()
    };
    let mut calibrated = good();
    calibrated.hazard.calibration =
        Some(lead_scoring::PriorCorrection::new(0.5, 0.1).unwrap().into());
    calibrated.hazard.features[0].feature.attribute = Some("saets".to_owned());
    for (model, expected) in [
        (good(), &[][..]),
        (
            PropensityModel {
                version: 2,
                ..good()
            },
            &["propensity.version: this library reads version 1, got `2`"],
        ),
        (
            with(&[]),
            &["propensity.periods: needs at least one period"],
        ),
        (
            with(&[("7d", f64::NAN), ("7d", 2e12), ("often", 0.0)]),
            &[
                "propensity.periods[0].shift: must be a number of at most 1e12 in size, got `NaN`",
                "propensity.periods[1].shift: must be a number of at most 1e12 in size, got `2000000000000`",
                "propensity.periods[1].until: must be later than `7d`, got `7d`",
                "propensity.periods[2].until: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `often`",
            ],
        ),
        (
            with(&[("0d", 0.0)]),
            &["propensity.periods[0].until: must be later than `0s`, got `0d`"],
        ),
        (
            good().horizon("14d"),
            &["propensity.horizon: must be the end of a period (`7d`, `30d`, `90d`), got `14d`"],
        ),
        (
            good().horizon("later"),
            &[
                "propensity.horizon: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `later`",
            ],
        ),
        (
            calibrated,
            &[
                "propensity.hazard.calibration: a hazard is not calibrated",
                "propensity.hazard.features[0].feature.attribute: unknown attribute `saets`, did you mean `seats`?",
            ],
        ),
    ] {
        let problems: Vec<String> = match model.build(schema()) {
            Ok(_) => Vec::new(),
            Err(error) => error.problems().iter().map(ToString::to_string).collect(),
        };
        assert_eq!(problems, expected);
    }
    // A week is 604,800 seconds however it is written.
    assert!(good().horizon("1w").build(schema()).is_ok());
    let unknown = serde_json::from_str::<PropensityModel>(r#"{"version": 1, "period": []}"#);
    assert!(
        unknown
            .unwrap_err()
            .to_string()
            .starts_with("unknown field `period`")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_chance_never_falls_as_time_grows(
        shifts in [-1e3..1e3_f64, -5.0..5.0_f64, -5.0..5.0_f64],
        seats in prop_oneof![-1e12..1e12_f64, -200.0..300.0_f64],
        mut hours in proptest::collection::vec(0_i64..=90 * 24, 2..20),
    ) {
        let scorer = model(shifts).build(schema()).unwrap();
        hours.sort_unstable();
        let chance = |hours: &i64| scorer.within(&lead(seats), now(), &format!("{hours}h")).unwrap().unwrap();
        let chances: Vec<f64> = hours.iter().map(chance).collect();
        prop_assert!(chances.iter().all(|p| (0.0..=1.0).contains(p)), "{:?}", chances);
        prop_assert!(chances.windows(2).all(|pair| pair[0] <= pair[1] + 1e-15), "{:?}", chances);
        prop_assert_eq!(check_scorer(&scorer, &[lead(seats)], &[now()]), Ok(()));
    }
}

#[cfg(feature = "train")]
mod train {
    use super::{logistic, schema};
    use lead_scoring::{
        FeatureSpec, Lead, LogisticSpec, Moment, ObservedPeriod, PredictiveSpec, PropensityModel,
        PropensitySpec, Scorer,
    };
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const DAY: i64 = 86_400_000_000;

    fn start() -> Moment {
        "2025-01-01".parse().unwrap()
    }

    fn day(day: i64) -> Moment {
        start().plus_micros(day * DAY)
    }

    fn spec(feature: &str) -> PropensitySpec {
        let logistic = LogisticSpec::new().unpenalised().tolerance(1e-10);
        let hazard = PredictiveSpec::new()
            .feature(FeatureSpec::attribute(feature))
            .logistic(logistic);
        PropensitySpec::new(hazard)
    }

    /// Without a feature that tells leads apart, the chances are those of the life table: one less the product of the
    /// shares that stay, each among the leads observed to the period's end.
    #[test]
    fn chances_are_those_of_the_life_table() {
        let leads: Vec<Lead> = (0..100)
            .map(|i| {
                Lead::builder(schema(), format!("l{i}"))
                    .set("trial", i % 2 == 0)
                    .build()
                    .unwrap()
            })
            .collect();
        // Of either half: 5 in the first week, 10 by day 30, 10 by day 90.
        let converted: Vec<Option<Moment>> = (0..100)
            .map(|i| match i / 2 {
                0..5 => Some(day(7)),
                5..15 => Some(day(20)),
                15..25 => Some(day(31)),
                _ => None,
            })
            .collect();
        let trained = spec("trial")
            .train(schema(), &leads, &converted, [start()], day(90))
            .unwrap();
        assert!(trained.fit.converged);
        let period = |rows, converted| ObservedPeriod { rows, converted };
        assert_eq!(
            trained.observed,
            [period(100, 10), period(90, 20), period(70, 20)]
        );
        let scorer = trained.model.build(schema()).unwrap();
        for (time, chance) in [("7d", 0.1), ("30d", 0.3), ("90d", 0.5)] {
            let given = scorer
                .within(&leads[0], start().into(), time)
                .unwrap()
                .unwrap();
            assert!((given - chance).abs() < 1e-7, "{time} {given}");
        }
        // Observed for 45 days: the third period is not there.
        let error = spec("trial")
            .train(schema(), &leads, &converted, [start()], day(45))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "periods[2]: no lead was observed to its end"
        );
        let short = spec("trial").periods(["7d", "30d"]);
        let trained = short
            .train(schema(), &leads, &converted, [start()], day(45))
            .unwrap();
        assert_eq!(trained.observed, [period(100, 10), period(90, 20)]);
        // A moment later: those that converted by then are left out, and so is what was not observed to its end.
        let trained = spec("trial")
            .train(schema(), &leads, &converted, [start(), day(10)], day(90))
            .unwrap();
        assert_eq!(
            trained.observed,
            [period(190, 10), period(180, 60), period(70, 20)]
        );
        let json = serde_json::to_string(&trained.model).unwrap();
        assert_eq!(
            serde_json::from_str::<PropensityModel>(&json).unwrap(),
            trained.model
        );
    }

    /// Leads that convert by a known hazard: `logit h = a_k + 0.04 (seats - 50)`, half of them observed for 40 days
    /// only.
    #[test]
    fn a_known_hazard_is_found() {
        let levels = [-3.0, -2.0, -1.5];
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let (mut leads, mut converted) = (Vec::new(), Vec::new());
        for i in 0..8000 {
            let seats = (random.random::<f64>() * 100.0).round();
            let hazards = levels.map(|level| logistic(level + 0.04 * (seats - 50.0)));
            let period = hazards
                .iter()
                .position(|&hazard| random.random::<f64>() < hazard);
            converted.push(period.map(|period| day([3, 20, 60][period])));
            leads.push(
                Lead::builder(schema(), format!("l{i}"))
                    .set("seats", seats)
                    .build()
                    .unwrap(),
            );
        }
        let trained = spec("seats")
            .train(schema(), &leads, &converted, [start()], day(90))
            .unwrap();
        let scorer = trained
            .model
            .clone()
            .horizon("30d")
            .build(schema())
            .unwrap();
        for seats in [10.0, 50.0, 90.0] {
            let lead = Lead::builder(schema(), "a")
                .set("seats", seats)
                .build()
                .unwrap();
            let mut stays = 1.0;
            for (time, level) in ["7d", "30d", "90d"].into_iter().zip(levels) {
                stays *= 1.0 - logistic(level + 0.04 * (seats - 50.0));
                let given = scorer.within(&lead, start().into(), time).unwrap().unwrap();
                assert!(
                    (given - (1.0 - stays)).abs() < 0.03,
                    "{seats} {time} {given} {}",
                    1.0 - stays
                );
            }
        }
        // Calibrated in the large: as many convert within 30 days as it says, to one in a hundred.
        let said: f64 = leads
            .iter()
            .map(|lead| scorer.assess(lead, start().into()).raw.unwrap())
            .sum();
        let came = converted
            .iter()
            .filter(|at| at.is_some_and(|at| at <= day(30)))
            .count() as f64;
        assert!((said - came).abs() < 80.0, "{said} {came}");
    }

    #[test]
    fn what_cannot_be_trained_is_said() {
        let leads = [Lead::builder(schema(), "a")
            .set("seats", 1)
            .build()
            .unwrap()];
        let train = |spec: PropensitySpec, converted: &[Option<Moment>]| {
            let error = spec
                .train(schema(), &leads, converted, [start()], day(90))
                .unwrap_err();
            error.to_string()
        };
        assert_eq!(
            train(spec("seats").periods(Vec::<String>::new()), &[None]),
            "periods: needs at least one period"
        );
        assert_eq!(
            train(spec("seats").periods(["30d", "7d", "soon"]), &[None]),
            "periods[1]: must be later than `30d`, got `7d`\n\
             periods[2]: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `soon`"
        );
        assert_eq!(
            train(spec("seats"), &[]),
            "outcomes: one for each lead: expected 1, got 0"
        );
        assert_eq!(
            train(spec("saets"), &[None]),
            "features[0].attribute: unknown attribute `saets`, did you mean `seats`?"
        );
        let spec: PropensitySpec =
            toml::from_str("hazard = { features = [{ name = 'seats', attribute = 'seats' }] }")
                .unwrap();
        assert_eq!(spec.periods, ["7d", "30d", "90d"]);
    }
}
