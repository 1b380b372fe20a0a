//! Is the scoring any good: metrics over scores with outcomes, drift, and the feedback into weights.

mod auc_difference;
mod back_test;
mod comparison;
mod confusion;
mod curve;
mod distribution;
mod error;
mod evaluation;
mod gains;
mod hosmer_lemeshow;
mod metrics;
mod probability_evaluation;
mod reliability;
mod roc_auc;
mod threshold;

pub use auc_difference::AucDifference;
pub use back_test::{
    BackTest, BackTestBand, BackTestMoment, BackTestSpec, LeftOutLeads, ScoreMeaning, UndatedFact,
    UnscoredLeads,
};
pub use comparison::{
    BandMigration, ChampionChoice, ChampionVerdict, Comparison, ComparisonSpec, Mover, RuleMove,
    ScoreDistribution, ThresholdCrossing,
};
pub use confusion::Confusion;
pub use curve::{PrecisionRecallPoint, RocPoint, area_under_curve};
pub use error::EvaluateError;
pub use evaluation::Evaluation;
pub use gains::{CutTies, GainsRow, GainsTable};
pub use hosmer_lemeshow::{HosmerLemeshow, HosmerLemeshowGroup};
pub use metrics::Metrics;
pub use probability_evaluation::ProbabilityEvaluation;
pub use reliability::{BrierDecomposition, ReliabilityBin, ReliabilityBins, ReliabilityTable};
pub use roc_auc::{Ks, RocAuc};
pub use threshold::{ThresholdChoice, ThresholdRule};
