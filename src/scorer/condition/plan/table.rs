use super::block::BlockWords;
use super::numbers::Numbers;
use super::read::date_bits;
use super::{Block, Plan};
use crate::lead::{Codes, Column, LeadTable, Moment};
use std::ops::Range;

/// A [`Plan`] made ready for one table: each of a column's few texts is tested once, and then known by its code.
#[derive(Debug)]
pub(crate) struct TablePlan<'p> {
    columns: Vec<Tested<'p>>,
    words: usize,
}

/// A column with the tests on it.
#[derive(Debug)]
struct Tested<'p> {
    word: usize,
    /// The bits, true and known, where the value is missing.
    missing: [u64; 2],
    /// The bits that are known where the value is there.
    known: u64,
    source: Source<'p>,
}

#[derive(Debug)]
enum Source<'p> {
    Missing,
    Numbers {
        values: &'p [f64],
        tests: Numbers<'p>,
    },
    Flags {
        values: &'p [u8],
        truth: Box<[u64; 256]>,
        known: Box<[u64; 256]>,
    },
    Coded {
        codes: &'p Codes,
        truth: Vec<u64>,
        known: Vec<u64>,
    },
    Dates {
        values: &'p [i64],
        tests: &'p [super::DateTest],
        always: u64,
    },
}

impl<'p> Tested<'p> {
    fn new<T>(block: &Block<T>, source: impl FnOnce(u64) -> Source<'p>) -> Self {
        Self {
            word: block.word,
            missing: [block.when_missing.0, block.when_missing.1],
            known: block.all,
            source: source(block.when_known),
        }
    }

    /// By code: code 0 is missing.
    fn coded<T>(block: &Block<T>, codes: &'p Codes, bits: impl Iterator<Item = u64>) -> Self {
        Self::new(block, |always| Source::Coded {
            codes,
            truth: std::iter::once(block.when_missing.0)
                .chain(bits.map(|bits| bits | always))
                .collect(),
            known: Vec::new(),
        })
        .with_known()
    }

    fn with_known(mut self) -> Self {
        let [_, missing] = self.missing;
        if let Source::Coded { truth, known, .. } = &mut self.source {
            let there = truth.iter().skip(1).map(|_| self.known);
            *known = std::iter::once(missing).chain(there).collect();
        }
        self
    }

    fn flags<T>(block: &Block<T>, values: &'p [u8], bits: [u64; 2]) -> Self {
        let (missing, all) = (block.when_missing, block.all);
        Self::new(block, |always| {
            let (mut truth, mut known) = ([0; 256], [0; 256]);
            for (code, (truth, known)) in (0..=u8::MAX).zip(truth.iter_mut().zip(&mut known)) {
                let [no, yes] = bits;
                (*truth, *known) = match code {
                    Column::NO => (no | always, all),
                    Column::YES => (yes | always, all),
                    _ => missing,
                };
            }
            Source::Flags {
                values,
                truth: Box::new(truth),
                known: Box::new(known),
            }
        })
    }

    fn missing<T>(block: &Block<T>) -> Self {
        Self::new(block, |_| Source::Missing)
    }

    /// Adds the bits of some rows to their word.
    fn read(
        &self,
        rows: Range<usize>,
        as_of: Moment,
        truth: &mut [u64],
        known: Option<&mut [u64]>,
    ) {
        let [missing, missing_known] = self.missing;
        match &self.source {
            Source::Missing => {
                for truth in truth {
                    *truth |= missing;
                }
                for known in known.into_iter().flatten() {
                    *known |= missing_known;
                }
            }
            Source::Numbers { values, tests } => {
                tests.read(values.get(rows).unwrap_or_default(), truth, known);
            }
            Source::Flags {
                values,
                truth: bits,
                known: known_bits,
            } => {
                let values = values.get(rows).unwrap_or_default();
                by_byte(values, bits, truth);
                if let Some(known) = known {
                    by_byte(values, known_bits, known);
                }
            }
            Source::Coded {
                codes,
                truth: bits,
                known: known_bits,
            } => {
                by_code(codes, rows.clone(), bits, truth);
                if let Some(known) = known {
                    by_code(codes, rows, known_bits, known);
                }
            }
            Source::Dates {
                values,
                tests,
                always,
            } => {
                let values = values.get(rows).unwrap_or_default();
                for (truth, &date) in truth.iter_mut().zip(values) {
                    *truth |= if date == Column::NEVER {
                        missing
                    } else {
                        date_bits(tests, Moment::from_micros(date), as_of) | always
                    };
                }
                for (known, &date) in known.into_iter().flatten().zip(values) {
                    *known |= if date == Column::NEVER {
                        missing_known
                    } else {
                        self.known
                    };
                }
            }
        }
    }
}

