//! What follows from several scores: matrices, grade bands, percentile ranks, roll-ups, and the presets of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::cast_precision_loss,
    clippy::type_complexity,
    reason = "a test fails by panicking, and tables are long"
)]

use lead_scoring::preset::{eloqua_rating, hubspot_matrix, madkudu_grades, pardot_grade};
use lead_scoring::testing::check_model;
use lead_scoring::{
    AsOf, AxisSpec, CompositeSpec, CriterionSpec, DimensionSpec, EngagementSpec, Grade, GradeSpec,
    GroupSpec, HistorySpec, LabelOn, LabelSpec, Lead, ManualOverride, MatrixSpec, Member,
    ModelSpec, PercentileSpec, RollUpMethod, RollUpSpec, RuleSpec, RulesSpec, SchemaSpec, Score,
    ScoreModel, ScoreVector, Scorer, WhenMissing, attribute,
};

fn as_of() -> AsOf {
    "2026-03-01".parse().unwrap()
}

/// One point for each of an attribute, from 1 to 100 of them; nothing where it is not known.
fn points(name: &str) -> RulesSpec {
    let bits = [64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0];
    let group = bits.iter().fold(GroupSpec::sum("points"), |group, &bit| {
        (0..=100_u8)
            .filter(|&count| f64::from(count) % (2.0 * bit) >= bit)
            .fold(group, |group, count| {
                let id = format!("{bit} of {count}");
                let when = attribute(name).equals(f64::from(count));
                group.rule(RuleSpec::new(id).points(bit).when(when))
            })
    });
    RulesSpec::new().group(group)
}

fn schema(a: &str, b: &str) -> SchemaSpec {
    SchemaSpec::new().number(a).number(b).flag("rival")
}

/// Two dimensions whose scores are the attributes of those names.
fn two(a: &str, b: &str) -> ModelSpec {
    let rival = GroupSpec::sum("verdict").rule(
        RuleSpec::new("rival")
            .disqualify("competitor")
            .when(attribute("rival").equals(true)),
    );
    ModelSpec::new("two")
        .schema(schema(a, b))
        .dimension(DimensionSpec::rules(a, points(a).group(rival)))
        .dimension(DimensionSpec::rules(b, points(b)))
}

fn lead(model: &ScoreModel, known: &[(&str, f64)]) -> Lead {
    let lead = Lead::builder(model.schema(), "a");
    let lead = known
        .iter()
        .fold(lead, |lead, &(name, value)| lead.set(name, value));
    lead.build().unwrap()
}

fn code<'v>(vector: &'v ScoreVector, matrix: &str) -> Option<&'v str> {
    vector.cell(matrix).map(|cell| cell.code)
}

