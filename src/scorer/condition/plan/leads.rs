use super::block::BlockWords;
use super::{Block, Plan};
use crate::lead::{Attributes, Lead, LeadView};
use crate::scorer::condition::recall::Recall;
use crate::scorer::condition::text::TextBlock;
use std::hint::black_box;

/// Numbers that are brought together at a time.
const TOGETHER: usize = 64;

/// The attributes of ready-made leads.
fn attributes<V: LeadView>(leads: &[V]) -> impl Iterator<Item = &Attributes> {
    let ready = leads.iter().filter_map(LeadView::as_lead);
    ready.map(Lead::attributes)
}

impl Plan {
    /// Reads numbers, texts and flags of ready-made leads, which keep them in one manner; what is known only where that
    /// is asked for.
    pub(super) fn read_ready<V: LeadView>(
        &self,
        leads: &[V],
        with_known: bool,
        recall: &mut Recall,
        into: &mut BlockWords,
    ) {
        // With nothing else to do, several places are waited for at once.
        black_box(attributes(leads).fold(0, |all, of| all ^ of.touch()));
        for block in &self.numbers {
            let numbers = block.of_numbers();
            let (truth, known) = into.word_mut(block.word);
            let mut room = [0.0; TOGETHER];
            let words = truth.chunks_mut(TOGETHER).zip(known.chunks_mut(TOGETHER));
            for (leads, (truth, known)) in leads.chunks(TOGETHER).zip(words) {
                for (number, of) in room.iter_mut().zip(attributes(leads)) {
                    *number = of.number(block.slot);
                }
                numbers.read(&room, truth, with_known.then_some(known));
            }
        }
        for block in &self.texts {
            let (truth, known) = into.word_mut(block.word);
            block.read_ready(leads, recall, truth, with_known.then_some(known));
        }
        for block in &self.flags {
            let (truth, known) = into.word_mut(block.word);
            block.read_ready(leads, truth, with_known.then_some(known));
        }
    }
}

impl Block<TextBlock> {
    fn read_ready<V: LeadView>(
        &self,
        leads: &[V],
        recall: &mut Recall,
        truth: &mut [u64],
        known: Option<&mut [u64]>,
    ) {
        let (slot, always) = (self.slot, self.when_known);
        let (missing, missing_known) = self.when_missing;
        for (truth, of) in truth.iter_mut().zip(attributes(leads)) {
            let bytes = of.text_bytes(slot);
            *truth |= if bytes.is_empty() {
                missing
            } else {
                let bits = self
                    .tests
                    .recalled_bytes(bytes, recall, || of.text_of(slot));
                bits | always
            };
        }
        for (known, of) in known.into_iter().flatten().zip(attributes(leads)) {
            *known |= if of.text_bytes(slot).is_empty() {
                missing_known
            } else {
                self.all
            };
        }
    }
}

impl Block<[u64; 2]> {
    fn read_ready<V: LeadView>(&self, leads: &[V], truth: &mut [u64], known: Option<&mut [u64]>) {
        let (slot, always) = (self.slot, self.when_known);
        let (missing, missing_known) = self.when_missing;
        let [no, yes] = self.tests;
        // By the code of a flag.
        let bits = [missing, no | always, yes | always];
        for (truth, of) in truth.iter_mut().zip(attributes(leads)) {
            *truth |= bits.get(of.flag(slot)).copied().unwrap_or_default();
        }
        let bits = [missing_known, self.all, self.all];
        for (known, of) in known.into_iter().flatten().zip(attributes(leads)) {
            *known |= bits.get(of.flag(slot)).copied().unwrap_or_default();
        }
    }
}
