//! Laws that stages keep, whatever the scores: within the margin nothing flaps, and transitions compose.
#![allow(clippy::unwrap_used)] // a test stops where something is not as it must be

mod generators;

use generators::{as_of, condition, facts, noon, schema};
use lead_scoring::{
    ActivitySpec, AsOf, DimensionSpec, Direction, Externals, LabelSpec, Lead, ModelSpec, Schema,
    SchemaSpec, Score, ScoreModel, SegmentSpec, Segments, SegmentsSpec, StageSpec, StageState,
    Stages, StagesSpec, StateCondition, Value, from_fn,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::Arc;

/// A model whose dimension `fit` is the number of seats.
fn model(schema: SchemaSpec) -> ScoreModel {
    let slot = schema.build().unwrap().attribute("seats").unwrap();
    let seats = from_fn(move |lead, _| match lead.attribute(slot) {
        Value::Number(seats) => Score::saturating(seats),
        _ => None,
    });
    let spec = ModelSpec::new("model")
        .schema(schema)
        .dimension(DimensionSpec::external("fit", "seats"))
        .label(LabelSpec::new("heat").band("warm", 30.0).band("hot", 60.0));
    ScoreModel::build_with(
        &spec,
        &Externals::from([("seats".to_owned(), Arc::new(seats) as _)]),
    )
    .unwrap()
}

fn simple() -> ScoreModel {
    model(SchemaSpec::new().number("seats"))
}

fn at(schema: &Schema, seats: Option<f64>) -> Lead {
    let lead = Lead::builder(schema, "a");
    match seats {
        Some(seats) => lead.set("seats", seats),
        None => lead,
    }
    .build()
    .unwrap()
}

/// Rising thresholds with one margin, over a score.
fn ladder(thresholds: &[f64], margin: f64) -> StagesSpec {
    let stages = thresholds.iter().enumerate();
    stages.fold(StagesSpec::new("ladder"), |spec, (i, &at_least)| {
        let enter = StateCondition::score("fit").at_least(at_least);
        spec.stage(StageSpec::new(format!("s{i}"), enter).margin(margin))
    })
}

fn step(model: &ScoreModel, stages: &Stages, state: &StageState, seats: Option<f64>) -> StageState {
    let lead = at(model.schema(), seats);
    let now = AsOf::new(noon());
    let transition = stages.transition(state, &lead, &model.vector(&lead, now), now);
    transition.into_state()
}

/// How high a state stands: 0 for none.
fn height(stages: &Stages, state: Option<&str>) -> i32 {
    let place = state.and_then(|stage| stages.names().position(|name| name == stage));
    place.map_or(0, |place| i32::try_from(place).unwrap() + 1)
}

fn thresholds() -> impl Strategy<Value = Vec<f64>> {
    vec(1_i32..99, 1..5).prop_map(|mut all| {
        all.sort_unstable();
        all.into_iter().map(f64::from).collect()
    })
}

fn state_condition() -> impl Strategy<Value = StateCondition> {
    let bound = || (0_i32..=10).prop_map(|ten| f64::from(ten) * 10.0);
    let leaf = prop_oneof![
        4 => bound().prop_map(|low| StateCondition::score("fit").at_least(low).into()),
        2 => bound().prop_map(|high| StateCondition::score("fit").less_than(high).into()),
        1 => (bound(), bound()).prop_map(|(a, b)| {
            StateCondition::raw("fit").between(f64::min(a, b), f64::max(a, b)).into()
        }),
        1 => Just(StateCondition::score("fit").is_missing().into()),
        1 => select(vec!["warm", "hot"]).prop_map(|label| StateCondition::reached("heat", label)),
        1 => (select(vec!["visit", "demo"]), 1_u32..3).prop_map(|(kind, times)| {
            StateCondition::activity(ActivitySpec::of(kind)).at_least(f64::from(times)).into()
        }),
        2 => condition().prop_map(StateCondition::when),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(StateCondition::all),
            vec(inner.clone(), 1..4).prop_map(StateCondition::any),
            inner.prop_map(StateCondition::not),
        ]
    })
}

