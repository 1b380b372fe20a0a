//! Drift of leads, scores and conversion rates against a stored baseline.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(
    clippy::manual_is_multiple_of,
    reason = "remainders stand side by side"
)]

use lead_scoring::{
    AsOf, BandOutcome, Binning, CompositeSpec, DimensionSpec, DriftBaseline, DriftFinding,
    DriftSpec, DriftVerdict, GroupSpec, Lead, ModelSpec, PsiSpec, RuleSpec, RulesSpec, SchemaSpec,
    ScoreModel, attribute,
};

fn spec() -> ModelSpec {
    let rule = |id: &str, points: f64, from: f64| {
        RuleSpec::new(id)
            .points(points)
            .when(attribute("seats").at_least(from))
    };
    let size = GroupSpec::highest("size")
        .rule(rule("small", 20.0, 0.0))
        .rule(rule("team", 50.0, 40.0))
        .rule(rule("firm", 90.0, 80.0));
    let place = GroupSpec::sum("place").rule(
        RuleSpec::new("home")
            .points(60.0)
            .when(attribute("country").equals("de")),
    );
    ModelSpec::new("fit")
        .schema(
            SchemaSpec::new()
                .number("seats")
                .text("country")
                .flag("customer")
                .date("renewal")
                .tags("tags")
                .number("never"),
        )
        .dimension(DimensionSpec::rules("size", RulesSpec::new().group(size)))
        .dimension(DimensionSpec::rules("place", RulesSpec::new().group(place)))
        .composite(CompositeSpec::weighted_mean([
            ("size", 1.0),
            ("place", 1.0),
        ]))
}

fn model() -> ScoreModel {
    ScoreModel::build(&spec()).unwrap()
}

/// Leads with `seats` from `from` on, every n-th without a country.
fn leads(model: &ScoreModel, count: u32, from: u32, unknown: u32) -> Vec<Lead> {
    let lead = |i: u32| {
        let country = ["de", "AT", "De", "ch"][i as usize % 4];
        let mut lead = Lead::builder(model.schema(), format!("l{i}"))
            .set("seats", f64::from(i % 100 + from))
            .set("customer", i % 10 == 0)
            .set("renewal", "2026-02-01")
            .set("tags", ["vip", "eu"]);
        if i % unknown != 0 {
            lead = lead.set("country", country);
        }
        lead.build().unwrap()
    };
    (0..count).map(lead).collect()
}

fn now() -> AsOf {
    "2026-03-01".parse().unwrap()
}

/// Converted where there are many seats, and one of five others.
fn outcomes(count: usize, many: usize) -> Vec<Option<bool>> {
    let converted = |i: usize| (i % 100 >= many && i % 3 != 0) || i % 5 == 0;
    (0..count)
        .map(|i| (i % 7 != 0).then(|| converted(i)))
        .collect()
}

fn baseline(model: &ScoreModel) -> DriftBaseline {
    let leads = leads(model, 2_000, 0, 20);
    let outcomes = outcomes(2_000, 60);
    DriftBaseline::of(model, &leads, now(), Some(&outcomes), &DriftSpec::new()).unwrap()
}

#[test]
fn the_same_population_has_not_drifted() {
    let model = model();
    let baseline = baseline(&model);
    let same = leads(&model, 2_000, 0, 20);
    let outcomes = outcomes(2_000, 60);
    let report = baseline
        .compare(&model, &same, now(), Some(&outcomes))
        .unwrap();
    assert_eq!(report.verdict, DriftVerdict::Ok);
    for feature in report.attributes.iter().chain(&report.scores) {
        assert_eq!(feature.psi.as_ref().map_or(0.0, |psi| psi.value), 0.0);
        assert_eq!((feature.missing.p_value, feature.outside.share), (1.0, 0.0));
    }
    for score in &report.scores {
        let calibration = score.calibration.as_ref().unwrap();
        assert_eq!((calibration.gap, calibration.p_value), (0.0, 1.0));
    }
    // What could not be judged is remarked: constants, and what nobody has.
    let remarks: Vec<String> = report.reasons.iter().map(ToString::to_string).collect();
    assert_eq!(
        remarks,
        [
            "ok renewal: all values were in one bin, the PSI cannot see anything",
            "ok tags: all values were in one bin, the PSI cannot see anything",
            "ok never: all values were in one bin, the PSI cannot see anything",
        ]
    );
}

