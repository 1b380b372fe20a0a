mod bounds;
mod contradiction;
mod decay;
mod describe;
mod reach;
#[cfg(test)]
mod tests;
mod values;

use super::activity_spec::{ActivitySpec, InactivitySpec, Occurrences};
use super::build::{Resolved, ResolvedGroup};
use super::spec::{GroupPolicy, GroupSpec, RuleSpec, RulesSpec};
use crate::lead::{Schema, shortened};
use crate::score::{clamp, scale};
use crate::scorer::condition::{Cond, Tests};
use bounds::Bounds;
use contradiction::contradiction;
use reach::{Cover, Reached, Union};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hash, Hasher};
use values::canonical;

/// Something odd about a spec that is not wrong: returned beside what was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    path: String,
    message: String,
}

impl Lint {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    /// The place in the spec.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is odd there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Looks for what can never act. What it says is true of every lead; it does not find all of it.
///
/// Takes time in proportion to the spec. What would need more (comparing texts with texts, and parts of conditions
/// with parts of others) stops after a million steps, and the rest of that goes unsaid.
pub(super) fn lint(
    spec: &RulesSpec,
    resolved: &Resolved,
    schema: &Schema,
    path: &str,
) -> Vec<Lint> {
    let mut linter = Linter {
        tests: &resolved.tests,
        schema,
        work: Work::default(),
        found: Vec::new(),
    };
    if resolved.groups.iter().all(|group| group.rules.is_empty()) {
        linter.push(path, "has no enabled rule");
        return linter.found;
    }
    let mut points = Bounds::NOTHING;
    for (g, (group, resolved)) in spec.groups.iter().zip(&resolved.groups).enumerate() {
        let path = format!("{path}.groups[{g}]");
        points = points.plus(linter.group(group, resolved, &path));
    }
    linter.caps(points, (spec.min, spec.max), "its groups give", path);
    linter.scale(spec, points.within(spec.min, spec.max), path);
    linter.found
}

/// Steps that may still be taken where time is not in proportion to the spec.
struct Work {
    left: usize,
}

impl Default for Work {
    fn default() -> Self {
        Self { left: 1_000_000 }
    }
}

impl Work {
    /// Whether that many steps were left.
    fn spend(&mut self, steps: usize) -> bool {
        let enough = steps <= self.left;
        self.left = self.left.saturating_sub(steps);
        enough
    }
}

struct Linter<'a> {
    tests: &'a Tests,
    schema: &'a Schema,
    work: Work,
    found: Vec<Lint>,
}

/// An enabled rule.
struct Rule<'a> {
    spec: &'a RuleSpec,
    index: usize,
    cond: Option<Cond>,
    /// Whether it can hold, and give points.
    alive: bool,
    gives: bool,
}

