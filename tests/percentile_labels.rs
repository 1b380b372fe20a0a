//! Labels by percentile, wherever labels are read: in time, and in stages.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use lead_scoring::{
    ActivityRecord, ActivitySpec, AsOf, DecaySpec, DimensionSpec, GroupSpec, LabelSpec, Lead,
    ModelSpec, PercentileSpec, RuleSpec, RulesSpec, SchemaSpec, Score, ScoreModel, StageSpec,
    StageState, StagesSpec, Standing, StateCondition, What,
};

/// 100 points that halve every ten days; half of the population scores below 20.
fn model() -> ScoreModel {
    let rules = RulesSpec::new().group(
        GroupSpec::sum("all").rule(
            RuleSpec::new("visit")
                .points(100.0)
                .activity(ActivitySpec::of("visit").decay(DecaySpec::half_life("10d"))),
        ),
    );
    let population = [0.0, 10.0, 20.0, 80.0, 100.0].map(Score::saturating);
    let spec = ModelSpec::new("m")
        .schema(SchemaSpec::new().kind("visit"))
        .dimension(DimensionSpec::rules("engagement", rules))
        .percentile(PercentileSpec::fit("engagement", population))
        .label(
            LabelSpec::new("rank")
                .of("engagement")
                .on_percentiles()
                .band("low", 0.0)
                .band("high", 50.0),
        );
    ScoreModel::build(&spec).unwrap()
}

fn lead(model: &ScoreModel) -> Lead {
    Lead::builder(model.schema(), "a")
        .activity(ActivityRecord::new("visit", "2026-03-01".parse().unwrap()))
        .build()
        .unwrap()
}

#[test]
fn the_label_changes_when_the_rank_does() {
    let model = model();
    let lead = lead(&model);
    let from: AsOf = "2026-03-01".parse().unwrap();
    let until: AsOf = "2026-06-01".parse().unwrap();
    let change = model
        .next_change(&lead, from, until, What::Label("rank"))
        .unwrap()
        .unwrap();
    assert_eq!(change.after, Standing::Label(Some("low".to_owned())));
    let before = AsOf::new(change.at.plus_micros(-1_000_000));
    assert_eq!(model.vector(&lead, before).label("rank"), Some("high"));
    assert_eq!(
        model.vector(&lead, AsOf::new(change.at)).label("rank"),
        Some("low")
    );
    // 20 is the middle of the population: 100 points are there after log2(5) half-lives.
    let days = change.at.micros_since(from.moment()) / 86_400_000_000;
    assert_eq!(days, 23);
}

#[test]
fn margins_of_stages_are_percentiles_too() {
    let model = model();
    let lead = lead(&model);
    let stages = StagesSpec::new("s")
        .stage(StageSpec::new("top", StateCondition::reached("rank", "high")).margin(20.0))
        .build(&model)
        .unwrap();
    let at = |date: &str| {
        let as_of: AsOf = date.parse().unwrap();
        (as_of, model.vector(&lead, as_of))
    };
    let (as_of, vector) = at("2026-03-10");
    let entered = stages.transition(&StageState::default(), &lead, &vector, as_of);
    assert_eq!(entered.state().stage(), Some("top"));
    // Score 17.7, percentile 45: below the entry, within the margin.
    let (as_of, vector) = at("2026-03-26");
    assert_eq!(vector.label("rank"), Some("low"));
    let kept = stages.transition(entered.state(), &lead, &vector, as_of);
    assert_eq!(kept.state().stage(), Some("top"));
    // Score 8.8, percentile below 30.
    let (as_of, vector) = at("2026-04-05");
    let left = stages.transition(kept.state(), &lead, &vector, as_of);
    assert_eq!(left.state().stage(), None);
}
