//! Random rules, histories and leads over one schema, for property tests.
#![allow(dead_code)] // every test file takes what it needs
#![allow(clippy::unwrap_used)] // the literals here are sound, and a test may stop where one is not

pub(crate) mod scorers;

use lead_scoring::{
    Activity, ActivityRecord, ActivitySpec, AppliesTo, AsOf, AttributeRef, AttributeSlot,
    AttributeValue, ConditionSpec, CountRange, DecaySpec, Filter, GroupPolicy, GroupSpec,
    HistorySpec, InactivitySpec, Keep, Lead, LeadView, Moment, Names, Occurrences, RuleSpec,
    RulesSpec, Schema, SchemaId, SchemaSpec, Value, WhenUnknown, all, any, attribute, not,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

const NUMBERS: [&str; 2] = ["seats", "revenue"];
const TEXTS: [&str; 2] = ["title", "country"];
const FLAGS: [&str; 2] = ["student", "customer"];
const DATES: [&str; 2] = ["renewal", "signed"];
const TAGS: [&str; 1] = ["tags"];
const KINDS: [&str; 4] = ["visit", "open", "click", "demo"];
const PRODUCTS: [&str; 2] = ["crm", "erp"];
const QUESTIONS: [&str; 2] = ["budget", "timeframe"];

/// The schema that all of these share.
pub(crate) fn schema() -> Schema {
    let mut spec = SchemaSpec::new();
    for name in NUMBERS {
        spec = spec.number(name);
    }
    for name in TEXTS {
        spec = spec.text(name);
    }
    for name in FLAGS {
        spec = spec.flag(name);
    }
    for name in DATES {
        spec = spec.date(name);
    }
    for name in TAGS {
        spec = spec.tags(name);
    }
    for name in KINDS {
        spec = spec.kind(name);
    }
    for name in PRODUCTS {
        spec = spec.product(name);
    }
    for name in QUESTIONS {
        spec = spec.question(name);
    }
    spec.build().unwrap()
}

/// Most generated facts lie around this moment.
pub(crate) fn noon() -> Moment {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// A moment to judge at.
pub(crate) fn as_of() -> impl Strategy<Value = AsOf> {
    moment().prop_map(AsOf::new)
}

/// A moment: most near each other and often equal, a few absurd.
pub(crate) fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        10 => (-400_i64..=40).prop_map(|hours| noon().plus_micros(hours * 6 * HOUR)),
        3 => (-40_i64..=4).prop_map(|days| noon().plus_micros(days * DAY)),
        3 => Just(noon()),
        2 => (-3_i64..=3).prop_map(|micros| noon().plus_micros(micros)),
        1 => select(vec![Moment::MIN, Moment::MAX, Moment::from_seconds(0)]),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => select(vec![
            0.0, -0.0, 1.0, 5.0, 10.0, 50.0, -3.5, 0.1, 1e12, -1e12, 1e-300, 200.0,
        ]),
        2 => -100.0..100.0,
    ]
}

/// Points that keep scores in the middle of the scale, for the most part.
fn points() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-30_i32..60).prop_map(f64::from),
        2 => number(),
        1 => select(vec![0.1, 0.7, 1.0 / 3.0]),
    ]
}

fn text() -> impl Strategy<Value = String> {
    select(vec![
        "chief",
        "Chief Data Officer",
        "vp",
        "VP Sales",
        "ÉCOLE",
        "école",
        "straße",
        "\u{212a}elvin",
        "ΟΔΟΣ",
        "日本",
        " ",
        "a",
        "eu",
        "EU",
    ])
    .prop_map(str::to_owned)
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 1..4)
}

fn period() -> impl Strategy<Value = String> {
    select(vec![
        "1s", "90s", "15m", "6h", "12h", "1d", "3d", "14d", "2w", "90d", "200000d",
    ])
    .prop_map(str::to_owned)
}

fn date() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => moment().prop_map(|moment| moment.to_string()),
        1 => select(vec!["2026-03-01", "+262000-01-01T00:00:00Z", "-262143-01-01T00:00:00Z"])
            .prop_map(str::to_owned),
    ]
}

