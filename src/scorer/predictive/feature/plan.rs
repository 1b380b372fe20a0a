use super::ages::Ages;
use super::{FeatureSpec, Measure, MissingValue, Unseen};
use crate::lead::{
    Answer, AttributeSlot, AttributeType, LeadView, QuestionSlot, Schema, Tags, Value, name_problem,
};
use crate::model::Problems;
use crate::score::{Cell, LARGEST};
use crate::scorer::decay::{period, positive_period};
use crate::scorer::history::History;
use crate::scorer::period::DAY;
use crate::scorer::rules::{ActivityPlan, Builder, Case, Occurrences, Window};
use std::sync::Arc;

/// What a feature's columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scorer::predictive) enum Sort {
    /// One column with the number.
    Number,
    /// One column with 0 or 1.
    Flag,
    /// A column for each bin.
    Bins,
    /// A column for each level.
    Levels,
    /// A column for each tag.
    Tags,
}

/// A [`FeatureSpec`], resolved.
#[derive(Debug)]
pub(in crate::scorer::predictive) struct FeaturePlan {
    pub(in crate::scorer::predictive) name: Arc<str>,
    pub(in crate::scorer::predictive) sort: Sort,
    pub(in crate::scorer::predictive) bins: Box<[f64]>,
    pub(in crate::scorer::predictive) unseen: Unseen,
    pub(in crate::scorer::predictive) missing: MissingValue,
    pub(super) source: Source,
    pub(super) log1p: bool,
}

#[derive(Debug)]
pub(super) enum Source {
    Attribute(AttributeSlot),
    Age(AttributeSlot),
    Activities(Box<ActivityPlan>, Measure),
    Purchases(Ages, Measure),
    Answer(QuestionSlot, Measure),
    /// Its place in the model.
    Dimension(usize),
    /// Of a spec that is wrong.
    Nothing,
}

/// What a lead says to a feature.
#[derive(Clone, Copy)]
pub(in crate::scorer::predictive) enum Reading<'a> {
    Missing,
    Number(f64),
    Text(&'a str),
    Tags(&'a dyn Tags),
}

/// What resolving a feature needs.
pub(in crate::scorer::predictive) struct Resolving<'r> {
    pub(in crate::scorer::predictive) schema: &'r Schema,
    pub(in crate::scorer::predictive) history: &'r History,
    /// The dimensions of the model that the feature stands in; `None` outside a model.
    pub(in crate::scorer::predictive) dimensions: Option<&'r [&'r str]>,
    pub(in crate::scorer::predictive) problems: &'r mut Problems,
}

