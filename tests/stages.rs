//! Stages, transitions and segments: what crosses when, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and tables are long"
)]

use lead_scoring::{
    ActivityRecord, ActivitySpec, AppliesTo, AsOf, AutoQualifySpec, CompositeSpec, CountRange,
    DecaySpec, DimensionSpec, Direction, Externals, GroupSpec, LabelSpec, Lead, LeadBuilder,
    ManualOverride, ModelSpec, Occurrences, PopulationError, RuleSpec, RulesSpec, Schema,
    SchemaSpec, Score, ScoreModel, ScoreVector, SegmentSpec, SegmentsSpec, StageSpec, StageState,
    Stages, StagesSpec, StateCondition, Transition, attribute, not, preset,
};
use std::sync::Arc;

/// Dimension `fit` is the attribute `points`; abstains where that is missing.
fn spec() -> ModelSpec {
    let rules = RulesSpec::new().group(
        GroupSpec::sum("verdicts").rule(
            RuleSpec::new("gone")
                .disqualify("unsubscribed")
                .when(attribute("gone").equals(true)),
        ),
    );
    ModelSpec::new("model")
        .schema(
            SchemaSpec::new()
                .number("points")
                .text("country")
                .flag("customer")
                .flag("gone")
                .kinds(["blog", "demo"]),
        )
        .dimension(DimensionSpec::external("fit", "points"))
        .dimension(DimensionSpec::rules("verdict", rules))
        .label(
            LabelSpec::new("heat")
                .of("fit")
                .band("warm", 40.0)
                .band("hot", 70.0)
                .auto(AutoQualifySpec::new("hot", "demo").activity(ActivitySpec::of("demo"))),
        )
}

fn model() -> ScoreModel {
    build(&spec())
}

fn build(spec: &ModelSpec) -> ScoreModel {
    let slot = spec.schema.build().unwrap().attribute("points").unwrap();
    let points = lead_scoring::from_fn(move |lead, _| match lead.attribute(slot) {
        lead_scoring::Value::Number(points) => Score::saturating(points),
        _ => None,
    });
    ScoreModel::build_with(
        spec,
        &Externals::from([("points".to_owned(), Arc::new(points) as _)]),
    )
    .unwrap()
}

fn as_of() -> AsOf {
    "2026-03-01".parse().unwrap()
}

fn lead(schema: &Schema) -> LeadBuilder<'_> {
    Lead::builder(schema, "a")
}

fn score(at_least: f64) -> StateCondition {
    StateCondition::score("fit").at_least(at_least).into()
}

/// MQL from 40, SQL from 70, each with a margin of 5; customers by an attribute.
fn lifecycle() -> StagesSpec {
    StagesSpec::new("lifecycle")
        .stage(StageSpec::new("mql", score(40.0)).margin(5.0))
        .stage(StageSpec::new("sql", score(70.0)).margin(5.0))
        .stage(StageSpec::new(
            "customer",
            attribute("customer").equals(true),
        ))
}

/// Goes through leads one after the other, as if they were one.
struct Walk<'m> {
    model: &'m ScoreModel,
    stages: Stages,
    state: StageState,
}

impl<'m> Walk<'m> {
    fn new(model: &'m ScoreModel, stages: &StagesSpec) -> Self {
        Self {
            model,
            stages: stages.build(model).unwrap(),
            state: StageState::default(),
        }
    }

    fn step(&mut self, lead: LeadBuilder<'_>) -> Transition {
        let lead = lead.build().unwrap();
        let vector = self.model.vector(&lead, as_of());
        let transition = self.stages.transition(&self.state, &lead, &vector, as_of());
        self.state = transition.state().clone();
        transition
    }

    fn points(&mut self, points: f64) -> Option<String> {
        let lead = lead(self.model.schema()).set("points", points);
        self.step(lead).to().map(str::to_owned)
    }
}

