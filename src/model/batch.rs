use super::model::{Row, ScoreModel};
use crate::lead::{LeadTable, LeadView};
use crate::score::{AsOf, Cell, Head, NotesOfBlock, NotesOfRows, ScoreMatrix};
use crate::scorer::Assessment;
use leads::LeadsOfModel;
use progress::Watch;
#[cfg(feature = "parallel")]
use rayon::prelude::*;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use table::TableOfModel;

pub use progress::{Progress, Stopped};

mod leads;
mod progress;
mod table;

/// Leads scored at a time by one thread.
const BLOCK: usize = NotesOfRows::BLOCK;

impl ScoreModel {
    /// The vectors of many leads, on all cores (feature `parallel`, on by default).
    ///
    /// Row for row the same bits as [`vector`](ScoreModel::vector), however many threads there are. To choose the
    /// number of threads, call it inside `rayon::ThreadPool::install`.
    #[must_use]
    pub fn score_all<L: LeadView + Sync>(&self, leads: &[L], as_of: AsOf) -> ScoreMatrix {
        let never = &mut |_| ControlFlow::Continue(());
        let leads = LeadsOfModel::new(self, leads);
        let (matrix, _) = self.run(&leads, as_of, Watch::never(never));
        matrix
    }

    /// The vectors of all leads of a table, on all cores (feature `parallel`, on by default).
    ///
    /// Row for row the same bits as [`vector`](ScoreModel::vector) of its rows. Points rules, predictive dimensions and
    /// naive Bayes read the table column by column, which is several times as fast as reading lead by lead; answers,
    /// and activities that do not each count by their kind alone, are read lead by lead.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     AsOf, DimensionSpec, GroupSpec, LeadTable, ModelSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel, attribute,
    /// };
    ///
    /// let large = RuleSpec::new("large").points(40.0).when(attribute("seats").at_least(50));
    /// let spec = ModelSpec::new("fit")
    ///     .schema(SchemaSpec::new().number("seats"))
    ///     .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("company").rule(large))));
    /// let model = ScoreModel::build(&spec)?;
    /// let table = LeadTable::builder(model.schema())
    ///     .ids(["a", "b", "c"])
    ///     .numbers("seats", [Some(80.0), Some(20.0), None])
    ///     .build()?;
    ///
    /// let as_of: AsOf = "2026-03-15".parse()?;
    /// let scores = model.score_table(&table, as_of);
    /// let fit: Vec<_> = scores.column("fit").ok_or("no such dimension")?.map(|s| s.map(|s| s.get())).collect();
    /// assert_eq!(fit, [Some(40.0), Some(0.0), None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn score_table(&self, table: &LeadTable, as_of: AsOf) -> ScoreMatrix {
        let never = &mut |_| ControlFlow::Continue(());
        let table = TableOfModel::new(self, table);
        let (matrix, _) = self.run(&table, as_of, Watch::never(never));
        matrix
    }

    /// As [`score_all`](ScoreModel::score_all), saying how far it is, and stopping where it is told to.
    ///
    /// `watch` is called by the calling thread, before the first lead and after every few ten thousand, at last when
    /// all are scored.
    ///
    /// # Errors
    /// [`Stopped`] where `watch` broke off before the last lead, with the scores of the leads so far.
    ///
    /// # Examples
    /// ```
    /// # use lead_scoring::{DimensionSpec, GroupSpec, ModelSpec, RuleSpec, RulesSpec, SchemaSpec, attribute};
    /// use lead_scoring::{AsOf, Lead, Progress, ScoreModel};
    /// use std::ops::ControlFlow;
    ///
    /// # let large = RuleSpec::new("large").points(40.0).when(attribute("seats").at_least(50));
    /// # let spec = ModelSpec::new("fit")
    /// #     .schema(SchemaSpec::new().number("seats"))
    /// #     .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("company").rule(large))));
    /// # let model = ScoreModel::build(&spec)?;
    /// let leads = vec![Lead::builder(model.schema(), "a").build()?; 100_000];
    /// let as_of: AsOf = "2026-03-15".parse()?;
    /// let enough = |progress: Progress| match progress.done {
    ///     0 => ControlFlow::Continue(()),
    ///     _ => ControlFlow::Break(()),
    /// };
    /// let stopped = model.score_all_watched(&leads, as_of, enough).unwrap_err();
    /// assert_eq!(stopped.to_string(), "stopped after 65536 of 100000 leads");
    /// assert_eq!(stopped.scored().len(), 65_536);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn score_all_watched<L: LeadView + Sync>(
        &self,
        leads: &[L],
        as_of: AsOf,
        mut watch: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<ScoreMatrix, Stopped> {
        let leads = LeadsOfModel::new(self, leads);
        let (matrix, total) = self.run(&leads, as_of, Watch::rounds(&mut watch));
        Stopped::unless_whole(matrix, total)
    }

    /// As [`score_table`](ScoreModel::score_table), saying how far it is, and stopping where it is told to, as
    /// [`score_all_watched`](ScoreModel::score_all_watched) does.
    ///
    /// # Errors
    /// [`Stopped`] where `watch` broke off before the last lead, with the scores of the leads so far.
    pub fn score_table_watched(
        &self,
        table: &LeadTable,
        as_of: AsOf,
        mut watch: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<ScoreMatrix, Stopped> {
        let table = TableOfModel::new(self, table);
        let (matrix, total) = self.run(&table, as_of, Watch::rounds(&mut watch));
        Stopped::unless_whole(matrix, total)
    }

    /// Scores leads round by round; the matrix of those that were scored, and how many there are.
    fn run<B: Batch>(&self, leads: &B, as_of: AsOf, mut watch: Watch<'_>) -> (ScoreMatrix, usize) {
        let total = leads.count();
        let mut matrix = ScoreMatrix::empty(Arc::clone(&self.shape), total);
        let dimensions = self.shape.dimensions.len();
        let width = dimensions.max(1);
        let label_width = self.shape.label_width();
        let mut done = 0;
        while watch.goes_on(Progress { done, total }) && done < total {
            let end = total.min(done.saturating_add(watch.round()));
            let (cells, Some(labels), Some(composites), notes) = (
                matrix.cells.blocks_from(done),
                matrix.labels.get_mut(done * label_width..end * label_width),
                matrix.composites.get_mut(done..end),
                matrix.notes.blocks_from(done),
            ) else {
                break;
            };
            let run = |(block, (((cells, labels), composites), notes)): (usize, Block<'_>)| {
                *cells = vec![Cell::NONE; composites.len() * dimensions].into();
                let results = Results {
                    cells,
                    labels,
                    composites,
                    notes,
                    width,
                    label_width,
                };
                leads.score(done + block * BLOCK, as_of, results);
            };
            #[cfg(feature = "parallel")]
            cells
                .par_iter_mut()
                .zip(labels.par_chunks_mut(BLOCK * label_width))
                .zip(composites.par_chunks_mut(BLOCK))
                .zip(notes)
                .enumerate()
                .for_each(run);
            #[cfg(not(feature = "parallel"))]
            cells
                .iter_mut()
                .zip(labels.chunks_mut(BLOCK * label_width))
                .zip(composites.chunks_mut(BLOCK))
                .zip(notes)
                .enumerate()
                .for_each(run);
            done = end;
        }
        matrix.truncate(done);
        (matrix, total)
    }
}

