//! The example `recalibrate` end to end: a model and a history in, a new model and its changes out.
#![cfg(feature = "train")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

mod programs;

use lead_scoring::{ModelSpec, PointsChange, ScoreModel};
use programs::{printed, told};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// An empty folder of that name for one test.
fn folder(name: &str) -> PathBuf {
    programs::folder("recalibrate", name)
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    programs::run("recalibrate", folder, arguments)
}

fn spec(path: &Path) -> ModelSpec {
    let text = fs::read_to_string(path).unwrap();
    if path.extension().unwrap() == "json" {
        serde_json::from_str(&text).unwrap()
    } else {
        toml::from_str(&text).unwrap()
    }
}

/// Points that stand at a path of a spec.
fn points(spec: &serde_json::Value, path: &str) -> Option<f64> {
    let pointer = path.replace('[', "/").replace(']', "").replace('.', "/");
    spec.pointer(&format!("/{pointer}"))?["points"].as_f64()
}

#[test]
fn the_sample_gives_a_new_model_and_its_changes() {
    let folder = folder("sample");
    let arguments = ["--output", "new.toml", "--changes", "changes.json"];
    let text = printed(&run(&folder, &arguments));
    assert!(
        text.starts_with("15 of 44 rules changed, learned from 380 rows of which 56 converted\n"),
        "{text}"
    );
    for line in [
        "  without points rules, left as they are: profile, activity, momentum, bant, rfm",
        "interest/paper                   10         6      6.16      123     25.2 %  learned",
        "fit/core-industry                20        18     17.51      105     23.8 %  learned",
        "fit/good-industry                12        12        -1      112     10.7 %  kept: the evidence speaks against its sign",
        "engagement/demo                  40        40         -       21     47.6 %  kept: holds for fewer than 30 rows",
        "engagement/pricing               10        15     28.69      148     30.4 %  capped step",
        "fit/student                       -         -         -        0          -  kept: it only disqualifies",
        "Wrote the new model to new.toml",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }

    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/model.toml");
    let (old, new) = (spec(&old), spec(&folder.join("new.toml")));
    ScoreModel::build(&new).unwrap();
    let changes = fs::read_to_string(folder.join("changes.json")).unwrap();
    let changes: Vec<PointsChange> = serde_json::from_str(&changes).unwrap();
    assert_eq!(changes.len(), 44);
    let (before, after) = (
        serde_json::to_value(&old).unwrap(),
        serde_json::to_value(&new).unwrap(),
    );
    let plain = changes
        .iter()
        .filter(|change| points(&before, &change.path).is_some());
    for change in plain {
        assert_eq!(points(&before, &change.path), change.old, "{change:?}");
        assert_eq!(points(&after, &change.path), change.new, "{change:?}");
    }
    // But for the rules of the three dimensions it is the old model.
    let mut back = new;
    for (dimension, of) in back.dimensions.iter_mut().zip(&old.dimensions) {
        dimension.rules = of.rules.clone();
        dimension.interest = of.interest.clone();
    }
    assert_eq!(back, old);

    // The new model is the next one's old model, and points move on.
    let again = [
        "--model",
        "new.toml",
        "--output",
        "newer.json",
        "--dimensions",
        "engagement",
    ];
    let text = printed(&run(&folder, &again));
    assert!(
        text.contains("\nengagement/pricing               15        19 "),
        "{text}"
    );
    assert!(!text.contains("\nfit/"), "{text}");
    ScoreModel::build(&spec(&folder.join("newer.json"))).unwrap();
}

const MODEL: &str = r#"
version = 1
name = "small"

[schema]
kinds = ["visit"]

[schema.attributes]
budget = "flag"
student = "flag"

[[dimensions]]
name = "fit"

[[dimensions.rules.groups]]
name = "who"
rules = [
  { id = "budget", points = 10, when = { attribute = "budget", equals = true } },
  { id = "student", points = 10, when = { attribute = "student", equals = true } },
]

[[dimensions]]
name = "does"

[[dimensions.rules.groups]]
name = "visits"
rules = [{ id = "visit", points = 5, activity = { kind = "visit" } }]
"#;

