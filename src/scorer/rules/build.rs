mod activity;

use super::activity_spec::Occurrences;
use super::plan::{Effect, GroupPlan, Mode, RulePlan, RulesPlan};
use super::spec::{AppliesTo, GroupSpec, RuleSpec, RulesSpec};
use super::wakes::Wakes;
use crate::lead::{Schema, name_problem, shortened};
use crate::model::Problems;
use crate::score::LARGEST;
use crate::scorer::condition::{
    Applies, Cond, ConditionSpec, Guard, Layout, Tests, Together, resolve_condition,
};
use crate::scorer::history::History;
use std::collections::HashSet;
use std::sync::Arc;

/// Compiles a [`RulesSpec`], collecting every problem.
pub(crate) struct Builder<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) history: &'a History,
    pub(crate) problems: &'a mut Problems,
}

/// The conditions of a scorer before they have places: in the order in which guards are made of them.
pub(super) struct Resolved {
    pub(super) tests: Tests,
    /// For each group its conditions, `None` where the group is empty of them.
    pub(super) groups: Vec<ResolvedGroup>,
}

pub(super) struct ResolvedGroup {
    pub(super) include: Option<Cond>,
    pub(super) exclude: Option<Cond>,
    /// Conditions of the enabled rules, in order.
    pub(super) rules: Vec<(usize, Option<Cond>)>,
}

