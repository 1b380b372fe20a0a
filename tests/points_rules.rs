//! What points rules mean, sentence by sentence. Every lead that is scored here is also explained, and the
//! explanation must add up to the score, bit for bit.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test stops where something is not as it must be
#![allow(clippy::float_cmp)] // exact is what is promised
#![allow(clippy::panic)] // as above

use lead_scoring::{
    Activity, ActivityRecord, ActivitySpec, AppliesTo, AsOf, Assessment, ConditionSpec, CountRange,
    DecaySpec, Explanation, Filter, Formula, GroupSpec, HistorySpec, InactivitySpec, Keep, Lead,
    LeadBuilder, LeadView, Moment, Occurrences, Role, RuleSpec, RulesSpec, Schema, SchemaId,
    SchemaSpec, Score, Scorer, Value, WhenUnknown, all, any, attribute, not,
};
use std::sync::LazyLock;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    SchemaSpec::new()
        .number("n")
        .text("t")
        .flag("f")
        .date("d")
        .tags("g")
        .date("reset")
        .kinds(["visit", "open", "demo"])
        .product("crm")
        .product("erp")
        .build()
        .unwrap()
});

fn now() -> Moment {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn ago(micros: i64) -> Moment {
    now().plus_micros(-micros)
}

fn lead() -> LeadBuilder<'static> {
    Lead::builder(&SCHEMA, "a1")
}

fn visit(age: i64) -> ActivityRecord {
    ActivityRecord::new("visit", ago(age))
}

/// A lead with visits of those ages in days.
fn visits(days: impl IntoIterator<Item = i64>) -> Lead {
    days.into_iter()
        .fold(lead(), |lead, days| lead.activity(visit(days * DAY)))
        .build()
        .unwrap()
}

fn judge_at(
    spec: &RulesSpec,
    history: &HistorySpec,
    lead: &dyn LeadView,
    at: Moment,
) -> Assessment {
    let scorer = spec.build_with(&SCHEMA, history).unwrap();
    let as_of = AsOf::new(at);
    let judged = scorer.assess(lead, as_of);
    assert_eq!(judged.score, scorer.score(lead, as_of));
    let why = scorer.explain(lead, as_of);
    assert!(why.recomputes(), "{why}");
    let bits = |number: f64| number.to_bits();
    let score = judged.score.map(|score| bits(score.get()));
    assert_eq!(why.value().map(bits), score, "{why}");
    judged
}

fn judge(spec: &RulesSpec, lead: &dyn LeadView) -> Assessment {
    judge_at(spec, &HistorySpec::new(), lead, now())
}

/// The points of a dimension that does not abstain.
fn points(spec: &RulesSpec, lead: &dyn LeadView) -> f64 {
    judge(spec, lead).raw.unwrap()
}

fn score(spec: &RulesSpec, lead: &dyn LeadView) -> Option<f64> {
    judge(spec, lead).score.map(Score::get)
}

fn explain(spec: &RulesSpec, lead: &dyn LeadView) -> Explanation {
    spec.build(&SCHEMA).unwrap().explain(lead, now().into())
}

fn disqualified(spec: &RulesSpec, lead: &dyn LeadView) -> Vec<String> {
    let mut reasons = Vec::new();
    let scorer = spec.build(&SCHEMA).unwrap();
    scorer.disqualify(lead, now().into(), &mut |reason| {
        reasons.push(reason.to_owned());
    });
    reasons
}

fn spec(group: GroupSpec) -> RulesSpec {
    RulesSpec::new().group(group)
}

/// One rule alone.
fn only(rule: RuleSpec) -> RulesSpec {
    spec(GroupSpec::sum("all").rule(rule))
}

/// 10 points for each activity.
fn each(activity: ActivitySpec) -> RulesSpec {
    only(RuleSpec::new("r").points(10.0).activity(activity))
}

/// Points for a lead that has the number `n` at all.
fn given(id: &str, points: f64) -> RuleSpec {
    RuleSpec::new(id)
        .points(points)
        .when(attribute("n").is_known())
}

fn known() -> Lead {
    lead().set("n", 1.0).build().unwrap()
}

/// What a condition says of a lead: true, false or unknown.
fn truth(condition: impl Into<ConditionSpec>, lead: &dyn LeadView) -> Option<bool> {
    let condition = condition.into();
    let both = GroupSpec::sum("all")
        .rule(RuleSpec::new("yes").points(1.0).when(condition.clone()))
        .rule(RuleSpec::new("no").points(2.0).when(not(condition)));
    match points(&spec(both).when_unknown(WhenUnknown::Zero), lead) {
        1.0 => Some(true),
        2.0 => Some(false),
        0.0 => None,
        both => panic!("true and false at once: {both}"),
    }
}

// Order of evaluation.

#[test]
fn each_occurrence_then_rule_then_group_then_dimension() {
    // 4 visits of 10, one day old with half-life 1d: 5 each, 20. The rule keeps 15, the group adds 7 and keeps 20,
    // the other group adds 9 and the dimension keeps 25, which is 50 of 50.
    let visits = visits([1, 1, 1, 1]);
    let rule = RuleSpec::new("visits")
        .points(10.0)
        .max(15.0)
        .activity(ActivitySpec::of("visit").decay(DecaySpec::half_life("1d")));
    let more = |id: &str, points| {
        RuleSpec::new(id)
            .points(points)
            .activity(ActivitySpec::of("visit").occurrences(Occurrences::Once))
    };
    let all = RulesSpec::new()
        .hundred(50.0)
        .max(25.0)
        .group(
            GroupSpec::sum("a")
                .max(20.0)
                .rule(rule)
                .rule(more("seven", 7.0)),
        )
        .group(GroupSpec::sum("b").rule(more("nine", 9.0)));
    assert_eq!(points(&all, &visits), 25.0);
    assert_eq!(score(&all, &visits), Some(50.0));

    // Every clamp that acts is a node.
    let why = explain(&all, &visits);
    let clamps: Vec<_> = why
        .nodes()
        .filter(|node| matches!(node.formula(), Formula::Clamp { .. }))
        .map(|node| (node.label(), node.value(), node.parts()[0].value()))
        .collect();
    assert_eq!(
        clamps,
        [
            ("points, kept within bounds", Some(25.0), Some(29.0)),
            ("a", Some(20.0), Some(22.0)),
            ("visits", Some(15.0), Some(20.0)),
        ]
    );
    // A clamp that does not act is none.
    let idle = each(ActivitySpec::of("visit")).max(40.0).min(0.0);
    let why = explain(&idle, &visits);
    assert!(
        !why.nodes()
            .any(|node| matches!(node.formula(), Formula::Clamp { .. })),
        "{why}"
    );
}

#[test]
fn the_score_is_the_points_on_a_scale() {
    for (zero, hundred, points, expected) in [
        (0.0, 100.0, 72.0, 72.0),
        (0.0, 50.0, 20.0, 40.0),
        (-20.0, 80.0, 30.0, 50.0),
        (10.0, 20.0, 10.0, 0.0),
        (10.0, 20.0, 9.0, 0.0),
        (10.0, 20.0, 21.0, 100.0),
        (0.0, 100.0, -1e12, 0.0),
        (-1e12, 1e12, 0.0, 50.0),
        (0.0, f64::MIN_POSITIVE, 1.0, 100.0),
    ] {
        let spec = only(given("r", points)).zero(zero).hundred(hundred);
        let judged = judge(&spec, &known());
        assert_eq!(
            judged.score.map(Score::get),
            Some(expected),
            "{zero} {hundred} {points}"
        );
        assert_eq!(judged.raw, Some(points));
    }
    assert_eq!(score(&only(given("r", 30.0)), &known()), Some(30.0));
}

#[test]
fn negative_rules_are_netted_before_the_cap() {
    let capped = GroupSpec::sum("fit").max(40.0).rule(given("plus", 60.0));
    assert_eq!(points(&spec(capped.clone()), &known()), 40.0);
    let netted = capped.clone().rule(given("minus", -30.0));
    assert_eq!(points(&spec(netted), &known()), 30.0);
    // To subtract for certain: a group of its own with max 0.
    let certain = spec(capped).group(GroupSpec::sum("minus").max(0.0).rule(given("minus", -30.0)));
    assert_eq!(points(&certain, &known()), 10.0);
    let never_adds = spec(GroupSpec::sum("minus").max(0.0).rule(given("minus", 30.0)));
    assert_eq!(points(&never_adds, &known()), 0.0);
}

#[test]
fn a_group_above_its_cap_falls_only_once_its_decayed_sum_does() {
    let fading = ActivitySpec::of("visit").decay(DecaySpec::half_life("10d"));
    let rule = RuleSpec::new("visits").points(40.0).activity(fading);
    let spec = spec(GroupSpec::sum("g").max(40.0).rule(rule));
    let lead = visits([0, 0]);
    // 80, 40 and 20 after 0, 10 and 20 days.
    for (days, expected) in [(0, 40.0), (9, 40.0), (10, 40.0), (20, 20.0), (30, 10.0)] {
        let later = judge_at(
            &spec,
            &HistorySpec::new(),
            &lead,
            now().plus_micros(days * DAY),
        );
        assert_eq!(later.raw, Some(expected), "after {days} days");
    }
}