#[test]
fn eloqua_rates_a1_to_d4() {
    let model = ScoreModel::build(&two("profile", "engagement").matrix(eloqua_rating())).unwrap();
    let values = [
        (100.0, 0),
        (75.0, 0),
        (74.0, 1),
        (50.0, 1),
        (49.0, 2),
        (25.0, 2),
        (24.0, 3),
        (0.0, 3),
    ];
    let mut leads = Vec::new();
    for (profile, row) in values {
        for (engagement, column) in values {
            let lead = lead(&model, &[("profile", profile), ("engagement", engagement)]);
            let vector = model.vector(&lead, as_of());
            let expected = format!("{}{}", ["A", "B", "C", "D"][row], column + 1);
            assert_eq!(code(&vector, "rating"), Some(expected.as_str()));
            assert!(vector.in_cell("rating", &expected));
            assert_eq!(vector.reached_cell("rating", "B2"), row <= 1 && column <= 1);
            assert!(vector.reached_cell("rating", "D4"));
            leads.push(lead);
        }
    }
    // An axis that abstains.
    leads.push(lead(&model, &[("profile", 80.0)]));
    leads.push(lead(&model, &[]));
    assert_eq!(code(&model.vector(&leads[64], as_of()), "rating"), None);
    // Disqualified: the cell is kept, and counts for nothing.
    let rival = Lead::builder(model.schema(), "r")
        .set("profile", 90.0)
        .set("engagement", 90.0)
        .set("rival", true)
        .build()
        .unwrap();
    let vector = model.vector(&rival, as_of());
    assert_eq!(code(&vector, "rating"), Some("A1"));
    assert!(!vector.in_cell("rating", "A1") && !vector.reached_cell("rating", "D4"));
    leads.push(rival);

    let counts = model
        .score_all(&leads, as_of())
        .cell_counts("rating")
        .unwrap();
    let cells: Vec<_> = counts
        .iter()
        .map(|(cell, count)| (cell.code, count))
        .collect();
    assert_eq!(cells.len(), 16);
    assert_eq!(
        cells.iter().map(|&(code, _)| code).collect::<String>(),
        "A1A2A3A4B1B2B3B4C1C2C3C4D1D2D3D4"
    );
    assert!(cells.iter().all(|&(_, count)| count == 4));
    assert_eq!((counts.of("C3"), counts.of("E1")), (Some(4), None));
    assert_eq!((counts.none(), counts.disqualified()), (2, 1));
    assert_eq!(check_model(&model, &leads, &[as_of()]), Ok(()));
}

#[test]
fn hubspot_combines_a1_to_c3() {
    let matrix = hubspot_matrix([70.0, 40.0], [60.0, 20.0]).named("A1", "to sales");
    let model = ScoreModel::build(&two("fit", "engagement").matrix(matrix)).unwrap();
    for (fit, row) in [(70.0, "A"), (69.0, "B"), (40.0, "B"), (39.0, "C")] {
        for (engagement, column) in [(60.0, "1"), (59.0, "2"), (20.0, "2"), (0.0, "3")] {
            let lead = lead(&model, &[("fit", fit), ("engagement", engagement)]);
            let vector = model.vector(&lead, as_of());
            let cell = vector.cell("score").unwrap();
            assert_eq!((cell.row, cell.column), (row, column));
            assert_eq!(cell.name, (cell.code == "A1").then_some("to sales"));
        }
    }
    let vector = model.vector(
        &lead(&model, &[("fit", 80.0), ("engagement", 80.0)]),
        as_of(),
    );
    let told = serde_json::to_value(&vector).unwrap();
    assert_eq!(
        told["matrices"],
        serde_json::json!({ "score": { "cell": "A1", "row": "A", "column": "1", "name": "to sales" } })
    );
    let vector = model.vector(&lead(&model, &[]), as_of());
    assert!(serde_json::to_value(&vector).unwrap()["matrices"]["score"].is_null());
}

#[test]
fn cells_follow_manual_scores_points_and_composites() {
    let rules = RulesSpec::new().group(
        GroupSpec::sum("all").rule(
            RuleSpec::new("big")
                .points(300.0)
                .when(attribute("b").at_least(1)),
        ),
    );
    let spec = ModelSpec::new("m")
        .schema(schema("a", "b"))
        .dimension(DimensionSpec::rules("a", points("a")))
        .dimension(DimensionSpec::rules("b", rules))
        .composite(CompositeSpec::min())
        .matrix(MatrixSpec::new(
            "by points",
            AxisSpec::of("composite")
                .band("high", 50.0)
                .band("low", 10.0),
            AxisSpec::of("b")
                .on(LabelOn::Points)
                .band("+", 200.0)
                .band("-", 0.0),
        ));
    let model = ScoreModel::build(&spec).unwrap();
    let vector = model.vector(&lead(&model, &[("a", 60.0), ("b", 1.0)]), as_of());
    assert_eq!(code(&vector, "by points"), Some("high+"));
    // Below the lowest band of the rows.
    let vector = model.vector(&lead(&model, &[("a", 5.0), ("b", 1.0)]), as_of());
    assert_eq!(code(&vector, "by points"), None);
    let manual = ManualOverride {
        dimension: "composite".to_owned(),
        score: Score::new(20.0).unwrap(),
        reason: "knows them".to_owned(),
        set_at: "2026-02-01".parse().unwrap(),
        expires_at: None,
    };
    let lead = Lead::builder(model.schema(), "a")
        .set("a", 60.0)
        .set("b", 1.0)
        .overrule(manual)
        .build()
        .unwrap();
    assert_eq!(
        code(&model.vector(&lead, as_of()), "by points"),
        Some("low+")
    );
}

