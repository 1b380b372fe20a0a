use super::activity::id_mark;
use super::{
    Activity, Answer, AttributeSlot, Lead, Moment, Override, Purchase, QuestionSlot, SchemaId,
    Value,
};
use std::rc::Rc;
use std::sync::Arc;

/// One thing a lead can say of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// An attribute.
    Attribute(AttributeSlot),
    /// An answer to a qualification question.
    Answer(QuestionSlot),
}

/// What scorers read a lead through: implement it on an app's own type to score it without a copy.
///
/// [`Lead`](crate::Lead) is the ready-made owned lead. Facts are visited, not returned, so that any storage fits
/// and nothing is allocated. Activities should come oldest first and without repeats; a view that does not
/// promise so ([`in_order`](LeadView::in_order)) is checked, and scored from a sorted copy where need be. A
/// voided activity is not visited.
///
/// # Examples
/// ```
/// use lead_scoring::{Activity, AttributeSlot, KindSlot, LeadView, Moment, SchemaId, SchemaSpec, Value};
///
/// struct Account { schema: SchemaId, seats: Option<u32>, visits: Vec<i64> }
///
/// impl LeadView for Account {
///     fn schema(&self) -> SchemaId { self.schema }
///     fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
///         match slot.index() {
///             0 => self.seats.map_or(Value::Missing, |n| Value::Number(n.into())),
///             _ => Value::Missing,
///         }
///     }
///     fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
///         for &seconds in &self.visits {
///             visit(Activity::new(KindSlot::new(0), Moment::from_seconds(seconds)));
///         }
///     }
/// }
///
/// let schema = SchemaSpec::new().number("seats").kind("visit").build()?;
/// let account = Account { schema: schema.id(), seats: Some(80), visits: vec![0, 60] };
/// assert!(matches!(account.attribute(AttributeSlot::new(0)), Value::Number(80.0)));
/// # Ok::<(), lead_scoring::SpecError>(())
/// ```
pub trait LeadView {
    /// The schema whose slots this lead uses.
    fn schema(&self) -> SchemaId;

    /// The attribute in a slot. Default: missing.
    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        let _ = slot;
        Value::Missing
    }

    /// When the lead came to be. Default: not known.
    fn created_at(&self) -> Option<Moment> {
        None
    }

    /// Visits all activities. Default: none.
    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        let _ = visit;
    }

    /// Promises that activities come oldest first and no id twice, which saves the check. Default: no promise.
    ///
    /// [`testing::check_view`](crate::testing::check_view) tests it.
    fn in_order(&self) -> bool {
        false
    }

    /// Visits all purchases, oldest first. Default: none.
    fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
        let _ = visit;
    }

    /// The answer to a qualification question. Default: unknown.
    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        let _ = question;
        Answer::Unknown
    }

    /// Since when a fact has been known, where that is recorded: before, it counts as missing. Default: not
    /// recorded.
    fn known_since(&self, fact: Fact) -> Option<Moment> {
        let _ = fact;
        None
    }

    /// Whether [`known_since`](LeadView::known_since) says anything at all. Default: no.
    fn dates_facts(&self) -> bool {
        false
    }

    /// Whether all facts were known at a moment, so that [`known_since`](LeadView::known_since) is not asked of each.
    /// Default: where no fact is dated.
    ///
    /// Must not say yes where a fact is known only later; [`testing::check_view`](crate::testing::check_view) tests it.
    fn all_known_at(&self, moment: Moment) -> bool {
        let _ = moment;
        !self.dates_facts()
    }

    /// Visits manual overrides. Default: none.
    fn overrides<'a>(&'a self, visit: &mut dyn FnMut(Override<'a>)) {
        let _ = visit;
    }

    /// Appends the activities from one moment to another; whether they surely come in canonical order with no id twice.
    #[doc(hidden)]
    fn append_activities<'a>(
        &'a self,
        since: Moment,
        until: Moment,
        into: &mut Vec<Activity<'a>>,
    ) -> bool {
        // Ever later ones whose ids surely differ need no closer look.
        let (mut last, mut is_plain, mut ids) = (Moment::MIN, true, 0);
        self.activities(&mut |activity| {
            if since <= activity.at && activity.at <= until {
                let mark = id_mark(activity.id);
                is_plain &= last < activity.at && ids & mark == 0;
                ids |= mark;
                last = activity.at;
                into.push(activity);
            }
        });
        is_plain || self.in_order()
    }

    /// The ready-made lead, where this is nothing else: batches read it more directly.
    #[doc(hidden)]
    fn as_lead(&self) -> Option<&Lead> {
        None
    }
}

