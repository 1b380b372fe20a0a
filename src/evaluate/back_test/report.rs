use crate::evaluate::lead_weights::{self, shown};
use crate::evaluate::{GainsTable, Metrics, ReliabilityTable};
use crate::lead::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a scorer would have done: made by [`BackTestSpec`](crate::BackTestSpec).
///
/// A lead counts once for every moment at which it was there, so that several moments are not as many independent
/// leads. Where leads have weights, one counts as often as its weight says, and counts of leads are sums of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackTest {
    /// Metrics of all moments together; `None` where no lead was scored. Where scores are probabilities in per cent,
    /// those of probabilities too, and the score at which KS is reached is a probability.
    pub metrics: Option<Metrics>,
    /// Each moment by itself.
    pub moments: Vec<BackTestMoment>,
    /// What converted in each band, the leads below the lowest first.
    pub bands: Vec<BackTestBand>,
    /// The best leads first, by tenths, equal scores in proportion; `None` where all leads converted, or none.
    pub gains: Option<GainsTable>,
    /// Probabilities beside what came of them, in ten bins of about equal counts, where scores are probabilities.
    pub reliability: Option<ReliabilityTable>,
    /// Leads of which the scorer said too little is known.
    pub abstained: UnscoredLeads,
    /// Leads that the scorer disqualified.
    pub disqualified: UnscoredLeads,
    /// What was left out.
    pub left_out: LeftOutLeads,
    /// Possible leaks: attributes without a time since when they have been known, taken as they are now.
    pub undated_attributes: Vec<UndatedFact>,
    /// The same of answers.
    pub undated_answers: Vec<UndatedFact>,
}

/// One moment of a [`BackTest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackTestMoment {
    /// The moment.
    pub as_of: Moment,
    /// Its metrics; `None` where no lead was scored.
    pub metrics: Option<Metrics>,
}

/// One band of a [`BackTest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackTestBand {
    /// Its label; `None` below the lowest.
    pub label: Option<String>,
    /// The score from which it holds.
    pub at_least: Option<f64>,
    /// How many leads were in it, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// How many of them converted, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub converted: f64,
    /// Their share, 0 to 1; `None` of no leads.
    pub conversion_rate: Option<f64>,
    /// That share over that of all scored leads; `None` of no leads, or where nothing converted.
    pub lift: Option<f64>,
}

/// Leads that have no score to rank by, as sums of weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnscoredLeads {
    /// How many.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// How many of them converted all the same.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub converted: f64,
}

/// How many leads at how many moments were left out, and why: sums of weights.
///
/// Leads of weight 0 are not among them; they count nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOutLeads {
    /// They had converted at the moment or before.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub converted_before: f64,
    /// They were created after it.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub not_created: f64,
    /// The horizon was not over when observation ended.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub not_over: f64,
}

/// A fact of which it is not known since when it has been known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndatedFact {
    /// The attribute or question.
    pub name: String,
    /// Of how many leads at how many moments it was taken as it is now, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub values: f64,
}

impl fmt::Display for BackTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.metrics {
            Some(metrics) => write!(f, "{metrics}")?,
            None => f.write_str("no lead was scored")?,
        }
        if !self.bands.is_empty() {
            f.write_str("\nband                    from    leads  converted    rate    lift")?;
        }
        let number = |number: Option<f64>, digits| {
            number.map_or("-".to_owned(), |number| format!("{number:.digits$}"))
        };
        for band in &self.bands {
            let rate = band.conversion_rate.map(|rate| 100.0 * rate);
            write!(
                f,
                "\n{:<20} {:>7} {:>8} {:>10} {:>6}% {:>7}",
                band.label.as_deref().unwrap_or("below"),
                number(band.at_least, 1),
                shown(band.leads),
                shown(band.converted),
                number(rate, 2),
                number(band.lift, 3)
            )?;
        }
        for (what, unscored) in [
            ("abstained", self.abstained),
            ("disqualified", self.disqualified),
        ] {
            if unscored.leads > 0.0 {
                let (leads, converted) = (shown(unscored.leads), shown(unscored.converted));
                write!(f, "\n{what}: {leads} leads, of which {converted} converted")?;
            }
        }
        let left_out = self.left_out;
        write!(
            f,
            "\nleft out: {} converted before, {} not there yet, {} whose horizon was not over",
            shown(left_out.converted_before),
            shown(left_out.not_created),
            shown(left_out.not_over)
        )?;
        for (what, facts) in [
            ("attributes", &self.undated_attributes),
            ("answers", &self.undated_answers),
        ] {
            if !facts.is_empty() {
                let all: Vec<String> = facts
                    .iter()
                    .map(|fact| format!("`{}` ({})", fact.name, shown(fact.values)))
                    .collect();
                write!(
                    f,
                    "\npossible leak, {what} taken as they are now: {}",
                    all.join(", ")
                )?;
            }
        }
        Ok(())
    }
}
