//! Who judges.

mod built_in;
mod checklist;
mod condition;
mod course;
mod decay;
mod engagement;
mod first_edge;
mod grade;
mod history;
mod interest;
mod made;
mod marks;
mod momentum;
mod period;
mod places;
mod predictive;
mod rfm;
mod rules;
mod scorer;
mod trace;
mod visible;

pub use checklist::{
    ChecklistScorer, ChecklistSpec, Due, DueBand, DueSpec, OpenQuestion, ParseAnswerError,
    Qualification, QualificationStanding, QuestionScorer, QuestionSpec,
};
pub use condition::{
    AttributeRef, ConditionSpec, Filter, Known, LetterCase, Scalar, Test, all, any, attribute, not,
};
pub use decay::{Decay, DecaySpec, DecayStep, LinearShape};
pub use engagement::{EngagementScorer, EngagementSpec};
pub use grade::{CriterionSpec, GradeScorer, GradeSpec};
pub use history::{HistorySpec, PauseSpec};
pub use interest::{InterestProfile, InterestScorer, InterestSpec, ProductInterest};
pub use momentum::{Momentum, MomentumScorer, MomentumSpec};
#[cfg(feature = "train")]
pub use predictive::{
    AlphaChoice, AlphaRow, ClassWeight, CoefficientRow, CrossValidated, CrossValidation,
    DesignMatrix, FoldSplit, LeftOutRows, LogisticFit, LogisticSpec, LogisticSummary,
    ObservedPeriod, Penalty, PredictiveSpec, PropensitySpec, Readiness, Separation, Split,
    SplitSet, TrainError, Trained, TrainedPropensity, TrainingMatrix, TrainingRow, TrainingSet,
    TrainingSetSpec, Verdict, VerdictData, VerdictReason, VerdictSpec,
};
pub use predictive::{
    Calibration, CalibrationError, Category, ColumnCoefficient, EncodedColumn, Encoder,
    FeatureEncoding, FeatureSpec, HazardPeriod, HorizonError, IsotonicRegression, Knot, LearnError,
    Measure, MissingValue, NaiveBayesAttribute, NaiveBayesCounts, NaiveBayesLevels,
    NaiveBayesScorer, NaiveBayesSpec, NaiveBayesTable, OutcomeCounts, PlattScaling,
    PredictiveModel, PredictiveScorer, PriorCorrection, PropensityModel, PropensityScorer,
    TrainedOn, Unseen, WidthError,
};
pub use rfm::{
    BinCuts, BinRule, RfmAxis, RfmAxisReport, RfmBins, RfmCuts, RfmFit, RfmMonetary, RfmRating,
    RfmReport, RfmScorer, RfmSegmentChoice, RfmSegmentPreset, RfmSegmentSpec, RfmSegmentsSpec,
    RfmSpec, RfmValues, RfmWeights,
};
pub use rules::{
    ActivitySpec, AppliesTo, CountRange, GroupPolicy, GroupSpec, InactivitySpec, Keep, Lint, Names,
    Occurrences, RuleScorer, RuleSpec, RulesSpec, WhenUnknown, Window,
};
pub use scorer::{Assessment, FromFn, Opaque, Scorer, from_fn};

pub(crate) use built_in::BuiltIn;
pub(crate) use condition::{
    Applies, BlockWords, Cond, Guard, Layout, Plan, TablePlan, Tests, Together, Words,
    resolve_condition,
};
pub(crate) use course::{Course, Within};
pub(crate) use history::{History, Kinds};

pub(crate) use period::parse_period;
pub(crate) use predictive::{NaiveBayesOfTable, PredictiveOfTable};
pub(crate) use rules::{
    ActivityPlan, Blocks, Buffers, Builder, Case, Moments, RulesCourse, RulesOfTable, SECOND,
    abstained, emptied, one_way_until, other_schema, resolve_applies, when, with_buffers,
};
pub(crate) use scorer::raw_change;
