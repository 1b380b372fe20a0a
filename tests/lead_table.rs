//! A table of leads says and scores what its leads do, bit for bit.
#![allow(clippy::unwrap_used)] // a test stops where something is not as it must be

mod generators;

use generators::{Facts, as_of, condition, facts, history, moment, rules, schema};
use lead_scoring::testing::{check_model, check_view};
use lead_scoring::{
    AppliesTo, AsOf, AttributeSlot, CompositeSpec, DimensionSpec, GroupSpec, HistorySpec,
    LabelSpec, Lead, LeadTable, LeadView, ManualOverride, ModelSpec, Moment, Progress, RankBy,
    RuleSpec, RulesSpec, Schema, SchemaSpec, Score, ScoreMatrix, ScoreModel, Scorer, attribute,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::ops::ControlFlow;

/// What a lead of these tests has beside its facts.
#[derive(Clone, Debug)]
struct Whole {
    facts: Facts,
    /// Since when the first of its attributes is known.
    since: Option<Moment>,
    manual: Option<ManualOverride>,
}

fn wholes() -> impl Strategy<Value = Vec<Whole>> {
    let manual = (moment(), 0.0..100.0).prop_map(|(set_at, score)| ManualOverride {
        dimension: "d0".to_owned(),
        score: Score::saturating(score).unwrap(),
        reason: "said so".to_owned(),
        set_at,
        expires_at: None,
    });
    let whole = (
        facts(),
        option::weighted(0.2, moment()),
        option::weighted(0.1, manual),
    );
    vec(
        whole.prop_map(|(facts, since, manual)| Whole {
            facts,
            since,
            manual,
        }),
        1..12,
    )
}

fn leads(wholes: &[Whole], schema: &Schema) -> Vec<Lead> {
    let lead = |(i, whole): (usize, &Whole)| {
        let mut builder = Lead::builder(schema, format!("lead {i}"));
        for (name, value) in &whole.facts.attributes {
            builder = builder.set(name, value.clone());
        }
        if let (Some((name, _)), Some(since)) = (whole.facts.attributes.first(), whole.since) {
            builder = builder.known_since(name, since);
        }
        if let Some(at) = whole.facts.created_at {
            builder = builder.created_at(at);
        }
        for activity in &whole.facts.activities {
            builder = builder.activity(activity.clone());
            builder = builder.purchase(activity.at, activity.value.unwrap_or(1.0));
        }
        if let Some(manual) = &whole.manual {
            builder = builder.overrule(manual.clone());
        }
        builder.build().unwrap()
    };
    wholes.iter().enumerate().map(lead).collect()
}

/// The same table, column by column, with its activities and purchases in another order.
fn by_column(wholes: &[Whole], schema: &Schema) -> LeadTable {
    let ids = (0..wholes.len()).map(|i| format!("lead {i}"));
    let mut builder = LeadTable::builder(schema)
        .ids(ids)
        .created_at(wholes.iter().map(|whole| whole.facts.created_at));
    for (name, _) in schema.attributes() {
        let of = |whole: &Whole| {
            let mut attributes = whole.facts.attributes.iter();
            attributes
                .find(|(own, _)| *own == name)
                .map(|(_, v)| v.clone())
        };
        builder = builder.values(name, wholes.iter().map(of)).known_since(
            name,
            wholes.iter().enumerate().filter_map(|(i, whole)| {
                let first = whole.facts.attributes.first()?;
                Some((i, whole.since.filter(|_| first.0 == name)?))
            }),
        );
    }
    let manual = |(i, whole): (usize, &Whole)| Some((i, whole.manual.clone()?));
    builder = builder.overrides(wholes.iter().enumerate().filter_map(manual));
    for (i, lead) in leads(wholes, schema).iter().enumerate().rev() {
        let mut activities = Vec::new();
        lead.activities(&mut |activity| activities.push((i, activity)));
        builder = builder.activities(activities.into_iter().rev());
        lead.purchases(&mut |purchase| builder.add_purchase(i, purchase.at, purchase.amount));
    }
    builder.build().unwrap()
}

/// Everything that a view says, as far as these leads say anything.
fn told(view: &dyn LeadView, schema: &Schema) -> String {
    let mut all = vec![format!("{:?} {:?}", view.created_at(), view.in_order())];
    for slot in (0..)
        .take(schema.attributes().len())
        .map(AttributeSlot::new)
    {
        let since = view.known_since(lead_scoring::Fact::Attribute(slot));
        all.push(format!("{:?} {since:?}", view.attribute(slot)));
    }
    view.activities(&mut |activity| all.push(format!("{activity:?}")));
    view.purchases(&mut |purchase| all.push(format!("{purchase:?}")));
    view.overrides(&mut |manual| all.push(format!("{manual:?}")));
    all.join("\n")
}

/// The bits of a lead's scores and raw values, and all that its vector says.
type Said = (Vec<Option<(u64, u64)>>, String);

fn bits(matrix: &ScoreMatrix) -> Vec<Said> {
    let of_row = |vector: lead_scoring::ScoreVector| {
        let dimensions = matrix
            .dimensions()
            .iter()
            .map(lead_scoring::Dimension::name);
        let cells = dimensions.map(|name| {
            let (score, raw) = (vector.score(name)?, vector.raw(name)?);
            Some((score.get().to_bits(), raw.to_bits()))
        });
        (cells.collect(), format!("{vector:?}"))
    };
    matrix.vectors().map(of_row).collect()
}

/// Attribute rules that need no more than a look at the bits, and some that need a little more.
fn bare_rules() -> impl Strategy<Value = RulesSpec> {
    let rule = (condition(), -40_i32..60, proptest::bool::weighted(0.8));
    vec(vec(rule, 1..25), 1..3).prop_map(|groups| {
        let mut spec = RulesSpec::new();
        for (g, rules) in groups.into_iter().enumerate() {
            let mut group = GroupSpec::sum(format!("g{g}"));
            for (r, (when, points, whole)) in rules.into_iter().enumerate() {
                let points = f64::from(points) * if whole { 1.0 } else { 0.1 };
                group = group.rule(RuleSpec::new(format!("r{g}.{r}")).points(points).when(when));
            }
            spec = spec.group(group);
        }
        spec
    })
}

fn model(
    dimensions: Vec<RulesSpec>,
    history: HistorySpec,
    applies: Option<AppliesTo>,
    composed: bool,
) -> Option<ScoreModel> {
    let mut spec = ModelSpec {
        applies_to: applies,
        ..ModelSpec::new("m").schema(schema().spec()).history(history)
    };
    let count = dimensions.len();
    for (d, rules) in dimensions.into_iter().enumerate() {
        spec = spec.dimension(DimensionSpec::rules(format!("d{d}"), rules));
    }
    if composed {
        let weights = (0..count).map(|d| (format!("d{d}"), 1.0));
        spec = spec.composite(CompositeSpec::weighted_mean(weights)).label(
            LabelSpec::new("stage")
                .of("d0")
                .band("low", 10.0)
                .band("high", 50.0),
        );
    }
    ScoreModel::build(&spec).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn rows_are_their_leads(wholes in wholes()) {
        let schema = schema();
        let leads = leads(&wholes, &schema);
        let table = LeadTable::from_leads(&schema, &leads).unwrap();
        let columns = by_column(&wholes, &schema);
        prop_assert_eq!((table.len(), columns.len()), (leads.len(), leads.len()));
        for (lead, (row, other)) in leads.iter().zip(table.rows().zip(columns.rows())) {
            prop_assert_eq!(told(lead, &schema), told(&row, &schema));
            prop_assert_eq!(told(lead, &schema), told(&other, &schema));
            prop_assert_eq!((lead.id(), lead.id()), (row.id(), other.id()));
        }
        prop_assert!(check_view(&columns.rows().collect::<Vec<_>>()).is_ok());
    }

    #[test]
    fn blocks_score_as_rows_do(
        dimensions in vec(prop_oneof![rules(), bare_rules()], 1..4),
        history in history(),
        include in option::weighted(0.2, condition()),
        composed in proptest::bool::ANY,
        wholes in wholes(),
        as_of in as_of(),
    ) {
        let applies = include.map(|when| AppliesTo { include: Some(when), exclude: None });
        let Some(model) = model(dimensions, history, applies, composed) else {
            return Err(TestCaseError::reject("refused"));
        };
        let schema = schema();
        let leads = leads(&wholes, &schema);
        let table = LeadTable::from_leads(&schema, &leads).unwrap();
        let rows: Vec<_> = table.rows().collect();
        let expected = bits(&model.score_all(&leads, as_of));
        prop_assert_eq!(&bits(&model.score_table(&table, as_of)), &expected);
        prop_assert_eq!(&bits(&model.score_table(&by_column(&wholes, &schema), as_of)), &expected);
        prop_assert_eq!(&bits(&model.score_all(&rows, as_of)), &expected);
        for ((lead, row), (_, told)) in leads.iter().zip(&rows).zip(&expected) {
            prop_assert_eq!(&format!("{:?}", model.vector(lead, as_of)), told);
            prop_assert_eq!(model.explain(lead, as_of), model.explain(row, as_of));
        }
        check_model(&model, &rows[..1], &[as_of]).unwrap();
    }

    #[test]
    fn bare_rules_score_as_rows_do(rules in bare_rules(), wholes in wholes(), as_of in as_of()) {
        let Some(model) = model(vec![rules], HistorySpec::new(), None, false) else {
            return Err(TestCaseError::reject("refused"));
        };
        let schema = schema();
        // Without what only few leads have, so that nothing is left to be done row by row.
        let plain: Vec<Whole> = wholes
            .iter()
            .map(|whole| Whole { since: None, manual: None, ..whole.clone() })
            .collect();
        let leads = leads(&plain, &schema);
        let table = LeadTable::from_leads(&schema, &leads).unwrap();
        let expected = bits(&model.score_all(&leads, as_of));
        prop_assert_eq!(&bits(&model.score_table(&table, as_of)), &expected);
        let rows: Vec<_> = table.rows().collect();
        prop_assert_eq!(&bits(&model.score_all(&rows, as_of)), &expected);
        let lent: Vec<&Lead> = leads.iter().collect();
        prop_assert_eq!(&bits(&model.score_all(&lent, as_of)), &expected);
        for (lead, (_, told)) in leads.iter().zip(&expected) {
            prop_assert_eq!(&format!("{:?}", model.vector(lead, as_of)), told);
        }
    }
}

/// Numbers, dates and texts that a lead keeps in little room and such that need more, by case and not.
#[test]
fn values_of_all_widths_are_scored_together_as_alone() {
    let rule = |id: &str, when| RuleSpec::new(id).points(1.0).when(when);
    let group = GroupSpec::sum("all")
        .rule(rule("large", attribute("seats").at_least(2_147_483_647.5)))
        .rule(rule("some", attribute("seats").between(-0.5, 0.5)))
        .rule(rule(
            "old",
            attribute("since").less_than("1969-12-31T23:59:59.5Z"),
        ))
        .rule(rule("one", attribute("city").exact_case().equals("Graz")))
        .rule(rule(
            "two",
            attribute("city").exact_case().one_of(["GRAZ", "Wien"]),
        ))
        .rule(rule("folded", attribute("land").one_of(["at", "de", "ä"])))
        .rule(rule("exact", attribute("land").exact_case().equals("AT")))
        .rule(rule("long", attribute("title").contains("xx")))
        .rule(rule("yes", attribute("open").equals(true)));
    let schema = SchemaSpec::new().text("title").text("city").text("land");
    let spec = ModelSpec::new("widths")
        .schema(schema.number("seats").date("since").flag("open"))
        .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(group)));
    let model = ScoreModel::build(&spec).unwrap();

    let long = "x".repeat(70_000);
    let numbers = [0.0, 0.25, -1.0, 2_147_483_647.0, 2_147_483_648.0, 1e300];
    let dates = [
        "1950-01-01",
        "1969-12-31T23:59:59.75Z",
        "2026-03-01",
        "2300-01-01",
    ];
    let titles = ["Head", "head of sales", &long, "Xaver, österreichisch"];
    let lands = ["AT", "at", "atlantis", "Ä", "c"];
    let cities = ["Graz", "graz", "GRAZ", "a city of a long name", "Wien"];
    let mut expected: Vec<f64> = Vec::new();
    let leads = (0..420).map(|i: usize| {
        let seats = (!i.is_multiple_of(7)).then(|| numbers[i % 6]);
        let since = (!i.is_multiple_of(5)).then(|| dates[i % 4]);
        let title = (!i.is_multiple_of(11)).then(|| titles[i / 2 % 4]);
        let (city, land, open) = (cities[i % 5], lands[i / 5 % 5], i.is_multiple_of(3));
        let holds = [
            seats.is_some_and(|seats| seats >= 2_147_483_648.0),
            seats.is_some_and(|seats: f64| seats.abs() <= 0.5),
            since.is_some_and(|since| since == dates[0]),
            city == "Graz",
            city == "GRAZ" || city == "Wien",
            ["AT", "at", "Ä"].contains(&land),
            land == "AT",
            title == Some(&long),
            open,
        ];
        expected.push(holds.map(|holds| f64::from(u8::from(holds))).iter().sum());
        let mut lead = Lead::builder(model.schema(), i.to_string())
            .set("city", city)
            .set("land", land)
            .set("open", open);
        if let Some(seats) = seats {
            lead = lead.set("seats", seats);
        }
        if let Some(since) = since {
            lead = lead.set("since", since);
        }
        if let Some(title) = title {
            lead = lead.set("title", title);
        }
        lead.build().unwrap()
    });
    let leads: Vec<Lead> = leads.collect();
    let matrix = model.score_all(&leads, noon());
    let points = matrix.vectors().map(|vector| vector.raw("fit").unwrap());
    assert!(points.eq(expected));
    let table = LeadTable::from_leads(model.schema(), &leads).unwrap();
    assert_eq!(bits(&matrix), bits(&model.score_table(&table, noon())));
    for (lead, (_, together)) in leads.iter().zip(bits(&matrix)) {
        assert_eq!(format!("{:?}", model.vector(lead, noon())), together);
    }
}

