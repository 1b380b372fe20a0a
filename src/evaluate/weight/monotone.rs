//! Merges neighbouring bins until conversion rates go one way.

use super::tally::Tally;
use super::{Monotone, WeightOfEvidence, WoeSpec};
use std::collections::BTreeSet;

/// A run of bins that are one.
#[derive(Clone, Copy)]
struct Block {
    /// The last of its bins.
    last: usize,
    count: Tally,
}

impl Block {
    fn join(self, next: Self) -> Self {
        Self {
            last: next.last,
            count: self.count.join(next.count),
        }
    }

    fn below(&self, other: &Self) -> bool {
        self.count.is_below(&other.count)
    }
}

/// The edges between bins that stay, by position.
pub(super) fn merged(counts: &[Tally], spec: &WoeSpec) -> BTreeSet<usize> {
    let least = spec.least_share * Tally::all(counts.iter()).leads();
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
                let counts: Vec<Tally> = blocks.iter().map(|block| block.count).collect();
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
fn large(counts: &[Tally], least: f64) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let enough = |block: &Block| {
        let leads = block.count.leads();
        leads > 0.0 && leads >= least
    };
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
