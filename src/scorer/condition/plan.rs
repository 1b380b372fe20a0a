use super::range::NumberRange;
use super::resolve::{LeafTest, Tests};
use super::tags::TagBlock;
use super::test::Known;
use super::text::TextBlock;
use crate::lead::{AttributeSlot, LeadView, Moment, Value};
use std::collections::HashSet;

/// Where a test's bit stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) word: usize,
    pub(crate) bit: u64,
}

/// What every test says of one lead: a bit each for true and for known. A test that is known and not true is false.
#[derive(Debug, Default)]
pub(crate) struct Words {
    truth: Vec<u64>,
    known: Vec<u64>,
}

impl Words {
    fn set(&mut self, word: usize, truth: u64, known: u64) {
        if let (Some(truths), Some(knowns)) = (self.truth.get_mut(word), self.known.get_mut(word)) {
            *truths = truth;
            *knowns = known;
        }
    }

    #[inline]
    pub(crate) fn get(&self, word: usize) -> (u64, u64) {
        match (self.truth.get(word), self.known.get(word)) {
            (Some(&truth), Some(&known)) => (truth, known),
            _ => (0, 0),
        }
    }
}

/// The tests of a scorer, put together by attribute: each attribute is read once and yields the bits of all its
/// tests.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    blocks: Box<[Block]>,
    words: usize,
}

/// The tests on one attribute, at most 64 of them, in one word.
#[derive(Debug)]
struct Block {
    slot: AttributeSlot,
    word: usize,
    /// Whether a value here makes the lead known: not where only `applies_to` asks for it.
    counts: bool,
    /// Bits of all tests here.
    all: u64,
    /// Bits that are true and known where the value is missing.
    when_missing: (u64, u64),
    /// Bits that are true wherever the value is there.
    when_known: u64,
    tests: BlockTests,
}

#[derive(Debug)]
enum BlockTests {
    Number(NumberBlock),
    Flag([u64; 2]),
    Text(TextBlock),
    Tags(TagBlock),
    Date(Box<[DateTest]>),
    /// Only asked whether it is known.
    Nothing,
}

#[derive(Debug)]
enum DateTest {
    Between(Moment, Moment, u64),
    Age(i64, i64, u64),
}

/// Number tests as intervals: the bounds cut the line into points and gaps, and each has its bits.
#[derive(Debug)]
struct NumberBlock {
    bounds: Box<[f64]>,
    /// Bits of gap 0, bound 0, gap 1, bound 1, ..., last gap.
    bits: Box<[u64]>,
}

impl NumberBlock {
    fn new(tests: &[(&[NumberRange], u64)]) -> Self {
        let ranges = || tests.iter().flat_map(|(ranges, _)| ranges.iter());
        let mut bounds: Vec<f64> = ranges()
            .flat_map(|range| [range.low(), range.high()])
            .filter(|bound| bound.is_finite())
            .collect();
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        let place = |bound: f64| bounds.partition_point(|&other| other < bound);
        let mut bits = vec![0; 2 * bounds.len() + 1];
        for (ranges, bit) in tests {
            for range in *ranges {
                let (low, high) = (range.low(), range.high());
                let first = if low.is_finite() {
                    2 * place(low) + 1 + usize::from(!range.holds(low))
                } else {
                    0
                };
                let end = if high.is_finite() {
                    2 * place(high) + 1 + usize::from(range.holds(high))
                } else {
                    bits.len()
                };
                for inside in bits.get_mut(first..end).unwrap_or_default() {
                    *inside |= bit;
                }
            }
        }
        Self {
            bounds: bounds.into(),
            bits: bits.into(),
        }
    }

