//! What stage a lead comes into next, against trying every second and every edge.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)] // a test stops where something is not as it must be

mod generators;

use generators::scorers::{full_model, more};
use generators::{condition, noon};
use lead_scoring::{
    Activity, ActivitySpec, AsOf, ChangeError, DecaySpec, DimensionSpec, Externals, Frozen,
    GroupSpec, InactivitySpec, LabelSpec, Lead, LeadView, ModelSpec, Moment, RuleSpec, RulesSpec,
    SchemaSpec, Score, ScoreModel, Scorer, SegmentSpec, SegmentsSpec, StageChange, StageSpec,
    StageState, Stages, StagesSpec, StateCondition, attribute, from_fn,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::Arc;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

fn state_condition() -> impl Strategy<Value = StateCondition> {
    let bound = || (0_i32..=20).prop_map(|steps| f64::from(steps) * 5.0);
    let of = || select(vec!["first", "second", "third", "composite"]);
    let leaf = prop_oneof![
        4 => (of(), bound()).prop_map(|(of, low)| StateCondition::score(of).at_least(low).into()),
        2 => (of(), bound()).prop_map(|(of, high)| StateCondition::score(of).less_than(high).into()),
        1 => (of(), bound(), 0.0..9.0).prop_map(|(of, low, more)| {
            StateCondition::score(of).between(low, low + more).into()
        }),
        2 => (select(vec!["first", "third"]), -20.0..60.0).prop_map(|(of, low)| {
            StateCondition::raw(of).at_least(low).into()
        }),
        1 => of().prop_map(|of| StateCondition::score(of).is_missing().into()),
        3 => (select(vec!["first", "points", "whole", "ranked"]), 0..4).prop_map(|(set, band)| {
            StateCondition::reached(set, format!("b{band}"))
        }),
        3 => (select(vec!["visit", "demo"]), 1_u32..3, select(vec!["90s", "12h", "14d"])).prop_map(
            |(kind, times, last)| {
                let activity = ActivitySpec::of(kind).last(last);
                StateCondition::activity(activity).at_least(f64::from(times)).into()
            }
        ),
        3 => condition().prop_map(StateCondition::when),
        1 => Just(StateCondition::disqualified()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(StateCondition::all),
            vec(inner.clone(), 1..4).prop_map(StateCondition::any),
            inner.prop_map(StateCondition::not),
        ]
    })
}

fn stages() -> BoxedStrategy<StagesSpec> {
    let stage = (
        state_condition(),
        option::weighted(0.4, state_condition()),
        option::of(0.0..20.0),
    );
    vec(stage, 1..5)
        .prop_map(|stages| {
            let stages = stages.into_iter().enumerate();
            stages.fold(
                StagesSpec::new("any"),
                |spec, (i, (enter, exit, margin))| {
                    let mut stage = StageSpec::new(format!("s{i}"), enter);
                    match exit {
                        Some(exit) => stage = stage.exit(exit),
                        None => stage.margin = margin,
                    }
                    spec.stage(stage)
                },
            )
        })
        .boxed()
}

/// Goes through the moments as a host would that looks at each of them.
fn check(
    (model, stages): (&ScoreModel, &Stages),
    lead: &Lead,
    state: &StageState,
    (from, until): (Moment, Moment),
    tried: impl Iterator<Item = Moment>,
) -> Result<Option<StageChange>, TestCaseError> {
    let frozen = Frozen::new(lead, from);
    let step = |state: &StageState, at: Moment| {
        stages.transition(state, &frozen, &model.vector(&frozen, at.into()), at.into())
    };
    let now = step(state, from).into_state();
    let found = stages
        .next_change(model, lead, state, from.into(), until.into())
        .unwrap();
    if let Some(change) = &found {
        prop_assert!(from < change.at && change.at <= until);
        prop_assert_eq!(&change.transition, &step(&now, change.at));
        prop_assert!(!change.transition.crossed().is_empty());
        prop_assert!(change.transition.to() != now.stage());
        prop_assert_eq!(change.transition.state().since(), Some(change.at));
    }
    for at in tried.filter(|&at| from < at && at <= until) {
        if found.as_ref().is_some_and(|change| change.at <= at) {
            break;
        }
        let transition = step(&now, at);
        prop_assert!(
            transition.crossed().is_empty(),
            "{}: {}, found {:?}",
            at,
            transition,
            found
        );
    }
    Ok(found)
}

