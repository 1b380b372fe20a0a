//! What can be wrong with a model: every message once, literally, with its place.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and tables are long"
)]

use lead_scoring::{
    ActivitySpec, AppliesTo, AutoQualifySpec, CompositeMethod, CompositeSpec, DimensionSpec,
    Externals, GroupSpec, HistorySpec, LabelSpec, ModelSpec, NestedModel, RuleSpec, RulesSpec,
    SchemaSpec, ScoreModel, Scorer, attribute, from_fn,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is said of a dimension without a judge, or with several.
const ONE_JUDGE: &str = "dimensions[2]: give exactly one of `rules`, `model`, `external`, `grade`, `engagement`, `rfm`, `checklist`, `interest`, `momentum`, `predictive`, `naive_bayes`, `propensity`";

fn schema() -> SchemaSpec {
    SchemaSpec::new().number("seats").kind("visit")
}

fn rules() -> RulesSpec {
    RulesSpec::new().group(
        GroupSpec::sum("size").rule(
            RuleSpec::new("team")
                .points(30.0)
                .when(attribute("seats").at_least(50)),
        ),
    )
}

/// A model without fault: dimensions `fit` (points) and `other` (an app's own scorer).
fn good() -> ModelSpec {
    ModelSpec::new("good")
        .schema(schema())
        .dimension(DimensionSpec::rules("fit", rules()))
        .dimension(DimensionSpec::external("other", "revenue"))
}

fn inner() -> ModelSpec {
    ModelSpec::new("inner")
        .dimension(DimensionSpec::rules("fit", rules()))
        .composite(CompositeSpec::max())
}

fn with(model: ModelSpec) -> ModelSpec {
    good().dimension(DimensionSpec::model("nested", model))
}

fn externals() -> Externals {
    let none = Arc::new(from_fn(|_, _| None)) as Arc<dyn Scorer>;
    Externals::from([("revenue".to_owned(), none)])
}

fn problems(spec: &ModelSpec) -> Vec<String> {
    match ScoreModel::build_with(spec, &externals()) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

fn refused<const N: usize>(table: [(ModelSpec, &[&str]); N]) {
    for (spec, expected) in table {
        assert_eq!(problems(&spec), expected);
    }
}

#[test]
fn models_and_dimensions() {
    let named = |name: &str| good().dimension(DimensionSpec::rules(name, rules()));
    let none = DimensionSpec {
        name: "none".to_owned(),
        ..DimensionSpec::default()
    };
    let both = DimensionSpec {
        external: Some("revenue".to_owned()),
        ..DimensionSpec::rules("both", rules())
    };
    let bad_rule = RulesSpec::new().group(
        GroupSpec::sum("size").rule(
            RuleSpec::new("team")
                .points(1.0)
                .when(attribute("saets").is_known()),
        ),
    );
    refused([
        (good(), &[]),
        (with(inner()), &[]),
        (
            ModelSpec {
                version: 2,
                ..good()
            },
            &["version: this library reads version 1, got `2`"],
        ),
        (
            ModelSpec::new("empty").schema(schema()),
            &["dimensions: a model needs at least one dimension"],
        ),
        (
            good().schema(schema().kind("visit")),
            &["schema.kinds[1]: `visit` stands twice"],
        ),
        (
            good().history(HistorySpec::new().reset_attribute("seats")),
            &["history.reset_attribute: `seats` must be of type date, it is of type number"],
        ),
        (
            good().applies_to(AppliesTo::default()),
            &["applies_to: give `include`, `exclude` or both"],
        ),
        (
            good().applies_to(AppliesTo::include(attribute("seat").is_known())),
            &["applies_to.include: unknown attribute `seat`, did you mean `seats`?"],
        ),
        (
            good().applies_to(AppliesTo::exclude(attribute("budget").is_known())),
            &["applies_to.exclude: unknown attribute `budget`"],
        ),
        (named(""), &["dimensions[2].name: a name must not be empty"]),
        (
            named("fit "),
            &["dimensions[2].name: a name must not begin or end with white space"],
        ),
        (named("fit"), &["dimensions[2].name: `fit` stands twice"]),
        (
            named("composite"),
            &["dimensions[2].name: `composite` is what the model's own composite is called"],
        ),
        (good().dimension(none), &[ONE_JUDGE]),
        (good().dimension(both), &[ONE_JUDGE]),
        (
            good().dimension(DimensionSpec::rules("bad", bad_rule)),
            &[
                "dimensions[2].rules.groups[0].rules[0].when: unknown attribute `saets`, did you mean `seats`?",
            ],
        ),
        (
            good().dimension(DimensionSpec::external("more", "revenu")),
            &["dimensions[2].external: unknown external scorer `revenu`, did you mean `revenue`?"],
        ),
        (
            good().dimension(DimensionSpec::external("more", "churn")),
            &["dimensions[2].external: unknown external scorer `churn`"],
        ),
        // The same is true of a model that stands in another.
        (
            with(ModelSpec {
                version: 0,
                composite: None,
                ..inner()
                    .schema(SchemaSpec::new().text("title"))
                    .dimension(DimensionSpec::external("fit", "revnue"))
                    .label(LabelSpec::new("stage"))
            }),
            &[
                "dimensions[2].model.schema: a model inside a model has the outer schema: leave it out",
                "dimensions[2].model: a model inside a model needs a `composite`, or it has no score",
                "dimensions[2].model.version: this library reads version 1, got `0`",
                "dimensions[2].model.dimensions[1].name: `fit` stands twice",
                "dimensions[2].model.dimensions[1].external: unknown external scorer `revnue`, did you mean `revenue`?",
                "dimensions[2].model.labels[0].bands: needs at least one band",
            ],
        ),
    ]);
    // A nested model may repeat the outer schema.
    assert!(problems(&with(inner().schema(schema()))).is_empty());
}

#[test]
fn composites() {
    let weighted = |weights: &[(&str, f64)]| {
        good().composite(CompositeSpec::weighted_mean(
            weights.iter().map(|&(name, weight)| (name, weight)),
        ))
    };
    let extreme = |method| {
        good().composite(CompositeSpec {
            method,
            ..CompositeSpec::weighted_mean([("fit", 1.0)])
        })
    };
    refused([
        (weighted(&[("fit", 0.5), ("other", 0.5)]), &[]),
        (weighted(&[("fit", 0.0), ("other", 1e12)]), &[]),
        (
            extreme(CompositeMethod::Min),
            &["composite.weights: the methods `min` and `max` take no weights"],
        ),
        (
            extreme(CompositeMethod::Max),
            &["composite.weights: the methods `min` and `max` take no weights"],
        ),
        (
            weighted(&[("fit", 0.5), ("others", 0.5)]),
            &["composite.weights.others: unknown dimension `others`, did you mean `other`?"],
        ),
        (
            weighted(&[("fit", -0.5), ("other", 1.0)]),
            &["composite.weights.fit: a weight must be between 0 and 1e12, got `-0.5`"],
        ),
        (
            weighted(&[("fit", f64::NAN), ("other", 1.0)]),
            &["composite.weights.fit: a weight must be between 0 and 1e12, got `NaN`"],
        ),
        (
            weighted(&[("fit", f64::INFINITY), ("other", 1.0)]),
            &["composite.weights.fit: a weight must be between 0 and 1e12, got `inf`"],
        ),
        (
            weighted(&[("fit", 0.0), ("other", 0.0)]),
            &["composite.weights: at least one weight must be more than 0"],
        ),
        (
            with(inner().composite(CompositeSpec::geometric_mean([("other", 1.0)]))),
            &[
                "dimensions[2].model.composite.weights.other: unknown dimension `other`",
                "dimensions[2].model.composite.weights: at least one weight must be more than 0",
            ],
        ),
    ]);
}

#[test]
fn labels() {
    let stage = || LabelSpec::new("stage").band("mql", 40.0).band("sql", 70.0);
    let labelled = |label: LabelSpec| good().label(label);
    let many = (0..65_535).fold(LabelSpec::new("stage"), |label, band| {
        label.band(format!("{band}"), f64::from(band))
    });
    refused([
        (labelled(stage()), &[]),
        (labelled(stage().of("fit").on_points()), &[]),
        (
            labelled(LabelSpec {
                name: String::new(),
                ..stage()
            }),
            &["labels[0].name: a name must not be empty"],
        ),
        (
            labelled(stage()).label(stage()),
            &["labels[1].name: `stage` stands twice"],
        ),
        (
            labelled(stage().of("fitt")),
            &["labels[0].of: unknown dimension `fitt`, did you mean `fit`?"],
        ),
        (
            labelled(stage().of("fitt").on_points()),
            &["labels[0].of: unknown dimension `fitt`, did you mean `fit`?"],
        ),
        (
            labelled(stage().of("composite")),
            &["labels[0].of: the model has no composite"],
        ),
        (
            labelled(stage().of("composite").on_points()),
            &["labels[0].of: the model has no composite"],
        ),
        (
            labelled(stage().on_points()).composite(CompositeSpec::min()),
            &["labels[0].on: only a dimension of rules has points"],
        ),
        (
            labelled(stage().of("other").on_points()),
            &["labels[0].on: only a dimension of rules has points"],
        ),
        (
            ModelSpec::new("empty").label(stage().on_points()),
            &["dimensions: a model needs at least one dimension"],
        ),
        (
            labelled(LabelSpec::new("stage")),
            &["labels[0].bands: needs at least one band"],
        ),
        (labelled(many), &["labels[0].bands: at most 65,534 bands"]),
        (
            labelled(stage().band(" ", 80.0)),
            &["labels[0].bands[2].label: a name must not begin or end with white space"],
        ),
        (
            labelled(stage().band("mql", 80.0)),
            &["labels[0].bands[2].label: `mql` stands twice"],
        ),
        (
            labelled(stage().band("won", f64::NAN)),
            &["labels[0].bands[2].at_least: must be a number of at most 1e12 in size, got `NaN`"],
        ),
        (
            labelled(stage().band("won", -1.5e12)),
            &[
                "labels[0].bands[2].at_least: must be a number of at most 1e12 in size, got `-1500000000000`",
            ],
        ),
        (
            labelled(stage().band("won", 40.0)),
            &["labels[0].bands[2].at_least: `mql` already begins at `40`"],
        ),
        (
            labelled(stage().of("fit").on_points().band("won", 4e11)),
            &[],
        ),
    ]);
}

#[test]
fn hand_raisers() {
    let raised =
        |auto: AutoQualifySpec| good().label(LabelSpec::new("stage").band("mql", 40.0).auto(auto));
    let visited = || ActivitySpec::of("visit");
    refused([
        (
            raised(AutoQualifySpec::new("mql", "visited").activity(visited().last("30d"))),
            &[],
        ),
        (
            raised(AutoQualifySpec::new("mql", "visited")),
            &["labels[0].auto[0]: give `when`, `activity` or both"],
        ),
        (
            raised(AutoQualifySpec::new("mql", "").activity(visited())),
            &["labels[0].auto[0].reason: a reason must not be empty"],
        ),
        (
            raised(AutoQualifySpec::new("mqk", "visited").activity(visited())),
            &["labels[0].auto[0].label: unknown label `mqk`, did you mean `mql`?"],
        ),
        (
            raised(AutoQualifySpec::new("won", "visited").activity(visited())),
            &["labels[0].auto[0].label: unknown label `won`"],
        ),
        (
            raised(AutoQualifySpec::new("mql", "large").when(attribute("seats").contains("9"))),
            &[
                "labels[0].auto[0].when: `contains` does not go with `seats`, which is of type number",
            ],
        ),
        (
            raised(
                AutoQualifySpec::new("mql", "visited")
                    .activity(ActivitySpec::of("vist").last("a month")),
            ),
            &[
                "labels[0].auto[0].activity.kind: unknown activity kind `vist`, did you mean `visit`?",
                "labels[0].auto[0].activity.window.last: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `a month`",
            ],
        ),
    ]);
}

#[test]
fn all_problems_at_once() {
    let spec = ModelSpec {
        version: 7,
        ..good()
            .dimension(DimensionSpec::external("", "revenue"))
            .composite(CompositeSpec::weighted_mean([("fit", -1.0), ("nil", 1.0)]))
            .label(LabelSpec::new("a").band("x", f64::INFINITY))
            .label(LabelSpec::new("a"))
    };
    assert_eq!(
        problems(&spec),
        [
            "version: this library reads version 1, got `7`",
            "dimensions[2].name: a name must not be empty",
            "composite.weights.fit: a weight must be between 0 and 1e12, got `-1`",
            "composite.weights.nil: unknown dimension `nil`",
            "composite.weights: at least one weight must be more than 0",
            "labels[0].bands[0].at_least: must be a number of at most 1e12 in size, got `inf`",
            "labels[1].name: `a` stands twice",
            "labels[1].bands: needs at least one band",
        ]
    );
    let error = ScoreModel::build_with(&spec, &externals()).unwrap_err();
    assert_eq!(error.to_string(), problems(&spec).join("\n"));
    assert_eq!(error.problems()[0].path(), "version");
}

/// What a file says that no model has is refused where it is read.
#[test]
fn files_that_are_no_model() {
    for (toml, message) in [
        ("dimensions = []", "missing field `version`"),
        ("version = 1", "missing field `dimensions`"),
        (
            "version = 1\ndimensions = []\nlables = []",
            "unknown field `lables`, expected one of `version`, `name`, `note`, `schema`, `history`, `applies_to`, `dimensions`, `composite`, `labels`, `matrices`, `percentiles`",
        ),
        (
            "version = 1\ndimensions = [{ name = 'a', rule = {} }]",
            "unknown field `rule`, expected one of `name`, `note`, `rules`, `model`, `external`, `grade`, `engagement`, `rfm`, `checklist`, `interest`, `momentum`, `predictive`, `naive_bayes`, `propensity`",
        ),
        (
            "version = 1\ndimensions = []\ncomposite = { method = 'median' }",
            "unknown variant `median`, expected one of `weighted_mean`, `geometric_mean`, `min`, `max`",
        ),
        (
            "version = 1\ndimensions = []\nlabels = [{ name = 'a', on = 'rank', bands = [] }]",
            "unknown variant `rank`, expected one of `score`, `points`, `percentile`",
        ),
    ] {
        let error = toml::from_str::<ModelSpec>(toml).unwrap_err();
        assert_eq!(error.message(), message);
        let value: toml::Value = toml::from_str(toml).unwrap();
        let json = serde_json::to_string(&value).unwrap();
        let error = serde_json::from_str::<ModelSpec>(&json).unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
    }
}

/// A model of that many levels.
fn nested(levels: usize) -> ModelSpec {
    (1..levels).fold(inner(), |spec, _| {
        ModelSpec::new("outer")
            .dimension(DimensionSpec::model("in", spec))
            .composite(CompositeSpec::max())
    })
}

const TOO_DEEP: &str = "models must not be nested deeper than 64 levels";

#[test]
fn models_nested_in_code() {
    let deepest = usize::from(ModelSpec::MAX_DEPTH);
    let model = |levels| ScoreModel::build(&nested(levels).schema(schema()));
    let built = model(deepest).unwrap();
    let lead = lead_scoring::Lead::builder(built.schema(), "a").set("seats", 80);
    let (lead, now) = (lead.build().unwrap(), "2026-03-01".parse().unwrap());
    assert_eq!(built.score(&lead, now).map(f64::from), Some(30.0));
    let told = built.explain(&lead, now);
    assert!(told.recomputes());
    assert_eq!(told.value(), Some(30.0));
    assert_eq!(
        model(deepest + 1).unwrap_err().to_string(),
        format!("dimensions[0].model: {TOO_DEEP}")
    );
    // However deep it was meant to be, and however often one begins anew.
    assert!(model(10_000).is_err());
    assert_eq!(NestedModel::new(nested(deepest)).spec(), None);
    let json = serde_json::to_value(nested(deepest + 1)).unwrap_err();
    assert_eq!(json.to_string(), TOO_DEEP);
    let toml = toml::to_string(&nested(deepest + 1)).unwrap_err();
    assert_eq!(toml.to_string(), TOO_DEEP);
}

/// A model of that many levels as text.
fn nested_json(levels: usize) -> String {
    let open = r#"{"version":1,"composite":{"method":"max"},"dimensions":[{"name":"in","model":"#;
    let leaf = serde_json::to_string(&inner()).unwrap();
    let close = "}]}";
    [open.repeat(levels - 1), leaf, close.repeat(levels - 1)].concat()
}

fn nested_toml(levels: usize) -> String {
    let open = "{version=1,composite={method='max'},dimensions=[{name='in',model=";
    let leaf = "{version=1,composite={method='max'},dimensions=[{name='fit',rules={}}]}";
    let close = "}]}";
    let dimensions = [
        open.repeat(levels - 2),
        leaf.to_owned(),
        close.repeat(levels - 2),
    ]
    .concat();
    format!("version=1\ncomposite={{method='max'}}\ndimensions=[{{name='in',model={dimensions}}}]")
}

#[test]
fn models_nested_in_files() {
    let begun = Instant::now();
    // A few levels are read by every reader.
    assert_eq!(
        problems(&serde_json::from_str(&nested_json(10)).unwrap()).len(),
        1
    );
    assert!(problems(&toml::from_str(&nested_toml(10)).unwrap()).is_empty());
    // `serde_json` and `toml` give up before the library does: each level of a model is several of theirs.
    for levels in [65, 1_000, 10_000, 100_000] {
        let error = serde_json::from_str::<ModelSpec>(&nested_json(levels)).unwrap_err();
        assert!(
            error.to_string().starts_with("recursion limit exceeded"),
            "{error}"
        );
        let error = toml::from_str::<ModelSpec>(&nested_toml(levels)).unwrap_err();
        assert!(
            error.message().contains("max recursion depth"),
            "{}",
            error.message()
        );
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
}

/// A reader without a limit of its own: what `serde_json` does with values that are already there.
#[test]
fn models_nested_for_readers_without_a_limit() {
    let value = |levels: usize| {
        let leaf = serde_json::to_value(inner()).unwrap();
        (1..levels).fold(leaf, |inner, _| {
            serde_json::json!({
                "version": 1,
                "composite": { "method": "max" },
                "dimensions": [{ "name": "in", "model": inner }],
            })
        })
    };
    let deepest = usize::from(ModelSpec::MAX_DEPTH);
    let spec: ModelSpec = serde_json::from_value(value(deepest)).unwrap();
    assert!(problems(&spec.schema(schema())).is_empty());
    for levels in [deepest + 1, 200] {
        let error = serde_json::from_value::<ModelSpec>(value(levels)).unwrap_err();
        assert_eq!(error.to_string(), TOO_DEEP);
    }
    // A refusal leaves nothing behind.
    assert!(serde_json::from_value::<ModelSpec>(value(deepest)).is_ok());
}

/// Every field of a model set, through JSON and TOML.
#[test]
fn a_full_model_reads_back_equal() {
    let spec = with(
        inner()
            .note("inside")
            .label(LabelSpec::new("n").band("x", 0.1)),
    )
    .note("all of it")
    .history(
        HistorySpec::new()
            .ignore_before("2025-01-01")
            .pause("2025-12-24", "2026-01-02"),
    )
    .applies_to(AppliesTo::include(attribute("seats").is_known()))
    .composite(
        CompositeSpec::geometric_mean([("fit", 0.1), ("other", 0.2), ("nested", 0.7)])
            .missing(lead_scoring::WhenMissing::Zero),
    )
    .label(
        LabelSpec::new("stage")
            .of("fit")
            .on_points()
            .band("mql", 40.0)
            .auto(
                AutoQualifySpec::new("mql", "visited")
                    .when(attribute("seats").at_least(3.5))
                    .activity(ActivitySpec::of("visit").last("30d")),
            ),
    );
    assert!(problems(&spec).is_empty());
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<ModelSpec>(&json).unwrap(), spec);
    let toml = toml::to_string(&spec).unwrap();
    assert_eq!(toml::from_str::<ModelSpec>(&toml).unwrap(), spec, "{toml}");
}
