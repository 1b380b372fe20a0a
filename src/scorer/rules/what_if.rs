use super::case::{Buffers, Case};
use super::eval::Given;
use super::plan::RulesPlan;
use crate::lead::{Activity, AttributeSlot, LeadView, Moment, Schema, SchemaId, Tags, Value};
use crate::score::{Explanation, Role, Unit};
use crate::scorer::condition::{LeafTest, Tests, TextOp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values that an attribute could take and that its tests tell apart.
#[derive(Debug)]
pub(crate) struct WhatIf {
    attributes: Box<[Guesses]>,
}

/// What is tried for one attribute.
#[derive(Debug)]
struct Guesses {
    slot: AttributeSlot,
    name: Arc<str>,
    values: Box<[Guess]>,
}

#[derive(Clone, Debug)]
pub(crate) enum Guess {
    Number(f64),
    Flag(bool),
    Text(Box<str>),
    Tags(Vec<Box<str>>),
    Date(Moment),
    /// A date that old at the moment of the question.
    Age(i64),
}

/// Most guesses tried for one attribute; more tests than that are sampled evenly.
const MOST: usize = 64;

impl WhatIf {
    pub(crate) fn new(tests: &Tests, schema: &Schema) -> Self {
        let mut guesses: BTreeMap<AttributeSlot, Vec<Guess>> = BTreeMap::new();
        for leaf in &tests.list {
            let of = guesses.entry(leaf.slot).or_default();
            match &leaf.test {
                LeafTest::Is(_) => {}
                LeafTest::Number(ranges) => {
                    for range in ranges {
                        for bound in [range.low(), range.high()] {
                            if bound.is_finite() {
                                of.extend([bound, bound - 1.0, bound + 1.0].map(Guess::Number));
                            }
                        }
                        let middle = range.low() / 2.0 + range.high() / 2.0;
                        if middle.is_finite() {
                            of.push(Guess::Number(middle));
                        }
                    }
                }
                LeafTest::Flag(_) => of.extend([Guess::Flag(false), Guess::Flag(true)]),
                LeafTest::Text(choices) => of.extend(
                    choices
                        .iter()
                        .filter(|test| test.op != TextOp::Matches)
                        .map(|test| Guess::Text(test.literal.clone())),
                ),
                LeafTest::Tags(test) => {
                    of.push(Guess::Tags(Vec::new()));
                    of.extend(
                        test.literals
                            .iter()
                            .map(|tag| Guess::Tags(vec![tag.clone()])),
                    );
                    of.push(Guess::Tags(test.literals.to_vec()));
                }
                LeafTest::Date(ranges) => of.extend(
                    ranges
                        .iter()
                        .flat_map(|&(from, to)| [Guess::Date(from), Guess::Date(to)]),
                ),
                LeafTest::Age(from, to) => of.extend([
                    Guess::Age(*from),
                    Guess::Age(*to),
                    Guess::Age(from.saturating_sub(1)),
                ]),
            }
        }
        let attributes = guesses
            .into_iter()
            .filter_map(|(slot, mut guesses)| {
                // Something that only some tests ask for, for attributes of which only presence counts.
                guesses.push(match schema.attribute_type(slot)? {
                    crate::lead::AttributeType::Number => Guess::Number(0.0),
                    crate::lead::AttributeType::Text => Guess::Text("\u{1}".into()),
                    crate::lead::AttributeType::Flag => Guess::Flag(true),
                    crate::lead::AttributeType::Date => Guess::Age(0),
                    crate::lead::AttributeType::Tags => Guess::Tags(Vec::new()),
                });
                let step = guesses.len().div_ceil(MOST);
                let few = guesses.into_iter().step_by(step).collect();
                Some(Guesses {
                    slot,
                    name: schema.attribute_name(slot)?.into(),
                    values: few,
                })
            })
            .collect();
        Self { attributes }
    }

    /// For each attribute that is missing and could add points by itself, a note that says how many.
    ///
    /// The values tried are those that the rules name; what a pattern could match is not guessed.
    pub(super) fn missing<V: LeadView + ?Sized>(
        &self,
        plan: &RulesPlan,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> Vec<Explanation> {
        // What a rule gives where its condition is true, by its place: no attribute changes that.
        let mut given: Vec<Given> = Vec::new();
        let mut changed: Option<AttributeSlot> = None;
        let lent = case.as_dyn(&case.lead);
        self.gains(case.lead, case.as_of, Unit::Points, |lead| {
            match (lead.slot, changed) {
                (None, _) => plan.read(lead, case.as_of, buffers),
                (Some(slot), before) => {
                    if let Some(before) = before.filter(|&before| before != slot) {
                        plan.reread(case.lead, before, case.as_of, buffers);
                    }
                    plan.reread(lead, slot, case.as_of, buffers);
                }
            }
            changed = lead.slot;
            plan.points_by_guards(&lent, buffers, &mut given)
        })
    }

    /// For each attribute that is missing and could by itself raise what a lead is worth, a note that says by how much.
    pub(crate) fn gains<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        unit: Unit,
        mut worth: impl FnMut(&Supposed<'_, V>) -> f64,
    ) -> Vec<Explanation> {
        let mut notes = Vec::new();
        let mut now = None;
        let mut supposed = Supposed {
            lead,
            as_of,
            slot: None,
            guess: None,
        };
        for Guesses { slot, name, values } in &self.attributes {
            match lead.attribute(*slot) {
                Value::Missing | Value::Text("") => {}
                Value::Number(number) if !number.is_finite() => {}
                _ => continue,
            }
            let now = match now {
                Some(now) => now,
                None => {
                    (supposed.slot, supposed.guess) = (None, None);
                    *now.insert(worth(&supposed))
                }
            };
            let mut best = now;
            for guess in values {
                (supposed.slot, supposed.guess) = (Some(*slot), Some(guess));
                best = f64::max(best, worth(&supposed));
            }
            if best > now {
                let role = Role::Missing {
                    could_add: best - now,
                };
                notes.push(Explanation::unknown(name, unit).role(role));
            }
        }
        notes
    }
}

/// A lead with one more attribute than is known.
pub(crate) struct Supposed<'l, V: ?Sized> {
    lead: &'l V,
    as_of: Moment,
    slot: Option<AttributeSlot>,
    guess: Option<&'l Guess>,
}

impl<V: LeadView + ?Sized> LeadView for Supposed<'_, V> {
    fn schema(&self) -> SchemaId {
        self.lead.schema()
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        match self.guess {
            Some(guess) if Some(slot) == self.slot => match guess {
                Guess::Number(number) => Value::Number(*number),
                Guess::Flag(flag) => Value::Flag(*flag),
                Guess::Text(text) => Value::Text(text),
                Guess::Tags(tags) => Value::Tags(tags as &dyn Tags),
                Guess::Date(date) => Value::Date(*date),
                Guess::Age(age) => Value::Date(self.as_of.plus_micros(age.saturating_neg())),
            },
            _ => self.lead.attribute(slot),
        }
    }

    fn created_at(&self) -> Option<Moment> {
        self.lead.created_at()
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.lead.activities(visit);
    }
}
