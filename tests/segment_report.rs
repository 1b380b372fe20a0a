//! Where the scoring is wrong: by segment, criterion and negative rule.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]
#![allow(
    clippy::manual_is_multiple_of,
    reason = "remainders stand side by side"
)]

use lead_scoring::{
    ActivityRecord, ActivitySpec, AsOf, CompositeSpec, ConversionRate, CutBy, DimensionSpec,
    GroupSpec, Grouping, InactivitySpec, InterestSpec, IvStrength, Lead, ModelSpec, Moment,
    Removed, ReportPeriod, RuleSpec, RulesSpec, SchemaSpec, ScoreModel, SegmentJudgement,
    SegmentReport, SegmentReportSpec, SegmentSpec, SegmentsSpec, WoeSpec, attribute,
};
use proptest::prelude::*;

fn now() -> AsOf {
    "2026-03-01".parse().unwrap()
}

fn model() -> ScoreModel {
    let size = GroupSpec::highest("size")
        .rule(
            RuleSpec::new("team")
                .points(60.0)
                .when(attribute("seats").at_least(50)),
        )
        .rule(
            RuleSpec::new("tiny")
                .points(-20.0)
                .when(attribute("seats").less_than(10)),
        )
        .rule(
            RuleSpec::new("solo")
                .points(-30.0)
                .when(attribute("seats").less_than(2)),
        );
    let verdict = GroupSpec::sum("not a lead").rule(
        RuleSpec::new("student")
            .disqualify("student")
            .when(attribute("student").equals(true)),
    );
    let silent = GroupSpec::sum("silent").rule(
        RuleSpec::new("silent")
            .points(-10.0)
            .inactivity(InactivitySpec::every("30d").floor(-20.0)),
    );
    ScoreModel::build(
        &ModelSpec::new("both")
            .schema(
                SchemaSpec::new()
                    .number("seats")
                    .text("industry")
                    .flag("student")
                    .tags("tags")
                    .kinds(["visit"])
                    .product("crm")
                    .product("erp"),
            )
            .dimension(DimensionSpec::rules(
                "fit",
                RulesSpec::new().group(size).group(verdict),
            ))
            .dimension(DimensionSpec::rules(
                "does",
                RulesSpec::new().zero(-20.0).group(silent),
            ))
            .composite(CompositeSpec::weighted_mean([("fit", 3.0), ("does", 1.0)])),
    )
    .unwrap()
}

/// 400 leads: every fourth a small practice in health; each tenth a student; visits from two channels.
fn leads(model: &ScoreModel) -> Vec<Lead> {
    let day = |days: i64| now().moment().plus_micros(-days * 86_400_000_000);
    let lead = |i: u32| {
        let created: Moment = ["2025-11-15", "2025-12-15", "2026-01-15"][i as usize % 3]
            .parse()
            .unwrap();
        let mut lead = Lead::builder(model.schema(), i.to_string())
            .created_at(created)
            .set("seats", if i % 4 == 0 { i % 8 } else { 40 + i % 20 })
            .set("student", i % 10 == 9)
            .set(
                "tags",
                if i % 5 == 0 {
                    vec!["VIP".to_owned(), "eu".to_owned()]
                } else {
                    vec!["eu".to_owned()]
                },
            );
        if i % 50 != 7 {
            lead = lead.set("industry", if i % 4 == 0 { "Health" } else { "retail" });
        }
        if i % 3 > 0 {
            let channel = if i % 3 == 1 { "email" } else { "ads" };
            let visit = |days| ActivityRecord::new("visit", day(days));
            lead = lead
                .activity(visit(40).channel(channel).product("crm").id("a"))
                .activity(
                    visit(5)
                        .channel("search")
                        .product(if i % 2 == 0 { "erp" } else { "crm" })
                        .id("b"),
                )
                .activity(visit(-5).channel("later").product("erp").id("c"));
        }
        lead.build().unwrap()
    };
    (0..400).map(lead).collect()
}

/// Health converts two times out of three, others one of ten; every 25th is not known yet.
fn outcomes() -> Vec<Option<bool>> {
    let converted = |i: u32| (i % 4 == 0 && i % 3 != 0) || i % 10 == 1;
    (0..400)
        .map(|i| (i % 25 != 3).then(|| converted(i)))
        .collect()
}

fn report(spec: &SegmentReportSpec) -> SegmentReport {
    let model = model();
    spec.report(&model, &leads(&model), now(), &outcomes())
        .unwrap()
}

