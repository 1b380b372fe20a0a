//! Specs that are wrong: every message, literally, and specs made to hurt.
#![allow(clippy::unwrap_used)] // a test stops where something is not as it must be
#![allow(clippy::too_many_lines)] // tables

use lead_scoring::{
    ActivitySpec, AppliesTo, AsOf, ConditionSpec, CountRange, DecaySpec, DecayStep, Filter,
    GroupSpec, HistorySpec, InactivitySpec, Keep, Lead, Names, Occurrences, RuleSpec, RulesSpec,
    Schema, SchemaSpec, Score, Scorer, Test, Window, all, any, attribute, not,
};

fn schema() -> Schema {
    SchemaSpec::new()
        .number("seats")
        .text("industry")
        .flag("student")
        .date("renewal")
        .tags("tags")
        .kind("visit")
        .kind("download")
        .product("crm")
        .build()
        .unwrap()
}

/// All messages of one spec, one a line.
fn refused(spec: &RulesSpec) -> String {
    spec.build(&schema()).unwrap_err().to_string()
}

fn group() -> GroupSpec {
    GroupSpec::sum("g")
}

fn only(rule: RuleSpec) -> RulesSpec {
    RulesSpec::new().group(group().rule(rule))
}

/// A rule that is sound.
fn sound() -> RuleSpec {
    RuleSpec::new("r")
        .points(1.0)
        .when(attribute("seats").is_known())
}

/// A rule that asks and does not give yet.
fn asking() -> RuleSpec {
    RuleSpec {
        points: None,
        ..sound()
    }
}

fn doing(activity: ActivitySpec) -> RulesSpec {
    only(RuleSpec::new("r").points(1.0).activity(activity))
}

fn visit() -> ActivitySpec {
    ActivitySpec::of("visit")
}

const RULE: &str = "rules.groups[0].rules[0]";
const PERIOD: &str = "expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`";
const MOMENT: &str = "expected a date (`2026-03-01`) or an RFC 3339 time (`2026-03-01T09:30:00Z`)";

#[test]
fn what_is_wrong_with_rules_and_groups() {
    assert!(only(sound()).build(&schema()).is_ok());
    let asks_nothing = "a rule asks something: give `when`, `activity` or `inactivity`";
    let gives_nothing =
        "a rule gives `points`, `points_per_value` or a count's points, or it must `disqualify`";
    let number = "must be a number of at most 1e12 in size";
    let at = |message: &str| format!("{RULE}: {message}");
    for (spec, message) in [
        (
            RulesSpec::new().zero(f64::NAN),
            format!("rules.zero: {number}, got `NaN`"),
        ),
        (
            RulesSpec::new().hundred(f64::INFINITY),
            format!("rules.hundred: {number}, got `inf`"),
        ),
        (
            RulesSpec::new().hundred(-2e12),
            format!("rules.hundred: {number}, got `-2000000000000`"),
        ),
        (
            RulesSpec::new().zero(5.0).hundred(5.0),
            "rules.hundred: must be more than `zero`, got `5` and `5`".to_owned(),
        ),
        (
            RulesSpec::new().zero(100.0),
            "rules.hundred: must be more than `zero`, got `100` and `100`".to_owned(),
        ),
        (
            RulesSpec::new().min(f64::NAN).max(-5.0),
            format!("rules.min: {number}, got `NaN`"),
        ),
        (
            RulesSpec::new().max(f64::NEG_INFINITY).min(1.0),
            format!("rules.max: {number}, got `-inf`"),
        ),
        (
            RulesSpec::new().min(2.0).max(1.0),
            "rules.max: must not be less than `min`, got `1` and `2`".to_owned(),
        ),
        (
            RulesSpec::new().group(GroupSpec::sum("")),
            "rules.groups[0].name: a name must not be empty".to_owned(),
        ),
        (
            RulesSpec::new().group(GroupSpec::sum(" g")),
            "rules.groups[0].name: a name must not begin or end with white space".to_owned(),
        ),
        (
            RulesSpec::new()
                .group(group())
                .group(GroupSpec::highest("g")),
            "rules.groups[1].name: `g` stands twice".to_owned(),
        ),
        (
            RulesSpec::new().group(group().min(2.0).max(1.0)),
            "rules.groups[0].max: must not be less than `min`, got `1` and `2`".to_owned(),
        ),
        (
            RulesSpec::new().group(group().min(1.1e12)),
            format!("rules.groups[0].min: {number}, got `1100000000000`"),
        ),
        (
            RulesSpec::new().group(group().applies_to(AppliesTo::default())),
            "rules.groups[0].applies_to: give `include`, `exclude` or both".to_owned(),
        ),
        (
            RulesSpec::new()
                .group(group().applies_to(AppliesTo::include(attribute("sets").is_known()))),
            "rules.groups[0].applies_to.include: unknown attribute `sets`, did you mean `seats`?"
                .to_owned(),
        ),
        (
            RulesSpec::new()
                .group(group().applies_to(AppliesTo::exclude(attribute("sets").is_known()))),
            "rules.groups[0].applies_to.exclude: unknown attribute `sets`, did you mean `seats`?"
                .to_owned(),
        ),
        (
            only(RuleSpec {
                id: String::new(),
                ..sound()
            }),
            format!("{RULE}.id: a name must not be empty"),
        ),
        (
            RulesSpec::new()
                .group(group().rule(sound()))
                .group(GroupSpec::sum("h").rule(sound())),
            "rules.groups[1].rules[0].id: `r` stands twice".to_owned(),
        ),
        (
            only(sound().min(f64::NAN)),
            format!("{RULE}.min: {number}, got `NaN`"),
        ),
        (
            only(sound().max(1.0).min(2.0)),
            format!("{RULE}.max: must not be less than `min`, got `1` and `2`"),
        ),
        (
            only(sound().points(f64::NAN)),
            format!("{RULE}.points: {number}, got `NaN`"),
        ),
        (
            only(sound().disqualify("")),
            format!("{RULE}.disqualify: a reason must not be empty"),
        ),
        (only(asking()), at(gives_nothing)),
        (
            only(asking().disqualify("bad").min(1.0)),
            at("`min` and `max` belong to a rule that gives points"),
        ),
        (
            only(asking().points_per_value(1.0)),
            format!("{RULE}.points_per_value: belongs to an `activity` that is not counted"),
        ),
        (
            only(
                RuleSpec::new("r")
                    .points(1.0)
                    .points_per_value(1.0)
                    .activity(visit()),
            ),
            at("give `points` or `points_per_value`, not both"),
        ),
        (
            only(RuleSpec::new("r").points_per_value(2e12).activity(visit())),
            format!("{RULE}.points_per_value: {number}, got `2000000000000`"),
        ),
        (
            only(
                sound()
                    .activity(visit())
                    .inactivity(InactivitySpec::every("1d")),
            ),
            at("give `activity` or `inactivity`, not both"),
        ),
        (only(RuleSpec::new("r").points(1.0)), at(asks_nothing)),
        // A disabled rule is checked like any other.
        (only(asking().disabled()), at(gives_nothing)),
        (
            only(
                RuleSpec::new("r")
                    .points(1.0)
                    .when(attribute("sets").is_known())
                    .disabled(),
            ),
            format!("{RULE}.when: unknown attribute `sets`, did you mean `seats`?"),
        ),
    ] {
        assert_eq!(refused(&spec), message);
    }
}