#[test]
fn madkudu_grades_by_its_cuts() {
    let mut labels = madkudu_grades();
    labels.of = Some("fit".to_owned());
    let model = ScoreModel::build(&two("fit", "other").label(labels)).unwrap();
    let table = [
        (100.0, Some("A")),
        (90.0, Some("A")),
        (89.0, Some("B")),
        (75.0, Some("B")),
        (74.0, Some("C")),
        (50.0, Some("C")),
        (49.0, Some("D")),
        (25.0, Some("D")),
        (24.0, None),
    ];
    let leads: Vec<Lead> = table
        .iter()
        .map(|&(fit, _)| lead(&model, &[("fit", fit)]))
        .collect();
    for (lead, (_, grade)) in leads.iter().zip(table) {
        assert_eq!(model.vector(lead, as_of()).label("grade"), grade);
    }
    let counts = model
        .score_all(&leads, as_of())
        .label_counts("grade")
        .unwrap();
    assert_eq!(
        counts.iter().collect::<Vec<_>>(),
        [("A", 2), ("B", 2), ("C", 2), ("D", 2)]
    );
    assert_eq!((counts.of("A"), counts.of("E")), (Some(2), None));
    assert_eq!((counts.none(), counts.disqualified()), (1, 0));
    assert!(
        model
            .score_all(&leads, as_of())
            .label_counts("stage")
            .is_none()
    );
}

#[test]
fn pardot_grades_start_at_d() {
    let schema = SchemaSpec::new()
        .text("industry")
        .text("title")
        .number("employees");
    let criteria = [
        CriterionSpec::new("industry", 3, attribute("industry").equals("software")),
        CriterionSpec::new("title", 2, attribute("title").contains("chief")),
        CriterionSpec::new("size", 1, attribute("employees").at_least(100)),
    ];
    let model = ScoreModel::build(&pardot_grade(schema, criteria)).unwrap();
    let table: [(Option<&str>, Option<&str>, Option<f64>, &str); 8] = [
        (None, None, None, "D"),
        (None, None, Some(100.0), "D+"),
        (None, Some("Chief"), None, "C-"),
        (Some("software"), None, None, "C"),
        (Some("software"), Some("chief"), Some(500.0), "B"),
        (Some("retail"), None, None, "F"),
        (None, None, Some(5.0), "D-"),
        (Some("software"), Some("clerk"), Some(5.0), "D"),
    ];
    let mut leads = Vec::new();
    for (industry, title, employees, grade) in table {
        let mut lead = Lead::builder(model.schema(), "a");
        for (name, text) in [("industry", industry), ("title", title)] {
            if let Some(text) = text {
                lead = lead.set(name, text);
            }
        }
        if let Some(employees) = employees {
            lead = lead.set("employees", employees);
        }
        let lead = lead.build().unwrap();
        let raw = model.vector(&lead, as_of()).raw("grade").unwrap();
        assert_eq!(Grade::from_raw(raw).map(Grade::as_str), Some(grade));
        leads.push(lead);
    }
    assert_eq!(check_model(&model, &leads, &[as_of()]), Ok(()));
}

