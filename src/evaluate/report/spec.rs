use super::heat_map::between;
use super::{HeatMap, HeatMapSpec, LabelConversion, Report, ReportPopulation, ScoreHistogram};
use crate::evaluate::back_test::{
    Gathered, Judged, check_bands, check_outcomes, horizon_micros, place_of,
};
use crate::evaluate::{
    CutTies, DriftBaseline, EvaluateError, Evaluation, Grouping, ProbabilityEvaluation,
    ReliabilityBins, RocPoint, ScoreMeaning, SegmentReportSpec,
};
use crate::lead::{Frozen, LeadView, Moment, Schema};
use crate::model::{BandSpec, Problems, ScoreModel, in_blocks};
use crate::score::{AsOf, RankBy, ScoreMatrix, Unit};
use crate::scorer::Scorer;
use serde::{Deserialize, Serialize};

/// What goes into a report, and of whose scores.
///
/// A lead created after the moment is left out, and so is one that had converted by then; the others are seen as they
/// were known at the moment. Metrics, gains and distribution are of the leads that have a score and are not
/// disqualified; labels and heat maps of all that are not disqualified; segments and drift of all that were there.
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

    /// Reports on a model. `converted_at` says when each lead converted, `None` where it has not; with a baseline
    /// there is drift too.
    ///
    /// # Errors
    /// All problems of the spec at once; a dimension or a composite that the model does not have; not as many outcomes
    /// as leads; a baseline of an attribute or a dimension that the model lacks.
    pub fn run_model<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[L],
        as_of: AsOf,
        converted_at: &[Option<Moment>],
        baseline: Option<&DriftBaseline>,
    ) -> Result<Report, EvaluateError> {
        let horizon = self.checked(Some(model))?;
        check_outcomes(converted_at.len(), leads.len())?;
        let moment = as_of.moment();
        let mut gathered = Gathered::new(model.schema(), self.scores);
        let (there, converted) =
            gathered.there(leads, converted_at, moment, moment.plus_micros(horizon));
        let matrix = model.score_all(&there, as_of);
        let by = match self.judged.as_deref() {
            None => RankBy::Best,
            Some("composite") => RankBy::Composite,
            Some(dimension) => RankBy::Dimension(dimension),
        };
        let place = place_of(&matrix, by)?;
        let rows = (0..matrix.len()).filter_map(|row| matrix.scored(row));
        let judged: Vec<Judged> = rows
            .map(|scored| Judged {
                score: scored.score(place),
                disqualified: !scored.disqualified().is_empty(),
            })
            .collect();
        gathered.add(&judged, &converted);
        let of = place.and_then(|place| matrix.dimensions().get(place));
        let of = of.map_or("composite", |of| of.name());
        let mut report = self.gathered(of, leads.len(), moment, &gathered)?;
        self.of_matrix(&mut report, &matrix, &converted);
        let outcomes: Vec<Option<bool>> = converted.iter().copied().map(Some).collect();
        if !there.is_empty() {
            report.segments = self.segments.as_ref().map(|spec| {
                let mut spec = spec.clone();
                spec.judged.get_or_insert_with(|| of.to_owned());
                spec.report_scored(model, &there, as_of, &outcomes, &[], &matrix)
            });
            report.drift = baseline
                .map(|baseline| {
                    baseline.compare_scored(model, &there, as_of, Some(&outcomes), &matrix)
                })
                .transpose()?;
        }
        Ok(report)
    }

    /// Reports on any scorer. `converted_at` says when each lead converted, `None` where it has not; `schema` names the
    /// facts that may have leaked. Heat maps and segments are of models only.
    ///
    /// # Errors
    /// All problems of the spec at once; not as many outcomes as leads.
    pub fn run<S: Scorer + ?Sized, L: LeadView + Sync>(
        &self,
        scorer: &S,
        schema: &Schema,
        leads: &[L],
        as_of: AsOf,
        converted_at: &[Option<Moment>],
    ) -> Result<Report, EvaluateError> {
        let horizon = self.checked(None)?;
        check_outcomes(converted_at.len(), leads.len())?;
        let moment = as_of.moment();
        let mut gathered = Gathered::new(schema, self.scores);
        let (there, converted) =
            gathered.there(leads, converted_at, moment, moment.plus_micros(horizon));
        let judge = |lead: &Frozen<'_, L>| {
            let mut disqualified = false;
            scorer.disqualify(lead, as_of, &mut |_| disqualified = true);
            Judged {
                score: scorer.score(lead, as_of).map(crate::score::Score::get),
                disqualified,
            }
        };
        let blocks = in_blocks(there.len(), |rows| {
            let leads = there.get(rows).unwrap_or_default();
            leads.iter().map(judge).collect::<Vec<_>>()
        });
        let judged: Vec<Judged> = blocks.into_iter().flatten().collect();
        gathered.add(&judged, &converted);
        let of = self.judged.as_deref().unwrap_or("score");
        self.gathered(of, leads.len(), moment, &gathered)
    }

    /// Reports on stored scores, each lead counting as often as its weight says where there are weights; with
    /// [`percent`](Self::percent) they are probabilities from 0 to 1. Segments are those of the groupings; they and the
    /// bands count leads, not weights.
    ///
    /// # Errors
    /// All problems of the spec at once; what [`Evaluation::weighted`] and [`ProbabilityEvaluation::weighted`] say of
    /// scores, outcomes and weights; a grouping of another number of leads.
    pub fn run_scores(
        &self,
        scores: &[f64],
        converted: &[bool],
        weights: Option<&[f64]>,
        groupings: &[Grouping],
    ) -> Result<Report, EvaluateError> {
        self.checked(None)?;
        for (i, grouping) in groupings.iter().enumerate() {
            if grouping.len() != scores.len() {
                let (given, leads) = (grouping.len(), scores.len());
                let message = format!("`{given}` do not go with `{leads}` leads");
                return Err(EvaluateError::new(format!("groupings[{i}]"), message));
            }
        }
        let mut report = self.empty(self.judged.as_deref().unwrap_or("score"));
        let evaluated = match (self.scores, weights) {
            (ScoreMeaning::Order, None) => Evaluated::Order(Evaluation::new(scores, converted)?),
            (ScoreMeaning::Order, Some(weights)) => {
                Evaluated::Order(Evaluation::weighted(scores, converted, weights)?)
            }
            (ScoreMeaning::Percent, None) => {
                Evaluated::Probability(ProbabilityEvaluation::new(scores, converted)?)
            }
            (ScoreMeaning::Percent, Some(weights)) => {
                Evaluated::Probability(ProbabilityEvaluation::weighted(scores, converted, weights)?)
            }
        };
        let range = (self.scores == ScoreMeaning::Percent).then_some((0.0, 1.0));
        self.evaluate(&mut report, &evaluated, range)?;
        let has_weight = |row: usize| weights.is_none_or(|all| all.get(row) != Some(&0.0));
        let scored = evaluated.ranking().len();
        report.population = ReportPopulation {
            given: scores.len(),
            scored,
            weightless: scores.len() - scored,
            ..ReportPopulation::default()
        };
        let rows = scores.iter().zip(converted).enumerate();
        let rows = rows.filter(|(row, _)| has_weight(*row));
        let (kept, outcomes): (Vec<f64>, Vec<bool>) = rows.map(|(_, (s, c))| (*s, *c)).unzip();
        self.band_rates(&mut report, &kept, &outcomes);
        if !groupings.is_empty() {
            let groupings: Vec<Grouping> = groupings
                .iter()
                .map(|grouping| {
                    let rows = (0..scores.len()).filter(|&row| has_weight(row));
                    Grouping::several(grouping.name(), rows.map(|row| grouping.of(row).collect()))
                })
                .collect();
            let outcomes: Vec<Option<bool>> = outcomes.into_iter().map(Some).collect();
            let spec = self.segments.clone().unwrap_or_default();
            report.segments = Some(spec.report_scores(&kept, &outcomes, &groupings));
        }
        Ok(report)
    }

    fn empty(&self, judged: &str) -> Report {
        Report {
            title: self.title.clone(),
            judged: judged.to_owned(),
            as_of: None,
            horizon: self.horizon.clone(),
            population: ReportPopulation::default(),
            metrics: None,
            gains: None,
            roc: None,
            reliability: None,
            brier: None,
            distribution: None,
            labels: Vec::new(),
            heat_maps: Vec::new(),
            rfm: Vec::new(),
            segments: None,
            drift: None,
            undated_attributes: Vec::new(),
            undated_answers: Vec::new(),
        }
    }

    /// What is said of the scores of a scorer, 0 to 100.
    fn gathered(
        &self,
        judged: &str,
        given: usize,
        as_of: Moment,
        gathered: &Gathered<'_>,
    ) -> Result<Report, EvaluateError> {
        let mut report = self.empty(judged);
        report.as_of = Some(as_of);
        (report.undated_attributes, report.undated_answers) = gathered.undated();
        report.population = ReportPopulation {
            given,
            scored: gathered.scores.len(),
            abstained: gathered.abstained,
            disqualified: gathered.disqualified,
            left_out: gathered.left_out,
            weightless: 0,
        };
        let (scores, converted) = (&gathered.scores, &gathered.converted);
        self.band_rates(&mut report, scores, converted);
        if scores.is_empty() {
            return Ok(report);
        }
        // The distribution is of scores; the metrics of probabilities are of shares.
        let order = Evaluation::new(scores, converted)?;
        report.distribution = Some(ScoreHistogram::of(
            &order,
            self.histogram_bins,
            Some((0.0, 100.0)),
        ));
        let evaluated = match self.scores {
            ScoreMeaning::Order => Evaluated::Order(order),
            ScoreMeaning::Percent => {
                let shares: Vec<f64> = scores.iter().map(|score| score / 100.0).collect();
                Evaluated::Probability(ProbabilityEvaluation::new(&shares, converted)?)
            }
        };
        self.evaluate(&mut report, &evaluated, None)?;
        Ok(report)
    }

    fn evaluate(
        &self,
        report: &mut Report,
        evaluated: &Evaluated,
        range: Option<(f64, f64)>,
    ) -> Result<(), EvaluateError> {
        let ranking = evaluated.ranking();
        report.metrics = Some(match evaluated {
            Evaluated::Order(evaluation) => evaluation.metrics(),
            Evaluated::Probability(evaluation) => {
                let bins = ReliabilityBins::EqualCount(self.reliability_bins);
                report.reliability = Some(evaluation.reliability(bins)?);
                let bins = ReliabilityBins::EqualWidth(10);
                report.brier = Some(evaluation.brier_decomposition(bins)?);
                evaluation.metrics()
            }
        });
        // There is none where all leads converted, or none.
        report.gains = ranking
            .gains_table(self.gains_groups, CutTies::InProportion)
            .ok();
        report.roc = ranking
            .roc_curve()
            .map(|curve| thinned(curve, self.roc_points));
        if report.distribution.is_none() {
            let histogram = ScoreHistogram::of(ranking, self.histogram_bins, range);
            report.distribution = Some(histogram);
        }
        Ok(())
    }

    fn band_rates(&self, report: &mut Report, scores: &[f64], converted: &[bool]) {
        if !self.bands.is_empty() {
            let (of, level) = (report.judged.clone(), self.level);
            let rates = LabelConversion::of_bands(of, &self.bands, scores, converted, level);
            report.labels.push(rates);
        }
    }

    /// Labels, heat maps and RFM cells, of leads that are not disqualified.
    fn of_matrix(&self, report: &mut Report, matrix: &ScoreMatrix, converted: &[bool]) {
        let rows: Vec<(usize, bool)> = (0..matrix.len())
            .zip(converted.iter().copied())
            .filter(|&(row, _)| {
                matrix
                    .scored(row)
                    .is_some_and(|scored| scored.disqualified().is_empty())
            })
            .collect();
        let shape = &matrix.shape;
        let score = |row: usize, of: Option<usize>| matrix.scored(row)?.score(of);
        for spec in &self.heat_maps {
            let names = [spec.rows.clone(), spec.columns.clone()];
            let [y, x] = [&spec.rows, &spec.columns].map(|name| shape.dimension(name));
            let map = HeatMap::new(
                format!("{} x {}", spec.rows, spec.columns),
                names,
                [between(&spec.row_cuts), between(&spec.column_cuts)],
            );
            let part = |cuts: &[f64], score: f64| cuts.partition_point(|&cut| cut <= score);
            let cells = rows.iter().map(|&(row, converted)| {
                let cell = score(row, y).zip(score(row, x));
                let cell = cell.map(|(y, x)| (part(&spec.row_cuts, y), part(&spec.column_cuts, x)));
                (cell, converted)
            });
            report.heat_maps.push(map.fill(cells, self.level));
        }
        if !self.of_model {
            return;
        }
        let width = shape.label_width();
        let bands = |row: usize| {
            let bands = matrix.labels.get(row * width..(row + 1) * width);
            bands.unwrap_or_default()
        };
        for (place, set) in shape.labels.iter().enumerate() {
            let leads = rows.iter().map(|&(row, converted)| {
                let band = bands(row).get(place).copied().map(usize::from);
                (band, converted)
            });
            let labels = set.bands.iter().map(AsRef::as_ref);
            let of = set.name.as_ref();
            report
                .labels
                .push(LabelConversion::count(of, labels, leads, self.level));
        }
        for (place, own) in shape.matrices.iter().enumerate() {
            let texts = |names: &[std::sync::Arc<str>]| {
                names.iter().map(ToString::to_string).collect::<Vec<_>>()
            };
            let map = HeatMap::new(
                own.name.to_string(),
                ["rows".to_owned(), "columns".to_owned()],
                [texts(&own.rows), texts(&own.columns)],
            );
            let cells = rows
                .iter()
                .map(|&(row, converted)| (shape.bands(place, bands(row)), converted));
            let mut map = map.fill(cells, self.level);
            for (cell, name) in map.cells.iter_mut().zip(&own.names) {
                cell.name = name.as_ref().map(ToString::to_string);
            }
            report.heat_maps.push(map);
        }
        for (place, dimension) in shape.dimensions.iter().enumerate() {
            if dimension.unit() != Unit::Cell {
                continue;
            }
            let raw = |row: usize| {
                let cells = matrix.cells.get(row * shape.dimensions.len() + place);
                rfm_bins(cells?.raw)
            };
            let known = || rows.iter().filter_map(|&(row, _)| raw(row));
            let recency = known().map(|(recency, _)| recency).max().unwrap_or(0);
            let frequency = known().map(|(_, frequency)| frequency).max().unwrap_or(0);
            if recency == 0 {
                continue;
            }
            let numbers = |last: usize| (1..=last).map(|bin| bin.to_string()).collect();
            let map = HeatMap::new(
                dimension.name().to_owned(),
                ["recency".to_owned(), "frequency".to_owned()],
                [numbers(recency), numbers(frequency)],
            );
            let cells = rows.iter().map(|&(row, converted)| {
                let cell = raw(row).map(|(recency, frequency)| (recency - 1, frequency - 1));
                (cell, converted)
            });
            report.rfm.push(map.fill(cells, self.level));
        }
    }

    /// The horizon in microseconds.
    fn checked(&self, model: Option<&ScoreModel>) -> Result<i64, EvaluateError> {
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

/// Scores sorted with their outcomes.
enum Evaluated {
    Order(Evaluation),
    Probability(ProbabilityEvaluation),
}

impl Evaluated {
    fn ranking(&self) -> &Evaluation {
        match self {
            Self::Order(evaluation) => evaluation,
            Self::Probability(evaluation) => evaluation.ranking(),
        }
    }
}

/// Recency and frequency of an RFM cell, each from 1 on.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // cells are whole numbers of three digits
fn rfm_bins(raw: f64) -> Option<(usize, usize)> {
    let cell = (111.0..=999.0).contains(&raw).then_some(raw as usize)?;
    let (recency, frequency) = (cell / 100, cell / 10 % 10);
    (frequency > 0).then_some((recency, frequency))
}

/// A curve of no more than so many points, all of which lie on the given one. Both ends stay.
fn thinned(curve: Vec<RocPoint>, most: usize) -> Vec<RocPoint> {
    if curve.len() <= most {
        return curve;
    }
    // From corner to corner a curve is 2 long, counted along both axes.
    let step = 2.0 / crate::evaluate::evaluation::real(most.saturating_sub(2).max(1));
    let along = |point: &RocPoint| point.false_positive_rate + point.true_positive_rate;
    let last = curve.len() - 1;
    let mut kept: Vec<RocPoint> = Vec::with_capacity(most);
    for (place, point) in curve.into_iter().enumerate() {
        let before = kept.last().map_or(-step, &along);
        if place == last || (along(&point) - before >= step && kept.len() + 1 < most) {
            kept.push(point);
        }
    }
    kept
}
