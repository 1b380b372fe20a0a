//! Leads from their files: one pass over each gathers what is known, then the leads are built on all cores.

#![allow(
    clippy::indexing_slicing,
    reason = "places are those of ids that were numbered"
)]

use anyhow::Result;
use csv::StringRecord;
use gathered::{Bucket, Sheet};
use hashbrown::HashMap;
use ids::Ids;
use lead_scoring::{
    Activity, AnswerValue, AsOf, AttributeSlot, AttributeType, AttributeValue, ChecklistScorer,
    Lead, LeadBuilder, LeadError, LeadReader, Moment, Schema,
};
use rayon::prelude::*;
use show::plural;
use std::path::PathBuf;
use table::{Refused, Table, cell};

mod gathered;
mod ids;
pub(crate) mod model;
mod rows_ahead;
pub(crate) mod show;
pub(crate) mod table;

/// Where to read from.
pub(crate) struct Files {
    pub(crate) leads: PathBuf,
    pub(crate) activities: Option<PathBuf>,
    pub(crate) purchases: Option<PathBuf>,
    pub(crate) answers: Option<PathBuf>,
}

/// What was read, and what was not.
pub(crate) struct Reading {
    pub(crate) leads: Vec<Lead>,
    pub(crate) counts: Counts,
    /// Names that the model does not know, each once with its count.
    pub(crate) left_out: Vec<String>,
    pub(crate) refused: Refused,
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) leads: usize,
    pub(crate) activities: u64,
    pub(crate) purchases: u64,
    pub(crate) answers: u64,
    /// Activities, purchases and answers after the moment as of which is scored: they do not count yet.
    pub(crate) later: u64,
    /// Activities, purchases and rows of answers of leads whose own row was refused.
    pub(crate) orphaned: u64,
}

pub(crate) fn read(
    files: &Files,
    schema: &Schema,
    checklists: &[ChecklistScorer],
    as_of: AsOf,
) -> Result<Reading> {
    let mut reader = Reader {
        names: LeadReader::new(schema),
        as_of: as_of.moment(),
        ids: Ids::default(),
        orphans: Vec::new(),
        buckets: Vec::new(),
        answers: HashMap::new(),
        counts: Counts::default(),
        unknown: Vec::new(),
        unasked: Vec::new(),
        refused: Refused::default(),
    };
    let (columns, rows) = reader.leads(&mut Table::open(&files.leads)?)?;
    if let Some(path) = &files.activities {
        reader.activities(&mut Table::open(path)?)?;
    }
    if let Some(path) = &files.purchases {
        reader.purchases(&mut Table::open(path)?)?;
    }
    if let Some(path) = &files.answers {
        reader.answers(&mut Table::open(path)?, checklists)?;
    }
    Ok(reader.finish(&columns, &rows))
}

struct Reader<'s> {
    names: LeadReader<'s>,
    as_of: Moment,
    ids: Ids,
    /// For each id, whether the row of the lead was refused.
    orphans: Vec<bool>,
    buckets: Vec<Bucket>,
    /// By the place of the lead; few leads have any.
    answers: HashMap<usize, Vec<Answered>>,
    counts: Counts,
    /// Columns of the leads' file that the schema does not have: position, name and number of values.
    unknown: Vec<(usize, String, u64)>,
    /// Columns of the other files that nothing asks for.
    unasked: Vec<String>,
    refused: Refused,
}

/// What a column of the leads' file is.
enum Column {
    Id,
    CreatedAt,
    Attribute(AttributeSlot, AttributeType),
    LeftOut,
}

/// An answer to a question, and since when it is known.
struct Answered {
    question: String,
    answer: AnswerValue,
    since: Option<Moment>,
}

/// A cell that cannot be read: its column, and why.
type BadCell = (usize, String);

