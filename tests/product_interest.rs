//! The example of product interest end to end: files in, leanings and a summary out.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside a test function"
)]

mod programs;

use programs::{printed, program};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn example() -> Command {
    Command::new(program("product_interest"))
}

/// An empty folder of that name for one test.
fn folder(name: &str) -> PathBuf {
    programs::folder("product_interest", name)
}

#[track_caller]
fn contains(printed: &str, part: &str) {
    assert!(printed.contains(part), "{part}\nnot in\n{printed}");
}

const MODEL: &str = r#"
version = 1
name = "test"
[schema]
kinds = ["view"]
products = ["crm", "erp"]
[[dimensions]]
name = "interest"
[[dimensions.interest.groups]]
name = "web"
rules = [{ id = "view", points = 10, activity = { kind = "view", decay = { half_life = "14d" } } }]
[[dimensions]]
name = "momentum"
momentum = {}
"#;

#[test]
fn own_files_are_read_and_every_lead_written_exactly() {
    let folder = folder("own");
    fs::write(folder.join("model.toml"), MODEL).unwrap();
    fs::write(folder.join("leads.csv"), "id\na\nb\nc\n").unwrap();
    fs::write(
        folder.join("activities.csv"),
        "lead,kind,at,product\n\
         a,view,2026-03-01,crm\n\
         b,view,2026-03-15,crm\n\
         b,view,2026-03-15,erp\n\
         b,view,2026-03-14,erp\n\
         b,view,2026-03-20,crm\n\
         c,view,2026-03-15,\n",
    )
    .unwrap();
    let arguments = [
        "--model",
        "model.toml",
        "--leads",
        "leads.csv",
        "--activities",
        "activities.csv",
        "--as-of",
        "2026-03-15",
        "--explain",
        "a",
        "--output",
        "out.csv",
    ];
    let output = example()
        .current_dir(&folder)
        .args(arguments)
        .output()
        .unwrap();
    let printed = printed(&output);
    contains(
        &printed,
        "lead  leaning  points  score  momentum      crm      erp\n\
         b     erp        19.5   19.5     100.0     34 %     66 %\n\
         a     crm         5.0    5.0       0.0    100 %      0 %\n",
    );
    contains(
        &printed,
        "2 of 3 leads did anything with a product\n\
         product  leaning  interested  mean share  points\n\
         crm            1           2      66.9 %      15\n\
         erp            1           1      33.1 %      20\n",
    );
    contains(
        &printed,
        "Why a leans as it does:\n5 interest in the top product (0 is 0, 100 is 100)",
    );
    contains(
        &printed,
        "1 of them lie after that moment and do not count yet",
    );
    let written = fs::read_to_string(folder.join("out.csv")).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(
        lines[0],
        "id,leaning,momentum,crm_points,crm_score,crm_share,erp_points,erp_score,erp_share"
    );
    assert!(lines[1].starts_with("b,erp,100,10,10,0."), "{written}");
    assert_eq!(lines[2..], ["a,crm,0,5,5,1,0,0,0", "c,,100,,,,,,"]);
}

#[test]
fn the_sample_has_all_three_products() {
    let printed = printed(&example().args(["--top", "3"]).output().unwrap());
    contains(&printed, "Read 380 leads");
    contains(
        &printed,
        "L0372  insight    67.1   67.1      95.8      0 %    100 %      0 %",
    );
    for product in ["\nflow ", "\ninsight ", "\nconnect "] {
        contains(&printed, product);
    }
}

#[test]
fn a_model_without_interest_is_refused() {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/challenger.toml");
    let output = example().arg("--model").arg(model).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    contains(&said, "has no dimension `interest`");
}
