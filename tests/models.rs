//! The model layer: composites, labels, overrides, ranking, nesting, batches.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::float_cmp,
    reason = "a test fails by panicking, tables are long, and hand-computed numbers are compared exactly unless said otherwise"
)]

use WhenMissing::{Abstain, Skip, Zero};
use lead_scoring::{
    ActivityRecord, ActivitySpec, AppliesTo, AsOf, Assessment, AttributeSlot, AutoQualifySpec,
    CompositeSpec, DimensionSpec, Explanation, Externals, GroupSpec, LabelSpec, Lead, LeadBuilder,
    LeadView, ManualOverride, ModelSpec, Moment, RankBy, Role, RuleSpec, RulesSpec, SchemaSpec,
    Score, ScoreModel, ScoreVector, Scorer, Unit, Value, WhenMissing, all, attribute, from_fn,
};
use std::sync::Arc;

fn now() -> AsOf {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

/// Numbers `a`, `b` and `c`, a text, a flag and two kinds of activity.
fn schema() -> SchemaSpec {
    SchemaSpec::new()
        .number("a")
        .number("b")
        .number("c")
        .text("title")
        .flag("spam")
        .kinds(["visit", "demo"])
}

/// Scores that are an attribute's number: `a`, `b` and `c`.
fn externals() -> Externals {
    let names = ["a", "b", "c"].into_iter().zip(0..);
    names
        .map(|(name, slot)| {
            let scorer = from_fn(move |lead: &dyn LeadView, _| {
                match lead.attribute(AttributeSlot::new(slot)) {
                    Value::Number(number) => Score::saturating(number),
                    _ => None,
                }
            });
            (name.to_owned(), Arc::new(scorer) as Arc<dyn Scorer>)
        })
        .collect()
}

/// A model of the dimensions `a`, `b` and `c`.
fn abc() -> ModelSpec {
    ["a", "b", "c"]
        .into_iter()
        .fold(ModelSpec::new("abc").schema(schema()), |spec, name| {
            spec.dimension(DimensionSpec::external(name, name))
        })
}

fn built(spec: &ModelSpec) -> ScoreModel {
    ScoreModel::build_with(spec, &externals()).unwrap()
}

/// A lead with those numbers, `None` being missing.
fn lead(model: &ScoreModel, numbers: [Option<f64>; 3]) -> LeadBuilder<'_> {
    let named = ["a", "b", "c"].into_iter().zip(numbers);
    named.fold(
        Lead::builder(model.schema(), "lead"),
        |lead, (name, number)| match number {
            Some(number) => lead.set(name, number),
            None => lead,
        },
    )
}

/// The lead's vector, once the explanation and a batch agree with it.
fn judged(model: &ScoreModel, lead: LeadBuilder<'_>) -> ScoreVector {
    let lead = lead.build().unwrap();
    let vector = model.vector(&lead, now());
    let told = model.explain(&lead, now());
    assert!(told.recomputes(), "{told}");
    assert_eq!(told.value(), vector.composite().map(f64::from), "{told}");
    if !told
        .parts()
        .iter()
        .any(|part| *part.kind() == Role::Abstains)
    {
        let explained: Vec<_> = told.parts().iter().map(Explanation::value).collect();
        let scored: Vec<_> = vector.scores().map(|(_, s)| s.map(f64::from)).collect();
        assert_eq!(explained, scored);
    }
    assert_eq!(model.score(&lead, now()), vector.composite());
    let batch = model.score_all(std::slice::from_ref(&lead), now());
    assert_eq!(batch.vector(0).as_ref(), Some(&vector));
    vector
}

