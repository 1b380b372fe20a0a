//! Product interest and momentum: the laws on random specs and leads, one engine with points rules, files, models,
//! and every message that a wrong spec gives.
#![allow(clippy::unwrap_used)] // a test stops where something is not as it must be
#![allow(clippy::too_many_lines)] // tables

mod generators;

use generators::{Facts, Shuffled, as_of, facts, history, rules, schema, wild};
use lead_scoring::testing::{check_model, check_scorer};
use lead_scoring::{
    Activity, ActivitySpec, AsOf, DimensionSpec, GroupSpec, HistorySpec, InactivitySpec,
    InterestScorer, InterestSpec, KindSlot, Lead, ModelSpec, MomentumScorer, MomentumSpec, Names,
    ProductSlot, RuleSpec, RulesSpec, SchemaSpec, ScoreModel, Scorer, Unit, attribute,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const PRODUCTS: [&str; 2] = ["crm", "erp"];

/// The rules of random points rules that interest takes.
fn interest() -> impl Strategy<Value = InterestSpec> {
    rules().prop_map(|rules| {
        let mut spec = InterestSpec {
            product: None,
            zero: rules.zero,
            hundred: rules.hundred,
            min: rules.min,
            max: rules.max,
            groups: rules.groups,
        };
        for group in &mut spec.groups {
            group.rules.retain(|rule| rule.activity.is_some());
            for rule in &mut group.rules {
                let gives = rule.points.is_some() || rule.points_per_value.is_some();
                let counts = rule.activity.as_ref().is_some_and(|activity| {
                    matches!(activity.occurrences, lead_scoring::Occurrences::Count(_))
                });
                if !gives && !counts {
                    rule.points = Some(1.0);
                }
                rule.disqualify = None;
            }
        }
        spec
    })
}

fn momentum() -> impl Strategy<Value = MomentumSpec> {
    let kind = proptest::sample::select(vec!["visit", "open", "click", "demo"]);
    let weight = proptest::sample::select(vec![1.0, 0.1, 5.0, 1e12, 1e-300]);
    proptest::collection::btree_map(kind.prop_map(str::to_owned), weight, 0..4)
        .prop_map(|weights| MomentumSpec { weights })
}

/// The same as points rules for one product; `None` where a rule is for another one.
fn as_rules(spec: &InterestSpec, product: &str) -> RulesSpec {
    let mut groups = spec.groups.clone();
    for group in &mut groups {
        group.rules.retain_mut(|rule| {
            let activity = rule.activity.as_mut().unwrap();
            let named = activity.product.replace(product.into());
            named.is_none_or(|Names(names)| names.iter().any(|name| name == product))
        });
    }
    RulesSpec {
        zero: spec.zero,
        hundred: spec.hundred,
        min: spec.min,
        max: spec.max,
        groups,
        when_unknown: lead_scoring::WhenUnknown::Zero,
    }
}

fn built(spec: &InterestSpec, history: &HistorySpec) -> Result<InterestScorer, TestCaseError> {
    spec.build_with(&schema(), history)
        .map_err(|error| TestCaseError::reject(error.to_string()))
}

fn moving(spec: &MomentumSpec, history: &HistorySpec) -> Result<MomentumScorer, TestCaseError> {
    spec.build_with(&schema(), history)
        .map_err(|error| TestCaseError::reject(error.to_string()))
}

fn keeps<L: lead_scoring::LeadView>(
    scorer: &dyn Scorer,
    lead: L,
    as_of: AsOf,
) -> Result<(), TestCaseError> {
    check_scorer(scorer, &[lead], &[as_of])
        .map_err(|broken| TestCaseError::fail(broken.to_string()))
}

#[test]
fn random_specs_say_something() {
    let mut runner = TestRunner::deterministic();
    let (mut refused, mut scores, mut apart) = (0, 0, 0);
    for _ in 0..500 {
        let spec = interest().new_tree(&mut runner).unwrap().current();
        let facts: Facts = facts().new_tree(&mut runner).unwrap().current();
        match spec.build_with(&schema(), &HistorySpec::new().utc_offset("+00:00")) {
            Err(_) => refused += 1,
            Ok(scorer) => {
                let profile = scorer.profile(&facts.lead(&schema()), generators::noon().into());
                let Some(profile) = profile else { continue };
                scores += 1;
                let points: Vec<f64> = profile.products().iter().map(|one| one.points).collect();
                apart += u32::from(points[0] != points[1]);
            }
        }
    }
    assert!(
        refused < 50 && scores > 300 && apart > 50,
        "{refused} refused, {scores} scores, {apart} of them with products apart"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn interest_keeps_the_laws(
        spec in interest(), history in history(), facts in facts(), wild in wild(), as_of in as_of(), seed in any::<u64>(),
    ) {
        let lead = facts.lead(&schema());
        for spec in [spec.clone(), spec.clone().product("crm"), spec.product("erp")] {
            let scorer = built(&spec, &history)?;
            keeps(&scorer, &lead, as_of)?;
            keeps(&scorer, &wild, as_of)?;
            let shuffled = Shuffled::new(&lead, seed);
            prop_assert_eq!(scorer.profile(&lead, as_of), scorer.profile(&shuffled, as_of));
            prop_assert_eq!(scorer.explain(&lead, as_of), scorer.explain(&shuffled, as_of));
        }
    }

    #[test]
    fn momentum_keeps_the_laws(
        spec in momentum(), history in history(), facts in facts(), wild in wild(), as_of in as_of(),
    ) {
        let scorer = moving(&spec, &history)?;
        let lead = facts.lead(&schema());
        keeps(&scorer, &lead, as_of)?;
        keeps(&scorer, &wild, as_of)?;
        let told = scorer.momentum(&lead, as_of);
        prop_assert_eq!(told.map(lead_scoring::Momentum::change), scorer.assess(&lead, as_of).raw);
        let json: MomentumSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
        let toml: MomentumSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
        prop_assert_eq!(&json, &spec);
        prop_assert_eq!(&toml, &spec);
        prop_assert_eq!(moving(&json, &history)?.explain(&lead, as_of), scorer.explain(&lead, as_of));
    }

    /// There is one engine: interest in a product is points rules over the activities that carry it.
    #[test]
    fn interest_is_points_rules_for_each_product(
        spec in interest(), history in history(), facts in facts(), as_of in as_of(),
    ) {
        let lead = facts.lead(&schema());
        let top = built(&spec, &history)?;
        let profile = top.profile(&lead, as_of);
        let mut best: Option<f64> = None;
        for (product, place) in PRODUCTS.into_iter().zip(0..) {
            let alone = built(&spec.clone().product(product), &history)?;
            prop_assert_eq!(&alone.profile(&lead, as_of), &profile);
            let judged = alone.assess(&lead, as_of);
            let Some(profile) = &profile else {
                prop_assert_eq!(judged.score, None);
                prop_assert_eq!(judged.raw, None);
                continue;
            };
            let as_rules = as_rules(&spec, product).build_with(&schema(), &history).unwrap();
            prop_assert_eq!(judged, as_rules.assess(&lead, as_of));
            let told = &profile.products()[place];
            prop_assert_eq!(&*told.product, product);
            prop_assert_eq!(Some(told.points), judged.raw);
            prop_assert_eq!(Some(told.score), judged.score);
            prop_assert_eq!(told.points.to_bits(), judged.raw.unwrap().to_bits());
            best = Some(best.map_or(told.points, |best| best.max(told.points)));
        }
        prop_assert_eq!(top.assess(&lead, as_of).raw, best);
        if let Some(profile) = profile {
            let shares: Vec<f64> = profile.products().iter().filter_map(|one| one.share).collect();
            let positive = profile.products().iter().any(|one| one.points > 0.0);
            prop_assert_eq!(shares.len(), if positive { PRODUCTS.len() } else { 0 });
            prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
            let sum: f64 = shares.iter().sum();
            prop_assert!(!positive || (sum - 1.0).abs() < 1e-12, "{}", sum);
            let leaning = profile.leaning().map(|one| one.points);
            prop_assert_eq!(leaning, best.filter(|&best| best > 0.0));
        }
    }

    #[test]
    fn files_give_the_same_interest_back(
        spec in interest(), history in history(), facts in facts(), as_of in as_of(), of in proptest::bool::ANY,
    ) {
        let spec = if of { spec.product("erp") } else { spec };
        let json: InterestSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
        let toml: InterestSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
        prop_assert_eq!(&json, &spec);
        prop_assert_eq!(&toml, &spec);
        let lead = facts.lead(&schema());
        prop_assert_eq!(built(&toml, &history)?.explain(&lead, as_of), built(&spec, &history)?.explain(&lead, as_of));
    }

    #[test]
    fn models_judge_as_the_scorers_alone(
        interest in interest(), momentum in momentum(), history in history(), facts in facts(), as_of in as_of(),
    ) {
        let spec = ModelSpec::new("m")
            .schema(schema().spec())
            .history(history.clone())
            .dimension(DimensionSpec::interest("crm", interest.clone().product("crm")))
            .dimension(DimensionSpec::interest("top", interest.clone()))
            .dimension(DimensionSpec::momentum("momentum", momentum.clone()));
        let model = ScoreModel::build(&spec).map_err(|error| TestCaseError::reject(error.to_string()))?;
        let lead = facts.lead(model.schema());
        check_model(&model, &[&lead], &[as_of]).map_err(|broken| TestCaseError::fail(broken.to_string()))?;
        let vector = model.vector(&lead, as_of);
        let crm = built(&interest.clone().product("crm"), &history)?;
        prop_assert_eq!(vector.score("crm"), crm.score(&lead, as_of));
        prop_assert_eq!(vector.score("top"), built(&interest, &history)?.score(&lead, as_of));
        prop_assert_eq!(vector.score("momentum"), moving(&momentum, &history)?.score(&lead, as_of));
        let json: ModelSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
        let toml: ModelSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
        prop_assert_eq!(&json, &spec);
        prop_assert_eq!(&toml, &spec);
    }
}

#[test]
fn a_model_file_has_a_dimension_for_each_product_asked_for() {
    let spec: ModelSpec = toml::from_str(
        r#"
        version = 1
        name = "interest"

        [schema]
        kinds = ["view", "mail"]
        products = ["crm", "erp"]

        [[dimensions]]
        name = "crm"
        [dimensions.interest]
        product = "crm"
        hundred = 40
        [[dimensions.interest.groups]]
        name = "web"
        max = 40
        rules = [{ id = "view", points = 20, activity = { kind = "view", decay = { half_life = "14d" } } }]

        [[dimensions]]
        name = "any product"
        [[dimensions.interest.groups]]
        name = "web"
        rules = [{ id = "view", points = 20, activity = { kind = "view" } }]

        [[dimensions]]
        name = "momentum"
        [dimensions.momentum]
        weights = { view = 1, mail = 2 }

        [[dimensions]]
        name = "plain momentum"
        momentum = {}
        "#,
    )
    .unwrap();
    let model = ScoreModel::build(&spec).unwrap();
    assert_eq!(model.lints(), []);
    let units: Vec<Unit> = model
        .dimensions()
        .iter()
        .map(lead_scoring::Dimension::unit)
        .collect();
    assert_eq!(units, [Unit::Points; 4]);
    let (view, mail) = (KindSlot::new(0), KindSlot::new(1));
    let day = |text: &str| text.parse().unwrap();
    let lead = Lead::builder(model.schema(), "a1")
        .push(Activity::new(view, day("2026-03-01")).product(ProductSlot::new(0)))
        .push(Activity::new(view, day("2026-03-12")).product(ProductSlot::new(1)))
        .push(Activity::new(view, day("2026-03-13")).product(ProductSlot::new(1)))
        .push(Activity::new(mail, day("2026-03-14")))
        .build()
        .unwrap();
    let as_of: AsOf = "2026-03-15".parse().unwrap();
    let vector = model.vector(&lead, as_of);
    let score = |name| vector.score(name).map(f64::from);
    assert_eq!(score("crm"), Some(25.0));
    assert_eq!(score("any product"), Some(40.0));
    assert_eq!(score("momentum"), Some(100.0 * (12.0 / 13.0)));
    assert_eq!(score("plain momentum"), Some(90.0));
    assert_eq!(vector.raw("any product"), Some(40.0));
    let empty = Lead::builder(model.schema(), "a2").build().unwrap();
    assert!(
        model
            .vector(&empty, as_of)
            .scores()
            .all(|(_, score)| score.is_none())
    );
}

fn small() -> SchemaSpec {
    SchemaSpec::new()
        .number("seats")
        .kinds(["visit", "download"])
        .product("crm")
        .product("erp")
}

fn refused(spec: &InterestSpec) -> String {
    spec.build(&small().build().unwrap())
        .unwrap_err()
        .to_string()
}

fn only(rule: RuleSpec) -> InterestSpec {
    InterestSpec::top().group(GroupSpec::sum("g").rule(rule))
}

fn visit() -> RuleSpec {
    RuleSpec::new("r")
        .points(1.0)
        .activity(ActivitySpec::of("visit"))
}

#[test]
fn what_is_wrong_with_interest() {
    const RULE: &str = "interest.groups[0].rules[0]";
    let asks = "interest counts what a lead did: give `activity`";
    assert!(only(visit()).build(&small().build().unwrap()).is_ok());
    for (spec, message) in [
        (
            InterestSpec::of("crn").group(GroupSpec::sum("g").rule(visit())),
            "interest.product: unknown product `crn`, did you mean `crm`?".to_owned(),
        ),
        (
            only(visit()).product(""),
            "interest.product: unknown product ``".to_owned(),
        ),
        (
            only(visit()).zero(5.0).hundred(5.0),
            "interest.hundred: must be more than `zero`, got `5` and `5`".to_owned(),
        ),
        (
            only(visit()).min(f64::NAN),
            "interest.min: must be a number of at most 1e12 in size, got `NaN`".to_owned(),
        ),
        (
            only(visit()).min(2.0).max(1.0),
            "interest.max: must not be less than `min`, got `1` and `2`".to_owned(),
        ),
        (
            only(RuleSpec::new("r").points(1.0)),
            format!("{RULE}: a rule asks something: give `when`, `activity` or `inactivity`"),
        ),
        (
            only(
                RuleSpec::new("r")
                    .points(1.0)
                    .when(attribute("seats").is_known()),
            ),
            format!("{RULE}: {asks}"),
        ),
        (
            only(
                RuleSpec::new("r")
                    .points(-1.0)
                    .inactivity(InactivitySpec::every("30d")),
            ),
            format!("{RULE}.inactivity: {asks}"),
        ),
        (
            only(visit().disqualify("gone")),
            format!("{RULE}.disqualify: interest disqualifies nobody: points rules do"),
        ),
        (
            only(
                RuleSpec::new("r")
                    .points(1.0)
                    .activity(ActivitySpec::of("visits")),
            ),
            format!("{RULE}.activity.kind: unknown activity kind `visits`, did you mean `visit`?"),
        ),
        (
            only(
                RuleSpec::new("r")
                    .points(f64::INFINITY)
                    .activity(ActivitySpec::of("visit").last("0d")),
            ),
            format!(
                "{RULE}.points: must be a number of at most 1e12 in size, got `inf`\n\
                 {RULE}.activity.window.last: must be longer than 0, got `0d`"
            ),
        ),
        (
            only(visit()).group(GroupSpec::sum("g").rule(visit())),
            "interest.groups[1].name: `g` stands twice\n\
             interest.groups[1].rules[0].id: `r` stands twice"
                .to_owned(),
        ),
    ] {
        assert_eq!(refused(&spec), message, "{spec:?}");
    }
    let bare = SchemaSpec::new().kind("visit").build().unwrap();
    assert_eq!(
        only(visit())
            .product("crm")
            .build(&bare)
            .unwrap_err()
            .to_string(),
        "interest: the schema has no `products`"
    );
    let history = HistorySpec::new().same_within("soon");
    let both = only(visit())
        .product("erb")
        .build_with(&small().build().unwrap(), &history);
    assert_eq!(
        both.unwrap_err().to_string(),
        "history.same_within: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `soon`\n\
         interest.product: unknown product `erb`, did you mean `erp`?"
    );
    let model = ModelSpec::new("m")
        .schema(small())
        .dimension(DimensionSpec::interest("i", only(visit()).product("cmr")))
        .dimension(DimensionSpec::momentum(
            "p",
            MomentumSpec::new().weight("visti", 1.0),
        ));
    assert_eq!(
        ScoreModel::build(&model).unwrap_err().to_string(),
        "dimensions[0].interest.product: unknown product `cmr`, did you mean `crm`?\n\
         dimensions[1].momentum.weights.visti: unknown activity kind `visti`, did you mean `visit`?"
    );
    let error = toml::from_str::<InterestSpec>("produkt = \"crm\"").unwrap_err();
    assert!(
        error.to_string().contains("unknown field `produkt`"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_with_momentum() {
    let refused = |spec: MomentumSpec| {
        spec.build(&small().build().unwrap())
            .unwrap_err()
            .to_string()
    };
    let weight = "a weight must be between 0 and 1e12, got";
    for (name, value, message) in [
        (
            "visits",
            1.0,
            "momentum.weights.visits: unknown activity kind `visits`, did you mean `visit`?"
                .to_owned(),
        ),
        (
            "visit",
            -1.0,
            format!("momentum.weights.visit: {weight} `-1`"),
        ),
        (
            "visit",
            f64::NAN,
            format!("momentum.weights.visit: {weight} `NaN`"),
        ),
        (
            "visit",
            2e12,
            format!("momentum.weights.visit: {weight} `2000000000000`"),
        ),
        (
            "visit",
            0.0,
            "momentum.weights: at least one weight must be more than 0".to_owned(),
        ),
        (
            "visit",
            -0.0,
            "momentum.weights: at least one weight must be more than 0".to_owned(),
        ),
    ] {
        assert_eq!(refused(MomentumSpec::new().weight(name, value)), message);
    }
    assert!(
        MomentumSpec::new()
            .weight("visit", 0.0)
            .weight("download", 1.0)
            .build(&small().build().unwrap())
            .is_ok()
    );
    let error = toml::from_str::<MomentumSpec>("weight = {}").unwrap_err();
    assert!(
        error.to_string().contains("unknown field `weight`"),
        "{error}"
    );
}