#[test]
fn a_stage_is_kept_within_its_margin_and_left_below_it() {
    let model = model();
    let mut walk = Walk::new(&model, &lifecycle());
    let expected = [
        (39.0, None),
        (40.0, Some("mql")),
        (39.0, Some("mql")),
        (35.0, Some("mql")),
        (34.9, None),
        (39.0, None),
        (72.0, Some("sql")),
        (65.0, Some("sql")),
        (64.0, Some("mql")),
        (69.0, Some("mql")),
        (70.0, Some("sql")),
        // One long fall ends where two short ones do.
        (38.0, Some("mql")),
        (71.0, Some("sql")),
        (0.0, None),
    ];
    for (points, stage) in expected {
        assert_eq!(walk.points(points).as_deref(), stage, "at {points}");
    }
}

#[test]
fn what_crosses_is_told_with_its_reasons_and_in_order() {
    let model = model();
    let mut walk = Walk::new(&model, &lifecycle());
    let schema = model.schema();
    let up = walk.step(lead(schema).set("points", 71.0));
    assert_eq!(
        up.to_string(),
        "from none to `sql`\n  \
           reached `mql`\n    score `fit` is 71, which is at least 40\n  \
           reached `sql`\n    score `fit` is 71, which is at least 70"
    );
    assert_eq!(up.direction(), Some(Direction::Up));
    assert!(up.reached("mql") && up.reached("sql") && !up.reached("customer") && !up.left("mql"));
    assert_eq!(up.state().since(), Some(as_of().moment()));
    assert!(walk.stages.has_reached(up.state(), "mql"));
    assert!(!walk.stages.has_reached(up.state(), "customer"));

    let stays = walk.step(lead(schema).set("points", 66.0));
    assert_eq!(stays.to_string(), "stays at `sql`");
    assert_eq!(stays.direction(), None);

    let bought = walk.step(lead(schema).set("points", 1.0).set("customer", true));
    assert_eq!(
        bought.to_string(),
        "from `sql` to `customer`\n  reached `customer`\n    true: `customer` equals true"
    );
    let lost = walk.step(lead(schema).set("points", 50.0).set("customer", false));
    assert_eq!(
        lost.to_string(),
        "from `customer` to `mql`\n  \
           left `customer`\n    false: `customer` equals true\n  \
           left `sql`\n    score `fit` is 50, which is not at least 65"
    );
    assert!(lost.left("sql") && !lost.left("mql"));
    assert_eq!(
        serde_json::to_value(&lost).unwrap(),
        serde_json::json!({
            "from": "customer",
            "crossed": [
                {
                    "stage": "customer", "direction": "down",
                    "because": [{ "attributes": { "asked": "`customer` equals true", "holds": false } }]
                },
                {
                    "stage": "sql", "direction": "down",
                    "because": [{ "score": {
                        "dimension": "fit", "value": 50.0, "asked": "at least 65", "holds": false
                    } }]
                }
            ],
            "state": { "stage": "mql", "since": "2026-03-01T00:00:00Z" }
        })
    );
}

#[test]
fn a_stage_that_is_only_passed_gives_no_reason() {
    let model = model();
    let mut walk = Walk::new(&model, &lifecycle());
    let bought = walk.step(lead(model.schema()).set("customer", true));
    let reasons: Vec<usize> = bought.crossed().iter().map(|c| c.because.len()).collect();
    assert_eq!(reasons, [0, 0, 1]);
}

#[test]
fn what_is_unknown_changes_nothing() {
    let model = model();
    let mut walk = Walk::new(&model, &lifecycle());
    walk.points(71.0);
    let nothing_known = walk.step(lead(model.schema()));
    assert_eq!(nothing_known.to_string(), "stays at `sql`");

    // Neither does a lead of another schema, or a vector of another model.
    let other = SchemaSpec::new().number("x").build().unwrap();
    let stranger = Lead::builder(&other, "a").build().unwrap();
    let vector = model.vector(&stranger, as_of());
    let same = walk
        .stages
        .transition(&walk.state, &stranger, &vector, as_of());
    assert_eq!(same.state(), &walk.state);
    let poor = lead(model.schema()).set("points", 0.0).build().unwrap();
    let other = ModelSpec {
        labels: Vec::new(),
        ..spec()
    };
    let vector = build(&other).vector(&poor, as_of());
    let same = walk.stages.transition(&walk.state, &poor, &vector, as_of());
    assert_eq!(same.state(), &walk.state);
    // The same model built again is the same model.
    let vector = build(&spec()).vector(&poor, as_of());
    let fell = walk.stages.transition(&walk.state, &poor, &vector, as_of());
    assert_eq!(fell.to(), None);
}

