//! Which columns are learned from, as what, and which are not.

use anyhow::{Context, Result, bail};
use lead_scoring::{AttributeType, Moment};
use std::collections::HashSet;
use std::io::Write;

/// Texts of fewer rows are never taken for names.
const FEWEST_NAMES: usize = 20;

/// A column that is learned from.
pub(crate) struct Column {
    pub(crate) place: usize,
    pub(crate) name: String,
    pub(crate) of: AttributeType,
    missing: usize,
}

/// The columns of a file, without the target.
pub(crate) struct Columns {
    pub(crate) learned: Vec<Column>,
    /// Each with the reason.
    aside: Vec<(String, &'static str)>,
}

impl Columns {
    /// `aside` holds places of columns that the command line sets aside, with the reason.
    pub(crate) fn of(
        header: &[String],
        rows: &[(usize, Vec<String>)],
        types: &[(usize, AttributeType)],
        aside: &[(usize, &'static str)],
    ) -> Self {
        let mut columns = Self {
            learned: Vec::new(),
            aside: Vec::new(),
        };
        for (place, name) in header.iter().enumerate() {
            if let Some(&(_, why)) = aside.iter().find(|(aside, _)| *aside == place) {
                columns.aside.push((name.clone(), why));
                continue;
            }
            let cells = || rows.iter().filter_map(|(_, row)| row.get(place));
            let known: Vec<&str> = cells()
                .map(String::as_str)
                .filter(|c| !c.is_empty())
                .collect();
            let given = types.iter().find(|(column, _)| *column == place);
            let of = match given {
                Some(&(_, of)) => of,
                None => recognised(&known),
            };
            if known.is_empty() {
                columns.aside.push((name.clone(), "no row has a value"));
            } else if given.is_none() && of == AttributeType::Text && are_names(&known) {
                columns
                    .aside
                    .push((name.clone(), "nearly every value is another"));
            } else {
                columns.learned.push(Column {
                    place,
                    name: name.clone(),
                    of,
                    missing: rows.len() - known.len(),
                });
            }
        }
        columns
    }

    pub(crate) fn show(&self, out: &mut dyn Write) -> Result<()> {
        let names = self.learned.iter().map(|column| &column.name);
        let names = names.chain(self.aside.iter().map(|(name, _)| name));
        let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
        writeln!(out, "\nColumns, with the number of missing cells")?;
        for column in &self.learned {
            let (name, missing) = (&column.name, column.missing);
            writeln!(out, "  {name:width$}  {:6}  {missing:6}", said(column.of))?;
        }
        for (name, why) in &self.aside {
            writeln!(out, "  {name:width$}  not learned from: {why}")?;
        }
        Ok(())
    }
}

fn said(of: AttributeType) -> &'static str {
    match of {
        AttributeType::Number => "number",
        AttributeType::Text => "text",
        AttributeType::Flag => "flag",
        AttributeType::Date => "date",
        AttributeType::Tags => "tags",
    }
}

/// What all cells are that are not empty: numbers, yes or no, dates, or else text.
fn recognised(known: &[&str]) -> AttributeType {
    let all = |is: &dyn Fn(&str) -> bool| !known.is_empty() && known.iter().all(|cell| is(cell));
    let is_flag = |cell: &str| {
        let words = ["yes", "no", "true", "false"];
        words.iter().any(|word| word.eq_ignore_ascii_case(cell))
    };
    if all(&|cell| cell.parse::<f64>().is_ok_and(f64::is_finite)) {
        AttributeType::Number
    } else if all(&is_flag) {
        AttributeType::Flag
    } else if all(&|cell| cell.parse::<Moment>().is_ok()) {
        AttributeType::Date
    } else {
        AttributeType::Text
    }
}

/// Whether texts name leads rather than say something of them: nine in ten are different.
fn are_names(known: &[&str]) -> bool {
    let different: HashSet<&str> = known.iter().copied().collect();
    known.len() >= FEWEST_NAMES && different.len() * 10 >= known.len() * 9
}

/// `--types`.
pub(crate) fn given_types(
    types: &[String],
    place: &dyn Fn(&str) -> Result<usize>,
) -> Result<Vec<(usize, AttributeType)>> {
    let given = |text: &String| {
        let (name, of) = text
            .rsplit_once('=')
            .with_context(|| format!("expected COL=TYPE, got `{text}`"))?;
        let place = place(name)?;
        let of = match of {
            "number" => AttributeType::Number,
            "text" => AttributeType::Text,
            "flag" => AttributeType::Flag,
            "date" => AttributeType::Date,
            "tags" => AttributeType::Tags,
            _ => bail!("column `{name}`: expected number, text, flag, date or tags, got `{of}`"),
        };
        Ok((place, of))
    };
    types.iter().map(given).collect()
}
