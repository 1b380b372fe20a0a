//! The best leads, a summary of all, and the explanation of one.

use crate::lead_files::show::plural;
use anyhow::Result;
use lead_scoring::{
    AsOf, AttributeSlot, Dimension, Explanation, LeadRow, LeadTable, LeadView, ModelSpec, Reason,
    Score, ScoreMatrix, ScoreModel, ScoreVector, Scorer, Value,
};
use std::collections::BTreeMap;
use std::io::Write;

/// Scored leads in rank order, about to be printed.
pub(crate) struct Board<'a> {
    pub(crate) spec: &'a ModelSpec,
    pub(crate) model: &'a ScoreModel,
    pub(crate) as_of: AsOf,
    pub(crate) leads: &'a LeadTable,
    pub(crate) matrix: &'a ScoreMatrix,
    pub(crate) ranked: &'a [usize],
    /// Attributes that stand beside the ids.
    pub(crate) beside: &'a [String],
}

impl Board<'_> {
    fn get(&self, row: usize) -> Option<(LeadRow<'_>, ScoreVector)> {
        Some((self.leads.row(row)?, self.matrix.vector(row)?))
    }

    /// The best leads, each with the rule that helped and the rule that hurt it most.
    pub(crate) fn best(&self, out: &mut dyn Write, most: usize) -> Result<()> {
        let best: Vec<_> = self
            .ranked
            .iter()
            .take(most)
            .filter_map(|&row| self.get(row))
            .collect();
        let Some((_, first)) = best.first() else {
            return Ok(());
        };
        let composite = self.spec.composite.is_some();
        let with_verdicts = best.iter().any(|(_, vector)| vector.is_disqualified());
        let schema = self.model.schema();
        let beside: Vec<_> = self
            .beside
            .iter()
            .map(|name| schema.attribute(name))
            .collect();
        let mut header = vec!["rank", "lead"];
        header.extend(self.beside.iter().map(String::as_str));
        header.extend(first.dimensions().iter().map(Dimension::name));
        header.extend(composite.then_some("composite"));
        header.extend(first.labels().map(|(set, _)| set));
        header.extend(first.cells().map(|(matrix, _)| matrix));
        header.extend(["most up", "most down"]);
        header.extend(with_verdicts.then_some("disqualified"));
        let mut lines: Vec<Vec<String>> = vec![header.into_iter().map(str::to_owned).collect()];
        let mut lifts: BTreeMap<String, usize> = BTreeMap::new();
        for (rank, (lead, vector)) in best.iter().enumerate() {
            let mut line = vec![(rank + 1).to_string(), lead.id().to_owned()];
            line.extend(beside.iter().map(|slot| {
                let value = slot.and_then(|slot| shown(lead.attribute(slot)));
                value.unwrap_or_default()
            }));
            line.extend(vector.scores().map(|(_, score)| rounded(score)));
            line.extend(composite.then(|| rounded(vector.composite())));
            for (set, label) in vector.labels() {
                let lifted = vector.lifted(set);
                if let Some(reason) = lifted {
                    *lifts.entry(reason.to_owned()).or_default() += 1;
                }
                let star = if lifted.is_some() { "*" } else { "" };
                line.push(format!("{}{star}", label.unwrap_or("-")));
            }
            let cells = vector.cells();
            line.extend(cells.map(|(_, cell)| cell.map_or("-", |cell| cell.code).to_owned()));
            let told = self.model.explain(lead, self.as_of);
            line.push(reason(told.top_up(1).first()));
            line.push(reason(told.top_down(1).first()));
            if with_verdicts {
                line.push(vector.disqualified().collect::<Vec<_>>().join("; "));
            }
            lines.push(line);
        }
        writeln!(
            out,
            "\nThe best {} of {}",
            best.len(),
            plural(self.ranked.len() as u64, "lead", "leads")
        )?;
        let first_number = 2 + beside.len();
        let numbers =
            first_number..first_number + first.dimensions().len() + usize::from(composite);
        columns(out, &lines, |column| {
            column == 0 || numbers.contains(&column)
        })?;
        for (reason, times) in lifts {
            writeln!(out, "  * whatever the score: {reason} ({times})")?;
        }
        Ok(())
    }

    /// How many leads have each label, and how many are disqualified for what.
    pub(crate) fn summary(&self, out: &mut dyn Write) -> Result<()> {
        let mut labels: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
        let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
        let mut qualified = 0;
        for vector in self.matrix.vectors() {
            for reason in vector.disqualified() {
                *verdicts.entry(reason.to_owned()).or_default() += 1;
            }
            if vector.is_disqualified() {
                continue;
            }
            qualified += 1;
            for (set, label) in vector.labels() {
                let key = (set.to_owned(), label.map(str::to_owned));
                *labels.entry(key).or_default() += 1;
            }
        }
        let out_of = self.ranked.len() - qualified;
        writeln!(
            out,
            "\n{}, and {out_of} disqualified",
            plural(qualified as u64, "lead", "leads")
        )?;
        let names = self
            .spec
            .labels
            .iter()
            .flat_map(|set| &set.bands)
            .map(|band| &band.label);
        let width = names
            .chain(verdicts.keys())
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);
        for set in &self.spec.labels {
            let mut bands: Vec<_> = set.bands.iter().collect();
            bands.sort_by(|a, b| b.at_least.total_cmp(&a.at_least));
            let bands = bands.iter().map(|band| Some(band.label.clone()));
            for (i, label) in bands.chain([None]).enumerate() {
                let count = labels
                    .get(&(set.name.clone(), label.clone()))
                    .copied()
                    .unwrap_or(0);
                if label.is_none() && count == 0 {
                    continue;
                }
                let (set, label) = (
                    if i == 0 { &*set.name } else { "" },
                    label.as_deref().unwrap_or("-"),
                );
                let bar = bar(count, qualified);
                let line = format!("  {set:<14}{label:<width$}{count:>7} {bar}");
                writeln!(out, "{}", line.trim_end())?;
            }
        }
        for (i, (reason, count)) in verdicts.iter().enumerate() {
            let head = if i == 0 { "disqualified" } else { "" };
            writeln!(out, "  {head:<14}{reason:<width$}{count:>7}")?;
        }
        Ok(())
    }

    /// One lead: what is known, why its scores are what they are, and what one should ask.
    pub(crate) fn explanation(&self, out: &mut dyn Write, row: usize) -> Result<()> {
        let Some((lead, vector)) = self.get(row) else {
            return Ok(());
        };
        let rank = self
            .ranked
            .iter()
            .position(|&other| other == row)
            .map_or(0, |place| place + 1);
        writeln!(out, "\nWhy lead {} has rank {rank}", lead.id())?;
        for (slot, (name, _)) in self.model.schema().attributes().enumerate() {
            let slot = u16::try_from(slot).map(AttributeSlot::new);
            if let Some(value) = slot.ok().and_then(|slot| shown(lead.attribute(slot))) {
                writeln!(out, "  {name}: {value}")?;
            }
        }
        let verdicts: Vec<&str> = vector.disqualified().collect();
        if !verdicts.is_empty() {
            writeln!(out, "  disqualified: {}", verdicts.join("; "))?;
        }
        for (set, label) in vector.labels() {
            let lifted = vector
                .lifted(set)
                .map(|reason| format!(" (whatever the score: {reason})"));
            writeln!(
                out,
                "  {set}: {}{}",
                label.unwrap_or("-"),
                lifted.unwrap_or_default()
            )?;
        }
        for (matrix, cell) in vector.cells() {
            let code = cell.map_or("-", |cell| cell.code);
            let name = cell.and_then(|cell| cell.name);
            let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
            writeln!(out, "  {matrix}: {code}{name}")?;
        }
        let told = self.model.explain(&lead, self.as_of);
        writeln!(out, "\n{told}")?;
        reasons(out, &told)
    }
}

