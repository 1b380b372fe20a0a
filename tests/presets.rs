//! Published numbers: the table of decays through whole rules, and the presets.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking, and published numbers are compared exactly unless a tolerance is stated"
)]

use lead_scoring::preset::{
    AssetAction, EloquaCriterion, eloqua_profile, madkudu, marketo_tokens, pardot_score,
    pardot_score_with,
};
use lead_scoring::{
    ActivityRecord, ActivitySpec, AsOf, DecaySpec, GroupPolicy, GroupSpec, InactivitySpec, Lead,
    LeadBuilder, ModelSpec, Moment, RuleSpec, RulesSpec, SchemaSpec, ScoreModel, Scorer, attribute,
};

/// Microseconds.
const DAY: f64 = 86_400e6;

fn now() -> AsOf {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// The moment that many days ago.
fn ago(days: f64) -> Moment {
    now().moment().plus_micros(-(days * DAY).round() as i64)
}

/// Points of one visit that many days old, under a rule with that decay.
fn faded(points: f64, decay: &DecaySpec, days: f64) -> f64 {
    let schema = SchemaSpec::new().kind("visit").build().unwrap();
    let rule = RuleSpec::new("visit")
        .points(points)
        .activity(ActivitySpec::of("visit").decay(decay.clone()));
    let scorer = RulesSpec::new()
        .group(GroupSpec::sum("all").rule(rule))
        .build(&schema)
        .unwrap();
    let lead = Lead::builder(&schema, "a")
        .activity(ActivityRecord::new("visit", ago(days)))
        .build()
        .unwrap();
    let assessment = scorer.assess(&lead, now());
    let told = scorer.explain(&lead, now());
    assert!(told.recomputes());
    assert_eq!(told.value(), assessment.score.map(f64::from));
    assessment.raw.unwrap()
}

#[test]
fn half_life() {
    let decay = |h: &str| DecaySpec::half_life(h);
    assert_eq!(faded(25.0, &decay("14d"), 14.0), 12.5);
    for (days, expected) in [(0.0, 10.0), (14.0, 5.0), (28.0, 2.5)] {
        assert_eq!(faded(10.0, &decay("14d"), days), expected);
    }
}

/// `HubSpot`, 10 points, 50 % a month: 5 after one month and nothing after two, not 2.5.
#[test]
fn linear_per_interval() {
    let monthly = DecaySpec::lose(0.5, "30d");
    for (days, expected) in [
        (0.0, 10.0),
        (29.999, 10.0),
        (30.0, 5.0),
        (59.999, 5.0),
        (60.0, 0.0),
        (400.0, 0.0),
    ] {
        assert_eq!(faded(10.0, &monthly, days), expected, "{days} days");
    }
    let continuous = monthly.continuous();
    for (days, expected) in [(0.0, 10.0), (15.0, 7.5), (30.0, 5.0), (60.0, 0.0)] {
        assert_eq!(faded(10.0, &continuous, days), expected, "{days} days");
    }
}

/// `MadKudu`, 9 points, 90 days, 3 days old: 8.7.
#[test]
fn lifespan() {
    let decay = DecaySpec::lifespan("90d");
    assert!((faded(9.0, &decay, 3.0) - 8.7).abs() < 1e-12);
    assert_eq!(faded(9.0, &decay, 45.0), 4.5);
    assert_eq!(faded(9.0, &decay, 90.0), 0.0);
    assert_eq!(faded(9.0, &decay, 91.0), 0.0);
}

/// Edges belong to the older side, the share before the first step is 1, and the last share holds.
#[test]
fn steps() {
    let decay = DecaySpec::steps([("7d", 0.5), ("30d", 0.1)]);
    for (days, expected) in [
        (0.0, 10.0),
        (6.999, 10.0),
        (7.0, 5.0),
        (29.999, 5.0),
        (30.0, 1.0),
        (4000.0, 1.0),
    ] {
        assert_eq!(faded(10.0, &decay, days), expected, "{days} days");
    }
}

#[test]
fn grace_and_floor() {
    let decay = DecaySpec::half_life("10d").grace("5d").floor(0.2);
    for (days, expected) in [(5.0, 10.0), (15.0, 5.0), (25.0, 2.5), (4000.0, 2.0)] {
        assert_eq!(faded(10.0, &decay, days), expected, "{days} days");
    }
}

/// No activity for 30 days costs 10 points.
#[test]
fn inactivity() {
    let schema = SchemaSpec::new().kind("visit").build().unwrap();
    let silent = RuleSpec::new("silent")
        .points(-10.0)
        .inactivity(InactivitySpec::every("30d").floor(-25.0));
    let scorer = RulesSpec::new()
        .zero(-100.0)
        .group(GroupSpec::sum("all").rule(silent))
        .build(&schema)
        .unwrap();
    let points = |lead: LeadBuilder<'_>| {
        let lead = lead.build().unwrap();
        let told = scorer.explain(&lead, now());
        assert!(told.recomputes());
        let assessment = scorer.assess(&lead, now());
        assert_eq!(told.value(), assessment.score.map(f64::from));
        assessment.raw
    };
    let lead = || Lead::builder(&schema, "a");
    let visited = |days| lead().activity(ActivityRecord::new("visit", ago(days)));
    for (days, expected) in [
        (0.0, 0.0),
        (29.999, 0.0),
        (30.0, -10.0),
        (59.999, -10.0),
        (60.0, -20.0),
        (90.0, -25.0),
        (4000.0, -25.0),
    ] {
        assert_eq!(points(visited(days)), Some(expected), "{days} days");
        let created = lead().created_at(ago(days));
        assert_eq!(points(created), Some(expected), "created {days} days ago");
    }
    // From the later of the two; neither known costs nothing.
    assert_eq!(points(visited(90.0).created_at(ago(31.0))), Some(-10.0));
    assert_eq!(points(visited(31.0).created_at(ago(90.0))), Some(-10.0));
    assert_eq!(points(lead()), Some(0.0));
}