#[test]
fn composites() {
    let mean = || CompositeSpec::weighted_mean([("a", 1.0), ("b", 3.0)]);
    let geometric = || CompositeSpec::geometric_mean([("a", 1.0), ("b", 3.0)]);
    let all_known = [Some(16.0), Some(81.0), Some(90.0)];
    let without_b = [Some(16.0), None, Some(90.0)];
    let none = [None; 3];
    for (composite, missing, numbers, expected) in [
        // (16 + 3 x 81) / 4
        (mean(), Skip, all_known, Some(64.75)),
        (mean(), Zero, all_known, Some(64.75)),
        (mean(), Abstain, all_known, Some(64.75)),
        (mean(), Skip, without_b, Some(16.0)),
        (mean(), Zero, without_b, Some(4.0)),
        (mean(), Abstain, without_b, None),
        // What has no weight is not missed.
        (mean(), Abstain, [Some(16.0), Some(81.0), None], Some(64.75)),
        (mean(), Zero, [Some(16.0), Some(81.0), None], Some(64.75)),
        (mean(), Skip, [None, None, Some(90.0)], None),
        // 16^(1/4) x 81^(3/4)
        (geometric(), Skip, all_known, Some(54.0)),
        (geometric(), Skip, without_b, Some(16.0)),
        (geometric(), Zero, without_b, Some(0.0)),
        (geometric(), Abstain, without_b, None),
        (geometric(), Skip, [Some(0.0), Some(81.0), None], Some(0.0)),
        (CompositeSpec::min(), Skip, all_known, Some(16.0)),
        (CompositeSpec::min(), Skip, without_b, Some(16.0)),
        (CompositeSpec::min(), Zero, without_b, Some(0.0)),
        (CompositeSpec::min(), Abstain, without_b, None),
        (CompositeSpec::max(), Skip, all_known, Some(90.0)),
        (CompositeSpec::max(), Skip, without_b, Some(90.0)),
        (CompositeSpec::max(), Zero, without_b, Some(90.0)),
        (CompositeSpec::max(), Abstain, without_b, None),
        // All abstain: none, whatever a missing dimension counts for.
        (mean(), Skip, none, None),
        (mean(), Zero, none, None),
        (geometric(), Skip, none, None),
        (geometric(), Zero, none, None),
        (CompositeSpec::min(), Skip, none, None),
        (CompositeSpec::min(), Zero, none, None),
        (CompositeSpec::max(), Skip, none, None),
        (CompositeSpec::max(), Zero, none, None),
    ] {
        let shown = format!("{composite:?}, {missing:?}, {numbers:?}");
        let model = built(&abc().composite(composite.missing(missing)));
        let composite = judged(&model, lead(&model, numbers)).composite();
        match (composite.map(f64::from), expected) {
            (Some(value), Some(expected)) => {
                assert!((value - expected).abs() < 1e-12, "{shown}: {value}");
            }
            (value, expected) => assert_eq!(value, expected, "{shown}"),
        }
    }
    // Without weights all are the same.
    let even = built(&abc().composite(CompositeSpec::weighted_mean::<String>([])));
    let vector = judged(&even, lead(&even, [Some(10.0), Some(20.0), Some(60.0)]));
    assert_eq!(vector.composite().map(f64::from), Some(30.0));
    // Without a composite there is none, and the vector is what it was.
    let bare = built(&abc());
    let vector = judged(&bare, lead(&bare, all_known));
    assert_eq!(vector.composite(), None);
    assert_eq!(vector.score("b").map(f64::from), Some(81.0));
    assert_eq!(vector.score("composite"), None);
}

#[test]
fn labels_on_scores() {
    // In any order; the lowest band need not begin at 0.
    let temperature = LabelSpec::new("temperature")
        .of("b")
        .band("hot", 70.0)
        .band("cold", 10.0)
        .band("warm", 40.0);
    let model = built(&abc().label(temperature));
    for (score, label, reached) in [
        (None, None, 0),
        (Some(9.999), None, 0),
        (Some(10.0), Some("cold"), 1),
        (Some(39.999), Some("cold"), 1),
        (Some(40.0), Some("warm"), 2),
        (Some(69.999), Some("warm"), 2),
        (Some(70.0), Some("hot"), 3),
        (Some(100.0), Some("hot"), 3),
    ] {
        let vector = judged(&model, lead(&model, [Some(99.0), score, None]));
        assert_eq!(vector.label("temperature"), label, "{score:?}");
        for (i, band) in ["cold", "warm", "hot"].into_iter().enumerate() {
            assert_eq!(vector.reached("temperature", band), i < reached);
        }
        assert!(!vector.reached("temperature", "boiling"));
        assert!(!vector.reached("stage", "cold"));
        assert_eq!(vector.label("stage"), None);
        assert_eq!(
            vector.labels().collect::<Vec<_>>(),
            [("temperature", label)]
        );
    }
    // By default of the composite where there is one, else of the first dimension.
    let half = || LabelSpec::new("half").band("upper", 50.0);
    let of_first = built(&abc().label(half()));
    let of_composite = built(&abc().composite(CompositeSpec::min()).label(half()));
    for (model, label) in [(of_first, Some("upper")), (of_composite, None)] {
        let vector = judged(&model, lead(&model, [Some(50.0), Some(49.0), None]));
        assert_eq!(vector.label("half"), label);
    }
}