#[test]
fn percentiles_rank_within_the_population() {
    let spec =
        two("fit", "other").composite(CompositeSpec::weighted_mean([("fit", 1.0), ("other", 1.0)]));
    let model = ScoreModel::build(&spec).unwrap();
    let fits = [10.0, 20.0, 20.0, 40.0, 90.0];
    let mut leads: Vec<Lead> = fits
        .iter()
        .map(|&fit| lead(&model, &[("fit", fit)]))
        .collect();
    leads.push(lead(&model, &[]));
    let matrix = model.score_all(&leads, as_of());
    let spec = spec
        .percentile(PercentileSpec::fit("fit", matrix.column("fit").unwrap()))
        .percentile(PercentileSpec::fit("composite", matrix.composites()))
        .label(
            LabelSpec::new("top")
                .of("fit")
                .on_percentiles()
                .band("upper half", 50.0),
        );
    // scipy.stats.percentileofscore(fits, fit, kind="mean")
    assert_eq!(
        spec.percentiles[0].ranks,
        [(10.0, 10.0), (20.0, 40.0), (40.0, 70.0), (90.0, 90.0)]
    );
    let model = ScoreModel::build(&spec).unwrap();
    let ranks = |fit: f64| {
        let vector = model.vector(&lead(&model, &[("fit", fit)]), as_of());
        assert_eq!(vector.percentile("fit"), vector.percentile("composite"));
        assert_eq!(
            vector.reached("top", "upper half"),
            vector.percentile("fit").unwrap().get() >= 50.0
        );
        vector.percentile("fit").unwrap().get()
    };
    let expected = [
        (5.0, 0.0),
        (10.0, 10.0),
        (15.0, 25.0),
        (20.0, 40.0),
        (30.0, 55.0),
        (40.0, 70.0),
        (65.0, 80.0),
        (90.0, 90.0),
        (91.0, 100.0),
    ];
    for (fit, rank) in expected {
        assert_eq!(ranks(fit), rank, "{fit}");
    }
    let vector = model.vector(&lead(&model, &[]), as_of());
    for name in ["fit", "composite", "other", "nothing"] {
        assert_eq!(vector.percentile(name), None);
    }
    assert_eq!(check_model(&model, &leads, &[as_of()]), Ok(()));
    // Fitted ranks replace those of the same name.
    let again = spec.percentile(PercentileSpec::fit("fit", [Score::new(1.0).ok()]));
    assert_eq!(again.percentiles.len(), 2);
    assert_eq!(again.percentiles[1].ranks, [(1.0, 50.0)]);
}

#[test]
fn many_ranks_are_thinned_to_within_two_tenths() {
    let count = 50_000;
    let scores: Vec<f64> = (0..count)
        // A curve, with a heavy tie in the middle.
        .map(|i| {
            let share = f64::from(i) / f64::from(count);
            if (0.4..0.6).contains(&share) {
                25.0
            } else {
                100.0 * share * share
            }
        })
        .collect();
    let spec = PercentileSpec::fit("fit", scores.iter().map(|&score| Score::saturating(score)));
    assert!(spec.ranks.len() < 2_100, "{}", spec.ranks.len());
    let model = two("fit", "other").percentile(spec.clone());
    assert!(ScoreModel::build(&model).is_ok());
    let mut sorted = scores.clone();
    sorted.sort_by(f64::total_cmp);
    let mut last = 0;
    for &score in sorted.iter().step_by(7) {
        let below = sorted.partition_point(|&other| other < score);
        let same = sorted.partition_point(|&other| other <= score) - below;
        let exact = 100.0 * (below as f64 + 0.5 * same as f64) / sorted.len() as f64;
        while spec.ranks[last].0 < score {
            last += 1;
        }
        let (high, low) = (spec.ranks[last], spec.ranks[last.saturating_sub(1)]);
        let rank = if high.0 == score {
            high.1
        } else {
            low.1 + (score - low.0) / (high.0 - low.0) * (high.1 - low.1)
        };
        assert!((rank - exact).abs() <= 0.2, "{score}: {rank}, {exact}");
    }
}

