//! Fit, engagement and RFM over leads with ten activities and two purchases each: twelve attribute rules, five sorts
//! of activity that fade and are capped, and quintiles that are learned from the leads themselves. Grouping rows by
//! lead, which building the table does, stands apart.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

mod population;
mod sample;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lead_scoring::{LeadRow, ScoreModel};
use population::{Population, as_of, fit_and_engagement, with_rfm};
use sample::attribute_rules;
use std::hint::black_box;

fn vector(c: &mut Criterion) {
    let spec = fit_and_engagement(&attribute_rules());
    let model = ScoreModel::build(&spec).expect("the spec is sound");
    let schema = model.schema();
    for size in [10_000_usize, 100_000, 1_000_000] {
        let population = Population::new(0, size, 10, 2);
        let leads = population.leads(schema);
        let table = population.table(schema);
        let rows: Vec<LeadRow<'_>> = table.rows().collect();
        let mut group = c.benchmark_group("vector");
        group.throughput(Throughput::Elements(size as u64));
        group.sample_size(10);
        for (name, threads) in [("one_thread", 1), ("all_threads", 0)] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads start");
            group.bench_function(BenchmarkId::new(name, size), |b| {
                let score = |model: &ScoreModel| model.score_all(&leads, as_of());
                pool.install(|| b.iter(|| black_box(with_rfm(&spec, schema, &leads, score))));
            });
            group.bench_function(BenchmarkId::new(format!("table_{name}"), size), |b| {
                let score = |model: &ScoreModel| model.score_table(&table, as_of());
                pool.install(|| b.iter(|| black_box(with_rfm(&spec, schema, &rows, score))));
            });
        }
        group.bench_function(BenchmarkId::new("group_rows_by_lead", size), |b| {
            b.iter(|| black_box(population.table(schema)));
        });
        group.finish();
    }
}

criterion_group!(benches, vector);
criterion_main!(benches);
