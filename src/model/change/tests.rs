use super::*;
use crate::lead::{Activity, Lead, SchemaSpec};
use crate::model::{DimensionSpec, Externals, LabelSpec, ModelSpec};
use crate::scorer::{
    ActivitySpec, DecaySpec, GroupSpec, HistorySpec, InactivitySpec, Opaque, RuleSpec, RulesSpec,
    Scorer, from_fn,
};
use proptest::prelude::*;
use std::sync::Arc;

const DAY: i64 = 86_400_000_000;

fn at(text: &str) -> AsOf {
    text.parse().unwrap()
}

fn one_rule(rule: RuleSpec) -> ModelSpec {
    ModelSpec::new("m")
        .schema(SchemaSpec::new().kinds(["good", "bad"]))
        .dimension(DimensionSpec::rules(
            "d",
            RulesSpec::new().group(GroupSpec::sum("g").rule(rule)),
        ))
        .label(LabelSpec::new("stage").band("cold", 0.0).band("warm", 10.0))
}

fn lead(model: &ScoreModel, activities: &[(&str, AsOf)]) -> Lead {
    let mut lead = Lead::builder(model.schema(), "a");
    for (kind, at) in activities {
        let kind = model.schema().kind(kind).unwrap();
        lead = lead.push(Activity::new(kind, at.moment()));
    }
    lead.build().unwrap()
}

/// When the score of the only rule passes a bound, for one activity on 2026-03-01.
fn passes(spec: &ModelSpec, bound: f64) -> Option<String> {
    let model = ScoreModel::build(spec).unwrap();
    let lead = lead(&model, &[("good", at("2026-03-01"))]);
    let (from, until) = (at("2026-03-02"), at("2027-03-02"));
    let what = What::Passes { of: "d", bound };
    let change = model.next_change(&lead, from, until, what).unwrap();
    change.map(|change| change.at.to_string())
}

#[test]
fn every_decay_is_followed_to_its_moment() {
    let rule = |decay| {
        let good = ActivitySpec::of("good");
        RuleSpec::new("r").points(20.0).activity(good.decay(decay))
    };
    let fading = |decay| one_rule(rule(decay));
    let told = [
        // Half of it after 14 days; below it as soon as rounding tells.
        (
            fading(DecaySpec::half_life("14d")),
            10.0,
            Some("2026-03-15T00:00:00.00"),
        ),
        (
            fading(DecaySpec::half_life("14d").grace("2d")),
            10.0,
            Some("2026-03-17T00:00:00.00"),
        ),
        // A floor at the bound is never below it.
        (fading(DecaySpec::half_life("14d").floor(0.5)), 10.0, None),
        (
            fading(DecaySpec::lifespan("20d")),
            10.0,
            Some("2026-03-11T00:00:00.000001Z"),
        ),
        // Steps belong to the older side.
        (
            fading(DecaySpec::lose(0.5, "30d")),
            20.0,
            Some("2026-03-31T00:00:00Z"),
        ),
        (
            fading(DecaySpec::steps([("9d", 0.2)])),
            10.0,
            Some("2026-03-10T00:00:00Z"),
        ),
        (
            fading(DecaySpec::steps([("9d", 0.2)]))
                .history(HistorySpec::new().pause("2026-03-05", "2026-03-08")),
            10.0,
            Some("2026-03-13T00:00:00Z"),
        ),
        // What fades to nothing is never below it.
        (fading(DecaySpec::half_life("1d")), 0.0, None),
        (
            one_rule(
                rule(DecaySpec::half_life("9d")).activity(ActivitySpec::of("good").last("7d")),
            ),
            10.0,
            Some("2026-03-08T00:00:00Z"),
        ),
        (
            one_rule(
                RuleSpec::new("r")
                    .points(6.0)
                    .inactivity(InactivitySpec::every("10d")),
            ),
            12.0,
            Some("2026-03-21T00:00:00Z"),
        ),
    ];
    for (spec, bound, expected) in told {
        let found = passes(&spec, bound);
        let same = match (&found, expected) {
            (Some(found), Some(expected)) => found.starts_with(expected),
            (None, None) => true,
            _ => false,
        };
        assert!(same, "{found:?}, expected {expected:?}: {spec:?}");
    }
}

#[test]
fn a_fading_score_above_a_constant_bound_never_passes_it() {
    let rule = RuleSpec::new("r").points(20.0);
    let mut spec =
        one_rule(rule.activity(ActivitySpec::of("good").decay(DecaySpec::half_life("14d"))));
    let kept = RuleSpec::new("kept")
        .points(40.0)
        .activity(ActivitySpec::of("good"));
    spec.dimensions[0].rules.as_mut().unwrap().groups[0]
        .rules
        .insert(0, kept);
    assert_eq!(passes(&spec, 40.0), None);
    assert!(passes(&spec, 40.0001).is_some());
}

#[test]
fn wrong_questions_are_refused() {
    let model = ScoreModel::build(&one_rule(
        RuleSpec::new("r")
            .points(1.0)
            .activity(ActivitySpec::of("good")),
    ))
    .unwrap();
    let lead = lead(&model, &[]);
    let refused = [
        (
            What::Label("stag"),
            "unknown set of labels `stag`, did you mean `stage`?",
        ),
        (
            What::Passes {
                of: "e",
                bound: 1.0,
            },
            "unknown dimension `e`, did you mean `d`?",
        ),
        (
            What::Passes {
                of: "composite",
                bound: 1.0,
            },
            "the model has no composite",
        ),
        (
            What::Passes {
                of: "d",
                bound: f64::NAN,
            },
            "`bound` must be a finite number, got `NaN`",
        ),
        (
            What::Moves {
                of: "d",
                by: f64::INFINITY,
            },
            "`by` must be a finite number, got `inf`",
        ),
        (
            What::Moves { of: "d", by: 0.0 },
            "`by` must be more than 0, got `0`",
        ),
    ];
    for (what, message) in refused {
        let told = model.next_change(&lead, at("2026-03-01"), at("2026-04-01"), what);
        assert_eq!(told.unwrap_err().to_string(), message);
    }
}

