//! `metrics` and `bank_marketing`: population stability index and weight of evidence.

use crate::{trial, trial_of};
use flate2::read::GzDecoder;
use lead_scoring::{Binning, Psi, PsiFlag, PsiSpec, WoeSpec};
use libtest_mimic::Trial;
use serde_json::Value;
use std::io::Read;

const CASES: &str = "metrics/psi_cases.json";
const TESTDATA: &str = "metrics/psi_feature_engine_testdata.csv";
const BANK: &str = "bank_marketing/bank-full.csv.gz";
const SUB8: &str = "bank_marketing/raw_sub8.csv";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("psi: published figures", CASES, |json| {
            published(&serde_json::from_slice(json).unwrap());
        }),
        trial_of("psi: eight features", [CASES, TESTDATA], |[json, csv]| {
            eight_features(&serde_json::from_slice(&json).unwrap(), &csv);
        }),
        trial_of("psi: bank marketing", [CASES, BANK], |[json, csv]| {
            bank(&serde_json::from_slice(&json).unwrap(), &csv);
        }),
        trial("weight of evidence: bank marketing", SUB8, weights),
    ]
}

/// The bins of pandas' `qcut`, which `feature_engine` uses.
fn spec(bins: usize, epsilon: f64) -> PsiSpec {
    PsiSpec::new().binning(Binning::Qcut(bins)).epsilon(epsilon)
}

fn near(name: &str, value: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (value - expected).abs() <= 1e-9,
        "{name}: {value}, not {expected}"
    );
}

fn numbers(values: &Value) -> Vec<f64> {
    let values = values.as_array().unwrap().iter();
    values.map(|value| value.as_f64().unwrap()).collect()
}

fn published(json: &Value) {
    let [first, _, filled, switch] = json["published"].as_array().unwrap().as_slice() else {
        panic!("four published cases");
    };
    let a: Vec<f64> = (0..30).map(f64::from).collect();
    let b: Vec<f64> = (0..30).map(|i| f64::from(i % 6 + 1)).collect();
    for (name, values) in [("A", a), ("B", b)] {
        let psi = spec(10, 1e-4)
            .numbers(&values[..15], &values[15..])
            .unwrap();
        near(name, psi.value, &first["expected"][name]);
    }
    assert_eq!(first["expected"]["A"], 7.745_116_608_833_365);
    assert_eq!(first["expected"]["B"], 0.162_186_043_243_265_8);

    // Empty bins are filled with 0.0001: of four bins formed, one of either sample has nothing in the other.
    assert_eq!(filled["remark"], "empty bins filled with 0.0001");
    let psi = spec(10, 1e-4)
        .numbers(&[1.0, 2.0, 4.0], &[1.0, 2.0, 3.0])
        .unwrap();
    assert!(
        psi.flags
            .iter()
            .any(|flag| matches!(flag, PsiFlag::Floored(_)))
    );

    let bins = usize::try_from(switch["bins"].as_u64().unwrap()).unwrap();
    let spec = spec(bins, switch["eps"].as_f64().unwrap());
    for (name, expected) in switch["rerun"].as_object().unwrap() {
        let values = numbers(&switch["input"][name]);
        let (then, now) = values.split_at(values.len() / 2);
        near(name, spec.numbers(then, now).unwrap().value, expected);
    }
}

/// Columns of a CSV file without quoted commas, by name.
fn columns(text: &str) -> Vec<(String, Vec<String>)> {
    let mut lines = text.lines();
    let clean = |cell: &str| cell.trim_matches('"').to_owned();
    let names = lines.next().unwrap().split(',');
    let mut columns: Vec<_> = names.map(|name| (clean(name), Vec::new())).collect();
    for line in lines.filter(|line| !line.is_empty()) {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.1.push(clean(cell));
        }
    }
    columns
}

fn column<'c>(columns: &'c [(String, Vec<String>)], name: &str) -> &'c [String] {
    &columns.iter().find(|column| column.0 == name).unwrap().1
}

fn parsed(cells: &[String]) -> Vec<f64> {
    cells.iter().map(|cell| cell.parse().unwrap()).collect()
}

fn eight_features(json: &Value, csv: &[u8]) {
    let columns = columns(std::str::from_utf8(csv).unwrap());
    let case = &json["published"][1];
    let rerun = case["rerun_feature_engine"].as_object().unwrap();
    assert_eq!(rerun.len(), 8);
    for (name, expected) in rerun {
        let values = parsed(column(&columns, name));
        let psi = spec(10, 1e-4)
            .numbers(&values[..500], &values[500..])
            .unwrap();
        near(name, psi.value, expected);
        near(name, psi.value, &case["expected"][name]);
    }
}

