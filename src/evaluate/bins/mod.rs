//! Bins: what drift and weight of evidence count by.

mod binning;
mod feature_bins;
mod quantile;
mod sample;

pub use binning::{Binning, MissingValues};
pub use feature_bins::FeatureBins;

pub(crate) use feature_bins::range;
pub(in crate::evaluate) use quantile::Sorted;
pub(crate) use sample::{Counts, Place, Sample};
