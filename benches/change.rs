//! What changes next, one lead at a time: a full points model on a lead with ten activities.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

mod sample;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lead_scoring::{
    AsOf, CompositeMethod, CompositeSpec, DimensionSpec, EngagementSpec, HistorySpec, LabelSpec,
    MomentumSpec, RfmCuts, RfmSpec, ScoreModel, What,
};
use sample::{ACTIVITIES, Sample, as_of, full_points};
use std::hint::black_box;

const DAY: i64 = 86_400_000_000;

fn change(c: &mut Criterion) {
    let spec = full_points().label(
        LabelSpec::new("stage")
            .of("engagement")
            .band("warm", 5.0)
            .band("hot", 15.0),
    );
    let model = ScoreModel::build(&spec).expect("the spec is sound");
    let leads = Sample::new(model.schema()).leads(256, ACTIVITIES);
    let until = AsOf::new(as_of().moment().plus_micros(90 * DAY));
    let questions = [
        ("label", What::Label("stage")),
        (
            "never",
            What::Passes {
                of: "engagement",
                bound: 99.0,
            },
        ),
        (
            "composite_passes",
            What::Passes {
                of: "composite",
                bound: 20.0,
            },
        ),
        (
            "composite_moves",
            What::Moves {
                of: "composite",
                by: 5.0,
            },
        ),
        ("verdict", What::Verdict),
    ];
    let mut group = c.benchmark_group("next_change");
    let mut next = 0_usize;
    let mut turn = || {
        next = (next + 1) % leads.len();
        next
    };
    for (name, what) in questions {
        group.bench_function(BenchmarkId::new(name, ACTIVITIES), |b| {
            b.iter(|| {
                let found = model.next_change(&leads[turn()], as_of(), until, what);
                black_box(found.expect("the names are known"))
            });
        });
    }
    group.finish();
}

/// A model with every other scorer beside the points: what the next change of its composite costs.
fn all_scorers(c: &mut Criterion) {
    let cuts = || RfmCuts::new([7.0, 30.0, 90.0], [1.0, 2.0, 5.0], [10.0, 100.0, 1000.0]);
    let spec = full_points()
        .history(HistorySpec::new().utc_offset("+00:00"))
        .dimension(DimensionSpec::momentum("momentum", MomentumSpec::new()))
        .dimension(DimensionSpec::rfm(
            "rfm",
            RfmSpec::new().of("page_view").bins(4).cuts(cuts()),
        ))
        .dimension(DimensionSpec::engagement(
            "scaled",
            EngagementSpec::new()
                .weight("page_view", 1.0)
                .weight("webinar", 5.0)
                .scale(0.0, 6.0),
        ))
        .composite(CompositeSpec {
            method: CompositeMethod::WeightedMean,
            ..CompositeSpec::default()
        });
    let model = ScoreModel::build(&spec).expect("the spec is sound");
    let leads = Sample::new(model.schema()).leads(256, ACTIVITIES);
    let until = AsOf::new(as_of().moment().plus_micros(90 * DAY));
    let moves = What::Moves {
        of: "composite",
        by: 5.0,
    };
    let mut group = c.benchmark_group("all_scorers");
    let mut next = 0_usize;
    let mut turn = || {
        next = (next + 1) % leads.len();
        next
    };
    group.bench_function(BenchmarkId::new("composite_moves", ACTIVITIES), |b| {
        b.iter(|| {
            let found = model.next_change(&leads[turn()], as_of(), until, moves);
            black_box(found.expect("no scorer is opaque"))
        });
    });
    group.finish();
}

criterion_group!(benches, change, all_scorers);
criterion_main!(benches);