/// A dimension `points` whose raw value is attribute `a`'s number of times 30, `spam` disqualifying.
fn points() -> ModelSpec {
    let worth = [(1, -120.0), (2, 0.0), (3, 80.0), (4, 250.0), (5, 300.0)];
    let rules = worth
        .into_iter()
        .map(|(number, points)| {
            RuleSpec::new(format!("{number}"))
                .points(points)
                .when(attribute("a").equals(number))
        })
        .fold(GroupSpec::sum("numbers"), GroupSpec::rule)
        .rule(
            RuleSpec::new("spam")
                .disqualify("marked as spam")
                .when(attribute("spam").equals(true)),
        );
    ModelSpec::new("points")
        .schema(schema())
        .dimension(DimensionSpec::rules(
            "points",
            RulesSpec::new().group(rules),
        ))
}

#[test]
fn labels_on_points() {
    let stage = LabelSpec::new("stage")
        .on_points()
        .band("lost", -1e3)
        .band("new", 0.0)
        .band("mql", 80.0)
        .band("sql", 300.0);
    let model = built(&points().label(stage));
    for (number, label) in [
        (None, None),
        (Some(1.0), Some("lost")),
        (Some(2.0), Some("new")),
        (Some(3.0), Some("mql")),
        (Some(4.0), Some("mql")),
        (Some(5.0), Some("sql")),
    ] {
        let vector = judged(&model, lead(&model, [number, None, None]));
        assert_eq!(vector.label("stage"), label, "{number:?}");
    }
}

#[test]
fn a_disqualified_lead_keeps_its_label_and_has_reached_none() {
    let model = built(&points().label(LabelSpec::new("stage").band("mql", 50.0)));
    let vector = judged(&model, lead(&model, [Some(3.0), None, None]));
    assert!(vector.reached("stage", "mql") && !vector.is_disqualified());
    let vector = judged(
        &model,
        lead(&model, [Some(3.0), None, None]).set("spam", true),
    );
    assert_eq!(vector.score("points").map(f64::from), Some(80.0));
    assert_eq!(vector.label("stage"), Some("mql"));
    assert_eq!(
        vector.disqualified().collect::<Vec<_>>(),
        ["marked as spam"]
    );
    assert!(vector.is_disqualified() && !vector.reached("stage", "mql"));
}

