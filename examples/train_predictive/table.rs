//! The rows of a CSV file as leads.

use super::Args;
use anyhow::{Context, Result, bail};
use lead_scoring::{AttributeType, AttributeValue, Lead, Schema, SchemaSpec};
use std::io::Write;

pub(crate) struct Table {
    pub(crate) schema: Schema,
    pub(crate) leads: Vec<Lead>,
    pub(crate) converted: Vec<bool>,
    /// Position of each lead's row in the file, counted from 0.
    pub(crate) rows: Vec<usize>,
    /// What the column of `--test` says, where it names one.
    pub(crate) test_cells: Vec<String>,
    /// Rows without a target.
    without_target: usize,
}

/// A column that is learned from.
struct Column {
    place: usize,
    name: String,
    of: AttributeType,
}

impl Table {
    pub(crate) fn read(args: &Args) -> Result<Self> {
        let file = args.data.display();
        let mut reader =
            csv::Reader::from_path(&args.data).with_context(|| format!("cannot read {file}"))?;
        let header: Vec<String> = reader
            .headers()
            .with_context(|| format!("cannot read the header of {file}"))?
            .iter()
            .map(|name| name.trim().trim_start_matches('\u{feff}').to_owned())
            .collect();
        let place = |name: &str| {
            header
                .iter()
                .position(|known| known == name)
                .with_context(|| {
                    format!(
                        "{file} has no column `{name}`; it has {}",
                        header.join(", ")
                    )
                })
        };
        let target = place(&args.target)?;
        let id = args.id.as_deref().map(place).transpose()?;
        let test = args.test.column().map(place).transpose()?;
        let mut aside = vec![target];
        aside.extend(id);
        aside.extend(test);
        for name in &args.drop {
            aside.push(place(name)?);
        }
        let mut cells: Vec<Vec<String>> = Vec::new();
        for record in reader.records() {
            let record = record.with_context(|| format!("cannot read {file}"))?;
            let cell = |cell: &str| {
                let cell = cell.trim();
                let missing = args.missing.iter().any(|token| token == cell);
                if missing {
                    String::new()
                } else {
                    cell.to_owned()
                }
            };
            cells.push(record.iter().map(cell).collect());
        }
        let given = given_types(&args.types, &header)?;
        let columns: Vec<Column> = header
            .iter()
            .enumerate()
            .filter(|(place, _)| !aside.contains(place))
            .map(|(place, name)| Column {
                place,
                name: name.clone(),
                of: given
                    .iter()
                    .find(|(column, _)| *column == place)
                    .map_or_else(|| recognised(&cells, place), |(_, of)| *of),
            })
            .collect();
        let columns_of =
            |spec: SchemaSpec, column: &Column| spec.attribute(&column.name, column.of);
        let schema = columns.iter().fold(SchemaSpec::new(), columns_of).build()?;
        let mut table = Self {
            schema,
            leads: Vec::with_capacity(cells.len()),
            converted: Vec::with_capacity(cells.len()),
            rows: Vec::with_capacity(cells.len()),
            test_cells: Vec::new(),
            without_target: 0,
        };
        let positive = positive(args, &cells, target)?;
        for (row, cells) in cells.iter().enumerate() {
            let cell = |place: usize| cells.get(place).map_or("", String::as_str);
            if cell(target).is_empty() {
                table.without_target += 1;
                continue;
            }
            let name = match id.map(cell).filter(|id| !id.is_empty()) {
                Some(id) => id.to_owned(),
                None => row.to_string(),
            };
            let mut lead = Lead::builder(&table.schema, name);
            for column in &columns {
                let value = AttributeValue::parse(column.of, cell(column.place));
                let value =
                    value.with_context(|| format!("row {row}, column `{}`", column.name))?;
                if let Some(value) = value {
                    lead = lead.set(&column.name, value);
                }
            }
            table.leads.push(lead.build()?);
            table.converted.push(positive(cell(target)));
            table.rows.push(row);
            if let Some(test) = test {
                table.test_cells.push(cell(test).to_owned());
            }
        }
        Ok(table)
    }

    pub(crate) fn show_refused(&self, out: &mut dyn Write) -> Result<()> {
        if self.without_target > 0 {
            writeln!(
                out,
                "{} rows without a target are left out",
                self.without_target
            )?;
        }
        Ok(())
    }
}

fn given_types(types: &[String], header: &[String]) -> Result<Vec<(usize, AttributeType)>> {
    let given = |text: &String| {
        let (name, of) = text
            .rsplit_once('=')
            .with_context(|| format!("expected COL=TYPE, got `{text}`"))?;
        let place = header.iter().position(|known| known == name);
        let place = place.with_context(|| format!("no column `{name}`"))?;
        let of = match of {
            "number" => AttributeType::Number,
            "text" => AttributeType::Text,
            "flag" => AttributeType::Flag,
            "date" => AttributeType::Date,
            "tags" => AttributeType::Tags,
            _ => bail!("column `{name}`: expected number, text, flag, date or tags, got `{of}`"),
        };
        Ok((place, of))
    };
    types.iter().map(given).collect()
}

/// A number where every cell that is not empty is one.
fn recognised(cells: &[Vec<String>], place: usize) -> AttributeType {
    let mut known = cells
        .iter()
        .filter_map(|row| row.get(place))
        .filter(|cell| !cell.is_empty())
        .peekable();
    let any = known.peek().is_some();
    let is_number = |cell: &String| cell.parse::<f64>().is_ok_and(f64::is_finite);
    if any && known.all(is_number) {
        AttributeType::Number
    } else {
        AttributeType::Text
    }
}

/// What the target says of those who converted.
fn positive(args: &Args, cells: &[Vec<String>], target: usize) -> Result<impl Fn(&str) -> bool> {
    let said: std::collections::BTreeSet<&str> = cells
        .iter()
        .filter_map(|row| row.get(target))
        .map(String::as_str)
        .filter(|cell| !cell.is_empty())
        .collect();
    let list = || said.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    let values: Vec<String> = match &args.positive {
        Some(value) if said.contains(value.as_str()) => vec![value.clone()],
        Some(value) => bail!(
            "column `{}` never says `{value}`; it says {}",
            args.target,
            list()
        ),
        None => {
            let yes = |cell: &&&str| {
                matches!(
                    cell.to_ascii_lowercase().as_str(),
                    "1" | "1.0" | "true" | "yes"
                )
            };
            let found: Vec<String> = said.iter().filter(yes).map(ToString::to_string).collect();
            if found.is_empty() || said.len() > 2 {
                bail!(
                    "say by --positive what column `{}` says of those who converted; it says {}",
                    args.target,
                    list()
                );
            }
            found
        }
    };
    Ok(move |cell: &str| values.iter().any(|value| value == cell))
}
