//! A lint is true: doing what it suggests changes no lead's points, score or verdict.

use super::*;
use crate::lead::{Activity, Lead, Moment};
use crate::score::AsOf;
use crate::scorer::rules::spec::WhenUnknown;
use crate::scorer::{HistorySpec, Scorer};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const AS_OF_DAY: i64 = 20_000;

fn day(day: i64) -> Moment {
    Moment::from_seconds(day * 86_400)
}

fn a_comparison() -> impl Strategy<Value = ConditionSpec> {
    let number = || select(vec![0, 1, 2, 3]);
    let texts = vec!["a", "b", "ab", "A", "Ab", "\u{3a3}"];
    let text = || select(texts.clone());
    let tags = || subsequence(vec!["x", "y", "X"], 1..=2);
    let date = || select(vec!["2024-10-01", "2024-10-04", "2024-10-10"]);
    let period = || select(vec!["1d", "3d", "9d"]);
    let plain = prop_oneof![
        number().prop_map(|n| seats().at_least(n)),
        number().prop_map(|n| seats().less_than(n)),
        number().prop_map(|n| seats().more_than(n)),
        (number(), 0..2).prop_map(|(n, more)| seats().between(n, n + more)),
        (number(), number()).prop_map(|(a, b)| seats().one_of([a, b])),
        Just(seats().is_known()),
        Just(seats().is_missing()),
        text().prop_map(|t| country().equals(t)),
        text().prop_map(|t| country().contains(t)),
        text().prop_map(|t| country().starts_with(t)),
        text().prop_map(|t| country().ends_with(t)),
        text().prop_map(|t| country().matches(t)),
        (text(), text()).prop_map(|(a, b)| country().one_of([a, b])),
        proptest::bool::ANY.prop_map(|flag| attribute("consent").equals(flag)),
        Just(attribute("consent").is_known()),
        date().prop_map(|date| attribute("founded").at_least(date)),
        date().prop_map(|date| attribute("founded").less_than(date)),
        period().prop_map(|time| attribute("founded").within_last(time)),
        period().prop_map(|time| attribute("founded").older_than(time)),
        tags().prop_map(|tags| attribute("labels").has_any(tags)),
        tags().prop_map(|tags| attribute("labels").has_all(tags)),
        tags().prop_map(|tags| attribute("labels").has_none(tags)),
    ];
    (plain, 0..5, 0..4).prop_map(|(plain, missing, exact)| {
        let plain = if missing == 0 {
            plain.or_missing()
        } else {
            plain
        };
        if exact == 0 {
            plain.exact_case()
        } else {
            plain
        }
        .into()
    })
}

fn a_condition() -> impl Strategy<Value = ConditionSpec> {
    a_comparison().prop_recursive(3, 12, 3, |part| {
        prop_oneof![
            vec(part.clone(), 1..4).prop_map(super::all),
            vec(part.clone(), 1..3).prop_map(super::any),
            part.prop_map(not),
        ]
    })
}

fn bounds() -> impl Strategy<Value = (Option<f64>, Option<f64>)> {
    let bound = || option::weighted(0.4, select(vec![-20.0, -5.0, 0.0, 0.3, 5.0, 10.0, 30.0]));
    (bound(), bound()).prop_map(|(one, other)| match (one, other) {
        (Some(min), Some(max)) if min > max => (other, one),
        bounds => bounds,
    })
}

fn points() -> impl Strategy<Value = f64> {
    select(vec![-10.0, -5.0, -0.1, 0.0, 0.1, 5.0, 10.0, 60.0])
}

fn an_activity() -> impl Strategy<Value = ActivitySpec> {
    let range = prop_oneof![
        (1_u64..4, points()).prop_map(|(n, points)| CountRange::at_least(n, points)),
        (1_u64..4, 0_u64..2, points()).prop_map(|(n, m, p)| CountRange::between(n, n + m, p)),
    ];
    let occurrences = prop_oneof![
        Just(Occurrences::Each),
        Just(Occurrences::Once),
        (1_u32..4).prop_map(Occurrences::First),
        (1_u32..4).prop_map(Occurrences::EveryNth),
        (1_u32..4).prop_map(Occurrences::PerDay),
        Just(Occurrences::OncePerSubject),
        vec(range, 1..4).prop_map(Occurrences::Count),
    ];
    let decay = prop_oneof![
        Just(DecaySpec::half_life("3d")),
        Just(DecaySpec::lose(0.5, "3d")),
        Just(DecaySpec::steps([("1d", 0.5), ("3d", 1.0)])),
    ];
    let decay = (
        decay,
        select(vec![0.0, 0.3, 1.0]),
        option::of(select(vec!["1d", "3d", "9d"])),
    );
    let kind = option::of(select(vec!["visit", "webinar"]));
    let last = option::of(select(vec!["1d", "3d", "9d"]));
    (kind, occurrences, option::of(decay), last).prop_map(|(kind, occurrences, decay, last)| {
        let mut activity = kind
            .map_or_else(ActivitySpec::any_kind, ActivitySpec::of)
            .occurrences(occurrences);
        if let Some(last) = last {
            activity = activity.last(last);
        }
        activity.decay = decay.map(|(decay, floor, grace)| DecaySpec {
            grace: grace.map(str::to_owned),
            ..decay.floor(floor)
        });
        activity
    })
}

