//! The example `evaluate_scores` end to end: a file of scores with outcomes in, metrics out.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside a test function"
)]

mod programs;

use programs::printed;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// An empty folder of that name for one test.
fn folder(name: &str) -> PathBuf {
    programs::folder("evaluate_scores", name)
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    programs::run("evaluate_scores", folder, arguments)
}

#[test]
fn the_sample_is_evaluated() {
    let folder = folder("sample");
    let shown = printed(&run(&folder, &["--metrics", "out.json"]));
    for part in [
        "Read 800 scores from ",
        "\n800 leads, 17.12 % of them converted\n",
        "\nBest leads first, by tenths:\ngroup ",
        "\ncapacity     call from ",
        "\nProbability and what came of it:\n",
        "\nsegment ",
        "\ncold list ",
        "\nWrote the metrics to out.json\n",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let written = fs::read_to_string(folder.join("out.json")).unwrap();
    let metrics: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(metrics["converted"], 137.0);
    for name in [
        "roc_auc",
        "average_precision",
        "log_loss",
        "brier",
        "ks",
        "ece_10",
    ] {
        let value = metrics[name].as_f64().unwrap();
        assert!(value > 0.0 && value < 1.0, "{name}: {value}");
    }
    assert!(metrics["lift_top_decile"].as_f64().unwrap() > 1.0);
    assert_eq!(metrics["segments"].as_object().unwrap().len(), 4);
    // As scores that are no probabilities they rank alike, and nothing is said of probabilities.
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/scores.csv");
    printed(&run(
        &folder,
        &["--scores", sample, "--metrics", "scores.json"],
    ));
    let written = fs::read_to_string(folder.join("scores.json")).unwrap();
    let scores: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(scores["roc_auc"], metrics["roc_auc"]);
    assert!(scores["brier"].is_null());
}

const SCORES: &str = "\
score,outcome,weight
90,1,1
70,yes,2
70,no,1
20,FALSE,0
20,0,1
x,0,1
10,maybe,1
10,0
10,0,
";

#[test]
fn weights_count_and_bad_rows_are_named() {
    let folder = folder("weights");
    fs::write(folder.join("scores.csv"), SCORES).unwrap();
    let arguments = [
        "--scores",
        "scores.csv",
        "--metrics",
        "out.json",
        "--call",
        "1",
    ];
    let shown = printed(&run(&folder, &arguments));
    for part in [
        "Read 5 scores from scores.csv\n4 rows could not be read:\n",
        "  scores.csv:7: expected a score such as `0.75`, got `x`\n",
        "  scores.csv:8: expected an outcome (1 or 0, true or false, yes or no), got `maybe`\n",
        "  scores.csv:9: 2 cells for 3 columns\n",
        "  scores.csv:10: expected a weight such as `0.75`, got ``\n",
        "\n4 leads, 60.00 % of them converted\n",
        "\ncapacity     call from 90: called: 1 converted, 0 not; left: 2 converted, 2 not\n",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let written = fs::read_to_string(folder.join("out.json")).unwrap();
    let metrics: Value = serde_json::from_str(&written).unwrap();
    // 90 and twice 70 against 70 and 20: four pairs won, two tied, of six.
    let auc = metrics["roc_auc"].as_f64().unwrap();
    assert!((auc - 5.0 / 6.0).abs() < 1e-12, "{auc}");
    assert!(metrics.get("segments").is_none());
}

#[test]
fn one_class_is_said() {
    let folder = folder("one-class");
    fs::write(folder.join("scores.csv"), "score,outcome\n0.5,1\n0.25,1\n").unwrap();
    let shown = printed(&run(&folder, &["--scores", "scores.csv", "--probability"]));
    for part in [
        "No gains table: outcomes: need converted leads and others, but all converted\n",
        "best Youden  outcomes: need converted leads and others, but all converted\n",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    assert!(!shown.contains("ROC AUC"), "{shown}");
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder("wrong");
    fs::write(folder.join("scores.csv"), SCORES).unwrap();
    fs::write(folder.join("empty.csv"), "score,outcome\n").unwrap();
    fs::write(folder.join("other.csv"), "points,outcome\n1,1\n").unwrap();
    let table: [(&[&str], &str); 5] = [
        (
            &["--scores", "none.csv"],
            "error: cannot read none.csv: No such file or directory (os error 2)\n",
        ),
        (
            &["--scores", "other.csv"],
            "error: other.csv has no column `score`; it has points, outcome\n",
        ),
        (
            &["--scores", "empty.csv"],
            "error: empty.csv has no score that could be read\n",
        ),
        (
            &["--scores", "scores.csv", "--probability"],
            "error: probabilities[0]: must be between 0 and 1, got `90`\n",
        ),
        (
            &["--call=-1"],
            "error: no threshold by capacity: leads: must be between 0 and 1e12, got `-1`\n",
        ),
    ];
    for (arguments, expected) in table {
        let output = run(&folder, arguments);
        assert!(!output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    }
}
