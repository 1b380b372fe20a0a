use super::{Confusion, Evaluation, ProbabilityEvaluation, ReliabilityBins, ReliabilityTable};
use serde::{Deserialize, Serialize};
use std::fmt;

/// All metrics of scores with their outcomes, one serialisable value.
///
/// A metric that needs converted leads and others is `None` where there is but one class; those of probabilities are
/// `None` of scores that are none.
///
/// # Examples
/// ```
/// use lead_scoring::{Evaluation, Metrics, ProbabilityEvaluation};
///
/// let (scores, converted) = ([0.9, 0.6, 0.3, 0.1], [true, false, true, false]);
/// let metrics: Metrics = Evaluation::new(&scores, &converted)?.metrics();
/// assert_eq!((metrics.roc_auc, metrics.brier), (Some(0.75), None));
/// let metrics = ProbabilityEvaluation::new(&scores, &converted)?.metrics();
/// assert!((metrics.brier.unwrap_or_default() - 0.2175).abs() < 1e-12);
/// # Ok::<(), lead_scoring::EvaluateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// How many leads were given, those of weight 0 left out.
    pub leads: usize,
    /// How many converted, as a sum of weights.
    pub converted: f64,
    /// How many did not, as a sum of weights.
    pub others: f64,
    /// The share that converted, 0 to 1.
    pub base_rate: f64,
    /// Area under the ROC curve, 0 to 1.
    pub roc_auc: Option<f64>,
    /// Its standard error after DeLong.
    pub roc_auc_standard_error: Option<f64>,
    /// Lower end of its 95 % interval.
    pub roc_auc_low: Option<f64>,
    /// Upper end of its 95 % interval.
    pub roc_auc_high: Option<f64>,
    /// Gini coefficient, -1 to 1.
    pub gini: Option<f64>,
    /// Average precision, 0 to 1.
    pub average_precision: f64,
    /// Kolmogorov-Smirnov distance, 0 to 1.
    pub ks: Option<f64>,
    /// The score from which it is reached.
    pub ks_score: Option<f64>,
    /// Conversion rate of the best tenth of the leads over that of all.
    pub lift_top_decile: Option<f64>,
    /// Share of all conversions in the best tenth of the leads.
    pub gains_top_decile: Option<f64>,
    /// Log loss in nats, probabilities clipped at 2.2e-16.
    pub log_loss: Option<f64>,
    /// Brier score, 0 to 1.
    pub brier: Option<f64>,
    /// Its reliability over ten bins of equal width.
    pub brier_reliability: Option<f64>,
    /// Its resolution over those.
    pub brier_resolution: Option<f64>,
    /// Its uncertainty.
    pub brier_uncertainty: Option<f64>,
    /// Expected calibration error over ten bins of equal width.
    pub ece_10: Option<f64>,
    /// Expected calibration error over ten bins of equal counts.
    pub ece_10_equal_count: Option<f64>,
    /// Maximum calibration error over ten bins of equal width.
    pub mce_10: Option<f64>,
    /// Statistic of the Hosmer-Lemeshow test in ten groups; `None` also where the test cannot be made.
    pub hosmer_lemeshow: Option<f64>,
    /// Its p value.
    pub hosmer_lemeshow_p: Option<f64>,
    /// What comes of calling every lead of a probability of at least 0.5.
    pub confusion: Option<Confusion>,
}

impl Evaluation {
    /// All metrics of scores that are no probabilities.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let roc = self.roc_auc();
        let interval = roc.and_then(|roc| roc.interval(0.95));
        let ks = self.ks();
        Metrics {
            leads: self.len(),
            converted: self.converted(),
            others: self.others(),
            base_rate: self.base_rate(),
            roc_auc: roc.map(|roc| roc.auc),
            roc_auc_standard_error: roc.and_then(|roc| roc.standard_error),
            roc_auc_low: interval.map(|(low, _)| low),
            roc_auc_high: interval.map(|(_, high)| high),
            gini: roc.map(|roc| 2.0 * roc.auc - 1.0),
            average_precision: self.average_precision(),
            ks: ks.map(|ks| ks.statistic),
            ks_score: ks.map(|ks| ks.score),
            lift_top_decile: self.lift_at(10.0),
            gains_top_decile: self.gains_at(10.0),
            log_loss: None,
            brier: None,
            brier_reliability: None,
            brier_resolution: None,
            brier_uncertainty: None,
            ece_10: None,
            ece_10_equal_count: None,
            mce_10: None,
            hosmer_lemeshow: None,
            hosmer_lemeshow_p: None,
            confusion: None,
        }
    }
}

impl ProbabilityEvaluation {
    /// All metrics of probabilities.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let equal_width = self.reliability(ReliabilityBins::EqualWidth(10)).ok();
        let equal_count = self.reliability(ReliabilityBins::EqualCount(10)).ok();
        let parts = self
            .brier_decomposition(ReliabilityBins::EqualWidth(10))
            .ok();
        let test = self.hosmer_lemeshow(10).ok();
        Metrics {
            log_loss: Some(self.log_loss()),
            brier: Some(self.brier()),
            brier_reliability: parts.map(|parts| parts.reliability),
            brier_resolution: parts.map(|parts| parts.resolution),
            brier_uncertainty: parts.map(|parts| parts.uncertainty),
            ece_10: equal_width.as_ref().map(ReliabilityTable::ece),
            ece_10_equal_count: equal_count.as_ref().map(ReliabilityTable::ece),
            mce_10: equal_width.as_ref().map(ReliabilityTable::mce),
            hosmer_lemeshow: test.as_ref().map(|test| test.chi_square),
            hosmer_lemeshow_p: test.map(|test| test.p_value),
            confusion: Some(self.ranking().confusion(0.5)),
            ..self.ranking().metrics()
        }
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} leads, {:.2} % of them converted",
            self.leads,
            100.0 * self.base_rate
        )?;
        let mut line = |name: &str, value: Option<f64>| match value {
            Some(value) => write!(f, "\n{name:<32} {value:>10.6}"),
            None => Ok(()),
        };
        line("ROC AUC", self.roc_auc)?;
        line("  95 % from", self.roc_auc_low)?;
        line("  95 % to", self.roc_auc_high)?;
        line("Gini", self.gini)?;
        line("average precision", Some(self.average_precision))?;
        line("KS", self.ks)?;
        line("  reached at score", self.ks_score)?;
        line("lift of the top decile", self.lift_top_decile)?;
        line("gains of the top decile", self.gains_top_decile)?;
        line("log loss", self.log_loss)?;
        line("Brier", self.brier)?;
        line("  reliability", self.brier_reliability)?;
        line("  resolution", self.brier_resolution)?;
        line("  uncertainty", self.brier_uncertainty)?;
        line("ECE, 10 bins of equal width", self.ece_10)?;
        line("ECE, 10 bins of equal counts", self.ece_10_equal_count)?;
        line("largest calibration error", self.mce_10)?;
        line("Hosmer-Lemeshow chi-square", self.hosmer_lemeshow)?;
        line("  p", self.hosmer_lemeshow_p)?;
        match &self.confusion {
            Some(confusion) => write!(f, "\nfrom 0.5 {confusion}"),
            None => Ok(()),
        }
    }
}
