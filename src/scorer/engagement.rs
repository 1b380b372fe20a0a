mod change;
mod spec;

pub use spec::EngagementSpec;

use super::decay::positive_period;
use super::first_edge::first_edge;
use super::history::{History, Kinds, day};
use super::period::{DAY, parse_period};
use super::rules::{Case, other_schema};
use super::visible::with_case;
use super::{Assessment, HistorySpec, Opaque, Scorer};
use crate::lead::{Frozen, KindSlot, LeadView, Moment, Schema, SchemaId};
use crate::model::{Problems, SpecError};
use crate::score::{
    AsOf, Explanation, Formula, LARGEST, Role, Score, Unit, clamp, daily_count, only_if, root,
    scale,
};
use std::sync::Arc;

/// Score: how engaged a lead is beside a population, of which the least engaged is 0 and the most engaged 100.
///
/// The activities of the last days are counted by calendar day and kind, at most so many a day; each count is weighted,
/// the square root of their sum is scaled by what was found in the population. Built from an [`EngagementSpec`] that
/// was fitted. No activity is a known 0.
///
/// # Units
/// The raw value is the weighted sum, before its root: points, never negative.
#[derive(Debug)]
pub struct EngagementScorer {
    schema: SchemaId,
    history: History,
    kinds: Box<[Kind]>,
    /// The weights by slot of the kind, where all are whole numbers.
    whole: Option<Box<[f64]>>,
    window: i64,
    per_day: u32,
    utc_offset: i64,
    zero: f64,
    hundred: f64,
}

#[derive(Debug)]
struct Kind {
    name: Arc<str>,
    slot: KindSlot,
    weight: f64,
}

/// What the vendor takes where nothing else is said.
const WINDOW: &str = "30d";
const PER_DAY: u32 = 20;

impl EngagementSpec {
    /// Compiles a fitted spec for leads of a schema.
    ///
    /// # Errors
    /// All problems at once, each with its place: a spec that is not fitted, unknown kinds, weights outside 0 to 1e12,
    /// a window or daily limit of 0, a scale that does not rise, no `utc_offset` in `history`, and problems of
    /// `history` under that name.
    pub fn build(
        &self,
        schema: &Schema,
        history: &HistorySpec,
    ) -> Result<EngagementScorer, SpecError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let scorer = EngagementScorer::resolve(self, schema, &history, "engagement", &mut problems);
        problems.into_result(scorer)
    }

    /// The same spec with the scale of a population as of a moment: the square root of the least engaged lead's sum
    /// becomes 0 and that of the most engaged one's 100. Leads of another schema do not count.
    ///
    /// # Errors
    /// As [`build`](EngagementSpec::build), but for the scale; and a population in which all are equally engaged, or
    /// that is empty.
    pub fn fit<L: LeadView>(
        &self,
        schema: &Schema,
        history: &HistorySpec,
        population: &[L],
        as_of: AsOf,
    ) -> Result<Self, SpecError> {
        let unfitted = Self {
            zero: Some(0.0),
            hundred: Some(1.0),
            ..self.clone()
        };
        let scorer = unfitted.build(schema, history)?;
        let raw = population
            .iter()
            .filter_map(|lead| scorer.with_history(lead, as_of, |case| scorer.raw(case)));
        let ends = raw.map(root).fold(None, |ends, root| match ends {
            None => Some((root, root)),
            Some((low, high)) => Some((f64::min(low, root), f64::max(high, root))),
        });
        let mut problems = Problems::default();
        match ends {
            None => problems.push("population", "there is no lead of the schema to fit to"),
            Some((low, high)) if low >= high => problems.push(
                "population",
                format!("all leads are equally engaged, root `{low}`: there is nothing to scale"),
            ),
            Some(_) => {}
        }
        let (zero, hundred) = ends.unzip();
        problems.into_result(Self {
            zero,
            hundred,
            ..self.clone()
        })
    }
}

