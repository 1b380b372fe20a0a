//! Predictive models: features by hand, scores by the formula, dimensions that read others.
#![cfg(feature = "train")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use lead_scoring::{
    Activity, ActivityRecord, ActivitySpec, AnswerValue, AsOf, CompositeSpec, DecaySpec,
    DesignMatrix, DimensionSpec, FeatureSpec, GroupSpec, Lead, LeadBuilder, LogisticSpec, Measure,
    MissingValue, ModelSpec, Moment, PredictiveModel, PredictiveScorer, PredictiveSpec, Role,
    RuleSpec, RulesSpec, Schema, SchemaSpec, Score, ScoreModel, Scorer, TrainingSet, Unit, Unseen,
    What, attribute,
};

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

fn as_of() -> AsOf {
    moment("2026-03-11").into()
}

fn schema_spec() -> SchemaSpec {
    SchemaSpec::new()
        .number("seats")
        .text("industry")
        .flag("student")
        .date("renewal")
        .tags("tags")
        .kinds(["visit", "demo"])
        .questions(["budget", "authority", "timeframe"])
}

fn schema() -> Schema {
    schema_spec().build().unwrap()
}

fn lead(schema: &Schema, fill: impl FnOnce(LeadBuilder<'_>) -> LeadBuilder<'_>) -> Lead {
    fill(Lead::builder(schema, "a1")).build().unwrap()
}

fn texts(schema: &Schema, all: &[&str]) -> Vec<Lead> {
    let of = |text: &&str| lead(schema, |lead| lead.set("industry", *text));
    all.iter().map(of).collect()
}

fn numbers(schema: &Schema, all: &[Option<i32>]) -> Vec<Lead> {
    let of = |seats: &Option<i32>| {
        lead(schema, |lead| match seats {
            Some(seats) => lead.set("seats", *seats),
            None => lead,
        })
    };
    all.iter().map(of).collect()
}

/// The columns that leads teach a feature, unstandardised.
fn learned(schema: &Schema, feature: FeatureSpec, leads: &[Lead]) -> DesignMatrix {
    let spec = PredictiveSpec::new().feature(feature).unstandardised();
    design(schema, &spec, leads)
}

fn design(schema: &Schema, spec: &PredictiveSpec, leads: &[Lead]) -> DesignMatrix {
    let converted = vec![false; leads.len()];
    let set = TrainingSet::labelled(leads, &converted, as_of().moment()).unwrap();
    spec.design(schema, &set).unwrap()
}

/// A model of those columns with coefficients 1, 2, 3, ... and baseline 0.
fn counted(design: &DesignMatrix) -> PredictiveModel {
    let columns = design.columns.iter().enumerate();
    let coefficients: Vec<_> = columns
        .map(|(i, column)| serde_json::json!({ "column": column, "value": i + 1 }))
        .collect();
    serde_json::from_value(serde_json::json!({
        "version": 1,
        "features": design.features,
        "coefficients": coefficients,
        "baseline": 0.0,
        "base_rate": 0.5,
    }))
    .unwrap()
}

fn scorer(schema: &Schema, design: &DesignMatrix) -> PredictiveScorer {
    counted(design).build(schema).unwrap()
}

fn row(scorer: &PredictiveScorer, lead: &Lead) -> Vec<f64> {
    let mut row = vec![f64::NAN; scorer.encoder().width()];
    assert!(scorer.encoder().encode(lead, as_of(), &mut row));
    row
}

fn matrix(design: &DesignMatrix) -> Vec<Vec<f64>> {
    design
        .x
        .rows()
        .into_iter()
        .map(|row| row.to_vec())
        .collect()
}

#[test]
fn a_number_has_its_value_and_a_column_for_missing() {
    let schema = schema();
    let leads = numbers(&schema, &[Some(2), Some(4), None, Some(6)]);
    let learned = learned(&schema, FeatureSpec::attribute("seats"), &leads);
    assert_eq!(learned.columns, ["seats", "seats (missing)"]);
    assert_eq!(
        matrix(&learned),
        [[2.0, 0.0], [4.0, 0.0], [4.0, 1.0], [6.0, 0.0]]
    );

    // The deviation is that of the population: sqrt((4 + 0 + 0 + 4) / 4).
    let spec = PredictiveSpec::new().feature(FeatureSpec::attribute("seats"));
    let standard = design(&schema, &spec, &leads);
    let one = 2.0 / 2_f64.sqrt();
    assert_eq!(
        matrix(&standard),
        [[-one, 0.0], [0.0, 0.0], [0.0, 1.0], [one, 0.0]]
    );
}

#[test]
fn a_missing_number_is_what_the_feature_says() {
    let schema = schema();
    let leads = numbers(&schema, &[Some(2), None, Some(6)]);
    let seats = || FeatureSpec::attribute("seats");
    let x = |missing| matrix(&learned(&schema, seats().missing(missing), &leads));
    assert_eq!(x(MissingValue::Mean), [[2.0], [4.0], [6.0]]);
    assert_eq!(x(MissingValue::Value(-1.0)), [[2.0], [-1.0], [6.0]]);

    // Never missed in training: a lead that misses it stands at the mean.
    let whole = learned(&schema, seats(), &numbers(&schema, &[Some(2), Some(6)]));
    assert_eq!(whole.columns, ["seats"]);
    let scorer = scorer(&schema, &whole);
    let nobody = lead(&schema, |lead| lead);
    assert_eq!(row(&scorer, &nobody), [4.0]);
    assert_eq!(scorer.score(&nobody, as_of()), None);
}

#[test]
fn numbers_count_by_logarithm_or_in_bins() {
    let schema = schema();
    let leads = numbers(&schema, &[Some(0), Some(9), Some(-9), Some(10), Some(99)]);
    let log = learned(&schema, FeatureSpec::attribute("seats").log1p(), &leads);
    let ten = 10_f64.ln();
    let given: Vec<f64> = matrix(&log).concat();
    for (given, expected) in given.iter().zip([0.0, ten, -ten, 11_f64.ln(), 2.0 * ten]) {
        assert!((given - expected).abs() < 1e-15);
    }

    let bins = learned(
        &schema,
        FeatureSpec::attribute("seats").bins([0.0, 10.0, 50.0]),
        &leads,
    );
    assert_eq!(
        bins.columns,
        ["seats<0", "0<=seats<10", "10<=seats<50", "seats>=50"]
    );
    assert_eq!(
        matrix(&bins),
        [
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ]
    );
}

#[test]
fn levels_stand_in_the_order_of_their_bytes() {
    let schema = schema();
    let leads = texts(&schema, &["b", "ä", "B", "", "b"]);
    let all = learned(&schema, FeatureSpec::attribute("industry"), &leads);
    assert_eq!(
        all.columns,
        [
            "industry=B",
            "industry=b",
            "industry=ä",
            "industry (missing)"
        ]
    );
    assert_eq!(matrix(&all)[3], [0.0, 0.0, 0.0, 1.0]);

    let spec = PredictiveSpec::new()
        .feature(FeatureSpec::attribute("industry"))
        .drop_first();
    let dropped = design(&schema, &spec, &leads);
    assert_eq!(dropped.columns, all.columns[1..]);
    assert_eq!(matrix(&dropped)[2], [0.0, 0.0, 0.0]);
    // The level that was dropped was met: it is no unseen one.
    let scorer = scorer(&schema, &dropped);
    assert_eq!(row(&scorer, &leads[2]), [0.0, 0.0, 0.0]);
}

#[test]
fn rare_levels_are_pooled_and_unseen_ones_join_them() {
    let schema = schema();
    let leads = texts(&schema, &["a", "a", "b", "c", "a", ""]);
    let industry = || FeatureSpec::attribute("industry");
    let learn = |feature| learned(&schema, feature, &leads);
    let at = |feature, text: &str| {
        let lead = texts(&schema, &[text]).remove(0);
        row(&scorer(&schema, &learn(feature)), &lead)
    };
    let pooled = learn(industry().min_count(2));
    let names = ["industry=a", "industry (other)", "industry (missing)"];
    assert_eq!(pooled.columns, names);
    assert_eq!(matrix(&pooled)[2], [0.0, 1.0, 0.0]);
    assert_eq!(at(industry().min_count(2), "b"), [0.0, 1.0, 0.0]);
    assert_eq!(at(industry().min_count(2), "new"), [0.0, 1.0, 0.0]);

    let share = |n: f64| n / 6.0;
    let average = [share(3.0), share(1.0), share(1.0), share(1.0)];
    assert_eq!(at(industry(), "new"), average);
    assert_eq!(at(industry().unseen(Unseen::Average), "new"), average);
    let missing = industry().unseen(Unseen::Missing);
    assert_eq!(at(missing, "new"), [0.0, 0.0, 0.0, 1.0]);

    let level = industry().missing(MissingValue::Level("b".to_owned()));
    assert_eq!(
        learn(level.clone().min_count(2)).columns,
        names[..1]
            .iter()
            .copied()
            .chain(["industry=b", "industry (other)"])
            .collect::<Vec<_>>()
    );
    assert_eq!(at(level, ""), [0.0, 1.0, 0.0]);
    let mean = industry().missing(MissingValue::Mean);
    assert_eq!(at(mean, ""), [0.6, 0.2, 0.2]);
}

#[test]
fn flags_dates_and_tags() {
    let schema = schema();
    let leads = [
        lead(&schema, |lead| {
            lead.set("student", true)
                .set("renewal", moment("2026-03-10T12:00:00Z"))
                .set("tags", ["vip", "eu"])
        }),
        lead(&schema, |lead| {
            lead.set("student", false)
                .set("renewal", moment("2026-03-13"))
                .set("tags", ["eu", "eu", "rare"])
        }),
        lead(&schema, |lead| lead.set("tags", Vec::new())),
        lead(&schema, |lead| lead.set("seats", 1)),
    ];
    let x = |feature| {
        let learned = learned(&schema, feature, &leads);
        (learned.columns.clone(), matrix(&learned))
    };
    let (names, rows) = x(FeatureSpec::attribute("student"));
    assert_eq!(names, ["student", "student (missing)"]);
    assert_eq!(rows[..3], [[1.0, 0.0], [0.0, 0.0], [0.5, 1.0]]);

    let (_, rows) = x(FeatureSpec::attribute("renewal").missing(MissingValue::Value(7.0)));
    assert_eq!(rows.concat(), [0.5, -2.0, 7.0, 7.0]);

    let (names, rows) = x(FeatureSpec::attribute("tags").min_count(2));
    assert_eq!(names, ["tags=eu", "tags (other)", "tags (missing)"]);
    assert_eq!(
        rows,
        [
            [1.0, 1.0, 0.0],
            [1.0, 1.0, 0.0],
            [0.0, 0.0, 0.0],
            [0.0, 0.0, 1.0]
        ]
    );
}

#[test]
fn activities_purchases_and_answers() {
    let schema = schema();
    let visit = |day: &str, value: f64| ActivityRecord {
        value: Some(value),
        ..ActivityRecord::new("visit", moment(day))
    };
    let busy = lead(&schema, |lead| {
        lead.activity(visit("2026-03-11", 3.0))
            .activity(visit("2026-02-25", 4.0))
            .activity(visit("2026-03-12", 100.0))
            .purchase(moment("2026-03-01"), 50.0)
            .purchase(moment("2026-02-01"), 30.0)
            .purchase(moment("2026-03-05"), -20.0)
            .purchase(moment("2026-03-12"), 1000.0)
            .answer("budget", 5000.0)
            .answer("authority", "user")
            .answer("timeframe", AnswerValue::by(moment("2026-03-21")))
    });
    let quiet = lead(&schema, |lead| lead.answer("authority", true));
    let leads = [busy, quiet];
    let visits = || FeatureSpec::activity("visits", ActivitySpec::of("visit"));
    let faded = || {
        let spec = ActivitySpec::of("visit").decay(DecaySpec::half_life("14d"));
        FeatureSpec::activity("visits", spec)
    };
    let recent = FeatureSpec::activity("recent", ActivitySpec::of("visit").last("7d"));
    let spent = || FeatureSpec::purchases("spent");
    let missing = MissingValue::Value(-1.0);
    for (feature, [busy, quiet]) in [
        (visits(), [2.0, 0.0]),
        (faded(), [1.5, 0.0]),
        (visits().measure(Measure::Sum), [7.0, 0.0]),
        (faded().measure(Measure::Sum), [5.0, 0.0]),
        (recent, [1.0, 0.0]),
        (visits().measure(Measure::DaysSinceLast), [0.0, -1.0]),
        (spent(), [2.0, 0.0]),
        (spent().measure(Measure::Sum), [60.0, 0.0]),
        (spent().measure(Measure::Mean), [30.0, -1.0]),
        (spent().measure(Measure::DaysSinceLast), [10.0, -1.0]),
        (spent().last("30d").measure(Measure::Sum), [30.0, 0.0]),
        (
            FeatureSpec::answer("budget").measure(Measure::Amount),
            [5000.0, -1.0],
        ),
        (
            FeatureSpec::answer("timeframe").measure(Measure::DaysUntil),
            [10.0, -1.0],
        ),
    ] {
        let learned = learned(&schema, feature.missing(missing.clone()), &leads);
        assert_eq!(matrix(&learned), [[busy], [quiet]], "{:?}", learned.columns);
    }
    let authority = learned(&schema, FeatureSpec::answer("authority"), &leads);
    assert_eq!(authority.columns, ["authority=user", "authority=yes"]);
}

#[test]
fn what_was_not_known_yet_is_missing() {
    let schema = schema();
    let later = moment("2026-03-12");
    let known = lead(&schema, |lead| lead.set("seats", 7).set("industry", "a"));
    let dated = lead(&schema, |lead| {
        lead.set("seats", 7)
            .set("industry", "a")
            .known_since("seats", later)
    });
    let learned = learned(
        &schema,
        FeatureSpec::attribute("seats").missing(MissingValue::Value(0.0)),
        &[known, dated],
    );
    assert_eq!(matrix(&learned).concat(), [7.0, 0.0]);
    let scorer = scorer(&schema, &learned);
    let dated = lead(&schema, |lead| {
        lead.set("seats", 7).known_since("seats", later)
    });
    assert_eq!(scorer.probability(&dated, as_of()), None);
    assert!(scorer.probability(&dated, later.into()).is_some());
}

/// The score by the formula, and the reasons in order.
#[test]
fn the_explanation_adds_up_in_log_odds() {
    let schema = schema();
    let mut leads = texts(&schema, &["a", "a", "b", "b"]);
    leads.push(lead(&schema, |lead| {
        lead.set("industry", "b").set("seats", 3)
    }));
    let spec = PredictiveSpec::new()
        .feature(FeatureSpec::attribute("industry"))
        .feature(FeatureSpec::attribute("seats").missing(MissingValue::Value(1.0)));
    let scorer = scorer(&schema, &design(&schema, &spec, &leads));
    // 1 x (0 - 0.4) + 2 x (1 - 0.6), and 3 x (3 - 1.4) / 0.8.
    let z = -0.4 + 0.8 + 6.0;
    let lead = &leads[4];
    assert!((scorer.log_odds(lead, as_of()).unwrap() - z).abs() < 1e-12);
    let p = 1.0 / (1.0 + (-z).exp());
    let assessed = scorer.assess(lead, as_of());
    assert!((assessed.raw.unwrap() - p).abs() < 1e-15);
    assert!((assessed.score.unwrap().get() - 100.0 * p).abs() < 1e-12);
    assert_eq!(scorer.unit(), Unit::Probability);

    let why = scorer.explain(lead, as_of());
    assert!(why.recomputes());
    assert_eq!(why.value(), assessed.score.map(Score::get));
    let up = why.top_up(5);
    assert_eq!((up[0].rule, up[1].rule), ("seats", "industry"));
    assert_eq!(up[0].unit, Unit::LogOdds);
    let down = scorer.explain(&leads[0], as_of());
    let down: Vec<_> = down.top_down(5).iter().map(|reason| reason.rule).collect();
    assert_eq!(down, ["seats", "industry"]);
    assert_eq!(
        why.to_string(),
        "99.83 chance to convert (0 is 0, 1 is 100)\n  \
           1 probability (logistic)\n    \
             6.4 log-odds (sum)\n      \
               0 average lead\n      \
               0.4 industry (sum)\n        \
                 -0.4 industry=a (1.0000 x (0 - 0.4000))\n        \
                 0.8 industry=b (2.0000 x (1 - 0.6000))\n      \
               6 seats (sum)\n        \
                 6 seats (3.0000 x (3 - 1.4000) / 0.8000)"
    );
}

fn trained() -> (Schema, Vec<Lead>, PredictiveSpec, Vec<bool>) {
    let schema = schema();
    let leads: Vec<Lead> = (0..80)
        .map(|i| {
            lead(&schema, |lead| {
                let lead = lead.set("industry", ["a", "b", "c"][i % 3]);
                if i % 7 == 0 {
                    lead
                } else {
                    lead.set("seats", f64::from(u8::try_from(i * 37 % 50).unwrap()))
                }
            })
        })
        .collect();
    let converted = (0..80).map(|i| i * 37 % 50 > 30 || i % 11 == 0).collect();
    let spec = PredictiveSpec::new()
        .feature(FeatureSpec::attribute("industry"))
        .feature(FeatureSpec::attribute("seats"));
    (schema, leads, spec, converted)
}

#[test]
fn the_average_lead_is_the_baseline() {
    let (schema, leads, spec, converted) = trained();
    let set = TrainingSet::labelled(&leads, &converted, as_of().moment()).unwrap();
    let trained = spec.train(&schema, &set).unwrap();
    assert!(trained.fit.converged);
    let facts = trained.model.trained.clone().unwrap();
    let conversions = converted.iter().filter(|&&yes| yes).count();
    assert_eq!((facts.rows, facts.converted), (80, conversions as u64));

    let scorer = trained.model.build(&schema).unwrap();
    let mean = |j| trained.design.x.column(j).mean().unwrap();
    let means: Vec<f64> = (0..scorer.encoder().width()).map(mean).collect();
    let average = scorer.probabilities_of_rows(&means, means.len()).unwrap();
    let baseline = 1.0 / (1.0 + (-scorer.baseline()).exp());
    assert!((average[0] - baseline).abs() < 1e-12);

    // One by one, by the matrix, and by the fit itself.
    let matrix = scorer.encoder().matrix(&set).unwrap();
    let by_fit = trained.fit.probabilities(matrix.view()).unwrap();
    let by_matrix = scorer.probabilities(&matrix.view()).unwrap();
    let turned = matrix.t().to_owned();
    assert_eq!(scorer.probabilities(&turned.t()).unwrap(), by_matrix);
    for ((lead, by_fit), by_matrix) in leads.iter().zip(by_fit).zip(by_matrix) {
        let p = scorer.probability(lead, as_of()).unwrap();
        assert!((p - by_fit).abs() < 1e-12 && (p - by_matrix).abs() < 1e-12);
    }
    let narrow = scorer.probabilities_of_rows(&[0.0; 3], 3).unwrap_err();
    assert_eq!(narrow.to_string(), "the model has 5 columns, got rows of 3");
    let cut = scorer.probabilities_of_rows(&[0.0; 7], 5).unwrap_err();
    assert_eq!(cut.to_string(), "the model has 5 columns, got rows of 2");
}

fn fit_rules() -> RulesSpec {
    RulesSpec::new().group(
        GroupSpec::sum("size")
            .rule(
                RuleSpec::new("team")
                    .points(60.0)
                    .when(attribute("seats").at_least(20)),
            )
            .rule(
                RuleSpec::new("small")
                    .points(10.0)
                    .when(attribute("seats").less_than(20)),
            )
            .rule(
                RuleSpec::new("student")
                    .disqualify("student")
                    .when(attribute("student").equals(true)),
            ),
    )
}

/// A predictive model of one number, read off a dimension.
fn reading(dimension: &str) -> PredictiveModel {
    serde_json::from_value(serde_json::json!({
        "version": 1,
        "features": [{
            "feature": { "name": dimension, "dimension": dimension },
            "columns": [{ "of": "value", "mean": 35.0 }],
        }],
        "coefficients": [{ "column": dimension, "value": 0.04 }],
        "baseline": -1.0,
        "base_rate": 0.3,
    }))
    .unwrap()
}

/// The later dimensions are read by the earlier ones.
fn chain() -> ModelSpec {
    ModelSpec::new("chain")
        .schema(schema_spec())
        .dimension(DimensionSpec::predictive("second", reading("first")))
        .dimension(DimensionSpec::predictive("first", reading("fit")))
        .dimension(DimensionSpec::rules("fit", fit_rules()))
        .composite(CompositeSpec::max())
}

#[test]
fn dimensions_read_others_wherever_they_stand() {
    let model = ScoreModel::build(&chain()).unwrap();
    let schema = model.schema();
    let logistic = |z: f64| 1.0 / (1.0 + (-z).exp());
    let big = lead(schema, |lead| lead.set("seats", 25));
    let vector = model.vector(&big, as_of());
    let score = |name: &str| vector.score(name).unwrap().get();
    let first = 100.0 * logistic(-1.0 + 0.04 * (60.0 - 35.0));
    assert_eq!(score("fit"), 60.0);
    assert!((score("first") - first).abs() < 1e-12);
    let second = 100.0 * logistic(-1.0 + 0.04 * (first - 35.0));
    assert!((score("second") - second).abs() < 1e-12);

    let why = model.explain(&big, as_of());
    assert!(why.recomputes());
    let dimensions = why
        .parts()
        .iter()
        .filter(|part| *part.kind() == Role::Dimension);
    let told: Vec<_> = dimensions
        .map(|part| (part.label(), part.value()))
        .collect();
    let given: Vec<_> = vector
        .scores()
        .map(|(d, s)| (d.name(), s.map(Score::get)))
        .collect();
    assert_eq!(told, given);

    // Nothing known: the rules abstain, and so does what reads them.
    let nobody = lead(schema, |lead| lead);
    assert!(
        model
            .vector(&nobody, as_of())
            .scores()
            .all(|(_, score)| score.is_none())
    );

    // A verdict changes no probability.
    let student = lead(schema, |lead| lead.set("seats", 25).set("student", true));
    let judged = model.vector(&student, as_of());
    assert_eq!(judged.disqualified().collect::<Vec<_>>(), ["student"]);
    assert_eq!(judged.score("second"), vector.score("second"));

    let leads = [big, nobody, student];
    let rows = model.score_all(&leads, as_of());
    for (i, lead) in leads.iter().enumerate() {
        assert_eq!(rows.vector(i), Some(model.vector(lead, as_of())));
    }
}

#[test]
fn a_model_is_learned_on_the_scores_of_another() {
    let (_, leads, spec, converted) = trained();
    let rules = ModelSpec::new("rules")
        .schema(schema_spec())
        .dimension(DimensionSpec::rules("fit", fit_rules()));
    let set = TrainingSet::labelled(&leads, &converted, as_of().moment()).unwrap();
    let spec = spec.feature(FeatureSpec::dimension("fit"));
    let inner = ScoreModel::build(&rules).unwrap();
    let trained = spec.train_in(&inner, &set).unwrap();
    assert_eq!(trained.model.dimensions().collect::<Vec<_>>(), ["fit"]);
    let whole = rules.dimension(DimensionSpec::predictive("chance", trained.model.clone()));
    let model = ScoreModel::build(&whole).unwrap();
    let by_fit = trained.fit.probabilities(trained.design.x.view()).unwrap();
    for (lead, by_fit) in leads.iter().zip(by_fit) {
        let p = model.vector(lead, as_of()).raw("chance").unwrap();
        assert!((p - by_fit).abs() < 1e-12);
    }
    let alone = spec.train(inner.schema(), &set).unwrap_err();
    assert_eq!(
        alone.to_string(),
        "features[2].dimension: the score of a dimension can be read inside a model only"
    );
}

#[test]
fn time_moves_no_facts() {
    let mut spec = chain();
    spec.dimensions.truncate(0);
    let still: PredictiveModel = serde_json::from_value(serde_json::json!({
        "version": 1,
        "features": [{
            "feature": { "name": "seats", "attribute": "seats" },
            "columns": [{ "of": "value", "mean": 35.0 }],
        }],
        "coefficients": [{ "column": "seats", "value": 0.04 }],
        "baseline": -1.0,
        "base_rate": 0.3,
    }))
    .unwrap();
    let spec = spec.dimension(DimensionSpec::predictive("chance", still));
    let model = ScoreModel::build(&spec).unwrap();
    let big = lead(model.schema(), |lead| lead.set("seats", 25));
    let until: AsOf = moment("2036-03-11").into();
    let what = What::Moves {
        of: "chance",
        by: 0.1,
    };
    assert_eq!(model.next_change(&big, as_of(), until, what), Ok(None));

    let model = ScoreModel::build(&chain()).unwrap();
    let what = What::Moves {
        of: "second",
        by: 0.1,
    };
    let opaque = model.next_change(&big, as_of(), until, what).unwrap_err();
    assert_eq!(
        opaque.to_string(),
        "it is not known when these dimensions change: `second`"
    );
}

/// A visit fades while the signature grows old: the chance falls first and rises later, and the moments at which it
/// passes a bound are found on both sides.
#[test]
fn features_may_move_against_each_other() {
    let model: PredictiveModel = serde_json::from_value(serde_json::json!({
        "version": 1,
        "features": [
            {
                "feature": {
                    "name": "visits",
                    "activity": { "kind": "visit", "decay": { "half_life": "10d" } }
                },
                "columns": [{ "of": "value", "mean": 0.0 }],
            },
            {
                "feature": { "name": "signed", "attribute": "signed" },
                "columns": [{ "of": "value", "mean": 0.0 }],
            },
        ],
        "coefficients": [
            { "column": "visits", "value": 2.0 },
            { "column": "signed", "value": 0.02 },
        ],
        "baseline": 0.0,
        "base_rate": 0.3,
    }))
    .unwrap();
    let schema = SchemaSpec::new().date("signed").kind("visit");
    let start = moment("2026-01-01");
    let spec = ModelSpec::new("m")
        .schema(schema)
        .dimension(DimensionSpec::predictive("chance", model));
    let model = ScoreModel::build(&spec).unwrap();
    let lead = Lead::builder(model.schema(), "l")
        .set("signed", start)
        .activity(ActivityRecord::new("visit", start))
        .build()
        .unwrap();
    let odds = |days: f64| 2.0 * (-days / 10.0).exp2() + 0.02 * days;
    let chance = |days: f64| 100.0 / (1.0 + (-odds(days)).exp());
    let day = 86_400.0;
    // From 88 % it falls to 78 % after 27.9 days, and rises from then on.
    let mut from: AsOf = start.into();
    let until: AsOf = moment("2026-12-31").into();
    let bound = 80.0;
    let what = What::Passes {
        of: "chance",
        bound,
    };
    let mut passed = Vec::new();
    while let Some(change) = model.next_change(&lead, from, until, what).unwrap() {
        let seconds = change.at.micros_since(start) / 1_000_000;
        let days = f64::from(i32::try_from(seconds).unwrap()) / day;
        assert!((chance(days) - bound).abs() < 1e-4, "{days}");
        passed.push(days);
        from = change.at.into();
    }
    assert_eq!(passed.len(), 2, "{passed:?}");
    assert!(passed[0] < 27.9 && passed[1] > 27.9, "{passed:?}");
}

/// Activities are gathered once for rules and predictive models alike, with the model's history.
#[test]
fn the_history_of_the_model_holds() {
    let model: PredictiveModel = serde_json::from_value(serde_json::json!({
        "version": 1,
        "features": [{
            "feature": { "name": "visits", "activity": { "kind": "visit" } },
            "columns": [{ "of": "value", "mean": 0.0 }],
        }],
        "coefficients": [{ "column": "visits", "value": 1.0 }],
        "baseline": 0.0,
        "base_rate": 0.3,
    }))
    .unwrap();
    let spec = ModelSpec::new("visits")
        .schema(schema_spec())
        .history(lead_scoring::HistorySpec::new().ignore_before("2026-03-02"))
        .dimension(DimensionSpec::predictive("chance", model.clone()));
    let whole = ScoreModel::build(&spec).unwrap();
    let visit = whole.schema().kind("visit").unwrap();
    let active = lead(whole.schema(), |lead| {
        lead.push(Activity::new(visit, moment("2026-03-01")))
            .push(Activity::new(visit, moment("2026-03-03")))
    });
    let logistic = |z: f64| 1.0 / (1.0 + (-z).exp());
    let raw = whole.vector(&active, as_of()).raw("chance");
    assert_eq!(raw, Some(logistic(1.0)));
    let alone = model.build(whole.schema()).unwrap();
    assert_eq!(alone.probability(&active, as_of()), Some(logistic(2.0)));
    // No activity is a known 0.
    let nobody = lead(whole.schema(), |lead| lead);
    assert_eq!(alone.probability(&nobody, as_of()), Some(0.5));
}

#[test]
fn specs_and_models_come_back_from_files() {
    let (schema, leads, spec, converted) = trained();
    let spec = spec
        .feature(
            FeatureSpec::purchases("spent")
                .last("365d")
                .measure(Measure::Sum)
                .log1p(),
        )
        .feature(
            FeatureSpec::attribute("tags")
                .missing(MissingValue::Mean)
                .min_count(3),
        )
        .feature(FeatureSpec::activity(
            "visits",
            ActivitySpec::of("visit").last("30d"),
        ))
        .logistic(LogisticSpec::new().alpha(0.5));
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<PredictiveSpec>(&json).unwrap(), spec);
    let text = toml::to_string(&spec).unwrap();
    assert_eq!(toml::from_str::<PredictiveSpec>(&text).unwrap(), spec);

    let set = TrainingSet::labelled(&leads, &converted, as_of().moment()).unwrap();
    let model = spec.train(&schema, &set).unwrap().model;
    let json = serde_json::to_string(&model).unwrap();
    assert_eq!(
        serde_json::from_str::<PredictiveModel>(&json).unwrap(),
        model
    );
    let text = toml::to_string(&model).unwrap();
    assert_eq!(toml::from_str::<PredictiveModel>(&text).unwrap(), model);
}