impl Reader<'_> {
    fn leads(&mut self, table: &mut Table) -> Result<(Vec<Column>, Sheet)> {
        let id_column = table.required("id")?;
        let columns = self.lead_columns(table);
        let mut rows = Sheet::new(columns.len());
        let mut row = StringRecord::new();
        while table.next(&mut row, &mut self.refused)? {
            for (column, _, values) in &mut self.unknown {
                *values += u64::from(cell(&row, Some(*column)).is_some());
            }
            let Some(id) = cell(&row, Some(id_column)) else {
                let reason = "a lead's id must not be empty";
                self.refused.row(|| table.message(&row, id_column, reason));
                continue;
            };
            if self.ids.find(id).is_some() {
                let reason = || format!("lead `{id}` stands on an earlier line too");
                self.refused
                    .row(|| table.message(&row, id_column, &reason()));
                continue;
            }
            self.ids.add(id)?;
            rows.push(&row);
            let checked = check(&columns, &row);
            self.orphans.push(checked.is_err());
            if let Err((column, reason)) = checked {
                self.refused.row(|| table.message(&row, column, &reason));
            }
        }
        let buckets = self.orphans.len().div_ceil(Bucket::LEADS);
        self.buckets.resize_with(buckets, Bucket::default);
        Ok((columns, rows))
    }

    /// Resolves names once, so that rows cost no lookups.
    fn lead_columns(&mut self, table: &Table) -> Vec<Column> {
        let schema = self.names.schema();
        let mut columns = Vec::new();
        for (place, name) in table.columns().iter().enumerate() {
            let is_attribute = schema.attribute(name).is_some();
            columns.push(match name.as_str() {
                "id" => Column::Id,
                "created_at" if !is_attribute => Column::CreatedAt,
                name => {
                    let slot = self.names.attribute(name);
                    let of = slot.and_then(|slot| schema.attribute_type(slot));
                    if let (Some(slot), Some(of)) = (slot, of) {
                        Column::Attribute(slot, of)
                    } else {
                        self.unknown.push((place, name.to_owned(), 0));
                        Column::LeftOut
                    }
                }
            });
        }
        columns
    }

    fn activities(&mut self, table: &mut Table) -> Result<()> {
        let columns = ActivityColumns::of(table)?;
        self.unasked(
            table,
            &[
                "lead", "kind", "at", "id", "product", "subject", "value", "channel",
            ],
        );
        let mut row = StringRecord::new();
        while table.next(&mut row, &mut self.refused)? {
            if let Err((column, reason)) = self.activity(&columns, &row) {
                self.refused.row(|| table.message(&row, column, &reason));
            }
        }
        Ok(())
    }

    fn activity(&mut self, columns: &ActivityColumns, row: &StringRecord) -> Result<(), BadCell> {
        let Some(place) = self.place(row, columns.lead)? else {
            return Ok(());
        };
        let at = moment(row, columns.at)?;
        let value = match columns.value {
            Some(column) => number(row, column)?,
            None => None,
        };
        let Some(kind) = cell(row, Some(columns.kind)) else {
            return Err((columns.kind, "an activity needs a kind".to_owned()));
        };
        let Some(kind) = self.names.kind(kind) else {
            return Ok(());
        };
        let product = cell(row, columns.product).and_then(|name| self.names.product(name));
        let activity = Activity {
            at,
            kind,
            id: cell(row, columns.id),
            product,
            subject: cell(row, columns.subject),
            channel: cell(row, columns.channel),
            value,
        };
        let (bucket, lead) = self.bucket(place);
        bucket.activity(lead, &activity);
        self.counts.activities += 1;
        self.counts.later += u64::from(at > self.as_of);
        Ok(())
    }

    fn purchases(&mut self, table: &mut Table) -> Result<()> {
        let lead = table.required("lead")?;
        let at = table.required("at")?;
        let amount = table.required("amount")?;
        self.unasked(table, &["lead", "at", "amount"]);
        let mut row = StringRecord::new();
        while table.next(&mut row, &mut self.refused)? {
            if let Err((column, reason)) = self.purchase(lead, at, amount, &row) {
                self.refused.row(|| table.message(&row, column, &reason));
            }
        }
        Ok(())
    }

    fn purchase(
        &mut self,
        lead: usize,
        at: usize,
        amount: usize,
        row: &StringRecord,
    ) -> Result<(), BadCell> {
        let Some(place) = self.place(row, lead)? else {
            return Ok(());
        };
        let at = moment(row, at)?;
        let Some(spent) = number(row, amount)? else {
            return Err((amount, "a purchase needs an amount".to_owned()));
        };
        let (bucket, lead) = self.bucket(place);
        bucket.purchase(lead, at, spent);
        self.counts.purchases += 1;
        self.counts.later += u64::from(at > self.as_of);
        Ok(())
    }

    fn answers(&mut self, table: &mut Table, checklists: &[ChecklistScorer]) -> Result<()> {
        let id = table.required("id")?;
        let answered_at = table.column("answered_at");
        let mut questions = Vec::new();
        let mut known = vec!["id", "answered_at"];
        for (column, name) in table.columns().iter().enumerate() {
            let mut asking = checklists.iter();
            if let Some(checklist) = asking.find(|asking| asking.questions().any(|q| q == name)) {
                questions.push((column, name.clone(), checklist));
                known.push(name);
            }
        }
        self.unasked(table, &known);
        let mut row = StringRecord::new();
        while table.next(&mut row, &mut self.refused)? {
            if let Err((column, reason)) = self.answer(id, answered_at, &questions, &row) {
                self.refused.row(|| table.message(&row, column, &reason));
            }
        }
        Ok(())
    }

    fn answer(
        &mut self,
        id: usize,
        answered_at: Option<usize>,
        questions: &[(usize, String, &ChecklistScorer)],
        row: &StringRecord,
    ) -> Result<(), BadCell> {
        let Some(place) = self.place(row, id)? else {
            return Ok(());
        };
        let since = match answered_at {
            Some(column) if cell(row, answered_at).is_some() => Some(moment(row, column)?),
            _ => None,
        };
        let mut answers = Vec::new();
        for (column, question, checklist) in questions {
            let text = cell(row, Some(*column)).unwrap_or_default();
            let read = checklist.parse(question, text);
            let read = read.map_err(|error| (*column, error.to_string()))?;
            answers.extend(read.map(|answer| Answered {
                question: question.clone(),
                answer,
                since,
            }));
        }
        let count = answers.len() as u64;
        self.counts.answers += count;
        if since.is_some_and(|since| since > self.as_of) {
            self.counts.later += count;
        }
        self.answers.entry(place).or_default().append(&mut answers);
        Ok(())
    }

    /// The bucket of the lead at a place, and its place there.
    fn bucket(&mut self, place: usize) -> (&mut Bucket, usize) {
        let bucket = &mut self.buckets[place / Bucket::LEADS];
        (bucket, place % Bucket::LEADS)
    }

    /// Where the lead of a row stands; `None` when its own row was refused.
    fn place(&mut self, row: &StringRecord, column: usize) -> Result<Option<usize>, BadCell> {
        let Some(id) = cell(row, Some(column)) else {
            return Err((column, "a lead's id must not be empty".to_owned()));
        };
        match self.ids.find(id) {
            Some(place) if self.orphans[place] => {
                self.counts.orphaned += 1;
                Ok(None)
            }
            Some(place) => Ok(Some(place)),
            None => Err((column, format!("there is no lead `{id}`"))),
        }
    }

    fn unasked(&mut self, table: &Table, known: &[&str]) {
        for name in table.columns() {
            if !known.contains(&name.as_str()) {
                self.unasked
                    .push(format!("column `{name}` of {}", table.name()));
            }
        }
    }

    /// The leads, without those that contradict themselves.
    fn finish(mut self, columns: &[Column], rows: &Sheet) -> Reading {
        let schema = self.names.schema();
        let (ids, answers) = (&self.ids, &self.answers);
        let orphans = self.orphans.chunks(Bucket::LEADS);
        let buckets: Vec<_> = self.buckets.into_iter().zip(orphans).enumerate().collect();
        let built: Vec<Vec<_>> = buckets
            .into_par_iter()
            .map(|(number, (bucket, orphans))| {
                let first = number * Bucket::LEADS;
                let places = first..first + orphans.len();
                let rows = places.map(|place| {
                    let answers = answers.get(&place).map_or(&[][..], Vec::as_slice);
                    (ids.get(place), rows.row(place), answers)
                });
                build(schema, columns, rows, orphans, &bucket)
            })
            .collect();
        let mut leads = Vec::with_capacity(self.orphans.len());
        for built in built.into_iter().flatten() {
            match built {
                Ok(lead) => leads.push(lead),
                Err(error) => self
                    .refused
                    .row(|| format!("{error}; the lead is left out")),
            }
        }
        self.counts.leads = leads.len();
        let names = self.names.left_out();
        let left_out = names.iter().map(|name| {
            let column = self
                .unknown
                .iter()
                .find(|(_, column, _)| name.what() == "attribute" && column == name.name());
            let Some((_, column, values)) = column else {
                return name.to_string();
            };
            let near = name.did_you_mean();
            let near = near.map(|near| format!(", did you mean `{near}`?"));
            let near = near.unwrap_or_default();
            let values = plural(*values, "value", "values");
            format!("unknown attribute `{column}` (a column, {values}){near}")
        });
        let left_out = left_out.chain(self.unasked).collect();
        Reading {
            leads,
            counts: self.counts,
            left_out,
            refused: self.refused,
        }
    }
}

