use super::{BandOutcome, CalibrationDrift};
use crate::evaluate::bins::{Counts, FeatureBins, Place, Sample, range};
use crate::evaluate::population::Population;
use crate::lead::{AttributeSlot, AttributeType, KnownAt, LeadView, Value};
use crate::model::ScoreModel;
use crate::score::{AsOf, Score, ScoreMatrix};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a feature's values are, and so how they are put into bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// Numbers, in ranges.
    Number,
    /// Texts, as levels without regard to case.
    Text,
    /// `true` and `false`.
    Flag,
    /// Days before the moment of judging, in ranges; negative for dates ahead.
    Date,
    /// Each set of tags that occurs is a level.
    Tags,
    /// Scores, 0 to 100, in ranges.
    Score,
}

impl From<AttributeType> for FeatureKind {
    fn from(of: AttributeType) -> Self {
        match of {
            AttributeType::Number => Self::Number,
            AttributeType::Text => Self::Text,
            AttributeType::Flag => Self::Flag,
            AttributeType::Date => Self::Date,
            AttributeType::Tags => Self::Tags,
        }
    }
}

/// One feature as it was: its bins and how the leads fell into them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    pub(crate) name: String,
    pub(crate) kind: FeatureKind,
    pub(crate) bins: FeatureBins,
    /// Sums of weights.
    pub(crate) counts: Vec<f64>,
    pub(crate) missing: f64,
    /// Least and greatest value of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) range: Option<[f64; 2]>,
    /// Of scores whose outcomes are known: one for each bin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) outcomes: Vec<BandOutcome>,
}

impl Snapshot {
    pub(crate) fn of(
        name: &str,
        kind: FeatureKind,
        sample: &Sample<'_>,
        psi: &super::PsiSpec,
    ) -> Self {
        let bins = sample.bins(&psi.binning, psi.rare_share);
        let counts = sample.count(&bins);
        let values: Vec<f64> = sample.finite().map(|(value, _)| value).collect();
        Self {
            name: name.to_owned(),
            kind,
            bins,
            counts: counts.bins,
            missing: counts.missing,
            range: range(&values).map(|(least, greatest)| [least, greatest]),
            outcomes: Vec::new(),
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            bins: self.counts.clone(),
            missing: self.missing,
            ..Counts::default()
        }
    }

    /// How many leads of each bin have a known outcome, and how many converted; nothing where no outcomes are given.
    pub(super) fn banded(
        &self,
        population: &Population<'_>,
        sample: &Sample<'_>,
    ) -> Vec<BandOutcome> {
        let Some(outcomes) = population.outcomes() else {
            return Vec::new();
        };
        let mut bands = vec![BandOutcome::default(); self.bins.len()];
        sample.each(&self.bins, |row, place, weight| {
            let outcome = outcomes.get(row).copied().flatten();
            if let (Some(converted), Place::Bin(bin)) = (outcome, place) {
                if let Some(band) = bands.get_mut(bin) {
                    band.add(converted, weight);
                }
            }
        });
        bands
    }

    /// Whether the bins of scores still convert as they did.
    pub(super) fn calibration(
        &self,
        population: &Population<'_>,
        sample: &Sample<'_>,
    ) -> Option<CalibrationDrift> {
        let now = self.banded(population, sample);
        let both = self.outcomes.iter().zip(&now).enumerate();
        CalibrationDrift::between(
            both.map(|(bin, (&then, &now))| (self.bins.label(bin), then, now)),
        )
    }

