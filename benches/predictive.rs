//! Predictive models of 20 features: one lead online, many leads in memory of their own and in a table, and
//! probabilities of a ready matrix.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

mod chances;

use chances::{as_of, leads, learned, model};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lead_scoring::ndarray::Array2;
use lead_scoring::{LeadRow, LeadTable, PredictiveModel, SchemaSpec, Scorer};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

fn online(c: &mut Criterion) {
    let model = model();
    let leads = leads(model.schema(), 64);
    let scorer = learned().build(model.schema()).expect("the model is sound");
    let mut group = c.benchmark_group("predictive");
    let mut next = 0_usize;
    let mut turn = || {
        next = (next + 1) % leads.len();
        &leads[next]
    };
    group.bench_function(BenchmarkId::new("one_lead", "20_features"), |b| {
        b.iter(|| black_box(scorer.assess(turn(), as_of().into())));
    });
    let mut row = vec![0.0; scorer.encoder().width()];
    group.bench_function(
        BenchmarkId::new("encode", format!("{}_columns", row.len())),
        |b| {
            b.iter(|| black_box(scorer.encoder().encode(turn(), as_of().into(), &mut row)));
        },
    );
    group.finish();
}

/// Leads of their own, rows of a table one by one, and the table block by block.
fn batch(c: &mut Criterion) {
    let model = model();
    let mut group = c.benchmark_group("predictive_batch");
    group.sample_size(10);
    for size in [1_000, 100_000] {
        let leads = leads(model.schema(), size);
        let table = LeadTable::from_leads(model.schema(), &leads).expect("of that schema");
        let rows: Vec<LeadRow<'_>> = table.rows().collect();
        group.throughput(Throughput::Elements(size as u64));
        for (name, threads) in [("one_thread", 1), ("all_threads", 0)] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads start");
            let id = |what: &str| BenchmarkId::new(format!("{what}_{name}"), size);
            group.bench_function(id("owned"), |b| {
                pool.install(|| b.iter(|| black_box(model.score_all(&leads, as_of().into()))));
            });
            group.bench_function(id("table_by_row"), |b| {
                pool.install(|| b.iter(|| black_box(model.score_all(&rows, as_of().into()))));
            });
            group.bench_function(id("table"), |b| {
                pool.install(|| b.iter(|| black_box(model.score_table(&table, as_of().into()))));
            });
        }
    }
    group.finish();
}

fn matrix(c: &mut Criterion) {
    let numbers = (0..20).map(|i| format!("n{i}"));
    let schema = numbers.clone().fold(SchemaSpec::new(), SchemaSpec::number);
    let schema = schema.build().expect("the schema is sound");
    let file = serde_json::json!({
        "version": 1,
        "features": numbers.clone().map(|name| serde_json::json!({
            "feature": { "name": name, "attribute": name },
            "columns": [{ "of": "value", "mean": 0.0, "deviation": 1.0 }],
        })).collect::<Vec<_>>(),
        "coefficients": numbers.map(|name| serde_json::json!({ "column": name, "value": 0.1 }))
            .collect::<Vec<_>>(),
        "baseline": -2.0,
        "base_rate": 0.1,
    });
    let model: PredictiveModel = serde_json::from_value(file).expect("the file is sound");
    let scorer = model.build(&schema).expect("the model is sound");
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let rows = 1_000_000;
    let x = Array2::from_shape_fn((rows, 20), |_| rng.random_range(-1.0..1.0));
    let mut group = c.benchmark_group("predictive_matrix");
    group.sample_size(10);
    group.throughput(Throughput::Elements(rows as u64));
    for (name, threads) in [("one_thread", 1), ("all_threads", 0)] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads start");
        group.bench_function(BenchmarkId::new(name, "1000000x20"), |b| {
            pool.install(|| b.iter(|| black_box(scorer.probabilities(&x.view()))));
        });
    }
    group.finish();
}

criterion_group!(benches, online, batch, matrix);
criterion_main!(benches);
