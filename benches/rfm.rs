//! Recency, frequency and monetary value: learning the cut points from a population, and scoring it.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lead_scoring::{
    AsOf, BinRule, DimensionSpec, Lead, ModelSpec, Moment, RfmFit, RfmSegmentsSpec, RfmSpec,
    Schema, SchemaSpec, Score, ScoreModel,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

const DAY: i64 = 86_400_000_000;

fn as_of() -> AsOf {
    AsOf::new(Moment::from_seconds(1_780_000_000))
}

/// That many leads with one to three purchases each, two in the mean, over two years.
fn leads(schema: &Schema, count: usize) -> Vec<Lead> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let now = as_of().moment();
    (0..count)
        .map(|i| {
            let mut lead = Lead::builder(schema, format!("lead-{i}"));
            for _ in 0..=i % 3 {
                let at = now.plus_micros(-random.random_range(0..730 * DAY));
                let cents: u32 = random.random_range(100..50_000);
                lead = lead.purchase(at, f64::from(cents) / 100.0);
            }
            lead.build().expect("the lead is sound")
        })
        .collect()
}

fn fit(spec: &RfmSpec, schema: &Schema, leads: &[Lead]) -> RfmFit {
    spec.fit(schema, leads, as_of())
        .expect("the population has purchases")
}

/// The sum of the scores of a population, so that each of them is made.
fn total(fit: &RfmFit) -> f64 {
    let ratings = fit.ratings().flatten();
    let scores = ratings.filter_map(|rating| rating.score);
    scores.map(Score::get).sum()
}

fn rfm(c: &mut Criterion) {
    let schema = SchemaSpec::new().build().expect("the schema is sound");
    for size in [1_000_usize, 100_000, 1_000_000] {
        let leads = leads(&schema, size);
        let mut group = c.benchmark_group("rfm");
        group.throughput(Throughput::Elements(size as u64));
        if size > 10_000 {
            group.sample_size(10);
        }
        for rule in [BinRule::Quantile, BinRule::Rank] {
            let spec = RfmSpec::new().rule(rule).segments(RfmSegmentsSpec::usual());
            let name = format!("learn_and_score_population_{rule}");
            group.bench_with_input(BenchmarkId::new(name, size), &leads, |b, leads| {
                b.iter(|| black_box(total(&fit(&spec, &schema, leads))));
            });
        }
        let learned = fit(&RfmSpec::new(), &schema, &leads).spec().clone();
        let spec = ModelSpec::new("rfm").dimension(DimensionSpec::rfm("value", learned));
        let model = ScoreModel::build(&spec).expect("the model is sound");
        group.bench_with_input(
            BenchmarkId::new("score_as_model", size),
            &leads,
            |b, leads| {
                b.iter(|| black_box(model.score_all(leads, as_of())));
            },
        );
        group.finish();
    }
}

criterion_group!(benches, rfm);
criterion_main!(benches);
