mod check;
mod gathered;
mod past;
mod report;

use super::EvaluateError;
use crate::lead::{Frozen, LeadView, Moment, Schema};
use crate::model::{BandSpec, ScoreModel};
use crate::score::{AsOf, RankBy};
use crate::scorer::Scorer;
pub(super) use check::{check_bands, horizon_micros, place_of};
pub(super) use gathered::Gathered;
pub(super) use past::{Past, There};
#[cfg(feature = "parallel")]
use rayon::prelude::*;
pub use report::{
    BackTest, BackTestBand, BackTestMoment, LeftOutLeads, UndatedFact, UnscoredLeads,
};
use serde::{Deserialize, Serialize};

/// What to judge a scorer by: the population as it was known at past moments, and what converted afterwards.
///
/// At each moment a scorer sees a lead as it was known then: activities and purchases after it are not there, and
/// neither are attributes and answers [known only later](LeadView::known_since). A lead created after the moment is
/// left out, one of which that is not known is taken to have been there; so is one that had converted by then, at the
/// moment itself included. A conversion up to and including the end of the horizon counts.
///
/// A learned model is to be tested on moments after those that it learned from.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     Activity, AsOf, BackTestSpec, KindSlot, Lead, LeadView, Moment, Score, SchemaSpec, from_fn,
/// };
///
/// let schema = SchemaSpec::new().kind("visit").build()?;
/// let lead = |id, visits: usize| {
///     let lead = Lead::builder(&schema, id).created_at("2025-01-01".parse()?);
///     let visit = Activity::new(KindSlot::new(0), "2025-02-01".parse()?);
///     Ok::<_, Box<dyn std::error::Error>>((0..visits).fold(lead, |lead, _| lead.push(visit)).build()?)
/// };
/// let leads = [lead("a", 3)?, lead("b", 1)?, lead("c", 0)?];
/// let converted: [Option<Moment>; 3] = [Some("2025-03-20".parse()?), None, None];
///
/// // Score: 20 for each visit; any scorer will do, also a whole model.
/// let visits = from_fn(|lead: &dyn LeadView, _: AsOf| {
///     let mut count = 0.0;
///     lead.activities(&mut |_| count += 1.0);
///     Score::saturating(20.0 * count)
/// });
/// let test = BackTestSpec::at(["2025-03-01".parse()?])
///     .within("30d")
///     .band("hot", 50.0)
///     .run(&visits, &schema, &leads, &converted)?;
/// assert_eq!(test.metrics.as_ref().and_then(|metrics| metrics.roc_auc), Some(1.0));
/// assert_eq!((test.bands[1].leads, test.bands[1].conversion_rate), (1.0, Some(1.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackTestSpec {
    /// The moments at which leads are scored.
    pub moments: Vec<Moment>,
    /// Within how long after its moment a lead must convert, such as `90d`. Default: whenever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon: Option<String>,
    /// Until when conversions were observed: moments whose horizon ends later are left out. Default: all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_until: Option<Moment>,
    /// Bands of scores, lowest first, whose conversion rates are told. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandSpec>,
    /// What a score says. Default: the higher the better, no more.
    #[serde(default, skip_serializing_if = "ScoreMeaning::is_order")]
    pub scores: ScoreMeaning,
}

/// What a score says of a lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreMeaning {
    /// The higher the better, no more.
    #[default]
    Order,
    /// It is the probability to convert in per cent, as of a learned model.
    Percent,
}

impl ScoreMeaning {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    fn is_order(&self) -> bool {
        *self == Self::Order
    }
}

/// What a scorer says of a lead at a moment.
pub(super) struct Judged {
    pub(super) score: Option<f64>,
    pub(super) disqualified: bool,
}

