use super::Evaluation;
use super::distribution::normal_within;
use serde::{Deserialize, Serialize};

/// Area under the ROC curve: the chance that a converted lead outranks another, ties half. 0 to 1; 0.5 is no better
/// than chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RocAuc {
    /// The area.
    pub auc: f64,
    /// Its standard error after DeLong; `None` where a class has but one lead.
    pub standard_error: Option<f64>,
}

impl RocAuc {
    /// The confidence interval of that level, such as 0.95: normal, cut off at 0 and 1. `None` where there is no
    /// standard error, or where the level is not between 0 and 1.
    ///
    /// Where the score separates the classes wholly the standard error is 0 and the interval a point: the method says
    /// nothing there.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let wide = normal_within(level)? * self.standard_error?;
        Some(((self.auc - wide).max(0.0), (self.auc + wide).min(1.0)))
    }
}

impl Evaluation {
    /// Area under the ROC curve with its standard error. `None` where all leads converted, or none.
    ///
    /// The variance is that of DeLong, DeLong and Clarke-Pearson (1988), from the midranks of one sort as Sun and Xu
    /// (2014) compute it. A weight counts as that many leads.
    #[must_use]
    pub fn roc_auc(&self) -> Option<RocAuc> {
        let (converted, others) = self.classes()?;
        let auc = self.area(converted, others);
        // For each lead, the share of the other class that it beats; of the others as the share that beats it, whose
        // deviation from its mean is the same but for the sign.
        let (mut of_converted, mut of_others) = (0.0, 0.0);
        let (mut converted_below, mut others_below) = (0.0, 0.0);
        for tie in self.ties().iter().rev() {
            let beaten = (others_below + 0.5 * tie.others) / others;
            let lost = (converted_below + 0.5 * tie.converted) / converted;
            of_converted += tie.converted * (beaten - auc).powi(2);
            of_others += tie.others * (lost - (1.0 - auc)).powi(2);
            converted_below += tie.converted;
            others_below += tie.others;
        }
        let variance = (converted > 1.0 && others > 1.0).then(|| {
            of_converted / (converted - 1.0) / converted + of_others / (others - 1.0) / others
        });
        Some(RocAuc {
            auc,
            standard_error: variance.map(f64::sqrt),
        })
    }

    /// The area itself, by the Mann-Whitney count.
    pub(super) fn area(&self, converted: f64, others: f64) -> f64 {
        let (mut won, mut below) = (0.0, 0.0);
        for tie in self.ties().iter().rev() {
            won += tie.converted * (below + 0.5 * tie.others);
            below += tie.others;
        }
        (won / converted / others).clamp(0.0, 1.0)
    }

    /// Gini coefficient: `2 AUC - 1`, -1 to 1. `None` where all leads converted, or none.
    #[must_use]
    pub fn gini(&self) -> Option<f64> {
        let (converted, others) = self.classes()?;
        Some(2.0 * self.area(converted, others) - 1.0)
    }

    /// Area under the ROC curve up to a false positive rate, scaled so that 0.5 is chance and 1 perfect.
    ///
    /// With one straight line between two points of the curve (McClish 1989), as scikit-learn's
    /// `roc_auc_score(max_fpr=...)`. `None` where all leads converted, or none, or where the rate is not above 0 and
    /// at most 1.
    #[must_use]
    pub fn partial_roc_auc(&self, max_false_positive_rate: f64) -> Option<f64> {
        let (converted, others) = self.classes()?;
        let max = max_false_positive_rate;
        if !(max > 0.0 && max <= 1.0) {
            return None;
        }
        let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
        let (mut true_positives, mut false_positives) = (0.0, 0.0);
        for tie in self.ties() {
            true_positives += tie.converted;
            false_positives += tie.others;
            let (next_x, next_y) = (false_positives / others, true_positives / converted);
            if next_x > max {
                let cut_y: f64 = y + (next_y - y) * (max - x) / (next_x - x);
                area += 0.5 * (y + cut_y) * (max - x);
                x = max;
                break;
            }
            area += 0.5 * (y + next_y) * (next_x - x);
            (x, y) = (next_x, next_y);
        }
        // Rounding may leave the last rate a trifle below 1.
        area += y * (max - x).max(0.0);
        let chance = 0.5 * max * max;
        Some((0.5 * (1.0 + (area - chance) / (max - chance))).clamp(0.0, 1.0))
    }

    /// Average precision: the sum of `(R_k - R_{k-1}) P_k` over the thresholds, equal scores in one step, without
    /// interpolation. 0 to 1; chance is the base rate. 0 where nothing converted, 1 where everything did.
    #[must_use]
    pub fn average_precision(&self) -> f64 {
        let (mut sum, mut found, mut called) = (0.0, 0.0, 0.0);
        for tie in self.ties() {
            found += tie.converted;
            called += tie.leads();
            if tie.converted > 0.0 {
                sum += tie.converted * (found / called);
            }
        }
        if self.converted() > 0.0 {
            (sum / self.converted()).min(1.0)
        } else {
            0.0
        }
    }

    /// Kolmogorov-Smirnov: the largest distance of the two classes' score distributions, 0 to 1, and the score at and
    /// above which the leads are that it tells apart. `None` where all leads converted, or none.
    #[must_use]
    pub fn ks(&self) -> Option<Ks> {
        let (converted, others) = self.classes()?;
        let mut best: Option<Ks> = None;
        let (mut found, mut wrong) = (0.0, 0.0);
        for tie in self.ties() {
            found += tie.converted;
            wrong += tie.others;
            let statistic = f64::abs(found / converted - wrong / others).min(1.0);
            if best.is_none_or(|best| statistic > best.statistic) {
                best = Some(Ks {
                    statistic,
                    score: tie.score,
                });
            }
        }
        best
    }
}

/// The Kolmogorov-Smirnov distance of the classes' score distributions, and where it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ks {
    /// The distance, 0 to 1.
    pub statistic: f64,
    /// The score at and above which the classes' shares differ most; the highest such.
    pub score: f64,
}
