use super::problem::Problems;
use crate::lead::{Schema, name_problem, shortened};
use crate::score::{Dimension, LARGEST, Unit};
use crate::scorer::{
    ActivityPlan, ActivitySpec, Builder, Cond, ConditionSpec, Guard, History, Layout, Lint, Tests,
    resolve_condition,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;

/// Names for ranges of one number, such as cold, warm and hot, or MQL and SQL.
///
/// Every band is `>=`; below the lowest there is no label. A disqualified lead keeps its label, but has reached
/// none ([`ScoreVector::reached`](crate::ScoreVector::reached)).
///
/// # Examples
/// ```
/// use lead_scoring::{ActivitySpec, AutoQualifySpec, LabelSpec};
///
/// let stage = LabelSpec::new("stage")
///     .of("engagement")
///     .band("mql", 40.0)
///     .band("sql", 70.0)
///     .auto(AutoQualifySpec::new("sql", "asked for a demo").activity(ActivitySpec::of("demo_request").last("30d")));
/// # let _ = stage;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSpec {
    /// Its name, once in a model.
    pub name: String,
    /// The dimension, or `composite`. Default: the composite where the model has one, else the first dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Whether thresholds are scores or points. Default: scores.
    #[serde(default, skip_serializing_if = "is_score")]
    pub on: LabelOn,
    /// The bands.
    pub bands: Vec<BandSpec>,
    /// What lifts a lead into a band whatever its score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auto: Vec<AutoQualifySpec>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_score(on: &LabelOn) -> bool {
    *on == LabelOn::Score
}

/// What thresholds are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelOn {
    /// The score, 0 to 100; the manual one while it is in force.
    #[default]
    Score,
    /// The raw value of a dimension of points.
    Points,
}

/// One band of a [`LabelSpec`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandSpec {
    /// The label.
    pub label: String,
    /// The number from which it holds.
    pub at_least: f64,
}

/// A hand-raiser: whoever does this, or is this, is lifted into a band whatever the score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoQualifySpec {
    /// The band.
    pub label: String,
    /// Why, for people.
    pub reason: String,
    /// What must be true of the lead's attributes. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionSpec>,
    /// What the lead must have done. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivitySpec>,
}

impl LabelSpec {
    /// Labels without bands, of the composite or the first dimension.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// The dimension, or `composite`. Default: the composite where there is one, else the first dimension.
    #[must_use]
    pub fn of(mut self, dimension: impl Into<String>) -> Self {
        self.of = Some(dimension.into());
        self
    }

    /// Takes thresholds as points. Default: as scores.
    #[must_use]
    pub fn on_points(mut self) -> Self {
        self.on = LabelOn::Points;
        self
    }

    /// Adds a band.
    #[must_use]
    pub fn band(mut self, label: impl Into<String>, at_least: f64) -> Self {
        self.bands.push(BandSpec {
            label: label.into(),
            at_least,
        });
        self
    }

    /// Adds what lifts a lead into a band.
    #[must_use]
    pub fn auto(mut self, auto: AutoQualifySpec) -> Self {
        self.auto.push(auto);
        self
    }
}

impl AutoQualifySpec {
    /// Lifts into that band, for that reason.
    #[must_use]
    pub fn new(label: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            reason: reason.into(),
            ..Self::default()
        }
    }

    /// What must be true of the lead's attributes. Default: nothing.
    #[must_use]
    pub fn when(mut self, condition: impl Into<ConditionSpec>) -> Self {
        self.when = Some(condition.into());
        self
    }

    /// What the lead must have done. Default: nothing.
    #[must_use]
    pub fn activity(mut self, activity: ActivitySpec) -> Self {
        self.activity = Some(activity);
        self
    }
}

/// What labels are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Composite,
    Dimension(usize),
}

/// A [`LabelSpec`], resolved.
#[derive(Debug)]
pub(super) struct Labels {
    pub(super) target: Target,
    pub(super) on: LabelOn,
    /// Thresholds, lowest first.
    thresholds: Box<[f64]>,
    pub(super) auto: Box<[AutoQualify]>,
}

#[derive(Debug)]
pub(super) struct AutoQualify {
    /// Position of the band, lowest first.
    pub(super) band: u16,
    pub(super) reason: Arc<str>,
    pub(super) guard: Guard,
    pub(super) activity: Option<ActivityPlan>,
}

/// A [`LabelSpec`] whose conditions have no places yet.
pub(super) struct PendingLabels {
    pub(super) labels: Labels,
    pub(super) names: Vec<Arc<str>>,
    conditions: Vec<Option<Cond>>,
}

impl PendingLabels {
    pub(super) fn placed(mut self, layout: &Layout) -> Labels {
        for (auto, cond) in self.labels.auto.iter_mut().zip(&self.conditions) {
            if let Some(cond) = cond {
                auto.guard = Guard::new(cond, layout);
            }
        }
        self.labels
    }
}

impl Labels {
    /// The position of the band in which a value lies, lowest first.
    pub(super) fn band(&self, value: Option<f64>) -> Option<u16> {
        let value = value?;
        let reached = self
            .thresholds
            .partition_point(|&at_least| at_least <= value);
        reached
            .checked_sub(1)
            .and_then(|band| u16::try_from(band).ok())
    }
}

/// What the bands of a model are checked against.
pub(super) struct LabelContext<'a> {
    pub(super) schema: &'a Schema,
    pub(super) history: &'a History,
    pub(super) dimensions: &'a [Dimension],
    pub(super) has_composite: bool,
}