macro_rules! forward {
    ($($type:ty),*) => {$(
        impl<V: LeadView + ?Sized> LeadView for $type {
            fn schema(&self) -> SchemaId {
                (**self).schema()
            }
            fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
                (**self).attribute(slot)
            }
            fn created_at(&self) -> Option<Moment> {
                (**self).created_at()
            }
            fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
                (**self).activities(visit);
            }
            fn in_order(&self) -> bool {
                (**self).in_order()
            }
            fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
                (**self).purchases(visit);
            }
            fn answer(&self, question: QuestionSlot) -> Answer<'_> {
                (**self).answer(question)
            }
            fn known_since(&self, fact: Fact) -> Option<Moment> {
                (**self).known_since(fact)
            }
            fn dates_facts(&self) -> bool {
                (**self).dates_facts()
            }
            fn all_known_at(&self, moment: Moment) -> bool {
                (**self).all_known_at(moment)
            }
            fn overrides<'a>(&'a self, visit: &mut dyn FnMut(Override<'a>)) {
                (**self).overrides(visit);
            }
            fn append_activities<'a>(
                &'a self,
                since: Moment,
                until: Moment,
                into: &mut Vec<Activity<'a>>,
            ) -> bool {
                (**self).append_activities(since, until, into)
            }
            fn as_lead(&self) -> Option<&Lead> {
                (**self).as_lead()
            }
        }
    )*};
}

forward!(&V, Box<V>, Rc<V>, Arc<V>);

/// A lead whose dated facts are known only since they were.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownAt<'l, V: ?Sized> {
    lead: &'l V,
    as_of: Moment,
}

impl<'l, V: LeadView + ?Sized> KnownAt<'l, V> {
    pub(crate) fn new(lead: &'l V, as_of: Moment) -> Self {
        Self { lead, as_of }
    }

    fn knows(&self, fact: Fact) -> bool {
        self.lead
            .known_since(fact)
            .is_none_or(|since| since <= self.as_of)
    }
}

impl<V: LeadView + ?Sized> LeadView for KnownAt<'_, V> {
    fn schema(&self) -> SchemaId {
        self.lead.schema()
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        if self.knows(Fact::Attribute(slot)) {
            self.lead.attribute(slot)
        } else {
            Value::Missing
        }
    }

    fn created_at(&self) -> Option<Moment> {
        self.lead.created_at()
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.lead.activities(visit);
    }

    fn in_order(&self) -> bool {
        self.lead.in_order()
    }

    fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
        self.lead.purchases(visit);
    }

    fn append_activities<'a>(
        &'a self,
        since: Moment,
        until: Moment,
        into: &mut Vec<Activity<'a>>,
    ) -> bool {
        self.lead.append_activities(since, until, into)
    }

    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        if self.knows(Fact::Answer(question)) {
            self.lead.answer(question)
        } else {
            Answer::Unknown
        }
    }

    fn overrides<'a>(&'a self, visit: &mut dyn FnMut(Override<'a>)) {
        self.lead.overrides(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{KindSlot, SchemaSpec};

    /// A view that says nothing but what was done.
    struct Doer(SchemaId, Vec<Activity<'static>>);

    impl LeadView for Doer {
        fn schema(&self) -> SchemaId {
            self.0
        }

        fn attribute(&self, _: AttributeSlot) -> Value<'_> {
            Value::Missing
        }

        fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
            self.1.iter().for_each(|&one| visit(one));
        }
    }

    #[test]
    fn only_ever_later_activities_whose_ids_differ_need_no_closer_look() {
        let schema = SchemaSpec::new().kind("visit").build().unwrap();
        let at = |second| Activity::new(KindSlot::new(0), Moment::from_seconds(second));
        let is_plain = |all: &[Activity<'static>]| {
            let doer = Doer(schema.id(), all.to_vec());
            let mut into = Vec::new();
            let plain = doer.append_activities(Moment::MIN, Moment::MAX, &mut into);
            assert_eq!(into, all);
            plain
        };
        assert!(is_plain(&[]));
        assert!(is_plain(&[
            at(1),
            at(2).id("e1"),
            at(3),
            at(4).id("a longer id")
        ]));
        assert!(!is_plain(&[at(2), at(1)]));
        assert!(!is_plain(&[at(1), at(1)]));
        for id in ["", "a", "abc", "four", "a longer id", "ü"] {
            assert!(!is_plain(&[at(1).id(id), at(2), at(3).id(id)]), "{id}");
        }
    }
}
