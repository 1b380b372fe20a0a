//! Embedded lead scoring: an app links this library and scores its leads in its own process.
//!
//! It answers how good a lead is (a vector of scores, not one blended number), why (an explanation that adds up to
//! the score, bit for bit), and as of which moment (time is an argument; the library reads no clock, does no I/O and
//! keeps no state).
//!
//! ```
//! use lead_scoring::{
//!     Activity, ActivitySpec, AsOf, DecaySpec, DimensionSpec, GroupSpec, LabelSpec, Lead, ModelSpec, RuleSpec,
//!     RulesSpec, SchemaSpec, ScoreModel, Scorer, attribute,
//! };
//!
//! // A model: what leads can have, and who judges them. It may as well come from a file.
//! let spec = ModelSpec::new("inbound")
//!     .schema(SchemaSpec::new().text("title").number("seats").kinds(["download", "unsubscribe"]))
//!     .dimension(DimensionSpec::rules(
//!         "fit",
//!         RulesSpec::new().group(
//!             GroupSpec::sum("who")
//!                 .rule(RuleSpec::new("chief").points(40.0).when(attribute("title").contains("chief")))
//!                 .rule(RuleSpec::new("team").points(30.0).when(attribute("seats").at_least(50))),
//!         ),
//!     ))
//!     .dimension(DimensionSpec::rules(
//!         "engagement",
//!         RulesSpec::new().group(
//!             GroupSpec::sum("what they do")
//!                 .rule(
//!                     RuleSpec::new("downloads")
//!                         .points(25.0)
//!                         .activity(ActivitySpec::of("download").decay(DecaySpec::half_life("14d"))),
//!                 )
//!                 .rule(
//!                     RuleSpec::new("gone")
//!                         .disqualify("unsubscribed")
//!                         .activity(ActivitySpec::of("unsubscribe")),
//!                 ),
//!         ),
//!     ))
//!     .label(LabelSpec::new("stage").of("engagement").band("mql", 10.0).band("sql", 60.0));
//! let model = ScoreModel::build(&spec)?;
//!
//! // A lead: built here, or the app's own type through `LeadView`.
//! let download = model.schema().kind("download").ok_or("no such kind")?;
//! let lead = Lead::builder(model.schema(), "a1")
//!     .set("title", "Chief Data Officer")
//!     .push(Activity::new(download, "2026-03-01".parse()?).id("d1").subject("guide.pdf"))
//!     .build()?;
//!
//! let as_of: AsOf = "2026-03-15".parse()?;
//! let vector = model.vector(&lead, as_of);
//! assert_eq!(vector.score("fit").map(|score| score.get()), Some(40.0));
//! assert_eq!(vector.score("engagement").map(|score| score.get()), Some(12.5));
//! assert!(vector.reached("stage", "mql"));
//!
//! let why = model.explain(&lead, as_of);
//! assert!(why.recomputes());
//! assert_eq!(why.top_up(1)[0].rule, "chief");
//! assert_eq!(why.missing()[0].attribute, "seats");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Catalogue
//!
//! **What is known**
//! - [`Schema`], [`SchemaSpec`]: what leads can have; names become slots once.
//! - [`Lead`], [`LeadBuilder`]: the ready-made lead; [`LeadRecord`] is its form in files, [`LeadReader`] reads those.
//! - [`LeadView`]: what scorers read; an app implements it on its own type.
//! - [`Activity`], [`Purchase`], [`Answer`], [`ManualOverride`]: what a lead did, bought and said, and what people
//!   say of it.
//! - [`LeadTable`]: many leads column by column, scored several times as fast; its rows are lead views.
//! - [`Merge`]: profiles of one person from several sources, doubling nothing.
//! - [`Moment`], [`AsOf`]: time.
//!
//! **Who judges**
//! - [`Scorer`]: the one trait; closures by [`from_fn`].
//! - [`RulesSpec`], [`RuleScorer`]: points rules in groups: explicit, implicit, negative, disqualifying.
//! - [`ConditionSpec`], made by [`attribute`], [`all`], [`any`], [`not`]: three-valued conditions.
//! - [`ActivitySpec`], [`InactivitySpec`], [`DecaySpec`], [`HistorySpec`]: which activities count, how often, how
//!   long.
//! - [`RfmSpec`], [`RfmScorer`], [`RfmFit`]: recency, frequency and monetary value, binned by cut points given or
//!   learned, with named segments.
//! - [`ChecklistSpec`], [`ChecklistScorer`]: BANT, CHAMP, MEDDIC or one's own questions; [`Qualification`] says what
//!   is met and what to ask next.
//! - [`InterestSpec`], [`InterestScorer`], [`InterestProfile`]: interest in each product, by points rules.
//! - [`MomentumSpec`], [`MomentumScorer`]: the last week's activity against the three weeks before.
//! - [`ModelSpec`], [`ScoreModel`]: many judges, a composite ([`CompositeSpec`]), labels and hand-raisers
//!   ([`LabelSpec`]).
//! - [`MatrixSpec`]: two numbers side by side, such as fit by engagement; [`PercentileSpec`]: ranks in a population.
//! - [`GradeSpec`]: a grade from F to A+; [`EngagementSpec`]: activity counts scaled over a population.
//! - [`RollUpSpec`]: one score for an account or a buying group.
//! - [`StagesSpec`], [`Stages`], [`StageState`]: ordered stages with hysteresis, and what crosses up or down.
//! - [`SegmentsSpec`], [`Segments`]: named groups of leads, with counts and mean vectors over a population.
//! - [`StateCondition`]: what stages and segments ask: scores, labels, activities, attributes.
//! - [`preset`]: models that give what known products give.
//!
//! **Who learns** (what trains a logistic regression is behind the feature `train`; what scores is not)
//! - [`FeatureSpec`], [`Encoder`]: what is read of a lead, and how it becomes numbers, learned from training leads only.
//! - `TrainingSetSpec`, `TrainingSet`: leads as they were known at past moments, with what became of them afterwards.
//! - `PredictiveSpec`, `LogisticSpec`, `CrossValidation`: logistic regression, converged or said not to be; `Verdict`
//!   says whether there is enough, and the right, to learn from; `LogisticSummary` has standard errors.
//! - [`PredictiveModel`], [`PredictiveScorer`]: 100 times the probability of conversion, explained in log-odds.
//! - [`Calibration`]: probabilities that come true, by [`PlattScaling`], [`IsotonicRegression`] or
//!   [`PriorCorrection`].
//! - [`NaiveBayesSpec`], [`NaiveBayesScorer`]: for small data, by counts of past outcomes, learned and taken back one by
//!   one.
//! - [`PropensityModel`], [`PropensityScorer`]: the chance to convert within 7, 30 or 90 days.
//!
//! **What comes out**
//! - [`Score`]: 0 to 100. [`ScoreVector`]: by dimension, with labels and verdict. [`ScoreMatrix`]: of many leads,
//!   ranked.
//! - [`Explanation`]: a tree that recomputes; [`Reason`] and [`MissingAttribute`] are read off it.
//! - [`What`], [`Change`]: what changes next by time alone. [`Cause`], [`Effect`]: what changed, by rule and cause.
//! - [`SpecError`], [`LeadError`]: every problem at once, each with its place. [`Lint`]: odd, not wrong.
//! - [`testing`]: the laws that every scorer keeps, for an app's own.
//!
//! **Is it any good**
//! - [`Evaluation`], [`ProbabilityEvaluation`]: scores or probabilities with what came of them, sorted once; [`Metrics`]
//!   has all of their metrics, [`RocAuc`], [`GainsTable`], [`ReliabilityTable`] and [`HosmerLemeshow`] single ones,
//!   [`ThresholdRule`] chooses whom to call.
//! - [`BackTestSpec`]: a scorer as of past moments, against what converted afterwards.
//! - [`ComparisonSpec`]: two models on one population: who moves, by which rules, and which of them is better.
//! - [`DriftBaseline`], [`PsiSpec`], [`CalibrationDrift`]: whether leads, scores and conversion rates are still what
//!   they were; [`DriftReport`] says ok, look or retrain, and why.
//! - [`SegmentReportSpec`]: conversion by segment, channel, product, stage and period, with [`ConversionRate`]s; where
//!   scores are wrong, what each criterion tells, what each negative rule costs.
//! - [`ReportSpec`], [`Report`]: all of that of one population in one value, to be stored, printed or drawn.
//!
//! **What should it give**
//! - [`WoeSpec`], [`WeightOfEvidence`]: what each value of a feature says of converting; [`ScorecardSpec`] makes points
//!   of it.
//! - `RecalibrationSpec`, `Recalibration` (feature `train`): points of rules learned anew, as a new model with its changes.
//!
//! # What it is not
//!
//! No server, no database, no files, no clock: those are the app's. It does not collect activities, send mail or
//! decide whom to call.
//!
//! # Features
//!
//! - `train` (default): learns predictive scorers from past conversions; without it fitted ones still score.
//! - `parallel` (default): [`ScoreModel::score_all`] and fits use all cores.

pub mod evaluate;
pub mod lead;
pub mod model;
pub mod preset;
pub mod score;
pub mod scorer;
pub mod testing;

#[doc(inline)]
pub use evaluate::*;
#[doc(inline)]
pub use lead::*;
#[doc(inline)]
pub use model::*;
#[doc(inline)]
pub use score::*;
#[doc(inline)]
pub use scorer::*;

/// The crate of feature matrices, in the version that fits take.
#[cfg(feature = "train")]
pub use ndarray;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
