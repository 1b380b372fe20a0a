use super::attributes::Attributes;
use super::history::History;
use super::moment::Stamp;
use super::stored::Stored;
use super::{
    Activity, Answer, AnswerValue, AttributeSlot, Fact, LeadView, ManualOverride, Moment, Override,
    Purchase, QuestionSlot, SchemaId, Value,
};
use std::cmp::Ordering;

/// A person or company that may buy, with everything known of it: the ready-made owned [`LeadView`].
///
/// Made by [`Lead::builder`], read from a file with [`Schema::read_lead`](crate::Schema::read_lead) and made of
/// several with [`Merge`](crate::Merge). It is compact and does not change. Activities stand in one total order
/// and without repeats; voided ones are kept, so that a replay does not bring them back, and are never visited.
/// Equal facts make equal leads, in whatever order they were given.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivityRecord, Lead, LeadView, SchemaSpec, Value};
///
/// let schema = SchemaSpec::new()
///     .text("title")
///     .number("seats")
///     .kind("webinar")
///     .build()?;
/// let lead = Lead::builder(&schema, "a1")
///     .set("title", "Head of Sales")
///     .activity(ActivityRecord::new("webinar", "2026-03-01".parse()?).id("x7"))
///     .build()?;
///
/// let slot = |name| schema.attribute(name).ok_or("no such attribute");
/// assert!(matches!(lead.attribute(slot("title")?), Value::Text("Head of Sales")));
/// assert!(matches!(lead.attribute(slot("seats")?), Value::Missing));
/// assert_eq!(lead.activity_count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    pub(super) schema: SchemaId,
    pub(super) created_at: Stamp,
    /// With the id.
    pub(super) attributes: Attributes,
    pub(super) history: History,
    /// In [`purchase_order`].
    pub(super) purchases: Box<[Purchase]>,
    pub(super) rare: Option<Box<Rare>>,
}

impl Lead {
    /// The lead's id, never empty.
    #[must_use]
    pub fn id(&self) -> &str {
        self.attributes.id()
    }

    /// How many activities it has, voided ones left out.
    #[must_use]
    pub fn activity_count(&self) -> usize {
        self.history.visible()
    }

    /// How many purchases it has.
    #[must_use]
    pub fn purchase_count(&self) -> usize {
        self.purchases.len()
    }

    /// Whether it has none of what few leads have: answers, dates of facts, overrides.
    #[inline]
    pub(crate) fn is_usual(&self) -> bool {
        self.rare.is_none()
    }

    /// The attributes, for batches of leads of one schema.
    #[inline]
    pub(crate) fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// Asks for all the memory of usual activities and purchases at once; what comes back says nothing.
    #[inline]
    pub(crate) fn touch_history(&self) -> u64 {
        let first = self.purchases.first();
        u64::from(self.history.touch()) ^ first.map_or(0, |one| one.amount.to_bits())
    }

    /// The attribute in a slot, copied; `None` when it is missing.
    pub(super) fn stored(&self, slot: AttributeSlot) -> Option<Stored> {
        Some(self.attributes.stored(slot)).filter(|stored| *stored != Stored::Missing)
    }

    pub(super) fn stored_answer(&self, question: QuestionSlot) -> Option<&AnswerValue> {
        self.rare.as_ref()?.answer(question)
    }
}

impl LeadView for Lead {
    #[inline]
    fn schema(&self) -> SchemaId {
        self.schema
    }

    #[inline]
    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        self.attributes.view(slot)
    }

    #[inline]
    fn created_at(&self) -> Option<Moment> {
        self.created_at.get()
    }

    #[inline]
    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.history.visit(visit);
    }

    #[inline]
    fn in_order(&self) -> bool {
        true
    }

    #[inline]
    fn append_activities<'a>(
        &'a self,
        since: Moment,
        until: Moment,
        into: &mut Vec<Activity<'a>>,
    ) -> bool {
        self.history.append(since, until, into);
        true
    }

    #[inline]
    fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
        self.purchases.iter().copied().for_each(visit);
    }

    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        self.stored_answer(question)
            .map_or(Answer::Unknown, AnswerValue::as_view)
    }

    fn known_since(&self, fact: Fact) -> Option<Moment> {
        self.rare.as_ref()?.known_since(fact)
    }

    fn dates_facts(&self) -> bool {
        self.rare
            .as_ref()
            .is_some_and(|rare| !rare.known_since.is_empty())
    }

    #[inline]
    fn all_known_at(&self, moment: Moment) -> bool {
        let rare = self.rare.as_ref();
        rare.is_none_or(|rare| rare.all_known_at(moment))
    }

    fn overrides<'a>(&'a self, visit: &mut dyn FnMut(Override<'a>)) {
        if let Some(rare) = &self.rare {
            rare.overrides
                .iter()
                .for_each(|manual| visit(manual.as_view()));
        }
    }

    #[inline]
    fn as_lead(&self) -> Option<&Lead> {
        Some(self)
    }
}

/// What few leads have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rare {
    /// Sorted by question.
    pub(super) answers: Box<[(QuestionSlot, AnswerValue)]>,
    /// Sorted by fact.
    pub(super) known_since: Box<[(Fact, Moment)]>,
    /// Oldest first, without repeats.
    pub(super) overrides: Box<[ManualOverride]>,
}

impl Rare {
    /// Brings all into order; `None` when there is nothing. Each question and each fact must stand once.
    pub(super) fn new(
        mut answers: Vec<(QuestionSlot, AnswerValue)>,
        mut known_since: Vec<(Fact, Moment)>,
        mut overrides: Vec<ManualOverride>,
    ) -> Option<Box<Self>> {
        if answers.is_empty() && known_since.is_empty() && overrides.is_empty() {
            return None;
        }
        answers.sort_unstable_by_key(|&(question, _)| question);
        known_since.sort_unstable_by_key(|&(fact, _)| fact);
        overrides.sort_unstable_by(override_order);
        overrides.dedup();
        Some(Box::new(Self {
            answers: answers.into(),
            known_since: known_since.into(),
            overrides: overrides.into(),
        }))
    }

    pub(super) fn answer(&self, question: QuestionSlot) -> Option<&AnswerValue> {
        let found = self
            .answers
            .binary_search_by_key(&question, |&(question, _)| question);
        self.answers.get(found.ok()?).map(|(_, answer)| answer)
    }

    pub(super) fn all_known_at(&self, moment: Moment) -> bool {
        self.known_since.iter().all(|&(_, since)| since <= moment)
    }

    pub(super) fn known_since(&self, fact: Fact) -> Option<Moment> {
        let found = self
            .known_since
            .binary_search_by_key(&fact, |&(fact, _)| fact);
        self.known_since.get(found.ok()?).map(|&(_, since)| since)
    }
}

/// The total order in which a lead keeps purchases: time, then amount.
pub(super) fn purchase_order(a: &Purchase, b: &Purchase) -> Ordering {
    a.at.cmp(&b.at).then_with(|| a.amount.total_cmp(&b.amount))
}

fn override_order(a: &ManualOverride, b: &ManualOverride) -> Ordering {
    let key = |manual: &ManualOverride| (manual.set_at, manual.score, manual.expires_at);
    key(a)
        .cmp(&key(b))
        .then_with(|| a.dimension.cmp(&b.dimension))
        .then_with(|| a.reason.cmp(&b.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_are_small() {
        assert_eq!(size_of::<Lead>(), 120);
        assert_eq!(size_of::<Purchase>(), 16);
    }

    #[test]
    fn leads_cross_threads() {
        fn check<T: Send + Sync + 'static>() {}
        check::<Lead>();
    }
}
