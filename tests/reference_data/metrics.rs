//! `metrics/`, `hsb2_blorr/` and `bank_marketing/`: metrics as scikit-learn, R's `blorr` and pROC give them.

use crate::trial_of;
use lead_scoring::{
    CutTies, Evaluation, GainsTable, ProbabilityEvaluation, ReliabilityBins, area_under_curve,
};
use libtest_mimic::Trial;
use serde_json::Value;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial_of(
            "metrics::cases",
            ["metrics/metric_cases.json"],
            |[cases]| {
                let cases: Value = serde_json::from_slice(&cases).unwrap();
                let cases = cases["cases"].as_array().unwrap();
                assert_eq!(cases.len(), 33);
                cases.iter().for_each(one_case);
            },
        ),
        trial_of(
            "metrics::ties_and_weights",
            [
                "metrics/metric_large_ties_weights.json",
                "ucla_binary/binary.csv",
                "ucla_binary/expected_R_fitted.csv",
            ],
            |[expected, admissions, fitted]| ties_and_weights(&expected, &admissions, &fitted),
        ),
        trial_of(
            "metrics::hsb2_gains",
            [
                "hsb2_blorr/expected_R_hsb2.json",
                "hsb2_blorr/expected_R_hsb2_fitted.csv",
            ],
            |[expected, fitted]| hsb2_gains(&expected, &fitted),
        ),
        trial_of(
            "metrics::hsb2_hosmer_lemeshow",
            ["hsb2_blorr/expected_R_hsb2.json", "hsb2_blorr/hsb2.csv"],
            |[expected, pupils]| hsb2_hosmer_lemeshow(&expected, &pupils),
        ),
        trial_of(
            "metrics::bank",
            [
                "bank_marketing/expected_sub8.json",
                "bank_marketing/expected_test_probabilities_sub8.csv",
            ],
            |[expected, probabilities]| bank(&expected, &probabilities),
        ),
    ]
}

/// What every figure is met to.
const CLOSE: f64 = 1e-10;

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found}, expected {expected}"
    );
}

fn numbers(value: &Value) -> Vec<f64> {
    let all = value.as_array().unwrap().iter();
    all.map(|number| number.as_f64().unwrap()).collect()
}

fn outcomes(value: &Value) -> Vec<bool> {
    numbers(value).into_iter().map(|y| y == 1.0).collect()
}

/// The columns of a CSV file of numbers.
fn columns(bytes: &[u8]) -> Vec<(String, Vec<f64>)> {
    let mut reader = csv::Reader::from_reader(bytes);
    let names = reader.headers().unwrap().clone();
    let mut columns: Vec<(String, Vec<f64>)> =
        names.iter().map(|name| (name.into(), vec![])).collect();
    for row in reader.records() {
        for (cell, (_, column)) in row.unwrap().iter().zip(&mut columns) {
            column.push(cell.parse().unwrap_or(f64::NAN));
        }
    }
    columns
}

fn column(columns: &[(String, Vec<f64>)], name: &str) -> Vec<f64> {
    let found = columns.iter().find(|(other, _)| other == name);
    found.unwrap().1.clone()
}

fn one_case(case: &Value) {
    let metric = case["metric"].as_str().unwrap();
    let input = &case["input"];
    let what = case.to_string();
    if metric == "trapezoid_auc_of_curve" {
        let area = area_under_curve(&numbers(&input["x"]), &numbers(&input["y"])).unwrap();
        return close(area, case["expected"].as_f64().unwrap(), CLOSE, &what);
    }
    let converted = outcomes(&input["y"]);
    let found = if input["score"].is_array() {
        let evaluation = Evaluation::new(&numbers(&input["score"]), &converted).unwrap();
        match metric {
            "roc_auc" => evaluation.roc_auc().map(|roc| roc.auc),
            "average_precision" => Some(evaluation.average_precision()),
            "roc_auc_partial_max_fpr_0.3_standardised_McClish" => evaluation.partial_roc_auc(0.3),
            other => panic!("no metric `{other}`"),
        }
    } else {
        let made = ProbabilityEvaluation::new(&numbers(&input["prob"]), &converted);
        if case["expected"] == "error: probability outside [0,1]" {
            let message = made.unwrap_err().to_string();
            assert_eq!(
                message,
                "probabilities[0]: must be between 0 and 1, got `-0.1`"
            );
            return;
        }
        let evaluation = made.unwrap();
        let bins = match metric {
            "log_loss" if case["expected"].is_string() => {
                assert!(evaluation.log_loss().is_finite());
                return;
            }
            "log_loss" => return case_close(case, evaluation.log_loss()),
            "brier" => return case_close(case, evaluation.brier()),
            "calibration_curve_uniform_2" => ReliabilityBins::EqualWidth(2),
            "calibration_curve_quantile_2" => ReliabilityBins::EqualCount(2),
            other => panic!("no metric `{other}`"),
        };
        let table = evaluation.reliability(bins).unwrap().bins;
        let expected = &case["expected"];
        let (rates, means) = (
            numbers(&expected["prob_true"]),
            numbers(&expected["prob_pred"]),
        );
        assert_eq!((table.len(), table.len()), (rates.len(), means.len()));
        for ((bin, rate), mean) in table.iter().zip(rates).zip(means) {
            close(bin.conversion_rate, rate, CLOSE, &what);
            close(bin.mean_probability, mean, CLOSE, &what);
        }
        return;
    };
    match found {
        Some(found) => case_close(case, found),
        None => assert!(
            case["expected"].as_str().unwrap().starts_with("undefined"),
            "{what}"
        ),
    }
}