impl Linter<'_> {
    fn push(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.found.push(Lint::new(path, message));
    }

    /// What a group can add to the dimension.
    fn group(&mut self, group: &GroupSpec, resolved: &ResolvedGroup, path: &str) -> Bounds {
        let include = resolved.include.as_ref();
        let include = include.map(|include| canonical(include, true));
        if let Some(why) = self.never(include.as_ref()) {
            self.push(
                format!("{path}.applies_to.include"),
                format!("can never be true: {why}"),
            );
            return Bounds::NOTHING;
        }
        if resolved.rules.is_empty() {
            self.push(path, "has no enabled rule");
        }
        let mut rules: Vec<Rule<'_>> = resolved
            .rules
            .iter()
            .filter_map(|(index, cond)| {
                let spec = group.rules.get(*index)?;
                Some(Rule {
                    spec,
                    index: *index,
                    cond: cond.as_ref().map(|cond| canonical(cond, true)),
                    alive: true,
                    gives: spec.points.is_some()
                        || spec.points_per_value.is_some()
                        || counted(spec).is_some(),
                })
            })
            .collect();
        for rule in &mut rules {
            if let Some(why) = self.never(rule.cond.as_ref()) {
                let path = format!("{path}.rules[{}].when", rule.index);
                self.push(path, format!("can never be true: {why}"));
                rule.alive = false;
            }
        }
        if group.policy == GroupPolicy::FirstMatch {
            self.reach(&mut rules, path);
        }
        self.repeats(&rules, path);
        let mut given: Vec<(&Rule<'_>, Bounds)> = Vec::with_capacity(rules.len());
        for rule in rules.iter().filter(|rule| rule.alive) {
            let bounds = self.rule(rule, path);
            given.extend(bounds.map(|bounds| (rule, bounds)));
        }
        let points = bounds::of_group(group, given.iter().map(|&(_, bounds)| bounds));
        for (rule, bounds) in given {
            // The first rule that holds keeps later ones out, and the highest negative ones, also with 0 points.
            let adds_nothing = match group.policy {
                GroupPolicy::Sum => true,
                GroupPolicy::Max => points.least >= 0.0,
                GroupPolicy::FirstMatch => false,
            };
            if adds_nothing && bounds == Bounds::NOTHING && rule.spec.disqualify.is_none() {
                self.push(
                    format!("{path}.rules[{}]", rule.index),
                    "gives 0 points and does not disqualify",
                );
            }
        }
        if !rules.is_empty() {
            self.caps(points, (group.min, group.max), "its rules give", path);
        }
        let points = points.within(group.min, group.max);
        if group.applies_to.is_some() {
            points.or_nothing()
        } else {
            points
        }
    }

    /// Why a condition in canonical form can never be true.
    fn never(&mut self, cond: Option<&Cond>) -> Option<String> {
        contradiction(cond?, self.tests, self.schema, &mut self.work)
    }

    /// Rules of a group that takes the first, behind rules that hold wherever they do.
    fn reach(&mut self, rules: &mut [Rule<'_>], path: &str) {
        let mut late = Vec::new();
        let mut reached = Reached::new(self.tests);
        for (i, rule) in rules.iter().enumerate() {
            let (Some(cond), true, true) = (&rule.cond, rule.alive, rule.gives) else {
                continue;
            };
            if let Some(cover) = reached.cover(cond, &mut self.work) {
                late.push((i, cover));
            } else if rule.spec.activity.is_none() && rule.spec.inactivity.is_none() {
                reached.add(cond, i);
            }
        }
        for (i, cover) in late {
            let before = match cover {
                Cover::Rule(first) => rules.get(first).map_or_else(String::new, |first| {
                    format!(
                        "rule `{}` before it holds wherever it does",
                        shortened(&first.spec.id)
                    )
                }),
                Cover::Several => "the rules before it hold wherever it does".to_owned(),
            };
            if let Some(rule) = rules.get_mut(i) {
                rule.alive = false;
                self.push(
                    format!("{path}.rules[{}]", rule.index),
                    format!("can never give its points: {before}"),
                );
            }
        }
    }

    /// Rules that ask the same.
    fn repeats(&mut self, rules: &[Rule<'_>], path: &str) {
        type Asked<'r> = (
            Option<&'r Cond>,
            Option<&'r ActivitySpec>,
            Option<&'r InactivitySpec>,
        );
        let mut seen: HashMap<u64, (Asked<'_>, &Rule<'_>)> = HashMap::new();
        for rule in rules.iter().filter(|rule| rule.alive && rule.gives) {
            let (activity, inactivity) = (&rule.spec.activity, &rule.spec.inactivity);
            let asked = (rule.cond.as_ref(), activity.as_ref(), inactivity.as_ref());
            let mut hash = Written(DefaultHasher::new());
            rule.cond.hash(&mut hash.0);
            // Cannot fail: the hasher takes everything.
            let _ = write!(hash, "{activity:?}{inactivity:?}");
            let (same, first) = *seen.entry(hash.0.finish()).or_insert((asked, rule));
            if first.index != rule.index && same == asked {
                self.found.push(Lint::new(
                    format!("{path}.rules[{}]", rule.index),
                    format!(
                        "asks the same as rule `{}` before it",
                        shortened(&first.spec.id)
                    ),
                ));
            }
        }
    }

    /// What a rule gives where it holds, within its bounds. `None` where it takes no part.
    fn rule(&mut self, rule: &Rule<'_>, path: &str) -> Option<Bounds> {
        let spec = rule.spec;
        let path = || format!("{path}.rules[{}]", rule.index);
        if let Some(ranges) = counted(spec) {
            let mut covered = Union::default();
            for (i, range) in ranges.iter().enumerate() {
                let span = bounds::counts(range);
                if covered.cover(span).is_some() {
                    self.push(
                        format!("{}.activity.occurrences.count[{i}]", path()),
                        "can never be reached: the ranges before it hold all of its counts",
                    );
                }
                covered.add(span, 0);
            }
        }
        if let Some(why) = spec.activity.as_ref().and_then(decay::never_acts) {
            self.push(
                format!("{}.activity.decay", path()),
                format!("can never act: {why}"),
            );
        }
        if !rule.gives {
            return None;
        }
        let points = bounds::of_rule(spec)?;
        if spec.min.is_some() || spec.max.is_some() {
            self.caps(points, (spec.min, spec.max), "the rule gives", &path());
        }
        Some(points.within(spec.min, spec.max))
    }

    /// Bounds that nothing reaches.
    fn caps(
        &mut self,
        points: Bounds,
        (min, max): (Option<f64>, Option<f64>),
        what: &str,
        path: &str,
    ) {
        if let Some(min) = min.filter(|&min| points.least > min) {
            let least = shown(points.least);
            self.push(
                format!("{path}.min"),
                format!("can never act: {what} at least {least} points, more than `{min}`"),
            );
        }
        if let Some(max) = max.filter(|&max| points.most < max) {
            let most = shown(points.most);
            self.push(
                format!("{path}.max"),
                format!("can never act: {what} at most {most} points, less than `{max}`"),
            );
        }
    }

    /// A score that does not use its scale.
    fn scale(&mut self, spec: &RulesSpec, points: Bounds, path: &str) {
        let (zero, hundred) = (spec.zero.unwrap_or(0.0), spec.hundred.unwrap_or(100.0));
        let most = shown(points.most);
        let score = clamp(scale(points.most, zero, hundred), Some(0.0), Some(100.0));
        if score <= 0.0 {
            self.push(
                format!("{path}.zero"),
                format!(
                    "the score is never above 0: at most {most} points are given, and `{zero}` is score 0"
                ),
            );
        } else if score < 100.0 {
            let score = shown(score);
            self.push(
                format!("{path}.hundred"),
                format!(
                    "the score never reaches 100: at most {most} points are given, which is score {score}, and `{hundred}` is score 100"
                ),
            );
        }
    }
}

/// The ranges of a rule that counts.
fn counted(rule: &RuleSpec) -> Option<&[super::activity_spec::CountRange]> {
    match &rule.activity.as_ref()?.occurrences {
        Occurrences::Count(ranges) => Some(ranges),
        _ => None,
    }
}

/// A computed number without the dust of its last digits.
fn shown(number: f64) -> f64 {
    const FINE: f64 = 1e6;
    let near = (number * FINE).round() / FINE;
    if number.abs() < 1e9 {
        near + 0.0
    } else {
        number
    }
}

/// Hashes what is written to it.
struct Written(DefaultHasher);

impl fmt::Write for Written {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
