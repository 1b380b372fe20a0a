//! Weights of leads in segment and model reports: a lead of weight 2 counts as two such leads, one of weight 0 not at
//! all.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

mod figures;

use figures::{alike, repeated};
use lead_scoring::{
    ActivityRecord, ActivitySpec, AsOf, AxisSpec, CompositeSpec, DimensionSpec, DriftBaseline,
    DriftSpec, GroupSpec, Grouping, HeatMapSpec, LabelSpec, Lead, MatrixSpec, ModelSpec, Moment,
    Report, ReportPeriod, ReportSpec, RfmCuts, RfmSpec, RuleSpec, RulesSpec, SchemaSpec,
    ScoreModel, SegmentReport, SegmentReportSpec, attribute,
};

const COUNT: usize = 160;

fn now() -> AsOf {
    "2026-03-01".parse().unwrap()
}

fn days_ago(days: usize) -> Moment {
    let days = i64::try_from(days).unwrap();
    now().moment().plus_micros(-days * 86_400_000_000)
}

/// Fit by seats and engagement by visits; who is a student is out, who is small or silent loses points.
fn model() -> ScoreModel {
    let seats = [20.0, 40.0, 60.0].map(|least| {
        let when = attribute("seats").at_least(least);
        RuleSpec::new(format!("seats-{least}"))
            .points(25.0)
            .when(when)
    });
    let seats = seats
        .into_iter()
        .fold(GroupSpec::sum("who"), GroupSpec::rule);
    let small = RuleSpec::new("small")
        .points(-15.0)
        .when(attribute("seats").less_than(10.0));
    let student = RuleSpec::new("student")
        .disqualify("student")
        .when(attribute("student").equals(true));
    let visit = RuleSpec::new("visit")
        .points(30.0)
        .activity(ActivitySpec::of("visit"));
    let axis = |of, labels: [&str; 2]| AxisSpec::of(of).band(labels[0], 30.0).band(labels[1], 0.0);
    let spec = ModelSpec::new("both")
        .schema(
            SchemaSpec::new()
                .number("seats")
                .text("industry")
                .flag("student")
                .kind("visit")
                .product("crm")
                .product("erp"),
        )
        .dimension(DimensionSpec::rules(
            "fit",
            RulesSpec::new().group(seats.rule(small).rule(student)),
        ))
        .dimension(DimensionSpec::rules(
            "engagement",
            RulesSpec::new().group(GroupSpec::sum("what").rule(visit)),
        ))
        .dimension(DimensionSpec::rfm(
            "rfm",
            RfmSpec::new()
                .bins(2)
                .cuts(RfmCuts::new([30.0], [2.0], [100.0])),
        ))
        .composite(CompositeSpec::weighted_mean([
            ("fit", 2.0),
            ("engagement", 1.0),
        ]))
        .label(
            LabelSpec::new("size")
                .of("fit")
                .band("mid", 20.0)
                .band("large", 50.0),
        )
        .matrix(MatrixSpec::new(
            "rating",
            axis("fit", ["A", "B"]),
            axis("engagement", ["1", "2"]),
        ));
    ScoreModel::build(&spec).unwrap()
}

/// Some know nothing, some are out, some came later, some had converted before.
fn population(model: &ScoreModel) -> (Vec<Lead>, Vec<Option<Moment>>) {
    let lead = |i: usize| {
        let created = now()
            .moment()
            .plus_micros(86_400_000_000 * (20 - i64::try_from(i * 13 % 260).unwrap()));
        let mut lead = Lead::builder(model.schema(), format!("l{i}")).created_at(created);
        if i % 6 != 1 {
            lead = lead.set("seats", u32::try_from(i * 37 % 90).unwrap());
        }
        if i % 5 != 2 {
            lead = lead.set("industry", ["retail", "mining", "software"][i % 3]);
        }
        lead = lead.set("student", i % 17 == 3);
        for visit in 0..i % 4 {
            let visit = ActivityRecord::new("visit", days_ago(3 + 20 * visit))
                .channel(["email", "ads"][visit % 2])
                .product(["crm", "erp"][(i / 4 + visit) % 2])
                .id(visit.to_string());
            lead = lead.activity(visit);
        }
        for purchase in 0..i % 3 {
            lead.add_purchase(days_ago(5 + 40 * purchase + i % 40), 70.0);
        }
        lead.build().unwrap()
    };
    let ahead = |days: i64| now().moment().plus_micros(days * 86_400_000_000);
    let converted = |i: usize| match (i * 7919) % 101 + i * 37 % 90 / 2 {
        0..=80 => None,
        81..=105 => Some(ahead(20)),
        106..=112 => Some(ahead(200)),
        _ => Some(ahead(-9)),
    };
    (
        (0..COUNT).map(lead).collect(),
        (0..COUNT).map(converted).collect(),
    )
}

