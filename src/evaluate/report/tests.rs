use super::*;
use crate::evaluate::{DriftBaseline, DriftSpec, Evaluation, Grouping, SegmentReportSpec};
use crate::lead::{Lead, LeadView, Moment, SchemaSpec};
use crate::model::{AxisSpec, DimensionSpec, LabelSpec, MatrixSpec, ModelSpec, ScoreModel};
use crate::score::{AsOf, Score};
use crate::scorer::{GroupSpec, RfmCuts, RfmSpec, RuleSpec, RulesSpec, attribute, from_fn};

fn as_of() -> AsOf {
    "2026-03-01".parse().unwrap()
}

fn model() -> ScoreModel {
    let rule = |id: &str, of: &str, points: f64| {
        let rules = [20.0, 40.0, 60.0, 80.0].map(|least| {
            RuleSpec::new(format!("{id}-{least}"))
                .points(points)
                .when(attribute(of).at_least(least))
        });
        rules.into_iter().fold(GroupSpec::sum(id), GroupSpec::rule)
    };
    let no = RuleSpec::new("no")
        .disqualify("spam")
        .when(attribute("industry").equals("spam"));
    let spec = ModelSpec::new("both")
        .schema(
            SchemaSpec::new()
                .number("seats")
                .number("visits")
                .text("industry"),
        )
        .dimension(DimensionSpec::rules(
            "fit",
            RulesSpec::new()
                .group(rule("seats", "seats", 25.0))
                .group(GroupSpec::sum("never").rule(no)),
        ))
        .dimension(DimensionSpec::rules(
            "engagement",
            RulesSpec::new().group(rule("visits", "visits", 25.0)),
        ))
        .dimension(DimensionSpec::rfm(
            "rfm",
            RfmSpec::new()
                .bins(2)
                .cuts(RfmCuts::new([30.0], [2.0], [100.0])),
        ))
        .label(
            LabelSpec::new("size")
                .of("fit")
                .band("small", 0.0)
                .band("large", 50.0),
        )
        .matrix(
            MatrixSpec::new(
                "rating",
                AxisSpec::of("fit").band("A", 50.0).band("B", 0.0),
                AxisSpec::of("engagement").band("1", 50.0).band("2", 0.0),
            )
            .named("A1", "call"),
        );
    ScoreModel::build(&spec).unwrap()
}

/// Ten leads, the first three with purchases; the last but one is disqualified, the last came later.
fn leads(model: &ScoreModel) -> (Vec<Lead>, Vec<Option<Moment>>) {
    let at = |day: &str| -> Moment { day.parse().unwrap() };
    let leads = (0..10_u32).map(|i| {
        let industry = ["retail", "<b>health</b>"][usize::from(i % 2 == 0)];
        let mut lead = Lead::builder(model.schema(), i.to_string())
            .created_at(at(if i == 9 { "2026-04-01" } else { "2025-01-01" }))
            .set("seats", 10 * i)
            .set("visits", 90 - 10 * i)
            .set("industry", if i == 8 { "spam" } else { industry });
        for month in 0..=i {
            if i < 3 {
                let day = format!("2026-0{}-10", month % 2 + 1);
                lead.add_purchase(at(&day), 60.0);
            }
        }
        lead.build().unwrap()
    });
    let converted = (0..10).map(|i| match i {
        0 => Some(at("2026-02-01")),
        4 | 6 | 7 | 8 => Some(at("2026-03-20")),
        5 => Some(at("2026-09-01")),
        _ => None,
    });
    (leads.collect(), converted.collect())
}

fn spec() -> ReportSpec {
    ReportSpec::new("all of it")
        .judged("fit")
        .within("30d")
        .gains_groups(2)
        .histogram_bins(4)
        .band("good", 50.0)
        .heat_map(HeatMapSpec::new("fit", "engagement").cuts([50.0], [50.0]))
        .segments(
            SegmentReportSpec::new()
                .by_attribute("industry")
                .least_leads(2),
        )
}

