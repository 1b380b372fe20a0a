//! The Rust side of `benches/peers/rules.py`: writes the data of a population once, and then runs, each time that a
//! line on standard input names one, a job, and says its seconds and a sum by which results can be compared.
//!
//! ```text
//! cargo bench --bench peer -- LEADS FOLDER
//! ```

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot run may stop"
)]

mod population;
mod sample;

use lead_scoring::{LeadRow, Score, ScoreMatrix, ScoreModel};
use population::{Population, as_of, fit_and_engagement, with_rfm};
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

/// The sums of all scores of each dimension.
fn sums(matrix: &ScoreMatrix) -> String {
    let names = matrix
        .dimensions()
        .iter()
        .map(lead_scoring::Dimension::name);
    let sum = |name| {
        let column = matrix.column(name).into_iter().flatten().flatten();
        format!("{:.6}", column.map(Score::get).sum::<f64>())
    };
    names.map(sum).collect::<Vec<_>>().join(" ")
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let [leads, folder] = arguments.as_slice() else {
        println!("usage: cargo bench --bench peer -- LEADS FOLDER, with jobs on standard input");
        return;
    };
    let population = Population::new(0, leads.parse().expect("a number of leads"), 10, 2);
    let folder = PathBuf::from(folder);
    if !folder.join("purchases.csv").exists() {
        population.write(&folder).expect("the files can be written");
    }
    let rules_spec = sample::attribute_rules();
    let rules = ScoreModel::build(&rules_spec).expect("the spec is sound");
    let by_case = ScoreModel::build(&sample::attribute_rules_by_case()).expect("the spec is sound");
    let vector_spec = fit_and_engagement(&rules_spec);
    let schema = rules.schema();
    assert_eq!(schema.id(), by_case.schema().id());
    let owned = population.leads(schema);
    let bare = Population::new(0, owned.len(), 0, 0).leads(schema);
    let table = population.table(schema);
    let rows: Vec<LeadRow<'_>> = table.rows().collect();
    let engagement = ScoreModel::build(&vector_spec).expect("the spec is sound");

    println!("ready");
    for job in std::io::stdin().lock().lines() {
        let job = job.expect("a line");
        let start = Instant::now();
        let matrix = match job.as_str() {
            "rules_owned" => rules.score_all(&bare, as_of()),
            "rules_owned_by_case" => by_case.score_all(&bare, as_of()),
            "rules_table_by_case" => by_case.score_table(&table, as_of()),
            "rules_owned_active" => rules.score_all(&owned, as_of()),
            "rules_table" => rules.score_table(&table, as_of()),
            "engagement_owned" => engagement.score_all(&owned, as_of()),
            "engagement_table" => engagement.score_table(&table, as_of()),
            "vector_owned" => with_rfm(&vector_spec, schema, &owned, |model| {
                model.score_all(&owned, as_of())
            }),
            "vector_table" => with_rfm(&vector_spec, schema, &rows, |model| {
                model.score_table(&table, as_of())
            }),
            "group" => {
                let grouped = population.table(schema);
                println!("{} {}", start.elapsed().as_secs_f64(), grouped.len());
                continue;
            }
            other => {
                println!("no job `{other}`");
                continue;
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        println!("{seconds} {}", sums(&matrix));
        std::io::stdout().flush().expect("the answer can be given");
    }
}
