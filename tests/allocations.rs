//! Scoring allocates nothing for a lead once each thread has its room.
#![allow(clippy::unwrap_used)] // a test stops where something is not as it must be
#![allow(clippy::indexing_slicing, clippy::cast_sign_loss)] // places in lists that stand here

use lead_scoring::{
    Activity, ActivitySpec, AsOf, ChecklistSpec, CompositeSpec, CriterionSpec, DecaySpec,
    DimensionSpec, EngagementSpec, Filter, GradeSpec, GroupSpec, HistorySpec, InactivitySpec,
    InterestSpec, KindSlot, LabelSpec, Lead, LeadTable, ModelSpec, MomentumSpec, Occurrences,
    ProductSlot, QuestionSpec, RfmCuts, RfmSpec, RuleSpec, RulesSpec, Schema, SchemaSpec,
    ScoreModel, attribute,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn as_of() -> AsOf {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn schema() -> SchemaSpec {
    SchemaSpec::new()
        .text("title")
        .number("seats")
        .flag("trial")
        .date("renewal")
        .tags("tags")
        .kinds(["visit", "demo"])
        .product("crm")
        .question("budget")
}

fn rules() -> RulesSpec {
    let rule = RuleSpec::new;
    let fading = || DecaySpec::half_life("14d");
    RulesSpec::new()
        .group(
            GroupSpec::sum("who")
                .rule(
                    rule("chief")
                        .points(20.0)
                        .when(attribute("title").contains("chief")),
                )
                .rule(
                    rule("école")
                        .points(5.0)
                        .when(attribute("title").starts_with("head")),
                )
                .rule(
                    rule("large")
                        .points(20.5)
                        .when(attribute("seats").at_least(50)),
                )
                .rule(
                    rule("trial")
                        .points(5.0)
                        .when(attribute("trial").equals(true)),
                )
                .rule(
                    rule("soon")
                        .points(5.0)
                        .when(attribute("renewal").within_next("90d")),
                )
                .rule(
                    rule("vip")
                        .points(5.0)
                        .when(attribute("tags").has_any(["vip"])),
                ),
        )
        .group(
            GroupSpec::highest("did")
                .max(60.0)
                .rule(
                    rule("visits").points(2.0).max(20.0).activity(
                        ActivitySpec::of("visit")
                            .occurrences(Occurrences::PerDay(3))
                            .decay(fading()),
                    ),
                )
                .rule(
                    rule("pricing").points(9.0).activity(
                        ActivitySpec::of("visit")
                            .subject(Filter::new().starts_with("/pricing"))
                            .last("30d"),
                    ),
                )
                .rule(
                    rule("each").points(3.0).activity(
                        ActivitySpec::of("visit").occurrences(Occurrences::OncePerSubject),
                    ),
                )
                .rule(
                    rule("silence")
                        .points(-5.0)
                        .inactivity(InactivitySpec::every("30d")),
                ),
        )
}

/// Every scorer of the library in one model.
fn model() -> ScoreModel {
    let rfm = RfmSpec::new().cuts(RfmCuts::new(
        [10.0, 20.0, 30.0, 40.0],
        [1.0, 2.0, 3.0, 4.0],
        [50.0, 100.0, 150.0, 200.0],
    ));
    let interest = InterestSpec::top().group(
        GroupSpec::sum("did").rule(
            RuleSpec::new("visits")
                .points(5.0)
                .activity(ActivitySpec::of("visit")),
        ),
    );
    let inner = ModelSpec::new("inner")
        .history(HistorySpec::new().utc_offset("+01:00"))
        .dimension(DimensionSpec::rules("inside", rules()))
        .composite(CompositeSpec::weighted_mean([("inside", 1.0)]));
    let spec = ModelSpec::new("all")
        .schema(schema())
        .history(HistorySpec::new().utc_offset("+01:00"))
        .dimension(DimensionSpec::rules("rules", rules()))
        .dimension(DimensionSpec::rfm("value", rfm))
        .dimension(DimensionSpec::interest("interest", interest))
        .dimension(DimensionSpec::momentum(
            "momentum",
            MomentumSpec::new().weight("visit", 1.0),
        ))
        .dimension(DimensionSpec::engagement(
            "engagement",
            EngagementSpec::new().weight("visit", 1.0).scale(0.0, 10.0),
        ))
        .dimension(DimensionSpec::grade(
            "grade",
            GradeSpec::new().criterion(CriterionSpec::new(
                "big",
                2,
                attribute("seats").at_least(50),
            )),
        ))
        .dimension(DimensionSpec::checklist(
            "ready",
            ChecklistSpec::new("ready").question(QuestionSpec::new("budget").price(100.0)),
        ))
        .dimension(DimensionSpec::model("inner", inner))
        .composite(CompositeSpec::weighted_mean([
            ("rules", 1.0),
            ("value", 1.0),
            ("inner", 1.0),
        ]))
        .label(LabelSpec::new("stage").band("low", 10.0).band("high", 50.0));
    ScoreModel::build(&spec).unwrap()
}

fn leads(schema: &Schema, count: i32) -> Vec<Lead> {
    let lead = |i: i32| {
        let day = |days: i32| {
            as_of()
                .moment()
                .plus_micros(-86_400_000_000 * i64::from(days))
        };
        let mut lead = Lead::builder(schema, i.to_string())
            .created_at(day(300))
            .set(
                "title",
                ["Chief of Staff", "École Head", "Student"][i as usize % 3],
            )
            .set("seats", i % 100)
            .set("trial", i % 2 == 0)
            .set("renewal", day(-i % 200))
            .set("tags", ["vip", "EU"])
            .answer("budget", f64::from(i))
            .purchase(day(i % 50), 50.0)
            .purchase(day(i % 90), 150.0);
        for visit in 0..10 {
            lead = lead.push(
                Activity::new(KindSlot::new(0), day(i * visit % 120))
                    .subject(["/pricing", "/docs"][visit as usize % 2])
                    .product(ProductSlot::new(0)),
            );
        }
        lead.build().unwrap()
    };
    (0..count).map(lead).collect()
}

/// How often memory is asked for while something runs.
fn asked(run: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    run();
    let change = region.change();
    change.allocations + change.reallocations
}

/// One test, since another one at the same time would be counted too.
#[test]
fn nothing_is_allocated_for_a_lead() {
    let model = model();
    let few = leads(model.schema(), 512);
    let many = leads(model.schema(), 4_096);
    let (few_table, many_table) = [&few, &many]
        .map(|leads| LeadTable::from_leads(model.schema(), leads).unwrap())
        .into();
    // One thread, so that it is known which is warm.
    let score = |leads: &[Lead]| drop(model.score_all(leads, as_of()));
    let score_table = |table: &LeadTable| drop(model.score_table(table, as_of()));
    #[cfg(feature = "parallel")]
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let run = |work: &(dyn Fn() + Sync)| {
        #[cfg(feature = "parallel")]
        pool.install(work);
        #[cfg(not(feature = "parallel"))]
        work();
    };
    run(&|| score(&many));
    run(&|| score_table(&many_table));
    let more = asked(|| run(&|| score(&many)));
    let less = asked(|| run(&|| score(&few)));
    // What it costs to start, and to split, is neither per lead nor per block.
    assert!(more <= less + 64, "{less} for 512 leads, {more} for 4,096");
    let more = asked(|| run(&|| score_table(&many_table)));
    let less = asked(|| run(&|| score_table(&few_table)));
    assert!(more <= less + 64, "{less} for 512 rows, {more} for 4,096");
    // One lead alone, by a thread that is warm: up to eight dimensions and bands its vector needs nothing of its own.
    let alone = || drop(model.vector(&few[7], as_of()));
    alone();
    assert_eq!(asked(alone), 0);
}