fn members(model: &ScoreModel, scores: &[(&str, Option<f64>)]) -> Vec<Member> {
    let member = |&(role, score): &(&str, Option<f64>)| {
        let known: Vec<(&str, f64)> = score.map(|score| ("fit", score)).into_iter().collect();
        let lead = lead(model, &known);
        let member = Member::new(format!("the {role}"), model.vector(&lead, as_of()));
        member.role(role).explained(model.explain(&lead, as_of()))
    };
    scores.iter().map(member).collect()
}

#[test]
fn groups_roll_up() {
    let model = ScoreModel::build(&two("fit", "other")).unwrap();
    let roles = [
        ("decision maker", 100.0),
        ("influencer", 80.0),
        ("practitioner", 60.0),
    ];
    let by_role = || RollUpSpec::by_role(roles);
    let new = RollUpSpec::new;
    let (d, i, p) = ("decision maker", "influencer", "practitioner");
    let vendor = [(d, Some(52.0)), (i, Some(28.0)), (p, Some(17.0))];
    let gap = [(d, Some(60.0)), (i, None), (p, Some(90.0))];
    let clerk = [(d, Some(50.0)), ("clerk", Some(10.0))];
    let unknown = [(d, None)];
    let table: Vec<(RollUpSpec, &[(&str, Option<f64>)], Option<f64>, Option<f64>)> = vec![
        (by_role(), &vendor, Some(35.25), Some(35.25)),
        (
            new(RollUpMethod::Mean),
            &vendor[1..],
            Some(22.5),
            Some(22.5),
        ),
        (new(RollUpMethod::Sum), &vendor, Some(97.0), Some(97.0)),
        (new(RollUpMethod::Max), &vendor, Some(52.0), Some(52.0)),
        (new(RollUpMethod::Min), &vendor, Some(17.0), Some(17.0)),
        // Only a sum can be more than 100.
        (new(RollUpMethod::Sum), &gap, Some(100.0), Some(150.0)),
        // 60 x 100 and 90 x 60, over 160 and over 240.
        (by_role(), &gap, Some(71.25), Some(71.25)),
        (
            by_role().missing(WhenMissing::Zero),
            &gap,
            Some(47.5),
            Some(47.5),
        ),
        (by_role().missing(WhenMissing::Abstain), &gap, None, None),
        (
            new(RollUpMethod::Sum).missing(WhenMissing::Abstain),
            &gap,
            None,
            None,
        ),
        (
            new(RollUpMethod::Min).missing(WhenMissing::Zero),
            &gap,
            Some(0.0),
            Some(0.0),
        ),
        // A role without a weight counts for nothing, unless others have one.
        (by_role(), &clerk, Some(50.0), Some(50.0)),
        (by_role().other_roles(100.0), &clerk, Some(30.0), Some(30.0)),
        (by_role(), &clerk[1..], None, None),
        (by_role(), &[], None, None),
        (new(RollUpMethod::Mean), &[], None, None),
        (new(RollUpMethod::Sum), &unknown, None, None),
    ];
    for (spec, scores, score, raw) in table {
        let group = spec.of("fit").build(&model).unwrap();
        let members = members(&model, scores);
        let assessment = group.assess(&members);
        assert_eq!(assessment.score.map(Score::get), score, "{scores:?}");
        assert_eq!(assessment.raw, raw, "{scores:?}");
        let why = group.explain(&members);
        assert!(why.recomputes(), "{why}");
        assert_eq!(
            why.value().map(f64::to_bits),
            score.map(f64::to_bits),
            "{why}"
        );
    }
}