/// The cases give some figures to fewer digits, and say so.
fn case_close(case: &Value, found: f64) {
    let expected = case["expected"].as_f64().unwrap();
    let digits = format!("{expected}").len();
    let stated = case["abs_tol"].as_f64().unwrap();
    // DIFFERENCE: a figure of six digits, and the log loss of a perfect forecast, which is clipped.
    let tolerance = if digits <= 8 && case["metric"] == "log_loss" {
        stated
    } else {
        CLOSE
    };
    close(found, expected, tolerance, &case.to_string());
}

/// The figures that the scripts of the reference data compute of probabilities.
///
/// Of some forecasts they give the four main ones only, and then it returns `false`.
pub(super) fn all_figures(
    probabilities: &[f64],
    converted: &[bool],
    expected: &Value,
    tolerance: f64,
) -> bool {
    let evaluation = ProbabilityEvaluation::new(probabilities, converted).unwrap();
    let metrics = evaluation.metrics();
    let found = serde_json::to_value(&metrics).unwrap();
    assert_eq!(found["leads"], expected["n"]);
    for name in [
        "roc_auc",
        "average_precision",
        "log_loss",
        "brier",
        "gini",
        "ks",
    ] {
        if expected[name].is_null() {
            continue;
        }
        close(
            found[name].as_f64().unwrap(),
            expected[name].as_f64().unwrap(),
            tolerance,
            name,
        );
    }
    if expected["gains_deciles"].is_null() {
        return false;
    }
    for (name, bins) in [
        ("calibration_uniform", ReliabilityBins::EqualWidth(10)),
        ("calibration_quantile", ReliabilityBins::EqualCount(10)),
    ] {
        let expected = &expected[name];
        let table = evaluation.reliability(bins).unwrap();
        close(
            table.ece(),
            expected["ece"].as_f64().unwrap(),
            tolerance,
            name,
        );
        close(
            table.mce(),
            expected["mce"].as_f64().unwrap(),
            tolerance,
            name,
        );
        let counts: Vec<f64> = table.bins.iter().map(|bin| bin.leads).collect();
        assert_eq!(counts, numbers(&expected["counts"]), "{name}");
        let rates = numbers(&expected["prob_true"]);
        let means = numbers(&expected["prob_pred"]);
        for ((bin, rate), mean) in table.bins.iter().zip(rates).zip(means) {
            close(bin.conversion_rate, rate, tolerance, name);
            close(bin.mean_probability, mean, tolerance, name);
        }
    }
    for (threshold, expected) in expected["at_threshold"].as_object().unwrap() {
        let confusion = evaluation.ranking().confusion(threshold.parse().unwrap());
        let counts = [
            ("tn", confusion.true_negatives),
            ("fp", confusion.false_positives),
            ("fn", confusion.false_negatives),
            ("tp", confusion.true_positives),
        ];
        for (name, count) in counts {
            assert_eq!(
                Some(count),
                expected[name].as_f64(),
                "{name} at {threshold}"
            );
        }
        let rates = [
            ("accuracy", confusion.accuracy()),
            ("precision", confusion.precision()),
            ("recall", confusion.recall()),
            ("f1", confusion.f1()),
            ("mcc", confusion.matthews()),
            ("balanced_accuracy", confusion.balanced_accuracy()),
        ];
        for (name, rate) in rates {
            // What is not defined scikit-learn gives as 0.
            close(
                rate.unwrap_or(0.0),
                expected[name].as_f64().unwrap(),
                tolerance,
                name,
            );
        }
    }
    let table = evaluation
        .ranking()
        .gains_table(10, CutTies::AsGiven)
        .unwrap();
    deciles(&table, &expected["gains_deciles"], tolerance);
    true
}

