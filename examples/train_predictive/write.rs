//! What is kept: the model, the predictions, the metrics.

use super::table::Table;
use anyhow::{Context, Result};
use lead_scoring::{DimensionSpec, Lead, LogisticFit, Metrics, ModelSpec, Trained, TrainingSet};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// What `--metrics` writes.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    metrics: &'a Metrics,
    objective: f64,
    iterations: usize,
    converged: bool,
    alpha: f64,
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::new(file))
}

/// A whole model, with what leads can have: one file suffices to score.
pub(crate) fn model(path: &Path, table: &Table, trained: &Trained) -> Result<()> {
    let spec = ModelSpec::new("conversion")
        .schema(table.schema.spec())
        .dimension(DimensionSpec::predictive(
            "conversion",
            trained.model.clone(),
        ));
    let mut file = create(path)?;
    serde_json::to_writer_pretty(&mut file, &spec)?;
    Ok(writeln!(file)?)
}

pub(crate) fn predictions(
    path: &Path,
    set: &TrainingSet<'_, Lead>,
    table: &Table,
    probabilities: &[f64],
) -> Result<()> {
    let mut file = csv::Writer::from_writer(create(path)?);
    file.write_record(["row", "id", "actual", "probability"])?;
    for (row, probability) in set.rows().iter().zip(probabilities) {
        let place = table.rows.get(row.lead).context("a row without a place")?;
        let lead = table.leads.get(row.lead).context("a row without a lead")?;
        let actual = u8::from(row.converted);
        file.write_record([
            place.to_string(),
            lead.id().to_owned(),
            actual.to_string(),
            probability.to_string(),
        ])?;
    }
    Ok(file.flush()?)
}

pub(crate) fn metrics(path: &Path, metrics: &Metrics, fit: &LogisticFit) -> Result<()> {
    let written = Written {
        metrics,
        objective: fit.objective,
        iterations: fit.iterations,
        converged: fit.converged,
        alpha: fit.alpha,
    };
    let mut file = create(path)?;
    serde_json::to_writer_pretty(&mut file, &written)?;
    Ok(writeln!(file)?)
}
