//! The leads' file: chunks of it become typed columns on all cores, then the leads are counted through.

#![allow(
    clippy::indexing_slicing,
    reason = "places and lengths are counted here"
)]

use super::csv_file::CsvFile;
use super::ids::Ids;
use super::refused::Refused;
use super::rows::{Row, Rows};
use anyhow::Result;
use lead_scoring::{
    AttributeType, AttributeValue, LeadReader, LeadTableBuilder, Moment, ParseMomentError,
};

/// The rows of the leads' file.
pub(crate) struct Leads {
    columns: Vec<(Column, String)>,
    parts: Vec<Part>,
    /// The leads to be: those of a part, by the places of their rows there.
    kept: Vec<Vec<u32>>,
    /// Columns that the schema does not have: name and number of values.
    pub(crate) unknown: Vec<(String, u64)>,
}

/// What a column of the leads' file is.
#[derive(Clone, Copy)]
enum Column {
    Id,
    CreatedAt,
    Attribute(AttributeType),
    LeftOut,
}

/// The rows of a chunk.
#[derive(Default)]
struct Part {
    lines: Vec<u64>,
    /// By column of the file.
    cells: Vec<Cells>,
    /// Rows that are none: how many stand before them, and what is wrong.
    refused: Vec<(usize, Option<String>)>,
    /// Rows with a cell that cannot be read, and what is wrong.
    bad: Vec<(usize, Option<String>)>,
    /// Values of columns that the schema does not have, by column.
    left_out: Vec<u64>,
}

/// The cells of a column.
enum Cells {
    Texts { text: String, ends: Vec<usize> },
    Numbers(Vec<Option<f64>>),
    Flags(Vec<Option<bool>>),
    Dates(Vec<Option<Moment>>),
    Ignored,
}

impl Leads {
    /// Reads the file, and numbers the leads whose rows can be read.
    pub(crate) fn read(
        file: &CsvFile,
        names: &mut LeadReader<'_>,
        ids: &mut Ids,
        refused: &mut Refused,
    ) -> Result<Self> {
        let id_column = file.required("id")?;
        let columns = columns(file, names);
        let rows = |part: &mut Part, rows: &Rows<'_>| {
            for row in rows.iter() {
                part.row(file, &columns, row);
            }
        };
        let (parts, _) = file.read(
            || Part::of(&columns),
            rows,
            |part| std::mem::replace(part, Part::of(&columns)),
        )?;
        let mut leads = 0;
        let mut kept = Vec::with_capacity(parts.len());
        for part in &parts {
            kept.push(part.number(file, id_column, &mut leads, ids, refused)?);
        }
        let unknown = columns.iter().enumerate();
        let unknown = unknown.filter(|(_, (column, _))| matches!(column, Column::LeftOut));
        let unknown = unknown.map(|(place, (_, name))| {
            let values = parts.iter().map(|part| part.left_out[place]).sum();
            (name.clone(), values)
        });
        Ok(Self {
            unknown: unknown.collect(),
            columns,
            parts,
            kept,
        })
    }

    /// Puts the leads into a table.
    pub(crate) fn fill<'s>(&self, mut builder: LeadTableBuilder<'s>) -> LeadTableBuilder<'s> {
        let mut columns = self.columns.iter();
        if let Some(place) = columns.position(|(column, _)| matches!(column, Column::Id)) {
            builder = builder.ids(self.column(place, Cells::text));
        }
        for (place, (column, name)) in self.columns.iter().enumerate() {
            builder = match column {
                Column::Id | Column::LeftOut => builder,
                Column::CreatedAt => builder.created_at(self.column(place, Cells::date)),
                Column::Attribute(AttributeType::Number) => {
                    builder.numbers(name, self.column(place, Cells::number))
                }
                Column::Attribute(AttributeType::Flag) => {
                    builder.flags(name, self.column(place, Cells::flag))
                }
                Column::Attribute(AttributeType::Date) => {
                    builder.dates(name, self.column(place, Cells::date))
                }
                Column::Attribute(AttributeType::Text) => {
                    builder.texts(name, self.column(place, Cells::text).map(Some))
                }
                Column::Attribute(AttributeType::Tags) => {
                    builder.tags(name, self.column(place, Cells::tags))
                }
            };
        }
        builder
    }

    fn column<'l, T>(
        &'l self,
        place: usize,
        get: impl Fn(&'l Cells, usize) -> T + Copy + 'l,
    ) -> impl Iterator<Item = T> + 'l {
        self.parts
            .iter()
            .zip(&self.kept)
            .flat_map(move |(part, kept)| {
                let cells = &part.cells[place];
                kept.iter().map(move |&row| get(cells, row as usize))
            })
    }
}