#[test]
fn every_sort_of_drift_is_found() {
    let model = model();
    let baseline = baseline(&model);
    let found = |leads: &[Lead], outcomes: Option<&[Option<bool>]>| {
        let report = baseline.compare(&model, leads, now(), outcomes).unwrap();
        let bad = report.reasons.into_iter();
        let bad = bad.filter(|reason| reason.verdict > DriftVerdict::Ok);
        (report.verdict, bad.collect::<Vec<_>>())
    };
    // Larger firms: the attribute, what lies outside, and the scores that rest on it.
    let (verdict, reasons) = found(&leads(&model, 2_000, 50, 20), None);
    assert_eq!(verdict, DriftVerdict::Retrain);
    let of = |name: &str| reasons.iter().filter(|reason| reason.of == name).count();
    assert_eq!(
        (of("seats"), of("size"), of("composite"), of("place")),
        (2, 1, 1, 0)
    );
    let outside = |finding: &DriftFinding| matches!(finding, DriftFinding::Outside { share } if *share == 0.5);
    assert!(reasons.iter().any(|reason| outside(&reason.finding)));
    assert!(
        reasons
            .windows(2)
            .all(|two| two[0].verdict >= two[1].verdict)
    );

    // Countries that are missing.
    let (verdict, reasons) = found(&leads(&model, 2_000, 0, 2), None);
    assert_eq!(verdict, DriftVerdict::Retrain);
    let missing = DriftFinding::Missing {
        expected: 0.05,
        actual: 0.5,
    };
    assert!(
        reasons
            .iter()
            .any(|reason| reason.of == "country" && reason.finding == missing)
    );

    // The same leads convert otherwise.
    let same = leads(&model, 2_000, 0, 20);
    let turned = outcomes(2_000, 20);
    let (verdict, reasons) = found(&same, Some(&turned));
    assert_eq!(verdict, DriftVerdict::Retrain);
    assert!(
        reasons
            .iter()
            .all(|reason| matches!(reason.finding, DriftFinding::Calibration { .. }))
    );
    assert!(reasons.iter().any(|reason| reason.of == "size"));
}

#[test]
fn few_leads_prove_little() {
    let model = model();
    let baseline = baseline(&model);
    let few = leads(&model, 8, 0, 20);
    let report = baseline.compare(&model, &few, now(), None).unwrap();
    let psi = report.attribute("seats").unwrap().psi.as_ref().unwrap();
    assert!(psi.value > 0.25 && psi.by_chance > 1.0);
    let reason = report.reasons.iter().find(|reason| reason.of == "seats");
    let (verdict, text) = reason
        .map(|reason| (reason.verdict, reason.to_string()))
        .unwrap();
    let expected = psi.value > psi.by_chance;
    assert_eq!(
        verdict,
        if expected {
            DriftVerdict::Retrain
        } else {
            DriftVerdict::Look
        }
    );
    assert!(
        expected || text.contains("but with so few leads chance alone reaches"),
        "{text}"
    );
}

#[test]
fn a_baseline_is_data() {
    let model = model();
    let baseline = baseline(&model);
    let json = serde_json::to_string(&baseline).unwrap();
    let read: DriftBaseline = serde_json::from_str(&json).unwrap();
    assert_eq!(read, baseline);
    let toml = toml::to_string(&baseline).unwrap();
    assert_eq!(toml::from_str::<DriftBaseline>(&toml).unwrap(), baseline);
    assert_eq!(
        (read.model(), read.leads(), read.as_of()),
        ("fit", 2_000, now())
    );
    let moved = leads(&model, 700, 30, 9);
    let compare = |baseline: &DriftBaseline| baseline.compare(&model, &moved, now(), None).unwrap();
    assert_eq!(compare(&read), compare(&baseline));
    assert!(!json.contains("\"l1\""));
}

#[test]
fn dates_drift_by_their_age() {
    let model = model();
    let lead = |day: u32| {
        let renewal = format!("2026-01-{:02}", day % 28 + 1);
        Lead::builder(model.schema(), format!("l{day}"))
            .set("renewal", renewal.as_str())
            .build()
    };
    let leads: Vec<Lead> = (0..280).map(|day| lead(day).unwrap()).collect();
    let baseline = DriftBaseline::of(&model, &leads, now(), None, &DriftSpec::new()).unwrap();
    let later: AsOf = "2026-04-01".parse().unwrap();
    let report = baseline.compare(&model, &leads, later, None).unwrap();
    assert!(
        report
            .attribute("renewal")
            .unwrap()
            .psi
            .as_ref()
            .unwrap()
            .value
            > 0.25
    );
    let report = baseline.compare(&model, &leads, now(), None).unwrap();
    assert_eq!(
        report
            .attribute("renewal")
            .unwrap()
            .psi
            .as_ref()
            .unwrap()
            .value,
        0.0
    );
}

