//! The activities' file: chunks of it become batches for the table on all cores.

#![allow(
    clippy::indexing_slicing,
    reason = "places and lengths are counted here"
)]

use super::csv_file::{BadCell, CsvFile};
use super::ids::{Ids, Short};
use super::leads::{moment, number};
use super::refused::Refused;
use super::rows::{Row, Rows};
use super::{Counts, NO_ID};
use anyhow::Result;
use lead_scoring::{Activity, ActivityBatch, KindSlot, LeadReader, Moment, ProductSlot, Schema};

/// Where the cells of an activity stand.
struct Columns {
    lead: usize,
    kind: usize,
    at: usize,
    id: Option<usize>,
    product: Option<usize>,
    subject: Option<usize>,
    value: Option<usize>,
    channel: Option<usize>,
}

impl Columns {
    const NAMES: [&str; 8] = [
        "lead", "kind", "at", "id", "product", "subject", "value", "channel",
    ];

    fn of(file: &CsvFile) -> Result<Self> {
        Ok(Self {
            lead: file.required("lead")?,
            kind: file.required("kind")?,
            at: file.required("at")?,
            id: file.column("id"),
            product: file.column("product"),
            subject: file.column("subject"),
            value: file.column("value"),
            channel: file.column("channel"),
        })
    }
}

/// What was read of activities.
pub(crate) struct Activities<'s> {
    pub(crate) batches: Vec<ActivityBatch<'s>>,
    pub(crate) counts: Counts,
    pub(crate) refused: Refused,
    /// With the names that the schema does not have.
    pub(crate) names: LeadReader<'s>,
}

/// The names of the columns that are read.
pub(crate) fn known_columns() -> &'static [&'static str] {
    &Columns::NAMES
}

/// Reads the file.
pub(crate) fn read<'s>(
    file: &CsvFile,
    schema: &'s Schema,
    ids: &Ids,
    as_of: Moment,
) -> Result<Activities<'s>> {
    let columns = Columns::of(file)?;
    let start = || Reader::new(file, &columns, ids, schema, as_of);
    let rows = |reader: &mut Reader<'_, 's>, rows: &Rows<'_>| reader.rows(rows);
    let (parts, readers) = file.read(start, rows, Reader::part)?;
    let mut all = Activities {
        batches: Vec::with_capacity(parts.len()),
        counts: Counts::default(),
        refused: Refused::default(),
        names: LeadReader::new(schema),
    };
    for (batch, refused) in parts {
        all.batches.push(batch);
        all.refused.append(refused);
    }
    for reader in readers {
        all.counts.add(&reader.counts);
        all.names.append(&reader.names);
    }
    Ok(all)
}

/// Reads some of the chunks.
struct Reader<'r, 's> {
    file: &'r CsvFile,
    columns: &'r Columns,
    ids: &'r Ids,
    as_of: Moment,
    names: LeadReader<'s>,
    kinds: Lately<KindSlot>,
    products: Lately<ProductSlot>,
    counts: Counts,
    batch: ActivityBatch<'s>,
    refused: Refused,
    keys: Vec<(u64, Short)>,
    found: Vec<Option<u32>>,
}

impl<'r, 's> Reader<'r, 's> {
    fn new(
        file: &'r CsvFile,
        columns: &'r Columns,
        ids: &'r Ids,
        schema: &'s Schema,
        as_of: Moment,
    ) -> Self {
        Self {
            file,
            columns,
            ids,
            as_of,
            names: LeadReader::new(schema),
            kinds: Lately::default(),
            products: Lately::default(),
            counts: Counts::default(),
            batch: ActivityBatch::new(schema),
            refused: Refused::default(),
            keys: Vec::new(),
            found: Vec::new(),
        }
    }

    /// What became of a chunk.
    fn part(&mut self) -> (ActivityBatch<'s>, Refused) {
        // The next chunk will have about as many.
        let mut next = ActivityBatch::new(self.names.schema());
        next.reserve(self.batch.len() + self.batch.len() / 16);
        let mut batch = std::mem::replace(&mut self.batch, next);
        batch.arrange();
        (batch, std::mem::take(&mut self.refused))
    }

