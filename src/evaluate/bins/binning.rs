use crate::model::Problems;
use serde::{Deserialize, Serialize};

/// How the edges between bins of numbers follow from a sample. Default: 10 quantile bins.
///
/// A bin is right-closed: a value equal to an edge belongs below it. The first and the last bin are open to the
/// outside. Equal edges are one edge, so that fewer bins than asked for may form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Binning {
    /// That many bins, with quantiles of the sample between them (type 7 of R's `quantile`, the default of numpy). Where
    /// many values are equal to the least, such as zeros, these are a bin of their own.
    Quantiles(usize),
    /// The same as pandas' `qcut` with duplicates dropped: an edge at the least value is none. Many zeros then share a
    /// bin with what lies next to them.
    Qcut(usize),
    /// That many bins of equal width between the least and the greatest value of the sample.
    EqualWidth(usize),
    /// These edges, ascending.
    Cuts(Vec<f64>),
}

impl Default for Binning {
    fn default() -> Self {
        Self::Quantiles(10)
    }
}

impl Binning {
    /// The most bins that may be asked for.
    pub const MOST_BINS: usize = 1_000;

    pub(crate) fn resolve(&self, path: &str, problems: &mut Problems) {
        match self {
            Self::Quantiles(bins) | Self::Qcut(bins) | Self::EqualWidth(bins) => {
                if !(1..=Self::MOST_BINS).contains(bins) {
                    problems.push(path, format!("needs 1 to 1000 bins, got `{bins}`"));
                }
            }
            Self::Cuts(cuts) => {
                if let Some(problem) = cuts_problem(cuts) {
                    problems.push(path, problem);
                }
            }
        }
    }

    /// How many bins are asked for.
    pub(crate) fn asked(&self) -> usize {
        match self {
            Self::Quantiles(bins) | Self::Qcut(bins) | Self::EqualWidth(bins) => *bins,
            Self::Cuts(cuts) => cuts.len() + 1,
        }
    }
}

/// What is wrong with edges, if anything.
pub(crate) fn cuts_problem(cuts: &[f64]) -> Option<String> {
    if let Some(cut) = cuts.iter().find(|cut| !cut.is_finite()) {
        return Some(format!("cut points must be finite, got `{cut}`"));
    }
    if cuts.len() >= Binning::MOST_BINS {
        return Some(format!(
            "needs at most 999 cut points, got `{}`",
            cuts.len()
        ));
    }
    cuts.iter()
        .zip(cuts.iter().skip(1))
        .find(|(a, b)| a >= b)
        .map(|(a, b)| format!("cut points must ascend, got `{a}` before `{b}`"))
}

/// What becomes of missing values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingValues {
    /// They are a bin of their own, where there are any.
    #[default]
    OwnBin,
    /// They are left out, as if the sample were without them; they are still counted.
    LeaveOut,
}