#[test]
fn reports_are_printed_and_written() {
    let model = model();
    let baseline = baseline(&model);
    let moved = leads(&model, 2_000, 50, 2);
    let report = baseline.compare(&model, &moved, now(), None).unwrap();
    let text = report.to_string();
    assert!(text.starts_with(
        "Drift: retrain (2000 leads as of 2026-03-01T00:00:00Z, against 2000 as of 2026-03-01T00:00:00Z)\n"
    ), "{text}");
    assert!(text.contains("retrain seats: PSI "), "{text}");
    assert!(
        text.contains("  retrain country: missing in 50.0 % instead of 5.0 %\n"),
        "{text}"
    );
    assert!(
        text.contains("  retrain seats: 50.0 % of the known values lie outside those expected\n")
    );
    assert!(
        text.contains("\nrenewal     one bin     one bin      0.0 %      0.0 %      0.0 %\n"),
        "{text}"
    );
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["verdict"], "retrain");
    assert_eq!(json["attributes"][0]["name"], "seats");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let model = model();
    let leads = leads(&model, 10, 0, 20);
    let none: [Lead; 0] = [];
    let spec = DriftSpec::new();
    let of = |leads: &[Lead], outcomes: Option<&[Option<bool>]>, spec: &DriftSpec| {
        DriftBaseline::of(&model, leads, now(), outcomes, spec)
    };
    let said = |result: Result<DriftBaseline, lead_scoring::EvaluateError>| {
        result.unwrap_err().to_string()
    };
    assert_eq!(
        said(of(&none, None, &spec)),
        "leads: needs at least one lead"
    );
    assert_eq!(
        said(of(&leads, Some(&[Some(true)]), &spec)),
        "outcomes: `1` outcomes do not go with `10` leads"
    );
    let bad = DriftSpec::new()
        .psi(PsiSpec::new().binning(Binning::EqualWidth(2_000)))
        .psi_limits(0.25, 0.1)
        .missing_limits(f64::NAN, 0.1)
        .significance(1.0);
    assert_eq!(
        said(of(&leads, None, &bad)),
        "psi.binning: needs 1 to 1000 bins, got `2000`\n\
         psi_limits: must be above 0 and ascend, got `0.25` and `0.1`\n\
         missing_limits: must be above 0 and ascend, got `NaN` and `0.1`\n\
         significance: must be between 0 and 1, got `1`"
    );
    let baseline = of(&leads, None, &spec).unwrap();
    let other = |spec: ModelSpec| {
        let other = ScoreModel::build(&spec).unwrap();
        baseline
            .compare(&other, &leads, now(), None)
            .unwrap_err()
            .to_string()
    };
    let mut fewer = self::spec();
    fewer.schema.attributes[5].0 = "sometimes".to_owned();
    assert_eq!(
        other(fewer),
        "attributes[5]: the model has no attribute `never` of that type"
    );
    let mut renamed = self::spec();
    renamed.dimensions[1].name = "where".to_owned();
    renamed.composite = None;
    assert_eq!(
        other(renamed),
        "scores[1]: the model has no dimension `place`"
    );
    let mut bare = self::spec();
    bare.composite = None;
    assert_eq!(other(bare), "scores[2]: the model has no composite");
}

#[test]
fn a_hostile_file_is_refused() {
    let model = model();
    let good = serde_json::to_value(baseline(&model)).unwrap();
    let said = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut changed = good.clone();
        change(&mut changed);
        serde_json::from_value::<DriftBaseline>(changed)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        said(&|file| file["version"] = 2.into()),
        "version: must be 1, got `2`"
    );
    assert_eq!(
        said(&|file| file["attributes"][0]["counts"] = serde_json::json!([1])),
        "attributes[0]: `1` counts do not go with `10` bins"
    );
    assert_eq!(
        said(&|file| file["attributes"][0]["counts"][3] = (-1).into()),
        "attributes[0]: counts must be 0 or more, got `-1`"
    );
    // Counts of leads without weights may be written as whole numbers.
    let whole = serde_json::to_string(&good).unwrap().replace(".0,", ",");
    assert_eq!(
        serde_json::from_str::<DriftBaseline>(&whole).unwrap(),
        baseline(&model)
    );
    let wrong = BandOutcome {
        leads: 1.0,
        converted: 2.0,
    };
    assert_eq!(
        said(&|file| file["scores"][0]["outcomes"][0] = serde_json::to_value(wrong).unwrap()),
        "scores[0]: `2` of `1` leads cannot have converted"
    );
    assert_eq!(
        said(&|file| file["attributes"][0]["bins"] = serde_json::json!({ "cuts": [2.0, 1.0] })),
        "cuts: cut points must ascend, got `2` before `1`"
    );
}

