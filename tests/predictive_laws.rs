//! Laws that predictive models keep, whatever their features, and a model file that must keep its scores.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generators;

use generators::{Facts, Shuffled, as_of, facts, history, moment, rules, schema, wild};
use lead_scoring::testing::{check_model, check_scorer};
use lead_scoring::{
    ActivitySpec, AsOf, ColumnCoefficient, CompositeSpec, DecaySpec, DimensionSpec,
    FeatureEncoding, FeatureSpec, Frozen, GroupSpec, HistorySpec, Lead, LeadRecord, LeadTable,
    Measure, MissingValue, ModelSpec, Moment, PredictiveModel, PredictiveScorer, PredictiveSpec,
    RuleSpec, RulesSpec, Schema, SchemaSpec, Score, ScoreModel, Scorer, TrainingSet, Unseen,
    attribute,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn missing(number: bool) -> impl Strategy<Value = Option<MissingValue>> {
    let value = select(vec![0.0, -3.5, 1e12]);
    let other = select(vec![MissingValue::Indicator, MissingValue::Mean]);
    prop_oneof![
        2 => option::of(other.clone()),
        1 => (value, other).prop_map(move |(value, other)| {
            Some(if number { MissingValue::Value(value) } else { other })
        }),
    ]
}

fn number_feature() -> impl Strategy<Value = FeatureSpec> {
    let attribute = select(vec!["seats", "revenue", "renewal", "signed"]);
    let kind = select(vec!["visit", "open", "click", "demo"]);
    let decay = select(vec!["1s", "12h", "14d", "200000d"]);
    let measure = select(vec![Measure::Count, Measure::Sum, Measure::DaysSinceLast]);
    let source = prop_oneof![
        3 => attribute.prop_map(FeatureSpec::attribute),
        2 => (kind, measure, option::of(decay)).prop_map(|(kind, measure, decay)| {
            let mut spec = ActivitySpec::of(kind);
            if let (Some(time), false) = (decay, measure == Measure::DaysSinceLast) {
                spec = spec.decay(match time {
                    "12h" => DecaySpec::lifespan("20d"),
                    "200000d" => DecaySpec::lose(0.3, "2d"),
                    _ => DecaySpec::half_life(time),
                });
            }
            FeatureSpec::activity(kind, spec.last("90d")).measure(measure)
        }),
        1 => select(vec![Measure::Sum, Measure::Mean]).prop_map(|measure| {
            FeatureSpec::purchases("spent").last("30d").measure(measure)
        }),
    ];
    let bins = option::weighted(0.3, Just(vec![-100.0, 0.0, 50.0]));
    (source, bins, any::<bool>(), missing(true)).prop_map(|(feature, bins, log1p, missing)| {
        FeatureSpec {
            log1p: log1p && bins.is_none(),
            bins: bins.unwrap_or_default(),
            missing,
            ..feature
        }
    })
}

fn level_feature() -> impl Strategy<Value = FeatureSpec> {
    let text = select(vec!["title", "country"]);
    let unseen = select(vec![Unseen::Other, Unseen::Missing, Unseen::Average]);
    let count = || option::of(1_u32..4);
    prop_oneof![
        3 => (text, count(), option::of(unseen), missing(false)).prop_map(|(name, min_count, unseen, missing)| {
            FeatureSpec { min_count, unseen, missing, ..FeatureSpec::attribute(name) }
        }),
        1 => (count(), missing(false)).prop_map(|(min_count, missing)| {
            FeatureSpec { min_count, missing, ..FeatureSpec::attribute("tags") }
        }),
        1 => (select(vec!["student", "customer"]), missing(false)).prop_map(|(name, missing)| {
            FeatureSpec { missing, ..FeatureSpec::attribute(name) }
        }),
    ]
}

fn spec() -> impl Strategy<Value = PredictiveSpec> {
    let feature = prop_oneof![number_feature(), level_feature()];
    (
        vec(feature, 1..6),
        option::of(any::<bool>()),
        option::of(any::<bool>()),
    )
        .prop_map(|(features, standardise, drop_first)| {
            let named = features.into_iter().enumerate();
            PredictiveSpec {
                features: named
                    .map(|(i, f)| {
                        let name = format!("f{i}");
                        f.rename(name)
                    })
                    .collect(),
                standardise,
                drop_first,
                ..PredictiveSpec::new()
            }
        })
}

/// Coefficients from tame to absurd, and a baseline.
fn weights() -> impl Strategy<Value = (Vec<f64>, f64)> {
    let weight = prop_oneof![
        6 => -2.0..2.0,
        1 => select(vec![0.0, -0.0, 1e12, -1e12, 1e-300]),
    ];
    (vec(weight, 1..8), -5.0..5.0)
}

/// A model that learned its columns from leads, with coefficients that were not fitted.
fn model(
    spec: &PredictiveSpec,
    history: &HistorySpec,
    leads: &[Lead],
    at: AsOf,
    weights: &(Vec<f64>, f64),
) -> PredictiveModel {
    let set = TrainingSet::labelled(leads, &vec![true; leads.len()], at.moment()).unwrap();
    let design = spec.design_with(&schema(), history, &set).unwrap();
    weighed(design.features.clone(), &design.columns, weights)
}

/// A model of columns that were learned, with coefficients that were not fitted.
fn weighed(
    features: Vec<FeatureEncoding>,
    columns: &[String],
    (weights, baseline): &(Vec<f64>, f64),
) -> PredictiveModel {
    let columns = columns.iter().zip(weights.iter().cycle());
    let coefficients = columns.map(|(column, &value)| ColumnCoefficient {
        column: column.clone(),
        value,
    });
    PredictiveModel {
        version: PredictiveModel::VERSION,
        note: None,
        coefficients: coefficients.collect(),
        features,
        baseline: *baseline,
        base_rate: 0.25,
        calibration: None,
        trained: None,
    }
}

/// Rules that a table judges block by block.
fn size_rules() -> impl Strategy<Value = RulesSpec> {
    (-20_i32..80).prop_map(|points| {
        let large = attribute("seats").at_least(10);
        let rule = RuleSpec::new("large").points(f64::from(points)).when(large);
        RulesSpec::new().group(GroupSpec::sum("company").rule(rule))
    })
}

/// A lead of which the first attribute has been known since then, with purchases, and an answer where it did enough.
fn known_since(facts: &Facts, since: Option<Moment>, schema: &Schema) -> Lead {
    let mut lead = Lead::builder(schema, "a1");
    for (name, value) in &facts.attributes {
        lead = lead.set(name, value.clone());
    }
    for activity in &facts.activities {
        lead = lead.activity(activity.clone());
        lead = lead.purchase(activity.at, activity.value.unwrap_or(1.0));
    }
    if facts.activities.len() > 2 {
        let level = if facts.activities.len().is_multiple_of(2) {
            "high"
        } else {
            "low"
        };
        lead = lead.answer("budget", level);
    }
    if let (Some((name, _)), Some(since)) = (facts.attributes.first(), since) {
        lead = lead.known_since(name, since);
    }
    lead.build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn predictive_scorers_keep_the_laws(
        spec in spec(),
        history in history(),
        all in vec(facts(), 2..7),
        weights in weights(),
        views in vec(wild(), 2),
        moments in vec(as_of(), 2),
        seed in any::<u64>(),
    ) {
        let schema = schema();
        let leads: Vec<Lead> = all.iter().map(|facts| facts.lead(&schema)).collect();
        let (known, new) = leads.split_at(leads.len() / 2);
        let model = model(&spec, &history, known, moments[0], &weights);
        let scorer = model.build_with(&schema, &history).unwrap();
        check_scorer(&scorer, &leads, &moments).unwrap();
        check_scorer(&scorer, &views, &moments).unwrap();
        for lead in new {
            let shuffled = Shuffled::new(lead, seed);
            let score = |lead: &dyn lead_scoring::LeadView| scorer.assess(lead, moments[1]);
            prop_assert_eq!(score(lead), score(&shuffled));
        }

        // A file gives it back.
        let json = serde_json::to_string(&model).unwrap();
        let read: PredictiveModel = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &model);
        let again = read.build_with(&schema, &history).unwrap();
        for lead in &leads {
            prop_assert_eq!(again.assess(lead, moments[0]), scorer.assess(lead, moments[0]));
        }
        agree(&scorer, &leads, moments[1])?;
    }

    #[test]
    fn tables_give_the_chances_of_their_leads(
        mut spec in spec(),
        fit in option::of(prop_oneof![rules(), size_rules()]),
        history in history(),
        all in vec((facts(), option::weighted(0.1, moment())), 2..9),
        weights in weights(),
        (learned, at) in (as_of(), as_of()),
        (asks, composed) in any::<(bool, bool)>(),
        times in select(vec![1, 1, 1, 200]),
    ) {
        let schema = schema();
        let leads: Vec<Lead> = all.iter().map(|(facts, since)| known_since(facts, *since, &schema)).collect();
        let mut base = ModelSpec::new("m").schema(schema.spec()).history(history.clone());
        if let Some(rules) = fit {
            base = base.dimension(DimensionSpec::rules("fit", rules));
            // Not the last of the features, so that the order of the sum shows.
            spec.features.insert(0, FeatureSpec::dimension("fit"));
        }
        if asks {
            spec = spec.feature(FeatureSpec::answer("budget"));
        }
        let Ok(inner) = ScoreModel::build(&base) else { return Ok(()) };
        let (known, _) = leads.split_at(leads.len() / 2);
        let set = TrainingSet::labelled(known, &vec![true; known.len()], learned.moment()).unwrap();
        let design = spec.design_in(&inner, &set).unwrap();
        let chance = weighed(design.features.clone(), &design.columns, &weights);
        // One that reads another.
        let second = PredictiveSpec::new().feature(FeatureSpec::attribute("seats")).feature(FeatureSpec::dimension("chance"));
        let mut whole = base.dimension(DimensionSpec::predictive("chance", chance));
        let first = ScoreModel::build(&whole).unwrap();
        let design = second.design_in(&first, &set).unwrap();
        whole = whole.dimension(DimensionSpec::predictive("second", weighed(design.features.clone(), &design.columns, &weights)));
        if composed {
            whole = whole.composite(CompositeSpec::max());
        }
        let model = ScoreModel::build(&whole).unwrap();
        let table = LeadTable::from_leads(&schema, std::iter::repeat_n(&leads, times).flatten()).unwrap();
        let of_table = model.score_table(&table, at);
        let rows: Vec<_> = table.rows().collect();
        let of_rows = model.score_all(&rows, at);
        prop_assert_eq!(format!("{:?}", of_table), format!("{:?}", of_rows));
        for (vector, lead) in of_table.vectors().zip(leads.iter().cycle()) {
            let one = model.vector(lead, at);
            for name in ["chance", "second"] {
                let bits = |number: Option<f64>| number.map(f64::to_bits);
                prop_assert_eq!(bits(vector.score(name).map(Score::get)), bits(one.score(name).map(Score::get)));
                prop_assert_eq!(bits(vector.raw(name)), bits(one.raw(name)));
            }
            prop_assert_eq!(format!("{vector:?}"), format!("{one:?}"));
        }
        let other = SchemaSpec::new().text("seats").build().unwrap();
        let strangers = LeadTable::builder(&other).ids(["a"]).texts("seats", [Some("many")]).build().unwrap();
        prop_assert_eq!(model.score_table(&strangers, at).column("chance").unwrap().flatten().count(), 0);
    }

    #[test]
    fn chances_keep_their_course_until_they_say(
        spec in spec(),
        history in history(),
        all in vec(facts(), 2..5),
        weights in weights(),
        (from, learned) in (as_of(), as_of()),
        seconds in select(vec![200, 86_400 * 3, 86_400 * 500]),
    ) {
        let schema = schema();
        let leads: Vec<Lead> = all.iter().map(|facts| facts.lead(&schema)).collect();
        let model = model(&spec, &history, &leads, learned, &weights);
        let scorer = model.build_with(&schema, &history).unwrap();
        for lead in &leads {
            keeps_course(&scorer, lead, (from.moment(), from.moment().plus_micros(seconds * SECOND)))?;
        }
    }

    #[test]
    fn models_that_read_themselves_keep_the_laws(
        spec in spec(),
        rules in rules(),
        history in history(),
        all in vec(facts(), 2..6),
        weights in weights(),
        moments in vec(as_of(), 2),
        order in any::<bool>(),
    ) {
        let schema = schema();
        let leads: Vec<Lead> = all.iter().map(|facts| facts.lead(&schema)).collect();
        let base = ModelSpec::new("m").schema(schema.spec()).history(history.clone());
        let fit = DimensionSpec::rules("fit", rules);
        // Some of the rules that are made cannot be built.
        let inner = ScoreModel::build(&base.clone().dimension(fit.clone()));
        let Ok(inner) = inner else { return Ok(()) };
        let spec = spec.feature(FeatureSpec::dimension("fit"));
        let set = TrainingSet::labelled(&leads, &vec![true; leads.len()], moments[0].moment()).unwrap();
        let design = spec.design_in(&inner, &set).unwrap();
        let chance = weighed(design.features.clone(), &design.columns, &weights);
        let chance = DimensionSpec::predictive("chance", chance);
        let whole = if order { base.dimension(chance).dimension(fit) } else { base.dimension(fit).dimension(chance) };
        let model = ScoreModel::build(&whole.composite(CompositeSpec::max())).unwrap();
        check_model(&model, &leads, &moments).unwrap();
    }
}