/// Resolves names once, so that rows cost no lookups.
fn columns(file: &CsvFile, names: &mut LeadReader<'_>) -> Vec<(Column, String)> {
    let schema = names.schema();
    let columns = file.columns().iter().map(|name| {
        let is_attribute = schema.attribute(name).is_some();
        let column = match name.as_str() {
            "id" => Column::Id,
            "created_at" if !is_attribute => Column::CreatedAt,
            name => {
                let slot = names.attribute(name);
                let of = slot.and_then(|slot| schema.attribute_type(slot));
                of.map_or(Column::LeftOut, Column::Attribute)
            }
        };
        (column, name.clone())
    });
    columns.collect()
}

impl Part {
    fn of(columns: &[(Column, String)]) -> Self {
        Self {
            cells: columns
                .iter()
                .map(|(column, _)| Cells::of(*column))
                .collect(),
            left_out: vec![0; columns.len()],
            ..Self::default()
        }
    }

    fn row(&mut self, file: &CsvFile, columns: &[(Column, String)], row: Row<'_>) {
        match file.check(row) {
            Ok(true) => {}
            Ok(false) => return,
            Err(message) => {
                let is_shown = self.refused.len() < Refused::MOST;
                let message = is_shown.then(message);
                return self.refused.push((self.lines.len(), message));
            }
        }
        let mut wrong = None;
        for (place, (column, _)) in columns.iter().enumerate() {
            let trimmed = row.cell(Some(place)).unwrap_or_default();
            if matches!(column, Column::LeftOut) {
                self.left_out[place] += u64::from(!trimmed.is_empty());
            }
            let read = self.cells[place].push(*column, row.get(place), trimmed);
            if let (Err(reason), None) = (read, &wrong) {
                wrong = Some((place, reason));
            }
        }
        if let Some((column, reason)) = wrong {
            let is_shown = self.bad.len() < Refused::MOST;
            let message = is_shown.then(|| file.message(row.line, column, &reason));
            self.bad.push((self.lines.len(), message));
        }
        self.lines.push(row.line);
    }

    /// Numbers the leads of a chunk on; the rows of those that are to be.
    fn number(
        &self,
        file: &CsvFile,
        id_column: usize,
        leads: &mut u32,
        ids: &mut Ids,
        refused: &mut Refused,
    ) -> Result<Vec<u32>> {
        let mut kept = Vec::with_capacity(self.lines.len());
        let (mut none, mut bad) = (self.refused.iter().peekable(), self.bad.iter().peekable());
        // Messages are kept for more rows than are shown.
        let said = |message: &Option<String>| message.clone().unwrap_or_default();
        for (row, &line) in self.lines.iter().enumerate() {
            while let Some((_, message)) = none.next_if(|(before, _)| *before <= row) {
                refused.row(|| said(message));
            }
            let wrong = bad.next_if(|(bad, _)| *bad == row);
            let id = self.cells[id_column].text(row);
            if id.is_empty() {
                let reason = "a lead's id must not be empty";
                refused.row(|| file.message(line, id_column, reason));
            } else if ids.find(id).is_some() {
                let reason = format!("lead `{id}` stands on an earlier line too");
                refused.row(|| file.message(line, id_column, &reason));
            } else if let Some((_, message)) = wrong {
                refused.row(|| said(message));
                ids.add(id, Ids::REFUSED)?;
            } else {
                ids.add(id, *leads)?;
                *leads += 1;
                kept.push(u32::try_from(row)?);
            }
        }
        none.for_each(|(_, message)| refused.row(|| said(message)));
        Ok(kept)
    }
}

