use super::recall::Recall;
use super::resolve::{Leaf, LeafTest, Tests};
use super::tags::TagBlock;
use super::test::Known;
use super::text::TextBlock;
use crate::lead::{AttributeSlot, LeadView, Moment, Value};
use numbers::NumberBlock;

pub(crate) use block::BlockWords;
pub(crate) use table::TablePlan;
pub(crate) use together::Together;

mod block;
mod leads;
mod numbers;
mod read;
mod table;
mod together;

/// Tests in one word. The highest bit is free, for whether the word says anything of the lead.
const BITS: usize = 63;

/// The bit for that, where a plan has its words for itself.
const PRESENT: u64 = 1 << BITS;

/// Where a test's bit stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) word: usize,
    pub(crate) bit: u64,
}

/// What every test says of one lead: a bit each for true and for known. A test that is known and not true is false.
#[derive(Debug, Default)]
pub(crate) struct Words {
    bits: Vec<(u64, u64)>,
    recall: Recall,
}

impl Words {
    #[inline]
    fn clear(&mut self, words: usize) {
        self.bits.clear();
        self.bits.resize(words, (0, 0));
    }

    /// Takes over the bits of a plan of one word.
    #[inline]
    pub(crate) fn set_only(&mut self, truth: u64, known: u64) {
        if let [only] = self.bits.as_mut_slice() {
            *only = (truth, known);
        } else {
            self.bits.clear();
            self.bits.push((truth, known));
        }
    }

    /// Words of which one says something, and that only what is true.
    pub(crate) fn of_truth(word: usize, truth: u64) -> Self {
        let mut words = Self::default();
        words.clear(word + 1);
        if let Some(last) = words.bits.last_mut() {
            last.0 = truth;
        }
        words
    }

    /// Takes over what was read of one lead of a block.
    #[inline]
    pub(crate) fn take(&mut self, block: &BlockWords, row: usize) {
        if self.bits.len() != block.words() {
            self.clear(block.words());
        }
        for (word, bits) in self.bits.iter_mut().enumerate() {
            *bits = block.get(word, row);
        }
    }

    /// Has the tests on one attribute say something else.
    #[inline]
    pub(crate) fn answer(&mut self, Answers(answers): &Answers) {
        for said in answers {
            if let Some((truth, known)) = self.bits.get_mut(said.word) {
                *truth = *truth & !said.asked | said.truth;
                *known = *known & !said.asked | said.known;
            }
        }
    }

    #[inline]
    pub(crate) fn get(&self, word: usize) -> (u64, u64) {
        self.bits.get(word).copied().unwrap_or_default()
    }
}

/// What the tests on one attribute say of a value.
#[derive(Debug, PartialEq)]
pub(crate) struct Answers(Box<[Said]>);

impl Answers {
    /// Those that have other tests be true, and each of these once.
    pub(crate) fn unlike(&self, others: Vec<Self>) -> Vec<Self> {
        let truths = |answers: &Self| -> Vec<_> {
            let words = answers.0.iter();
            words.map(|said| (said.word, said.truth)).collect()
        };
        let mut seen = vec![truths(self)];
        let is_new = |answers: &Self| {
            let truths = truths(answers);
            let is_new = !seen.contains(&truths);
            seen.push(truths);
            is_new
        };
        others.into_iter().filter(is_new).collect()
    }
}

/// What those in one word say: the bits of all of them, those that are true and those that are known.
#[derive(Debug, PartialEq)]
struct Said {
    word: usize,
    asked: u64,
    truth: u64,
    known: u64,
}

/// The tests of a scorer, put together by attribute: each attribute is read once and yields the bits of all its
/// tests. Attributes of one type stand together, so that what is done next is always known.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    numbers: Vec<Block<NumberBlock>>,
    texts: Vec<Block<TextBlock>>,
    flags: Vec<Block<[u64; 2]>>,
    tags: Vec<Block<TagBlock>>,
    dates: Vec<Block<Box<[DateTest]>>>,
    /// Attributes that are only asked whether they are known.
    others: Vec<Block<()>>,
    words: usize,
    /// The bit that is true in a word where a value that counts is there.
    present: u64,
    /// Whether its word is one of several plans [together](Together).
    shares: bool,
}

/// The tests on one attribute, at most [`BITS`] of them, in one word.
#[derive(Debug)]
struct Block<T> {
    slot: AttributeSlot,
    word: usize,
    /// Bits of all tests here.
    all: u64,
    /// Bits that are true and known where the value is missing.
    when_missing: (u64, u64),
    /// Bits that are true wherever the value is there; the one for a value that counts is among them where it does.
    when_known: u64,
    tests: T,
}

