//! The example `rfm_segments` end to end: a file of purchases in, segments out.

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
    programs::folder("rfm_segments", name)
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    programs::run("rfm_segments", folder, arguments)
}

const ORDERS: &str = "\
customer,day,spent
zoe,2006-12-30,10
adam,2006-12-01T10:00:00Z,20.5
adam,2006-12-03,4.5
bert,2006-11-01,7
bert,tomorrow,7
,2006-11-01,7
carl,2007-01-05,99
";

#[test]
fn the_sample_is_segmented() {
    let shown = printed(&run(&folder("sample"), &[]));
    assert!(
        shown.starts_with("Read 178 purchases of 62 leads from "),
        "{shown}"
    );
    assert!(shown.contains("\nChampions "), "{shown}");
    assert!(shown.contains("\nAll  "), "{shown}");
}

#[test]
fn rows_are_written() {
    let folder = folder("rows");
    fs::write(folder.join("orders.csv"), ORDERS).unwrap();
    fs::write(
        folder.join("table.toml"),
        "choose = \"first_match\"\ndefault = \"Others\"\ntable = [{ name = \"Fresh\", recency = [3, 3] }]\n",
    )
    .unwrap();
    let columns = ["--lead", "customer", "--at", "day", "--amount", "spent"];
    let mut arguments = vec!["--purchases", "orders.csv", "--as-of", "2006-12-31"];
    arguments.extend(columns);
    arguments.extend(["--bins", "3", "--rule", "rank", "--segments", "table.toml"]);
    arguments.extend(["--output", "out.csv"]);
    let shown = printed(&run(&folder, &arguments));
    for line in [
        "Read 5 purchases of 4 leads from orders.csv\n",
        "2 rows could not be read:\n",
        "  orders.csv:6: expected a date (`2026-03-01`) or an RFC 3339 time (`2026-03-01T09:30:00Z`), got `tomorrow`\n",
        "  orders.csv:7: a lead's id must not be empty\n",
        "Rule `rank` as of 2006-12-31T00:00:00Z: 3 leads with purchases, 1 without\n",
        "  recency   3 of 3 bins formed, leads from the lowest bin up: 1, 1, 1\n",
        "Wrote a row for each of 4 leads to out.csv\n",
    ] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    assert_eq!(
        fs::read_to_string(folder.join("out.csv")).unwrap(),
        "id,recency_days,frequency,monetary,r,f,m,cell,score,segment\n\
         zoe,1,1,10,3,1,2,3-1-2,312,Fresh\n\
         adam,28,2,25,2,3,3,2-3-3,233,Others\n\
         bert,60,1,7,1,2,1,1-2-1,121,Others\n\
         carl,,,,,,,,,\n"
    );
    for rule in ["quantile", "value", "r", "rank_interval"] {
        let arguments = ["--rule", rule, "--bins", "12", "--output", "all.csv"];
        printed(&run(&folder, &arguments));
        let rows = fs::read_to_string(folder.join("all.csv")).unwrap();
        assert_eq!(rows.lines().count(), 63);
    }
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder("wrong");
    fs::write(folder.join("orders.csv"), ORDERS).unwrap();
    fs::write(
        folder.join("table.toml"),
        "table = [{ name = \"Fresh\", recency = [3, 5] }]\n",
    )
    .unwrap();
    let orders = ["--purchases", "orders.csv", "--as-of", "2006-12-31"];
    let columns = ["--lead", "customer", "--at", "day", "--amount", "spent"];
    let all = [&orders[..], &columns].concat();
    let table: [(Vec<&str>, &str); 5] = [
        (
            orders.to_vec(),
            "error: orders.csv has no column `lead`; it has customer, day, spent\n",
        ),
        (
            [&all[..], &["--segments", "table.toml"]].concat(),
            "error: rfm.segments.table: no segment holds the cell `1-1-1`\n",
        ),
        (
            [&all[..], &["--bins", "1"]].concat(),
            "error: rfm.bins: must be between 2 and 1000, got `1`\n",
        ),
        (
            vec!["--as-of", "1999-01-01"],
            "error: no purchases as of 1999-01-01T00:00:00Z in the population\n",
        ),
        (
            vec!["--purchases", "none.csv", "--as-of", "1999-01-01"],
            "error: cannot read none.csv: No such file or directory (os error 2)\n",
        ),
    ];
    for (arguments, expected) in table {
        let output = run(&folder, &arguments);
        assert!(!output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    }
}