/// The raw value of a model's only dimension, once score, batch and explanation agree on it.
fn raw(spec: &ModelSpec, fill: impl FnOnce(LeadBuilder<'_>) -> LeadBuilder<'_>) -> Option<f64> {
    let model = ScoreModel::build(spec).unwrap();
    let lead = fill(Lead::builder(model.schema(), "a")).build().unwrap();
    let vector = model.vector(&lead, now());
    let name = model.dimensions()[0].name();
    let told = model.explain(&lead, now());
    assert!(told.recomputes());
    assert_eq!(told.parts()[0].value(), vector.score(name).map(f64::from));
    let batch = model.score_all(std::slice::from_ref(&lead), now());
    assert_eq!(batch.vector(0), Some(vector.clone()));
    let score = vector.score(name).map(f64::from);
    let raw = vector.raw(name);
    assert_eq!(score, raw.map(|raw| raw.clamp(0.0, 100.0)));
    raw
}

/// Builds, and reads back equal from JSON and from TOML.
fn is_usable(spec: &ModelSpec) {
    ScoreModel::build(spec).unwrap();
    let json = serde_json::to_string(spec).unwrap();
    assert_eq!(&serde_json::from_str::<ModelSpec>(&json).unwrap(), spec);
    let toml = toml::to_string(spec).unwrap();
    assert_eq!(&toml::from_str::<ModelSpec>(&toml).unwrap(), spec, "{toml}");
}

fn scorecard() -> ModelSpec {
    let schema = SchemaSpec::new()
        .text("title")
        .text("industry")
        .number("revenue")
        .text("solution");
    eloqua_profile(
        schema,
        [
            EloquaCriterion::new("title", 30.0)
                .row("vp", 100.0, attribute("title").equals("VP Marketing"))
                .row("director", 50.0, attribute("title").starts_with("Director"))
                .row("manager", 25.0, attribute("title").contains("Manager")),
            EloquaCriterion::new("industry", 30.0)
                .row("software", 100.0, attribute("industry").equals("Software"))
                .row(
                    "pharma",
                    100.0,
                    attribute("industry").equals("Pharmaceutical"),
                ),
            EloquaCriterion::new("revenue", 25.0)
                .row("$100M", 20.0, attribute("revenue").at_least(1e8))
                .row("$1B", 100.0, attribute("revenue").at_least(1e9)),
            EloquaCriterion::new("solution", 15.0)
                .row("first", 100.0, attribute("solution").equals("Competitor 1"))
                .row("second", 80.0, attribute("solution").equals("Competitor 2")),
        ],
    )
}

#[test]
fn every_preset_is_usable() {
    for spec in [
        pardot_score(),
        pardot_score_with([AssetAction::new("file_access", "price-list", 0.5)]),
        marketo_tokens(),
        scorecard(),
        eloqua_profile(SchemaSpec::new(), []),
        madkudu([("signed_up", 9.0), ("left", -3.5)]),
        madkudu::<String>([]),
    ] {
        is_usable(&spec);
    }
}

#[test]
fn pardot_defaults() {
    let spec = pardot_score();
    for (kind, points) in [
        ("custom_redirect_click", 3.0),
        ("email_open", 0.0),
        ("file_access", 3.0),
        ("form_submission", 50.0),
        ("landing_page_success", 50.0),
        ("form_error", -5.0),
        ("landing_page_error", -5.0),
        ("chat", 10.0),
        ("opportunity_created", 50.0),
        ("opportunity_lost", -100.0),
        ("opportunity_won", 0.0),
        ("page_view", 1.0),
    ] {
        // A sum without decay: how long ago makes no difference.
        for days in [0.0, 3000.0] {
            let record = || ActivityRecord::new(kind, ago(days));
            let sum = raw(&spec, |lead| lead.activity(record()).activity(record()));
            assert_eq!(sum, Some(2.0 * points), "{kind}");
        }
    }
    assert_eq!(raw(&spec, |lead| lead), Some(0.0));
}

#[test]
fn pardot_asset_adds_to_the_default() {
    let spec = pardot_score_with([
        AssetAction::new("form_submission", "contact-us", 25.0),
        AssetAction::new("file_access", "price-list", 10.0),
    ]);
    let form = |subject: Option<&str>| {
        let record = ActivityRecord::new("form_submission", ago(1.0));
        match subject {
            Some(subject) => record.subject(subject),
            None => record,
        }
    };
    for (subject, expected) in [
        (Some("contact-us"), 75.0),
        (Some("Contact-Us"), 50.0),
        (Some("price-list"), 50.0),
        (None, 50.0),
    ] {
        assert_eq!(
            raw(&spec, |lead| lead.activity(form(subject))),
            Some(expected)
        );
    }
    let wrong = pardot_score_with([
        AssetAction::new("form_sumbission", "contact-us", 25.0),
        AssetAction::new("page_view", "/pricing", 25.0),
        AssetAction::new("page_view", "/pricing", f64::NAN),
    ]);
    assert_eq!(
        ScoreModel::build(&wrong).unwrap_err().to_string(),
        "dimensions[0].rules.groups[1].rules[0].activity.kind: unknown activity kind `form_sumbission`, did you mean `form_submission`?\n\
         dimensions[0].rules.groups[1].rules[2].id: `page_view: /pricing` stands twice\n\
         dimensions[0].rules.groups[1].rules[2].points: must be a number of at most 1e12 in size, got `NaN`",
    );
}

#[test]
fn marketo_defaults() {
    let spec = marketo_tokens();
    for (kind, points) in [
        ("contact_form", 30.0),
        ("content_form", 15.0),
        ("default_form", 10.0),
        ("live_event", 30.0),
        ("webinar", 20.0),
        ("paid_click", 15.0),
        ("click", 2.0),
        ("undesirable_page", -5.0),
    ] {
        let at = |days| ActivityRecord::new(kind, ago(days));
        assert_eq!(raw(&spec, |lead| lead.activity(at(1.0))), Some(points));
        assert_eq!(
            raw(&spec, |lead| lead.activity(at(30.0))),
            Some(points - 10.0)
        );
    }
    assert_eq!(raw(&spec, |lead| lead.created_at(ago(30.0))), Some(-10.0));
    assert_eq!(raw(&spec, |lead| lead), Some(0.0));
}

#[test]
fn eloqua_scorecard() {
    let spec = scorecard();
    // Director 50 x 30 % + Software 100 x 30 % + $100M 20 x 25 % + Competitor 2 80 x 15 %.
    let profile = |title: &str, industry: &str, revenue: f64, solution: &str| {
        raw(&spec, |lead| {
            lead.set("title", title)
                .set("industry", industry)
                .set("revenue", revenue)
                .set("solution", solution)
        })
    };
    assert_eq!(
        profile("Director of Sales", "Software", 1e8, "Competitor 2"),
        Some(62.0)
    );
    // The best row counts, not the first and not the sum; the best profile is 100.
    assert_eq!(
        profile("VP Marketing", "Pharmaceutical", 5e9, "Competitor 1"),
        Some(100.0)
    );
    // A part is known: what is not adds nothing. Nothing is known: it abstains.
    assert_eq!(
        raw(&spec, |lead| lead.set("title", "Sales Manager")),
        Some(7.5)
    );
    assert_eq!(raw(&spec, |lead| lead.set("title", "Clerk")), Some(0.0));
    assert_eq!(raw(&spec, |lead| lead), None);
    let rules = spec.dimensions[0].rules.as_ref().unwrap();
    assert!(
        rules
            .groups
            .iter()
            .all(|group| group.policy == GroupPolicy::Max)
    );
    // Weights need not add up to 100.
    let half = eloqua_profile(
        SchemaSpec::new().text("title"),
        [EloquaCriterion::new("title", 50.0).row("any", 90.0, attribute("title").is_known())],
    );
    assert_eq!(raw(&half, |lead| lead.set("title", "Clerk")), Some(45.0));
}

#[test]
fn madkudu_lifespan() {
    let spec = madkudu([("signed_up", 9.0), ("invited", 12.0)]);
    let visit = |kind: &str, days| ActivityRecord::new(kind, ago(days));
    let one = raw(&spec, |lead| lead.activity(visit("signed_up", 3.0))).unwrap();
    assert!((one - 8.7).abs() < 1e-12);
    let sum = raw(&spec, |lead| {
        lead.activity(visit("signed_up", 3.0))
            .activity(visit("invited", 45.0))
            .activity(visit("invited", 90.0))
            .activity(visit("invited", 400.0))
    });
    assert!((sum.unwrap() - 14.7).abs() < 1e-12);
    assert_eq!(raw(&spec, |lead| lead), Some(0.0));
    let twice = madkudu([("visit", 1.0), ("visit", 2.0)]);
    assert_eq!(
        ScoreModel::build(&twice).unwrap_err().to_string(),
        "schema.kinds[1]: `visit` stands twice\n\
         dimensions[0].rules.groups[0].rules[1].id: `visit` stands twice",
    );
}