#[test]
fn a_roll_up_keeps_its_parts_explained() {
    let model = ScoreModel::build(&two("fit", "other")).unwrap();
    let group = RollUpSpec::by_role([("buyer", 3.0), ("user", 1.0)])
        .build(&model)
        .unwrap();
    assert_eq!(group.of(), "fit");
    let mut members = members(&model, &[("buyer", Some(80.0)), ("user", Some(40.0))]);
    // A member without an explanation, one with that of another lead, and a disqualified one.
    let bare = lead(&model, &[("fit", 20.0)]);
    members.push(Member::new("bare", model.vector(&bare, as_of())).role("user"));
    let other = model.explain(&lead(&model, &[("fit", 99.0)]), as_of());
    members.push(
        Member::new("mistaken", model.vector(&bare, as_of()))
            .role("user")
            .explained(other),
    );
    let rival = Lead::builder(model.schema(), "r")
        .set("fit", 90.0)
        .set("rival", true);
    let rival = model.vector(&rival.build().unwrap(), as_of());
    members.push(Member::new("rival", rival).role("buyer"));
    assert_eq!(group.score(&members).map(Score::get), Some(320.0 / 6.0));
    let why = group.explain(&members);
    assert!(why.recomputes());
    assert_eq!(
        why.to_string(),
        "53.33 group (weighted mean)\n  \
         80 the buyer (buyer, weight 3) (0 is 0, 100 is 100)\n    80 points (sum)\n      80 points (sum)\n        \
         64 64 of 80\n        16 16 of 80\n      0 verdict (sum)\n  \
         40 the user (user, weight 1) (0 is 0, 100 is 100)\n    40 points (sum)\n      40 points (sum)\n        \
         32 32 of 40\n        8 8 of 40\n      0 verdict (sum)\n  20 bare (user, weight 1)\n  \
         20 mistaken (user, weight 1)\n  \
         ! disqualified: rival: competitor"
    );
    assert_eq!(why.top_up(1)[0].dimension, "the buyer (buyer, weight 3)");
}