#[test]
fn a_segment_that_scores_low_and_converts_well_is_found() {
    let report = report(&SegmentReportSpec::new().by_attribute("industry"));
    let all = &report.all;
    assert_eq!((report.judged.as_str(), all.leads), ("composite", 400.0));
    let known = outcomes().iter().flatten().count() as f64;
    let converted = outcomes().iter().flatten().filter(|&&c| c).count() as f64;
    assert_eq!(
        all.conversion,
        ConversionRate::wilson(converted, known, 0.95)
    );
    assert_eq!(
        (all.lift, all.judgement),
        (Some(1.0), SegmentJudgement::Fair)
    );
    assert!((all.expected_rate.unwrap() - all.conversion.unwrap().rate).abs() < 1e-12);

    let names: Vec<&str> = report
        .segments
        .iter()
        .map(|row| row.segment.as_str())
        .collect();
    assert_eq!(names, ["health", "retail", "unknown"]);
    let health = report.segment("industry", "health").unwrap();
    let retail = report.segment("industry", "retail").unwrap();
    assert_eq!(health.leads, 100.0);
    assert!(health.mean("fit") < retail.mean("fit"));
    assert!(health.lift > Some(2.0) && retail.lift < Some(0.6));
    assert_eq!(
        report.segment("industry", "unknown").unwrap().judgement,
        SegmentJudgement::TooFew
    );
    // Small practices score as small shops do, and convert better.
    assert_eq!(health.judgement, SegmentJudgement::ScoredTooLow);
    assert_eq!(
        report.misjudged().last().map(|row| row.segment.as_str()),
        Some("health")
    );

    // Judged by activity alone, which tells nothing, both are wrong.
    let report = self::report(
        &SegmentReportSpec::new()
            .by_attribute("industry")
            .judged("does"),
    );
    let wrong: Vec<(&str, SegmentJudgement)> = report
        .misjudged()
        .iter()
        .map(|row| (row.segment.as_str(), row.judgement))
        .collect();
    assert_eq!(
        wrong,
        [
            ("retail", SegmentJudgement::ScoredTooHigh),
            ("health", SegmentJudgement::ScoredTooLow),
        ]
    );
}

#[test]
fn leads_are_cut_by_everything() {
    let spec = SegmentReportSpec::new()
        .by_channel()
        .by_product()
        .by_period(ReportPeriod::Month)
        .by_period(ReportPeriod::Quarter)
        .by_period(ReportPeriod::Year)
        .by_attribute("student")
        .by_attribute("tags");
    let report = report(&spec);
    let rows: Vec<(&str, &str, f64)> = report
        .segments
        .iter()
        .map(|row| (row.by.as_str(), row.segment.as_str(), row.leads))
        .collect();
    assert_eq!(
        rows,
        [
            // The first channel counts, and what lies ahead is not seen.
            ("channel", "ads", 133.0),
            ("channel", "email", 133.0),
            ("channel", "none", 134.0),
            ("product", "crm", 266.0),
            ("product", "erp", 133.0),
            ("product", "none", 134.0),
            ("created", "2025-11", 134.0),
            ("created", "2025-12", 133.0),
            ("created", "2026-01", 133.0),
            ("created", "2025-Q4", 267.0),
            ("created", "2026-Q1", 133.0),
            ("created", "2025", 267.0),
            ("created", "2026", 133.0),
            ("student", "false", 360.0),
            ("student", "true", 40.0),
            ("tags", "eu", 400.0),
            ("tags", "vip", 80.0),
        ]
    );
}

#[test]
fn named_segments_and_stages_are_cuts() {
    let model = model();
    let leads = leads(&model);
    let segments = SegmentsSpec::new()
        .segment(SegmentSpec::new("large", attribute("seats").at_least(50)))
        .segment(SegmentSpec::new(
            "health",
            attribute("industry").equals("health"),
        ))
        .build(&model)
        .unwrap();
    let matrix = model.score_all(&leads, now());
    let by_segment = Grouping::segments(&segments, &leads, &matrix, now());
    let stages = (0..400).map(|i| (i % 2 == 0).then_some("open"));
    let by_stage = Grouping::one_each("stage", stages);
    let report = SegmentReportSpec::new()
        .report_with(
            &model,
            &leads,
            now(),
            &outcomes(),
            &[by_segment, by_stage.clone()],
        )
        .unwrap();
    let summaries = segments.over(&leads, &matrix, now()).unwrap();
    for summary in &summaries {
        let row = report.segment("segment", &summary.segment).unwrap();
        assert_eq!(row.leads, summary.count as f64);
        for (mean, expected) in row.means.iter().zip(&summary.means) {
            assert_eq!(mean.mean.map(f64::round), expected.mean.map(f64::round));
        }
    }
    assert_eq!(report.segment("stage", "open").unwrap().leads, 200.0);
    assert_eq!((by_stage.len(), by_stage.of(1).count()), (400, 0));
}

