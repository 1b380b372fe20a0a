//! What changed between two moments, and why.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)] // a test stops where something is not as it must be

mod generators;

use generators::{as_of, facts, history, noon, rules, schema};
use lead_scoring::{
    Activity, ActivitySpec, AsOf, Cause, CompositeSpec, DecaySpec, DimensionSpec, Explanation,
    Externals, GroupSpec, InactivitySpec, Lead, LeadBuilder, LeadView, ModelSpec, RuleSpec,
    RulesSpec, SchemaSpec, ScoreModel, Scorer, attribute, from_fn,
};
use proptest::prelude::*;
use std::sync::Arc;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn parts_add_up_to_the_difference(
        rules in rules(), history in history(), facts in facts(), since in proptest::option::of(-30_i64..30),
        (a, b) in (as_of(), as_of()), days in 0_i64..90, far in any::<bool>(),
    ) {
        let Ok(scorer) = rules.build_with(&schema(), &history) else { return Ok(()) };
        let mut lead = facts.lead(&schema());
        if let (Some(days), Some((name, value))) = (since, facts.attributes.first()) {
            let schema = schema();
            let builder = Lead::builder(&schema, "a1").set(name, value.clone());
            let at = noon().plus_micros(days * 86_400_000_000);
            let all = facts.activities.iter().cloned();
            lead = all.fold(builder.known_since(name, at), LeadBuilder::activity).build().unwrap();
        }
        let b = if far { b } else { AsOf::new(a.moment().plus_micros(days * 86_400_000_000)) };
        let why = scorer.explain_change(&lead, a, b);
        prop_assert_eq!(&why, &scorer.explain_change(&lead, b, a));
        prop_assert!(why.recomputes(), "{}", why);
        let raw = |at: AsOf| scorer.assess(&lead, at).raw;
        let whole = raw(a.max(b)).zip(raw(a.min(b))).map(|(after, before)| after - before);
        prop_assert_eq!(why.value().map(f64::to_bits), whole.map(|w| (w + 0.0).to_bits()), "{}", why);
        let told = [scorer.explain(&lead, a), scorer.explain(&lead, b)];
        let parts = told.iter().flat_map(Explanation::nodes).filter_map(Explanation::value);
        let biggest = parts.fold(1.0, |most: f64, value| most.max(value.abs()));
        if let Some(whole) = whole {
            let sum: f64 = why.effects().iter().map(|e| e.value).sum();
            prop_assert!((sum - whole).abs() <= 1e-12 * biggest, "{} {}\n{}", sum, whole, why);
        }
        // What rounding leaves is small beside what it is left of.
        for node in why.nodes() {
            if *node.kind() == lead_scoring::Role::Change(Cause::Rounding) {
                prop_assert!(node.value().unwrap().abs() <= 1e-12 * biggest, "{}", why);
            }
        }
    }
}

fn effects(why: &Explanation) -> Vec<(String, String, Cause, f64)> {
    let effects = why.effects().into_iter();
    effects
        .map(|e| (e.dimension, e.of.to_owned(), e.cause, e.value))
        .collect()
}

/// The same with borrowed names.
fn shown(effects: &[(String, String, Cause, f64)]) -> Vec<(&str, &str, Cause, f64)> {
    let all = effects.iter();
    all.map(|(dimension, of, cause, value)| (dimension.as_str(), of.as_str(), *cause, *value))
        .collect()
}

