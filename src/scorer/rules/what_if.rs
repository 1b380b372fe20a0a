use super::case::{Buffers, Case};
use super::plan::RulesPlan;
use crate::lead::{Activity, AttributeSlot, LeadView, Moment, Schema, SchemaId, Tags, Value};
use crate::score::{Explanation, Role, Unit};
use crate::scorer::condition::{Answers, LeafTest, Plan, Tests, TextOp};
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
    /// What the tests say where it is missing.
    missing: Answers,
    tries: Tries,
}

#[derive(Debug)]
enum Tries {
    /// What the tests say of the values, each answer once: it is always the same.
    Answers(Box<[Answers]>),
    /// Dates that are compared with others, of which some are as old as is asked for.
    Dates(Box<[Guess]>),
}

#[derive(Clone, Debug)]
enum Guess {
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
    /// For the attributes that tests ask for, of which a plan was made; `asks_known` where it matters which tests are
    /// false and which unknown.
    pub(crate) fn new(tests: &Tests, plan: &Plan, asks_known: bool, schema: &Schema) -> Self {
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
                let few: Vec<Guess> = guesses.into_iter().step_by(step).collect();
                // Between two dates lies what the moment changes: what else is asked of a date is its age.
                let mut of_slot = tests.list.iter().filter(|leaf| leaf.slot == slot);
                let missing = plan.answers(&Nothing(schema.id()), slot);
                let tries = if of_slot.any(|leaf| matches!(leaf.test, LeafTest::Date(_))) {
                    Tries::Dates(few.into())
                } else {
                    let mut all = answers(&few, slot, plan, schema);
                    if !asks_known {
                        all = missing.unlike(all);
                    }
                    Tries::Answers(all.into())
                };
                Some(Guesses {
                    slot,
                    name: schema.attribute_name(slot)?.into(),
                    missing,
                    tries,
                })
            })
            .collect();
        Self { attributes }
    }

    /// For each attribute that is missing and could add points by itself, a note that says how many; once the
    /// attributes are read.
    ///
    /// The values tried are those that the rules name; what a pattern could match is not guessed.
    pub(super) fn missing<V: LeadView + ?Sized>(
        &self,
        plan: &RulesPlan,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> Vec<Explanation> {
        // What a rule gives where its condition is true, by its place: no attribute changes that.
        let mut given = Vec::new();
        let lent = case.as_dyn(&case.lead);
        let of = (plan.attributes(), case.lead, case.as_of);
        self.gains(of, Unit::Points, buffers, |buffers| {
            plan.points_by_guards(&lent, buffers, &mut given)
        })
    }

    /// For each attribute that is missing and could by itself raise what a lead is worth, a note that says by how much.
    /// `worth` says that of what is read, which all attributes are.
    pub(crate) fn gains<V: LeadView + ?Sized>(
        &self,
        (plan, lead, as_of): (&Plan, &V, Moment),
        unit: Unit,
        buffers: &mut Buffers,
        mut worth: impl FnMut(&mut Buffers) -> f64,
    ) -> Vec<Explanation> {
        let mut notes = Vec::new();
        let mut now = None;
        for Guesses {
            slot,
            name,
            missing,
            tries,
        } in &self.attributes
        {
            match lead.attribute(*slot) {
                Value::Missing | Value::Text("") => {}
                Value::Number(number) if !number.is_finite() => {}
                _ => continue,
            }
            let now = match now {
                Some(now) => now,
                None => *now.insert(worth(buffers)),
            };
            let mut best = now;
            match tries {
                Tries::Answers(all) => {
                    for answers in all {
                        buffers.words.answer(answers);
                        best = f64::max(best, worth(buffers));
                    }
                }
                Tries::Dates(guesses) => {
                    for guess in guesses {
                        let supposed = Supposed {
                            lead,
                            as_of,
                            slot: *slot,
                            guess,
                        };
                        plan.reread(&supposed, *slot, as_of, &mut buffers.words);
                        best = f64::max(best, worth(buffers));
                    }
                }
            }
            buffers.words.answer(missing);
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

/// What the tests on an attribute say of each of some values, each answer once.
fn answers(guesses: &[Guess], slot: AttributeSlot, plan: &Plan, schema: &Schema) -> Vec<Answers> {
    let nothing = Nothing(schema.id());
    let mut all: Vec<Answers> = Vec::new();
    for guess in guesses {
        let supposed = Supposed {
            lead: &nothing,
            as_of: Plan::ANY_MOMENT,
            slot,
            guess,
        };
        let answers = plan.answers(&supposed, slot);
        if !all.contains(&answers) {
            all.push(answers);
        }
    }
    all
}

/// A lead of which nothing is known.
struct Nothing(SchemaId);

impl LeadView for Nothing {
    fn schema(&self) -> SchemaId {
        self.0
    }

    fn attribute(&self, _: AttributeSlot) -> Value<'_> {
        Value::Missing
    }
}

/// A lead with one more attribute than is known.
struct Supposed<'l, V: ?Sized> {
    lead: &'l V,
    as_of: Moment,
    slot: AttributeSlot,
    guess: &'l Guess,
}

impl<V: LeadView + ?Sized> LeadView for Supposed<'_, V> {
    fn schema(&self) -> SchemaId {
        self.lead.schema()
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        if slot != self.slot {
            return self.lead.attribute(slot);
        }
        match self.guess {
            Guess::Number(number) => Value::Number(*number),
            Guess::Flag(flag) => Value::Flag(*flag),
            Guess::Text(text) => Value::Text(text),
            Guess::Tags(tags) => Value::Tags(tags as &dyn Tags),
            Guess::Date(date) => Value::Date(*date),
            Guess::Age(age) => Value::Date(self.as_of.plus_micros(age.saturating_neg())),
        }
    }

    fn created_at(&self) -> Option<Moment> {
        self.lead.created_at()
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.lead.activities(visit);
    }
}
