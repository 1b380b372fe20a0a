use super::binning::BinCuts;
use super::rfm_scorer::{RfmPlan, RfmScorer};
use super::spec::{BinRule, RfmAxis, RfmCuts, RfmSpec};
use super::values::Source;
use crate::lead::Schema;
use crate::model::{Problems, SpecError};
use crate::score::LARGEST;
use crate::scorer::history::{History, HistorySpec};
use std::sync::Arc;

impl RfmSpec {
    /// Makes the scorer of a spec that has its cut points.
    ///
    /// # Errors
    /// All problems at once, each with its place: no cut points, or as many as do not fit the bins, or not ascending;
    /// unknown kinds, weights below 0, a segment table that overlaps or leaves a cell out, and the like.
    pub fn build(&self, schema: &Schema) -> Result<RfmScorer, SpecError> {
        self.build_with(schema, &HistorySpec::new())
    }

    /// As [`build`](RfmSpec::build), with a say in which activities count and how time passes.
    ///
    /// Purchases are all read; pauses leave days out of the recency of either.
    ///
    /// # Errors
    /// As [`build`](RfmSpec::build), and problems of `history` under that name.
    pub fn build_with(
        &self,
        schema: &Schema,
        history: &HistorySpec,
    ) -> Result<RfmScorer, SpecError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let scorer = RfmScorer::resolve(self, schema, &history, "rfm", &mut problems);
        problems.into_result(scorer)
    }

    /// Checks everything but the cut points, and resolves what is read.
    pub(super) fn resolve_source(
        &self,
        schema: &Schema,
        history: &History,
        path: &str,
        problems: &mut Problems,
    ) -> Source {
        if !Self::BINS.contains(&self.bins) {
            problems.push(
                format!("{path}.bins"),
                format!("must be between 2 and 1000, got `{}`", self.bins),
            );
        }
        let weights = RfmAxis::ALL.map(|axis| self.weights.axis(axis));
        for (axis, weight) in RfmAxis::ALL.into_iter().zip(weights) {
            if !(0.0..=LARGEST).contains(&weight) {
                problems.push(
                    format!("{path}.weights.{axis}"),
                    format!("must be between 0 and 1e12, got `{weight}`"),
                );
            }
        }
        if weights == [0.0; 3] {
            problems.push(
                format!("{path}.weights"),
                "at least one weight must be more than 0",
            );
        }
        let kinds = self.kind.as_ref().map(|names| {
            let path = format!("{path}.kind");
            if names.0.is_empty() {
                problems.push(&path, "needs at least one name");
            }
            let mut slots = Vec::with_capacity(names.0.len());
            for name in &names.0 {
                match schema.kind(name) {
                    Some(slot) => slots.push(slot),
                    None => problems.unknown(&path, "activity kind", name, schema.kinds()),
                }
            }
            slots.into()
        });
        Source {
            schema: schema.id(),
            kinds,
            monetary: self.monetary,
            history: history.clone(),
        }
    }

    /// Whether an axis plays a part in the score.
    fn asks(&self, axis: RfmAxis) -> bool {
        match self.axis {
            Some(only) => only == axis,
            None => self.weights.axis(axis) > 0.0,
        }
    }

    fn resolve_cuts(&self, cuts: &RfmCuts, path: &str, problems: &mut Problems) -> [BinCuts; 3] {
        RfmAxis::ALL.map(|axis| {
            let given = cuts.axis(axis);
            let path = format!("{path}.cuts.{axis}");
            let due = usize::from(self.bins).saturating_sub(1);
            let fits = given.len() == due
                || (self.rule == BinRule::Value && given.len() < due)
                || (given.is_empty() && !self.asks(axis));
            if !fits && Self::BINS.contains(&self.bins) {
                problems.push(
                    &path,
                    format!("{} bins have {due} cuts, got `{}`", self.bins, given.len()),
                );
            }
            for (i, &cut) in given.iter().enumerate() {
                if cut.is_nan() || cut.abs() > LARGEST {
                    problems.push(
                        format!("{path}[{i}]"),
                        format!("must be a number of at most 1e12 in size, got `{cut}`"),
                    );
                }
            }
            let pairs = given.iter().zip(given.iter().skip(1));
            if let Some((low, high)) = pairs.into_iter().find(|(low, high)| low > high) {
                problems.push(&path, format!("must ascend, got `{low}` before `{high}`"));
            }
            let kept = given.get(..given.len().min(due)).unwrap_or_default();
            BinCuts::new(kept, self.rule, axis == RfmAxis::Recency)
        })
    }
}

impl RfmScorer {
    pub(crate) fn resolve(
        spec: &RfmSpec,
        schema: &Schema,
        history: &History,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        let source = spec.resolve_source(schema, history, path, problems);
        let before = problems.len();
        let segments = spec.resolve_segments(path, problems);
        let none = RfmCuts::default();
        let cuts = match &spec.cuts {
            Some(cuts) => spec.resolve_cuts(cuts, path, problems),
            None => {
                problems.push(
                    format!("{path}.cuts"),
                    "there are none: give them, or learn them from a population with `fit`",
                );
                RfmAxis::ALL.map(|axis| BinCuts::new(none.axis(axis), spec.rule, false))
            }
        };
        if let Some(segments) = segments.as_ref().filter(|_| problems.len() == before) {
            let counts = cuts.each_ref().map(BinCuts::count);
            segments.check(counts, &format!("{path}.segments"), problems);
        }
        let weights = RfmAxis::ALL.map(|axis| spec.weights.axis(axis));
        Self {
            plan: Arc::new(RfmPlan {
                source,
                cuts,
                weights,
                segments,
            }),
            axis: spec.axis,
        }
    }
}
