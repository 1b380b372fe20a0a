use super::spec::{GroupPolicy, WhenUnknown};
use super::wakes::Wakes;
use crate::lead::{Activity, KindSlot, ProductSlot, SchemaId};
use crate::scorer::condition::{Applies, Filters, Guard, Need, Plan, Settings, Start, Sums};
use crate::scorer::decay::Decay;
use crate::scorer::history::Kinds;
use crate::scorer::places::Places;
use std::sync::Arc;

/// Rules, compiled.
#[derive(Debug)]
pub(crate) struct RulesPlan {
    pub(super) schema: SchemaId,
    pub(super) attributes: Plan,
    pub(super) groups: Box<[GroupPlan]>,
    /// All groups in one step, for scoring without explaining.
    pub(super) sum: Option<Sums>,
    /// Which rules may hold of a lead, where some may not, for scoring without explaining.
    pub(super) wakes: Option<Wakes>,
    pub(super) zero: f64,
    pub(super) hundred: f64,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) when_unknown: WhenUnknown,
    /// Whether any rule reads attributes.
    pub(super) reads_attributes: bool,
    /// Whether any rule reads activities; such a scorer never abstains.
    pub(super) reads_activities: bool,
    /// Names of activity kinds, for explanations.
    pub(super) kinds: Box<[Arc<str>]>,
}

#[derive(Debug)]
pub(super) struct GroupPlan {
    pub(super) name: Arc<str>,
    pub(super) policy: GroupPolicy,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) applies: Option<Applies>,
    pub(super) rules: Box<[RulePlan]>,
    /// What the group gives for each setting of what its rules ask for, where that is little, for scoring without
    /// explaining.
    pub(super) settings: Option<Settings>,
    /// Where all that the group does is to add points on conditions: those, for scoring without explaining.
    pub(super) sums: Option<Sums>,
}

impl RulesPlan {
    /// The schema of the leads that it can read.
    pub(crate) fn schema(&self) -> SchemaId {
        self.schema
    }

    /// Whether a rule or a group may ask that a test is false, not only that it is true.
    pub(super) fn asks_what_is_false(&self) -> bool {
        let groups = self.groups.iter();
        let applies = groups.clone().filter_map(|group| group.applies.as_ref());
        let applies = applies.flat_map(|applies| applies.exclude.iter().chain([&applies.include]));
        let rules = groups.flat_map(|group| &group.rules);
        let mut guards = rules.map(|rule| &rule.guard).chain(applies);
        guards.any(Guard::asks_what_is_false)
    }
}

impl GroupPlan {
    /// Whether scoring without explaining judges it at once, not rule by rule.
    pub(super) fn is_at_once(&self) -> bool {
        self.settings.is_some() || self.sums.is_some()
    }

    /// All groups as one sum, where they are nothing but whole points on conditions: then no order matters.
    pub(super) fn one_sum(groups: &[Self]) -> Option<Sums> {
        let mut terms = Vec::new();
        for group in groups {
            if group.min.is_some() || group.max.is_some() || group.applies.is_some() {
                return None;
            }
            terms.extend(Self::bare_terms(&group.rules, group.policy)?);
        }
        Sums::new(&terms).filter(Sums::is_whole)
    }

    /// The group's rules as bare sums, where that is all they are.
    pub(super) fn bare_sums(rules: &[RulePlan], policy: GroupPolicy) -> Option<Sums> {
        Sums::new(&Self::bare_terms(rules, policy)?)
    }

    fn bare_terms(rules: &[RulePlan], policy: GroupPolicy) -> Option<Vec<(Need, f64)>> {
        let bare = |rule: &RulePlan| match (&rule.guard, &rule.effect) {
            (Guard::One(need), Effect::Points(points))
                if rule.min.is_none()
                    && rule.max.is_none()
                    && rule.gives
                    && rule.disqualify.is_none() =>
            {
                Some((*need, *points))
            }
            _ => None,
        };
        if policy != GroupPolicy::Sum {
            return None;
        }
        rules.iter().map(bare).collect()
    }
}

#[derive(Debug)]
pub(super) struct RulePlan {
    /// Its place among all rules of the plan.
    pub(super) place: usize,
    pub(super) id: Arc<str>,
    pub(super) guard: Guard,
    pub(super) effect: Effect,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    /// Whether it gives points at all; a rule that only disqualifies takes no part in the arithmetic.
    pub(super) gives: bool,
    pub(super) disqualify: Option<Arc<str>>,
}

impl RulePlan {
    /// Whether a lead with such activities may have what it asks. May say yes where none has, never no where one has.
    #[inline]
    pub(super) fn may_hold(&self, kinds: Kinds) -> bool {
        match &self.effect {
            Effect::Activity(plan) => !plan.needs_some || kinds.may_share(plan.asks),
            Effect::Points(_) | Effect::Inactivity(_) => true,
        }
    }
}