#[test]
#[allow(clippy::too_many_lines)] // one model with every cause in it
fn every_cause_is_told_apart() {
    let rule = RuleSpec::new;
    let of = |kind: &str| ActivitySpec::of(kind);
    let spec = ModelSpec::new("whole")
        .schema(
            SchemaSpec::new()
                .flag("customer")
                .date("renewal")
                .kinds(["visit", "call", "demo"]),
        )
        .dimension(DimensionSpec::rules(
            "deeds",
            RulesSpec::new()
                .group(
                    GroupSpec::sum("web").max(40.0).rule(
                        rule("visits")
                            .points(16.0)
                            .activity(of("visit").decay(DecaySpec::half_life("10d"))),
                    ),
                )
                .group(
                    GroupSpec::sum("rest")
                        .rule(rule("calls").points(7.0).activity(of("call").last("5d")))
                        .rule(
                            rule("silence")
                                .points(-3.0)
                                .inactivity(InactivitySpec::every("9d")),
                        ),
                )
                .group(
                    GroupSpec::highest("who")
                        .rule(
                            rule("customer")
                                .points(5.0)
                                .when(attribute("customer").equals(true)),
                        )
                        .rule(
                            rule("renews")
                                .points(9.0)
                                .when(attribute("renewal").within_next("7d")),
                        )
                        .rule(rule("demo").points(20.0).activity(of("demo"))),
                ),
        ))
        .dimension(DimensionSpec::external("clock", "clock"))
        .composite(CompositeSpec::max());
    let clock = from_fn(|_: &dyn LeadView, as_of: AsOf| {
        lead_scoring::Score::saturating(
            as_of.moment().micros_since(noon()) as f64 / 86_400_000_000.0,
        )
    });
    let externals = Externals::from([("clock".to_owned(), Arc::new(clock) as Arc<dyn Scorer>)]);
    let model = ScoreModel::build_with(&spec, &externals).unwrap();
    let kind = |name| model.schema().kind(name).unwrap();
    let day = |n: i64| noon().plus_micros(n * 86_400_000_000);
    let lead = Lead::builder(model.schema(), "a1")
        .set("customer", true)
        .set("renewal", day(15))
        .push(Activity::new(kind("visit"), day(0)).id("v1"))
        .push(Activity::new(kind("visit"), day(0)).id("v2"))
        .push(Activity::new(kind("visit"), day(0)).id("v3"))
        .push(Activity::new(kind("call"), day(0)))
        .build()
        .unwrap();

    // 48 held at 40, + 7 + 5 = 52; ten days later 24 + 0 - 3 + 9 = 30.
    let why = model.explain_change(&lead, day(0).into(), day(10).into());
    assert!(why.recomputes());
    assert_eq!(why.value(), Some(30.0 - 52.0));
    assert_eq!(
        shown(&effects(&why)),
        [
            ("deeds", "visits", Cause::Decay, -24.0),
            ("deeds", "web", Cause::Bounds, 8.0),
            ("deeds", "calls", Cause::Window, -7.0),
            ("deeds", "silence", Cause::Silence, -3.0),
            ("deeds", "customer", Cause::Group, -5.0),
            ("deeds", "renews", Cause::Date, 9.0),
            ("clock", "clock", Cause::Time, 10.0),
        ]
    );

    let schema = model.schema();
    let lead = Lead::builder(schema, "a1")
        .set("customer", true)
        .known_since("customer", day(3))
        .push(Activity::new(kind("visit"), day(0)).id("v1"))
        .push(Activity::new(kind("visit"), day(10)).id("v2"))
        .push(Activity::new(kind("demo"), day(10)))
        .build()
        .unwrap();
    let why = model.explain_change(&lead, day(2).into(), day(10).into());
    let after_eight = 16.0 * ((-1.0_f64).exp2() - (-0.2_f64).exp2());
    assert_eq!(
        shown(&effects(&why)),
        [
            ("deeds", "visits", Cause::Decay, after_eight),
            ("deeds", "visits", Cause::Facts, 16.0),
            ("deeds", "silence", Cause::Silence, -3.0),
            ("deeds", "silence", Cause::Facts, 3.0),
            ("deeds", "demo", Cause::Facts, 20.0),
            ("clock", "clock", Cause::Time, 8.0),
        ]
    );
    assert!(why.recomputes());
    let shown = why.to_string();
    assert!(shown.contains("16 visit (new facts)"), "{shown}");
}

#[test]
fn what_abstains_has_no_difference() {
    let spec = ModelSpec::new("fit")
        .schema(SchemaSpec::new().number("seats"))
        .dimension(DimensionSpec::rules(
            "fit",
            RulesSpec::new().group(
                GroupSpec::sum("g").rule(
                    RuleSpec::new("team")
                        .points(5.0)
                        .when(attribute("seats").at_least(5)),
                ),
            ),
        ));
    let model = ScoreModel::build(&spec).unwrap();
    let at = |text: &str| text.parse::<AsOf>().unwrap();
    let lead = Lead::builder(model.schema(), "a")
        .set("seats", 9.0)
        .known_since("seats", at("2026-03-05").moment())
        .build()
        .unwrap();
    let why = model.explain_change(&lead, at("2026-03-01"), at("2026-03-09"));
    assert_eq!((why.value(), why.parts()[0].value()), (None, None));
    assert_eq!(
        why.to_string(),
        "- fit (unknown)\n  - fit (unknown)\n    abstains: it abstains at one of the moments"
    );
    let other = ScoreModel::build(&ModelSpec {
        schema: SchemaSpec::new().number("seats").text("title"),
        ..spec
    })
    .unwrap();
    assert_eq!(
        other
            .explain_change(&lead, at("2026-03-01"), at("2026-03-09"))
            .value(),
        None
    );
}