fn stages() -> impl Strategy<Value = StagesSpec> {
    let stage = (
        state_condition(),
        option::of(state_condition()),
        option::of(0.0..20.0),
    );
    vec(stage, 1..5).prop_map(|stages| {
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
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A score that stays within less than the margin crosses no edge more than once.
    #[test]
    fn nothing_flaps_within_the_margin(
        thresholds in thresholds(),
        margin in 0.5_f64..20.0,
        center in 0.0_f64..100.0,
        moves in vec(option::weighted(0.9, 0.0_f64..1.0), 1..40),
    ) {
        let model = simple();
        let stages = ladder(&thresholds, margin).build(&model).unwrap();
        let mut state = StageState::default();
        let mut changes = 0;
        let mut ups = 0;
        for part in moves {
            let seats = part.map(|part| (center + part * margin * 0.99).clamp(0.0, 100.0));
            let next = step(&model, &stages, &state, seats);
            changes += i32::from(next.stage() != state.stage());
            ups += i32::from(height(&stages, next.stage()) > height(&stages, state.stage()));
            state = next;
        }
        // Only upwards, each time over another edge.
        prop_assert_eq!(changes, ups);
        prop_assert!(changes <= i32::try_from(thresholds.len()).unwrap());
    }

    /// However a score fell, the same stage is reached; so it is however it rose.
    #[test]
    fn one_long_way_ends_where_many_short_ones_do(
        thresholds in thresholds(),
        margin in 0.0_f64..20.0,
        mut way in vec(0.0_f64..100.0, 2..20),
        falls in any::<bool>(),
    ) {
        way.sort_by(f64::total_cmp);
        if falls {
            way.reverse();
        }
        let model = simple();
        let stages = ladder(&thresholds, margin).build(&model).unwrap();
        let start = step(&model, &stages, &StageState::default(), way.first().copied());
        let long = step(&model, &stages, &start, way.last().copied());
        let short = way.iter().fold(start, |state, &seats| step(&model, &stages, &state, Some(seats)));
        prop_assert_eq!(long.stage(), short.stage());
    }

    /// Having fallen below entry minus margin, a stage is armed again.
    #[test]
    fn an_edge_that_was_left_is_armed_again(entry in 20.0_f64..90.0, margin in 0.0_f64..10.0, rounds in 1..5) {
        let model = simple();
        let stages = ladder(&[entry], margin).build(&model).unwrap();
        let mut state = StageState::default();
        for _ in 0..rounds {
            state = step(&model, &stages, &state, Some(entry));
            prop_assert_eq!(state.stage(), Some("s0"));
            state = step(&model, &stages, &state, Some(entry - margin - 0.001));
            prop_assert_eq!(state.stage(), None);
            state = step(&model, &stages, &state, Some(entry - 0.001));
            prop_assert_eq!(state.stage(), None);
        }
    }

    /// Of any stages and any leads: each transition begins where the last one ended, what it crosses lies between its
    /// ends, nothing crosses twice without news, and a file in between changes nothing.
    #[test]
    fn transitions_compose(
        spec in stages(),
        leads in vec((facts(), as_of()), 1..6),
    ) {
        let schema = schema();
        let model = model(schema.spec());
        let Ok(stages) = spec.build(&model) else {
            return Err(TestCaseError::reject("refused"));
        };
        let text = serde_json::to_string(&spec).unwrap();
        let again: StagesSpec = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&again, &spec);
        let again = again.build(&model).unwrap();
        let mut state = StageState::default();
        let mut crossed = 0;
        for (facts, as_of) in &leads {
            let lead = facts.lead(model.schema());
            let vector = model.vector(&lead, *as_of);
            let transition = stages.transition(&state, &lead, &vector, *as_of);
            prop_assert_eq!(&again.transition(&state, &lead, &vector, *as_of), &transition);
            prop_assert_eq!(transition.from(), state.stage());
            let by = height(&stages, transition.to()) - height(&stages, transition.from());
            let signs = transition.crossed().iter().map(|crossing| match crossing.direction {
                Direction::Up => 1,
                Direction::Down => -1,
            });
            prop_assert_eq!(signs.sum::<i32>(), by);
            prop_assert_eq!(transition.crossed().len(), usize::try_from(by.abs()).unwrap());
            crossed += by;

            let kept: StageState =
                serde_json::from_str(&serde_json::to_string(transition.state()).unwrap()).unwrap();
            let still = stages.transition(&kept, &lead, &vector, *as_of);
            prop_assert!(still.crossed().is_empty(), "{}", still);
            prop_assert_eq!(still.state().stage(), transition.to());
            state = transition.into_state();
        }
        prop_assert_eq!(crossed, height(&stages, state.stage()));
    }

    /// A condition and its negation: one holds, or neither is known.
    #[test]
    fn segments_are_three_valued(when in state_condition(), facts in facts(), as_of in as_of()) {
        let schema = schema();
        let model = model(schema.spec());
        let spec = SegmentsSpec::new()
            .segment(SegmentSpec::new("yes", when.clone()))
            .segment(SegmentSpec::new("no", StateCondition::not(when)));
        let Ok(segments): Result<Segments, _> = spec.build(&model) else {
            return Err(TestCaseError::reject("refused"));
        };
        let lead = facts.lead(model.schema());
        let vector = model.vector(&lead, as_of);
        let yes = segments.holds("yes", &lead, &vector, as_of);
        let no = segments.holds("no", &lead, &vector, as_of);
        prop_assert_eq!(yes.map(|yes| !yes), no);
        let matrix = model.score_all(std::slice::from_ref(&lead), as_of);
        let summaries = segments.over(std::slice::from_ref(&lead), &matrix, as_of).unwrap();
        for (summary, holds) in summaries.iter().zip([yes, no]) {
            prop_assert_eq!(summary.count, usize::from(holds == Some(true)));
            prop_assert_eq!(summary.unknown, usize::from(holds.is_none()));
        }
    }
}
