//! Calibration: figures of other implementations, laws, and what can be wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and tables are long"
)]

use lead_scoring::testing::check_scorer;
use lead_scoring::{
    AsOf, Calibration, CalibrationError, Explanation, Formula, IsotonicRegression, Knot, Lead,
    NaiveBayesSpec, PlattScaling, PredictiveModel, PriorCorrection, SchemaSpec, Score, Scorer,
    Unit,
};
use proptest::collection::vec;
use proptest::prelude::*;

const SCORES: [f64; 20] = [
    -3.2, -2.5, -2.5, -1.9, -1.4, -1.1, -0.8, -0.8, -0.3, 0.0, 0.2, 0.2, 0.6, 0.9, 1.3, 1.3, 1.3,
    2.1, 2.8, 4.0,
];
const CONVERTED: [u8; 20] = [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1];
const WEIGHTS: [f64; 20] = [
    1.0, 2.0, 0.5, 1.0, 1.0, 1.0, 3.0, 1.0, 1.0, 0.25, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0,
    4.0,
];

fn outcomes() -> Vec<bool> {
    CONVERTED.iter().map(|&converted| converted == 1).collect()
}

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} {b}");
}

/// `statsmodels.api.GLM(t, [1, f], Binomial(), freq_weights=w).fit(tol=1e-14)` of statsmodels 0.15.0, `t` being
/// Platt's targets; `sklearn.calibration._SigmoidCalibration` of scikit-learn 1.9.1 gives the same to 1e-6.
#[test]
fn platt_scaling_is_that_of_others() {
    let curve = PlattScaling::fit(&SCORES, &outcomes()).unwrap();
    near(curve.slope(), 0.486_366_839_624_322_4, 1e-9);
    near(curve.intercept(), 0.003_167_709_577_714_943, 1e-9);
    near(curve.slope(), 0.486_366_835_671_565_8, 1e-6);
    near(curve.intercept(), 0.003_167_708_077_965_845_6, 1e-6);
    let curve = PlattScaling::fit_weighted(&SCORES, &outcomes(), &WEIGHTS).unwrap();
    near(curve.slope(), 0.673_779_063_230_230_3, 1e-9);
    near(curve.intercept(), -0.115_948_961_753_683_59, 1e-9);
}

/// `sklearn.isotonic.IsotonicRegression(out_of_bounds="clip").fit(f, y, w)` of scikit-learn 1.9.1: the thresholds, and
/// what it predicts on knots, between and outside them.
#[test]
fn isotonic_regression_is_that_of_scikit_learn() {
    const AT: [f64; 9] = [-9.0, -2.2, -1.0, -0.55, 0.1, 0.4, 1.0, 1.7, 9.0];
    let third = 1.0 / 3.0;
    let even = (
        IsotonicRegression::fit(&SCORES, &outcomes()).unwrap(),
        vec![
            (-3.2, 0.0),
            (-2.5, 0.25),
            (-1.4, 0.25),
            (-1.1, third),
            (-0.8, third),
            (-0.3, 0.5),
            (0.9, 0.5),
            (1.3, 2.0 * third),
            (2.1, 1.0),
            (4.0, 1.0),
        ],
        [
            0.0,
            0.25,
            third,
            0.416_666_666_666_666_63,
            0.5,
            0.5,
            0.541_666_666_666_666_6,
            0.833_333_333_333_333_3,
            1.0,
        ],
    );
    let ninth = 1.0 / 9.0;
    let middle = 0.615_384_615_384_615_4;
    let weighted = (
        IsotonicRegression::fit_weighted(&SCORES, &outcomes(), &WEIGHTS).unwrap(),
        vec![
            (-3.2, 0.0),
            (-2.5, ninth),
            (-1.4, ninth),
            (-1.1, 0.2),
            (-0.8, 0.2),
            (-0.3, middle),
            (0.2, middle),
            (0.6, 2.0 * third),
            (1.3, 2.0 * third),
            (2.8, 1.0),
            (4.0, 1.0),
        ],
        [
            0.0,
            ninth,
            0.2,
            0.407_692_307_692_307_7,
            middle,
            0.641_025_641_025_641,
            2.0 * third,
            0.755_555_555_555_555_5,
            1.0,
        ],
    );
    for (curve, knots, predicted) in [even, weighted] {
        assert_eq!(curve.knots().len(), knots.len());
        for (knot, (score, probability)) in curve.knots().iter().zip(knots) {
            assert_eq!(knot.score, score);
            near(knot.probability, probability, 1e-12);
        }
        for (score, probability) in AT.into_iter().zip(predicted) {
            near(curve.apply(score), probability, 1e-12);
        }
    }
}