const SECOND: i64 = 1_000_000;

/// Goes from edge to edge and looks between them.
fn keeps_course(
    scorer: &PredictiveScorer,
    lead: &Lead,
    (mut from, until): (Moment, Moment),
) -> Result<(), TestCaseError> {
    for _ in 0..30 {
        let Ok(next) = scorer.next_change(lead, from.into(), until.into()) else {
            return Ok(());
        };
        prop_assert!(next.is_none_or(|next| from < next && next <= until));
        let frozen = Frozen::new(lead, from);
        let end = next.map_or(until, |next| next.plus_micros(-1));
        let length = end.micros_since(from);
        let moments =
            (0..=200).map(|i| from.plus_micros(length / 200 * i + length % 200 * i / 200));
        let told: Vec<_> = moments
            .map(|at| scorer.assess(&frozen, at.into()))
            .collect();
        let raw: Vec<_> = told.iter().map(|both| both.raw).collect();
        prop_assert!(raw.iter().all(Option::is_some) || raw.iter().all(Option::is_none));
        if length > SECOND {
            let steps = || raw.iter().flatten().zip(raw.iter().skip(1).flatten());
            let up = steps().all(|(a, b)| *b >= a - 1e-11);
            let down = steps().all(|(a, b)| *b <= a + 1e-11);
            prop_assert!(up || down, "{} .. {}: {:?}", from, end, raw);
        }
        match next {
            Some(next) => from = next,
            None => break,
        }
    }
    Ok(())
}