fn ordered<T: PartialOrd>((a, b): (T, T)) -> (T, T) {
    if a <= b { (a, b) } else { (b, a) }
}

fn number_test() -> impl Strategy<Value = ConditionSpec> {
    let numbers = (number(), number(), 0_u8..8, vec(number(), 1..4));
    (select(NUMBERS.to_vec()), numbers).prop_map(|(name, (a, b, which, many))| {
        let of = attribute(name);
        let (low, high) = ordered((a, b));
        match which {
            0 => of.equals(a),
            1 => of.one_of(many),
            2 => of.less_than(a),
            3 => of.at_most(a),
            4 => of.more_than(a),
            5 => of.at_least(a),
            6 => of.between(low, high),
            _ => of.at_least(low).less_than(high),
        }
        .into()
    })
}

fn text_test() -> impl Strategy<Value = ConditionSpec> {
    let asked = (text(), texts(), 0_u8..7, proptest::bool::ANY);
    (select(TEXTS.to_vec()), asked).prop_map(|(name, (one, many, which, exact))| {
        let of = attribute(name);
        let of = match which {
            0 => of.equals(one),
            1 => of.one_of(many),
            2 => of.contains(one),
            3 => of.starts_with(one),
            4 => of.ends_with(one),
            5 => of.matches(format!("(?i)^{one}")),
            _ => of.contains("e").contains(one),
        };
        cased(of, exact).into()
    })
}

fn cased(of: AttributeRef, exact: bool) -> AttributeRef {
    if exact { of.exact_case() } else { of }
}

fn date_test() -> impl Strategy<Value = ConditionSpec> {
    let asked = (date(), (moment(), moment()), period(), 0_u8..10);
    (select(DATES.to_vec()), asked).prop_map(|(name, (day, two, time, which))| {
        let of = attribute(name);
        let (from, to) = ordered(two);
        match which {
            0 => of.equals(day),
            1 => of.one_of([day, to.to_string()]),
            2 => of.less_than(day),
            3 => of.at_most(day),
            4 => of.more_than(day),
            5 => of.at_least(day),
            6 => of.between(from.to_string(), to.to_string()),
            7 => of.within_last(time),
            8 => of.older_than(time),
            _ => of.within_next(time),
        }
        .into()
    })
}

fn tag_test() -> impl Strategy<Value = ConditionSpec> {
    (select(TAGS.to_vec()), texts(), 0_u8..3, proptest::bool::ANY).prop_map(
        |(name, tags, which, exact)| {
            let of = attribute(name);
            let of = match which {
                0 => of.has_any(tags),
                1 => of.has_all(tags),
                _ => of.has_none(tags),
            };
            cased(of, exact).into()
        },
    )
}

fn any_name() -> impl Strategy<Value = &'static str> {
    let all = [&NUMBERS[..], &TEXTS, &FLAGS, &DATES, &TAGS].concat();
    select(all)
}

fn leaf() -> impl Strategy<Value = ConditionSpec> {
    prop_oneof![
        4 => number_test(),
        4 => text_test(),
        2 => (select(FLAGS.to_vec()), proptest::bool::ANY, proptest::bool::ANY).prop_map(|(name, flag, or)| {
            let of = attribute(name).equals(flag);
            if or { of.or_missing() } else { of }.into()
        }),
        3 => date_test(),
        2 => tag_test(),
        1 => any_name().prop_map(|name| attribute(name).is_known().into()),
        1 => any_name().prop_map(|name| attribute(name).is_missing().into()),
    ]
}

/// A condition, nested up to five levels.
pub(crate) fn condition() -> impl Strategy<Value = ConditionSpec> {
    leaf().prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(all),
            vec(inner.clone(), 1..4).prop_map(any),
            inner.prop_map(not),
        ]
    })
}