impl Resolving<'_> {
    pub(in crate::scorer::predictive) fn feature(
        &mut self,
        spec: &FeatureSpec,
        path: &str,
    ) -> FeaturePlan {
        if let Some(problem) = name_problem(&spec.name) {
            self.problems.push(format!("{path}.name"), problem);
        }
        let (source, sort) = self.source(spec, path);
        let sort = if sort == Sort::Number && !spec.bins.is_empty() {
            Sort::Bins
        } else {
            sort
        };
        self.numbers(spec, sort, path);
        self.categories(spec, sort, path);
        FeaturePlan {
            name: spec.name.as_str().into(),
            sort,
            bins: spec.bins.as_slice().into(),
            unseen: spec.unseen.unwrap_or_default(),
            missing: spec.missing.clone().unwrap_or_default(),
            source,
            log1p: spec.log1p,
        }
    }

    fn source(&mut self, spec: &FeatureSpec, path: &str) -> (Source, Sort) {
        let given = [
            spec.attribute.is_some(),
            spec.activity.is_some(),
            spec.purchases.is_some(),
            spec.answer.is_some(),
            spec.dimension.is_some(),
        ];
        if given.iter().filter(|&&given| given).count() != 1 {
            self.problems.push(
                path,
                "give exactly one of `attribute`, `activity`, `purchases`, `answer`, `dimension`",
            );
            return (Source::Nothing, Sort::Number);
        }
        if let Some(name) = &spec.attribute {
            self.measure(spec, &[], "an attribute", path);
            return self.attribute(name, &format!("{path}.attribute"));
        }
        if let Some(activity) = &spec.activity {
            let takes = [Measure::Count, Measure::Sum, Measure::DaysSinceLast];
            let measure = self.measure(spec, &takes, "activities", path);
            let path = format!("{path}.activity");
            let mut builder = Builder {
                schema: self.schema,
                history: self.history,
                problems: self.problems,
            };
            let plan = builder.activity(activity, &path);
            if matches!(activity.occurrences, Occurrences::Count(_)) {
                self.problems.push(
                    format!("{path}.occurrences"),
                    "`count` gives points: a feature is the number itself",
                );
            }
            if activity.decay.is_some() && measure == Some(Measure::DaysSinceLast) {
                self.problems.push(
                    format!("{path}.decay"),
                    "belongs to the measures `count` and `sum`",
                );
            }
            let measure = measure.unwrap_or(Measure::Count);
            return (Source::Activities(Box::new(plan), measure), Sort::Number);
        }
        if let Some(window) = &spec.purchases {
            let takes = [
                Measure::Count,
                Measure::Sum,
                Measure::Mean,
                Measure::DaysSinceLast,
            ];
            let measure = self.measure(spec, &takes, "purchases", path);
            let ages = self.ages(window, &format!("{path}.purchases"));
            let measure = measure.unwrap_or(Measure::Count);
            return (Source::Purchases(ages, measure), Sort::Number);
        }
        if let Some(question) = &spec.answer {
            let takes = [Measure::Level, Measure::Amount, Measure::DaysUntil];
            let measure = self.measure(spec, &takes, "an answer", path);
            let measure = measure.unwrap_or(Measure::Level);
            let sort = match measure {
                Measure::Level => Sort::Levels,
                _ => Sort::Number,
            };
            let Some(slot) = self.schema.question(question) else {
                let known = self.schema.questions();
                self.problems
                    .unknown(format!("{path}.answer"), "question", question, known);
                return (Source::Nothing, sort);
            };
            return (Source::Answer(slot, measure), sort);
        }
        self.measure(spec, &[], "a dimension", path);
        let source = match &spec.dimension {
            Some(name) => self.dimension(name, &format!("{path}.dimension")),
            None => Source::Nothing,
        };
        (source, Sort::Number)
    }

    fn attribute(&mut self, name: &str, path: &str) -> (Source, Sort) {
        let Some(slot) = self.schema.attribute(name) else {
            let known = self.schema.attributes().map(|(name, _)| name);
            self.problems.unknown(path, "attribute", name, known);
            return (Source::Nothing, Sort::Number);
        };
        match self.schema.attribute_type(slot) {
            Some(AttributeType::Date) => (Source::Age(slot), Sort::Number),
            Some(AttributeType::Text) => (Source::Attribute(slot), Sort::Levels),
            Some(AttributeType::Flag) => (Source::Attribute(slot), Sort::Flag),
            Some(AttributeType::Tags) => (Source::Attribute(slot), Sort::Tags),
            Some(AttributeType::Number) | None => (Source::Attribute(slot), Sort::Number),
        }
    }

    fn dimension(&mut self, name: &str, path: &str) -> Source {
        let Some(dimensions) = self.dimensions else {
            self.problems.push(
                path,
                "the score of a dimension can be read inside a model only",
            );
            return Source::Nothing;
        };
        let place = dimensions.iter().position(|dimension| *dimension == name);
        match place {
            Some(place) => Source::Dimension(place),
            None => {
                let known = dimensions.iter().copied();
                self.problems.unknown(path, "dimension", name, known);
                Source::Nothing
            }
        }
    }

    fn measure(
        &mut self,
        spec: &FeatureSpec,
        takes: &[Measure],
        what: &str,
        path: &str,
    ) -> Option<Measure> {
        let measure = spec.measure?;
        if takes.contains(&measure) {
            return Some(measure);
        }
        let name = measure.name();
        let names: Vec<String> = takes.iter().map(|m| format!("`{}`", m.name())).collect();
        let message = if names.is_empty() {
            format!("`{name}` is no measure of {what}: it has none")
        } else {
            format!(
                "`{name}` is no measure of {what}: those are {}",
                names.join(", ")
            )
        };
        self.problems.push(format!("{path}.measure"), message);
        None
    }

    fn ages(&mut self, window: &Window, path: &str) -> Ages {
        let before = self.problems.len();
        let last = window
            .last
            .as_ref()
            .map(|time| positive_period(time, &format!("{path}.last"), self.problems));
        let older_than = window
            .older_than
            .as_ref()
            .map(|time| period(time, &format!("{path}.older_than"), self.problems));
        if let (Some(last), Some(older_than)) = (last, older_than) {
            if last <= older_than && self.problems.len() == before {
                self.problems.push(
                    path,
                    "`last` must be longer than `older_than`, or no age is left",
                );
            }
        }
        Ages { last, older_than }
    }

    /// What belongs to numbers.
    fn numbers(&mut self, spec: &FeatureSpec, sort: Sort, path: &str) {
        let is_number = matches!(sort, Sort::Number | Sort::Bins);
        if spec.log1p && !is_number {
            self.problems
                .push(format!("{path}.log1p"), "belongs to a number");
        }
        if spec.log1p && sort == Sort::Bins {
            self.problems.push(path, "give `log1p` or `bins`, not both");
        }
        if !spec.bins.is_empty() && !is_number {
            self.problems
                .push(format!("{path}.bins"), "belongs to a number");
        }
        let mut last = f64::NEG_INFINITY;
        for (i, &bin) in spec.bins.iter().enumerate() {
            self.number(bin, || format!("{path}.bins[{i}]"));
            if bin <= last {
                self.problems.push(
                    format!("{path}.bins[{i}]"),
                    format!("must be more than the one before, got `{bin}`"),
                );
            }
            last = bin;
        }
        if let Some(MissingValue::Value(value)) = spec.missing {
            let path = format!("{path}.missing");
            if is_number {
                self.number(value, || path);
            } else if sort == Sort::Flag {
                if !(0.0..=1.0).contains(&value) {
                    let message = format!("must be between 0 and 1, got `{value}`");
                    self.problems.push(path, message);
                }
            } else {
                self.problems.push(path, "`value` belongs to a number");
            }
        }
    }

    /// What belongs to levels.
    fn categories(&mut self, spec: &FeatureSpec, sort: Sort, path: &str) {
        let has_levels = matches!(sort, Sort::Levels | Sort::Tags);
        if let Some(rows) = spec.min_count {
            let path = format!("{path}.min_count");
            if !has_levels {
                self.problems
                    .push(path, "belongs to text, tags and named answers");
            } else if rows == 0 {
                self.problems.push(path, "must be at least 1, got `0`");
            }
        }
        if spec.unseen.is_some() && sort != Sort::Levels {
            self.problems.push(
                format!("{path}.unseen"),
                "belongs to text and named answers",
            );
        }
        if matches!(spec.missing, Some(MissingValue::Level(_))) && !has_levels {
            self.problems.push(
                format!("{path}.missing"),
                "`level` belongs to text, tags and named answers",
            );
        }
    }

    pub(in crate::scorer::predictive) fn number(
        &mut self,
        value: f64,
        path: impl FnOnce() -> String,
    ) {
        if value.is_nan() || value.abs() > LARGEST {
            self.problems.push(
                path(),
                format!("must be a number of at most 1e12 in size, got `{value}`"),
            );
        }
    }
}

