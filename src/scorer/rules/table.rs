use super::eval::{Buffers, Case, within};
use super::plan::RulesPlan;
use crate::lead::{LeadTable, LeadView, Moment};
use crate::score::Role;
use crate::scorer::Assessment;
use crate::scorer::condition::{BlockWords, Sums, TablePlan};
use crate::scorer::trace::Off;
use std::ops::Range;
use std::sync::Arc;

/// Rules made ready for a table: attributes are read block by block, and what follows is done as for any lead.
#[derive(Debug)]
pub(crate) struct RulesOfTable<'p> {
    rules: &'p RulesPlan,
    attributes: TablePlan<'p>,
}

impl RulesPlan {
    pub(super) fn of_table<'p>(&'p self, table: &'p LeadTable) -> RulesOfTable<'p> {
        RulesOfTable {
            rules: self,
            attributes: self.attributes.of_table(table),
        }
    }
}

impl RulesOfTable<'_> {
    /// Reads the attributes of some rows.
    pub(crate) fn read(&self, rows: &Range<usize>, as_of: Moment, into: &mut BlockWords) {
        let only_truth = self.rules.sum.as_ref().is_some_and(Sums::is_whole);
        self.attributes.read(rows, as_of, !only_truth, into);
    }

    /// Whether a block's attributes are all that the rules ask for, so that [`all`](RulesOfTable::all) judges it.
    pub(crate) fn is_bare(&self) -> bool {
        self.rules.sum.is_some()
    }

    /// Judges all leads of a block that was read, in their order; nothing where the rules are not bare.
    pub(crate) fn all(&self, block: &BlockWords) -> impl Iterator<Item = Assessment> {
        let rules = self.rules;
        rules.sum.iter().flat_map(move |sum| {
            let word = block.word(sum.word());
            word.map(move |(truth, known, any)| {
                if rules.abstains(any) {
                    return Assessment::default();
                }
                let name = || ("points".into(), Role::Step);
                let sum = sum.add_bits(truth, known);
                let (points, ()) = within::<Off>(sum, rules.min, rules.max, (), name);
                rules.scored::<Off>(points, ()).assessment
            })
        })
    }

    /// Judges one lead of a block that was read.
    pub(crate) fn one<V: LeadView + ?Sized>(
        &self,
        block: &BlockWords,
        row: usize,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Assessment {
        buffers.words.take(block, row);
        let known = block.any(row);
        let judged = self
            .rules
            .judge_read::<Off, V>(case, known, buffers, verdict);
        judged.assessment
    }
}
