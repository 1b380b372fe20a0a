//! The rows of a CSV file as leads.

use super::Args;
use super::columns::{Columns, given_types};
use super::delimiter::delimiter;
use anyhow::{Context, Result, bail};
use lead_scoring::{AttributeValue, Lead, Schema, SchemaSpec};
use std::collections::BTreeSet;
use std::io::Write;

pub(crate) struct Table {
    pub(crate) schema: Schema,
    pub(crate) columns: Columns,
    pub(crate) leads: Vec<Lead>,
    pub(crate) converted: Vec<bool>,
    /// Position of each lead's row in the file, counted from 0.
    pub(crate) rows: Vec<usize>,
    /// What the column of `--test` says, where it names one.
    pub(crate) test_cells: Vec<String>,
    /// Rows without a target.
    without_target: usize,
}

impl Table {
    pub(crate) fn read(args: &Args) -> Result<Self> {
        let path = args.data();
        let file = path.display();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(&path)?)
            .from_path(&path)
            .with_context(|| format!("cannot read {file}"))?;
        let header: Vec<String> = reader
            .headers()
            .with_context(|| format!("cannot read the header of {file}"))?
            .iter()
            .map(|name| name.trim().trim_start_matches('\u{feff}').to_owned())
            .collect();
        let place = |name: &str| {
            let place = header.iter().position(|known| known == name);
            let list = || header.join(", ");
            place.with_context(|| format!("{file} has no column `{name}`; it has {}", list()))
        };
        let target = place(args.target())?;
        let id = args.id().map(place).transpose()?;
        let test = args.test();
        let test = test.column().map(place).transpose()?;
        let mut aside = vec![(target, "it is the target")];
        aside.extend(id.map(|id| (id, "it names the leads")));
        aside.extend(test.map(|test| (test, "it says which rows are tested")));
        for name in &args.drop {
            aside.push((place(name)?, "it is dropped"));
        }
        let types = given_types(&args.types, &place)?;
        let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
        let mut without_target = 0;
        for (row, record) in reader.records().enumerate() {
            let record = record.with_context(|| format!("cannot read {file}"))?;
            let cell = |cell: &str| {
                let cell = cell.trim();
                let missing = args.missing.iter().any(|token| token.trim() == cell);
                if missing {
                    String::new()
                } else {
                    cell.to_owned()
                }
            };
            let cells: Vec<String> = record.iter().map(cell).collect();
            if cells.get(target).is_none_or(String::is_empty) {
                without_target += 1;
            } else {
                rows.push((row, cells));
            }
        }
        if rows.is_empty() {
            bail!("{file} has no row with a target");
        }
        let positive = positive(args, &rows, target)?;
        let columns = Columns::of(&header, &rows, &types, &aside);
        let schema = columns
            .learned
            .iter()
            .fold(SchemaSpec::new(), |spec, c| spec.attribute(&c.name, c.of));
        let mut table = Self {
            schema: schema.build()?,
            columns,
            leads: Vec::with_capacity(rows.len()),
            converted: Vec::with_capacity(rows.len()),
            rows: Vec::with_capacity(rows.len()),
            test_cells: Vec::new(),
            without_target,
        };
        for (row, cells) in rows {
            let cell = |place: usize| cells.get(place).map_or("", String::as_str);
            let name = match id.map(cell).filter(|id| !id.is_empty()) {
                Some(id) => id.to_owned(),
                None => row.to_string(),
            };
            let mut lead = Lead::builder(&table.schema, name);
            for column in &table.columns.learned {
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

/// What the target says of those who converted.
fn positive(
    args: &Args,
    rows: &[(usize, Vec<String>)],
    target: usize,
) -> Result<impl Fn(&str) -> bool + use<>> {
    let column = args.target();
    let said: BTreeSet<&str> = rows
        .iter()
        .filter_map(|(_, row)| row.get(target))
        .map(String::as_str)
        .collect();
    if let (Some(only), 1) = (said.first(), said.len()) {
        bail!(
            "column `{column}` says `{only}` in every row: to learn, it needs rows of both outcomes"
        );
    }
    let list = || said.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    let values: Vec<String> = match &args.positive {
        Some(value) if said.contains(value.as_str()) => vec![value.clone()],
        Some(value) => bail!("column `{column}` never says `{value}`; it says {}", list()),
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
                    "say by --positive what column `{column}` says of those who converted; it says {}",
                    list()
                );
            }
            found
        }
    };
    Ok(move |cell: &str| values.iter().any(|value| value == cell))
}
