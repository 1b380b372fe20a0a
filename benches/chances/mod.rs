//! A predictive model of 20 features and leads for it, the same in every run.

#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]

use lead_scoring::{
    Activity, ActivitySpec, ColumnCoefficient, DecaySpec, DimensionSpec, FeatureSpec, KindSlot,
    Lead, Measure, ModelSpec, Moment, PredictiveModel, PredictiveSpec, Schema, SchemaSpec,
    ScoreModel, TrainingSet,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const KINDS: [&str; 4] = ["visit", "open", "click", "demo"];
/// How many leads the columns are learned from.
const LEARNED: usize = 2_000;

fn schema() -> SchemaSpec {
    let schema = (0..8).fold(SchemaSpec::new(), |s, i| s.number(format!("n{i}")));
    let schema = (0..5).fold(schema, |s, i| s.text(format!("t{i}")));
    schema.flag("f0").flag("f1").kinds(KINDS)
}

/// 8 numbers, 5 texts of 12 levels, 2 flags, 5 measures of activities.
fn spec() -> PredictiveSpec {
    let names = (0..8).map(|i| format!("n{i}"));
    let names = names.chain((0..5).map(|i| format!("t{i}")));
    let names = names.chain(["f0".to_owned(), "f1".to_owned()]);
    let faded = KINDS.map(|kind| {
        let decay = DecaySpec::half_life("14d");
        FeatureSpec::activity(kind, ActivitySpec::of(kind).decay(decay))
    });
    let last = FeatureSpec::activity("last", ActivitySpec::any_kind());
    PredictiveSpec::new()
        .features(names.map(FeatureSpec::attribute))
        .features(faded)
        .feature(last.measure(Measure::DaysSinceLast))
}

/// That many leads with ten activities each.
pub(crate) fn leads(schema: &Schema, count: usize) -> Vec<Lead> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut lead = |id: usize| {
        let mut lead = Lead::builder(schema, format!("l{id}"));
        for i in 0..8 {
            if rng.random_range(0..10) > 0 {
                lead = lead.set(&format!("n{i}"), rng.random_range(0.0..100.0));
            }
        }
        for i in 0..5 {
            lead = lead.set(
                &format!("t{i}"),
                format!("level {}", rng.random_range(0..12)),
            );
        }
        lead = lead.set("f0", rng.random_range(0..2) == 1).set("f1", true);
        for _ in 0..10 {
            let at = as_of().plus_micros(-rng.random_range(0..5_184_000_000_000));
            lead = lead.push(Activity::new(KindSlot::new(rng.random_range(0..4)), at));
        }
        lead.build().expect("the lead is sound")
    };
    (0..count).map(&mut lead).collect()
}

/// The moment of these benchmarks.
pub(crate) fn as_of() -> Moment {
    "2026-03-01".parse().expect("a date")
}

/// The model: its columns are learned, its coefficients are not fitted.
pub(crate) fn learned() -> PredictiveModel {
    let schema = schema().build().expect("the schema is sound");
    let leads = leads(&schema, LEARNED);
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let set = TrainingSet::labelled(&leads, &vec![true; LEARNED], as_of()).expect("as many");
    let design = spec().design(&schema, &set).expect("the spec is sound");
    let mut coefficient = |column: &String| ColumnCoefficient {
        column: column.clone(),
        value: rng.random_range(-0.5..0.5),
    };
    PredictiveModel {
        version: PredictiveModel::VERSION,
        note: None,
        coefficients: design.columns.iter().map(&mut coefficient).collect(),
        features: design.features,
        baseline: -2.0,
        base_rate: 0.1,
        calibration: None,
        trained: None,
    }
}

/// The same as the one dimension of a model of scores.
pub(crate) fn model() -> ScoreModel {
    let spec = ModelSpec::new("chances")
        .schema(schema())
        .dimension(DimensionSpec::predictive("chance", learned()));
    ScoreModel::build(&spec).expect("the spec is sound")
}
