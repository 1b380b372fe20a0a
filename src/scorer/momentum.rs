use super::first_edge::first_edge;
mod change;

use super::history::{History, HistorySpec};
use super::period::DAY;
use super::rules::{Case, other_schema};
use super::trace::{Off, On, Trace};
use super::visible::with_case;
use super::{Assessment, Opaque, Scorer};
use crate::lead::{Activity, Frozen, KindSlot, LeadView, Moment, Schema, SchemaId};
use crate::model::{Problems, SpecError};
use crate::score::{
    AsOf, Evidence, Explanation, Formula, LARGEST, Role, Score, Unit, WEEKS_BEFORE, momentum,
    only_if,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

const WEEK: i64 = 7 * DAY;
const FOUR_WEEKS: i64 = 4 * WEEK;

/// How momentum is measured, as it stands in a model file: what an activity of each kind weighs.
///
/// # Examples
/// ```
/// use lead_scoring::MomentumSpec;
///
/// let spec: MomentumSpec = toml::from_str("weights = { page_view = 1, webinar = 5 }")?;
/// assert_eq!(spec, MomentumSpec::new().weight("page_view", 1.0).weight("webinar", 5.0));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MomentumSpec {
    /// Weight of an activity of each kind, by name; a kind that is not named has none. Default: all kinds weigh 1.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
}

impl MomentumSpec {
    /// Every activity weighs 1.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What an activity of a kind weighs; once one is said, kinds of which none is said weigh nothing. Default: all
    /// kinds weigh 1.
    #[must_use]
    pub fn weight(mut self, kind: impl Into<String>, weight: f64) -> Self {
        self.weights.insert(kind.into(), weight);
        self
    }

    /// Checks the weights for leads of a schema.
    ///
    /// # Errors
    /// All problems at once, each with its place: unknown kinds, weights that are negative, beyond 1e12 or all 0.
    pub fn build(&self, schema: &Schema) -> Result<MomentumScorer, SpecError> {
        self.build_with(schema, &HistorySpec::new())
    }

    /// Checks the weights for leads of a schema, with a say in which activities count.
    ///
    /// # Errors
    /// As [`build`](MomentumSpec::build), and problems of `history` under that name.
    pub fn build_with(
        &self,
        schema: &Schema,
        history: &HistorySpec,
    ) -> Result<MomentumScorer, SpecError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let scorer = MomentumScorer::resolve(self, schema, &history, "momentum", &mut problems);
        problems.into_result(scorer)
    }
}

/// What a lead did in the last week, and in the mean week of the three before it: sums of weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Momentum {
    /// The last seven days: ages below `7d`.
    pub last_week: f64,
    /// A third of the three weeks before: ages from `7d` to below `28d`.
    pub mean_week: f64,
}

impl Momentum {
    /// What was added or lost from week to week: `last_week - mean_week`.
    #[must_use]
    pub fn change(self) -> f64 {
        self.last_week - self.mean_week + 0.0
    }
}

/// Score: the part of the last week's activity in it and the mean week before together, 50 for a steady lead, 100 for
/// one that has just begun, 0 for one that has fallen silent.
///
/// ```text
/// score = 100 * last / (last + mean)      50 where both are 0
/// last  = sum of weights, age < 7d
/// mean  = sum of weights, 7d <= age < 28d, divided by 3
/// ```
///
/// So twice the mean week is 66.7 and half of it 33.3: equal factors up and down lie equally far from 50. The raw
/// value is `last - mean` in points, a weight being the points of an activity. Ages leave out the pauses of the
/// history, as everywhere.
///
/// Abstains where the lead never had an activity that weighs anything. One that had, but not in these four weeks, is
/// steady: nothing against nothing is 50, since momentum tells of change and not of height.
///
/// # References
/// 6sense compares the last week's activity with the average week of the three before it; the scale is this
/// library's.
///
/// # Examples
/// ```
/// use lead_scoring::{Activity, AsOf, Lead, MomentumSpec, SchemaSpec, Scorer};
///
/// let schema = SchemaSpec::new().kind("visit").build()?;
/// let momentum = MomentumSpec::new().build(&schema)?;
/// let visit = schema.kind("visit").ok_or("no such kind")?;
/// let mut lead = Lead::builder(&schema, "a1");
/// for day in ["2026-03-02", "2026-03-09", "2026-03-10", "2026-03-26", "2026-03-27", "2026-03-28"] {
///     lead = lead.push(Activity::new(visit, day.parse()?));
/// }
/// let lead = lead.build()?;
///
/// // Three in the last week, three in the three weeks before: three times the mean week.
/// let as_of: AsOf = "2026-03-29".parse()?;
/// assert_eq!(momentum.score(&lead, as_of).map(|score| score.get()), Some(75.0));
/// assert_eq!(momentum.assess(&lead, as_of).raw, Some(2.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MomentumScorer {
    schema: SchemaId,
    /// By slot of the kind.
    weights: Box<[f64]>,
    /// Names of activity kinds, for explanations.
    kinds: Box<[Arc<str>]>,
    history: History,
}

/// Sums of the last week and of the three before, with their parts.
struct Weeks<N> {
    /// Whether the lead ever did anything that weighs.
    known: bool,
    last: f64,
    before: f64,
    last_parts: Vec<N>,
    before_parts: Vec<N>,
}

