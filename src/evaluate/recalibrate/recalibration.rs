use super::columns::Columns;
use super::place::Places;
use super::{PointsChange, RecalibrationSpec};
use crate::evaluate::{EvaluateError, Evaluation};
use crate::lead::LeadView;
use crate::model::{Externals, ModelSpec, Problems, ScoreModel, in_blocks};
use crate::scorer::TrainingSet;
use serde::Serialize;
use std::fmt;

/// A model with points learned anew, and what changed. `Display` prints the changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recalibration {
    /// The new model: the old one with other points.
    pub spec: ModelSpec,
    /// Every rule in question, in the order of the spec.
    pub changes: Vec<PointsChange>,
    /// Dimensions that have no points rules and stay as they are, such as RFM, checklists, grades and scorers of the
    /// app's own; `outer/inner` for one of a model inside the model.
    pub untouched: Vec<String>,
    /// Rows of the history.
    pub rows: u64,
    /// Those that converted.
    pub converted: u64,
    /// Points for a unit of log-odds; `None` where no rule tells anything.
    pub points_per_log_odds: Option<f64>,
    /// Log-odds of converting where no rule holds; `None` where no rule could be learned from.
    pub intercept: Option<f64>,
    /// Whether the regression found its optimum.
    pub converged: bool,
    /// How well scores rank the history, before and after. The history is the one that was learned from: judge the
    /// new model by leads that it has not seen.
    pub quality: Vec<RecalibrationQuality>,
}

/// How well one score ranks the history.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecalibrationQuality {
    /// The dimension of the model itself, or `composite`.
    pub of: String,
    /// Rows with a score in both models.
    pub rows: u64,
    /// Area under the ROC curve of the old points, 0 to 1.
    pub before: f64,
    /// Area under the ROC curve of the new points, 0 to 1.
    pub after: f64,
}

