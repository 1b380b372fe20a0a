//! The rows of the files as values of their own, by the crates csv and serde: what an application that reads CSV would
//! write first.

use anyhow::Result;
use lead_scoring::Moment;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use std::hint::black_box;
use std::io::Read;

#[derive(Debug, Deserialize)]
pub struct LeadRow {
    pub id: String,
    pub created_at: Option<Moment>,
    pub company: Option<String>,
    pub title: Option<String>,
    pub industry: Option<String>,
    pub country: Option<String>,
    pub company_size: Option<f64>,
    pub email: Option<String>,
    pub tags: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub newsletter: Option<bool>,
    pub trial_ends: Option<Moment>,
    pub recycled_at: Option<Moment>,
}

#[derive(Debug, Deserialize)]
pub struct ActivityRow {
    pub lead: String,
    pub kind: String,
    pub at: Moment,
    pub id: Option<String>,
    pub product: Option<String>,
    pub subject: Option<String>,
    pub value: Option<f64>,
    pub channel: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PurchaseRow {
    pub lead: String,
    pub at: Moment,
    pub amount: f64,
}

#[derive(Debug, Deserialize)]
pub struct AnswerRow {
    pub id: String,
    pub budget: Option<String>,
    pub authority: Option<String>,
    pub need: Option<String>,
    pub timeframe: Option<String>,
    pub answered_at: Option<Moment>,
}

fn flag<'de, D: Deserializer<'de>>(cell: D) -> std::result::Result<Option<bool>, D::Error> {
    let cell = Option::<&str>::deserialize(cell)?;
    Ok(cell.map(|text| text == "yes"))
}

/// Reads the rows of a piece of a file, and keeps them until all are there.
pub fn read(file: &str, rows: csv::Reader<impl Read>) -> Result<()> {
    match file {
        "leads.csv" => all::<LeadRow>(rows),
        "activities.csv" => all::<ActivityRow>(rows),
        "purchases.csv" => all::<PurchaseRow>(rows),
        _ => all::<AnswerRow>(rows),
    }
}

fn all<T: DeserializeOwned>(rows: csv::Reader<impl Read>) -> Result<()> {
    let rows: Vec<T> = rows
        .into_deserialize()
        .collect::<std::result::Result<_, _>>()?;
    black_box(rows);
    Ok(())
}