#[test]
fn what_is_wrong_with_activities() {
    let number = "must be a number of at most 1e12 in size";
    let counted = |ranges: Vec<CountRange>| {
        only(RuleSpec::new("r").activity(visit().occurrences(Occurrences::Count(ranges))))
    };
    let mode = |occurrences| doing(visit().occurrences(occurrences));
    let at_most = |count, per: &str| {
        mode(Occurrences::AtMost {
            count,
            per: per.into(),
        })
    };
    let range = || CountRange::exactly(1, 1.0);
    for (spec, path, message) in [
        (
            doing(ActivitySpec::of("vist")),
            "kind",
            "unknown activity kind `vist`, did you mean `visit`?".to_owned(),
        ),
        (
            doing(ActivitySpec::of(["visit", "webinar"])),
            "kind",
            "unknown activity kind `webinar`".to_owned(),
        ),
        (
            doing(ActivitySpec {
                kind: Some(Names::default()),
                ..visit()
            }),
            "kind",
            "needs at least one name".to_owned(),
        ),
        (
            doing(visit().product("erm")),
            "product",
            "unknown product `erm`, did you mean `crm`?".to_owned(),
        ),
        (
            doing(visit().product([])),
            "product",
            "needs at least one name".to_owned(),
        ),
        (
            doing(visit().subject(Filter::new())),
            "subject",
            "`subject` needs a comparison".to_owned(),
        ),
        (
            doing(visit().channel(Filter::new().or_missing())),
            "channel",
            "`channel` needs a comparison".to_owned(),
        ),
        (
            doing(visit().subject(Filter::new().at_least(1))),
            "subject",
            "`at_least` does not go with `subject`, which is of type text".to_owned(),
        ),
        (
            doing(visit().value(Filter::new().contains("x"))),
            "value",
            "`contains` does not go with `value`, which is of type number".to_owned(),
        ),
        (
            doing(visit().value(Filter::new().at_least(f64::NAN))),
            "value",
            format!("`at_least` {number}, got `NaN`"),
        ),
        (
            doing(visit().channel(Filter::new().matches("("))),
            "channel",
            "`(` is no pattern: unclosed group".to_owned(),
        ),
        (
            doing(visit().keep(Keep::First)),
            "keep",
            "belongs to the occurrences `once` and `once_per_subject`".to_owned(),
        ),
        (
            doing(ActivitySpec {
                window: Some(Window::default()),
                ..visit()
            }),
            "window",
            "give `last`, `older_than` or both".to_owned(),
        ),
        (
            doing(visit().last("soon")),
            "window.last",
            format!("{PERIOD}, got `soon`"),
        ),
        (
            doing(visit().last("0d")),
            "window.last",
            "must be longer than 0, got `0d`".to_owned(),
        ),
        (
            doing(visit().last("0d").older_than("1d")),
            "window.last",
            "must be longer than 0, got `0d`".to_owned(),
        ),
        (
            doing(visit().last("3d").older_than("x")),
            "window.older_than",
            format!("{PERIOD}, got `x`"),
        ),
        (
            doing(visit().last("3d").older_than("3d")),
            "window",
            "`last` must be longer than `older_than`, or no age is left".to_owned(),
        ),
        (
            doing(visit().decay(DecaySpec::half_life("1x"))),
            "decay.half_life",
            format!("{PERIOD}, got `1x`"),
        ),
        (
            doing(visit().decay(DecaySpec::default())),
            "decay",
            "give exactly one of `half_life`, `lose`, `lifespan` and `steps`".to_owned(),
        ),
        (
            mode(Occurrences::First(0)),
            "occurrences",
            "`first` must be at least 1, got `0`".to_owned(),
        ),
        (
            mode(Occurrences::EveryNth(0)),
            "occurrences",
            "`every_nth` must be at least 1, got `0`".to_owned(),
        ),
        (
            mode(Occurrences::PerDay(1)),
            "occurrences",
            "`per_day` counts calendar days: it needs `utc_offset` in the model's `history`"
                .to_owned(),
        ),
        (
            at_most(0, "1d"),
            "occurrences",
            "`count` must be at least 1, got `0`".to_owned(),
        ),
        (
            at_most(1, "day"),
            "occurrences.at_most.per",
            format!("{PERIOD}, got `day`"),
        ),
        (
            at_most(1, "0h"),
            "occurrences.at_most.per",
            "must be longer than 0, got `0h`".to_owned(),
        ),
        (
            counted(Vec::new()),
            "occurrences",
            "`count` needs at least one range".to_owned(),
        ),
        (
            counted(vec![range(), CountRange::default()]),
            "occurrences.count[1]",
            "give exactly one of `at_least`, `between` and `exactly`".to_owned(),
        ),
        (
            counted(vec![CountRange {
                at_least: Some(1),
                ..range()
            }]),
            "occurrences.count[0]",
            "give exactly one of `at_least`, `between` and `exactly`".to_owned(),
        ),
        (
            counted(vec![CountRange::at_least(0, 1.0)]),
            "occurrences.count[0]",
            "a count begins at 1, got `0`".to_owned(),
        ),
        (
            counted(vec![CountRange::between(3, 2, 1.0)]),
            "occurrences.count[0]",
            "`between` takes the lower bound first, got `3` and `2`".to_owned(),
        ),
        (
            counted(vec![CountRange::exactly(1, f64::NAN)]),
            "occurrences.count[0].points",
            format!("{number}, got `NaN`"),
        ),
    ] {
        assert_eq!(refused(&spec), format!("{RULE}.activity.{path}: {message}"));
    }
    let ranges = || visit().occurrences(Occurrences::Count(vec![range()]));
    assert_eq!(
        refused(&doing(ranges())),
        format!("{RULE}.points: the ranges of `count` have points of their own")
    );
    assert_eq!(
        refused(&only(
            RuleSpec::new("r").points_per_value(1.0).activity(ranges())
        )),
        format!("{RULE}.points_per_value: belongs to an `activity` that is not counted")
    );
    let history = HistorySpec::new().utc_offset("+00:00");
    let spec = mode(Occurrences::PerDay(0));
    assert_eq!(
        spec.build_with(&schema(), &history)
            .unwrap_err()
            .to_string(),
        format!("{RULE}.activity.occurrences: `per_day` must be at least 1, got `0`")
    );
}

