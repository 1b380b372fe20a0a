//! What can be wrong with features and with model files: every message once, literally, with its place.
#![cfg(feature = "train")]
#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "tables are long"
)]

use lead_scoring::{
    ActivitySpec, CompositeSpec, CountRange, DecaySpec, DimensionSpec, FeatureSpec, Lead, Measure,
    MissingValue, ModelSpec, PredictiveModel, PredictiveSpec, Schema, SchemaSpec, ScoreModel,
    TrainingSet, Unseen,
};
use serde_json::{Value, json};

fn schema_spec() -> SchemaSpec {
    SchemaSpec::new()
        .number("seats")
        .text("industry")
        .flag("student")
        .date("renewal")
        .tags("tags")
        .kinds(["visit", "demo"])
        .questions(["budget", "authority"])
}

fn schema() -> Schema {
    schema_spec().build().unwrap()
}

fn leads(industries: &[&str]) -> Vec<Lead> {
    let lead = |industry: &&str| {
        Lead::builder(&schema(), "a1")
            .set("industry", *industry)
            .build()
    };
    industries
        .iter()
        .map(|industry| lead(industry).unwrap())
        .collect()
}

fn refused(spec: &PredictiveSpec) -> String {
    let leads = leads(&["a", "b"]);
    let moment = "2026-03-01".parse().unwrap();
    let set = TrainingSet::labelled(&leads, &[true, false], moment).unwrap();
    spec.design(&schema(), &set).unwrap_err().to_string()
}