/// Whether the cells of a row can be read.
fn check(columns: &[Column], row: &StringRecord) -> Result<(), BadCell> {
    use AttributeType as T;
    for (place, (column, text)) in columns.iter().zip(row).enumerate() {
        match *column {
            // Every text is one.
            Column::Id | Column::LeftOut | Column::Attribute(_, T::Text | T::Tags) => {}
            Column::CreatedAt if text.trim().is_empty() => {}
            Column::CreatedAt => {
                moment(row, place)?;
            }
            Column::Attribute(_, of) => {
                let read = AttributeValue::parse(of, text);
                read.map_err(|error| (place, error.to_string()))?;
            }
        }
    }
    Ok(())
}

/// The leads of a bucket, from rows whose cells can be read.
fn build<'r>(
    schema: &Schema,
    columns: &[Column],
    rows: impl Iterator<Item = (&'r str, impl Iterator<Item = &'r str>, &'r [Answered])>,
    orphans: &[bool],
    bucket: &Bucket,
) -> Vec<Result<Lead, LeadError>> {
    let builders = rows.map(|(id, row, answers)| {
        let mut builder = Lead::builder(schema, id);
        for (column, text) in columns.iter().zip(row) {
            match *column {
                Column::Id | Column::LeftOut => {}
                Column::CreatedAt => {
                    if let Ok(at) = text.parse() {
                        builder = builder.created_at(at);
                    }
                }
                Column::Attribute(slot, of) => {
                    if let Ok(Some(value)) = AttributeValue::parse(of, text) {
                        builder.add_attribute(slot, value);
                    }
                }
            }
        }
        for answered in answers {
            let question = &answered.question;
            builder = builder.answer(question, answered.answer.clone());
            if let Some(since) = answered.since {
                builder = builder.answer_known_since(question, since);
            }
        }
        builder
    });
    let mut builders: Vec<LeadBuilder<'_>> = builders.collect();
    bucket.give(&mut builders);
    let built = builders.into_iter().zip(orphans);
    built
        .filter(|(_, orphan)| !**orphan)
        .map(|(builder, _)| builder.build())
        .collect()
}

/// Where the cells of an activity stand.
struct ActivityColumns {
    lead: usize,
    kind: usize,
    at: usize,
    id: Option<usize>,
    product: Option<usize>,
    subject: Option<usize>,
    value: Option<usize>,
    channel: Option<usize>,
}

impl ActivityColumns {
    fn of(table: &Table) -> Result<Self> {
        Ok(Self {
            lead: table.required("lead")?,
            kind: table.required("kind")?,
            at: table.required("at")?,
            id: table.column("id"),
            product: table.column("product"),
            subject: table.column("subject"),
            value: table.column("value"),
            channel: table.column("channel"),
        })
    }
}

fn moment(row: &StringRecord, column: usize) -> Result<Moment, BadCell> {
    let text = row.get(column).unwrap_or_default();
    text.parse()
        .map_err(|error: lead_scoring::ParseMomentError| (column, error.to_string()))
}

fn number(row: &StringRecord, column: usize) -> Result<Option<f64>, BadCell> {
    let text = row.get(column).unwrap_or_default();
    match AttributeValue::parse(AttributeType::Number, text) {
        Ok(Some(AttributeValue::Number(number))) => Ok(Some(number)),
        Ok(_) => Ok(None),
        Err(error) => Err((column, error.to_string())),
    }
}