impl LabelSpec {
    pub(super) fn resolve(
        &self,
        context: &LabelContext<'_>,
        path: &str,
        tests: &mut Tests,
        problems: &mut Problems,
        lints: &mut Vec<Lint>,
    ) -> PendingLabels {
        let target = self.target(context, path, problems);
        if self.on == LabelOn::Points {
            // What is not there is reported already.
            let has_points = match target {
                None => true,
                Some(Target::Composite) => false,
                Some(Target::Dimension(i)) => context
                    .dimensions
                    .get(i)
                    .is_none_or(|dimension| dimension.unit() == Unit::Points),
            };
            if !has_points {
                problems.push(format!("{path}.on"), "only a dimension of rules has points");
            }
        }
        if self.bands.is_empty() {
            problems.push(format!("{path}.bands"), "needs at least one band");
        }
        if self.bands.len() > usize::from(u16::MAX) - 1 {
            problems.push(format!("{path}.bands"), "at most 65,534 bands");
        }
        let mut seen = HashSet::new();
        for (b, band) in self.bands.iter().enumerate() {
            let path = format!("{path}.bands[{b}]");
            if let Some(problem) = name_problem(&band.label) {
                problems.push(format!("{path}.label"), problem);
            }
            if !seen.insert(band.label.as_str()) {
                problems.push(
                    format!("{path}.label"),
                    format!("`{}` stands twice", shortened(&band.label)),
                );
            }
            if band.at_least.is_nan() || band.at_least.abs() > LARGEST {
                problems.push(
                    format!("{path}.at_least"),
                    format!(
                        "must be a number of at most 1e12 in size, got `{}`",
                        band.at_least
                    ),
                );
            } else if self.on == LabelOn::Score && band.at_least > 100.0 {
                lints.push(Lint::new(
                    format!("{path}.at_least"),
                    format!("no score reaches `{}`", band.at_least),
                ));
            }
        }
        let mut bands: Vec<(usize, &BandSpec)> = self.bands.iter().enumerate().collect();
        bands.sort_by(|a, b| a.1.at_least.total_cmp(&b.1.at_least));
        for pair in bands.windows(2) {
            if let [(_, low), (b, high)] = pair {
                if low.at_least >= high.at_least {
                    problems.push(
                        format!("{path}.bands[{b}].at_least"),
                        format!(
                            "`{}` already begins at `{}`",
                            shortened(&low.label),
                            high.at_least
                        ),
                    );
                }
            }
        }
        let names: Vec<Arc<str>> = bands
            .iter()
            .map(|(_, band)| band.label.as_str().into())
            .collect();
        let (auto, conditions) = self.resolve_auto(context, &names, path, tests, problems);
        PendingLabels {
            labels: Labels {
                target: target.unwrap_or(Target::Composite),
                on: self.on,
                thresholds: bands.iter().map(|(_, band)| band.at_least).collect(),
                auto,
            },
            names,
            conditions,
        }
    }

    /// What the labels are of; `None` where that is not there, which is then reported.
    fn target(
        &self,
        context: &LabelContext<'_>,
        path: &str,
        problems: &mut Problems,
    ) -> Option<Target> {
        match self.of.as_deref() {
            None | Some("composite") if context.has_composite => Some(Target::Composite),
            None => Some(Target::Dimension(0)),
            Some("composite") => {
                problems.push(format!("{path}.of"), "the model has no composite");
                None
            }
            Some(name) => {
                let known = || context.dimensions.iter().map(Dimension::name);
                let place = known().position(|known| known == name);
                if place.is_none() {
                    problems.unknown(format!("{path}.of"), "dimension", name, known());
                }
                place.map(Target::Dimension)
            }
        }
    }

    fn resolve_auto(
        &self,
        context: &LabelContext<'_>,
        names: &[Arc<str>],
        path: &str,
        tests: &mut Tests,
        problems: &mut Problems,
    ) -> (Box<[AutoQualify]>, Vec<Option<Cond>>) {
        let mut conditions = Vec::new();
        let mut ready = Vec::new();
        for (i, auto) in self.auto.iter().enumerate() {
            let path = format!("{path}.auto[{i}]");
            if auto.when.is_none() && auto.activity.is_none() {
                problems.push(&path, "give `when`, `activity` or both");
            }
            if auto.reason.is_empty() {
                problems.push(format!("{path}.reason"), "a reason must not be empty");
            }
            let band = names.iter().position(|name| name.as_ref() == auto.label);
            if band.is_none() {
                let known = names.iter().map(AsRef::as_ref);
                problems.unknown(format!("{path}.label"), "label", &auto.label, known);
            }
            conditions.push(auto.when.as_ref().map(|when| {
                resolve_condition(
                    when,
                    context.schema,
                    &format!("{path}.when"),
                    tests,
                    problems,
                )
            }));
            let activity = auto.activity.as_ref().map(|activity| {
                let mut builder = Builder {
                    schema: context.schema,
                    history: context.history,
                    problems,
                };
                builder.activity(activity, &format!("{path}.activity"))
            });
            ready.push(AutoQualify {
                band: band.and_then(|band| u16::try_from(band).ok()).unwrap_or(0),
                reason: auto.reason.as_str().into(),
                guard: Guard::Always,
                activity,
            });
        }
        (ready.into(), conditions)
    }
}
