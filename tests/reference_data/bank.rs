//! Bank Marketing (UCI): raw calls through features, encoder and fit, against the matrix that pandas prepared and the
//! fits of scikit-learn and statsmodels.

use super::trial_of;
use lead_scoring::{
    FeatureSpec, Lead, LogisticSpec, Moment, PredictiveSpec, Schema, SchemaSpec, Split, SplitSet,
    TrainingSet,
};
use libtest_mimic::Trial;
use serde_json::Value;

pub(super) const RAW: &str = "bank_marketing/raw_sub8.csv";
const PREPARED: &str = "bank_marketing/prepared_sub8.csv";
const EXPECTED: &str = "bank_marketing/expected_sub8.json";
const PROBABILITIES: &str = "bank_marketing/expected_test_probabilities_sub8.csv";

const NUMBERS: [&str; 7] = [
    "age", "balance", "day", "duration", "campaign", "pdays", "previous",
];
pub(super) const TEXTS: [&str; 9] = [
    "job",
    "marital",
    "education",
    "default",
    "housing",
    "loan",
    "contact",
    "month",
    "poutcome",
];

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial_of(
            "bank: the encoder's matrix is pandas'",
            [RAW, PREPARED],
            matrix,
        ),
        trial_of(
            "bank: raw calls to coefficients and probabilities",
            [RAW, EXPECTED, PROBABILITIES],
            fits,
        ),
    ]
}

fn rows(csv: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(csv);
    let names = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let fields = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    (
        names,
        reader
            .records()
            .map(|record| fields(record.unwrap()))
            .collect(),
    )
}

pub(super) fn schema() -> Schema {
    let schema = NUMBERS
        .iter()
        .fold(SchemaSpec::new(), |s, name| s.number(*name));
    let schema = TEXTS.iter().fold(schema, |s, name| s.text(*name));
    schema.build().unwrap()
}

pub(super) fn leads(schema: &Schema, raw: &[u8]) -> (Vec<Lead>, Vec<bool>) {
    let (names, rows) = rows(raw);
    let place = |name: &str| names.iter().position(|n| n == name).unwrap();
    let lead = |(j, row): (usize, &Vec<String>)| {
        let mut lead = Lead::builder(schema, format!("{j}"));
        for name in NUMBERS {
            lead = lead.set(name, row[place(name)].parse::<f64>().unwrap());
        }
        for name in TEXTS {
            lead = lead.set(name, row[place(name)].as_str());
        }
        lead.build().unwrap()
    };
    let converted = rows.iter().map(|row| row[place("y")] == "yes").collect();
    (rows.iter().enumerate().map(lead).collect(), converted)
}

pub(super) fn split<'l>(leads: &'l [Lead], converted: &[bool]) -> SplitSet<'l, Lead> {
    let as_of: Moment = "2010-11-30".parse().unwrap();
    let set = TrainingSet::labelled(leads, converted, as_of).unwrap();
    set.split(&Split::Every(5)).unwrap()
}

pub(super) fn spec() -> PredictiveSpec {
    PredictiveSpec::new()
        .features(NUMBERS.map(FeatureSpec::attribute))
        .features(TEXTS.map(FeatureSpec::attribute))
        .drop_first()
}

fn close(given: f64, expected: f64, most: f64, what: &str) {
    assert!(
        (given - expected).abs() <= most,
        "{what}: {given} instead of {expected}"
    );
}

fn matrix([raw, prepared]: [Vec<u8>; 2]) {
    let schema = schema();
    let (leads, converted) = leads(&schema, &raw);
    let set = split(&leads, &converted);
    let design = spec().design(&schema, &set.train).unwrap();
    let trained = design.train(&LogisticSpec::new()).unwrap();
    let scorer = trained.model.build(&schema).unwrap();
    let test = scorer.encoder().matrix(&set.test).unwrap();

    let (names, rows) = rows(&prepared);
    assert_eq!(trained.design.columns, names[2..]);
    for (is_test, x, converted) in [
        ("0", &trained.design.x, &trained.design.converted),
        ("1", &test, &set.test.converted()),
    ] {
        let expected: Vec<_> = rows.iter().filter(|row| row[0] == is_test).collect();
        assert_eq!(x.nrows(), expected.len());
        for ((given, expected), &converted) in x.rows().into_iter().zip(expected).zip(converted) {
            assert_eq!(converted, expected[1] == "1");
            for (j, &given) in given.iter().enumerate() {
                let expected: f64 = expected[j + 2].parse().unwrap();
                close(given, expected, 1e-9, &names[j + 2]);
            }
        }
    }
}

fn fits([raw, expected, probabilities]: [Vec<u8>; 3]) {
    let schema = schema();
    let (leads, converted) = leads(&schema, &raw);
    let set = split(&leads, &converted);
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let (names, rows) = rows(&probabilities);
    let cases = [
        ("inf", LogisticSpec::new().unpenalised()),
        ("10.0", LogisticSpec::new().c(10.0)),
        ("1.0", LogisticSpec::new().c(1.0)),
        ("0.1", LogisticSpec::new().c(0.1)),
        ("0.01", LogisticSpec::new().c(0.01)),
    ];
    for (c, logistic) in cases {
        let column = format!("C{c}_l1r0_None");
        let place = names.iter().position(|name| *name == column).unwrap();
        let fit = expected["fits"].as_array().unwrap().iter().find(|fit| {
            let of = match &fit["C"] {
                Value::String(text) => text.clone(),
                number => format!("{:?}", number.as_f64().unwrap()),
            };
            of == c && fit["l1_ratio"].as_f64() == Some(0.0) && fit["class_weight"].is_null()
        });
        let fit = fit.unwrap();
        // Coefficients to 1e-6 need a smaller gradient than the default.
        let spec = spec().logistic(logistic.tolerance(1e-11));
        let trained = spec.train(&schema, &set.train).unwrap();
        close(
            trained.fit.intercept,
            fit["intercept"].as_f64().unwrap(),
            1e-6,
            c,
        );
        let coefficients = fit["coef"].as_array().unwrap();
        assert_eq!(coefficients.len(), trained.fit.coefficients.len());
        for (w, (given, expected)) in trained
            .fit
            .coefficients
            .iter()
            .zip(coefficients)
            .enumerate()
        {
            close(
                *given,
                expected.as_f64().unwrap(),
                1e-6,
                &trained.design.columns[w],
            );
        }
        let scorer = trained.model.build(&schema).unwrap();
        close(
            scorer.intercept(),
            trained.fit.intercept,
            1e-10,
            "intercept of the model",
        );
        let matrix = scorer.encoder().matrix(&set.test).unwrap();
        let at_once = scorer.probabilities(&matrix.view()).unwrap();
        assert_eq!(at_once.len(), rows.len());
        for ((row, told), at_once) in set.test.rows().iter().zip(&rows).zip(at_once) {
            let lead = &leads[row.lead];
            assert_eq!(told[0], row.lead.to_string());
            let p = scorer.probability(lead, row.as_of.into()).unwrap();
            close(p, told[place].parse().unwrap(), 1e-7, &column);
            close(at_once, p, 1e-12, "by the matrix");
        }
    }
}
