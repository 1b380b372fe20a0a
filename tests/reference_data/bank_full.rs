//! Bank Marketing (UCI), all 45,211 calls: from the raw file to metrics on every fifth call, against scikit-learn and
//! statsmodels.

use super::bank::{leads, schema, spec, split};
use super::metrics::all_figures;
use super::trial_of;
use flate2::read::GzDecoder;
use lead_scoring::{LogisticSpec, ProbabilityEvaluation};
use libtest_mimic::Trial;
use serde_json::Value;
use std::io::Read;

const RAW: &str = "bank_marketing/bank-full.csv.gz";
const EXPECTED: &str = "bank_marketing/expected_full.json";

pub(super) fn trials() -> Vec<Trial> {
    vec![trial_of(
        "bank: all raw calls to coefficients and metrics",
        [RAW, EXPECTED],
        all_calls,
    )]
}

#[track_caller]
fn close(given: f64, expected: &Value, most: f64, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (given - expected).abs() <= most,
        "{what}: {given} instead of {expected}"
    );
}

fn all_calls([raw, expected]: [Vec<u8>; 2]) {
    let mut text = Vec::new();
    GzDecoder::new(raw.as_slice())
        .read_to_end(&mut text)
        .unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let schema = schema();
    let (leads, converted) = leads(&schema, &text);
    assert_eq!(leads.len(), 45_211);
    let set = split(&leads, &converted);
    let design = spec().design(&schema, &set.train).unwrap();
    let columns = expected["columns"].as_array().unwrap();
    assert!(columns.iter().eq(design.columns.iter()));
    let converted = set.test.converted();
    assert_eq!((design.x.nrows(), converted.len()), (36_168, 9_043));

    let fits = expected["fits"].as_array().unwrap();
    let logistic = LogisticSpec::new().tolerance(1e-11);
    let specs = [
        logistic.clone().unpenalised(),
        logistic.clone().c(1.0),
        logistic.c(0.01),
    ];
    // The encoder of each model is that of the first: they differ in their coefficients alone.
    let first = design.clone().train(&specs[0]).unwrap();
    let scorer = first.model.build(&schema).unwrap();
    let test = scorer.encoder().matrix(&set.test).unwrap();
    let summary = first
        .fit
        .summary(design.x.view(), &design.converted, &[])
        .unwrap();
    let peer = &expected["statsmodels_unpenalised"];
    for (j, row) in summary.rows.iter().enumerate() {
        close(row.estimate, &peer["params"][j], 1e-6, &row.name);
        close(row.std_error, &peer["bse"][j], 1e-6, &row.name);
    }

    assert_eq!(fits.len(), specs.len());
    for (j, (expected, logistic)) in fits.iter().zip(&specs).enumerate() {
        let fit = match j {
            0 => first.fit.clone(),
            _ => logistic.fit_matrix(&design.matrix()).unwrap(),
        };
        let of = format!("C = {}", expected["C"]);
        assert!(fit.converged, "{of}");
        let objective = expected["train_objective"].as_f64().unwrap();
        assert!((fit.objective / objective - 1.0).abs() <= 1e-9, "{of}");
        close(fit.intercept, &expected["intercept"], 1e-6, &of);
        for (j, &coefficient) in fit.coefficients.iter().enumerate() {
            let name = format!("{of}: {}", columns[j]);
            close(coefficient, &expected["coef"][j], 1e-6, &name);
        }
        let trained = design.clone().fitted(fit).unwrap();
        let scorer = trained.model.build(&schema).unwrap();
        let probabilities = scorer.probabilities(&test.view()).unwrap().to_vec();
        let figures = &expected["test_metrics"];
        let fully = all_figures(&probabilities, &converted, figures, 1e-6);
        assert_eq!(fully, j < 2, "{of}");
        let evaluation = ProbabilityEvaluation::new(&probabilities, &converted).unwrap();
        let lift = evaluation.ranking().lift_at(10.0).unwrap();
        match j {
            0 => assert!((lift - 4.807_282_011_491_842).abs() < 1e-9, "{lift}"),
            1 => assert!((lift - 4.797_800_192_928_743).abs() < 1e-9, "{lift}"),
            _ => {}
        }
        // What the scorer says of leads one by one is what the matrix says.
        for (row, &p) in set.test.rows().iter().zip(&probabilities).step_by(100) {
            let one = scorer.probability(&leads[row.lead], row.as_of.into());
            assert!((one.unwrap() - p).abs() < 1e-12, "{of}");
        }
    }
}
