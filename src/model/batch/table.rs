use super::{Batch, Results};
use crate::lead::{Activity, LeadRow, LeadTable, LeadView};
use crate::model::judge::Judge;
use crate::model::model::{Row, ScoreModel};
use crate::score::{AsOf, Cell, Notes, Score};
use crate::scorer::{Assessment, BlockWords, Buffers, Marks, RulesOfTable, emptied, with_buffers};
use std::sync::Arc;

/// A model made ready for one table.
pub(super) struct TableOfModel<'t> {
    model: &'t ScoreModel,
    table: &'t LeadTable,
    /// By judge; `None` where it is no points rules.
    rules: Vec<Option<RulesOfTable<'t>>>,
    /// Whether there is more to a lead than what bare rules say of its attributes.
    by_row: bool,
    /// Whether that asks for the activities that count.
    reads_activities: bool,
}

impl<'t> TableOfModel<'t> {
    pub(super) fn new(model: &'t ScoreModel, table: &'t LeadTable) -> Self {
        let ready = |judge: &'t Judge| match judge {
            Judge::Rules(rules) => Some(rules.of_table(table)),
            Judge::Model(_) | Judge::Predictive(_) | Judge::BuiltIn(_) | Judge::Scorer(_) => None,
        };
        let same_schema = table.schema() == model.schema.id();
        let judges = model
            .judges
            .iter()
            .take(if same_schema { usize::MAX } else { 0 });
        let rules: Vec<_> = judges.map(ready).collect();
        let bare =
            |rules: &Option<RulesOfTable<'_>>| rules.as_ref().is_some_and(RulesOfTable::is_bare);
        let history = |(rules, judge): (&Option<RulesOfTable<'_>>, &Judge)| match rules {
            Some(rules) => rules.reads_history(),
            None => judge.reads_activities(),
        };
        let mut raisers = model.labels.iter().flat_map(|labels| &labels.auto);
        Self {
            reads_activities: rules.iter().zip(&model.judges).any(history)
                || raisers.any(|auto| auto.activity.is_some()),
            by_row: !rules.iter().all(bare)
                || model.applies.is_some()
                || model.composite.is_some()
                || !model.labels.is_empty()
                || table.has_rare(),
            model,
            table,
            rules,
        }
    }

    /// Judges a block by the bare rules, column by column.
    fn bare(&self, blocks: &[BlockWords], results: &mut Results<'_>) {
        for (place, (rules, block)) in self.rules.iter().zip(blocks).enumerate() {
            let Some(rules) = rules.as_ref().filter(|rules| rules.is_bare()) else {
                continue;
            };
            let cells = results.cells.iter_mut().skip(place).step_by(results.width);
            for (cell, assessment) in cells.zip(rules.all(block)) {
                *cell = cell_of(assessment);
            }
        }
    }

    /// Does for one lead what bare rules leave to be done.
    fn rest<'l>(
        &self,
        lead: &'l LeadRow<'l>,
        place: usize,
        as_of: AsOf,
        row: &mut Row<'_>,
        blocks: &[BlockWords],
        (buffers, activities): (&mut Buffers, &mut Vec<Activity<'l>>),
    ) {
        if lead.dates_facts() {
            row.cells.fill(Cell::NONE);
            return self.model.fill(lead, as_of, row, buffers, activities);
        }
        let mut marks = Marks::NONE;
        let mut case = if self.reads_activities {
            self.model.case(lead, as_of.moment(), activities)
        } else {
            self.model.case_without_history(lead, as_of.moment())
        };
        case.mark(&mut marks);
        let case = &case;
        if !self.model.applies_to(case, buffers) {
            return row.cells.fill(Cell::NONE);
        }
        let mut notes: Option<Box<Notes>> = None;
        let mut verdict = |reason: &Arc<str>| Notes::disqualify(&mut notes, reason);
        for &at in &self.model.order {
            let (Some(judge), Some(rules), Some(block)) = (
                self.model.judges.get(at),
                self.rules.get(at),
                blocks.get(at),
            ) else {
                continue;
            };
            let assessment = match rules {
                Some(rules) if rules.is_bare() => continue,
                Some(rules) => {
                    let place = (block, place, lead.position());
                    rules.one(place, case, buffers, &mut verdict)
                }
                None => judge.assess(case, as_of, row.cells, buffers, &mut verdict),
            };
            if let Some(cell) = row.cells.get_mut(at) {
                *cell = cell_of(assessment);
            }
        }
        self.model.finish(case, buffers, row, notes);
    }
}

fn cell_of(assessment: Assessment) -> Cell {
    Cell {
        score: assessment.score.map_or(f64::NAN, Score::get),
        raw: assessment.raw.unwrap_or(f64::NAN),
    }
}

impl Batch for TableOfModel<'_> {
    fn count(&self) -> usize {
        self.table.len()
    }

    fn score(&self, first: usize, as_of: AsOf, mut results: Results<'_>) {
        if self.table.schema() != self.model.schema.id() {
            return;
        }
        let rows = first..first + results.len();
        with_buffers(|buffers, activities| {
            let mut blocks = std::mem::take(&mut buffers.blocks);
            if blocks.len() < self.rules.len() {
                blocks.resize_with(self.rules.len(), BlockWords::default);
            }
            for (rules, block) in self.rules.iter().zip(&mut blocks) {
                if let Some(rules) = rules {
                    rules.read(&rows, as_of.moment(), block);
                }
            }
            self.bare(&blocks, &mut results);
            let mut activities = emptied(activities);
            if self.by_row {
                for (place, (lead, mut row)) in
                    self.table.some_rows(&rows).zip(results.rows()).enumerate()
                {
                    let mut of_lead = activities;
                    let room = (&mut *buffers, &mut of_lead);
                    self.rest(&lead, place, as_of, &mut row, &blocks, room);
                    activities = emptied(of_lead);
                }
            }
            buffers.blocks = blocks;
            ((), activities)
        });
    }
}
