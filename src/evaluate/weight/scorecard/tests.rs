use super::*;
use crate::evaluate::weight::WoeSpec;
use crate::lead::{Lead, Schema, SchemaSpec};
use crate::scorer::Scorer;
use proptest::prelude::*;

fn card(spec: ScorecardSpec, intercept: f64) -> Scorecard {
    let seats = [5.0, 8.0, 20.0, 30.0, 60.0, 90.0, f64::NAN, 99.0];
    let country = ["de", "at", "de", "de", "at", "at", "de", "ch"].map(Some);
    let converted = [false, false, false, true, false, true, true, true];
    let seats = WoeSpec::cuts(vec![10.0, 50.0]).numbers(&seats, &converted);
    let country = WoeSpec::new().levels(&country, &converted);
    let (seats, country) = (seats.unwrap(), country.unwrap());
    spec.card(
        intercept,
        &[("seats", &seats, 0.8), ("country", &country, 1.3)],
    )
    .unwrap()
}

/// Siddiqi (2006), chapter 6: odds of 50 to 1 at 600 points, 20 points double them: factor 28.8539, offset 487.123.
#[test]
fn the_published_scale() {
    let scale = ScorecardSpec::new(600.0, 50.0, 20.0);
    assert_eq!(format!("{:.4}", scale.factor()), "28.8539");
    assert_eq!(format!("{:.3}", scale.offset()), "487.123");
    for (odds, points) in [(25.0, 580.0), (50.0, 600.0), (100.0, 620.0), (200.0, 640.0)] {
        assert!((scale.points(f64::ln(odds)) - points).abs() < 1e-9);
        assert!((scale.log_odds(points) - f64::ln(odds)).abs() < 1e-12);
    }
}

#[test]
fn points_add_up_to_the_scaled_log_odds() {
    let spec = ScorecardSpec::new(50.0, 0.25, 10.0);
    let card = card(spec, -1.2);
    let values = |seats, country| [Value::Number(seats), Value::Text(country)];
    for (seats, country) in [(5.0, "de"), (10.0, "at"), (50.5, "ch"), (f64::NAN, "fr")] {
        let [of_seats, of_country] = [&card.features[0], &card.features[1]];
        let woe = of_seats.row(Value::Number(seats)).woe * 0.8
            + of_country.row(Value::Text(country)).woe * 1.3;
        let values = values(seats, country);
        assert!((card.exact_points(&values) - spec.points(-1.2 + woe)).abs() < 1e-9);
        let off = (card.points(&values) - card.exact_points(&values)).abs();
        assert!(off <= card.rounding && card.rounding <= 1.0);
        assert_eq!(card.points(&values).fract(), 0.0);
    }
    assert_eq!(card.features[1].row(Value::Text("fr")).bin, "missing");
    assert_eq!(
        card.exact_points(&[]),
        card.exact_points(&values(f64::NAN, ""))
    );
}

fn schema() -> Schema {
    SchemaSpec::new()
        .number("seats")
        .text("country")
        .build()
        .unwrap()
}

/// Of one feature, weight 1 and the log-odds of the base rate give each bin its own odds: `ln(converted / others)`.
#[test]
fn naive_bayes_of_one_feature_is_the_odds_of_its_bins() {
    let levels = [vec![Some("a"); 40], vec![Some("b"); 60]].concat();
    let converted: Vec<bool> = (0..100).map(|i| i < 30 || (40..50).contains(&i)).collect();
    let woe = WoeSpec::new().levels(&levels, &converted).unwrap();
    let scale = ScorecardSpec::new(0.0, 1.0, std::f64::consts::LN_2).step(0.0);
    let card = scale
        .card((40.0_f64 / 60.0).ln(), &[("level", &woe, 1.0)])
        .unwrap();
    for (level, odds) in [("a", 30.0 / 10.0), ("b", 10.0 / 50.0)] {
        let points = card.points(&[Value::Text(level)]);
        assert!((points - f64::ln(odds)).abs() < 1e-12, "{level}: {points}");
    }
    assert_eq!(card.rounding, 0.0);
}

