//! The main example end to end: files in, ranked leads and reports out.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside a test function"
)]

mod programs;

use programs::program;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
const AS_OF: &str = "2026-03-01T12:00:00Z";

/// An empty folder of that name for one test.
fn folder(name: &str) -> PathBuf {
    programs::folder("score_leads", name)
}

const MODEL: &str = r#"
version = 1
name = "test"

[schema]
kinds = ["visit", "complaint"]
products = ["crm"]

[schema.attributes]
title = "text"
seats = "number"
tags = "tags"

[[dimensions]]
name = "fit"
[[dimensions.rules.groups]]
name = "company"
rules = [
  { id = "team", points = 30, when = { attribute = "seats", at_least = 50 } },
  { id = "chief", points = 40, when = { attribute = "title", starts_with = "chief" } },
  { id = "vip", points = 5, when = { attribute = "tags", has_any = ["vip"] } },
]

[[dimensions]]
name = "engagement"
[[dimensions.rules.groups]]
name = "web"
rules = [
  { id = "visit", points = 25, activity = { kind = "visit", decay = { half_life = "14d" } } },
  { id = "silent", points = -5, inactivity = { every = "30d", floor = -10 } },
  { id = "complaint", disqualify = "complained", activity = { kind = "complaint" } },
]

[composite]
method = "weighted_mean"
weights = { fit = 0.4, engagement = 0.6 }

[[labels]]
name = "stage"
bands = [{ label = "mql", at_least = 20 }, { label = "sql", at_least = 40 }]
"#;

/// A run on own files: the folder, with model and files in it.
struct Run {
    folder: PathBuf,
    activities: bool,
}

impl Run {
    fn new(name: &str, leads: &str) -> Self {
        let folder = folder(name);
        fs::write(folder.join("model.toml"), MODEL).unwrap();
        fs::write(folder.join("leads.csv"), leads).unwrap();
        Self {
            folder,
            activities: false,
        }
    }

    fn activities(mut self, text: &str) -> Self {
        fs::write(self.folder.join("activities.csv"), text).unwrap();
        self.activities = true;
        self
    }

