use crate::evaluate::lead_weights::{self, each_weight};
use crate::evaluate::{BandOutcome, ConversionRate};
use crate::model::BandSpec;
use serde::{Deserialize, Serialize};

/// What converted under each label of a set, or in each band of scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelConversion {
    /// The set of labels; of bands the dimension, `composite` or `score`.
    pub of: String,
    /// The leads without a label first, then the labels from the lowest up.
    pub rows: Vec<LabelRow>,
}

/// A label of a [`LabelConversion`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelRow {
    /// The label; `None`: no label, or below the lowest band.
    pub label: Option<String>,
    /// How many leads, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// What of them converted; `None` where there are none.
    pub conversion: Option<ConversionRate>,
    /// That rate over that of all leads of the set; `None` where there are none or nothing converted.
    pub lift: Option<f64>,
}

impl LabelConversion {
    /// Counts leads by the place of their label, `None` for no label: whether each converted, and its weight.
    pub(super) fn count<'n>(
        of: impl Into<String>,
        labels: impl Iterator<Item = &'n str>,
        leads: impl Iterator<Item = (Option<usize>, bool, f64)>,
        level: f64,
    ) -> Self {
        let names = std::iter::once(None).chain(labels.map(Some));
        let mut counts: Vec<_> = names.map(|name| (name, BandOutcome::default())).collect();
        let last = counts.len() - 1;
        let mut all = BandOutcome::default();
        for (place, converted, weight) in leads {
            // A place beyond the labels is none.
            let place = place.map_or(0, |place| place.saturating_add(1));
            let place = if place > last { 0 } else { place };
            if let Some((_, own)) = counts.get_mut(place) {
                own.add(converted, weight);
            }
            all.add(converted, weight);
        }
        let base = all.rate().filter(|&rate| rate > 0.0);
        let rows = counts.into_iter().map(|(label, own)| {
            let conversion = ConversionRate::wilson(own.converted, own.leads, level);
            LabelRow {
                label: label.map(str::to_owned),
                leads: own.leads,
                lift: conversion.zip(base).map(|(own, base)| own.rate / base),
                conversion,
            }
        });
        Self {
            of: of.into(),
            rows: rows.collect(),
        }
    }

    /// Counts scores by the bands that they lie in.
    pub(super) fn of_bands(
        of: impl Into<String>,
        bands: &[BandSpec],
        scores: &[f64],
        converted: &[bool],
        weights: Option<&[f64]>,
        level: f64,
    ) -> Self {
        let leads = scores.iter().zip(converted).zip(each_weight(weights));
        let leads = leads.map(|((&score, &converted), weight)| {
            let above = bands.partition_point(|band| band.at_least <= score);
            (above.checked_sub(1), converted, weight)
        });
        let labels = bands.iter().map(|band| band.label.as_str());
        Self::count(of, labels, leads, level)
    }
}
