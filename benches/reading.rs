//! Reading and scoring 100,000 leads with a million activities as `score_leads` does, beside what cannot be saved:
//! splitting the same files into cells and parsing their times and numbers, one after the other on one thread.
//!
//! All are timed in turns, and the shortest time of each counts, so that other work on the machine matters little.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]
#![allow(dead_code, unreachable_pub, reason = "modules of the examples")]

use anyhow::Result;
use lead_scoring::{AsOf, AttributeType, AttributeValue, Moment, ScoreModel};
use read::Files;
use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

#[path = "../examples/generate_leads/files.rs"]
mod files;
#[path = "../examples/score_leads/gathered.rs"]
mod gathered;
#[path = "../examples/score_leads/ids.rs"]
mod ids;
#[path = "../examples/score_leads/model.rs"]
mod model;
#[path = "../examples/score_leads/read.rs"]
mod read;
#[path = "../examples/generate_leads/rows.rs"]
mod rows;
#[path = "../examples/score_leads/rows_ahead.rs"]
mod rows_ahead;
#[path = "../examples/score_leads/show.rs"]
mod show;
#[path = "../examples/score_leads/table.rs"]
mod table;
#[path = "../examples/generate_leads/tables.rs"]
mod tables;
#[path = "../examples/generate_leads/world.rs"]
mod world;

const LEADS: u32 = 100_000;
const ROUNDS: usize = 9;
const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/model.toml");

fn main() -> Result<()> {
    let as_of: AsOf = "2026-03-02T09:00:00Z".parse()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reading");
    let mut world = world::World::new(11, as_of.moment().to_utc());
    (1..=LEADS).for_each(|number| world.lead(number));
    files::write(world, &folder)?;
    let (_, model) = model::load(Path::new(MODEL))?;

    let mut times = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        let mut run = Vec::new();
        let start = Instant::now();
        pass(&folder, |_, _| AttributeType::Text)?;
        run.push(start.elapsed());
        let start = Instant::now();
        pass(&folder, |file, column| sort(&model, file, column))?;
        run.push(start.elapsed());
        let start = Instant::now();
        let files = Files {
            leads: folder.join("leads.csv"),
            activities: Some(folder.join("activities.csv")),
            purchases: Some(folder.join("purchases.csv")),
        };
        let read = read::read(&files, model.schema(), as_of)?;
        run.push(start.elapsed());
        let start = Instant::now();
        black_box(model.score_all(&read.leads, as_of));
        run.push(start.elapsed());
        run.push(run.iter().skip(2).sum());
        for (times, time) in times.iter_mut().zip(run) {
            times.push(time.as_secs_f64());
        }
    }
    let [split, floor, read, score, both] =
        times.map(|times| times.into_iter().fold(f64::INFINITY, f64::min));
    println!("{LEADS} leads, shortest of {ROUNDS}");
    println!("  splitting the files          {split:.3} s");
    println!("  and parsing times, numbers   {floor:.3} s");
    println!("  reading                      {read:.3} s");
    println!("  scoring                      {score:.3} s");
    println!(
        "  reading and scoring          {both:.3} s, {:.2} times splitting and parsing",
        both / floor
    );
    Ok(())
}

/// What the cells of a column are parsed as.
fn sort(model: &ScoreModel, file: &str, column: &str) -> AttributeType {
    match (file, column) {
        (_, "at" | "created_at") => AttributeType::Date,
        (_, "value" | "amount") => AttributeType::Number,
        ("leads.csv", name) => {
            let schema = model.schema();
            let slot = schema.attribute(name);
            let of = slot.and_then(|slot| schema.attribute_type(slot));
            of.unwrap_or(AttributeType::Text)
        }
        _ => AttributeType::Text,
    }
}

/// Goes through the files once, and parses the cells that are not text.
fn pass(folder: &Path, sort: impl Fn(&str, &str) -> AttributeType) -> Result<()> {
    for name in ["leads.csv", "activities.csv", "purchases.csv"] {
        let mut reader = csv::ReaderBuilder::new()
            .buffer_capacity(1 << 18)
            .from_reader(File::open(folder.join(name))?);
        let header = reader.headers()?.clone();
        let columns: Vec<(usize, AttributeType)> = header
            .iter()
            .map(|column| sort(name, column))
            .enumerate()
            .filter(|(_, of)| !matches!(of, AttributeType::Text | AttributeType::Tags))
            .collect();
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row)? {
            for &(column, of) in &columns {
                let cell = row.get(column).unwrap_or_default();
                match of {
                    AttributeType::Date if !cell.is_empty() => {
                        black_box(cell.parse::<Moment>()?);
                    }
                    AttributeType::Number if !cell.is_empty() => {
                        black_box(cell.parse::<f64>()?);
                    }
                    of => {
                        black_box(AttributeValue::parse(of, cell)?);
                    }
                }
            }
            black_box(&row);
        }
    }
    Ok(())
}
