//! A full points model on leads with ten activities: one of an app's own type at a time, and in batches. One owned
//! lead, beside its explanation, is in `explain`.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

mod sample;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lead_scoring::{Activity, AttributeSlot, LeadView, Moment, SchemaId, ScoreModel, Value};
use sample::{ACTIVITIES, Sample, as_of, full_points};
use std::hint::black_box;

/// An app's own lead, scored in place: events with integer times, attributes in a struct of its own.
struct Account<'l> {
    lead: &'l dyn LeadView,
    schema: SchemaId,
    attributes: Vec<Value<'l>>,
    events: Vec<Activity<'l>>,
}

impl<'l> Account<'l> {
    fn of(lead: &'l dyn LeadView, attributes: u16) -> Self {
        let mut events = Vec::new();
        lead.activities(&mut |activity| events.push(activity));
        Self {
            lead,
            schema: lead.schema(),
            attributes: (0..attributes)
                .map(|slot| lead.attribute(AttributeSlot::new(slot)))
                .collect(),
            events,
        }
    }
}

impl LeadView for Account<'_> {
    fn schema(&self) -> SchemaId {
        self.schema
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        self.attributes
            .get(slot.index())
            .copied()
            .unwrap_or(Value::Missing)
    }

    fn created_at(&self) -> Option<Moment> {
        self.lead.created_at()
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.events.iter().for_each(|&event| visit(event));
    }
}

fn online(c: &mut Criterion) {
    let model = ScoreModel::build(&full_points()).expect("the spec is sound");
    let leads = Sample::new(model.schema()).leads(64, ACTIVITIES);
    let attributes = u16::try_from(model.schema().attributes().len()).expect("few attributes");
    let accounts: Vec<Account<'_>> = leads
        .iter()
        .map(|lead| Account::of(lead, attributes))
        .collect();
    let mut group = c.benchmark_group("online");
    // Read once: an app has its moment at hand.
    let as_of = as_of();
    let mut next = 0_usize;
    let mut turn = || {
        next = (next + 1) % leads.len();
        next
    };
    group.bench_function(BenchmarkId::new("vector_of_own_type", ACTIVITIES), |b| {
        b.iter(|| black_box(model.vector(&accounts[turn()], as_of)));
    });
    group.finish();
}

fn batch(c: &mut Criterion) {
    let model = ScoreModel::build(&full_points()).expect("the spec is sound");
    let sample = Sample::new(model.schema());
    let mut group = c.benchmark_group("full_points");
    group.sample_size(10);
    for size in [1_000_usize, 100_000] {
        let leads = sample.leads(size, ACTIVITIES);
        group.throughput(criterion::Throughput::Elements(size as u64));
        for (name, threads) in [("one_thread", 1), ("all_threads", 0)] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads start");
            group.bench_with_input(BenchmarkId::new(name, size), &leads, |b, leads| {
                pool.install(|| b.iter(|| black_box(model.score_all(leads, as_of()))));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, online, batch);
criterion_main!(benches);