impl Builder<'_> {
    pub(crate) fn rules(
        &mut self,
        spec: &RulesSpec,
        path: &str,
        together: &mut Together,
    ) -> (RulesPlan, Tests, Vec<super::lint::Lint>) {
        let zero = self.number(spec.zero.unwrap_or(0.0), || format!("{path}.zero"));
        let hundred = self.number(spec.hundred.unwrap_or(100.0), || format!("{path}.hundred"));
        if hundred <= zero {
            self.problems.push(
                format!("{path}.hundred"),
                format!("must be more than `zero`, got `{hundred}` and `{zero}`"),
            );
        }
        self.bounds(spec.min, spec.max, path);
        let mut resolved = Resolved {
            tests: Tests::default(),
            groups: Vec::with_capacity(spec.groups.len()),
        };
        let mut names = HashSet::new();
        let mut ids = HashSet::new();
        let mut effects = Vec::with_capacity(spec.groups.len());
        for (g, group) in spec.groups.iter().enumerate() {
            let path = format!("{path}.groups[{g}]");
            self.name(&group.name, &mut names, || format!("{path}.name"));
            self.bounds(group.min, group.max, &path);
            let (include, exclude) = match &group.applies_to {
                Some(applies) => resolve_applies(
                    applies,
                    self.schema,
                    &format!("{path}.applies_to"),
                    &mut resolved.tests,
                    self.problems,
                ),
                None => (None, None),
            };
            let mut rules = Vec::with_capacity(group.rules.len());
            let mut group_effects = Vec::with_capacity(group.rules.len());
            for (r, rule) in group.rules.iter().enumerate() {
                let path = format!("{path}.rules[{r}]");
                self.name(&rule.id, &mut ids, || format!("{path}.id"));
                self.bounds(rule.min, rule.max, &path);
                let effect = self.effect(rule, &path);
                // A disabled rule is checked like any other, and then left out with the attributes it reads.
                let mut aside = Tests::default();
                let tests = if rule.enabled {
                    &mut resolved.tests
                } else {
                    &mut aside
                };
                let cond = rule
                    .when
                    .as_ref()
                    .map(|when| self.condition(when, &format!("{path}.when"), tests));
                if rule.enabled {
                    rules.push((r, cond));
                    group_effects.push(effect);
                }
            }
            resolved.groups.push(ResolvedGroup {
                include,
                exclude,
                rules,
            });
            effects.push(group_effects);
        }
        let lints = super::lint::lint(spec, &resolved, self.schema, path);
        let mut asked = HashSet::new();
        for (_, cond) in resolved.groups.iter().flat_map(|group| &group.rules) {
            if let Some(cond) = cond {
                cond.slots(&resolved.tests, &mut asked);
            }
        }
        let (attributes, layout) = together.plan(&resolved.tests, |slot| asked.contains(&slot));
        let reads_activities = effects
            .iter()
            .flatten()
            .any(|effect| !matches!(effect, Effect::Points(_)));
        let mut groups: Box<[GroupPlan]> = spec
            .groups
            .iter()
            .zip(&resolved.groups)
            .zip(effects)
            .map(|((spec, resolved), effects)| group(spec, resolved, effects, &layout))
            .collect();
        let rules = groups.iter_mut().flat_map(|group| group.rules.iter_mut());
        for (place, rule) in rules.enumerate() {
            rule.place = place;
        }
        let plan = RulesPlan {
            schema: self.schema.id(),
            attributes,
            reads_attributes: !asked.is_empty(),
            sum: GroupPlan::one_sum(&groups),
            wakes: Wakes::new(&groups),
            groups,
            zero,
            hundred,
            min: spec.min,
            max: spec.max,
            when_unknown: spec.when_unknown,
            reads_activities,
            kinds: self.schema.kinds().map(Arc::from).collect(),
        };
        (plan, resolved.tests, lints)
    }

    fn condition(&mut self, spec: &ConditionSpec, path: &str, tests: &mut Tests) -> Cond {
        resolve_condition(spec, self.schema, path, tests, self.problems)
    }

    fn name<'s>(&mut self, name: &'s str, seen: &mut HashSet<&'s str>, path: impl Fn() -> String) {
        if let Some(problem) = name_problem(name) {
            self.problems.push(path(), problem);
        }
        if !seen.insert(name) {
            self.problems
                .push(path(), format!("`{}` stands twice", shortened(name)));
        }
    }

    /// A number of a spec: finite and at most 1e12 in size. NaN where it is not, which compares with nothing.
    fn number(&mut self, value: f64, path: impl Fn() -> String) -> f64 {
        if value.is_nan() || value.abs() > LARGEST {
            self.problems.push(
                path(),
                format!("must be a number of at most 1e12 in size, got `{value}`"),
            );
            return f64::NAN;
        }
        value
    }

    fn bounds(&mut self, min: Option<f64>, max: Option<f64>, path: &str) {
        let min = min.map(|min| self.number(min, || format!("{path}.min")));
        let max = max.map(|max| self.number(max, || format!("{path}.max")));
        if let (Some(min), Some(max)) = (min, max) {
            if min > max {
                self.problems.push(
                    format!("{path}.max"),
                    format!("must not be less than `min`, got `{max}` and `{min}`"),
                );
            }
        }
    }

    fn effect(&mut self, rule: &RuleSpec, path: &str) -> Effect {
        let points = rule
            .points
            .map(|points| self.number(points, || format!("{path}.points")));
        let per_value = rule
            .points_per_value
            .map(|points| self.number(points, || format!("{path}.points_per_value")));
        if points.is_some() && per_value.is_some() {
            self.problems
                .push(path, "give `points` or `points_per_value`, not both");
        }
        if rule.disqualify.as_ref().is_some_and(String::is_empty) {
            self.problems
                .push(format!("{path}.disqualify"), "a reason must not be empty");
        }
        let counts = match &rule.activity {
            Some(activity) => matches!(activity.occurrences, Occurrences::Count(_)),
            None => false,
        };
        let gives = points.is_some() || per_value.is_some() || counts;
        if !gives && rule.disqualify.is_none() {
            self.problems.push(
                path,
                "a rule gives `points`, `points_per_value` or a count's points, or it must `disqualify`",
            );
        }
        if !gives && (rule.min.is_some() || rule.max.is_some()) {
            self.problems
                .push(path, "`min` and `max` belong to a rule that gives points");
        }
        if per_value.is_some() && (rule.activity.is_none() || counts) {
            self.problems.push(
                format!("{path}.points_per_value"),
                "belongs to an `activity` that is not counted",
            );
        }
        match (&rule.activity, &rule.inactivity) {
            (Some(_), Some(_)) => {
                self.problems
                    .push(path, "give `activity` or `inactivity`, not both");
                Effect::Points(0.0)
            }
            (Some(activity), None) => {
                if counts && points.is_some() {
                    self.problems.push(
                        format!("{path}.points"),
                        "the ranges of `count` have points of their own",
                    );
                }
                let given = per_value.or(points).unwrap_or(0.0);
                let path = format!("{path}.activity");
                let mut plan = self.activity(activity, &path);
                plan.points = given;
                plan.per_value = per_value.is_some();
                Effect::Activity(Box::new(plan))
            }
            (None, Some(inactivity)) => {
                let path = format!("{path}.inactivity");
                Effect::Inactivity(Box::new(self.inactivity(
                    inactivity,
                    points.unwrap_or(0.0),
                    &path,
                )))
            }
            (None, None) => {
                if rule.when.is_none() {
                    self.problems.push(
                        path,
                        "a rule asks something: give `when`, `activity` or `inactivity`",
                    );
                }
                Effect::Points(points.unwrap_or(0.0))
            }
        }
    }
}