/// King and Zeng 2001: as many events as others in the sample, 5 % and then 0.1 % in truth.
#[test]
fn the_prior_is_corrected() {
    let prior = PriorCorrection::new(0.5, 0.05).unwrap();
    near(prior.shift(), 19_f64.ln(), 1e-12);
    for z in [-3.0, 0.0, 0.7, 5.0] {
        near(
            prior.apply(z),
            1.0 / (1.0 + (-(z - 19_f64.ln())).exp()),
            1e-15,
        );
    }
    let (t, s): (f64, f64) = (0.001, 0.2);
    let shift = ((1.0 - t) / t * (s / (1.0 - s))).ln();
    near(PriorCorrection::new(s, t).unwrap().shift(), shift, 1e-12);
    let none = PriorCorrection::new(0.3, 0.3).unwrap();
    assert_eq!((none.shift(), none.apply(0.0)), (0.0, 0.5));
}

#[test]
fn calibrations_are_data() {
    let all: [Calibration; 3] = [
        PlattScaling::new(0.9, -0.25).unwrap().into(),
        IsotonicRegression::fit(&SCORES, &outcomes())
            .unwrap()
            .into(),
        PriorCorrection::new(0.5, 0.05).unwrap().into(),
    ];
    let words = all.each_ref().map(ToString::to_string);
    assert_eq!(
        words,
        [
            "Platt scaling, 0.9000 x - 0.2500",
            "isotonic regression of 10 knots",
            "prior correction from 50.00 % to 5.00 %"
        ]
    );
    for calibration in all {
        let json = serde_json::to_string(&calibration).unwrap();
        assert_eq!(
            serde_json::from_str::<Calibration>(&json).unwrap(),
            calibration
        );
        let table = toml::to_string(&calibration).unwrap();
        assert_eq!(toml::from_str::<Calibration>(&table).unwrap(), calibration);
        for wild in [f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300] {
            assert!((0.0..=1.0).contains(&calibration.apply(wild)));
        }
        assert!(calibration.apply(f64::NAN).is_nan());
        // A formula that anything can use.
        let log_odds = Explanation::given("log-odds", Unit::LogOdds, 0.4);
        let formula = Formula::Calibrated(calibration.clone());
        let node = Explanation::node("p", Unit::Probability, formula, vec![log_odds]);
        assert_eq!(node.value(), Some(calibration.apply(0.4)));
        assert!(node.recomputes());
    }
}

#[test]
fn naive_bayes_is_calibrated() {
    let schema = SchemaSpec::new().text("industry").build().unwrap();
    let of = |industry: &str| {
        Lead::builder(&schema, "a")
            .set("industry", industry)
            .build()
            .unwrap()
    };
    let as_of: AsOf = "2026-03-01".parse().unwrap();
    let platt = PlattScaling::new(0.5, -1.0).unwrap();
    let spec = NaiveBayesSpec::new()
        .attribute("industry")
        .minimum(1)
        .calibration(platt);
    let mut bayes = spec.build(&schema).unwrap();
    for (industry, converted) in [("retail", true), ("retail", false), ("retail", false)] {
        bayes.learn(&of(industry), converted, as_of).unwrap();
    }
    let spec: NaiveBayesSpec = toml::from_str(&toml::to_string(&bayes.spec()).unwrap()).unwrap();
    let bayes = spec.build(&schema).unwrap();
    let log_odds = bayes.log_odds(&of("retail"), as_of).unwrap();
    assert_eq!(
        bayes.probability(&of("retail"), as_of),
        Some(platt.apply(log_odds))
    );
    let why = bayes.explain(&of("retail"), as_of);
    assert!(why.recomputes());
    let score = bayes.score(&of("retail"), as_of).unwrap();
    assert_eq!(why.value(), Some(score.get()));
    assert_eq!(
        why.to_string(),
        "20.64 naive bayes (0 is 0, 1 is 100)\n  \
           0.21 probability (Platt scaling, 0.5000 x - 1.0000)\n    \
             -0.69 log-odds (sum)\n      \
               -0.69 prior of all leads (1 converted, 2 did not)\n      \
               0 industry: retail (1 of 1 converted, 2 of 2 not)"
    );
}