fn segments() -> SegmentReportSpec {
    SegmentReportSpec::new()
        .by_attribute("industry")
        .by_channel()
        .by_product()
        .by_period(ReportPeriod::Quarter)
        .least_leads(20)
}

fn spec() -> ReportSpec {
    ReportSpec::new("all of it")
        .within("90d")
        .gains_groups(7)
        .histogram_bins(9)
        .band("some", 20.0)
        .band("most", 50.0)
        .heat_map(HeatMapSpec::new("fit", "composite").cuts([30.0, 60.0], [25.0]))
        .segments(segments())
}

fn often(i: usize) -> usize {
    (i * 11 + i / 7) % 4
}

fn at_most_once(i: usize) -> usize {
    often(i).min(1)
}

fn weights(often: impl Fn(usize) -> usize) -> Vec<f64> {
    (0..COUNT).map(|i| [0.0, 1.0, 2.0, 3.0][often(i)]).collect()
}

/// Which leads are given how often.
struct Given {
    leads: Vec<Lead>,
    converted_at: Vec<Option<Moment>>,
    /// Places among all leads.
    rows: Vec<usize>,
}

impl Given {
    fn new(often: impl Fn(usize) -> usize) -> Self {
        let (leads, converted_at) = population(&model());
        let rows: Vec<usize> = (0..COUNT).collect();
        Self {
            leads: repeated(&leads, &often),
            converted_at: repeated(&converted_at, &often),
            rows: repeated(&rows, &often),
        }
    }

    fn stages(&self) -> Grouping {
        let stages = self.rows.iter().map(|i| match i % 5 {
            0 => vec![],
            1 => vec!["open", "hot"],
            _ => vec!["open"],
        });
        Grouping::several("stage", stages)
    }

    /// Segment reports with all outcomes and with some of them, and with groups that are given.
    fn segments(&self, weights: Option<&[f64]>) -> Vec<SegmentReport> {
        let (model, spec) = (model(), segments());
        let all = self.converted_at.iter().map(|at| Some(at.is_some()));
        let all: Vec<Option<bool>> = all.collect();
        let known = all.iter().zip(&self.rows);
        let known = known.map(|(outcome, i)| outcome.filter(|_| i % 9 != 4));
        let known: Vec<Option<bool>> = known.collect();
        let stages = [self.stages()];
        let found = match weights {
            None => [
                spec.report(&model, &self.leads, now(), &all),
                spec.report_with(&model, &self.leads, now(), &known, &stages),
            ],
            Some(weights) => [
                spec.report_weighted(&model, &self.leads, now(), &all, weights),
                spec.report_with_weighted(&model, &self.leads, now(), &known, &stages, weights),
            ],
        };
        found.into_iter().map(Result::unwrap).collect()
    }

    /// Reports on a model, a scorer and stored scores, as an order and as probabilities.
    fn reports(&self, weights: Option<&[f64]>) -> Vec<Report> {
        let model = model();
        let (leads, converted_at) = (&self.leads, &self.converted_at);
        let (first, _) = population(&model);
        let baseline =
            DriftBaseline::of(&model, &first[..90], now(), None, &DriftSpec::new()).unwrap();
        let baseline = Some(&baseline);
        let own = self::model();
        // Nothing is said of leads in the middle.
        let scorer = lead_scoring::from_fn(move |lead, as_of| {
            let score = own.vector(lead, as_of).score("fit");
            score.filter(|score| score.get() != 50.0)
        });
        let scores: Vec<f64> = self
            .rows
            .iter()
            .map(|i| f64::from(u8::try_from(i % 23).unwrap()) / 30.0)
            .collect();
        let outcomes: Vec<bool> = converted_at.iter().map(Option::is_some).collect();
        let stages = [self.stages()];
        let mut found = Vec::new();
        for spec in [spec(), spec().percent().judged("fit")] {
            found.push(match weights {
                None => spec.run_model(&model, leads, now(), converted_at, baseline),
                Some(weights) => {
                    spec.run_model_weighted(&model, leads, now(), converted_at, baseline, weights)
                }
            });
            let schema = model.schema();
            found.push(match weights {
                None => spec.run(&scorer, schema, leads, now(), converted_at),
                Some(weights) => {
                    spec.run_weighted(&scorer, schema, leads, now(), converted_at, weights)
                }
            });
            found.push(spec.run_scores(&scores, &outcomes, weights, &stages));
        }
        found.into_iter().map(Result::unwrap).collect()
    }
}

