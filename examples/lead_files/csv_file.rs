//! One CSV file: its columns by name, its rows, and what is wrong with them.

use super::rows_ahead::RowsAhead;
use anyhow::{Context, Result, bail};
use csv::{ErrorKind, StringRecord};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::IsTerminal;
use std::path::Path;

/// Rows that could not be read: all are counted, the first are kept to be shown.
#[derive(Default)]
pub(crate) struct Refused {
    shown: Vec<String>,
    count: u64,
}

impl Refused {
    /// How many are shown.
    const MOST: usize = 20;

    /// How many rows there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The first of them, each with file, line, column and reason.
    pub(crate) fn shown(&self) -> &[String] {
        &self.shown
    }

    /// Counts a row. The message is made only when it is shown.
    pub(crate) fn row(&mut self, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.shown.len() < Self::MOST {
            self.shown.push(message());
        }
    }
}

/// A CSV file that is read row by row into one buffer.
pub(crate) struct Table {
    name: String,
    columns: Vec<String>,
    rows: RowsAhead,
    bar: ProgressBar,
}

impl Table {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        let bar = progress(&name, file.metadata()?.len())?;
        let mut rows = csv::ReaderBuilder::new()
            // Rows with more or fewer cells are reported like other bad rows.
            .flexible(true)
            // A carriage return before it is white space, which cells are trimmed of; taken for the end of a line it
            // would be counted as one.
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(1 << 18)
            .from_reader(bar.wrap_read(file));
        let header = rows
            .headers()
            .with_context(|| format!("cannot read the header of {name}"))?;
        let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        for (i, column) in columns.iter().enumerate() {
            if columns.iter().take(i).any(|before| before == column) {
                bail!("{name} has two columns `{column}`");
            }
        }
        Ok(Self {
            name,
            columns,
            rows: RowsAhead::of(rows)?,
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

    /// Reads the next row that has a cell for each column; reports those that have not.
    pub(crate) fn next(&mut self, row: &mut StringRecord, refused: &mut Refused) -> Result<bool> {
        loop {
            match self.rows.next(row) {
                Some(Ok(())) if row.len() == self.columns.len() => return Ok(true),
                Some(Ok(())) if row.len() == 1 && row.iter().all(|text| text.trim().is_empty()) => {
                }
                Some(Ok(())) => {
                    let (due, got) = (self.columns.len(), row.len());
                    let line = line(row);
                    refused.row(|| format!("{}:{line}: {got} cells for {due} columns", self.name));
                }
                None => {
                    self.bar.finish_and_clear();
                    return Ok(false);
                }
                Some(Err(error)) => match error.kind() {
                    ErrorKind::Utf8 { pos, err } => {
                        let line = pos.as_ref().map_or(0, csv::Position::line);
                        let column = self.columns.get(err.field()).map_or("", String::as_str);
                        refused
                            .row(|| format!("{}:{line}: column `{column}`: not UTF-8", self.name));
                    }
                    _ => return Err(error).with_context(|| format!("cannot read {}", self.name)),
                },
            }
        }
    }

    /// Says what is wrong with a row, where.
    pub(crate) fn message(&self, row: &StringRecord, column: usize, reason: &str) -> String {
        let name = self.columns.get(column).map_or("", String::as_str);
        format!("{}:{}: column `{name}`: {reason}", self.name, line(row))
    }
}

fn line(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

/// The trimmed text of a cell that is there and not empty.
pub(crate) fn cell(row: &StringRecord, column: Option<usize>) -> Option<&str> {
    let text = row.get(column?)?.trim();
    (!text.is_empty()).then_some(text)
}

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
