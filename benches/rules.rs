//! Twelve attribute rules over leads held in memory, on one thread and on all: leads of their own, and a table.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

mod population;
mod sample;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lead_scoring::ScoreModel;
use population::{Population, as_of};
use sample::attribute_rules;
use std::hint::black_box;

fn rules(c: &mut Criterion) {
    let model = ScoreModel::build(&attribute_rules()).expect("the spec is sound");
    for size in [1_000_usize, 100_000, 1_000_000] {
        let population = Population::new(0, size, 0, 0);
        let leads = population.leads(model.schema());
        let table = population.table(model.schema());
        let mut group = c.benchmark_group("rules");
        group.throughput(Throughput::Elements(size as u64));
        if size > 10_000 {
            group.sample_size(10);
        }
        for (name, threads) in [("one_thread", 1), ("all_threads", 0)] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads start");
            group.bench_with_input(BenchmarkId::new(name, size), &leads, |b, leads| {
                pool.install(|| b.iter(|| black_box(model.score_all(leads, as_of()))));
            });
            let name = format!("table_{name}");
            group.bench_with_input(BenchmarkId::new(name, size), &table, |b, table| {
                pool.install(|| b.iter(|| black_box(model.score_table(table, as_of()))));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, rules);
criterion_main!(benches);
