use super::LabelOn;
use super::resolve::{Labels, Target};
use crate::lead::LeadView;
use crate::model::model::{Row, ScoreModel};
use crate::score::{Cell, NO_BAND, Notes};
use crate::scorer::{ActivityPlan, Buffers, Case};
use std::sync::Arc;

impl ScoreModel {
    /// Writes down the manual overrides that are in force.
    pub(in crate::model) fn overrides<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        notes: &mut Option<Box<Notes>>,
    ) {
        case.lead.overrides(&mut |manual| {
            if !manual.in_force(case.as_of) {
                return;
            }
            let of = self.shape.dimension(manual.dimension);
            if of.is_some() || (manual.dimension == "composite" && self.composite.is_some()) {
                let notes = notes.get_or_insert_default();
                notes.manual.push((of, manual.to_owned()));
                notes.manual.sort_by_key(|(_, manual)| manual.set_at);
            }
        });
    }

    /// The bands that a lead reaches by its scores, its overrides and the hand-raisers.
    pub(in crate::model) fn label<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        buffers: &mut Buffers,
        row: &mut Row<'_>,
        notes: &mut Option<Box<Notes>>,
    ) {
        let raises = |labels: &Labels| !labels.auto.is_empty();
        if self.attributes.asks() && self.labels.iter().any(raises) {
            self.attributes
                .read(case.lead, case.as_of, &mut buffers.words);
        }
        for (place, (labels, band)) in self.labels.iter().zip(row.labels.iter_mut()).enumerate() {
            let of = match labels.target {
                Target::Composite => None,
                Target::Dimension(dimension) => Some(dimension),
            };
            let cell = of.and_then(|dimension| row.cells.get(dimension));
            let cell = cell.copied().unwrap_or(Cell::NONE);
            let manual = |notes: &Notes| {
                let mut latest_first = notes.manual.iter().rev();
                let (_, manual) = latest_first.find(|(dimension, _)| *dimension == of)?;
                Some(manual.score.get())
            };
            let score = || match notes.as_deref().and_then(manual) {
                Some(score) => score,
                None if of.is_none() => row.head.composite,
                None => cell.score,
            };
            // NaN is none.
            let value = match labels.on {
                LabelOn::Points => cell.raw,
                LabelOn::Score => score(),
                LabelOn::Percentile => match (score(), self.shape.ranks(of)) {
                    (score, Some(ranks)) if !score.is_nan() => ranks.of(score),
                    _ => f64::NAN,
                },
            };
            let by_score = labels.band(value);
            let mut reached = by_score;
            for auto in &labels.auto {
                let happened = |activity: &ActivityPlan, buffers: &mut Buffers| {
                    activity.happened(&case.as_dyn(&case.lead), &mut buffers.chosen)
                };
                if reached.is_some_and(|reached| reached >= auto.band)
                    || !auto.guard.holds(&buffers.words)
                    || !auto
                        .activity
                        .as_ref()
                        .is_none_or(|activity| happened(activity, buffers))
                {
                    continue;
                }
                reached = Some(auto.band);
                let notes = notes.get_or_insert_default();
                notes.lifted.retain(|(of, _)| *of != place);
                notes.lifted.push((place, Arc::clone(&auto.reason)));
            }
            *band = reached.unwrap_or(NO_BAND);
        }
    }
}