#[test]
fn a_rules_clamp_acts_only_when_the_rule_holds_and_the_others_always() {
    let rule = given("r", 1.0).min(5.0).max(9.0);
    let spec = only(rule).when_unknown(WhenUnknown::Zero);
    assert_eq!(points(&spec, &known()), 5.0);
    let nothing = lead().build().unwrap();
    assert_eq!(points(&spec, &nothing), 0.0);
    let group =
        |group: GroupSpec| self::spec(group.rule(given("r", 1.0))).when_unknown(WhenUnknown::Zero);
    assert_eq!(points(&group(GroupSpec::sum("g").min(3.0)), &nothing), 3.0);
    assert_eq!(
        points(&group(GroupSpec::highest("g").max(-3.0)), &nothing),
        -3.0
    );
    assert_eq!(points(&group(GroupSpec::sum("g")).min(4.0), &nothing), 4.0);
    assert_eq!(
        points(&group(GroupSpec::sum("g")).max(-4.0), &nothing),
        -4.0
    );
    // An activity rule that found nothing does not hold either.
    let silent = RuleSpec::new("r")
        .points(1.0)
        .min(5.0)
        .activity(ActivitySpec::of("visit"));
    assert_eq!(points(&only(silent), &nothing), 0.0);
}

#[test]
fn max_is_over_the_rules_that_hold() {
    let group = |points: &[f64]| {
        let rules = points.iter().enumerate();
        spec(rules.fold(GroupSpec::highest("g"), |group, (i, &points)| {
            group.rule(given(&format!("r{i}"), points))
        }))
    };
    assert_eq!(points(&group(&[3.0, 7.0, -5.0]), &known()), 7.0);
    assert_eq!(points(&group(&[-5.0]), &known()), -5.0);
    assert_eq!(points(&group(&[-9.0, -5.0]), &known()), -5.0);
    assert_eq!(points(&group(&[-0.0]), &known()).to_bits(), 0);
    let none = spec(
        GroupSpec::highest("g").rule(
            RuleSpec::new("r")
                .points(-5.0)
                .when(attribute("n").more_than(1)),
        ),
    );
    assert_eq!(points(&none, &known()), 0.0);
}

#[test]
fn first_match_takes_the_first_that_holds_and_an_unknown_one_passes_on() {
    let group = GroupSpec::first("g")
        .rule(
            RuleSpec::new("text")
                .points(50.0)
                .when(attribute("t").equals("x")),
        )
        .rule(
            RuleSpec::new("many")
                .points(-7.0)
                .when(attribute("n").at_least(10)),
        )
        .rule(
            RuleSpec::new("some")
                .points(3.0)
                .when(attribute("n").at_least(1)),
        );
    for (lead, expected) in [
        (lead().set("n", 20.0).set("t", "x"), 50.0),
        (lead().set("n", 20.0), -7.0),
        (lead().set("n", 20.0).set("t", "y"), -7.0),
        (lead().set("n", 2.0), 3.0),
        (lead().set("n", 0.0), 0.0),
    ] {
        assert_eq!(
            points(&spec(group.clone()), &lead.build().unwrap()),
            expected
        );
    }
    // A rule that holds with 0 points is a match too; one that only disqualifies is none.
    let zero = GroupSpec::first("g")
        .rule(given("zero", 0.0))
        .rule(given("one", 1.0));
    assert_eq!(points(&spec(zero), &known()), 0.0);
    let verdict = RuleSpec::new("bad")
        .disqualify("bad")
        .when(attribute("n").is_known());
    let verdict = spec(GroupSpec::first("g").rule(verdict).rule(given("one", 1.0)));
    assert_eq!(points(&verdict, &known()), 1.0);
}

// What an occurrence gives.

#[test]
fn points_per_value() {
    let spec = only(
        RuleSpec::new("r")
            .points_per_value(0.5)
            .activity(ActivitySpec::of("visit")),
    );
    let values = |values: &[Option<f64>]| {
        let activity = |value: &Option<f64>| ActivityRecord {
            value: *value,
            ..visit(0)
        };
        values
            .iter()
            .map(activity)
            .fold(lead(), LeadBuilder::activity)
            .build()
            .unwrap()
    };
    assert_eq!(points(&spec, &values(&[Some(10.0), Some(-4.0)])), 3.0);
    assert_eq!(points(&spec, &values(&[None])), 0.0);
    assert_eq!(points(&spec, &values(&[None, Some(1.0)])), 0.5);
    // It holds without a value, so that its clamp acts.
    let floor = only(
        RuleSpec::new("r")
            .points_per_value(1.0)
            .min(2.0)
            .activity(ActivitySpec::of("visit")),
    );
    assert_eq!(points(&floor, &values(&[None])), 2.0);
    assert_eq!(points(&floor, &values(&[])), 0.0);
    // Each occurrence is clamped to 1e12 before it fades and before it is added.
    assert_eq!(points(&spec, &values(&[Some(1e300)])), 1e12);
    assert_eq!(points(&spec, &values(&[Some(-1e300), Some(1e12)])), -5e11);
    let huge = RuleSpec::new("r")
        .points_per_value(1e12)
        .activity(ActivitySpec::of("visit").decay(DecaySpec::half_life("1d")));
    let old = lead().activity(visit(DAY).value(f64::MAX)).build().unwrap();
    assert_eq!(points(&only(huge), &old), 5e11);
}

#[test]
fn disqualified_leads_keep_their_scores() {
    let bad = RuleSpec::new("competitor")
        .disqualify("a competitor")
        .when(attribute("f").equals(true));
    let spec = spec(
        GroupSpec::sum("g").rule(given("fit", 30.0)).rule(bad).rule(
            RuleSpec::new("complaint")
                .points(-10.0)
                .disqualify("complained")
                .activity(ActivitySpec::of("open")),
        ),
    );
    let lead = lead()
        .set("n", 1.0)
        .set("f", true)
        .activity(ActivityRecord::new("open", ago(0)))
        .build()
        .unwrap();
    assert_eq!(score(&spec, &lead), Some(20.0));
    assert_eq!(disqualified(&spec, &lead), ["a competitor", "complained"]);
    let why = explain(&spec, &lead);
    let reasons: Vec<_> = why
        .nodes()
        .filter(|node| *node.kind() == Role::Disqualified)
        .map(Explanation::label)
        .collect();
    assert_eq!(reasons, ["a competitor", "complained"]);
    // What is unknown or false disqualifies nobody.
    assert!(disqualified(&spec, &known()).is_empty());

    // Below the first match, below the highest and where the dimension abstains the verdict stands.
    let first = GroupSpec::first("g").rule(given("fit", 30.0)).rule(
        RuleSpec::new("bad")
            .points(-5.0)
            .disqualify("bad")
            .when(attribute("f").equals(true)),
    );
    assert_eq!(points(&self::spec(first.clone()), &lead), 30.0);
    assert_eq!(disqualified(&self::spec(first), &lead), ["bad"]);
    let unknown = RuleSpec::new("unknown")
        .disqualify("no number")
        .when(attribute("n").is_missing());
    let nothing = self::lead().build().unwrap();
    assert_eq!(score(&only(unknown.clone()), &nothing), None);
    assert_eq!(disqualified(&only(unknown), &nothing), ["no number"]);
}

// Truth.

