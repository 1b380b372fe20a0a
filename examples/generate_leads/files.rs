//! The files of a world.

use crate::rows::{AnswerRow, Event, LeadRow, lead_id, time};
use crate::world::World;
use anyhow::{Context, Result};
use std::path::Path;

/// Files as systems export them: leads and answers by number, events and purchases by time.
pub(crate) fn write(mut world: World, out: &Path) -> Result<()> {
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

    let mut answers = file("answers.csv")?;
    answers.write_record(AnswerRow::COLUMNS)?;
    for answer in &world.answers {
        answers.write_record(answer.cells())?;
    }
    answers.flush()?;
    Ok(())
}
