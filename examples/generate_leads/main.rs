//! Where do the samples of `score_leads` and `train_predictive` come from?
//!
//! From here: leads of a fictional vendor of process software with three products, what they did, and what some of
//! them already bought. One seed gives the same files on every machine, and the defaults give the bundled ones:
//!
//! ```text
//! cargo run --example generate_leads
//! cargo run --release --example generate_leads -- --leads 100000 --out /tmp/many
//! ```
//!
//! Each lead draws how well it fits and how serious it is, and the rest follows from these two: who visits the
//! pricing page, who opens e-mails, who asks for a demo. All names and addresses are invented (`.example`).

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use clap::Parser;
use rows::{Event, LeadRow, lead_id, time};
use std::path::{Path, PathBuf};
use world::World;

mod past;
mod rows;
mod tables;
mod world;

#[derive(Parser)]
#[command(about = "Generates leads, activities and purchases for `score_leads`")]
struct Args {
    /// How many leads
    #[arg(long, default_value_t = 380)]
    leads: u32,
    /// The same seed gives the same files
    #[arg(long, default_value_t = 11)]
    seed: u64,
    /// Folder for the files
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data"))]
    out: PathBuf,
    /// How many leads of the years before, with what became of them
    #[arg(long, default_value_t = 2_400)]
    past: u32,
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
    write(world, &args.out)?;
    let path = args.out.join("past_leads.csv");
    let mut file = csv::Writer::from_path(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    past::write(&mut file, args.seed, args.past, args.as_of)
}

/// Files as systems export them: leads by number, events and purchases by time.
fn write(mut world: World, out: &Path) -> Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    let file = |name: &str| {
        let path = out.join(name);
        csv::Writer::from_path(&path).with_context(|| format!("cannot write {}", path.display()))
    };
    let mut leads = file("leads.csv")?;
    leads.write_record(LeadRow::COLUMNS)?;
    for lead in &world.leads {
        leads.write_record(lead.cells())?;
    }
    leads.flush()?;

    world.events.sort_by_key(|event| (event.at, event.lead));
    let mut activities = file("activities.csv")?;
    activities.write_record(Event::COLUMNS)?;
    let mut number = 0_u32;
    for event in &world.events {
        if event.identified && !event.replay {
            number += 1;
        }
        activities.write_record(event.cells(number))?;
    }
    activities.flush()?;

    world.purchases.sort_unstable();
    world.purchases.sort_by_key(|&(_, at, _)| at);
    let mut purchases = file("purchases.csv")?;
    purchases.write_record(["lead", "at", "amount"])?;
    for (lead, at, cents) in world.purchases {
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        purchases.write_record([lead_id(lead), time(at), amount])?;
    }
    purchases.flush()?;
    Ok(())
}
