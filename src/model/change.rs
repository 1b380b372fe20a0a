//! What changes next, with the facts as they are known.

mod course;
mod explain;
mod search;
mod walk;

pub(super) use course::ModelCourse;
pub(super) use walk::{Edges, Walk, first_moment};

use super::label::Target;
use super::model::ScoreModel;
use super::problem::Problems;
use crate::lead::{Frozen, LeadView, Moment};
use crate::score::{AsOf, Score};
use search::Search;

/// What [`ScoreModel::next_change`] waits for.
///
/// Stages depend on the stage before and stand beside the model: [`Stages::next_change`](crate::Stages::next_change)
/// waits for those, and [`Segments::next_change`](crate::Segments::next_change) for segments.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum What<'w> {
    /// The label of a named set of labels becomes another.
    Label(&'w str),
    /// The reasons for which the lead is disqualified become others.
    Verdict,
    /// A score comes to `bound` or above it from below, or falls below it. An abstaining score has reached no bound.
    Passes {
        /// The dimension, or `composite`.
        of: &'w str,
        /// The bound, a score.
        bound: f64,
    },
    /// A score comes to be `by` or more away from where it is, up or down. One that begins to abstain, or ceases to,
    /// has moved.
    Moves {
        /// The dimension, or `composite`.
        of: &'w str,
        /// The distance in scores, more than 0.
        by: f64,
    },
}

/// How a lead stands with regard to what was waited for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Standing {
    /// Its label; `None` below the lowest band, or where the score abstains.
    Label(Option<String>),
    /// The reasons for which it is disqualified; empty where it is not.
    Verdict(Vec<String>),
    /// The score: the manual one while it is in force; `None` where it abstains.
    Score(Option<Score>),
}

/// Something that changes by the passing of time alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub at: Moment,
    /// How the lead stands at the beginning.
    pub before: Standing,
    /// How it stands from that moment on.
    pub after: Standing,
}

/// A question about the next change that has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The model has nothing of that name.
    #[error("{0}")]
    Unknown(String),
    /// A number that is none, or a distance that is not positive.
    #[error("{0}")]
    Number(String),
    /// Scorers that do not say when they change judge these dimensions; of nested models joined by `/`.
    #[error("it is not known when these dimensions change: `{}`", dimensions.join("`, `"))]
    Opaque {
        /// The dimensions.
        dimensions: Vec<String>,
    },
    /// Stages or segments of another model than the one that was given.
    #[error("the stages or segments are of another model")]
    OtherModel,
}