impl Cells {
    fn of(column: Column) -> Self {
        let texts = || Self::Texts {
            text: String::new(),
            ends: Vec::new(),
        };
        match column {
            Column::Id | Column::Attribute(AttributeType::Text | AttributeType::Tags) => texts(),
            Column::Attribute(AttributeType::Number) => Self::Numbers(Vec::new()),
            Column::Attribute(AttributeType::Flag) => Self::Flags(Vec::new()),
            Column::CreatedAt | Column::Attribute(AttributeType::Date) => Self::Dates(Vec::new()),
            Column::LeftOut => Self::Ignored,
        }
    }

    /// Takes a cell, which is missing where it cannot be read.
    fn push(&mut self, column: Column, cell: &str, trimmed: &str) -> Result<(), String> {
        match self {
            // Every text is one.
            Self::Texts { text, ends } => {
                text.push_str(trimmed);
                ends.push(text.len());
                Ok(())
            }
            Self::Numbers(numbers) => put(numbers, number(cell)),
            Self::Flags(flags) => put(
                flags,
                match AttributeValue::parse(AttributeType::Flag, cell) {
                    Ok(Some(AttributeValue::Flag(flag))) => Ok(Some(flag)),
                    Ok(_) => Ok(None),
                    Err(error) => Err(error.to_string()),
                },
            ),
            Self::Dates(dates) if trimmed.is_empty() => put(dates, Ok(None)),
            Self::Dates(dates) => put(
                dates,
                match column {
                    Column::CreatedAt => moment(cell).map(Some),
                    _ => match AttributeValue::parse(AttributeType::Date, cell) {
                        Ok(Some(AttributeValue::Date(date))) => Ok(Some(date)),
                        Ok(_) => Ok(None),
                        Err(error) => Err(error.to_string()),
                    },
                },
            ),
            Self::Ignored => Ok(()),
        }
    }

    fn text(&self, row: usize) -> &str {
        let Self::Texts { text, ends } = self else {
            return "";
        };
        let start = match row {
            0 => 0,
            row => ends[row - 1],
        };
        &text[start..ends[row]]
    }

    fn tags(&self, row: usize) -> Option<Vec<&str>> {
        let text = Some(self.text(row)).filter(|text| !text.is_empty())?;
        let tags = text.split('|').map(str::trim);
        Some(tags.filter(|tag| !tag.is_empty()).collect())
    }

    fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::Numbers(numbers) => numbers[row],
            _ => None,
        }
    }

    fn flag(&self, row: usize) -> Option<bool> {
        match self {
            Self::Flags(flags) => flags[row],
            _ => None,
        }
    }

    fn date(&self, row: usize) -> Option<Moment> {
        match self {
            Self::Dates(dates) => dates[row],
            _ => None,
        }
    }
}

fn put<T>(cells: &mut Vec<Option<T>>, read: Result<Option<T>, String>) -> Result<(), String> {
    let (cell, wrong) = match read {
        Ok(cell) => (cell, Ok(())),
        Err(reason) => (None, Err(reason)),
    };
    cells.push(cell);
    wrong
}

/// The moment that a cell writes, or why it writes none.
pub(crate) fn moment(cell: &str) -> Result<Moment, String> {
    let read = cell.parse();
    read.map_err(|error: ParseMomentError| error.to_string())
}

/// The number that a cell writes, if any, or why it writes none.
pub(crate) fn number(cell: &str) -> Result<Option<f64>, String> {
    match AttributeValue::parse(AttributeType::Number, cell) {
        Ok(Some(AttributeValue::Number(number))) => Ok(Some(number)),
        Ok(_) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}