/// Weights of 0, 1, 2 and 3, and the leads as often as they say.
fn repeated<T: Clone>(all: &[T]) -> (Vec<f64>, Vec<T>) {
    let weight = |i: usize| (i * 7 + i / 5) % 4;
    let weights = (0..all.len()).map(|i| [0.0, 1.0, 2.0, 3.0][weight(i)]);
    let often = all.iter().enumerate();
    let often = often.flat_map(|(i, one)| vec![one.clone(); weight(i)]);
    (weights.collect(), often.collect())
}

#[test]
fn weights_count_leads() {
    let model = model();
    let (spec, then) = (DriftSpec::new(), leads(&model, 400, 0, 20));
    let (weights, often) = repeated(&then);
    let outcomes = outcomes(400, 60);
    let (_, outcomes_often) = repeated(&outcomes);
    let weighted =
        DriftBaseline::weighted(&model, &then, now(), Some(&outcomes), &weights, &spec).unwrap();
    let plain = DriftBaseline::of(&model, &often, now(), Some(&outcomes_often), &spec).unwrap();
    let file = |baseline: &DriftBaseline| {
        let mut file = serde_json::to_value(baseline).unwrap();
        file["leads"] = 0.into();
        file
    };
    assert_eq!(file(&weighted), file(&plain));
    // Leads that count are still counted as leads.
    let counting = weights.iter().filter(|&&weight| weight > 0.0).count() as u64;
    assert_eq!(
        (weighted.leads(), plain.leads()),
        (counting, often.len() as u64)
    );

    let moved = leads(&model, 400, 30, 7);
    let (weights, often) = repeated(&moved);
    let weighted = weighted
        .compare_weighted(&model, &moved, now(), Some(&outcomes), &weights)
        .unwrap();
    let plain = plain
        .compare(&model, &often, now(), Some(&outcomes_often))
        .unwrap();
    assert_eq!(weighted.verdict, DriftVerdict::Retrain);
    assert_eq!(weighted.reasons, plain.reasons);
    assert_eq!(weighted.attributes, plain.attributes);
    assert_eq!(weighted.scores, plain.scores);
    assert_eq!(
        (weighted.leads, plain.leads),
        (counting, often.len() as u64)
    );
    let seats = weighted.attribute("seats").unwrap();
    assert!(seats.outside.above > 0.0);
    assert!(weighted.scores[0].calibration.is_some());

    // Ones change nothing.
    let ones = vec![1.0; 400];
    let of = DriftBaseline::of(&model, &then, now(), Some(&outcomes), &spec).unwrap();
    let as_one = DriftBaseline::weighted(&model, &then, now(), Some(&outcomes), &ones, &spec);
    assert_eq!(of, as_one.unwrap());
    assert_eq!(
        of.compare(&model, &moved, now(), Some(&outcomes)).unwrap(),
        of.compare_weighted(&model, &moved, now(), Some(&outcomes), &ones)
            .unwrap()
    );
}

#[test]
fn bad_weights_are_said() {
    let model = model();
    let (spec, leads) = (DriftSpec::new(), leads(&model, 3, 0, 20));
    let baseline = DriftBaseline::of(&model, &leads, now(), None, &spec).unwrap();
    for (weights, message) in [
        (vec![1.0], "weights: `1` weights do not go with `3` leads"),
        (
            vec![1.0, f64::NAN, 1.0],
            "weights[1]: must be 0 or between 1e-12 and 1e12, got `NaN`",
        ),
        (
            vec![1.0, 1.0, -3.0],
            "weights[2]: must be 0 or between 1e-12 and 1e12, got `-3`",
        ),
        (vec![0.0; 3], "weights: must not all be zero"),
    ] {
        let taken = DriftBaseline::weighted(&model, &leads, now(), None, &weights, &spec);
        assert_eq!(taken.unwrap_err().to_string(), message);
        let compared = baseline.compare_weighted(&model, &leads, now(), None, &weights);
        assert_eq!(compared.unwrap_err().to_string(), message);
    }
}
