//! Leads from a file of purchases.

use anyhow::{Context, Result, bail};
use csv::StringRecord;
use lead_scoring::{Lead, LeadBuilder, Moment, Schema};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Names of the columns.
pub(crate) struct Columns<'a> {
    pub(crate) lead: &'a str,
    pub(crate) at: &'a str,
    pub(crate) amount: &'a str,
}

/// What was read, and what was not.
#[derive(Default)]
pub(crate) struct Reading {
    /// In the order of their first rows.
    pub(crate) leads: Vec<Lead>,
    purchases: u64,
    /// The first rows that could not be read, each with line and reason.
    refused: Vec<String>,
    refused_count: u64,
}

impl Reading {
    /// How many refused rows are shown.
    const MOST: usize = 20;

    pub(crate) fn show(&self, out: &mut dyn Write, file: &Path) -> Result<()> {
        writeln!(
            out,
            "Read {} purchases of {} leads from {}",
            self.purchases,
            self.leads.len(),
            file.display()
        )?;
        if self.refused_count > 0 {
            writeln!(out, "{} rows could not be read:", self.refused_count)?;
            for message in &self.refused {
                writeln!(out, "  {message}")?;
            }
            let more = self.refused_count - self.refused.len() as u64;
            if more > 0 {
                writeln!(out, "  and {more} more")?;
            }
        }
        Ok(())
    }

    fn refuse(&mut self, message: impl FnOnce() -> String) {
        self.refused_count += 1;
        if self.refused.len() < Self::MOST {
            self.refused.push(message());
        }
    }
}

pub(crate) fn read(file: &Path, columns: &Columns<'_>, schema: &Schema) -> Result<Reading> {
    let name = file.display();
    let mut rows = csv::ReaderBuilder::new()
        // Rows with more or fewer cells are reported like other bad rows.
        .flexible(true)
        .from_path(file)
        .with_context(|| format!("cannot read {name}"))?;
    let header = rows
        .headers()
        .with_context(|| format!("cannot read the header of {name}"))?
        .clone();
    let place = |column: &str| {
        let found = header.iter().position(|name| name.trim() == column);
        found.with_context(|| {
            let known: Vec<&str> = header.iter().collect();
            format!(
                "{name} has no column `{column}`; it has {}",
                known.join(", ")
            )
        })
    };
    let places = [
        place(columns.lead)?,
        place(columns.at)?,
        place(columns.amount)?,
    ];

    let mut reading = Reading::default();
    let mut builders: Vec<LeadBuilder<'_>> = Vec::new();
    let mut known: HashMap<Box<str>, usize> = HashMap::new();
    let mut row = StringRecord::new();
    loop {
        match rows.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                reading.refuse(|| error.to_string());
                continue;
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {name}")),
        }
        let line = row.position().map_or(0, csv::Position::line);
        let (id, at, amount) = match purchase(&row, header.len(), places) {
            Ok(purchase) => purchase,
            Err(error) => {
                reading.refuse(|| format!("{name}:{line}: {error:#}"));
                continue;
            }
        };
        let place = *known.entry(id.into()).or_insert_with(|| {
            builders.push(Lead::builder(schema, id));
            builders.len() - 1
        });
        if let Some(builder) = builders.get_mut(place) {
            builder.add_purchase(at, amount);
            reading.purchases += 1;
        }
    }
    for builder in builders {
        reading.leads.push(builder.build()?);
    }
    Ok(reading)
}

fn purchase(
    row: &StringRecord,
    width: usize,
    [lead, at, amount]: [usize; 3],
) -> Result<(&str, Moment, f64)> {
    if row.len() != width {
        bail!("{} cells for {width} columns", row.len());
    }
    let cell = |place| row.get(place).unwrap_or_default().trim();
    let id = cell(lead);
    if id.is_empty() {
        bail!("a lead's id must not be empty");
    }
    let amount = cell(amount);
    let spent: f64 = match amount.parse() {
        Ok(spent) if f64::is_finite(spent) => spent,
        _ => bail!("expected an amount such as `129.90`, got `{amount}`"),
    };
    Ok((id, cell(at).parse()?, spent))
}
