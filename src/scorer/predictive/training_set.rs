mod split;
mod weights;

use super::TrainError;
use crate::lead::{LeadView, Moment};
use crate::scorer::period::parse_period;
pub use split::{Split, SplitSet};

/// Which rows a predictive model learns from: leads as of moments, and whether they converted within a time after.
///
/// Nothing that is known only later reaches a row: its features are read as of its moment, and leads that had
/// converted by then, or did not exist yet, are left out.
///
/// # Examples
/// ```
/// use lead_scoring::{Lead, Moment, SchemaSpec, TrainingSetSpec};
///
/// let schema = SchemaSpec::new().number("seats").build()?;
/// let lead = |id, day: &str| Ok::<_, Box<dyn std::error::Error>>(
///     Lead::builder(&schema, id).set("seats", 10).created_at(day.parse()?).build()?
/// );
/// let leads = [lead("a", "2025-01-01")?, lead("b", "2025-01-01")?, lead("c", "2025-06-01")?];
/// // When each of them converted.
/// let converted: [Option<Moment>; 3] = [Some("2025-03-15".parse()?), None, Some("2025-07-01".parse()?)];
///
/// let set = TrainingSetSpec::at(["2025-03-01".parse()?, "2025-04-01".parse()?])
///     .within("30d")
///     .observed_until("2025-08-01".parse()?)
///     .rows(&leads, &converted)?;
/// // In March: a converts, b does not, c is not there yet. In April: b; a has converted.
/// let told: Vec<_> = set.rows().iter().map(|row| (row.lead, row.converted)).collect();
/// assert_eq!(told, [(0, true), (1, false), (1, false)]);
/// assert_eq!((set.left_out().not_created, set.left_out().converted_before), (2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingSetSpec {
    moments: Vec<Moment>,
    horizon: Option<String>,
    observed_until: Option<Moment>,
}

/// One lead as of one moment, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingRow {
    /// Position of the lead among those given.
    pub lead: usize,
    /// The moment as of which its features are read.
    pub as_of: Moment,
    /// Whether it converted within the horizon after that.
    pub converted: bool,
    /// As how many rows it counts: the weight of its lead, above 0; 1 where leads have none.
    pub weight: f64,
}

/// How many leads at how many moments gave no row, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOutRows {
    /// The lead had converted, at the moment or before.
    pub converted_before: usize,
    /// The lead was created after the moment.
    pub not_created: usize,
    /// The horizon was not over when observation ended.
    pub not_over: usize,
    /// The horizon ran into the time of the test rows.
    pub overlapping: usize,
    /// The lead has weight 0.
    pub weightless: usize,
}

/// Rows that a predictive model learns from, or is tested on: made by [`TrainingSetSpec::rows`].
#[derive(Debug)]
pub struct TrainingSet<'l, L> {
    pub(super) leads: &'l [L],
    pub(super) rows: Vec<TrainingRow>,
    pub(super) horizon: Option<String>,
    horizon_micros: i64,
    left_out: LeftOutRows,
    /// Whether leads have weights.
    weighted: bool,
}

