use super::case::Case;
use super::eval::within;
use super::plan::{ActivityPlan, Effect, InactivityPlan, Mode, RulePlan, RulesPlan};
use crate::lead::{Activity, LeadView};
use crate::score::{Evidence, Formula, Label, Role, Unit, inactivity, occurrence};
use crate::scorer::trace::Trace;

impl RulesPlan {
    /// What a rule gives whose condition is true; `None` where it does not hold. Compiled once for all that ask.
    #[inline(never)]
    pub(super) fn rule<T: Trace>(
        &self,
        rule: &RulePlan,
        case: &Case<'_, dyn LeadView + '_>,
        chosen: &mut Vec<usize>,
    ) -> Option<(f64, T::Node)> {
        if !rule.may_hold(case.kinds) {
            return None;
        }
        let label = || (&rule.id).into();
        let (value, node) = match &rule.effect {
            Effect::Points(points) => {
                let value = points + 0.0;
                let what = || (Unit::Points, Formula::Given, Role::Rule);
                (value, T::node(label, Some(value), what, Vec::new()))
            }
            Effect::Activity(plan) => match &plan.mode {
                Mode::Count(ranges) => Self::count::<T>(rule, plan, ranges, case)?,
                _ => self.occurrences::<T>(rule, plan, case, chosen)?,
            },
            Effect::Inactivity(plan) => Self::inactivity::<T>(rule, plan, case)?,
        };
        Some(within::<T>(value, rule.min, rule.max, node, || {
            (label(), Role::Rule)
        }))
    }

    fn occurrences<T: Trace>(
        &self,
        rule: &RulePlan,
        plan: &ActivityPlan,
        case: &Case<'_, dyn LeadView + '_>,
        chosen: &mut Vec<usize>,
    ) -> Option<(f64, T::Node)> {
        let mut sum = 0.0;
        let mut holds = false;
        let mut parts = Vec::new();
        plan.choose(case, chosen, |activity, age_micros| {
            if !plan.in_window(age_micros) {
                return;
            }
            holds = true;
            let times = plan.times_of(activity.value);
            let value = occurrence(plan.points, times, age_micros, plan.decay.as_ref());
            sum += value;
            if T::ON {
                parts.push(T::node(
                    || self.kind_label(activity),
                    Some(value),
                    || {
                        let formula = Formula::Occurrence {
                            points: plan.points,
                            times,
                            age_micros,
                            decay: plan.decay.clone(),
                        };
                        let role = Role::Activity(Box::new(Evidence::of(activity)));
                        (Unit::Points, formula, role)
                    },
                    Vec::new(),
                ));
            }
        });
        let what = || (Unit::Points, Formula::Sum, Role::Rule);
        holds.then(|| (sum, T::node(|| (&rule.id).into(), Some(sum), what, parts)))
    }

    fn kind_label(&self, activity: &Activity<'_>) -> Label {
        match self.kinds.get(activity.kind.index()) {
            Some(name) => name.into(),
            None => "activity".into(),
        }
    }

    fn count<T: Trace>(
        rule: &RulePlan,
        plan: &ActivityPlan,
        ranges: &[(u64, u64, f64)],
        case: &Case<'_, dyn LeadView + '_>,
    ) -> Option<(f64, T::Node)> {
        let (count, age_micros) = plan.counted(case);
        let &(_, _, points) = ranges
            .iter()
            .find(|&&(low, high, _)| low <= count && count <= high)?;
        let value = occurrence(points, 1.0, age_micros, plan.decay.as_ref());
        let node = T::node(
            || (&rule.id).into(),
            Some(value),
            || {
                let formula = Formula::Count {
                    count,
                    points,
                    age_micros,
                    decay: plan.decay.clone(),
                };
                (Unit::Points, formula, Role::Rule)
            },
            Vec::new(),
        );
        Some((value, node))
    }

    fn inactivity<T: Trace>(
        rule: &RulePlan,
        plan: &InactivityPlan,
        case: &Case<'_, dyn LeadView + '_>,
    ) -> Option<(f64, T::Node)> {
        let last = case
            .history
            .iter()
            .rev()
            .find(|activity| plan.kinds.has(activity.kind))
            .map(|activity| activity.at);
        let created = case.lead.created_at().filter(|&at| at <= case.as_of);
        let from = case.since.silence(last.max(created), case.as_of)?;
        let idle_micros = case.pauses.age(from, case.as_of);
        if idle_micros < plan.every {
            return None;
        }
        let value = inactivity(plan.points, plan.every, plan.floor, idle_micros);
        let node = T::node(
            || (&rule.id).into(),
            Some(value),
            || {
                let formula = Formula::Inactivity {
                    points: plan.points,
                    every_micros: plan.every,
                    floor: plan.floor,
                    idle_micros,
                };
                (Unit::Points, formula, Role::Rule)
            },
            Vec::new(),
        );
        Some((value, node))
    }
}

impl ActivityPlan {
    /// How many times an activity gives the points.
    #[inline]
    pub(super) fn times_of(&self, value: Option<f64>) -> f64 {
        if self.per_value {
            value.filter(|value| value.is_finite()).unwrap_or(0.0)
        } else {
            1.0
        }
    }

    /// How many activities count.
    pub(crate) fn times<V: ?Sized>(&self, case: &Case<'_, V>, chosen: &mut Vec<usize>) -> u64 {
        if let Mode::Each | Mode::Count(_) = self.mode {
            return self.counted(case).0;
        }
        let mut count = 0_u64;
        self.choose(case, chosen, |_, age| {
            count += u64::from(self.in_window(age));
        });
        count
    }

    /// Whether any activity that counts happened.
    pub(crate) fn happened<V: ?Sized>(&self, case: &Case<'_, V>, chosen: &mut Vec<usize>) -> bool {
        if self.needs_some && !case.kinds.may_share(self.asks) {
            return false;
        }
        let count = self.times(case, chosen);
        match &self.mode {
            Mode::Count(ranges) => ranges
                .iter()
                .any(|&(low, high, _)| low <= count && count <= high),
            _ => count > 0,
        }
    }
}