type Block<'b> = (
    ((&'b mut Box<[Cell]>, &'b mut [u16]), &'b mut [f64]),
    &'b mut NotesOfBlock,
);

/// The results of a block of leads, to be filled.
struct Results<'r> {
    cells: &'r mut [Cell],
    labels: &'r mut [u16],
    composites: &'r mut [f64],
    notes: &'r mut NotesOfBlock,
    width: usize,
    label_width: usize,
}

impl Results<'_> {
    fn len(&self) -> usize {
        self.composites.len()
    }

    /// Fills the cells of a judge, from a row on.
    fn fill(&mut self, judge: usize, first: usize, judged: impl Iterator<Item = Assessment>) {
        let cells = self.cells.iter_mut().skip(first * self.width + judge);
        for (cell, assessment) in cells.step_by(self.width).zip(judged) {
            *cell = assessment.into();
        }
    }

    /// Fills rows, one after the other.
    fn rows(&mut self, rows: Range<usize>, mut fill: impl FnMut(usize, &mut Row<'_>)) {
        let cells = self.cells.chunks_mut(self.width);
        let labels = self.labels.chunks_mut(self.label_width);
        let all = cells.zip(labels).zip(self.composites.iter_mut());
        let some = all.enumerate().skip(rows.start).take(rows.len());
        for (place, ((cells, labels), composite)) in some {
            let mut head = Head::NONE;
            let head_of_row = &mut head;
            fill(
                place,
                &mut Row {
                    cells,
                    labels,
                    head: head_of_row,
                },
            );
            // What is not there is not written: that memory may never be needed.
            if !head.composite.is_nan() {
                *composite = head.composite;
            }
            if let Some(notes) = head.notes {
                self.notes.put(place, notes);
            }
        }
    }
}

/// Leads that are scored block by block.
trait Batch: Sync {
    fn count(&self) -> usize;

    /// Scores the leads from `first` on, as many as there are results.
    fn score(&self, first: usize, as_of: AsOf, results: Results<'_>);
}
