use super::{HeatMap, LabelConversion, ScoreHistogram};
use crate::evaluate::{
    BrierDecomposition, DriftReport, GainsTable, LeftOutLeads, Metrics, ReliabilityTable, RocPoint,
    SegmentReport, UndatedFact, UnscoredLeads,
};
use crate::lead::Moment;
use serde::{Deserialize, Serialize};

/// All that is known of how good scores are, made by [`ReportSpec`](crate::ReportSpec): one value to be stored, printed
/// or drawn.
///
/// What was not asked for, or cannot be said of these leads, is `None` or empty. `Display` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What it is about.
    pub title: String,
    /// Whose scores are judged: a dimension, `composite`, or `score` where no model is known.
    pub judged: String,
    /// The moment as of which leads were scored; `None` of stored scores.
    pub as_of: Option<Moment>,
    /// Within how long after it a lead had to convert; `None`: whenever, or not known.
    pub horizon: Option<String>,
    /// Who is in it, and who is not.
    pub population: ReportPopulation,
    /// All metrics; `None` where no lead was scored. Where scores are probabilities in per cent, those of
    /// probabilities too, and the score at which KS is reached is a probability.
    pub metrics: Option<Metrics>,
    /// The best leads first; `None` where all leads converted, or none.
    pub gains: Option<GainsTable>,
    /// The ROC curve; where it has more points than were asked for some are left out, and all that are here lie on it.
    /// `None` where all leads converted, or none.
    pub roc: Option<Vec<RocPoint>>,
    /// Probabilities beside what came of them, where scores are probabilities.
    pub reliability: Option<ReliabilityTable>,
    /// The Brier score in parts, over ten bins of equal width, where scores are probabilities.
    pub brier: Option<BrierDecomposition>,
    /// How scores are spread, by outcome: from 0 to 100 of a scorer, from 0 to 1 of stored probabilities, else from the
    /// least to the greatest. `None` where no lead was scored.
    pub distribution: Option<ScoreHistogram>,
    /// What converted in each band of the judged scores, where there are bands, and under each of the model's labels.
    pub labels: Vec<LabelConversion>,
    /// Pairs of dimensions, then the model's matrices.
    pub heat_maps: Vec<HeatMap>,
    /// Recency by frequency for each dimension of RFM cells, in bins up to the highest that occurs.
    pub rfm: Vec<HeatMap>,
    /// Conversion by segment, criterion and negative rule.
    pub segments: Option<SegmentReport>,
    /// Whether leads, scores and conversion rates are still what they were, where there is a baseline.
    pub drift: Option<DriftReport>,
    /// Possible leaks: attributes without a time since when they have been known, taken as they are now.
    pub undated_attributes: Vec<UndatedFact>,
    /// The same of answers.
    pub undated_answers: Vec<UndatedFact>,
}

/// Who is in a [`Report`], and who is not. Where leads have weights the first two and the last count leads as they were
/// given; the others are sums of weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportPopulation {
    /// How many leads were given, whatever their weights.
    pub given: usize,
    /// How many of them are judged: what metrics, gains and distribution are of.
    pub scored: usize,
    /// Leads of which the scorer said too little is known.
    pub abstained: UnscoredLeads,
    /// Leads that the scorer disqualified.
    pub disqualified: UnscoredLeads,
    /// Leads that had converted, or were not there yet.
    pub left_out: LeftOutLeads,
    /// How many of them have weight 0 and count nowhere else.
    pub weightless: usize,
}