    fn run(&self, more: &[&str]) -> Output {
        let mut command = Command::new(program("score_leads"));
        command.current_dir(&self.folder);
        command.args([
            "--model",
            "model.toml",
            "--leads",
            "leads.csv",
            "--as-of",
            AS_OF,
        ]);
        if self.activities {
            command.args(["--activities", "activities.csv"]);
        }
        command.args(more).output().unwrap()
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn contains(printed: &str, part: &str) {
    assert!(printed.contains(part), "{part}\nnot in\n{printed}");
}

#[test]
fn leads_are_ranked_and_written_exactly() {
    let run = Run::new(
        "ranked",
        "id,title,seats,tags\n\
         a,Manager,80,\n\
         b,Chief Data Officer,80,vip|eu\n\
         c,Chief Data Officer,80,vip\n\
         d,,,\n\
         e,Clerk,5,\n",
    )
    .activities(
        "lead,kind,at,id\n\
         a,visit,2026-02-15T12:00:00Z,x1\n\
         a,visit,2026-02-15T12:00:00Z,x1\n\
         b,visit,2026-02-20T09:30:00+01:00,\n\
         c,visit,2026-03-01,\n\
         c,complaint,2026-03-01T08:00:00Z,x2\n\
         e,visit,2026-03-05,x3\n",
    );
    let printed = stdout(&run.run(&["--output", "scores.csv"]));
    contains(&printed, "Read 5 leads, 6 activities and 0 purchases");
    contains(
        &printed,
        "1 of them lie after that moment and do not count yet",
    );
    contains(&printed, "Scored as of 2026-03-01T12:00:00Z (as asked)");
    contains(&printed, "Why lead b has rank 1");

    let written = run.file("scores.csv");
    let mut lines = written.lines();
    assert_eq!(
        lines.next(),
        Some("id,fit,engagement,composite,stage,disqualified")
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let ids: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    // `e` and `d` both have 0: in the order of the file. Disqualified last.
    assert_eq!(ids, ["b", "a", "d", "e", "c"]);

    // The shortest text that reads back to the same number.
    let age = 9.0 + 3.5 / 24.0;
    let engagement: f64 = 25.0 * f64::exp2(-age / 14.0);
    assert_eq!(rows[0][1], "75");
    let read: f64 = rows[0][2].parse().unwrap();
    assert!((read - engagement).abs() < 1e-12, "{read} {engagement}");
    assert_eq!(read.to_string(), rows[0][2]);
    assert_eq!(
        rows[0][3].parse(),
        Ok((0.4 * 75.0 + 0.6 * read) / (0.4 + 0.6))
    );
    assert_eq!(rows[0][4], "mql");
    // The replay counts once: 30 of fit, and half of 25.
    assert_eq!(rows[1][..4], ["a", "30", "12.5", "19.5"]);
    // Nothing is known of its fit: that dimension abstains.
    assert_eq!(rows[2], ["d", "", "0", "0", "", ""]);
    // The label stays beside the verdict.
    assert_eq!(rows[4][4..], ["sql", "complained"]);
}

#[test]
fn json_holds_the_same_rows() {
    let run = Run::new("json", "id,title,seats\na,Manager,80\nb,Chief,80\n")
        .activities("lead,kind,at\na,complaint,2026-02-15\nb,visit,2026-02-21\n");
    stdout(&run.run(&["--output", "scores.json"]));
    stdout(&run.run(&["--output", "scores.csv"]));
    let json: serde_json::Value = serde_json::from_str(&run.file("scores.json")).unwrap();
    let csv = run.file("scores.csv");
    let rows = json.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for (row, line) in rows.iter().zip(csv.lines().skip(1)) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(row["id"], cells[0]);
        for (name, cell) in [("fit", cells[1]), ("engagement", cells[2])] {
            let score = row["dimensions"][name]["score"].as_f64();
            assert_eq!(score, cell.parse().ok());
        }
        assert_eq!(row["composite"].as_f64(), cells[3].parse().ok());
    }
    assert_eq!(rows[0]["labels"]["stage"], "mql");
    assert_eq!(rows[1]["disqualified"], serde_json::json!(["complained"]));
}

#[test]
fn bad_rows_are_reported_and_the_rest_is_scored() {
    let run = Run::new(
        "bad",
        "\u{feff}id,title,seats,created_at\r\n\
         a,Manager,\"1,000\",\r\n\
         b,Chief,80,2026-01-01\r\n\
         b,Chief,90,\r\n\
         ,Clerk,1,\r\n\
         c,Clerk\r\n\
         d,Clerk,inf,\r\n\
         e,Clerk,3,yesterday\r\n\
         f,\"two\r\nlines\",7,\r\n\
         \r\n\
         g,Clerk,many,\r\n",
    )
    .activities(
        "lead,kind,at,id,value\n\
         b,visit,soon,,\n\
         b,visit,2026-02-15,,1e999\n\
         nobody,visit,2026-02-15,,\n\
         a,visit,2026-02-15,,\n\
         b,,2026-02-15,,\n\
         b,visit,2026-02-15T12:00:00Z,x1,\n\
         f,visit,2026-02-15,x2,1\n\
         f,visit,2026-02-15,x2,2\n",
    );
    let printed = stdout(&run.run(&["--output", "scores.csv"]));
    let number = "expected a finite number without thousands separators";
    for message in [
        "12 rows could not be read:",
        &format!("leads.csv:2: column `seats`: {number}, got `1,000`"),
        "leads.csv:4: column `id`: lead `b` stands on an earlier line too",
        "leads.csv:5: column `id`: a lead's id must not be empty",
        "leads.csv:6: 2 cells for 4 columns",
        &format!("leads.csv:7: column `seats`: {number}, got `inf`"),
        "leads.csv:8: column `created_at`: expected a date",
        // A cell of two lines moves those below, and so does an empty line.
        &format!("leads.csv:12: column `seats`: {number}, got `many`"),
        "activities.csv:2: column `at`: expected a date",
        &format!("activities.csv:3: column `value`: {number}, got `1e999`"),
        "activities.csv:4: column `lead`: there is no lead `nobody`",
        "activities.csv:6: column `kind`: an activity needs a kind",
        "lead `f`: activity `x2`: one id stands for different contents: value `1` and `2`",
        "1 more belong to leads that could not be read",
    ] {
        contains(&printed, message);
    }
    let written = run.file("scores.csv");
    let rows: Vec<&str> = written.lines().skip(1).collect();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].starts_with("b,70,12.5,"), "{written}");

