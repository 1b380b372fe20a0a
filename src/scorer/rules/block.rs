use super::case::{Buffers, Case};
use super::eval::within;
use super::plan::RulesPlan;
use crate::lead::LeadView;
use crate::score::Role;
use crate::scorer::Assessment;
use crate::scorer::condition::{BlockWords, Plan, Sums};
use crate::scorer::trace::Off;
use std::sync::Arc;

impl RulesPlan {
    /// Whether a block's attributes are all that the rules ask for, so that [`all`](RulesPlan::all) judges it.
    pub(crate) fn is_bare(&self) -> bool {
        self.sum.is_some()
    }

    /// Whether a block must say what is known, not only what is true: one sum adds up what is true.
    pub(crate) fn asks_known(&self) -> bool {
        !self.is_bare()
    }

    /// Judges all leads of a block that was read, in their order, where the rules are bare.
    pub(crate) fn all(&self, block: &BlockWords) -> impl Iterator<Item = Assessment> {
        let sum = self.sum.as_ref();
        let abstains_from_nothing = self.abstains(false);
        let word = sum.map_or(0, Sums::word);
        block
            .word(word, self.attributes.present())
            .map(move |(truth, known, any)| {
                if abstains_from_nothing && !any {
                    return Assessment::default();
                }
                let name = || ("points".into(), Role::Step);
                let sum = sum.map_or(0.0, |sum| sum.add_bits(truth, known));
                let (points, ()) = within::<Off>(sum, self.min, self.max, (), name);
                self.scored::<Off>(points, ()).assessment
            })
    }

    /// Judges one lead, at that place of a block that was read.
    pub(crate) fn one<V: LeadView + ?Sized>(
        &self,
        (block, place): (&BlockWords, usize),
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Assessment {
        buffers.words.take(block, place);
        let known = block.any(place, self.attributes.present());
        self.assess_read(known, case, buffers, verdict)
    }

    /// Judges one lead whose attributes are read: `known` where any that counts was there.
    pub(crate) fn assess_read<V: LeadView + ?Sized>(
        &self,
        known: bool,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Assessment {
        let judged = self.judge_read::<Off, V>(case, known, buffers, verdict);
        judged.assessment
    }

    /// What they ask of a lead's attributes.
    pub(crate) fn attributes(&self) -> &Plan {
        &self.attributes
    }
}