#[test]
fn what_is_wrong_with_inactivity() {
    let idle = |points: f64, idle: InactivitySpec| {
        only(RuleSpec::new("r").points(points).inactivity(idle))
    };
    let every = || InactivitySpec::every("1d");
    for (spec, path, message) in [
        (
            idle(-1.0, InactivitySpec::default()),
            "every",
            format!("{PERIOD}, got ``"),
        ),
        (
            idle(-1.0, InactivitySpec::every("0d")),
            "every",
            "must be longer than 0, got `0d`".to_owned(),
        ),
        (
            idle(-1.0, InactivitySpec::every("99999999999999w")),
            "every",
            "`99999999999999w` is longer than 292,000 years".to_owned(),
        ),
        (
            idle(-1.0, every().floor(f64::NAN)),
            "floor",
            "must be a number of at most 1e12 in size, got `NaN`".to_owned(),
        ),
        (
            idle(-1.0, every().floor(5.0)),
            "floor",
            "must have the sign of the points, got `5` and `-1`".to_owned(),
        ),
        (
            idle(1.0, every().floor(-5.0)),
            "floor",
            "must have the sign of the points, got `-5` and `1`".to_owned(),
        ),
        (
            idle(-1.0, every().kind("downlod")),
            "kind",
            "unknown activity kind `downlod`, did you mean `download`?".to_owned(),
        ),
        (
            idle(-1.0, every().kind([])),
            "kind",
            "needs at least one name".to_owned(),
        ),
    ] {
        assert_eq!(
            refused(&spec),
            format!("{RULE}.inactivity.{path}: {message}")
        );
    }
}

