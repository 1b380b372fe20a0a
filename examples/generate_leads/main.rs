//! Where does the sample of `score_leads` come from?
//!
//! From here: leads of a fictional vendor of process software with three products, what they did, what some of
//! them already bought, and what some said to the questions of BANT. One seed gives the same files on every machine, and the defaults give the bundled ones:
//!
//! ```text
//! cargo run --example generate_leads
//! cargo run --release --example generate_leads -- --leads 100000 --out /tmp/many
//! ```
//!
//! Each lead draws how well it fits and how serious it is, and the rest follows from these two: who visits the
//! pricing page, who opens e-mails, who asks for a demo. All names and addresses are invented (`.example`).

use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::Parser;
use std::path::PathBuf;
use world::World;

mod calls;
mod files;
mod rows;
mod tables;
mod world;

#[derive(Parser)]
#[command(about = "Generates leads, activities, purchases and answers for `score_leads`")]
struct Args {
    /// How many leads
    #[arg(long, default_value_t = 380)]
    leads: u32,
    /// The same seed gives the same files
    #[arg(long, default_value_t = 11)]
    seed: u64,
    /// Folder for leads.csv, activities.csv, purchases.csv and answers.csv
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data"))]
    out: PathBuf,
    /// Nothing in the files happened after this moment
    #[arg(long, default_value = "2026-03-02T09:00:00Z")]
    as_of: DateTime<Utc>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let mut world = World::new(args.seed, args.as_of);
    for number in 1..=args.leads {
        world.lead(number);
    }
    files::write(world, &args.out)
}