fn a_rule() -> impl Strategy<Value = RuleSpec> {
    let asks = prop_oneof![
        4 => a_condition().prop_map(|when| RuleSpec::new("").when(when)),
        2 => (option::of(a_condition()), an_activity()).prop_map(|(when, activity)| RuleSpec {
            when,
            ..RuleSpec::new("").activity(activity)
        }),
        1 => option::of(select(vec![-5.0, 0.0, 5.0])).prop_map(|floor| {
            let inactivity = InactivitySpec { floor, ..InactivitySpec::every("3d") };
            RuleSpec::new("").inactivity(inactivity)
        }),
    ];
    (asks, points(), bounds(), 0..6).prop_map(|(mut rule, points, (min, max), sort)| {
        (rule.min, rule.max) = (min, max);
        let counts = counted(&rule).is_some();
        if sort == 0 {
            rule.disqualify = Some("out".to_owned());
        }
        if sort == 1 && rule.activity.is_some() && !counts {
            rule.points_per_value = Some(points);
        } else if !counts {
            rule.points = Some(points);
        }
        let floor = rule
            .inactivity
            .as_mut()
            .and_then(|spec| spec.floor.as_mut());
        if let Some(floor) = floor {
            *floor = floor.abs().copysign(points);
        }
        rule
    })
}

fn a_spec() -> impl Strategy<Value = RulesSpec> {
    let policy = select(vec![
        GroupPolicy::Sum,
        GroupPolicy::Max,
        GroupPolicy::FirstMatch,
        GroupPolicy::FirstMatch,
    ]);
    let applies = option::weighted(0.3, a_condition());
    let group = (policy, bounds(), applies, vec(a_rule(), 0..5));
    let scale = select(vec![(0.0, 100.0), (-20.0, 10.0), (0.3, 0.7), (5.0, 60.0)]);
    (vec(group, 1..4), bounds(), scale).prop_map(|(groups, (min, max), (zero, hundred))| {
        let mut spec = RulesSpec {
            min,
            max,
            ..RulesSpec::new().zero(zero).hundred(hundred)
        }
        .when_unknown(WhenUnknown::Zero);
        for (g, (policy, (min, max), applies, rules)) in groups.into_iter().enumerate() {
            let mut group = GroupSpec {
                policy,
                min,
                max,
                applies_to: applies.map(AppliesTo::include),
                ..GroupSpec::sum(format!("g{g}"))
            };
            for (r, mut rule) in rules.into_iter().enumerate() {
                rule.id = format!("g{g}r{r}");
                group = group.rule(rule);
            }
            spec = spec.group(group);
        }
        spec
    })
}

type Facts = (
    Option<f64>,
    Option<&'static str>,
    Option<bool>,
    Option<i64>,
    Option<Vec<&'static str>>,
    Vec<(bool, i64, Option<f64>)>,
);

fn facts() -> impl Strategy<Value = Facts> {
    let number = select(vec![-1.0, 0.0, 0.5, 1.0, 2.0, 2.5, 3.0, 4.0]);
    let text = select(vec![
        "a", "A", "b", "ab", "AB", "Ab", "c", "ba", "\u{3a3}", "\u{3a3}a",
    ]);
    let days = select(vec![-12_i64, -9, -3, -2, -1, 0, 1]);
    let tags = subsequence(vec!["x", "X", "y", "z"], 0..=3);
    let value = option::of(select(vec![-3.0, 0.0, 7.0]));
    let activity = (proptest::bool::ANY, 0_i64..12, value);
    (
        option::of(number),
        option::of(text),
        option::of(proptest::bool::ANY),
        option::of(days),
        option::of(tags),
        vec(activity, 0..6),
    )
}

