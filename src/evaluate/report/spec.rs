use super::HeatMapSpec;
use crate::evaluate::back_test::{check_bands, horizon_micros};
use crate::evaluate::{EvaluateError, ScoreMeaning, SegmentReportSpec};
use crate::model::{BandSpec, Problems, ScoreModel};
use serde::{Deserialize, Serialize};

/// What goes into a report, and of whose scores.
///
/// A lead created after the moment is left out, and so is one that had converted by then; the others are seen as they
/// were known at the moment. Metrics, gains and distribution are of the leads that have a score and are not
/// disqualified; labels and heat maps of all that are not disqualified; segments and drift of all that were there.
///
/// Leads may have weights: each counts as often as its weight says, in all of it.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     DimensionSpec, GroupSpec, Lead, LeadError, ModelSpec, Moment, ReportSpec, RuleSpec, RulesSpec, SchemaSpec,
///     ScoreModel, attribute,
/// };
///
/// let team = RuleSpec::new("team").points(60.0).when(attribute("seats").at_least(50));
/// let model = ScoreModel::build(
///     &ModelSpec::new("fit")
///         .schema(SchemaSpec::new().number("seats"))
///         .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("size").rule(team)))),
/// )?;
/// let lead = |i: u32| Lead::builder(model.schema(), i.to_string()).set("seats", 10 * i).build();
/// let leads = (0..10).map(lead).collect::<Result<Vec<_>, LeadError>>()?;
/// let bought: Moment = "2026-03-20".parse()?;
/// let converted_at: Vec<Option<Moment>> = (0..10).map(|i| (i > 5).then_some(bought)).collect();
///
/// let report = ReportSpec::new("our fit").within("30d").band("good", 50.0).run_model(
///     &model,
///     &leads,
///     "2026-03-01".parse()?,
///     &converted_at,
///     None,
/// )?;
/// assert_eq!(report.metrics.as_ref().and_then(|metrics| metrics.roc_auc), Some(11.0 / 12.0));
/// assert_eq!(report.labels[0].rows[1].conversion.map(|rate| rate.rate), Some(0.8));
/// assert!(report.to_string().starts_with("our fit: fit as of 2026-03-01T00:00:00Z, converted within 30d\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportSpec {
    /// What it is about.
    pub title: String,
    /// The dimension, or `composite`, whose scores are judged. Default: the composite where the model has one, else
    /// the first dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<String>,
    /// What a score says. Default: the higher the better, no more.
    pub scores: ScoreMeaning,
    /// Within how long after the moment a lead must convert, such as `90d`. Default: whenever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon: Option<String>,
    /// Groups of the gains table, 1 to 1000. Default: 10.
    pub gains_groups: usize,
    /// The most points of the ROC curve, 2 to 100000. Default: 400.
    pub roc_points: usize,
    /// Bins of about equal counts of the reliability table, 1 to 1000. Default: 10.
    pub reliability_bins: usize,
    /// Bins of the distribution of scores, 1 to 1000. Default: 20.
    pub histogram_bins: usize,
    /// Bands of the judged scores whose conversion rates are told, lowest first. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandSpec>,
    /// Level of the Wilson intervals of bands, labels and cells, between 0 and 1. Default: 0.95.
    pub level: f64,
    /// Pairs of dimensions to be shown against each other. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub heat_maps: Vec<HeatMapSpec>,
    /// Whether the model's labels, matrices and RFM cells are in it. Default: yes.
    pub of_model: bool,
    /// The segment report. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<SegmentReportSpec>,
}

impl Default for ReportSpec {
    fn default() -> Self {
        Self {
            title: "Report".to_owned(),
            judged: None,
            scores: ScoreMeaning::Order,
            horizon: None,
            gains_groups: 10,
            roc_points: 400,
            reliability_bins: 10,
            histogram_bins: 20,
            bands: Vec::new(),
            level: 0.95,
            heat_maps: Vec::new(),
            of_model: true,
            segments: None,
        }
    }
}

impl ReportSpec {
    /// A report of that title with nothing but its defaults.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Judges the scores of that dimension, or of `composite`. Default: the composite, else the first dimension.
    #[must_use]
    pub fn judged(mut self, dimension: impl Into<String>) -> Self {
        self.judged = Some(dimension.into());
        self
    }

    /// Takes scores for probabilities: in per cent of a scorer, from 0 to 1 where they are given. Default: the higher
    /// the better, no more.
    #[must_use]
    pub fn percent(mut self) -> Self {
        self.scores = ScoreMeaning::Percent;
        self
    }

