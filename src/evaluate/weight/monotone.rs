//! Merges neighbouring bins until conversion rates go one way.

use super::{Monotone, WeightOfEvidence, WoeSpec};
use crate::evaluate::drift::BandOutcome;
use std::collections::BTreeSet;

/// A run of bins that are one.
#[derive(Clone, Copy)]
struct Block {
    /// The last of its bins.
    last: usize,
    count: BandOutcome,
}

impl Block {
    fn join(self, next: Self) -> Self {
        Self {
            last: next.last,
            count: BandOutcome {
                leads: self.count.leads + next.count.leads,
                converted: self.count.converted + next.count.converted,
            },
        }
    }

    /// Compares rates exactly.
    fn below(&self, other: &Self) -> bool {
        let cross = |a: u64, b: u64| u128::from(a) * u128::from(b);
        cross(self.count.converted, other.count.leads)
            < cross(other.count.converted, self.count.leads)
    }
}

/// The edges between bins that stay, by position.
pub(super) fn merged(counts: &[BandOutcome], spec: &WoeSpec) -> BTreeSet<usize> {
    let leads: u64 = counts.iter().map(|count| count.leads).sum();
    #[allow(clippy::cast_precision_loss)] // no sample has 2^53 values
    let least = spec.least_share * leads as f64;
    let blocks = large(counts, least);
    let rising = || pooled(&blocks, Block::below);
    let falling = || pooled(&blocks, |a, b| b.below(a));
    let blocks = match spec.monotone {
        Monotone::No => blocks,
        Monotone::Rising => rising(),
        Monotone::Falling => falling(),
        Monotone::Either => {
            let (rising, falling) = (rising(), falling());
            let value = |blocks: &[Block]| {
                let counts: Vec<BandOutcome> = blocks.iter().map(|block| block.count).collect();
                WeightOfEvidence::information(&counts, spec.adjustment)
            };
            if value(&falling) > value(&rising) {
                falling
            } else {
                rising
            }
        }
    };
    blocks.iter().map(|block| block.last).collect()
}

/// Runs of bins with at least that many leads each; a small rest joins the run before it.
fn large(counts: &[BandOutcome], least: f64) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    #[allow(clippy::cast_precision_loss)]
    let enough = |block: &Block| block.count.leads > 0 && block.count.leads as f64 >= least;
    for (last, &count) in counts.iter().enumerate() {
        let next = Block { last, count };
        let block = open.take().map_or(next, |block| block.join(next));
        if enough(&block) {
            blocks.push(block);
        } else {
            open = Some(block);
        }
    }
    if let Some(rest) = open {
        let joined = blocks.pop().map_or(rest, |block| block.join(rest));
        blocks.push(joined);
    }
    blocks
}

/// Pools neighbours until each is in order with the next.
fn pooled(blocks: &[Block], in_order: impl Fn(&Block, &Block) -> bool) -> Vec<Block> {
    let mut done: Vec<Block> = Vec::with_capacity(blocks.len());
    for &block in blocks {
        let mut block = block;
        while let Some(&before) = done.last() {
            if in_order(&before, &block) {
                break;
            }
            done.pop();
            block = before.join(block);
        }
        done.push(block);
    }
    done
}
