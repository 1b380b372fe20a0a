use super::{InterestProfile, InterestScorer, InterestSpec};
use crate::lead::{Activity, Lead, Moment, ProductSlot, Schema, SchemaSpec};
use crate::score::AsOf;
use crate::scorer::{
    ActivitySpec, CountRange, DecaySpec, Filter, GroupSpec, HistorySpec, Keep, Occurrences,
    RuleSpec, Scorer, attribute,
};

const DAY: i64 = 86_400_000_000;

fn schema() -> Schema {
    SchemaSpec::new()
        .flag("trial")
        .kinds(["view", "paper", "mail"])
        .product("crm")
        .product("erp")
        .product("bi")
        .build()
        .unwrap()
}

fn noon() -> Moment {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn as_of() -> AsOf {
    noon().into()
}

/// Kind, days ago, product, subject, value.
type Did<'t> = (&'t str, i64, Option<&'t str>, &'t str, f64);

fn lead(done: &[Did<'_>]) -> Lead {
    let schema = schema();
    let mut lead = Lead::builder(&schema, "a1").set("trial", true);
    for &(kind, days, product, subject, value) in done {
        let kind = schema.kind(kind).unwrap();
        let mut activity = Activity::new(kind, noon().plus_micros(-days * DAY))
            .subject(subject)
            .value(value);
        if let Some(product) = product {
            activity = activity.product(schema.product(product).unwrap());
        }
        lead = lead.push(activity);
    }
    lead.build().unwrap()
}

fn only(rule: RuleSpec) -> InterestSpec {
    InterestSpec::top().group(GroupSpec::sum("g").rule(rule))
}

fn views(points: f64) -> InterestSpec {
    only(
        RuleSpec::new("view")
            .points(points)
            .activity(ActivitySpec::of("view")),
    )
}

fn built(spec: &InterestSpec) -> InterestScorer {
    let history = HistorySpec::new().utc_offset("+00:00");
    spec.build_with(&schema(), &history).unwrap()
}

fn profile(spec: &InterestSpec, lead: &Lead) -> InterestProfile {
    built(spec).profile(lead, as_of()).unwrap()
}

fn points(spec: &InterestSpec, lead: &Lead) -> Vec<f64> {
    let profile = profile(spec, lead);
    for product in profile.products() {
        // Each product judged alone is what the profile says, bit for bit.
        let alone = built(&spec.clone().product(&*product.product));
        let judged = alone.assess(lead, as_of());
        assert_eq!(judged.raw, Some(product.points));
        assert_eq!(judged.score, Some(product.score));
    }
    profile.products().iter().map(|one| one.points).collect()
}

fn shares(profile: &InterestProfile) -> Vec<Option<f64>> {
    profile.products().iter().map(|one| one.share).collect()
}

#[test]
fn points_fade_as_those_of_rules() {
    let fading = |points: f64, decay| {
        only(
            RuleSpec::new("view")
                .points(points)
                .activity(ActivitySpec::of("view").decay(decay)),
        )
    };
    let crm = |days| lead(&[("view", days, Some("crm"), "/", 1.0)]);
    for (spec, days, expected) in [
        // The library's own half-life example, HubSpot's and MadKudu's.
        (fading(25.0, DecaySpec::half_life("14d")), 14, 12.5),
        (fading(10.0, DecaySpec::lose(0.5, "30d")), 0, 10.0),
        (fading(10.0, DecaySpec::lose(0.5, "30d")), 30, 5.0),
        (fading(10.0, DecaySpec::lose(0.5, "30d")), 60, 0.0),
        (fading(9.0, DecaySpec::lifespan("90d")), 3, 8.7),
    ] {
        let got = points(&spec, &crm(days));
        assert!((got[0] - expected).abs() < 1e-12, "{got:?}");
        assert_eq!(got[1..], [0.0, 0.0]);
    }
}

#[test]
fn shares_scores_and_order() {
    let lead = lead(&[
        ("view", 1, Some("erp"), "/", 1.0),
        ("view", 2, Some("erp"), "/", 1.0),
        ("view", 3, Some("erp"), "/", 1.0),
        ("view", 1, Some("crm"), "/", 1.0),
        ("view", 1, None, "/", 1.0),
    ]);
    let spec = views(10.0).hundred(60.0);
    let found = profile(&spec, &lead);
    assert_eq!(points(&spec, &lead), [10.0, 30.0, 0.0]);
    assert_eq!(shares(&found), [Some(0.25), Some(0.75), Some(0.0)]);
    assert_eq!(found.of("erp").map(|erp| erp.score.get()), Some(50.0));
    assert_eq!(found.of("cms"), None);
    let top: Vec<&str> = found.top(9).iter().map(|one| &*one.product).collect();
    assert_eq!(top, ["erp", "crm"]);
    assert_eq!(found.top(1).len(), 1);
    let top = built(&spec);
    assert_eq!(top.score(&lead, as_of()).map(f64::from), Some(50.0));
    assert_eq!(top.assess(&lead, as_of()).raw, Some(30.0));
}

#[test]
fn ties_go_by_the_schema() {
    let lead = lead(&[
        ("view", 9, Some("bi"), "/", 1.0),
        ("view", 1, Some("erp"), "/", 1.0),
    ]);
    let found = profile(&views(10.0), &lead);
    let top: Vec<&str> = found.top(9).iter().map(|one| &*one.product).collect();
    assert_eq!(top, ["erp", "bi"]);
    assert_eq!(found.leaning().map(|one| &*one.product), Some("erp"));
}

#[test]
fn abstains_without_any_activity_that_carries_a_product() {
    let nothing = lead(&[("view", 1, None, "/", 1.0)]);
    let later = lead(&[("view", -1, Some("crm"), "/", 1.0)]);
    for spec in [views(10.0), views(10.0).product("crm")] {
        let scorer = built(&spec);
        for lead in [&nothing, &later] {
            assert_eq!(scorer.score(lead, as_of()), None);
            assert_eq!(scorer.profile(lead, as_of()), None);
            let why = scorer.explain(lead, as_of()).to_string();
            assert!(
                why.ends_with("abstains: no activity carries a product"),
                "{why}"
            );
        }
    }
    // Activities that no rule counts are known all the same, and so is nothing for another product.
    let mail = lead(&[("mail", 1, Some("crm"), "/", 1.0)]);
    assert_eq!(points(&views(10.0), &mail), [0.0, 0.0, 0.0]);
    assert_eq!(shares(&profile(&views(10.0), &mail)), [None, None, None]);
    assert_eq!(profile(&views(10.0), &mail).leaning(), None);
    assert_eq!(
        built(&views(10.0)).score(&mail, as_of()).map(f64::from),
        Some(0.0)
    );
}

#[test]
fn a_product_that_the_schema_does_not_have_is_none() {
    let schema = schema();
    let view = schema.kind("view").unwrap();
    let mut strange = Strange(schema.id(), Vec::new());
    strange
        .1
        .push(Activity::new(view, noon()).product(ProductSlot::new(3)));
    let scorer = built(&views(10.0));
    assert_eq!(scorer.score(&strange, as_of()), None);
    strange
        .1
        .push(Activity::new(view, noon()).product(ProductSlot::new(2)));
    assert_eq!(scorer.assess(&strange, as_of()).raw, Some(10.0));
    assert!(scorer.explain(&strange, as_of()).recomputes());
    let other = Strange(schema.id().other(), strange.1);
    assert_eq!(scorer.score(&other, as_of()), None);
    let why = scorer.explain(&other, as_of());
    assert_eq!(
        why.to_string(),
        "- interest in the top product (unknown)\n  abstains: the lead is of another schema than the model"
    );
}

struct Strange<'a>(crate::lead::SchemaId, Vec<Activity<'a>>);

