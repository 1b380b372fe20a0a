use super::{Batch, Results};
use crate::lead::{Activity, LeadRow, LeadTable, LeadView, Moment};
use crate::model::judge::Judge;
use crate::model::model::{Row, ScoreModel};
use crate::score::{AsOf, Cell};
use crate::scorer::{
    BlockWords, Blocks, Buffers, BuiltIn, GradeScorer, NaiveBayesOfTable, PredictiveOfTable,
    RulesOfTable, TablePlan, Words, emptied, with_buffers,
};
use std::ops::Range;
use std::sync::Arc;

/// A model made ready for one table.
pub(super) struct TableOfModel<'t> {
    model: &'t ScoreModel,
    table: &'t LeadTable,
    judges: Vec<JudgeOfTable<'t>>,
    /// What judges ask of attributes that are read once for several of them.
    shared: Option<Attributes<'t>>,
    /// What each judge asks of attributes that are read for it alone.
    own: Vec<Option<Attributes<'t>>>,
    /// Whether there is more to a lead than what is judged block by block.
    by_row: bool,
    /// Whether that asks for the activities that count.
    reads_activities: bool,
    /// Whether a judge that is not of this library may ask for the ids of activities.
    gathers_ids: bool,
}

/// What is asked of attributes, made ready for one table.
struct Attributes<'t> {
    plan: TablePlan<'t>,
    /// Whether it is asked what is known, not only what is true.
    asks_known: bool,
}

impl<'t> Attributes<'t> {
    /// What a judge asks; `None` where that is read together with what others ask.
    fn of(judge: &'t Judge, model: &ScoreModel, table: &'t LeadTable) -> Option<Self> {
        if model.reads_together(judge) {
            return None;
        }
        Some(Self {
            plan: judge.attributes()?.of_table(table),
            asks_known: judge.asks_known(),
        })
    }

    fn read(&self, rows: &Range<usize>, as_of: Moment, into: &mut BlockWords) {
        self.plan.read(rows, as_of, self.asks_known, into);
    }
}

