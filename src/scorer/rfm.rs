//! Recency, frequency and monetary value.

mod binning;
mod build;
mod cells;
mod change;
mod fit;
mod rfm_scorer;
mod segments;
mod spec;
mod values;

pub use binning::BinCuts;
pub use fit::{RfmAxisReport, RfmFit, RfmReport};
pub use rfm_scorer::{RfmRating, RfmScorer};
pub use segments::{RfmSegmentChoice, RfmSegmentPreset, RfmSegmentSpec, RfmSegmentsSpec};
pub use spec::{BinRule, RfmAxis, RfmCuts, RfmMonetary, RfmSpec, RfmWeights};
pub use values::{RfmBins, RfmValues};

#[cfg(test)]
mod tests;
