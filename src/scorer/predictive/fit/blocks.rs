//! Fixed blocks of rows: whatever is summed over rows is summed within a block and then over the blocks in their
//! order, so that the number of threads changes no result.

#[cfg(feature = "parallel")]
use rayon::prelude::*;
use std::ops::Range;

/// Rows of one block: one task of one thread.
pub(super) const BLOCK: usize = 4096;

/// Rows that are taken through all steps of a pass at once, while they are in the cache.
pub(super) const STRIP: usize = 128;

/// What each block of rows gives, in their order.
pub(super) fn map_blocks<T: Send>(rows: usize, block: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let range = |i: usize| i * BLOCK..((i + 1) * BLOCK).min(rows);
    let count = rows.div_ceil(BLOCK);
    #[cfg(feature = "parallel")]
    if count > 1 {
        return (0..count)
            .into_par_iter()
            .map(|i| block(range(i)))
            .collect();
    }
    (0..count).map(|i| block(range(i))).collect()
}

/// Fills a slice block by block: what is written for a row depends on that row alone.
pub(super) fn fill_blocks(out: &mut [f64], block: impl Fn(Range<usize>, &mut [f64]) + Sync) {
    let one = |(i, out): (usize, &mut [f64])| block(i * BLOCK..i * BLOCK + out.len(), out);
    #[cfg(feature = "parallel")]
    if out.len() > BLOCK {
        out.par_chunks_mut(BLOCK).enumerate().for_each(one);
        return;
    }
    out.chunks_mut(BLOCK).enumerate().for_each(one);
}