fn check_segments(
    model: &ScoreModel,
    when: &StateCondition,
    lead: &Lead,
    (from, until): (Moment, Moment),
    tried: impl Iterator<Item = Moment>,
) -> Result<(), TestCaseError> {
    let spec = SegmentsSpec::new().segment(SegmentSpec::new("it", when.clone()));
    let Ok(segments) = spec.build(model) else {
        return Ok(());
    };
    let frozen = Frozen::new(lead, from);
    let inside = |at: Moment| {
        let vector = model.vector(&frozen, at.into());
        segments.holds("it", &frozen, &vector, at.into()) == Some(true)
    };
    let before = inside(from);
    let found = segments
        .next_change("it", model, lead, from.into(), until.into())
        .unwrap();
    if let Some(change) = found {
        prop_assert!(from < change.at && change.at <= until);
        prop_assert_eq!((change.enters, inside(change.at)), (!before, !before));
    }
    for at in tried.filter(|&at| from < at && at <= until) {
        if found.is_some_and(|change| change.at <= at) {
            break;
        }
        prop_assert_eq!(inside(at), before, "{}, found {:?}", at, found);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn every_second_of_a_short_span(
        spec in full_model(), stages in stages(), more in more(), (start, at) in (-30_i64..30, 0_usize..5),
        when in state_condition(),
    ) {
        let Ok(model) = ScoreModel::build(&spec) else { return Ok(()) };
        let lead = more.lead();
        let from = noon().plus_micros(start * SECOND);
        let until = from.plus_micros(200 * SECOND);
        let every = || (1..=200).map(|i| from.plus_micros(i * SECOND));
        if let Ok(stages) = stages.build(&model) {
            let state = StageState::new(&format!("s{at}"), from);
            check((&model, &stages), &lead, &state, (from, until), every())?;
        }
        check_segments(&model, &when, &lead, (from, until), every())?;
    }

    #[test]
    fn every_edge_of_a_long_span(
        spec in full_model(), stages in stages(), more in more(), when in state_condition(),
        (start, days, at) in (-60_i64..10, 1_i64..200, 0_usize..5),
    ) {
        let Ok(model) = ScoreModel::build(&spec) else { return Ok(()) };
        let lead = more.lead();
        let from = noon().plus_micros(start * DAY / 4 + 17);
        let until = from.plus_micros(days * DAY);
        let tried = more.edges(from, until);
        if let Ok(stages) = stages.build(&model) {
            let state = StageState::new(&format!("s{at}"), from);
            check((&model, &stages), &lead, &state, (from, until), tried.iter().copied())?;
        }
        check_segments(&model, &when, &lead, (from, until), tried.into_iter())?;
    }
}

#[test]
fn enough_of_the_random_stages_change() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut up, mut down, mut asked) = (0, 0, 0);
    for _ in 0..200 {
        let spec = full_model().new_tree(&mut runner).unwrap().current();
        let stages = stages().new_tree(&mut runner).unwrap().current();
        let more = more().new_tree(&mut runner).unwrap().current();
        let Ok(model) = ScoreModel::build(&spec) else {
            continue;
        };
        let Ok(stages) = stages.build(&model) else {
            continue;
        };
        let (from, until) = (noon(), noon().plus_micros(90 * DAY));
        let none = StageState::default();
        let found = stages.next_change(&model, &more.lead(), &none, from.into(), until.into());
        asked += 1;
        if let Some(change) = found.unwrap() {
            let reached = change.transition.direction() == Some(lead_scoring::Direction::Up);
            *(if reached { &mut up } else { &mut down }) += 1;
        }
    }
    assert!(
        asked > 100 && up > 10 && down > 10,
        "{up} up, {down} down of {asked}"
    );
}