    #[inline]
    fn bits(&self, value: f64) -> u64 {
        /// Up to here counting is faster than searching.
        const FEW: usize = 8;
        let below = if self.bounds.len() <= FEW {
            self.bounds.iter().filter(|&&bound| bound < value).count()
        } else {
            self.bounds.partition_point(|&bound| bound < value)
        };
        #[allow(clippy::float_cmp)] // exactly on a bound is what is asked
        let on_bound = self.bounds.get(below).is_some_and(|&bound| bound == value);
        self.bits
            .get(2 * below + usize::from(on_bound))
            .copied()
            .unwrap_or(0)
    }
}

/// Where each numbered test stands in a [`Plan`].
pub(crate) struct Layout {
    places: Vec<Place>,
}

impl Layout {
    pub(crate) fn place(&self, test: usize) -> Option<Place> {
        self.places.get(test).copied()
    }
}

impl Plan {
    /// Puts tests together by attribute.
    pub(crate) fn new(tests: &Tests) -> (Self, Layout) {
        let mut order: Vec<usize> = (0..tests.list.len()).collect();
        order.sort_by_key(|&test| tests.list.get(test).map(|leaf| leaf.slot));
        let mut places = vec![Place { word: 0, bit: 0 }; tests.list.len()];
        let mut blocks = Vec::new();
        let (mut word, mut used) = (0_usize, 0_u32);
        let mut rest = order.as_slice();
        while let Some(slot) = rest
            .first()
            .and_then(|&test| tests.list.get(test))
            .map(|leaf| leaf.slot)
        {
            let same = rest
                .iter()
                .take(64)
                .take_while(|&&test| tests.list.get(test).is_some_and(|leaf| leaf.slot == slot))
                .count();
            let (chunk, after) = rest.split_at(same);
            rest = after;
            let wide = u32::try_from(chunk.len()).unwrap_or(64);
            if used + wide > 64 {
                word += 1;
                used = 0;
            }
            let mut members = Vec::with_capacity(chunk.len());
            for &test in chunk {
                let bit = 1_u64 << used;
                used += 1;
                if let Some(place) = places.get_mut(test) {
                    *place = Place { word, bit };
                }
                if let Some(leaf) = tests.list.get(test) {
                    members.push((leaf, bit));
                }
            }
            blocks.push(Block::new(slot, word, &members));
        }
        let words = if blocks.is_empty() { 0 } else { word + 1 };
        (
            Self {
                blocks: blocks.into(),
                words,
            },
            Layout { places },
        )
    }

    /// Reads the lead's attributes into `words`. Whether any of those that count was there.
    #[inline]
    pub(crate) fn read<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        words: &mut Words,
    ) -> bool {
        words.truth.resize(self.words, 0);
        words.known.resize(self.words, 0);
        let mut any = false;
        // Blocks stand in the order of their words: each word is put together here and written once.
        let (mut word, mut truth, mut known) = (0, 0, 0);
        for block in &self.blocks {
            if block.word != word {
                words.set(word, truth, known);
                (word, truth, known) = (block.word, 0, 0);
            }
            match block.bits(lead.attribute(block.slot), as_of) {
                Some(bits) => {
                    any |= block.counts;
                    truth |= bits | block.when_known;
                    known |= block.all;
                }
                None => {
                    truth |= block.when_missing.0;
                    known |= block.when_missing.1;
                }
            }
        }
        words.set(word, truth, known);
        any
    }

    /// Lets only these attributes make a lead known.
    pub(crate) fn count_only(&mut self, slots: &HashSet<AttributeSlot>) {
        for block in &mut self.blocks {
            block.counts = slots.contains(&block.slot);
        }
    }
}

