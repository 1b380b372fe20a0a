//! Bank Marketing (UCI): naive Bayes over its nine categories and its calibration on held-out calls, against
//! scikit-learn.

use super::bank::{RAW, TEXTS, leads, schema};
use super::trial;
use lead_scoring::{AsOf, IsotonicRegression, NaiveBayesSpec, PlattScaling, Scorer};
use libtest_mimic::Trial;

pub(super) fn trials() -> Vec<Trial> {
    vec![trial("bank: naive Bayes and its calibration", RAW, bayes)]
}

fn near(given: f64, expected: f64, tolerance: f64) {
    assert!((given - expected).abs() <= tolerance, "{given} {expected}");
}

/// Figures of scikit-learn 1.9.1: `CategoricalNB(alpha=1)` over ordinal codes of the rows with `j % 5 > 1`,
/// `_SigmoidCalibration` and `IsotonicRegression(out_of_bounds="clip")` on the log-odds of those with `j % 5 == 1`,
/// measured on those with `j % 5 == 0`; 1e-12 on probabilities, 1e-9 on means, 1e-5 on the curve, whose fit stops
/// early there.
fn bayes(raw: &[u8]) {
    const FIRST: [f64; 5] = [
        0.015_046_090_158_079_52,
        0.005_287_073_517_646_379_5,
        0.012_738_820_290_773_719,
        0.008_582_664_984_860_907,
        0.006_478_715_914_349_845,
    ];
    let schema = schema();
    let (leads, converted) = leads(&schema, raw);
    let as_of: AsOf = "2026-03-01".parse().unwrap();
    let spec = TEXTS
        .iter()
        .fold(NaiveBayesSpec::new(), |spec, name| spec.attribute(*name));
    let mut bayes = spec.build(&schema).unwrap();
    for (j, (lead, &converted)) in leads.iter().zip(&converted).enumerate() {
        if j % 5 > 1 {
            bayes.learn(lead, converted, as_of).unwrap();
        }
    }
    assert_eq!(
        (bayes.leads().converted, bayes.leads().not_converted),
        (394, 2996)
    );

    let part = |of: usize| {
        let rows = leads.iter().zip(&converted).enumerate();
        let rows = rows.filter(move |(j, _)| j % 5 == of);
        rows.map(|(_, (lead, &converted))| (bayes.log_odds(lead, as_of).unwrap(), converted))
            .unzip::<_, _, Vec<f64>, Vec<bool>>()
    };
    let (held, outcomes) = part(1);
    let (test, came) = part(0);
    for (lead, expected) in leads.iter().step_by(5).zip(FIRST) {
        near(bayes.probability(lead, as_of).unwrap(), expected, 1e-12);
    }
    let logistic = |z: f64| 1.0 / (1.0 + (-z).exp());
    let mean = |loss: &dyn Fn(f64, bool) -> f64| {
        let rows = test.iter().zip(&came).map(|(&z, &came)| loss(z, came));
        let (sum, count) = rows.fold((0.0, 0.0), |(sum, count), loss| (sum + loss, count + 1.0));
        sum / count
    };
    let log_loss = |p: f64, came: bool| -if came { p } else { 1.0 - p }.ln();
    let brier = |p: f64, came: bool| (p - f64::from(u8::from(came))).powi(2);
    near(
        mean(&|z, came| log_loss(logistic(z), came)),
        0.331_797_682_887_521_54,
        1e-9,
    );
    near(
        mean(&|z, came| brier(logistic(z), came)),
        0.092_169_958_434_586_03,
        1e-9,
    );

    let platt = PlattScaling::fit(&held, &outcomes).unwrap();
    near(platt.slope(), 0.490_093_019_193_313_2, 1e-5);
    near(platt.intercept(), -1.118_588_228_222_883_2, 1e-5);
    near(
        mean(&|z, came| log_loss(platt.apply(z), came)),
        0.303_294_704_431_060_4,
        1e-6,
    );
    let isotonic = IsotonicRegression::fit(&held, &outcomes).unwrap();
    near(
        mean(&|z, came| brier(isotonic.apply(z), came)),
        0.084_894_952_721_612,
        1e-9,
    );

    // In a model: the score is 100 times the calibrated probability.
    let calibrated = bayes.spec().calibration(platt).build(&schema).unwrap();
    let score = calibrated.score(&leads[0], as_of).unwrap();
    near(score.get(), 100.0 * platt.apply(test[0]), 1e-12);
}
