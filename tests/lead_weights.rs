//! Weights of leads in training sets: a lead of weight 2 counts as two leads, one of weight 0 not at all.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(
    clippy::manual_is_multiple_of,
    reason = "remainders stand side by side"
)]

use lead_scoring::{
    CrossValidation, DimensionSpec, FeatureSpec, GroupSpec, Lead, LogisticSpec, ModelSpec, Moment,
    PredictiveSpec, PropensitySpec, RecalibrationSpec, RuleSpec, RulesSpec, Schema, SchemaSpec,
    Split, Trained, TrainingMatrix, TrainingSet, TrainingSetSpec, VerdictSpec, attribute,
};

fn schema_spec() -> SchemaSpec {
    SchemaSpec::new()
        .number("seats")
        .text("industry")
        .tags("tags")
        .flag("trial")
}

fn schema() -> Schema {
    schema_spec().build().unwrap()
}

fn day(text: &str) -> Moment {
    text.parse().unwrap()
}

const COUNT: usize = 240;

fn leads() -> Vec<Lead> {
    let schema = schema();
    let lead = |i: usize| {
        let mut lead = Lead::builder(&schema, format!("l{i}"))
            .created_at(day(if i % 9 == 0 {
                "2025-01-15"
            } else {
                "2024-06-01"
            }))
            .set("trial", i % 4 == 0);
        if i % 7 != 0 {
            lead = lead.set("seats", u32::try_from(i * 37 % 90).unwrap());
        }
        if i % 5 != 0 {
            lead = lead.set("industry", ["retail", "mining", "software"][i % 3]);
        }
        let tags: &[&str] = [&["a", "b"][..], &["b"], &[], &["c", "a"]][i % 4];
        lead.set(
            "tags",
            tags.iter().map(ToString::to_string).collect::<Vec<_>>(),
        )
        .build()
        .unwrap()
    };
    (0..COUNT).map(lead).collect()
}

/// When they converted: some in January, some in February, most never.
fn converted_at() -> Vec<Option<Moment>> {
    let at = |i: usize| match (i * 7919) % 101 + 20 * usize::from(i % 3 == 0) {
        0..=70 => None,
        71..=95 => Some(day("2025-01-20")),
        _ => Some(day("2025-02-20")),
    };
    (0..COUNT).map(at).collect()
}

fn often(i: usize) -> usize {
    (i * 11 + i / 7) % 4
}

fn weights() -> Vec<f64> {
    (0..COUNT).map(|i| [0.0, 1.0, 2.0, 3.0][often(i)]).collect()
}

fn repeated<T: Clone>(all: &[T]) -> Vec<T> {
    let all = all.iter().enumerate();
    all.flat_map(|(i, one)| vec![one.clone(); often(i)])
        .collect()
}

/// Two moments: most leads have two rows.
fn set<'l>(leads: &'l [Lead], converted: &[Option<Moment>]) -> TrainingSet<'l, Lead> {
    TrainingSetSpec::at([day("2025-01-01"), day("2025-02-01")])
        .within("28d")
        .rows(leads, converted)
        .unwrap()
}

fn spec() -> PredictiveSpec {
    PredictiveSpec::new()
        .feature(FeatureSpec::attribute("seats"))
        .feature(FeatureSpec::attribute("industry"))
        .feature(FeatureSpec::attribute("tags"))
        .feature(FeatureSpec::attribute("trial"))
}

fn close(one: f64, other: f64, within: f64) {
    assert!((one - other).abs() <= within, "{one} is not {other}");
}

fn alike(one: &Trained, other: &Trained) {
    assert_eq!(one.design.columns, other.design.columns);
    let both = one.fit.coefficients.iter().zip(&other.fit.coefficients);
    both.for_each(|(&one, &other)| close(one, other, 1e-9));
    close(one.fit.fitted_intercept, other.fit.fitted_intercept, 1e-9);
    let columns = |trained: &Trained| {
        let features = trained.design.features.clone().into_iter();
        features
            .flat_map(|feature| feature.columns)
            .collect::<Vec<_>>()
    };
    for (one, other) in columns(one).iter().zip(&columns(other)) {
        close(one.mean, other.mean, 1e-12);
        close(
            one.deviation.unwrap_or_default(),
            other.deviation.unwrap_or_default(),
            1e-12,
        );
    }
}

