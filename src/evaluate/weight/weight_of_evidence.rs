use super::tally::Tally;
use crate::evaluate::EvaluateError;
use crate::evaluate::bins::FeatureBins;
use crate::lead::Value;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Weight of evidence of one feature's bins: how much more common each is among leads that converted.
///
/// The weight of a bin is `ln(share of the converted in it / share of the others in it)`: 0 says nothing, above 0
/// speaks for converting. The information value adds up, over the bins, the difference of the two shares times the
/// weight. Source: Siddiqi (2006), *Credit Risk Scorecards*, chapter 6, with converted leads in the place of goods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct WeightOfEvidence {
    /// The bins of known values.
    bins: FeatureBins,
    /// One for each bin.
    rows: Vec<WoeBin>,
    /// Missing values, where there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<WoeBin>,
    information_value: f64,
}

/// The form in files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    bins: FeatureBins,
    rows: Vec<WoeBin>,
    #[serde(default)]
    missing: Option<WoeBin>,
    information_value: f64,
}

impl TryFrom<Fields> for WeightOfEvidence {
    type Error = EvaluateError;

    fn try_from(fields: Fields) -> Result<Self, EvaluateError> {
        let (rows, bins) = (fields.rows.len(), fields.bins.len());
        if rows != bins {
            let message = format!("`{rows}` rows do not go with `{bins}` bins");
            return Err(EvaluateError::new("rows", message));
        }
        let all = fields.rows.iter().chain(&fields.missing);
        for (i, row) in all.enumerate() {
            let WoeBin {
                leads, converted, ..
            } = row;
            if !(converted >= &0.0 && converted <= leads && leads.is_finite()) {
                let message = format!("`{converted}` of `{leads}` leads cannot have converted");
                return Err(EvaluateError::new(format!("rows[{i}]"), message));
            }
        }
        Ok(Self {
            bins: fields.bins,
            rows: fields.rows,
            missing: fields.missing,
            information_value: fields.information_value,
        })
    }
}

/// One bin of a [`WeightOfEvidence`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WoeBin {
    /// Its range or level, `other`, or `missing`.
    pub bin: String,
    /// Leads in it, as a sum of weights.
    pub leads: f64,
    /// Those that converted, as a sum of weights.
    pub converted: f64,
    /// Conversion rate, 0 to 1; `None` without leads.
    pub rate: Option<f64>,
    /// Weight of evidence; 0 without leads.
    pub woe: f64,
    /// What it adds to the information value.
    pub information_value: f64,
    /// Whether nobody or everybody converted, so that the counts were adjusted.
    pub adjusted: bool,
}

/// What an information value is called by convention (Siddiqi 2006).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IvStrength {
    /// Below 0.02: tells nothing.
    Unpredictive,
    /// Below 0.1.
    Weak,
    /// Below 0.3.
    Medium,
    /// Up to 0.5.
    Strong,
    /// Above 0.5: look whether it knows the outcome already.
    Suspicious,
}

impl IvStrength {
    /// What a value is called.
    #[must_use]
    pub fn of(information_value: f64) -> Self {
        match information_value {
            iv if iv > 0.5 => Self::Suspicious,
            iv if iv >= 0.3 => Self::Strong,
            iv if iv >= 0.1 => Self::Medium,
            iv if iv >= 0.02 => Self::Weak,
            _ => Self::Unpredictive,
        }
    }
}

impl fmt::Display for IvStrength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unpredictive => "unpredictive",
            Self::Weak => "weak",
            Self::Medium => "medium",
            Self::Strong => "strong",
            Self::Suspicious => "suspicious",
        })
    }
}

/// Weight, what it adds to the information value, and whether the counts were adjusted.
fn weight(count: &Tally, all: &Tally, adjustment: f64) -> (f64, f64, bool) {
    let &Tally { converted, others } = count;
    let adjusted = converted == 0.0 || others == 0.0;
    if converted == 0.0 && others == 0.0 {
        return (0.0, 0.0, false);
    }
    let added = if adjusted { adjustment } else { 0.0 };
    let woe = (((converted + added) / all.converted) / ((others + added) / all.others)).ln();
    let shares = converted / all.converted - others / all.others;
    (woe, shares * woe, adjusted)
}