#[test]
fn a_model_that_does_not_count_for_a_lead_changes_nothing() {
    let spec = spec().applies_to(AppliesTo {
        include: Some(attribute("country").equals("de").into()),
        exclude: None,
    });
    let model = build(&spec);
    let mut walk = Walk::new(&model, &lifecycle());
    let schema = model.schema();
    let abroad = lead(schema).set("country", "FR").set("customer", true);
    assert_eq!(walk.step(abroad).to(), None);
    let here = lead(schema).set("country", "DE").set("customer", true);
    assert_eq!(walk.step(here).to(), Some("customer"));
    let abroad = lead(schema)
        .set("country", "FR")
        .set("customer", false)
        .set("points", 0.0);
    assert_eq!(walk.step(abroad).to(), Some("customer"));
}

#[test]
fn a_disqualified_lead_is_in_no_stage() {
    let model = model();
    let mut walk = Walk::new(&model, &lifecycle());
    walk.points(50.0);
    let gone = walk.step(lead(model.schema()).set("points", 50.0).set("gone", true));
    assert_eq!(
        gone.to_string(),
        "from `mql` to none\n  left `mql`\n    disqualified: unsubscribed"
    );
    // Back again, it starts anew: the margin is for those who are in.
    assert_eq!(walk.points(38.0), None);
    assert_eq!(walk.points(40.0).as_deref(), Some("mql"));
}

#[test]
fn an_exit_of_its_own_decides_except_where_the_entry_is_true() {
    let model = model();
    let stages = StagesSpec::new("").stage(StageSpec::new("customer", score(50.0)).exit(
        StateCondition::any([
            StateCondition::score("fit").less_than(60.0).into(),
            attribute("customer").equals(false).into(),
        ]),
    ));
    let mut walk = Walk::new(&model, &stages);
    assert_eq!(walk.points(49.0), None);
    assert_eq!(walk.points(55.0).as_deref(), Some("customer"));
    assert_eq!(walk.points(55.0).as_deref(), Some("customer"));
    let left = walk.step(lead(model.schema()).set("points", 40.0));
    assert_eq!(
        left.crossed()[0].because[0].to_string(),
        "score `fit` is 40, which is less than 60"
    );
    walk.points(80.0);
    // The score abstains, the attribute is known.
    let left = walk.step(lead(model.schema()).set("customer", false));
    assert!(left.left("customer"));
}

#[test]
fn margins_widen_bounds_on_both_sides_and_narrow_what_is_negated() {
    let model = model();
    let within = StagesSpec::new("").stage(
        StageSpec::new("middle", StateCondition::score("fit").between(40.0, 60.0)).margin(5.0),
    );
    let mut walk = Walk::new(&model, &within);
    for (points, is_in) in [
        (65.0, false),
        (60.0, true),
        (65.0, true),
        (65.5, false),
        (61.0, false),
    ] {
        assert_eq!(walk.points(points).is_some(), is_in, "at {points}");
    }
    let below = StageSpec::new("below", StateCondition::not(score(60.0))).margin(5.0);
    let mut walk = Walk::new(&model, &StagesSpec::new("").stage(below));
    for (points, is_in) in [
        (60.0, false),
        (59.0, true),
        (64.9, true),
        (65.0, false),
        (60.0, false),
    ] {
        assert_eq!(walk.points(points).is_some(), is_in, "at {points}");
    }
    let own = StageSpec::new(
        "own",
        StateCondition::score("fit").at_least(60.0).margin(20.0),
    );
    let mut walk = Walk::new(&model, &StagesSpec::new("").stage(own.margin(1.0)));
    for (points, is_in) in [(60.0, true), (40.0, true), (39.0, false)] {
        assert_eq!(walk.points(points).is_some(), is_in, "at {points}");
    }
}

