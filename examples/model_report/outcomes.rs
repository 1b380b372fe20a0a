//! When leads converted, from a file.

use crate::lead_files::table::{Refused, Table, cell};
use anyhow::Result;
use csv::StringRecord;
use lead_scoring::{Lead, Moment};
use std::collections::HashMap;
use std::path::Path;

/// The first conversion of each lead. Rows that cannot be read are refused.
pub(crate) fn read(
    path: &Path,
    leads: &[Lead],
    refused: &mut Refused,
) -> Result<Vec<Option<Moment>>> {
    let mut table = Table::open(path)?;
    let (lead, at) = (table.required("lead")?, table.required("converted_at")?);
    let places: HashMap<&str, usize> = leads
        .iter()
        .enumerate()
        .map(|(place, lead)| (lead.id(), place))
        .collect();
    let mut converted: Vec<Option<Moment>> = vec![None; leads.len()];
    let mut row = StringRecord::new();
    while table.next(&mut row, refused)? {
        let id = cell(&row, Some(lead)).unwrap_or_default();
        let first = places.get(id).and_then(|&place| converted.get_mut(place));
        let Some(first) = first else {
            refused.row(|| table.message(&row, lead, &format!("there is no lead `{id}`")));
            continue;
        };
        match cell(&row, Some(at)).unwrap_or_default().parse::<Moment>() {
            Ok(at) => *first = Some(first.map_or(at, |first| first.min(at))),
            Err(error) => refused.row(|| table.message(&row, at, &error.to_string())),
        }
    }
    Ok(converted)
}
