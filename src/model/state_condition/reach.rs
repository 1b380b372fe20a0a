use crate::lead::LeadView;
use crate::model::ScoreModel;
use crate::model::change::ModelCourse;
use crate::model::label::{Labels, Target};
use crate::scorer::{Course, Within};

/// Between which ends scores and raw values stay in an interval of time.
pub(in crate::model) struct Reach<'r> {
    pub(super) model: &'r ScoreModel,
    pub(super) course: &'r ModelCourse<'r>,
    /// By set of labels, the band into which a hand-raiser lifts.
    pub(super) lifts: &'r [Option<u16>],
    pub(super) lead: &'r dyn LeadView,
    pub(super) within: Within,
}

fn ends(course: Course) -> (f64, f64) {
    (course.low, course.high)
}

impl<'r> Reach<'r> {
    /// Of a machine score; `None` where it abstains.
    pub(super) fn score(&self, of: Target) -> Option<(f64, f64)> {
        let course = match of {
            Target::Composite => self.course.composite(self.within, self.lead),
            Target::Dimension(place) => self.course.score(place, self.within, self.lead),
        };
        course.map(ends)
    }

    /// Of a raw value; `None` where there is none.
    pub(super) fn raw(&self, place: usize) -> Option<(f64, f64)> {
        self.course.raw(place, self.within, self.lead).map(ends)
    }

    /// A set of labels, and the band into which a hand-raiser lifts.
    pub(super) fn labels(&self, set: usize) -> Option<(&'r Labels, Option<u16>)> {
        Some((self.model.labels.get(set)?, *self.lifts.get(set)?))
    }
}
