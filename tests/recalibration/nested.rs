//! Rules of models inside the model, and of product interest.

use super::{bare, learned, now};
use lead_scoring::{
    ActivityRecord, ActivitySpec, AppliesTo, ChangeReason, CompositeSpec, CriterionSpec, DecaySpec,
    DimensionSpec, Explanation, Externals, Formula, GradeSpec, GroupSpec, InactivitySpec,
    InterestSpec, Lead, LeadView, ModelSpec, PointsChange, RecalibrationSpec, Role, RuleSpec,
    RulesSpec, SchemaSpec, ScoreModel, Scorer, TrainingSet, WrongSignPolicy, attribute, from_fn,
};
use proptest::prelude::*;
use std::sync::Arc;

const DAY: i64 = 86_400_000_000;

fn flag(id: &str, points: f64, name: &str) -> RuleSpec {
    RuleSpec::new(id)
        .points(points)
        .when(attribute(name).equals(true))
}

fn did(id: &str, points: f64, kind: &str) -> RuleSpec {
    RuleSpec::new(id)
        .points(points)
        .activity(ActivitySpec::of(kind).decay(DecaySpec::half_life("20d")))
}

fn groups(rules: impl IntoIterator<Item = RuleSpec>) -> GroupSpec {
    rules.into_iter().fold(GroupSpec::sum("g"), GroupSpec::rule)
}

fn rules(name: &str, rules: impl IntoIterator<Item = RuleSpec>) -> DimensionSpec {
    DimensionSpec::rules(name, RulesSpec::new().group(groups(rules)))
}

fn schema() -> SchemaSpec {
    SchemaSpec::new()
        .flag("a")
        .flag("b")
        .flag("c")
        .kinds(["visit", "paper", "mail"])
        .product("crm")
        .product("erp")
        .product("bi")
}

fn even(name: &str) -> CompositeSpec {
    CompositeSpec::weighted_mean([(name, 1.0)])
}

/// Interest whose rules are called as those of other dimensions.
fn likes() -> InterestSpec {
    InterestSpec::top()
        .group(groups([
            did("one", 4.0, "visit"),
            did("two", 10.0, "paper").max(25.0),
        ]))
        .group(
            GroupSpec::highest("h")
                .rule(did("three", -3.0, "mail"))
                .rule(did("four", -2.0, "mail").when(attribute("a").equals(true))),
        )
}

/// Two models deep, with interest at two depths; rules share their ids.
fn deep() -> ModelSpec {
    let innermost = ModelSpec::new("innermost")
        .dimension(rules(
            "who",
            [flag("one", 20.0, "a"), flag("two", 10.0, "b")],
        ))
        .dimension(DimensionSpec::interest("likes", likes()))
        .composite(even("who"));
    let inner = ModelSpec::new("inner")
        .applies_to(AppliesTo::exclude(attribute("c").equals(true)))
        .dimension(rules(
            "who",
            [flag("one", 15.0, "b"), did("two", 5.0, "visit")],
        ))
        .dimension(DimensionSpec::model("deeper", innermost))
        .composite(even("deeper"));
    ModelSpec::new("outer")
        .schema(schema())
        .dimension(rules(
            "who",
            [flag("one", 5.0, "c"), did("two", 5.0, "mail")],
        ))
        .dimension(DimensionSpec::model("deep", inner))
        .dimension(DimensionSpec::interest("likes", likes().product("erp")))
        .composite(CompositeSpec::weighted_mean([("who", 1.0), ("deep", 1.0)]))
}