#[test]
fn a_model_is_reported_on() {
    let model = model();
    let (leads, converted) = leads(&model);
    let report = spec()
        .run_model(&model, &leads, as_of(), &converted, None)
        .unwrap();
    let population = report.population;
    assert_eq!((population.given, population.scored), (10, 7));
    assert_eq!(population.disqualified.leads, 1.0);
    assert_eq!(population.left_out.converted_before, 1.0);
    assert_eq!(population.left_out.not_created, 1.0);

    // Seats of 10 to 70, so fit is 0, 25, 25, 50, 50, 75, 75, of which 40, 60 and 70 converted in time.
    let fit = [0.0, 25.0, 25.0, 50.0, 50.0, 75.0, 75.0];
    let came = [false, false, false, true, false, true, true];
    let evaluation = Evaluation::new(&fit, &came).unwrap();
    assert_eq!(report.metrics, Some(evaluation.metrics()));
    assert_eq!(report.roc, evaluation.roc_curve());
    let bins = report.distribution.as_ref().unwrap().bins.iter();
    let bins: Vec<_> = bins
        .map(|bin| (bin.from, bin.converted, bin.others))
        .collect();
    let expected = [
        (0.0, 0.0, 1.0),
        (25.0, 0.0, 2.0),
        (50.0, 1.0, 1.0),
        (75.0, 2.0, 0.0),
    ];
    assert_eq!(bins, expected);

    let text = report.to_string();
    for part in [
        "all of it: fit as of 2026-03-01T00:00:00Z, converted within 30d\n\
         7 of 10 leads scored; 1 disqualified, of which 1 converted; 1 had converted before; 1 not there yet\n\n\
         7 leads, 42.86 % of them converted\n",
        "\n\nScores by outcome\n      from        to   converted      others\n     0.000    25.000         0.0         1.0\n",
        "\n\nfit                     leads  converted\n\
         none                        3  0.0 % (0.0 to 56.1)\n\
         good                        4  75.0 % (30.1 to 95.4)\n\n",
        "\n\nsize                    leads  converted\n\
         none                        0  -\n\
         small                       3  0.0 % (0.0 to 56.1)\n\
         large                       4  75.0 % (30.1 to 95.4)\n\n",
        "\n\nfit x engagement: rows fit, columns engagement, leads and conversion rate\n\
         \u{20}                  0 to 50        50 to 100\n\
         50 to 100        2 100.0 %        2  50.0 %\n\
         0 to 50          0       -        3   0.0 %\n\n",
        "\n\nrating: rows fit, columns engagement, leads and conversion rate\n",
        "\n\nrfm: rows recency, columns frequency, leads and conversion rate\n",
        "\n\nSegment ",
        "\n\npossible leak, attributes taken as they are now: `seats` (8), `visits` (8), `industry` (8)",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    let rating = report.heat_maps.get(1).unwrap();
    assert_eq!(rating.cell(1, 1).unwrap().name.as_deref(), Some("call"));
    assert_eq!(rating.cell(2, 0), None);
    let rfm = report.rfm.first().unwrap();
    assert_eq!(rfm.outside, 5.0);
    assert_eq!(rfm.cells.iter().map(|cell| cell.leads).sum::<f64>(), 2.0);
    let segments = report.segments.as_ref().unwrap();
    assert_eq!(segments.all.leads, 8.0);
    assert!(segments.segment("industry", "<b>health</b>").is_some());

    let baseline = DriftBaseline::of(&model, &leads, as_of(), None, &DriftSpec::new()).unwrap();
    let drifted = spec()
        .run_model(&model, &leads, as_of(), &converted, Some(&baseline))
        .unwrap();
    assert_eq!(drifted.drift.as_ref().unwrap().baseline_leads, 10);
    let text = serde_json::to_string(&drifted).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), drifted);
}

#[test]
fn any_scorer_is_reported_on() {
    let model = model();
    let (leads, converted) = leads(&model);
    let seats = model.schema().attribute("seats").unwrap();
    let scorer = from_fn(
        move |lead: &dyn LeadView, _: AsOf| match lead.attribute(seats) {
            crate::lead::Value::Number(seats) if seats < 70.0 => Score::saturating(seats),
            _ => None,
        },
    );
    let report = ReportSpec::new("seats")
        .percent()
        .run(&scorer, model.schema(), &leads, as_of(), &converted)
        .unwrap();
    assert_eq!(report.population.scored, 6);
    assert_eq!(report.population.abstained.leads, 2.0);
    assert!(report.metrics.unwrap().brier.is_some());
    assert!(report.brier.is_some() && report.reliability.is_some());
    assert_eq!(report.distribution.unwrap().bins.last().unwrap().to, 100.0);
}

#[test]
fn stored_scores_are_reported_on() {
    let scores = [0.9, 0.6, 0.6, 0.2, 0.1];
    let converted = [true, true, false, false, true];
    let weights = [1.0, 2.0, 1.0, 3.0, 0.0];
    let groups = Grouping::one_each(
        "channel",
        [Some("web"), Some("web"), Some("ads"), None, Some("web")],
    );
    let report = ReportSpec::new("stored")
        .percent()
        .histogram_bins(2)
        .band("half", 0.5)
        .run_scores(&scores, &converted, Some(&weights), &[groups])
        .unwrap();
    assert_eq!(report.population.scored, 4);
    assert_eq!(report.population.weightless, 1);
    assert_eq!(
        report.to_string().lines().nth(1),
        Some("4 of 5 leads scored; 1 of weight 0")
    );
    let bins = report.distribution.as_ref().unwrap().bins.iter();
    let bins: Vec<_> = bins
        .map(|bin| (bin.to, bin.converted, bin.others))
        .collect();
    assert_eq!(bins, [(0.5, 0.0, 3.0), (1.0, 3.0, 1.0)]);
    let half = report.labels.first().unwrap().rows.get(1).unwrap();
    assert_eq!(half.leads, 4.0);
    assert_eq!(half.conversion.map(|rate| rate.converted), Some(3.0));
    let web = report.segments.as_ref().unwrap().segment("channel", "web");
    assert_eq!(web.map(|web| web.leads), Some(3.0));
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);

    // One class, and one score.
    let report = ReportSpec::new("one")
        .run_scores(&[7.0], &[true], None, &[])
        .unwrap();
    assert_eq!((report.gains, report.roc), (None, None));
    assert_eq!(report.distribution.unwrap().bins.len(), 1);
}

