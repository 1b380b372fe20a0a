//! Points learned anew from outcomes.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::too_many_lines)]
#![allow(
    clippy::manual_is_multiple_of,
    reason = "remainders stand side by side"
)]

#[path = "../generators/mod.rs"]
mod generators;
mod nested;

use lead_scoring::{
    ActivityRecord, ActivitySpec, ChangeReason, CompositeSpec, CountRange, DecaySpec,
    DimensionSpec, Externals, GroupSpec, InactivitySpec, Lead, LeadView, ModelSpec, Moment,
    Occurrences, Recalibration, RecalibrationSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel,
    TrainingSet, TrainingSetSpec, WrongSignPolicy, attribute, from_fn,
};
use proptest::prelude::*;
use std::sync::Arc;

fn now() -> Moment {
    "2026-03-01".parse().unwrap()
}

fn flag(id: &str, points: f64) -> RuleSpec {
    RuleSpec::new(id)
        .points(points)
        .when(attribute(id).equals(true))
}

/// A model of one dimension with a rule for each flag.
fn flags(rules: &[(&str, f64)]) -> ModelSpec {
    let schema = rules
        .iter()
        .fold(SchemaSpec::new(), |schema, (id, _)| schema.flag(*id));
    let group = rules
        .iter()
        .fold(GroupSpec::sum("all"), |group, (id, points)| {
            group.rule(flag(id, *points))
        });
    ModelSpec::new("flags")
        .schema(schema)
        .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(group)))
}

fn leads(spec: &ModelSpec, count: usize, of: impl Fn(usize, &str) -> bool) -> Vec<Lead> {
    let schema = spec.schema.build().unwrap();
    let lead = |i: usize| {
        let names = spec.schema.attributes.iter();
        let lead = names.fold(Lead::builder(&schema, i.to_string()), |lead, (name, _)| {
            lead.set(name, of(i, name))
        });
        lead.build().unwrap()
    };
    (0..count).map(lead).collect()
}

fn learned<L: LeadView + Sync>(
    how: &RecalibrationSpec,
    old: &ModelSpec,
    leads: &[L],
    converted: &[bool],
) -> Recalibration {
    let history = TrainingSet::labelled(leads, converted, now()).unwrap();
    let new = how.recalibrate(old, &history).unwrap();
    ScoreModel::build(&new.spec).unwrap();
    new
}

/// Nothing bounds, rounds or shrinks.
fn bare() -> RecalibrationSpec {
    RecalibrationSpec::new().alpha(0.0).step(1e-9).unbounded()
}

/// 60 of 100 with the flag convert, 20 of 100 without: odds are 6 to 1. With 20 points to double, Siddiqi's factor.
#[test]
fn one_rule_is_an_odds_ratio() {
    let old = flags(&[("budget", 10.0)]);
    let leads = leads(&old, 200, |i, _| i < 100);
    let converted: Vec<bool> = (0..200)
        .map(|i| i < 60 || (100..120).contains(&i))
        .collect();
    let new = learned(&bare().points_to_double(20.0), &old, &leads, &converted);
    let change = new.change("fit", "budget").unwrap();
    assert!((change.log_odds.unwrap() - 6.0_f64.ln()).abs() < 1e-6);
    assert!((change.learned.unwrap() - 28.853_900_817_779_27 * 6.0_f64.ln()).abs() < 1e-4);
    assert!((new.intercept.unwrap() - 0.25_f64.ln()).abs() < 1e-6);
    assert_eq!((change.hits, change.converted), (100, 60));
    assert_eq!((new.rows, new.converted, new.converged), (200, 80, true));
    assert_eq!(change.why, ChangeReason::Learned);
}

