//! How the number of a feature moves while time passes and the facts stay.

use super::ages::Ages;
use super::plan::{FeaturePlan, Source, days};
use super::{Measure, Sort};
use crate::lead::{Answer, LeadView, Moment, Value};
use crate::score::LARGEST;
use crate::scorer::course::{Course, Within};
use crate::scorer::history::Pauses;
use crate::scorer::period::DAY;
use crate::scorer::rules::{Case, Fading};

/// The logarithm of a platform is off by less than one unit in the last place; this is four.
const SLACK: f64 = 4.0 * f64::EPSILON;

/// A number that moves between two edges.
pub(in crate::scorer::predictive) enum Moving<'c> {
    /// Days since a moment, in calendar time.
    Age(Moment),
    /// Days since a moment, in which pauses do not count.
    Since(Moment),
    /// Days to a moment.
    Until(Moment),
    /// What remains of activities.
    Faded(Vec<Fading<'c>>),
}

impl FeaturePlan {
    /// Hands on every moment at which the number jumps or begins to move otherwise, while the history is this one.
    pub(in crate::scorer::predictive) fn edges<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
        note: &mut dyn FnMut(Moment),
    ) {
        match &self.source {
            Source::Activities(plan, _) => plan.edges(case, chosen, note),
            Source::Purchases(ages, _) => ages.edges(case, note),
            _ => {}
        }
    }

    /// The number, where it moves before the next edge.
    pub(in crate::scorer::predictive) fn moving<'c, V: LeadView + ?Sized>(
        &'c self,
        case: &Case<'_, V>,
        chosen: &mut Vec<usize>,
    ) -> Option<Moving<'c>> {
        match &self.source {
            Source::Age(slot) => match case.lead.attribute(*slot) {
                Value::Date(date) => Some(Moving::Age(date)),
                _ => None,
            },
            Source::Answer(question, Measure::DaysUntil) => match case.lead.answer(*question) {
                Answer::By(date) => Some(Moving::Until(date)),
                _ => None,
            },
            Source::Activities(plan, Measure::DaysSinceLast) => {
                plan.newest(case, chosen).map(Moving::Since)
            }
            Source::Activities(plan, measure) => {
                let fading = plan.fading(case, chosen, *measure == Measure::Sum);
                fading.map(Moving::Faded)
            }
            Source::Purchases(ages, Measure::DaysSinceLast) => {
                let newest = ages.counted(case.lead, case.as_of, case.pauses).newest;
                newest.map(Moving::Since)
            }
            _ => None,
        }
    }

    /// The number as it counts, in an interval without an edge.
    pub(in crate::scorer::predictive) fn number_course(
        &self,
        moving: &Moving<'_>,
        within: Within,
        pauses: &Pauses,
    ) -> Course {
        #[allow(clippy::cast_precision_loss)] // a slope, not a score
        let daily = 1.0 / DAY as f64;
        let line = |first: i64, last: i64, slope: f64| {
            let (a, b) = (days(first), days(last));
            let course = Course::one_way(a, b);
            if course.is_still() {
                course
            } else {
                Course {
                    down: slope,
                    up: slope,
                    ..course
                }
            }
        };
        let course = match moving {
            Moving::Age(at) => {
                let age = |moment: Moment| moment.micros_since(*at);
                line(age(within.from), age(within.to), daily)
            }
            Moving::Since(at) => {
                let age = |moment| pauses.age(*at, moment);
                line(age(within.from), age(within.to), daily)
            }
            Moving::Until(at) => {
                let left = |moment| at.micros_since(moment);
                line(left(within.from), left(within.to), -daily)
            }
            Moving::Faded(terms) => {
                let sum = terms.iter().fold(Course::still(0.0), |sum, term| {
                    sum.plus(term.course(within, pauses))
                });
                sum.clamped(Some(-LARGEST), Some(LARGEST))
            }
        };
        let (low, high) = (self.transformed(course.low), self.transformed(course.high));
        if low.to_bits() == high.to_bits() {
            return Course::still(low);
        }
        if self.log1p && self.sort == Sort::Number {
            let far = course.low.abs().max(course.high.abs());
            let near = if course.low < 0.0 && course.high > 0.0 {
                0.0
            } else {
                course.low.abs().min(course.high.abs())
            };
            let (least, most) = (1.0 / (1.0 + far), 1.0 / (1.0 + near));
            let slope =
                |slope: f64, toward_zero: bool| slope * if toward_zero { least } else { most };
            Course {
                low: low - SLACK * low.abs(),
                high: high + SLACK * high.abs(),
                down: slope(course.down, course.down > 0.0),
                up: slope(course.up, course.up < 0.0),
            }
        } else {
            course.valued(low, high)
        }
    }
}

impl Ages {
    fn edges<V: LeadView + ?Sized>(&self, case: &Case<'_, V>, note: &mut dyn FnMut(Moment)) {
        case.lead.purchases(&mut |purchase| {
            for age in self.last.into_iter().chain(self.older_than) {
                case.pauses
                    .when(purchase.at, age)
                    .into_iter()
                    .for_each(&mut *note);
            }
        });
    }
}
