use super::super::activity_spec::CountRange;
use super::super::spec::AppliesTo;
use super::*;
use crate::lead::SchemaSpec;
use crate::scorer::condition::{ConditionSpec, Filter, all, any, attribute, not};
use crate::scorer::{DecaySpec, RuleScorer};
use std::time::Instant;

mod soundness;

fn schema() -> Schema {
    SchemaSpec::new()
        .number("seats")
        .text("country")
        .flag("consent")
        .date("founded")
        .tags("labels")
        .kinds(["visit", "webinar"])
        .build()
        .unwrap()
}

fn built(spec: &RulesSpec) -> RuleScorer {
    spec.build(&schema())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn lints(spec: &RulesSpec) -> Vec<String> {
    built(spec).lints().iter().map(Lint::to_string).collect()
}

/// Adds a group that fills the scale, so that only the rules asked about are linted.
fn full(group: GroupSpec) -> RulesSpec {
    let size = RuleSpec::new("size").when(attribute("seats").at_least(1));
    RulesSpec::new()
        .group(group)
        .group(GroupSpec::sum("size").rule(size.points(1000.0)))
}

fn seats() -> crate::scorer::condition::AttributeRef {
    attribute("seats")
}

fn country() -> crate::scorer::condition::AttributeRef {
    attribute("country")
}

fn rule(id: &str, points: f64, when: impl Into<ConditionSpec>) -> RuleSpec {
    RuleSpec::new(id).points(points).when(when)
}

fn visits(id: &str, points: f64) -> RuleSpec {
    let visit = ActivitySpec::of("visit");
    RuleSpec::new(id).points(points).activity(visit)
}

fn lints_of(group: GroupSpec) -> Vec<String> {
    lints(&full(group))
}

/// The lint of one condition, without its place.
fn contradiction_of(when: impl Into<ConditionSpec>) -> Option<String> {
    let found = lints_of(GroupSpec::sum("g").rule(rule("a", 5.0, when)));
    assert!(found.len() <= 1, "{found:?}");
    found.first().map(|lint| {
        let prefix = "rules.groups[0].rules[0].when: can never be true: ";
        lint.strip_prefix(prefix).unwrap().to_owned()
    })
}

#[test]
fn a_sensible_spec_has_none() {
    let download = ActivitySpec::of("visit")
        .subject(Filter::new().starts_with("/pricing"))
        .last("90d")
        .decay(DecaySpec::half_life("14d").grace("7d").floor(0.1));
    let spec =
        RulesSpec::new()
            .max(120.0)
            .min(-50.0)
            .group(
                GroupSpec::first("size")
                    .rule(rule("large", 40.0, seats().at_least(1000)))
                    .rule(rule("middle", 20.0, seats().at_least(100)))
                    .rule(rule("small", 0.0, seats().at_least(1)))
                    .rule(rule("empty", -5.0, seats().is_known())),
            )
            .group(
                GroupSpec::highest("country")
                    .max(30.0)
                    .rule(rule("home", 30.0, country().one_of(["de", "at"])))
                    .rule(rule("near", 20.0, country().one_of(["fr", "de"])))
                    .rule(rule("other", 0.0, country().is_known()))
                    .rule(rule("embargo", -20.0, country().starts_with("x")).disqualify("embargo")),
            )
            .group(
                GroupSpec::sum("behaviour")
                    .max(60.0)
                    .min(-10.0)
                    .applies_to(AppliesTo::exclude(attribute("consent").equals(false)))
                    .rule(
                        RuleSpec::new("pricing")
                            .points(10.0)
                            .max(40.0)
                            .activity(download),
                    )
                    .rule(RuleSpec::new("frequency").activity(
                        ActivitySpec::of("webinar").occurrences(Occurrences::Count(vec![
                            CountRange::exactly(1, 5.0),
                            CountRange::between(1, 3, 10.0),
                            CountRange::at_least(4, 20.0),
                        ])),
                    ))
                    .rule(
                        RuleSpec::new("silence")
                            .points(-10.0)
                            .inactivity(InactivitySpec::every("30d").floor(-40.0)),
                    ),
            )
            .group(GroupSpec::sum("minus").max(0.0).rule(rule(
                "student",
                -30.0,
                attribute("labels").has_any(["student"]),
            )));
    assert_eq!(lints(&spec), Vec::<String>::new());
}

#[test]
#[allow(clippy::too_many_lines)] // a table
fn conditions_that_contradict_themselves() {
    for (when, expected) in [
        (
            ConditionSpec::from(seats().at_least(50).less_than(10)),
            "`less_than 10` and `at_least 50` cannot both be true of `seats`",
        ),
        (
            all([
                seats().more_than(5).into(),
                country().is_known().into(),
                all([seats().at_most(5).into()]),
            ]),
            "`more_than 5` and `at_most 5` cannot both be true of `seats`",
        ),
        (
            all([
                seats().one_of([1, 2, 3, 4]).into(),
                seats().between(5, 6.5).into(),
            ]),
            "`one_of 1, 2, 3, …` and `between 5 and 6.5` cannot both be true of `seats`",
        ),
        (
            all([
                seats().one_of([1, 2]).into(),
                seats().one_of([2, 3]).into(),
                seats().one_of([1, 3]).into(),
            ]),
            "`one_of 1, 2`, `one_of 2, 3`, `one_of 1, 3` cannot all be true of `seats`",
        ),
        (
            all([country().equals("DE").into(), country().equals("fr").into()]),
            "`equals de` and `equals fr` cannot both be true of `country`",
        ),
        (
            all([
                country().equals("DE").exact_case().into(),
                country().equals("de").exact_case().into(),
            ]),
            "`equals DE` and `equals de` cannot both be true of `country`",
        ),
        (
            all([
                country().one_of(["de", "fr"]).into(),
                country().starts_with("x").into(),
            ]),
            "`one_of de, fr` and `starts_with x` cannot both be true of `country`",
        ),
        (
            all([
                attribute("consent").equals(true).into(),
                attribute("consent").equals(false).into(),
            ]),
            "`equals true` and `equals false` cannot both be true of `consent`",
        ),
        (
            all([
                attribute("labels").has_any(["a", "b"]).into(),
                not(attribute("labels").has_any(["a", "b"])),
            ]),
            "`not has_any a, b` and `has_any a, b` cannot both be true of `labels`",
        ),
        (
            all([
                attribute("labels").has_all(["VIP"]).exact_case().into(),
                attribute("labels").has_none(["vip"]).into(),
            ]),
            "`has_all VIP` and `has_none vip` cannot both be true of `labels`",
        ),
        (
            all([country().matches("x").into(), not(country().matches("x"))]),
            "`not matches x` and `matches x` cannot both be true of `country`",
        ),
        (
            all([seats().is_missing().into(), seats().at_least(1).into()]),
            "`is missing` and `at_least 1` cannot both be true of `seats`",
        ),
        (
            all([
                seats().is_missing().into(),
                not(seats().at_least(1).or_missing()),
            ]),
            "`is missing` and `not at_least 1 or missing` cannot both be true of `seats`",
        ),
        (
            not(any([
                seats().is_known().into(),
                seats().is_missing().into(),
            ])),
            "`not is known` and `not is missing` cannot both be true of `seats`",
        ),
        (
            all([
                attribute("founded").less_than("2020-01-01").into(),
                attribute("founded")
                    .more_than("2019-12-31T23:59:59.999999Z")
                    .into(),
            ]),
            "`less_than 2020-01-01T00:00:00Z` and `at_least 2020-01-01T00:00:00Z` cannot both be true of `founded`",
        ),
        (
            all([
                attribute("founded").within_last("30d").into(),
                attribute("founded").older_than("30d").into(),
            ]),
            "`within_last 30d` and `older_than 30d` cannot both be true of `founded`",
        ),
        (
            all([
                attribute("founded").within_next("2w").into(),
                attribute("founded").older_than("1s").into(),
            ]),
            "`within_next 14d` and `older_than 1s` cannot both be true of `founded`",
        ),
        (
            not(seats().is_known().or_missing()),
            "`not is known or missing` is never true of `seats`",
        ),
        (
            any([
                seats().at_least(50).less_than(10).into(),
                seats().at_least(5).less_than(1).into(),
            ]),
            "`less_than 10` and `at_least 50` cannot both be true of `seats`",
        ),
        (
            all([
                country().is_known().into(),
                any([
                    seats().at_least(50).less_than(10).into(),
                    seats().at_least(5).less_than(1).into(),
                ]),
            ]),
            "`less_than 10` and `at_least 50` cannot both be true of `seats`",
        ),
    ] {
        assert_eq!(contradiction_of(when).as_deref(), Some(expected));
    }
}

#[test]
fn conditions_that_can_be_true() {
    for when in [
        ConditionSpec::from(seats().at_least(10).at_most(10)),
        any([seats().at_least(50).into(), seats().less_than(10).into()]),
        all([
            seats().is_missing().into(),
            seats().at_least(1).or_missing().into(),
        ]),
        // Both are true where it is missing.
        all([
            seats().less_than(1).or_missing().into(),
            seats().more_than(1).or_missing().into(),
        ]),
        all([
            country().equals("DE").exact_case().into(),
            country().equals("de").into(),
        ]),
        all([
            country().contains("a").into(),
            country().contains("b").into(),
        ]),
        all([
            country().equals("ab").into(),
            country().matches("[0-9]").into(),
        ]),
        all([
            country().equals("ab").into(),
            not(country().equals("AB").exact_case()),
        ]),
        all([
            attribute("labels").has_all(["vip"]).into(),
            attribute("labels").has_none(["VIP"]).exact_case().into(),
        ]),
        all([
            attribute("labels").has_any(["a", "b"]).into(),
            attribute("labels").has_none(["a"]).into(),
        ]),
        // The moment decides.
        all([
            attribute("founded").less_than("2020-01-01").into(),
            attribute("founded").within_last("30d").into(),
        ]),
    ] {
        assert_eq!(contradiction_of(when), None);
    }
}

#[test]
fn groups_that_apply_to_no_lead() {
    let never = AppliesTo::include(seats().at_least(50).less_than(10));
    let group = GroupSpec::sum("g").applies_to(never).max(9.0);
    assert_eq!(
        lints_of(group.rule(rule("a", 5.0, country().is_known()))),
        [
            "rules.groups[0].applies_to.include: can never be true: `less_than 10` and `at_least 50` cannot both be true of `seats`"
        ]
    );
}

/// What is said of the last rule of a group that takes the first.
fn reach_of(before: &[ConditionSpec], last: impl Into<ConditionSpec>) -> Option<String> {
    let mut group = GroupSpec::first("g");
    for (i, when) in before.iter().enumerate() {
        group = group.rule(rule(&format!("r{i}"), 5.0, when.clone()));
    }
    let found = lints_of(group.rule(rule("last", 5.0, last)));
    assert!(found.len() <= 1, "{found:?}");
    found.first().map(|lint| {
        let prefix = format!(
            "rules.groups[0].rules[{}]: can never give its points: ",
            before.len()
        );
        lint.strip_prefix(&prefix).unwrap().to_owned()
    })
}

#[test]
#[allow(clippy::too_many_lines)] // a table
fn rules_behind_others() {
    let one = "rule `r0` before it holds wherever it does";
    let several = "the rules before it hold wherever it does";
    let founded = || attribute("founded");
    for (before, last, expected) in [
        (
            vec![seats().at_least(5).into()],
            ConditionSpec::from(seats().at_least(5)),
            one,
        ),
        (
            vec![seats().at_least(5).into()],
            seats().at_least(50).into(),
            one,
        ),
        (
            vec![seats().at_least(5).into()],
            seats().one_of([5, 7]).into(),
            one,
        ),
        (
            vec![not(seats().less_than(5))],
            seats().at_least(50).into(),
            one,
        ),
        (
            vec![seats().between(0, 200).into()],
            seats().at_least(50).less_than(100).into(),
            one,
        ),
        (
            vec![
                seats().between(0, 200).into(),
                seats().between(100, 300).into(),
            ],
            seats().between(50, 250).into(),
            several,
        ),
        (
            vec![seats().less_than(5).into(), seats().at_least(5).into()],
            all([seats().equals(7).into(), country().is_known().into()]),
            several,
        ),
        (
            vec![seats().is_known().into()],
            all([seats().equals(7).into(), country().is_known().into()]),
            one,
        ),
        (
            vec![seats().at_least(5).or_missing().into()],
            seats().is_missing().into(),
            one,
        ),
        (
            vec![any([
                seats().at_least(5).into(),
                country().equals("x").into(),
            ])],
            any([seats().at_least(7).into(), country().equals("X").into()]),
            one,
        ),
        (
            vec![all([
                country().equals("de").into(),
                seats().is_known().into(),
            ])],
            all([
                seats().is_known().into(),
                attribute("consent").equals(true).into(),
                country().equals("de").into(),
            ]),
            one,
        ),
        (
            vec![country().one_of(["a", "b"]).into()],
            country().one_of(["B", "A"]).into(),
            one,
        ),
        (
            vec![country().one_of(["a", "b", "c"]).into()],
            country().one_of(["a", "c"]).into(),
            one,
        ),
        (
            vec![country().equals("a").into(), country().equals("b").into()],
            country().one_of(["a", "b"]).exact_case().into(),
            several,
        ),
        (
            vec![country().contains("manager").into()],
            country().contains("senior manager").into(),
            one,
        ),
        (
            vec![country().contains("an").into()],
            country().starts_with("mANager").into(),
            one,
        ),
        (
            vec![founded().within_last("30d").into()],
            founded().within_last("7d").into(),
            one,
        ),
        (
            vec![founded().at_least("2020-01-01").into()],
            founded().between("2021-01-01", "2022-01-01").into(),
            one,
        ),
        (
            vec![
                attribute("consent").equals(true).into(),
                attribute("consent").equals(false).into(),
            ],
            attribute("consent")
                .equals(true)
                .or_missing()
                .exact_case()
                .into(),
            "",
        ),
    ] {
        let found = reach_of(&before, last.clone());
        assert_eq!(found.as_deref().unwrap_or_default(), expected, "{last:?}");
    }
}

#[test]
fn rules_that_are_reached() {
    for (before, last) in [
        (
            ConditionSpec::from(seats().at_least(5)),
            ConditionSpec::from(seats().at_least(4)),
        ),
        (
            seats().at_least(5).into(),
            seats().at_least(50).or_missing().into(),
        ),
        (seats().more_than(5).into(), seats().at_least(5).into()),
        (seats().at_least(5).into(), seats().is_known().into()),
        (
            country().equals("a").exact_case().into(),
            country().equals("a").into(),
        ),
        (
            country().one_of(["a", "b"]).into(),
            country().one_of(["a", "c"]).into(),
        ),
        (
            country().contains("senior manager").into(),
            country().contains("manager").into(),
        ),
        (
            country().starts_with("a").into(),
            country().contains("a").into(),
        ),
        (not(country().equals("a")), country().contains("b").into()),
        (
            all([country().equals("a").into(), seats().is_known().into()]),
            country().equals("a").into(),
        ),
    ] {
        assert_eq!(reach_of(&[before], last.clone()), None, "{last:?}");
    }
    // What comes before does not always end the group, or what comes after does more than give points.
    let when = || seats().at_least(5);
    for group in [
        GroupSpec::sum("g")
            .rule(rule("a", 5.0, when()))
            .rule(rule("b", 5.0, seats().at_least(6))),
        GroupSpec::first("g")
            .rule(RuleSpec::new("a").when(when()).disqualify("x"))
            .rule(rule("b", 5.0, when())),
        GroupSpec::first("g")
            .rule(visits("a", 5.0).when(when()))
            .rule(rule("b", 5.0, when())),
        GroupSpec::first("g")
            .rule(rule("a", 5.0, when()).disabled())
            .rule(rule("b", 5.0, when())),
        GroupSpec::first("g")
            .rule(rule("a", 5.0, when()))
            .rule(RuleSpec::new("b").when(when()).disqualify("x")),
    ] {
        assert_eq!(lints_of(group), Vec::<String>::new());
    }
    let shadowed = GroupSpec::first("g")
        .rule(rule("a", 5.0, when()))
        .rule(visits("b", 5.0).when(when()).disqualify("x"));
    assert_eq!(
        lints_of(shadowed),
        [
            "rules.groups[0].rules[1]: can never give its points: rule `a` before it holds wherever it does"
        ]
    );
}

#[test]
fn rules_that_ask_the_same() {
    let when = |first: ConditionSpec, second: ConditionSpec| all([first, second]);
    let (a, b) = (|| seats().is_known().into(), || country().is_known().into());
    let group = GroupSpec::sum("g")
        .rule(visits("one", 5.0).when(when(a(), b())))
        .rule(visits("off", 7.0).when(when(a(), b())).disabled())
        .rule(visits("two", 7.0).when(when(b(), a())))
        .rule(visits("three", 7.0).when(a()))
        .rule(rule("four", 7.0, a()))
        .rule(RuleSpec::new("five").when(a()).disqualify("x"));
    assert_eq!(
        lints_of(group),
        ["rules.groups[0].rules[2]: asks the same as rule `one` before it"]
    );
}

#[test]
fn caps_that_never_act() {
    let spec = RulesSpec::new().min(-90.0).max(500.0).group(
        GroupSpec::sum("g")
            .min(-60.0)
            .max(130.0)
            .rule(rule("a", 100.0, country().is_known()).min(10.0).max(101.0))
            .rule(
                RuleSpec::new("b")
                    .points(-10.0)
                    .min(-31.0)
                    .max(-5.0)
                    .activity(
                        ActivitySpec::of("visit")
                            .occurrences(Occurrences::First(3))
                            .decay(DecaySpec::half_life("1d").floor(0.6)),
                    ),
            )
            .rule(
                RuleSpec::new("c")
                    .points(0.1)
                    .activity(ActivitySpec::of("visit").occurrences(Occurrences::First(3))),
            )
            .rule(
                RuleSpec::new("d")
                    .points(-10.0)
                    .min(-30.0)
                    .inactivity(InactivitySpec::every("30d").floor(-20.0)),
            ),
    );
    assert_eq!(
        lints(&spec),
        [
            "rules.groups[0].rules[0].min: can never act: the rule gives at least 100 points, more than `10`",
            "rules.groups[0].rules[0].max: can never act: the rule gives at most 100 points, less than `101`",
            "rules.groups[0].rules[1].min: can never act: the rule gives at least -30 points, more than `-31`",
            "rules.groups[0].rules[1].max: can never act: the rule gives at most -6 points, less than `-5`",
            "rules.groups[0].rules[3].min: can never act: the rule gives at least -20 points, more than `-30`",
            "rules.groups[0].min: can never act: its rules give at least -50 points, more than `-60`",
            "rules.groups[0].max: can never act: its rules give at most 100.3 points, less than `130`",
            "rules.min: can never act: its groups give at least -50 points, more than `-90`",
            "rules.max: can never act: its groups give at most 100.3 points, less than `500`",
        ]
    );
    // What nothing bounds may reach any cap.
    let spec = |occurrences| {
        full(
            GroupSpec::sum("g").min(-1e9).max(1e9).rule(
                RuleSpec::new("a")
                    .points_per_value(0.1)
                    .min(-1e9)
                    .max(1e9)
                    .activity(ActivitySpec::of("visit").occurrences(occurrences)),
            ),
        )
    };
    for occurrences in [Occurrences::Each, Occurrences::Once, Occurrences::First(1)] {
        assert_eq!(lints(&spec(occurrences)), Vec::<String>::new());
    }
    // The highest of negative rules, and a group that may not apply.
    let group = GroupSpec::highest("g")
        .min(-8.0)
        .max(1.0)
        .applies_to(AppliesTo::include(country().is_known()))
        .rule(rule("a", -5.0, seats().at_least(5)))
        .rule(rule("b", -7.0, seats().at_least(9)));
    assert_eq!(
        lints_of(group),
        [
            "rules.groups[0].min: can never act: its rules give at least -7 points, more than `-8`",
            "rules.groups[0].max: can never act: its rules give at most 0 points, less than `1`",
        ]
    );
}

#[test]
fn scores_that_do_not_use_their_scale() {
    let group = |points| GroupSpec::sum("g").rule(rule("a", points, seats().is_known()));
    let spec = |points| RulesSpec::new().group(group(points));
    assert_eq!(lints(&spec(100.0)), Vec::<String>::new());
    assert_eq!(
        lints(&spec(70.0).zero(-10.0).hundred(90.0)),
        [
            "rules.hundred: the score never reaches 100: at most 70 points are given, which is score 80, and `90` is score 100"
        ]
    );
    assert_eq!(
        lints(&spec(-5.0)),
        ["rules.zero: the score is never above 0: at most 0 points are given, and `0` is score 0"]
    );
    assert_eq!(
        lints(&spec(200.0).max(50.0)),
        [
            "rules.hundred: the score never reaches 100: at most 50 points are given, which is score 50, and `100` is score 100"
        ]
    );
}

#[test]
fn nothing_to_score() {
    assert_eq!(lints(&RulesSpec::new()), ["rules: has no enabled rule"]);
    let off = || {
        GroupSpec::sum("g")
            .max(5.0)
            .rule(rule("a", 5.0, seats().is_known()).disabled())
    };
    assert_eq!(
        lints(&RulesSpec::new().group(off())),
        ["rules: has no enabled rule"]
    );
    assert_eq!(lints_of(off()), ["rules.groups[0]: has no enabled rule"]);
}

#[test]
fn rules_that_give_nothing() {
    let nothing = || rule("a", 0.0, seats().is_known());
    let expected = ["rules.groups[0].rules[0]: gives 0 points and does not disqualify"];
    assert_eq!(lints_of(GroupSpec::sum("g").rule(nothing())), expected);
    assert_eq!(lints_of(GroupSpec::highest("g").rule(nothing())), expected);
    let none = Occurrences::Count(vec![CountRange::at_least(1, 0.0)]);
    let count = RuleSpec::new("a").activity(ActivitySpec::any_kind().occurrences(none));
    assert_eq!(lints_of(GroupSpec::sum("g").rule(count)), expected);
    for group in [
        GroupSpec::sum("g").rule(nothing().disqualify("x")),
        GroupSpec::sum("g").rule(nothing().min(5.0)),
        GroupSpec::first("g").rule(nothing()),
        GroupSpec::highest("g")
            .rule(nothing())
            .rule(rule("b", -5.0, country().is_known())),
    ] {
        assert_eq!(lints_of(group), Vec::<String>::new());
    }
}

#[test]
fn counts_that_are_not_reached() {
    let rule = RuleSpec::new("a")
        .max(20.0)
        .activity(
            ActivitySpec::of("visit").occurrences(Occurrences::Count(vec![
                CountRange::between(1, 3, 5.0),
                CountRange::exactly(2, 50.0),
                CountRange::at_least(4, 10.0),
                CountRange::between(2, 9, 60.0),
            ])),
        );
    assert_eq!(
        lints_of(GroupSpec::sum("g").rule(rule)),
        [
            "rules.groups[0].rules[0].activity.occurrences.count[1]: can never be reached: the ranges before it hold all of its counts",
            "rules.groups[0].rules[0].activity.occurrences.count[3]: can never be reached: the ranges before it hold all of its counts",
            "rules.groups[0].rules[0].max: can never act: the rule gives at most 10 points, less than `20`",
        ]
    );
}

#[test]
fn decays_that_never_act() {
    let of = |last: Option<&str>, decay: DecaySpec| {
        let mut activity = ActivitySpec::of("visit").decay(decay);
        if let Some(last) = last {
            activity = activity.last(last);
        }
        let found =
            lints_of(GroupSpec::sum("g").rule(RuleSpec::new("a").points(5.0).activity(activity)));
        found.first().map(|lint| {
            let prefix = "rules.groups[0].rules[0].activity.decay: can never act: ";
            lint.strip_prefix(prefix).unwrap().to_owned()
        })
    };
    let half = || DecaySpec::half_life("14d");
    assert_eq!(
        of(None, half().floor(1.0)).unwrap(),
        "with `floor` = `1` all points remain"
    );
    assert_eq!(
        of(Some("7d"), half().grace("7d")).unwrap(),
        "with `grace` = `7d` nothing fades within `last` = `7d`"
    );
    assert_eq!(
        of(Some("30d"), DecaySpec::lose(0.5, "30d")).unwrap(),
        "nothing fades within `last` = `30d`"
    );
    assert_eq!(
        of(Some("30d"), DecaySpec::steps([("30d", 0.5)])).unwrap(),
        "nothing fades within `last` = `30d`"
    );
    assert_eq!(of(Some("8d"), half().grace("7d")), None);
    assert_eq!(of(None, half().grace("700d").floor(0.9)), None);
    assert_eq!(of(Some("31d"), DecaySpec::lose(0.5, "30d")), None);
    assert_eq!(
        of(
            Some("7d"),
            DecaySpec::steps([("0d", 0.5), ("1d", 1.0)]).grace("9d")
        ),
        None
    );
    assert_eq!(
        of(Some("7d"), DecaySpec::steps([("1d", 0.5), ("2d", 1.0)])),
        None
    );
}

#[test]
#[allow(clippy::too_many_lines)] // a list of specs
fn hostile_sizes_are_quick() {
    const MANY: i32 = 100_000;
    let quick = |spec: &RulesSpec, least: usize| {
        let (spec, schema) = (spec, schema());
        let mut problems = crate::model::Problems::default();
        let mut tests = Tests::default();
        let groups = spec
            .groups
            .iter()
            .map(|group| ResolvedGroup {
                include: None,
                exclude: None,
                rules: group
                    .rules
                    .iter()
                    .enumerate()
                    .map(|(i, rule)| {
                        let cond = rule.when.as_ref().map(|when| {
                            crate::scorer::condition::resolve_condition(
                                when,
                                &schema,
                                "",
                                &mut tests,
                                &mut problems,
                            )
                        });
                        (i, cond)
                    })
                    .collect(),
            })
            .collect();
        let begun = Instant::now();
        let found = lint(spec, &Resolved { tests, groups }, &schema, "rules").len();
        // Generous: unoptimised, on a busy machine. Comparing all with all would take hours.
        let took = begun.elapsed().as_secs_f64();
        assert!(took < 20.0, "{took} s");
        assert!(found >= least, "{found}");
    };
    let many = |make: &dyn Fn(i32) -> ConditionSpec| {
        let rules = (0..MANY).map(|i| rule(&format!("r{i}"), 1.0, make(i)));
        let group = rules.fold(GroupSpec::first("g"), GroupSpec::rule);
        RulesSpec::new().group(group)
    };
    quick(&many(&|_| seats().at_least(5).into()), 99_999);
    quick(&many(&|i| seats().between(i, 2 * i).into()), 0);
    quick(
        &many(&|i| seats().between(i % 99, i % 99 + i % 7).into()),
        90_000,
    );
    quick(&many(&|i| seats().between(-i, MANY - i).into()), 0);
    quick(&many(&|i| country().contains(format!("{i}")).into()), 1);
    quick(
        &many(&|i| all([country().is_known().into(), seats().equals(i).into()])),
        0,
    );
    quick(
        &many(&|i| {
            all([
                seats().equals(i).into(),
                country().contains("a").into(),
                seats().at_least(7).into(),
            ])
        }),
        6,
    );
    let one = |when: ConditionSpec| {
        RulesSpec::new().group(GroupSpec::first("g").rule(rule("a", 1.0, when)))
    };
    let leaves = |make: &dyn Fn(i32) -> ConditionSpec| (0..10_000).map(make).collect::<Vec<_>>();
    quick(&one(all(leaves(&|i| seats().at_least(i).into()))), 1);
    quick(&one(all(leaves(&|i| not(seats().equals(i))))), 1);
    quick(
        &one(all(leaves(&|i| not(country().equals(format!("{i}")))))),
        1,
    );
    quick(
        &one(all(leaves(&|i| country().equals(format!("{i}")).into()))),
        2,
    );
    quick(
        &one(all(leaves(&|i| {
            any([
                seats().equals(i).into(),
                country().equals(format!("{i}")).into(),
            ])
        }))),
        1,
    );
    let names = |from: i32| {
        (from..from + 10_000)
            .map(|i| format!("n{i}"))
            .collect::<Vec<_>>()
    };
    quick(
        &one(all([
            country().one_of(names(0)).into(),
            country().one_of(names(20_000)).into(),
        ])),
        1,
    );
    let ranges = (1..MANY).map(|i| CountRange::exactly(u64::from(i.unsigned_abs()) * 2, 1.0));
    let counts = Occurrences::Count(ranges.collect());
    let counts = RuleSpec::new("a").activity(ActivitySpec::any_kind().occurrences(counts));
    quick(&RulesSpec::new().group(GroupSpec::sum("g").rule(counts)), 1);
}