impl BackTestSpec {
    /// Scores leads as of each of these moments.
    #[must_use]
    pub fn at(moments: impl IntoIterator<Item = Moment>) -> Self {
        Self {
            moments: moments.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Within how long after its moment a lead must convert, such as `90d`. Default: whenever, as far as is known.
    #[must_use]
    pub fn within(mut self, horizon: impl Into<String>) -> Self {
        self.horizon = Some(horizon.into());
        self
    }

    /// Until when conversions were observed: moments whose horizon ends later are left out. Default: all were.
    #[must_use]
    pub fn observed_until(mut self, moment: Moment) -> Self {
        self.observed_until = Some(moment);
        self
    }

    /// Adds a band of scores above those there are. Leads below the lowest have a band without a label.
    #[must_use]
    pub fn band(mut self, label: impl Into<String>, at_least: f64) -> Self {
        self.bands.push(BandSpec {
            label: label.into(),
            at_least,
        });
        self
    }

    /// Takes scores for probabilities in per cent, so that there are metrics of probabilities too. Default: the higher
    /// the better, no more.
    #[must_use]
    pub fn percent(mut self) -> Self {
        self.scores = ScoreMeaning::Percent;
        self
    }

    /// Tests any scorer. `converted_at` says when each lead converted, `None` where it has not; `schema` names the
    /// facts that may have leaked.
    ///
    /// # Errors
    /// No moments, or one that stands twice; a horizon that is none; `observed_until` without a horizon; bands that
    /// do not rise, or more than 1000; not as many outcomes as leads.
    pub fn run<S: Scorer + ?Sized, L: LeadView + Sync>(
        &self,
        scorer: &S,
        schema: &Schema,
        leads: &[L],
        converted_at: &[Option<Moment>],
    ) -> Result<BackTest, EvaluateError> {
        self.of_scorer(scorer, schema, leads, converted_at, None)
    }

    /// Tests any scorer, each lead counting as often as its weight says: 2 is two such leads, 0 none at all.
    ///
    /// # Errors
    /// As [`run`](BackTestSpec::run); not as many weights as leads; a weight that is negative, no number, above 1e12,
    /// or not 0 but below 1e-12; weights that are all zero.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{AsOf, BackTestSpec, Lead, LeadView, Moment, SchemaSpec, Score, attribute, from_fn};
    ///
    /// let schema = SchemaSpec::new().number("seats").build()?;
    /// let lead = |id, seats| Lead::builder(&schema, id).set("seats", seats).build();
    /// let leads = [lead("a", 80)?, lead("b", 80)?, lead("c", 10)?];
    /// let converted: [Option<Moment>; 3] = [Some("2025-03-20".parse()?), None, None];
    /// let seats = schema.attribute("seats").ok_or("no seats")?;
    /// let scorer = from_fn(move |lead: &dyn LeadView, _: AsOf| match lead.attribute(seats) {
    ///     lead_scoring::Value::Number(seats) => Score::saturating(seats),
    ///     _ => None,
    /// });
    ///
    /// // A sample that holds every lead that converted, and each tenth of the others.
    /// let test = BackTestSpec::at(["2025-03-01".parse()?])
    ///     .band("large", 50.0)
    ///     .run_weighted(&scorer, &schema, &leads, &converted, &[1.0, 10.0, 10.0])?;
    /// assert_eq!((test.bands[1].leads, test.bands[1].converted), (11.0, 1.0));
    /// assert_eq!(test.metrics.map(|metrics| metrics.base_rate), Some(1.0 / 21.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run_weighted<S: Scorer + ?Sized, L: LeadView + Sync>(
        &self,
        scorer: &S,
        schema: &Schema,
        leads: &[L],
        converted_at: &[Option<Moment>],
        weights: &[f64],
    ) -> Result<BackTest, EvaluateError> {
        self.of_scorer(scorer, schema, leads, converted_at, Some(weights))
    }

    fn of_scorer<S: Scorer + ?Sized, L: LeadView + Sync>(
        &self,
        scorer: &S,
        schema: &Schema,
        leads: &[L],
        converted_at: &[Option<Moment>],
        weights: Option<&[f64]>,
    ) -> Result<BackTest, EvaluateError> {
        self.test(schema, leads, converted_at, weights, |leads, as_of| {
            let judge = |lead: &Frozen<'_, L>| {
                let mut disqualified = false;
                scorer.disqualify(lead, as_of, &mut |_| disqualified = true);
                Judged {
                    score: scorer.score(lead, as_of).map(crate::score::Score::get),
                    disqualified,
                }
            };
            #[cfg(feature = "parallel")]
            return leads.par_iter().map(judge).collect();
            #[cfg(not(feature = "parallel"))]
            return leads.iter().map(judge).collect();
        })
    }

