use super::{Curve, Decay};
use crate::model::Problems;
use crate::scorer::period::parse_period;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How points fade with age, as it stands in a model file: exactly one of the five curves.
///
/// | written | share left at age `a` | source |
/// | --- | --- | --- |
/// | `half_life = "14d"` | `2^(-a/h)` | exponential decay by half-life |
/// | `lose = 0.5, every = "30d"` | `max(0, 1 - lose * floor(a / every))` | HubSpot's decay: linear, in steps |
/// | `lose = 0.5, every = "30d", shape = "continuous"` | `max(0, 1 - lose * a / every)` | the same without steps |
/// | `lifespan = "90d"` | `max(0, 1 - a / lifespan)` | MadKudu |
/// | `steps = [{ from = "30d", share = 0.5 }]` | that of the last step reached, 1 before the first | a table |
///
/// `grace` starts the age later; `floor` is the share that remains for ever. A step or an interval that ends at an
/// age belongs to the older side. The fifth way to fade, losing points for silence, is a rule of its own:
/// [`InactivitySpec`](crate::InactivitySpec).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecaySpec {
    /// Time in which half is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<String>,
    /// Share of the points lost per interval `every`, more than 0 and at most 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose: Option<f64>,
    /// The interval for `lose`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    /// Whether `lose` works in steps or all the time. Default: in steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<LinearShape>,
    /// Time in which all is lost, evenly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifespan: Option<String>,
    /// Shares by age, oldest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<DecayStep>,
    /// Time before fading begins. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<String>,
    /// Share that remains for ever, 0 to 1. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
}

/// Whether a linear decay falls at the end of each interval or all the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinearShape {
    /// At the end of each interval.
    Stepped,
    /// All the time.
    Continuous,
}

/// One row of a table of shares by age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecayStep {
    /// The age from which the share holds.
    pub from: String,
    /// The share that is left, 0 to 1.
    pub share: f64,
}

impl DecaySpec {
    /// Half is lost in that time.
    #[must_use]
    pub fn half_life(time: impl Into<String>) -> Self {
        Self {
            half_life: Some(time.into()),
            ..Self::default()
        }
    }

    /// That share is lost at the end of each interval.
    #[must_use]
    pub fn lose(share: f64, every: impl Into<String>) -> Self {
        Self {
            lose: Some(share),
            every: Some(every.into()),
            ..Self::default()
        }
    }

    /// All is lost in that time, evenly.
    #[must_use]
    pub fn lifespan(time: impl Into<String>) -> Self {
        Self {
            lifespan: Some(time.into()),
            ..Self::default()
        }
    }

    /// Shares by age.
    #[must_use]
    pub fn steps<T: Into<String>>(steps: impl IntoIterator<Item = (T, f64)>) -> Self {
        Self {
            steps: steps
                .into_iter()
                .map(|(from, share)| DecayStep {
                    from: from.into(),
                    share,
                })
                .collect(),
            ..Self::default()
        }
    }

    /// Lets a linear decay fall all the time. Default: in steps.
    #[must_use]
    pub fn continuous(mut self) -> Self {
        self.shape = Some(LinearShape::Continuous);
        self
    }

    /// Time before fading begins. Default: none.
    #[must_use]
    pub fn grace(mut self, time: impl Into<String>) -> Self {
        self.grace = Some(time.into());
        self
    }

    /// Share that remains for ever. Default: 0.
    #[must_use]
    pub fn floor(mut self, share: f64) -> Self {
        self.floor = Some(share);
        self
    }

    /// Checks the curve.
    ///
    /// # Errors
    /// All problems at once: no curve or several, a length of time that is none or not positive, shares outside 0
    /// to 1, steps out of order.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::DecaySpec;
    ///
    /// let decay = DecaySpec::half_life("14d").build()?;
    /// let days = |n: i64| n * 86_400 * 1_000_000;
    /// assert_eq!(25.0 * decay.share(days(14)), 12.5);
    /// # Ok::<(), lead_scoring::SpecError>(())
    /// ```
    pub fn build(&self) -> Result<Decay, crate::model::SpecError> {
        let mut problems = Problems::default();
        let decay = self.resolve("", &mut problems);
        problems.into_result(decay)
    }

    pub(crate) fn resolve(&self, path: &str, problems: &mut Problems) -> Decay {
        let at = |field: &str| {
            if path.is_empty() {
                field.to_owned()
            } else {
                format!("{path}.{field}")
            }
        };
        let curves = [
            self.half_life.is_some(),
            self.lose.is_some(),
            self.lifespan.is_some(),
            !self.steps.is_empty(),
        ];
        if curves.iter().filter(|&&given| given).count() != 1 {
            problems.push(
                path,
                "give exactly one of `half_life`, `lose`, `lifespan` and `steps`",
            );
        }
        let curve = if let Some(time) = &self.half_life {
            Curve::HalfLife(positive_period(time, &at("half_life"), problems))
        } else if let Some(time) = &self.lifespan {
            Curve::Lifespan(positive_period(time, &at("lifespan"), problems))
        } else if let Some(lose) = self.lose {
            if !(lose > 0.0 && lose <= 1.0) {
                problems.push(
                    at("lose"),
                    format!("must be more than 0 and at most 1, got `{lose}`"),
                );
            }
            let every = match &self.every {
                Some(every) => positive_period(every, &at("every"), problems),
                None => {
                    problems.push(path, "`lose` needs `every`");
                    1
                }
            };
            Curve::Linear {
                lose,
                every,
                shape: self.shape.unwrap_or(LinearShape::Stepped),
            }
        } else {
            Curve::Steps(self.resolve_steps(&at("steps"), problems))
        };
        if self.lose.is_none() {
            if self.every.is_some() {
                problems.push(at("every"), "belongs to `lose`");
            }
            if self.shape.is_some() {
                problems.push(at("shape"), "belongs to `lose`");
            }
        }
        let grace = self
            .grace
            .as_ref()
            .map_or(0, |time| period(time, &at("grace"), problems));
        let floor = self.floor.unwrap_or(0.0);
        share(floor, &at("floor"), problems);
        Decay {
            curve,
            grace,
            floor,
        }
    }

    fn resolve_steps(&self, path: &str, problems: &mut Problems) -> Arc<[(i64, f64)]> {
        let mut last = -1;
        self.steps
            .iter()
            .enumerate()
            .map(|(i, step)| {
                let before = problems.len();
                let from = period(&step.from, &format!("{path}[{i}].from"), problems);
                if problems.len() == before {
                    if from <= last {
                        problems.push(
                            format!("{path}[{i}].from"),
                            format!("must be later than the step before, got `{}`", step.from),
                        );
                    }
                    last = from;
                }
                share(step.share, &format!("{path}[{i}].share"), problems);
                (from, step.share)
            })
            .collect()
    }
}

fn share(share: f64, path: &str, problems: &mut Problems) {
    if !(0.0..=1.0).contains(&share) {
        problems.push(path, format!("must be between 0 and 1, got `{share}`"));
    }
}

/// Reads a length of time, reporting what is none.
pub(crate) fn period(text: &str, path: &str, problems: &mut Problems) -> i64 {
    parse_period(text).unwrap_or_else(|message| {
        problems.push(path, message);
        i64::MAX
    })
}

/// Reads a length of time that must not be zero.
pub(crate) fn positive_period(text: &str, path: &str, problems: &mut Problems) -> i64 {
    let micros = period(text, path, problems);
    if micros == 0 {
        problems.push(path, format!("must be longer than 0, got `{text}`"));
        return 1;
    }
    micros
}
