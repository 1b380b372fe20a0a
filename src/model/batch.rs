use super::model::{Row, ScoreModel};
use crate::lead::LeadView;
use crate::score::{AsOf, Cell, Head, ScoreMatrix};
use crate::scorer::{emptied, with_buffers};
#[cfg(feature = "parallel")]
use rayon::prelude::*;
use std::sync::Arc;

/// Leads scored at a time by one thread.
const BLOCK: usize = 512;

impl ScoreModel {
    /// The vectors of many leads, on all cores (feature `parallel`, on by default).
    ///
    /// Row for row the same bits as [`vector`](ScoreModel::vector), however many threads there are. To choose the
    /// number of threads, call it inside `rayon::ThreadPool::install`.
    #[must_use]
    pub fn score_all<L: LeadView + Sync>(&self, leads: &[L], as_of: AsOf) -> ScoreMatrix {
        let mut matrix = ScoreMatrix::empty(Arc::clone(&self.shape), leads.len());
        let width = self.shape.dimensions.len().max(1);
        let label_width = self.shape.label_width();
        let run = |(((leads, cells), labels), heads): Block<'_, L>| {
            let rows = leads
                .iter()
                .zip(cells.chunks_mut(width))
                .zip(labels.chunks_mut(label_width))
                .zip(heads);
            with_buffers(|buffers, mut activities| {
                for (((lead, cells), labels), head) in rows {
                    let mut row = Row {
                        cells,
                        labels,
                        head,
                    };
                    self.fill(lead, as_of, &mut row, buffers, &mut activities);
                }
                ((), emptied(activities))
            });
        };
        #[cfg(feature = "parallel")]
        leads
            .par_chunks(BLOCK)
            .zip(matrix.cells.par_chunks_mut(BLOCK * width))
            .zip(matrix.labels.par_chunks_mut(BLOCK * label_width))
            .zip(matrix.heads.par_chunks_mut(BLOCK))
            .for_each(run);
        #[cfg(not(feature = "parallel"))]
        leads
            .chunks(BLOCK)
            .zip(matrix.cells.chunks_mut(BLOCK * width))
            .zip(matrix.labels.chunks_mut(BLOCK * label_width))
            .zip(matrix.heads.chunks_mut(BLOCK))
            .for_each(run);
        matrix
    }
}

type Block<'b, L> = (((&'b [L], &'b mut [Cell]), &'b mut [u16]), &'b mut [Head]);