/// The file is in the order of the calls, so that its halves differ indeed.
fn bank(json: &Value, csv: &[u8]) {
    let mut text = String::new();
    GzDecoder::new(csv).read_to_string(&mut text).unwrap();
    let columns = columns(&text);
    let case = &json["bank_full_first_half_vs_second_half"];
    let half = 22_605;
    let shares = |psi: &Psi, of: &Value| {
        let pairs = psi.bins.iter().zip(numbers(&of["expected_frac"]));
        for (bin, expected) in pairs {
            assert!((bin.expected_share - expected).abs() < 1e-12);
        }
        let pairs = psi.bins.iter().zip(numbers(&of["actual_frac"]));
        for (bin, actual) in pairs {
            assert!((bin.actual_share - actual).abs() < 1e-12);
        }
        assert_eq!(psi.bins.len(), numbers(&of["actual_frac"]).len());
    };
    for (name, of) in case["numeric"].as_object().unwrap() {
        let values = parsed(column(&columns, name));
        let psi = spec(10, 1e-4)
            .numbers(&values[..half], &values[half..])
            .unwrap();
        near(name, psi.value, &of["psi"]);
        shares(&psi, of);
        // Its 0 is no stability: in the second half a third of the leads have other values.
        let blind = of["inner_edges"].as_array().unwrap().is_empty();
        assert_eq!((psi.is_blind(), blind), (blind, psi.value == 0.0), "{name}");
    }
    for (name, of) in case["categorical"].as_object().unwrap() {
        let levels: Vec<Option<&String>> = column(&columns, name).iter().map(Some).collect();
        let psi = spec(10, 1e-4)
            .levels(&levels[..half], &levels[half..])
            .unwrap();
        near(name, psi.value, &of["psi_eps_0001"]);
        assert_eq!(psi.bins.len(), of["levels"].as_array().unwrap().len());
    }
}

/// Levels with their weights.
type Levels = &'static [(&'static str, f64)];

/// `feature_engine` 1.9.4, `WoEEncoder` on `raw_sub8.csv`: `ln(share of yes / share of no)` of each level; information
/// values from the same shares with pandas.
fn weights(csv: &[u8]) {
    let columns = columns(std::str::from_utf8(csv).unwrap());
    let converted: Vec<bool> = column(&columns, "y").iter().map(|y| y == "yes").collect();
    let cases: [(&str, Levels, f64); 4] = [
        (
            "marital",
            &[
                ("divorced", -0.014_031_559_283_368_93),
                ("married", -0.140_217_144_632_567_32),
                ("single", 0.270_183_260_128_257_83),
            ],
            0.033_506_172_872_632_925,
        ),
        (
            "education",
            &[
                ("primary", -0.215_385_257_665_168_44),
                ("secondary", -0.168_586_516_923_508_9),
                ("tertiary", 0.329_127_762_084_497_3),
                ("unknown", 0.056_136_248_935_157_16),
            ],
            0.056_176_002_801_832_825,
        ),
        (
            "poutcome",
            &[
                ("failure", 0.139_236_378_100_220_63),
                ("other", 0.523_542_128_783_395),
                ("success", 2.743_866_447_546_408_5),
                ("unknown", -0.284_302_763_993_397_16),
            ],
            0.521_828_298_908_268_8,
        ),
        (
            "contact",
            &[
                ("cellular", 0.306_699_112_394_509_37),
                ("telephone", 0.012_826_728_219_499_713),
                ("unknown", -1.262_190_413_326_457_4),
            ],
            0.350_782_575_590_533,
        ),
    ];
    for (name, levels, information_value) in cases {
        let values: Vec<Option<&String>> = column(&columns, name).iter().map(Some).collect();
        let woe = WoeSpec::new().levels(&values, &converted).unwrap();
        assert_eq!(woe.rows().len(), levels.len());
        for (level, expected) in levels {
            let weight = woe.of_level(Some(level));
            assert!(
                (weight - expected).abs() < 1e-12,
                "{name} {level}: {weight}"
            );
        }
        assert!(
            (woe.information_value() - information_value).abs() < 1e-12,
            "{name}"
        );
    }
}