#[test]
fn features() {
    let of = FeatureSpec::attribute;
    let visits = || FeatureSpec::activity("visits", ActivitySpec::of("visit"));
    let spent = || FeatureSpec::purchases("spent");
    let counted = lead_scoring::Occurrences::Count(vec![CountRange::at_least(1, 1.0)]);
    for (feature, message) in [
        (
            FeatureSpec::default(),
            "features[0].name: a name must not be empty\n\
             features[0]: give exactly one of `attribute`, `activity`, `purchases`, `answer`, `dimension`",
        ),
        (
            FeatureSpec {
                answer: Some("budget".to_owned()),
                ..of("seats")
            },
            "features[0]: give exactly one of `attribute`, `activity`, `purchases`, `answer`, `dimension`",
        ),
        (
            of("seats").rename(" x"),
            "features[0].name: a name must not begin or end with white space",
        ),
        (
            of("industy"),
            "features[0].attribute: unknown attribute `industy`, did you mean `industry`?",
        ),
        (
            FeatureSpec::answer("bugdet"),
            "features[0].answer: unknown question `bugdet`, did you mean `budget`?",
        ),
        (
            FeatureSpec::dimension("fit"),
            "features[0].dimension: the score of a dimension can be read inside a model only",
        ),
        (
            FeatureSpec::activity("visits", ActivitySpec::of("vist")),
            "features[0].activity.kind: unknown activity kind `vist`, did you mean `visit`?",
        ),
        (
            FeatureSpec::activity("visits", ActivitySpec::of("visit").occurrences(counted)),
            "features[0].activity.occurrences: `count` gives points: a feature is the number itself",
        ),
        (
            FeatureSpec::activity(
                "visits",
                ActivitySpec::of("visit").decay(DecaySpec::half_life("1d")),
            )
            .measure(Measure::DaysSinceLast),
            "features[0].activity.decay: belongs to the measures `count` and `sum`",
        ),
        (
            visits().measure(Measure::Amount),
            "features[0].measure: `amount` is no measure of activities: those are `count`, `sum`, `days_since_last`",
        ),
        (
            spent().measure(Measure::Level),
            "features[0].measure: `level` is no measure of purchases: those are `count`, `sum`, `mean`, `days_since_last`",
        ),
        (
            FeatureSpec::answer("budget").measure(Measure::Mean),
            "features[0].measure: `mean` is no measure of an answer: those are `level`, `amount`, `days_until`",
        ),
        (
            of("seats").measure(Measure::Sum),
            "features[0].measure: `sum` is no measure of an attribute: it has none",
        ),
        (
            spent().last("0d"),
            "features[0].purchases.last: must be longer than 0, got `0d`",
        ),
        (
            FeatureSpec {
                purchases: Some(lead_scoring::Window {
                    last: Some("7d".to_owned()),
                    older_than: Some("7d".to_owned()),
                }),
                ..spent()
            },
            "features[0].purchases: `last` must be longer than `older_than`, or no age is left",
        ),
        (
            of("seats").bins([5.0, 5.0, f64::NAN]),
            "features[0].bins[1]: must be more than the one before, got `5`\n\
             features[0].bins[2]: must be a number of at most 1e12 in size, got `NaN`",
        ),
        (
            of("seats").bins([1.0]).log1p(),
            "features[0]: give `log1p` or `bins`, not both",
        ),
        (
            of("student").bins([1.0]).log1p(),
            "features[0].log1p: belongs to a number\nfeatures[0].bins: belongs to a number",
        ),
        (
            of("seats").min_count(2).unseen(Unseen::Other),
            "features[0].min_count: belongs to text, tags and named answers\n\
             features[0].unseen: belongs to text and named answers",
        ),
        (
            of("industry").min_count(0),
            "features[0].min_count: must be at least 1, got `0`",
        ),
        (
            of("tags").unseen(Unseen::Missing),
            "features[0].unseen: belongs to text and named answers",
        ),
        (
            of("seats").missing(MissingValue::Value(f64::INFINITY)),
            "features[0].missing: must be a number of at most 1e12 in size, got `inf`",
        ),
        (
            of("student").missing(MissingValue::Value(2.0)),
            "features[0].missing: must be between 0 and 1, got `2`",
        ),
        (
            of("industry").missing(MissingValue::Value(1.0)),
            "features[0].missing: `value` belongs to a number",
        ),
        (
            of("renewal").missing(MissingValue::Level("a".to_owned())),
            "features[0].missing: `level` belongs to text, tags and named answers",
        ),
        (
            of("industry").missing(MissingValue::Level("c".to_owned())),
            "features[0].missing.level: no training row has the level `c`",
        ),
    ] {
        assert_eq!(refused(&PredictiveSpec::new().feature(feature)), message);
    }
    assert_eq!(
        refused(&PredictiveSpec::new()),
        "features: a predictive model needs at least one feature"
    );
    // All at once.
    let spec = PredictiveSpec::new().features([of("seat"), of("seats"), of("seats")]);
    assert_eq!(
        refused(&spec),
        "features[0].attribute: unknown attribute `seat`, did you mean `seats`?\n\
         features[2].name: `seats` stands twice"
    );
}

