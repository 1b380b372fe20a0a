use super::{Answers, Block, DateTest, NumberBlock, Plan, Said, Words};
use crate::lead::{AttributeSlot, LeadView, Moment, Value};
use crate::scorer::condition::recall::Recall;
use crate::scorer::condition::tags::TagBlock;
use crate::scorer::condition::text::TextBlock;

/// Where bits are written down.
pub(super) trait Sink {
    fn or(&mut self, word: usize, truth: u64, known: u64);
}

/// All words of a plan.
struct AllWords<'w> {
    bits: &'w mut [(u64, u64)],
}

impl Sink for AllWords<'_> {
    #[inline]
    fn or(&mut self, word: usize, truth: u64, known: u64) {
        if let Some(bits) = self.bits.get_mut(word) {
            bits.0 |= truth;
            bits.1 |= known;
        }
    }
}

/// The only word of a small plan, kept in registers while it is put together.
struct OnlyWord {
    truth: u64,
    known: u64,
}

impl Sink for OnlyWord {
    #[inline]
    fn or(&mut self, _: usize, truth: u64, known: u64) {
        self.truth |= truth;
        self.known |= known;
    }
}

impl<T> Block<T> {
    /// Writes the bits of a value down, `None` where it is missing or of another type.
    #[inline]
    fn put(&self, bits: Option<u64>, words: &mut impl Sink) {
        let (truth, known) = match bits {
            Some(bits) => (bits | self.when_known, self.all),
            None => self.when_missing,
        };
        words.or(self.word, truth, known);
    }

    /// As [`put`](Block::put), by masks instead of a branch that nobody could foretell: values are missing at random.
    #[inline]
    fn put_where(&self, there: bool, bits: u64, words: &mut impl Sink) {
        let mask = u64::from(there).wrapping_neg();
        let (truth, known) = self.when_missing;
        words.or(
            self.word,
            ((bits | self.when_known) & mask) | (truth & !mask),
            (self.all & mask) | (known & !mask),
        );
    }
}

impl Plan {
    /// Reads the lead's attributes into `words`. Whether any of those that count was there.
    #[inline]
    pub(crate) fn read<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        words: &mut Words,
    ) -> bool {
        if self.words != 1 {
            words.clear(self.words);
            if !self.asks() {
                return false;
            }
            let Words { bits, recall } = words;
            self.read_into(lead, as_of, &mut AllWords { bits }, recall, |_| true);
            let truths = bits.iter().fold(0, |all, (truth, _)| all | truth);
            return truths & self.present != 0;
        }
        let (truth, known) = self.read_only(lead, as_of, words);
        words.set_only(truth, known);
        truth & self.present != 0
    }

    /// Reads the lead's attributes for a plan of one word: what is true and what is known.
    #[inline]
    pub(crate) fn read_only<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        words: &mut Words,
    ) -> (u64, u64) {
        let mut only = OnlyWord { truth: 0, known: 0 };
        self.read_into(lead, as_of, &mut only, &mut words.recall, |_| true);
        (only.truth, only.known)
    }

    /// Reads one attribute once more, after all were read of a lead that differs in nothing else.
    pub(crate) fn reread<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        slot: AttributeSlot,
        as_of: Moment,
        words: &mut Words,
    ) {
        let Words { bits, recall } = words;
        for (word, asked) in self.bits_of(slot) {
            if let Some((truth, known)) = bits.get_mut(word) {
                *truth &= !asked;
                *known &= !asked;
            }
        }
        let words = &mut AllWords { bits };
        self.read_into(lead, as_of, words, recall, |other| other == slot);
    }

    /// The moment of [`answers`](Plan::answers).
    pub(crate) const ANY_MOMENT: Moment = Moment::from_micros(0);

    /// What the tests on an attribute say of its value, which the moment does not change.
    pub(crate) fn answers<V: LeadView + ?Sized>(&self, lead: &V, slot: AttributeSlot) -> Answers {
        let mut words = Words::default();
        words.clear(self.words);
        let Words { bits, recall } = &mut words;
        let all = &mut AllWords { bits };
        self.read_into(lead, Self::ANY_MOMENT, all, recall, |other| other == slot);
        let asked = self.bits_of(slot);
        let said = asked.map(|(word, asked)| {
            let (truth, known) = words.get(word);
            Said {
                word,
                asked,
                truth: truth & asked,
                known: known & asked,
            }
        });
        Answers(said.collect())
    }

    /// The words and bits of all tests on an attribute.
    fn bits_of(&self, slot: AttributeSlot) -> impl Iterator<Item = (usize, u64)> {
        fn bits<T>(blocks: &[Block<T>], slot: AttributeSlot) -> impl Iterator<Item = (usize, u64)> {
            let blocks = blocks.iter().filter(move |block| block.slot == slot);
            blocks.map(|block| (block.word, block.all))
        }
        bits(&self.numbers, slot)
            .chain(bits(&self.texts, slot))
            .chain(bits(&self.flags, slot))
            .chain(bits(&self.tags, slot))
            .chain(bits(&self.dates, slot))
            .chain(bits(&self.others, slot))
    }

    #[inline]
    fn read_into<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        words: &mut impl Sink,
        recall: &mut Recall,
        asked: impl Fn(AttributeSlot) -> bool,
    ) {
        for block in self.numbers.iter().filter(|block| asked(block.slot)) {
            block.read(lead, words);
        }
        for block in self.texts.iter().filter(|block| asked(block.slot)) {
            block.read(lead, words, recall);
        }
        for block in self.flags.iter().filter(|block| asked(block.slot)) {
            block.read(lead, words);
        }
        for block in self.tags.iter().filter(|block| asked(block.slot)) {
            block.read(lead, words);
        }
        for block in self.dates.iter().filter(|block| asked(block.slot)) {
            block.read(lead, words, as_of);
        }
        for block in self.others.iter().filter(|block| asked(block.slot)) {
            block.read(lead, words);
        }
    }
}