/// Leads that differ in everything, by a number each.
fn leads(spec: &ModelSpec, numbers: impl IntoIterator<Item = u64>) -> Vec<Lead> {
    let schema = spec.schema.build().unwrap();
    let lead = |(i, number): (usize, u64)| {
        let mut lead = Lead::builder(&schema, format!("l{i}")).set("a", number % 2 == 0);
        lead = lead.created_at("2025-06-01".parse().unwrap());
        if number % 11 != 0 {
            lead = lead.set("b", number % 3 == 0).set("c", number % 5 == 0);
        }
        let mut rest = number;
        for k in 0..number % 6 {
            rest = rest.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(k);
            let kind = ["visit", "paper", "mail"][(rest >> 40) as usize % 3];
            let ago = i64::try_from(rest >> 50).unwrap() % 60;
            let mut record =
                ActivityRecord::new(kind, now().plus_micros(-ago * DAY)).id(format!("a{k}"));
            if let Some(product) = ["crm", "erp", "bi"].get((rest >> 45) as usize % 4) {
                record = record.product(*product);
            }
            lead = lead.activity(record);
        }
        lead.build().unwrap()
    };
    numbers.into_iter().enumerate().map(lead).collect()
}

fn many(spec: &ModelSpec, count: u64) -> (Vec<Lead>, Vec<bool>) {
    let number = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let converted = |i: u64| {
        let number = number(i);
        (i * 7919) % 101
            < 15 + 30 * u64::from(number % 2 == 0)
                + 20 * u64::from(number % 3 == 0)
                + 5 * (number % 6)
    };
    (
        leads(spec, (0..count).map(number)),
        (0..count).map(converted).collect(),
    )
}

/// Whether a rule counts in an explanation, by the positions of the dimensions around it.
fn counts(why: &Explanation, positions: &[usize], rule: &str) -> bool {
    let dimension = positions.iter().try_fold(why, |node, &position| {
        let mut parts = node.parts().iter();
        parts
            .nth(position)
            .filter(|part| *part.kind() == Role::Dimension)
    });
    dimension.is_some_and(|dimension| gives(dimension, rule))
}

fn gives(node: &Explanation, rule: &str) -> bool {
    if *node.kind() == Role::Rule {
        return node.label() == rule && node.value() != Some(0.0);
    }
    if *node.formula() == Formula::Max {
        let mut parts = node.parts().iter();
        let first = parts.find(|part| part.value() == node.value());
        return first.is_some_and(|part| gives(part, rule));
    }
    node.parts().iter().any(|part| gives(part, rule))
}

/// The positions in a path: of `dimensions[1].model.dimensions[0].rules.groups[0].rules[1]` 1 and 0.
fn positions(path: &str) -> Vec<usize> {
    let parts = path.split("dimensions[").skip(1);
    parts
        .map(|part| part.split(']').next().unwrap().parse().unwrap())
        .collect()
}

/// What stands at a path of a spec.
fn at(spec: &ModelSpec, path: &str) -> serde_json::Value {
    let pointer = path.replace('[', "/").replace(']', "").replace('.', "/");
    let spec = serde_json::to_value(spec).unwrap();
    spec.pointer(&format!("/{pointer}")).unwrap().clone()
}

fn check_hits(spec: &ModelSpec, leads: &[Lead], converted: &[bool], changes: &[PointsChange]) {
    let model = ScoreModel::build(spec).unwrap();
    let told: Vec<Explanation> = leads
        .iter()
        .map(|lead| model.explain(lead, now().into()))
        .collect();
    for change in changes {
        let positions = positions(&change.path);
        let (mut hits, mut of_them) = (0, 0);
        for (why, converted) in told.iter().zip(converted) {
            let counts = counts(why, &positions, &change.rule);
            hits += u64::from(counts);
            of_them += u64::from(counts && *converted);
        }
        assert_eq!(
            (change.hits, change.converted),
            (hits, of_them),
            "{change:?}"
        );
    }
}

