//! Which rows are tested.

use super::table::Table;
use anyhow::{Context, Result, bail};
use lead_scoring::{Moment, Split};
use std::str::FromStr;

/// `--test`.
#[derive(Clone)]
pub(crate) enum Test {
    /// Every so many rows, the first included.
    Every(usize),
    /// Rows in which that column says 1, true or yes.
    Column(String),
    /// That share, the last rows of the file.
    Last(f64),
    /// Rows in which that column has that date or a later one.
    Time(String, Moment),
    /// That share, drawn by a seed.
    Random(f64, u64),
    /// No rows.
    None,
}

impl FromStr for Test {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let wrong = || {
            format!(
                "expected mod:5, column:NAME, last:20%, time:COL:DATE, random:20%:SEED or none, got `{text}`"
            )
        };
        match (parts.first().copied(), text.split_once(':')) {
            (Some("none"), None) => Ok(Self::None),
            (Some("mod"), Some((_, number))) => {
                number.parse().map(Self::Every).map_err(|_| wrong())
            }
            (Some("column"), Some((_, name))) if !name.is_empty() => {
                Ok(Self::Column(name.to_owned()))
            }
            (Some("last"), Some((_, part))) => share(part).map(Self::Last).ok_or_else(wrong),
            (Some("time"), Some((_, rest))) => {
                let (column, date) = rest.split_once(':').ok_or_else(wrong)?;
                let date = date.parse().map_err(|error| format!("{error}"))?;
                Ok(Self::Time(column.to_owned(), date))
            }
            (Some("random"), Some((_, rest))) => {
                let (part, seed) = rest.split_once(':').ok_or_else(wrong)?;
                let seed = seed.parse().map_err(|_| wrong())?;
                share(part)
                    .map(|part| Self::Random(part, seed))
                    .ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }
}

/// `20%` or `0.2`.
fn share(text: &str) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0),
        None => text.parse().ok(),
    }
}

impl Test {
    /// The column that it reads, which is not learned from.
    pub(crate) fn column(&self) -> Option<&str> {
        match self {
            Self::Column(name) | Self::Time(name, _) => Some(name),
            _ => None,
        }
    }

    /// The rule; `None` where nothing is tested.
    pub(crate) fn rule(&self, table: &Table) -> Result<Option<Split>> {
        Ok(match self {
            Self::Every(number) => Some(Split::Every(*number)),
            Self::Last(share) => Some(Split::Last(*share)),
            Self::Random(share, seed) => Some(Split::Random {
                share: *share,
                seed: *seed,
            }),
            Self::None => None,
            Self::Column(_) => {
                let is_test = |cell: &String| {
                    matches!(cell.to_ascii_lowercase().as_str(), "1" | "true" | "yes")
                };
                Some(Split::Given(table.test_cells.iter().map(is_test).collect()))
            }
            Self::Time(name, from) => {
                let later = |cell: &String| -> Result<bool> {
                    if cell.is_empty() {
                        bail!("column `{name}` says no date in some rows");
                    }
                    let date: Moment = cell.parse().with_context(|| format!("column `{name}`"))?;
                    Ok(date >= *from)
                };
                let tested: Result<Vec<bool>> = table.test_cells.iter().map(later).collect();
                Some(Split::Given(tested?))
            }
        })
    }
}
