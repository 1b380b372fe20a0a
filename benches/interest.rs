//! Product interest and momentum of one lead with ten activities and five products.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lead_scoring::{
    Activity, ActivitySpec, AsOf, DecaySpec, DimensionSpec, GroupSpec, HistorySpec, InterestSpec,
    KindSlot, Lead, ModelSpec, Moment, MomentumSpec, Occurrences, ProductSlot, RuleSpec, Schema,
    SchemaSpec, ScoreModel, Scorer,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

const ACTIVITIES: usize = 10;
const PRODUCTS: [&str; 5] = ["crm", "erp", "bi", "mail", "shop"];
const DAY: i64 = 86_400_000_000;

fn as_of() -> AsOf {
    AsOf::new(Moment::from_seconds(1_780_000_000))
}

fn schema() -> SchemaSpec {
    let schema = SchemaSpec::new().kinds(["page_view", "download", "email_click", "webinar"]);
    PRODUCTS.into_iter().fold(schema, SchemaSpec::product)
}

fn history() -> HistorySpec {
    HistorySpec::new().utc_offset("+01:00")
}

/// Four rules with a limit or a decay each.
fn interest() -> InterestSpec {
    let rule = |id: &str, points: f64| RuleSpec::new(id).points(points);
    let fading = || DecaySpec::half_life("14d");
    InterestSpec::top().group(
        GroupSpec::sum("what they do")
            .rule(
                rule("page", 3.0).max(20.0).activity(
                    ActivitySpec::of("page_view")
                        .occurrences(Occurrences::PerDay(2))
                        .decay(fading()),
                ),
            )
            .rule(
                rule("paper", 10.0).activity(
                    ActivitySpec::of("download")
                        .occurrences(Occurrences::OncePerSubject)
                        .decay(DecaySpec::lifespan("90d")),
                ),
            )
            .rule(rule("click", 5.0).activity(ActivitySpec::of("email_click").last("60d")))
            .rule(rule("webinar", 15.0).activity(ActivitySpec::of("webinar").decay(fading()))),
    )
}

fn leads(schema: &Schema, count: usize) -> Vec<Lead> {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut lead = |i: usize| {
        let mut lead = Lead::builder(schema, format!("lead-{i}"));
        for a in 0..ACTIVITIES {
            let at = as_of()
                .moment()
                .plus_micros(-random.random_range(0..60 * DAY));
            let id = format!("{i}-{a}");
            let subject = format!("/{}", random.random_range(0..4));
            lead = lead.push(
                Activity::new(KindSlot::new(random.random_range(0..4)), at)
                    .id(&id)
                    .subject(&subject)
                    .product(ProductSlot::new(random.random_range(0..5))),
            );
        }
        lead.build().expect("the lead is sound")
    };
    (0..count).map(&mut lead).collect()
}

fn one_lead(c: &mut Criterion) {
    let schema = schema().build().expect("the schema is sound");
    let leads = leads(&schema, 64);
    let top = interest().build_with(&schema, &history());
    let top = top.expect("the spec is sound");
    let one = interest().product("bi").build_with(&schema, &history());
    let one = one.expect("the spec is sound");
    let momentum = MomentumSpec::new().build_with(&schema, &history());
    let momentum = momentum.expect("the spec is sound");
    let mut next = 0_usize;
    let mut turn = || {
        next = (next + 1) % leads.len();
        &leads[next]
    };
    let mut group = c.benchmark_group("interest");
    group.bench_function(BenchmarkId::new("profile", ACTIVITIES), |b| {
        b.iter(|| black_box(top.profile(turn(), as_of())));
    });
    group.bench_function(BenchmarkId::new("top_product", ACTIVITIES), |b| {
        b.iter(|| black_box(top.assess(turn(), as_of())));
    });
    group.bench_function(BenchmarkId::new("one_product", ACTIVITIES), |b| {
        b.iter(|| black_box(one.assess(turn(), as_of())));
    });
    group.bench_function(BenchmarkId::new("explain", ACTIVITIES), |b| {
        b.iter(|| black_box(top.explain(turn(), as_of())));
    });
    group.bench_function(BenchmarkId::new("momentum", ACTIVITIES), |b| {
        b.iter(|| black_box(momentum.assess(turn(), as_of())));
    });
    group.finish();
}

/// A dimension for each product, one for the top product and one for momentum.
fn vector(c: &mut Criterion) {
    let spec = PRODUCTS.into_iter().fold(
        ModelSpec::new("interest")
            .schema(schema())
            .history(history()),
        |spec, product| {
            spec.dimension(DimensionSpec::interest(
                product,
                interest().product(product),
            ))
        },
    );
    let spec = spec
        .dimension(DimensionSpec::interest("top", interest()))
        .dimension(DimensionSpec::momentum("momentum", MomentumSpec::new()));
    let model = ScoreModel::build(&spec).expect("the spec is sound");
    let leads = leads(model.schema(), 64);
    let mut next = 0_usize;
    c.bench_function("interest/vector_of_seven", |b| {
        b.iter(|| {
            next = (next + 1) % leads.len();
            black_box(model.vector(&leads[next], as_of()))
        });
    });
}

criterion_group!(benches, one_lead, vector);
criterion_main!(benches);