#[test]
fn rules_at_every_depth_are_learned() {
    let old = deep();
    let (leads, converted) = many(&old, 1_500);
    let new = learned(&RecalibrationSpec::new(), &old, &leads, &converted);
    let told: Vec<(&str, &str, &str)> = new
        .changes
        .iter()
        .map(|change| {
            (
                change.path.as_str(),
                change.dimension.as_str(),
                change.rule.as_str(),
            )
        })
        .collect();
    let inner = "dimensions[1].model.dimensions[0].rules.groups[0]";
    let who = "dimensions[1].model.dimensions[1].model.dimensions[0].rules.groups[0]";
    let likes = "dimensions[1].model.dimensions[1].model.dimensions[1].interest";
    let expected = [
        (
            "dimensions[0].rules.groups[0].rules[0]".to_owned(),
            "who",
            "one",
        ),
        (
            "dimensions[0].rules.groups[0].rules[1]".to_owned(),
            "who",
            "two",
        ),
        (format!("{inner}.rules[0]"), "deep/who", "one"),
        (format!("{inner}.rules[1]"), "deep/who", "two"),
        (format!("{who}.rules[0]"), "deep/deeper/who", "one"),
        (format!("{who}.rules[1]"), "deep/deeper/who", "two"),
        (
            format!("{likes}.groups[0].rules[0]"),
            "deep/deeper/likes",
            "one",
        ),
        (
            format!("{likes}.groups[0].rules[1]"),
            "deep/deeper/likes",
            "two",
        ),
        (
            format!("{likes}.groups[1].rules[0]"),
            "deep/deeper/likes",
            "three",
        ),
        (
            format!("{likes}.groups[1].rules[1]"),
            "deep/deeper/likes",
            "four",
        ),
        (
            "dimensions[2].interest.groups[0].rules[0]".to_owned(),
            "likes",
            "one",
        ),
        (
            "dimensions[2].interest.groups[0].rules[1]".to_owned(),
            "likes",
            "two",
        ),
        (
            "dimensions[2].interest.groups[1].rules[0]".to_owned(),
            "likes",
            "three",
        ),
        (
            "dimensions[2].interest.groups[1].rules[1]".to_owned(),
            "likes",
            "four",
        ),
    ];
    let expected: Vec<(&str, &str, &str)> = expected
        .iter()
        .map(|(path, dimension, rule)| (path.as_str(), *dimension, *rule))
        .collect();
    assert_eq!(told, expected);
    check_hits(&old, &leads, &converted, &new.changes);
    // All of them hold for enough leads to be learned from, and most move.
    assert!(new.changes.iter().all(|change| change.hits >= 30), "{new}");
    for dimension in [
        "who",
        "deep/who",
        "deep/deeper/who",
        "deep/deeper/likes",
        "likes",
    ] {
        let mut changed = new.changed();
        assert!(changed.any(|change| change.dimension == dimension), "{new}");
    }
    // The new points stand where the path says, and nothing else is new.
    let mut back = serde_json::to_value(&new.spec).unwrap();
    for change in &new.changes {
        assert_eq!(at(&old, &change.path)["points"].as_f64(), change.old);
        assert_eq!(at(&new.spec, &change.path)["points"].as_f64(), change.new);
        assert_eq!(change.group, at_group(&old, &change.path));
        let pointer = change
            .path
            .replace('[', "/")
            .replace(']', "")
            .replace('.', "/");
        *back.pointer_mut(&format!("/{pointer}")).unwrap() = at(&old, &change.path);
    }
    assert_eq!(back, serde_json::to_value(&old).unwrap());
    let of = |dimension, rule| new.change(dimension, rule).unwrap();
    let ratio = of("likes", "two").new.unwrap() / 10.0;
    let max = at(&new.spec, &of("likes", "two").path)["max"].as_f64();
    assert_eq!(max, Some((25.0 * ratio).round()));

    let names: Vec<&str> = new
        .quality
        .iter()
        .map(|quality| quality.of.as_str())
        .collect();
    assert_eq!(names, ["who", "deep", "likes", "composite"]);
    assert!(new.untouched.is_empty());
    assert!(
        new.to_string().contains("\ndeep/deeper/likes/three "),
        "{new}"
    );
}

fn at_group(spec: &ModelSpec, path: &str) -> String {
    let (group, _) = path.rsplit_once(".rules[").unwrap();
    at(spec, group)["name"].as_str().unwrap().to_owned()
}

