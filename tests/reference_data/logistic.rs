//! `ucla_binary/`, `bank_marketing/` and `hsb2_blorr/`: logistic regressions as R's `glm`, statsmodels and
//! scikit-learn fit them.

use crate::trial_of;
use lead_scoring::ndarray::Array2;
use lead_scoring::{CoefficientRow, LogisticFit, LogisticSpec, LogisticSummary};
use libtest_mimic::Trial;
use serde_json::Value;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial_of(
            "logistic::ucla_glm",
            [
                "ucla_binary/binary.csv",
                "ucla_binary/expected_R_glm.json",
                "ucla_binary/expected_python.json",
                "ucla_binary/expected_R_fitted.csv",
            ],
            |[rows, r, python, fitted]| {
                let read = |json: &[u8]| -> Value { serde_json::from_slice(json).unwrap() };
                ucla(
                    &Table::read(&rows),
                    &read(&r),
                    &read(&python),
                    &Table::read(&fitted),
                );
            },
        ),
        trial_of(
            "logistic::hsb2_glm",
            [
                "hsb2_blorr/hsb2.csv",
                "hsb2_blorr/expected_R_hsb2.json",
                "hsb2_blorr/expected_R_hsb2_fitted.csv",
            ],
            |[rows, expected, fitted]| {
                let table = Table::read(&rows);
                let names = ["female", "read", "science"];
                let columns = names.map(|name| table.column(name));
                let x = Array2::from_shape_fn((200, 3), |(i, j)| columns[j][i]);
                let y: Vec<bool> = table.column("honcomp").iter().map(|&y| y == 1.0).collect();
                let expected: Value = serde_json::from_slice(&expected).unwrap();
                glm(&x, &y, &names, &expected, &Table::read(&fitted));
            },
        ),
        trial_of(
            "logistic::ucla_penalised_and_weighted",
            [
                "ucla_binary/prepared_standardised.csv",
                "ucla_binary/expected_python.json",
            ],
            |[rows, expected]| {
                let expected: Value = serde_json::from_slice(&expected).unwrap();
                standardised(&Table::read(&rows), &expected["standardised"]);
            },
        ),
        trial_of(
            "logistic::bank_marketing_sub8",
            [
                "bank_marketing/prepared_sub8.csv",
                "bank_marketing/expected_sub8.json",
                "bank_marketing/expected_test_probabilities_sub8.csv",
            ],
            |[rows, expected, probabilities]| {
                let expected: Value = serde_json::from_slice(&expected).unwrap();
                bank(&Table::read(&rows), &expected, &Table::read(&probabilities));
            },
        ),
    ]
}

/// Numbers under names.
struct Table {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl Table {
    fn read(bytes: &[u8]) -> Self {
        let mut reader = csv::Reader::from_reader(bytes);
        let names = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        let numbers =
            |row: csv::StringRecord| row.iter().map(|cell| cell.parse().unwrap()).collect();
        let rows = reader.records().map(|row| numbers(row.unwrap())).collect();
        Self { names, rows }
    }

    fn column(&self, name: &str) -> Vec<f64> {
        let at = self.names.iter().position(|known| known == name).unwrap();
        self.rows.iter().map(|row| row[at]).collect()
    }