/// Whole and broken days.
#[allow(clippy::cast_precision_loss)] // exact below 285 years
pub(super) fn days(micros: i64) -> f64 {
    micros as f64 / DAY as f64
}

impl FeaturePlan {
    /// Whether it looks at activities.
    pub(in crate::scorer::predictive) fn reads_activities(&self) -> bool {
        matches!(self.source, Source::Activities(..))
    }

    /// The dimension whose score it reads.
    pub(in crate::scorer::predictive) fn dimension(&self) -> Option<usize> {
        match self.source {
            Source::Dimension(place) => Some(place),
            _ => None,
        }
    }

    /// Whether what it reads never moves while the facts stay as they are.
    pub(in crate::scorer::predictive) fn is_still(&self) -> bool {
        matches!(
            self.source,
            Source::Attribute(_)
                | Source::Answer(_, Measure::Level | Measure::Amount)
                | Source::Nothing
        )
    }

    /// What a lead says; `cells` holds the dimensions that are judged so far.
    #[inline]
    pub(in crate::scorer::predictive) fn read<'c, V: LeadView + ?Sized>(
        &self,
        case: &Case<'c, V>,
        cells: &[Cell],
        chosen: &mut Vec<usize>,
    ) -> Reading<'c> {
        let number = match &self.source {
            Source::Attribute(slot) => match (case.lead.attribute(*slot), self.sort) {
                (Value::Number(number), Sort::Number | Sort::Bins) => Some(number),
                (Value::Flag(flag), Sort::Flag) => Some(f64::from(u8::from(flag))),
                (Value::Text(text), Sort::Levels) if !text.is_empty() => {
                    return Reading::Text(text);
                }
                (Value::Tags(tags), Sort::Tags) => return Reading::Tags(tags),
                _ => None,
            },
            Source::Age(slot) => match case.lead.attribute(*slot) {
                Value::Date(date) => Some(days(case.as_of.micros_since(date))),
                _ => None,
            },
            Source::Activities(plan, measure) => match measure {
                Measure::DaysSinceLast => plan
                    .newest(case, chosen)
                    .map(|at| days(case.pauses.age(at, case.as_of))),
                Measure::Sum => Some(plan.faded_values(case, chosen)),
                _ => Some(plan.faded_count(case, chosen)),
            },
            Source::Purchases(ages, measure) => {
                ages.measure(case.lead, case.as_of, case.pauses, *measure)
            }
            Source::Answer(question, measure) => match (case.lead.answer(*question), measure) {
                (Answer::Yes, Measure::Level) => return Reading::Text("yes"),
                (Answer::No, Measure::Level) => return Reading::Text("no"),
                (Answer::Level(text), Measure::Level) if !text.trim().is_empty() => {
                    return Reading::Text(text);
                }
                (Answer::Amount(amount), Measure::Amount) => Some(amount),
                (Answer::By(date), Measure::DaysUntil) => Some(days(date.micros_since(case.as_of))),
                _ => None,
            },
            Source::Dimension(place) => cells.get(*place).map(|cell| cell.score),
            Source::Nothing => None,
        };
        match number {
            Some(number) if number.is_finite() => Reading::Number(self.transformed(number)),
            _ => Reading::Missing,
        }
    }

    /// A number as it counts.
    pub(in crate::scorer::predictive) fn transformed(&self, number: f64) -> f64 {
        let number = number.clamp(-LARGEST, LARGEST) + 0.0;
        if self.log1p {
            number.abs().ln_1p().copysign(number)
        } else {
            number
        }
    }

    /// The bin in which a number lies.
    pub(in crate::scorer::predictive) fn bin(&self, number: f64) -> usize {
        self.bins.partition_point(|&from| from <= number)
    }
}
