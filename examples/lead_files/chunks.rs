//! A file cut at the ends of records, so that several threads may read it at once.

#![allow(
    clippy::indexing_slicing,
    reason = "places and lengths are counted here"
)]

use indicatif::{ProgressBar, ProgressBarIter};
use memchr::{memchr, memchr_iter, memrchr};
use std::fs::File;
use std::io::{self, Read};

/// Whole records of a file.
#[derive(Default)]
pub(crate) struct Chunk {
    pub(crate) bytes: Vec<u8>,
    /// Its place among the chunks of the file.
    pub(crate) number: usize,
    /// The line on which it begins.
    pub(crate) line: u64,
    /// Whether the file ends with it, maybe without the end of a line.
    pub(crate) is_last: bool,
}

/// What is still to be read of a file.
pub(crate) struct Chunks {
    file: ProgressBarIter<File>,
    /// Bytes that were read and not given out.
    ahead: Vec<u8>,
    line: u64,
    number: usize,
    is_over: bool,
}

impl Chunks {
    /// As much as the caches of a core hold together with what becomes of it.
    const BYTES: usize = 1 << 18;

    pub(crate) fn of(file: File, bar: &ProgressBar) -> Self {
        Self {
            file: bar.wrap_read(file),
            ahead: Vec::new(),
            line: 1,
            number: 0,
            is_over: false,
        }
    }

    /// Fills the next chunk; `false` after the last.
    pub(crate) fn next(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        if self.is_over {
            return Ok(false);
        }
        let bytes = &mut chunk.bytes;
        bytes.clear();
        bytes.append(&mut self.ahead);
        let end = loop {
            let wanted = Self::BYTES.saturating_sub(bytes.len()).max(Self::BYTES / 4);
            let read = (&mut self.file).take(wanted as u64).read_to_end(bytes)?;
            if read < wanted {
                self.is_over = true;
                break bytes.len();
            }
            if let Some(end) = last_end(bytes) {
                break end;
            }
        };
        self.ahead.extend_from_slice(&bytes[end..]);
        bytes.truncate(end);
        chunk.number = self.number;
        chunk.line = self.line;
        chunk.is_last = self.is_over;
        self.number += 1;
        self.line += memchr_iter(b'\n', bytes).count() as u64;
        Ok(true)
    }

    /// Gives the rest of a chunk back, from which `used` bytes with so many lines were taken.
    pub(crate) fn give_back(&mut self, chunk: &Chunk, used: usize, lines: u64) {
        let mut rest = chunk.bytes[used..].to_vec();
        rest.append(&mut self.ahead);
        self.ahead = rest;
        self.line = chunk.line + lines;
        self.number = chunk.number;
        self.is_over = false;
    }
}

/// Where the last record ends; `None` where none does. Empty lines behind a record belong to the next one.
fn last_end(bytes: &[u8]) -> Option<usize> {
    let mut end = match memchr(b'"', bytes) {
        None => memrchr(b'\n', bytes)? + 1,
        Some(quote) => last_end_with_quotes(bytes, quote)?,
    };
    while end > 1 && bytes[end - 2] == b'\n' {
        end -= 1;
    }
    // Nothing but empty lines.
    (end > 1).then_some(end)
}

/// Between quotes an end of line is text. A quote begins them where a cell begins; inside, two are one.
fn last_end_with_quotes(bytes: &[u8], first: usize) -> Option<usize> {
    let mut last = None;
    // Outside of quotes from here on.
    let mut start = 0;
    let mut quote = Some(first);
    loop {
        let outside = &bytes[start..quote.unwrap_or(bytes.len())];
        last = memrchr(b'\n', outside).map_or(last, |place| Some(start + place + 1));
        let Some(open) = quote else { return last };
        let begins = open == 0 || matches!(bytes[open - 1], b',' | b'\n');
        start = open + 1;
        if begins {
            start = loop {
                // The rest is inside.
                let Some(found) = memchr(b'"', &bytes[start..]) else {
                    return last;
                };
                let close = start + found;
                match bytes.get(close + 1) {
                    // Whether another one follows is not known.
                    None => return last,
                    Some(b'"') => start = close + 2,
                    Some(_) => break close + 1,
                }
            };
        }
        quote = memchr(b'"', &bytes[start..]).map(|place| start + place);
    }
}
