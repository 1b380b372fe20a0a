//! The qualification example end to end: answers in, a ranked table and the next questions out.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside a test function"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program of an example, which `cargo test` builds beside this test.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile
        .join("examples")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{} is not built: `cargo test` or `cargo build --examples` does",
        program.display()
    );
    program
}

/// Runs the example in an empty folder of that name, on a file of answers where one is given.
fn run(folder: &str, answers: Option<&str>, more: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bant-{folder}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(example("bant_qualification"));
    command.current_dir(&folder);
    if let Some(text) = answers {
        fs::write(folder.join("answers.csv"), text).unwrap();
        command.args(["--answers", "answers.csv", "--as-of", "2026-03-02"]);
    }
    command.args(more).output().unwrap()
}

fn printed(output: Output) -> String {
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(output: Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_sample_is_ranked() {
    assert_eq!(printed(run("sample", None, &[])), SAMPLE);
}

#[test]
fn answers_given_later_are_not_known_yet() {
    let later = printed(run(
        "later",
        None,
        &["--as-of", "2026-03-06", "--explain", "Q-1050"],
    ));
    assert!(
        later.contains("Q-1050  Vela Shipping          qualified      92     100 %"),
        "{later}"
    );
    let earlier = printed(run("earlier", None, &["--as-of", "2026-02-01"]));
    assert!(
        earlier.contains("1 qualified, 10 open, 1 not qualified"),
        "{earlier}"
    );
}

const OWN: &str = "\
id,budget,authority,need,timeframe,segment
a1,15000,Decision Maker,important,2026-03-10,smb
a2,\"12,000\",boss,,soon,smb
a3,,influencer,none,2026-02-01,mid
";

#[test]
fn own_answers_are_read_and_odd_cells_told() {
    let told = printed(run(
        "own",
        Some(OWN),
        &["--price", "30000", "--explain", "a2"],
    ));
    assert_eq!(told, OWN_TOLD);
}

const OWN_TOLD: &str = "\
bant: 3 leads as of 2026-03-02T00:00:00Z
note: column `segment` is none of the questions
note: line 3, column `budget`: expected an amount, yes or no, got `12,000`
note: line 3, column `authority`: expected `decision_maker`, `influencer`, `user` or `none`, got `boss`
note: line 3, column `timeframe`: expected a date, got `soon`

rank  id  standing       score  coverage  met     budget  authority  need  timeframe
1     a1  qualified      80     100 %     4 of 4  50      100        70    100
2     a2  open           ?      0 %       0 of 4  ?       ?          ?     ?
3     a3  not qualified  20     75 %      1 of 4  ?       60         0     0

1 qualified, 1 open, 1 not qualified

Ask next:
  a2: Which budget has been set aside for this? (then authority, need, timeframe)

Why a2:
- bant (weighted mean)
  ? budget is not answered, weight 1
  ? authority is not answered, weight 1
  ? need is not answered, weight 1
  ? timeframe is not answered, weight 1
  abstains: no answer is known
  0 coverage (weight 0 of 4 is answered)
  0 met (open, 3 needed)
";

#[test]
fn a_checklist_can_be_printed_changed_and_given_back() {
    let text = printed(run(
        "print",
        None,
        &["--print-checklist", "--method", "meddic"],
    ));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("bant-own-checklist.toml");
    fs::write(&file, text.replace("confirmed", "proven")).unwrap();
    let answers = "id,metrics,champion\nm1,proven,no\nm2,confirmed,partly\n";
    let told = printed(run(
        "meddic",
        Some(answers),
        &["--checklist", file.to_str().unwrap()],
    ));
    for line in [
        "meddic: 2 leads as of 2026-03-02T00:00:00Z",
        "note: no column `economic_buyer`: it is not known of any lead",
        "note: line 3, column `metrics`: expected `proven`, `partly`, `none`, yes or no, got `confirmed`",
        "m2  open      50     17 %      1 of 6",
        "m1  open      50     33 %      1 of 6",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    for (folder, answers, more, message) in [
        (
            "no-id",
            "budget\n5\n",
            &[][..],
            "error: answers.csv has no column `id`\n",
        ),
        (
            "twice",
            "id,need\na,none\na,none\n",
            &[],
            "error: answers.csv:3: an id is needed, once, got `a`\n",
        ),
        (
            "two-columns",
            "id,need,need\na,none,none\n",
            &[],
            "error: answers.csv has two columns `need`\n",
        ),
        (
            "needed",
            OWN,
            &["--needed", "5"],
            "error: checklist.needed: must be between 1 and 4, the number of questions, got `5`\n",
        ),
        (
            "price",
            OWN,
            &["--price", "0"],
            "error: checklist.questions[0].price: a price must be more than 0 and at most 1e12, got `0`\n",
        ),
        (
            "show",
            OWN,
            &["--show", "company"],
            "error: --show: no column `company`\n",
        ),
        (
            "explain",
            OWN,
            &["--explain", "b"],
            "error: no lead `b` was read, so it cannot be explained\n",
        ),
    ] {
        assert_eq!(refused(run(folder, Some(answers), more)), message);
    }
}

const SAMPLE: &str = "\
bant: 12 leads as of 2026-03-02T09:00:00Z

rank  id      company                standing       score  coverage  met     budget  authority  need  timeframe
1     Q-1041  Halden Maschinenbau    qualified      100    100 %     4 of 4  100     100        100   100
2     Q-1043  Ostrava Logistics      qualified      82     100 %     3 of 4  100     30         100   100
3     Q-1042  Riverside Clinics      qualified      71     100 %     4 of 4  75      60         70    80
4     Q-1052  Kestrel Energy         qualified      68     75 %      3 of 4  83      ?          70    50
5     Q-1044  Brightwater Foods      open           100    50 %      2 of 4  ?       100        100   ?
6     Q-1048  Lindgren & Sons        open           100    25 %      1 of 4  ?       ?          100   ?
7     Q-1049  Pinecrest Hotels       open           ?      0 %       0 of 4  ?       ?          ?     ?
8     Q-1050  Vela Shipping          open           ?      0 %       0 of 4  ?       ?          ?     ?
9     Q-1045  Tessel Insurance       not qualified  52     100 %     2 of 4  100     60         30    20
10    Q-1047  Cobalt Media           not qualified  52     100 %     2 of 4  38      100        70    0
11    Q-1046  University of Harburg  not qualified  20     75 %      0 of 4  0       30         30    ?
12    Q-1051  Aurum Dental           not qualified  15     100 %     1 of 4  0       60         0     0

4 qualified, 4 open, 4 not qualified

Ask next:
  Q-1044: Which budget has been set aside for this? (then timeframe)
  Q-1048: Which budget has been set aside for this? (then authority, timeframe)
  Q-1049: Which budget has been set aside for this? (then authority, need, timeframe)
  Q-1050: Which budget has been set aside for this? (then authority, need, timeframe)

Why Q-1041:
100 bant (weighted mean)
  100 budget (0 is 0, 1 is 100)
    1 amount (30000 of 24000)
  100 authority (0 is 0, 1 is 100)
    1 decision_maker
  100 need (0 is 0, 1 is 100)
    1 critical
  100 timeframe (0 is 0, 1 is 100)
    1 date (17.6d ahead, within 30d)
  1 coverage (weight 4 of 4 is answered)
  4 met (qualified, 3 needed)
";