/// statsmodels 0.14.5, `Logit`, of the same 600 rows.
#[test]
fn several_rules_are_a_logistic_regression() {
    let old = flags(&[("a", 10.0), ("b", -10.0), ("c", 10.0)]);
    let has = |i: usize, name: &str| match name {
        "a" => i % 2 == 0,
        "b" => i % 3 == 0,
        _ => i % 5 < 2,
    };
    let leads = leads(&old, 600, has);
    let threshold = |i: usize| {
        20 + 30 * usize::from(has(i, "a")) - 10 * usize::from(has(i, "b"))
            + 25 * usize::from(has(i, "c"))
    };
    let converted: Vec<bool> = (0..600).map(|i| (i * 7919) % 101 < threshold(i)).collect();
    let new = learned(
        &bare().points_to_double(std::f64::consts::LN_2),
        &old,
        &leads,
        &converted,
    );
    for (rule, coefficient) in [
        ("a", 1.390_405_427_312_978_2),
        ("b", -0.485_367_422_280_369_9),
        ("c", 1.219_562_352_417_869_6),
    ] {
        let change = new.change("fit", rule).unwrap();
        assert!(
            (change.log_odds.unwrap() - coefficient).abs() < 1e-5,
            "{change:?}"
        );
        assert!((change.new.unwrap() - coefficient).abs() < 1e-5);
    }
    // Without a scale of its own sums spread as they did.
    let kept = learned(&bare(), &old, &leads, &converted);
    let model = |spec: &ModelSpec| ScoreModel::build(spec).unwrap();
    let spread = |spec: &ModelSpec| {
        let model = model(spec);
        let points = leads
            .iter()
            .map(|lead| model.vector(lead, now().into()).raw("fit").unwrap());
        let points: Vec<f64> = points.collect();
        let mean = points.iter().sum::<f64>() / 600.0;
        points.iter().map(|p| (p - mean).powi(2)).sum::<f64>()
    };
    assert!((spread(&old) / spread(&kept.spec) - 1.0).abs() < 1e-6);
    let [fit] = kept.quality.as_slice() else {
        panic!("one dimension");
    };
    assert!(fit.after > fit.before && fit.rows == 600);
}

#[test]
fn a_wrong_sign_is_named_and_kept_or_taken_back() {
    let old = flags(&[("good", 20.0), ("student", 20.0), ("silent", -20.0)]);
    let has = |i: usize, name: &str| match name {
        "good" => i % 2 == 0,
        "student" => i % 3 == 0,
        _ => i % 5 == 0,
    };
    let leads = leads(&old, 600, has);
    let converted = |i: usize| {
        (i * 7919) % 101
            < 30 + 40 * usize::from(i % 2 == 0) - 25 * usize::from(i % 3 == 0)
                + 20 * usize::from(i % 5 == 0)
    };
    let converted: Vec<bool> = (0..600).map(converted).collect();
    let points = |new: &Recalibration| -> Vec<f64> {
        new.changes
            .iter()
            .map(|change| change.new.unwrap())
            .collect()
    };
    let keep = learned(&RecalibrationSpec::new(), &old, &leads, &converted);
    assert_eq!(points(&keep)[1..], [20.0, -20.0]);
    let reasons: Vec<ChangeReason> = keep.changes.iter().map(|change| change.why).collect();
    let wrong = |policy| ChangeReason::WrongSign { policy };
    assert_eq!(reasons[1..], [wrong(WrongSignPolicy::Keep); 2]);
    assert!(keep.change("fit", "student").unwrap().log_odds.unwrap() < 0.0);
    assert!(keep.change("fit", "silent").unwrap().log_odds.unwrap() > 0.0);

    let zero = RecalibrationSpec::new().wrong_sign(WrongSignPolicy::Zero);
    let half = learned(&zero, &old, &leads, &converted);
    assert_eq!(points(&half)[1..], [10.0, -10.0]);
    let whole = learned(&zero.unbounded(), &old, &leads, &converted);
    assert_eq!(points(&whole)[1..], [0.0, 0.0]);
    assert_eq!(whole.changes[1].why, wrong(WrongSignPolicy::Zero));
}