fn lead(schema: &Schema, (seats, country, consent, founded, labels, activities): Facts) -> Lead {
    let mut lead = Lead::builder(schema, "a").created_at(day(AS_OF_DAY - 30));
    if let Some(seats) = seats {
        lead = lead.set("seats", seats);
    }
    if let Some(country) = country {
        lead = lead.set("country", country);
    }
    if let Some(consent) = consent {
        lead = lead.set("consent", consent);
    }
    if let Some(founded) = founded {
        lead = lead.set("founded", day(AS_OF_DAY + founded));
    }
    if let Some(labels) = labels {
        let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
        lead = lead.set("labels", labels);
    }
    for (is_visit, age, value) in activities {
        let kind = if is_visit { "visit" } else { "webinar" };
        let activity = Activity::new(schema.kind(kind).unwrap(), day(AS_OF_DAY - age));
        lead = lead.push(Activity { value, ..activity });
    }
    lead.build().unwrap()
}

/// The number in brackets after a word.
fn place(path: &str, word: &str) -> Option<usize> {
    let (_, after) = path.split_once(&format!("{word}["))?;
    after.split_once(']')?.0.parse().ok()
}

/// The spec with what never acts left out.
fn obeyed(spec: &RulesSpec, lint: &Lint) -> RulesSpec {
    let mut spec = spec.clone();
    let (path, message) = (lint.path(), lint.message());
    let field = path.rsplit('.').next().unwrap();
    let Some(group) = place(path, ".groups") else {
        match path {
            "rules.min" => spec.min = None,
            "rules.max" => spec.max = None,
            _ => {}
        }
        return spec;
    };
    let group = &mut spec.groups[group];
    let Some(rule) = place(path, ".rules") else {
        if field == "min" {
            group.min = None;
        } else if field == "max" {
            group.max = None;
        } else if field == "include" {
            group.rules.clear();
            (group.min, group.max) = (None, None);
        } else {
            assert_eq!(message, "has no enabled rule");
        }
        return spec;
    };
    let rule = &mut group.rules[rule];
    if field == "min" {
        rule.min = None;
    } else if field == "max" {
        rule.max = None;
    } else if field == "decay" {
        rule.activity.as_mut().unwrap().decay = None;
    } else if let Some(range) = place(path, ".count") {
        let occurrences = &mut rule.activity.as_mut().unwrap().occurrences;
        let Occurrences::Count(ranges) = occurrences else {
            panic!("{lint}")
        };
        ranges.remove(range);
    } else if message.starts_with("can never give its points") && rule.disqualify.is_some() {
        // It still disqualifies, so it stays; its points must not matter.
        (rule.min, rule.max) = (None, None);
        let activity = rule.activity.as_mut();
        if let Some(Occurrences::Count(ranges)) = activity.map(|of| &mut of.occurrences) {
            for range in ranges {
                range.points = -1e6;
            }
        } else {
            (rule.points, rule.points_per_value) = (Some(-1e6), None);
        }
    } else if field == "when" || !message.starts_with("asks the same") {
        rule.enabled = false;
    }
    spec
}

type Outcome = (Option<u64>, Option<u64>, Vec<String>);

fn outcome(scorer: &RuleScorer, lead: &Lead) -> Outcome {
    let as_of = AsOf::new(day(AS_OF_DAY));
    let assessed = scorer.assess(lead, as_of);
    let mut reasons = Vec::new();
    scorer.disqualify(lead, as_of, &mut |reason| reasons.push(reason.to_owned()));
    (
        assessed.score.map(|score| score.get().to_bits()),
        assessed.raw.map(f64::to_bits),
        reasons,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn lints_are_true(spec in a_spec(), facts in vec(facts(), 24)) {
        let schema = schema();
        let history = HistorySpec::new().utc_offset("+00:00");
        let build = |spec: &RulesSpec| spec.build_with(&schema, &history).unwrap();
        let scorer = build(&spec);
        let leads: Vec<Lead> = facts.into_iter().map(|facts| lead(&schema, facts)).collect();
        for lint in scorer.lints() {
            let other = build(&obeyed(&spec, lint));
            for lead in &leads {
                let found = outcome(&scorer, lead);
                prop_assert_eq!(&found, &outcome(&other, lead), "{}", lint);
                let score = found.0.map(f64::from_bits);
                match lint.path() {
                    "rules.zero" => prop_assert_eq!(score, Some(0.0), "{}", lint),
                    "rules.hundred" => {
                        let after = lint.message().split_once("which is score ").unwrap().1;
                        let most: f64 = after.split_once(',').unwrap().0.parse().unwrap();
                        let score = score.unwrap();
                        prop_assert!(score < 100.0 && score <= most + 1e-6, "{}", lint);
                    }
                    _ => {}
                }
            }
        }
    }
}