fn deciles(table: &GainsTable, expected: &Value, tolerance: f64) {
    let expected = expected.as_array().unwrap();
    assert_eq!(table.rows.len(), expected.len());
    for (row, expected) in table.rows.iter().zip(expected) {
        let figures = [
            ("total", row.leads),
            ("positives", row.converted),
            ("negatives", row.others),
            ("response_rate", row.conversion_rate),
            ("lift", row.lift),
            ("cum_positives_pct", 100.0 * row.gains),
            ("cum_negatives_pct", 100.0 * row.gains_of_others),
            ("cum_lift", row.cumulative_lift),
            ("ks_pct", 100.0 * row.ks),
        ];
        for (name, figure) in figures {
            let expected = expected[name].as_f64().unwrap();
            close(
                figure,
                expected,
                tolerance,
                &format!("{name} {}", row.group),
            );
        }
    }
}

fn ties_and_weights(expected: &[u8], admissions: &[u8], fitted: &[u8]) {
    let expected: Value = serde_json::from_slice(expected).unwrap();
    let converted: Vec<bool> = column(&columns(admissions), "admit")
        .into_iter()
        .map(|y| y == 1.0)
        .collect();
    let probabilities: Vec<f64> = column(&columns(fitted), "prob")
        .into_iter()
        .map(|p| (p * 100.0).round_ties_even() / 100.0)
        .collect();
    let unweighted = &expected["unweighted"];
    assert!(all_figures(&probabilities, &converted, unweighted, CLOSE));

    let weights: Vec<f64> = (0..converted.len())
        .map(|row| if row % 3 == 0 { 2.0 } else { 1.0 })
        .collect();
    let weighted = ProbabilityEvaluation::weighted(&probabilities, &converted, &weights).unwrap();
    let found = serde_json::to_value(weighted.metrics()).unwrap();
    for name in ["roc_auc", "average_precision", "log_loss", "brier"] {
        let expected = expected["weighted"][name].as_f64().unwrap();
        close(found[name].as_f64().unwrap(), expected, CLOSE, name);
    }
}

fn hsb2_gains(expected: &[u8], fitted: &[u8]) {
    let expected: Value = serde_json::from_slice(expected).unwrap();
    let fitted = columns(fitted);
    let converted: Vec<bool> = column(&fitted, "y").into_iter().map(|y| y == 1.0).collect();
    let evaluation = Evaluation::new(&column(&fitted, "prob"), &converted).unwrap();
    let auc = evaluation.roc_auc().unwrap().auc;
    close(auc, expected["auc_pROC"].as_f64().unwrap(), CLOSE, "auc");
    let table = evaluation.gains_table(10, CutTies::AsGiven).unwrap();
    let rows = expected["gains_table"].as_array().unwrap();
    assert_eq!(table.rows.len(), rows.len());
    for (row, expected) in table.rows.iter().zip(rows) {
        let calling = row.calling;
        let figures = [
            ("total", row.leads),
            ("1", row.converted),
            ("0", row.others),
            ("cum_1s", calling.true_positives),
            ("cum_0s", calling.false_positives),
            ("cum_total", calling.called()),
            ("cum_1s_%", 100.0 * row.gains),
            ("cum_0s_%", 100.0 * row.gains_of_others),
            ("ks", 100.0 * row.ks),
            ("tp", calling.true_positives),
            ("tn", calling.true_negatives),
            ("fp", calling.false_positives),
            ("fn", calling.false_negatives),
            ("sensitivity", 100.0 * calling.recall().unwrap()),
            ("specificity", 100.0 * calling.specificity().unwrap()),
            ("accuracy", 100.0 * calling.accuracy().unwrap()),
        ];
        for (name, figure) in figures {
            close(figure, expected[name].as_f64().unwrap(), CLOSE, name);
        }
    }
}

/// How far two fits of one model are apart: R stops when the deviance no longer moves.
const FITTED: f64 = 1e-6;

