//! What changed between two moments, and why.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)] // a test stops where something is not as it must be

mod generators;

use generators::scorers::{full_model, more, other_dimension};
use generators::{as_of, facts, history, noon, rules, schema};
use lead_scoring::{
    Activity, ActivitySpec, AnswerValue, AsOf, Cause, ChecklistSpec, CompositeSpec, CriterionSpec,
    DecaySpec, DimensionSpec, DueSpec, EngagementSpec, Explanation, Externals, Frozen, GradeSpec,
    GroupSpec, HistorySpec, InactivitySpec, InterestSpec, Lead, LeadBuilder, LeadView, ModelSpec,
    MomentumSpec, QuestionSpec, RfmCuts, RfmSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel,
    Scorer, attribute, from_fn,
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
        // Effects that undo each other may be larger than what stands at either moment.
        let all = told.iter().chain([&why]);
        let parts = all.flat_map(Explanation::nodes).filter_map(Explanation::value);
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

/// What is small enough to be rounding, beside the numbers that were explained.
fn rounding(told: &[Explanation]) -> f64 {
    let parts = told
        .iter()
        .flat_map(Explanation::nodes)
        .filter_map(Explanation::value);
    1e-12 * parts.fold(1.0, |most: f64, value| most.max(value.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(768) })]

    #[test]
    fn parts_of_every_scorer_add_up(
        dimension in other_dimension(), history in history().boxed(), more in more().boxed(), (a, b) in (as_of(), as_of()),
        days in 0_i64..90, far in any::<bool>(),
    ) {
        let by_score = dimension.rfm.is_some() || dimension.checklist.is_some();
        let spec = ModelSpec::new("one").schema(schema().spec()).history(history).dimension(dimension);
        let Ok(model) = ScoreModel::build(&spec) else { return Ok(()) };
        let lead = more.lead();
        let b = if far { b } else { AsOf::new(a.moment().plus_micros(days * 86_400_000_000)) };
        let all = model.explain_change(&lead, a, b);
        prop_assert_eq!(&all, &model.explain_change(&lead, b, a));
        prop_assert!(all.recomputes(), "{}", all);
        let why = &all.parts()[0];
        let number = |at: AsOf| {
            let vector = model.vector(&lead, at);
            if by_score { vector.score("d").map(lead_scoring::Score::get) } else { vector.raw("d") }
        };
        let whole = number(a.max(b)).zip(number(a.min(b))).map(|(after, before)| after - before);
        if why.value().is_none() {
            let aged = Frozen::new(&lead, a.min(b).moment());
            let aged = model.vector(&aged, a.max(b)).score("d");
            prop_assert!(whole.is_none() || aged.is_none(), "{}", why);
            return Ok(());
        }
        prop_assert_eq!(why.value().map(f64::to_bits), whole.map(|w| (w + 0.0).to_bits()), "{}", why);
        let most = rounding(&[model.explain(&lead, a), model.explain(&lead, b), all.clone()]);
        let effects = all.effects();
        let sum: f64 = effects.iter().map(|e| e.value).sum();
        prop_assert!((sum - whole.unwrap()).abs() <= most, "{} {:?}\n{}", sum, whole, why);
        for node in all.nodes() {
            if *node.kind() == lead_scoring::Role::Change(Cause::Rounding) {
                prop_assert!(node.value().unwrap().abs() <= most, "{}", all);
            }
        }
        let opaque = effects.iter().find(|effect| effect.cause == Cause::Time);
        prop_assert!(opaque.is_none(), "{}", all);
        prop_assert!(effects.iter().all(|effect| effect.dimension == "d"));
    }

    #[test]
    fn models_of_all_scorers_recompute(spec in full_model(), more in more().boxed(), (a, b) in (as_of(), as_of())) {
        let Ok(model) = ScoreModel::build(&spec) else { return Ok(()) };
        let lead = more.lead();
        let why = model.explain_change(&lead, a, b);
        prop_assert!(why.recomputes(), "{}", why);
        let dynamic: &dyn Scorer = &model;
        prop_assert_eq!(&why, &dynamic.explain_change(&lead, a, b));
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

#[test]
#[allow(clippy::too_many_lines)] // one model with every scorer in it
fn every_scorer_tells_its_parts() {
    let fading = ActivitySpec::of("visit").decay(DecaySpec::half_life("10d"));
    let interest =
        GroupSpec::sum("web").rule(RuleSpec::new("visits").points(16.0).activity(fading));
    let checklist = ChecklistSpec::new("bant")
        .question(QuestionSpec::new("budget").yes(1.0).weight(3.0))
        .question(QuestionSpec::new("timeframe").due(DueSpec::new([("5d", 1.0), ("30d", 0.5)])));
    let spec = ModelSpec::new("whole")
        .schema(
            SchemaSpec::new()
                .flag("customer")
                .date("renewal")
                .kinds(["visit", "call"])
                .product("crm")
                .product("erp")
                .question("budget")
                .question("timeframe"),
        )
        .history(HistorySpec::new().utc_offset("+00:00"))
        .dimension(DimensionSpec::rfm(
            "rfm",
            RfmSpec::new()
                .bins(3)
                .weights(2.0, 1.0, 1.0)
                .cuts(RfmCuts::new([7.0, 30.0], [1.0, 4.0], [100.0, 1000.0])),
        ))
        .dimension(DimensionSpec::checklist("bant", checklist))
        .dimension(DimensionSpec::grade(
            "grade",
            GradeSpec::new()
                .criterion(CriterionSpec::new(
                    "customer",
                    3,
                    attribute("customer").equals(true),
                ))
                .criterion(CriterionSpec::new(
                    "renews",
                    2,
                    attribute("renewal").within_next("7d"),
                )),
        ))
        .dimension(DimensionSpec::momentum("momentum", MomentumSpec::new()))
        .dimension(DimensionSpec::engagement(
            "engagement",
            EngagementSpec::new()
                .weight("visit", 1.0)
                .weight("call", 5.0)
                .window("8d")
                .scale(0.0, 10.0),
        ))
        .dimension(DimensionSpec::interest(
            "interest",
            InterestSpec::top().group(interest),
        ));
    let model = ScoreModel::build(&spec).unwrap();
    let kind = |name| model.schema().kind(name).unwrap();
    let product = |name| model.schema().product(name).unwrap();
    let day = |n: i64| noon().plus_micros(n * 86_400_000_000);
    let visit =
        |at: i64, of: &'static str| Activity::new(kind("visit"), day(at)).product(product(of));
    let lead = Lead::builder(model.schema(), "a1")
        .set("customer", true)
        .known_since("customer", day(3))
        .set("renewal", day(15))
        .purchase(day(0), 50.0)
        .purchase(day(9), 60.0)
        .answer("budget", true)
        .answer_known_since("budget", day(2))
        .answer("timeframe", AnswerValue::by(day(12)))
        .push(visit(0, "crm"))
        .push(visit(0, "crm"))
        .push(Activity::new(kind("call"), day(1)))
        .push(visit(10, "erp"))
        .push(visit(10, "erp"))
        .build()
        .unwrap();
    let why = model.explain_change(&lead, day(1).into(), day(10).into());
    assert!(why.recomputes());
    let told = effects(&why);
    assert_eq!(
        shown(&told),
        [
            // Of the bins 3-1-1 the recency falls by one, and is given back by the new purchase.
            ("rfm", "recency", Cause::Silence, -25.0),
            ("rfm", "recency", Cause::Facts, 25.0),
            ("rfm", "frequency", Cause::Facts, 12.5),
            ("rfm", "monetary", Cause::Facts, 12.5),
            // From half of the timeframe alone to 1 of 4 parts, all of it beside the budget.
            ("bant", "timeframe", Cause::Date, 50.0),
            ("bant", "timeframe", Cause::Facts, -75.0),
            ("bant", "budget", Cause::Facts, 75.0),
            ("grade", "renews", Cause::Date, 4.0),
            ("grade", "customer", Cause::Facts, 3.0),
            // Three activities go over into the weeks before, two are new.
            ("momentum", "last week", Cause::Window, -3.0),
            ("momentum", "last week", Cause::Facts, 2.0),
            ("momentum", "mean week before", Cause::Window, -1.0),
            ("engagement", "call", Cause::Window, -5.0),
            ("engagement", "visit", Cause::Window, -2.0),
            ("engagement", "visit", Cause::Facts, 2.0),
            ("interest", "visits", Cause::Facts, 32.0),
            (
                "interest",
                "interest",
                Cause::Group,
                -2.0 * 16.0 * (-0.1_f64).exp2()
            ),
        ]
    );
    let text = why.to_string();
    assert!(text.contains("erp leads in place of crm"), "{text}");
    for (dimension, value) in [("bant", 50.0), ("grade", 7.0), ("momentum", -2.0)] {
        let part = why.parts().iter().find(|part| part.label() == dimension);
        assert_eq!(part.unwrap().value(), Some(value), "{dimension}\n{why}");
    }

    // Each question and axis is told of as a scorer of its own too.
    let schema = model.schema();
    let rfm = spec.dimensions[0]
        .rfm
        .as_ref()
        .unwrap()
        .build(schema)
        .unwrap();
    let recency = rfm.axis(lead_scoring::RfmAxis::Recency);
    let why = recency.explain_change(&lead, day(1).into(), day(8).into());
    assert_eq!((why.value(), why.recomputes()), (Some(-50.0), true));
    let bant = spec.dimensions[1]
        .checklist
        .as_ref()
        .unwrap()
        .build(schema)
        .unwrap();
    let timeframe = bant.letter("timeframe").unwrap();
    let why = timeframe.explain_change(&lead, day(1).into(), day(10).into());
    assert_eq!(why.value(), Some(50.0));
    assert_eq!(why.effects()[0].cause, Cause::Date);
    let why = bant
        .letter("budget")
        .unwrap()
        .explain_change(&lead, day(1).into(), day(10).into());
    assert_eq!(
        why.to_string(),
        "- budget (unknown)\n  abstains: it abstains at one of the moments"
    );
}