#[test]
fn labels_are_reached_by_score_or_by_raising_a_hand_and_kept_within_the_margin() {
    let model = model();
    let stage = StageSpec::new("hot", StateCondition::reached("heat", "hot")).margin(10.0);
    let mut walk = Walk::new(&model, &StagesSpec::new("").stage(stage));
    for (points, is_in) in [(69.0, false), (70.0, true), (60.0, true), (59.0, false)] {
        assert_eq!(walk.points(points).is_some(), is_in, "at {points}");
    }
    let demo = ActivityRecord::new("demo", "2026-02-01".parse().unwrap());
    let raised = walk.step(
        lead(model.schema())
            .set("points", 1.0)
            .activity(demo.clone()),
    );
    assert_eq!(
        raised.crossed()[0].because[0].to_string(),
        "label `heat` has reached `hot`"
    );
    // A hand-raiser whose score abstains has reached it, others are unknown.
    walk.state = StageState::default();
    assert_eq!(
        walk.step(lead(model.schema()).activity(demo)).to(),
        Some("hot")
    );
    assert_eq!(walk.step(lead(model.schema())).to(), Some("hot"));
}

#[test]
fn a_manual_score_counts_while_it_is_in_force() {
    let model = model();
    let mut walk = Walk::new(&model, &lifecycle());
    let manual = ManualOverride {
        dimension: "fit".to_owned(),
        score: Score::MAX,
        reason: "called".to_owned(),
        set_at: "2026-02-01".parse().unwrap(),
        expires_at: None,
    };
    let by_hand = lead(model.schema()).set("points", 1.0).overrule(manual);
    assert_eq!(walk.step(by_hand).to(), Some("sql"));
}

#[test]
fn the_buyers_journey_follows_behaviour() {
    let model = model();
    let journey = preset::buyer_journey("blog", ["blog", "demo"], "demo");
    let mut walk = Walk::new(&model, &journey);
    let did = |kind, at: &str| ActivityRecord::new(kind, at.parse().unwrap());
    let schema = model.schema();
    assert_eq!(walk.step(lead(schema)).to(), None);
    let reading = walk.step(lead(schema).activity(did("blog", "2026-02-01")));
    assert_eq!(reading.to(), Some("consideration"));
    assert_eq!(
        reading.crossed()[1].because[0].to_string(),
        "activity `blog, demo`: 1, which is at least 1"
    );
    // Activities after the moment are not there yet.
    assert_eq!(
        walk.step(lead(schema).activity(did("demo", "2026-03-02")))
            .to(),
        None
    );
    assert_eq!(
        walk.step(lead(schema).activity(did("demo", "2026-03-01")))
            .to(),
        Some("decision")
    );
    // The window is `age < 90d`.
    assert_eq!(
        walk.step(lead(schema).activity(did("demo", "2025-12-01")))
            .to(),
        None
    );
}

#[test]
fn activities_are_counted() {
    let model = model();
    let times = |n| {
        let twice = StateCondition::activity(ActivitySpec::of("blog"))
            .at_least(2.0)
            .at_most(3.0);
        let stages = StagesSpec::new("").stage(StageSpec::new("reads", twice));
        let mut lead = lead(model.schema());
        for i in 0..n {
            let at = as_of().moment().plus_micros(-i * 1_000_000);
            lead = lead.activity(ActivityRecord::new("blog", at));
        }
        Walk::new(&model, &stages).step(lead).to().is_some()
    };
    assert_eq!(
        [0, 1, 2, 3, 4].map(times),
        [false, false, true, true, false]
    );
}