/// Falls by one a day, and jumps once.
struct Falling(Moment, Moment);

impl Scorer for Falling {
    fn score(&self, _: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        #[allow(clippy::cast_precision_loss)]
        let days = as_of.moment().micros_since(self.0) as f64 / DAY as f64;
        let jump = if as_of.moment() >= self.1 { 30.0 } else { 0.0 };
        Score::saturating(50.0 - days + jump)
    }

    fn next_change(
        &self,
        _: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        Ok(Some(self.1).filter(|&jump| from.moment() < jump && jump <= until.moment()))
    }
}

#[test]
fn scorers_of_ones_own_are_followed_or_named() {
    let falling = Falling(at("2026-03-01").moment(), at("2026-03-11").moment());
    let externals = Externals::from([
        ("falling".to_owned(), Arc::new(falling) as Arc<dyn Scorer>),
        ("opaque".to_owned(), Arc::new(from_fn(|_, _| None))),
    ]);
    let inner = ModelSpec::new("inner")
        .dimension(DimensionSpec::external("hidden", "opaque"))
        .composite(crate::CompositeSpec::max());
    let spec = ModelSpec::new("m")
        .dimension(DimensionSpec::external("own", "falling"))
        .dimension(DimensionSpec::external("dark", "opaque"))
        .dimension(DimensionSpec::model("inner", inner));
    let model = ScoreModel::build_with(&spec, &externals).unwrap();
    let lead = Lead::builder(model.schema(), "a").build().unwrap();
    let (from, until) = (at("2026-03-01"), at("2026-05-01"));
    let ask = |what| model.next_change(&lead, from, until, what);
    let when = |bound| {
        ask(What::Passes { of: "own", bound })
            .unwrap()
            .map(|c| c.at.to_string())
    };
    assert_eq!(when(45.0).as_deref(), Some("2026-03-06T00:00:00.000001Z"));
    assert_eq!(when(69.0).as_deref(), Some("2026-03-11T00:00:00Z"));
    assert_eq!(when(71.0), None);
    let told = ask(What::Verdict).unwrap_err();
    assert_eq!(
        told.to_string(),
        "it is not known when these dimensions change: `dark`, `inner/hidden`"
    );
    assert_eq!(
        Scorer::next_change(&model, &lead, from, until),
        Ok(None),
        "a model without a composite never has a score"
    );
}

#[test]
fn leads_of_another_schema_never_change() {
    let spec = one_rule(
        RuleSpec::new("r")
            .points(6.0)
            .inactivity(InactivitySpec::every("10d")),
    );
    let model = ScoreModel::build(&spec).unwrap();
    let other = SchemaSpec::new().kind("good").build().unwrap();
    let lead = Lead::builder(&other, "a").build().unwrap();
    let told = model.next_change(
        &lead,
        at("2026-03-01"),
        at("2027-03-01"),
        What::Label("stage"),
    );
    assert_eq!(told, Ok(None));
    let own = self::lead(&model, &[]);
    let told = model.next_change(&own, at("2026-03-01"), at("2026-03-01"), What::Verdict);
    assert_eq!(told, Ok(None));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// Points that come and go with different half-lives: sums without a direction.
    #[test]
    fn mixed_signs_are_followed_second_by_second(
        good in proptest::collection::vec((0_i64..300, 1.0..60.0), 1..4),
        bad in proptest::collection::vec((0_i64..300, 1.0..60.0), 1..4),
        (fast, slow, share) in (20_i64..200, 100_i64..2_000, -0.2..0.2),
    ) {
        let decay = |seconds: i64| DecaySpec::half_life(format!("{seconds}s"));
        let rule = |kind: &str, sign: f64, seconds| {
            let of = ActivitySpec::of(kind).decay(decay(seconds));
            RuleSpec::new(kind).points_per_value(sign).activity(of)
        };
        let group = GroupSpec::sum("g").rule(rule("good", 1.0, fast)).rule(rule("bad", -1.0, slow));
        let spec = ModelSpec::new("m")
            .schema(SchemaSpec::new().kinds(["good", "bad"]))
            .dimension(DimensionSpec::rules("d", RulesSpec::new().zero(-100.0).group(group)));
        let model = ScoreModel::build(&spec).unwrap();
        let from = at("2026-03-01");
        let mut builder = Lead::builder(model.schema(), "a");
        for (kind, list) in [("good", &good), ("bad", &bad)] {
            for (ago, value) in list {
                let at = from.moment().plus_micros(-ago * 1_000_000);
                builder = builder.push(Activity::new(model.schema().kind(kind).unwrap(), at).value(*value));
            }
        }
        let lead = builder.build().unwrap();
        let score = |second: i64| {
            let at = from.moment().plus_micros(second * 1_000_000);
            model.vector(&lead, at.into()).score("d").unwrap().get()
        };
        let (first, seconds) = (score(0), 1_500);
        let until = from.moment().plus_micros(seconds * 1_000_000).into();
        let bound = first * (1.0 + share);
        let found = model.next_change(&lead, from, until, What::Passes { of: "d", bound }).unwrap();
        let tried = (1..=seconds).find(|&second| (score(second) >= bound) != (first >= bound));
        // Rounded up to the second in which it lies.
        let found = found.map(|change| (change.at.micros_since(from.moment()) + 999_999) / 1_000_000);
        prop_assert_eq!(found, tried);
    }
}
