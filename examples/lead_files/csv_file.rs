//! One CSV file: its columns by name, its rows, and what is wrong with them.

use super::chunks::{Chunk, Chunks};
use super::refused::Refused;
use super::rows::{Row, Rows, Splitter};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use std::fs::File;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A CSV file that several threads read, a chunk each.
pub(crate) struct CsvFile {
    name: String,
    columns: Vec<String>,
    chunks: Mutex<Chunks>,
    bar: ProgressBar,
}

impl CsvFile {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        let bar = progress(&name, file.metadata()?.len())?;
        let mut chunks = Chunks::of(file, &bar);
        let mut chunk = Chunk::default();
        let cannot = || format!("cannot read the header of {name}");
        chunks.next(&mut chunk).with_context(cannot)?;
        let mut header = csv::ReaderBuilder::new()
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(&*chunk.bytes);
        let names = header.headers().with_context(cannot)?;
        let columns: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
        let end = header.position();
        let used = usize::try_from(end.byte())?.min(chunk.bytes.len());
        chunks.give_back(&chunk, used, end.line() - 1);
        for (i, column) in columns.iter().enumerate() {
            if columns.iter().take(i).any(|before| before == column) {
                bail!("{name} has two columns `{column}`");
            }
        }
        Ok(Self {
            name,
            columns,
            chunks: Mutex::new(chunks),
            bar,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    pub(crate) fn required(&self, name: &str) -> Result<usize> {
        self.column(name).with_context(|| {
            let known = self.columns.join(", ");
            format!("{} has no column `{name}`; it has {known}", self.name)
        })
    }

    /// What becomes of each chunk, in the order of the file. A thread has a reader of its own, which is given the rows
    /// some hundred at a time; `end` takes what became of a chunk.
    pub(crate) fn read<R, P: Send>(
        &self,
        reader: impl Fn() -> R + Sync,
        rows: impl Fn(&mut R, &Rows<'_>) + Sync,
        end: impl Fn(&mut R) -> P + Sync,
    ) -> Result<(Vec<P>, Vec<R>)>
    where
        R: Send,
    {
        let work = |_| {
            let mut reader = reader();
            let (mut chunk, mut splitter) = (Chunk::default(), Splitter::new());
            let mut parts = Vec::new();
            while self.next(&mut chunk)? {
                splitter.each(&chunk, |next| rows(&mut reader, next));
                parts.push((chunk.number, end(&mut reader)));
            }
            Ok((parts, reader))
        };
        let threads = 0..rayon::current_num_threads();
        let all: Vec<_> = threads.into_par_iter().map(work).collect::<Result<_>>()?;
        self.bar.finish_and_clear();
        let (mut parts, mut readers) = (Vec::new(), Vec::new());
        for (of_thread, reader) in all {
            parts.extend(of_thread);
            readers.push(reader);
        }
        parts.sort_unstable_by_key(|&(number, _)| number);
        let parts = parts.into_iter().map(|(_, part)| part);
        Ok((parts.collect(), readers))
    }

    /// Shows every row that can be read, one after the other on this thread; refuses those that cannot, and those of
    /// which a cell is wrong.
    pub(crate) fn each(
        &self,
        refused: &mut Refused,
        mut show: impl FnMut(Row<'_>) -> Result<(), BadCell>,
    ) -> Result<()> {
        let (mut chunk, mut splitter) = (Chunk::default(), Splitter::new());
        while self.next(&mut chunk)? {
            splitter.each(&chunk, |next| {
                for row in next.iter() {
                    self.row(row, refused, &mut show);
                }
            });
        }
        self.bar.finish_and_clear();
        Ok(())
    }

    /// Shows a row that can be read; refuses it where it cannot, or where a cell is wrong.
    pub(crate) fn row(
        &self,
        row: Row<'_>,
        refused: &mut Refused,
        show: impl FnOnce(Row<'_>) -> Result<(), BadCell>,
    ) {
        match self.check(row) {
            Ok(true) => {
                if let Err((column, reason)) = show(row) {
                    refused.row(|| self.message(row.line, column, &reason));
                }
            }
            Ok(false) => {}
            Err(wrong) => refused.row(wrong),
        }
    }

    /// Whether a row has a cell for each column; it is passed over where it is empty.
    ///
    /// # Errors
    /// What makes the message on all other rows.
    pub(crate) fn check(&self, row: Row<'_>) -> Result<bool, impl FnOnce() -> String> {
        let (due, got) = (self.columns.len(), row.len());
        let not_text = row.not_text;
        if not_text.is_none() && got == due {
            return Ok(true);
        }
        if not_text.is_none() && got == 1 && row.cell(Some(0)).is_none() {
            return Ok(false);
        }
        let line = row.line;
        Err(move || match not_text {
            Some(column) => self.message(line, column, "not UTF-8"),
            None => format!("{}:{line}: {got} cells for {due} columns", self.name),
        })
    }

    /// Says what is wrong with a row, where.
    pub(crate) fn message(&self, line: u64, column: usize, reason: &str) -> String {
        let name = self.columns.get(column).map_or("", String::as_str);
        format!("{}:{line}: column `{name}`: {reason}", self.name)
    }

    fn next(&self, chunk: &mut Chunk) -> Result<bool> {
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        let next = chunks.next(chunk);
        next.with_context(|| format!("cannot read {}", self.name))
    }
}

/// A cell that cannot be read: its column, and why.
pub(crate) type BadCell = (usize, String);

/// A bar for long files, where somebody watches.
fn progress(name: &str, bytes: u64) -> Result<ProgressBar> {
    const LONG: u64 = 8 << 20;
    if bytes < LONG || !std::io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let style =
        ProgressStyle::with_template("{msg} {bar:40} {bytes} of {total_bytes}, {eta} left")?;
    Ok(ProgressBar::new(bytes)
        .with_style(style)
        .with_message(name.to_owned()))
}