#[test]
fn what_is_wrong_with_conditions() {
    let number = "must be a number of at most 1e12 in size";
    let seats = || attribute("seats");
    let text = || attribute("industry");
    let date = || attribute("renewal");
    let tags = || attribute("tags");
    let mut conditions: Vec<(ConditionSpec, &str, String)> = vec![
        (all([]), "", "`all` needs at least one condition".to_owned()),
        (any([]), "", "`any` needs at least one condition".to_owned()),
        (not(all([])), ".not", "`all` needs at least one condition".to_owned()),
        (
            all([seats().is_known().into(), any([not(attribute("industy").is_known())])]),
            ".all[1].any[0].not",
            "unknown attribute `industy`, did you mean `industry`?".to_owned(),
        ),
        (attribute("").is_known().into(), "", "unknown attribute ``".to_owned()),
        (attribute("colour").is_known().into(), "", "unknown attribute `colour`".to_owned()),
        (
            attribute("x".repeat(70)).is_known().into(),
            "",
            format!("unknown attribute `{}…`", "x".repeat(60)),
        ),
        (seats().into(), "", "`seats` needs a comparison".to_owned()),
        (seats().or_missing().into(), "", "`seats` needs a comparison".to_owned()),
        (seats().equals(2e12).into(), "", format!("`equals` {number}, got `2000000000000`")),
        (seats().one_of([1.0, f64::INFINITY]).into(), "", format!("`one_of` {number}, got `inf`")),
        (seats().less_than(f64::NAN).into(), "", format!("`less_than` {number}, got `NaN`")),
        (seats().between(f64::NAN, -5.0).into(), "", format!("`between` {number}, got `NaN`")),
        (seats().between(2, 1).into(), "", "`between` takes the lower bound first, got `2` and `1`".to_owned()),
        (seats().one_of(Vec::<f64>::new()).into(), "", "`one_of` needs at least one value".to_owned()),
        (text().one_of(Vec::<String>::new()).into(), "", "`one_of` needs at least one value".to_owned()),
        (date().one_of(Vec::<String>::new()).into(), "", "`one_of` needs at least one value".to_owned()),
        (text().equals("").into(), "", "`equals` must not be empty".to_owned()),
        (text().one_of(["a", ""]).into(), "", "`one_of` must not be empty".to_owned()),
        (text().contains("").into(), "", "`contains` must not be empty".to_owned()),
        (text().starts_with("").into(), "", "`starts_with` must not be empty".to_owned()),
        (text().ends_with("").into(), "", "`ends_with` must not be empty".to_owned()),
        (text().matches("").into(), "", "`matches` must not be empty".to_owned()),
        (text().matches("[a").into(), "", "`[a` is no pattern: unclosed character class".to_owned()),
        (
            text().matches("a".repeat(10_001)).into(),
            "",
            "a pattern must not be longer than 10000 bytes, got 10001".to_owned(),
        ),
        (
            text().matches(r"(\w{1000}){1000}").into(),
            "",
            "the pattern is too large: it needs more than 524288 bytes".to_owned(),
        ),
        (date().equals("soon").into(), "", format!("{MOMENT}, got `soon`")),
        (date().between("2026-03-02", "soon").into(), "", format!("{MOMENT}, got `soon`")),
        (date().between("soon", "2026-03-02").into(), "", format!("{MOMENT}, got `soon`")),
        (
            date().between("2026-03-02", "2026-03-01").into(),
            "",
            "`between` takes the earlier date first, got `2026-03-02T00:00:00Z` and `2026-03-01T00:00:00Z`".to_owned(),
        ),
        (date().within_last("0d").into(), "", "must be longer than 0, got `0d`".to_owned()),
        (date().within_next("x").into(), "", format!("{PERIOD}, got `x`")),
        (date().older_than("-1d").into(), "", format!("{PERIOD}, got `-1d`")),
        (tags().has_any(Vec::<String>::new()).into(), "", "`has_any` needs at least one value".to_owned()),
        (tags().has_all(Vec::<String>::new()).into(), "", "`has_all` needs at least one value".to_owned()),
        (tags().has_none(Vec::<String>::new()).into(), "", "`has_none` needs at least one value".to_owned()),
        (tags().has_all(["a", "", ""]).into(), "", "`has_all` must not hold an empty tag".to_owned()),
    ];
    for (condition, word, name, of) in [
        (seats().equals("x"), "equals", "seats", "number"),
        (seats().equals(true), "equals", "seats", "number"),
        (seats().one_of(["x"]), "one_of", "seats", "number"),
        (seats().between("a", "b"), "between", "seats", "number"),
        (seats().contains("x"), "contains", "seats", "number"),
        (seats().has_any(["x"]), "has_any", "seats", "number"),
        (seats().within_last("1d"), "within_last", "seats", "number"),
        (text().equals(1), "equals", "industry", "text"),
        (text().one_of([true]), "one_of", "industry", "text"),
        (text().less_than("x"), "less_than", "industry", "text"),
        (text().at_most("x"), "at_most", "industry", "text"),
        (text().more_than("x"), "more_than", "industry", "text"),
        (text().at_least("x"), "at_least", "industry", "text"),
        (text().has_none(["x"]), "has_none", "industry", "text"),
        (
            attribute("student").equals("yes"),
            "equals",
            "student",
            "flag",
        ),
        (
            attribute("student").one_of([true]),
            "one_of",
            "student",
            "flag",
        ),
        (
            attribute("student").matches("x"),
            "matches",
            "student",
            "flag",
        ),
        (date().equals(5), "equals", "renewal", "date"),
        (date().contains("2026"), "contains", "renewal", "date"),
        (date().starts_with("2026"), "starts_with", "renewal", "date"),
        (date().ends_with("01"), "ends_with", "renewal", "date"),
        (tags().equals("x"), "equals", "tags", "tags"),
        (tags().contains("x"), "contains", "tags", "tags"),
        (tags().older_than("1d"), "older_than", "tags", "tags"),
        (tags().within_next("1d"), "within_next", "tags", "tags"),
        (seats().has_all(["x"]), "has_all", "seats", "number"),
    ] {
        let message = format!("`{word}` does not go with `{name}`, which is of type {of}");
        conditions.push((condition.into(), "", message));
    }
    for (condition, path, message) in conditions {
        assert_eq!(
            refused(&only(RuleSpec::new("r").points(1.0).when(condition))),
            format!("{RULE}.when{path}: {message}")
        );
    }
    // One comparison twice in a filter, whatever stands between: a file has room for one.
    for tests in [
        vec![Test::Contains("a".into()), Test::Contains("b".into())],
        vec![
            Test::Contains("a".into()),
            Test::EndsWith("c".into()),
            Test::Contains("b".into()),
        ],
    ] {
        let filter = Filter {
            tests,
            ..Filter::new()
        };
        assert_eq!(
            refused(&doing(visit().subject(filter))),
            format!("{RULE}.activity.subject: `contains` stands twice")
        );
    }
    // An attribute takes the same comparison twice, since a condition can hold two tables.
    let twice = attribute("industry").contains("a").contains("b");
    assert!(
        only(RuleSpec::new("r").points(1.0).when(twice))
            .build(&schema())
            .is_ok()
    );
}