/// Where a rule stands changes nothing of what is learned of it.
#[test]
fn depth_does_not_matter() {
    let judges = || {
        [
            rules("one", [flag("r", 20.0, "a"), flag("s", 4.0, "c")]),
            rules("two", [flag("r", 10.0, "b"), did("s", 6.0, "visit")]),
            DimensionSpec::interest("three", likes()),
        ]
    };
    let [one, two, three] = judges();
    let flat = ModelSpec::new("flat")
        .schema(schema())
        .dimension(one)
        .dimension(two)
        .dimension(three);
    let [one, two, three] = judges();
    let innermost = ModelSpec::new("innermost")
        .dimension(three)
        .composite(even("three"));
    let inner = ModelSpec::new("inner")
        .dimension(two)
        .dimension(DimensionSpec::model("deeper", innermost))
        .composite(even("two"));
    let nested = ModelSpec::new("nested")
        .schema(schema())
        .dimension(one)
        .dimension(DimensionSpec::model("deep", inner));
    let how = RecalibrationSpec::new().wrong_sign(WrongSignPolicy::Zero);
    let (of_flat, converted) = many(&flat, 600);
    let (of_nested, _) = many(&nested, 600);
    let flat = learned(&how, &flat, &of_flat, &converted);
    let nested = learned(&how, &nested, &of_nested, &converted);
    assert!(flat.changed().count() > 3);
    let bare = |change: &PointsChange| {
        let dimension = change.dimension.rsplit('/').next().unwrap().to_owned();
        PointsChange {
            path: String::new(),
            dimension,
            ..change.clone()
        }
    };
    let bare = |changes: &[PointsChange]| changes.iter().map(bare).collect::<Vec<_>>();
    assert_eq!(bare(&flat.changes), bare(&nested.changes));
    assert_eq!(flat.points_per_log_odds, nested.points_per_log_odds);
    assert_eq!(flat.intercept, nested.intercept);
}

/// Where every activity carries the product that is judged, interest is the same as points rules.
#[test]
fn interest_in_the_only_product_is_points_rules() {
    let rules = || groups([did("view", 4.0, "visit"), did("paper", 9.0, "paper")]);
    let one = SchemaSpec::new().kinds(["visit", "paper"]).product("crm");
    let model = |dimension| ModelSpec::new("m").schema(one.clone()).dimension(dimension);
    let plain = model(DimensionSpec::rules("d", RulesSpec::new().group(rules())));
    let top = model(DimensionSpec::interest(
        "d",
        InterestSpec::top().group(rules()),
    ));
    let crm = model(DimensionSpec::interest(
        "d",
        InterestSpec::of("crm").group(rules()),
    ));
    let schema = one.build().unwrap();
    let lead = |i: i64| {
        let mut lead = Lead::builder(&schema, i.to_string());
        for k in 0..=i % 4 {
            let kind = if (i + k) % 3 == 0 { "paper" } else { "visit" };
            let at = now().plus_micros(-DAY * ((i * 7 + k * 11) % 50));
            lead = lead.activity(
                ActivityRecord::new(kind, at)
                    .product("crm")
                    .id(format!("{k}")),
            );
        }
        lead.build().unwrap()
    };
    let leads: Vec<Lead> = (0..300).map(lead).collect();
    let converted: Vec<bool> = (0..300_i64)
        .map(|i| (i * 7919) % 101 < 10 + 20 * (i % 4))
        .collect();
    let plain = learned(&RecalibrationSpec::new(), &plain, &leads, &converted);
    for other in [top, crm] {
        let other = learned(&RecalibrationSpec::new(), &other, &leads, &converted);
        for (plain, other) in plain.changes.iter().zip(&other.changes) {
            assert_eq!(
                other.path,
                plain.path.replace("rules.groups", "interest.groups")
            );
            let path = plain.path.clone();
            assert_eq!(
                PointsChange {
                    path,
                    ..other.clone()
                },
                *plain
            );
        }
    }
}