#[test]
fn states_survive_a_file_and_stages_that_are_gone() {
    let model = model();
    let mut walk = Walk::new(&model, &lifecycle());
    walk.points(50.0);
    let text = serde_json::to_string(&walk.state).unwrap();
    assert_eq!(text, r#"{"stage":"mql","since":"2026-03-01T00:00:00Z"}"#);
    assert_eq!(
        serde_json::from_str::<StageState>(&text).unwrap(),
        walk.state
    );
    assert_eq!(serde_json::to_string(&StageState::default()).unwrap(), "{}");

    walk.state = StageState::new("renamed", as_of().moment());
    let lead = lead(model.schema()).set("points", 37.0);
    let step = walk.step(lead);
    assert_eq!((step.from(), step.to()), (None, None));
    assert_eq!(step.state().stage(), None);
}

#[test]
fn specs_survive_json_and_toml() {
    let stages = lifecycle().note("as sales says").stage(
        StageSpec::new(
            "last",
            StateCondition::all([
                StateCondition::raw("verdict")
                    .more_than(-1.5)
                    .less_than(9.0)
                    .margin(0.25)
                    .into(),
                StateCondition::score("fit").is_known().or_missing().into(),
                StateCondition::score("fit").is_missing().into(),
                StateCondition::any([
                    StateCondition::reached("heat", "hot"),
                    StateCondition::activity(ActivitySpec::of("demo").last("30d"))
                        .equals(2.0)
                        .into(),
                ]),
                StateCondition::not(StateCondition::disqualified()),
                not(attribute("country").one_of(["DE", "FR"])).into(),
            ]),
        )
        .exit(StateCondition::score("fit").between(1.0, 2.0)),
    );
    let json = serde_json::to_string(&stages).unwrap();
    assert_eq!(serde_json::from_str::<StagesSpec>(&json).unwrap(), stages);
    let text = toml::to_string(&stages).unwrap();
    assert_eq!(toml::from_str::<StagesSpec>(&text).unwrap(), stages);

    let segments: SegmentsSpec = toml::from_str(
        r#"
        [[segments]]
        name = "hot germans"
        disqualified = "include"
        when.all = [
            { score = "fit", at_least = 60 },
            { label = "heat", reached = "hot" },
            { when = { attribute = "country", equals = "DE" } },
        ]
        "#,
    )
    .unwrap();
    let in_code = SegmentsSpec::new().segment(
        SegmentSpec::new(
            "hot germans",
            StateCondition::all([
                score(60.0),
                StateCondition::reached("heat", "hot"),
                attribute("country").equals("DE").into(),
            ]),
        )
        .with_disqualified(),
    );
    assert_eq!(segments, in_code);
    let text = toml::to_string(&segments).unwrap();
    assert_eq!(toml::from_str::<SegmentsSpec>(&text).unwrap(), segments);
}

/// Leads with points, country and whether they are gone.
fn population(schema: &Schema) -> Vec<Lead> {
    let mut leads = Vec::new();
    for i in 0..2_000_u32 {
        let mut lead = Lead::builder(schema, format!("{i}"));
        if i % 7 != 0 {
            lead = lead.set("points", f64::from(i % 101) + 0.1);
        }
        if i % 5 != 0 {
            lead = lead.set("country", if i % 2 == 0 { "DE" } else { "FR" });
        }
        leads.push(lead.set("gone", i % 11 == 0).build().unwrap());
    }
    leads
}

fn segments() -> SegmentsSpec {
    let german = || attribute("country").equals("de");
    SegmentsSpec::new()
        .segment(SegmentSpec::new("german", german()))
        .segment(SegmentSpec::new("all germans", german()).with_disqualified())
        .segment(SegmentSpec::new("fit", score(60.0)))
        .segment(SegmentSpec::new("gone", StateCondition::disqualified()).with_disqualified())
        .segment(SegmentSpec::new("nobody", StateCondition::disqualified()))
}

#[test]
fn segments_are_counted_with_their_mean_vectors() {
    let model = build(&spec().composite(CompositeSpec::max()));
    let leads = population(model.schema());
    let matrix = model.score_all(&leads, as_of());
    let segments = segments().build(&model).unwrap();
    let summaries = segments.over(&leads, &matrix, as_of()).unwrap();
    assert_eq!(summaries.len(), segments.names().len());
    for (place, summary) in summaries.iter().enumerate() {
        let name = segments.names().nth(place).unwrap();
        assert_eq!(&*summary.segment, name);
        let (mut count, mut unknown, mut sum, mut scored) = (0, 0, 0.0, 0_u32);
        for (lead, vector) in leads.iter().zip(matrix.vectors()) {
            let holds = segments.holds(name, lead, &vector, as_of());
            let of = segments.of(lead, &vector, as_of());
            assert_eq!(holds == Some(true), of.contains(&name));
            unknown += usize::from(holds.is_none());
            if holds == Some(true) {
                count += 1;
                if let Some(score) = vector.score("fit") {
                    sum += score.get();
                    scored += 1;
                }
            }
        }
        assert_eq!((summary.count, summary.unknown), (count, unknown), "{name}");
        assert!(summary.share == f64::from(u32::try_from(count).unwrap()) / 2_000.0);
        assert_eq!(summary.means[0].scored, scored as usize);
        match summary.mean("fit") {
            Some(mean) => assert!((mean - sum / f64::from(scored)).abs() < 1e-9),
            None => assert_eq!(scored, 0),
        }
        assert!(summary.mean("composite").is_some() || count == 0);
    }
    let counts: Vec<_> = summaries.iter().map(|s| (s.count, s.unknown)).collect();
    // Unknown: the 400 without a country, less the 37 of them that are gone; the 286 without points, less 26.
    assert_eq!(counts[0].1, 400 - 37);
    assert_eq!(counts[1], (800, 400));
    assert_eq!(counts[2].1, 286 - 26);
    assert_eq!(counts[3], (182, 0));
    assert_eq!(counts[4], (0, 0));

    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let alone = one.install(|| segments.over(&leads, &matrix, as_of()).unwrap());
    assert_eq!(alone, summaries);
    assert_eq!(
        segments.holds("no such", &leads[0], &matrix.vector(0).unwrap(), as_of()),
        None
    );
}

#[test]
fn transitions_of_a_batch_are_those_one_by_one() {
    let model = model();
    let leads = population(model.schema());
    let matrix = model.score_all(&leads, as_of());
    let stages = lifecycle().build(&model).unwrap();
    let names = [None, Some("mql"), Some("sql"), Some("customer")];
    let states: Vec<StageState> = (0..leads.len())
        .map(|i| {
            names[i % 4].map_or(StageState::default(), |n| {
                StageState::new(n, as_of().moment())
            })
        })
        .collect();
    let all = stages
        .transitions(&states, &leads, &matrix, as_of())
        .unwrap();
    let vectors: Vec<ScoreVector> = matrix.vectors().collect();
    for (i, transition) in all.iter().enumerate() {
        let alone = stages.transition(&states[i], &leads[i], &vectors[i], as_of());
        assert_eq!(transition, &alone);
    }
    assert_eq!(all.len(), leads.len());
}

#[test]
fn a_population_goes_with_its_scores() {
    let model = model();
    let leads = population(model.schema());
    let matrix = model.score_all(&leads, as_of());
    let stages = lifecycle().build(&model).unwrap();
    let segments = segments().build(&model).unwrap();
    let none = [StageState::default()];
    let error = stages
        .transitions(&none, &leads, &matrix, as_of())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`1` states do not go with the scores of `2000` leads"
    );
    let error = segments.over(&leads[1..], &matrix, as_of()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`1999` leads do not go with the scores of `2000` leads"
    );
    let other = build(&ModelSpec {
        labels: Vec::new(),
        ..spec()
    });
    let matrix = other.score_all(&leads, as_of());
    let error = segments.over(&leads, &matrix, as_of()).unwrap_err();
    assert_eq!(error, PopulationError::OtherModel);
    assert_eq!(error.to_string(), "the scores are of another model");
    let empty = model.score_all::<Lead>(&[], as_of());
    let summaries = segments.over::<Lead>(&[], &empty, as_of()).unwrap();
    assert!(
        summaries
            .iter()
            .all(|s| s.count == 0 && s.share == 0.0 && s.mean("fit").is_none())
    );
}