#[test]
fn what_is_wrong_with_a_history() {
    for (history, path, message) in [
        (
            HistorySpec::new().ignore_before("soon"),
            "ignore_before",
            format!("{MOMENT}, got `soon`"),
        ),
        (
            HistorySpec::new().reset_attribute("renewl"),
            "reset_attribute",
            "unknown attribute `renewl`, did you mean `renewal`?".to_owned(),
        ),
        (
            HistorySpec::new().reset_attribute("seats"),
            "reset_attribute",
            "`seats` must be of type date, it is of type number".to_owned(),
        ),
        (
            HistorySpec::new().same_within("0s"),
            "same_within",
            "must be longer than 0, got `0s`".to_owned(),
        ),
        (
            HistorySpec::new().same_within("10"),
            "same_within",
            format!("{PERIOD}, got `10`"),
        ),
        (
            HistorySpec::new().pause("x", "2026-01-01"),
            "pauses[0].from",
            format!("{MOMENT}, got `x`"),
        ),
        (
            HistorySpec::new().pause("2026-01-01", "x"),
            "pauses[0].until",
            format!("{MOMENT}, got `x`"),
        ),
        (
            HistorySpec::new()
                .pause("2026-01-01", "2026-01-02")
                .pause("2026-01-01", "2026-01-01"),
            "pauses[1]",
            "`until` must be later than `from`, got `2026-01-01` and `2026-01-01`".to_owned(),
        ),
        (
            HistorySpec::new().utc_offset("+15:00"),
            "utc_offset",
            offset("+15:00"),
        ),
        (
            HistorySpec::new().utc_offset("+14:01"),
            "utc_offset",
            offset("+14:01"),
        ),
        (
            HistorySpec::new().utc_offset("01:00"),
            "utc_offset",
            offset("01:00"),
        ),
        (
            HistorySpec::new().utc_offset("+1:00"),
            "utc_offset",
            offset("+1:00"),
        ),
        (
            HistorySpec::new().utc_offset("+01:60"),
            "utc_offset",
            offset("+01:60"),
        ),
        (
            HistorySpec::new().utc_offset("+é:00"),
            "utc_offset",
            offset("+é:00"),
        ),
        (HistorySpec::new().utc_offset(""), "utc_offset", offset("")),
    ] {
        let error = RulesSpec::new()
            .build_with(&schema(), &history)
            .unwrap_err();
        assert_eq!(error.to_string(), format!("history.{path}: {message}"));
    }
}

fn offset(given: &str) -> String {
    format!("expected an offset from `-14:00` to `+14:00`, got `{given}`")
}

#[test]
fn what_is_wrong_with_a_decay() {
    let one = "give exactly one of `half_life`, `lose`, `lifespan` and `steps`";
    let half = || DecaySpec::half_life("1d");
    for (spec, message) in [
        (DecaySpec::default(), one.to_owned()),
        (
            DecaySpec {
                lifespan: Some("2d".into()),
                ..half()
            },
            one.to_owned(),
        ),
        (half().grace("0x"), format!("grace: {PERIOD}, got `0x`")),
        (
            half().floor(f64::NAN),
            "floor: must be between 0 and 1, got `NaN`".to_owned(),
        ),
        (
            half().floor(-0.1),
            "floor: must be between 0 and 1, got `-0.1`".to_owned(),
        ),
        (
            DecaySpec::half_life("0s"),
            "half_life: must be longer than 0, got `0s`".to_owned(),
        ),
        (
            DecaySpec::lifespan("d"),
            format!("lifespan: {PERIOD}, got `d`"),
        ),
        (
            DecaySpec::lose(1.1, "1d"),
            "lose: must be more than 0 and at most 1, got `1.1`".to_owned(),
        ),
        (
            DecaySpec::lose(0.5, "0d"),
            "every: must be longer than 0, got `0d`".to_owned(),
        ),
        (
            DecaySpec {
                lose: Some(0.5),
                ..DecaySpec::default()
            },
            "`lose` needs `every`".to_owned(),
        ),
        (
            DecaySpec {
                every: Some("1d".into()),
                ..half()
            },
            "every: belongs to `lose`".to_owned(),
        ),
        (half().continuous(), "shape: belongs to `lose`".to_owned()),
        (
            DecaySpec::steps([("9d", 0.5), ("8d", 0.1)]),
            "steps[1].from: must be later than the step before, got `8d`".to_owned(),
        ),
        // What cannot be read is not compared with what comes next.
        (
            DecaySpec::steps([("x", 0.5), ("8d", 0.1)]),
            format!("steps[0].from: {PERIOD}, got `x`"),
        ),
        (
            DecaySpec::steps([("1d", 0.5), ("8d", 1.5)]),
            "steps[1].share: must be between 0 and 1, got `1.5`".to_owned(),
        ),
        (
            DecaySpec {
                steps: vec![DecayStep {
                    from: "x".into(),
                    share: f64::NAN,
                }],
                floor: Some(2.0),
                ..DecaySpec::default()
            },
            format!(
                "steps[0].from: {PERIOD}, got `x`\nsteps[0].share: must be between 0 and 1, got `NaN`\n\
                 floor: must be between 0 and 1, got `2`"
            ),
        ),
    ] {
        assert_eq!(spec.build().unwrap_err().to_string(), message);
    }
}

