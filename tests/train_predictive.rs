//! The examples `train_predictive` and `score_with_model` end to end: a file of past leads in, a model and its scores
//! out.
#![cfg(feature = "train")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

mod programs;

use programs::printed;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// An empty folder of that name for one test.
fn folder(name: &str) -> PathBuf {
    programs::folder("train_predictive", name)
}

fn run(example: &str, folder: &Path, arguments: &str) -> Output {
    programs::run(example, folder, arguments.split_whitespace())
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
fn without_arguments_the_sample_is_learned_from_and_scored() {
    let folder = folder("sample");
    let told = printed(&run("train_predictive", &folder, "--model m.json"));
    assert!(told.starts_with("Read 2400 rows from "), "{told}");
    for line in [
        "\n  industry        text       301\n",
        "\n  company_size    number     477\n",
        "\n  webinar         flag         0\n",
        "\n  id              not learned from: it names the leads\n",
        "\n  created         not learned from: it says which rows are tested\n",
        "\n  converted       not learned from: it is the target\n",
        "\nusable with care: 1886 rows, 176 converted\n",
        "\nConverged after ",
        "\nOn 514 tested rows\n",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }

    // The model in the folder of examples is what training writes.
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/past_model.json");
    let json = |path: &Path| -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    same(&json(&folder.join("m.json")), &json(&kept), "");

    let told = printed(&run("score_with_model", &folder, "--scores s.csv"));
    assert!(
        told.starts_with(
            "100 leads as of 2026-01-01T00:00:00Z, the best first\n\n 86.45 %  P2301\n"
        ),
        "{told}"
    );
    assert!(
        told.contains("          +1.936  demo_requested\n"),
        "{told}"
    );
    let scores = fs::read_to_string(folder.join("s.csv")).unwrap();
    let scores: Vec<&str> = scores.lines().collect();
    assert_eq!(scores.len(), 101);
    assert!(scores[1].starts_with("2300,P2301,0.86"), "{}", scores[1]);
    assert!(scores[100].starts_with("2399,P2400,"), "{}", scores[100]);
}

/// The same, but for the last digits of numbers.
fn same(given: &serde_json::Value, expected: &serde_json::Value, path: &str) {
    use serde_json::Value::{Array, Number, Object};
    match (given, expected) {
        (Number(a), Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-9, "{path}: {a} instead of {b}");
        }
        (Array(a), Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                same(a, b, &format!("{path}[{i}]"));
            }
        }
        (Object(a), Object(b)) => {
            assert!(a.keys().eq(b.keys()), "{path}");
            for (name, a) in a {
                same(a, &b[name], &format!("{path}.{name}"));
            }
        }
        (a, b) => assert_eq!(a, b, "{path}"),
    }
}

#[test]
fn columns_are_recognised() {
    let folder = folder("recognised");
    let mut text = "name;note;size;vip;since;plan;nothing;zip;y\n".to_owned();
    for i in 0..120_usize {
        let size = ["1.5", "NA", "-3e2", "Select"][i % 4];
        let vip = ["yes", "no", "", "Yes"][i % 4];
        let since = ["2025-01-02", "2025-03-04T05:06:07Z", ""][i % 3];
        let plan = ["pro, old", "\"b;c\"", ""][i % 3];
        let y = (i * 7) % 5 < 2;
        writeln!(
            text,
            "n{i};note {i};{size};{vip};{since};{plan};;{};{y}",
            80_000 + i % 2
        )
        .unwrap();
    }
    text.push_str("last;x;1;no;;;;80000;\n");
    fs::write(folder.join("semicolons.csv"), &text).unwrap();
    let arguments = "--target y --id name --types zip=text --missing NA,Select --test mod:4 --data semicolons.csv";
    let told = printed(&run("train_predictive", &folder, arguments));
    let columns = "Read 120 rows from semicolons.csv
1 rows without a target are left out

Columns, with the number of missing cells
  size     number      60
  vip      flag        30
  since    date        40
  plan     text        40
  zip      text         0
  name     not learned from: it names the leads
  note     not learned from: nearly every value is another
  nothing  not learned from: no row has a value
  y        not learned from: it is the target
";
    assert!(told.starts_with(columns), "{told}");
    for column in ["plan=b;c", "plan=pro, old", "plan (missing)", "zip=80001"] {
        assert!(told.contains(&format!("\n{column} ")), "{column}: {told}");
    }

    // With tabs, and types that are given: texts that differ may be learned from after all.
    let tabs = text.replace(';', "\t").replace("b\tc", "b;c");
    fs::write(folder.join("tabs.csv"), tabs).unwrap();
    let arguments = arguments.replace("semicolons", "tabs") + " --types note=text,vip=text";
    let told = printed(&run("train_predictive", &folder, &arguments));
    assert!(told.contains("\n  note     text         0\n"), "{told}");
    assert!(told.contains("\nvip (missing) "), "{told}");
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
        assert_eq!(
            told.contains("\nheld "),
            !test.starts_with("column"),
            "{told}"
        );
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
#[allow(clippy::too_many_lines)] // a table of messages
fn what_cannot_be_learned_is_said() {
    let folder = folder("refused");
    let ys = |y: &dyn Fn(usize) -> bool| {
        let row = |i: usize| format!("{i},{}\n", if y(i) { "yes" } else { "no" });
        format!("a,y\n{}", (0..50).map(row).collect::<String>())
    };
    for (name, text) in [
        ("leads.csv", leads()),
        ("one.csv", ys(&|_| true)),
        ("late.csv", ys(&|i| i > 45)),
        ("header.csv", "a,y\n".to_owned()),
        ("ragged.csv", "a,y\n1,yes,2\n".to_owned()),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
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
            "--data leads.csv --target y --drop sene",
            "error: leads.csv has no column `sene`; it has lead, industry, visits, seen, held, y\n",
        ),
        (
            "--data leads.csv --target y --types visit=text",
            "error: leads.csv has no column `visit`; it has lead, industry, visits, seen, held, y\n",
        ),
        (
            "--data leads.csv --target y --types visits",
            "error: expected COL=TYPE, got `visits`\n",
        ),
        (
            "--data leads.csv --target y --test time:seen:2026-01-01",
            "error: split: leaves no row to test on\n",
        ),
        (
            "--data leads.csv --target y --test last:0%",
            "error: split: a share must be more than 0 and less than 1, got `0`\n",
        ),
        (
            "--data leads.csv --target y --test time:industry:2025-01-01",
            "error: column `industry`: expected a date (`2026-03-01`) or an RFC 3339 time (`2026-03-01T09:30:00Z`), got `retail`\n",
        ),
        (
            "--data leads.csv --target y --drop lead,industry,visits,seen,held",
            "error: features: a predictive model needs at least one feature\n",
        ),
        (
            "--data one.csv --target y",
            "error: column `y` says `yes` in every row: to learn, it needs rows of both outcomes\n",
        ),
        (
            "--data late.csv --target y",
            "error: converted: none of 40 rows is converted: a fit needs rows of both outcomes\n",
        ),
        (
            "--data header.csv --target y",
            "error: header.csv has no row with a target\n",
        ),
        (
            "--data ragged.csv --target y",
            "error: cannot read ragged.csv: CSV error: record 1 (line: 2, byte: 4): found record with 3 fields, but the previous record has 2 fields\n",
        ),
        (
            "--data nowhere.csv --target y",
            "error: cannot read nowhere.csv: No such file or directory (os error 2)\n",
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
