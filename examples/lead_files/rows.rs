//! Rows of a chunk, some hundred at a time.

#![allow(
    clippy::indexing_slicing,
    reason = "places and lengths are counted here"
)]

use super::chunks::Chunk;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use std::ops::Range;

/// Splits chunks into rows, in memory that it keeps.
pub(crate) struct Splitter {
    reader: Reader,
    text: Vec<u8>,
    /// Where each cell ends, counted from the beginning of its row.
    ends: Vec<usize>,
    rows: Vec<Place>,
    /// How much of the chunk was taken.
    taken: usize,
    /// How many lines the reader saw in chunks before.
    lines: u64,
}

/// Where a row stands.
struct Place {
    text: Range<usize>,
    ends: Range<usize>,
    line: u64,
    /// The cell that is no text.
    not_text: Option<usize>,
}

impl Splitter {
    /// How many rows are split at once.
    const ROWS: usize = 256;

    pub(crate) fn new() -> Self {
        let mut reader = ReaderBuilder::new();
        // A carriage return before it is white space, which cells are trimmed of; taken for the end of a line it
        // would be counted as one.
        reader.terminator(Terminator::Any(b'\n'));
        let mut reader = reader.build();
        // A mark of the byte order stands before the header, which was read; later on it is text.
        reader.read_record(b"\n", &mut [0], &mut [0]);
        let lines = reader.line() - 1;
        Self {
            reader,
            text: vec![0; 1 << 15],
            ends: vec![0; 1 << 12],
            rows: Vec::new(),
            taken: 0,
            lines,
        }
    }

    /// Hands on all rows of a chunk, some at a time.
    pub(crate) fn each(&mut self, chunk: &Chunk, mut give: impl FnMut(&Rows<'_>)) {
        self.taken = 0;
        self.lines = self.reader.line() - 1;
        loop {
            let next = self.next(chunk);
            if next.is_empty() {
                break;
            }
            give(&next);
        }
    }

    /// The next rows of the chunk; none after the last.
    fn next(&mut self, chunk: &Chunk) -> Rows<'_> {
        self.rows.clear();
        let (mut text, mut ends) = (0, 0);
        while self.rows.len() < Self::ROWS {
            let Some((text_end, ends_end, line)) = self.row(chunk, text, ends) else {
                break;
            };
            self.rows.push(Place {
                text: text..text_end,
                ends: ends..ends_end,
                line,
                not_text: None,
            });
            (text, ends) = (text_end, ends_end);
        }
        if !self.text[..text].is_ascii() {
            self.check();
        }
        Rows {
            // What is no text was replaced.
            text: std::str::from_utf8(&self.text[..text]).unwrap_or_default(),
            ends: &self.ends,
            places: &self.rows,
        }
    }

    /// Splits one row; where its texts and ends end, and its line.
    fn row(&mut self, chunk: &Chunk, text: usize, ends: usize) -> Option<(usize, usize, u64)> {
        let line = chunk.line + (self.reader.line() - 1 - self.lines);
        let (mut text_end, mut ends_end) = (text, ends);
        loop {
            let input = &chunk.bytes[self.taken..];
            if input.is_empty() && !chunk.is_last {
                return None;
            }
            if text_end == self.text.len() {
                self.text.resize(text_end * 2, 0);
            }
            if ends_end == self.ends.len() {
                self.ends.resize(ends_end * 2, 0);
            }
            let output = &mut self.text[text_end..];
            let (result, read, wrote, ended) =
                self.reader
                    .read_record(input, output, &mut self.ends[ends_end..]);
            self.taken += read;
            text_end += wrote;
            ends_end += ended;
            match result {
                ReadRecordResult::Record => return Some((text_end, ends_end, line)),
                ReadRecordResult::End => return None,
                ReadRecordResult::InputEmpty
                | ReadRecordResult::OutputFull
                | ReadRecordResult::OutputEndsFull => {}
            }
        }
    }

    /// Finds cells that are no text, and makes them such that can be passed over.
    fn check(&mut self) {
        for row in &mut self.rows {
            let bytes = &mut self.text[row.text.clone()];
            if bytes.is_ascii() {
                continue;
            }
            let mut start = 0;
            let mut cells = self.ends[row.ends.clone()].iter();
            row.not_text = cells.position(|&end| {
                let cell = &bytes[start..end];
                start = end;
                std::str::from_utf8(cell).is_err()
            });
            if row.not_text.is_some() {
                bytes.fill(b'?');
            }
        }
    }
}

/// Some rows of a file.
pub(crate) struct Rows<'r> {
    text: &'r str,
    ends: &'r [usize],
    places: &'r [Place],
}

impl<'r> Rows<'r> {
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'r>> + Clone {
        let (text, ends) = (self.text, self.ends);
        self.places.iter().map(move |row| Row {
            text: &text[row.text.clone()],
            ends: &ends[row.ends.clone()],
            line: row.line,
            not_text: row.not_text,
        })
    }
}

/// One row of a file.
#[derive(Clone, Copy)]
pub(crate) struct Row<'r> {
    text: &'r str,
    ends: &'r [usize],
    pub(crate) line: u64,
    /// The cell that is no text; then no other can be read either.
    pub(crate) not_text: Option<usize>,
}

impl<'r> Row<'r> {
    /// How many cells it has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell as it stands in the file.
    pub(crate) fn get(&self, column: usize) -> &'r str {
        let start = match column {
            0 => 0,
            column => self.ends[column - 1],
        };
        &self.text[start..self.ends[column]]
    }

    /// The trimmed text of a cell that is there and not empty.
    pub(crate) fn cell(&self, column: Option<usize>) -> Option<&'r str> {
        let text = trimmed(self.get(column?));
        (!text.is_empty()).then_some(text)
    }
}

/// Most cells have nothing to be trimmed of, which is quickly seen.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}