#[test]
fn all_problems_are_reported_at_once_and_each_once() {
    let spec = RulesSpec::new()
        .zero(200.0)
        .group(
            GroupSpec::sum("fit")
                .min(9.0)
                .max(1.0)
                .rule(
                    RuleSpec::new("a")
                        .points(f64::NAN)
                        .when(attribute("industy").equals("x")),
                )
                .rule(
                    RuleSpec::new("a")
                        .when(all([attribute("seats").contains("x").into(), any([])])),
                ),
        )
        .group(
            GroupSpec::sum("fit").rule(
                RuleSpec::new("b").points(1.0).activity(
                    ActivitySpec::of("vist")
                        .last("x")
                        .decay(DecaySpec::half_life("y").floor(7.0)),
                ),
            ),
        );
    let history = HistorySpec::new().ignore_before("x").utc_offset("y");
    let error = spec.build_with(&schema(), &history).unwrap_err();
    let expected = [
        format!("history.ignore_before: {MOMENT}, got `x`"),
        format!("history.utc_offset: {}", offset("y")),
        "rules.hundred: must be more than `zero`, got `100` and `200`".to_owned(),
        "rules.groups[0].max: must not be less than `min`, got `1` and `9`".to_owned(),
        "rules.groups[0].rules[0].points: must be a number of at most 1e12 in size, got `NaN`".to_owned(),
        "rules.groups[0].rules[0].when: unknown attribute `industy`, did you mean `industry`?".to_owned(),
        "rules.groups[0].rules[1].id: `a` stands twice".to_owned(),
        "rules.groups[0].rules[1]: a rule gives `points`, `points_per_value` or a count's points, or it must \
         `disqualify`"
            .to_owned(),
        "rules.groups[0].rules[1].when.all[0]: `contains` does not go with `seats`, which is of type number".to_owned(),
        "rules.groups[0].rules[1].when.all[1]: `any` needs at least one condition".to_owned(),
        "rules.groups[1].name: `fit` stands twice".to_owned(),
        "rules.groups[1].rules[0].activity.kind: unknown activity kind `vist`, did you mean `visit`?".to_owned(),
        format!("rules.groups[1].rules[0].activity.window.last: {PERIOD}, got `x`"),
        format!("rules.groups[1].rules[0].activity.decay.half_life: {PERIOD}, got `y`"),
        "rules.groups[1].rules[0].activity.decay.floor: must be between 0 and 1, got `7`".to_owned(),
    ];
    assert_eq!(error.to_string(), expected.join("\n"));
    assert_eq!(error.problems().len(), expected.len());
    assert_eq!(error.problems()[6].path(), "rules.groups[0].rules[1].id");
    assert_eq!(error.problems()[6].message(), "`a` stands twice");
}

// Files.

fn json(text: &str) -> String {
    serde_json::from_str::<RulesSpec>(text)
        .unwrap_err()
        .to_string()
}

