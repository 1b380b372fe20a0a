//! Splits a CSV file into rows on a thread of its own, so that what is made of the rows goes on meanwhile.

use csv::{ErrorKind, Reader, StringRecord};
use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// The rows of a file, in its order.
pub(crate) struct RowsAhead {
    filled: Receiver<Batch>,
    /// Takes batches back, so that their memory is used again.
    used: Sender<Batch>,
    batch: Batch,
    /// How many rows of the batch were given out.
    given: usize,
}

/// Rows that cross from thread to thread together.
#[derive(Default)]
struct Batch {
    rows: Vec<Row>,
    /// How many of them are filled.
    len: usize,
}

#[derive(Default)]
struct Row {
    cells: StringRecord,
    /// Why there are no cells.
    error: Option<csv::Error>,
}

impl RowsAhead {
    /// How many batches may wait.
    const AHEAD: usize = 16;

    pub(crate) fn of<R: Read + Send + 'static>(mut reader: Reader<R>) -> std::io::Result<Self> {
        let (filled_tx, filled) = sync_channel(Self::AHEAD);
        let (used, used_rx) = channel();
        thread::Builder::new()
            .name("csv".to_owned())
            .spawn(move || split(&mut reader, &filled_tx, &used_rx))?;
        Ok(Self {
            filled,
            used,
            batch: Batch::default(),
            given: 0,
        })
    }

    /// Reads the next row; `None` after the last.
    pub(crate) fn next(&mut self, row: &mut StringRecord) -> Option<Result<(), csv::Error>> {
        if self.given == self.batch.len {
            let used = std::mem::replace(&mut self.batch, self.filled.recv().ok()?);
            // Nobody takes it back when the file has ended.
            let _ = self.used.send(used);
            self.given = 0;
        }
        let next = self.batch.rows.get_mut(self.given)?;
        self.given += 1;
        std::mem::swap(row, &mut next.cells);
        Some(next.error.take().map_or(Ok(()), Err))
    }
}

/// Fills batches until the file ends, cannot be read further, or nobody wants more of it.
fn split<R: Read>(reader: &mut Reader<R>, filled: &SyncSender<Batch>, used: &Receiver<Batch>) {
    loop {
        let mut batch = used.try_recv().unwrap_or_default();
        let more = batch.fill(reader);
        if (batch.len > 0 && filled.send(batch).is_err()) || !more {
            return;
        }
    }
}

impl Batch {
    const ROWS: usize = 256;

    /// Whether more rows may follow.
    fn fill<R: Read>(&mut self, reader: &mut Reader<R>) -> bool {
        self.rows.resize_with(Self::ROWS, Row::default);
        self.len = 0;
        for row in &mut self.rows {
            match reader.read_record(&mut row.cells) {
                Ok(true) => self.len += 1,
                Ok(false) => return false,
                Err(error) => {
                    let is_row = matches!(error.kind(), ErrorKind::Utf8 { .. });
                    row.error = Some(error);
                    self.len += 1;
                    if !is_row {
                        return false;
                    }
                }
            }
        }
        true
    }
}