    fn rows(&mut self, rows: &Rows<'_>) {
        let (file, ids, lead) = (self.file, self.ids, self.columns.lead);
        let mut found = std::mem::take(&mut self.found);
        let of = rows.iter().map(|row| {
            let is_whole = row.len() > lead;
            row.cell(is_whole.then_some(lead)).unwrap_or_default()
        });
        ids.find_all(of, &mut self.keys, &mut found);
        let mut refused = std::mem::take(&mut self.refused);
        for (row, &found) in rows.iter().zip(&found) {
            file.row(row, &mut refused, |row| self.row(row, found));
        }
        self.refused = refused;
        self.found = found;
    }

    fn row(&mut self, row: Row<'_>, found: Option<u32>) -> Result<(), BadCell> {
        let columns = self.columns;
        let Some(lead) = lead(row, columns.lead, found, &mut self.counts)? else {
            return Ok(());
        };
        let at = moment(row.get(columns.at)).map_err(|reason| (columns.at, reason))?;
        let value = match columns.value {
            Some(column) if row.cell(Some(column)).is_some() => {
                number(row.get(column)).map_err(|reason| (column, reason))?
            }
            _ => None,
        };
        let Some(kind) = row.cell(Some(columns.kind)) else {
            return Err((columns.kind, "an activity needs a kind".to_owned()));
        };
        let names = &mut self.names;
        let Some(kind) = self.kinds.find(kind, |name| names.kind(name)) else {
            return Ok(());
        };
        let product = row.cell(columns.product);
        let product =
            product.and_then(|product| self.products.find(product, |name| names.product(name)));
        let activity = Activity {
            at,
            kind,
            id: row.cell(columns.id),
            product,
            subject: row.cell(columns.subject),
            channel: row.cell(columns.channel),
            value,
        };
        self.batch.push(lead, &activity);
        self.counts.activities += 1;
        self.counts.later += u64::from(at > self.as_of);
        Ok(())
    }
}

/// The place of the lead of a row, which was looked for; `None` when its own row was refused.
pub(crate) fn lead(
    row: Row<'_>,
    column: usize,
    found: Option<u32>,
    counts: &mut Counts,
) -> Result<Option<usize>, BadCell> {
    match found {
        Some(Ids::REFUSED) => {
            counts.orphaned += 1;
            Ok(None)
        }
        Some(lead) => Ok(Some(lead as usize)),
        None => Err(match row.cell(Some(column)) {
            None => (column, NO_ID.to_owned()),
            Some(id) => (column, format!("there is no lead `{id}`")),
        }),
    }
}

/// Slots of names met lately, by a few of their bytes: most names are met again and again.
struct Lately<S> {
    slots: Vec<Option<(Box<str>, S)>>,
}

impl<S> Default for Lately<S> {
    fn default() -> Self {
        let places = std::iter::repeat_with(|| None);
        Self {
            slots: places.take(Self::PLACES).collect(),
        }
    }
}

impl<S> Lately<S> {
    const PLACES: usize = 64;
}

impl<S: Copy> Lately<S> {
    /// The slot of a name, asked for where it was not met lately; unknown ones are asked for each time.
    fn find(&mut self, name: &str, ask: impl FnOnce(&str) -> Option<S>) -> Option<S> {
        let bytes = name.as_bytes();
        let of = |place: usize| bytes.get(place).map_or(0, |&byte| usize::from(byte));
        let mixed = bytes.len() + 7 * of(0) + 31 * of(bytes.len() / 2) + 5 * of(bytes.len() - 1);
        let place = &mut self.slots[mixed % Self::PLACES];
        match place {
            Some((known, slot)) if **known == *name => Some(*slot),
            _ => {
                let slot = ask(name)?;
                *place = Some((name.into(), slot));
                Some(slot)
            }
        }
    }
}
