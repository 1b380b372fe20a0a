use crate::evaluate::ConversionRate;
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
    /// How many leads.
    pub leads: u64,
    /// What of them converted; `None` where there are none.
    pub conversion: Option<ConversionRate>,
    /// That rate over that of all leads of the set; `None` where there are none or nothing converted.
    pub lift: Option<f64>,
}

impl LabelConversion {
    /// Counts leads by the place of their label, `None` for no label.
    pub(super) fn count<'n>(
        of: impl Into<String>,
        labels: impl Iterator<Item = &'n str>,
        leads: impl Iterator<Item = (Option<usize>, bool)>,
        level: f64,
    ) -> Self {
        let names = std::iter::once(None).chain(labels.map(Some));
        let mut counts: Vec<(Option<&str>, u64, u64)> = names.map(|name| (name, 0, 0)).collect();
        let last = counts.len() - 1;
        let (mut all, mut all_converted) = (0, 0);
        for (place, converted) in leads {
            // A place beyond the labels is none.
            let place = place.map_or(0, |place| place.saturating_add(1));
            let place = if place > last { 0 } else { place };
            if let Some((_, leads, own)) = counts.get_mut(place) {
                *leads += 1;
                *own += u64::from(converted);
            }
            all += 1;
            all_converted += u64::from(converted);
        }
        let base = ConversionRate::wilson(all_converted, all, level)
            .map(|all| all.rate)
            .filter(|&rate| rate > 0.0);
        let rows = counts.into_iter().map(|(label, leads, converted)| {
            let conversion = ConversionRate::wilson(converted, leads, level);
            LabelRow {
                label: label.map(str::to_owned),
                leads,
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
        level: f64,
    ) -> Self {
        let leads = scores.iter().zip(converted).map(|(&score, &converted)| {
            let above = bands.partition_point(|band| band.at_least <= score);
            (above.checked_sub(1), converted)
        });
        let labels = bands.iter().map(|band| band.label.as_str());
        Self::count(of, labels, leads, level)
    }
}