impl Block<NumberBlock> {
    #[inline]
    pub(super) fn read<V: LeadView + ?Sized>(&self, lead: &V, words: &mut impl Sink) {
        let number = match lead.attribute(self.slot) {
            Value::Number(number) => number,
            _ => f64::NAN,
        };
        self.put_where(number.is_finite(), self.tests.bits(number), words);
    }
}

impl Block<TextBlock> {
    #[inline]
    pub(super) fn read<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        words: &mut impl Sink,
        recall: &mut Recall,
    ) {
        let bits = match lead.attribute(self.slot) {
            Value::Text(text) if !text.is_empty() => Some(self.tests.recalled(text, recall)),
            _ => None,
        };
        self.put(bits, words);
    }
}

impl Block<[u64; 2]> {
    #[inline]
    pub(super) fn read<V: LeadView + ?Sized>(&self, lead: &V, words: &mut impl Sink) {
        let [no, yes] = self.tests;
        let (there, flag) = match lead.attribute(self.slot) {
            Value::Flag(flag) => (true, flag),
            _ => (false, false),
        };
        self.put_where(there, if flag { yes } else { no }, words);
    }
}

impl Block<TagBlock> {
    #[inline]
    pub(super) fn read<V: LeadView + ?Sized>(&self, lead: &V, words: &mut impl Sink) {
        let bits = match lead.attribute(self.slot) {
            Value::Tags(tags) => Some(self.tests.bits(tags)),
            _ => None,
        };
        self.put(bits, words);
    }
}

impl Block<Box<[DateTest]>> {
    #[inline]
    pub(super) fn read<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        words: &mut impl Sink,
        as_of: Moment,
    ) {
        let bits = match lead.attribute(self.slot) {
            Value::Date(date) => Some(date_bits(&self.tests, date, as_of)),
            _ => None,
        };
        self.put(bits, words);
    }
}

impl Block<()> {
    #[inline]
    pub(super) fn read<V: LeadView + ?Sized>(&self, lead: &V, words: &mut impl Sink) {
        let bits = match lead.attribute(self.slot) {
            Value::Missing | Value::Text("") => None,
            Value::Number(number) if !number.is_finite() => None,
            _ => Some(0),
        };
        self.put(bits, words);
    }
}

pub(super) fn date_bits(tests: &[DateTest], date: Moment, as_of: Moment) -> u64 {
    let age = as_of.micros_since(date);
    tests.iter().fold(0, |bits, test| match *test {
        DateTest::Between(from, to, bit) if from <= date && date <= to => bits | bit,
        DateTest::Age(from, to, bit) if from <= age && age <= to => bits | bit,
        _ => bits,
    })
}
