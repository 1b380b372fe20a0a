//! When leads converted, from a file.

use crate::lead_files::{csv_file::CsvFile, refused::Refused};
use anyhow::Result;
use lead_scoring::{LeadRow, Moment};
use std::collections::HashMap;
use std::path::Path;

/// The first conversion of each lead. Rows that cannot be read are refused.
pub(crate) fn read(
    path: &Path,
    leads: &[LeadRow<'_>],
    refused: &mut Refused,
) -> Result<Vec<Option<Moment>>> {
    let file = CsvFile::open(path)?;
    let (lead, at) = (file.required("lead")?, file.required("converted_at")?);
    let places: HashMap<&str, usize> = leads
        .iter()
        .enumerate()
        .map(|(place, lead)| (lead.id(), place))
        .collect();
    let mut converted: Vec<Option<Moment>> = vec![None; leads.len()];
    file.each(refused, |row| {
        let id = row.cell(Some(lead)).unwrap_or_default();
        let first = places.get(id).and_then(|&place| converted.get_mut(place));
        let Some(first) = first else {
            return Err((lead, format!("there is no lead `{id}`")));
        };
        let read = row.cell(Some(at)).unwrap_or_default().parse::<Moment>();
        let moment = read.map_err(|error| (at, error.to_string()))?;
        *first = Some(first.map_or(moment, |first| first.min(moment)));
        Ok(())
    })?;
    Ok(converted)
}