fn decay() -> impl Strategy<Value = DecaySpec> {
    let share = || select(vec![0.0, 0.1, 0.25, 0.5, 1.0]);
    let curve = prop_oneof![
        3 => period().prop_map(DecaySpec::half_life),
        1 => (period(), proptest::bool::ANY).prop_map(|(every, continuous)| {
            let spec = DecaySpec::lose(0.3, every);
            if continuous { spec.continuous() } else { spec }
        }),
        1 => period().prop_map(DecaySpec::lifespan),
        1 => (share(), share()).prop_map(|(a, b)| DecaySpec::steps([("12h", a), ("9d", b)])),
    ];
    (curve, option::of(period()), option::of(share())).prop_map(|(mut spec, grace, floor)| {
        spec.grace = grace;
        spec.floor = floor;
        spec
    })
}

fn names(of: &'static [&'static str]) -> impl Strategy<Value = Names> {
    vec(select(of), 1..4).prop_map(|names| Names(names.into_iter().map(str::to_owned).collect()))
}

fn occurrences() -> impl Strategy<Value = Occurrences> {
    let range =
        (0_u8..3, 1_u64..4, 0_u64..3, points()).prop_map(
            |(which, low, more, points)| match which {
                0 => CountRange::at_least(low, points),
                1 => CountRange::between(low, low + more, points),
                _ => CountRange::exactly(low, points),
            },
        );
    prop_oneof![
        3 => Just(Occurrences::Each),
        2 => Just(Occurrences::Once),
        1 => (1_u32..4).prop_map(Occurrences::First),
        1 => (1_u32..4).prop_map(Occurrences::EveryNth),
        1 => (1_u32..3).prop_map(Occurrences::PerDay),
        1 => (1_u32..3, period()).prop_map(|(count, per)| Occurrences::AtMost { count, per }),
        2 => Just(Occurrences::OncePerSubject),
        2 => vec(range, 1..4).prop_map(Occurrences::Count),
    ]
}

fn text_filter() -> impl Strategy<Value = Filter> {
    (text(), texts(), 0_u8..6, proptest::bool::ANY).prop_map(|(one, many, which, or)| {
        let filter = match which {
            0 => Filter::new().equals(one),
            1 => Filter::new().one_of(many).exact_case(),
            2 => Filter::new().contains(one),
            3 => Filter::new().starts_with(one).ends_with("s"),
            4 => Filter::new().is_known(),
            _ => Filter::new().is_missing(),
        };
        if or { filter.or_missing() } else { filter }
    })
}

fn number_filter() -> impl Strategy<Value = Filter> {
    (number(), number()).prop_map(|two| {
        let (low, high) = ordered(two);
        Filter::new().at_least(low).at_most(high)
    })
}

fn activity_spec() -> impl Strategy<Value = ActivitySpec> {
    let what = (
        option::weighted(0.7, names(&KINDS)),
        option::weighted(0.2, names(&PRODUCTS)),
        option::weighted(0.2, text_filter()),
        option::weighted(0.2, text_filter()),
        option::weighted(0.2, number_filter()),
    );
    let when = (
        option::weighted(0.3, period()),
        option::weighted(0.15, select(vec!["0s", "1s", "6h"])),
        option::weighted(0.5, decay()),
    );
    (what, occurrences(), proptest::bool::ANY, when).prop_map(|(what, occurrences, first, when)| {
        let (kind, product, subject, channel, value) = what;
        let mut spec = ActivitySpec {
            kind,
            product,
            subject,
            channel,
            value,
            decay: when.2,
            ..ActivitySpec::default()
        };
        if let Some(last) = when.0 {
            spec = spec.last(last);
        }
        if let Some(from) = when.1 {
            spec = spec.older_than(from);
        }
        let one = matches!(occurrences, Occurrences::Once | Occurrences::OncePerSubject);
        if one && first {
            spec = spec.keep(Keep::First);
        }
        spec.occurrences(occurrences)
    })
}

