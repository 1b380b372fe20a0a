use super::*;
use crate::lead::{Lead, Schema, SchemaSpec};
use crate::scorer::{
    ActivitySpec, DecaySpec, GroupSpec, Occurrences, RuleSpec, RulesSpec, attribute, from_fn,
};

/// Explains another number than its score.
struct Liar;
impl Scorer for Liar {
    fn score(&self, _: &dyn LeadView, _: AsOf) -> Option<Score> {
        Some(Score::MAX)
    }
    fn explain(&self, _: &dyn LeadView, _: AsOf) -> crate::score::Explanation {
        crate::score::Explanation::opaque("score", Some(Score::MIN))
    }
}

fn schema() -> Schema {
    SchemaSpec::new()
        .number("seats")
        .kinds(["visit", "download"])
        .build()
        .unwrap()
}

fn leads(schema: &Schema) -> Vec<Lead> {
    let visit = |seconds, id| Activity::new(KindSlot::new(0), Moment::from_seconds(seconds)).id(id);
    vec![
        Lead::builder(schema, "a").build().unwrap(),
        Lead::builder(schema, "b")
            .set("seats", 80.0)
            .push(visit(0, "x"))
            .push(visit(90_000, "y"))
            .push(visit(900_000, "z"))
            .build()
            .unwrap(),
    ]
}

fn moments() -> Vec<AsOf> {
    [0, 100_000, 10_000_000]
        .map(|seconds| AsOf::new(Moment::from_seconds(seconds)))
        .into()
}

#[test]
fn rules_keep_the_laws() {
    let schema = schema();
    let rules = RulesSpec::new().group(
        GroupSpec::sum("all")
            .rule(
                RuleSpec::new("size")
                    .points(10.0)
                    .when(attribute("seats").at_least(50)),
            )
            .rule(
                RuleSpec::new("visits").points(7.0).activity(
                    ActivitySpec::of("visit")
                        .occurrences(Occurrences::First(2))
                        .decay(DecaySpec::half_life("3d")),
                ),
            ),
    );
    let scorer = rules.build(&schema).unwrap();
    assert_eq!(check_scorer(&scorer, &leads(&schema), &moments()), Ok(()));
}

#[test]
fn broken_laws_are_found() {
    let schema = schema();
    let found = |scorer: &dyn Scorer| {
        check_scorer(scorer, &leads(&schema), &moments())
            .unwrap_err()
            .law()
    };
    let counter = std::sync::atomic::AtomicU32::new(0);
    let fickle = from_fn(move |_: &dyn LeadView, _| {
        let count = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Score::saturating(count.into())
    });
    assert_eq!(found(&fickle), Law::Deterministic);
    let last_seen = from_fn(|lead: &dyn LeadView, as_of: AsOf| {
        let mut last = 0.0;
        lead.activities(&mut |activity| {
            if activity.at <= as_of.moment() {
                last = f64::from(activity.id.map_or(0, |id| id.as_bytes()[0]));
            }
        });
        Score::saturating(last - 80.0)
    });
    assert_eq!(found(&last_seen), Law::OrderDoesNotMatter);
    let count = from_fn(|lead: &dyn LeadView, as_of: AsOf| {
        let mut count = 0.0;
        lead.activities(&mut |activity| {
            count += f64::from(u8::from(activity.at <= as_of.moment()));
        });
        Score::saturating(count)
    });
    assert_eq!(found(&count), Law::ReplaysCountOnce);
    assert_eq!(found(&Liar), Law::ExplanationIsTheScore);
}

#[test]
fn promises_of_views_are_checked() {
    struct Hasty(SchemaId);
    impl LeadView for Hasty {
        fn schema(&self) -> SchemaId {
            self.0
        }
        fn in_order(&self) -> bool {
            true
        }
        fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
            visit(Activity::new(KindSlot::new(0), Moment::from_seconds(1)));
            visit(Activity::new(KindSlot::new(0), Moment::from_seconds(0)));
        }
    }
    let schema = schema();
    assert_eq!(check_view(&leads(&schema)), Ok(()));
    let broken = check_view(&[Hasty(schema.id())]).unwrap_err();
    assert_eq!(
        broken.to_string(),
        "broken law: a view that promises order keeps it; lead 0 as of +262142-12-31T23:59:59.999999Z: \
         activity 1 at 1970-01-01T00:00:00Z comes too late"
    );
}

#[test]
fn views_that_know_too_early_are_found() {
    struct Forward(SchemaId);
    impl LeadView for Forward {
        fn schema(&self) -> SchemaId {
            self.0
        }
        fn known_since(&self, fact: Fact) -> Option<Moment> {
            (fact == Fact::Attribute(AttributeSlot::new(1))).then(|| Moment::from_seconds(60))
        }
        fn dates_facts(&self) -> bool {
            true
        }
        fn all_known_at(&self, _: Moment) -> bool {
            true
        }
    }
    let broken = check_view(&[Forward(schema().id())]).unwrap_err();
    assert_eq!(
        broken.to_string(),
        "broken law: where all facts were known, none is known only later; lead 0 as of \
         +262142-12-31T23:59:59.999999Z: Attribute(AttributeSlot(1)) is known since 1970-01-01T00:01:00Z only"
    );
}
