use super::read::Sink;
use super::{Plan, Words};
use crate::lead::{AttributeSlot, LeadView, Moment, Value};
use std::hint::black_box;

/// What every test says of a block of leads: for each word the bits of all leads, true and known.
#[derive(Debug, Default)]
pub(crate) struct BlockWords {
    truth: Vec<u64>,
    known: Vec<u64>,
    words: usize,
    rows: usize,
}

impl BlockWords {
    pub(super) fn clear(&mut self, words: usize, rows: usize) {
        self.truth.clear();
        self.truth.resize(words * rows, 0);
        self.known.clear();
        self.known.resize(words * rows, 0);
        self.words = words;
        self.rows = rows;
    }

    /// How many leads there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// The bits of one word of a lead, true and known.
    #[inline]
    pub(crate) fn get(&self, word: usize, row: usize) -> (u64, u64) {
        let place = word * self.rows + row;
        match (self.truth.get(place), self.known.get(place)) {
            (Some(&truth), Some(&known)) => (truth, known),
            _ => (0, 0),
        }
    }

    /// One word of all leads, true and known.
    pub(super) fn word_mut(&mut self, word: usize) -> (&mut [u64], &mut [u64]) {
        let rows = word * self.rows..(word + 1) * self.rows;
        let truth = self.truth.get_mut(rows.clone());
        let known = self.known.get_mut(rows);
        (truth.unwrap_or_default(), known.unwrap_or_default())
    }

    /// Writes down what an attribute of each lead says, in one word.
    #[inline]
    fn each<V>(&mut self, word: usize, leads: &[V], mut read: impl FnMut(&V, &mut WordOfLead<'_>)) {
        let (truth, known) = self.word_mut(word);
        for ((truth, known), lead) in truth.iter_mut().zip(known).zip(leads) {
            read(lead, &mut WordOfLead { truth, known });
        }
    }

    /// Whether any attribute that counts of a lead was there, by the [bit](Plan::present) that says so.
    #[inline]
    pub(crate) fn any(&self, row: usize, present: u64) -> bool {
        let truths = self.truth.iter().skip(row).step_by(self.rows.max(1));
        truths.fold(0, |any, truth| any | truth) & present != 0
    }

    /// One word of all leads: true, known, and whether any attribute that counts was there, by the
    /// [bit](Plan::present) that says so.
    pub(crate) fn word(&self, word: usize, present: u64) -> impl Iterator<Item = (u64, u64, bool)> {
        let part = |all| word_of(all, word, self.rows);
        let others = (self.words > 1).then_some(self);
        let bits = part(&self.truth).iter().zip(part(&self.known));
        bits.enumerate().map(move |(row, (&truth, &known))| {
            let any = truth & present != 0 || others.is_some_and(|block| block.any(row, present));
            (truth, known, any)
        })
    }
}

fn word_of(all: &[u64], word: usize, rows: usize) -> &[u64] {
    all.get(word * rows..(word + 1) * rows).unwrap_or_default()
}

/// The word of one lead of a block.
struct WordOfLead<'w> {
    truth: &'w mut u64,
    known: &'w mut u64,
}

impl Sink for WordOfLead<'_> {
    #[inline]
    fn or(&mut self, _: usize, truth: u64, known: u64) {
        *self.truth |= truth;
        *self.known |= known;
    }
}

impl Plan {
    /// Reads leads of its schema attribute by attribute, so that what one lead waits for comes while others are read;
    /// what is known perhaps only where that is asked for.
    pub(crate) fn read_block<V: LeadView>(
        &self,
        leads: &[V],
        (as_of, with_known): (Moment, bool),
        words: &mut Words,
        into: &mut BlockWords,
    ) {
        into.clear(self.words.max(1), leads.len());
        let recall = &mut words.recall;
        if leads.iter().all(|lead| lead.as_lead().is_some()) {
            self.read_ready(leads, with_known, recall, into);
        } else {
            if let Some(first) = self.texts.first() {
                ask(leads, first.slot);
            }
            for block in &self.numbers {
                into.each(block.word, leads, |lead, word| block.read(lead, word));
            }
            for block in &self.texts {
                into.each(block.word, leads, |lead, word| {
                    block.read(lead, word, recall);
                });
            }
            for block in &self.flags {
                into.each(block.word, leads, |lead, word| block.read(lead, word));
            }
        }
        for block in &self.tags {
            into.each(block.word, leads, |lead, word| block.read(lead, word));
        }
        for block in &self.dates {
            into.each(block.word, leads, |lead, word| {
                block.read(lead, word, as_of);
            });
        }
        for block in &self.others {
            into.each(block.word, leads, |lead, word| block.read(lead, word));
        }
    }
}

/// Asks for where leads keep an attribute's text: with nothing else to do, several at once are waited for.
#[inline]
fn ask<V: LeadView>(leads: &[V], slot: AttributeSlot) {
    let first_byte = |lead: &V| match lead.attribute(slot) {
        Value::Text(text) => text.bytes().next().unwrap_or_default(),
        _ => 0,
    };
    black_box(leads.iter().fold(0, |all, lead| all ^ first_byte(lead)));
}
