//! Predictive models: one lead online through 20 features, its explanation, and probabilities of a ready matrix.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lead_scoring::ndarray::Array2;
use lead_scoring::{
    Activity, ActivitySpec, ColumnCoefficient, DecaySpec, FeatureSpec, KindSlot, Lead, Measure,
    Moment, PredictiveModel, PredictiveScorer, PredictiveSpec, Schema, SchemaSpec, Scorer,
    TrainingSet,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

const KINDS: [&str; 4] = ["visit", "open", "click", "demo"];
const LEADS: usize = 2_000;

fn schema() -> Schema {
    let schema = (0..8).fold(SchemaSpec::new(), |s, i| s.number(format!("n{i}")));
    let schema = (0..5).fold(schema, |s, i| s.text(format!("t{i}")));
    let schema = schema.flag("f0").flag("f1").kinds(KINDS);
    schema.build().expect("the schema is sound")
}

/// 8 numbers, 5 texts of 12 levels, 2 flags, 5 measures of activities.
fn spec() -> PredictiveSpec {
    let names = (0..8).map(|i| format!("n{i}"));
    let names = names.chain((0..5).map(|i| format!("t{i}")));
    let names = names.chain(["f0".to_owned(), "f1".to_owned()]);
    let faded = KINDS.map(|kind| {
        let decay = DecaySpec::half_life("14d");
        FeatureSpec::activity(kind, ActivitySpec::of(kind).decay(decay))
    });
    let last = FeatureSpec::activity("last", ActivitySpec::any_kind());
    PredictiveSpec::new()
        .features(names.map(FeatureSpec::attribute))
        .features(faded)
        .feature(last.measure(Measure::DaysSinceLast))
}

fn leads(schema: &Schema, rng: &mut ChaCha8Rng) -> Vec<Lead> {
    let mut lead = |id: usize| {
        let mut lead = Lead::builder(schema, format!("l{id}"));
        for i in 0..8 {
            if rng.random_range(0..10) > 0 {
                lead = lead.set(&format!("n{i}"), rng.random_range(0.0..100.0));
            }
        }
        for i in 0..5 {
            lead = lead.set(
                &format!("t{i}"),
                format!("level {}", rng.random_range(0..12)),
            );
        }
        lead = lead.set("f0", rng.random_range(0..2) == 1).set("f1", true);
        for _ in 0..10 {
            let at = as_of().plus_micros(-rng.random_range(0..5_184_000_000_000));
            lead = lead.push(Activity::new(KindSlot::new(rng.random_range(0..4)), at));
        }
        lead.build().expect("the lead is sound")
    };
    (0..LEADS).map(&mut lead).collect()
}

fn as_of() -> Moment {
    "2026-03-01".parse().expect("a date")
}

fn scorer(schema: &Schema, leads: &[Lead], rng: &mut ChaCha8Rng) -> PredictiveScorer {
    let set = TrainingSet::labelled(leads, &vec![true; LEADS], as_of()).expect("as many");
    let design = spec().design(schema, &set).expect("the spec is sound");
    let mut coefficient = |column: &String| ColumnCoefficient {
        column: column.clone(),
        value: rng.random_range(-0.5..0.5),
    };
    let model = PredictiveModel {
        version: PredictiveModel::VERSION,
        note: None,
        coefficients: design.columns.iter().map(&mut coefficient).collect(),
        features: design.features,
        baseline: -2.0,
        base_rate: 0.1,
        calibration: None,
        trained: None,
    };
    model.build(schema).expect("the model is sound")
}

fn online(c: &mut Criterion) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let schema = schema();
    let leads = leads(&schema, &mut rng);
    let scorer = scorer(&schema, &leads, &mut rng);
    let mut group = c.benchmark_group("predictive");
    let mut next = 0_usize;
    let mut turn = || {
        next = (next + 1) % 64;
        &leads[next]
    };
    group.bench_function(BenchmarkId::new("one_lead", 20), |b| {
        b.iter(|| black_box(scorer.assess(turn(), as_of().into())));
    });
    group.bench_function(BenchmarkId::new("explain", 20), |b| {
        b.iter(|| black_box(scorer.explain(turn(), as_of().into())));
    });
    let mut row = vec![0.0; scorer.encoder().width()];
    group.bench_function(BenchmarkId::new("encode", row.len()), |b| {
        b.iter(|| black_box(scorer.encoder().encode(turn(), as_of().into(), &mut row)));
    });
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

criterion_group!(benches, online, matrix);
criterion_main!(benches);
