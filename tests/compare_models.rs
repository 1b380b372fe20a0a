//! The example `compare_models` end to end: two models and a population in, a comparison out.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside a test function"
)]

mod programs;

use programs::printed;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// An empty folder of that name for one test.
fn folder(name: &str) -> PathBuf {
    programs::folder("compare_models", name)
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    programs::run("compare_models", folder, arguments)
}

#[test]
fn the_sample_is_compared() {
    let shown = printed(&run(&folder("sample"), &[]));
    for part in [
        "`process software` against `process software, what they look at` as of 2025-12-01T00:00:00Z, 203 of 380 leads were there\n",
        "\nfrom \\ to              unscored      below        mql        sql\n",
        "\nthe champion stays: ROC AUC ",
        "\nWho moves most, and the rules that do it:\n",
        " points vp (fit)\n",
        "\nBack-test of `process software`:\n",
        "\nleft out: 30 converted before, 147 not there yet, 0 whose horizon was not over\n",
        "\npossible leak, attributes taken as they are now: `company` (203), ",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

const MODEL: &str = r#"
version = 1
name = "NAME"
[schema]
kinds = ["visit"]
[schema.attributes]
seats = "number"
[[dimensions]]
name = "fit"
[[dimensions.rules.groups]]
name = "size"
rules = [
  { id = "large", points = LARGE, when = { attribute = "seats", at_least = 50 } },
  { id = "visits", points = 10, activity = { kind = "visit" } },
]
"#;

fn write_all(folder: &Path) {
    let model = |name: &str, large: &str| MODEL.replace("NAME", name).replace("LARGE", large);
    for (name, text) in [
        ("old.toml", model("old", "30")),
        ("new.toml", model("new", "5")),
        ("broken.toml", model("broken", "3").replace("\"visit\" }", "\"visits\" }")),
        (
            "other.toml",
            model("other", "3").replace("seats = \"number\"", "seats = \"number\"\nage = \"number\""),
        ),
        (
            "leads.csv",
            "id,created_at,seats\na,2025-01-01,80\nb,2025-01-01,5\nc,2025-01-01,90\nd,2026-02-01,70\n".into(),
        ),
        (
            "activities.csv",
            "lead,kind,at\nb,visit,2025-02-01\nb,visit,2025-02-02\na,visit,2026-02-01\n".into(),
        ),
        (
            "purchases.csv",
            "lead,at,amount\nb,2026-01-20,10\nc,2025-06-01,5\n".into(),
        ),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

#[test]
fn leads_are_compared_as_they_were_known() {
    let folder = folder("files");
    write_all(&folder);
    let population = [
        "--leads",
        "leads.csv",
        "--activities",
        "activities.csv",
        "--as-of",
        "2026-01-01",
    ];
    let models = ["--champion", "old.toml", "--challenger", "new.toml"];
    let all = [&models[..], &population, &["--purchases", "purchases.csv"]].concat();
    let shown = printed(&run(&folder, &all));
    // `c` had bought, `d` was not there; the visit of `a` came later.
    for part in [
        "`old` against `new` as of 2026-01-01T00:00:00Z, 2 of 4 leads were there\n",
        "\nfrom 25: 0 leads with both, 0 with the challenger only, 1 with the champion only\n",
        "\nROC AUC 0.0000 of the champion, 1.0000 of the challenger\n",
        "\nopen: there are not the outcomes by which to choose\n",
        "\na            30.0 ->   5.0  (-25.0)\n      -25.0 points large (fit)\n",
        "\nBack-test of `new`:\n2 leads, 50.00 % of them converted\n",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let unjudged = printed(&run(
        &folder,
        &[&models[..], &population, &["--bands", "hot=20"]].concat(),
    ));
    assert!(!unjudged.contains("Back-test"), "{unjudged}");
    assert!(unjudged.contains("\nhot "), "{unjudged}");
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder("wrong");
    write_all(&folder);
    fs::write(folder.join("twice.csv"), "id,seats\na,1\na,2\n").unwrap();
    fs::write(folder.join("bad.csv"), "id,seats\na,many\n").unwrap();
    let leads = |file| ["--leads", file, "--as-of", "2026-01-01"];
    let old = ["--champion", "old.toml"];
    let table: [(Vec<&str>, &str); 6] = [
        (
            [
                &old[..],
                &["--challenger", "broken.toml"],
                &leads("leads.csv"),
            ]
            .concat(),
            "error: broken.toml has problems\n  dimensions[0].rules.groups[0].rules[1].activity.kind: unknown activity kind `visits`, did you mean `visit`?\n",
        ),
        (
            [
                &old[..],
                &["--challenger", "other.toml"],
                &leads("leads.csv"),
            ]
            .concat(),
            "error: schemas: of the two models differ: leads of one are none of the other\n",
        ),
        (
            [&old[..], &["--challenger", "new.toml"], &leads("twice.csv")].concat(),
            "error: twice.csv:3: lead `a` stands on an earlier line too\n",
        ),
        (
            [&old[..], &["--challenger", "new.toml"], &leads("bad.csv")].concat(),
            "error: bad.csv:2: `seats`: expected a number, got `many`\n",
        ),
        (
            vec!["--of", "fitness"],
            "error: champion: the model has no dimension `fitness`; it has `fit`, `engagement`, `profile`, `activity`, `momentum`, `interest`, `bant`, `rfm`\n",
        ),
        (
            vec!["--champion", "model.yaml"],
            "error: cannot read model.yaml: No such file or directory (os error 2)\n",
        ),
    ];
    for (arguments, expected) in table {
        let output = run(&folder, &arguments);
        assert!(!output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    }
}