#[test]
fn criteria_are_covered_and_accurate() {
    let report = report(&SegmentReportSpec::new().criteria(WoeSpec::cuts(vec![9.0, 50.0])));
    let industry = report.criterion("industry").unwrap();
    assert_eq!(industry.known_share, 392.0 / 400.0);
    let values = industry.values.as_ref().unwrap();
    let rows: Vec<&str> = values.rows().iter().map(|row| row.bin.as_str()).collect();
    assert_eq!(rows, ["health", "retail"]);
    assert!(values.of_level(Some("health")) > 1.0);
    let seats = report.criterion("seats").unwrap();
    assert!(seats.information_value().unwrap() > 1.0);
    assert_eq!(
        seats.values.as_ref().unwrap().strength(),
        IvStrength::Suspicious
    );
    assert!(
        report
            .criterion("tags")
            .unwrap()
            .information_value()
            .unwrap()
            < 0.1
    );
    assert_eq!(
        industry.to_string().split(',').next(),
        Some("industry: known of 98.0 %")
    );
}

#[test]
fn negative_rules_tell_what_they_cost() {
    let report = report(&SegmentReportSpec::new());
    let told: Vec<(Removed, f64, Option<f64>)> = report
        .negative_rules
        .iter()
        .map(|rule| (rule.removed.clone(), rule.leads, rule.points))
        .collect();
    let points = |dimension: &str, rule: &str| Removed::Points {
        dimension: dimension.to_owned(),
        rule: rule.to_owned(),
    };
    let students = Removed::Lead {
        reason: "student".to_owned(),
    };
    // Of a group that takes its highest rule `tiny` counts wherever `solo` holds. Who never did anything is silent
    // since it was created: 106 and 76 and 45 days before.
    assert_eq!(
        told,
        [
            (points("does", "silent"), 134.0, Some(-2_680.0)),
            (points("fit", "tiny"), 100.0, Some(-2_000.0)),
            (students, 40.0, None),
        ]
    );
    let tiny = report.negative_rules[1].conversion.unwrap();
    let anyway = |i: u32| i % 4 == 0 && i % 25 != 3 && i % 3 != 0;
    let converted = (0..400).filter(|&i| anyway(i)).count() as f64;
    assert_eq!((tiny.leads, tiny.converted), (96.0, converted));
    assert!(report.negative_rules[1].lift > Some(2.0));
    assert!(report.negative_rules[1].to_string().starts_with(&format!(
        "fit/tiny took 2000 points from 100 leads, {converted} of 96 converted anyway: "
    )));
    assert!(
        report.negative_rules[2]
            .to_string()
            .starts_with("`student` disqualified 40 leads, ")
    );
}

/// Of interest in the top product a rule takes something only where it holds for that product.
#[test]
fn negative_rules_of_nested_models_and_of_interest() {
    let student = RuleSpec::new("student")
        .points(-5.0)
        .when(attribute("student").equals(true));
    let looks = RuleSpec::new("looks")
        .points(10.0)
        .activity(ActivitySpec::of("visit"));
    let complains = RuleSpec::new("complains")
        .points(-4.0)
        .activity(ActivitySpec::of("complaint"));
    let fit = RulesSpec::new().group(GroupSpec::sum("who").rule(student));
    let likes = InterestSpec::top().group(GroupSpec::sum("all").rule(looks).rule(complains));
    let inner = ModelSpec::new("inner")
        .dimension(DimensionSpec::rules("fit", fit))
        .dimension(DimensionSpec::interest("likes", likes))
        .composite(CompositeSpec::weighted_mean([("fit", 1.0)]));
    let schema = SchemaSpec::new()
        .flag("student")
        .kinds(["visit", "complaint"])
        .product("crm")
        .product("erp");
    let model = ScoreModel::build(
        &ModelSpec::new("outer")
            .schema(schema)
            .dimension(DimensionSpec::model("inner", inner)),
    )
    .unwrap();
    let lead = |i: u32| {
        let day = "2026-02-20".parse().unwrap();
        let about = if i % 3 == 0 { "crm" } else { "erp" };
        Lead::builder(model.schema(), i.to_string())
            .set("student", i % 2 == 0)
            .activity(ActivityRecord::new("visit", day).product("crm"))
            .activity(ActivityRecord::new("complaint", day).product(about))
            .build()
            .unwrap()
    };
    let leads: Vec<Lead> = (0..60).map(lead).collect();
    let outcomes: Vec<Option<bool>> = (0..60).map(|i| Some(i % 4 == 0)).collect();
    let report = SegmentReportSpec::new()
        .report(&model, &leads, now(), &outcomes)
        .unwrap();
    let told: Vec<(String, f64)> = report
        .negative_rules
        .iter()
        .map(|rule| (rule.to_string(), rule.leads))
        .map(|(text, leads)| (text.split(" took").next().unwrap().to_owned(), leads))
        .collect();
    assert_eq!(
        told,
        [
            ("inner/fit/student".to_owned(), 30.0),
            ("inner/likes/complains".to_owned(), 20.0),
        ]
    );
}