/// Of interest in the top product only what a lead did about that product counts: the odds ratio is the one of leads
/// whose leading product has the paper, whatever they read of other products.
#[test]
fn what_was_done_about_other_products_does_not_count() {
    let old = ModelSpec::new("m")
        .schema(schema())
        .dimension(DimensionSpec::interest(
            "likes",
            InterestSpec::top().group(groups([
                RuleSpec::new("visit")
                    .points(10.0)
                    .activity(ActivitySpec::of("visit")),
                RuleSpec::new("paper")
                    .points(4.0)
                    .activity(ActivitySpec::of("paper")),
            ])),
        ));
    let schema = old.schema.build().unwrap();
    let lead = |i: usize| {
        let paper_of = if i < 100 { "erp" } else { "crm" };
        let at = now().plus_micros(-DAY);
        let mut lead = Lead::builder(&schema, i.to_string())
            .activity(ActivityRecord::new("visit", at).product("erp"))
            .activity(ActivityRecord::new("paper", at).product(paper_of));
        if i >= 150 {
            // Equal points: the first product of the schema leads.
            lead = lead.activity(ActivityRecord::new("visit", at).product("bi"));
        }
        lead.build().unwrap()
    };
    let leads: Vec<Lead> = (0..200).map(lead).collect();
    let converted: Vec<bool> = (0..200)
        .map(|i| i < 60 || (100..120).contains(&i))
        .collect();
    let new = learned(&bare().points_to_double(20.0), &old, &leads, &converted);
    let paper = new.change("likes", "paper").unwrap();
    assert_eq!((paper.hits, paper.converted), (100, 60));
    assert!((paper.log_odds.unwrap() - 6.0_f64.ln()).abs() < 1e-6);
    let visit = new.change("likes", "visit").unwrap();
    assert_eq!((visit.hits, visit.why), (200, ChangeReason::Alike));
    check_hits(&old, &leads, &converted, &new.changes);
    // Judged by the other product alone, its papers are what counts.
    let mut crm = old;
    crm.dimensions[0].interest.as_mut().unwrap().product = Some("crm".to_owned());
    let new = learned(&bare(), &crm, &leads, &converted);
    assert_eq!(new.change("likes", "paper").unwrap().hits, 100);
    assert_eq!(new.change("likes", "visit").unwrap().hits, 0);
    check_hits(&crm, &leads, &converted, &new.changes);
}

#[test]
fn rules_of_every_sort_are_treated_alike_at_every_depth() {
    let inner = ModelSpec::new("inner")
        .dimension(rules(
            "all",
            [
                flag("off", 9.0, "a").disabled(),
                RuleSpec::new("out")
                    .disqualify("b")
                    .when(attribute("b").equals(true)),
                RuleSpec::new("silent")
                    .points(-4.0)
                    .inactivity(InactivitySpec::every("30d").floor(-8.0)),
                RuleSpec::new("minutes")
                    .points_per_value(0.5)
                    .activity(ActivitySpec::of("visit")),
                flag("wrong", -20.0, "a"),
            ],
        ))
        .dimension(DimensionSpec::interest(
            "likes",
            InterestSpec::top().group(groups([
                did("off", 9.0, "visit").disabled(),
                RuleSpec::new("value")
                    .points_per_value(0.25)
                    .activity(ActivitySpec::of("paper")),
            ])),
        ))
        .composite(even("all"));
    let old = ModelSpec::new("outer")
        .schema(schema())
        .dimension(DimensionSpec::model("in", inner));
    let (leads, converted) = many(&old, 900);
    let new = learned(&RecalibrationSpec::new(), &old, &leads, &converted);
    let told: Vec<(String, Option<f64>, ChangeReason)> = new
        .changes
        .iter()
        .map(|change| {
            let name = format!("{}/{}", change.dimension, change.rule);
            (name, change.old, change.why)
        })
        .collect();
    let why = |name: &str| {
        let (_, old, why) = told.iter().find(|(of, _, _)| of == name).unwrap();
        (*old, *why)
    };
    assert_eq!(why("in/all/off"), (Some(9.0), ChangeReason::Disabled));
    assert_eq!(why("in/all/out"), (None, ChangeReason::Disqualifies));
    assert_eq!(why("in/likes/off"), (Some(9.0), ChangeReason::Disabled));
    assert_eq!(why("in/all/minutes").0, Some(0.5));
    assert_eq!(why("in/likes/value").0, Some(0.25));
    assert_eq!(why("in/all/silent").0, Some(-4.0));
    let policy = WrongSignPolicy::Keep;
    assert_eq!(
        why("in/all/wrong"),
        (Some(-20.0), ChangeReason::WrongSign { policy })
    );
    check_hits(&old, &leads, &converted, &new.changes[2..3]);
}