    /// Tests a model by its composite, one of its dimensions, or the [best](RankBy::Best) of them.
    ///
    /// # Errors
    /// As [`run`](BackTestSpec::run), and where the model has no such dimension or composite.
    pub fn run_model<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        by: RankBy<'_>,
        leads: &[L],
        converted_at: &[Option<Moment>],
    ) -> Result<BackTest, EvaluateError> {
        self.of_model(model, by, leads, converted_at, None)
    }

    /// Tests a model, each lead counting as often as its weight says: 2 is two such leads, 0 none at all.
    ///
    /// # Errors
    /// As [`run_model`](BackTestSpec::run_model), and what [`run_weighted`](BackTestSpec::run_weighted) says of
    /// weights.
    pub fn run_model_weighted<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        by: RankBy<'_>,
        leads: &[L],
        converted_at: &[Option<Moment>],
        weights: &[f64],
    ) -> Result<BackTest, EvaluateError> {
        self.of_model(model, by, leads, converted_at, Some(weights))
    }

    fn of_model<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        by: RankBy<'_>,
        leads: &[L],
        converted_at: &[Option<Moment>],
        weights: Option<&[f64]>,
    ) -> Result<BackTest, EvaluateError> {
        // The model itself says whether it has that.
        let none: [&L; 0] = [];
        let place = place_of(
            &model.score_all(&none, AsOf::new(Moment::from_micros(0))),
            by,
        )?;
        let schema = model.schema();
        self.test(schema, leads, converted_at, weights, |leads, as_of| {
            let matrix = model.score_all(leads, as_of);
            let rows = (0..matrix.len()).filter_map(|row| matrix.scored(row));
            rows.map(|scored| Judged {
                score: scored.score(place),
                disqualified: !scored.disqualified().is_empty(),
            })
            .collect()
        })
    }

    fn test<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        leads: &[L],
        converted_at: &[Option<Moment>],
        weights: Option<&[f64]>,
        judge: impl Fn(&[Frozen<'_, L>], AsOf) -> Vec<Judged>,
    ) -> Result<BackTest, EvaluateError> {
        let (moments, horizon) = self.checked()?;
        let past = Past::new(leads, converted_at, weights)?;
        let mut gathered = Gathered::new(schema, self.scores);
        for moment in moments {
            let end = moment.plus_micros(horizon);
            if self.observed_until.is_some_and(|until| end > until) {
                gathered.left_out.not_over += past.count();
                continue;
            }
            let there = gathered.there(&past, moment, end);
            let judged = judge(&there.leads, AsOf::new(moment));
            gathered.take(moment, &judged, &there);
        }
        Ok(gathered.report(&self.bands))
    }

    /// The moments in order, and the horizon in microseconds.
    fn checked(&self) -> Result<(Vec<Moment>, i64), EvaluateError> {
        if self.moments.is_empty() {
            return Err(EvaluateError::new("moments", "needs at least one"));
        }
        let mut moments = self.moments.clone();
        moments.sort_unstable();
        let twice = moments.windows(2).find(|pair| pair.first() == pair.last());
        if let Some(twice) = twice.and_then(<[Moment]>::first) {
            return Err(EvaluateError::new(
                "moments",
                format!("`{twice}` stands twice"),
            ));
        }
        let horizon = match &self.horizon {
            None if self.observed_until.is_some() => {
                let message = "needs a horizon: what was not observed cannot end";
                return Err(EvaluateError::new("observed_until", message));
            }
            None => i64::MAX,
            Some(text) => {
                horizon_micros(text).map_err(|message| EvaluateError::new("horizon", message))?
            }
        };
        check_bands(&self.bands)?;
        Ok((moments, horizon))
    }
}
