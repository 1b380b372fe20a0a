//! What changes next, against trying every second and every edge.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)] // a test stops where something is not as it must be

mod generators;

use generators::scorers::{full_model, more, other_dimension};
use generators::{facts, history, noon, rules, schema};
use lead_scoring::{
    Activity, ActivitySpec, AnswerValue, AsOf, ChecklistSpec, CompositeSpec, CriterionSpec,
    DecaySpec, DimensionSpec, DueSpec, EngagementSpec, Frozen, GradeSpec, GroupSpec, HistorySpec,
    InterestSpec, Lead, LeadView, ModelSpec, Moment, MomentumSpec, QuestionSpec, RfmAxis, RfmCuts,
    RfmSpec, RuleSpec, SchemaSpec, Score, ScoreModel, Scorer, Standing, What, attribute,
};
use proptest::prelude::*;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

/// How a lead stands with regard to what is asked, told by its vector.
fn standing(model: &ScoreModel, lead: &dyn LeadView, at: Moment, what: What<'_>) -> Standing {
    let vector = model.vector(lead, AsOf::new(at));
    match what {
        What::Label(set) => Standing::Label(vector.label(set).map(str::to_owned)),
        What::Verdict => Standing::Verdict(vector.disqualified().map(str::to_owned).collect()),
        What::Passes { of, .. } | What::Moves { of, .. } => Standing::Score(vector.effective(of)),
        other => panic!("{other:?}"),
    }
}

/// Whether that is the change that is asked for.
fn differs(before: &Standing, after: &Standing, what: What<'_>) -> bool {
    let score = |standing: &Standing| match standing {
        Standing::Score(score) => score.map(Score::get),
        other => panic!("{other:?}"),
    };
    match what {
        What::Passes { bound, .. } => {
            let reached = |standing| score(standing).is_some_and(|score| score >= bound);
            reached(before) != reached(after)
        }
        What::Moves { by, .. } => match (score(before), score(after)) {
            (Some(before), Some(after)) => (after - before).abs() >= by,
            (before, after) => before != after,
        },
        _ => before != after,
    }
}

/// Checks the answer against moments to try, in order.
fn check(
    model: &ScoreModel,
    lead: &dyn LeadView,
    (from, until): (Moment, Moment),
    tried: impl Iterator<Item = Moment>,
    what: What<'_>,
) -> Result<bool, TestCaseError> {
    let frozen = Frozen::new(lead, from);
    let before = standing(model, &frozen, from, what);
    let found = model
        .next_change(lead, from.into(), until.into(), what)
        .unwrap();
    if let Some(change) = &found {
        prop_assert!(from < change.at && change.at <= until);
        prop_assert_eq!(&change.before, &before);
        prop_assert_eq!(&change.after, &standing(model, &frozen, change.at, what));
        prop_assert!(
            differs(&before, &change.after, what),
            "{:?} {:?}",
            what,
            change
        );
    }
    for at in tried.filter(|&at| from < at && at <= until) {
        let after = standing(model, &frozen, at, what);
        if differs(&before, &after, what) {
            prop_assert!(
                found.as_ref().is_some_and(|change| change.at <= at),
                "{:?}: {:?} at {}, found {:?}",
                what,
                after,
                at,
                found
            );
            break;
        }
        if found.as_ref().is_some_and(|change| change.at <= at) {
            break;
        }
    }
    Ok(found.is_some())
}