/// Resolves the two conditions of an `applies_to`.
pub(crate) fn resolve_applies(
    spec: &AppliesTo,
    schema: &Schema,
    path: &str,
    tests: &mut Tests,
    problems: &mut Problems,
) -> (Option<Cond>, Option<Cond>) {
    if spec.include.is_none() && spec.exclude.is_none() {
        problems.push(path, "give `include`, `exclude` or both");
    }
    let mut resolve = |spec: &Option<ConditionSpec>, word: &str| {
        spec.as_ref()
            .map(|spec| resolve_condition(spec, schema, &format!("{path}.{word}"), tests, problems))
    };
    (
        resolve(&spec.include, "include"),
        resolve(&spec.exclude, "exclude"),
    )
}

impl Applies {
    /// `None` where there is no condition.
    pub(crate) fn new(
        include: Option<&Cond>,
        exclude: Option<&Cond>,
        layout: &Layout,
    ) -> Option<Self> {
        (include.is_some() || exclude.is_some()).then(|| Self {
            include: include.map_or(Guard::Always, |cond| Guard::new(cond, layout)),
            exclude: exclude.map(|cond| Guard::new(cond, layout)),
        })
    }
}

fn group(
    spec: &GroupSpec,
    resolved: &ResolvedGroup,
    effects: Vec<Effect>,
    layout: &Layout,
) -> GroupPlan {
    let rules: Box<[RulePlan]> = resolved
        .rules
        .iter()
        .zip(effects)
        .filter_map(|((index, cond), effect)| {
            let spec = spec.rules.get(*index)?;
            Some(rule(spec, cond.as_ref(), effect, layout))
        })
        .collect();
    let mut group = GroupPlan {
        name: spec.name.as_str().into(),
        policy: spec.policy,
        min: spec.min,
        max: spec.max,
        applies: Applies::new(resolved.include.as_ref(), resolved.exclude.as_ref(), layout),
        settings: None,
        sums: GroupPlan::bare_sums(&rules, spec.policy),
        rules,
    };
    group.settings = group.of_settings();
    group
}

fn rule(spec: &RuleSpec, cond: Option<&Cond>, effect: Effect, layout: &Layout) -> RulePlan {
    let counts = matches!(&effect, Effect::Activity(plan) if matches!(plan.mode, Mode::Count(_)));
    RulePlan {
        place: 0,
        id: spec.id.as_str().into(),
        guard: cond.map_or(Guard::Always, |cond| Guard::new(cond, layout)),
        effect,
        min: spec.min,
        max: spec.max,
        gives: spec.points.is_some() || spec.points_per_value.is_some() || counts,
        disqualify: spec.disqualify.as_deref().map(Arc::from),
    }
}