impl EngagementScorer {
    pub(crate) fn resolve(
        spec: &EngagementSpec,
        schema: &Schema,
        history: &History,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        if spec.weights.is_empty() {
            problems.push(format!("{path}.weights"), "needs at least one weight");
        }
        let mut kinds = Vec::with_capacity(spec.weights.len());
        for (name, &weight) in &spec.weights {
            let path = || format!("{path}.weights.{}", crate::lead::shortened(name));
            if !(0.0..=LARGEST).contains(&weight) {
                problems.push(
                    path(),
                    format!("a weight must be between 0 and 1e12, got `{weight}`"),
                );
            }
            match schema.kind(name) {
                Some(slot) => kinds.push(Kind {
                    name: name.as_str().into(),
                    slot,
                    weight,
                }),
                None => problems.unknown(path(), "activity kind", name, schema.kinds()),
            }
        }
        let window = match &spec.window {
            Some(time) => positive_period(time, &format!("{path}.window"), problems),
            None => parse_period(WINDOW).unwrap_or(i64::MAX),
        };
        if spec.per_day == Some(0) {
            problems.push(format!("{path}.per_day"), "must be at least 1, got `0`");
        }
        let utc_offset = history.utc_offset.unwrap_or_else(|| {
            problems.push(
                path,
                "counts calendar days: it needs `utc_offset` in the model's `history`",
            );
            0
        });
        let zero = spec.zero.unwrap_or(0.0);
        let hundred = spec.hundred.unwrap_or_else(|| {
            problems.push(
                format!("{path}.hundred"),
                "the scale is not fitted to a population",
            );
            f64::NAN
        });
        for (word, value) in [("zero", Some(zero)), ("hundred", spec.hundred)] {
            if value.is_some_and(|value| !(0.0..=LARGEST).contains(&value)) {
                problems.push(
                    format!("{path}.{word}"),
                    format!(
                        "must be between 0 and 1e12, got `{}`",
                        value.unwrap_or_default()
                    ),
                );
            }
        }
        if hundred <= zero {
            problems.push(
                format!("{path}.hundred"),
                format!("must be more than `zero`, got `{hundred}` and `{zero}`"),
            );
        }
        let whole = kinds
            .iter()
            .all(|kind| kind.weight.fract() == 0.0)
            .then(|| {
                let weight = |name: &str| spec.weights.get(name).copied().unwrap_or(0.0);
                schema.kinds().map(weight).collect()
            });
        Self {
            schema: schema.id(),
            history: history.clone(),
            whole,
            kinds: kinds.into(),
            window,
            per_day: spec.per_day.unwrap_or(PER_DAY),
            utc_offset,
            zero,
            hundred,
        }
    }

    /// Hands on, day by day, how many activities of a kind count.
    fn days<V: ?Sized>(&self, kind: &Kind, case: &Case<'_, V>, mut give: impl FnMut(i64, u64)) {
        let mut open: Option<(i64, u64)> = None;
        case.each_of(kind.slot, |activity, age| {
            if age >= self.window {
                return;
            }
            let today = day(activity.at, self.utc_offset);
            open = match open {
                Some((day, count)) if day == today => Some((day, count + 1)),
                before => {
                    if let Some((day, count)) = before {
                        give(day, count);
                    }
                    Some((today, 1))
                }
            };
        });
        if let Some((day, count)) = open {
            give(day, count);
        }
    }

    fn raw<V: ?Sized>(&self, case: &Case<'_, V>) -> f64 {
        /// So many weights add up to less than 2^53: whole numbers, exact in any order.
        const EXACT: u64 = 1_000;
        if let Some(weights) = &self.whole {
            let (mut sum, mut count) = (0.0, 0);
            case.each(|activity, age| {
                let counts = age < self.window;
                let weight = weights.get(activity.kind.index()).copied();
                sum += only_if(counts, weight.unwrap_or(0.0));
                count += u64::from(counts);
            });
            // No day can have too many.
            if count <= u64::from(self.per_day).min(EXACT) {
                return sum;
            }
        }
        // Of most kinds a lead has none, and adding nothing changes nothing.
        let kinds = self.kinds.iter();
        let kinds = kinds.filter(|kind| case.kinds.may_share(Kinds::one(kind.slot)));
        kinds.fold(0.0, |whole, kind| {
            let mut sum = 0.0;
            self.days(kind, case, |_, count| {
                sum += daily_count(count, self.per_day, kind.weight);
            });
            whole + sum
        })
    }

