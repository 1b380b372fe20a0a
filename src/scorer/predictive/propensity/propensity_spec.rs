use super::propensity_model::{HazardPeriod, PropensityModel, later};
use crate::lead::{LeadView, Moment, Schema};
use crate::model::Problems;
use crate::scorer::period::parse_period;
use crate::scorer::predictive::fit::{LogisticFit, TrainingMatrix};
use crate::scorer::predictive::{
    DesignMatrix, PredictiveSpec, TrainError, TrainingRow, TrainingSetSpec,
};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// What a propensity model reads of leads, and into which periods it cuts the time after.
///
/// Learned from one row for each lead as of a moment and each period after it that was wholly observed, up to the one
/// in which the lead converted. The features are those as of the moment, the same in all its rows; the period is a
/// column for each but the first.
///
/// # Examples
/// ```
/// use lead_scoring::{FeatureSpec, PredictiveSpec, PropensitySpec};
///
/// let features = PredictiveSpec::new().feature(FeatureSpec::attribute("seats"));
/// let spec = PropensitySpec::new(features).periods(["7d", "30d", "90d"]);
/// assert_eq!(spec.periods.len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropensitySpec {
    /// What is read, and how the coefficients are fitted.
    pub hazard: PredictiveSpec,
    /// When the periods end, rising: lengths of time from the moment. Default: `7d`, `30d`, `90d`.
    #[serde(default = "default_periods")]
    pub periods: Vec<String>,
}

fn default_periods() -> Vec<String> {
    ["7d", "30d", "90d"].map(str::to_owned).to_vec()
}

/// A propensity model with how it was fitted.
#[derive(Clone, Debug)]
pub struct TrainedPropensity {
    /// The model: what is kept, and scores.
    pub model: PropensityModel,
    /// The coefficients: of the periods but the first, then of the features' columns.
    pub fit: LogisticFit,
    /// What was observed of each period.
    pub observed: Vec<ObservedPeriod>,
}

/// What was observed of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedPeriod {
    /// Rows that had not converted before, and were observed to its end.
    pub rows: u64,
    /// How many of them converted in it.
    pub converted: u64,
}

/// Rows of leads and periods.
struct LeadPeriods {
    cells: Vec<f64>,
    converted: Vec<bool>,
    moments: Vec<Moment>,
    weights: Vec<f64>,
    observed: Vec<ObservedPeriod>,
}

impl PropensitySpec {
    /// Periods that end after 7, 30 and 90 days.
    #[must_use]
    pub fn new(hazard: PredictiveSpec) -> Self {
        Self {
            hazard,
            periods: default_periods(),
        }
    }

    /// When the periods end. Default: `7d`, `30d`, `90d`.
    #[must_use]
    pub fn periods<N: Into<String>>(mut self, until: impl IntoIterator<Item = N>) -> Self {
        self.periods = until.into_iter().map(Into::into).collect();
        self
    }