impl crate::lead::LeadView for Strange<'_> {
    fn schema(&self) -> crate::lead::SchemaId {
        self.0
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.1.iter().copied().for_each(visit);
    }
}

#[test]
fn negative_points_take_no_share() {
    let spec = InterestSpec::top().zero(-50.0).hundred(50.0).group(
        GroupSpec::sum("g")
            .rule(
                RuleSpec::new("view")
                    .points(10.0)
                    .activity(ActivitySpec::of("view")),
            )
            .rule(
                RuleSpec::new("mail")
                    .points(-25.0)
                    .activity(ActivitySpec::of("mail")),
            ),
    );
    let mixed = lead(&[
        ("view", 1, Some("crm"), "/", 1.0),
        ("mail", 1, Some("erp"), "/", 1.0),
    ]);
    assert_eq!(points(&spec, &mixed), [10.0, -25.0, 0.0]);
    assert_eq!(
        shares(&profile(&spec, &mixed)),
        [Some(1.0), Some(0.0), Some(0.0)]
    );
    assert_eq!(
        profile(&spec, &mixed).of("erp").map(|one| one.score.get()),
        Some(25.0)
    );
    // Nothing is known of two products, which is more than less than nothing for one.
    let down = lead(&[("mail", 1, Some("erp"), "/", 1.0)]);
    assert_eq!(shares(&profile(&spec, &down)), [None, None, None]);
    assert_eq!(built(&spec).assess(&down, as_of()).raw, Some(0.0));
    assert_eq!(profile(&spec, &down).top(3), Vec::<&_>::new());
}