#[test]
fn hand_raisers() {
    let stage = LabelSpec::new("stage")
        .of("a")
        .band("mql", 40.0)
        .band("sal", 60.0)
        .band("sql", 80.0)
        .auto(AutoQualifySpec::new("mql", "a chief").when(attribute("title").contains("chief")))
        .auto(
            AutoQualifySpec::new("sql", "asked for a demo")
                .activity(ActivitySpec::of("demo").last("30d")),
        )
        .auto(
            AutoQualifySpec::new("sal", "a chief visited")
                .when(attribute("title").contains("chief"))
                .activity(ActivitySpec::of("visit")),
        );
    let model = built(&abc().label(stage));
    let judge = |score: Option<f64>, title: &str, activities: &[(&str, &str)]| {
        let lead = activities.iter().fold(
            lead(&model, [score, None, None]).set("title", title),
            |lead, (kind, when)| lead.activity(ActivityRecord::new(*kind, at(when))),
        );
        let vector = judged(&model, lead);
        let label = vector.label("stage").map(str::to_owned);
        let lifted = vector.lifted("stage").map(str::to_owned);
        if let Some(label) = &label {
            assert!(vector.reached("stage", label));
        }
        (label, lifted)
    };
    let expect = |label: Option<&str>, lifted: Option<&str>| {
        (label.map(str::to_owned), lifted.map(str::to_owned))
    };
    let demo = ("demo", "2026-02-20");
    let visit = ("visit", "2020-01-01");
    for (score, title, activities, label, lifted) in [
        (Some(5.0), "Clerk", vec![], None, None),
        (
            Some(5.0),
            "Chief Clerk",
            vec![],
            Some("mql"),
            Some("a chief"),
        ),
        (None, "Chief Clerk", vec![], Some("mql"), Some("a chief")),
        // It lifts and never lowers, and says so only where it lifts.
        (Some(40.0), "Chief Clerk", vec![], Some("mql"), None),
        (Some(65.0), "Chief Clerk", vec![], Some("sal"), None),
        (Some(90.0), "Clerk", vec![demo], Some("sql"), None),
        (
            Some(5.0),
            "Clerk",
            vec![demo],
            Some("sql"),
            Some("asked for a demo"),
        ),
        // The highest of several, whatever their order.
        (
            Some(5.0),
            "Chief",
            vec![visit, demo],
            Some("sql"),
            Some("asked for a demo"),
        ),
        (
            Some(5.0),
            "Chief",
            vec![visit],
            Some("sal"),
            Some("a chief visited"),
        ),
        // Both must be true.
        (Some(5.0), "Clerk", vec![visit], None, None),
        // The window: 0 <= age < 30 days, and nothing after the moment of judgement.
        (
            Some(5.0),
            "Clerk",
            vec![("demo", "2026-01-30T12:00:00Z")],
            None,
            None,
        ),
        (
            Some(5.0),
            "Clerk",
            vec![("demo", "2026-01-30T12:00:01Z")],
            Some("sql"),
            Some("asked for a demo"),
        ),
        (
            Some(5.0),
            "Clerk",
            vec![("demo", "2026-03-01T12:00:00Z")],
            Some("sql"),
            Some("asked for a demo"),
        ),
        (
            Some(5.0),
            "Clerk",
            vec![("demo", "2026-03-01T12:00:01Z")],
            None,
            None,
        ),
    ] {
        assert_eq!(
            judge(score, title, &activities),
            expect(label, lifted),
            "{score:?} {title} {activities:?}"
        );
    }
}

fn manual(dimension: &str, score: f64, set: &str, expires: Option<&str>) -> ManualOverride {
    ManualOverride {
        dimension: dimension.to_owned(),
        score: Score::new(score).unwrap(),
        reason: "called them".to_owned(),
        set_at: at(set),
        expires_at: expires.map(at),
    }
}

