use super::build::Applying;
use super::composite::Composite;
use super::judge::Judge;
use super::label::{Labels, Target};
use crate::lead::{Activity, KnownAt, LeadView, Moment, Schema};
use crate::score::{
    AsOf, Cell, Dimension, Explanation, Head, NO_BAND, Notes, Role, Score, ScoreVector, Shape,
};
use crate::scorer::{
    Assessment, Buffers, Case, History, Kinds, Lint, Opaque, Plan, Scorer, emptied, other_schema,
    with_buffers,
};
use std::fmt;
use std::sync::Arc;

/// Score: the composite of the model's dimensions; abstains where the model has none.
///
/// Many judges in one model: [`vector`](ScoreModel::vector) gives a lead's scores by dimension, with labels and
/// verdicts; [`explain`](Scorer::explain) says why; [`score_all`](ScoreModel::score_all) does it for many. Built from
/// a [`ModelSpec`](crate::ModelSpec). A model is itself a [`Scorer`], so models nest.
pub struct ScoreModel {
    pub(super) name: Arc<str>,
    pub(super) schema: Arc<Schema>,
    pub(super) history: History,
    /// Attributes that the model itself asks for: `applies_to` and the hand-raisers.
    pub(super) attributes: Arc<Plan>,
    pub(super) applies: Applying,
    pub(super) judges: Vec<Judge>,
    /// What several judges ask of attributes, in one word; `None` where no two do.
    pub(super) shared: Option<Plan>,
    /// The places of the judges, each after those whose scores it reads.
    pub(super) order: Box<[usize]>,
    pub(super) composite: Option<Composite>,
    pub(super) labels: Vec<Labels>,
    pub(super) shape: Arc<Shape>,
    pub(super) reads_activities: bool,
    pub(super) lints: Vec<Lint>,
}

impl fmt::Debug for ScoreModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScoreModel")
            .field("name", &self.name)
            .field("dimensions", &self.shape.dimensions)
            .finish_non_exhaustive()
    }
}

/// One row of results, to be filled.
pub(super) struct Row<'r> {
    pub(super) cells: &'r mut [Cell],
    pub(super) labels: &'r mut [u16],
    pub(super) head: &'r mut Head,
}