#[test]
fn nobody_is_reported_on() {
    let model = model();
    let none: [Lead; 0] = [];
    let report = spec().run_model(&model, &none, as_of(), &[], None).unwrap();
    assert_eq!(
        (report.metrics.as_ref(), report.segments.as_ref()),
        (None, None)
    );
    assert!(
        report
            .to_string()
            .contains("\n0 of 0 leads scored\n\nno lead was scored\n")
    );
}

#[test]
fn a_long_curve_is_thinned() {
    let scores: Vec<f64> = (0..5000).map(f64::from).collect();
    let converted: Vec<bool> = (0..5000).map(|i| i * i % 7 < 3).collect();
    for most in [2, 3, 50, 400] {
        let report = ReportSpec::new("long")
            .roc_points(most)
            .run_scores(&scores, &converted, None, &[])
            .unwrap();
        let roc = report.roc.unwrap();
        assert!(roc.len() <= most && roc.len() * 2 > most, "{}", roc.len());
        let all = Evaluation::new(&scores, &converted)
            .unwrap()
            .roc_curve()
            .unwrap();
        assert!(roc.iter().all(|point| all.contains(point)));
        assert_eq!((roc.first(), roc.last()), (all.first(), all.last()));
    }
}

#[test]
fn a_spec_comes_back() {
    let spec = spec();
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<ReportSpec>(&json).unwrap(), spec);
    let toml = toml::to_string(&spec).unwrap();
    assert_eq!(toml::from_str::<ReportSpec>(&toml).unwrap(), spec);
    assert_eq!(
        serde_json::from_str::<ReportSpec>("{}").unwrap(),
        ReportSpec::default()
    );
}

#[test]
fn what_is_wrong_is_said() {
    let model = model();
    let (leads, converted) = leads(&model);
    let wrong = ReportSpec::new("wrong")
        .judged("fitt")
        .within("0d")
        .gains_groups(0)
        .roc_points(1)
        .reliability_bins(1001)
        .histogram_bins(0)
        .level(1.0)
        .band("a", 5.0)
        .band("a", 7.0)
        .heat_map(HeatMapSpec::new("fit", "composite").cuts([50.0, 40.0], [f64::NAN]))
        .segments(SegmentReportSpec::new().by_attribute("industri").level(0.0));
    let error = wrong
        .run_model(&model, &leads, as_of(), &converted, None)
        .unwrap_err();
    let expected = "\
gains_groups: must be between 1 and 1000, got `0`
roc_points: must be between 2 and 100000, got `1`
reliability_bins: must be between 1 and 1000, got `1001`
histogram_bins: must be between 1 and 1000, got `0`
level: must be between 0 and 1, got `1`
horizon: must be longer than 0, got `0d`
bands[1].label: `a` stands twice
heat_maps[0].row_cuts: must rise and be between 0 and 100
heat_maps[0].column_cuts: must rise and be between 0 and 100
judged: unknown dimension `fitt`, did you mean `fit`?
heat_maps[0].columns: unknown dimension `composite`
segments.by[0]: unknown attribute `industri`, did you mean `industry`?
segments.level: must be between 0 and 1, got `0`";
    assert_eq!(error.to_string(), expected);
    let error = spec()
        .run_model(&model, &leads, as_of(), &[], None)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "outcomes: `0` outcomes do not go with `10` leads"
    );
    let few = Grouping::one_each("by", [Some("a")]);
    for (scores, groupings, expected) in [
        (vec![], vec![], "scores: needs at least one"),
        (
            vec![f64::NAN, 1.0],
            vec![],
            "scores[0]: must be a finite number, got `NaN`",
        ),
        (
            vec![1.0, 2.0],
            vec![few],
            "groupings[0]: `1` leads do not go with `2` leads",
        ),
    ] {
        let converted = vec![true; scores.len()];
        let error = ReportSpec::new("x")
            .run_scores(&scores, &converted, None, &groupings)
            .unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