impl TrainingSetSpec {
    /// Reads leads as of each of these moments.
    #[must_use]
    pub fn at(moments: impl IntoIterator<Item = Moment>) -> Self {
        Self {
            moments: moments.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Within how long after its moment a lead must convert. Default: whenever, as far as is known.
    #[must_use]
    pub fn within(mut self, horizon: impl Into<String>) -> Self {
        self.horizon = Some(horizon.into());
        self
    }

    /// Until when conversions were observed: moments whose horizon ends later give no rows. Default: all are.
    #[must_use]
    pub fn observed_until(mut self, moment: Moment) -> Self {
        self.observed_until = Some(moment);
        self
    }

    /// The rows: each lead at each moment, with when it converted, `None` where it has not.
    ///
    /// A conversion at the moment itself is one before; one at the very end of the horizon counts. A lead of which
    /// it is not known when it was created is taken to have been there.
    ///
    /// # Errors
    /// No moments or one that stands twice, a horizon that is none, `observed_until` without a horizon, and another
    /// number of outcomes than leads.
    pub fn rows<'l, L: LeadView>(
        &self,
        leads: &'l [L],
        converted_at: &[Option<Moment>],
    ) -> Result<TrainingSet<'l, L>, TrainError> {
        if leads.len() != converted_at.len() {
            return Err(outcomes(leads.len(), converted_at.len()));
        }
        let mut moments = self.moments.clone();
        moments.sort_unstable();
        if moments.is_empty() {
            return Err(TrainError::new("moments", "needs at least one moment"));
        }
        let twice = moments.windows(2).find(|pair| pair.first() == pair.last());
        if let Some(twice) = twice.and_then(<[Moment]>::first) {
            return Err(TrainError::new(
                "moments",
                format!("`{twice}` stands twice"),
            ));
        }
        let horizon_micros = match &self.horizon {
            None if self.observed_until.is_some() => {
                let message = "needs a horizon: what was not observed cannot end";
                return Err(TrainError::new("observed_until", message));
            }
            None => i64::MAX,
            Some(text) => match parse_period(text) {
                Ok(0) => {
                    let message = format!("must be longer than 0, got `{text}`");
                    return Err(TrainError::new("horizon", message));
                }
                Ok(micros) => micros,
                Err(message) => return Err(TrainError::new("horizon", message)),
            },
        };
        let mut set = TrainingSet {
            leads,
            rows: Vec::new(),
            horizon: self.horizon.clone(),
            horizon_micros,
            left_out: LeftOutRows::default(),
            weighted: false,
        };
        for as_of in moments {
            let end = as_of.plus_micros(horizon_micros);
            let over = self.observed_until.is_none_or(|until| end <= until);
            for (position, (lead, converted_at)) in leads.iter().zip(converted_at).enumerate() {
                if converted_at.is_some_and(|at| at <= as_of) {
                    set.left_out.converted_before += 1;
                } else if lead.created_at().is_some_and(|at| at > as_of) {
                    set.left_out.not_created += 1;
                } else if !over {
                    set.left_out.not_over += 1;
                } else {
                    set.rows.push(TrainingRow {
                        lead: position,
                        as_of,
                        converted: converted_at.is_some_and(|at| at <= end),
                        weight: 1.0,
                    });
                }
            }
        }
        Ok(set)
    }
}

fn outcomes(leads: usize, outcomes: usize) -> TrainError {
    let message = format!("one for each lead: expected {leads}, got {outcomes}");
    TrainError::new("outcomes", message)
}

impl<'l, L: LeadView> TrainingSet<'l, L> {
    /// Rows of which is known whether they converted, without times: each lead once, as of one moment.
    ///
    /// It is for the caller to see that the leads hold nothing that came to be known by the conversion.
    ///
    /// # Errors
    /// Another number of outcomes than leads.
    pub fn labelled(leads: &'l [L], converted: &[bool], as_of: Moment) -> Result<Self, TrainError> {
        if leads.len() != converted.len() {
            return Err(outcomes(leads.len(), converted.len()));
        }
        let rows = converted.iter().enumerate();
        Ok(Self {
            leads,
            rows: rows
                .map(|(lead, &converted)| TrainingRow {
                    lead,
                    as_of,
                    converted,
                    weight: 1.0,
                })
                .collect(),
            horizon: None,
            horizon_micros: 0,
            left_out: LeftOutRows::default(),
            weighted: false,
        })
    }

    /// The rows: by moment, inside a moment in the order of the leads.
    #[must_use]
    pub fn rows(&self) -> &[TrainingRow] {
        &self.rows
    }

    /// The leads that the rows are of.
    #[must_use]
    pub fn leads(&self) -> &'l [L] {
        self.leads
    }

    /// Whether each row converted.
    #[must_use]
    pub fn converted(&self) -> Vec<bool> {
        self.rows.iter().map(|row| row.converted).collect()
    }

    /// What gave no row, and why.
    #[must_use]
    pub fn left_out(&self) -> LeftOutRows {
        self.left_out
    }
}

#[cfg(test)]
mod tests;