impl ScoreModel {
    /// The model's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its leads can have.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    #[cfg(feature = "train")]
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Its dimensions, in the spec's order.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.shape.dimensions
    }

    /// Whether the dimensions are brought together in a composite.
    #[must_use]
    pub fn has_composite(&self) -> bool {
        self.composite.is_some()
    }

    /// What the rows and the columns of the matrix at a position are read off: dimensions, or `composite`.
    pub(crate) fn axes_of(&self, matrix: usize) -> Option<[&str; 2]> {
        let first = self.shape.labels.len() + 2 * matrix;
        let name = |place: usize| {
            Some(match self.labels.get(place)?.target {
                Target::Composite => "composite",
                Target::Dimension(place) => self.shape.dimensions.get(place)?.name(),
            })
        };
        Some([name(first)?, name(first + 1)?])
    }

    /// What is odd about the spec without being wrong.
    #[must_use]
    pub fn lints(&self) -> &[Lint] {
        &self.lints
    }

    /// A lead's scores by dimension, with composite, labels and verdict.
    ///
    /// A lead of another schema, or one to which the model does not apply, abstains everywhere.
    #[must_use]
    pub fn vector<V: LeadView + ?Sized>(&self, lead: &V, as_of: AsOf) -> ScoreVector {
        ScoreVector::filled(Arc::clone(&self.shape), |cells, labels, head| {
            let mut row = Row {
                cells,
                labels,
                head,
            };
            with_buffers(|buffers, mut activities| {
                self.fill(lead, as_of, &mut row, buffers, &mut activities);
                ((), emptied(activities))
            });
        })
    }

    /// The composite of a lead, and why it is disqualified, in room that the thread keeps.
    pub(super) fn judge(
        &self,
        lead: &dyn LeadView,
        as_of: AsOf,
        verdict: &mut dyn FnMut(&Arc<str>),
    ) -> Option<Score> {
        with_buffers(|buffers, mut activities| {
            let mut cells = std::mem::take(&mut buffers.cells);
            cells.clear();
            cells.resize(self.shape.dimensions.len(), Cell::NONE);
            let mut labels = std::mem::take(&mut buffers.labels);
            labels.clear();
            labels.resize(self.shape.band_count(), NO_BAND);
            let mut head = Head::NONE;
            let mut row = Row {
                cells: &mut cells,
                labels: &mut labels,
                head: &mut head,
            };
            self.fill(lead, as_of, &mut row, buffers, &mut activities);
            buffers.cells = cells;
            buffers.labels = labels;
            for reason in head.notes.iter().flat_map(|notes| &notes.disqualified) {
                verdict(reason);
            }
            (Score::saturating(head.composite), emptied(activities))
        })
    }

    /// Fills a row that holds nothing yet.
    pub(super) fn fill<'l, V: LeadView + ?Sized>(
        &self,
        lead: &'l V,
        as_of: AsOf,
        row: &mut Row<'_>,
        buffers: &mut Buffers,
        activities: &mut Vec<Activity<'l>>,
    ) {
        if lead.schema() != self.schema.id() {
            return;
        }
        if lead.all_known_at(as_of.moment()) {
            self.fill_known(lead, as_of, row, buffers, activities);
        } else {
            let lead = KnownAt::new(lead, as_of.moment());
            with_buffers(|buffers, mut activities| {
                self.fill_known(&lead, as_of, row, buffers, &mut activities);
                ((), emptied(activities))
            });
        }
    }

    fn fill_known<'l, V: LeadView + ?Sized>(
        &self,
        lead: &'l V,
        as_of: AsOf,
        row: &mut Row<'_>,
        buffers: &mut Buffers,
        activities: &mut Vec<Activity<'l>>,
    ) {
        let mut marks = std::mem::take(&mut buffers.marks);
        let mut case = self.case(lead, as_of.moment(), activities);
        case.mark(&mut marks);
        let case = &case;
        if self.applies_to(case, buffers) {
            let shared = self.shared.as_ref();
            let shared = shared.map(|plan| plan.read_only(lead, case.as_of, &mut buffers.words));
            self.fill_case(case, buffers, row, |_, judge, cells, buffers, verdict| {
                let read = shared.and_then(|word| judge.assess_read(word, case, buffers, verdict));
                Some(match read {
                    Some(assessment) => assessment,
                    None => judge.assess(case, as_of, cells, buffers, verdict),
                })
            });
        }
        buffers.marks = marks;
    }

    /// Fills a row with what `judge` says of each dimension; `None` where that is there already.
    #[inline]
    pub(super) fn fill_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        row: &mut Row<'_>,
        judge: impl Fn(
            usize,
            &Judge,
            &[Cell],
            &mut Buffers,
            &mut dyn FnMut(&Arc<str>),
        ) -> Option<Assessment>,
    ) {
        // Most leads have none.
        let mut notes: Option<Box<Notes>> = None;
        let mut verdict = |reason: &Arc<str>| Notes::disqualify(&mut notes, reason);
        for &place in &self.order {
            let Some(of) = self.judges.get(place) else {
                continue;
            };
            let Some(assessment) = judge(place, of, row.cells, buffers, &mut verdict) else {
                continue;
            };
            if let Some(cell) = row.cells.get_mut(place) {
                *cell = assessment.into();
            }
        }
        self.finish(case, buffers, row, notes);
    }

    /// What follows once all dimensions are judged.
    fn finish<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        row: &mut Row<'_>,
        mut notes: Option<Box<Notes>>,
    ) {
        if let Some(composite) = &self.composite {
            let scores = row.cells.iter().map(|cell| {
                let score = cell.score;
                (!score.is_nan()).then_some(score)
            });
            row.head.composite = composite.value(scores).unwrap_or(f64::NAN);
        }
        self.overrides(case, &mut notes);
        if !self.labels.is_empty() {
            self.label(case, buffers, row, &mut notes);
        }
        row.head.notes = notes;
    }

    /// Whether the attributes of a judge are read together with those of others.
    pub(super) fn reads_together(&self, judge: &Judge) -> bool {
        self.shared.is_some() && judge.shares()
    }

    /// Whether one of the judges whose attributes are read together asks what is known, not only what is true.
    pub(super) fn asks_known_together(&self) -> bool {
        let mut judges = self.judges.iter();
        judges.any(|judge| self.reads_together(judge) && judge.asks_known())
    }

    /// What all judges share: the lead with the activities that count, not [marked](Case::mark) yet.
    pub(super) fn case<'c, 'l: 'c, V: LeadView + ?Sized>(
        &'c self,
        lead: &'l V,
        as_of: Moment,
        activities: &'c mut Vec<Activity<'l>>,
    ) -> Case<'c, V> {
        let since = self.history.since(lead, as_of);
        if self.reads_activities {
            self.history.collect(lead, as_of, since, activities);
        }
        Case {
            lead,
            as_of,
            history: activities,
            kinds: Kinds::ALL,
            marks: None,
            product: None,
            since,
            pauses: &self.history.pauses,
        }
    }

    /// The lead without its activities, for those that read them elsewhere or not at all.
    pub(super) fn case_without_history<'c, V: LeadView + ?Sized>(
        &'c self,
        lead: &'c V,
        as_of: Moment,
    ) -> Case<'c, V> {
        Case {
            lead,
            as_of,
            history: &[],
            kinds: Kinds::default(),
            marks: None,
            product: None,
            since: self.history.since(lead, as_of),
            pauses: &self.history.pauses,
        }
    }

    pub(super) fn applies_to<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
    ) -> bool {
        self.applies.as_ref().is_none_or(|applies| {
            self.attributes
                .read(case.lead, case.as_of, &mut buffers.words);
            applies.to(&buffers.words)
        })
    }
}

impl Scorer for ScoreModel {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.judge(lead, as_of, &mut |_| {})
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        let score = self.score(lead, as_of);
        Assessment {
            score,
            raw: score.map(Score::get),
        }
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        if lead.schema() != self.schema.id() {
            return other_schema("model").labelled(&self.name).role(Role::Model);
        }
        if lead.all_known_at(as_of.moment()) {
            self.explain_known(lead, as_of)
        } else {
            self.explain_known(&KnownAt::new(lead, as_of.moment()), as_of)
        }
    }

    fn disqualify(&self, lead: &dyn LeadView, as_of: AsOf, reason: &mut dyn FnMut(&str)) {
        self.judge(lead, as_of, &mut |text| reason(text));
    }

    fn explain_change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        Self::explain_change(self, lead, a, b)
    }

    fn next_change(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        self.keeps_course(lead, from, until)
    }
}
