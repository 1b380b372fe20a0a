mod band_migration;
mod champion_choice;
mod comparison_spec;
mod mover;
mod score_distribution;
mod scored;
mod threshold_crossing;

pub use band_migration::BandMigration;
pub use champion_choice::{ChampionChoice, ChampionVerdict};
pub use comparison_spec::ComparisonSpec;
pub use mover::{Mover, RuleMove};
pub use score_distribution::ScoreDistribution;
pub use threshold_crossing::ThresholdCrossing;

use super::lead_weights::{self, shown};
use super::{AucDifference, Metrics};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Two models on one population, a champion in use and a challenger: made by [`ComparisonSpec`].
///
/// A lead has a score where the model neither abstains nor disqualifies it. Leads are named by their position among
/// those given, and counted by their weights: 2 counts as two such leads, 0 as none at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// How many leads were given, as a sum of weights like all counts here but those of metrics.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// How many have a score of both.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub both: f64,
    /// How many have one of the champion only.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub champion_only: f64,
    /// How many have one of the challenger only.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub challenger_only: f64,
    /// How the champion's scores are spread; `None` where it scores no lead.
    pub champion: Option<ScoreDistribution>,
    /// How the challenger's scores are spread.
    pub challenger: Option<ScoreDistribution>,
    /// How many of the leads with both scores have another one.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub changed: f64,
    /// The mean change of the leads with both scores; `None` where there is none.
    pub mean_change: Option<f64>,
    /// The mean size of the change.
    pub mean_absolute_change: Option<f64>,
    /// Who moves from which band to which; `None` where no bands were given.
    pub migration: Option<BandMigration>,
    /// Who crosses the threshold; `None` where none was given.
    pub crossing: Option<ThresholdCrossing>,
    /// The leads whose scores change most, however much they weigh, with the rules that moved them.
    pub movers: Vec<Mover>,
    /// Metrics of the champion over the leads with both scores, where outcomes were given.
    pub champion_metrics: Option<Metrics>,
    /// Metrics of the challenger over the same.
    pub challenger_metrics: Option<Metrics>,
    /// The paired difference of the areas under the ROC curve, challenger less champion; `None` without outcomes, or
    /// where all leads converted, or none.
    pub auc: Option<AucDifference>,
    /// Which of them is to be used.
    pub choice: ChampionChoice,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} leads: {} scored by both, {} by the champion only, {} by the challenger only",
            shown(self.leads),
            shown(self.both),
            shown(self.champion_only),
            shown(self.challenger_only)
        )?;
        f.write_str("\n            leads    mean  spread     min     25%     50%     75%     max")?;
        for (name, spread) in [
            ("champion", &self.champion),
            ("challenger", &self.challenger),
        ] {
            match spread {
                Some(spread) => write!(f, "\n{name:<10} {spread}")?,
                None => write!(f, "\n{name:<10} no scores")?,
            }
        }
        if let (Some(mean), Some(absolute)) = (self.mean_change, self.mean_absolute_change) {
            write!(
                f,
                "\n{} scores change, by {mean:.2} in the mean, {absolute:.2} without sign",
                shown(self.changed)
            )?;
        }
        if let Some(migration) = &self.migration {
            write!(f, "\n{migration}")?;
        }
        if let Some(crossing) = &self.crossing {
            write!(f, "\n{crossing}")?;
        }
        if let Some(auc) = &self.auc {
            write!(
                f,
                "\nROC AUC {:.4} of the champion, {:.4} of the challenger",
                auc.first.auc, auc.second.auc
            )?;
        }
        write!(f, "\n{}", self.choice)
    }
}
