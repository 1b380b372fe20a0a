use super::{BandSpec, LabelOn, LabelSpec};
use crate::lead::{Schema, name_problem, shortened};
use crate::model::Problems;
use crate::score::{Dimension, LARGEST, Unit};
use crate::scorer::{
    ActivityPlan, Builder, Cond, Guard, History, Layout, Lint, Tests, resolve_condition,
};
use std::collections::HashSet;
use std::sync::Arc;

/// What labels are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Target {
    Composite,
    Dimension(usize),
}

/// A [`LabelSpec`], resolved.
#[derive(Debug)]
pub(in crate::model) struct Labels {
    pub(in crate::model) target: Target,
    pub(in crate::model) on: LabelOn,
    thresholds: Thresholds,
    pub(in crate::model) auto: Box<[AutoQualify]>,
}

/// The numbers from which the bands hold, lowest first.
#[derive(Debug)]
struct Thresholds {
    all: Box<[f64]>,
    /// The first of them, filled up with what no number reaches: all are compared, since where to stop would be a branch
    /// that nobody could foretell.
    first: [f64; Self::FEW],
}

impl Thresholds {
    const FEW: usize = 8;

    /// How many are reached by a value; NaN reaches none.
    #[inline]
    fn reached(&self, value: f64) -> usize {
        let reached = |reached, at_least: &f64| reached + usize::from(*at_least <= value);
        let first = self.first.iter().fold(0, reached);
        let others = self.all.get(Self::FEW..).unwrap_or_default();
        others.iter().fold(first, reached)
    }
}

impl FromIterator<f64> for Thresholds {
    fn from_iter<I: IntoIterator<Item = f64>>(all: I) -> Self {
        let all: Box<[f64]> = all.into_iter().collect();
        let mut first = [f64::NAN; Self::FEW];
        for (first, at_least) in first.iter_mut().zip(&all) {
            *first = *at_least;
        }
        Self { all, first }
    }
}

#[derive(Debug)]
pub(in crate::model) struct AutoQualify {
    /// Position of the band, lowest first.
    pub(in crate::model) band: u16,
    pub(in crate::model) reason: Arc<str>,
    pub(in crate::model) guard: Guard,
    pub(in crate::model) activity: Option<ActivityPlan>,
}

/// A [`LabelSpec`] whose conditions have no places yet.
pub(in crate::model) struct PendingLabels {
    pub(in crate::model) labels: Labels,
    pub(in crate::model) names: Vec<Arc<str>>,
    conditions: Vec<Option<Cond>>,
}

impl PendingLabels {
    pub(in crate::model) fn placed(mut self, layout: &Layout) -> Labels {
        for (auto, cond) in self.labels.auto.iter_mut().zip(&self.conditions) {
            if let Some(cond) = cond {
                auto.guard = Guard::new(cond, layout);
            }
        }
        self.labels
    }
}

impl Labels {
    /// The numbers from which the bands hold, lowest first.
    pub(in crate::model) fn thresholds(&self) -> &[f64] {
        &self.thresholds.all
    }

    /// The number from which a band holds.
    pub(in crate::model) fn threshold(&self, band: usize) -> Option<f64> {
        self.thresholds.all.get(band).copied()
    }

    /// The position of the band in which a value lies, lowest first; NaN lies in none.
    #[inline]
    pub(in crate::model) fn band(&self, value: f64) -> Option<u16> {
        let reached = self.thresholds.reached(value);
        reached
            .checked_sub(1)
            .and_then(|band| u16::try_from(band).ok())
    }
}

/// What the bands of a model are checked against.
pub(in crate::model) struct LabelContext<'a> {
    pub(in crate::model) schema: &'a Schema,
    pub(in crate::model) history: &'a History,
    pub(in crate::model) dimensions: &'a [Dimension],
    pub(in crate::model) has_composite: bool,
    /// Those of which the model has percentile ranks, by dimension; `None` is the composite.
    pub(in crate::model) ranked: &'a [Option<usize>],
}

impl LabelContext<'_> {
    pub(in crate::model) fn resolve(
        &self,
        specs: &[LabelSpec],
        path: &str,
        tests: &mut Tests,
        problems: &mut Problems,
        lints: &mut Vec<Lint>,
    ) -> Vec<PendingLabels> {
        let mut names = HashSet::new();
        let mut pending = Vec::with_capacity(specs.len());
        for (i, spec) in specs.iter().enumerate() {
            let path = format!("{path}labels[{i}]");
            if let Some(problem) = name_problem(&spec.name) {
                problems.push(format!("{path}.name"), problem);
            }
            if !names.insert(spec.name.as_str()) {
                problems.push(
                    format!("{path}.name"),
                    format!("`{}` stands twice", shortened(&spec.name)),
                );
            }
            pending.push(spec.resolve(self, &path, tests, problems, lints));
        }
        pending
    }
}

impl LabelSpec {
    pub(in crate::model) fn resolve(
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
        if let (LabelOn::Percentile, Some(target)) = (self.on, target) {
            let of = match target {
                Target::Composite => None,
                Target::Dimension(dimension) => Some(dimension),
            };
            if !context.ranked.contains(&of) {
                problems.push(
                    format!("{path}.on"),
                    "the model has no `percentiles` of what the labels are of",
                );
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
            } else if self.on != LabelOn::Points && band.at_least > 100.0 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_thresholds_are_reached_as_lie_at_or_below() {
        for count in [0, 1, 7, 8, 9, 20] {
            let all: Thresholds = (0..count).map(f64::from).collect();
            for value in [-1.0, 0.0, 0.5, 7.0, 8.0, 30.0, f64::INFINITY, f64::NAN] {
                let below = (0..count).filter(|&at_least| f64::from(at_least) <= value);
                assert_eq!(all.reached(value), below.count(), "{value} of {count}");
            }
        }
    }
}