    /// The weighted sum, by kind and day.
    fn told<V: ?Sized>(&self, case: &Case<'_, V>) -> Explanation {
        let mut kinds = Vec::new();
        for kind in &self.kinds {
            let mut days = Vec::new();
            self.days(kind, case, |day, count| {
                let date = Moment::from_micros(day.saturating_mul(DAY)).to_utc();
                days.push(Explanation::node(
                    date.date_naive().to_string(),
                    Unit::Points,
                    Formula::DailyCount {
                        count,
                        at_most: self.per_day,
                        weight: kind.weight,
                    },
                    Vec::new(),
                ));
            });
            if !days.is_empty() {
                let node = Explanation::node(&kind.name, Unit::Points, Formula::Sum, days);
                kinds.push(node.role(Role::Rule));
            }
        }
        Explanation::node("weighted activities", Unit::Points, Formula::Sum, kinds)
    }

    pub(super) fn assess_case<V: ?Sized>(&self, case: &Case<'_, V>) -> Assessment {
        let raw = self.raw(case);
        let scaled = scale(root(raw), self.zero, self.hundred);
        Assessment {
            score: Score::saturating(clamp(scaled, Some(0.0), Some(100.0))),
            raw: Some(raw),
        }
    }

    pub(super) fn explain_case<V: ?Sized>(&self, case: &Case<'_, V>) -> Explanation {
        let sum = self.told(case);
        let root = Explanation::node("square root", Unit::Points, Formula::Root, vec![sum]);
        let formula = Formula::Scale {
            zero: self.zero,
            hundred: self.hundred,
        };
        let node = Explanation::node("engagement", Unit::Score, formula, vec![root]);
        let beyond = |value| !(0.0..=100.0).contains(&value);
        if !node.value().is_some_and(beyond) {
            return node;
        }
        let bounds = Formula::Clamp {
            min: Some(0.0),
            max: Some(100.0),
        };
        let inside = node.labelled("before bounds");
        Explanation::node("engagement", Unit::Score, bounds, vec![inside])
    }

    /// The lead's own new start, where it lies ahead: activities leave the window one after the other, which only
    /// lowers the sum.
    fn edge(&self, lead: &dyn LeadView, from: AsOf, until: AsOf) -> Option<Moment> {
        if lead.schema() != self.schema {
            return None;
        }
        let mark = self.history.mark(&Frozen::new(lead, from.moment()));
        first_edge(from, until, |note| mark.into_iter().for_each(note))
    }

    /// Hands the activities that count on; `None` for a lead of another schema.
    fn with_history<R>(
        &self,
        lead: &dyn LeadView,
        as_of: AsOf,
        run: impl FnOnce(&Case<'_, dyn LeadView + '_>) -> R,
    ) -> Option<R> {
        with_case(self.schema, &self.history, true, lead, as_of, |case, _| {
            run(case)
        })
    }
}

impl Scorer for EngagementScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        self.with_history(lead, as_of, |case| self.assess_case(case))
            .unwrap_or_default()
    }

    fn unit(&self) -> Unit {
        Unit::Points
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        self.with_history(lead, as_of, |case| self.explain_case(case))
            .unwrap_or_else(|| other_schema("engagement"))
    }

    fn explain_change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        self.change(lead, a, b)
    }

    fn next_change(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        Ok(self.edge(lead, from, until))
    }
}

#[cfg(test)]
mod tests;