impl Plan {
    /// Whether it asks anything of a lead.
    pub(crate) fn asks(&self) -> bool {
        self.words > 0
    }

    /// The bit that is true in a word where a value that counts is there.
    #[inline]
    pub(crate) fn present(&self) -> u64 {
        self.present
    }

    /// Whether its word is one of several plans [together](Together).
    #[inline]
    pub(crate) fn shares(&self) -> bool {
        self.shares
    }
}

impl<T> Block<T> {
    fn with<U>(self, tests: U) -> Block<U> {
        Block {
            slot: self.slot,
            word: self.word,
            all: self.all,
            when_missing: self.when_missing,
            when_known: self.when_known,
            tests,
        }
    }
}

#[derive(Debug)]
enum DateTest {
    Between(Moment, Moment, u64),
    Age(i64, i64, u64),
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
        Self::from_bit(0, PRESENT, tests, |_| true)
    }

    /// As [`new`](Plan::new), with the lowest bit in use of the first word, the bit for a value that counts, and which
    /// attributes count: not those for which only `applies_to` asks.
    fn from_bit(
        first: usize,
        present: u64,
        tests: &Tests,
        counts: impl Fn(AttributeSlot) -> bool,
    ) -> (Self, Layout) {
        let mut order: Vec<usize> = (0..tests.list.len()).collect();
        order.sort_by_key(|&test| tests.list.get(test).map(|leaf| leaf.slot));
        let mut places = vec![Place { word: 0, bit: 0 }; tests.list.len()];
        let mut plan = Self {
            present,
            ..Self::default()
        };
        let (mut word, mut used) = (0_usize, first);
        let mut rest = order.as_slice();
        while let Some(slot) = rest
            .first()
            .and_then(|&test| tests.list.get(test))
            .map(|leaf| leaf.slot)
        {
            let same = rest
                .iter()
                .take(BITS)
                .take_while(|&&test| tests.list.get(test).is_some_and(|leaf| leaf.slot == slot))
                .count();
            let (chunk, after) = rest.split_at(same);
            rest = after;
            if used + chunk.len() > BITS {
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
            plan.add(slot, word, &members, if counts(slot) { present } else { 0 });
        }
        plan.words = if tests.list.is_empty() { 0 } else { word + 1 };
        (plan, Layout { places })
    }

    /// Hands on the moments at which a date becomes old or near enough for a test, or ceases to be.
    pub(crate) fn edges<V: LeadView + ?Sized>(&self, lead: &V, note: &mut dyn FnMut(Moment)) {
        let mut at = |date: Moment, age: i128| {
            let micros = i64::try_from(i128::from(date.micros()) + age);
            if let Some(micros) = micros.ok().filter(|&at| at <= Moment::MAX.micros()) {
                note(Moment::from_micros(micros));
            }
        };
        for block in &self.dates {
            let Value::Date(date) = lead.attribute(block.slot) else {
                continue;
            };
            for test in &block.tests {
                if let DateTest::Age(from, to, _) = *test {
                    at(date, i128::from(from));
                    if to < i64::MAX {
                        at(date, i128::from(to) + 1);
                    }
                }
            }
        }
    }

    /// Adds the tests of one attribute, each with its bit in a word, and further bits for that it is known.
    fn add(&mut self, slot: AttributeSlot, word: usize, members: &[(&Leaf, u64)], when_known: u64) {
        let mut block = Block {
            slot,
            word,
            all: 0,
            when_missing: (0, 0),
            when_known,
            tests: (),
        };
        let (mut numbers, mut texts, mut tags) = (Vec::new(), Vec::new(), Vec::new());
        let (mut dates, mut flags, mut any_flag) = (Vec::new(), [0, 0], false);
        for &(leaf, bit) in members {
            block.all |= bit;
            if leaf.missing {
                block.when_missing.0 |= bit;
                block.when_missing.1 |= bit;
            }
            match &leaf.test {
                LeafTest::Is(Known::Known) => {
                    block.when_known |= bit;
                    block.when_missing.1 |= bit;
                }
                LeafTest::Is(Known::Missing) => {
                    block.when_missing.0 |= bit;
                    block.when_missing.1 |= bit;
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
        if !numbers.is_empty() {
            self.numbers.push(block.with(NumberBlock::new(&numbers)));
        } else if !texts.is_empty() {
            self.texts
                .push(block.with(TextBlock::new(texts.into_iter())));
        } else if any_flag {
            self.flags.push(block.with(flags));
        } else if !tags.is_empty() {
            self.tags
                .push(block.with(TagBlock::new(tags.iter().copied())));
        } else if !dates.is_empty() {
            self.dates.push(block.with(dates.into()));
        } else {
            self.others.push(block);
        }
    }
}
