//! Leads from their files: chunks of each are read on all cores, and become a table of leads.

use activities::Activities;
use anyhow::Result;
use csv_file::CsvFile;
use ids::Ids;
use lead_scoring::{AsOf, ChecklistScorer, LeadReader, LeadTable, Schema};
use leads::Leads;
use others::Others;
use refused::Refused;
use show::plural;
use std::path::PathBuf;

mod activities;
mod chunks;
pub(crate) mod csv_file;
mod ids;
mod leads;
pub(crate) mod model;
mod others;
pub(crate) mod refused;
mod rows;
pub(crate) mod show;

/// Where to read from.
pub(crate) struct Files {
    pub(crate) leads: PathBuf,
    pub(crate) activities: Option<PathBuf>,
    pub(crate) purchases: Option<PathBuf>,
    pub(crate) answers: Option<PathBuf>,
}

/// What was read, and what was not.
pub(crate) struct Reading {
    pub(crate) leads: LeadTable,
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

impl Counts {
    fn add(&mut self, other: &Self) {
        self.leads += other.leads;
        self.activities += other.activities;
        self.purchases += other.purchases;
        self.answers += other.answers;
        self.later += other.later;
        self.orphaned += other.orphaned;
    }
}

const NO_ID: &str = "a lead's id must not be empty";

pub(crate) fn read(
    files: &Files,
    schema: &Schema,
    checklists: &[ChecklistScorer],
    as_of: AsOf,
) -> Result<Reading> {
    let as_of = as_of.moment();
    let mut names = LeadReader::new(schema);
    let mut refused = Refused::default();
    let mut unasked = Vec::new();
    let mut ids = Ids::default();
    let file = CsvFile::open(&files.leads)?;
    let leads = Leads::read(&file, &mut names, &mut ids, &mut refused)?;

    // The leads become columns while the activities are read.
    let columns = || leads.fill(LeadTable::builder(schema).all_problems());
    let read = || -> Result<Option<(CsvFile, Activities<'_>)>> {
        let Some(path) = &files.activities else {
            return Ok(None);
        };
        let file = CsvFile::open(path)?;
        let activities = activities::read(&file, schema, &ids, as_of)?;
        Ok(Some((file, activities)))
    };
    let (mut builder, activities) = rayon::join(columns, read);
    let mut counts = Counts::default();
    if let Some((file, activities)) = activities? {
        unasked_columns(&file, activities::known_columns(), &mut unasked);
        for batch in activities.batches {
            builder.add_batch(batch);
        }
        counts.add(&activities.counts);
        refused.append(activities.refused);
        names.append(&activities.names);
    }

    let mut others = Others::new(&ids, as_of);
    if let Some(path) = &files.purchases {
        let file = CsvFile::open(path)?;
        others.purchases(&file)?;
        unasked_columns(&file, &["lead", "at", "amount"], &mut unasked);
    }
    if let Some(path) = &files.answers {
        let file = CsvFile::open(path)?;
        let known = others.answers(&file, checklists)?;
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        unasked_columns(&file, &known, &mut unasked);
    }
    counts.add(&others.counts);
    refused.append(std::mem::take(&mut others.refused));

    // Leads that contradict themselves are left out.
    let (table, unsound) = others.fill(builder).build_sound()?;
    for error in unsound {
        refused.row(|| format!("{error}; the lead is left out"));
    }
    counts.leads = table.len();
    Ok(Reading {
        leads: table,
        counts,
        left_out: left_out(&names, &leads.unknown).chain(unasked).collect(),
        refused,
    })
}

/// Notes columns that nothing asks for.
fn unasked_columns(file: &CsvFile, known: &[&str], unasked: &mut Vec<String>) {
    for name in file.columns() {
        if !known.contains(&name.as_str()) {
            unasked.push(format!("column `{name}` of {}", file.name()));
        }
    }
}

/// Names that the model does not know; of columns, given with the number of values.
fn left_out(names: &LeadReader<'_>, columns: &[(String, u64)]) -> impl Iterator<Item = String> {
    names.left_out().into_iter().map(|name| {
        let mut columns = columns.iter();
        let column =
            columns.find(|(column, _)| name.what() == "attribute" && column == name.name());
        let Some((column, values)) = column else {
            return name.to_string();
        };
        let near = name.did_you_mean();
        let near = near.map(|near| format!(", did you mean `{near}`?"));
        let near = near.unwrap_or_default();
        let values = plural(*values, "value", "values");
        format!("unknown attribute `{column}` (a column, {values}){near}")
    })
}
