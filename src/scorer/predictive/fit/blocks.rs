//! Fixed blocks of rows: whatever is summed over rows is summed within a block and then over the blocks in their
//! order, so that the number of threads changes no result.

#[cfg(feature = "parallel")]
use rayon::prelude::*;
use std::ops::Range;

/// Rows of one block: one task of one thread.
pub(super) const BLOCK: usize = 4096;

/// Rows that are taken through all steps of a pass at once, while they are in the cache.
pub(super) const STRIP: usize = 128;

/// What is done with a block of rows.
///
/// It runs with the widest vectors that the processor has, as far as it is inlined into [`block`](Pass::block). Sums
/// are written in lanes and nothing is fused, so that the bits are the same with any.
pub(super) trait Pass<I>: Sync {
    /// What a block gives.
    type Part: Send;

    /// Takes one block. To be marked `inline(always)`, as all that it calls in a loop.
    fn block(&self, rows: I) -> Self::Part;
}

/// One block of a pass.
struct One<'p, P, I>(&'p P, I);

impl<P: Pass<I>, I> pulp::WithSimd for One<'_, P, I> {
    type Output = P::Part;

    #[expect(
        clippy::inline_always,
        reason = "only what is inlined takes the vectors"
    )]
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> P::Part {
        self.0.block(self.1)
    }
}

/// What each block of rows gives, in their order.
pub(super) fn map_blocks<P: Pass<Range<usize>>>(rows: usize, pass: &P) -> Vec<P::Part> {
    let arch = pulp::Arch::new();
    let one = |i: usize| arch.dispatch(One(pass, i * BLOCK..((i + 1) * BLOCK).min(rows)));
    let count = rows.div_ceil(BLOCK);
    #[cfg(feature = "parallel")]
    if count > 1 {
        return (0..count).into_par_iter().map(one).collect();
    }
    (0..count).map(one).collect()
}

/// Rows, and where what is found of them goes.
pub(super) type Filling<'o> = (Range<usize>, &'o mut [f64]);

/// Fills a slice block by block: what is written for a row depends on that row alone.
pub(super) fn fill_blocks<P>(out: &mut [f64], pass: &P)
where
    P: for<'o> Pass<Filling<'o>, Part = ()>,
{
    let arch = pulp::Arch::new();
    let one = |(i, out): (usize, &mut [f64])| {
        arch.dispatch(One(pass, (i * BLOCK..i * BLOCK + out.len(), out)));
    };
    #[cfg(feature = "parallel")]
    if out.len() > BLOCK {
        out.par_chunks_mut(BLOCK).enumerate().for_each(one);
        return;
    }
    out.chunks_mut(BLOCK).enumerate().for_each(one);
}
