use super::attributes::Attributes;
use super::history::{History, Reported};
use super::lead::{Rare, purchase_order};
use super::record::other_schema;
use super::stored::Stored;
use super::{
    AnswerValue, AttributeSlot, Fact, Lead, LeadError, LeadProblem, LeadView, Moment, Purchase,
    QuestionSlot, Schema, canonical_order,
};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// Which source wins where several know an attribute or an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precedence {
    /// The first given source that knows it.
    #[default]
    Order,
    /// The source that has known it since the latest moment; those without a moment last, then the first given.
    Newest,
}

/// What becomes of tags that several sources know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TagMerge {
    /// One source wins, as with other attributes.
    #[default]
    Prefer,
    /// The tags of all, those of the source that wins first.
    ///
    /// Known since the latest moment at which a source that adds a tag knew its own.
    Unite,
}

/// Makes one lead of the profiles that several sources have of one person: CRM, social network, e-mail.
///
/// - Attributes and answers follow [`Precedence`], and the moment since when they are known goes with them; tags
///   can be united ([`TagMerge`]).
/// - Activities with an id are one activity per id. Where sources disagree on its content the first given one
///   wins; an activity that is voided in any source is voided.
/// - Activities without an id, and purchases: an event that two sources report is one event, two equal events in
///   one source stay two. So each stands as often as in the source that has it most often.
/// - The lead came to be at the earliest moment any source says; overrides are united; the id is the first lead's.
///
/// Merging a lead with itself changes nothing.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivityRecord, Lead, LeadView, Merge, SchemaSpec, Value};
///
/// let schema = SchemaSpec::new().text("title").text("city").kind("visit").build()?;
/// let visit = ActivityRecord::new("visit", "2026-03-01".parse()?);
/// let crm = Lead::builder(&schema, "crm-1")
///     .set("title", "Head of Sales")
///     .activity(visit.clone())
///     .build()?;
/// let social = Lead::builder(&schema, "in-7")
///     .set("title", "Sales")
///     .set("city", "Graz")
///     .activity(visit)
///     .build()?;
///
/// let lead = Merge::new().merge(&schema, &[&crm, &social])?;
/// let slot = |name| schema.attribute(name).ok_or("no such attribute");
/// assert_eq!(lead.id(), "crm-1");
/// assert!(matches!(lead.attribute(slot("title")?), Value::Text("Head of Sales")));
/// assert!(matches!(lead.attribute(slot("city")?), Value::Text("Graz")));
/// assert_eq!(lead.activity_count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    precedence: Precedence,
    tags: TagMerge,
}

impl Merge {
    /// A merge with the defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which source wins. Default: [`Precedence::Order`].
    #[must_use]
    pub const fn precedence(mut self, precedence: Precedence) -> Self {
        self.precedence = precedence;
        self
    }

    /// Sets what becomes of tags. Default: [`TagMerge::Prefer`].
    #[must_use]
    pub const fn tags(mut self, tags: TagMerge) -> Self {
        self.tags = tags;
        self
    }

    /// The one lead of several profiles, the most trusted first.
    ///
    /// # Errors
    /// No profile given, profiles that are not of that schema, or more than 4 GiB of text in activities.
    pub fn merge(&self, schema: &Schema, leads: &[&Lead]) -> Result<Lead, LeadError> {
        let Some(first) = leads.first() else {
            let problem = LeadProblem::new("", "a merge needs at least one lead");
            return Err(LeadError::new("", vec![problem]));
        };
        let foreign: Vec<LeadProblem> = (0..)
            .zip(leads)
            .filter(|(_, lead)| lead.schema() != schema.id())
            .map(|(position, lead): (usize, _)| {
                LeadProblem::new(format!("leads[{position}]"), other_schema(lead, schema))
            })
            .collect();
        if !foreign.is_empty() {
            return Err(LeadError::new(first.id(), foreign));
        }
        let Some(history) = History::new(activities(leads)) else {
            let problem = LeadProblem::new("activities", "more than 4,294,967,295 bytes of text");
            return Err(LeadError::new(first.id(), vec![problem]));
        };
        let mut known_since = Vec::new();
        let attributes = self.attributes(schema, leads, &mut known_since);
        let Some(attributes) = Attributes::new(first.id(), attributes) else {
            let problem = LeadProblem::new("attributes", "more than 4,294,967,295 bytes of text");
            return Err(LeadError::new(first.id(), vec![problem]));
        };
        let answers = self.answers(schema, leads, &mut known_since);
        let rare = leads.iter().filter_map(|lead| lead.rare.as_ref());
        let overrides = rare.flat_map(|rare| &rare.overrides).cloned().collect();
        Ok(Lead {
            schema: schema.id(),
            created_at: leads.iter().filter_map(LeadView::created_at).min().into(),
            attributes,
            history,
            purchases: purchases(leads),
            rare: Rare::new(answers, known_since, overrides),
        })
    }