#[test]
fn manual_overrides_stand_beside_the_machine_score() {
    let spec = abc()
        .composite(CompositeSpec::min())
        .label(LabelSpec::new("a").of("a").band("upper", 50.0))
        .label(LabelSpec::new("whole").band("upper", 50.0));
    let model = built(&spec);
    let plain = || lead(&model, [Some(20.0), Some(30.0), Some(40.0)]);
    for (set, expires, in_force) in [
        ("2026-01-01", None, true),
        ("2026-01-01", Some("2026-03-02"), true),
        ("2026-03-01T12:00:00Z", None, true),
        ("2026-03-01T12:00:01Z", None, false),
        ("2026-01-01", Some("2026-03-01T12:00:00Z"), false),
        ("2026-01-01", Some("2026-03-01T12:00:01Z"), true),
        ("2026-01-01", Some("2026-02-01"), false),
    ] {
        let vector = judged(&model, plain().overrule(manual("a", 90.0, set, expires)));
        let shown = format!("{set} {expires:?}");
        assert_eq!(vector.score("a").map(f64::from), Some(20.0), "{shown}");
        assert_eq!(vector.composite().map(f64::from), Some(20.0), "{shown}");
        let effective = if in_force { 90.0 } else { 20.0 };
        assert_eq!(vector.effective("a").map(f64::from), Some(effective));
        assert_eq!(vector.manual("a").is_some(), in_force, "{shown}");
        assert_eq!(vector.label("a").is_some(), in_force, "{shown}");
        assert_eq!(vector.reached("a", "upper"), in_force, "{shown}");
        // The composite is of the machine scores.
        assert_eq!(vector.label("whole"), None);
        assert_eq!(vector.manual("composite"), None);
    }
    // The last one set counts; of the composite, too; an unknown dimension overrules nothing.
    let many = plain()
        .overrule(manual("a", 90.0, "2026-02-01", None))
        .overrule(manual("a", 10.0, "2026-01-01", None))
        .overrule(manual("composite", 60.0, "2026-01-01", None))
        .overrule(manual("d", 100.0, "2026-01-01", None));
    let vector = judged(&model, many);
    assert_eq!(vector.effective("a").map(f64::from), Some(90.0));
    assert_eq!(vector.effective("composite").map(f64::from), Some(60.0));
    assert_eq!(vector.composite().map(f64::from), Some(20.0));
    assert_eq!(vector.label("whole"), Some("upper"));
    assert_eq!(vector.manual("d"), None);
    assert_eq!(vector.manual("a").unwrap().reason, "called them");
    // Where the machine abstains the manual score still stands.
    let unknown = lead(&model, [None; 3]).overrule(manual("a", 90.0, "2026-01-01", None));
    let vector = judged(&model, unknown);
    assert_eq!(vector.score("a"), None);
    assert_eq!(vector.effective("a").map(f64::from), Some(90.0));
    assert_eq!(vector.label("a"), Some("upper"));
    // Without a composite there is nothing to overrule.
    let bare = built(&abc());
    let lead = lead(&bare, [Some(1.0); 3]).overrule(manual("composite", 60.0, "2026-01-01", None));
    let vector = judged(&bare, lead);
    assert_eq!(vector.manual("composite"), None);
    assert_eq!(vector.effective("composite"), None);
}

#[test]
fn ranking() {
    let model = built(&points());
    let with = |number: f64| lead(&model, [Some(number), None, None]);
    let unknown = || lead(&model, [None; 3]);
    let leads: Vec<Lead> = [
        with(5.0).set("spam", true),
        unknown(),
        with(2.0),
        with(4.0),
        with(5.0),
        with(1.0),
        with(3.0),
        with(4.0),
        unknown(),
        with(2.0).set("spam", true),
        with(2.0).overrule(manual("points", 90.0, "2026-01-01", None)),
        unknown().overrule(manual("points", 85.0, "2026-01-01", None)),
    ]
    .into_iter()
    .map(|lead| lead.build().unwrap())
    .collect();
    let matrix = model.score_all(&leads, now());
    assert_eq!(matrix.len(), leads.len());
    // 100 by 300 and twice by 250 points; manual 90 and 85; 80; 0 by 0 and by -120 points; abstained; disqualified.
    let order = [4, 3, 7, 10, 11, 6, 2, 5, 1, 8, 0, 9];
    for by in [RankBy::Best, RankBy::Dimension("points")] {
        assert_eq!(matrix.ranked(by).unwrap(), order);
        for count in 0..=leads.len() + 2 {
            let most = count.min(leads.len());
            assert_eq!(matrix.top(count, by).unwrap(), order[..most], "top {count}");
        }
    }
    assert_eq!(
        matrix
            .ranked(RankBy::Dimension("pionts"))
            .unwrap_err()
            .to_string(),
        "the model has no dimension `pionts`; it has `points`"
    );
    assert_eq!(
        matrix.top(1, RankBy::Composite).unwrap_err().to_string(),
        "the model has no composite to rank by"
    );
}