#[test]
fn rare_constant_and_other_rules_keep_their_points() {
    let mut old = flags(&[("good", 20.0), ("rare", 7.0), ("always", 5.0), ("off", 9.0)]);
    let rules = old.dimensions[0].rules.as_mut().unwrap();
    rules.groups[0].rules[3].enabled = false;
    let out = RuleSpec::new("out")
        .disqualify("student")
        .when(attribute("rare").equals(true));
    rules.groups[0].rules.push(out);
    let leads = leads(&old, 400, |i, name| match name {
        "good" => i % 2 == 0,
        "rare" => i % 20 == 0,
        _ => true,
    });
    let converted: Vec<bool> = (0..400)
        .map(|i| (i * 7919) % 101 < 20 + 50 * usize::from(i % 2 == 0))
        .collect();
    let new = learned(&RecalibrationSpec::new(), &old, &leads, &converted);
    let told: Vec<(&str, Option<f64>, u64, ChangeReason)> = new
        .changes
        .iter()
        .map(|change| (change.rule.as_str(), change.new, change.hits, change.why))
        .collect();
    assert_eq!(told[0], ("good", Some(20.0), 200, ChangeReason::Learned));
    assert_eq!(
        told[1..],
        [
            ("rare", Some(7.0), 20, ChangeReason::TooFew { least: 30 }),
            ("always", Some(5.0), 400, ChangeReason::Alike),
            ("off", Some(9.0), 0, ChangeReason::Disabled),
            ("out", None, 0, ChangeReason::Disqualifies),
        ]
    );
    assert_eq!(new.spec, old);
    assert_eq!(new.changed().count(), 0);
}

#[test]
fn steps_are_bounded_and_lead_to_the_goal() {
    let old = flags(&[("a", 40.0), ("b", 4.0), ("c", 0.0)]);
    let has = |i: usize, name: &str| match name {
        "a" => i % 2 == 0,
        "b" => i % 3 == 0,
        _ => i % 5 < 2,
    };
    let leads = leads(&old, 3_000, has);
    let converted = |i: usize| {
        (i * 7919) % 1009
            < 100
                + 50 * usize::from(has(i, "a"))
                + 500 * usize::from(has(i, "b"))
                + 200 * usize::from(has(i, "c"))
    };
    let converted: Vec<bool> = (0..3_000).map(converted).collect();
    let double = |how: RecalibrationSpec| how.points_to_double(10.0);
    let goal = learned(
        &double(RecalibrationSpec::new().unbounded()),
        &old,
        &leads,
        &converted,
    );
    let how = double(RecalibrationSpec::new().most_points(3.0));
    let mut spec = old.clone();
    let mut rounds = 0;
    loop {
        let new = learned(&how, &spec, &leads, &converted);
        for (change, goal) in new.changes.iter().zip(&goal.changes) {
            let (old, new, goal) = (change.old.unwrap(), change.new.unwrap(), goal.new.unwrap());
            assert!((new - old).abs() <= 3.0, "{change:?}");
            assert!((goal - new).abs() <= (goal - old).abs(), "{change:?}");
            assert_eq!(new.fract(), 0.0);
            assert!(matches!(
                change.why,
                ChangeReason::Capped | ChangeReason::Learned
            ));
        }
        rounds += 1;
        if new.changed().count() == 0 {
            break;
        }
        spec = new.spec;
    }
    assert!(rounds > 5, "{rounds}");
    assert_eq!(spec, goal.spec);
    assert_eq!(
        goal.changes[0].path,
        "dimensions[0].rules.groups[0].rules[0]"
    );
}