    fn attributes(
        &self,
        schema: &Schema,
        leads: &[&Lead],
        known_since: &mut Vec<(Fact, Moment)>,
    ) -> Vec<Stored> {
        let slots = (0..)
            .take(schema.attributes().len())
            .map(AttributeSlot::new);
        slots
            .map(|slot| {
                let fact = Fact::Attribute(slot);
                let known = leads.iter().filter_map(|lead| {
                    let stored = lead.stored(slot)?;
                    Some((stored, lead.known_since(fact)))
                });
                let mut known = self.ranked(known).into_iter();
                let Some((mut taken, mut since)) = known.next() else {
                    return Stored::Missing;
                };
                if let (TagMerge::Unite, Stored::Tags(tags)) = (self.tags, &mut taken) {
                    unite(tags, &mut since, known);
                }
                known_since.extend(since.map(|since| (fact, since)));
                taken
            })
            .collect()
    }

    fn answers(
        &self,
        schema: &Schema,
        leads: &[&Lead],
        known_since: &mut Vec<(Fact, Moment)>,
    ) -> Vec<(QuestionSlot, AnswerValue)> {
        let mut answers = Vec::new();
        if leads.iter().all(|lead| lead.rare.is_none()) {
            return answers;
        }
        for slot in (0..).take(schema.questions().len()).map(QuestionSlot::new) {
            let fact = Fact::Answer(slot);
            let known = leads.iter().filter_map(|lead| {
                let answer = lead.stored_answer(slot)?.clone();
                Some((answer, lead.known_since(fact)))
            });
            if let Some((answer, since)) = self.ranked(known).into_iter().next() {
                answers.push((slot, answer));
                known_since.extend(since.map(|since| (fact, since)));
            }
        }
        answers
    }

    /// What is known of one fact, the one that wins first.
    fn ranked<T>(
        &self,
        known: impl Iterator<Item = (T, Option<Moment>)>,
    ) -> Vec<(T, Option<Moment>)> {
        let mut known: Vec<_> = known.collect();
        if self.precedence == Precedence::Newest {
            // Stable, and no moment sorts below any.
            known.sort_by(|(_, a), (_, b)| b.cmp(a));
        }
        known
    }
}

/// Adds the tags that others know, and the latest moment of those that add any.
fn unite(
    tags: &mut Box<[Box<str>]>,
    since: &mut Option<Moment>,
    others: impl Iterator<Item = (Stored, Option<Moment>)>,
) {
    let mut all = std::mem::take(tags).into_vec();
    let mut seen: HashSet<Box<str>> = all.iter().cloned().collect();
    for (other, other_since) in others {
        let Stored::Tags(other) = other else { continue };
        let before = all.len();
        all.extend(
            other
                .iter()
                .filter(|tag| seen.insert((*tag).clone()))
                .cloned(),
        );
        if all.len() > before {
            *since = (*since).max(other_since);
        }
    }
    *tags = all.into();
}

/// The activities of all leads: one per id, those without an id as often as in the lead that has them most often.
fn activities<'a>(leads: &[&'a Lead]) -> Vec<Reported<'a>> {
    let mut merged: Vec<Reported<'a>> = Vec::new();
    let mut by_id: HashMap<&'a str, usize> = HashMap::new();
    let mut nameless: Vec<(Reported<'a>, usize)> = Vec::new();
    for (source, lead) in leads.iter().enumerate() {
        for reported in lead.history.iter() {
            let Some(id) = reported.activity.id else {
                nameless.push((reported, source));
                continue;
            };
            match by_id.entry(id) {
                Entry::Vacant(place) => {
                    place.insert(merged.len());
                    merged.push(reported);
                }
                Entry::Occupied(place) => {
                    if let Some(first) = merged.get_mut(*place.get()) {
                        first.voided |= reported.voided;
                    }
                }
            }
        }
    }
    nameless.sort_by(|(a, _), (b, _)| canonical_order(&a.activity, &b.activity));
    for equal in
        nameless.chunk_by(|(a, _), (b, _)| canonical_order(&a.activity, &b.activity).is_eq())
    {
        // The sort is stable, so the reports of one source stand together.
        let (mut most, mut most_voided) = (0, 0);
        for of_source in equal.chunk_by(|(_, a), (_, b)| a == b) {
            let voided = of_source.iter().filter(|(report, _)| report.voided).count();
            most = most.max(of_source.len());
            most_voided = most_voided.max(voided);
        }
        if let Some((report, _)) = equal.first() {
            merged.extend((0..most).map(|copy| Reported {
                activity: report.activity,
                voided: copy < most_voided,
            }));
        }
    }
    merged
}

/// The purchases of all leads, each as often as in the lead that has it most often.
fn purchases(leads: &[&Lead]) -> Box<[Purchase]> {
    let mut all: Vec<(Purchase, usize)> = leads
        .iter()
        .enumerate()
        .flat_map(|(source, lead)| lead.purchases.iter().map(move |&bought| (bought, source)))
        .collect();
    all.sort_by(|(a, _), (b, _)| purchase_order(a, b));
    let mut merged = Vec::new();
    for equal in all.chunk_by(|(a, _), (b, _)| purchase_order(a, b).is_eq()) {
        let of_sources = equal.chunk_by(|(_, a), (_, b)| a == b);
        let most = of_sources.map(<[_]>::len).max().unwrap_or(0);
        merged.extend(equal.iter().take(most).map(|&(bought, _)| bought));
    }
    merged.into()
}

#[cfg(test)]
mod tests;