#[inline]
fn by_byte(codes: &[u8], bits: &[u64; 256], words: &mut [u64]) {
    for (word, &code) in words.iter_mut().zip(codes) {
        // Every byte has its place.
        *word |= bits.get(usize::from(code)).copied().unwrap_or_default();
    }
}

fn by_code(codes: &Codes, rows: Range<usize>, bits: &[u64], words: &mut [u64]) {
    let of = |code: usize| bits.get(code).copied().unwrap_or_default();
    match codes {
        Codes::Zero => {
            for word in words {
                *word |= of(0);
            }
        }
        Codes::Narrow(codes) => {
            let codes = codes.get(rows).unwrap_or_default();
            for (word, &code) in words.iter_mut().zip(codes) {
                *word |= of(code.into());
            }
        }
        Codes::Middle(codes) => {
            let codes = codes.get(rows).unwrap_or_default();
            for (word, &code) in words.iter_mut().zip(codes) {
                *word |= of(code.into());
            }
        }
        Codes::Wide(codes) => {
            let codes = codes.get(rows).unwrap_or_default();
            for (word, &code) in words.iter_mut().zip(codes) {
                *word |= of(code as usize);
            }
        }
    }
}

impl Plan {
    /// Makes the plan ready for a table: the same tests, by column.
    pub(crate) fn of_table<'p>(&'p self, table: &'p LeadTable) -> TablePlan<'p> {
        let mut columns = Vec::new();
        for block in &self.numbers {
            columns.push(match table.column(block.slot) {
                Column::Numbers(values) => {
                    let tests = block.of_numbers();
                    Tested::new(block, |_| Source::Numbers { values, tests })
                }
                _ => Tested::missing(block),
            });
        }
        for block in &self.texts {
            columns.push(match table.column(block.slot) {
                Column::Texts(texts) => {
                    let texts_in_order =
                        (1..texts.texts.len()).filter_map(|at| texts.texts.get(at));
                    let bits = texts_in_order.map(|text| block.tests.bits(text));
                    Tested::coded(block, &texts.codes, bits)
                }
                _ => Tested::missing(block),
            });
        }
        for block in &self.flags {
            columns.push(match table.column(block.slot) {
                Column::Flags(values) => Tested::flags(block, values, block.tests),
                _ => Tested::missing(block),
            });
        }
        for block in &self.tags {
            columns.push(match table.column(block.slot) {
                Column::Tags { codes, lists } => {
                    let bits = lists.iter().skip(1).map(|list| block.tests.bits(list));
                    Tested::coded(block, codes, bits)
                }
                _ => Tested::missing(block),
            });
        }
        for block in &self.dates {
            columns.push(match table.column(block.slot) {
                Column::Dates(values) => Tested::new(block, |always| Source::Dates {
                    values,
                    tests: &block.tests,
                    always,
                }),
                _ => Tested::missing(block),
            });
        }
        for block in &self.others {
            columns.push(match table.column(block.slot) {
                Column::Missing => Tested::missing(block),
                Column::Numbers(values) => {
                    let tests = block.of_numbers();
                    Tested::new(block, |_| Source::Numbers { values, tests })
                }
                Column::Texts(texts) => {
                    let none = (1..texts.texts.len()).map(|_| 0);
                    Tested::coded(block, &texts.codes, none)
                }
                Column::Flags(values) => Tested::flags(block, values, [0, 0]),
                Column::Dates(values) => Tested::new(block, |always| Source::Dates {
                    values,
                    tests: &[],
                    always,
                }),
                Column::Tags { codes, lists } => {
                    let none = lists.iter().skip(1).map(|_| 0);
                    Tested::coded(block, codes, none)
                }
            });
        }
        TablePlan {
            columns,
            words: self.words,
        }
    }
}

impl TablePlan<'_> {
    /// Reads the attributes of some rows; what is known only where that is asked for.
    pub(crate) fn read(
        &self,
        rows: &Range<usize>,
        as_of: Moment,
        with_known: bool,
        into: &mut BlockWords,
    ) {
        let count = rows.len();
        // Rules without a test have a word of nothing for each lead all the same.
        into.clear(self.words.max(1), count);
        for column in &self.columns {
            let (truth, known) = into.word_mut(column.word);
            column.read(rows.clone(), as_of, truth, with_known.then_some(known));
        }
    }
}