    let strict = run.run(&["--strict", "--output", "strict.csv"]);
    assert_eq!(strict.status.code(), Some(1));
    let error = String::from_utf8(strict.stderr).unwrap();
    assert_eq!(
        error,
        "error: 12 rows could not be read, and --strict was asked for\n"
    );
    // What is wrong is shown all the same.
    contains(&String::from_utf8(strict.stdout).unwrap(), "leads.csv:5:");
    assert!(!run.folder.join("strict.csv").exists());
}

#[test]
fn unknown_names_are_listed_once_with_counts() {
    let run = Run::new(
        "unknown",
        "id,titel,seats,shoe\na,Chief,80,\nb,Clerk,80,43\n",
    )
    .activities(
        "lead,kind,at,product,mood\n\
         a,visti,2026-02-15,,\n\
         a,visti,2026-02-16,,\n\
         b,visit,2026-02-15T12:00:00Z,crn,good\n",
    );
    let printed = stdout(&run.run(&["--strict"]));
    for message in [
        "unknown attribute `titel` (a column, 2 values), did you mean `title`?",
        "unknown attribute `shoe` (a column, 1 value)",
        "unknown kind `visti` (2 times), did you mean `visit`?",
        "unknown product `crn` (once), did you mean `crm`?",
        "column `mood` of activities.csv",
    ] {
        assert_eq!(printed.matches(message).count(), 1, "{message}\n{printed}");
    }
    contains(&printed, "Read 2 leads, 1 activity and 0 purchases");
}

#[test]
fn many_bad_rows_are_counted_and_the_first_shown() {
    let rows = (0..50).map(|i| format!("x{i},many\n"));
    let leads: String = std::iter::once("id,seats\na,80\n".to_owned())
        .chain(rows)
        .collect();
    let printed = stdout(&Run::new("many", &leads).run(&[]));
    contains(&printed, "50 rows could not be read:");
    assert_eq!(printed.matches("got `many`").count(), 20);
    contains(&printed, "and 30 more");
}

#[test]
fn bytes_that_are_no_text_are_reported() {
    let run = Run::new("bytes", "");
    let bytes = b"id,title\na,Chief\nb,\xff\xfe\nc,Chief\n";
    fs::write(run.folder.join("leads.csv"), bytes).unwrap();
    let printed = stdout(&run.run(&[]));
    contains(&printed, "leads.csv:3: column `title`: not UTF-8");
    contains(&printed, "Read 2 leads");
}