#[test]
fn ranking_by_composite_or_dimension() {
    let model = built(&abc().composite(CompositeSpec::min()));
    let leads: Vec<Lead> = [
        lead(&model, [Some(90.0), Some(10.0), Some(50.0)]),
        lead(&model, [Some(20.0), Some(20.0), None]),
        lead(&model, [None, Some(80.0), Some(30.0)]),
        lead(&model, [Some(15.0), Some(15.0), Some(15.0)]).overrule(manual(
            "composite",
            99.0,
            "2026-01-01",
            None,
        )),
    ]
    .into_iter()
    .map(|lead| lead.build().unwrap())
    .collect();
    let matrix = model.score_all(&leads, now());
    for (by, order) in [
        (RankBy::Best, [3, 2, 1, 0]),
        (RankBy::Composite, [3, 2, 1, 0]),
        (RankBy::Dimension("a"), [0, 1, 3, 2]),
        (RankBy::Dimension("b"), [2, 1, 3, 0]),
        (RankBy::Dimension("c"), [0, 2, 3, 1]),
    ] {
        assert_eq!(matrix.ranked(by).unwrap(), order, "{by:?}");
        for count in 0..=4 {
            assert_eq!(matrix.top(count, by).unwrap(), order[..count], "{by:?}");
        }
    }
    let column: Vec<_> = matrix.column("c").unwrap().collect();
    assert_eq!(column[1], None);
    assert_eq!(column[2].map(f64::from), Some(30.0));
    assert!(matrix.column("d").is_none());
    let composites: Vec<_> = matrix.composites().map(|s| s.map(f64::from)).collect();
    assert_eq!(composites, [10.0, 20.0, 30.0, 15.0].map(Some));
}

#[test]
fn models_nest() {
    let inner = ModelSpec {
        schema: SchemaSpec::new(),
        ..points()
            .dimension(DimensionSpec::external("b", "b"))
            .composite(CompositeSpec::weighted_mean([("points", 1.0), ("b", 1.0)]))
    };
    let spec = ModelSpec::new("outer")
        .schema(schema())
        .dimension(DimensionSpec::model("inner", inner))
        .dimension(DimensionSpec::external("c", "c"))
        .composite(CompositeSpec::weighted_mean([("inner", 3.0), ("c", 1.0)]))
        .label(LabelSpec::new("stage").of("inner").band("mql", 50.0));
    let model = built(&spec);
    let vector = judged(&model, lead(&model, [Some(3.0), Some(40.0), Some(20.0)]));
    // (80 + 40) / 2 and (3 x 60 + 20) / 4
    assert_eq!(vector.score("inner").map(f64::from), Some(60.0));
    assert_eq!(vector.raw("inner"), Some(60.0));
    assert_eq!(model.dimensions()[0].unit(), Unit::Score);
    assert_eq!(vector.composite().map(f64::from), Some(50.0));
    assert!(vector.reached("stage", "mql"));
    // The verdict of the inner model passes outward, and the explanation shows it.
    let spam = lead(&model, [Some(3.0), Some(40.0), Some(20.0)]).set("spam", true);
    let lead_with_spam = spam.build().unwrap();
    let vector = model.vector(&lead_with_spam, now());
    assert_eq!(
        vector.disqualified().collect::<Vec<_>>(),
        ["marked as spam"]
    );
    assert!(!vector.reached("stage", "mql"));
    let mut reasons = Vec::new();
    model.disqualify(&lead_with_spam, now(), &mut |reason| {
        reasons.push(reason.to_owned());
    });
    assert_eq!(reasons, ["marked as spam"]);
    let told = model.explain(&lead_with_spam, now());
    assert!(told.recomputes());
    assert!(
        told.nodes()
            .any(|node| *node.kind() == Role::Disqualified && node.label() == "marked as spam")
    );
    let up = told.top_up(9);
    assert_eq!(
        (up[0].dimension.as_str(), up[0].rule),
        ("inner/points", "3")
    );
    // An inner model that abstains is a dimension that abstains.
    let vector = judged(&model, lead(&model, [None, None, Some(20.0)]));
    assert_eq!(vector.score("inner"), None);
    assert_eq!(vector.composite().map(f64::from), Some(20.0));
    // Three levels, with facts that are dated.
    let deep = ModelSpec::new("deep")
        .schema(schema())
        .dimension(DimensionSpec::model(
            "outer",
            ModelSpec {
                schema: SchemaSpec::new(),
                ..spec
            },
        ))
        .composite(CompositeSpec::max());
    let deep = built(&deep);
    let dated = lead(&deep, [Some(3.0), Some(40.0), Some(20.0)]);
    let vector = judged(&deep, dated.known_since("a", at("2030-01-01")));
    // Without `a`: (3 x 40 + 20) / 4
    assert_eq!(vector.composite().map(f64::from), Some(35.0));
}