/// The matrix method agrees with scoring lead by lead.
fn agree(scorer: &PredictiveScorer, leads: &[Lead], at: AsOf) -> Result<(), TestCaseError> {
    let set = TrainingSet::labelled(leads, &vec![true; leads.len()], at.moment()).unwrap();
    let matrix = scorer.encoder().matrix(&set).unwrap();
    let at_once = scorer.probabilities(&matrix.view()).unwrap();
    let mut sizes = scorer.coefficients().iter().zip(matrix.columns());
    // Where terms are huge their differences are left to rounding.
    let tame = sizes.all(|(w, x)| x.iter().all(|x| (w * x).abs() < 1e3));
    for (lead, at_once) in leads.iter().zip(at_once) {
        prop_assert!((0.0..=1.0).contains(&at_once));
        if let (true, Some(p)) = (tame, scorer.probability(lead, at)) {
            prop_assert!((p - at_once).abs() < 1e-12, "{p} {at_once}");
        }
    }
    Ok(())
}

/// A model file of this version must go on being read, and score to the same bits.
#[test]
fn a_model_file_keeps_its_scores() {
    let model: PredictiveModel =
        serde_json::from_str(include_str!("golden/predictive_model.json")).unwrap();
    let golden: serde_json::Value =
        serde_json::from_str(include_str!("golden/predictive_scores.json")).unwrap();
    let schema: SchemaSpec = serde_json::from_value(golden["schema"].clone()).unwrap();
    let schema = schema.build().unwrap();
    let scorer = model.build(&schema).unwrap();
    let as_of: AsOf = golden["as_of"].as_str().unwrap().parse().unwrap();
    let leads: Vec<LeadRecord> = serde_json::from_value(golden["leads"].clone()).unwrap();
    for (record, expected) in leads.iter().zip(golden["log_odds"].as_array().unwrap()) {
        let lead = schema.read_lead(record).unwrap();
        let given = scorer.log_odds(&lead, as_of);
        // Other platforms have other last digits of logarithms and powers.
        if cfg!(all(
            target_os = "linux",
            target_arch = "x86_64",
            target_env = "gnu"
        )) {
            assert_eq!(given, expected.as_f64());
        } else {
            assert!((given.unwrap() - expected.as_f64().unwrap()).abs() < 1e-12);
        }
        assert!(scorer.explain(&lead, as_of).recomputes());
    }
    // Written again it is the same text.
    let text = serde_json::to_string_pretty(&model).unwrap();
    assert_eq!(
        text,
        include_str!("golden/predictive_model.json").trim_end()
    );
}