#[test]
fn predictive_models_are_calibrated() {
    let file = r#"{
        "version": 1,
        "features": [{
            "feature": { "name": "seats", "attribute": "seats" },
            "columns": [{ "of": "value", "mean": 50.0, "deviation": 20.0 }]
        }],
        "coefficients": [{ "column": "seats", "value": 0.5 }],
        "baseline": -2.0,
        "base_rate": 0.15
    }"#;
    let plain: PredictiveModel = serde_json::from_str(file).unwrap();
    let prior = PriorCorrection::new(0.5, 0.1).unwrap();
    let model = plain.calibration(prior);
    let model: PredictiveModel = toml::from_str(&toml::to_string(&model).unwrap()).unwrap();
    let schema = SchemaSpec::new().number("seats").build().unwrap();
    let scorer = model.build(&schema).unwrap();
    let as_of: AsOf = "2026-03-01".parse().unwrap();
    let lead = Lead::builder(&schema, "a")
        .set("seats", 130)
        .build()
        .unwrap();
    // Even odds in the sample.
    assert_eq!(scorer.log_odds(&lead, as_of), Some(0.0));
    near(scorer.probability(&lead, as_of).unwrap(), 0.1, 1e-12);
    let rows = scorer.probabilities_of_rows(&[4.0], 1).unwrap();
    near(rows[0], 0.1, 1e-12);
    let why = scorer.explain(&lead, as_of);
    assert!(why.recomputes());
    assert_eq!(why.value(), scorer.score(&lead, as_of).map(Score::get));
    let node = why
        .nodes()
        .find(|node| node.label() == "probability")
        .unwrap();
    assert_eq!(*node.formula(), Formula::Calibrated(prior.into()));
    check_scorer(&scorer, &[lead], &[as_of]).unwrap();
}