impl Block {
    fn new(slot: AttributeSlot, word: usize, members: &[(&super::resolve::Leaf, u64)]) -> Self {
        let (mut all, mut when_known, mut when_missing) = (0, 0, (0, 0));
        let (mut numbers, mut texts, mut tags) = (Vec::new(), Vec::new(), Vec::new());
        let (mut dates, mut flags, mut any_flag) = (Vec::new(), [0, 0], false);
        for &(leaf, bit) in members {
            all |= bit;
            if leaf.missing {
                when_missing.0 |= bit;
                when_missing.1 |= bit;
            }
            match &leaf.test {
                LeafTest::Is(Known::Known) => {
                    when_known |= bit;
                    when_missing.1 |= bit;
                }
                LeafTest::Is(Known::Missing) => {
                    when_missing.0 |= bit;
                    when_missing.1 |= bit;
                }
                LeafTest::Number(ranges) => numbers.push((ranges.as_ref(), bit)),
                LeafTest::Flag(flag) => {
                    any_flag = true;
                    let [no, yes] = &mut flags;
                    *(if *flag { yes } else { no }) |= bit;
                }
                LeafTest::Text(choices) => texts.extend(choices.iter().map(|test| (test, bit))),
                LeafTest::Tags(test) => tags.push((test, bit)),
                LeafTest::Date(ranges) => dates.extend(
                    ranges
                        .iter()
                        .map(|&(from, to)| DateTest::Between(from, to, bit)),
                ),
                LeafTest::Age(from, to) => dates.push(DateTest::Age(*from, *to, bit)),
            }
        }
        let tests = if !numbers.is_empty() {
            BlockTests::Number(NumberBlock::new(&numbers))
        } else if any_flag {
            BlockTests::Flag(flags)
        } else if !texts.is_empty() {
            BlockTests::Text(TextBlock::new(texts.into_iter()))
        } else if !tags.is_empty() {
            BlockTests::Tags(TagBlock::new(tags.iter().copied()))
        } else if !dates.is_empty() {
            BlockTests::Date(dates.into())
        } else {
            BlockTests::Nothing
        };
        Self {
            slot,
            word,
            counts: true,
            all,
            when_missing,
            when_known,
            tests,
        }
    }

    /// Bits that are true for a value; `None` where it is missing or of another type.
    #[inline]
    fn bits(&self, value: Value<'_>, as_of: Moment) -> Option<u64> {
        match (&self.tests, value) {
            (_, Value::Missing | Value::Text("")) => None,
            (BlockTests::Number(block), Value::Number(number)) => {
                number.is_finite().then(|| block.bits(number))
            }
            (BlockTests::Flag([no, yes]), Value::Flag(flag)) => Some(if flag { *yes } else { *no }),
            (BlockTests::Text(block), Value::Text(text)) => Some(block.bits(text)),
            (BlockTests::Tags(block), Value::Tags(tags)) => Some(block.bits(tags)),
            (BlockTests::Date(tests), Value::Date(date)) => {
                let age = as_of.micros_since(date);
                Some(tests.iter().fold(0, |bits, test| match *test {
                    DateTest::Between(from, to, bit) if from <= date && date <= to => bits | bit,
                    DateTest::Age(from, to, bit) if from <= age && age <= to => bits | bit,
                    _ => bits,
                }))
            }
            (BlockTests::Nothing, Value::Number(number)) => number.is_finite().then_some(0),
            (BlockTests::Nothing, _) => Some(0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_at_their_bounds() {
        let range = |low: f64, high: f64| NumberRange::closed(low, high);
        let ranges = [
            [range(10.0, 50.0)],
            [range(50.0, 50.0)],
            [range(-1e9, 20.0)],
        ];
        let tests: Vec<(&[NumberRange], u64)> = ranges
            .iter()
            .enumerate()
            .map(|(i, r)| (&r[..], 1 << i))
            .collect();
        let block = NumberBlock::new(&tests);
        for value in [-1e10, -1e9, 0.0, -0.0, 10.0, 15.0, 20.0, 20.5, 50.0, 50.1] {
            let expected = ranges
                .iter()
                .enumerate()
                .filter(|(_, r)| r[0].holds(value))
                .fold(0, |bits, (i, _)| bits | 1 << i);
            assert_eq!(block.bits(value), expected, "{value}");
        }
    }
}
