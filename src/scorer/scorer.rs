use super::made::one_step;
use super::rules::{abstained, when};
use crate::lead::{LeadView, Moment};
use crate::score::{AsOf, Cause, Explanation, Score, Unit};
use std::fmt;
use std::sync::Arc;

/// A score with the raw value it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Assessment {
    /// The score, 0 to 100; `None` where the scorer abstains.
    pub score: Option<Score>,
    /// The raw value, in the scorer's own [`unit`](Scorer::unit).
    pub raw: Option<f64>,
}

/// Judges one aspect of a lead. Pure: same lead, same moment, same score.
///
/// Everything that can be wrong is found when a scorer is built; after that scoring cannot fail. A scorer that knows
/// too little returns `None`: it abstains. The laws that every scorer keeps are in [`testing`](crate::testing).
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, AttributeSlot, LeadView, Score, Scorer, Value};
///
/// /// Score: seats, 1 for 1, at most 100.
/// struct Seats(AttributeSlot);
///
/// impl Scorer for Seats {
///     fn score(&self, lead: &dyn LeadView, _: AsOf) -> Option<Score> {
///         match lead.attribute(self.0) {
///             Value::Number(seats) => Score::saturating(seats),
///             _ => None,
///         }
///     }
/// }
/// ```
pub trait Scorer: Send + Sync {
    /// The score as of a moment, or `None` where too little is known.
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score>;

    /// The score together with the raw value it came from. Default: the score itself as raw value.
    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        let score = self.score(lead, as_of);
        Assessment {
            score,
            raw: score.map(Score::get),
        }
    }

    /// What the raw value counts. Default: a score.
    fn unit(&self) -> Unit {
        Unit::Score
    }

    /// Why the score is what it is. Default: the bare number.
    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        Explanation::opaque("score", self.score(lead, as_of))
    }

    /// Hands every reason to disqualify the lead to `reason`. Default: there is none.
    fn disqualify(&self, lead: &dyn LeadView, as_of: AsOf, reason: &mut dyn FnMut(&str)) {
        let _ = (lead, as_of, reason);
    }

    /// Why the score at the later of two moments is another than at the earlier, whichever of them comes first.
    ///
    /// The value is a number at the later moment less the same number at the earlier one: of points rules, interest,
    /// engagement and momentum their points, of a grade its steps, of RFM and checklists the score, each in the unit
    /// in which its parts add up. The parts are what happened to each rule, product, kind of activity, criterion,
    /// axis or question; [`Explanation::effects`] reads them off with their causes. First time passes with the facts
    /// as they were known at the earlier moment, then the new facts come in. No value where the scorer abstains
    /// before or after.
    ///
    /// Default: the difference of the raw value, split into time and new facts and no further.
    fn explain_change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        let raw = |lead: &dyn LeadView, as_of| self.assess(lead, as_of).raw;
        raw_change(self.unit(), &raw, lead, a, b)
    }

    /// Until when the score keeps its course: the moment `m` in (`from`, `until`] before which nothing turns.
    ///
    /// With the facts as they are known at `from` (facts dated later do not exist, see [`Frozen`](crate::Frozen)),
    /// from `from` up to `m`, `m` itself not included, score and raw value move in one direction only or not at all,
    /// apart from rounding in the last digit, and the verdict and whether the scorer abstains stay as they are. At
    /// `m` anything may happen, also nothing: a scorer may return a moment that is earlier than need be, never one
    /// that is too late. `None`: all of that holds up to and including `until`.
    ///
    /// This is what [`ScoreModel::next_change`](crate::ScoreModel::next_change) needs to know of a scorer in order to
    /// find the first moment at which a score passes a bound without trying every second.
    ///
    /// # Errors
    /// Default: [`Opaque`]; nothing is known of how the score moves.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{AsOf, LeadView, Moment, Opaque, Score, Scorer};
    ///
    /// /// Score: 100 until the offer ends.
    /// struct Offer(Moment);
    ///
    /// impl Scorer for Offer {
    ///     fn score(&self, _: &dyn LeadView, as_of: AsOf) -> Option<Score> {
    ///         Some(if as_of.moment() < self.0 { Score::MAX } else { Score::MIN })
    ///     }
    ///
    ///     fn next_change(&self, _: &dyn LeadView, from: AsOf, until: AsOf) -> Result<Option<Moment>, Opaque> {
    ///         Ok(Some(self.0).filter(|&end| from.moment() < end && end <= until.moment()))
    ///     }
    /// }
    /// ```
    fn next_change(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        let _ = (lead, from, until);
        Err(Opaque)
    }
}

/// What became of the raw value of a scorer that shows no more than its number.
pub(crate) fn raw_change(
    unit: Unit,
    raw: &dyn Fn(&dyn LeadView, AsOf) -> Option<f64>,
    lead: &dyn LeadView,
    a: AsOf,
    b: AsOf,
) -> Explanation {
    let finite = |raw: Option<f64>| raw.filter(|raw| raw.is_finite());
    let raw = when(lead, a, b).map(|(lead, as_of)| finite(raw(&lead, as_of)));
    let Some(raw) = raw.all() else {
        return abstained("score", unit);
    };
    let told = raw.map(|raw| Explanation::given("value", unit, raw));
    let steps = [
        (Some(&told.before), Some(&told.aged), false),
        (Some(&told.aged), Some(&told.after), true),
    ];
    let parts = steps
        .into_iter()
        .flat_map(|step| one_step(step, Cause::Time));
    Explanation::summing_to(raw.after - raw.before, "score", unit, parts.collect())
}

/// A scorer does not say when its score changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scorer does not say when its score changes")]
pub struct Opaque;

macro_rules! forward {
    ($($type:ty),*) => {$(
        impl<S: Scorer + ?Sized> Scorer for $type {
            fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
                (**self).score(lead, as_of)
            }
            fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
                (**self).assess(lead, as_of)
            }
            fn unit(&self) -> Unit {
                (**self).unit()
            }
            fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
                (**self).explain(lead, as_of)
            }
            fn disqualify(&self, lead: &dyn LeadView, as_of: AsOf, reason: &mut dyn FnMut(&str)) {
                (**self).disqualify(lead, as_of, reason);
            }
            fn explain_change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
                (**self).explain_change(lead, a, b)
            }
            fn next_change(
                &self,
                lead: &dyn LeadView,
                from: AsOf,
                until: AsOf,
            ) -> Result<Option<Moment>, Opaque> {
                (**self).next_change(lead, from, until)
            }
        }
    )*};
}

forward!(&S, Box<S>, Arc<S>);

/// A scorer made of a closure: see [`from_fn`].
#[derive(Clone, Copy)]
pub struct FromFn<F>(F);

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromFn")
    }
}

/// Makes a scorer of a closure. Its explanation is the bare number.
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, LeadView, Score, from_fn};
///
/// let spent = from_fn(|lead: &dyn LeadView, as_of: AsOf| {
///     let mut sum = 0.0;
///     lead.purchases(&mut |purchase| {
///         if purchase.at <= as_of.moment() {
///             sum += purchase.amount;
///         }
///     });
///     Score::saturating(sum / 100.0)
/// });
/// # let _ = spent;
/// ```
pub fn from_fn<F>(judge: F) -> FromFn<F>
where
    F: Fn(&dyn LeadView, AsOf) -> Option<Score> + Send + Sync,
{
    FromFn(judge)
}

impl<F> Scorer for FromFn<F>
where
    F: Fn(&dyn LeadView, AsOf) -> Option<Score> + Send + Sync,
{
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        (self.0)(lead, as_of)
    }
}