fn inactivity() -> impl Strategy<Value = (InactivitySpec, f64)> {
    let kinds = option::weighted(0.3, names(&KINDS));
    (period(), proptest::bool::ANY, kinds, points()).prop_map(|(every, floor, kind, points)| {
        let spec = InactivitySpec {
            floor: floor.then_some(4.0 * points),
            kind,
            ..InactivitySpec::every(every)
        };
        (spec, points.clamp(-1e11, 1e11))
    })
}

fn bounds() -> impl Strategy<Value = (Option<f64>, Option<f64>)> {
    (
        option::weighted(0.2, points()),
        option::weighted(0.3, points()),
    )
        .prop_map(|(min, max)| match (min, max) {
            (Some(min), Some(max)) => {
                let (min, max) = ordered((min, max));
                (Some(min), Some(max))
            }
            either => either,
        })
}

fn rule() -> impl Strategy<Value = RuleSpec> {
    let effect = prop_oneof![
        4 => (condition(), points()).prop_map(|(when, points)| RuleSpec::new("r").points(points).when(when)),
        4 => (activity_spec(), option::weighted(0.3, condition()), points(), proptest::bool::ANY).prop_map(
            |(activity, when, points, per_value)| {
                let counts = matches!(activity.occurrences, Occurrences::Count(_));
                let rule = RuleSpec { when, ..RuleSpec::new("r").activity(activity) };
                match (counts, per_value) {
                    (true, _) => rule,
                    (false, true) => rule.points_per_value(points),
                    (false, false) => rule.points(points),
                }
            }
        ),
        1 => (inactivity(), option::weighted(0.3, condition())).prop_map(|((idle, points), when)| {
            RuleSpec { when, ..RuleSpec::new("r").points(points).inactivity(idle) }
        }),
    ];
    let extra = (
        bounds(),
        option::weighted(0.15, text()),
        option::weighted(0.1, text()),
    );
    (effect, extra, 0_u8..10, 0_u8..10).prop_map(|(rule, (bounds, reason, note), off, bare)| {
        let mut rule = RuleSpec {
            min: bounds.0,
            max: bounds.1,
            disqualify: reason,
            note,
            enabled: off > 0,
            ..rule
        };
        // Now and then one that only disqualifies.
        let only = rule.disqualify.is_some() && bare < 3 && rule.points.is_some();
        if only {
            (rule.points, rule.min, rule.max) = (None, None, None);
        }
        rule
    })
}

fn applies() -> impl Strategy<Value = AppliesTo> {
    prop_oneof![
        condition().prop_map(AppliesTo::include),
        condition().prop_map(AppliesTo::exclude),
        (condition(), condition()).prop_map(|(yes, no)| AppliesTo::include(yes).but(no)),
    ]
}

fn group() -> impl Strategy<Value = GroupSpec> {
    let policy = select(vec![
        GroupPolicy::Sum,
        GroupPolicy::Sum,
        GroupPolicy::Max,
        GroupPolicy::FirstMatch,
    ]);
    let applies = option::weighted(0.15, applies());
    (policy, bounds(), applies, vec(rule(), 0..5)).prop_map(|(policy, bounds, applies, rules)| {
        GroupSpec {
            policy,
            min: bounds.0,
            max: bounds.1,
            applies_to: applies,
            rules,
            ..GroupSpec::sum("g")
        }
    })
}

/// Points rules with everything that there is.
pub(crate) fn rules() -> impl Strategy<Value = RulesSpec> {
    let scale = select(vec![
        (None, None),
        (None, None),
        (None, Some(50.0)),
        (Some(-20.0), Some(200.0)),
        (Some(0.1), Some(0.7)),
    ]);
    let unknown = select(vec![WhenUnknown::Abstain, WhenUnknown::Zero]);
    (scale, bounds(), unknown, vec(group(), 0..4)).prop_map(
        |((zero, hundred), (min, max), when_unknown, mut groups)| {
            for (g, group) in groups.iter_mut().enumerate() {
                group.name = format!("g{g}");
                for (r, rule) in group.rules.iter_mut().enumerate() {
                    rule.id = format!("r{g}.{r}");
                }
            }
            RulesSpec {
                zero,
                hundred,
                min,
                max,
                when_unknown,
                groups,
            }
        },
    )
}