/// Without what counts leads as they are given, whatever they weigh.
fn without_rows(mut report: Report) -> Report {
    let population = &mut report.population;
    (population.given, population.scored, population.weightless) = (0, 0, 0);
    if let Some(metrics) = &mut report.metrics {
        metrics.leads = 0;
    }
    if let Some(drift) = &mut report.drift {
        drift.leads = 0;
    }
    report
}

#[test]
fn whole_weights_are_repeated_leads() {
    let (given, many, weights) = (Given::new(|_| 1), Given::new(often), weights(often));
    let weighted = given.segments(Some(&weights));
    for (weighted, plain) in weighted.iter().zip(&many.segments(None)) {
        alike(weighted, plain, &[]);
        // What is counted is the same number, not one near it.
        for (one, other) in weighted.segments.iter().zip(&plain.segments) {
            assert_eq!((one.leads, one.conversion), (other.leads, other.conversion));
            assert_eq!(one.judgement, other.judgement);
        }
        assert_eq!(weighted.negative_rules, plain.negative_rules);
        assert_eq!(weighted.to_string(), plain.to_string());
    }
    // It says something of everything.
    let both = &weighted[1];
    let cuts: Vec<&str> = both.segments.iter().map(|row| row.by.as_str()).collect();
    for cut in ["industry", "channel", "product", "created", "stage"] {
        assert!(cuts.contains(&cut), "{cut}");
    }
    assert_eq!(both.negative_rules.len(), 2);
    assert!(both.criterion("seats").unwrap().information_value() > Some(0.1));

    let weighted = given.reports(Some(&weights));
    for (weighted, plain) in weighted.iter().zip(many.reports(None)) {
        let (weighted, plain) = (without_rows(weighted.clone()), without_rows(plain));
        alike(&weighted, &plain, &[]);
        assert_eq!(weighted.to_string(), plain.to_string());
        assert_eq!(weighted.labels, plain.labels);
        assert_eq!(weighted.heat_maps, plain.heat_maps);
        assert_eq!(weighted.rfm, plain.rfm);
        assert_eq!(weighted.distribution, plain.distribution);
    }
    let of_model = &weighted[0];
    let population = of_model.population;
    let none = weights.iter().filter(|&&weight| weight == 0.0).count();
    assert_eq!((population.given, population.weightless), (COUNT, none));
    assert!(population.disqualified.leads > 0.0 && population.left_out.not_created > 0.0);
    assert!(population.left_out.converted_before > 0.0);
    assert_eq!((of_model.labels.len(), of_model.heat_maps.len()), (2, 2));
    assert!(of_model.rfm[0].outside > 0.0 && of_model.drift.is_some());
    assert!(weighted[3].reliability.is_some() && weighted[5].brier.is_some());
    assert!(weighted[1].population.abstained.leads > 0.0);
}

#[test]
fn weights_of_1_change_nothing() {
    let (given, ones) = (Given::new(|_| 1), [1.0; COUNT]);
    assert_eq!(given.segments(Some(&ones)), given.segments(None));
    assert_eq!(given.reports(Some(&ones)), given.reports(None));
}