impl RecalibrationSpec {
    /// Learns points anew for the rules of a model from what became of leads.
    ///
    /// A logistic regression takes, for each row of the history and each rule, how often the rule's points count: 1 for
    /// a plain rule that holds, faded occurrences of activities, periods of inactivity; in a group that takes its
    /// highest rule, of that rule only. These come from the model's own evaluation as of the row's moment, models inside
    /// the model included. All rules stand in one regression, so that a point is worth the same in all of them; of what
    /// a group's or dimension's bounds hold back, and of scales and weights of composites, it knows nothing.
    ///
    /// A rule of product interest counts where its points make the score: on the product that is judged, or, of interest
    /// in the top product, on the one that has the most points by the old rules (of equals the first in the schema).
    /// What a lead did about other products does not raise that score, and so does not count here either; as points
    /// change another product may lead, which the next recalibration takes into account.
    ///
    /// [`untouched`](Recalibration::untouched) names the dimensions that have no points rules.
    ///
    /// Where the leads of the history have weights, so has the regression, and the ranking of
    /// [`quality`](Recalibration::quality); hits and numbers of rows count rows.
    ///
    /// A coefficient times [`points_per_log_odds`](Recalibration::points_per_log_odds) is what was learned; the new
    /// points are that, changed no more than the spec allows and rounded. The ranges of a count, the bounds of a rule
    /// and the floor of inactivity change in proportion. Rules that hold too rarely keep their points. A rule whose
    /// coefficient speaks against its sign is named and left out, the strongest first, and the others are fitted again
    /// without it.
    ///
    /// # Errors
    /// A spec or a model that cannot be used, a history without rows, and one in which all converted or none.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     DimensionSpec, GroupSpec, Lead, LeadError, ModelSpec, RecalibrationSpec, RuleSpec, RulesSpec, SchemaSpec,
    ///     ScoreModel, TrainingSet, attribute,
    /// };
    ///
    /// let rule = |id: &str| RuleSpec::new(id).points(20.0).when(attribute(id).equals(true));
    /// let old = ModelSpec::new("fit").schema(SchemaSpec::new().flag("budget").flag("hobby")).dimension(
    ///     DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("who").rule(rule("budget")).rule(rule("hobby")))),
    /// );
    /// let model = ScoreModel::build(&old)?;
    /// // Whoever has a budget converts three times out of four, others once; a hobby makes no difference.
    /// let lead = |i: u32| Lead::builder(model.schema(), i.to_string()).set("budget", i % 2 == 0).set("hobby", i % 3 == 0).build();
    /// let leads = (0..240).map(lead).collect::<Result<Vec<_>, LeadError>>()?;
    /// let converted: Vec<bool> = (0..240_u32).map(|i| (i % 2 == 0) != ((i / 6) % 4 == 0)).collect();
    ///
    /// let history = TrainingSet::labelled(&leads, &converted, "2026-03-01".parse()?)?;
    /// let new = RecalibrationSpec::new().recalibrate(&old, &history)?;
    /// let points: Vec<_> = new.changes.iter().map(|change| (change.rule.as_str(), change.new)).collect();
    /// // Hobbies would come out as 0: half of the way is one step.
    /// assert_eq!(points, [("budget", Some(27.0)), ("hobby", Some(10.0))]);
    /// ScoreModel::build(&new.spec)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn recalibrate<L: LeadView + Sync>(
        &self,
        old: &ModelSpec,
        history: &TrainingSet<'_, L>,
    ) -> Result<Recalibration, EvaluateError> {
        self.recalibrate_with(old, &Externals::new(), history)
    }

    /// As [`recalibrate`](Self::recalibrate), for a model with scorers of the app's own.
    ///
    /// # Errors
    /// As [`recalibrate`](Self::recalibrate).
    pub fn recalibrate_with<L: LeadView + Sync>(
        &self,
        old: &ModelSpec,
        externals: &Externals,
        history: &TrainingSet<'_, L>,
    ) -> Result<Recalibration, EvaluateError> {
        let mut problems = Problems::default();
        self.resolve(&mut problems);
        problems.into_result(())?;
        let before = ScoreModel::build_with(old, externals)?;
        let places = Places::of(old, &self.dimensions)?;
        let rows = history.rows().len();
        let converted = history.rows().iter().filter(|row| row.converted).count();
        if converted == 0 || converted == rows {
            return Err(EvaluateError::new(
                "history",
                format!(
                    "needs rows that converted and rows that did not, got `{converted}` of `{rows}`"
                ),
            ));
        }
        let columns = Columns::new(&before, old, &places.rules, history);
        let learned = self.learn(old, &places.rules, &columns)?;
        let after = ScoreModel::build_with(&learned.spec, externals)?;
        let mut names: Vec<&str> = Vec::new();
        for place in &places.rules {
            let outermost = place.dimensions.first();
            let dimension = outermost.and_then(|&first| old.dimensions.get(first));
            if let Some(of) = dimension.filter(|of| names.last() != Some(&of.name.as_str())) {
                names.push(&of.name);
            }
        }
        if old.composite.is_some() {
            names.push("composite");
        }
        let quality = quality(&names, [&before, &after], history)?;
        Ok(Recalibration {
            quality,
            spec: learned.spec,
            changes: learned.changes,
            untouched: places.untouched,
            rows: rows as u64,
            converted: converted as u64,
            points_per_log_odds: learned.points_per_log_odds,
            intercept: learned.intercept,
            converged: learned.converged,
        })
    }
}