/// Points, a verdict and an explanation of its own.
struct Own;

impl Scorer for Own {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, _: AsOf) -> Assessment {
        let raw = match lead.attribute(AttributeSlot::new(0)) {
            Value::Number(number) => Some(10.0 * number),
            _ => None,
        };
        Assessment {
            score: raw.and_then(Score::saturating),
            raw,
        }
    }

    fn unit(&self) -> Unit {
        Unit::Points
    }

    fn disqualify(&self, lead: &dyn LeadView, _: AsOf, reason: &mut dyn FnMut(&str)) {
        if matches!(lead.attribute(AttributeSlot::new(4)), Value::Flag(true)) {
            reason("spam, twice told");
            reason("spam, twice told");
        }
    }
}

#[test]
fn external_scorers() {
    let spec = ModelSpec::new("own")
        .schema(schema())
        .dimension(DimensionSpec::external("own", "mine"))
        .label(
            LabelSpec::new("size")
                .on_points()
                .band("small", 0.0)
                .band("large", 150.0),
        );
    let externals = Externals::from([("mine".to_owned(), Arc::new(Own) as Arc<dyn Scorer>)]);
    let model = ScoreModel::build_with(&spec, &externals).unwrap();
    assert_eq!(model.dimensions()[0].unit(), Unit::Points);
    let vector = judged(&model, lead(&model, [Some(15.0), None, None]));
    assert_eq!(vector.score("own").map(f64::from), Some(100.0));
    assert_eq!(vector.raw("own"), Some(150.0));
    assert_eq!(vector.label("size"), Some("large"));
    let spam = lead(&model, [Some(2.0), None, None]).set("spam", true);
    let spam = spam.build().unwrap();
    let vector = model.vector(&spam, now());
    assert_eq!(
        vector.disqualified().collect::<Vec<_>>(),
        ["spam, twice told"]
    );
    // It explains itself by its number only: the model adds the verdict.
    let told = model.explain(&spam, now());
    assert!(told.recomputes());
    assert!(
        told.nodes()
            .any(|node| *node.kind() == Role::Disqualified && node.label() == "spam, twice told")
    );
    assert_eq!(judged(&model, lead(&model, [None; 3])).raw("own"), None);
}

#[test]
fn a_model_counts_for_whom_it_applies_to() {
    let applies = AppliesTo::include(attribute("title").is_known()).but(all([
        attribute("a").at_least(50).into(),
        attribute("spam").equals(true).into(),
    ]));
    let spec = abc()
        .composite(CompositeSpec::max())
        .applies_to(applies)
        .label(
            LabelSpec::new("stage")
                .band("any", 0.0)
                .auto(AutoQualifySpec::new("any", "is there").when(attribute("b").is_known())),
        );
    let model = built(&spec);
    let of = |a: f64| lead(&model, [Some(a), Some(1.0), None]);
    for (lead, applies) in [
        (of(60.0).set("title", "Clerk"), true),
        (of(60.0), false),
        (of(60.0).set("title", "Clerk").set("spam", true), false),
        (of(40.0).set("title", "Clerk").set("spam", true), true),
    ] {
        let vector = judged(&model, lead.overrule(manual("b", 7.0, "2026-01-01", None)));
        assert_eq!(vector.score("a").is_some(), applies);
        assert_eq!(vector.composite().is_some(), applies);
        assert_eq!(vector.label("stage").is_some(), applies);
        assert_eq!(vector.manual("b").is_some(), applies);
    }
    let left_out = of(60.0).build().unwrap();
    assert_eq!(
        model.explain(&left_out, now()).to_string(),
        "- abc (unknown)\n  abstains: the model does not apply to the lead"
    );
}

