use super::summary::{SegmentMean, SegmentSummary};
use super::{DisqualifiedLeads, SegmentSpec, SegmentsSpec};
use crate::lead::{LeadView, name_problem, shortened};
use crate::model::state_condition::{
    Conditions, Facts, Mode, Pending, PopulationError, StateTest, checked, in_blocks,
};
use crate::model::{ScoreModel, SpecError};
use crate::score::{AsOf, ScoreMatrix, ScoreVector, Scored};
use std::collections::HashSet;
use std::sync::Arc;

/// The segments of a [`SegmentsSpec`], ready: which leads are in which, how many, and with which mean scores.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     AsOf, DimensionSpec, GroupSpec, Lead, ModelSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel, SegmentSpec,
///     SegmentsSpec, StateCondition, attribute,
/// };
///
/// let seats = RuleSpec::new("seats").points(40.0).when(attribute("seats").at_least(50));
/// let model = ScoreModel::build(
///     &ModelSpec::new("fit")
///         .schema(SchemaSpec::new().number("seats").text("country"))
///         .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("size").rule(seats)))),
/// )?;
/// let segments = SegmentsSpec::new()
///     .segment(SegmentSpec::new("germany", attribute("country").equals("de")))
///     .segment(SegmentSpec::new("fit", StateCondition::score("fit").at_least(40.0)))
///     .build(&model)?;
///
/// let lead = |id: &str, seats: f64| Lead::builder(model.schema(), id).set("country", "DE").set("seats", seats).build();
/// let leads = [lead("a", 80.0)?, lead("b", 8.0)?];
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let matrix = model.score_all(&leads, as_of);
///
/// let of_first = segments.of(&leads[0], &model.vector(&leads[0], as_of), as_of);
/// assert_eq!(of_first, ["germany", "fit"]);
/// let summaries = segments.over(&leads, &matrix, as_of)?;
/// assert_eq!((summaries[0].count, summaries[0].mean("fit")), (2, Some(20.0)));
/// assert_eq!((summaries[1].count, summaries[1].share), (1, 0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Segments {
    pub(super) conditions: Conditions,
    pub(super) segments: Box<[Segment]>,
}

#[derive(Debug)]
pub(super) struct Segment {
    pub(super) name: Arc<str>,
    pub(super) disqualified: DisqualifiedLeads,
    pub(super) when: StateTest,
}

impl SegmentsSpec {
    /// Builds the segments of a model's leads.
    ///
    /// # Errors
    /// All problems at once, each with its place: unknown dimensions, labels and attributes, names that stand twice,
    /// comparisons that nothing can meet, and the like.
    pub fn build(&self, model: &ScoreModel) -> Result<Segments, SpecError> {
        let mut pending = Pending::new(model);
        if self.segments.is_empty() {
            pending
                .problems
                .push("segments", "needs at least one segment");
        }
        let mut names = HashSet::new();
        let segments = self.segments.iter().enumerate().map(|(i, segment)| {
            let path = format!("segments[{i}]");
            let problems = &mut pending.problems;
            if let Some(problem) = name_problem(&segment.name) {
                problems.push(format!("{path}.name"), problem);
            }
            if !names.insert(segment.name.as_str()) {
                let name = shortened(&segment.name);
                problems.push(format!("{path}.name"), format!("`{name}` stands twice"));
            }
            segment.resolve(&path, &mut pending)
        });
        let segments = segments.collect();
        let (conditions, problems) = pending.finish();
        problems.into_result(Segments {
            conditions,
            segments,
        })
    }
}

impl SegmentSpec {
    fn resolve(&self, path: &str, pending: &mut Pending<'_>) -> Segment {
        Segment {
            name: self.name.as_str().into(),
            disqualified: self.disqualified,
            when: pending.condition(&self.when, &format!("{path}.when"), false),
        }
    }
}

impl Segment {
    /// Whether a lead is in it; `None` where that is unknown.
    fn holds(&self, facts: &mut Facts<'_, '_>) -> Option<bool> {
        if self.disqualified == DisqualifiedLeads::LeaveOut && facts.is_disqualified() {
            return Some(false);
        }
        facts.truth(&self.when, Mode::Enter)
    }
}

/// Sums of one segment.
#[derive(Clone, Default)]
struct Sums {
    count: usize,
    unknown: usize,
    /// Sum and number of scores; the composite stands last.
    scores: Vec<(f64, usize)>,
}

impl Sums {
    fn new(width: usize) -> Self {
        Self {
            scores: vec![(0.0, 0); width],
            ..Self::default()
        }
    }

