use crate::evaluate::AucDifference;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which of two models is to be used, and by what rule.
///
/// The rule: the challenger replaces the champion when its area under the ROC curve is larger by more than 0 and by at
/// least [`least_gain`](ChampionChoice::least_gain), and the p value of the paired test of that difference is below
/// [`significance`](ChampionChoice::significance). Otherwise the champion stays. Where the difference or its p value
/// is not known the choice is open.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChampionChoice {
    /// The verdict.
    pub verdict: ChampionVerdict,
    /// The difference of the areas, challenger less champion.
    pub difference: Option<f64>,
    /// The p value of the paired test.
    pub p_value: Option<f64>,
    /// The p value below which a difference counts.
    pub significance: f64,
    /// By how much the challenger must be better.
    pub least_gain: f64,
}

/// What to do with a challenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChampionVerdict {
    /// It replaces the champion.
    Replace,
    /// The champion stays.
    Keep,
    /// Nothing is known by which to choose.
    Open,
}

impl ChampionChoice {
    pub(super) fn new(auc: Option<&AucDifference>, significance: f64, least_gain: f64) -> Self {
        let difference = auc.map(|auc| auc.difference);
        let p_value = auc.and_then(|auc| auc.p_value);
        let verdict = match (difference, p_value) {
            (Some(difference), Some(p)) => {
                if difference > 0.0 && difference >= least_gain && p < significance {
                    ChampionVerdict::Replace
                } else {
                    ChampionVerdict::Keep
                }
            }
            _ => ChampionVerdict::Open,
        };
        Self {
            verdict,
            difference,
            p_value,
            significance,
            least_gain,
        }
    }
}

impl fmt::Display for ChampionChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            ChampionVerdict::Replace => "the challenger replaces the champion",
            ChampionVerdict::Keep => "the champion stays",
            ChampionVerdict::Open => {
                return f.write_str("open: there are not the outcomes by which to choose");
            }
        };
        write!(
            f,
            "{verdict}: ROC AUC {:+.4}, p {:.4}; asked are more than 0 and at least {}, p below {}",
            self.difference.unwrap_or_default(),
            self.p_value.unwrap_or_default(),
            self.least_gain,
            self.significance
        )
    }
}
