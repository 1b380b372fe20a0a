//! What was read and what was not, for people.

use super::Counts;
use super::refused::Refused;
use anyhow::Result;
use lead_scoring::{Dimension, ScoreModel};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

pub(crate) fn model(out: &mut dyn Write, model: &ScoreModel, path: &Path) -> Result<()> {
    let names: Vec<&str> = model.dimensions().iter().map(Dimension::name).collect();
    writeln!(
        out,
        "Model `{}` of {}: {}",
        model.name(),
        path.display(),
        names.join(", ")
    )?;
    for lint in model.lints() {
        writeln!(out, "  odd: {lint}")?;
    }
    Ok(())
}

pub(crate) fn counts(out: &mut dyn Write, counts: &Counts) -> Result<()> {
    writeln!(
        out,
        "Read {}, {} and {}",
        plural(counts.leads as u64, "lead", "leads"),
        plural(counts.activities, "activity", "activities"),
        plural(counts.purchases, "purchase", "purchases"),
    )?;
    if counts.answers > 0 {
        let answers = plural(counts.answers, "answer", "answers");
        writeln!(out, "  and {answers} to qualification questions")?;
    }
    if counts.later > 0 {
        writeln!(
            out,
            "  {} of them lie after that moment and do not count yet",
            counts.later
        )?;
    }
    if counts.orphaned > 0 {
        writeln!(
            out,
            "  {} more belong to leads that could not be read",
            counts.orphaned
        )?;
    }
    Ok(())
}

pub(crate) fn left_out(out: &mut dyn Write, names: &[String]) -> Result<()> {
    if !names.is_empty() {
        writeln!(out, "\nLeft out, because the model does not know them:")?;
    }
    for name in names {
        writeln!(out, "  {name}")?;
    }
    Ok(())
}

pub(crate) fn refused(out: &mut dyn Write, refused: &Refused) -> Result<()> {
    if refused.count() == 0 {
        return Ok(());
    }
    let shown = refused.shown();
    writeln!(out, "\n{} could not be read:", rows(refused.count()))?;
    for message in shown {
        writeln!(out, "  {message}")?;
    }
    let more = refused.count() - shown.len() as u64;
    if more > 0 {
        writeln!(out, "  and {more} more")?;
    }
    Ok(())
}

pub(crate) fn rows(count: u64) -> String {
    plural(count, "row", "rows")
}

pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

pub(crate) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.1 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}
