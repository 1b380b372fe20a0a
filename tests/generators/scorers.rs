//! Random scorers of every sort, models of them, and leads with purchases and answers.

use super::{Facts, condition, history, noon, rules, schema};
use lead_scoring::{
    ActivitySpec, AnswerValue, AutoQualifySpec, ChecklistSpec, CompositeMethod, CompositeSpec,
    CriterionSpec, DimensionSpec, DueSpec, EngagementSpec, GradeSpec, InterestSpec, LabelSpec,
    Lead, ManualOverride, ModelSpec, Moment, MomentumSpec, Names, Occurrences, PercentileSpec,
    QuestionSpec, RfmAxis, RfmCuts, RfmSpec, Score, WhenMissing, WhenUnknown,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

fn kind() -> impl Strategy<Value = String> {
    select(vec!["visit", "open", "click", "demo"]).prop_map(str::to_owned)
}

fn rfm() -> impl Strategy<Value = DimensionSpec> {
    let kinds = option::weighted(0.5, vec(kind(), 1..3).prop_map(Names));
    let axis = option::weighted(0.3, select(RfmAxis::ALL.to_vec()));
    let cuts = vec(select(vec![0.0, 1.0, 2.0, 5.0, 20.0, 60.0, 300.0]), 3..=3);
    (kinds, axis, cuts).prop_map(|(kind, axis, mut cuts)| {
        cuts.sort_by(f64::total_cmp);
        let spec = RfmSpec {
            kind,
            axis,
            ..RfmSpec::new().bins(4).weights(2.0, 1.0, 0.5)
        };
        let (recency, others) = (cuts, [0.0, 1.0, 3.0]);
        DimensionSpec::rfm("d", spec.cuts(RfmCuts::new(recency, others, others)))
    })
}

fn checklist() -> impl Strategy<Value = DimensionSpec> {
    let worth = || select(vec![0.0, 0.3, 0.5, 1.0]);
    let due = (
        worth(),
        worth(),
        worth(),
        option::of(select(vec!["0s", "90s", "1d"])),
    );
    let due = due.prop_map(|(near, far, later, past_after)| DueSpec {
        past_after: past_after.map(str::to_owned),
        ..DueSpec::new([("90s", near), ("30d", far)])
            .later(later)
            .past(0.2)
    });
    (due, 0.5..3.0).prop_map(|(due, weight)| {
        let checklist = ChecklistSpec::new("list")
            .question(
                QuestionSpec::new("budget")
                    .price(1_000.0)
                    .yes(0.8)
                    .weight(weight),
            )
            .question(QuestionSpec::new("timeframe").no(0.0).due(due));
        DimensionSpec::checklist("d", checklist)
    })
}

fn grade() -> impl Strategy<Value = DimensionSpec> {
    let unknown = select(vec![WhenUnknown::Abstain, WhenUnknown::Zero]);
    (unknown, vec((condition(), 1_u8..=3), 1..6)).prop_map(|(when_unknown, criteria)| {
        let criteria = criteria.into_iter().enumerate();
        let criteria = criteria
            .map(|(i, (when, thirds))| CriterionSpec::new(format!("c{i}"), thirds, when))
            .collect();
        let spec = GradeSpec {
            when_unknown,
            criteria,
            ..GradeSpec::new()
        };
        DimensionSpec::grade("d", spec)
    })
}

fn engagement() -> impl Strategy<Value = DimensionSpec> {
    let weights = btree_map(kind(), select(vec![0.1, 1.0, 5.0]), 1..4);
    let window = option::of(select(vec!["90s", "12h", "14d"]));
    (weights, window, 1_u32..4).prop_map(|(weights, window, per_day)| {
        let spec = EngagementSpec {
            window: window.map(str::to_owned),
            per_day: Some(per_day),
            zero: Some(0.0),
            hundred: Some(6.0),
            weights,
        };
        DimensionSpec::engagement("d", spec)
    })
}

fn interest() -> impl Strategy<Value = DimensionSpec> {
    let product = option::of(select(vec!["crm", "erp"]));
    (rules(), product).prop_map(|(rules, product)| {
        let mut spec = InterestSpec {
            product: product.map(str::to_owned),
            zero: rules.zero,
            hundred: rules.hundred,
            min: rules.min,
            max: rules.max,
            groups: rules.groups,
        };
        for group in &mut spec.groups {
            group.rules.retain(|rule| rule.activity.is_some());
            for rule in &mut group.rules {
                let gives = rule.points.is_some() || rule.points_per_value.is_some();
                let counts = rule
                    .activity
                    .as_ref()
                    .is_some_and(|of| matches!(of.occurrences, Occurrences::Count(_)));
                if !gives && !counts {
                    rule.points = Some(1.0);
                }
                rule.disqualify = None;
            }
        }
        DimensionSpec::interest("d", spec)
    })
}

fn momentum() -> impl Strategy<Value = DimensionSpec> {
    btree_map(kind(), select(vec![1.0, 0.1, 5.0]), 0..4)
        .prop_map(|weights| DimensionSpec::momentum("d", MomentumSpec { weights }))
}

/// A dimension that no points rules judge.
pub(crate) fn other_dimension() -> BoxedStrategy<DimensionSpec> {
    prop_oneof![
        rfm().boxed(),
        checklist().boxed(),
        grade().boxed(),
        engagement().boxed(),
        interest().boxed(),
        momentum().boxed(),
    ]
    .boxed()
}

/// A model of random rules, of other scorers and of a model, with bands all over the scale.
pub(crate) fn full_model() -> BoxedStrategy<ModelSpec> {
    let composite = (
        select(vec![
            CompositeMethod::WeightedMean,
            CompositeMethod::GeometricMean,
            CompositeMethod::Min,
            CompositeMethod::Max,
        ]),
        select(vec![
            WhenMissing::Skip,
            WhenMissing::Zero,
            WhenMissing::Abstain,
        ]),
    );
    let auto = option::weighted(0.4, (select(vec!["1s", "90s", "1d"]), condition().boxed()));
    let bands = (vec(0.0..100.0, 6), auto);
    let rules = || rules().boxed();
    let others = (other_dimension(), other_dimension());
    (
        rules(),
        others,
        rules(),
        composite,
        history().boxed(),
        bands,
    )
        .prop_map(
            |(first, (third, inner), rules, (method, missing), history, (mut bands, auto))| {
                let composite = CompositeSpec {
                    method,
                    ..CompositeSpec::default()
                };
                let nested = ModelSpec::new("inner")
                    .history(history.clone())
                    .dimension(DimensionSpec::rules("a", rules))
                    .dimension(DimensionSpec {
                        name: "b".to_owned(),
                        ..inner
                    })
                    .composite(composite.clone());
                bands.sort_by(f64::total_cmp);
                bands.dedup();
                let labels = |name: &str, of: &str| {
                    let all = bands.iter().enumerate();
                    all.fold(LabelSpec::new(name).of(of), |labels, (i, &at)| {
                        labels.band(format!("b{i}"), at)
                    })
                };
                let mut first_labels = labels("first", "first");
                if let Some((last, when)) = auto {
                    let auto = AutoQualifySpec::new("b3", "asked").when(when);
                    first_labels =
                        first_labels.auto(auto.activity(ActivitySpec::of("demo").last(last)));
                }
                ModelSpec::new("random")
                    .schema(schema().spec())
                    .history(history)
                    .dimension(DimensionSpec::rules("first", first))
                    .dimension(DimensionSpec::model("second", nested))
                    .dimension(DimensionSpec {
                        name: "third".to_owned(),
                        ..third
                    })
                    .composite(composite.missing(missing))
                    .label(first_labels)
                    .label(labels("points", "first").on_points())
                    .label(labels("whole", "composite"))
                    .label(labels("ranked", "third").on_percentiles())
                    .percentile(PercentileSpec {
                        of: "third".to_owned(),
                        ranks: vec![(0.0, 10.0), (25.0, 40.0), (50.1, 40.0), (100.0, 95.0)],
                    })
            },
        )
        .boxed()
}

/// Facts of a lead with what scorers beside points rules ask for.
#[derive(Clone, Debug)]
pub(crate) struct More {
    pub(crate) facts: Facts,
    pub(crate) purchases: Vec<(Moment, f64)>,
    pub(crate) answers: Vec<(&'static str, AnswerValue)>,
    pub(crate) overrides: Vec<ManualOverride>,
    /// Seconds from noon since when attributes are known.
    pub(crate) since: Option<i64>,
}

impl More {
    /// The lead of these facts.
    pub(crate) fn lead(&self) -> Lead {
        let schema = schema();
        let mut builder = Lead::builder(&schema, "a1");
        let since = |seconds: i64| noon().plus_micros(seconds * SECOND);
        if let Some(at) = self.facts.created_at {
            builder = builder.created_at(at);
        }
        for (name, value) in &self.facts.attributes {
            builder = builder.set(name, value.clone());
            if let Some(seconds) = self.since {
                builder = builder.known_since(name, since(seconds));
            }
        }
        for activity in &self.facts.activities {
            builder = builder.activity(activity.clone());
        }
        for (at, amount) in &self.purchases {
            builder = builder.purchase(*at, *amount);
        }
        for (name, answer) in &self.answers {
            builder = builder.answer(name, answer.clone());
            if let Some(seconds) = self.since {
                builder = builder.answer_known_since(name, since(-seconds));
            }
        }
        for manual in &self.overrides {
            builder = builder.overrule(manual.clone());
        }
        builder.build().unwrap()
    }

    /// Moments at which something could jump: every fact and every age that scorers ask for, one microsecond around
    /// each, and a few hundred in between.
    pub(crate) fn edges(&self, from: Moment, until: Moment) -> Vec<Moment> {
        const AGES: [i64; 16] = [
            0, 1, 90, 900, 21_600, 43_200, 86_400, 259_200, 604_800, 1_209_600, 1_209_601,
            2_419_200, 2_592_000, 7_776_000, 864_000, 777_600,
        ];
        let mut moments: Vec<Moment> = self.facts.activities.iter().map(|a| a.at).collect();
        moments.extend(self.facts.created_at);
        moments.extend(self.purchases.iter().map(|(at, _)| *at));
        moments.extend(self.overrides.iter().map(|o| o.set_at));
        moments.extend(self.overrides.iter().filter_map(|o| o.expires_at));
        let dates = self
            .facts
            .attributes
            .iter()
            .filter_map(|(_, value)| match value {
                lead_scoring::AttributeValue::Date(date) => Some(*date),
                _ => None,
            });
        moments.extend(dates);
        let dates = self.answers.iter().filter_map(|(_, answer)| match answer {
            AnswerValue::By { by } => Some(*by),
            _ => None,
        });
        moments.extend(dates);
        let mut all = Vec::new();
        for moment in moments {
            for age in AGES {
                for sign in [1, -1] {
                    let at = moment.plus_micros(sign * age * SECOND);
                    all.extend([-1, 0, 1].map(|off| at.plus_micros(off)));
                }
            }
        }
        let step = until.micros_since(from) / 300;
        all.extend((1..=300).map(|i| from.plus_micros(i * step)));
        all.retain(|&at| from < at && at <= until);
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Manual scores near noon.
fn overrides() -> impl Strategy<Value = Vec<ManualOverride>> {
    let manual = (
        select(vec!["first", "third", "composite"]),
        0.0..100.0,
        (-100_i64..100, 1_i64..200),
    );
    let manual = manual.prop_map(|(dimension, score, (from, length))| ManualOverride {
        dimension: dimension.to_owned(),
        score: Score::new(score).unwrap(),
        reason: "said so".to_owned(),
        set_at: noon().plus_micros(from * SECOND),
        expires_at: Some(noon().plus_micros((from + length) * SECOND)),
    });
    vec(manual, 0..2)
}

/// Such facts.
pub(crate) fn more() -> impl Strategy<Value = More> {
    let near = || {
        prop_oneof![
            (-90_i64..=40).prop_map(|days| noon().plus_micros(days * DAY)),
            (-200_i64..=200).prop_map(|seconds| noon().plus_micros(seconds * SECOND)),
        ]
    };
    let amount = select(vec![0.5, 2.0, 9.0, -1.0]);
    let answer = prop_oneof![
        3 => near().prop_map(|date| ("timeframe", AnswerValue::by(date))),
        1 => Just(("timeframe", AnswerValue::Flag(false))),
    ];
    let budget = (0.0..2_000.0).prop_map(|amount| ("budget", AnswerValue::Amount(amount)));
    let answers = (option::weighted(0.8, answer), option::of(budget));
    let times = (overrides(), option::weighted(0.2, -9_i64..99));
    (super::facts(), vec((near(), amount), 0..4), answers, times).prop_map(
        |(facts, purchases, (a, b), (overrides, since))| More {
            facts,
            purchases,
            answers: a.into_iter().chain(b).collect(),
            overrides,
            since,
        },
    )
}