/// A judge made ready for one table.
enum JudgeOfTable<'t> {
    Rules(RulesOfTable<'t>),
    Predictive(PredictiveOfTable<'t>),
    NaiveBayes(NaiveBayesOfTable<'t>),
    Grade(&'t GradeScorer),
    /// Judges lead by lead.
    ByRow,
}

impl JudgeOfTable<'_> {
    /// Whether it judges a block at once.
    fn is_whole(&self) -> bool {
        match self {
            Self::Rules(rules) => rules.is_bare(),
            Self::Predictive(scorer) => scorer.is_whole(),
            Self::NaiveBayes(_) | Self::Grade(_) => true,
            Self::ByRow => false,
        }
    }
}

impl<'t> TableOfModel<'t> {
    pub(super) fn new(model: &'t ScoreModel, table: &'t LeadTable) -> Self {
        let same_schema = table.schema() == model.schema.id();
        let judges = if same_schema {
            Self::judges(model, table)
        } else {
            Vec::new()
        };
        let history = |(ready, judge): (&JudgeOfTable<'_>, &Judge)| match ready {
            JudgeOfTable::Rules(rules) => rules.reads_history(),
            JudgeOfTable::Predictive(scorer) => scorer.reads_history(),
            JudgeOfTable::NaiveBayes(_) | JudgeOfTable::Grade(_) => false,
            JudgeOfTable::ByRow => judge.reads_activities(),
        };
        let mut raisers = model.labels.iter().flat_map(|labels| &labels.auto);
        Self {
            reads_activities: judges.iter().zip(&model.judges).any(history)
                || raisers.any(|auto| auto.activity.is_some()),
            by_row: !judges.iter().all(JudgeOfTable::is_whole)
                || model.applies.is_some()
                || model.composite.is_some()
                || !model.labels.is_empty()
                || table.has_rare(),
            shared: model
                .shared
                .as_ref()
                .filter(|_| same_schema)
                .map(|plan| Attributes {
                    plan: plan.of_table(table),
                    asks_known: model.asks_known_together(),
                }),
            gathers_ids: model.judges.iter().any(Judge::may_explain),
            own: if same_schema {
                let of = |judge| Attributes::of(judge, model, table);
                model.judges.iter().map(of).collect()
            } else {
                Vec::new()
            },
            model,
            table,
            judges,
        }
    }

    fn judges(model: &'t ScoreModel, table: &'t LeadTable) -> Vec<JudgeOfTable<'t>> {
        let mut judges: Vec<_> = model.judges.iter().map(|_| JudgeOfTable::ByRow).collect();
        let kinds = model.schema.kinds().len();
        for &place in &model.order {
            let is_judged = |place: usize| judges.get(place).is_some_and(JudgeOfTable::is_whole);
            let Some(judge) = model.judges.get(place) else {
                continue;
            };
            let ready = match judge {
                Judge::Rules(rules) => JudgeOfTable::Rules(rules.of_table(table)),
                Judge::Predictive(scorer) => JudgeOfTable::Predictive(scorer.of_table(
                    table,
                    &model.history,
                    kinds,
                    &is_judged,
                )),
                Judge::BuiltIn(scorer) => match &**scorer {
                    BuiltIn::NaiveBayes(scorer) => JudgeOfTable::NaiveBayes(scorer.of_table(table)),
                    BuiltIn::Grade(scorer) => JudgeOfTable::Grade(scorer),
                    _ => JudgeOfTable::ByRow,
                },
                Judge::Model(_) | Judge::Scorer(_) => JudgeOfTable::ByRow,
            };
            if let Some(judge) = judges.get_mut(place) {
                *judge = ready;
            }
        }
        judges
    }

    /// Reads a block, and judges it where a judge does that at once.
    fn read(
        &self,
        rows: &Range<usize>,
        as_of: Moment,
        (blocks, words): (&mut Blocks, &mut Words),
        results: &mut Results<'_>,
    ) {
        blocks.make_room(self.judges.len());
        let Blocks {
            shared,
            attributes,
            predictive,
        } = blocks;
        if let Some(of_all) = &self.shared {
            of_all.read(rows, as_of, shared);
        }
        let width = results.width;
        for &place in &self.model.order {
            let block = match (self.own.get(place), attributes.get_mut(place)) {
                (Some(Some(own)), Some(block)) => {
                    own.read(rows, as_of, block);
                    &*block
                }
                _ => &*shared,
            };
            match self.judges.get(place) {
                Some(JudgeOfTable::Rules(judge)) => {
                    if judge.is_bare() {
                        results.fill(place, 0, judge.all(block));
                    }
                }
                Some(JudgeOfTable::Predictive(judge)) => {
                    let Some(block) = predictive.get_mut(place) else {
                        continue;
                    };
                    judge.read(rows, as_of, (results.cells, width), block);
                    if judge.is_whole() {
                        results.fill(place, 0, judge.all(block));
                    }
                }
                Some(JudgeOfTable::NaiveBayes(judge)) => results.fill(place, 0, judge.all(rows)),
                Some(JudgeOfTable::Grade(judge)) => {
                    results.fill(place, 0, judge.all(block, words));
                }
                Some(JudgeOfTable::ByRow) | None => {}
            }
        }
    }

    /// Does for one lead what is left to be done.
    fn rest<'l>(
        &self,
        lead: &'l LeadRow<'l>,
        place: usize,
        as_of: AsOf,
        row: &mut Row<'_>,
        blocks: &Blocks,
        (buffers, activities): (&mut Buffers, &mut Vec<Activity<'l>>),
    ) {
        if !lead.all_known_at(as_of.moment()) {
            row.cells.fill(Cell::NONE);
            return self.model.fill(lead, as_of, row, buffers, activities);
        }
        let mut marks = std::mem::take(&mut buffers.marks);
        let mut case = if self.reads_activities {
            self.model.case(lead, as_of.moment(), activities)
        } else {
            self.model.case_without_history(lead, as_of.moment())
        };
        case.mark(&mut marks);
        let case = &case;
        if !self.model.applies_to(case, buffers) {
            row.cells.fill(Cell::NONE);
            buffers.marks = marks;
            return;
        }
        let judge = |at: usize,
                     judge: &Judge,
                     cells: &[Cell],
                     buffers: &mut Buffers,
                     verdict: &mut dyn FnMut(&Arc<str>)| {
            let rules = match self.own.get(at) {
                Some(Some(_)) => blocks.attributes.get(at),
                _ => Some(&blocks.shared),
            };
            let predictive = blocks.predictive.get(at);
            match (self.judges.get(at)?, rules, predictive) {
                (ready, ..) if ready.is_whole() => None,
                (JudgeOfTable::Rules(rules), Some(block), _) => {
                    let place = (block, place, lead.position());
                    Some(rules.one(place, case, buffers, verdict))
                }
                (JudgeOfTable::Predictive(scorer), _, Some(block)) => {
                    Some(scorer.one((block, place), case, cells, buffers))
                }
                _ => Some(judge.assess(case, as_of, cells, buffers, verdict)),
            }
        };
        self.model.fill_case(case, buffers, row, judge);
        buffers.marks = marks;
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
            let room = (&mut blocks, &mut buffers.words);
            self.read(&rows, as_of.moment(), room, &mut results);
            let mut activities = emptied(activities);
            if self.by_row {
                let mut leads = self.table.some_rows(&rows);
                results.rows(0..rows.len(), |place, row| {
                    let Some(lead) = leads.next() else {
                        return;
                    };
                    let lead = if self.gathers_ids {
                        lead
                    } else {
                        lead.without_ids()
                    };
                    let mut of_lead = std::mem::take(&mut activities);
                    let room = (&mut *buffers, &mut of_lead);
                    self.rest(&lead, place, as_of, row, &blocks, room);
                    activities = emptied(of_lead);
                });
            }
            buffers.blocks = blocks;
            ((), activities)
        });
    }
}