#[test]
fn modes_windows_filters_and_values_work_product_by_product() {
    let of = |activity: ActivitySpec| only(RuleSpec::new("r").points(1.0).activity(activity));
    let view = || ActivitySpec::of("view");
    let busy = lead(&[
        ("view", 1, Some("crm"), "/a", 3.0),
        ("view", 1, Some("crm"), "/b", 4.0),
        ("view", 40, Some("crm"), "/a", 5.0),
        ("view", 1, Some("erp"), "/a", 6.0),
        ("view", 50, Some("erp"), "/a", 7.0),
        ("paper", 1, Some("bi"), "/a", 8.0),
        ("view", 1, None, "/a", 100.0),
    ]);
    for (spec, expected) in [
        (of(view()), [3.0, 2.0, 0.0]),
        (of(ActivitySpec::any_kind()), [3.0, 2.0, 1.0]),
        (of(view().occurrences(Occurrences::Once)), [1.0, 1.0, 0.0]),
        (
            of(view().occurrences(Occurrences::First(2))),
            [2.0, 2.0, 0.0],
        ),
        (
            of(view().occurrences(Occurrences::EveryNth(2))),
            [1.0, 1.0, 0.0],
        ),
        (
            of(view().occurrences(Occurrences::PerDay(1))),
            [2.0, 2.0, 0.0],
        ),
        (
            of(view().occurrences(Occurrences::AtMost {
                count: 1,
                per: "2w".into(),
            })),
            [2.0, 2.0, 0.0],
        ),
        (
            of(view().occurrences(Occurrences::OncePerSubject)),
            [2.0, 1.0, 0.0],
        ),
        (of(view().last("30d")), [2.0, 1.0, 0.0]),
        // Chosen over the whole history, then the window: the first view of each subject is too old.
        (
            of(view()
                .occurrences(Occurrences::OncePerSubject)
                .keep(Keep::First)
                .last("30d")),
            [1.0, 0.0, 0.0],
        ),
        (
            of(view().subject(Filter::new().equals("/b"))),
            [1.0, 0.0, 0.0],
        ),
        (of(view().product("erp")), [0.0, 2.0, 0.0]),
        (
            only(
                RuleSpec::new("r").activity(view().occurrences(Occurrences::Count(vec![
                    CountRange::exactly(2, 7.0),
                    CountRange::at_least(3, 9.0),
                ]))),
            ),
            [9.0, 7.0, 0.0],
        ),
        (
            only(RuleSpec::new("r").points_per_value(1.0).activity(view())),
            [12.0, 13.0, 0.0],
        ),
        (
            only(
                RuleSpec::new("r")
                    .points(2.0)
                    .max(5.0)
                    .when(attribute("trial").equals(true))
                    .activity(view()),
            ),
            [5.0, 4.0, 0.0],
        ),
        (
            only(
                RuleSpec::new("r")
                    .points(2.0)
                    .when(attribute("trial").equals(false))
                    .activity(view()),
            ),
            [0.0, 0.0, 0.0],
        ),
        // A group's bounds hold for each product, touched or not.
        (
            InterestSpec::top().max(2.5).group(
                GroupSpec::sum("g")
                    .min(1.5)
                    .rule(RuleSpec::new("r").points(1.0).activity(view())),
            ),
            [2.5, 2.0, 1.5],
        ),
    ] {
        assert_eq!(points(&spec, &busy), expected, "{spec:?}");
        let scorer = built(&spec);
        let best = expected.into_iter().fold(f64::MIN, f64::max);
        assert_eq!(scorer.assess(&busy, as_of()).raw, Some(best), "{spec:?}");
        assert!(scorer.explain(&busy, as_of()).recomputes());
    }
}

#[test]
fn a_product_untouched_may_be_the_top_one() {
    let spec = InterestSpec::top().group(
        GroupSpec::sum("g").rule(
            RuleSpec::new("r")
                .points(-3.0)
                .activity(ActivitySpec::of("view")),
        ),
    );
    let lead = lead(&[("view", 0, Some("crm"), "/", 1.0)]);
    assert_eq!(
        built(&spec.clone().zero(-10.0).hundred(0.0))
            .explain(&lead, as_of())
            .to_string(),
        "100 interest in the top product (-10 is 0, 0 is 100)\n  \
           0 top product (highest)\n    \
             -3 crm (sum)\n      \
               -3 points (sum)\n        \
                 -3 g (sum)\n          \
                   -3 r (sum)\n            \
                     -3 view / at 2026-03-01T12:00:00Z (-3)\n    \
             0 any other product (sum)\n      \
               0 points (sum)\n        \
                 0 g (sum)"
    );
}

#[test]
fn what_a_product_is_worth_is_explained() {
    let lead = lead(&[
        ("view", 14, Some("crm"), "/crm", 1.0),
        ("view", 0, Some("erp"), "/erp", 1.0),
    ]);
    let spec = only(
        RuleSpec::new("r")
            .points(25.0)
            .activity(ActivitySpec::of("view").decay(DecaySpec::half_life("14d"))),
    );
    let crm = built(&spec.product("crm"));
    assert_eq!(
        crm.explain(&lead, as_of()).to_string(),
        "12.5 interest in crm (0 is 0, 100 is 100)\n  \
           12.5 points (sum)\n    \
             12.5 g (sum)\n      \
               12.5 r (sum)\n        \
                 12.5 view /crm at 2026-02-15T12:00:00Z (25, 14d old, half-life 14d)"
    );
}

#[test]
fn odd_rules_are_linted() {
    let scorer = built(&InterestSpec::top());
    let lints: Vec<String> = scorer.lints().iter().map(ToString::to_string).collect();
    assert_eq!(lints, ["interest: has no enabled rule"]);
}