#[test]
fn as_rules_it_gives_the_same_points() {
    let schema = schema();
    let card = card(ScorecardSpec::new(50.0, 0.25, 10.0).step(0.5), -1.2);
    let rules = card.rules().build(&schema).unwrap();
    let as_of = "2026-03-01".parse().unwrap();
    for seats in [
        None,
        Some(-3.0),
        Some(10.0),
        Some(10.5),
        Some(50.0),
        Some(1e9),
    ] {
        for country in [
            None,
            Some("de"),
            Some("at"),
            Some("ch"),
            Some("fr"),
            Some("DE"),
        ] {
            let mut lead = Lead::builder(&schema, "a");
            if let Some(seats) = seats {
                lead = lead.set("seats", seats);
            }
            if let Some(country) = country {
                lead = lead.set("country", country);
            }
            let values = [
                seats.map_or(Value::Missing, Value::Number),
                country.map_or(Value::Missing, Value::Text),
            ];
            let judged = rules.assess(&lead.build().unwrap(), as_of);
            assert_eq!(judged.raw, Some(card.points(&values)), "{values:?}");
            let score = judged.score.unwrap().get();
            assert!((0.0..=100.0).contains(&score));
        }
    }
}

#[test]
fn cards_are_data() {
    let card = card(ScorecardSpec::new(50.0, 0.25, 10.0), -1.2);
    let json = serde_json::to_string(&card).unwrap();
    assert_eq!(serde_json::from_str::<Scorecard>(&json).unwrap(), card);
    let toml = toml::to_string(&card).unwrap();
    assert_eq!(toml::from_str::<Scorecard>(&toml).unwrap(), card);
    let spec: ScorecardSpec =
        toml::from_str("base_points = 600\nbase_odds = 50\npoints_to_double = 20").unwrap();
    assert_eq!(spec, ScorecardSpec::new(600.0, 50.0, 20.0));
}

#[test]
fn bad_input_is_said() {
    let woe = WoeSpec::new().levels(&[Some("a"), Some("b")], &[true, false]);
    let woe = woe.unwrap();
    let good = ScorecardSpec::new(600.0, 50.0, 20.0);
    for (spec, intercept, features, message) in [
        (good, 0.0, vec![], "features: needs at least one feature"),
        (
            good,
            f64::NAN,
            vec![("a", &woe, 1.0), ("a", &woe, f64::INFINITY)],
            "intercept: must be at most 1e12 in size, got `NaN`\n\
             features[1]: must be at most 1e12 in size, got `inf`\nfeatures[1]: `a` stands twice",
        ),
        (
            ScorecardSpec::new(f64::NAN, 0.0, 0.0).step(-1.0),
            0.0,
            vec![("a", &woe, 1.0)],
            "base_points: must be at most 1e12 in size, got `NaN`\n\
             base_odds: must be above 0 and at most 1e12, got `0`\n\
             points_to_double: must not be 0 and at most 1e12 in size, got `0`\n\
             step: must be 0 or more and at most 1e12, got `-1`",
        ),
    ] {
        let error = spec.card(intercept, &features).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

proptest! {
    #[test]
    fn rounding_is_bounded(
        base in -1e3..1e3_f64,
        odds in 0.01..100.0_f64,
        double in 1.0..50.0_f64,
        step in proptest::sample::select(vec![0.0, 0.1, 0.5, 1.0, 5.0]),
        intercept in -5.0..5.0_f64,
        seats in 0.0..100.0_f64,
    ) {
        let card = card(ScorecardSpec::new(base, odds, double).step(step), intercept);
        let values = [Value::Number(seats), Value::Text("de")];
        let off = (card.points(&values) - card.exact_points(&values)).abs();
        prop_assert!(off <= card.rounding + 1e-9);
        prop_assert!(card.rounding <= step * 2.0 / 2.0 + 1e-9);
    }
}