#[test]
fn a_weight_of_0_leaves_a_lead_out() {
    let (given, kept) = (Given::new(|_| 1), Given::new(at_most_once));
    let weights = weights(at_most_once);
    assert_eq!(given.segments(Some(&weights)), kept.segments(None));
    let left_out = COUNT - kept.leads.len();
    for (mut weighted, without) in given
        .reports(Some(&weights))
        .into_iter()
        .zip(kept.reports(None))
    {
        assert_eq!(weighted.population.weightless, left_out);
        weighted.population.weightless = 0;
        weighted.population.given -= left_out;
        assert_eq!(weighted, without);
    }
    // A segment of such leads only is none.
    let mut without_mining = vec![1.0; COUNT];
    let industry = |i: &usize| i % 5 != 2 && i % 3 == 1;
    (0..COUNT)
        .filter(industry)
        .for_each(|i| without_mining[i] = 0.0);
    let report = &given.segments(Some(&without_mining))[0];
    assert_eq!(report.segment("industry", "mining"), None);
    assert!(report.segment("industry", "retail").is_some());
}

#[test]
fn only_the_proportion_of_weights_makes_rates() {
    let (given, weights) = (Given::new(|_| 1), weights(often));
    let plain = given.reports(Some(&weights));
    let told = |report: &Report| {
        let labels = report.labels.iter().flat_map(|labels| &labels.rows);
        let labels = labels.flat_map(|row| [row.conversion.map(|rate| rate.rate), row.lift]);
        let maps = report.heat_maps.iter().chain(&report.rfm);
        let cells = maps.flat_map(|map| &map.cells);
        let cells = cells.map(|cell| cell.conversion.map(|rate| rate.rate));
        let segments = report.segments.iter().flat_map(|of| &of.segments);
        let segments = segments.flat_map(|row| {
            let rate = row.conversion.map(|rate| rate.rate);
            let mut of_row = vec![rate, row.lift];
            of_row.extend(row.means.iter().map(|mean| mean.mean));
            of_row
        });
        let criteria = report.segments.iter().flat_map(|of| &of.criteria);
        let criteria = criteria.map(|criterion| Some(criterion.known_share));
        let metrics = report.metrics.as_ref().unwrap();
        let metrics = [metrics.roc_auc, metrics.ks, metrics.brier, metrics.log_loss];
        let all = labels.chain(cells).chain(segments).chain(criteria);
        all.chain(metrics).collect::<Vec<Option<f64>>>()
    };
    for times in [1e-3, 0.3, 1e6] {
        let other: Vec<f64> = weights.iter().map(|weight| times * weight).collect();
        for (one, other) in plain.iter().zip(given.reports(Some(&other))) {
            alike(&told(one), &told(&other), &[]);
        }
    }
    let thirds = given.reports(Some(&[1.0 / 3.0; COUNT]));
    let text = thirds[0].to_string();
    for part in [
        "117 of 160 leads scored; 3 disqualified, of which 1 converted; 6 had converted before; 5.33 not there yet\n",
        "\nindustry mining       10.33 ",
        "\nmid                      8.33  ",
        "\n`student` disqualified 3 leads, 1 of 3 converted anyway: ",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json = serde_json::to_string(&thirds[0]).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), thirds[0]);
}

#[test]
fn bad_weights_are_said() {
    let model = model();
    let (mut leads, mut converted_at) = population(&model);
    leads.truncate(3);
    converted_at.truncate(3);
    let outcomes = [Some(true), Some(false), None];
    let scorer = lead_scoring::from_fn(|_, _| None);
    let (segments, spec) = (SegmentReportSpec::new(), ReportSpec::new("x"));
    for (weights, expected) in figures::bad_weights() {
        let (leads, weights) = (leads.as_slice(), weights.as_slice());
        let reports = [
            spec.run_model_weighted(&model, leads, now(), &converted_at, None, weights),
            spec.run_weighted(
                &scorer,
                model.schema(),
                leads,
                now(),
                &converted_at,
                weights,
            ),
        ];
        for report in reports {
            assert_eq!(report.unwrap_err().to_string(), expected);
        }
        let reports = [
            segments.report_weighted(&model, leads, now(), &outcomes, weights),
            segments.report_with_weighted(&model, leads, now(), &outcomes, &[], weights),
        ];
        for report in reports {
            assert_eq!(report.unwrap_err().to_string(), expected);
        }
        let of_scores = spec.run_scores(&[1.0; 3], &[true; 3], Some(weights), &[]);
        let expected = expected.replace("leads", "scores");
        assert_eq!(of_scores.unwrap_err().to_string(), expected);
    }
}
