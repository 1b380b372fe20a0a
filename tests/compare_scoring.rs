//! Two models on one population: who moves, by which rules, and which of them is to be used.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

use lead_scoring::{
    AsOf, ChampionVerdict, Comparison, ComparisonSpec, CompositeSpec, DimensionSpec, GroupSpec,
    Lead, ModelSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel, attribute,
};

fn as_of() -> AsOf {
    "2026-03-01".parse().unwrap()
}

fn schema() -> SchemaSpec {
    SchemaSpec::new()
        .number("seats")
        .text("country")
        .flag("student")
}

fn rule(id: &str, points: f64, when: impl Into<lead_scoring::ConditionSpec>) -> RuleSpec {
    RuleSpec::new(id).points(points).when(when)
}

/// Seats give points; who is a student is out.
fn champion() -> ScoreModel {
    let group = GroupSpec::sum("who")
        .rule(rule("large", 40.0, attribute("seats").at_least(50)))
        .rule(rule("huge", 20.0, attribute("seats").at_least(500)))
        .rule(
            RuleSpec::new("student")
                .disqualify("student")
                .when(attribute("student").equals(true)),
        );
    build("champion", group)
}

/// The same with other points, and the country beside.
fn challenger() -> ScoreModel {
    let group = GroupSpec::sum("who")
        .rule(rule("large", 30.0, attribute("seats").at_least(50)))
        .rule(rule("huge", 20.0, attribute("seats").at_least(500)))
        .rule(rule("german", 25.0, attribute("country").equals("DE")));
    build("challenger", group)
}

fn build(name: &str, group: GroupSpec) -> ScoreModel {
    let fit = DimensionSpec::rules("fit", RulesSpec::new().group(group));
    ScoreModel::build(&ModelSpec::new(name).schema(schema()).dimension(fit)).unwrap()
}

fn leads() -> Vec<Lead> {
    let schema = schema().build().unwrap();
    let lead = |id: &str, seats: Option<f64>, country: Option<&str>, student: bool| {
        let mut lead = Lead::builder(&schema, id);
        if let Some(seats) = seats {
            lead = lead.set("seats", seats);
        }
        if let Some(country) = country {
            lead = lead.set("country", country);
        }
        if student {
            lead = lead.set("student", true);
        }
        lead.build().unwrap()
    };
    vec![
        lead("a", Some(80.0), Some("DE"), false),
        lead("b", Some(800.0), Some("FR"), false),
        lead("c", Some(5.0), Some("DE"), false),
        lead("d", Some(90.0), None, true),
        lead("e", None, Some("DE"), false),
        lead("f", None, None, false),
        lead("g", Some(5.0), None, false),
    ]
}

fn spec() -> ComparisonSpec {
    ComparisonSpec::new()
        .band("mql", 30.0)
        .band("sql", 55.0)
        .threshold(40.0)
}