/// Which activities count. Always with an offset, since rules may count calendar days.
pub(crate) fn history() -> impl Strategy<Value = HistorySpec> {
    let pause = (moment(), 1_i64..200).prop_map(|(from, hours)| {
        let from = from.min(Moment::MAX.plus_micros(-1_000 * HOUR));
        (from.to_string(), from.plus_micros(hours * HOUR).to_string())
    });
    (
        option::weighted(0.2, date()),
        option::weighted(0.2, select(DATES.to_vec())),
        option::weighted(0.3, period()),
        vec(pause, 0..3),
        select(vec!["+00:00", "+05:45", "-09:30", "+14:00"]),
    )
        .prop_map(|(before, reset, same, pauses, offset)| {
            let mut spec = HistorySpec {
                ignore_before: before,
                reset_attribute: reset.map(str::to_owned),
                same_within: same,
                ..HistorySpec::new().utc_offset(offset)
            };
            for (from, until) in pauses {
                spec = spec.pause(from, until);
            }
            spec
        })
}

/// Plain facts of a lead, from which leads and views are made.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Attributes by name.
    pub(crate) attributes: Vec<(&'static str, AttributeValue)>,
    /// When the lead came to be.
    pub(crate) created_at: Option<Moment>,
    /// What it did, in no order.
    pub(crate) activities: Vec<ActivityRecord>,
}

impl Facts {
    /// The lead of these facts.
    pub(crate) fn lead(&self, schema: &Schema) -> Lead {
        let mut builder = Lead::builder(schema, "a1");
        if let Some(at) = self.created_at {
            builder = builder.created_at(at);
        }
        for (name, value) in &self.attributes {
            builder = builder.set(name, value.clone());
        }
        for activity in &self.activities {
            builder = builder.activity(activity.clone());
        }
        builder.build().unwrap()
    }
}

fn values() -> impl Strategy<Value = Vec<(&'static str, AttributeValue)>> {
    let number = || {
        prop_oneof![
            4 => number(),
            1 => select(vec![1e300, -1e300, f64::MIN_POSITIVE, 4e-324, f64::MAX]),
        ]
        .prop_map(AttributeValue::Number)
    };
    let text =
        || prop_oneof![5 => text(), 1 => Just("x".repeat(400))].prop_map(AttributeValue::Text);
    let flag = || proptest::bool::ANY.prop_map(AttributeValue::Flag);
    let date = || moment().prop_map(AttributeValue::Date);
    let tags = vec(self::text(), 0..4).prop_map(AttributeValue::Tags);
    let odds = || 0.7;
    (
        (
            option::weighted(odds(), number()),
            option::weighted(odds(), number()),
        ),
        (
            option::weighted(odds(), text()),
            option::weighted(odds(), text()),
        ),
        (
            option::weighted(odds(), flag()),
            option::weighted(odds(), flag()),
        ),
        (
            option::weighted(odds(), date()),
            option::weighted(odds(), date()),
        ),
        option::weighted(odds(), tags),
    )
        .prop_map(|(numbers, texts, flags, dates, tags)| {
            [
                ("seats", numbers.0),
                ("revenue", numbers.1),
                ("title", texts.0),
                ("country", texts.1),
                ("student", flags.0),
                ("customer", flags.1),
                ("renewal", dates.0),
                ("signed", dates.1),
                ("tags", tags),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
        })
}

fn record() -> impl Strategy<Value = ActivityRecord> {
    let value = prop_oneof![4 => number(), 1 => select(vec![1e300, -1e300])];
    (
        select(KINDS.to_vec()),
        moment(),
        option::weighted(0.4, select(PRODUCTS.to_vec())),
        option::weighted(0.6, text()),
        option::weighted(0.4, text()),
        option::weighted(0.5, value),
        0_u8..20,
    )
        .prop_map(
            |(kind, at, product, subject, channel, value, voided)| ActivityRecord {
                product: product.map(str::to_owned),
                subject,
                channel,
                value,
                voided: voided == 0,
                ..ActivityRecord::new(kind, at)
            },
        )
}

/// Activities, about half of them with an id that no other has.
pub(crate) fn records() -> impl Strategy<Value = Vec<ActivityRecord>> {
    vec((record(), proptest::bool::ANY), 0..25).prop_map(|records| {
        let named = |(i, (record, named)): (usize, (ActivityRecord, bool))| {
            if named {
                record.id(format!("x{i}"))
            } else {
                record
            }
        };
        records.into_iter().enumerate().map(named).collect()
    })
}

/// Facts of a lead.
pub(crate) fn facts() -> impl Strategy<Value = Facts> {
    (values(), option::of(moment()), records()).prop_map(|(attributes, created_at, activities)| {
        Facts {
            attributes,
            created_at,
            activities,
        }
    })
}

/// A lead whose activities come in another order, some of those with an id again.
#[derive(Debug)]
pub(crate) struct Shuffled<'l> {
    lead: &'l Lead,
    activities: Vec<Activity<'l>>,
}

