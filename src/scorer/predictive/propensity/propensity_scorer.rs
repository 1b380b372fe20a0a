use crate::lead::{LeadView, Moment};
use crate::score::{
    AsOf, Explanation, Formula, Role, Score, Unit, logistic, scale, within as chance,
};
use crate::scorer::period::{parse_period, show_period};
use crate::scorer::predictive::PredictiveScorer;
use crate::scorer::{Assessment, Opaque, Scorer};

/// Score: the chance that a lead converts within the model's horizon, in percent.
///
/// The raw value is that chance, 0 to 1. Made by [`PropensityModel::build`](crate::PropensityModel::build); a model's
/// dimensions of several horizons stand side by side. Abstains where every feature is missing. The explanation names
/// the hazard of each period up to the horizon.
#[derive(Debug)]
pub struct PropensityScorer {
    hazard: PredictiveScorer,
    /// When each ends, in microseconds from the moment of scoring, and its shift; rising.
    periods: Box<[(i64, f64)]>,
    horizon: i64,
}

/// A time that a propensity model says nothing of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HorizonError {
    message: String,
}

const LABEL: &str = "chance to convert in time";

impl PropensityScorer {
    pub(super) fn new(hazard: PredictiveScorer, periods: Vec<(i64, f64)>, horizon: i64) -> Self {
        Self {
            hazard,
            periods: periods.into(),
            horizon,
        }
    }

    /// What the hazards are reckoned from.
    #[must_use]
    pub fn hazard(&self) -> &PredictiveScorer {
        &self.hazard
    }

    /// The chance that a lead converts within a time from then on, such as `30d`, 0 to 1; `None` where the scorer
    /// abstains.
    ///
    /// # Errors
    /// A time that is none, or longer than the last period.
    pub fn within(
        &self,
        lead: &dyn LeadView,
        as_of: AsOf,
        time: &str,
    ) -> Result<Option<f64>, HorizonError> {
        let micros = parse_period(time).map_err(|message| HorizonError { message })?;
        let last = self.periods.last().map_or(0, |&(end, _)| end);
        if micros > last {
            let (last, given) = (show_period(last), crate::lead::shortened(time));
            return Err(HorizonError {
                message: format!("the model tells up to `{last}`, got `{given}`"),
            });
        }
        let log_odds = self.hazard.log_odds(lead, as_of);
        Ok(log_odds.map(|log_odds| self.chance(log_odds, micros)))
    }

    /// The hazard of each period with when it ends, in days; `None` where the scorer abstains.
    #[must_use]
    pub fn hazards(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Vec<(f64, f64)>> {
        const DAY: f64 = 86_400e6;
        let log_odds = self.hazard.log_odds(lead, as_of)?;
        let periods = self.periods.iter();
        #[allow(clippy::cast_precision_loss)] // days for display
        let days = |micros: i64| micros as f64 / DAY;
        Some(
            periods
                .map(|&(end, shift)| (days(end), hazard(log_odds, shift)))
                .collect(),
        )
    }

    fn chance(&self, log_odds: f64, horizon: i64) -> f64 {
        let mut start = 0;
        chance(self.periods.iter().map_while(|&(end, shift)| {
            let share = share(start, end, horizon)?;
            start = end;
            Some((hazard(log_odds, shift), share))
        }))
    }
}

/// The part of a period that lies within a horizon; `None` where none does.
#[allow(clippy::cast_precision_loss)] // shares of lengths of time
fn share(start: i64, end: i64, horizon: i64) -> Option<f64> {
    if end <= horizon {
        Some(1.0)
    } else {
        let inside = horizon.saturating_sub(start);
        (inside > 0).then(|| inside as f64 / end.saturating_sub(start) as f64)
    }
}

/// Sums from 0, as the explanation does.
fn hazard(log_odds: f64, shift: f64) -> f64 {
    logistic(0.0 + log_odds + shift)
}

impl Scorer for PropensityScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        let log_odds = self.hazard.log_odds(lead, as_of);
        let raw = log_odds.map(|log_odds| self.chance(log_odds, self.horizon));
        Assessment {
            score: raw.and_then(|raw| Score::saturating(scale(raw, 0.0, 1.0))),
            raw,
        }
    }

    fn unit(&self) -> Unit {
        Unit::Probability
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        let told = self.hazard.explain(lead, as_of);
        // Score, probability, log-odds.
        let log_odds = told.parts().first().and_then(|part| part.parts().first());
        let Some(log_odds) = log_odds.filter(|_| told.value().is_some()) else {
            return told.labelled(LABEL);
        };
        let mut start = 0;
        let mut hazards = Vec::new();
        for &(end, shift) in &self.periods {
            if share(start, end, self.horizon).is_none() {
                break;
            }
            let name = format!("{} to {}", show_period(start), show_period(end));
            let known = if hazards.is_empty() {
                log_odds.clone()
            } else {
                // What it follows from stands in the first period; a reason counts once.
                Explanation::given("log-odds", Unit::LogOdds, log_odds.value().unwrap_or(0.0))
            };
            let parts = vec![known, Explanation::given("period", Unit::LogOdds, shift)];
            let sum = Explanation::node("log-odds", Unit::LogOdds, Formula::Sum, parts);
            let label = format!("hazard of {name}");
            hazards.push(Explanation::node(
                label,
                Unit::Probability,
                Formula::Logistic,
                vec![sum],
            ));
            start = end;
        }
        let label = format!("within {}", show_period(self.horizon));
        let within = Explanation::node(label, Unit::Probability, Formula::Within, hazards);
        let (zero, hundred) = (0.0, 1.0);
        Explanation::node(
            LABEL,
            Unit::Score,
            Formula::Scale { zero, hundred },
            vec![within],
        )
        .role(Role::Step)
    }

    /// All hazards rise and fall with one number, and so does the chance.
    fn next_change(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        self.hazard.next_change(lead, from, until)
    }
}