/// A condition with what it must say, worked out the plain way.
#[derive(Clone)]
enum Tree {
    Leaf(usize),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Tree {
    fn condition(&self) -> ConditionSpec {
        match self {
            Self::Leaf(i) => attribute(["a", "b", "c"][*i]).equals(true).into(),
            Self::Not(part) => not(part.condition()),
            Self::All(parts) => all(parts.iter().map(Self::condition)),
            Self::Any(parts) => any(parts.iter().map(Self::condition)),
        }
    }

    fn truth(&self, facts: &[Option<bool>]) -> Option<bool> {
        let among = |parts: &[Self], decisive: bool| {
            let parts: Vec<_> = parts.iter().map(|part| part.truth(facts)).collect();
            if parts.contains(&Some(decisive)) {
                Some(decisive)
            } else if parts.contains(&None) {
                None
            } else {
                Some(!decisive)
            }
        };
        match self {
            Self::Leaf(i) => facts[*i],
            Self::Not(part) => part.truth(facts).map(|truth| !truth),
            Self::All(parts) => among(parts, false),
            Self::Any(parts) => among(parts, true),
        }
    }
}

#[test]
fn truth_is_kleenes() {
    let leaves: Vec<Tree> = (0..3).map(Tree::Leaf).collect();
    let negated = |trees: &[Tree]| -> Vec<Tree> {
        let nots = trees.iter().map(|tree| Tree::Not(Box::new(tree.clone())));
        trees.iter().cloned().chain(nots).collect()
    };
    let pairs = |trees: &[Tree], step: usize| -> Vec<Tree> {
        let two = trees
            .iter()
            .flat_map(|a| trees.iter().map(move |b| vec![a.clone(), b.clone()]));
        two.step_by(step)
            .flat_map(|two| [Tree::All(two.clone()), Tree::Any(two)])
            .collect()
    };
    let simple = negated(&leaves);
    let flat = negated(&pairs(&simple, 1));
    let deep = negated(&pairs(&flat, 17));
    let triple = [
        Tree::All(leaves.clone()),
        Tree::Any(leaves.clone()),
        Tree::Not(Box::new(Tree::All(leaves))),
    ];
    let trees: Vec<Tree> = [simple, flat, deep, triple.to_vec()].concat();
    assert!(trees.len() > 5_000);

    // Sixty-four tests of a number between the flags put these into different words of the plan.
    for padded in [false, true] {
        let schema = SchemaSpec::new()
            .flag("a")
            .number("n")
            .flag("b")
            .flag("c")
            .build()
            .unwrap();
        let mut group = GroupSpec::sum("g");
        if padded {
            for i in 0..64 {
                group = group.rule(
                    RuleSpec::new(format!("pad{i}"))
                        .points(0.0)
                        .when(attribute("n").equals(i)),
                );
            }
        }
        for (i, tree) in trees.iter().enumerate() {
            let rule = RuleSpec::new(i.to_string())
                .points(1.0)
                .when(tree.condition());
            group = group.rule(rule);
        }
        let scorer = RulesSpec::new()
            .when_unknown(WhenUnknown::Zero)
            .group(group)
            .build(&schema)
            .unwrap();
        let values = [None, Some(false), Some(true)];
        for number in 0..27 {
            let facts = [number % 3, number / 3 % 3, number / 9].map(|fact: usize| values[fact]);
            let mut lead = Lead::builder(&schema, "a1");
            for (name, fact) in ["a", "b", "c"].into_iter().zip(facts) {
                if let Some(fact) = fact {
                    lead = lead.set(name, fact);
                }
            }
            let why = scorer.explain(&lead.build().unwrap(), now().into());
            assert!(why.recomputes());
            let held: Vec<String> = why
                .reasons()
                .iter()
                .map(|reason| reason.rule.to_owned())
                .collect();
            let expected: Vec<String> = trees
                .iter()
                .enumerate()
                .filter(|(_, tree)| tree.truth(&facts) == Some(true))
                .map(|(i, _)| i.to_string())
                .collect();
            assert!(held == expected, "{facts:?}");
        }
    }
}

#[test]
fn a_comparison_on_a_missing_value_is_unknown_and_so_is_its_negation() {
    let nothing = lead().build().unwrap();
    let of = |name| attribute(name);
    let comparisons: Vec<ConditionSpec> = vec![
        of("n").equals(1).into(),
        of("n").one_of([1, 2]).into(),
        of("n").less_than(1).into(),
        of("n").at_most(1).into(),
        of("n").more_than(1).into(),
        of("n").at_least(1).into(),
        of("n").between(1, 2).into(),
        of("t").equals("x").into(),
        of("t").one_of(["x"]).into(),
        of("t").contains("x").into(),
        of("t").starts_with("x").into(),
        of("t").ends_with("x").into(),
        of("t").matches("x").into(),
        of("f").equals(false).into(),
        of("d").equals("2026-03-01").into(),
        of("d").one_of(["2026-03-01"]).into(),
        of("d").less_than("2026-03-01").into(),
        of("d").at_most("2026-03-01").into(),
        of("d").more_than("2026-03-01").into(),
        of("d").at_least("2026-03-01").into(),
        of("d").between("2026-03-01", "2026-03-02").into(),
        of("d").within_last("1d").into(),
        of("d").older_than("0d").into(),
        of("d").within_next("1d").into(),
        of("g").has_any(["x"]).into(),
        of("g").has_all(["x"]).into(),
        of("g").has_none(["x"]).into(),
    ];
    for condition in comparisons {
        assert_eq!(truth(condition.clone(), &nothing), None, "{condition:?}");
        assert_eq!(
            truth(not(condition.clone()), &nothing),
            None,
            "{condition:?}"
        );
    }
    // Empty text is missing, in a lead and in any view.
    let empty = lead().set("t", "").build().unwrap();
    assert_eq!(truth(attribute("t").contains("x"), &empty), None);
    let view = Odd {
        lead: &nothing,
        n: 1.0,
        t: "",
    };
    assert_eq!(truth(attribute("t").contains("x"), &view), None);
    assert_eq!(truth(attribute("t").is_missing(), &view), Some(true));
    // So is a number that is none.
    for n in [f64::NAN, f64::INFINITY] {
        let view = Odd {
            lead: &nothing,
            n,
            t: "x",
        };
        assert_eq!(truth(attribute("n").at_least(1), &view), None);
        assert_eq!(truth(attribute("n").is_known(), &view), Some(false));
        let spec = only(
            RuleSpec::new("r")
                .points(7.0)
                .when(attribute("n").at_least(1)),
        );
        let spec = spec.when_unknown(WhenUnknown::Zero);
        let missing = explain(&spec, &view);
        let missing = missing.missing();
        assert_eq!((missing[0].attribute, missing[0].could_add), ("n", 7.0));
    }
}

/// A lead with another number and text, as a view could lend them.
struct Odd<'l> {
    lead: &'l Lead,
    n: f64,
    t: &'static str,
}

impl LeadView for Odd<'_> {
    fn schema(&self) -> SchemaId {
        self.lead.schema()
    }

    fn attribute(&self, slot: lead_scoring::AttributeSlot) -> Value<'_> {
        match slot.index() {
            0 => Value::Number(self.n),
            1 => Value::Text(self.t),
            _ => self.lead.attribute(slot),
        }
    }
}

