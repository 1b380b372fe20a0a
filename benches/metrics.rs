//! All metrics of a population of scores with outcomes, from one sort.
//!
//! `cargo bench --bench metrics` measures them alone. With the word `peer` it writes the largest population to
//! `target/peers/metrics/`, then computes all metrics once for each line of its input and answers with the seconds:
//! `benches/peers/metrics.py` asks in turn with scikit-learn.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]

use criterion::{BenchmarkId, Criterion, Throughput};
use lead_scoring::{Evaluation, Metrics, ProbabilityEvaluation};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fs;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

/// Probabilities, and outcomes drawn from them, one of ten converted.
fn population(count: usize) -> (Vec<f64>, Vec<bool>) {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    (0..count)
        .map(|_| {
            let odds: f64 = (0..6).map(|_| random.random_range(-1.0..1.0)).sum();
            let probability = 1.0 / (1.0 + (2.7 - odds).exp());
            (probability, random.random_range(0.0..1.0) < probability)
        })
        .unzip()
}

fn all(probabilities: &[f64], converted: &[bool]) -> Metrics {
    ProbabilityEvaluation::new(probabilities, converted)
        .expect("the population is sound")
        .metrics()
}

fn metrics(c: &mut Criterion) {
    for size in [1_000_usize, 100_000, 1_000_000] {
        let (probabilities, converted) = population(size);
        let weights: Vec<f64> = (0..size)
            .map(|i| if i % 3 == 0 { 2.0 } else { 1.0 })
            .collect();
        let mut group = c.benchmark_group("metrics");
        group.throughput(Throughput::Elements(size as u64));
        if size > 10_000 {
            group.sample_size(10);
        }
        group.bench_function(BenchmarkId::new("sort", size), |b| {
            b.iter(|| black_box(Evaluation::new(&probabilities, &converted)));
        });
        group.bench_function(BenchmarkId::new("all", size), |b| {
            b.iter(|| black_box(all(&probabilities, &converted)));
        });
        group.bench_function(BenchmarkId::new("all_weighted", size), |b| {
            b.iter(|| {
                let weighted =
                    ProbabilityEvaluation::weighted(&probabilities, &converted, &weights);
                black_box(weighted.expect("the population is sound").metrics())
            });
        });
        group.finish();
    }
}

/// Answers each line of the input with the seconds of one computation and its figures.
fn answer_peer() -> std::io::Result<()> {
    let (probabilities, converted) = population(1_000_000);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/metrics");
    fs::create_dir_all(&folder)?;
    let bytes: Vec<u8> = probabilities.iter().flat_map(|p| p.to_le_bytes()).collect();
    fs::write(folder.join("probabilities.f64"), bytes)?;
    let bytes: Vec<u8> = converted.iter().map(|&y| u8::from(y)).collect();
    fs::write(folder.join("converted.u8"), bytes)?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", folder.display())?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        let metrics = black_box(all(&probabilities, &converted));
        let seconds = start.elapsed().as_secs_f64();
        let figures = serde_json::to_string(&metrics)?;
        writeln!(out, "{seconds}\t{figures}")?;
        out.flush()?;
    }
    Ok(())
}

fn main() {
    if std::env::args().any(|argument| argument == "peer") {
        answer_peer().expect("the peer listens");
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    metrics(&mut criterion);
    criterion.final_summary();
}