#[test]
fn specs_survive_files() {
    let history = HistorySpec::new().utc_offset("+01:00");
    let spec = two("fit", "other")
        .history(history)
        .dimension(DimensionSpec::grade(
            "grade",
            GradeSpec::new().start("C+").criterion(CriterionSpec::new(
                "big",
                2,
                attribute("fit").at_least(50),
            )),
        ))
        .composite(CompositeSpec::geometric_mean([
            ("fit", 1.0),
            ("grade", 2.0),
        ]))
        .matrix(eloqua_rating_of("fit", "grade").named("A1", "now"))
        .percentile(PercentileSpec::fit(
            "fit",
            [0.1, 1.0 / 3.0, 77.7].map(Score::saturating),
        ));
    let json: ModelSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
    let toml: ModelSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
    assert_eq!(json, spec);
    assert_eq!(toml, spec);
    let given = ScoreModel::build(&spec).unwrap();
    let read = ScoreModel::build(&toml).unwrap();
    let lead = lead(&given, &[("fit", 57.0)]);
    assert_eq!(given.vector(&lead, as_of()), read.vector(&lead, as_of()));
    assert_eq!(given.explain(&lead, as_of()), read.explain(&lead, as_of()));

    let engagement = EngagementSpec::new()
        .weight("visit", 0.1)
        .window("7d")
        .per_day(3)
        .scale(0.1, 7.0 / 3.0);
    let json: EngagementSpec =
        serde_json::from_str(&serde_json::to_string(&engagement).unwrap()).unwrap();
    let toml: EngagementSpec = toml::from_str(&toml::to_string(&engagement).unwrap()).unwrap();
    assert_eq!((&json, &toml), (&engagement, &engagement));

    let group = RollUpSpec::by_role([("buyer", 1.5)])
        .of("fit")
        .other_roles(0.1)
        .missing(WhenMissing::Zero);
    let json: RollUpSpec = serde_json::from_str(&serde_json::to_string(&group).unwrap()).unwrap();
    let toml: RollUpSpec = toml::from_str(&toml::to_string(&group).unwrap()).unwrap();
    assert_eq!((&json, &toml), (&group, &group));

    let file = r#"
        name = "rating"
        rows = { of = "fit", bands = [{ label = "A", at_least = 50 }, { label = "B", at_least = 0 }] }
        columns = { of = "fit", on = "percentile", bands = [{ label = "1", at_least = 90 }] }
        names = { A1 = "call" }
    "#;
    let expected = MatrixSpec::new(
        "rating",
        AxisSpec::of("fit").band("A", 50.0).band("B", 0.0),
        AxisSpec::of("fit").on(LabelOn::Percentile).band("1", 90.0),
    );
    assert_eq!(
        toml::from_str::<MatrixSpec>(file).unwrap(),
        expected.named("A1", "call")
    );
    let unknown = toml::from_str::<MatrixSpec>(&format!("{file}\ncells = 4")).unwrap_err();
    assert!(
        unknown.message().contains("unknown field `cells`"),
        "{unknown}"
    );
    assert_eq!(serde_json::to_string(&Grade::A_PLUS).unwrap(), r#""A+""#);
    assert!(serde_json::from_str::<Grade>(r#""E""#).is_err());
}

fn eloqua_rating_of(rows: &str, columns: &str) -> MatrixSpec {
    let mut matrix = eloqua_rating();
    (matrix.rows.of, matrix.columns.of) = (rows.to_owned(), columns.to_owned());
    matrix
}

#[test]
fn what_is_wrong_is_said() {
    let axis = |of: &str| AxisSpec::of(of).band("A", 50.0).band("B", 0.0);
    let matrix = |rows, columns| MatrixSpec::new("m", rows, columns);
    let good = || matrix(axis("fit"), axis("other"));
    let bands = |count: u32| {
        (0..count).fold(AxisSpec::of("fit"), |axis, i| {
            axis.band(i.to_string(), f64::from(i))
        })
    };
    let ranks = |of: &str, ranks: &[(f64, f64)]| PercentileSpec {
        of: of.to_owned(),
        ranks: ranks.into(),
    };
    let model = || two("fit", "other");
    let table: Vec<(ModelSpec, &[&str])> = vec![
        (
            model().matrix(matrix(axis("fits"), axis("composite"))),
            &[
                "matrices[0].rows.of: unknown dimension `fits`, did you mean `fit`?",
                "matrices[0].columns.of: the model has no composite",
            ],
        ),
        (
            model().matrix(MatrixSpec::new("", axis("fit"), AxisSpec::of("other"))),
            &[
                "matrices[0].name: a name must not be empty",
                "matrices[0].columns.bands: needs at least one band",
            ],
        ),
        (
            model().matrix(good()).matrix(good()),
            &["matrices[1].name: `m` stands twice"],
        ),
        (
            model().matrix(matrix(
                axis("fit").band("A", f64::NAN),
                axis("other").band("C", 50.0),
            )),
            &[
                "matrices[0].rows.bands[2].label: `A` stands twice",
                "matrices[0].rows.bands[2].at_least: must be a number of at most 1e12 in size, got `NaN`",
                "matrices[0].columns.bands[2].at_least: `A` already begins at `50`",
            ],
        ),
        (
            model().matrix(matrix(
                AxisSpec::of("fit").band("A", 0.0).band("A1", 50.0),
                AxisSpec::of("other").band("1", 50.0).band("11", 0.0),
            )),
            &["matrices[0]: `A11` is row `A` and column `11` as well as row `A1` and column `1`"],
        ),
        (
            model().matrix(good().named("AC", "x").named("BB", " ")),
            &[
                "matrices[0].names: unknown cell `AC`, did you mean `AB`?",
                "matrices[0].names.BB: a name must not begin or end with white space",
            ],
        ),
        (
            model().matrix(matrix(bands(101), bands(100))),
            &["matrices[0]: at most 10,000 cells, got `101` rows and `100` columns"],
        ),
        (
            model().matrix(matrix(axis("fit").on(LabelOn::Percentile), axis("other"))),
            &["matrices[0].rows.on: the model has no `percentiles` of what the labels are of"],
        ),
        (
            model().label(
                LabelSpec::new("top")
                    .of("fit")
                    .on_percentiles()
                    .band("a", 90.0),
            ),
            &["labels[0].on: the model has no `percentiles` of what the labels are of"],
        ),
        (
            model()
                .percentile(PercentileSpec::fit("fits", [None]))
                .percentile(ranks("composite", &[(1.0, 1.0)])),
            &[
                "percentiles[0].of: unknown dimension `fits`, did you mean `fit`?",
                "percentiles[0].ranks: needs at least one rank: nobody in the population was scored",
                "percentiles[1].of: the model has no composite",
            ],
        ),
        (
            ModelSpec {
                percentiles: vec![
                    ranks("fit", &[(1.0, 1.0)]),
                    ranks("fit", &[(f64::NAN, 101.0)]),
                ],
                ..model()
            },
            &[
                "percentiles[1].of: `fit` stands twice",
                "percentiles[1].ranks[0]: a score must be between 0 and 100, got `NaN`",
                "percentiles[1].ranks[0]: a rank must be between 0 and 100, got `101`",
            ],
        ),
        (
            model().percentile(ranks("fit", &[(1.0, 5.0), (1.0, 6.0), (2.0, 5.0)])),
            &[
                "percentiles[0].ranks[1]: scores and ranks must rise, got `1` and `6` after `1` and `5`",
                "percentiles[0].ranks[2]: scores and ranks must rise, got `2` and `5` after `1` and `6`",
            ],
        ),
        (
            model().dimension(DimensionSpec::grade("g", GradeSpec::new())),
            &["dimensions[2].grade.criteria: needs at least one criterion"],
        ),
        (
            model().dimension(DimensionSpec::engagement(
                "e",
                EngagementSpec::new().weight("visit", 1.0).scale(0.0, 1.0),
            )),
            &[
                "dimensions[2].engagement.weights.visit: unknown activity kind `visit`",
                "dimensions[2].engagement: counts calendar days: it needs `utc_offset` in the model's `history`",
            ],
        ),
    ];
    for (spec, expected) in table {
        let error = ScoreModel::build(&spec).unwrap_err();
        let said: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        assert_eq!(said, expected);
    }

    let model = ScoreModel::build(&model()).unwrap();
    let by_role = |weight| RollUpSpec::by_role([("buyer", weight)]);
    let table: Vec<(RollUpSpec, &[&str])> = vec![
        (
            RollUpSpec::default().of("fits"),
            &["of: unknown dimension `fits`, did you mean `fit`?"],
        ),
        (
            RollUpSpec::default().of("composite"),
            &["of: the model has no composite"],
        ),
        (
            by_role(-1.0),
            &[
                "roles.buyer: a weight must be between 0 and 1e12, got `-1`",
                "roles: at least one weight must be more than 0",
            ],
        ),
        (
            by_role(0.0),
            &["roles: at least one weight must be more than 0"],
        ),
        (
            by_role(1.0).other_roles(f64::INFINITY),
            &["other_roles: a weight must be between 0 and 1e12, got `inf`"],
        ),
        (
            RollUpSpec {
                method: RollUpMethod::Sum,
                ..by_role(1.0).other_roles(1.0)
            },
            &[
                "roles: only the method `by_role` takes weights",
                "other_roles: only the method `by_role` takes weights",
            ],
        ),
    ];
    for (spec, expected) in table {
        let error = spec.build(&model).unwrap_err();
        let said: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        assert_eq!(said, expected);
    }
}

#[test]
fn two_axes_of_one_number_are_odd() {
    let axis = || AxisSpec::of("fit").band("A", 50.0);
    let spec = two("fit", "other").matrix(MatrixSpec::new("m", axis(), axis().band("B", 200.0)));
    let model = ScoreModel::build(&spec).unwrap();
    let lints: Vec<String> = model.lints().iter().map(ToString::to_string).collect();
    let about: Vec<&String> = lints
        .iter()
        .filter(|lint| lint.starts_with("matrices"))
        .collect();
    assert_eq!(
        about,
        [
            "matrices[0].columns.bands[1].at_least: no score reaches `200`",
            "matrices[0]: both axes are of `fit`",
        ]
    );
}