#[test]
fn whole_weights_are_repeated_leads() {
    let (leads, converted) = (leads(), converted_at());
    let (many, more) = (repeated(&leads), repeated(&converted));
    for logistic in [
        LogisticSpec::new(),
        LogisticSpec::new().base_rate(0.05),
        LogisticSpec::new().balanced(),
    ] {
        let spec = spec().logistic(logistic.clone());
        let weighted = set(&leads, &converted).weights(&weights()).unwrap();
        let weighted = spec.train(&schema(), &weighted).unwrap();
        let plain = spec.train(&schema(), &set(&many, &more)).unwrap();
        assert!(weighted.fit.converged && weighted.fit.weighted);
        alike(&weighted, &plain);
        if logistic.base_rate.is_some() {
            close(weighted.fit.intercept, plain.fit.intercept, 1e-9);
            close(weighted.model.baseline, plain.model.baseline, 1e-9);
        }
    }
    // Without penalty too, where columns do not add up to one.
    let spec = PredictiveSpec::new()
        .feature(FeatureSpec::attribute("seats"))
        .feature(FeatureSpec::attribute("trial"))
        .logistic(LogisticSpec::new().unpenalised());
    let weighted = set(&leads, &converted).weights(&weights()).unwrap();
    let weighted = spec.train(&schema(), &weighted).unwrap();
    alike(
        &weighted,
        &spec.train(&schema(), &set(&many, &more)).unwrap(),
    );
}

/// King and Zeng: back from the weighted share to that of the rows, as with every weighted matrix.
#[test]
fn the_intercept_is_that_of_the_rows() {
    let (leads, converted) = (leads(), converted_at());
    let set = set(&leads, &converted).weights(&weights()).unwrap();
    let trained = spec().train(&schema(), &set).unwrap();
    let design = &trained.design;
    let row_weights = set.row_weights().unwrap();
    assert_eq!(design.weights.as_deref(), Some(row_weights.as_slice()));
    let matrix = TrainingMatrix::new(design.x.view(), &design.converted).weights(&row_weights);
    let fit = LogisticSpec::new().fit_matrix(&matrix).unwrap();
    assert_eq!(trained.fit.coefficients, fit.coefficients);
    assert_eq!(trained.fit.intercept, fit.intercept);
    let (rows, yes) = (
        set.rows().len(),
        set.rows().iter().filter(|row| row.converted).count(),
    );
    assert_eq!((fit.rows, fit.converted), (rows, yes));
    let (t, s) = (fit.base_rate, fit.sampled_rate);
    assert!((s - t).abs() > 1e-3);
    let back = fit.fitted_intercept - (((1.0 - t) / t) * (s / (1.0 - s))).ln();
    close(fit.intercept, back, 1e-12);
    let kept = trained.model.trained.unwrap();
    assert_eq!((kept.rows, kept.converted), (rows as u64, yes as u64));
}

#[test]
fn a_weight_of_0_leaves_a_lead_out() {
    let (leads, converted) = (leads(), converted_at());
    let none: Vec<f64> = (0..COUNT).map(|i| [0.0, 1.0][often(i).min(1)]).collect();
    let kept = |i: &usize| often(*i) > 0;
    let some: Vec<Lead> = (0..COUNT).filter(kept).map(|i| leads[i].clone()).collect();
    let of_some: Vec<_> = (0..COUNT).filter(kept).map(|i| converted[i]).collect();
    let without = set(&some, &of_some);
    let all = set(&leads, &converted);
    let before = all.rows().len();
    let all = all.weights(&none).unwrap();
    assert_eq!(all.left_out().weightless, before - without.rows().len());
    assert!(all.rows().iter().all(|row| row.weight == 1.0));
    let ones = without.weights(&vec![1.0; some.len()]).unwrap();
    let (all, ones) = (
        spec().train(&schema(), &all).unwrap(),
        spec().train(&schema(), &ones).unwrap(),
    );
    assert_eq!(all.design.x, ones.design.x);
    assert_eq!(all.fit, ones.fit);
    assert_eq!(all.model, ones.model);
    // Weights of 1 change nothing.
    let plain = spec().train(&schema(), &set(&some, &of_some)).unwrap();
    assert_eq!(plain.design.x, ones.design.x);
    alike(&plain, &ones);
    close(plain.fit.intercept, ones.fit.intercept, 1e-12);
}