    /// All columns from that one on, of the rows that are chosen.
    fn from(&self, first: usize, chosen: impl Fn(&[f64]) -> bool) -> Array2<f64> {
        let rows: Vec<_> = self.rows.iter().filter(|row| chosen(row)).collect();
        Array2::from_shape_fn((rows.len(), self.names.len() - first), |(i, j)| {
            rows[i][first + j]
        })
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

fn close(what: &str, given: f64, expected: f64, tolerance: f64) {
    assert!(
        (given - expected).abs() <= tolerance,
        "{what}: {given}, expected {expected}"
    );
}

/// `C` as the files have it: a number, or `inf` for no penalty.
fn spec(c: &Value) -> LogisticSpec {
    match c.as_f64() {
        Some(c) => LogisticSpec::new().c(c),
        None => LogisticSpec::new().unpenalised(),
    }
}

fn coefficients(fit: &LogisticFit, expected: &Value, tolerance: f64) {
    assert!(fit.converged, "{fit:?}");
    close(
        "intercept",
        fit.fitted_intercept,
        expected["intercept"].as_f64().unwrap(),
        tolerance,
    );
    let coefficients = numbers(&expected["coef"]);
    assert_eq!(fit.coefficients.len(), coefficients.len());
    for (i, (&given, &expected)) in fit.coefficients.iter().zip(&coefficients).enumerate() {
        close(&format!("coefficient {i}"), given, expected, tolerance);
    }
}

fn standardised(table: &Table, expected: &Value) {
    let x = table.from(1, |_| true);
    let y: Vec<bool> = table.column("y").iter().map(|&y| y == 1.0).collect();
    let mut fits = 0;
    for fit in expected["fits"].as_array().unwrap() {
        if fit["l1_ratio"] != 0 {
            continue;
        }
        let given = spec(&fit["C"]).fit(x.view(), &y).unwrap();
        coefficients(&given, fit, 1e-8);
        close(
            "loss",
            given.log_loss * 400.0,
            fit["neg_loglik"].as_f64().unwrap(),
            1e-9,
        );
        close(
            "objective",
            given.objective,
            fit["objective_nll_plus_penalty"].as_f64().unwrap(),
            1e-9,
        );
        assert_eq!(given.intercept, given.fitted_intercept);
        fits += 1;
    }
    assert_eq!(fits, 5);
    let balanced = LogisticSpec::new().balanced().fit(x.view(), &y).unwrap();
    coefficients(&balanced, &expected["balanced_C1"], 1e-8);
    let weights: Vec<f64> = (0..y.len())
        .map(|i| if i % 3 == 0 { 2.0 } else { 1.0 })
        .collect();
    let weighted = LogisticSpec::new()
        .fit_weighted(x.view(), &y, &weights)
        .unwrap();
    coefficients(&weighted, &expected["weighted_C1"], 1e-8);
}

/// A fit without penalty and all that R says of it.
fn glm(
    x: &Array2<f64>,
    y: &[bool],
    names: &[&str],
    expected: &Value,
    fitted: &Table,
) -> LogisticSummary {
    let fit = LogisticSpec::new().unpenalised().fit(x.view(), y).unwrap();
    let summary = fit.summary(x.view(), y, names).unwrap();
    let column = |of: fn(&CoefficientRow) -> f64| summary.rows.iter().map(of).collect::<Vec<_>>();
    // R stops where the deviance changes by less than 1e-14 of itself, so standard errors agree to 1e-6 of themselves.
    for (what, given, tolerance) in [
        ("coef", column(|row| row.estimate), 1e-8),
        ("se", column(|row| row.std_error), 2e-6),
        ("z", column(|row| row.z), 2e-6),
        ("p", column(|row| row.p), 2e-5),
    ] {
        let expected = numbers(&expected[what]);
        assert_eq!(given.len(), expected.len());
        for (given, expected) in given.iter().zip(expected) {
            close(what, *given, expected, tolerance * expected.abs());
        }
    }
    let figure = |name: &str| expected[name].as_f64().unwrap();
    for (name, given) in [
        ("null_deviance", summary.null_deviance),
        ("deviance", summary.residual_deviance),
        ("aic", summary.aic),
        ("bic", summary.bic),
        ("loglik", summary.log_likelihood),
    ] {
        close(name, given, figure(name), 1e-9);
    }
    assert_eq!(expected["df_null"], summary.null_degrees);
    assert_eq!(expected["df_residual"], summary.residual_degrees);
    let given = fit.probabilities(x.view()).unwrap();
    for (given, expected) in given.iter().zip(fitted.column("prob")) {
        close("probability", *given, expected, 1e-9);
    }
    summary
}

fn ucla(table: &Table, r: &Value, python: &Value, fitted: &Table) {
    let names = ["gre", "gpa", "rank2", "rank3", "rank4"];
    let (gre, gpa, rank) = (
        table.column("gre"),
        table.column("gpa"),
        table.column("rank"),
    );
    let x = Array2::from_shape_fn((400, 5), |(i, j)| match j {
        0 => gre[i],
        1 => gpa[i],
        j => f64::from(u8::from(rank[i] == [0.0, 0.0, 2.0, 3.0, 4.0][j])),
    });
    let y: Vec<bool> = table.column("admit").iter().map(|&y| y == 1.0).collect();
    let summary = glm(&x, &y, &names, r, fitted);
    let ends = r["wald_ci"].as_array().unwrap();
    for (row, ends) in summary.rows.iter().zip(ends) {
        close("lower", row.lower, ends[0].as_f64().unwrap(), 1e-5);
        close("upper", row.upper, ends[1].as_f64().unwrap(), 1e-5);
    }
    for (row, expected) in summary.covariance.iter().zip(r["vcov"].as_array().unwrap()) {
        for (given, expected) in row.iter().zip(numbers(expected)) {
            close("covariance", *given, expected, 1e-4 * expected.abs());
        }
    }
    // statsmodels takes the Hessian at the last digit, as is done here.
    let statsmodels = &python["statsmodels"];
    let errors = numbers(&statsmodels["bse"]);
    for ((row, error), ends) in summary
        .rows
        .iter()
        .zip(errors)
        .zip(statsmodels["conf_int_95"].as_array().unwrap())
    {
        close("standard error", row.std_error, error, 1e-9 * error);
        close("lower", row.lower, ends[0].as_f64().unwrap(), 1e-8);
        close("upper", row.upper, ends[1].as_f64().unwrap(), 1e-8);
    }
    for ((row, z), p) in summary
        .rows
        .iter()
        .zip(numbers(&statsmodels["z"]))
        .zip(numbers(&statsmodels["p"]))
    {
        close("z", row.z, z, 1e-8);
        close("p", row.p, p, 1e-9 * p);
    }
    // Its null model is fitted to fewer digits than R's, whose null deviance is the exact one.
    close(
        "lr",
        summary.likelihood_ratio,
        statsmodels["lr_stat"].as_f64().unwrap(),
        1e-6,
    );
    let p = statsmodels["lr_p"].as_f64().unwrap();
    close("lr p", summary.likelihood_ratio_p, p, 1e-6 * p);
    // All digits that UCLA has published.
    let printed = summary.to_string();
    for digits in [
        "(Intercept)    -3.989979     1.139951   -3.500  0.000465 ***",
        "gre             0.002264     0.001094    2.070  0.038465 *",
        "gpa             0.804038     0.331819    2.423  0.015388 *",
        "rank2          -0.675443     0.316490   -2.134  0.032829 *",
        "rank3          -1.340204     0.345306   -3.881  0.000104 ***",
        "rank4          -1.551464     0.417832   -3.713  0.000205 ***",
        "    Null deviance: 499.98 on 399 degrees of freedom\nResidual deviance: 458.52 on 394 degrees of freedom",
        "AIC: 470.52",
    ] {
        assert!(printed.contains(digits), "{digits}\n{printed}");
    }
}

fn bank(table: &Table, expected: &Value, probabilities: &Table) {
    let train = table.from(2, |row| row[0] == 0.0);
    let test = table.from(2, |row| row[0] == 1.0);
    let rows = table.rows.iter().filter(|row| row[0] == 0.0);
    let y: Vec<bool> = rows.map(|row| row[1] == 1.0).collect();
    let mut fits = 0;
    for fit in expected["fits"].as_array().unwrap() {
        if fit["l1_ratio"] != 0 {
            continue;
        }
        let balanced = fit["class_weight"] == "balanced";
        let spec = if balanced {
            spec(&fit["C"]).balanced()
        } else {
            spec(&fit["C"])
        };
        let mut given = spec.fit(train.view(), &y).unwrap();
        coefficients(&given, fit, 1e-8);
        let objective = fit["train_objective"].as_f64().unwrap();
        close("objective", given.objective / objective, 1.0, 1e-12);
        if balanced {
            // Half of the weight is that of converted rows; the probabilities in the file are not corrected for that.
            close("sampled share", given.sampled_rate, 0.5, 1e-12);
            let odds = (given.base_rate / (1.0 - given.base_rate)).ln();
            close(
                "correction",
                given.intercept - given.fitted_intercept,
                odds,
                1e-12,
            );
            given.intercept = given.fitted_intercept;
        }
        let c = match fit["C"].as_f64() {
            Some(c) => format!("{c:?}"),
            None => "inf".to_owned(),
        };
        let weight = if balanced { "balanced" } else { "None" };
        let expected = probabilities.column(&format!("C{c}_l1r0_{weight}"));
        let given = given.probabilities(test.view()).unwrap();
        assert_eq!(given.len(), expected.len());
        for (i, (&given, &expected)) in given.iter().zip(&expected).enumerate() {
            close(&format!("row {i}"), given, expected, 1e-9);
        }
        fits += 1;
    }
    assert_eq!(fits, 6);
}
