//! The laws that every scorer keeps, for an app to check its own scorers and views with.
//!
//! Give them leads of every sort the app has: the checks are only as good as the leads.

use crate::lead::{
    Activity, Answer, AttributeSlot, Fact, KindSlot, LeadView, Moment, Override, Purchase,
    QuestionSlot, SchemaId, Value, canonical_order,
};
use crate::model::ScoreModel;
use crate::score::{AsOf, Role, Score};
use crate::scorer::Scorer;
use std::collections::HashSet;
use std::fmt;

/// How far back a change is explained, in microseconds.
const MONTH: i64 = 30 * 86_400 * 1_000_000;

/// One of the laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Law {
    /// The same lead and moment give the same score, and `assess` gives what `score` gives.
    Deterministic,
    /// The explanation's root is the score, bit for bit.
    ExplanationIsTheScore,
    /// Every number of the explanation, and of that of a change, follows from its parts.
    ExplanationRecomputes,
    /// Activities and purchases after the moment change nothing.
    TheFutureIsInvisible,
    /// The order in which a view gives its activities changes nothing.
    OrderDoesNotMatter,
    /// An activity that is told twice under its id counts once.
    ReplaysCountOnce,
    /// A lead of which nothing is known, or of another schema, is scored or abstained from like any other.
    NothingKnownIsFine,
    /// Scoring one by one gives what scoring a batch gives.
    OneByOneIsBatch,
    /// The explanation's dimensions are the vector's, bit for bit.
    ExplanationIsTheVector,
    /// A view that promises order keeps it, and gives no id twice.
    PromisedOrderIsKept,
    /// A view that says that all facts were known at a moment dates none of them later.
    AllKnownIsTrue,
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deterministic => "the same lead and moment give the same score",
            Self::ExplanationIsTheScore => "the explanation's root is the score",
            Self::ExplanationRecomputes => "every number of the explanation follows from its parts",
            Self::TheFutureIsInvisible => "facts after the moment change nothing",
            Self::OrderDoesNotMatter => "the order of activities changes nothing",
            Self::ReplaysCountOnce => "an activity told twice counts once",
            Self::NothingKnownIsFine => {
                "a lead of which nothing is known is scored or abstained from"
            }
            Self::OneByOneIsBatch => "one by one gives what a batch gives",
            Self::ExplanationIsTheVector => "the explanation's dimensions are the vector's",
            Self::PromisedOrderIsKept => "a view that promises order keeps it",
            Self::AllKnownIsTrue => "where all facts were known, none is known only later",
        })
    }
}

/// A law that does not hold, with the lead that shows it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("broken law: {law}; lead {lead} as of {as_of}: {shown}")]
pub struct BrokenLaw {
    law: Law,
    lead: usize,
    as_of: AsOf,
    shown: String,
}

impl BrokenLaw {
    /// The law.
    #[must_use]
    pub fn law(&self) -> Law {
        self.law
    }

    /// Position of the lead among those given.
    #[must_use]
    pub fn lead(&self) -> usize {
        self.lead
    }

    /// The moment.
    #[must_use]
    pub fn as_of(&self) -> AsOf {
        self.as_of
    }
}

/// One lead at one moment, and what to say where it breaks a law.
#[derive(Clone, Copy)]
struct Check<'c> {
    lead: usize,
    view: &'c dyn LeadView,
    as_of: AsOf,
}

impl Check<'_> {
    fn broken(&self, law: Law, shown: String) -> BrokenLaw {
        BrokenLaw {
            law,
            lead: self.lead,
            as_of: self.as_of,
            shown,
        }
    }

    fn same(&self, law: Law, was: Option<Score>, is: Option<Score>) -> Result<(), BrokenLaw> {
        if bits(was) == bits(is) {
            Ok(())
        } else {
            let shown = |score: Option<Score>| score.map_or("none".to_owned(), |s| s.to_string());
            Err(self.broken(law, format!("{} became {}", shown(was), shown(is))))
        }
    }
}

fn bits(score: Option<Score>) -> Option<u64> {
    score.map(|score| score.get().to_bits())
}

fn checks<'c, L: LeadView>(leads: &'c [L], moments: &'c [AsOf]) -> impl Iterator<Item = Check<'c>> {
    leads.iter().enumerate().flat_map(move |(lead, view)| {
        moments
            .iter()
            .map(move |&as_of| Check { lead, view, as_of })
    })
}

