use super::super::case::{Buffers, Case};
use super::super::plan::{GroupPlan, RulePlan, RulesPlan};
use super::super::rule_scorer::{RuleScorer, other_schema};
use super::super::spec::WhenUnknown;
use crate::lead::{Frozen, LeadView};
use crate::score::{AsOf, Cause, Explanation, Formula, Label, Role, Unit};
use crate::scorer::trace::On;

/// What is looked at to explain a change: before, the same facts later, the later facts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments<T> {
    pub(crate) before: T,
    pub(crate) aged: T,
    pub(crate) after: T,
}

impl<T> Moments<T> {
    pub(crate) fn map<U>(self, mut to: impl FnMut(T) -> U) -> Moments<U> {
        Moments {
            before: to(self.before),
            aged: to(self.aged),
            after: to(self.after),
        }
    }

    pub(crate) fn as_ref(&self) -> Moments<&T> {
        Moments {
            before: &self.before,
            aged: &self.aged,
            after: &self.after,
        }
    }
}

impl<T> Moments<Option<T>> {
    /// All three, or none.
    pub(crate) fn all(self) -> Option<Moments<T>> {
        Some(Moments {
            before: self.before?,
            aged: self.aged?,
            after: self.after?,
        })
    }
}

/// The lead at two moments, the earlier first.
pub(crate) fn when<V: LeadView + ?Sized>(
    lead: &V,
    a: AsOf,
    b: AsOf,
) -> Moments<(Frozen<'_, V>, AsOf)> {
    let (first, last) = (a.min(b), a.max(b));
    let known = |at: AsOf| Frozen::new(lead, at.moment());
    Moments {
        before: (known(first), first),
        aged: (known(first), last),
        after: (known(last), last),
    }
}

impl RuleScorer {
    /// Why the points at the later of two moments are others than at the earlier: their difference, by rule and cause.
    ///
    /// The value is the later points less the earlier, exactly. It is the sum of what happened in each group, and
    /// that of what happened to each rule, split in two steps: first time passes with the facts of the earlier moment
    /// (decay, windows, silence, dates), then the new facts come in. Bounds that hold back more or less are parts of
    /// their own. Floating-point sums of differences may miss the difference of the sums in the last digits: where
    /// they do, a part [`Cause::Rounding`] makes every sum exact, so that the tree
    /// [`recomputes`](Explanation::recomputes). [`Explanation::effects`] reads causes off it.
    ///
    /// No value where the scorer abstains at either moment.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     Activity, ActivitySpec, Cause, DecaySpec, GroupSpec, KindSlot, Lead, RuleSpec, RulesSpec, SchemaSpec,
    /// };
    ///
    /// let schema = SchemaSpec::new().kind("download").build()?;
    /// let downloads = ActivitySpec::of("download").decay(DecaySpec::half_life("14d"));
    /// let scorer = RulesSpec::new()
    ///     .group(GroupSpec::sum("web").rule(RuleSpec::new("download").points(20.0).activity(downloads)))
    ///     .build(&schema)?;
    /// let lead = Lead::builder(&schema, "a1")
    ///     .push(Activity::new(KindSlot::new(0), "2026-03-01".parse()?))
    ///     .push(Activity::new(KindSlot::new(0), "2026-03-15".parse()?))
    ///     .build()?;
    ///
    /// let why = scorer.explain_change(&lead, "2026-03-01".parse()?, "2026-03-15".parse()?);
    /// assert_eq!(why.value(), Some(10.0));
    /// let effects: Vec<_> = why.effects().iter().map(|e| (e.of, e.cause, e.value)).collect();
    /// assert_eq!(effects, [("download", Cause::Decay, -10.0), ("download", Cause::Facts, 20.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain_change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        let told = when(lead, a, b).map(|(lead, as_of)| {
            self.with_case(&lead, as_of, |case, buffers| {
                self.told_points(case, buffers)
            })
        });
        match told.all() {
            None => other_schema("points rules"),
            Some(told) => self.told_change(&told),
        }
    }

    /// The points, explained; `None` where the scorer abstains.
    pub(crate) fn told_points<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> Option<Explanation> {
        let plan = &self.plan;
        let known = plan
            .attributes
            .read(case.lead, case.as_of, &mut buffers.words);
        let abstains = !known
            && !plan.reads_activities
            && plan.reads_attributes
            && plan.when_unknown == WhenUnknown::Abstain;
        (!abstains).then(|| {
            let case = case.as_dyn(&case.lead);
            plan.points::<On>(&case, buffers, &mut |_| {}).1
        })
    }

    /// The change between explained points.
    pub(crate) fn told_change(&self, told: &Moments<Option<Explanation>>) -> Explanation {
        match told.as_ref().map(Option::as_ref).all() {
            Some(told) => self.plan.change(told),
            None => abstained("points rules", Unit::Points),
        }
    }
}

