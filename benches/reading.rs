//! Reading and scoring 100,000 leads with a million activities as `score_leads` does, beside parsing the same files with
//! the crate csv: into cells, into cells with times, numbers and flags parsed and thrown away, and into rows as values
//! of their own by serde, which is what parsing CSV commonly is. Each on one thread and on all, in pieces of the files, so
//! that like stands beside like.
//!
//! All are timed in turns, and the shortest time of each counts, so that other work on the machine matters little.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]
#![allow(dead_code, unreachable_pub, reason = "modules of the examples")]

use anyhow::Result;
use lead_files::{Files, model};
use lead_scoring::{AsOf, AttributeType, AttributeValue, Moment, ScoreModel};
use rayon::prelude::*;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

#[path = "../examples/generate_leads/calls.rs"]
mod calls;
mod csv_rows;
#[path = "../examples/generate_leads/files.rs"]
mod files;
#[path = "../examples/lead_files/mod.rs"]
mod lead_files;
#[path = "../examples/generate_leads/rows.rs"]
mod rows;
#[path = "../examples/generate_leads/tables.rs"]
mod tables;
#[path = "../examples/generate_leads/world.rs"]
mod world;

const LEADS: u32 = 100_000;
const ROUNDS: usize = 9;
/// A piece of a file, its header known.
type Rows = csv::Reader<std::io::Take<File>>;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/model.toml");

fn main() -> Result<()> {
    let as_of: AsOf = "2026-03-02T09:00:00Z".parse()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reading");
    let mut world = world::World::new(11, as_of.moment().to_utc());
    (1..=LEADS).for_each(|number| world.lead(number));
    files::write(world, &folder)?;
    let (spec, model) = model::load(Path::new(MODEL))?;
    let checklists = model::checklists(&spec, model.schema())?;
    let files = Files {
        leads: folder.join("leads.csv"),
        activities: Some(folder.join("activities.csv")),
        purchases: Some(folder.join("purchases.csv")),
        answers: Some(folder.join("answers.csv")),
    };
    let read = || lead_files::read(&files, model.schema(), &checklists, as_of);
    println!("{LEADS} leads, the least of {ROUNDS}: time, and processor time of all threads");
    for threads in [1, std::thread::available_parallelism()?.get()] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()?;
        let mut best = [Cost::MOST; 6];
        for _ in 0..ROUNDS {
            let run = pool.install(|| -> Result<_> {
                let split =
                    Cost::of(|| pass(&folder, |_, rows| cells(rows, |_| AttributeType::Text)))?.0;
                let parsed = Cost::of(|| {
                    pass(&folder, |file, rows| {
                        cells(rows, |column| sort(&model, file, column))
                    })
                })?
                .0;
                let structs = Cost::of(|| pass(&folder, csv_rows::read))?.0;
                let (reading, found) = Cost::of(read)?;
                let scoring = Cost::of(|| Ok(model.score_table(&found.leads, as_of)))?.0;
                drop(found);
                let whole = Cost::of(|| {
                    let found = read()?;
                    let scores = model.score_table(&found.leads, as_of);
                    Ok((found, scores))
                })?;
                Ok([split, parsed, structs, reading, scoring, whole.0])
            })?;
            for (best, cost) in best.iter_mut().zip(run) {
                best.wall = best.wall.min(cost.wall);
                best.processor = best.processor.min(cost.processor);
            }
        }
        let [split, parsed, structs, reading, scoring, whole] = best;
        println!("on {threads} threads");
        println!("  splitting the files             {split}");
        println!("  splitting and parsing cells     {parsed}");
        println!("  parsing rows by csv and serde   {structs}");
        println!("  reading                         {reading}");
        println!("  scoring                         {scoring}");
        println!("  reading and scoring             {whole}");
        println!(
            "  the whole is {:.2} times parsing rows by csv and serde, {:.2} times in processor time",
            whole.wall / structs.wall,
            whole.processor / structs.processor
        );
        println!(
            "  scoring with all judges: {:.2} us of processor time a lead",
            scoring.processor / f64::from(LEADS) * 1e6
        );
    }
    Ok(())
}

/// What something took, in seconds.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    /// Of all threads; to 10 ms, and where the system says it.
    processor: f64,
}

impl Cost {
    const MOST: Self = Self {
        wall: f64::INFINITY,
        processor: f64::INFINITY,
    };

    fn of<T>(run: impl FnOnce() -> Result<T>) -> Result<(Self, T)> {
        let (start, used) = (Instant::now(), processor_time());
        let done = black_box(run()?);
        let cost = Self {
            wall: start.elapsed().as_secs_f64(),
            processor: processor_time() - used,
        };
        Ok((cost, done))
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3} s  {:.2} s", self.wall, self.processor)
    }
}

/// Seconds that this process has used of all processors, on Linux; elsewhere NaN.
fn processor_time() -> f64 {
    /// What Linux counts in.
    const TICKS_A_SECOND: f64 = 100.0;
    let used = || {
        let text = std::fs::read_to_string("/proc/self/stat").ok()?;
        // After the name in parentheses: the 12th and the 13th field are time in the program and in the system.
        let (_, fields) = text.rsplit_once(')')?;
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: Option<Vec<f64>> = ticks.map(|ticks| ticks.parse().ok()).collect();
        Some(ticks?.iter().sum::<f64>() / TICKS_A_SECOND)
    };
    used().unwrap_or(f64::NAN)
}

/// What the cells of a column are parsed as.
fn sort(model: &ScoreModel, file: &str, column: &str) -> AttributeType {
    match (file, column) {
        (_, "at" | "created_at" | "answered_at") => AttributeType::Date,
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

/// Goes through the files once; on all threads, each with pieces of the files.
fn pass(folder: &Path, rows: impl Fn(&str, Rows) -> Result<()> + Sync) -> Result<()> {
    for name in [
        "leads.csv",
        "activities.csv",
        "purchases.csv",
        "answers.csv",
    ] {
        let path = folder.join(name);
        let mut reader = csv::Reader::from_path(&path)?;
        let header = reader.headers()?.clone();
        let pieces = pieces(&path, reader.position().byte())?;
        pieces.into_par_iter().try_for_each(|piece| {
            let mut file = File::open(&path)?;
            file.seek(SeekFrom::Start(piece.start))?;
            let mut reader = csv::ReaderBuilder::new()
                .buffer_capacity(1 << 18)
                .from_reader(file.take(piece.end - piece.start));
            reader.set_headers(header.clone());
            rows(name, reader)
        })?;
    }
    Ok(())
}

/// Cuts a file at ends of lines, from a place on. No cell of these files has one.
fn pieces(path: &Path, from: u64) -> Result<Vec<Range<u64>>> {
    const BYTES: u64 = 1 << 20;
    let mut file = BufReader::new(File::open(path)?);
    let end = file.get_ref().metadata()?.len();
    let mut pieces = Vec::new();
    let mut start = from;
    while start < end {
        let cut = file.seek(SeekFrom::Start(end.min(start + BYTES)))?;
        let cut = cut + file.read_until(b'\n', &mut Vec::new())? as u64;
        pieces.push(start..cut);
        start = cut;
    }
    Ok(pieces)
}

/// Parses the cells that are not text, and keeps nothing.
fn cells(mut reader: Rows, sort: impl Fn(&str) -> AttributeType) -> Result<()> {
    let columns: Vec<(usize, AttributeType)> = reader
        .headers()?
        .iter()
        .map(sort)
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
    Ok(())
}
