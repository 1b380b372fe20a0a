//! `ucla_binary/`, `bank_marketing/` and `hsb2_blorr/`: logistic regressions as R's `glm`, statsmodels and
//! scikit-learn fit them.

use crate::trial_of;
use lead_scoring::ndarray::Array2;
use lead_scoring::{LogisticFit, LogisticSpec};
use libtest_mimic::Trial;
use serde_json::Value;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
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
    println!("{}", expected);
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
