//! The sample model of the examples with all its judges, composite, labels and percentiles, on the leads that
//! `generate_leads` makes: in batches, and one lead of an app's own type at a time. One owned lead, beside its
//! explanation, is in `explain`.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(dead_code, unreachable_pub, reason = "modules of the examples")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lead_files::{Files, model};
use lead_scoring::{
    Activity, Answer, AsOf, AttributeSlot, Lead, LeadView, Moment, Purchase, QuestionSlot,
    SchemaId, ScoreModel, Scorer, Value,
};
use std::hint::black_box;
use std::path::Path;

#[path = "../examples/generate_leads/calls.rs"]
mod calls;
#[path = "../examples/generate_leads/files.rs"]
mod files;
#[path = "../examples/lead_files/mod.rs"]
mod lead_files;
mod owned;
#[path = "../examples/generate_leads/rows.rs"]
mod rows;
#[path = "../examples/generate_leads/tables.rs"]
mod tables;
#[path = "../examples/generate_leads/world.rs"]
mod world;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/model.toml");

fn as_of() -> AsOf {
    "2026-03-02T09:00:00Z".parse().expect("a moment")
}

/// The sample model with that many leads, about ten activities each.
fn sample(count: u32) -> (ScoreModel, Vec<Lead>) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sample_model_{count}"));
    let mut world = world::World::new(11, as_of().moment().to_utc());
    (1..=count).for_each(|number| world.lead(number));
    files::write(world, &folder).expect("the files can be written");
    let (spec, model) = model::load(Path::new(MODEL)).expect("the model is sound");
    let checklists = model::checklists(&spec, model.schema()).expect("they are sound");
    let files = Files {
        leads: folder.join("leads.csv"),
        activities: Some(folder.join("activities.csv")),
        purchases: Some(folder.join("purchases.csv")),
        answers: Some(folder.join("answers.csv")),
    };
    let read =
        lead_files::read(&files, model.schema(), &checklists, as_of()).expect("they can be read");
    let leads = read
        .leads
        .rows()
        .map(|row| owned::owned(&row, model.schema()))
        .collect();
    (model, leads)
}

/// An app's own lead, scored in place: times as integers, attributes, answers and events in a struct of its own.
struct Account<'l> {
    schema: SchemaId,
    attributes: Vec<Value<'l>>,
    created: Option<Moment>,
    /// Seconds since 1970.
    events: Vec<(i64, Activity<'l>)>,
    bought: Vec<(i64, f64)>,
    said: Vec<Answer<'l>>,
}

impl<'l> Account<'l> {
    fn of(lead: &'l Lead, model: &ScoreModel) -> Self {
        let (mut events, mut bought) = (Vec::new(), Vec::new());
        let seconds = |at: Moment| at.micros().div_euclid(1_000_000);
        lead.activities(&mut |activity| events.push((seconds(activity.at), activity)));
        lead.purchases(&mut |purchase| bought.push((seconds(purchase.at), purchase.amount)));
        let attributes = u16::try_from(model.schema().attributes().len()).expect("few attributes");
        let questions = u16::try_from(model.schema().questions().len()).expect("few questions");
        let value = |slot| lead.attribute(AttributeSlot::new(slot));
        let answer = |slot| lead.answer(QuestionSlot::new(slot));
        Self {
            schema: lead.schema(),
            attributes: (0..attributes).map(value).collect(),
            created: lead.created_at(),
            events,
            bought,
            said: (0..questions).map(answer).collect(),
        }
    }
}

impl LeadView for Account<'_> {
    fn schema(&self) -> SchemaId {
        self.schema
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        let value = self.attributes.get(slot.index()).copied();
        value.unwrap_or(Value::Missing)
    }

    fn created_at(&self) -> Option<Moment> {
        self.created
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        for &(seconds, event) in &self.events {
            let at = Moment::from_seconds(seconds);
            visit(Activity { at, ..event });
        }
    }

    fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
        for &(seconds, amount) in &self.bought {
            let at = Moment::from_seconds(seconds);
            visit(Purchase { at, amount });
        }
    }

    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        let answer = self.said.get(question.index()).copied();
        answer.unwrap_or(Answer::Unknown)
    }
}

fn batch(c: &mut Criterion) {
    let mut group = c.benchmark_group("sample_model");
    group.sample_size(10);
    for size in [1_000_u32, 100_000] {
        let (model, leads) = sample(size);
        group.throughput(Throughput::Elements(u64::from(size)));
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

fn online(c: &mut Criterion) {
    const LEADS: usize = 1_000;
    let (model, leads) = sample(1_000);
    let accounts: Vec<Account<'_>> = leads.iter().map(|lead| Account::of(lead, &model)).collect();
    let mut group = c.benchmark_group("sample_model_online");
    // Read once: an app has its moment at hand.
    let as_of = as_of();
    let mut next = 0_usize;
    let mut turn = || {
        next = (next + 1) % LEADS;
        next
    };
    // A lead that arrives was made just now; one of many that lie in memory has to be fetched from there.
    group.bench_function(
        BenchmarkId::new("vector_of_own_type_just_made", LEADS),
        |b| {
            b.iter_batched_ref(
                || Account::of(&leads[turn()], &model),
                |account| model.vector(account, as_of),
                BatchSize::NumIterations(16),
            );
        },
    );
    group.bench_function(BenchmarkId::new("vector_of_own_type", LEADS), |b| {
        b.iter(|| black_box(model.vector(&accounts[turn()], as_of)));
    });
    group.bench_function(BenchmarkId::new("explain_own_type", LEADS), |b| {
        b.iter(|| black_box(model.explain(&accounts[turn()], as_of)));
    });
    group.finish();
}

criterion_group!(benches, online, batch);
criterion_main!(benches);
