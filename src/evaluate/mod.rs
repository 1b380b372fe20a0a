//! Is the scoring any good: metrics over scores with outcomes, drift, and the feedback into weights.

mod auc_difference;
mod back_test;
mod bins;
mod confusion;
mod curve;
mod distribution;
mod drift;
mod error;
mod evaluation;
mod gains;
mod hosmer_lemeshow;
mod metrics;
mod probability_evaluation;
#[cfg(feature = "train")]
mod recalibrate;
mod reliability;
mod roc_auc;
mod threshold;
mod weight;

pub use auc_difference::AucDifference;
pub use back_test::{
    BackTest, BackTestBand, BackTestMoment, BackTestSpec, LeftOutLeads, UndatedFact, UnscoredLeads,
};
pub use bins::*;
pub use confusion::Confusion;
pub use curve::{PrecisionRecallPoint, RocPoint, area_under_curve};
pub use drift::*;
pub use error::EvaluateError;
pub use evaluation::Evaluation;
pub use gains::{CutTies, GainsRow, GainsTable};
pub use hosmer_lemeshow::{HosmerLemeshow, HosmerLemeshowGroup};
pub use metrics::Metrics;
pub use probability_evaluation::ProbabilityEvaluation;
#[cfg(feature = "train")]
pub use recalibrate::*;
pub use reliability::{BrierDecomposition, ReliabilityBin, ReliabilityBins, ReliabilityTable};
pub use roc_auc::{Ks, RocAuc};
pub use threshold::{ThresholdChoice, ThresholdRule};
pub use weight::*;