impl WeightOfEvidence {
    pub(super) fn new(
        bins: FeatureBins,
        counts: &[Tally],
        missing: Option<Tally>,
        adjustment: f64,
    ) -> Result<Self, EvaluateError> {
        let all = Tally::all(counts.iter().chain(&missing));
        if !all.has_both() {
            return Err(EvaluateError::new(
                "converted",
                "needs leads that converted and leads that did not",
            ));
        }
        let row = |bin: String, count: &Tally| {
            let (woe, information_value, adjusted) = weight(count, &all, adjustment);
            WoeBin {
                bin,
                leads: count.leads(),
                converted: count.converted,
                rate: count.rate(),
                woe,
                information_value,
                adjusted,
            }
        };
        let rows = counts.iter().enumerate();
        let rows: Vec<WoeBin> = rows
            .map(|(bin, count)| row(bins.label(bin), count))
            .collect();
        let missing = missing.map(|count| row("missing".to_owned(), &count));
        let information_value = rows
            .iter()
            .chain(&missing)
            .fold(0.0, |sum, row| sum + row.information_value);
        Ok(Self {
            bins,
            rows,
            missing,
            information_value,
        })
    }

    /// The information value of bins alone; 0 where outcomes are all alike.
    pub(super) fn information(counts: &[Tally], adjustment: f64) -> f64 {
        let all = Tally::all(counts.iter());
        if !all.has_both() {
            return 0.0;
        }
        counts
            .iter()
            .fold(0.0, |sum, count| sum + weight(count, &all, adjustment).1)
    }

    /// The bins of known values.
    #[must_use]
    pub fn bins(&self) -> &FeatureBins {
        &self.bins
    }

    /// One row for each bin of known values, in order.
    #[must_use]
    pub fn rows(&self) -> &[WoeBin] {
        &self.rows
    }

    /// The row of missing values, where there were any and they are a bin.
    #[must_use]
    pub fn missing(&self) -> Option<&WoeBin> {
        self.missing.as_ref()
    }

    /// The information value: 0 for a feature that tells nothing.
    #[must_use]
    pub fn information_value(&self) -> f64 {
        self.information_value
    }

    /// What the information value is called.
    #[must_use]
    pub fn strength(&self) -> IvStrength {
        IvStrength::of(self.information_value)
    }

    /// The weight of a number; one that is not finite is missing. What has no bin weighs 0.
    #[must_use]
    pub fn of_number(&self, value: f64) -> f64 {
        self.at(self.bins.of_number(value))
    }

    /// The weight of a level; `None` is missing. What has no bin weighs 0.
    #[must_use]
    pub fn of_level(&self, level: Option<&str>) -> f64 {
        match level {
            None => self.at(None),
            Some(level) => match self.bins.of_level(level) {
                None => 0.0,
                bin => self.at(bin),
            },
        }
    }

    /// The weight of an attribute's value; dates and tags, which have no bins here, weigh 0.
    #[must_use]
    pub fn of_value(&self, value: Value<'_>) -> f64 {
        match value {
            Value::Missing | Value::Text("") => self.at(None),
            Value::Number(number) => self.of_number(number),
            Value::Text(text) => self.of_level(Some(text)),
            Value::Flag(flag) => self.of_level(Some(if flag { "true" } else { "false" })),
            Value::Date(_) | Value::Tags(_) => 0.0,
        }
    }

    /// The weight of a bin, or of missing values.
    fn at(&self, bin: Option<usize>) -> f64 {
        let row = match bin {
            Some(bin) => self.rows.get(bin),
            None => self.missing.as_ref(),
        };
        row.map_or(0.0, |row| row.woe)
    }
}

impl fmt::Display for WeightOfEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || self.rows.iter().chain(&self.missing);
        let width = rows().map(|row| row.bin.chars().count()).max();
        let width = width.unwrap_or(0).max("Bin".len());
        write!(
            f,
            "{:<width$}  {:>9}  {:>9}  {:>7}  {:>8}  {:>8}",
            "Bin", "leads", "converted", "rate", "WoE", "IV"
        )?;
        for row in rows() {
            let rate = row.rate.map(|rate| format!("{:.1} %", 100.0 * rate));
            write!(
                f,
                "\n{:<width$}  {:>9}  {:>9}  {:>7}  {:>8.4}  {:>8.4}",
                row.bin,
                row.leads,
                row.converted,
                rate.unwrap_or_else(|| "-".to_owned()),
                row.woe,
                row.information_value
            )?;
        }
        write!(
            f,
            "\nInformation value {:.4} ({})",
            self.information_value,
            self.strength()
        )
    }
}

#[cfg(test)]
mod tests;