fn quality<L: LeadView + Sync>(
    names: &[&str],
    models: [&ScoreModel; 2],
    history: &TrainingSet<'_, L>,
) -> Result<Vec<RecalibrationQuality>, EvaluateError> {
    let (leads, rows) = (history.leads(), history.rows());
    let scored = |model: &ScoreModel| -> Vec<Vec<Option<f64>>> {
        let blocks = in_blocks(rows.len(), |block| {
            let rows = rows.iter().skip(block.start).take(block.len());
            let scores = rows.map(|row| {
                let vector = leads
                    .get(row.lead)
                    .map(|lead| model.vector(lead, row.as_of.into()));
                let of = |name: &&str| match (*name, &vector) {
                    ("composite", Some(vector)) => vector.composite().map(f64::from),
                    // The raw value tells leads apart that the scale's ends make equal.
                    (name, Some(vector)) => vector.raw(name),
                    (_, None) => None,
                };
                names.iter().map(of).collect()
            });
            scores.collect::<Vec<Vec<Option<f64>>>>()
        });
        blocks.concat()
    };
    let (before, after) = {
        let [before, after] = models;
        (scored(before), scored(after))
    };
    let mut quality = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let (mut old, mut new, mut converted) = (Vec::new(), Vec::new(), Vec::new());
        let mut weights = Vec::new();
        for ((before, after), row) in before.iter().zip(&after).zip(rows) {
            let score = |scores: &[Option<f64>]| scores.get(place).copied().flatten();
            if let (Some(before), Some(after)) = (score(before), score(after)) {
                old.push(before);
                new.push(after);
                converted.push(row.converted);
                weights.push(row.weight);
            }
        }
        if converted.is_empty() {
            continue;
        }
        let auc = |scores: &[f64]| -> Result<Option<f64>, EvaluateError> {
            let evaluation = Evaluation::weighted(scores, &converted, &weights)?;
            Ok(evaluation.roc_auc().map(|roc| roc.auc))
        };
        if let (Some(before), Some(after)) = (auc(&old)?, auc(&new)?) {
            quality.push(RecalibrationQuality {
                of: (*name).to_owned(),
                rows: converted.len() as u64,
                before,
                after,
            });
        }
    }
    Ok(quality)
}

impl Recalibration {
    /// The rules that have other points than they had.
    pub fn changed(&self) -> impl Iterator<Item = &PointsChange> {
        self.changes.iter().filter(|change| change.is_changed())
    }

    /// What became of a rule of a dimension, `outer/inner` in a model inside the model.
    #[must_use]
    pub fn change(&self, dimension: &str, rule: &str) -> Option<&PointsChange> {
        let mut all = self.changes.iter();
        all.find(|change| change.dimension == dimension && change.rule == rule)
    }
}

impl fmt::Display for Recalibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} of {} rules changed, learned from {} rows of which {} converted",
            self.changed().count(),
            self.changes.len(),
            self.rows,
            self.converted
        )?;
        for quality in &self.quality {
            writeln!(
                f,
                "  AUC of {}: {:.4} before, {:.4} after, on the rows learned from",
                quality.of, quality.before, quality.after
            )?;
        }
        if !self.untouched.is_empty() {
            let names = self.untouched.join(", ");
            writeln!(f, "  without points rules, left as they are: {names}")?;
        }
        if !self.converged {
            writeln!(f, "  the regression did not converge")?;
        }
        let names = |change: &PointsChange| format!("{}/{}", change.dimension, change.rule);
        let width = self
            .changes
            .iter()
            .map(|change| names(change).chars().count());
        let width = width.max().unwrap_or(0).max("Rule".len());
        write!(
            f,
            "{:<width$}  {:>8}  {:>8}  {:>8}  {:>7}  {:>9}  why",
            "Rule", "old", "new", "learned", "rows", "converted"
        )?;
        for change in &self.changes {
            let shown = |points: Option<f64>| match points {
                Some(points) => {
                    let text = format!("{points:.2}");
                    text.trim_end_matches('0').trim_end_matches('.').to_owned()
                }
                None => "-".to_owned(),
            };
            #[allow(clippy::cast_precision_loss)] // for display
            let rate = match change.hits {
                0 => "-".to_owned(),
                hits => format!("{:.1} %", 100.0 * change.converted as f64 / hits as f64),
            };
            write!(
                f,
                "\n{:<width$}  {:>8}  {:>8}  {:>8}  {:>7}  {:>9}  {}",
                names(change),
                shown(change.old),
                shown(change.new),
                shown(change.learned),
                change.hits,
                rate,
                change.why
            )?;
        }
        Ok(())
    }
}