#[test]
fn missing_on_a_leaf_makes_it_true_there() {
    let nothing = lead().build().unwrap();
    for condition in [
        attribute("n").at_least(5).or_missing(),
        attribute("t").contains("x").or_missing(),
        attribute("f").equals(true).or_missing(),
        attribute("d").within_last("1d").or_missing(),
        attribute("g").has_any(["x"]).or_missing(),
    ] {
        assert_eq!(truth(condition, &nothing), Some(true));
    }
    let condition = attribute("n").at_least(5).or_missing();
    assert_eq!(
        truth(condition.clone(), &lead().set("n", 4.0).build().unwrap()),
        Some(false)
    );
    assert_eq!(
        truth(condition, &lead().set("n", 5.0).build().unwrap()),
        Some(true)
    );
    let in_file: ConditionSpec =
        serde_json::from_str(r#"{ "attribute": "n", "at_least": 5, "missing": true }"#).unwrap();
    assert_eq!(truth(in_file, &nothing), Some(true));
    // The same comparison with and without stays two comparisons.
    let both = all([
        attribute("n").at_least(5).or_missing().into(),
        attribute("n").at_least(5).into(),
    ]);
    assert_eq!(truth(both, &nothing), None);
}

#[test]
fn is_known_and_is_missing_are_never_unknown() {
    let nothing = lead().build().unwrap();
    let full = lead()
        .set("n", 0.0)
        .set("t", "x")
        .set("f", false)
        .set("d", now())
        .set("g", Vec::<String>::new())
        .build()
        .unwrap();
    for name in ["n", "t", "f", "d", "g"] {
        assert_eq!(
            truth(attribute(name).is_known(), &nothing),
            Some(false),
            "{name}"
        );
        assert_eq!(
            truth(attribute(name).is_missing(), &nothing),
            Some(true),
            "{name}"
        );
        assert_eq!(
            truth(attribute(name).is_known(), &full),
            Some(true),
            "{name}"
        );
        assert_eq!(
            truth(attribute(name).is_missing(), &full),
            Some(false),
            "{name}"
        );
    }
    // Beside a comparison both must hold.
    assert_eq!(
        truth(attribute("t").is_missing().contains("x"), &nothing),
        None
    );
    assert_eq!(
        truth(attribute("t").is_missing().contains("x"), &full),
        Some(false)
    );
    assert_eq!(
        truth(attribute("t").is_known().contains("x"), &nothing),
        Some(false)
    );
}

#[test]
fn a_fact_that_is_not_known_yet_is_missing() {
    let lead = lead()
        .set("n", 9.0)
        .known_since("n", ago(DAY))
        .build()
        .unwrap();
    let spec = only(
        RuleSpec::new("r")
            .points(5.0)
            .when(attribute("n").at_least(9)),
    );
    for (at, expected) in [(ago(DAY), Some(5.0)), (ago(DAY + 1), None)] {
        assert_eq!(
            judge_at(&spec, &HistorySpec::new(), &lead, at).raw,
            expected
        );
    }
}

// Abstaining.

#[test]
fn a_dimension_abstains_only_without_activity_rules_and_with_all_its_attributes_missing() {
    let nothing = lead().set("f", true).build().unwrap();
    let rules = GroupSpec::sum("g")
        .rule(
            RuleSpec::new("n")
                .points(5.0)
                .when(attribute("n").at_least(1)),
        )
        .rule(
            RuleSpec::new("t")
                .points(7.0)
                .when(attribute("t").equals("x")),
        );
    let spec = spec(rules);
    assert_eq!(judge(&spec, &nothing), Assessment::default());
    assert!(
        explain(&spec, &nothing)
            .to_string()
            .contains("abstains: nothing that its rules ask is known")
    );
    // One attribute is enough to be known, even where no rule holds.
    assert_eq!(points(&spec, &lead().set("t", "y").build().unwrap()), 0.0);
    // A condition that is true of what is missing does not make anything known.
    let missing = only(
        RuleSpec::new("n")
            .points(5.0)
            .when(attribute("n").is_missing()),
    );
    assert_eq!(score(&missing, &nothing), None);
    assert_eq!(
        score(&missing.when_unknown(WhenUnknown::Zero), &nothing),
        Some(5.0)
    );
    assert_eq!(
        score(&spec.clone().when_unknown(WhenUnknown::Zero), &nothing),
        Some(0.0)
    );

    // With an activity rule, or one of inactivity, no activities is a known 0.
    let seen = RuleSpec::new("seen")
        .points(1.0)
        .activity(ActivitySpec::any_kind());
    let idle = RuleSpec::new("idle")
        .points(-1.0)
        .inactivity(InactivitySpec::every("30d"));
    for rule in [seen, idle] {
        let with = spec
            .clone()
            .group(GroupSpec::sum("implicit").rule(rule.clone()));
        assert_eq!(points(&with, &nothing), 0.0);
        assert_eq!(points(&only(rule.clone()), &nothing), 0.0);
        // A disabled one does not count.
        let without = spec
            .clone()
            .group(GroupSpec::sum("implicit").rule(rule.disabled()));
        assert_eq!(score(&without, &nothing), None);
    }
    // Without a rule nothing is asked, and nothing is 0.
    assert_eq!(points(&RulesSpec::new(), &nothing), 0.0);
}

#[test]
fn disabled_rules_do_not_count() {
    let spec = spec(
        GroupSpec::first("g")
            .rule(given("off", 50.0).disqualify("off").disabled())
            .rule(given("on", 3.0)),
    );
    assert_eq!(points(&spec, &known()), 3.0);
    assert!(disqualified(&spec, &known()).is_empty());
    // The attributes that only a disabled rule reads do not keep a dimension from abstaining.
    let spec = self::spec(
        GroupSpec::sum("g")
            .rule(given("off", 50.0).disabled())
            .rule(
                RuleSpec::new("on")
                    .points(3.0)
                    .when(attribute("t").equals("x")),
            ),
    );
    assert_eq!(score(&spec, &known()), None);
    let in_file: RuleSpec =
        serde_json::from_str(r#"{ "id": "r", "points": 1, "enabled": false }"#).unwrap();
    assert!(!in_file.enabled);
    let in_file: RuleSpec = serde_json::from_str(r#"{ "id": "r", "points": 1 }"#).unwrap();
    assert!(in_file.enabled && RuleSpec::default().enabled);
}

// Comparisons.

#[test]
fn numbers_are_compared() {
    let of = || attribute("n");
    for (condition, yes, no) in [
        (of().equals(5), vec![5.0], vec![4.999_999, 5.000_001, -5.0]),
        (of().equals(0.0), vec![0.0, -0.0], vec![f64::MIN_POSITIVE]),
        (of().equals(-0.0), vec![0.0, -0.0], vec![1e-300]),
        (of().one_of([1, 3]), vec![1.0, 3.0], vec![2.0, 0.0, 4.0]),
        (of().less_than(5), vec![4.0, -1e300], vec![5.0, 6.0]),
        (of().less_than(0), vec![-1e-300], vec![0.0, -0.0]),
        (of().at_most(5), vec![5.0, 4.0], vec![5.000_000_1, 1e300]),
        (of().at_most(0), vec![0.0, -0.0], vec![1e-300]),
        (of().more_than(5), vec![5.000_000_1, 1e300], vec![5.0, 4.0]),
        (of().at_least(5), vec![5.0, f64::MAX], vec![4.999_999]),
        (of().at_least(0), vec![0.0, -0.0], vec![-1e-300]),
        (of().between(1, 5), vec![1.0, 3.0, 5.0], vec![0.999, 5.001]),
        (of().between(5, 5), vec![5.0], vec![4.0, 6.0]),
        (
            of().at_least(1).less_than(5),
            vec![1.0, 4.0],
            vec![0.0, 5.0],
        ),
    ] {
        for (values, expected) in [(yes, true), (no, false)] {
            for value in values {
                let lead = lead().set("n", value).build().unwrap();
                assert_eq!(
                    truth(condition.clone(), &lead),
                    Some(expected),
                    "{condition:?} {value}"
                );
            }
        }
    }
}

#[test]
fn many_thresholds_are_told_apart() {
    // More tests than fit in a word, and more bounds than are looked through one by one.
    let thresholds = (0..200).map(|i| {
        RuleSpec::new(format!("r{i}"))
            .points(1.0)
            .when(attribute("n").at_least(i))
    });
    let exact = (0..200).map(|i| {
        RuleSpec::new(format!("e{i}"))
            .points(1_000.0)
            .when(attribute("n").equals(i))
    });
    let below = RuleSpec::new("below")
        .points(1e6)
        .when(attribute("n").less_than(100));
    let few = RuleSpec::new("few")
        .points(1e7)
        .when(attribute("n").one_of((0..100).map(|i| f64::from(2 * i))));
    let group = thresholds
        .chain(exact)
        .chain([below, few])
        .fold(GroupSpec::sum("g"), GroupSpec::rule);
    let spec = spec(group);
    for (n, expected) in [
        (-1.0, 1_000_000.0),
        (0.0, 11_001_001.0),
        (0.5, 1_000_001.0),
        (99.0, 1_001_100.0),
        (100.0, 10_001_101.0),
        (198.5, 199.0),
        (1e9, 200.0),
    ] {
        assert_eq!(
            points(&spec, &lead().set("n", n).build().unwrap()),
            expected,
            "{n}"
        );
    }
}

#[test]
fn texts_are_compared_without_case_unless_asked() {
    let of = || attribute("t");
    // Condition, text, without case, with case.
    for (condition, text, ignoring, exact) in [
        (of().equals("Software"), "software", true, false),
        (of().equals("software"), "software", true, true),
        (of().equals("soft"), "software", false, false),
        (of().one_of(["Bank", "Shop"]), "SHOP", true, false),
        (of().one_of(["Bank", "Shop"]), "Shop", true, true),
        (of().one_of(["Bank", "Shop"]), "Shops", false, false),
        (of().contains("Data"), "chief data officer", true, false),
        (of().contains("data"), "chief data officer", true, true),
        (of().contains("chief data officer"), "data", false, false),
        (of().starts_with("VP"), "vp sales", true, false),
        (of().starts_with("vp"), "a vp", false, false),
        (of().ends_with("LTD"), "acme ltd", true, false),
        (of().ends_with("ltd"), "ltd acme", false, false),
        // Unicode lower case, no normalisation.
        (of().equals("ÉCOLE"), "école", true, false),
        (of().equals("e\u{301}cole"), "école", false, false),
        (of().contains("STRASSE"), "straße", false, false),
        (of().contains("ΣΟΦΙΑ"), "η σοφια", true, false),
        (of().equals("\u{212a}"), "k", true, false),
    ] {
        let lead = lead().set("t", text).build().unwrap();
        assert_eq!(
            truth(condition.clone(), &lead),
            Some(ignoring),
            "{condition:?} {text}"
        );
        assert_eq!(
            truth(condition.clone().exact_case(), &lead),
            Some(exact),
            "{condition:?} {text}"
        );
    }
    let in_file: ConditionSpec =
        serde_json::from_str(r#"{ "attribute": "t", "equals": "Shop", "case": "exact" }"#).unwrap();
    assert_eq!(
        truth(in_file, &lead().set("t", "shop").build().unwrap()),
        Some(false)
    );
}

#[test]
fn patterns_see_case_unless_told_otherwise() {
    let lead = lead().set("t", "VP Sales").build().unwrap();
    for (pattern, expected) in [
        ("VP", true),
        ("vp", false),
        ("(?i)vp", true),
        ("^Sales", false),
        ("^VP.*s$", true),
        (r"\bSales\b", true),
    ] {
        assert_eq!(
            truth(attribute("t").matches(pattern), &lead),
            Some(expected),
            "{pattern}"
        );
    }
    // Linear time: a classic that a backtracking engine does not finish.
    let long = self::lead().set("t", "a".repeat(50_000)).build().unwrap();
    assert_eq!(truth(attribute("t").matches("(a+)+$"), &long), Some(true));
    assert_eq!(
        truth(attribute("t").matches("(a|aa)+b"), &long),
        Some(false)
    );
}

#[test]
fn flags_and_tags_are_compared() {
    for flag in [true, false] {
        let lead = lead().set("f", flag).build().unwrap();
        assert_eq!(truth(attribute("f").equals(true), &lead), Some(flag));
        assert_eq!(truth(attribute("f").equals(false), &lead), Some(!flag));
    }
    let of = || attribute("g");
    for (condition, tags, ignoring, exact) in [
        (of().has_any(["EU", "vip"]), vec!["eu"], true, false),
        (of().has_any(["eu", "vip"]), vec!["us"], false, false),
        (
            of().has_all(["eu", "VIP"]),
            vec!["vip", "EU", "x"],
            true,
            false,
        ),
        (
            of().has_all(["eu", "vip"]),
            vec!["vip", "eu", "eu"],
            true,
            true,
        ),
        (of().has_all(["eu", "vip"]), vec!["eu"], false, false),
        (of().has_none(["EU", "vip"]), vec!["eu"], false, true),
        (of().has_none(["eu", "vip"]), vec!["us"], true, true),
        (of().has_none(["eu"]), vec![], true, true),
        (of().has_any(["eu"]), vec![], false, false),
        (of().has_any(["ÉCOLE"]), vec!["école"], true, false),
        (of().has_any(["e"]), vec!["eu"], false, false),
    ] {
        let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
        let lead = lead().set("g", tags.clone()).build().unwrap();
        assert_eq!(
            truth(condition.clone(), &lead),
            Some(ignoring),
            "{condition:?} {tags:?}"
        );
        assert_eq!(
            truth(condition.clone().exact_case(), &lead),
            Some(exact),
            "{condition:?} {tags:?}"
        );
    }
}

#[test]
fn dates_are_compared() {
    let of = || attribute("d");
    let day: Moment = "2026-02-01".parse().unwrap();
    for (condition, yes, no) in [
        (of().equals("2026-02-01"), vec![0], vec![-1, 1]),
        (
            of().one_of(["2026-02-01", "2026-02-02"]),
            vec![0, DAY],
            vec![1, DAY - 1],
        ),
        (of().less_than("2026-02-01"), vec![-1], vec![0, 1]),
        (of().at_most("2026-02-01"), vec![-1, 0], vec![1]),
        (of().more_than("2026-02-01"), vec![1], vec![0, -1]),
        (of().at_least("2026-02-01T00:00:00Z"), vec![0, 1], vec![-1]),
        (
            of().between("2026-02-01", "2026-02-02"),
            vec![0, 1, DAY],
            vec![-1, DAY + 1],
        ),
    ] {
        for (offsets, expected) in [(yes, true), (no, false)] {
            for offset in offsets {
                let lead = lead().set("d", day.plus_micros(offset)).build().unwrap();
                assert_eq!(
                    truth(condition.clone(), &lead),
                    Some(expected),
                    "{condition:?} {offset}"
                );
            }
        }
    }
    // Ages of a date: it may lie ahead, and then it is not in the past.
    for (condition, yes, no) in [
        (
            of().within_last("30d"),
            vec![0, 1, 30 * DAY - 1],
            vec![30 * DAY, -1],
        ),
        (
            of().older_than("30d"),
            vec![30 * DAY, 31 * DAY],
            vec![30 * DAY - 1, 0, -31 * DAY],
        ),
        (of().older_than("0d"), vec![0, 1], vec![-1]),
        (
            of().within_next("30d"),
            vec![0, -1, 1 - 30 * DAY],
            vec![-30 * DAY, 1],
        ),
    ] {
        for (ages, expected) in [(yes, true), (no, false)] {
            for age in ages {
                let lead = lead().set("d", ago(age)).build().unwrap();
                assert_eq!(
                    truth(condition.clone(), &lead),
                    Some(expected),
                    "{condition:?} {age}"
                );
            }
        }
    }
    // At the ends of time nothing overflows.
    for (date, condition, expected) in [
        (Moment::MIN, of().older_than("1d"), true),
        (Moment::MAX, of().within_next("100000d"), false),
        (
            Moment::MAX,
            of().at_least("+262142-12-31T23:59:59.999999Z"),
            true,
        ),
        (
            Moment::MAX,
            of().more_than("+262142-12-31T23:59:59.999999Z"),
            false,
        ),
        (
            Moment::MIN,
            of().less_than("-262143-01-01T00:00:00Z"),
            false,
        ),
        (Moment::MIN, of().at_most("-262143-01-01T00:00:00Z"), true),
    ] {
        let lead = lead().set("d", date).build().unwrap();
        assert_eq!(
            truth(condition.clone(), &lead),
            Some(expected),
            "{condition:?} {date}"
        );
    }
}

// Occurrences.

fn at(time: &str) -> ActivityRecord {
    ActivityRecord::new("visit", time.parse().unwrap())
}

fn did(activities: impl IntoIterator<Item = ActivityRecord>) -> Lead {
    activities
        .into_iter()
        .fold(lead(), LeadBuilder::activity)
        .build()
        .unwrap()
}

/// Which activities a rule takes, by their ids.
fn taken(activity: ActivitySpec, lead: &Lead) -> Vec<String> {
    let history = HistorySpec::new().utc_offset("+00:00");
    let spec = each(activity);
    judge_at(&spec, &history, lead, now());
    let why = spec
        .build_with(&SCHEMA, &history)
        .unwrap()
        .explain(lead, now().into());
    let id = |node: &Explanation| match node.kind() {
        Role::Activity(evidence) => evidence.id.as_deref().map(str::to_owned),
        _ => None,
    };
    why.nodes().filter_map(id).collect()
}

/// Visits `a`, `b`, `c` ... of those ages in hours, oldest first as given.
fn lettered(hours: &[i64]) -> Lead {
    let record = |(letter, &hours): (char, &i64)| visit(hours * HOUR).id(letter.to_string());
    did(('a'..='z').zip(hours).map(record))
}

#[test]
fn filters_choose_activities() {
    let lead = did([
        visit(9)
            .id("a")
            .subject("/Pricing")
            .channel("web")
            .value(30.0)
            .product("crm"),
        visit(8)
            .id("b")
            .subject("/blog")
            .channel("email")
            .value(5.0),
        ActivityRecord::new("open", ago(7)).id("c").product("erp"),
        ActivityRecord::new("demo", ago(6))
            .id("d")
            .product("crm")
            .value(-0.0),
    ]);
    let visit = || ActivitySpec::of("visit");
    let every = ActivitySpec::any_kind;
    for (activity, expected) in [
        (every(), "abcd"),
        (visit(), "ab"),
        (ActivitySpec::of(["open", "demo"]), "cd"),
        (every().product("crm"), "ad"),
        (every().product(["crm", "erp"]), "acd"),
        (every().subject(Filter::new().starts_with("/pricing")), "a"),
        (
            every().subject(Filter::new().starts_with("/pricing").exact_case()),
            "",
        ),
        (every().subject(Filter::new().contains("/")), "ab"),
        (
            every().subject(Filter::new().contains("/").or_missing()),
            "abcd",
        ),
        (every().subject(Filter::new().is_missing()), "cd"),
        (
            every().subject(Filter::new().is_missing().contains("/")),
            "",
        ),
        (every().subject(Filter::new().is_known()), "ab"),
        (every().channel(Filter::new().one_of(["email", "sms"])), "b"),
        (
            every().channel(Filter::new().matches("^(web|email)$")),
            "ab",
        ),
        (every().value(Filter::new().at_least(5)), "ab"),
        (every().value(Filter::new().equals(0)), "d"),
        (every().value(Filter::new().is_missing()), "c"),
        (every().value(Filter::new().is_missing().at_least(1)), ""),
        (
            every().value(Filter::new().less_than(10).or_missing()),
            "bcd",
        ),
        (visit().product("erp"), ""),
    ] {
        assert_eq!(
            taken(activity.clone(), &lead).concat(),
            expected,
            "{activity:?}"
        );
    }
}

#[test]
fn occurrence_modes_choose() {
    let lead = lettered(&[100, 80, 60, 40, 20]);
    let of = |occurrences| ActivitySpec::of("visit").occurrences(occurrences);
    for (activity, expected) in [
        (of(Occurrences::Each), "abcde"),
        (of(Occurrences::Once), "e"),
        (of(Occurrences::Once).keep(Keep::Newest), "e"),
        (of(Occurrences::Once).keep(Keep::First), "a"),
        (of(Occurrences::First(1)), "a"),
        (of(Occurrences::First(3)), "abc"),
        (of(Occurrences::First(u32::MAX)), "abcde"),
        (of(Occurrences::EveryNth(1)), "abcde"),
        (of(Occurrences::EveryNth(2)), "bd"),
        (of(Occurrences::EveryNth(5)), "e"),
        (of(Occurrences::EveryNth(6)), ""),
        (of(Occurrences::EveryNth(u32::MAX)), ""),
    ] {
        assert_eq!(
            taken(activity.clone(), &lead).concat(),
            expected,
            "{activity:?}"
        );
    }
}

#[test]
fn once_per_subject() {
    let seen = |age: i64, id: &str, subject: &str| visit(age * HOUR).id(id).subject(subject);
    let lead = did([
        seen(9, "a", "x"),
        seen(8, "b", "y"),
        seen(7, "c", "x"),
        visit(6 * HOUR).id("d"),
        visit(5 * HOUR).id("e"),
        seen(4, "f", "y"),
        seen(3, "g", "X"),
    ]);
    let spec = ActivitySpec::of("visit").occurrences(Occurrences::OncePerSubject);
    assert_eq!(taken(spec.clone(), &lead).concat(), "cdefg");
    assert_eq!(
        taken(spec.clone().keep(Keep::First), &lead).concat(),
        "abdeg"
    );
    // More subjects than are looked through one by one.
    let many = did((0..200).map(|i| visit(i * HOUR).subject(format!("{}", i % 50))));
    assert_eq!(points(&each(spec), &many), 500.0);
}

#[test]
fn at_most_n_per_calendar_day() {
    // Two before and two after midnight of UTC, all in one day at +02:00.
    let lead = did([
        at("2026-02-01T22:30:00Z"),
        at("2026-02-01T23:59:59.999999Z"),
        at("2026-02-02T00:00:00Z"),
        at("2026-02-02T01:00:00Z"),
    ]);
    for (offset, count, expected) in [
        ("+00:00", 1, 20.0),
        ("+00:00", 2, 40.0),
        ("+02:00", 1, 10.0),
        ("+02:00", 3, 30.0),
        ("+01:00", 1, 20.0),
        ("+01:30", 1, 10.0),
        ("+01:29", 1, 20.0),
        ("-01:00", 1, 20.0),
        ("-01:01", 1, 10.0),
        ("-14:00", 4, 40.0),
    ] {
        let spec = each(ActivitySpec::of("visit").occurrences(Occurrences::PerDay(count)));
        let history = HistorySpec::new().utc_offset(offset);
        let judged = judge_at(&spec, &history, &lead, now());
        assert_eq!(judged.raw, Some(expected), "{offset} {count}");
    }
    // Caps keep the earliest; days before 1970 are days too.
    let caps = ActivitySpec::of("visit").occurrences(Occurrences::PerDay(1));
    let two = did([
        at("2026-02-01T08:00:00Z").id("early"),
        at("2026-02-01T09:00:00Z").id("late"),
    ]);
    assert_eq!(taken(caps.clone(), &two), ["early"]);
    let old = did([
        at("1969-12-31T23:00:00Z"),
        at("1970-01-01T00:30:00Z"),
        at("1969-12-31T00:00:00Z"),
    ]);
    let history = HistorySpec::new().utc_offset("+00:00");
    assert_eq!(judge_at(&each(caps), &history, &old, now()).raw, Some(20.0));
}

#[test]
fn a_rolling_cap_is_greedy_from_the_oldest() {
    let cap = |count, per: &str| {
        ActivitySpec::of("visit").occurrences(Occurrences::AtMost {
            count,
            per: per.to_owned(),
        })
    };
    // (t - 24h, t]: one that lies exactly a day back is out of it.
    assert_eq!(
        taken(cap(1, "24h"), &lettered(&[48, 24, 0])).concat(),
        "abc"
    );
    assert_eq!(
        taken(cap(1, "24h"), &lettered(&[48, 25, 24, 1, 0])).concat(),
        "ace"
    );
    assert_eq!(
        taken(cap(2, "24h"), &lettered(&[50, 49, 48, 27, 26, 25, 24])).concat(),
        "abef"
    );
    assert_eq!(
        taken(cap(2, "24h"), &lettered(&[50, 40, 30, 26, 25, 16])).concat(),
        "abdf"
    );
    assert_eq!(taken(cap(1, "1s"), &lettered(&[3, 3, 3])).concat(), "a");
    // What was turned away holds no place.
    assert_eq!(
        taken(cap(1, "10h"), &lettered(&[30, 21, 20, 11, 10])).concat(),
        "ace"
    );
}

#[test]
fn count_ranges_count_inside_the_window() {
    let ranges = || {
        Occurrences::Count(vec![
            CountRange::exactly(1, 5.0),
            CountRange::between(2, 3, 20.0),
            CountRange::at_least(3, 40.0),
        ])
    };
    let counted =
        |activity: ActivitySpec| only(RuleSpec::new("r").activity(activity.occurrences(ranges())));
    for (days, expected) in [
        (vec![], 0.0),
        (vec![1], 5.0),
        (vec![1, 2], 20.0),
        // The first range that holds the number.
        (vec![1, 2, 3], 20.0),
        (vec![1, 2, 3, 4], 40.0),
        (vec![1, 2, 30, 40], 20.0),
        (vec![30, 40], 0.0),
    ] {
        let spec = counted(ActivitySpec::of("visit").last("10d"));
        assert_eq!(points(&spec, &visits(days.clone())), expected, "{days:?}");
    }
    // Decayed by the age of the newest counted, which is not the newest there is.
    let spec = counted(
        ActivitySpec::of("visit")
            .older_than("10d")
            .decay(DecaySpec::half_life("20d")),
    );
    assert_eq!(points(&spec, &visits([1, 20, 60])), 10.0);
    assert_eq!(points(&spec, &visits([1, 9])), 0.0);
    // A count that no range holds leaves the rule without effect, its clamp too.
    let none = RuleSpec::new("r").min(3.0).activity(
        ActivitySpec::of("visit")
            .occurrences(Occurrences::Count(vec![CountRange::at_least(2, 9.0)])),
    );
    assert_eq!(points(&only(none.clone()), &visits([1])), 0.0);
    assert_eq!(points(&only(none), &visits([1, 1])), 9.0);
}

#[test]
fn the_mode_chooses_over_the_whole_history_before_window_and_decay_act() {
    let of = |occurrences| ActivitySpec::of("visit").occurrences(occurrences);
    let lead = lettered(&[100, 80, 60, 40, 20]);
    for (activity, expected) in [
        // The newest is too young for the window: nothing, not the next.
        (of(Occurrences::Once).older_than("30h"), ""),
        (of(Occurrences::Once).last("30h"), "e"),
        (of(Occurrences::Once).keep(Keep::First).last("30h"), ""),
        (of(Occurrences::First(2)).last("90h"), "b"),
        (of(Occurrences::EveryNth(2)).last("50h"), "d"),
        (
            of(Occurrences::AtMost {
                count: 1,
                per: "30h".into(),
            })
            .last("90h"),
            "ce",
        ),
        (of(Occurrences::Each).last("60h"), "de"),
        (of(Occurrences::Each).last("90h").older_than("40h"), "bcd"),
    ] {
        assert_eq!(
            taken(activity.clone(), &lead).concat(),
            expected,
            "{activity:?}"
        );
    }
    let twice = did([
        visit(50 * HOUR).id("a").subject("x"),
        visit(5 * HOUR).id("b").subject("x"),
        visit(40 * HOUR).id("c").subject("y"),
    ]);
    let subject = of(Occurrences::OncePerSubject);
    assert_eq!(
        taken(subject.clone().older_than("10h"), &twice).concat(),
        "c"
    );
    assert_eq!(
        taken(subject.keep(Keep::First).last("45h"), &twice).concat(),
        "c"
    );
    // Filters come before the mode.
    let kinds = did([
        visit(9 * HOUR).id("a"),
        ActivityRecord::new("open", ago(HOUR)).id("b"),
    ]);
    assert_eq!(taken(of(Occurrences::Once), &kinds).concat(), "a");
}

// Windows and decay.

#[test]
fn windows_are_open_at_the_old_end_and_go_together_with_decay() {
    let of = || ActivitySpec::of("visit");
    for (activity, age, holds) in [
        (of().last("30d"), 0, true),
        (of().last("30d"), 30 * DAY - 1, true),
        (of().last("30d"), 30 * DAY, false),
        (of().older_than("30d"), 30 * DAY, true),
        (of().older_than("30d"), 30 * DAY - 1, false),
        (of().older_than("0s"), 0, true),
        (of().last("2w"), 14 * DAY - 1, true),
        (of().last("2w"), 14 * DAY, false),
        (of().last("36h"), 36 * HOUR, false),
        (of().last("90m"), 90 * 60 * SECOND - 1, true),
        (of().last("90s"), 90 * SECOND, false),
    ] {
        let expected = if holds { 10.0 } else { 0.0 };
        assert_eq!(
            points(&each(activity.clone()), &did([visit(age)])),
            expected,
            "{activity:?} {age}"
        );
    }
    let both = of().last("30d").decay(DecaySpec::half_life("10d"));
    assert_eq!(points(&each(both), &visits([0, 10, 20, 30, 40])), 17.5);
}

#[test]
fn every_decay_fades_a_rule() {
    let half = || DecaySpec::half_life("14d");
    let lose = || DecaySpec::lose(0.5, "30d");
    let life = || DecaySpec::lifespan("90d");
    let steps = || DecaySpec::steps([("7d", 0.5), ("30d", 0.1)]);
    for (decay, base, days, expected) in [
        (half(), 25.0, 14, 12.5),
        (half(), 25.0, 0, 25.0),
        (half().grace("14d"), 25.0, 14, 25.0),
        (half().grace("14d"), 25.0, 28, 12.5),
        (half().floor(0.25), 24.0, 14, 12.0),
        (half().floor(0.25), 24.0, 2_800, 6.0),
        (lose(), 10.0, 0, 10.0),
        (lose(), 10.0, 29, 10.0),
        (lose(), 10.0, 30, 5.0),
        (lose(), 10.0, 60, 0.0),
        (lose(), 10.0, 600, 0.0),
        (lose().floor(0.1), 10.0, 600, 1.0),
        (lose().grace("30d"), 10.0, 59, 10.0),
        (lose().grace("30d"), 10.0, 60, 5.0),
        (lose().continuous(), 10.0, 15, 7.5),
        (lose().continuous().grace("15d"), 10.0, 30, 7.5),
        (life(), 9.0, 90, 0.0),
        (life(), 9.0, 45, 4.5),
        (life().floor(0.75), 8.0, 45, 6.0),
        (life().grace("45d"), 9.0, 90, 4.5),
        (steps(), 10.0, 6, 10.0),
        (steps(), 10.0, 7, 5.0),
        (steps(), 10.0, 29, 5.0),
        (steps(), 10.0, 30, 1.0),
        (steps(), 10.0, 3_000, 1.0),
        (steps().floor(0.25), 10.0, 3_000, 2.5),
        (steps().grace("7d"), 10.0, 13, 10.0),
        (half(), -24.0, 28, -6.0),
    ] {
        let activity = ActivitySpec::of("visit").decay(decay.clone());
        let spec = only(RuleSpec::new("r").points(base).activity(activity));
        assert_eq!(points(&spec, &visits([days])), expected, "{decay:?} {days}");
    }
    let vendor = ActivitySpec::of("visit").decay(life());
    let spec = only(RuleSpec::new("r").points(9.0).activity(vendor));
    assert!((points(&spec, &visits([3])) - 8.7).abs() < 1e-12);
}

// Inactivity.

fn idle(points: f64, inactivity: InactivitySpec) -> RulesSpec {
    only(RuleSpec::new("idle").points(points).inactivity(inactivity))
}

#[test]
fn inactivity_counts_whole_periods_of_silence() {
    let monthly = || InactivitySpec::every("30d");
    let spec = idle(-10.0, monthly());
    for (days, expected) in [
        (0, 0.0),
        (29, 0.0),
        (30, -10.0),
        (59, -10.0),
        (60, -20.0),
        (300, -100.0),
    ] {
        assert_eq!(points(&spec, &visits([days, 400])), expected, "{days}");
    }
    assert_eq!(points(&spec, &did([visit(30 * DAY - 1)])), 0.0);
    let floor = idle(-10.0, monthly().floor(-25.0));
    assert_eq!(points(&floor, &visits([60])), -20.0);
    assert_eq!(points(&floor, &visits([300])), -25.0);
    let reward = idle(10.0, monthly().floor(25.0));
    assert_eq!(points(&reward, &visits([300])), 25.0);
    // Only the named kinds end it.
    let lead = did([visit(10 * DAY), ActivityRecord::new("demo", ago(70 * DAY))]);
    assert_eq!(points(&idle(-10.0, monthly().kind("demo")), &lead), -20.0);
    assert_eq!(
        points(&idle(-10.0, monthly().kind(["demo", "visit"])), &lead),
        0.0
    );
    // It does not hold before the first period is over, so that its clamp does not act.
    let clamped = RuleSpec::new("idle")
        .points(-10.0)
        .max(-15.0)
        .inactivity(monthly());
    assert_eq!(points(&only(clamped.clone()), &visits([29])), 0.0);
    assert_eq!(points(&only(clamped), &visits([30])), -15.0);
}

#[test]
fn inactivity_is_counted_from_the_later_of_activity_and_creation() {
    let spec = idle(-10.0, InactivitySpec::every("30d"));
    assert_eq!(points(&spec, &lead().build().unwrap()), 0.0);
    let created = |days: i64| lead().created_at(ago(days * DAY));
    assert_eq!(points(&spec, &created(65).build().unwrap()), -20.0);
    assert_eq!(
        points(
            &spec,
            &created(65).activity(visit(35 * DAY)).build().unwrap()
        ),
        -10.0
    );
    assert_eq!(
        points(
            &spec,
            &created(35).activity(visit(65 * DAY)).build().unwrap()
        ),
        -10.0
    );
    // Created after the moment of the question is not created yet.
    assert_eq!(points(&spec, &created(-5).build().unwrap()), 0.0);
    assert_eq!(
        points(
            &spec,
            &created(-5).activity(visit(65 * DAY)).build().unwrap()
        ),
        -20.0
    );
}

#[test]
fn inactivity_knows_the_reset_mark_pauses_and_the_start_of_the_history() {
    let spec = idle(-10.0, InactivitySpec::every("30d"));
    let judge =
        |history: &HistorySpec, lead: &Lead| judge_at(&spec, history, lead, now()).raw.unwrap();
    let marked = HistorySpec::new().reset_attribute("reset");
    let old = || lead().created_at(ago(300 * DAY)).activity(visit(200 * DAY));
    assert_eq!(judge(&marked, &old().build().unwrap()), -60.0);
    assert_eq!(
        judge(&marked, &old().set("reset", ago(40 * DAY)).build().unwrap()),
        -10.0
    );
    // The mark alone is a sign of life; one that lies ahead is none.
    assert_eq!(
        judge(
            &marked,
            &lead().set("reset", ago(40 * DAY)).build().unwrap()
        ),
        -10.0
    );
    assert_eq!(
        judge(&marked, &old().set("reset", ago(-DAY)).build().unwrap()),
        -60.0
    );
    assert_eq!(
        judge(&marked, &lead().set("reset", ago(-DAY)).build().unwrap()),
        0.0
    );
    // The start of the history bounds the silence; of a lead that gave no sign of life it says nothing.
    let late = HistorySpec::new().ignore_before(ago(70 * DAY).to_string());
    assert_eq!(judge(&late, &old().build().unwrap()), -20.0);
    assert_eq!(judge(&late, &lead().build().unwrap()), 0.0);
    let ahead = HistorySpec::new().ignore_before(ago(-DAY).to_string());
    assert_eq!(judge(&ahead, &old().build().unwrap()), 0.0);
    // Time stands still in a pause.
    let pause = HistorySpec::new().pause(ago(50 * DAY).to_string(), ago(20 * DAY).to_string());
    assert_eq!(judge(&pause, &visits([59])), 0.0);
    assert_eq!(judge(&pause, &visits([60])), -10.0);
    assert_eq!(judge(&pause, &visits([40])), 0.0);
}

// The history.

#[test]
fn what_lies_before_the_start_of_the_history_does_not_count() {
    let spec = each(ActivitySpec::of("visit"));
    let history = HistorySpec::new().ignore_before(ago(10 * DAY).to_string());
    let lead = did([visit(10 * DAY + 1), visit(10 * DAY), visit(DAY)]);
    assert_eq!(judge_at(&spec, &history, &lead, now()).raw, Some(20.0));
    // Not for the occurrence modes either.
    let first = each(
        ActivitySpec::of("visit")
            .occurrences(Occurrences::First(1))
            .last("5d"),
    );
    let lead = did([visit(20 * DAY), visit(DAY)]);
    assert_eq!(judge_at(&first, &history, &lead, now()).raw, Some(10.0));

    let marked = HistorySpec::new().reset_attribute("reset");
    let with = |mark: Moment| lead_with(mark, [visit(10 * DAY + 1), visit(10 * DAY), visit(DAY)]);
    assert_eq!(
        judge_at(&spec, &marked, &with(ago(10 * DAY)), now()).raw,
        Some(20.0)
    );
    assert_eq!(
        judge_at(&spec, &marked, &with(ago(-1)), now()).raw,
        Some(30.0)
    );
    assert_eq!(judge_at(&spec, &marked, &with(now()), now()).raw, Some(0.0));
    // The later of the two counts.
    let both = marked.ignore_before(ago(5 * DAY).to_string());
    assert_eq!(
        judge_at(&spec, &both, &with(ago(10 * DAY)), now()).raw,
        Some(10.0)
    );
}

fn lead_with(mark: Moment, activities: impl IntoIterator<Item = ActivityRecord>) -> Lead {
    activities
        .into_iter()
        .fold(lead().set("reset", mark), LeadBuilder::activity)
        .build()
        .unwrap()
}

#[test]
fn the_same_within_a_period_is_one_activity() {
    let history = HistorySpec::new().same_within("10m");
    let minutes = |minutes: i64| visit(minutes * 60 * SECOND);
    let spec = each(ActivitySpec::any_kind());
    let judge = |activities: Vec<ActivityRecord>| {
        judge_at(&spec, &history, &did(activities), now())
            .raw
            .unwrap()
    };
    // Less than 10 minutes after the first of them; the next first begins anew.
    assert_eq!(judge(vec![minutes(60), minutes(51)]), 10.0);
    assert_eq!(judge(vec![minutes(60), minutes(50)]), 20.0);
    assert_eq!(
        judge(vec![minutes(60), minutes(55), minutes(49), minutes(44)]),
        20.0
    );
    // Kind, subject and channel tell apart; id, product and value do not.
    assert_eq!(
        judge(vec![
            minutes(60).subject("x"),
            minutes(59).subject("y"),
            minutes(58)
        ]),
        30.0
    );
    assert_eq!(
        judge(vec![
            minutes(60).channel("x"),
            minutes(59).channel("y"),
            minutes(58)
        ]),
        30.0
    );
    assert_eq!(
        judge(vec![
            minutes(60),
            ActivityRecord {
                kind: "open".into(),
                ..minutes(59)
            }
        ]),
        20.0
    );
    assert_eq!(
        judge(vec![
            minutes(60).id("a").value(1.0),
            minutes(59).id("b").product("crm").value(2.0)
        ]),
        10.0
    );
    // An activity that does not count does not hide one that does.
    let late = history
        .clone()
        .ignore_before(ago(55 * 60 * SECOND).to_string());
    let lead = did([minutes(60), minutes(54)]);
    assert_eq!(judge_at(&spec, &late, &lead, now()).raw, Some(10.0));
}

#[test]
fn ages_stand_still_in_a_pause() {
    let fading = ActivitySpec::of("visit").decay(DecaySpec::half_life("10d"));
    let rule = |activity| only(RuleSpec::new("r").points(16.0).activity(activity));
    let pause = |from: i64, until: i64| (ago(from * DAY).to_string(), ago(until * DAY).to_string());
    let with = |pauses: &[(i64, i64)]| {
        pauses
            .iter()
            .fold(HistorySpec::new(), |history, &(from, until)| {
                let (from, until) = pause(from, until);
                history.pause(from, until)
            })
    };
    for (pauses, days, expected) in [
        (vec![], 20, 4.0),
        (vec![(15, 5)], 20, 8.0),
        // Overlapping and touching ones are one.
        (vec![(15, 8), (10, 5)], 20, 8.0),
        (vec![(10, 5), (15, 10)], 20, 8.0),
        (vec![(15, 10), (5, 0)], 20, 8.0),
        // Inside one: time passes from its end. It counts all the same.
        (vec![(20, 10)], 15, 8.0),
        (vec![(20, 10)], 10, 8.0),
        (vec![(20, 10)], 20, 8.0),
        // Still in it.
        (vec![(20, -10)], 15, 16.0),
        (vec![(10, -10)], 20, 8.0),
        // Before the activity, and after the question.
        (vec![(40, 30)], 20, 4.0),
        (vec![(-5, -10)], 20, 4.0),
    ] {
        let judged = judge_at(
            &rule(fading.clone()),
            &with(&pauses),
            &visits([days]),
            now(),
        );
        assert_eq!(judged.raw, Some(expected), "{pauses:?} {days}");
    }
    // Windows stand still with the ages.
    let window = rule(ActivitySpec::of("visit").last("15d"));
    assert_eq!(
        judge_at(&window, &with(&[(15, 5)]), &visits([20]), now()).raw,
        Some(16.0)
    );
    assert_eq!(
        judge_at(&window, &with(&[(15, 10)]), &visits([20]), now()).raw,
        Some(0.0)
    );
}

#[test]
fn what_comes_after_the_moment_is_invisible_and_at_it_has_no_age() {
    let spec = each(ActivitySpec::of("visit").decay(DecaySpec::half_life("1s")));
    assert_eq!(points(&spec, &did([visit(0)])), 10.0);
    assert_eq!(points(&spec, &did([visit(-1)])), 0.0);
    assert_eq!(
        points(
            &spec,
            &did([visit(0), visit(-1), visit(-DAY), visit(-300_000 * DAY)])
        ),
        10.0
    );
    // Not for the occurrence modes either.
    let once = each(ActivitySpec::of("visit").occurrences(Occurrences::Once));
    assert_eq!(points(&once, &did([visit(DAY), visit(-1)])), 10.0);
}

#[test]
fn a_voided_activity_never_happened() {
    let history = HistorySpec::new().same_within("1h");
    let spec = each(ActivitySpec::of("visit").occurrences(Occurrences::First(1)));
    let mut with = lead()
        .activity(visit(9 * HOUR).id("scanner"))
        .activity(visit(HOUR).id("person"));
    with.void("scanner");
    let with = with.build().unwrap();
    let without = did([visit(HOUR).id("person")]);
    for at in [ago(10 * HOUR), ago(5 * HOUR), now()] {
        let judged = judge_at(&spec, &history, &with, at);
        assert_eq!(judged, judge_at(&spec, &history, &without, at));
    }
    assert_eq!(
        taken(
            ActivitySpec::of("visit").occurrences(Occurrences::First(1)),
            &with
        ),
        ["person"]
    );
    // As one told with the record, and for inactivity too.
    let told = did([visit(40 * DAY), visit(DAY).voided()]);
    assert_eq!(
        points(&idle(-10.0, InactivitySpec::every("30d")), &told),
        -10.0
    );
}

#[test]
fn a_replay_is_one_activity() {
    let spec = each(ActivitySpec::of("visit"));
    let again = did([visit(DAY).id("x"), visit(DAY).id("x"), visit(DAY).id("x")]);
    assert_eq!(points(&spec, &again), 10.0);
    // Without an id equal ones are all kept.
    assert_eq!(points(&spec, &did([visit(DAY), visit(DAY)])), 20.0);
    let error = lead()
        .activity(visit(DAY).id("x"))
        .activity(visit(0).id("x"))
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "lead `a1`: activity `x`: one id stands for different contents: at `2026-02-28T12:00:00Z` and \
         `2026-03-01T12:00:00Z`"
    );
}

/// A view with its activities in any order and as often as it likes.
struct Loose<'l>(Vec<Activity<'l>>);

impl LeadView for Loose<'_> {
    fn schema(&self) -> SchemaId {
        SCHEMA.id()
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.0.iter().copied().for_each(visit);
    }
}

#[test]
fn views_out_of_order_or_with_repeats_score_as_the_sorted_one() {
    let lead = did([
        visit(9 * HOUR).id("a").subject("x").value(0.1),
        visit(5 * HOUR).id("b").subject("x").value(0.7),
        visit(5 * HOUR).subject("y").value(1e9),
        visit(5 * HOUR).subject("y").value(0.3),
        ActivityRecord::new("open", ago(5 * HOUR)).id("c"),
        visit(HOUR).id("d").value(-1e9),
    ]);
    let mut sorted = Vec::new();
    lead.activities(&mut |activity| sorted.push(activity));
    let named: Vec<_> = sorted
        .iter()
        .copied()
        .filter(|activity| activity.id.is_some())
        .collect();
    let modes = [
        Occurrences::Each,
        Occurrences::Once,
        Occurrences::First(2),
        Occurrences::EveryNth(2),
        Occurrences::OncePerSubject,
        Occurrences::AtMost {
            count: 1,
            per: "3h".into(),
        },
    ];
    for mode in modes {
        let activity = ActivitySpec::any_kind()
            .occurrences(mode)
            .decay(DecaySpec::half_life("7h"));
        let spec = only(
            RuleSpec::new("r")
                .points_per_value(1.0 / 3.0)
                .activity(activity),
        );
        let expected = points(&spec, &lead).to_bits();
        let mut view = sorted.clone();
        for turn in 0..view.len() {
            view.rotate_left(1);
            view.swap(turn, 0);
            assert_eq!(points(&spec, &Loose(view.clone())).to_bits(), expected);
            let repeated = [view.clone(), named.clone()].concat();
            assert_eq!(points(&spec, &Loose(repeated)).to_bits(), expected);
        }
    }
    // A repeat that stands in order is one too.
    let doubled: Vec<_> = named
        .iter()
        .flat_map(|&activity| [activity, activity])
        .collect();
    assert_eq!(
        points(&each(ActivitySpec::any_kind()), &Loose(doubled)),
        40.0
    );
}

// Who a group is for.

#[test]
fn a_group_applies_where_include_is_true_and_exclude_is_not() {
    let group = |applies| {
        let group = GroupSpec::sum("g").min(2.0).applies_to(applies);
        spec(
            group.rule(
                RuleSpec::new("r")
                    .points(5.0)
                    .activity(ActivitySpec::of("visit")),
            ),
        )
    };
    let include = || attribute("f").equals(true);
    let exclude = || attribute("t").equals("student");
    let lead = |f: Option<bool>, t: &str| {
        let lead = f.map_or_else(lead, |f| lead().set("f", f));
        lead.set("t", t).activity(visit(0)).build().unwrap()
    };
    for (applies, f, t, expected) in [
        (AppliesTo::include(include()), Some(true), "", 5.0),
        (AppliesTo::include(include()), Some(false), "", 0.0),
        // Unknown does not include,
        (AppliesTo::include(include()), None, "", 0.0),
        (AppliesTo::exclude(exclude()), None, "student", 0.0),
        (AppliesTo::exclude(exclude()), None, "boss", 5.0),
        // and does not exclude.
        (AppliesTo::exclude(exclude()), None, "", 5.0),
        (
            AppliesTo::include(include()).but(exclude()),
            Some(true),
            "boss",
            5.0,
        ),
        (
            AppliesTo::include(include()).but(exclude()),
            Some(true),
            "",
            5.0,
        ),
        (
            AppliesTo::include(include()).but(exclude()),
            Some(true),
            "student",
            0.0,
        ),
        (
            AppliesTo::include(include()).but(exclude()),
            None,
            "boss",
            0.0,
        ),
    ] {
        assert_eq!(
            points(&group(applies.clone()), &lead(f, t)),
            expected,
            "{applies:?} {f:?} {t}"
        );
    }
    // A group that does not apply disqualifies nobody.
    let verdict = GroupSpec::sum("g")
        .applies_to(AppliesTo::include(include()))
        .rule(
            RuleSpec::new("r")
                .disqualify("bad")
                .activity(ActivitySpec::of("visit")),
        );
    assert!(disqualified(&spec(verdict.clone()), &lead(Some(false), "")).is_empty());
    assert_eq!(disqualified(&spec(verdict), &lead(Some(true), "")), ["bad"]);
}

#[test]
fn a_condition_beside_an_activity_must_be_true_as_well() {
    let rule = RuleSpec::new("r")
        .points(5.0)
        .when(attribute("f").equals(true))
        .activity(ActivitySpec::of("visit"));
    let spec = only(rule);
    for (f, expected) in [(Some(true), 5.0), (Some(false), 0.0), (None, 0.0)] {
        let lead = f
            .map_or_else(lead, |f| lead().set("f", f))
            .activity(visit(0))
            .build()
            .unwrap();
        assert_eq!(points(&spec, &lead), expected);
    }
}
