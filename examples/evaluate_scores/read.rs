//! Scores with outcomes from a file.

use anyhow::{Context, Result, bail};
use csv::StringRecord;
use std::io::Write;
use std::path::Path;

/// What was read, and what was not. The columns are of one length.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) scores: Vec<f64>,
    pub(crate) converted: Vec<bool>,
    /// 1 where the file gives none.
    pub(crate) weights: Vec<f64>,
    /// Empty where the file gives none.
    pub(crate) segments: Vec<String>,
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
            "Read {} scores from {}",
            self.scores.len(),
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

/// Where the columns stand.
struct Places {
    score: usize,
    outcome: usize,
    weight: Option<usize>,
    segment: Option<usize>,
    width: usize,
}

pub(crate) fn read(file: &Path) -> Result<Reading> {
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
    let find = |column: &str| header.iter().position(|name| name.trim() == column);
    let need = |column: &str| {
        find(column).with_context(|| {
            let known: Vec<&str> = header.iter().collect();
            format!(
                "{name} has no column `{column}`; it has {}",
                known.join(", ")
            )
        })
    };
    let places = Places {
        score: need("score")?,
        outcome: need("outcome")?,
        weight: find("weight"),
        segment: find("segment"),
        width: header.len(),
    };
    let mut reading = Reading::default();
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
        match scored(&row, &places) {
            Ok((score, converted, weight)) => {
                reading.scores.push(score);
                reading.converted.push(converted);
                reading.weights.push(weight);
                if let Some(place) = places.segment {
                    let segment = row.get(place).unwrap_or_default().trim();
                    reading.segments.push(segment.to_owned());
                }
            }
            Err(error) => reading.refuse(|| format!("{name}:{line}: {error:#}")),
        }
    }
    Ok(reading)
}

fn scored(row: &StringRecord, places: &Places) -> Result<(f64, bool, f64)> {
    if row.len() != places.width {
        bail!("{} cells for {} columns", row.len(), places.width);
    }
    let cell = |place| row.get(place).unwrap_or_default().trim();
    let number = |what: &str, place| -> Result<f64> {
        let cell = cell(place);
        match cell.parse() {
            Ok(number) if f64::is_finite(number) => Ok(number),
            _ => bail!("expected a {what} such as `0.75`, got `{cell}`"),
        }
    };
    let outcome = cell(places.outcome);
    let converted = match outcome.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => true,
        "0" | "false" | "no" => false,
        _ => bail!("expected an outcome (1 or 0, true or false, yes or no), got `{outcome}`"),
    };
    let weight = match places.weight {
        Some(place) => number("weight", place)?,
        None => 1.0,
    };
    Ok((number("score", places.score)?, converted, weight))
}
