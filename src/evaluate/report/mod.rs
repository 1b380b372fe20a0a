//! All that is known of how good scores are, in one value.

mod display;
mod heat_map;
mod histogram;
mod judge;
mod label_conversion;
mod of_model;
mod report;
mod run;
mod spec;
#[cfg(test)]
mod tests;

pub use heat_map::{HeatCell, HeatMap, HeatMapSpec};
pub use histogram::{HistogramBin, ScoreHistogram};
pub use label_conversion::{LabelConversion, LabelRow};
pub use report::{Report, ReportPopulation};
pub use spec::ReportSpec;
