//! Laws that compositions keep, whatever their parts: grades, engagement, nested models, matrices, percentile ranks
//! and roll-ups.
#![allow(clippy::unwrap_used)] // a test stops where something is not as it must be

mod generators;

use generators::{Shuffled, as_of, condition, facts, history, rules, schema, wild};
use lead_scoring::testing::{check_model, check_scorer};
use lead_scoring::{
    AxisSpec, CompositeMethod, CompositeSpec, CriterionSpec, DimensionSpec, EngagementSpec, Grade,
    GradeSpec, HistorySpec, LabelOn, LabelSpec, Lead, LeadView, MatrixSpec, Member, ModelSpec,
    PercentileSpec, RollUpMethod, RollUpSpec, ScoreModel, Scorer, WhenMissing, WhenUnknown,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

fn grade() -> impl Strategy<Value = GradeSpec> {
    let start = proptest::option::of(select(vec!["F", "D-", "C+", "A+"]));
    let unknown = select(vec![WhenUnknown::Abstain, WhenUnknown::Zero]);
    let criteria = vec((condition(), 1_u8..=3), 1..6);
    (start, unknown, criteria).prop_map(|(start, when_unknown, criteria)| GradeSpec {
        start: start.map(str::to_owned),
        when_unknown,
        criteria: criteria
            .into_iter()
            .enumerate()
            .map(|(i, (when, thirds))| CriterionSpec::new(format!("c{i}"), thirds, when))
            .collect(),
    })
}

fn engagement() -> impl Strategy<Value = EngagementSpec> {
    let kinds = select(vec!["visit", "open", "click", "demo"]).prop_map(str::to_owned);
    let weights = btree_map(kinds, select(vec![0.0, 0.1, 1.0, 5.0, 1e12]), 1..4);
    let window = proptest::option::of(select(vec!["1s", "12h", "30d", "200000d"]));
    let scale = select(vec![(0.0, 1.0), (0.7, 3.3), (0.0, 1e12), (2.0, 10.0)]);
    (weights, window, proptest::option::of(1_u32..4), scale).prop_map(
        |(weights, window, per_day, (zero, hundred))| EngagementSpec {
            window: window.map(str::to_owned),
            per_day,
            zero: Some(zero),
            hundred: Some(hundred),
            weights,
        },
    )
}

fn missing() -> impl Strategy<Value = WhenMissing> {
    select(vec![
        WhenMissing::Skip,
        WhenMissing::Zero,
        WhenMissing::Abstain,
    ])
}

fn dimension() -> impl Strategy<Value = DimensionSpec> {
    prop_oneof![
        2 => rules().prop_map(|rules| DimensionSpec::rules("d", rules)),
        2 => grade().prop_map(|grade| DimensionSpec::grade("d", grade)),
        1 => engagement().prop_map(|engagement| DimensionSpec::engagement("d", engagement)),
    ]
}

/// Dimensions `d0`, `d1` and so on, and a composite of them.
fn composed(
    dimensions: Vec<DimensionSpec>,
    method: CompositeMethod,
    missing: WhenMissing,
) -> ModelSpec {
    let spec = ModelSpec::new("m").composite(CompositeSpec {
        method,
        missing,
        ..CompositeSpec::default()
    });
    let named = dimensions
        .into_iter()
        .enumerate()
        .map(|(i, dimension)| DimensionSpec {
            name: format!("d{i}"),
            ..dimension
        });
    named.fold(spec, ModelSpec::dimension)
}

fn model() -> impl Strategy<Value = ModelSpec> {
    let method = || {
        select(vec![
            CompositeMethod::WeightedMean,
            CompositeMethod::GeometricMean,
            CompositeMethod::Min,
            CompositeMethod::Max,
        ])
    };
    let inner =
        (vec(dimension(), 1..3), method(), missing()).prop_map(|(dimensions, method, missing)| {
            DimensionSpec::model("d", composed(dimensions, method, missing))
        });
    let parts = vec(prop_oneof![3 => dimension(), 1 => inner], 1..4);
    let cuts = vec(0.0..100.0, 4);
    let calendar = history().prop_map(|history| history.utc_offset("+01:00"));
    (parts, method(), missing(), cuts, calendar).prop_map(
        |(parts, method, missing, mut cuts, history)| {
            cuts.sort_by(f64::total_cmp);
            let axis = |of: &str, on: LabelOn| {
                let bands = cuts.iter().zip(["4", "3", "2", "1"]);
                bands.fold(AxisSpec::of(of).on(on), |axis, (&cut, label)| {
                    axis.band(label, cut)
                })
            };
            composed(parts, method, missing)
                .schema(schema().spec())
                .history(history)
                .label(LabelSpec::new("top").on_percentiles().band("half", 50.0))
                .matrix(MatrixSpec::new(
                    "m",
                    axis("d0", LabelOn::Score),
                    axis("composite", LabelOn::Percentile),
                ))
                .percentile(PercentileSpec {
                    of: "composite".to_owned(),
                    ranks: vec![(0.0, 10.0), (25.0, 40.0), (50.1, 40.0), (100.0, 95.0)],
                })
        },
    )
}

fn built(spec: &ModelSpec) -> Result<ScoreModel, TestCaseError> {
    ScoreModel::build(spec).map_err(|error| TestCaseError::reject(error.to_string()))
}

#[test]
fn nearly_all_generated_compositions_can_be_built() {
    let mut runner = TestRunner::deterministic();
    let (mut models, mut grades, mut cells, mut lone) = (0, 0, 0, 0);
    for _ in 0..200 {
        if let Ok(model) = ScoreModel::build(&model().new_tree(&mut runner).unwrap().current()) {
            models += 1;
            let facts = facts().new_tree(&mut runner).unwrap().current();
            let vector = model.vector(
                &facts.lead(model.schema()),
                as_of().new_tree(&mut runner).unwrap().current(),
            );
            cells += i32::from(vector.cell("m").is_some());
            lone += i32::from(vector.composite().is_none());
        }
        let grade = grade().new_tree(&mut runner).unwrap().current();
        grades += i32::from(grade.build(&schema()).is_ok());
    }
    assert!(
        models > 120 && grades > 120,
        "{models} models, {grades} grades"
    );
    assert!(
        cells > 20 && lone > 0,
        "{cells} with a cell, {lone} abstain"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_global_rejects: 4096, ..ProptestConfig::default() })]

    #[test]
    fn grades_keep_the_laws(spec in grade(), facts in facts(), as_of in as_of()) {
        let schema = schema();
        let scorer = spec.build(&schema).map_err(|error| TestCaseError::reject(error.to_string()))?;
        let lead = facts.lead(&schema);
        prop_assert_eq!(check_scorer(&scorer, &[&lead], &[as_of]), Ok(()));
        let assessment = scorer.assess(&lead, as_of);
        let grade = scorer.grade(&lead, as_of);
        prop_assert_eq!(grade, assessment.raw.and_then(Grade::from_raw));
        prop_assert_eq!(grade.map(|grade| 100.0 * f64::from(grade.step()) / 12.0), assessment.score.map(f64::from));
        let why = scorer.explain(&lead, as_of);
        for missing in why.missing() {
            prop_assert!(missing.could_add > 0.0 && missing.could_add <= 12.0);
        }
        let read: GradeSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
        prop_assert_eq!(&read, &spec);
        prop_assert_eq!(why, read.build(&schema).unwrap().explain(&lead, as_of));
    }

    #[test]
    fn engagement_keeps_the_laws(
        spec in engagement(), history in history(), facts in facts(), as_of in as_of(), seed in any::<u64>(),
    ) {
        let schema = schema();
        let scorer = spec
            .build(&schema, &history.utc_offset("-03:30"))
            .map_err(|error| TestCaseError::reject(error.to_string()))?;
        let lead = facts.lead(&schema);
        prop_assert_eq!(check_scorer(&scorer, &[&lead], &[as_of]), Ok(()));
        prop_assert!(scorer.assess(&lead, as_of).raw.is_some_and(|raw| raw >= 0.0 && raw.is_finite()));
        let shuffled = Shuffled::new(&lead, seed);
        prop_assert_eq!(scorer.explain(&shuffled, as_of), scorer.explain(&lead, as_of));
        let read: EngagementSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
        prop_assert_eq!(read, spec);
    }

    #[test]
    fn wild_leads_are_no_trouble(grade in grade(), engagement in engagement(), lead in wild(), as_of in as_of()) {
        let schema = schema();
        if let Ok(scorer) = grade.build(&schema) {
            prop_assert_eq!(check_scorer(&scorer, &[&lead], &[as_of]), Ok(()));
        }
        let scorer = engagement.build(&schema, &HistorySpec::new().utc_offset("+00:00")).unwrap();
        prop_assert_eq!(check_scorer(&scorer, &[&lead], &[as_of]), Ok(()));
    }

    #[test]
    fn compositions_keep_the_laws(spec in model(), facts in vec(facts(), 1..5), as_of in as_of()) {
        let model = built(&spec)?;
        let leads: Vec<Lead> = facts.iter().map(|facts| facts.lead(model.schema())).collect();
        prop_assert_eq!(check_model(&model, &leads, &[as_of]), Ok(()));

        let json: ModelSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
        prop_assert_eq!(&json, &spec);
        let toml: ModelSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
        let read = built(&toml)?;

        let matrix = model.score_all(&leads, as_of);
        let counts = matrix.cell_counts("m").unwrap();
        let whole: usize = counts.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(whole + counts.none() + counts.disqualified(), leads.len());
        let labels = matrix.label_counts("top").unwrap();
        let whole: usize = labels.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(whole + labels.none() + labels.disqualified(), leads.len());

        let mut seen = std::collections::BTreeMap::new();
        for lead in &leads {
            let vector = model.vector(lead, as_of);
            prop_assert_eq!(&vector, &read.vector(lead, as_of));
            prop_assert_eq!(vector.percentile("composite").is_some(), vector.composite().is_some());
            if let Some(cell) = vector.cell("m") {
                prop_assert_eq!(format!("{}{}", cell.row, cell.column), cell.code);
                prop_assert_eq!(vector.in_cell("m", cell.code), !vector.is_disqualified());
                prop_assert_eq!(vector.reached_cell("m", cell.code), !vector.is_disqualified());
                if !vector.is_disqualified() {
                    *seen.entry(cell.code.to_owned()).or_insert(0) += 1;
                }
            }
        }
        for (cell, count) in counts.iter() {
            prop_assert_eq!(seen.get(cell.code).copied().unwrap_or(0), count);
        }
    }

    #[test]
    fn roll_ups_are_what_their_explanations_say(
        spec in model(),
        facts in vec((facts(), select(vec!["buyer", "user", ""])), 0..5),
        as_of in as_of(),
        method in select(vec![
            RollUpMethod::Mean, RollUpMethod::Sum, RollUpMethod::Max, RollUpMethod::Min, RollUpMethod::ByRole,
        ]),
        of in select(vec!["composite", "d0"]),
        missing in missing(),
    ) {
        let model = built(&spec)?;
        let group = match method {
            RollUpMethod::ByRole => RollUpSpec::by_role([("buyer", 2.5), ("user", 0.7)]),
            method => RollUpSpec::new(method),
        };
        let group = group.of(of).missing(missing).build(&model).unwrap();
        let members: Vec<Member> = facts
            .iter()
            .map(|(facts, role)| {
                let lead = facts.lead(model.schema());
                let member = Member::new(*role, model.vector(&lead, as_of)).role(*role);
                member.explained(model.explain(&lead, as_of))
            })
            .collect();
        let score = group.score(&members);
        let why = group.explain(&members);
        prop_assert!(why.recomputes(), "{}", why);
        prop_assert_eq!(why.value().map(f64::to_bits), score.map(|score| score.get().to_bits()), "{}", why);
        prop_assert!(group.assess(&members).raw.is_none_or(|raw| raw >= 0.0));
    }

    #[test]
    fn percentiles_of_the_population_are_their_ranks(scores in vec(0_u8..=40, 1..200)) {
        let population: Vec<f64> = scores.iter().map(|&score| f64::from(score) * 2.5).collect();
        let spec = PercentileSpec::fit("d", population.iter().map(|&score| lead_scoring::Score::saturating(score)));
        for &score in &population {
            let count = |holds: fn(f64, f64) -> bool| population.iter().filter(|&&other| holds(other, score)).count();
            let (below, same) = (count(|a, b| a < b), count(|a, b| a == b));
            let rank = 100.0 * (f64::from(u32::try_from(2 * below + same).unwrap()) / 2.0)
                / f64::from(u32::try_from(population.len()).unwrap());
            let found = spec.ranks.iter().find(|(known, _)| *known == score).unwrap();
            prop_assert!((found.1 - rank).abs() < 1e-9);
        }
    }
}

#[test]
fn foreign_leads_have_no_cell() {
    let spec = composed(
        vec![DimensionSpec::grade(
            "d",
            GradeSpec::new()
                .when_unknown(WhenUnknown::Zero)
                .criterion(CriterionSpec::new(
                    "c",
                    1,
                    lead_scoring::attribute("seats").at_least(1),
                )),
        )],
        CompositeMethod::Max,
        WhenMissing::Skip,
    )
    .schema(schema().spec());
    let model = ScoreModel::build(&spec).unwrap();
    let other = lead_scoring::SchemaSpec::new()
        .number("seats")
        .build()
        .unwrap();
    let lead = Lead::builder(&other, "a")
        .set("seats", 5.0)
        .build()
        .unwrap();
    let as_of = "2026-03-01".parse().unwrap();
    assert_eq!(model.vector(&lead, as_of).composite(), None);
    assert!(lead.schema() != model.schema().id());
    assert_eq!(check_model(&model, &[lead], &[as_of]), Ok(()));
}