/// Among many leads of one sort a few of others, so that some are read together and some one by one.
#[test]
fn leads_of_all_sorts_are_scored_together_as_alone() {
    let model = seats_model();
    let other = SchemaSpec::new().number("seats").text("title");
    let other = other.build().unwrap();
    let lead = |i: u32| {
        let schema = if i == 250 { &other } else { model.schema() };
        let lead = Lead::builder(schema, i.to_string()).set("seats", i % 100);
        let later = "2026-03-02".parse().unwrap();
        let manual = ManualOverride {
            dimension: "fit".into(),
            score: Score::new(70.0).unwrap(),
            reason: "met at the fair".into(),
            set_at: noon().moment(),
            expires_at: None,
        };
        match i {
            70 | 71 => lead.known_since("seats", later).build().unwrap(),
            140 => lead.overrule(manual).build().unwrap(),
            _ => lead.build().unwrap(),
        }
    };
    let leads: Vec<Lead> = (0..600).map(lead).collect();
    let matrix = model.score_all(&leads, noon());
    for (lead, (_, together)) in leads.iter().zip(bits(&matrix)) {
        assert_eq!(format!("{:?}", model.vector(lead, noon())), together);
    }
    let scores: Vec<_> = matrix.vectors().map(|vector| vector.score("fit")).collect();
    let missing = (0..600).filter(|&i| scores[i].is_none());
    assert_eq!(missing.collect::<Vec<_>>(), [70, 71, 250]);
}

