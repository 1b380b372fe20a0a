use super::{Batch, Results};
use crate::lead::{Lead, LeadView};
use crate::model::judge::Judge;
use crate::model::model::{Row, ScoreModel};
use crate::score::{AsOf, Cell};
use crate::scorer::{Blocks, Buffers, BuiltIn, Case, emptied, with_buffers};
use std::hint::black_box;

/// Leads of whatever type, whose attributes are read some leads at a time.
pub(super) struct LeadsOfModel<'s, L> {
    model: &'s ScoreModel,
    leads: &'s [L],
    /// Whether there is more to a lead than rules on attributes.
    by_row: bool,
    /// Whether a judge of those whose attributes are read together asks what is known, not only what is true.
    asks_known: bool,
}

/// Leads whose attributes are read at a time: so many that what one waits for comes while others are asked, and so few
/// that all of them stay at hand.
const GROUP: usize = 64;

/// Leads whose activities are asked for at a time, for the same reason; there is more to them.
const SOON: usize = 8;

impl<'s, L: LeadView> LeadsOfModel<'s, L> {
    pub(super) fn new(model: &'s ScoreModel, leads: &'s [L]) -> Self {
        Self {
            asks_known: model.asks_known_together(),
            by_row: !model.judges.iter().all(Judge::judges_attributes)
                || model.applies.is_some()
                || model.composite.is_some()
                || !model.labels.is_empty(),
            model,
            leads,
        }
    }

    /// Whether there is nothing to a lead but what is read at a time.
    fn is_plain(&self, lead: &L, as_of: AsOf) -> bool {
        if lead.schema() != self.model.schema.id() {
            return false;
        }
        if lead.as_lead().is_some_and(Lead::is_usual) {
            return true;
        }
        let mut overridden = false;
        if !self.by_row {
            lead.overrides(&mut |_| overridden = true);
        }
        !overridden && lead.all_known_at(as_of.moment())
    }

    /// Reads leads, and judges them where that is all that a judge asks for.
    fn read(
        &self,
        leads: &[L],
        first: usize,
        as_of: AsOf,
        buffers: &mut Buffers,
        results: &mut Results<'_>,
    ) {
        let Buffers { words, blocks, .. } = buffers;
        blocks.make_room(self.model.judges.len());
        let Blocks {
            shared, attributes, ..
        } = blocks;
        let as_of = as_of.moment();
        if let Some(plan) = &self.model.shared {
            plan.read_block(leads, (as_of, self.asks_known), words, shared);
        }
        let judges = self.model.judges.iter().zip(attributes);
        for (place, (judge, own)) in judges.enumerate() {
            let Some(plan) = judge.attributes() else {
                continue;
            };
            let block = if self.model.reads_together(judge) {
                &*shared
            } else {
                plan.read_block(leads, (as_of, judge.asks_known()), words, own);
                own
            };
            match judge {
                Judge::Rules(rules) if rules.plan().is_bare() => {
                    results.fill(place, first, rules.plan().all(block));
                }
                Judge::BuiltIn(scorer) => {
                    if let BuiltIn::Grade(grade) = &**scorer {
                        results.fill(place, first, grade.all(block, words));
                    }
                }
                _ => {}
            }
        }
    }

    /// Asks for the activities of the leads from a place on, so that several places are waited for at once.
    fn touch(leads: &[L], place: usize) {
        let soon = leads.iter().skip(place).take(SOON);
        let ready = soon.filter_map(LeadView::as_lead);
        black_box(ready.fold(0, |all, lead| all ^ lead.touch_history()));
    }

    /// Does for one lead what is left to be done.
    fn rest(
        &self,
        case: &Case<'_, L>,
        place: usize,
        as_of: AsOf,
        row: &mut Row<'_>,
        (blocks, buffers): (&Blocks, &mut Buffers),
    ) {
        if !self.model.applies_to(case, buffers) {
            return row.cells.fill(Cell::NONE);
        }
        self.model
            .fill_case(case, buffers, row, |at, judge, cells, buffers, verdict| {
                let block = if self.model.reads_together(judge) {
                    Some(&blocks.shared)
                } else {
                    blocks.attributes.get(at)
                };
                match (judge, block) {
                    _ if judge.judges_attributes() => None,
                    (Judge::Rules(rules), Some(block)) => {
                        Some(rules.plan().one((block, place), case, buffers, verdict))
                    }
                    _ => Some(judge.assess(case, as_of, cells, buffers, verdict)),
                }
            });
    }
}

impl<L: LeadView + Sync> Batch for LeadsOfModel<'_, L> {
    fn count(&self) -> usize {
        self.leads.len()
    }

    fn score(&self, first: usize, as_of: AsOf, mut results: Results<'_>) {
        let leads = self.leads.get(first..first + results.len());
        let groups = leads.unwrap_or_default().chunks(GROUP);
        with_buffers(|buffers, mut activities| {
            for (group, leads) in groups.enumerate() {
                let rows = group * GROUP..group * GROUP + leads.len();
                let plain = leads.iter().all(|lead| self.is_plain(lead, as_of));
                if plain {
                    self.read(leads, rows.start, as_of, buffers, &mut results);
                    if !self.by_row {
                        continue;
                    }
                }
                let blocks = std::mem::take(&mut buffers.blocks);
                results.rows(rows, |place, row| {
                    let place = place % GROUP;
                    let Some(lead) = leads.get(place) else {
                        return;
                    };
                    if place.is_multiple_of(SOON) && self.model.reads_activities {
                        Self::touch(leads, place);
                    }
                    if !plain {
                        return self.model.fill(lead, as_of, row, buffers, &mut activities);
                    }
                    let mut marks = std::mem::take(&mut buffers.marks);
                    let mut case = self.model.case(lead, as_of.moment(), &mut activities);
                    case.mark(&mut marks);
                    self.rest(&case, place, as_of, row, (&blocks, buffers));
                    buffers.marks = marks;
                });
                buffers.blocks = blocks;
            }
            ((), emptied(activities))
        });
    }
}
