//! Is the scoring any good: metrics over scores with outcomes, drift, and the feedback into weights.

mod auc_difference;
mod back_test;
mod bins;
mod comparison;
mod confusion;
mod conversion_rate;
mod curve;
mod distribution;
mod drift;
mod error;
mod evaluation;
mod gains;
mod hosmer_lemeshow;
mod lead_weights;
mod metrics;
mod population;
mod probability_evaluation;
#[cfg(feature = "train")]
mod recalibrate;
mod reliability;
mod report;
mod roc_auc;
mod segment_report;
mod threshold;
mod weight;

pub use auc_difference::AucDifference;
pub use back_test::{
    BackTest, BackTestBand, BackTestMoment, BackTestSpec, LeftOutLeads, ScoreMeaning, UndatedFact,
    UnscoredLeads,
};
pub use bins::{Binning, FeatureBins, MissingValues};
pub use comparison::{
    BandMigration, ChampionChoice, ChampionVerdict, Comparison, ComparisonSpec, Mover, RuleMove,
    ScoreDistribution, ThresholdCrossing,
};
pub use confusion::Confusion;
pub use conversion_rate::ConversionRate;
pub use curve::{PrecisionRecallPoint, RocPoint, area_under_curve};
pub use drift::{
    BandOutcome, CalibrationBand, CalibrationDrift, DriftBaseline, DriftFinding, DriftReason,
    DriftReport, DriftSpec, DriftVerdict, FeatureDrift, FeatureKind, MissingDrift, OutsideValues,
    Psi, PsiBin, PsiFlag, PsiSpec,
};
pub use error::EvaluateError;
pub use evaluation::Evaluation;
pub use gains::{CutTies, GainsRow, GainsTable};
pub use hosmer_lemeshow::{HosmerLemeshow, HosmerLemeshowGroup};
pub use metrics::Metrics;
pub use probability_evaluation::ProbabilityEvaluation;
#[cfg(feature = "train")]
pub use recalibrate::{
    ChangeReason, PointsChange, Recalibration, RecalibrationQuality, RecalibrationSpec,
    WrongSignPolicy,
};
pub use reliability::{BrierDecomposition, ReliabilityBin, ReliabilityBins, ReliabilityTable};
pub use report::{
    HeatCell, HeatMap, HeatMapSpec, HistogramBin, LabelConversion, LabelRow, Report,
    ReportPopulation, ReportSpec, ScoreHistogram,
};
pub use roc_auc::{Ks, RocAuc};
pub use segment_report::{
    CriterionReport, CutBy, Grouping, MeanScore, NegativeRule, Removed, ReportPeriod,
    SegmentJudgement, SegmentReport, SegmentReportSpec, SegmentRow,
};
pub use threshold::{ThresholdChoice, ThresholdRule};
pub use weight::{
    IvStrength, Monotone, Scorecard, ScorecardBin, ScorecardFeature, ScorecardSpec,
    WeightOfEvidence, WoeBin, WoeSpec,
};