#[derive(Debug)]
pub(super) enum Effect {
    Points(f64),
    Activity(Box<ActivityPlan>),
    Inactivity(Box<InactivityPlan>),
}

#[derive(Debug)]
pub(crate) struct ActivityPlan {
    pub(super) kinds: Slots<KindSlot>,
    /// The kinds again, to be compared with those of a lead at once.
    pub(super) asks: Kinds,
    /// Whether it never holds without an activity.
    pub(super) needs_some: bool,
    pub(super) products: Slots<ProductSlot>,
    /// Apart, since few rules have any: what all rules read is small, and stays at hand.
    pub(super) filters: Option<Box<FieldFilters>>,
    pub(super) mode: Mode,
    pub(super) keep_first: bool,
    /// Ages below this count.
    pub(super) last: Option<i64>,
    /// Ages from this on count.
    pub(super) older_than: Option<i64>,
    pub(super) decay: Option<Decay>,
    pub(super) points: f64,
    /// Whether the points are per unit of the activity's value.
    pub(super) per_value: bool,
}

/// What fields of an activity must be like.
#[derive(Debug)]
pub(super) struct FieldFilters {
    pub(super) subject: Option<Filters>,
    pub(super) channel: Option<Filters>,
    pub(super) value: Option<Filters>,
}

impl FieldFilters {
    /// `None` where nothing is asked of any field.
    pub(super) fn new(
        subject: Option<Filters>,
        channel: Option<Filters>,
        value: Option<Filters>,
    ) -> Option<Box<Self>> {
        let is_any = subject.is_some() || channel.is_some() || value.is_some();
        is_any.then(|| {
            Box::new(Self {
                subject,
                channel,
                value,
            })
        })
    }

    /// Whether an activity passes.
    #[inline]
    pub(super) fn pass(&self, activity: &Activity<'_>) -> bool {
        self.subject
            .as_ref()
            .is_none_or(|filter| filter.text(activity.subject))
            && self
                .channel
                .as_ref()
                .is_none_or(|filter| filter.text(activity.channel))
            && self
                .value
                .as_ref()
                .is_none_or(|filter| filter.number(activity.value))
    }

    /// What the subjects of those that pass begin with, where that is known; and whether that is all that is asked.
    #[inline]
    pub(super) fn start(&self) -> Option<(&Start, bool)> {
        let start = self.subject.as_ref()?.start()?;
        let is_all = start.decides() && self.channel.is_none() && self.value.is_none();
        Some((start, is_all))
    }
}

/// One slot, several, or any.
#[derive(Debug)]
pub(crate) enum Slots<S> {
    Any,
    One(S),
    Many(Box<[S]>),
}

impl<S: Copy + PartialEq> Slots<S> {
    pub(super) fn new(slots: Option<Vec<S>>) -> Self {
        match slots {
            None => Self::Any,
            Some(slots) => match slots.as_slice() {
                [one] => Self::One(*one),
                _ => Self::Many(slots.into()),
            },
        }
    }

    #[inline]
    pub(super) fn has(&self, slot: S) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => *one == slot,
            Self::Many(many) => many.contains(&slot),
        }
    }

    /// The places of those that are one of them, where `all` have any.
    #[inline]
    pub(super) fn places(&self, all: Places, of: impl Fn(S) -> Places) -> Places {
        match self {
            Self::Any => all,
            Self::One(one) => of(*one),
            Self::Many(many) => many
                .iter()
                .fold(Places::default(), |places, &one| places.or(&of(one))),
        }
    }

    #[inline]
    pub(super) fn has_optional(&self, slot: Option<S>) -> bool {
        match (self, slot) {
            (Self::Any, _) => true,
            (_, None) => false,
            (_, Some(slot)) => self.has(slot),
        }
    }
}

impl Slots<KindSlot> {
    pub(super) fn asks(&self) -> Kinds {
        match self {
            Self::Any => Kinds::ALL,
            Self::One(one) => Kinds::one(*one),
            Self::Many(many) => many.iter().copied().map(Kinds::one).collect(),
        }
    }
}

#[derive(Debug)]
pub(super) enum Mode {
    Each,
    Once,
    First(u32),
    EveryNth(u32),
    PerDay { count: u32, utc_offset: i64 },
    AtMost { count: u32, per: i64 },
    OncePerSubject,
    Count(Box<[(u64, u64, f64)]>),
}

impl Mode {
    /// Whether a rule of this mode never holds without an activity.
    pub(super) fn needs_some(&self) -> bool {
        match self {
            Self::Count(ranges) => ranges.iter().all(|&(low, _, _)| low > 0),
            _ => true,
        }
    }
}

#[derive(Debug)]
pub(super) struct InactivityPlan {
    pub(super) kinds: Slots<KindSlot>,
    pub(super) points: f64,
    pub(super) every: i64,
    pub(super) floor: Option<f64>,
}
