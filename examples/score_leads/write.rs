//! All scores to a file, best lead first.

use anyhow::{Context, Result, bail};
use lead_scoring::{Dimension, LeadRow, LeadTable, ModelSpec, Score, ScoreMatrix, ScoreVector};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

#[derive(Clone, Copy)]
pub(crate) enum Format {
    Csv,
    Json,
}

impl Format {
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().unwrap_or_default();
        if extension.eq_ignore_ascii_case("csv") {
            Ok(Self::Csv)
        } else if extension.eq_ignore_ascii_case("json") {
            Ok(Self::Json)
        } else {
            bail!(
                "an output file ends in .csv or .json, got {}",
                path.display()
            );
        }
    }
}

pub(crate) fn scores(
    path: &Path,
    format: Format,
    spec: &ModelSpec,
    leads: &LeadTable,
    matrix: &ScoreMatrix,
    ranked: &[usize],
) -> Result<()> {
    let write = || {
        let rows = ranked
            .iter()
            .filter_map(|&row| Some((leads.row(row)?, matrix.vector(row)?)));
        let mut file = BufWriter::new(File::create(path)?);
        match format {
            Format::Csv => csv(&mut file, spec, matrix.dimensions(), rows)?,
            Format::Json => json(&mut file, rows)?,
        }
        file.flush()?;
        anyhow::Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Numbers as the shortest text that reads back to the same value; an empty cell where a dimension abstains.
fn csv<'a>(
    file: &mut dyn Write,
    spec: &ModelSpec,
    dimensions: &[Dimension],
    rows: impl Iterator<Item = (LeadRow<'a>, ScoreVector)>,
) -> Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    let number = |score: Option<Score>| score.map(|score| score.to_string()).unwrap_or_default();
    let composite = spec.composite.is_some();
    let header = std::iter::once("id")
        .chain(dimensions.iter().map(Dimension::name))
        .chain(composite.then_some("composite"))
        .chain(spec.labels.iter().map(|set| set.name.as_str()))
        .chain(spec.matrices.iter().map(|matrix| matrix.name.as_str()))
        .chain(std::iter::once("disqualified"));
    writer.write_record(header)?;
    for (lead, vector) in rows {
        writer.write_field(lead.id())?;
        for (_, score) in vector.scores() {
            writer.write_field(number(score))?;
        }
        if composite {
            writer.write_field(number(vector.composite()))?;
        }
        for (_, label) in vector.labels() {
            writer.write_field(label.unwrap_or_default())?;
        }
        for (_, cell) in vector.cells() {
            writer.write_field(cell.map_or("", |cell| cell.code))?;
        }
        let reasons: Vec<&str> = vector.disqualified().collect();
        writer.write_field(reasons.join("; "))?;
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(())
}

/// An array with an object for each lead: its id and its vector.
fn json<'a>(
    file: &mut dyn Write,
    rows: impl Iterator<Item = (LeadRow<'a>, ScoreVector)>,
) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        id: &'a str,
        #[serde(flatten)]
        vector: &'a ScoreVector,
    }
    let mut before = "[\n";
    for (lead, vector) in rows {
        file.write_all(before.as_bytes())?;
        let row = Row {
            id: lead.id(),
            vector: &vector,
        };
        serde_json::to_writer(&mut *file, &row)?;
        before = ",\n";
    }
    let end = if before == "[\n" { "[]\n" } else { "\n]\n" };
    file.write_all(end.as_bytes())?;
    Ok(())
}