#[test]
fn a_lead_of_another_schema_abstains_everywhere() {
    let spec = points()
        .composite(CompositeSpec::min())
        .label(LabelSpec::new("stage").band("any", 0.0));
    let model = built(&spec);
    let other = schema().kind("more").build().unwrap();
    let lead = Lead::builder(&other, "x")
        .set("a", 3.0)
        .set("spam", true)
        .overrule(manual("points", 7.0, "2026-01-01", None))
        .build()
        .unwrap();
    let vector = model.vector(&lead, now());
    assert!(vector.scores().all(|(_, score)| score.is_none()));
    assert_eq!(vector.composite(), None);
    assert_eq!(vector.label("stage"), None);
    assert_eq!(vector.manual("points"), None);
    assert!(!vector.is_disqualified());
    assert_eq!(model.score_all(&[&lead], now()).vector(0), Some(vector));
    let told = model.explain(&lead, now());
    assert!(told.recomputes());
    assert_eq!(
        told.to_string(),
        "- points (unknown)\n  abstains: the lead is of another schema than the model"
    );
}

#[test]
fn what_is_not_known_yet_is_missing() {
    let spec = points().label(
        LabelSpec::new("stage")
            .band("mql", 50.0)
            .auto(AutoQualifySpec::new("mql", "a chief").when(attribute("title").is_known())),
    );
    let model = built(&spec);
    for (since, known) in [
        ("2026-03-01T12:00:00Z", true),
        ("2026-03-01T12:00:01Z", false),
        ("2020-01-01", true),
        ("2030-01-01", false),
    ] {
        let dated = |fact: &str| {
            lead(&model, [Some(3.0), None, None])
                .set("title", "Chief")
                .known_since(fact, at(since))
        };
        let vector = judged(&model, dated("a"));
        assert_eq!(vector.raw("points"), known.then_some(80.0), "{since}");
        assert_eq!(vector.lifted("stage").is_some(), !known, "{since}");
        let poor = lead(&model, [Some(2.0), None, None])
            .set("title", "Chief")
            .known_since("title", at(since));
        let vector = judged(&model, poor);
        assert_eq!(vector.label("stage").is_some(), known, "{since}");
    }
}

#[test]
fn a_batch_is_its_vectors() {
    let spec = points()
        .dimension(DimensionSpec::external("b", "b"))
        .composite(CompositeSpec::geometric_mean([("points", 0.3), ("b", 0.7)]))
        .label(LabelSpec::new("stage").band("low", 1.0).band("high", 60.0));
    let model = built(&spec);
    // More than one block of rows, and none at all.
    for count in [0_u32, 1, 511, 512, 513, 1_300] {
        let leads: Vec<Lead> = (0..count)
            .map(|i| {
                let numbers = [
                    (i % 7 != 0).then(|| f64::from(i % 6)),
                    (i % 5 != 0).then(|| f64::from(i % 101) / 1.01),
                    None,
                ];
                let lead = lead(&model, numbers).set("spam", i % 11 == 0);
                lead.build().unwrap()
            })
            .collect();
        let matrix = model.score_all(&leads, now());
        assert_eq!(matrix.len(), leads.len());
        assert_eq!(matrix.is_empty(), leads.is_empty());
        let rows: Vec<ScoreVector> = matrix.vectors().collect();
        let alone: Vec<ScoreVector> = leads.iter().map(|l| model.vector(l, now())).collect();
        assert_eq!(rows, alone);
        assert_eq!(matrix.vector(leads.len()), None);
        let mut seen = matrix.ranked(RankBy::Best).unwrap();
        assert_eq!(
            matrix.top(10, RankBy::Best).unwrap()[..],
            seen[..seen.len().min(10)]
        );
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..leads.len()));
    }
}

#[test]
fn a_vector_for_machines() {
    let spec = points()
        .composite(CompositeSpec::max())
        .label(LabelSpec::new("stage").band("mql", 50.0));
    let model = built(&spec);
    let lead = lead(&model, [Some(4.0), None, None]).set("spam", true);
    let vector = judged(
        &model,
        lead.overrule(manual("points", 7.5, "2026-01-01", None)),
    );
    assert_eq!(
        serde_json::to_value(&vector).unwrap(),
        serde_json::json!({
            "dimensions": { "points": {
                "score": 100.0, "raw": 250.0, "unit": "points",
                "manual": {
                    "dimension": "points", "score": 7.5, "reason": "called them",
                    "set_at": "2026-01-01T00:00:00Z",
                },
            } },
            "composite": 100.0,
            "labels": { "stage": "mql" },
            "disqualified": ["marked as spam"],
        })
    );
}