/// What is said of a scorer that abstains before or after.
pub(crate) fn abstained(label: impl Into<Label>, unit: Unit) -> Explanation {
    let why = Explanation::unknown("it abstains at one of the moments", unit);
    Explanation::unknown(label, unit).with_notes(vec![why.role(Role::Abstains)])
}

/// A number before it is brought into bounds.
fn unbounded(node: &Explanation) -> &Explanation {
    match (node.formula(), node.parts()) {
        (Formula::Clamp { .. }, [inner]) => inner,
        _ => node,
    }
}

fn named<'e>(node: &'e Explanation, label: &str) -> Option<&'e Explanation> {
    let mut parts = unbounded(node).parts().iter();
    parts.find(|part| part.label() == label)
}

pub(crate) fn value(node: Option<&Explanation>) -> f64 {
    node.and_then(Explanation::value).unwrap_or(0.0)
}

pub(crate) fn or_nothing(node: Option<&Explanation>, unit: Unit) -> Explanation {
    node.cloned()
        .unwrap_or_else(|| Explanation::given("nothing", unit, 0.0))
}

/// What bounds took away or added, now less then.
pub(crate) fn bounds(
    after: Option<&Explanation>,
    before: Option<&Explanation>,
) -> Option<Explanation> {
    let unit = after.or(before).map_or(Unit::Points, Explanation::unit);
    let effect = |node: Option<&Explanation>| {
        let kept = Explanation::given("kept", unit, value(node));
        let whole = value(node.map(unbounded));
        let whole = Explanation::given("before bounds", unit, whole);
        Explanation::node("by bounds", unit, Formula::Difference, vec![kept, whole])
    };
    let (after, before) = (effect(after), effect(before));
    let changed = after.value() != before.value();
    changed.then(|| Explanation::difference("bounds", unit, after, before, Cause::Bounds))
}

impl RulesPlan {
    /// The change of explained points.
    pub(crate) fn change(&self, told: Moments<&Explanation>) -> Explanation {
        let mut parts: Vec<Explanation> = self
            .groups
            .iter()
            .filter_map(|group| group.change(told.map(|node| named(node, &group.name))))
            .collect();
        parts.extend(bounds(Some(told.after), Some(told.before)));
        let whole = value(Some(told.after)) - value(Some(told.before));
        Explanation::summing_to(whole, "points rules", Unit::Points, parts)
    }
}

impl GroupPlan {
    /// What happened in the group; `None` where nothing did.
    fn change(&self, told: Moments<Option<&Explanation>>) -> Option<Explanation> {
        let rules = self.rules.iter().filter(|rule| rule.gives);
        let mut parts: Vec<Explanation> = rules
            .filter_map(|rule| {
                rule.change(told.map(|group| group.map_or(Held::Not, |group| held(group, rule))))
            })
            .collect();
        parts.extend(bounds(told.after, told.before));
        let whole = value(told.after) - value(told.before);
        (!parts.is_empty() || whole != 0.0).then(|| {
            Explanation::summing_to(whole, &self.name, Unit::Points, parts).role(Role::Group)
        })
    }
}

/// Whether a rule held, and whether its group took it.
#[derive(Clone, Copy)]
enum Held<'e> {
    Not,
    Passed,
    Counted(&'e Explanation),
}

impl<'e> Held<'e> {
    fn counted(self) -> Option<&'e Explanation> {
        match self {
            Self::Counted(node) => Some(node),
            _ => None,
        }
    }
}

fn held<'e>(group: &'e Explanation, rule: &RulePlan) -> Held<'e> {
    let group = unbounded(group);
    let mut parts = group.parts().iter().enumerate();
    let Some((place, node)) = parts.find(|(_, part)| part.label() == &*rule.id) else {
        return Held::Not;
    };
    let bits = |node: &Explanation| node.value().map(f64::to_bits);
    let counted = match group.formula() {
        Formula::Max => group
            .parts()
            .iter()
            .position(|part| bits(part) == bits(group)),
        Formula::First => Some(0),
        _ => Some(place),
    };
    if counted == Some(place) {
        Held::Counted(node)
    } else {
        Held::Passed
    }
}