#[test]
fn weights_follow_their_leads() {
    let (leads, converted, weights) = (leads(), converted_at(), weights());
    let weighted = || set(&leads, &converted).weights(&weights).unwrap();
    for by in [
        Split::default(),
        Split::Every(4),
        Split::Random {
            share: 0.3,
            seed: 7,
        },
    ] {
        let split = weighted().split(&by).unwrap();
        for part in [&split.train, &split.test] {
            assert!(
                part.rows()
                    .iter()
                    .all(|row| row.weight == weights[row.lead])
            );
            assert_eq!(part.row_weights().unwrap().len(), part.rows().len());
            assert!(part.left_out().weightless > 0);
        }
    }
    let plain = set(&leads, &converted);
    assert_eq!(plain.row_weights(), None);

    // Cross-validation takes them from the matrix of the set.
    let design = spec().design(&schema(), &weighted()).unwrap();
    let of_design = LogisticSpec::new()
        .cross_validate_matrix(&design.matrix(), &CrossValidation::random(7).folds(4))
        .unwrap();
    let row_weights = weighted().row_weights().unwrap();
    let by_hand = TrainingMatrix::new(design.x.view(), &design.converted)
        .times(&design.moments)
        .names(design.columns.clone())
        .weights(&row_weights);
    let by_hand = LogisticSpec::new()
        .cross_validate_matrix(&by_hand, &CrossValidation::random(7).folds(4))
        .unwrap();
    assert_eq!(of_design.fit, by_hand.fit);

    // The verdict counts rows.
    let heavy: Vec<f64> = weights.iter().map(|weight| 1_000.0 * weight).collect();
    let light = design.verdict(&VerdictSpec::new()).unwrap();
    let heavy = set(&leads, &converted).weights(&heavy).unwrap();
    let rows = heavy.rows().len() as u64;
    let heavy = spec().design(&schema(), &heavy).unwrap();
    assert_eq!(heavy.verdict(&VerdictSpec::new()).unwrap(), light);
    assert_eq!(light.rows, rows);
}

/// A level of few leads is rare, however much they weigh.
#[test]
fn rare_levels_are_of_few_rows() {
    let leads = leads();
    let converted: Vec<bool> = (0..COUNT).map(|i| i % 3 == 0).collect();
    let weights: Vec<f64> = (0..COUNT)
        .map(|i| if i % 3 == 1 { 50.0 } else { 1.0 })
        .collect();
    let set = TrainingSet::labelled(&leads, &converted, day("2025-02-01")).unwrap();
    let set = set.weights(&weights).unwrap();
    let spec = PredictiveSpec::new().feature(FeatureSpec::attribute("industry").min_count(70));
    let design = spec.design(&schema(), &set).unwrap();
    assert_eq!(design.columns, ["industry (other)", "industry (missing)"]);
}

#[test]
fn propensity_takes_weights() {
    let (leads, converted) = (leads(), converted_at());
    let (many, more) = (repeated(&leads), repeated(&converted));
    let features = PredictiveSpec::new()
        .feature(FeatureSpec::attribute("seats"))
        .feature(FeatureSpec::attribute("trial"))
        .logistic(LogisticSpec::new().base_rate(0.1));
    let spec = PropensitySpec::new(features).periods(["30d", "60d"]);
    let (moments, until) = ([day("2025-01-01")], day("2025-04-01"));
    let weighted = spec
        .train_weighted(&schema(), &leads, &converted, &weights(), moments, until)
        .unwrap();
    let plain = spec.train(&schema(), &many, &more, moments, until).unwrap();
    let both = weighted
        .fit
        .coefficients
        .iter()
        .zip(&plain.fit.coefficients);
    both.for_each(|(&one, &other)| close(one, other, 1e-9));
    close(weighted.fit.intercept, plain.fit.intercept, 1e-9);
    assert!(weighted.observed[0].rows < plain.observed[0].rows);
    let bad = spec.train_weighted(&schema(), &leads, &converted, &[1.0], moments, until);
    assert_eq!(
        bad.unwrap_err().to_string(),
        "weights: one for each lead: expected 240, got 1"
    );
}