/// Activities, counts, inactivity and bounds: amounts are those of the model's own evaluation, and what belongs to a
/// rule changes in proportion.
#[test]
fn rules_of_every_sort() {
    let visits = ActivitySpec::of("visit").decay(DecaySpec::half_life("14d"));
    let ranges = vec![
        CountRange {
            at_least: Some(3),
            points: 30.0,
            ..CountRange::default()
        },
        CountRange {
            at_least: Some(1),
            points: 10.0,
            ..CountRange::default()
        },
    ];
    let opens = ActivitySpec::of("open").occurrences(Occurrences::Count(ranges));
    let group = GroupSpec::sum("does")
        .rule(
            RuleSpec::new("visits")
                .points(10.0)
                .max(20.0)
                .activity(visits),
        )
        .rule(RuleSpec::new("opens").activity(opens))
        .rule(
            RuleSpec::new("minutes")
                .points_per_value(0.5)
                .activity(ActivitySpec::of("webinar")),
        )
        .rule(
            RuleSpec::new("silent")
                .points(-10.0)
                .inactivity(InactivitySpec::every("30d").floor(-20.0)),
        );
    let title = GroupSpec::highest("title")
        .rule(
            RuleSpec::new("chief")
                .points(40.0)
                .when(attribute("title").contains("chief")),
        )
        .rule(
            RuleSpec::new("officer")
                .points(20.0)
                .when(attribute("title").contains("officer")),
        );
    let old = ModelSpec::new("both")
        .schema(
            SchemaSpec::new()
                .text("title")
                .kinds(["visit", "open", "webinar"]),
        )
        .dimension(DimensionSpec::rules("does", RulesSpec::new().group(group)))
        .dimension(DimensionSpec::rules("is", RulesSpec::new().group(title)))
        .dimension(DimensionSpec::external("own", "own"))
        .composite(CompositeSpec::weighted_mean([("does", 1.0), ("is", 1.0)]));
    let schema = old.schema.build().unwrap();
    let lead = |i: usize| {
        let mut lead = Lead::builder(&schema, i.to_string())
            .created_at("2025-09-01".parse().unwrap())
            .set("title", ["chief officer", "officer", "clerk"][i % 3]);
        for k in 0..i % 4 {
            lead = lead.activity(
                ActivityRecord::new("visit", now().plus_micros(-14 * 86_400_000_000))
                    .id(format!("v{k}")),
            );
        }
        for k in 0..(i / 2) % 5 {
            lead = lead.activity(
                ActivityRecord::new("open", now().plus_micros(-50 * 86_400_000_000))
                    .id(format!("o{k}")),
            );
        }
        if i % 7 < 3 {
            lead = lead.activity(
                ActivityRecord::new("webinar", now().plus_micros(-100 * 86_400_000_000))
                    .value(30.0)
                    .id("w"),
            );
        }
        lead.build().unwrap()
    };
    let leads: Vec<Lead> = (0..840).map(lead).collect();
    let converted = |i: usize| {
        let chance = 60 * (i % 4)
            + 20 * ((i / 2) % 5)
            + 100 * usize::from(i % 7 < 3)
            + 150 * usize::from(i % 3 == 0);
        (i * 7919) % 1009 < chance + 50
    };
    let converted: Vec<bool> = (0..840).map(converted).collect();
    let history = TrainingSet::labelled(&leads, &converted, now()).unwrap();
    let own = from_fn(|_: &dyn LeadView, _| None);
    let mut externals = Externals::new();
    externals.insert("own".to_owned(), Arc::new(own));
    let how = RecalibrationSpec::new()
        .alpha(0.0)
        .unbounded()
        .points_to_double(40.0);
    let new = how.recalibrate_with(&old, &externals, &history).unwrap();
    ScoreModel::build_with(&new.spec, &externals).unwrap();

    let of = |dimension, rule| new.change(dimension, rule).unwrap();
    // 630 of 840 visited, 672 of 840 opened, 360 attended.
    assert_eq!(
        (
            of("does", "visits").hits,
            of("does", "opens").hits,
            of("does", "minutes").hits
        ),
        (630, 672, 360)
    );
    // The best title counts, not both.
    assert_eq!(
        (of("is", "chief").hits, of("is", "officer").hits),
        (280, 280)
    );
    assert_eq!(
        (of("does", "opens").old, of("does", "minutes").old),
        (Some(30.0), Some(0.5))
    );

    let does = new.spec.dimensions[0].rules.as_ref().unwrap();
    let [visits, opens, minutes, silent] = does.groups[0].rules.as_slice() else {
        panic!("four rules");
    };
    let ratio = visits.points.unwrap() / 10.0;
    assert!(ratio > 1.0);
    assert_eq!(visits.max, Some((20.0 * ratio).round()));
    let Occurrences::Count(ranges) = &opens.activity.as_ref().unwrap().occurrences else {
        panic!("a count");
    };
    assert_eq!(Some(ranges[0].points), of("does", "opens").new);
    assert_eq!(ranges[1].points, (ranges[0].points / 3.0).round());
    let per_minute = minutes.points_per_value.unwrap();
    assert!(per_minute > 0.5 && (per_minute * 100.0 - (per_minute * 100.0).round()).abs() < 1e-9);
    assert_eq!(silent.points, of("does", "silent").new);

    // Nothing but points, ranges, bounds and floors of the named rules is new.
    let mut back = new.spec.clone();
    for (dimension, of) in back.dimensions.iter_mut().zip(&old.dimensions) {
        assert_eq!(dimension.name, of.name);
        dimension.rules = of.rules.clone();
    }
    assert_eq!(back, old);
    let names: Vec<&str> = new
        .quality
        .iter()
        .map(|quality| quality.of.as_str())
        .collect();
    assert_eq!(names, ["does", "is", "composite"]);

    // One dimension alone leaves the others as they are.
    let one = how
        .dimension("is")
        .recalibrate_with(&old, &externals, &history)
        .unwrap();
    assert_eq!(one.spec.dimensions[0], old.dimensions[0]);
    assert!(one.changes.iter().all(|change| change.dimension == "is"));
}