impl RulePlan {
    /// What happened to the rule; `None` where nothing did.
    fn change(&self, held: Moments<Held<'_>>) -> Option<Explanation> {
        let mut parts = step(held.before, held.aged, false);
        parts.extend(step(held.aged, held.after, true));
        let whole = value(held.after.counted()) - value(held.before.counted());
        (!parts.is_empty() || whole != 0.0)
            .then(|| Explanation::summing_to(whole, &self.id, Unit::Points, parts).role(Role::Rule))
    }
}

/// What one step, of time or of facts, did to a rule.
fn step(before: Held<'_>, after: Held<'_>, facts: bool) -> Vec<Explanation> {
    let whole = |cause: Cause| {
        let (after, before) = (after.counted(), before.counted());
        let label = cause.to_string();
        let (after, before) = (
            or_nothing(after, Unit::Points),
            or_nothing(before, Unit::Points),
        );
        vec![Explanation::difference(
            label,
            Unit::Points,
            after,
            before,
            cause,
        )]
    };
    let passed = matches!(before, Held::Passed) || matches!(after, Held::Passed);
    let (old, new) = (before.counted(), after.counted());
    match (old, new) {
        (None, None) => return Vec::new(),
        (Some(old), Some(new)) if old == new => return Vec::new(),
        _ if passed && facts => return whole(Cause::Facts),
        _ if passed => return whole(Cause::Group),
        _ => {}
    }
    let (inner_old, inner_new) = (old.map(unbounded), new.map(unbounded));
    let mut parts = match inner_new.or(inner_old).map(Explanation::formula) {
        Some(Formula::Sum) => occurrences(inner_old, inner_new, facts, Cause::Decay),
        _ if inner_old == inner_new => Vec::new(),
        formula => {
            let cause = match formula {
                _ if facts => Cause::Facts,
                Some(Formula::Inactivity { .. }) => Cause::Silence,
                Some(Formula::Count { .. }) => {
                    let counted = |node: Option<&Explanation>| match node.map(Explanation::formula)
                    {
                        Some(Formula::Count { count, .. }) => Some(*count),
                        _ => None,
                    };
                    if counted(inner_old) == counted(inner_new) {
                        Cause::Decay
                    } else {
                        Cause::Window
                    }
                }
                _ => Cause::Date,
            };
            let (after, before) = (
                or_nothing(inner_new, Unit::Points),
                or_nothing(inner_old, Unit::Points),
            );
            let label = cause.to_string();
            vec![Explanation::difference(
                label,
                Unit::Points,
                after,
                before,
                cause,
            )]
        }
    };
    parts.extend(bounds(new, old));
    parts
}

/// Occurrences one by one: those that stayed and are worth something else are so because they are `aged`, the others
/// came or went.
pub(crate) fn occurrences(
    old: Option<&Explanation>,
    new: Option<&Explanation>,
    facts: bool,
    aged: Cause,
) -> Vec<Explanation> {
    let parts = |node: Option<&Explanation>| -> Vec<Explanation> {
        node.map(|node| node.parts().to_vec()).unwrap_or_default()
    };
    let (old, mut new) = (parts(old), parts(new));
    let come_or_go = if facts { Cause::Facts } else { Cause::Window };
    let difference = |after: Option<&Explanation>, before: Option<&Explanation>, cause| {
        let label = after.or(before).map_or("", Explanation::label).to_owned();
        let (after, before) = (
            or_nothing(after, Unit::Points),
            or_nothing(before, Unit::Points),
        );
        Explanation::difference(label, Unit::Points, after, before, cause)
    };
    let mut found = Vec::new();
    for before in &old {
        // Both stand in the order of the history.
        let same =
            |after: &Explanation| after.label() == before.label() && after.kind() == before.kind();
        match new.iter().position(same) {
            Some(place) => {
                let after = new.remove(place);
                if after.value() != before.value() {
                    let cause = if facts { Cause::Facts } else { aged };
                    found.push(difference(Some(&after), Some(before), cause));
                }
            }
            None => found.push(difference(None, Some(before), come_or_go)),
        }
    }
    let come = new.iter();
    found.extend(come.map(|after| difference(Some(after), None, come_or_go)));
    found
}