#[test]
fn rows() {
    let spec = PredictiveSpec::new().feature(FeatureSpec::attribute("industry"));
    let moment = "2026-03-01".parse().unwrap();
    let none: [Lead; 0] = [];
    let empty = TrainingSet::labelled(&none, &[], moment).unwrap();
    let error = spec.design(&schema(), &empty).unwrap_err();
    assert_eq!(error.to_string(), "rows: needs at least one row");

    let other = SchemaSpec::new().number("size").build().unwrap();
    let mut mixed = leads(&["a"]);
    mixed.push(Lead::builder(&other, "b").build().unwrap());
    let set = TrainingSet::labelled(&mixed, &[true, false], moment).unwrap();
    let error = spec.design(&schema(), &set).unwrap_err();
    assert_eq!(
        error.to_string(),
        "leads[1]: the lead is of another schema than the model"
    );

    let names: Vec<String> = (0..1001).map(|i| format!("c{i}")).collect();
    let many = leads(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let set = TrainingSet::labelled(&many, &vec![true; 1001], moment).unwrap();
    let error = spec.train(&schema(), &set).unwrap_err();
    assert_eq!(
        error.to_string(),
        "features[0]: `industry` has 1001 levels, at most 1000 have a column: pool rare ones by `min_count`"
    );
}

/// A model file without fault.
fn good() -> Value {
    json!({
        "version": 1,
        "features": [
            {
                "feature": { "name": "seats", "attribute": "seats" },
                "columns": [
                    { "of": "value", "mean": 50.0, "deviation": 20.0 },
                    { "of": "missing", "mean": 0.1 },
                ],
            },
            {
                "feature": { "name": "industry", "attribute": "industry" },
                "dropped": { "level": "retail" },
                "columns": [
                    { "of": { "level": "software" }, "mean": 0.2 },
                    { "of": "other", "mean": 0.1 },
                ],
            },
        ],
        "coefficients": [
            { "column": "seats", "value": 0.5 },
            { "column": "seats (missing)", "value": -0.25 },
            { "column": "industry=software", "value": 1.5 },
            { "column": "industry (other)", "value": 0.0 },
        ],
        "baseline": -2.0,
        "base_rate": 0.15,
    })
}

fn damaged(place: &str, with: Value) -> String {
    let mut file = good();
    *file.pointer_mut(place).unwrap() = with;
    let model: PredictiveModel = serde_json::from_value(file).unwrap();
    model.build(&schema()).unwrap_err().to_string()
}

#[test]
fn damaged_files() {
    let model: PredictiveModel = serde_json::from_value(good()).unwrap();
    assert!(model.build(&schema()).is_ok());
    let first = "/features/0/columns/0";
    for (place, with, message) in [
        (
            "/version",
            json!(2),
            "predictive.version: this library reads version 1, got `2`",
        ),
        (
            "/features/0/feature/attribute",
            json!("sets"),
            "predictive.features[0].feature.attribute: unknown attribute `sets`, did you mean `seats`?",
        ),
        (
            "/features/0/feature/attribute",
            json!("industry"),
            "predictive.features[0].columns[0].of: text cannot have a column `value`",
        ),
        (
            "/features/1/feature/attribute",
            json!("seats"),
            "predictive.features[1].columns[0].of: a number cannot have a column `level software`\n\
             predictive.features[1].columns[1].of: a number cannot have a column `other`\n\
             predictive.features[1].columns: a number needs a column `value`\n\
             predictive.features[1].dropped: belongs to levels and bins, of which a lead has one",
        ),
        (
            "/features/1/feature/name",
            json!("seats"),
            "predictive.features[1].feature.name: `seats` stands twice\n\
             predictive.coefficients[2].column: expected `seats=software`, got `industry=software`\n\
             predictive.coefficients[3].column: expected `seats (other)`, got `industry (other)`",
        ),
        (
            "/features/0/columns/0/mean",
            json!(1e13),
            "predictive.features[0].columns[0].mean: must be a number of at most 1e12 in size, got `10000000000000`",
        ),
        (
            "/features/0/columns/0/deviation",
            json!(0.0),
            "predictive.features[0].columns[0].deviation: must be between 1e-12 and 1e12, got `0`",
        ),
        (
            "/features/0/columns/1",
            json!({ "of": "missing", "mean": 1.5, "deviation": 1.0 }),
            "predictive.features[0].columns[1].mean: must be between 0 and 1, got `1.5`\n\
             predictive.features[0].columns[1].deviation: only numbers are standardised",
        ),
        (
            first,
            json!({ "of": "missing", "mean": 0.1 }),
            "predictive.features[0].columns[1].of: columns stand in order, each once: `missing` comes too late\n\
             predictive.features[0].columns: a number needs a column `value`\n\
             predictive.coefficients[0].column: expected `seats (missing)`, got `seats`",
        ),
        (
            "/features/1/dropped",
            json!({ "level": "software" }),
            "predictive.features[1].dropped: `level software` has a column",
        ),
        (
            "/features/1/dropped",
            json!({ "bin": 0 }),
            "predictive.features[1].dropped: text cannot have a column `bin 0`",
        ),
        (
            "/features/1/feature",
            json!({ "name": "industry", "attribute": "industry", "missing": { "level": "softwar" } }),
            "predictive.features[1].feature.missing.level: unknown level `softwar`, did you mean `software`?",
        ),
        (
            "/features",
            json!([]),
            "predictive.features: a predictive model needs at least one feature\n\
             predictive.coefficients: one for each column: expected 0, got 4",
        ),
        (
            "/coefficients/3",
            json!({ "column": "other", "value": -1e300 }),
            &format!(
                "predictive.coefficients[3].value: must be a number of at most 1e12 in size, got `{}`\n\
                 predictive.coefficients[3].column: expected `industry (other)`, got `other`",
                -1e300
            ),
        ),
        (
            "/coefficients",
            json!([{ "column": "seats", "value": 0.5 }]),
            "predictive.coefficients: one for each column: expected 4, got 1",
        ),
        (
            "/baseline",
            json!(-2e12),
            "predictive.baseline: must be a number of at most 1e12 in size, got `-2000000000000`",
        ),
        (
            "/base_rate",
            json!(1.0),
            "predictive.base_rate: must be more than 0 and less than 1, got `1`",
        ),
    ] {
        assert_eq!(damaged(place, with), message);
    }
    // Numbers that JSON cannot write.
    let nan = PredictiveModel {
        baseline: f64::NAN,
        base_rate: f64::NAN,
        ..model
    };
    assert_eq!(
        nan.build(&schema()).unwrap_err().to_string(),
        "predictive.baseline: must be a number of at most 1e12 in size, got `NaN`\n\
         predictive.base_rate: must be more than 0 and less than 1, got `NaN`"
    );
}

/// What no model says is refused where it is read.
#[test]
fn files_that_are_no_model() {
    for (text, message) in [
        ("{}", "missing field `version`"),
        (
            r#"{"version": 1, "bias": 0}"#,
            "unknown field `bias`, expected one of `version`, `note`, `features`, `coefficients`, `baseline`, `base_rate`",
        ),
        (
            r#"{"version": 1, "baseline": null}"#,
            "invalid type: null, expected f64",
        ),
        (
            r#"{"version": 1, "features": [{"feature": {"name": "a", "attribut": "b"}}]}"#,
            "unknown field `attribut`, expected one of `name`, `attribute`,",
        ),
        (
            r#"{"version": 1, "features": [{"feature": {"name": "a"}, "columns": [{"of": "mean"}]}]}"#,
            "unknown variant `mean`, expected one of `value`, `level`, `bin`, `other`, `missing`",
        ),
    ] {
        let error = serde_json::from_str::<PredictiveModel>(text)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

fn reading(dimension: &str) -> PredictiveModel {
    serde_json::from_value(json!({
        "version": 1,
        "features": [{
            "feature": { "name": "other", "dimension": dimension },
            "columns": [{ "of": "value", "mean": 35.0 }],
        }],
        "coefficients": [{ "column": "other", "value": 0.04 }],
        "baseline": -1.0,
        "base_rate": 0.3,
    }))
    .unwrap()
}

fn circles(reads: &[(&str, &str)]) -> String {
    let spec = ModelSpec::new("circle")
        .schema(schema_spec())
        .composite(CompositeSpec::max());
    let spec = reads.iter().fold(spec, |spec, (name, other)| {
        spec.dimension(DimensionSpec::predictive(*name, reading(other)))
    });
    ScoreModel::build(&spec).unwrap_err().to_string()
}

#[test]
fn dimensions_in_a_circle() {
    assert_eq!(
        circles(&[("a", "a")]),
        "dimensions[0].predictive: dimensions must not read each other in a circle: `a` reads `a`"
    );
    assert_eq!(
        circles(&[("x", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("d", "d")]),
        "dimensions[1].predictive: dimensions must not read each other in a circle: `a` reads `b` reads `c` reads `a`\n\
         dimensions[4].predictive: dimensions must not read each other in a circle: `d` reads `d`"
    );
    assert_eq!(
        circles(&[("fit", "fist")]),
        "dimensions[0].predictive.features[0].feature.dimension: unknown dimension `fist`, did you mean `fit`?"
    );
    assert_eq!(
        circles(&[("fit", "composite")]),
        "dimensions[0].predictive.features[0].feature.dimension: unknown dimension `composite`"
    );
}