impl<'l> Shuffled<'l> {
    /// The lead in an order that follows from a number.
    pub(crate) fn new(lead: &'l Lead, mut seed: u64) -> Self {
        let mut activities = Vec::new();
        lead.activities(&mut |activity| activities.push(activity));
        let again: Vec<_> = activities
            .iter()
            .copied()
            .filter(|a| a.id.is_some())
            .step_by(2)
            .collect();
        activities.extend(again);
        let mut next = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            seed >> 33
        };
        activities.sort_by_cached_key(|_| next());
        Self { lead, activities }
    }
}

impl LeadView for Shuffled<'_> {
    fn schema(&self) -> SchemaId {
        self.lead.schema()
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        self.lead.attribute(slot)
    }

    fn created_at(&self) -> Option<Moment> {
        self.lead.created_at()
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.activities.iter().copied().for_each(visit);
    }
}

/// A view that lends what no lead holds: numbers that are not finite, empty texts, values of other types, slots
/// that the schema does not have.
#[derive(Clone, Debug)]
pub(crate) struct Wild {
    schema: SchemaId,
    values: Vec<u8>,
    times: Vec<Moment>,
}

/// Such views.
pub(crate) fn wild() -> impl Strategy<Value = Wild> {
    (vec(0_u8..12, 9), vec(moment(), 0..12)).prop_map(|(values, times)| Wild {
        schema: schema().id(),
        values,
        times,
    })
}

impl LeadView for Wild {
    fn schema(&self) -> SchemaId {
        self.schema
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        const TAGS: &[&str] = &["", "eu", "eu"];
        thread_local!(static LIST: &'static Vec<&'static str> = Box::leak(Box::new(TAGS.to_vec())));
        match self.values.get(slot.index()).copied().unwrap_or_default() {
            0 => Value::Number(f64::NAN),
            1 => Value::Number(f64::INFINITY),
            2 => Value::Number(-0.0),
            3 => Value::Number(7.0),
            4 => Value::Text(""),
            5 => Value::Text("chief"),
            6 => Value::Flag(true),
            7 => Value::Date(Moment::MIN),
            8 => Value::Date(Moment::MAX),
            9 => Value::Tags(LIST.with(|list| *list)),
            _ => Value::Missing,
        }
    }

    fn created_at(&self) -> Option<Moment> {
        self.times.last().copied()
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        const VALUES: [f64; 5] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e308];
        for ((i, &at), value) in (0_u16..).zip(&self.times).zip(VALUES.into_iter().cycle()) {
            let kind = lead_scoring::KindSlot::new(if i % 5 == 4 { u16::MAX } else { i % 4 });
            let activity = Activity::new(kind, at).value(value);
            visit(match i % 3 {
                0 => activity,
                1 => activity.id("same").subject(""),
                _ => activity.id("").channel(""),
            });
        }
    }
}
