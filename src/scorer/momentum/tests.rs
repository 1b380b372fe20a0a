use super::{Momentum, MomentumScorer, MomentumSpec};
use crate::lead::{Activity, Lead, Moment, Schema, SchemaSpec};
use crate::score::AsOf;
use crate::scorer::{HistorySpec, Scorer};

const DAY: i64 = 86_400_000_000;

fn schema() -> Schema {
    SchemaSpec::new()
        .kinds(["visit", "webinar"])
        .build()
        .unwrap()
}

fn noon() -> Moment {
    "2026-03-29T12:00:00Z".parse().unwrap()
}

fn as_of() -> AsOf {
    noon().into()
}

fn lead(micros_ago: &[(&str, i64)]) -> Lead {
    let schema = schema();
    let mut lead = Lead::builder(&schema, "a1");
    for &(kind, ago) in micros_ago {
        let kind = schema.kind(kind).unwrap();
        lead = lead.push(Activity::new(kind, noon().plus_micros(-ago)));
    }
    lead.build().unwrap()
}

fn visits(days: &[i64]) -> Lead {
    let ago: Vec<_> = days.iter().map(|days| ("visit", days * DAY)).collect();
    lead(&ago)
}

fn plain() -> MomentumScorer {
    MomentumSpec::new().build(&schema()).unwrap()
}

fn score(scorer: &MomentumScorer, lead: &Lead) -> Option<f64> {
    let score = scorer.score(lead, as_of());
    let why = scorer.explain(lead, as_of());
    assert_eq!(
        why.value().map(f64::to_bits),
        score.map(|s| s.get().to_bits())
    );
    assert!(why.recomputes());
    score.map(f64::from)
}

#[test]
fn last_week_is_compared_with_the_mean_week_before() {
    for (days, expected, change) in [
        // One a week for four weeks.
        (&[1, 8, 15, 22][..], 50.0, 0.0),
        (&[1, 8, 9, 10], 50.0, 0.0),
        // Twice, three times, half and a third of the mean week.
        (&[1, 2, 8, 15, 22], 100.0 * (2.0 / 3.0), 1.0),
        (&[1, 2, 3, 8, 15, 22], 75.0, 2.0),
        (&[1, 8, 8, 15, 15, 22, 22], 100.0 * (1.0 / 3.0), -1.0),
        (&[1, 8, 8, 8, 15, 15, 15, 22, 22, 22], 25.0, -2.0),
        // Just begun, and fallen silent.
        (&[0], 100.0, 1.0),
        (&[8, 15, 22], 0.0, -1.0),
        // Nothing against nothing is steady.
        (&[28, 100], 50.0, 0.0),
    ] {
        let lead = visits(days);
        assert_eq!(score(&plain(), &lead), Some(expected), "{days:?}");
        assert_eq!(plain().assess(&lead, as_of()).raw, Some(change), "{days:?}");
    }
}

#[test]
fn edges_belong_to_the_older_side() {
    let found = |ago| plain().momentum(&lead(&[("visit", ago)]), as_of());
    let is = |last_week, before: f64| {
        Some(Momentum {
            last_week,
            mean_week: before / 3.0,
        })
    };
    assert_eq!(found(0), is(1.0, 0.0));
    assert_eq!(found(7 * DAY - 1), is(1.0, 0.0));
    assert_eq!(found(7 * DAY), is(0.0, 1.0));
    assert_eq!(found(28 * DAY - 1), is(0.0, 1.0));
    assert_eq!(found(28 * DAY), is(0.0, 0.0));
    assert_eq!(found(-1), None);
}

#[test]
fn kinds_weigh_what_is_said() {
    let scorer = MomentumSpec::new()
        .weight("webinar", 6.0)
        .build(&schema())
        .unwrap();
    let both = lead(&[("webinar", DAY), ("webinar", 8 * DAY), ("visit", DAY)]);
    assert_eq!(score(&scorer, &both), Some(75.0));
    assert_eq!(scorer.assess(&both, as_of()).raw, Some(4.0));
    // Visits weigh nothing now, so of this lead nothing is known.
    assert_eq!(score(&scorer, &visits(&[1, 2])), None);
    let why = scorer.explain(&visits(&[1, 2]), as_of()).to_string();
    assert_eq!(
        why,
        "- momentum (unknown)\n  abstains: nothing that it did weighs anything"
    );
}

#[test]
fn abstains_where_nothing_was_ever_done() {
    assert_eq!(score(&plain(), &visits(&[])), None);
    assert_eq!(plain().momentum(&visits(&[]), as_of()), None);
    let other = SchemaSpec::new().kind("visit").build().unwrap();
    let foreign = Lead::builder(&other, "a1").build().unwrap();
    assert_eq!(score(&plain(), &foreign), None);
    assert_eq!(
        plain().explain(&foreign, as_of()).to_string(),
        "- momentum (unknown)\n  abstains: the lead is of another schema than the model"
    );
}

#[test]
fn no_time_passes_in_a_pause() {
    let history = HistorySpec::new().pause("2026-03-20T12:00:00Z", "2026-03-27T12:00:00Z");
    let scorer = MomentumSpec::new().build_with(&schema(), &history).unwrap();
    // Thirteen days ago, of which seven did not count.
    assert_eq!(score(&scorer, &visits(&[13])), Some(100.0));
    assert_eq!(score(&scorer, &visits(&[14])), Some(0.0));
}

#[test]
fn the_comparison_is_explained() {
    let why = plain().explain(&visits(&[1, 8]), as_of());
    assert_eq!(
        why.to_string(),
        "75 momentum (100 for all in the last week, 50 for a mean week)\n  \
           1 last week (sum)\n    \
             1 visit at 2026-03-28T12:00:00Z\n  \
           1 the three weeks before (sum)\n    \
             1 visit at 2026-03-21T12:00:00Z"
    );
    assert_eq!(why.top_up(2).len(), 1);
    assert_eq!(why.top_up(2)[0].rule, "last week");
}

#[test]
fn tiny_and_huge_weights_stay_in_the_scale() {
    for weight in [5e-324, 1e-300, 1e12] {
        let scorer = MomentumSpec::new()
            .weight("visit", weight)
            .build(&schema())
            .unwrap();
        for days in [&[1][..], &[8], &[1, 8, 15, 22], &[30]] {
            let score = score(&scorer, &visits(days)).unwrap();
            assert!((0.0..=100.0).contains(&score), "{weight} {days:?} {score}");
        }
    }
}