/// Questions that often have an answer: bounds near the score as it is, small distances.
fn asked(model: &ScoreModel, lead: &Lead, from: Moment, share: f64) -> Vec<What<'static>> {
    let vector = model.vector(&Frozen::new(lead, from), from.into());
    let near = |of| vector.effective(of).map_or(50.0, Score::get) * share;
    vec![
        What::Label("first"),
        What::Label("points"),
        What::Label("whole"),
        What::Label("ranked"),
        What::Verdict,
        What::Passes {
            of: "first",
            bound: near("first"),
        },
        What::Passes {
            of: "composite",
            bound: near("composite"),
        },
        What::Moves {
            of: "first",
            by: share,
        },
        What::Moves {
            of: "second",
            by: 7.0 * share,
        },
        What::Moves {
            of: "composite",
            by: 1e-6 * share,
        },
        What::Passes {
            of: "third",
            bound: near("third"),
        },
        What::Moves {
            of: "third",
            by: share,
        },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn every_second_of_a_short_span(
        spec in full_model(), more in more(), (start, share) in (-30_i64..30, 0.01..1.2),
    ) {
        let Ok(model) = ScoreModel::build(&spec) else { return Ok(()) };
        let lead = more.lead();
        let from = noon().plus_micros(start * SECOND);
        let until = from.plus_micros(200 * SECOND);
        for what in asked(&model, &lead, from, share) {
            let every = (1..=200).map(|i| from.plus_micros(i * SECOND));
            check(&model, &lead, (from, until), every, what)?;
        }
    }

    #[test]
    fn every_edge_of_a_long_span(
        spec in full_model(), more in more(), (start, days, share) in (-60_i64..10, 1_i64..200, 0.01..1.2),
    ) {
        let Ok(model) = ScoreModel::build(&spec) else { return Ok(()) };
        let lead = more.lead();
        let from = noon().plus_micros(start * 6 * HOUR + 17);
        let until = from.plus_micros(days * 24 * HOUR);
        let tried = more.edges(from, until);
        for what in asked(&model, &lead, from, share) {
            check(&model, &lead, (from, until), tried.iter().copied(), what)?;
        }
    }

    #[test]
    fn scores_keep_their_course_until_they_say(
        rules in rules(), history in history(), facts in facts(), days in 1_i64..60,
    ) {
        let Ok(scorer) = rules.build_with(&schema(), &history) else { return Ok(()) };
        keeps_course(&scorer, &facts.lead(&schema()), days)?;
    }

    #[test]
    fn models_keep_their_course_until_they_say(spec in full_model(), more in more(), days in 1_i64..60) {
        let Ok(model) = ScoreModel::build(&spec) else { return Ok(()) };
        keeps_course(&model, &more.lead(), days)?;
    }

    #[test]
    fn all_scorers_keep_their_course_until_they_say(
        dimension in other_dimension(), history in history().boxed(), more in more().boxed(), days in 1_i64..60,
    ) {
        // A model of one dimension, whose composite that is.
        let spec = ModelSpec::new("one")
            .schema(schema().spec())
            .history(history)
            .dimension(dimension)
            .composite(CompositeSpec::max());
        let Ok(model) = ScoreModel::build(&spec) else { return Ok(()) };
        keeps_course(&model, &more.lead(), days)?;
    }
}

/// Goes from edge to edge and looks between them.
fn keeps_course(scorer: &dyn Scorer, lead: &Lead, days: i64) -> Result<(), TestCaseError> {
    let mut from = noon();
    let until = from.plus_micros(days * 24 * HOUR);
    for _ in 0..50 {
        let next = scorer.next_change(lead, from.into(), until.into()).unwrap();
        prop_assert!(next.is_none_or(|next| from < next && next <= until));
        let frozen = Frozen::new(lead, from);
        let end = next.map_or(until, |next| next.plus_micros(-1));
        let length = end.micros_since(from);
        let moments = (0..=200).map(|i| from.plus_micros(i * (length / 200)));
        let told: Vec<_> = moments
            .map(|at| scorer.assess(&frozen, at.into()))
            .collect();
        let raw: Vec<_> = told.iter().map(|both| both.raw).collect();
        if length > SECOND {
            prop_assert!(raw.iter().all(Option::is_some) || raw.iter().all(Option::is_none));
            let steps = || raw.windows(2).filter_map(|two| Some((two[0]?, two[1]?)));
            let slack = |a: f64| 1e-12 * (1.0 + a.abs());
            // Large parts that cancel leave their own rounding.
            let large = raw.iter().flatten().any(|raw| raw.abs() > 1e6);
            let up = steps().all(|(a, b)| b >= a - slack(a));
            let down = steps().all(|(a, b)| b <= a + slack(a));
            prop_assert!(up || down || large, "{} .. {}: {:?}", from, end, raw);
        }
        match next {
            Some(next) => from = next,
            None => break,
        }
    }
    Ok(())
}

#[test]
fn enough_of_the_random_questions_have_an_answer() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut found = [0; 12];
    for _ in 0..150 {
        let spec = full_model().new_tree(&mut runner).unwrap().current();
        let lead = more().new_tree(&mut runner).unwrap().current().lead();
        let Ok(model) = ScoreModel::build(&spec) else {
            continue;
        };
        let (from, until) = (noon(), noon().plus_micros(90 * 24 * HOUR));
        for (found, what) in found.iter_mut().zip(asked(&model, &lead, from, 0.7)) {
            let change = model
                .next_change(&lead, from.into(), until.into(), what)
                .unwrap();
            *found += i32::from(change.is_some());
        }
    }
    assert!(found.iter().all(|&count| count > 3), "{found:?}");
    assert!(found.iter().sum::<i32>() > 100, "{found:?}");
}

