//! How the time for a lead grows with the number of leads, from 100,000 to 10,000,000: twelve attribute rules over
//! owned leads and over a table, fit with engagement and RFM over a table, and ranking.
//!
//! ```text
//! cargo bench --bench growth [-- PART OF A NAME]
//! RAYON_NUM_THREADS=1 cargo bench --bench growth
//! ```
//!
//! Leads are made in chunks of at most 1,000,000, of which one is in memory at a time; cases called `whole` hold all
//! at once, in a table. Making leads is not timed. Beside each chunk the smallest number is scored as often as gives
//! as many leads, in turns, so that other work on the machine disturbs both alike; a time is the median of the turns.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]
#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "figures are printed"
)]

mod population;
mod sample;

use lead_scoring::{Lead, LeadRow, LeadTable, ModelSpec, RankBy, Schema, ScoreMatrix, ScoreModel};
use population::{Population, as_of, fit_and_engagement, with_rfm};
use std::hint::black_box;
use std::time::Instant;

const SIZES: [usize; 3] = [100_000, 1_000_000, 10_000_000];
const CHUNK: usize = 1_000_000;
const TURNS: usize = 5;

/// Whether a case is asked for.
fn asked(name: &str) -> bool {
    let parts = std::env::args().skip(1).filter(|part| part != "--bench");
    let parts: Vec<String> = parts.collect();
    parts.is_empty() || parts.iter().any(|part| name.contains(part))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_unstable_by(f64::total_cmp);
    all.get(all.len() / 2).copied().expect("there were turns")
}

/// Seconds of so many runs.
fn seconds<R>(times: usize, mut run: impl FnMut() -> R) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        black_box(run());
    }
    start.elapsed().as_secs_f64()
}

/// Times chunks of leads of each size, and says how much more a lead costs than among the fewest.
fn grow<T, R>(name: &str, chunk: usize, make: impl Fn(usize, usize) -> T, run: impl Fn(&T) -> R) {
    let [smallest, ..] = SIZES;
    if !asked(name) {
        return;
    }
    let few = make(0, smallest);
    seconds(3, || run(&few));
    for size in SIZES {
        let (mut spent, mut beside) = (0.0, 0.0);
        for first in (0..size).step_by(chunk) {
            let count = chunk.min(size - first);
            let many = make(first, count);
            seconds(1, || run(&many));
            let turn = |_| {
                let beside = seconds(count / smallest, || run(&few));
                (seconds(1, || run(&many)), beside)
            };
            let (own, other) = (0..TURNS).map(turn).unzip();
            spent += median(own);
            beside += median(other);
        }
        println!(
            "{name}/{size}: {:.1} ns a lead, {:.3} of what it is for {smallest}",
            spent / size as f64 * 1e9,
            spent / beside
        );
    }
}

fn owned(schema: &Schema) -> impl Fn(usize, usize) -> Vec<Lead> {
    move |first, count| Population::new(first, count, 0, 0).leads(schema)
}

fn table(schema: &Schema) -> impl Fn(usize, usize) -> LeadTable {
    move |first, count| Population::new(first, count, 0, 0).table(schema)
}

fn active(schema: &Schema) -> impl Fn(usize, usize) -> LeadTable {
    move |first, count| Population::new(first, count, 10, 2).table(schema)
}

/// Learns RFM from a table and scores it by fit, engagement and RFM.
fn vector(spec: &ModelSpec, schema: &Schema, table: &LeadTable) -> ScoreMatrix {
    let rows: Vec<LeadRow<'_>> = table.rows().collect();
    with_rfm(spec, schema, &rows, |model| {
        model.score_table(table, as_of())
    })
}

fn main() {
    let model = ScoreModel::build(&sample::attribute_rules()).expect("the spec is sound");
    let schema = model.schema();
    let [.., largest] = SIZES;
    grow("rules_owned", CHUNK, owned(schema), |leads| {
        model.score_all(leads, as_of())
    });
    grow("rules_table", CHUNK, table(schema), |table| {
        model.score_table(table, as_of())
    });
    grow("rules_table_whole", largest, table(schema), |table| {
        model.score_table(table, as_of())
    });
    let scored = |first, count| model.score_table(&table(schema)(first, count), as_of());
    grow("rank_whole", largest, scored, |scores| {
        scores.ranked(RankBy::Dimension("fit"))
    });
    grow("top_100_whole", largest, scored, |scores| {
        scores.top(100, RankBy::Dimension("fit"))
    });
    let spec = fit_and_engagement(&sample::attribute_rules());
    grow("vector_table", CHUNK, active(schema), |table| {
        vector(&spec, schema, table)
    });
    grow("vector_table_whole", largest, active(schema), |table| {
        vector(&spec, schema, table)
    });
}