/// The message of a condition that cannot be read, without its place in the file.
fn bad_condition(text: &str) -> String {
    let error = serde_json::from_str::<ConditionSpec>(text)
        .unwrap_err()
        .to_string();
    error
        .split(" at line")
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn unknown_fields_are_refused_everywhere() {
    let rule = |inside: &str| {
        format!(r#"{{ "groups": [{{ "name": "g", "rules": [{{ "id": "r", {inside} }}] }}] }}"#)
    };
    for text in [
        r#"{ "hunderd": 5 }"#.to_owned(),
        r#"{ "groups": [{ "name": "g", "hunderd": 5 }] }"#.to_owned(),
        r#"{ "groups": [{ "name": "g", "applies_to": { "hunderd": 5 } }] }"#.to_owned(),
        rule(r#""hunderd": 5"#),
        rule(r#""when": { "hunderd": 5 }"#),
        rule(r#""activity": { "hunderd": 5 }"#),
        rule(r#""activity": { "window": { "hunderd": 5 } }"#),
        rule(r#""activity": { "subject": { "hunderd": 5 } }"#),
        rule(r#""activity": { "decay": { "hunderd": 5 } }"#),
        rule(
            r#""activity": { "decay": { "steps": [{ "from": "1d", "share": 1, "hunderd": 5 }] } }"#,
        ),
        rule(r#""activity": { "occurrences": { "count": [{ "points": 1, "hunderd": 5 }] } }"#),
        rule(
            r#""activity": { "occurrences": { "at_most": { "count": 1, "per": "1d", "hunderd": 5 } } }"#,
        ),
        rule(r#""inactivity": { "every": "1d", "hunderd": 5 }"#),
    ] {
        let message = json(&text);
        assert!(
            message.starts_with("unknown field `hunderd`, expected"),
            "{text}: {message}"
        );
    }
    for text in [
        r#"{ "hunderd": 5 }"#,
        r#"{ "pauses": [{ "from": "x", "until": "y", "hunderd": 5 }] }"#,
    ] {
        let message = serde_json::from_str::<HistorySpec>(text)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("unknown field `hunderd`, expected"),
            "{message}"
        );
    }
    let toml = toml::from_str::<RulesSpec>("[[groups]]\nname = 'g'\nhunderd = 5\n").unwrap_err();
    assert!(
        toml.message()
            .starts_with("unknown field `hunderd`, expected"),
        "{toml}"
    );
    assert_eq!(toml.span(), Some(22..29));
    assert!(
        json(&rule(r#""activity": { "occurrences": "thrice" }"#))
            .starts_with("unknown variant `thrice`")
    );
    assert!(json(r#"{ "groups": [{}] }"#).starts_with("missing field `name`"));
    assert!(json(r#"{ "when_unknown": "guess" }"#).starts_with("unknown variant `guess`"));
}

#[test]
fn malformed_conditions_are_refused() {
    let one = "a condition is exactly one of `all`, `any`, `not` and `attribute`";
    for text in [
        "{}",
        r#"{ "at_least": 5 }"#,
        r#"{ "attribute": "seats", "not": { "attribute": "seats", "is": "known" } }"#,
        r#"{ "all": [], "any": [] }"#,
        r#"{ "all": [{}] }"#,
    ] {
        assert_eq!(bad_condition(text), one, "{text}");
    }
    assert_eq!(
        bad_condition(r#"{ "all": [], "at_least": 5 }"#),
        "comparisons belong to `attribute`"
    );
    assert_eq!(
        bad_condition(r#"{ "any": [], "missing": true }"#),
        "comparisons belong to `attribute`"
    );
    assert_eq!(
        bad_condition(r#"{ "attribute": "t", "case": "no" }"#),
        "unknown variant `no`, expected `ignore` or `exact`"
    );
    assert_eq!(
        bad_condition(r#"{ "attribute": "t", "equals": [1] }"#),
        "data did not match any variant of untagged enum Scalar"
    );
    assert_eq!(
        bad_condition(r#"{ "attribute": "t", "equals": 1, "equals": 2 }"#),
        "duplicate field `equals`"
    );
    let filter = |text: &str| {
        serde_json::from_str::<Filter>(text)
            .unwrap_err()
            .to_string()
    };
    assert!(
        filter(r#"{ "attribute": "x" }"#)
            .starts_with("a filter takes comparisons only, not `attribute`")
    );
    for word in ["all", "any"] {
        let message = filter(&format!(r#"{{ "{word}": [] }}"#));
        assert!(
            message.starts_with("a filter takes comparisons only, not `all`, `any` or `not`"),
            "{message}"
        );
    }
}

// Nesting.

const TOO_DEEP: &str = "conditions must not be nested deeper than 64 levels";

fn nested(levels: usize) -> ConditionSpec {
    let leaf: ConditionSpec = attribute("seats").is_known().into();
    (1..levels).fold(leaf, |inner, _| not(inner))
}

#[test]
fn the_builder_refuses_what_is_nested_too_deeply() {
    let build = |condition: ConditionSpec| {
        only(RuleSpec::new("r").points(1.0).when(condition)).build(&schema())
    };
    assert!(build(nested(64)).is_ok());
    let refused = |condition| build(condition).unwrap_err().to_string();
    assert_eq!(refused(nested(65)), format!("{RULE}.when: {TOO_DEEP}"));
    assert_eq!(refused(nested(66)), format!("{RULE}.when.not: {TOO_DEEP}"));
    assert_eq!(
        refused(all([nested(64)])),
        format!("{RULE}.when: {TOO_DEEP}")
    );
    assert_eq!(
        refused(any([nested(10), nested(64)])),
        format!("{RULE}.when: {TOO_DEEP}")
    );
    // Whatever its depth it is built, copied, written and dropped without harm.
    let deep = nested(1_000_000);
    assert!(serde_json::to_string(&deep).unwrap().len() < 10_000);
    assert!(serde_json::from_str::<ConditionSpec>(&serde_json::to_string(&deep).unwrap()).is_err());
    assert_eq!(deep.clone(), deep);
}

#[test]
fn files_refuse_what_is_nested_too_deeply() {
    let nots = |levels: usize| {
        let inner = r#"{"attribute":"seats","is":"known"}"#;
        format!(
            "{}{inner}{}",
            r#"{"not":"#.repeat(levels - 1),
            "}".repeat(levels - 1)
        )
    };
    let read = |text: &str| serde_json::from_str::<ConditionSpec>(text);
    assert_eq!(read(&nots(64)).unwrap(), nested(64));
    assert_eq!(bad_condition(&nots(65)), TOO_DEEP);
    // A failure leaves no trace: the next file is read as if it were the first.
    assert_eq!(read(&nots(64)).unwrap(), nested(64));
    let alls = |levels: usize| {
        let inner = r#"{"attribute":"seats","is":"known"}"#;
        format!(
            "{}{inner}{}",
            r#"{"all":["#.repeat(levels - 1),
            "]}".repeat(levels - 1)
        )
    };
    for levels in [65, 100, 10_000, 100_000] {
        assert!(read(&nots(levels)).is_err());
        assert!(read(&alls(levels)).is_err());
    }

    // TOML: inline, in dotted keys and in headers.
    let toml = |text: &str| toml::from_str::<RulesSpec>(text);
    let rule = "[[groups]]\nname = 'g'\n[[groups.rules]]\nid = 'r'\npoints = 1\n";
    let inline = |levels: usize| {
        format!(
            "{rule}when = {}{{ attribute = 'seats', is = 'known' }}{}\n",
            "{ not = ".repeat(levels - 1),
            " }".repeat(levels - 1)
        )
    };
    assert_eq!(
        toml(&inline(60)).unwrap(),
        only(RuleSpec::new("r").points(1.0).when(nested(60)))
    );
    for levels in [65, 100, 10_000, 100_000] {
        assert!(toml(&inline(levels)).is_err(), "{levels}");
        let dotted = format!(
            "{rule}when{}.attribute = 'seats'\n",
            ".not".repeat(levels - 1)
        );
        assert!(toml(&dotted).is_err(), "{levels}");
        let header = format!(
            "{rule}[groups.rules.when{}]\nattribute = 'seats'\n",
            ".not".repeat(levels - 1)
        );
        assert!(toml(&header).is_err(), "{levels}");
        let arrays = format!(
            "{rule}when = {}{{ attribute = 'seats', is = 'known' }}{}\n",
            "{ all = [".repeat(levels - 1),
            "] }".repeat(levels - 1)
        );
        assert!(toml(&arrays).is_err(), "{levels}");
    }
}

// Specs made to hurt: they end in a scorer or an error, and soon.

fn as_of() -> AsOf {
    "2026-03-01".parse().unwrap()
}

/// Builds, scores and explains a lead of which something is known and one of which nothing is.
fn survive(spec: &RulesSpec) {
    let Ok(scorer) = spec.build(&schema()) else {
        return;
    };
    let schema = schema();
    let known = Lead::builder(&schema, "a1")
        .set("seats", 777)
        .set("industry", "software 777")
        .build()
        .unwrap();
    let nothing = Lead::builder(&schema, "a2").build().unwrap();
    for lead in [known, nothing] {
        let why = scorer.explain(&lead, as_of());
        assert!(why.recomputes());
        assert_eq!(why.value(), scorer.score(&lead, as_of()).map(Score::get));
    }
}

fn many(condition: impl Fn(u32) -> ConditionSpec) -> RulesSpec {
    let rules = (0..100_000).map(|i| {
        RuleSpec::new(format!("r{i}"))
            .points(1.0)
            .when(condition(i))
    });
    RulesSpec::new().group(rules.fold(group(), GroupSpec::rule))
}

#[test]
fn a_hundred_thousand_rules() {
    let number = |i: u32| f64::from(i);
    survive(&many(|i| attribute("seats").at_least(number(i)).into()));
    survive(&many(|i| {
        attribute("industry").equals(format!("software {i}")).into()
    }));
    survive(&many(|i| {
        attribute("industry").contains(format!("{i}")).into()
    }));
    survive(&many(|i| {
        not(attribute("seats").between(number(i), number(i + 7)))
    }));
}

#[test]
fn a_hundred_thousand_values_in_one_rule() {
    let when = |condition: ConditionSpec| only(RuleSpec::new("r").points(1.0).when(condition));
    survive(&when(
        attribute("seats")
            .one_of((0..100_000).map(f64::from))
            .into(),
    ));
    survive(&when(
        attribute("industry")
            .one_of((0..100_000).map(|i| format!("software {i}")))
            .into(),
    ));
    survive(&when(
        attribute("industry")
            .one_of((0..100_000).map(|i| format!("software {i}")))
            .exact_case()
            .into(),
    ));
    survive(&when(
        attribute("tags")
            .has_all((0..100_000).map(|i| format!("tag {i}")))
            .into(),
    ));
    survive(&when(
        attribute("renewal")
            .one_of((0..100_000).map(|i| format!("+{:06}-01-01T00:00:00Z", 10_000 + i)))
            .into(),
    ));
    survive(&when(all(
        (0..100_000).map(|i| attribute("seats").more_than(f64::from(i)).into())
    )));
    survive(&when(
        (0..2_000)
            .fold(attribute("industry"), |of, i| of.contains(format!("{i}")))
            .into(),
    ));
}

#[test]
fn a_hundred_thousand_wrong_names() {
    let long = |i: u32| format!("{}{i:06}", "é".repeat(40));
    let spec = many(|i| attribute(long(i)).is_known().into());
    assert_eq!(spec.build(&schema()).unwrap_err().problems().len(), 100_000);
    let wide = (0..1_000).fold(SchemaSpec::new(), |spec, i| {
        spec.number(format!("{}{i:04}", "a".repeat(90)))
    });
    let spec = many(|i| {
        attribute(format!("{}{i:06}", "b".repeat(90)))
            .is_known()
            .into()
    });
    assert_eq!(
        spec.build(&wide.build().unwrap())
            .unwrap_err()
            .problems()
            .len(),
        100_000
    );
}

#[test]
fn giant_patterns() {
    for pattern in [
        "a".repeat(10_000),
        "(".repeat(10_000),
        "(a".repeat(5_000),
        format!("{}{}", "(".repeat(4_000), ")".repeat(4_000)),
        r"\w{10000}".to_owned(),
        r"((((\pL{50}){50}){50}){50})".to_owned(),
        "(a*)*".repeat(1_000),
        "[".repeat(9_999),
        "a|".repeat(4_999),
        "x".repeat(10_000_000),
    ] {
        survive(&only(
            RuleSpec::new("r")
                .points(1.0)
                .when(attribute("industry").matches(pattern)),
        ));
    }
}

#[test]
fn numbers_and_dates_at_their_ends() {
    for number in ["nan", "inf", "-inf", "1e300", "1e13", "-0.0", "5e-324"] {
        for text in [
            format!("zero = {number}"),
            format!("hundred = {number}"),
            format!("min = {number}"),
            format!("[[groups]]\nname = 'g'\nmax = {number}"),
            format!(
                "[[groups]]\nname = 'g'\n[[groups.rules]]\nid = 'r'\npoints = {number}\nwhen = {{ attribute = 'seats', is = 'known' }}"
            ),
            format!(
                "[[groups]]\nname = 'g'\n[[groups.rules]]\nid = 'r'\npoints = 1\nwhen = {{ attribute = 'seats', at_least = {number} }}"
            ),
            format!(
                "[[groups]]\nname = 'g'\n[[groups.rules]]\nid = 'r'\npoints = 1\nactivity = {{ decay = {{ lose = {number}, every = '1d' }} }}"
            ),
        ] {
            let spec: RulesSpec = toml::from_str(&text).unwrap();
            survive(&spec);
            let finite = !matches!(number, "nan" | "inf" | "-inf" | "1e300" | "1e13");
            if !finite {
                assert!(spec.build(&schema()).is_err(), "{text}");
            }
        }
    }
    let date = || attribute("renewal");
    for day in [
        "+262000-01-01T00:00:00Z",
        "+262142-12-31T23:59:59.999999Z",
        "-262143-01-01T00:00:00Z",
        "+999999-01-01",
    ] {
        for condition in [
            date().less_than(day),
            date().more_than(day),
            date().between(day, day),
            date().equals(day),
        ] {
            survive(&only(RuleSpec::new("r").points(1.0).when(condition)));
        }
        let history = HistorySpec::new()
            .ignore_before(day)
            .pause("-262143-01-01T00:00:00Z", day)
            .pause("2020-01-01", day);
        let spec = doing(visit().decay(DecaySpec::half_life("1s").grace("15250284452w")));
        if let Ok(scorer) = spec.build_with(&schema(), &history) {
            let lead = Lead::builder(&schema(), "a1")
                .activity(lead_scoring::ActivityRecord::new(
                    "visit",
                    lead_scoring::Moment::MIN,
                ))
                .activity(lead_scoring::ActivityRecord::new("visit", as_of().moment()))
                .build()
                .unwrap();
            for moment in [
                lead_scoring::Moment::MIN,
                as_of().moment(),
                lead_scoring::Moment::MAX,
            ] {
                assert!(scorer.explain(&lead, moment.into()).recomputes());
            }
        }
    }
    for time in ["15250284452w", "106751991d", "9223372036854s"] {
        survive(&only(
            RuleSpec::new("r")
                .points(1.0)
                .when(date().within_last(time)),
        ));
        survive(&only(
            RuleSpec::new("r")
                .points(1.0)
                .when(date().within_next(time)),
        ));
        survive(&only(
            RuleSpec::new("r").points(1.0).when(date().older_than(time)),
        ));
    }
}