#[test]
fn a_history_has_many_moments() {
    let old = flags(&[("a", 10.0)]);
    let leads = leads(&old, 100, |i, _| i % 2 == 0);
    let moments = ["2025-01-01", "2025-02-01", "2025-03-01"].map(|day| day.parse().unwrap());
    let converted: Vec<Option<Moment>> = (0..100)
        .map(|i| (i % 3 == 0 || i % 4 == 0).then(|| "2025-02-15".parse().unwrap()))
        .collect();
    let history = TrainingSetSpec::at(moments)
        .within("30d")
        .rows(&leads, &converted)
        .unwrap();
    let new = RecalibrationSpec::new()
        .recalibrate(&old, &history)
        .unwrap();
    // All in January and February, those that did not convert in March.
    assert_eq!(new.rows, history.rows().len() as u64);
    assert!(new.rows > 200 && new.converted == 50);
}

#[test]
fn changes_are_printed_and_written() {
    let old = flags(&[("budget", 10.0), ("rare", 5.0)]);
    let leads = leads(
        &old,
        200,
        |i, name| if name == "rare" { i == 0 } else { i < 100 },
    );
    let converted: Vec<bool> = (0..200)
        .map(|i| i < 60 || (100..120).contains(&i))
        .collect();
    let how = RecalibrationSpec::new().points_to_double(20.0);
    let new = learned(&how, &old, &leads, &converted);
    let text = new.to_string();
    assert!(
        text.starts_with("1 of 2 rules changed, learned from 200 rows of which 80 converted\n"),
        "{text}"
    );
    assert!(text.contains("\nfit/rare           5         5         -        1    100.0 %  kept: holds for fewer than 30 rows"), "{text}");
    assert!(text.contains("\nfit/budget        10        15 "), "{text}");
    assert!(text.contains("  60.0 %  capped step\n"), "{text}");
    let json = serde_json::to_value(&new).unwrap();
    let spec: ModelSpec = serde_json::from_value(json["spec"].clone()).unwrap();
    assert_eq!(spec, new.spec);
    assert_eq!(json["changes"][0]["why"], "capped");
    assert_eq!(json["changes"][1]["why"]["too_few"]["least"], 30);
    let toml = toml::to_string(&how).unwrap();
    assert_eq!(toml::from_str::<RecalibrationSpec>(&toml).unwrap(), how);
}