#[test]
fn who_moves_and_why() {
    let (champion, challenger) = (champion(), challenger());
    let found = spec()
        .compare(&champion, &challenger, &leads(), as_of(), None)
        .unwrap();
    // a 40 -> 55, b 60 -> 50, c 0 -> 25, d out -> 30, e none -> 25, f none, g 0 -> 0.
    assert_eq!((found.leads, found.both), (7.0, 4.0));
    assert_eq!((found.champion_only, found.challenger_only), (0.0, 2.0));
    assert_eq!((found.changed, found.mean_change), (3.0, Some(7.5)));
    assert_eq!(found.mean_absolute_change, Some(12.5));
    let spread = found.champion.unwrap();
    assert_eq!(
        (spread.leads, spread.mean, spread.min, spread.max),
        (4.0, 25.0, 0.0, 60.0)
    );
    assert_eq!(
        (spread.lower_quartile, spread.median, spread.upper_quartile),
        (0.0, 20.0, 45.0)
    );
    assert!((spread.deviation - 675.0_f64.sqrt()).abs() < 1e-12);
    let migration = found.migration.as_ref().unwrap();
    assert_eq!(migration.bands, ["unscored", "below", "mql", "sql"]);
    assert_eq!(
        migration.counts,
        [
            [1.0, 1.0, 1.0, 0.0],
            [0.0, 2.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
            [0.0, 0.0, 1.0, 0.0]
        ]
    );
    assert_eq!(migration.moved("mql", "sql"), Some(1.0));
    assert_eq!(migration.moved("mql", "won"), None);
    let crossing = found.crossing.as_ref().unwrap();
    assert_eq!(
        (crossing.stay, &crossing.up, &crossing.down),
        (2.0, &vec![], &vec![])
    );
    let movers: Vec<_> = found
        .movers
        .iter()
        .map(|mover| {
            let rules = mover.rules.iter();
            let rules: Vec<_> = rules
                .map(|rule| (rule.rule.as_str(), rule.change()))
                .collect();
            (mover.lead, mover.change(), rules)
        })
        .collect();
    assert_eq!(
        movers,
        [
            (2, 25.0, vec![("german", 25.0)]),
            (0, 15.0, vec![("german", 25.0), ("large", -10.0)]),
            (1, -10.0, vec![("large", -10.0)]),
        ]
    );
    assert_eq!(found.choice.verdict, ChampionVerdict::Open);
    let one = spec()
        .movers(1)
        .compare(&champion, &challenger, &leads(), as_of(), None);
    assert_eq!(one.unwrap().movers, found.movers[..1]);
    let shown = found.to_string();
    for part in [
        "7 leads: 4 scored by both, 0 by the champion only, 2 by the challenger only\n",
        "\nchampion        4   25.00   25.98    0.00    0.00   20.00   45.00   60.00\n",
        "\n3 scores change, by 7.50 in the mean, 12.50 without sign\n",
        "\nmql                           0          0          0          1\n",
        "\nfrom 40: 2 leads with both, 0 with the challenger only, 0 with the champion only\n",
        "\nopen: there are not the outcomes by which to choose",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Comparison>(&json).unwrap(), found);
}

#[test]
fn the_crossing_names_leads() {
    let found = spec()
        .threshold(52.0)
        .compare(&champion(), &challenger(), &leads(), as_of(), None)
        .unwrap();
    let crossing = found.crossing.unwrap();
    assert_eq!((crossing.up_leads, crossing.down_leads), (1.0, 1.0));
    assert_eq!(
        (crossing.stay, crossing.up, crossing.down),
        (0.0, vec![0], vec![1])
    );
}

#[test]
fn the_better_one_is_chosen_by_the_rule() {
    let schema = schema().build().unwrap();
    // Germans convert, whatever their seats; two of a hundred do not.
    let leads: Vec<Lead> = (0..200)
        .map(|i| {
            let country = if i % 2 == 0 { "DE" } else { "FR" };
            let seats = f64::from(i % 7) * 10.0;
            let lead = Lead::builder(&schema, format!("{i}"));
            lead.set("country", country)
                .set("seats", seats)
                .build()
                .unwrap()
        })
        .collect();
    let converted: Vec<bool> = (0..200).map(|i| i % 2 == 0 && i > 3).collect();
    let (champion, challenger) = (champion(), challenger());
    let compare = |spec: ComparisonSpec, first: &ScoreModel, second: &ScoreModel| {
        spec.compare(first, second, &leads, as_of(), Some(&converted))
            .unwrap()
    };
    let found = compare(ComparisonSpec::new(), &champion, &challenger);
    let auc = found.auc.unwrap();
    assert!(
        auc.difference > 0.2 && auc.p_value.unwrap() < 1e-6,
        "{auc:?}"
    );
    assert_eq!(found.choice.verdict, ChampionVerdict::Replace);
    let metrics = (
        found.champion_metrics.unwrap(),
        found.challenger_metrics.unwrap(),
    );
    assert_eq!(metrics.0.roc_auc, Some(auc.first.auc));
    assert_eq!(metrics.1.roc_auc, Some(auc.second.auc));
    let shown = found.choice.to_string();
    assert!(
        shown.starts_with("the challenger replaces the champion: ROC AUC +0."),
        "{shown}"
    );
    assert!(
        shown.ends_with(", p 0.0000; asked are more than 0 and at least 0, p below 0.05"),
        "{shown}"
    );
    for (spec, first, second) in [
        (
            ComparisonSpec::new().least_gain(0.9),
            &champion,
            &challenger,
        ),
        (
            ComparisonSpec::new().significance(0.0),
            &champion,
            &challenger,
        ),
        (ComparisonSpec::new(), &challenger, &champion),
        (ComparisonSpec::new(), &champion, &champion),
    ] {
        let found = compare(spec, first, second);
        assert_eq!(found.choice.verdict, ChampionVerdict::Keep);
    }
    // One class, or no lead with both scores: nothing to choose by.
    let none = vec![false; 200];
    let found = ComparisonSpec::new()
        .compare(&champion, &challenger, &leads, as_of(), Some(&none))
        .unwrap();
    assert_eq!(
        (found.auc, found.choice.verdict),
        (None, ChampionVerdict::Open)
    );
    let nobody: [Lead; 0] = [];
    let found = spec()
        .compare(&champion, &challenger, &nobody, as_of(), Some(&[]))
        .unwrap();
    assert_eq!(
        (found.champion, found.mean_change, found.auc),
        (None, None, None)
    );
    assert_eq!(found.choice.verdict, ChampionVerdict::Open);
}

#[test]
fn what_is_refused() {
    let (champion, challenger) = (champion(), challenger());
    let leads = leads();
    let refused = |spec: ComparisonSpec| {
        let error = spec
            .compare(&champion, &challenger, &leads, as_of(), None)
            .unwrap_err();
        error.to_string()
    };
    let other = ModelSpec::new("other")
        .schema(SchemaSpec::new().number("seats"))
        .dimension(DimensionSpec::rules(
            "fit",
            RulesSpec::new().group(GroupSpec::sum("who").rule(rule(
                "large",
                1.0,
                attribute("seats").at_least(50),
            ))),
        ));
    let other = ScoreModel::build(&other).unwrap();
    let nested = ModelSpec::new("nested")
        .schema(schema())
        .dimension(DimensionSpec::rules(
            "fit",
            RulesSpec::new().group(GroupSpec::sum("who").rule(rule(
                "large",
                1.0,
                attribute("seats").at_least(50),
            ))),
        ))
        .composite(CompositeSpec::weighted_mean([("fit", 1.0)]));
    let nested = ScoreModel::build(&nested).unwrap();
    let table = [
        (
            refused(ComparisonSpec::new().of("size")),
            "champion: the model has no dimension `size`; it has `fit`",
        ),
        (
            refused(ComparisonSpec::new().of("composite")),
            "champion: the model has no composite to rank by",
        ),
        (
            ComparisonSpec::new()
                .of("composite")
                .compare(&nested, &challenger, &leads, as_of(), None)
                .unwrap_err()
                .to_string(),
            "challenger: the model has no composite to rank by",
        ),
        (
            refused(ComparisonSpec::new().threshold(f64::NAN)),
            "threshold: must be a finite number, got `NaN`",
        ),
        (
            refused(ComparisonSpec::new().significance(1.5)),
            "significance: must be between 0 and 1, got `1.5`",
        ),
        (
            refused(ComparisonSpec::new().least_gain(f64::NAN)),
            "least_gain: must be between 0 and 1, got `NaN`",
        ),
        (
            refused(ComparisonSpec::new().band("a", 5.0).band("b", 5.0)),
            "bands[1].at_least: must be above the band before, `5`, got `5`",
        ),
        (
            ComparisonSpec::new()
                .compare(&champion, &other, &leads, as_of(), None)
                .unwrap_err()
                .to_string(),
            "schemas: of the two models differ: leads of one are none of the other",
        ),
        (
            ComparisonSpec::new()
                .compare(&champion, &challenger, &leads, as_of(), Some(&[true]))
                .unwrap_err()
                .to_string(),
            "outcomes: `1` outcomes do not go with `7` leads",
        ),
    ];
    for (found, expected) in table {
        assert_eq!(found, expected);
    }
    let spec = spec().of("fit").significance(0.01).least_gain(0.02);
    let text = toml::to_string(&spec).unwrap();
    assert_eq!(toml::from_str::<ComparisonSpec>(&text).unwrap(), spec);
    assert_eq!(
        toml::from_str::<ComparisonSpec>("").unwrap(),
        ComparisonSpec::new()
    );
    assert!(toml::from_str::<ComparisonSpec>("bnds = []").is_err());
}