/// The model itself is not among the data: honcomp ~ race + read + science, by Newton's method.
fn hsb2_hosmer_lemeshow(expected: &[u8], pupils: &[u8]) {
    let expected: Value = serde_json::from_slice(expected).unwrap();
    let expected = &expected["hosmer_lemeshow_race_read_science"];
    let pupils = columns(pupils);
    let y = column(&pupils, "honcomp");
    let race = column(&pupils, "race");
    let level = |level: f64| -> Vec<f64> {
        race.iter()
            .map(|&r| f64::from(u8::from(r == level)))
            .collect()
    };
    let x = [
        vec![1.0; y.len()],
        level(2.0),
        level(3.0),
        level(4.0),
        column(&pupils, "read"),
        column(&pupils, "science"),
    ];
    let probabilities = logit(&x, &y);
    let converted: Vec<bool> = y.iter().map(|&y| y == 1.0).collect();
    let evaluation = ProbabilityEvaluation::new(&probabilities, &converted).unwrap();
    let test = evaluation.hosmer_lemeshow(10).unwrap();
    close(
        test.chi_square,
        expected["chisq"].as_f64().unwrap(),
        FITTED,
        "chi-square",
    );
    assert_eq!(
        Some(test.degrees_of_freedom as u64),
        expected["df"].as_u64()
    );
    close(test.p_value, expected["p"].as_f64().unwrap(), FITTED, "p");
    let rows = expected["table"].as_array().unwrap();
    assert_eq!(test.groups.len(), rows.len());
    for (group, row) in test.groups.iter().zip(rows) {
        assert_eq!(Some(group.leads), row["n"].as_f64());
        assert_eq!(Some(group.converted), row["1s_observed"].as_f64());
        close(
            group.expected,
            row["1s_expected"].as_f64().unwrap(),
            FITTED,
            "expected",
        );
    }
}

/// The probabilities of a logistic regression fitted by maximum likelihood.
fn logit(x: &[Vec<f64>], y: &[f64]) -> Vec<f64> {
    let width = x.len();
    let mut coefficients = vec![0.0; width];
    let probabilities = |coefficients: &[f64]| -> Vec<f64> {
        let odds = |row: usize| -> f64 { (0..width).map(|j| coefficients[j] * x[j][row]).sum() };
        (0..y.len())
            .map(|row| 1.0 / (1.0 + (-odds(row)).exp()))
            .collect()
    };
    for _ in 0..50 {
        let p = probabilities(&coefficients);
        let rows = || 0..y.len();
        let mut system: Vec<Vec<f64>> = (0..width)
            .map(|i| {
                let hessian = |j: usize| -> f64 {
                    rows()
                        .map(|r| x[i][r] * x[j][r] * p[r] * (1.0 - p[r]))
                        .sum()
                };
                let gradient: f64 = rows().map(|r| x[i][r] * (y[r] - p[r])).sum();
                (0..width).map(hessian).chain([gradient]).collect()
            })
            .collect();
        for i in 0..width {
            let pivot = system[i].clone();
            for (k, row) in system.iter_mut().enumerate().filter(|&(k, _)| k != i) {
                let _ = k;
                let factor = row[i] / pivot[i];
                for (cell, other) in row.iter_mut().zip(&pivot) {
                    *cell -= factor * other;
                }
            }
        }
        for (i, coefficient) in coefficients.iter_mut().enumerate() {
            *coefficient += system[i][width] / system[i][i];
        }
    }
    probabilities(&coefficients)
}

fn bank(expected: &[u8], probabilities: &[u8]) {
    let expected: Value = serde_json::from_slice(expected).unwrap();
    let columns = columns(probabilities);
    let converted: Vec<bool> = column(&columns, "y")
        .into_iter()
        .map(|y| y == 1.0)
        .collect();
    let (mut checked, mut fully) = (0, 0);
    for fit in expected["fits"].as_array().unwrap() {
        let c = match &fit["C"] {
            Value::String(text) => text.clone(),
            number => format!("{:?}", number.as_f64().unwrap()),
        };
        let ratio = fit["l1_ratio"].as_f64().unwrap();
        let weight = fit["class_weight"].as_str().unwrap_or("None");
        let name = format!("C{c}_l1r{ratio}_{weight}");
        let probabilities = column(&columns, &name);
        fully += usize::from(all_figures(
            &probabilities,
            &converted,
            &fit["test_metrics"],
            CLOSE,
        ));
        checked += 1;
    }
    assert_eq!((checked, fully), (10, 2));
}