    /// Within how long after the moment a lead must convert, such as `90d`. Default: whenever.
    #[must_use]
    pub fn within(mut self, horizon: impl Into<String>) -> Self {
        self.horizon = Some(horizon.into());
        self
    }

    /// Groups of the gains table. Default: 10.
    #[must_use]
    pub fn gains_groups(mut self, groups: usize) -> Self {
        self.gains_groups = groups;
        self
    }

    /// The most points of the ROC curve. Default: 400.
    #[must_use]
    pub fn roc_points(mut self, most: usize) -> Self {
        self.roc_points = most;
        self
    }

    /// Bins of the reliability table. Default: 10.
    #[must_use]
    pub fn reliability_bins(mut self, bins: usize) -> Self {
        self.reliability_bins = bins;
        self
    }

    /// Bins of the distribution of scores. Default: 20.
    #[must_use]
    pub fn histogram_bins(mut self, bins: usize) -> Self {
        self.histogram_bins = bins;
        self
    }

    /// Adds a band of judged scores above those there are.
    #[must_use]
    pub fn band(mut self, label: impl Into<String>, at_least: f64) -> Self {
        self.bands.push(BandSpec {
            label: label.into(),
            at_least,
        });
        self
    }

    /// Level of the Wilson intervals. Default: 0.95.
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Shows two dimensions against each other.
    #[must_use]
    pub fn heat_map(mut self, map: HeatMapSpec) -> Self {
        self.heat_maps.push(map);
        self
    }

    /// Leaves out the model's labels, matrices and RFM cells.
    #[must_use]
    pub fn without_model(mut self) -> Self {
        self.of_model = false;
        self
    }

    /// Adds the segment report. Default: none.
    #[must_use]
    pub fn segments(mut self, segments: SegmentReportSpec) -> Self {
        self.segments = Some(segments);
        self
    }

    /// The horizon in microseconds.
    pub(super) fn checked(&self, model: Option<&ScoreModel>) -> Result<i64, EvaluateError> {
        let mut problems = Problems::default();
        for (name, given, least, most) in [
            ("gains_groups", self.gains_groups, 1, 1000),
            ("roc_points", self.roc_points, 2, 100_000),
            ("reliability_bins", self.reliability_bins, 1, 1000),
            ("histogram_bins", self.histogram_bins, 1, 1000),
        ] {
            if !(least..=most).contains(&given) {
                problems.push(
                    name,
                    format!("must be between {least} and {most}, got `{given}`"),
                );
            }
        }
        let level = self.level;
        if !(level > 0.0 && level < 1.0) {
            problems.push("level", format!("must be between 0 and 1, got `{level}`"));
        }
        let horizon = match self.horizon.as_deref().map(horizon_micros) {
            None => i64::MAX,
            Some(Ok(micros)) => micros,
            Some(Err(message)) => {
                problems.push("horizon", message);
                0
            }
        };
        if let Err(error) = check_bands(&self.bands) {
            problems.push(error.place(), error.message());
        }
        for (i, map) in self.heat_maps.iter().enumerate() {
            for (name, cuts) in [
                ("row_cuts", &map.row_cuts),
                ("column_cuts", &map.column_cuts),
            ] {
                let path = format!("heat_maps[{i}].{name}");
                if cuts.len() > 50 {
                    problems.push(&path, format!("must be at most 50, got `{}`", cuts.len()));
                }
                let inside = |cut: &f64| *cut > 0.0 && *cut < 100.0;
                if !cuts.iter().all(inside) || !cuts.is_sorted_by(|a, b| a < b) {
                    let message = "must rise and be between 0 and 100";
                    problems.push(path, message);
                }
            }
        }
        if let Some(model) = model {
            self.resolve(model, &mut problems);
        }
        problems.into_result(())?;
        Ok(horizon)
    }

    /// Whether the model has what is asked of it.
    fn resolve(&self, model: &ScoreModel, problems: &mut Problems) {
        let composite = model.has_composite().then_some("composite");
        let known = || {
            let names = model.dimensions().iter().map(crate::score::Dimension::name);
            names.chain(composite)
        };
        let maps = self.heat_maps.iter().enumerate().flat_map(|(i, map)| {
            [
                (format!("heat_maps[{i}].rows"), &map.rows),
                (format!("heat_maps[{i}].columns"), &map.columns),
            ]
        });
        let judged = self.judged.iter().map(|name| ("judged".to_owned(), name));
        for (path, name) in judged.chain(maps) {
            if !known().any(|known| known == name) {
                problems.unknown(path, "dimension", name, known());
            }
        }
        if let Some(segments) = &self.segments {
            segments.resolve("segments.", model, problems);
        }
    }
}