impl<N> Weeks<N> {
    fn momentum(&self) -> Option<Momentum> {
        self.known.then(|| Momentum {
            last_week: self.last,
            mean_week: self.before / WEEKS_BEFORE,
        })
    }
}

impl MomentumScorer {
    pub(crate) fn resolve(
        spec: &MomentumSpec,
        schema: &Schema,
        history: &History,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        let path = format!("{path}.weights");
        for (name, &weight) in &spec.weights {
            if schema.kind(name).is_none() {
                let path = format!("{path}.{name}");
                problems.unknown(path, "activity kind", name, schema.kinds());
            }
            if !(0.0..=LARGEST).contains(&weight) {
                problems.push(
                    format!("{path}.{name}"),
                    format!("a weight must be between 0 and 1e12, got `{weight}`"),
                );
            }
        }
        if !spec.weights.is_empty() && spec.weights.values().all(|&weight| weight == 0.0) {
            problems.push(&path, "at least one weight must be more than 0");
        }
        let weight = |name: &str| match spec.weights.get(name) {
            Some(&weight) => weight + 0.0,
            None if spec.weights.is_empty() => 1.0,
            None => 0.0,
        };
        Self {
            schema: schema.id(),
            weights: schema.kinds().map(weight).collect(),
            kinds: schema.kinds().map(Arc::from).collect(),
            history: history.clone(),
        }
    }

    /// The two sides of the comparison; `None` where the scorer abstains.
    #[must_use]
    pub fn momentum(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Momentum> {
        self.with_history(lead, as_of, |case| self.weeks::<Off, _>(case).momentum())?
    }

    fn weight(&self, kind: KindSlot) -> f64 {
        self.weights.get(kind.index()).copied().unwrap_or(0.0)
    }

    fn weeks<T: Trace, V: ?Sized>(&self, case: &Case<'_, V>) -> Weeks<T::Node> {
        let mut weeks = Weeks {
            known: false,
            last: 0.0,
            before: 0.0,
            last_parts: Vec::new(),
            before_parts: Vec::new(),
        };
        case.each(|activity, age| {
            let weight = self.weight(activity.kind);
            let is_last = age < WEEK;
            let is_before = !is_last && age < FOUR_WEEKS;
            weeks.last += only_if(is_last, weight);
            weeks.before += only_if(is_before, weight);
            weeks.known |= weight > 0.0;
            if T::ON && weight > 0.0 {
                let part = || self.part::<T>(activity, weight);
                if is_last {
                    weeks.last_parts.push(part());
                } else if is_before {
                    weeks.before_parts.push(part());
                }
            }
        });
        weeks
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

    pub(super) fn assess_case<V: ?Sized>(&self, case: &Case<'_, V>) -> Assessment {
        let weeks = self.weeks::<Off, V>(case);
        if !weeks.known {
            return Assessment::default();
        }
        Assessment {
            score: Score::saturating(momentum(weeks.last, weeks.before)),
            raw: weeks.momentum().map(Momentum::change),
        }
    }

    pub(super) fn explain_case<V: ?Sized>(&self, case: &Case<'_, V>) -> Explanation {
        let weeks = self.weeks::<On, V>(case);
        if !weeks.known {
            let why = Explanation::unknown("nothing that it did weighs anything", Unit::Score);
            return Explanation::unknown("momentum", Unit::Score)
                .with_notes(vec![why.role(Role::Abstains)]);
        }
        let sum = |label: &'static str, parts| {
            Explanation::node(label, Unit::Points, Formula::Sum, parts)
        };
        let parts = vec![
            // What raises the score; the weeks before only measure it.
            sum("last week", weeks.last_parts).role(Role::Rule),
            sum("the three weeks before", weeks.before_parts),
        ];
        Explanation::node("momentum", Unit::Score, Formula::Momentum, parts)
    }

    /// The next moment at which an activity leaves its week, or all four.
    fn edge(&self, lead: &dyn LeadView, from: AsOf, until: AsOf) -> Option<Moment> {
        let frozen = Frozen::new(lead, from.moment());
        first_edge(from, until, |note| {
            self.with_history(&frozen, from, |case| {
                self.history.mark(&frozen).into_iter().for_each(&mut *note);
                let weighs = |activity: &&Activity<'_>| self.weight(activity.kind) > 0.0;
                for activity in case.history.iter().filter(weighs) {
                    for age in [WEEK, FOUR_WEEKS] {
                        let at = self.history.pauses.when(activity.at, age);
                        at.into_iter().for_each(&mut *note);
                    }
                }
            });
        })
    }

    fn part<T: Trace>(&self, activity: &Activity<'_>, weight: f64) -> T::Node {
        T::node(
            || match self.kinds.get(activity.kind.index()) {
                Some(name) => name.into(),
                None => "activity".into(),
            },
            Some(weight),
            || {
                let role = Role::Activity(Box::new(Evidence::of(activity)));
                (Unit::Points, Formula::Given, role)
            },
            Vec::new(),
        )
    }
}

impl Scorer for MomentumScorer {
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
            .unwrap_or_else(|| other_schema("momentum"))
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
