//! Leads with what they did and bought, from three files.

use anyhow::{Context, Result, bail};
use csv::StringRecord;
use lead_scoring::{
    ActivityRecord, AttributeType, AttributeValue, Lead, LeadReader, LeadRecord, Moment, Purchase,
    Schema,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A file with its columns by name.
struct Table {
    name: String,
    columns: Vec<String>,
    rows: csv::Reader<std::fs::File>,
}

impl Table {
    fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let mut rows =
            csv::Reader::from_path(path).with_context(|| format!("cannot read {name}"))?;
        let header = rows
            .headers()
            .with_context(|| format!("cannot read {name}"))?;
        let columns = header.iter().map(|name| name.trim().to_owned()).collect();
        Ok(Self {
            name,
            columns,
            rows,
        })
    }

    /// Hands each row to `take`; what it finds wrong is told with the line.
    fn each(mut self, mut take: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        for cells in self.rows.records() {
            let cells = cells.with_context(|| format!("cannot read {}", self.name))?;
            let row = Row {
                columns: &self.columns,
                cells: &cells,
            };
            let line = cells.position().map_or(0, csv::Position::line);
            take(&row).with_context(|| format!("{}:{line}", self.name))?;
        }
        Ok(())
    }
}

struct Row<'r> {
    columns: &'r [String],
    cells: &'r StringRecord,
}

impl Row<'_> {
    /// The cell of a column, where there is one and it is not empty.
    fn get(&self, column: &str) -> Option<&str> {
        let place = self.columns.iter().position(|name| name == column)?;
        let cell = self.cells.get(place)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    fn need(&self, column: &str) -> Result<&str> {
        self.get(column)
            .with_context(|| format!("`{column}` must not be empty"))
    }
}

/// Reads the leads, their activities and their purchases. What the schema does not know is left out.
pub(crate) fn read(files: [Option<PathBuf>; 3], schema: &Schema) -> Result<Vec<Lead>> {
    let [leads, activities, purchases] = files;
    let mut records: Vec<LeadRecord> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    if let Some(path) = leads {
        Table::open(&path)?.each(|row| {
            let record = lead(row, schema)?;
            if places.insert(record.id.clone(), records.len()).is_some() {
                bail!("lead `{}` stands on an earlier line too", record.id);
            }
            records.push(record);
            Ok(())
        })?;
    }
    let find = |id: &str| {
        let place = places.get(id).copied();
        place.with_context(|| format!("no lead `{id}`"))
    };
    if let Some(path) = activities {
        Table::open(&path)?.each(|row| {
            let place = find(row.need("lead")?)?;
            let activity = activity(row)?;
            if let Some(record) = records.get_mut(place) {
                record.activities.push(activity);
            }
            Ok(())
        })?;
    }
    if let Some(path) = purchases {
        Table::open(&path)?.each(|row| {
            let place = find(row.need("lead")?)?;
            let at: Moment = row.need("at")?.parse()?;
            let purchase = Purchase {
                at,
                amount: number(row.need("amount")?)?,
            };
            if let Some(record) = records.get_mut(place) {
                record.purchases.push(purchase);
            }
            Ok(())
        })?;
    }
    let mut reader = LeadReader::new(schema);
    let mut leads = Vec::with_capacity(records.len());
    for record in &records {
        leads.push(reader.read(record)?);
    }
    if leads.is_empty() {
        bail!("there are no leads");
    }
    Ok(leads)
}

fn lead(row: &Row<'_>, schema: &Schema) -> Result<LeadRecord> {
    let mut record = LeadRecord::new(row.need("id")?);
    record.created_at = row.get("created_at").map(str::parse).transpose()?;
    for (name, of) in schema.attributes() {
        if let Some(cell) = row.get(name) {
            let value = value(cell, of).with_context(|| format!("`{name}`"))?;
            record.attributes.insert(name.to_owned(), Some(value));
        }
    }
    Ok(record)
}

fn value(cell: &str, of: AttributeType) -> Result<AttributeValue> {
    Ok(match of {
        AttributeType::Number => number(cell)?.into(),
        AttributeType::Text => cell.into(),
        AttributeType::Flag => match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => true.into(),
            "false" | "no" | "0" => false.into(),
            _ => bail!("expected true or false, yes or no, 1 or 0, got `{cell}`"),
        },
        AttributeType::Date => cell.parse::<Moment>()?.into(),
        AttributeType::Tags => {
            let tags = cell.split('|').map(|tag| tag.trim().to_owned());
            AttributeValue::Tags(tags.filter(|tag| !tag.is_empty()).collect())
        }
    })
}

fn activity(row: &Row<'_>) -> Result<ActivityRecord> {
    let mut activity = ActivityRecord::new(row.need("kind")?, row.need("at")?.parse()?);
    let text = |column| row.get(column).map(str::to_owned);
    activity.id = text("id");
    activity.product = text("product");
    activity.subject = text("subject");
    activity.channel = text("channel");
    activity.value = row.get("value").map(number).transpose()?;
    Ok(activity)
}

fn number(cell: &str) -> Result<f64> {
    match cell.parse() {
        Ok(number) if f64::is_finite(number) => Ok(number),
        _ => bail!("expected a number, got `{cell}`"),
    }
}
