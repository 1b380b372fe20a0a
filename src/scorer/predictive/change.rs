//! How the log-odds move while time passes and the facts stay.

use super::encoder::{FeatureEncoder, State};
use super::feature::{Moving, Sort};
use super::predictive_scorer::{PredictiveScorer, Weights};
use crate::lead::{Frozen, LeadView, Moment};
use crate::score::{AsOf, LARGEST, contribution};
use crate::scorer::Opaque;
use crate::scorer::course::{Course, Within};
use crate::scorer::first_edge::first_edge;
use crate::scorer::history::Pauses;
use crate::scorer::rules::SECOND;

/// Log-odds of features that move against each other are sums whose rounding shows beyond this size.
const LARGEST_MIXED: f64 = 1e3;

/// A feature that moves.
struct FeatureCourse<'c> {
    feature: &'c FeatureEncoder,
    weights: &'c Weights,
    moving: Moving<'c>,
}

impl FeatureCourse<'_> {
    fn jumps(&self) -> bool {
        self.feature.plan.sort == Sort::Bins
    }

    /// What the feature adds, in an interval without an edge.
    fn course(&self, within: Within, pauses: &Pauses) -> Course {
        let (feature, weights) = (self.feature, self.weights);
        let number = feature.plan.number_course(&self.moving, within, pauses);
        if self.jumps() {
            let bins = feature.plan.bin(number.low)..=feature.plan.bin(number.high);
            let added = bins.map(|bin| weights.add(feature, feature.of_bin(bin), &[]));
            let course = added.map(Course::still).reduce(|a, b| Course {
                down: f64::NEG_INFINITY,
                up: f64::INFINITY,
                ..a.valued(a.low.min(b.low), a.high.max(b.high))
            });
            return match course {
                Some(course) if course.is_still() => Course::still(course.low),
                course => course.unwrap_or(Course::still(0.0)),
            };
        }
        let mut sum = Course::still(0.0);
        feature.each(State::Number(0.0), &[], |place, column, zero| {
            let coefficient = weights.coefficient(place);
            let added = |x: f64| contribution(coefficient, x, column.mean, column.deviation);
            sum = sum.plus(if column.is_value {
                let (a, b) = (added(number.low), added(number.high));
                let factor = coefficient / column.deviation.unwrap_or(1.0);
                if a.to_bits() == b.to_bits() {
                    Course::still(a)
                } else {
                    // At its bound a contribution stands still.
                    let acts = a.abs() >= LARGEST || b.abs() >= LARGEST;
                    number
                        .times(factor)
                        .valued(a.min(b), a.max(b))
                        .or_still(acts)
                }
            } else {
                Course::still(added(zero))
            });
        });
        sum
    }
}

/// The sum of the features that move; whether its rounding shows where they do so against each other.
fn sum(features: &[FeatureCourse<'_>], within: Within, pauses: &Pauses) -> (Course, bool) {
    let courses = features.iter().map(|f| f.course(within, pauses));
    courses.fold((Course::still(0.0), false), |(sum, large), course| {
        let size = course.low.abs().max(course.high.abs());
        let moves = !course.is_still();
        (sum.plus(course), large || (moves && size > LARGEST_MIXED))
    })
}

/// Whether all of them move in one direction, so that rounding keeps it.
fn together(features: &[FeatureCourse<'_>], within: Within, pauses: &Pauses) -> bool {
    let courses = || features.iter().map(|f| f.course(within, pauses));
    courses().all(|course| course.is_still() || course.down >= 0.0)
        || courses().all(|course| course.is_still() || course.up <= 0.0)
}

impl PredictiveScorer {
    /// Until when the log-odds go one way, and the chance with them.
    pub(super) fn keeps_course(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        if self.is_still() || until <= from {
            return Ok(None);
        }
        if self.reads().next().is_some() {
            return Err(Opaque);
        }
        let frozen = Frozen::new(lead, from.moment());
        let mark = self.encoder().reader.history.mark(&frozen);
        let followed = self
            .encoder()
            .reader
            .with_case(&frozen, from, |case, buffers| {
                let chosen = &mut buffers.chosen;
                let mut moving = Vec::new();
                for (feature, weights) in self.features() {
                    if let Some(number) = feature.plan.moving(case, chosen) {
                        moving.push(FeatureCourse {
                            feature,
                            weights,
                            moving: number,
                        });
                    }
                }
                let edge = first_edge(from, until, |note| {
                    mark.into_iter().for_each(&mut *note);
                    case.pauses.edges(note);
                    for (feature, _) in self.features() {
                        feature.plan.edges(case, chosen, note);
                    }
                });
                one_way(&moving, case.pauses, (from.moment(), until.moment()), edge)
            });
        followed.unwrap_or(Ok(None))
    }
}

/// The end of the longest interval that halving finds and in which the features go one way together.
fn one_way(
    features: &[FeatureCourse<'_>],
    pauses: &Pauses,
    (from, until): (Moment, Moment),
    edge: Option<Moment>,
) -> Result<Option<Moment>, Opaque> {
    let mut to = edge.map_or(until, |edge| edge.plus_micros(-1));
    let mut end = edge;
    while from < to {
        let within = Within { from, to };
        if together(features, within, pauses) {
            break;
        }
        let jumps = features
            .iter()
            .any(|f| f.jumps() && !f.course(within, pauses).is_still());
        if !jumps {
            let (course, large) = sum(features, within, pauses);
            let steps = course.down == f64::NEG_INFINITY || course.up == f64::INFINITY;
            if steps || large {
                return Err(Opaque);
            }
            if course.is_one_way() || to.micros_since(from) <= SECOND {
                break;
            }
        }
        to = from.plus_micros(to.micros_since(from) / 2);
        end = Some(to.max(from.plus_micros(1)));
    }
    Ok(end)
}