/// Long files are read in pieces: rows with ends of lines in cells stay whole, and lines are counted on.
#[test]
#[allow(clippy::format_push_string, reason = "files as one reads them")]
fn long_files_are_read_as_short_ones() {
    const LEADS: usize = 12_000;
    let mut leads = "\u{feff}id,title,seats\n".to_owned();
    let mut line = 2;
    let mut refused = Vec::new();
    for i in 0..LEADS {
        let (text, lines) = match i % 6 {
            0 => (format!("L{i},\"of\ntwo \"\"lines\"\"\",80\n"), 2),
            1 => (format!("L{i},a \"quote\" inside,80\r\n"), 1),
            // Empty lines belong to the row behind them.
            2 => (format!("\n\nL{i},\"\",80\n"), 3),
            3 => (format!("\"L{i}\",\"é, è\",80\n"), 1),
            4 => (format!("L{i},Chief,80\n   \n"), 2),
            _ => (format!("L{i},Chief \u{feff},80\n"), 1),
        };
        leads += &text;
        line += lines;
        if i % 1_000 == 999 {
            refused.push(format!("leads.csv:{line}: 2 cells for 3 columns"));
            leads += "x,y\n";
            line += 1;
        }
    }
    let mut activities = "lead,kind,at,id,subject\n".to_owned();
    let mut line = 2;
    for i in 0..3 * LEADS {
        let lead = i * 7 % LEADS;
        activities += &format!("L{lead},visit,2026-02-15T12:00:00Z,x{i},\"/a \"\"b\"\",\n\"\n");
        line += 2;
        if i % 6_000 == 5_999 {
            refused.push(format!(
                "activities.csv:{line}: column `lead`: there is no lead `M{i}`"
            ));
            activities += &format!("M{i},visit,2026-02-15,,");
            // The last line has no end.
            activities += if i + 1 < 3 * LEADS { "\n" } else { "" };
            line += 1;
        }
    }
    assert!(leads.len() > 250_000 && activities.len() > 1_000_000);
    let run = Run::new("long", &leads).activities(&activities);
    let printed = stdout(&run.run(&["--explain", "L11997"]));
    contains(
        &printed,
        "Read 12000 leads, 36000 activities and 0 purchases",
    );
    contains(&printed, "18 rows could not be read:");
    for message in &refused {
        contains(&printed, message);
    }
    contains(&printed, "  title: é, è");
    contains(&printed, "visit /a \"b\",");
}

#[test]
fn what_cannot_run_says_why() {
    let run = Run::new("fails", "id,title\na,Chief\n").activities("lead,type,at\n");
    let error = |more: &[&str]| {
        let output = run.run(more);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(
        error(&[]),
        "error: activities.csv has no column `kind`; it has lead, type, at\n"
    );
    assert_eq!(
        error(&["--output", "scores.txt"]),
        "error: an output file ends in .csv or .json, got scores.txt\n"
    );
    fs::write(run.folder.join("activities.csv"), "lead,kind,at\n").unwrap();
    assert_eq!(
        error(&["--explain", "z"]),
        "error: no lead `z` was read, so it cannot be explained\n"
    );
    assert_eq!(
        error(&["--show", "size"]),
        "error: --show: the model has no attribute `size`; it has title, seats, tags\n"
    );
    let wrong = MODEL.replace("\"seats\", at_least", "\"seat\", at_least");
    let wrong = wrong.replace("points = 25", "points = inf");
    fs::write(run.folder.join("model.toml"), wrong).unwrap();
    let error = error(&[]);
    assert!(
        error.starts_with("error: model.toml has 2 problems\n"),
        "{error}"
    );
    contains(
        &error,
        "rules[0].when: unknown attribute `seat`, did you mean `seats`?",
    );
    contains(&error, "dimensions[1].rules.groups[0].rules[0].points:");
}

#[test]
fn one_lead_is_explained_on_request() {
    let run = Run::new("explain", "id,title,seats\na,Manager,80\nb,,10\n")
        .activities("lead,kind,at,id,subject\nb,visit,2026-02-15T12:00:00Z,x9,/pricing\n");
    let printed = stdout(&run.run(&["--explain", "b", "--top", "1", "--show", "title,seats"]));
    for part in [
        "The best 1 of 2 leads",
        "Why lead b has rank 2",
        "  seats: 10",
        "12.5 visit /pricing #x9 at 2026-02-15T12:00:00Z (25, 14d old, half-life 14d)",
        "  +12.5  visit (points of engagement)",
        "  +40.0  title (at most, in fit)",
    ] {
        contains(&printed, part);
    }
}

#[test]
fn answers_are_read_by_question() {
    let run = Run::new("answers", "id,seats\na,80\nb,many\nc,80\n");
    let mut model = MODEL.replace(
        "products = [\"crm\"]",
        "products = [\"crm\"]\nquestions = [\"budget\", \"need\"]",
    );
    model.push_str(
        r#"
[[dimensions]]
name = "talk"
[dimensions.checklist]
questions = [
  { question = "budget", price = 1000, yes = 1, no = 0 },
  { question = "need", levels = { high = 1.0, low = 0.2 } },
]
"#,
    );
    fs::write(run.folder.join("model.toml"), model).unwrap();
    fs::write(
        run.folder.join("answers.csv"),
        "id,budget,need,answered_at,mood\n\
         a,500,,2026-02-01,good\n\
         b,yes,high,,\n\
         c,yes,LOW,2026-03-05,\n\
         c,,urgent,,\n\
         d,yes,,,\n",
    )
    .unwrap();
    let printed = stdout(&run.run(&["--answers", "answers.csv", "--output", "scores.csv"]));
    for message in [
        "  and 3 answers to qualification questions",
        "  2 of them lie after that moment and do not count yet",
        "  1 more belong to leads that could not be read",
        "column `mood` of answers.csv",
        "answers.csv:5: column `need`: expected `high` or `low`, got `urgent`",
        "answers.csv:6: column `id`: there is no lead `d`",
    ] {
        contains(&printed, message);
    }
    let written = run.file("scores.csv");
    let talk: Vec<(&str, &str)> = written
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| (cells[0], cells[3]))
        .collect();
    assert_eq!(talk, [("a", "50"), ("c", "")]);
}