    fn add(&mut self, scored: Scored<'_>) {
        self.count += 1;
        let width = self.scores.len();
        for (place, (sum, count)) in self.scores.iter_mut().enumerate() {
            let of = (place + 1 < width).then_some(place);
            if let Some(score) = scored.score(of) {
                *sum += score;
                *count += 1;
            }
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.unknown += other.unknown;
        for (own, other) in self.scores.iter_mut().zip(&other.scores) {
            own.0 += other.0;
            own.1 += other.1;
        }
    }
}

impl Segments {
    /// The names of the segments, in the spec's order.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.segments.iter().map(|segment| segment.name.as_ref())
    }

    /// The segments that a lead is in, in the spec's order.
    ///
    /// `vector` is what the model that the segments were built against says of the lead as of that moment. Where it
    /// abstains altogether (a lead of another schema, or one for which it does not count), and for a vector of
    /// another model, there is none.
    #[must_use]
    pub fn of<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        vector: &ScoreVector,
        as_of: AsOf,
    ) -> Vec<&str> {
        let mut found = Vec::new();
        let moment = as_of.moment();
        self.conditions
            .look(&lead, vector.scored(), moment, |facts| {
                for segment in &self.segments {
                    if segment.holds(facts) == Some(true) {
                        found.push(segment.name.as_ref());
                    }
                }
            });
        found
    }

    /// Whether a lead is in a named segment; `None` where that is unknown, or where there is no such segment.
    #[must_use]
    pub fn holds<V: LeadView + ?Sized>(
        &self,
        segment: &str,
        lead: &V,
        vector: &ScoreVector,
        as_of: AsOf,
    ) -> Option<bool> {
        let mut segments = self.segments.iter();
        let segment = segments.find(|other| &*other.name == segment)?;
        let moment = as_of.moment();
        self.conditions
            .look(&lead, vector.scored(), moment, |facts| segment.holds(facts))?
    }

    /// Counts and mean vectors of all segments over a population, in the spec's order, on all cores (feature
    /// `parallel`). The same bits however many threads there are. `matrix` is what [`ScoreModel::score_all`] says of
    /// the leads.
    ///
    /// A lead of which nothing can be said, because it is of another schema or the model does not count for it, is
    /// one of the population and `unknown` to every segment.
    ///
    /// # Errors
    /// Not as many leads as scores, or scores of another model.
    pub fn over<V: LeadView + Sync>(
        &self,
        leads: &[V],
        matrix: &ScoreMatrix,
        as_of: AsOf,
    ) -> Result<Vec<SegmentSummary>, PopulationError> {
        checked(&self.conditions, matrix, &[("leads", leads.len())])?;
        // The composite stands behind the dimensions.
        let none = vec![Sums::new(matrix.dimensions().len() + 1); self.segments.len()];
        let blocks = in_blocks(leads.len(), |rows| {
            let mut sums = none.clone();
            for row in rows {
                if let (Some(lead), Some(scored)) = (leads.get(row), matrix.scored(row)) {
                    self.count(lead, scored, as_of, &mut sums);
                }
            }
            sums
        });
        let mut sums = none;
        for block in blocks {
            for (own, other) in sums.iter_mut().zip(&block) {
                own.join(other);
            }
        }
        let all = self.segments.iter().zip(sums);
        Ok(all
            .map(|(segment, sums)| segment.summary(&sums, matrix))
            .collect())
    }

    fn count(&self, lead: &dyn LeadView, scored: Scored<'_>, as_of: AsOf, sums: &mut [Sums]) {
        let looked = self.conditions.look(lead, scored, as_of.moment(), |facts| {
            for (segment, sums) in self.segments.iter().zip(sums.iter_mut()) {
                match segment.holds(facts) {
                    Some(true) => sums.add(scored),
                    Some(false) => {}
                    None => sums.unknown += 1,
                }
            }
        });
        if looked.is_none() {
            for sums in sums {
                sums.unknown += 1;
            }
        }
    }
}

impl Segment {
    #[allow(clippy::cast_precision_loss)] // no population has 2^53 leads
    fn summary(&self, sums: &Sums, matrix: &ScoreMatrix) -> SegmentSummary {
        let mean = |name: Arc<str>, (sum, scored): (f64, usize)| SegmentMean {
            dimension: name,
            mean: (scored > 0).then(|| sum / scored as f64),
            scored,
        };
        let dimensions = matrix.dimensions().iter().zip(&sums.scores);
        let means = dimensions
            .map(|(dimension, &sum)| mean(Arc::clone(dimension.label()), sum))
            .collect();
        let composite = sums.scores.last().filter(|_| matrix.shape.has_composite);
        SegmentSummary {
            segment: Arc::clone(&self.name),
            count: sums.count,
            share: if matrix.is_empty() {
                0.0
            } else {
                sums.count as f64 / matrix.len() as f64
            },
            unknown: sums.unknown,
            means,
            composite: composite.map(|&sum| mean("composite".into(), sum)),
        }
    }
}