/// 200 leads, of which budgets and visits make 100 convert in March.
fn files(folder: &Path) {
    fs::write(folder.join("model.toml"), MODEL).unwrap();
    let mut leads = "id,created_at,budget,student\n".to_owned();
    let mut activities = "lead,kind,at\n".to_owned();
    let mut outcomes = "lead,converted_at\n".to_owned();
    for i in 0..200 {
        let (budget, student) = (i % 2 == 0, i % 3 == 0);
        writeln!(leads, "l{i},2025-12-01,{budget},{student}").unwrap();
        if i % 5 < 2 {
            writeln!(activities, "l{i},visit,2026-02-20").unwrap();
        }
        // What lies after the moment is not learned from.
        writeln!(activities, "l{i},visit,2026-03-15").unwrap();
        let chance =
            15 + 35 * usize::from(budget) + 40 * usize::from(i % 5 < 2) - 10 * usize::from(student);
        if (i * 7919) % 101 < chance {
            let day = if i % 4 == 0 {
                "2026-03-10"
            } else {
                "2026-03-20"
            };
            writeln!(outcomes, "l{i},{day}").unwrap();
        }
    }
    for (name, text) in [
        ("leads.csv", leads),
        ("activities.csv", activities),
        ("outcomes.csv", outcomes),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

const OWN: [&str; 10] = [
    "--model",
    "model.toml",
    "--leads",
    "leads.csv",
    "--activities",
    "activities.csv",
    "--outcomes",
    "outcomes.csv",
    "--as-of",
    "2026-03-01",
];

fn own<'a>(more: &[&'a str]) -> Vec<&'a str> {
    OWN.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn own_files_and_options() {
    let folder = folder("own");
    files(&folder);
    let text = printed(&run(&folder, &own(&["--days", "30"])));
    assert!(text.contains("learned from 200 rows"), "{text}");
    assert!(
        text.contains("\nfit/student        10        10 "),
        "{text}"
    );
    assert!(
        text.contains("kept: the evidence speaks against its sign"),
        "{text}"
    );
    // 80 leads had visited by then, not all 200.
    let visit = text
        .lines()
        .find(|line| line.starts_with("does/visit"))
        .unwrap();
    assert!(visit.contains(" 80 "), "{visit}");

    let zero = own(&["--wrong-sign", "zero", "--most-points", "3"]);
    let text = printed(&run(&folder, &zero));
    assert!(
        text.contains("\nfit/student        10         7 "),
        "{text}"
    );

    // Another moment: who had converted by then is no row any more.
    let mut later = own(&[]);
    later[9] = "2026-03-01,2026-03-12";
    let text = printed(&run(&folder, &later));
    let rows: u64 = text.split_whitespace().nth(7).unwrap().parse().unwrap();
    assert!((201..400).contains(&rows), "{text}");
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder("wrong");
    files(&folder);
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("nobody.csv", "lead,converted_at\n");
    write(
        "stranger.csv",
        "lead,converted_at\nl1,2026-03-10\nx9,2026-03-10\n",
    );
    write("when.csv", "lead,converted_at\nl1,soon\n");
    write("columns.csv", "lead,at\nl1,2026-03-10\n");
    let with = |outcomes: &'static str| {
        let mut arguments = own(&[]);
        arguments[7] = outcomes;
        told(&run(&folder, &arguments))
    };
    assert_eq!(
        with("nobody.csv"),
        "error: history: needs rows that converted and rows that did not, got `0` of `200`\n"
    );
    assert_eq!(
        with("stranger.csv"),
        "error: stranger.csv:3: no lead `x9`\n"
    );
    assert_eq!(
        with("when.csv"),
        "error: when.csv:2: expected a date (`2026-03-01`) or an RFC 3339 time (`2026-03-01T09:30:00Z`), got `soon`\n"
    );
    assert_eq!(
        with("columns.csv"),
        "error: columns.csv has no column `converted_at`\n"
    );
    assert_eq!(
        told(&run(&folder, &own(&["--dimensions", "fti"]))),
        "error: dimensions[0]: unknown dimension with points rules `fti`, did you mean `fit`?\n"
    );
    assert_eq!(
        told(&run(&folder, &own(&["--step", "0"]))),
        "error: step: must be above 0 and at most 1e12, got `0`\n"
    );
    assert_eq!(
        told(&run(&folder, &own(&["--output", "new.yaml"]))),
        "error: a model file ends in .toml or .json, got new.yaml\n"
    );
    assert!(!folder.join("new.yaml").exists());
}