/// Demos fade within a hundred days, a contract ends, silence disqualifies.
fn spec() -> ModelSpec {
    let demos = ActivitySpec::of("demo").decay(DecaySpec::lifespan("100d"));
    ModelSpec::new("inbound")
        .schema(
            SchemaSpec::new()
                .date("contract_ends")
                .kinds(["demo", "visit"]),
        )
        .dimension(DimensionSpec::rules(
            "engagement",
            RulesSpec::new().group(
                GroupSpec::sum("web")
                    .rule(RuleSpec::new("demo").points(80.0).activity(demos))
                    .rule(
                        RuleSpec::new("gone")
                            .inactivity(InactivitySpec::every("90d"))
                            .points(-1.0)
                            .disqualify("gone"),
                    ),
            ),
        ))
        .label(LabelSpec::new("heat").band("cold", 0.0).band("warm", 60.0))
}

fn at(text: &str) -> AsOf {
    text.parse().unwrap()
}

fn next(stages: &StagesSpec, state: &str) -> Option<String> {
    let model = ScoreModel::build(&spec()).unwrap();
    let stages = stages.build(&model).unwrap();
    let demo = model.schema().kind("demo").unwrap();
    let lead = Lead::builder(model.schema(), "a1")
        .set("contract_ends", "2026-05-20")
        .push(Activity::new(demo, at("2026-03-01").moment()))
        .build()
        .unwrap();
    let state = StageState::new(state, at("2026-03-01").moment());
    let found = stages.next_change(&model, &lead, &state, at("2026-03-02"), at("2027-03-02"));
    found
        .unwrap()
        .map(|change| format!("{}: {:.3}", change.at, change.transition))
}

fn one(stage: StageSpec) -> StagesSpec {
    StagesSpec::new("one").stage(stage)
}

#[test]
#[allow(clippy::too_many_lines)] // one table
fn every_reason_to_move_is_found_to_its_moment() {
    let engaged = |low| StateCondition::score("engagement").at_least(low);
    let any = || StateCondition::from(engaged(0.0));
    let demo = |last: &str| StateCondition::activity(ActivitySpec::of("demo").last(last));
    let told = [
        // 80 points, less 0.8 a day.
        (
            one(StageSpec::new("mql", engaged(60.0))),
            Some(
                "2026-03-26T00:00:00.000001Z: from `mql` to none\n  left `mql`\n    score `engagement` is 60.000, which is not at least 60",
            ),
        ),
        (
            one(StageSpec::new("mql", engaged(60.0)).margin(20.0)),
            Some(
                "2026-04-20T00:00:00.000001Z: from `mql` to none\n  left `mql`\n    score `engagement` is 40.000, which is not at least 40",
            ),
        ),
        (
            one(StageSpec::new("mql", engaged(60.0)).exit(demo("50d").at_most(0.0))),
            Some(
                "2026-04-20T00:00:00Z: from `mql` to none\n  left `mql`\n    activity `demo`: 0, which is at most 0",
            ),
        ),
        // Disqualified after ninety days of silence, whatever the score says.
        (
            one(StageSpec::new("mql", any())),
            Some("2026-05-30T00:00:00Z: from `mql` to none\n  left `mql`\n    disqualified: gone"),
        ),
        (
            one(StageSpec::new(
                "mql",
                StateCondition::reached("heat", "warm"),
            )),
            Some(
                "2026-03-26T00:00:00.000001Z: from `mql` to none\n  left `mql`\n    label `heat` has not reached `warm`",
            ),
        ),
        (
            one(StageSpec::new("mql", StateCondition::reached("heat", "warm")).margin(10.0)),
            Some(
                "2026-04-07T12:00:00.000001Z: from `mql` to none\n  left `mql`\n    label `heat` has not reached `warm`",
            ),
        ),
        (
            one(StageSpec::new("seen", demo("30d"))),
            Some(
                "2026-03-31T00:00:00Z: from `seen` to none\n  left `seen`\n    activity `demo`: 0, which is not at least 1",
            ),
        ),
        (
            one(StageSpec::new("mql", any())).stage(StageSpec::new(
                "due",
                attribute("contract_ends").within_next("30d"),
            )),
            Some(
                "2026-04-20T00:00:00.000001Z: from `mql` to `due`\n  reached `due`\n    true: `contract_ends` within_next 30d",
            ),
        ),
        // From above through two stages at once: the lower one's bound is passed at the same moment.
        (
            one(StageSpec::new("mql", engaged(60.0))).stage(StageSpec::new("sql", engaged(60.0))),
            Some(
                "2026-03-26T00:00:00.000001Z: from `sql` to none\n  left `sql`\n    score `engagement` is 60.000, which is not at least 60\n  left `mql`\n    score `engagement` is 60.000, which is not at least 60",
            ),
        ),
        // A stage that a lead is only kept in: its entry is far above.
        (
            one(StageSpec::new("mql", engaged(90.0)).margin(30.0)),
            Some(
                "2026-03-26T00:00:00.000001Z: from `mql` to none\n  left `mql`\n    score `engagement` is 60.000, which is not at least 60",
            ),
        ),
    ];
    for (spec, expected) in told {
        let top = spec.stages.last().unwrap().name.clone();
        let state = if top == "due" { "mql".to_owned() } else { top };
        assert_eq!(next(&spec, &state).as_deref(), expected, "{spec:?}");
    }
}