#[test]
fn some_dimensions_alone() {
    let old = deep();
    let (leads, converted) = many(&old, 300);
    let of = |names: &[&str]| -> Vec<String> {
        let how = names
            .iter()
            .fold(RecalibrationSpec::new().least_hits(1), |how, name| {
                how.dimension(*name)
            });
        let new = learned(&how, &old, &leads, &converted);
        let mut told: Vec<String> = new.changes.iter().map(|c| c.dimension.clone()).collect();
        told.dedup();
        told
    };
    assert_eq!(of(&["deep/who"]), ["deep/who"]);
    assert_eq!(
        of(&["deep/deeper"]),
        ["deep/deeper/who", "deep/deeper/likes"]
    );
    assert_eq!(
        of(&["deep"]),
        ["deep/who", "deep/deeper/who", "deep/deeper/likes"]
    );
    assert_eq!(of(&["likes", "who"]), ["who", "likes"]);
    let history = TrainingSet::labelled(&leads, &converted, now()).unwrap();
    let how = RecalibrationSpec::new()
        .dimension("who")
        .dimension("deep/deper");
    assert_eq!(
        how.recalibrate(&old, &history).unwrap_err().to_string(),
        "dimensions[1]: unknown dimension with points rules `deep/deper`, did you mean `deep/deeper`?"
    );
}

#[test]
fn what_has_no_points_rules_is_named() {
    let grade =
        || GradeSpec::new().criterion(CriterionSpec::new("a", 1, attribute("a").equals(true)));
    let inner = ModelSpec::new("inner")
        .dimension(DimensionSpec::grade("grade", grade()))
        .dimension(DimensionSpec::external("own", "own"))
        .composite(even("grade"));
    let old = ModelSpec::new("outer")
        .schema(schema())
        .dimension(DimensionSpec::model("bare", inner))
        .dimension(rules("who", [flag("a", 10.0, "a")]))
        .dimension(DimensionSpec::grade("grade", grade()));
    let (leads, converted) = many(&old, 200);
    let mut externals = Externals::new();
    let own = from_fn(|_: &dyn LeadView, _| None);
    externals.insert("own".to_owned(), Arc::new(own));
    let history = TrainingSet::labelled(&leads, &converted, now()).unwrap();
    let new = RecalibrationSpec::new()
        .recalibrate_with(&old, &externals, &history)
        .unwrap();
    assert_eq!(new.untouched, ["bare/grade", "bare/own", "grade"]);
    assert_eq!(new.changes.len(), 1);
    assert!(
        new.to_string()
            .contains("\n  without points rules, left as they are: bare/grade, bare/own, grade\n"),
        "{new}"
    );
    let how = RecalibrationSpec::new().dimension("bare");
    assert_eq!(
        how.recalibrate_with(&old, &externals, &history)
            .unwrap_err()
            .to_string(),
        "dimensions[0]: unknown dimension with points rules `bare`"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Hits are those that the explanations show, whatever the leads.
    #[test]
    fn hits_are_those_of_the_explanation(numbers in proptest::collection::vec(any::<u64>(), 2..40)) {
        let old = deep();
        let leads = leads(&old, numbers);
        let converted: Vec<bool> = (0..leads.len()).map(|i| i % 3 == 0).collect();
        let history = TrainingSet::labelled(&leads, &converted, now()).unwrap();
        let new = RecalibrationSpec::new().least_hits(1).recalibrate(&old, &history).unwrap();
        check_hits(&old, &leads, &converted, &new.changes);
        prop_assert!(ScoreModel::build(&new.spec).is_ok());
    }
}