fn seats_model() -> ScoreModel {
    let large = RuleSpec::new("large")
        .points(40.0)
        .when(attribute("seats").at_least(50));
    let spec = ModelSpec::new("fit")
        .schema(SchemaSpec::new().number("seats"))
        .dimension(DimensionSpec::rules(
            "fit",
            RulesSpec::new().group(GroupSpec::sum("company").rule(large)),
        ));
    ScoreModel::build(&spec).unwrap()
}

fn seats_table(model: &ScoreModel, count: u32) -> LeadTable {
    LeadTable::builder(model.schema())
        .ids((0..count).map(|i| i.to_string()))
        .numbers(
            "seats",
            (0..count).map(|i| (i % 7 > 0).then(|| f64::from(i % 100))),
        )
        .build()
        .unwrap()
}

fn noon() -> AsOf {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

#[test]
fn many_blocks_are_one_matrix() {
    let model = seats_model();
    let table = seats_table(&model, 70_001);
    let rows: Vec<_> = table.rows().collect();
    let whole = bits(&model.score_table(&table, noon()));
    assert_eq!(whole, bits(&model.score_all(&rows, noon())));
    for row in rows.iter().step_by(997) {
        let alone = model.vector(row, noon());
        assert_eq!(format!("{alone:?}"), whole[row.position()].1);
    }
}

#[test]
fn a_run_says_how_far_it_is() {
    let model = seats_model();
    let table = seats_table(&model, 150_000);
    let rows: Vec<_> = table.rows().collect();
    let mut seen = Vec::new();
    let mut watch = |Progress { done, total }| {
        seen.push((done, total));
        ControlFlow::Continue(())
    };
    let watched = model
        .score_table_watched(&table, noon(), &mut watch)
        .unwrap();
    assert_eq!(bits(&watched), bits(&model.score_table(&table, noon())));
    let watched = model.score_all_watched(&rows, noon(), watch).unwrap();
    assert_eq!(watched.len(), 150_000);
    let rounds = [0, 65_536, 131_072, 150_000].map(|done| (done, 150_000));
    assert_eq!(seen, [rounds, rounds].concat());
}

#[test]
fn a_run_can_be_stopped() {
    let model = seats_model();
    let table = seats_table(&model, 150_000);
    let until = |end: usize| {
        move |progress: Progress| {
            if progress.done >= end {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
    };
    let stopped = model
        .score_table_watched(&table, noon(), until(1))
        .unwrap_err();
    assert_eq!(stopped.to_string(), "stopped after 65536 of 150000 leads");
    assert_eq!((stopped.scored().len(), stopped.total()), (65_536, 150_000));
    let whole = bits(&model.score_table(&table, noon()));
    assert_eq!(bits(&stopped.into_scored()), whole[..65_536]);

    let rows: Vec<_> = table.rows().collect();
    let stopped = model
        .score_all_watched(&rows, noon(), until(0))
        .unwrap_err();
    assert_eq!(stopped.to_string(), "stopped after 0 of 150000 leads");
    // To stop once all is done stops nothing.
    assert!(
        model
            .score_all_watched(&rows, noon(), until(150_000))
            .is_ok()
    );
    assert!(
        model
            .score_all_watched(&rows[..0], noon(), until(0))
            .is_ok()
    );
}

#[test]
fn a_table_of_another_schema_abstains() {
    let model = seats_model();
    let other = SchemaSpec::new().text("title").build().unwrap();
    let table = LeadTable::builder(&other).ids(["a", "b"]).build().unwrap();
    let matrix = model.score_table(&table, noon());
    assert_eq!(matrix.len(), 2);
    assert_eq!(matrix.column("fit").unwrap().flatten().count(), 0);
    assert!(model.score(&table.row(0).unwrap(), noon()).is_none());
}

#[test]
fn the_top_is_where_the_ranking_begins() {
    let model = seats_model();
    // Some 3,000 of 5,000 share a score, and some have none.
    let matrix = model.score_table(&seats_table(&model, 5_000), noon());
    let ranked = matrix.ranked(RankBy::Best).unwrap();
    for count in [0, 1, 3, 511, 512, 1_023, 1_024, 2_500, 4_999, 5_000, 9_000] {
        let top = matrix.top(count, RankBy::Best).unwrap();
        assert_eq!(top, ranked[..count.min(5_000)], "{count}");
    }
}