#[test]
fn it_is_printed_and_written() {
    let spec = SegmentReportSpec::new()
        .by_attribute("industry")
        .by_channel();
    let report = report(&spec);
    let text = report.to_string();
    let first = text.lines().next().unwrap();
    assert_eq!(
        first,
        "Segment              leads  mean composite  converted               expected   lift  scores"
    );
    assert!(text.contains("\nindustry health        100 "), "{text}");
    assert!(
        text.contains("\nindustry: known of 98.0 %, information value "),
        "{text}"
    );
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["segments"][0]["segment"], "health");
    assert_eq!(
        json["negative_rules"][2]["removed"]["lead"]["reason"],
        "student"
    );
    let toml = toml::to_string(&spec).unwrap();
    assert_eq!(toml::from_str::<SegmentReportSpec>(&toml).unwrap(), spec);
    assert_eq!(CutBy::Channel.to_string(), "channel");
}

#[test]
fn without_outcomes_nothing_is_judged() {
    let model = model();
    let leads = leads(&model);
    let spec = SegmentReportSpec::new().by_attribute("industry");
    let report = spec
        .report(&model, &leads, now(), &vec![None; 400])
        .unwrap();
    assert!(
        report
            .segments
            .iter()
            .all(|row| row.judgement == SegmentJudgement::TooFew && row.conversion.is_none())
    );
    assert!(
        report
            .criteria
            .iter()
            .all(|criterion| criterion.values.is_none())
    );
    assert_eq!((report.all.lift, report.misjudged().len()), (None, 0));
}

#[test]
fn what_cannot_be_reported_is_said() {
    let model = model();
    let leads = leads(&model);
    let none: [Lead; 0] = [];
    let said = |spec: SegmentReportSpec,
                leads: &[Lead],
                outcomes: &[Option<bool>],
                groups: &[Grouping]| {
        spec.report_with(&model, leads, now(), outcomes, groups)
            .unwrap_err()
            .to_string()
    };
    let spec = SegmentReportSpec::new;
    let bad = spec()
        .by_attribute("industy")
        .by_attribute("seats")
        .level(1.0)
        .judged("fitt")
        .criteria(WoeSpec::new().adjustment(-1.0));
    assert_eq!(
        said(bad, &leads, &outcomes(), &[]),
        "by[0]: unknown attribute `industy`, did you mean `industry`?\n\
         by[1]: `seats` is of type number: only texts, flags and tags make segments\n\
         level: must be between 0 and 1, got `1`\n\
         judged: unknown dimension `fitt`, did you mean `fit`?\n\
         criteria.adjustment: must be above 0 and at most 1, got `-1`"
    );
    assert_eq!(
        said(spec(), &none, &[], &[]),
        "leads: needs at least one lead"
    );
    assert_eq!(
        said(spec(), &leads, &[None], &[]),
        "outcomes: `1` outcomes do not go with `400` leads"
    );
    let short = Grouping::one_each("stage", [Some("open")]);
    assert_eq!(
        said(spec(), &leads, &outcomes(), &[short]),
        "groupings[0]: `1` leads do not go with `400` leads"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Segments of one cut hold every lead once, and their conversions add up, whatever the outcomes.
    #[test]
    fn cuts_are_partitions(seed in 0_usize..1_000, share in 0_usize..5) {
        let model = model();
        let leads = leads(&model);
        let outcome = |i: usize| ((i * 7 + seed) % 6 != 0).then(|| (i * 13 + seed) % 5 < share);
        let outcomes: Vec<Option<bool>> = (0..400).map(outcome).collect();
        let spec = SegmentReportSpec::new().by_channel().by_attribute("industry").by_period(ReportPeriod::Month);
        let report = spec.report(&model, &leads, now(), &outcomes).unwrap();
        for by in ["channel", "industry", "created"] {
            let rows = || report.segments.iter().filter(|row| row.by == by);
            prop_assert_eq!(rows().map(|row| row.leads).sum::<f64>(), 400.0);
            let known = rows().filter_map(|row| row.conversion);
            let (leads, converted) = known.fold((0.0, 0.0), |sum, rate| (sum.0 + rate.leads, sum.1 + rate.converted));
            let all = report.all.conversion.unwrap();
            prop_assert_eq!((leads, converted), (all.leads, all.converted));
            // What is expected adds up to what happened.
            let expected = rows().filter_map(|row| Some(row.expected_rate? * row.conversion?.leads));
            prop_assert!((expected.sum::<f64>() - all.converted).abs() < 1e-9);
        }
    }
}