/// Checks that a scorer keeps the laws for every one of the leads at every one of the moments.
///
/// # Errors
/// The first law found broken, with the lead and the moment.
///
/// # Examples
/// ```
/// use lead_scoring::testing::{Law, check_scorer};
/// use lead_scoring::{AsOf, KindSlot, Lead, LeadView, Activity, Moment, SchemaSpec, Score, from_fn};
///
/// let schema = SchemaSpec::new().kind("visit").build()?;
/// let lead = Lead::builder(&schema, "a")
///     .push(Activity::new(KindSlot::new(0), "2026-03-01".parse()?))
///     .build()?;
/// let moments: Vec<AsOf> = vec!["2026-03-02".parse()?];
///
/// // Counts what has not happened yet.
/// let careless = from_fn(|lead: &dyn LeadView, _| {
///     let mut count = 0.0;
///     lead.activities(&mut |_| count += 1.0);
///     Score::saturating(count)
/// });
/// let broken = check_scorer(&careless, &[lead], &moments).unwrap_err();
/// assert_eq!(broken.law(), Law::TheFutureIsInvisible);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_scorer<L: LeadView>(
    scorer: &dyn Scorer,
    leads: &[L],
    moments: &[AsOf],
) -> Result<(), BrokenLaw> {
    for check in checks(leads, moments) {
        check_one(scorer, check)?;
    }
    Ok(())
}

fn check_one(scorer: &dyn Scorer, check: Check<'_>) -> Result<(), BrokenLaw> {
    let Check { view, as_of, .. } = check;
    let score = scorer.score(view, as_of);
    check.same(Law::Deterministic, score, scorer.score(view, as_of))?;
    check.same(Law::Deterministic, score, scorer.assess(view, as_of).score)?;

    let why = scorer.explain(view, as_of);
    if why.value().map(f64::to_bits) != bits(score) {
        let shown = format!("score {score:?}, explained as {:?}", why.value());
        return Err(check.broken(Law::ExplanationIsTheScore, shown));
    }
    if !why.recomputes() {
        return Err(check.broken(Law::ExplanationRecomputes, why.to_string()));
    }
    let before = as_of.moment().plus_micros(-MONTH);
    let change = scorer.explain_change(view, before.into(), as_of);
    if !change.recomputes() {
        return Err(check.broken(Law::ExplanationRecomputes, change.to_string()));
    }

    let mut activities = Vec::new();
    view.activities(&mut |activity| activities.push(activity));
    let as_told = |activities| Told {
        lead: view,
        schema: view.schema(),
        activities,
        later: None,
    };
    let again = |told: &Told<'_>| scorer.score(told, as_of);

    let mut future = activities.clone();
    let later = as_of.moment().plus_micros(1);
    let after = |activity: &Activity<'_>| activity.at > as_of.moment();
    if !future.iter().any(after) && later > as_of.moment() {
        let kinds: HashSet<u16> = activities
            .iter()
            .map(|a| u16::from(a.kind))
            .chain(0..8)
            .collect();
        let mut kinds: Vec<u16> = kinds.into_iter().collect();
        kinds.sort_unstable();
        let all = kinds.into_iter().map(KindSlot::new);
        future.extend(all.map(|kind| Activity::new(kind, later).value(1.0)));
        let told = Told {
            later: Some(later),
            ..as_told(future)
        };
        check.same(Law::TheFutureIsInvisible, score, again(&told))?;
    } else {
        future.retain(|activity| !after(activity));
        check.same(Law::TheFutureIsInvisible, score, again(&as_told(future)))?;
    }

    let mut turned = activities.clone();
    turned.reverse();
    check.same(Law::OrderDoesNotMatter, score, again(&as_told(turned)))?;

    let mut twice = activities.clone();
    twice.extend(activities.iter().filter(|activity| activity.id.is_some()));
    check.same(Law::ReplaysCountOnce, score, again(&as_told(twice)))?;

    for schema in [view.schema(), view.schema().other()] {
        let nothing = Nothing(schema);
        let score = scorer.score(&nothing, as_of);
        let why = scorer.explain(&nothing, as_of);
        if why.value().map(f64::to_bits) != bits(score) || !why.recomputes() {
            return Err(check.broken(Law::NothingKnownIsFine, why.to_string()));
        }
    }
    Ok(())
}

