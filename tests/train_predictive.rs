//! The examples `train_predictive` and `score_with_model` end to end: a file of past leads in, a model and its scores
//! out.
#![cfg(feature = "train")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, which `cargo test` builds beside this test.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is not built: `cargo test` or `cargo build --examples` does",
        program.display()
    );
    program
}

/// An empty folder of that name for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("train_predictive-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(example: &str, folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new(program(example));
    let arguments = arguments.split_whitespace();
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn printed(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(folder: &Path, arguments: &str) -> String {
    let output = run("train_predictive", folder, arguments);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// 400 leads: those from retail with many visits convert, for the most part.
fn leads() -> String {
    let mut text = "lead,industry,visits,seen,held,y\n".to_owned();
    for i in 0..400_usize {
        let industry = ["retail", "Select", "mining"][i % 3];
        let visits = i * 37 % 20;
        let likely = (i % 3 == 0) == (visits > 9);
        let y = if likely ^ (i % 5 == 0) { "yes" } else { "no" };
        let visits = if i % 11 == 0 {
            String::new()
        } else {
            visits.to_string()
        };
        let day = 1 + i % 28;
        let held = i % 4;
        writeln!(
            text,
            "l{i},{industry},{visits},2025-0{}-{day:02},{held},{y}",
            1 + i / 100
        )
        .unwrap();
    }
    text
}

const KEPT: &str = "--data leads.csv --target y --id lead --missing Select,NA --drop seen";

#[test]
fn a_model_is_trained_kept_and_used() {
    let folder = folder("kept");
    fs::write(folder.join("leads.csv"), leads()).unwrap();
    let told = printed(&run(
        "train_predictive",
        &folder,
        &format!("{KEPT},held --test mod:5 --model m.json --predictions p.csv --metrics x.json"),
    ));
    assert!(told.starts_with("Read 400 rows from leads.csv\n"), "{told}");
    assert!(told.contains("\nready: 320 rows, "), "{told}");
    for column in [
        "industry=mining",
        "industry (missing)",
        "visits",
        "visits (missing)",
    ] {
        assert!(told.contains(&format!("\n{column} ")), "{told}");
    }
    assert!(told.contains("\nOn 80 tested rows\n"), "{told}");

    let metrics = fs::read_to_string(folder.join("x.json")).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
    for name in [
        "roc_auc",
        "average_precision",
        "log_loss",
        "brier",
        "ks",
        "lift_top_decile",
        "ece_10",
        "objective",
        "iterations",
    ] {
        assert!(metrics[name].is_number(), "{name}: {metrics}");
    }
    assert!(metrics["confusion"]["true_positives"].is_number());
    assert_eq!(metrics["converged"], true);

    let predictions = fs::read_to_string(folder.join("p.csv")).unwrap();
    let lines: Vec<&str> = predictions.lines().collect();
    assert_eq!((lines.len(), lines[0]), (81, "row,id,actual,probability"));
    assert!(lines[2].starts_with("5,l5,"), "{}", lines[2]);

    // The model gives the same probabilities to the same rows.
    let told = printed(&run(
        "score_with_model",
        &folder,
        "--model m.json --data leads.csv --id lead --missing Select,NA --top 2 --scores s.csv",
    ));
    assert!(told.contains("Reasons are in log-odds"), "{told}");
    let scores = fs::read_to_string(folder.join("s.csv")).unwrap();
    let scores: Vec<&str> = scores.lines().collect();
    assert_eq!((scores.len(), scores[0]), (401, "row,id,probability"));
    let last = |line: &str| line.rsplit(',').next().unwrap().parse::<f64>().unwrap();
    for line in &lines[1..] {
        let row: usize = line.split(',').next().unwrap().parse().unwrap();
        // Industry and visits are missing: nothing is known of the lead, and the scorer abstains.
        if row % 33 == 22 {
            assert!(scores[row + 1].ends_with(','));
        } else {
            assert!((last(line) - last(scores[row + 1])).abs() < 1e-12, "{line}");
        }
    }
}

#[test]
fn rows_are_split_as_asked() {
    let folder = folder("split");
    fs::write(folder.join("leads.csv"), leads()).unwrap();
    for (test, rows) in [
        ("last:25%", "On 100 tested rows"),
        ("column:held --types held=number", "On 100 tested rows"),
        ("time:seen:2025-04-01", "On 100 tested rows"),
        ("random:20%:7", "On 80 tested rows"),
        ("none", "On 400 training rows"),
    ] {
        let arguments = format!("{KEPT} --test {test} --class-weight balanced --c 0.5");
        let told = printed(&run("train_predictive", &folder, &arguments));
        assert!(told.contains(rows), "{test}: {told}");
        assert_eq!(told.contains("held"), !test.starts_with("column"), "{told}");
    }
    let told = printed(&run(
        "train_predictive",
        &folder,
        &format!("{KEPT},held --cv"),
    ));
    assert!(told.contains("predicts best by cross-validation"), "{told}");
    let unpenalised = format!("{KEPT},held --unpenalised --drop-first");
    let told = printed(&run("train_predictive", &folder, &unpenalised));
    assert!(told.contains("Std. Error"), "{told}");
}

#[test]
fn what_cannot_be_learned_is_said() {
    let folder = folder("refused");
    fs::write(folder.join("leads.csv"), leads()).unwrap();
    for (arguments, message) in [
        (
            "--data leads.csv --target won",
            "error: leads.csv has no column `won`; it has lead, industry, visits, seen, held, y\n",
        ),
        (
            "--data leads.csv --target y --positive won",
            "error: column `y` never says `won`; it says no, yes\n",
        ),
        (
            "--data leads.csv --target industry",
            "error: say by --positive what column `industry` says of those who converted; it says Select, mining, retail\n",
        ),
        (
            "--data leads.csv --target y --types visits=money",
            "error: column `visits`: expected number, text, flag, date or tags, got `money`\n",
        ),
        (
            "--data leads.csv --target y --types industry=number",
            "error: row 0, column `industry`: expected a finite number without thousands separators, got `retail`\n",
        ),
        (
            "--data leads.csv --target y --test mod:0",
            "error: split: `every` must be at least 1, got `0`\n",
        ),
    ] {
        assert_eq!(refused(&folder, arguments), message);
    }
    let no_rule = refused(&folder, "--data leads.csv --target y --test half");
    assert!(
        no_rule.contains("expected mod:5, column:NAME, last:20%,"),
        "{no_rule}"
    );

    fs::write(folder.join("m.json"), "{\"version\": 1}").unwrap();
    let output = run(
        "score_with_model",
        &folder,
        "--model m.json --data leads.csv",
    );
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.starts_with("error: m.json is no model: missing field `dimensions`"),
        "{errors}"
    );
}