#[test]
fn what_cannot_be_learned_is_said() {
    let old = flags(&[("a", 10.0)]);
    let leads = leads(&old, 4, |i, _| i % 2 == 0);
    let said = |how: RecalibrationSpec, old: &ModelSpec, converted: [bool; 4]| {
        let history = TrainingSet::labelled(&leads, &converted, now()).unwrap();
        how.recalibrate(old, &history).unwrap_err().to_string()
    };
    let mixed = [true, false, true, false];
    let how = RecalibrationSpec::new;
    let bad = RecalibrationSpec::new()
        .alpha(-1.0)
        .step(0.0)
        .most_share(f64::NAN)
        .most_points(-1.0)
        .points_to_double(f64::INFINITY);
    assert_eq!(
        said(bad, &old, mixed),
        "alpha: must be 0 or more and at most 1e12, got `-1`\n\
         points_to_double: must be above 0 and at most 1e12, got `inf`\n\
         step: must be above 0 and at most 1e12, got `0`\n\
         most_share: must be above 0 and at most 1e12, got `NaN`\n\
         most_points: must be above 0 and at most 1e12, got `-1`"
    );
    assert_eq!(
        said(how().dimension("fti"), &old, mixed),
        "dimensions[0]: unknown dimension with points rules `fti`, did you mean `fit`?"
    );
    assert_eq!(
        said(how(), &old, [true; 4]),
        "history: needs rows that converted and rows that did not, got `4` of `4`"
    );
    let mut broken = old.clone();
    broken.dimensions[0].rules.as_mut().unwrap().groups[0].rules[0].points = Some(f64::NAN);
    assert_eq!(
        said(how(), &broken, mixed),
        "dimensions[0].rules.groups[0].rules[0].points: must be a number of at most 1e12 in size, got `NaN`"
    );
    let other = ModelSpec::new("other")
        .schema(old.schema.clone())
        .dimension(DimensionSpec::external("own", "own"));
    let history = TrainingSet::labelled(&leads, &mixed, now()).unwrap();
    let mut externals = Externals::new();
    externals.insert(
        "own".to_owned(),
        Arc::new(from_fn(|_: &dyn LeadView, _| None)),
    );
    assert_eq!(
        how()
            .recalibrate_with(&other, &externals, &history)
            .unwrap_err()
            .to_string(),
        "dimensions: the model has no points rules"
    );
    // Leads that tell nothing change nothing.
    let few = how().recalibrate(&old, &history).unwrap();
    assert_eq!((few.spec, few.points_per_log_odds), (old, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Whatever the rules and the history: a model comes out, changed no more than allowed, with no sign turned.
    #[test]
    fn any_model(
        rules in generators::rules(),
        facts in proptest::collection::vec(generators::facts(), 4..24),
        seed in 0_usize..1_000,
        policy in proptest::sample::select(vec![WrongSignPolicy::Keep, WrongSignPolicy::Zero]),
        most in 1.0..20.0_f64,
    ) {
        prop_assume!(rules.groups.iter().any(|group| !group.rules.is_empty()));
        let schema = generators::schema();
        let old = ModelSpec::new("any").schema(schema.spec()).dimension(DimensionSpec::rules("any", rules));
        prop_assume!(ScoreModel::build(&old).is_ok());
        let leads: Vec<Lead> = facts.iter().map(|facts| facts.lead(&schema)).collect();
        let mut converted: Vec<bool> = (0..leads.len()).map(|i| (i * 31 + seed) % 3 == 0).collect();
        converted[0] = true;
        converted[1] = false;
        let history = TrainingSet::labelled(&leads, &converted, generators::noon()).unwrap();
        let how = RecalibrationSpec::new().least_hits(1).most_points(most).wrong_sign(policy);
        let new = match how.recalibrate(&old, &history) {
            Ok(new) => new,
            // Amounts of rules with values as large as 1e12 are beyond what the regression takes.
            Err(error) => {
                prop_assert!(error.to_string().contains("1e15"), "{}", error);
                return Ok(());
            }
        };
        prop_assert!(ScoreModel::build(&new.spec).is_ok());
        for change in &new.changes {
            if let (Some(old), Some(new)) = (change.old, change.new) {
                prop_assert!((new - old).abs() <= most * (1.0 + 1e-9), "{:?}", change);
                prop_assert!(old * new >= 0.0, "{:?}", change);
            }
        }
        let text = serde_json::to_string(&new.spec).unwrap();
        prop_assert_eq!(serde_json::from_str::<ModelSpec>(&text).unwrap(), new.spec);
    }
}