#[test]
fn the_sample_is_clean_and_reproducible() {
    let folder = folder("sample");
    let scores = folder.join("scores.csv");
    let run = || {
        let mut command = Command::new(program("score_leads"));
        let output = command.args(["--strict", "--output"]).arg(&scores).output();
        let printed = stdout(&output.unwrap());
        let timing = printed.find("\nReading took").unwrap();
        printed[..timing].to_owned()
    };
    let printed = run();
    contains(
        &printed,
        "Scored as of 2026-03-02T09:00:00Z (when the sample was taken)",
    );
    contains(&printed, "* whatever the score: asked for a demo");
    assert!(
        !printed.contains("Left out") && !printed.contains("odd:"),
        "{printed}"
    );
    assert_eq!(printed, run());

    let written = fs::read_to_string(&scores).unwrap();
    let rows: Vec<Vec<&str>> = written
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(rows.len(), 380);
    assert_eq!(
        written.lines().next(),
        Some(
            "id,fit,engagement,profile,activity,momentum,interest,bant,rfm,composite,temperature,stage,grade,standing,rating,\
             disqualified"
        )
    );
    for judge in 1..=8 {
        let judged = rows.iter().filter(|row| !row[judge].is_empty()).count();
        assert!((50..=380).contains(&judged), "dimension {judge}: {judged}");
    }
    let lost = rows.iter().position(|row| !row[15].is_empty()).unwrap();
    assert!((200..380).contains(&lost));
    let mut rest = rows[lost..].iter();
    assert!(
        rest.all(|row| !row[15].is_empty()),
        "disqualified leads stand last"
    );
    let composites: Vec<f64> = rows[..lost]
        .iter()
        .map(|row| row[9].parse().unwrap())
        .collect();
    assert!(composites.is_sorted_by(|a, b| a >= b), "best first");
    for labels in ["hot,sql", "warm,mql", "cold,"] {
        contains(&written, labels);
    }
}

#[test]
fn the_sample_is_what_its_generator_makes() {
    let folder = folder("generated");
    let mut command = Command::new(program("generate_leads"));
    let output = command.arg("--out").arg(&folder).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    for name in [
        "leads.csv",
        "activities.csv",
        "purchases.csv",
        "outcomes.csv",
        "answers.csv",
        "past_leads.csv",
    ] {
        let made = fs::read(folder.join(name)).unwrap();
        let kept = fs::read(Path::new(SAMPLE).join(name)).unwrap();
        assert!(made == kept, "{name} is not what `generate_leads` makes");
    }
}

#[test]
fn the_own_type_example_holds() {
    let output = Command::new(program("score_own_type")).output().unwrap();
    contains(&stdout(&output), "80 accounts (weighted mean)");
}