#[test]
fn a_stage_that_nothing_leaves_stays() {
    let visited = StateCondition::activity(ActivitySpec::of("visit"));
    let stages = one(StageSpec::new("visited", visited));
    assert_eq!(next(&stages, "visited"), None);
}

#[test]
fn what_cannot_be_answered_is_said() {
    let model = ScoreModel::build(&spec()).unwrap();
    let other = ScoreModel::build(&spec().label(LabelSpec::new("more").band("x", 1.0))).unwrap();
    let enter = || StateCondition::from(StateCondition::score("engagement").at_least(60.0));
    let stages = one(StageSpec::new("mql", enter())).build(&model).unwrap();
    let segments = SegmentsSpec::new().segment(SegmentSpec::new("warm", enter()));
    let segments = segments.build(&model).unwrap();
    let lead = Lead::builder(model.schema(), "a").build().unwrap();
    let (from, until) = (at("2026-03-01"), at("2026-04-01"));
    let none = StageState::default();
    let refused = stages.next_change(&other, &lead, &none, from, until);
    assert_eq!(refused, Err(ChangeError::OtherModel));
    assert_eq!(
        ChangeError::OtherModel.to_string(),
        "the stages or segments are of another model"
    );
    let refused = segments.next_change("warm", &other, &lead, from, until);
    assert_eq!(refused, Err(ChangeError::OtherModel));
    let refused = segments.next_change("worm", &model, &lead, from, until);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "unknown segment `worm`, did you mean `warm`?"
    );

    let dark = from_fn(|_: &dyn LeadView, _| Some(Score::MAX));
    let externals = Externals::from([("dark".to_owned(), Arc::new(dark) as Arc<dyn Scorer>)]);
    let spec = spec().dimension(DimensionSpec::external("dark", "dark"));
    let model = ScoreModel::build_with(&spec, &externals).unwrap();
    let stages = one(StageSpec::new("mql", enter())).build(&model).unwrap();
    let refused = stages.next_change(&model, &lead, &none, from, until);
    let dimensions = vec!["dark".to_owned()];
    assert_eq!(refused, Err(ChangeError::Opaque { dimensions }));

    // Of a lead of another schema nothing is known, so nothing changes.
    let model = ScoreModel::build(&self::spec()).unwrap();
    let stages = one(StageSpec::new("mql", enter())).build(&model).unwrap();
    let schema = SchemaSpec::new().kind("demo").build().unwrap();
    let foreign = Lead::builder(&schema, "a").build().unwrap();
    assert_eq!(
        stages.next_change(&model, &foreign, &none, from, until),
        Ok(None)
    );
    assert_eq!(
        stages.next_change(&model, &lead, &none, from, from),
        Ok(None)
    );
}