    /// What is wrong with it, as it stands in a file.
    pub(crate) fn problem(&self) -> Option<String> {
        let bins = self.bins.len();
        if self.counts.len() != bins {
            let counts = self.counts.len();
            return Some(format!("`{counts}` counts do not go with `{bins}` bins"));
        }
        if !self.outcomes.is_empty() && self.outcomes.len() != bins {
            let outcomes = self.outcomes.len();
            return Some(format!(
                "`{outcomes}` outcomes do not go with `{bins}` bins"
            ));
        }
        let is_count = |count: &&f64| (0.0..=f64::MAX).contains(*count);
        let mut counts = self.counts.iter().chain([&self.missing]);
        let outcomes = self.outcomes.iter();
        let mut outcomes = outcomes.flat_map(|outcome| [&outcome.leads, &outcome.converted]);
        let wrong = counts.find(|count| !is_count(count));
        if let Some(count) = wrong.or_else(|| outcomes.find(|count| !is_count(count))) {
            return Some(format!("counts must be 0 or more, got `{count}`"));
        }
        let more = |outcome: &&BandOutcome| outcome.converted > outcome.leads;
        if let Some(outcome) = self.outcomes.iter().find(more) {
            return Some(format!(
                "`{}` of `{}` leads cannot have converted",
                outcome.converted, outcome.leads
            ));
        }
        None
    }
}

/// The values of an attribute, one for each lead, as they were known at a moment.
pub(crate) fn attribute_sample<V: LeadView>(
    model: &ScoreModel,
    slot: AttributeSlot,
    kind: FeatureKind,
    leads: &[V],
    as_of: AsOf,
) -> Sample<'static> {
    let moment = as_of.moment();
    let read = |lead: &V, take: &mut dyn FnMut(Value<'_>)| {
        if lead.schema() != model.schema().id() {
            take(Value::Missing);
        } else if lead.all_known_at(moment) {
            take(lead.attribute(slot));
        } else {
            take(KnownAt::new(lead, moment).attribute(slot));
        }
    };
    match kind {
        FeatureKind::Number | FeatureKind::Date | FeatureKind::Score => {
            let mut numbers = Vec::with_capacity(leads.len());
            for lead in leads {
                read(lead, &mut |value| {
                    numbers.push(match value {
                        Value::Number(number) => number,
                        Value::Date(date) => days(moment.micros_since(date)),
                        _ => f64::NAN,
                    });
                });
            }
            Sample::numbers(numbers)
        }
        FeatureKind::Text | FeatureKind::Flag | FeatureKind::Tags => {
            let mut levels = Vec::with_capacity(leads.len());
            for lead in leads {
                read(lead, &mut |value| levels.push(level(&value)));
            }
            Sample::levels(levels)
        }
    }
}

#[allow(clippy::cast_precision_loss)] // to a fraction of a second
fn days(micros: i64) -> f64 {
    micros as f64 / 86_400e6
}

fn level(value: &Value<'_>) -> Option<Cow<'static, str>> {
    match value {
        Value::Flag(true) => Some("true".into()),
        Value::Flag(false) => Some("false".into()),
        Value::Text(text) if !text.is_empty() => Some(text.to_lowercase().into()),
        Value::Tags(tags) => {
            let all = (0..tags.len()).filter_map(|i| tags.get(i));
            let mut all: Vec<String> = all.map(str::to_lowercase).collect();
            all.sort_unstable();
            all.dedup();
            if all.is_empty() {
                all.push("none".to_owned());
            }
            Some(all.join(" | ").into())
        }
        _ => None,
    }
}

/// The scores of each dimension, and of the composite where there is one, by name.
pub(crate) fn scores(matrix: &ScoreMatrix) -> Vec<(String, Sample<'static>)> {
    let numbers = |scores: &mut dyn Iterator<Item = Option<Score>>| {
        Sample::numbers(
            scores
                .map(|score| score.map_or(f64::NAN, Score::get))
                .collect(),
        )
    };
    let mut all = Vec::new();
    for dimension in matrix.dimensions() {
        if let Some(mut column) = matrix.column(dimension.name()) {
            all.push((dimension.name().to_owned(), numbers(&mut column)));
        }
    }
    if matrix.shape.has_composite {
        all.push(("composite".to_owned(), numbers(&mut matrix.composites())));
    }
    all
}