#[test]
fn every_problem_is_said() {
    type Row<'r> = (&'r [f64], &'r [bool], Option<&'r [f64]>, &'r str);
    type Fit = fn(&[f64], &[bool], Option<&[f64]>) -> Result<(), CalibrationError>;
    let platt: Fit = |scores, outcomes, weights| match weights {
        Some(weights) => PlattScaling::fit_weighted(scores, outcomes, weights).map(drop),
        None => PlattScaling::fit(scores, outcomes).map(drop),
    };
    let isotonic: Fit = |scores, outcomes, weights| match weights {
        Some(weights) => IsotonicRegression::fit_weighted(scores, outcomes, weights).map(drop),
        None => IsotonicRegression::fit(scores, outcomes).map(drop),
    };
    let table: &[Row<'_>] = &[
        (
            &[],
            &[],
            None,
            "outcomes: needs leads of both outcomes, none converted",
        ),
        (
            &[1.0],
            &[],
            None,
            "outcomes: one for each score: expected 1, got 0",
        ),
        (
            &[1.0, 2.0],
            &[true, true],
            None,
            "outcomes: needs leads of both outcomes, none did not convert",
        ),
        (
            &[1.0, 2.0],
            &[false, false],
            None,
            "outcomes: needs leads of both outcomes, none converted",
        ),
        (
            &[1.0, f64::NAN],
            &[true, false],
            None,
            "scores[1]: must be a number of at most 1e12 in size, got `NaN`",
        ),
        (
            &[f64::INFINITY],
            &[true],
            None,
            "scores[0]: must be a number of at most 1e12 in size, got `inf`",
        ),
        (
            &[1.0, 2e12],
            &[true, false],
            None,
            "scores[1]: must be a number of at most 1e12 in size, got `2000000000000`",
        ),
        (
            &[1.0, 2.0],
            &[true, false],
            Some(&[1.0]),
            "weights: one for each score: expected 2, got 1",
        ),
        (
            &[1.0, 2.0],
            &[true, false],
            Some(&[1.0, -1.0]),
            "weights[1]: must be between 0 and 1e12, got `-1`",
        ),
        (
            &[1.0, 2.0],
            &[true, false],
            Some(&[f64::NAN, 1.0]),
            "weights[0]: must be between 0 and 1e12, got `NaN`",
        ),
        (
            &[1.0, 2.0],
            &[true, false],
            Some(&[0.0, 1.0]),
            "outcomes: needs leads of both outcomes, none converted",
        ),
    ];
    for (scores, outcomes, weights, message) in table {
        for fit in [platt, isotonic] {
            let error = fit(scores, outcomes, *weights).unwrap_err();
            assert_eq!(error.to_string(), *message);
        }
    }
    let steep = PlattScaling::fit(&[0.0, 1e-14], &[false, true]).unwrap_err();
    assert_eq!(
        (steep.place(), steep.message()),
        (
            "scores",
            "differ too little: the curve would be steeper than 1e12"
        )
    );
    for (json, message) in [
        (
            r#"{"method": "platt", "slope": 1.0}"#,
            "missing field `intercept`",
        ),
        (
            r#"{"method": "platt", "slope": 1.0, "intercept": 0.0, "a": 1}"#,
            "unknown field `a`, expected `slope` or `intercept`",
        ),
        (
            r#"{"method": "platt", "slope": 2e12, "intercept": 0.0}"#,
            "slope: must be a number of at most 1e12 in size, got `2000000000000`",
        ),
        (
            r#"{"method": "isotonic", "knots": []}"#,
            "knots: needs at least one knot",
        ),
        (
            r#"{"method": "isotonic", "knots": [{"score": 1.0, "probability": 1.5}]}"#,
            "knots[0].probability: must be between 0 and 1, got `1.5`",
        ),
        (
            r#"{"method": "isotonic", "knots": [{"score": 1.0, "probability": 0.5}, {"score": 1.0, "probability": 0.5}]}"#,
            "knots[1].score: must ascend, got `1` after `1`",
        ),
        (
            r#"{"method": "isotonic", "knots": [{"score": 1.0, "probability": 0.5}, {"score": 2.0, "probability": 0.25}]}"#,
            "knots[1].probability: must not fall, got `0.25` after `0.5`",
        ),
        (
            r#"{"method": "isotonic", "knots": [{"score": -1e13, "probability": 0.5}]}"#,
            "knots[0].score: must be a number of at most 1e12 in size, got `-10000000000000`",
        ),
        (
            r#"{"method": "prior", "sampled": 1.0, "actual": 0.5}"#,
            "sampled: must be more than 0 and less than 1, got `1`",
        ),
        (
            r#"{"method": "prior", "sampled": 0.5, "actual": 0.0}"#,
            "actual: must be more than 0 and less than 1, got `0`",
        ),
        (
            r#"{"method": "beta"}"#,
            "unknown variant `beta`, expected one of `platt`, `isotonic`, `prior`",
        ),
    ] {
        let error = serde_json::from_str::<Calibration>(json)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn hard_cases_have_an_answer() {
    // All scores equal: everyone gets the smoothed share.
    let flat = PlattScaling::fit(
        &[3.0; 10],
        &[
            true, false, false, false, false, false, false, false, false, false,
        ],
    )
    .unwrap();
    assert_eq!(flat.slope(), 0.0);
    near(
        flat.apply(-5.0),
        (1.0 * (2.0 / 3.0) + 9.0 / 11.0) / 10.0,
        1e-9,
    );
    let level = IsotonicRegression::fit(&[3.0; 4], &[true, false, false, false]).unwrap();
    assert_eq!(
        level.knots(),
        [Knot {
            score: 3.0,
            probability: 0.25
        }]
    );
    // Separated: Platt's targets keep it finite, isotonic regression steps from 0 to 1.
    let scores: Vec<f64> = (0..40).map(f64::from).collect();
    let outcomes: Vec<bool> = (0..40).map(|i| i >= 20).collect();
    let apart = PlattScaling::fit(&scores, &outcomes).unwrap();
    assert!(apart.slope() > 0.0 && apart.slope() < 10.0, "{apart}");
    let mean = scores.iter().map(|&score| apart.apply(score)).sum::<f64>() / 40.0;
    near(mean, 0.5, 1e-9);
    let step = IsotonicRegression::fit(&scores, &outcomes).unwrap();
    assert_eq!(
        (step.apply(19.0), step.apply(19.5), step.apply(20.0)),
        (0.0, 0.5, 1.0)
    );
    // Turned round: one pool, and a falling curve.
    let turned: Vec<bool> = outcomes.iter().map(|converted| !converted).collect();
    assert_eq!(
        IsotonicRegression::fit(&scores, &turned)
            .unwrap()
            .apply(7.0),
        0.5
    );
    assert!(PlattScaling::fit(&scores, &turned).unwrap().slope() < 0.0);
    // Far from 0 and large.
    let far: Vec<f64> = scores.iter().map(|score| 1e11 + 1e6 * score).collect();
    let far = PlattScaling::fit(&far, &outcomes).unwrap();
    near(far.apply(1e11 + 25.0 * 1e6), apart.apply(25.0), 1e-6);
}

fn sample() -> impl Strategy<Value = Vec<(f64, bool, f64)>> {
    let score = prop_oneof![
        4 => (-20_i32..20).prop_map(|tenths| f64::from(tenths) / 10.0),
        2 => -5.0..5.0_f64,
        1 => prop_oneof![Just(1e12), Just(-1e12), Just(-0.0), Just(5e-324)],
    ];
    vec(
        (
            score,
            any::<bool>(),
            prop_oneof![2 => Just(1.0), 1 => 0.1..10.0_f64],
        ),
        2..60,
    )
    .prop_filter("both outcomes", |leads| {
        leads.iter().any(|lead| lead.1) && leads.iter().any(|lead| !lead.1)
    })
}

fn columns(leads: &[(f64, bool, f64)]) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    let scores = leads.iter().map(|lead| lead.0).collect();
    let outcomes = leads.iter().map(|lead| lead.1).collect();
    (scores, outcomes, leads.iter().map(|lead| lead.2).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn isotonic_probabilities_rise_and_their_mean_is_what_was_observed(
        leads in sample(),
        at in vec(-6.0..6.0_f64, 20),
    ) {
        let (scores, outcomes, weights) = columns(&leads);
        let curve = IsotonicRegression::fit_weighted(&scores, &outcomes, &weights).unwrap();
        let mut at: Vec<f64> = at.into_iter().chain(scores.iter().copied()).collect();
        at.sort_by(f64::total_cmp);
        let given: Vec<f64> = at.iter().map(|&score| curve.apply(score)).collect();
        prop_assert!(given.windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert!(given.iter().all(|p| (0.0..=1.0).contains(p)));
        let whole: f64 = weights.iter().sum();
        let mean = leads.iter().map(|lead| lead.2 * curve.apply(lead.0)).sum::<f64>() / whole;
        let observed = leads.iter().filter(|lead| lead.1).map(|lead| lead.2).sum::<f64>() / whole;
        prop_assert!((mean - observed).abs() < 1e-9, "{} {}", mean, observed);

        // The order of leads does not matter, nor does learning again from what was learned.
        let mut turned = leads.clone();
        turned.reverse();
        let (scores, outcomes, weights) = columns(&turned);
        let same = IsotonicRegression::fit_weighted(&scores, &outcomes, &weights).unwrap();
        prop_assert_eq!(&same, &curve);
        let read: IsotonicRegression = serde_json::from_str(&serde_json::to_string(&curve).unwrap()).unwrap();
        prop_assert_eq!(&read, &curve);
    }

    /// No curve of that shape fits better, and its mean is that of Platt's targets.
    #[test]
    fn platt_scaling_is_the_best_of_its_shape(
        leads in sample(),
        (by, up) in (-0.5..0.5_f64, -0.5..0.5_f64),
    ) {
        let leads: Vec<_> = leads.into_iter().filter(|lead| lead.0.abs() < 10.0).collect();
        let (scores, outcomes, weights) = columns(&leads);
        let Ok(curve) = PlattScaling::fit_weighted(&scores, &outcomes, &weights) else {
            return Err(TestCaseError::reject("refused"));
        };
        let sum = |outcome: bool| {
            leads.iter().filter(|lead| lead.1 == outcome).map(|lead| lead.2).sum::<f64>()
        };
        let (high, low) = ((sum(true) + 1.0) / (sum(true) + 2.0), 1.0 / (sum(false) + 2.0));
        let target = |converted: bool| if converted { high } else { low };
        let loss = |curve: &PlattScaling| {
            let own = |lead: &(f64, bool, f64)| {
                let (p, t) = (curve.apply(lead.0), target(lead.1));
                -lead.2 * (t * p.ln() + (1.0 - t) * (1.0 - p).ln())
            };
            leads.iter().map(own).sum::<f64>()
        };
        let other = PlattScaling::new(curve.slope() + by, curve.intercept() + up).unwrap();
        prop_assert!(loss(&curve) <= loss(&other) + 1e-7, "{} {}", curve, other);
        let off: f64 = leads.iter().map(|lead| lead.2 * (curve.apply(lead.0) - target(lead.1))).sum();
        prop_assert!(off.abs() < 1e-6, "{}", off);
    }
}
