use super::Builder;
use crate::lead::{AttributeType, KindSlot, ProductSlot};
use crate::model::Problems;
use crate::scorer::condition::{Filter, Filters, resolve_filter};
use crate::scorer::decay::{period, positive_period};
use crate::scorer::rules::activity_spec::{
    ActivitySpec, CountRange, InactivitySpec, Keep, Names, Occurrences,
};
use crate::scorer::rules::plan::{ActivityPlan, FieldFilters, InactivityPlan, Mode, Slots};

impl Builder<'_> {
    pub(crate) fn activity(&mut self, spec: &ActivitySpec, path: &str) -> ActivityPlan {
        let kinds = self.kinds(spec.kind.as_ref(), &format!("{path}.kind"));
        let products = self.products(spec.product.as_ref(), &format!("{path}.product"));
        let mut filter = |filter: &Option<Filter>, of, name: &str| {
            filter.as_ref().map(|filter| -> Filters {
                resolve_filter(filter, of, name, &format!("{path}.{name}"), self.problems)
            })
        };
        let subject = filter(&spec.subject, AttributeType::Text, "subject");
        let channel = filter(&spec.channel, AttributeType::Text, "channel");
        let value = filter(&spec.value, AttributeType::Number, "value");
        let mode = self.mode(&spec.occurrences, path);
        if spec.keep.is_some() && !matches!(mode, Mode::Once | Mode::OncePerSubject) {
            self.problems.push(
                format!("{path}.keep"),
                "belongs to the occurrences `once` and `once_per_subject`",
            );
        }
        let window = spec.window.clone().unwrap_or_default();
        if spec.window.is_some() && window.last.is_none() && window.older_than.is_none() {
            self.problems.push(
                format!("{path}.window"),
                "give `last`, `older_than` or both",
            );
        }
        let before = self.problems.len();
        let last = window
            .last
            .map(|time| positive_period(&time, &format!("{path}.window.last"), self.problems));
        let older_than = window
            .older_than
            .map(|time| period(&time, &format!("{path}.window.older_than"), self.problems));
        if let (Some(last), Some(older_than)) = (last, older_than) {
            if last <= older_than && self.problems.len() == before {
                self.problems.push(
                    format!("{path}.window"),
                    "`last` must be longer than `older_than`, or no age is left",
                );
            }
        }
        let decay = spec
            .decay
            .as_ref()
            .map(|decay| decay.resolve(&format!("{path}.decay"), self.problems));
        ActivityPlan {
            asks: kinds.asks(),
            needs_some: mode.needs_some(),
            kinds,
            products,
            filters: FieldFilters::new(subject, channel, value),
            mode,
            keep_first: spec.keep == Some(Keep::First),
            last,
            older_than,
            decay,
            points: 0.0,
            per_value: false,
        }
    }

    fn mode(&mut self, occurrences: &Occurrences, path: &str) -> Mode {
        let path = format!("{path}.occurrences");
        let mut positive = |count: u32, word: &str| {
            if count == 0 {
                self.problems.push(
                    path.clone(),
                    format!("`{word}` must be at least 1, got `0`"),
                );
            }
            count.max(1)
        };
        match occurrences {
            Occurrences::Each => Mode::Each,
            Occurrences::Once => Mode::Once,
            Occurrences::OncePerSubject => Mode::OncePerSubject,
            Occurrences::First(count) => Mode::First(positive(*count, "first")),
            Occurrences::EveryNth(count) => Mode::EveryNth(positive(*count, "every_nth")),
            Occurrences::PerDay(count) => {
                let count = positive(*count, "per_day");
                let utc_offset = self.history.utc_offset.unwrap_or_else(|| {
                    self.problems.push(
                        path,
                        "`per_day` counts calendar days: it needs `utc_offset` in the model's `history`",
                    );
                    0
                });
                Mode::PerDay { count, utc_offset }
            }
            Occurrences::AtMost { count, per } => Mode::AtMost {
                count: positive(*count, "count"),
                per: positive_period(per, &format!("{path}.at_most.per"), self.problems),
            },
            Occurrences::Count(ranges) => Mode::Count(self.ranges(ranges, &path)),
        }
    }

    fn ranges(&mut self, ranges: &[CountRange], path: &str) -> Box<[(u64, u64, f64)]> {
        if ranges.is_empty() {
            self.problems.push(path, "`count` needs at least one range");
        }
        let mut ready = Vec::with_capacity(ranges.len());
        for (i, range) in ranges.iter().enumerate() {
            let path = format!("{path}.count[{i}]");
            let points = self.number(range.points, || format!("{path}.points"));
            let (low, high) = match (range.at_least, range.between, range.exactly) {
                (Some(low), None, None) => (low, u64::MAX),
                (None, Some(bounds), None) => bounds,
                (None, None, Some(count)) => (count, count),
                _ => {
                    self.problems.push(
                        path,
                        "give exactly one of `at_least`, `between` and `exactly`",
                    );
                    continue;
                }
            };
            if low == 0 {
                self.problems
                    .push(path.clone(), "a count begins at 1, got `0`");
            }
            if high < low {
                self.problems.push(
                    path,
                    format!("`between` takes the lower bound first, got `{low}` and `{high}`"),
                );
            }
            ready.push((low, high, points));
        }
        ready.into()
    }

    pub(super) fn inactivity(
        &mut self,
        spec: &InactivitySpec,
        points: f64,
        path: &str,
    ) -> InactivityPlan {
        let floor = spec
            .floor
            .map(|floor| self.number(floor, || format!("{path}.floor")));
        if let Some(floor) = floor {
            if (points < 0.0 && floor > 0.0) || (points > 0.0 && floor < 0.0) {
                self.problems.push(
                    format!("{path}.floor"),
                    format!("must have the sign of the points, got `{floor}` and `{points}`"),
                );
            }
        }
        InactivityPlan {
            kinds: self.kinds(spec.kind.as_ref(), &format!("{path}.kind")),
            points,
            every: positive_period(&spec.every, &format!("{path}.every"), self.problems),
            floor,
        }
    }

    fn kinds(&mut self, names: Option<&Names>, path: &str) -> Slots<KindSlot> {
        let schema = self.schema;
        slots(
            names,
            path,
            "activity kind",
            self.problems,
            |name| schema.kind(name),
            || schema.kinds(),
        )
    }

    fn products(&mut self, names: Option<&Names>, path: &str) -> Slots<ProductSlot> {
        let schema = self.schema;
        slots(
            names,
            path,
            "product",
            self.problems,
            |name| schema.product(name),
            || schema.products(),
        )
    }
}

fn slots<'s, S: Copy + PartialEq, I: Iterator<Item = &'s str>>(
    names: Option<&Names>,
    path: &str,
    what: &str,
    problems: &mut Problems,
    find: impl Fn(&str) -> Option<S>,
    known: impl Fn() -> I,
) -> Slots<S> {
    Slots::new(names.map(|Names(names)| {
        if names.is_empty() {
            problems.push(path, "needs at least one name");
        }
        names
            .iter()
            .filter_map(|name| {
                let slot = find(name);
                if slot.is_none() {
                    problems.unknown(path, what, name, known());
                }
                slot
            })
            .collect()
    }))
}