fn reasons(out: &mut dyn Write, told: &Explanation) -> Result<()> {
    const MOST: usize = 5;
    for (title, reasons) in [
        ("Most up", told.top_up(MOST)),
        ("Most down", told.top_down(MOST)),
    ] {
        if !reasons.is_empty() {
            writeln!(out, "\n{title}")?;
        }
        for Reason {
            dimension,
            rule,
            value,
            unit,
        } in reasons
        {
            writeln!(out, "  {value:>+7.1}  {rule} ({unit} of {dimension})")?;
        }
    }
    let missing = told.missing();
    if !missing.is_empty() {
        writeln!(out, "\nNot known: worth asking for")?;
    }
    for ask in missing {
        writeln!(
            out,
            "  {:>+7.1}  {} (at most, in {})",
            ask.could_add, ask.attribute, ask.dimension
        )?;
    }
    Ok(())
}

fn reason(reason: Option<&Reason<'_>>) -> String {
    reason.map_or("-".to_owned(), |reason| {
        format!("{:+.1} {}", reason.value, reason.rule)
    })
}

fn rounded(score: Option<Score>) -> String {
    score.map_or("-".to_owned(), |score| format!("{score:.1}"))
}

fn shown(value: Value<'_>) -> Option<String> {
    Some(match value {
        Value::Missing => return None,
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.to_owned(),
        Value::Flag(flag) => if flag { "yes" } else { "no" }.to_owned(),
        Value::Date(date) => date.to_string(),
        Value::Tags(tags) => {
            let tags: Vec<&str> = (0..tags.len()).filter_map(|i| tags.get(i)).collect();
            tags.join(", ")
        }
    })
}

fn bar(count: usize, of: usize) -> String {
    const WIDTH: usize = 40;
    "#".repeat((count * WIDTH).div_ceil(of.max(1)))
}

/// Prints cells under each other, numbers to the right.
fn columns(
    out: &mut dyn Write,
    lines: &[Vec<String>],
    right: impl Fn(usize) -> bool,
) -> Result<()> {
    let mut widths: Vec<usize> = Vec::new();
    for line in lines {
        widths.resize(widths.len().max(line.len()), 0);
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    for line in lines {
        let cells = line.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| {
            if right(column) {
                format!("  {cell:>width$}")
            } else {
                format!("  {cell:<width$}")
            }
        });
        let text: String = cells.collect();
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}