/// Checks that a model keeps the laws of scorers and those of batches and vectors.
///
/// # Errors
/// The first law found broken, with the lead and the moment.
pub fn check_model<L: LeadView + Sync>(
    model: &ScoreModel,
    leads: &[L],
    moments: &[AsOf],
) -> Result<(), BrokenLaw> {
    check_scorer(model, leads, moments)?;
    for &as_of in moments {
        let matrix = model.score_all(leads, as_of);
        for (lead, view) in leads.iter().enumerate() {
            let check = Check { lead, view, as_of };
            let vector = model.vector(view, as_of);
            if matrix.vector(lead).as_ref() != Some(&vector) {
                let shown = format!("{vector:?} alone, {:?} in a batch", matrix.vector(lead));
                return Err(check.broken(Law::OneByOneIsBatch, shown));
            }
            let why = model.explain(view, as_of);
            let told = why
                .parts()
                .iter()
                .filter(|part| *part.kind() == Role::Dimension);
            let told: Vec<_> = told.map(|part| part.value().map(f64::to_bits)).collect();
            let given: Vec<_> = vector.scores().map(|(_, score)| bits(score)).collect();
            let abstains = told.is_empty() && given.iter().all(Option::is_none);
            if told != given && !abstains {
                return Err(check.broken(Law::ExplanationIsTheVector, why.to_string()));
            }
        }
    }
    Ok(())
}

/// Checks that views keep what they promise: order ([`LeadView::in_order`]), and that all was known
/// ([`LeadView::all_known_at`]).
///
/// Facts are looked for in the first 256 slots of attributes and questions.
///
/// # Errors
/// The first view found to break its promise.
pub fn check_view<L: LeadView>(leads: &[L]) -> Result<(), BrokenLaw> {
    let never = [AsOf::new(Moment::MAX)];
    for check in checks(leads, &never) {
        let slots = 0..256;
        let attributes = slots.clone().map(AttributeSlot::new).map(Fact::Attribute);
        let facts = attributes.chain(slots.map(QuestionSlot::new).map(Fact::Answer));
        for fact in facts {
            let since = check.view.known_since(fact);
            let Some(since) = since.filter(|&since| since > Moment::MIN) else {
                continue;
            };
            if check.view.all_known_at(since.plus_micros(-1)) {
                let shown = format!("{fact:?} is known since {since} only");
                return Err(check.broken(Law::AllKnownIsTrue, shown));
            }
        }
        if !check.view.in_order() {
            continue;
        }
        let mut activities: Vec<Activity<'_>> = Vec::new();
        check
            .view
            .activities(&mut |activity| activities.push(activity));
        let mut ids = HashSet::new();
        for (i, activity) in activities.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|last| activities.get(last));
            if before.is_some_and(|before| canonical_order(before, activity).is_gt()) {
                let shown = format!("activity {i} at {} comes too late", activity.at);
                return Err(check.broken(Law::PromisedOrderIsKept, shown));
            }
            if let Some(id) = activity.id.filter(|id| !ids.insert(*id)) {
                let shown = format!("activity id `{id}` comes twice");
                return Err(check.broken(Law::PromisedOrderIsKept, shown));
            }
        }
    }
    Ok(())
}

/// A lead whose activities are told in another way.
struct Told<'l> {
    lead: &'l dyn LeadView,
    schema: SchemaId,
    activities: Vec<Activity<'l>>,
    /// A purchase after the moment.
    later: Option<Moment>,
}

impl LeadView for Told<'_> {
    fn schema(&self) -> SchemaId {
        self.schema
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        self.lead.attribute(slot)
    }

    fn created_at(&self) -> Option<Moment> {
        self.lead.created_at()
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.activities.iter().for_each(|&activity| visit(activity));
    }

    fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
        self.lead.purchases(visit);
        if let Some(at) = self.later {
            visit(Purchase { at, amount: 1.0 });
        }
    }

    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        self.lead.answer(question)
    }

    fn known_since(&self, fact: Fact) -> Option<Moment> {
        self.lead.known_since(fact)
    }

    fn dates_facts(&self) -> bool {
        self.lead.dates_facts()
    }

    fn all_known_at(&self, moment: Moment) -> bool {
        self.lead.all_known_at(moment)
    }

    fn overrides<'a>(&'a self, visit: &mut dyn FnMut(Override<'a>)) {
        self.lead.overrides(visit);
    }
}

/// A lead of which nothing is known.
struct Nothing(SchemaId);

impl LeadView for Nothing {
    fn schema(&self) -> SchemaId {
        self.0
    }
}

#[cfg(test)]
mod tests;