/// The moments at which the score of a lead's only dimension changes at all, one after the other.
fn moments(dimension: DimensionSpec) -> Vec<String> {
    let spec = ModelSpec::new("one")
        .schema(
            SchemaSpec::new()
                .date("renewal")
                .kinds(["visit", "call"])
                .product("crm")
                .product("erp")
                .question("budget")
                .question("timeframe"),
        )
        .history(
            HistorySpec::new()
                .utc_offset("+00:00")
                .pause("2026-03-20", "2026-03-22"),
        )
        .dimension(DimensionSpec {
            name: "d".to_owned(),
            ..dimension
        });
    let model = ScoreModel::build(&spec).unwrap();
    let at = |text: &str| text.parse::<Moment>().unwrap();
    let kind = |name| model.schema().kind(name).unwrap();
    let visit = |day: &str, product: &str| {
        let product = model.schema().product(product).unwrap();
        Activity::new(kind("visit"), at(day)).product(product)
    };
    let lead = Lead::builder(model.schema(), "a1")
        .set("renewal", "2026-03-15")
        .purchase(at("2026-03-01T15:00:00Z"), 50.0)
        .answer("budget", true)
        .answer("timeframe", AnswerValue::by(at("2026-03-30")))
        .push(visit("2026-03-01", "crm"))
        .push(visit("2026-03-02", "erp"))
        .push(Activity::new(kind("call"), at("2026-03-03")))
        .build()
        .unwrap();
    let what = What::Moves { of: "d", by: 1e-9 };
    let mut from: AsOf = "2026-03-05".parse().unwrap();
    let until: AsOf = "2026-05-01".parse().unwrap();
    let mut found = Vec::new();
    while let Some(change) = model.next_change(&lead, from, until, what).unwrap() {
        let Standing::Score(score) = change.after else {
            panic!("{change:?}")
        };
        found.push(format!("{} {:.1}", change.at, score.unwrap().get()));
        from = change.at.into();
    }
    found
}

#[test]
fn every_scorer_changes_at_the_moments_of_its_own() {
    // Whole days since the purchase: 7 at three in the afternoon of the eighth, 30 with two days of pause.
    let cuts = RfmCuts::new([6.0, 29.0], [1.0, 4.0], [10.0, 100.0]);
    let rfm = RfmSpec::new().bins(3).cuts(cuts);
    assert_eq!(
        moments(DimensionSpec::rfm("d", rfm.clone())),
        ["2026-03-08T15:00:00Z 33.3", "2026-04-02T15:00:00Z 16.7"]
    );
    assert_eq!(
        moments(DimensionSpec::rfm("d", rfm.clone().axis(RfmAxis::Recency))),
        ["2026-03-08T15:00:00Z 50.0", "2026-04-02T15:00:00Z 0.0"]
    );
    let frequency = rfm.axis(RfmAxis::Frequency);
    assert_eq!(moments(DimensionSpec::rfm("d", frequency)), [""; 0]);

    // 30 March less than a week ahead from the first microsecond after the 23rd, and past a day after its own.
    let due = DueSpec::new([("7d", 1.0), ("30d", 0.5)]);
    let checklist = ChecklistSpec::new("list")
        .question(QuestionSpec::new("budget").yes(1.0))
        .question(QuestionSpec::new("timeframe").due(due));
    assert_eq!(
        moments(DimensionSpec::checklist("d", checklist)),
        [
            "2026-03-23T00:00:00.000001Z 100.0",
            "2026-03-31T00:00:00Z 50.0"
        ]
    );

    let criterion = CriterionSpec::new("renews", 3, attribute("renewal").within_next("7d"));
    assert_eq!(
        moments(DimensionSpec::grade(
            "d",
            GradeSpec::new().criterion(criterion)
        )),
        [
            "2026-03-08T00:00:00.000001Z 41.7",
            "2026-03-15T00:00:00.000001Z 0.0"
        ]
    );

    // Each leaves the last week, then all four, with two days of pause.
    assert_eq!(
        moments(DimensionSpec::momentum("d", MomentumSpec::new())),
        [
            "2026-03-08T00:00:00Z 85.7",
            "2026-03-09T00:00:00Z 60.0",
            "2026-03-10T00:00:00Z 0.0",
            "2026-04-02T00:00:00Z 50.0",
        ]
    );

    let engagement = EngagementSpec::new()
        .weight("visit", 9.0)
        .weight("call", 7.0)
        .window("10d")
        .scale(0.0, 10.0);
    assert_eq!(
        moments(DimensionSpec::engagement("d", engagement)),
        [
            "2026-03-11T00:00:00Z 40.0",
            "2026-03-12T00:00:00Z 26.5",
            "2026-03-13T00:00:00Z 0.0",
        ]
    );

    let steps = DecaySpec::steps([("10d", 0.5), ("20d", 0.25)]);
    let visits = ActivitySpec::of("visit").decay(steps);
    let group = GroupSpec::sum("web").rule(RuleSpec::new("visit").points(40.0).activity(visits));
    let interest = InterestSpec::top().group(group);
    // The younger of two products leads until it is as old.
    assert_eq!(
        moments(DimensionSpec::interest("d", interest.clone())),
        ["2026-03-12T00:00:00Z 20.0", "2026-03-24T00:00:00Z 10.0"]
    );
    assert_eq!(
        moments(DimensionSpec::interest("d", interest.product("crm"))),
        ["2026-03-11T00:00:00Z 20.0", "2026-03-23T00:00:00Z 10.0"]
    );
}
