//! Stages and segments beside the scores they read: what a transition costs, one lead at a time and many.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

mod sample;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lead_scoring::{
    ActivitySpec, AsOf, Lead, ScoreMatrix, ScoreModel, ScoreVector, SegmentSpec, SegmentsSpec,
    StageSpec, StageState, Stages, StagesSpec, StateCondition, attribute,
};
use sample::{ACTIVITIES, Sample, as_of, full_points};
use std::hint::black_box;

const LEADS: usize = 10_000;

/// Scores only: no attribute and no activity is read again.
fn by_score() -> StagesSpec {
    let stage = |name: &str, at_least| {
        let enter = StateCondition::score("composite").at_least(at_least);
        StageSpec::new(name, enter).margin(3.0)
    };
    StagesSpec::new("by score")
        .stage(stage("lead", 10.0))
        .stage(stage("mql", 30.0))
        .stage(stage("sql", 45.0))
}

/// Scores, attributes and activities.
fn by_all() -> StagesSpec {
    let did = |kind: &str| StateCondition::activity(ActivitySpec::of(kind).last("60d"));
    by_score()
        .stage(StageSpec::new(
            "opportunity",
            StateCondition::all([
                StateCondition::score("fit").at_least(50.0).into(),
                StateCondition::any([did("webinar").into(), did("download").at_least(2.0).into()]),
                attribute("country").one_of(["DE", "FR", "GB"]).into(),
            ]),
        ))
        .stage(StageSpec::new("customer", attribute("trial").equals(true)))
}

struct World {
    model: ScoreModel,
    leads: Vec<Lead>,
    matrix: ScoreMatrix,
    vectors: Vec<ScoreVector>,
}

impl World {
    fn new() -> Self {
        let model = ScoreModel::build(&full_points()).expect("the spec is sound");
        let leads = Sample::new(model.schema()).leads(LEADS, ACTIVITIES);
        let matrix = model.score_all(&leads, as_of());
        let vectors = matrix.vectors().collect();
        Self {
            model,
            leads,
            matrix,
            vectors,
        }
    }

    fn states(&self, stages: &Stages) -> Vec<StageState> {
        let none = vec![StageState::default(); LEADS];
        let all = stages.transitions(&none, &self.leads, &self.matrix, as_of());
        let all = all.expect("they belong together").into_iter();
        all.map(lead_scoring::Transition::into_state).collect()
    }
}

fn transitions(c: &mut Criterion) {
    let world = World::new();
    let mut group = c.benchmark_group("transition");
    for (name, spec) in [("by_score", by_score()), ("by_all", by_all())] {
        let stages = spec.build(&world.model).expect("the spec is sound");
        let states = world.states(&stages);
        let none = vec![StageState::default(); LEADS];
        for (what, states) in [("stays", &states), ("rises", &none)] {
            let mut next = 0_usize;
            group.throughput(Throughput::Elements(1));
            group.bench_function(BenchmarkId::new(name, what), |b| {
                b.iter(|| {
                    next = (next + 1) % LEADS;
                    let (lead, vector) = (&world.leads[next], &world.vectors[next]);
                    black_box(stages.transition(&states[next], lead, vector, as_of()))
                });
            });
        }
        group.throughput(Throughput::Elements(LEADS as u64));
        group.bench_function(BenchmarkId::new(name, "batch"), |b| {
            b.iter(|| stages.transitions(&states, &world.leads, &world.matrix, as_of()));
        });
    }
    group.finish();
}

/// When a lead's stage changes, within ninety days.
fn next_changes(c: &mut Criterion) {
    const DAY: i64 = 86_400_000_000;
    let world = World::new();
    let until = AsOf::new(as_of().moment().plus_micros(90 * DAY));
    let mut group = c.benchmark_group("stage_next_change");
    for (name, spec) in [("by_score", by_score()), ("by_all", by_all())] {
        let stages = spec.build(&world.model).expect("the spec is sound");
        let states = world.states(&stages);
        let mut next = 0_usize;
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new(name, ACTIVITIES), |b| {
            b.iter(|| {
                next = (next + 1) % LEADS;
                let (lead, state) = (&world.leads[next], &states[next]);
                let found = stages.next_change(&world.model, lead, state, as_of(), until);
                black_box(found.expect("no scorer is opaque"))
            });
        });
    }
    group.finish();
}

fn segments(c: &mut Criterion) {
    let world = World::new();
    let spec = SegmentsSpec::new()
        .segment(SegmentSpec::new(
            "large",
            attribute("employees").at_least(1_000),
        ))
        .segment(SegmentSpec::new(
            "fit",
            StateCondition::score("fit").at_least(50.0),
        ))
        .segment(SegmentSpec::new(
            "active",
            StateCondition::activity(ActivitySpec::of("page_view").last("30d")).at_least(3.0),
        ));
    let segments = spec.build(&world.model).expect("the spec is sound");
    let mut group = c.benchmark_group("segments");
    group.throughput(Throughput::Elements(LEADS as u64));
    group.bench_function("over", |b| {
        b.iter(|| segments.over(&world.leads, &world.matrix, as_of()));
    });
    group.finish();
}

criterion_group!(benches, transitions, next_changes, segments);
criterion_main!(benches);
