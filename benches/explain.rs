//! Explanations beside the scores that they explain, of the same leads in turns: a full points model, the sample model
//! of the examples with its eight judges, a predictive model, and what changed between two moments.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(dead_code, unreachable_pub, reason = "modules of the examples")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

mod chances;
#[path = "../examples/lead_files/mod.rs"]
mod lead_files;
mod owned;
mod sample;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lead_files::{Files, model};
use lead_scoring::{AsOf, Lead, ScoreModel, Scorer};
use sample::{ACTIVITIES, Sample};
use std::hint::black_box;
use std::path::Path;

const DAY: i64 = 86_400_000_000;

/// Scores and explains leads in turns.
fn beside(c: &mut Criterion, group: &str, model: &ScoreModel, leads: &[Lead], as_of: AsOf) {
    let mut group = c.benchmark_group(group);
    let size = format!("{}_leads", leads.len());
    let mut next = 0_usize;
    let mut turn = || {
        next = (next + 1) % leads.len();
        &leads[next]
    };
    group.bench_function(BenchmarkId::new("vector", &size), |b| {
        b.iter(|| black_box(model.vector(turn(), as_of)));
    });
    group.bench_function(BenchmarkId::new("explain", &size), |b| {
        b.iter(|| black_box(model.explain(turn(), as_of)));
    });
    let before = AsOf::new(as_of.moment().plus_micros(-30 * DAY));
    group.bench_function(BenchmarkId::new("explain_change_30_days", &size), |b| {
        b.iter(|| black_box(model.explain_change(turn(), before, as_of)));
    });
    group.finish();
}

/// 20 rules, ten activities a lead.
fn points(c: &mut Criterion) {
    let model = ScoreModel::build(&sample::full_points()).expect("the spec is sound");
    let leads = Sample::new(model.schema()).leads(64, ACTIVITIES);
    beside(c, "explain_points", &model, &leads, sample::as_of());
}

/// The model and the 380 leads of the examples.
fn sample_model(c: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data");
    let as_of: AsOf = "2026-03-02T09:00:00Z".parse().expect("a moment");
    let (spec, model) = model::load(&folder.join("model.toml")).expect("the model is sound");
    let checklists = model::checklists(&spec, model.schema()).expect("they are sound");
    let files = Files {
        leads: folder.join("leads.csv"),
        activities: Some(folder.join("activities.csv")),
        purchases: Some(folder.join("purchases.csv")),
        answers: Some(folder.join("answers.csv")),
    };
    let read =
        lead_files::read(&files, model.schema(), &checklists, as_of).expect("they can be read");
    let rows = read.leads.rows();
    let leads: Vec<Lead> = rows.map(|row| owned::owned(&row, model.schema())).collect();
    beside(c, "explain_sample_model", &model, &leads, as_of);
}

/// 20 features, ten activities a lead.
fn predictive(c: &mut Criterion) {
    let model = chances::model();
    let leads = chances::leads(model.schema(), 64);
    let as_of = chances::as_of().into();
    beside(c, "explain_predictive", &model, &leads, as_of);
}

criterion_group!(benches, points, sample_model, predictive);
criterion_main!(benches);