impl ScoreModel {
    /// The first moment after `from`, at most `until`, at which something changes by the passing of time alone, and
    /// what it becomes; `None` where nothing does until then.
    ///
    /// The facts are frozen as they are known at `from`: facts dated later do not exist ([`Frozen`](crate::Frozen)).
    /// What remains is what time does: decay, windows, silence, date attributes, manual overrides that begin or
    /// expire. A host that asks again whenever it learns a new fact never needs to score all its leads every night.
    ///
    /// The moment is right to one second: nothing that was asked for is otherwise at any earlier moment for a second
    /// or longer, and at the moment returned [`vector`](ScoreModel::vector) shows the change (of the frozen lead).
    /// Jumps are found to the microsecond.
    ///
    /// # Cost
    /// Grows with the number of edges (an activity that leaves a window, a date that comes near, ...) before the
    /// change, and for each stretch between two edges in which the answer may lie, with the logarithm of its length.
    /// A score that stays within its rounding of a bound for long is followed second by second.
    ///
    /// # Errors
    /// A name that the model does not have, a number that is not finite, a distance that is not positive, and
    /// dimensions that are judged by scorers which do not say when they change
    /// ([`Scorer::next_change`](crate::Scorer::next_change)), where the answer depends on them.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     Activity, ActivitySpec, AsOf, DecaySpec, DimensionSpec, GroupSpec, LabelSpec, Lead, ModelSpec, RuleSpec,
    ///     RulesSpec, SchemaSpec, ScoreModel, Standing, What,
    /// };
    ///
    /// let downloads = ActivitySpec::of("download").decay(DecaySpec::lifespan("100d"));
    /// let spec = ModelSpec::new("inbound")
    ///     .schema(SchemaSpec::new().kind("download"))
    ///     .dimension(DimensionSpec::rules(
    ///         "engagement",
    ///         RulesSpec::new().group(
    ///             GroupSpec::sum("web").rule(RuleSpec::new("download").points(50.0).activity(downloads)),
    ///         ),
    ///     ))
    ///     .label(LabelSpec::new("stage").band("cold", 0.0).band("warm", 25.0));
    /// let model = ScoreModel::build(&spec)?;
    /// let download = model.schema().kind("download").ok_or("no such kind")?;
    /// let lead = Lead::builder(model.schema(), "a1")
    ///     .push(Activity::new(download, "2026-03-01".parse()?))
    ///     .build()?;
    ///
    /// let (from, until): (AsOf, AsOf) = ("2026-03-02".parse()?, "2027-03-02".parse()?);
    /// let change = model.next_change(&lead, from, until, What::Label("stage"))?.ok_or("it never cools down")?;
    /// assert_eq!(change.after, Standing::Label(Some("cold".to_owned())));
    /// // 50 days: the first microsecond after is below 25.
    /// assert_eq!(change.at.to_string(), "2026-04-20T00:00:00.000001Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_change<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        from: AsOf,
        until: AsOf,
        what: What<'_>,
    ) -> Result<Option<Change>, ChangeError> {
        let watch = self.watch(what)?;
        if lead.schema() != self.schema.id() || until <= from {
            return Ok(None);
        }
        let frozen = Frozen::new(lead, from.moment());
        Search::new(self, &frozen, from.moment(), until.moment(), watch).run()
    }

    fn watch(&self, what: What<'_>) -> Result<Watch, ChangeError> {
        let number = |name: &str, value: f64, positive: bool| {
            if !value.is_finite() {
                let message = format!("`{name}` must be a finite number, got `{value}`");
                return Err(ChangeError::Number(message));
            }
            if positive && value <= 0.0 {
                let message = format!("`{name}` must be more than 0, got `{value}`");
                return Err(ChangeError::Number(message));
            }
            Ok(value)
        };
        match what {
            What::Verdict => Ok(Watch::Verdict),
            What::Label(set) => self.shape.label(set).map(Watch::Label).ok_or_else(|| {
                let known = self.shape.labels.iter().map(|labels| labels.name.as_ref());
                unknown("set of labels", set, known)
            }),
            What::Passes { of, bound } => Ok(Watch::Passes {
                of: self.followed(of)?,
                bound: number("bound", bound, false)?,
            }),
            What::Moves { of, by } => Ok(Watch::Moves {
                of: self.followed(of)?,
                by: number("by", by, true)?,
            }),
        }
    }

    /// The dimension of that name, or the composite.
    fn followed(&self, of: &str) -> Result<Target, ChangeError> {
        if of == "composite" && self.composite.is_some() {
            return Ok(Target::Composite);
        }
        let place = self.shape.dimension(of).map(Target::Dimension);
        place.ok_or_else(|| {
            if of == "composite" {
                return ChangeError::Unknown("the model has no composite".to_owned());
            }
            let known = self.shape.dimensions.iter().map(crate::Dimension::name);
            unknown("dimension", of, known)
        })
    }
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str>) -> ChangeError {
    ChangeError::Unknown(Problems::default().unknown_message(what, name, known))
}

/// A [`What`] whose names are resolved.
#[derive(Clone, Copy, Debug)]
enum Watch {
    Label(usize),
    Verdict,
    Passes { of: Target, bound: f64 },
    Moves { of: Target, by: f64 },
}

#[cfg(test)]
mod tests;
