use super::view::KnownAt;
use super::{
    Activity, Answer, AttributeSlot, LeadView, Moment, Override, Purchase, QuestionSlot, SchemaId,
    Value,
};

/// A lead as it was known at a moment, to be judged at later ones: facts dated after that moment do not exist.
///
/// Activities and purchases after the moment are not there, and neither is a creation after it; attributes and
/// answers that were not [known yet](LeadView::known_since) are missing. What lies ahead by its nature stays: date
/// attributes, and manual overrides with their begin and end.
///
/// # Examples
/// ```
/// use lead_scoring::{Activity, Frozen, KindSlot, Lead, LeadView, SchemaSpec};
///
/// let schema = SchemaSpec::new().kind("visit").build()?;
/// let lead = Lead::builder(&schema, "a1")
///     .push(Activity::new(KindSlot::new(0), "2026-03-01".parse()?))
///     .push(Activity::new(KindSlot::new(0), "2026-03-09".parse()?))
///     .build()?;
/// let then = Frozen::new(&lead, "2026-03-05".parse()?);
/// let mut visits = 0;
/// then.activities(&mut |_| visits += 1);
/// assert_eq!(visits, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Frozen<'l, V: ?Sized> {
    known: KnownAt<'l, V>,
    at: Moment,
}

impl<'l, V: LeadView + ?Sized> Frozen<'l, V> {
    /// The lead as it was known at a moment.
    #[must_use]
    pub fn new(lead: &'l V, at: Moment) -> Self {
        Self {
            known: KnownAt::new(lead, at),
            at,
        }
    }
}

impl<V: LeadView + ?Sized> LeadView for Frozen<'_, V> {
    fn schema(&self) -> SchemaId {
        self.known.schema()
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        self.known.attribute(slot)
    }

    fn created_at(&self) -> Option<Moment> {
        self.known.created_at().filter(|&at| at <= self.at)
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.known.activities(&mut |activity| {
            if activity.at <= self.at {
                visit(activity);
            }
        });
    }

    fn in_order(&self) -> bool {
        self.known.in_order()
    }

    fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
        self.known.purchases(&mut |purchase| {
            if purchase.at <= self.at {
                visit(purchase);
            }
        });
    }

    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        self.known.answer(question)
    }

    fn overrides<'a>(&'a self, visit: &mut dyn FnMut(Override<'a>)) {
        self.known.overrides(visit);
    }
}