fn refused(enter: impl Into<StateCondition>) -> Vec<String> {
    problems(&StagesSpec::new("").stage(StageSpec::new("s", enter)))
}

fn problems(spec: &StagesSpec) -> Vec<String> {
    match spec.build(&model()) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn what_is_wrong_with_a_condition_is_said_with_its_place() {
    let count = ActivitySpec::of("demo")
        .occurrences(Occurrences::Count(vec![CountRange::at_least(1, 5.0)]));
    let table: Vec<(StateCondition, &str)> = vec![
        (
            StateCondition::score("fitt").at_least(1.0).into(),
            "stages[0].enter.score: unknown dimension `fitt`, did you mean `fit`?",
        ),
        (
            StateCondition::score("composite").at_least(1.0).into(),
            "stages[0].enter.score: the model has no composite",
        ),
        (
            StateCondition::raw("engagement").at_least(1.0).into(),
            "stages[0].enter.raw: unknown dimension `engagement`",
        ),
        (
            StateCondition::score("fit").into(),
            "stages[0].enter: `score` needs a comparison",
        ),
        (
            StateCondition::score("fit").at_least(120.0).into(),
            "stages[0].enter: `at_least` must be a score between 0 and 100, got `120`",
        ),
        (
            StateCondition::raw("fit").between(f64::NAN, 1.0).into(),
            "stages[0].enter: `between` must be a number of at most 1e12 in size, got `NaN`",
        ),
        (
            StateCondition::score("fit")
                .at_least(60.0)
                .less_than(60.0)
                .into(),
            "stages[0].enter: no number is at least 60 and less than 60",
        ),
        (
            StateCondition::score("fit")
                .is_missing()
                .at_least(60.0)
                .into(),
            "stages[0].enter: `is = \"missing\"` goes with no other comparison",
        ),
        (
            StateCondition::score("fit")
                .at_least(60.0)
                .margin(-1.0)
                .into(),
            "stages[0].enter.margin: a margin must be between 0 and 1e12, got `-1`",
        ),
        (
            StateCondition::activity(ActivitySpec::of("demo"))
                .margin(1.0)
                .into(),
            "stages[0].enter.margin: belongs to `score` and `raw`",
        ),
        (
            StateCondition::activity(ActivitySpec::of("demo"))
                .is_known()
                .at_least(1.0)
                .into(),
            "stages[0].enter: the number of activities is never missing",
        ),
        (
            StateCondition::activity(ActivitySpec::of("dem")).into(),
            "stages[0].enter.activity.kind: unknown activity kind `dem`, did you mean `demo`?",
        ),
        (
            StateCondition::activity(count).into(),
            "stages[0].enter.activity.occurrences: `count` gives points; compare the number of activities with \
             `at_least` and the like beside `activity`",
        ),
        (
            StateCondition::activity(ActivitySpec::of("demo").decay(DecaySpec::half_life("1d")))
                .into(),
            "stages[0].enter.activity.decay: fades points, which this condition does not ask for",
        ),
        (
            StateCondition::reached("heet", "hot"),
            "stages[0].enter.label: unknown set of labels `heet`, did you mean `heat`?",
        ),
        (
            StateCondition::reached("heat", "hut"),
            "stages[0].enter.reached: unknown label `hut`, did you mean `hot`?",
        ),
        (
            StateCondition::all([]),
            "stages[0].enter: `all` needs at least one condition",
        ),
        (
            StateCondition::not(StateCondition::any([
                score(1.0),
                attribute("countri").equals("de").into(),
            ])),
            "stages[0].enter.not.any[1].when: unknown attribute `countri`, did you mean `country`?",
        ),
    ];
    for (condition, message) in table {
        assert_eq!(refused(condition), [message]);
    }
}

#[test]
fn what_is_wrong_with_stages_and_segments_is_said_all_at_once() {
    let margin = StateCondition::score("fit").at_least(1.0).margin(1.0);
    let spec = StagesSpec::new("")
        .stage(StageSpec::new("", score(1.0)))
        .stage(StageSpec::new("b", margin.clone()).exit(score(1.0)))
        .stage(
            StageSpec::new("b", score(1.0))
                .exit(margin.clone())
                .margin(1.0),
        )
        .stage(StageSpec::new("c", score(1.0)).margin(f64::NAN));
    assert_eq!(
        problems(&spec),
        [
            "stages[0].name: a name must not be empty",
            "stages[1].enter.margin: belongs to the `enter` of a stage without an `exit`",
            "stages[2].name: `b` stands twice",
            "stages[2]: give `margin` or `exit`, not both",
            "stages[2].exit.margin: belongs to the `enter` of a stage without an `exit`",
            "stages[3].margin: a margin must be between 0 and 1e12, got `NaN`",
        ]
    );
    assert_eq!(
        problems(&StagesSpec::new("")),
        ["stages: needs at least one stage"]
    );

    let segments = SegmentsSpec::new()
        .segment(SegmentSpec::new(" a", margin))
        .segment(SegmentSpec::new("b", score(1.0)))
        .segment(SegmentSpec::new("b", score(-1.0)));
    let error = segments.build(&model()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "segments[0].name: a name must not begin or end with white space\n\
         segments[0].when.margin: belongs to the `enter` of a stage without an `exit`\n\
         segments[2].name: `b` stands twice\n\
         segments[2].when: `at_least` must be a score between 0 and 100, got `-1`"
    );
    let error = SegmentsSpec::new().build(&model()).unwrap_err();
    assert_eq!(error.to_string(), "segments: needs at least one segment");
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let table = [
        (
            "{}",
            "a condition is exactly one of `all`, `any`, `not`, `score`, `raw`, `activity`, `label`, `when` and \
             `disqualified`",
        ),
        (
            r#"{ "score": "fit", "raw": "fit" }"#,
            "a condition is exactly one of `all`, `any`, `not`, `score`, `raw`, `activity`, `label`, `when` and \
             `disqualified`",
        ),
        (
            r#"{ "label": "heat" }"#,
            "`label` and `reached` stand together",
        ),
        (
            r#"{ "score": "fit", "reached": "hot" }"#,
            "`label` and `reached` stand together",
        ),
        (
            r#"{ "label": "heat", "reached": "hot", "at_least": 5 }"#,
            "comparisons belong to `score`, `raw` and `activity`",
        ),
        (r#"{ "scor": "fit" }"#, "unknown field `scor`"),
    ];
    for (text, message) in table {
        let error = serde_json::from_str::<StateCondition>(text)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn conditions_nest_64_levels_deep() {
    let nested = |levels| (1..levels).fold(score(60.0), |part, _| StateCondition::not(part));
    assert_eq!(refused(nested(64)), [""; 0]);
    let too_deep = "conditions must not be nested deeper than 64 levels";
    assert_eq!(
        refused(nested(65)),
        [format!("stages[0].enter: {too_deep}")]
    );
    assert!(
        serde_json::to_string(&nested(65))
            .unwrap_err()
            .to_string()
            .contains(too_deep)
    );

    let text = |levels: usize| {
        let leaf = r#"{"score":"fit","at_least":60.0}"#;
        format!(
            "{}{leaf}{}",
            r#"{"not":"#.repeat(levels - 1),
            "}".repeat(levels - 1)
        )
    };
    let read: StateCondition = serde_json::from_str(&text(64)).unwrap();
    assert_eq!(read, nested(64));
    let error = serde_json::from_str::<StateCondition>(&text(65)).unwrap_err();
    assert!(error.to_string().starts_with(too_deep), "{error}");
}