    /// Learns a model from leads as of some moments, with when each converted, `None` where it has not, and until when
    /// that was observed.
    ///
    /// Leads that had converted by a moment, or were created after it, give no rows for it.
    ///
    /// # Errors
    /// Periods that are none or do not rise, a period that no lead was observed to the end of, and as
    /// [`TrainingSetSpec::rows`] and [`PredictiveSpec::train`].
    pub fn train<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        leads: &[L],
        converted_at: &[Option<Moment>],
        moments: impl IntoIterator<Item = Moment>,
        observed_until: Moment,
    ) -> Result<TrainedPropensity, TrainError> {
        let moments = moments.into_iter().collect();
        self.learn(schema, leads, (converted_at, None), moments, observed_until)
    }

    /// As [`train`](Self::train), each lead with a weight for all of its rows, see
    /// [`TrainingSet::weights`](crate::TrainingSet::weights). What was observed of the periods is counted in rows.
    ///
    /// # Errors
    /// As [`train`](Self::train) and [`TrainingSet::weights`](crate::TrainingSet::weights).
    pub fn train_weighted<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        leads: &[L],
        converted_at: &[Option<Moment>],
        weights: &[f64],
        moments: impl IntoIterator<Item = Moment>,
        observed_until: Moment,
    ) -> Result<TrainedPropensity, TrainError> {
        let moments = moments.into_iter().collect();
        let outcomes = (converted_at, Some(weights));
        self.learn(schema, leads, outcomes, moments, observed_until)
    }

    fn learn<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        leads: &[L],
        (converted_at, weights): (&[Option<Moment>], Option<&[f64]>),
        moments: Vec<Moment>,
        observed_until: Moment,
    ) -> Result<TrainedPropensity, TrainError> {
        let ends = self.ends()?;
        let first = self.periods.first().map_or("", String::as_str);
        let mut set = TrainingSetSpec::at(moments)
            .within(first)
            .observed_until(observed_until)
            .rows(leads, converted_at)?;
        if let Some(weights) = weights {
            set = set.weights(weights)?;
        }
        let design = self.hazard.design(schema, &set)?;
        let width = ends.len().saturating_sub(1) + design.columns.len();
        let mut rows = LeadPeriods {
            cells: Vec::new(),
            converted: Vec::new(),
            moments: Vec::new(),
            weights: Vec::new(),
            observed: vec![ObservedPeriod::default(); ends.len()],
        };
        for (row, cells) in set.rows().iter().zip(design.x.rows()) {
            let at = converted_at.get(row.lead).copied().flatten();
            rows.add(row, &ends, at, observed_until, &cells.to_vec());
        }
        if let Some(period) = rows.observed.iter().position(|period| period.rows == 0) {
            return Err(TrainError::new(
                format!("periods[{period}]"),
                "no lead was observed to its end",
            ));
        }
        let count = rows.converted.len();
        let x = Array2::from_shape_vec((count, width), rows.cells)
            .map_err(|error| TrainError::new("rows", error.to_string()))?;
        let later_periods = self.periods.iter().skip(1);
        let names = later_periods.map(|until| format!("period until {until}"));
        let matrix = TrainingMatrix::new(x.view(), &rows.converted)
            .times(&rows.moments)
            .names(names.chain(design.columns.iter().cloned()));
        let matrix = match weights {
            Some(_) => matrix.weights(&rows.weights),
            None => matrix,
        };
        let fit = self.hazard.logistic.fit_matrix(&matrix)?;
        let model = self.model(design, &fit)?;
        Ok(TrainedPropensity {
            model,
            fit,
            observed: rows.observed,
        })
    }

    fn ends(&self) -> Result<Vec<i64>, TrainError> {
        let mut problems = Problems::default();
        if self.periods.is_empty() {
            problems.push("periods", "needs at least one period");
        }
        let mut ends: Vec<i64> = Vec::with_capacity(self.periods.len());
        for (i, until) in self.periods.iter().enumerate() {
            let path = format!("periods[{i}]");
            match parse_period(until) {
                Ok(end) => {
                    let before = ends.last().copied().unwrap_or(0);
                    if end <= before {
                        problems.push(path, later(before, until));
                    }
                    ends.push(end);
                }
                Err(message) => problems.push(path, message),
            }
        }
        Ok(problems.into_result(ends)?)
    }

    fn model(
        &self,
        design: DesignMatrix,
        fit: &LogisticFit,
    ) -> Result<PropensityModel, TrainError> {
        let later = self.periods.len().saturating_sub(1);
        let (shifts, coefficients) = fit.coefficients.split_at(later.min(fit.coefficients.len()));
        let mut of_features = fit.clone();
        of_features.coefficients = coefficients.to_vec();
        let mut hazard = design.fitted(of_features)?.model;
        if let (Some(trained), Some(last)) = (&mut hazard.trained, self.periods.last()) {
            trained.horizon = Some(last.clone());
        }
        let shifts = std::iter::once(0.0).chain(shifts.iter().copied());
        let periods = self.periods.iter().zip(shifts);
        Ok(PropensityModel {
            version: PropensityModel::VERSION,
            note: None,
            horizon: None,
            periods: periods
                .map(|(until, shift)| HazardPeriod {
                    until: until.clone(),
                    shift,
                })
                .collect(),
            hazard,
        })
    }
}

impl LeadPeriods {
    /// Adds the periods of a lead after a moment, up to its conversion or to the end of observation.
    fn add(
        &mut self,
        row: &TrainingRow,
        ends: &[i64],
        converted_at: Option<Moment>,
        observed_until: Moment,
        cells: &[f64],
    ) {
        for (period, (&end, observed)) in ends.iter().zip(&mut self.observed).enumerate() {
            let end = row.as_of.plus_micros(end);
            if end > observed_until {
                break;
            }
            let converted = converted_at.is_some_and(|at| at <= end);
            observed.rows += 1;
            observed.converted += u64::from(converted);
            let later = 1..ends.len();
            self.cells
                .extend(later.map(|other| f64::from(u8::from(other == period))));
            self.cells.extend_from_slice(cells);
            self.converted.push(converted);
            self.moments.push(row.as_of);
            self.weights.push(row.weight);
            if converted {
                break;
            }
        }
    }
}