#[test]
fn recalibration_takes_weights() {
    let flag = |id: &str, points: f64, name: &str| {
        let when = attribute(name).equals(true);
        RuleSpec::new(id).points(points).when(when)
    };
    let group = GroupSpec::sum("all")
        .rule(flag("trial", 10.0, "trial"))
        .rule(
            RuleSpec::new("large")
                .points(5.0)
                .when(attribute("seats").at_least(40.0)),
        );
    let old = ModelSpec::new("old")
        .schema(schema_spec())
        .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(group)));
    let (leads, at) = (leads(), day("2025-02-01"));
    let chance = |i: usize| {
        20 + 30 * usize::from(i % 4 == 0) + 20 * usize::from(i % 7 != 0 && i * 37 % 90 >= 40)
    };
    let converted: Vec<bool> = (0..COUNT).map(|i| (i * 7919) % 101 < chance(i)).collect();
    let (many, more) = (repeated(&leads), repeated(&converted));
    let how = RecalibrationSpec::new()
        .least_hits(1)
        .step(1e-9)
        .unbounded();
    let set = TrainingSet::labelled(&leads, &converted, at).unwrap();
    let weighted = how
        .recalibrate(&old, &set.weights(&weights()).unwrap())
        .unwrap();
    let plain = TrainingSet::labelled(&many, &more, at).unwrap();
    let plain = how.recalibrate(&old, &plain).unwrap();
    for (one, other) in weighted.changes.iter().zip(&plain.changes) {
        close(one.log_odds.unwrap(), other.log_odds.unwrap(), 1e-9);
        assert!(one.hits < other.hits);
    }
    close(
        weighted.points_per_log_odds.unwrap(),
        plain.points_per_log_odds.unwrap(),
        1e-6,
    );
    close(weighted.quality[0].before, plain.quality[0].before, 1e-12);
    let counting = (0..COUNT).filter(|&i| often(i) > 0).count() as u64;
    assert_eq!(weighted.rows, counting);
}

#[test]
fn bad_weights_are_said() {
    let leads = &leads()[..3];
    let set = || TrainingSet::labelled(leads, &[true, false, true], day("2025-02-01")).unwrap();
    for (weights, message) in [
        (vec![1.0], "weights: one for each lead: expected 3, got 1"),
        (
            vec![1.0; 4],
            "weights: one for each lead: expected 3, got 4",
        ),
        (
            vec![1.0, -1.0, 1.0],
            "weights[1]: must be at least 0 and at most 1e12, was -1",
        ),
        (
            vec![1.0, 1.0, f64::NAN],
            "weights[2]: must be at least 0 and at most 1e12, was NaN",
        ),
        (
            vec![f64::INFINITY, 1.0, 1.0],
            "weights[0]: must be at least 0 and at most 1e12, was inf",
        ),
        (
            vec![1.0, 2e12, 1.0],
            "weights[1]: must be at least 0 and at most 1e12, was 2000000000000",
        ),
        (vec![0.0, -0.0, 0.0], "weights: all are 0"),
    ] {
        assert_eq!(set().weights(&weights).unwrap_err().to_string(), message);
    }
    let one = set().weights(&[1.0, 0.0, 2.0]).unwrap();
    let error = spec().train(&schema(), &one).unwrap_err();
    assert_eq!(
        error.to_string(),
        "converted: all 2 rows are converted: a fit needs rows of both outcomes"
    );
}
