use super::super::label::{LabelOn, Labels, Target};
use super::super::model::ScoreModel;
use super::course::ModelCourse;
use super::{Change, ChangeError, Standing, Watch};
use crate::lead::{Activity, LeadView, Moment};
use crate::score::{Score, ScoreVector};
use crate::scorer::{Buffers, Case, Course, SECOND, Within, emptied, with_buffers};
use std::collections::BTreeSet;

/// The search for the first change of a frozen lead.
pub(super) struct Search<'s> {
    model: &'s ScoreModel,
    lead: &'s dyn LeadView,
    from: Moment,
    until: Moment,
    watch: Watch,
    /// What is followed; nothing for the verdict.
    of: Option<Target>,
    /// How the lead stands at the beginning.
    before: ScoreVector,
    has_foreign: bool,
}

/// What is certain between two edges.
struct Stretch<'c> {
    course: ModelCourse<'c>,
    /// The manual score in force.
    manual: Option<f64>,
    /// The band into which a hand-raiser lifts.
    lifted: Option<u16>,
}

impl<'s> Search<'s> {
    pub(super) fn new(
        model: &'s ScoreModel,
        lead: &'s dyn LeadView,
        from: Moment,
        until: Moment,
        watch: Watch,
    ) -> Self {
        let of = match watch {
            Watch::Verdict => None,
            Watch::Passes { of, .. } | Watch::Moves { of, .. } => Some(of),
            Watch::Label(set) => model.labels.get(set).map(|labels| labels.target),
        };
        Self {
            model,
            lead,
            from,
            until,
            watch,
            of,
            before: model.vector(lead, from.into()),
            has_foreign: model.has_foreign(),
        }
    }

    /// Whether the answer depends on a dimension.
    fn asks(&self, place: usize) -> bool {
        match self.of {
            None | Some(Target::Composite) => true,
            Some(Target::Dimension(only)) => place == only,
        }
    }

    pub(super) fn run(&self) -> Result<Option<Change>, ChangeError> {
        if self.has_foreign {
            let mut dimensions = Vec::new();
            let span = (self.from.into(), self.until.into());
            self.model
                .foreign_edge(self.lead, span, &|place| self.asks(place), &mut |name| {
                    dimensions.push(name);
                });
            if !dimensions.is_empty() {
                return Err(ChangeError::Opaque { dimensions });
            }
        }
        // Histories are the same between a lead's new starts.
        let mut starts = BTreeSet::from([self.from]);
        self.model.marks(self.lead, &mut |mark| {
            if self.from < mark && mark <= self.until {
                starts.insert(mark);
            }
        });
        let ends = starts.iter().skip(1).map(|start| start.plus_micros(-1));
        let eras = starts.iter().zip(ends.chain([self.until]));
        for (&from, to) in eras {
            let at = with_buffers(|buffers, mut activities| {
                let found = self.era(Within { from, to }, buffers, &mut activities);
                (found, emptied(activities))
            });
            if let Some(at) = at {
                return Ok(Some(Change {
                    at,
                    before: self.standing(&self.before),
                    after: self.standing(&self.model.vector(self.lead, at.into())),
                }));
            }
        }
        Ok(None)
    }

    /// The first change between two new starts of the lead.
    fn era(
        &self,
        era: Within,
        buffers: &mut Buffers,
        activities: &mut Vec<Activity<'s>>,
    ) -> Option<Moment> {
        let mut case = self.model.case(self.lead, era.from, activities);
        let mut edges = vec![era.from];
        let mut note = |edge: Moment| {
            if era.from < edge && edge <= era.to {
                edges.push(edge);
            }
        };
        let chosen = &mut buffers.chosen;
        self.model
            .edges(&case, &|place| self.asks(place), chosen, &mut note);
        self.lead.overrides(&mut |manual| {
            note(manual.set_at);
            manual.expires_at.into_iter().for_each(&mut note);
        });
        if let Some(labels) = self.labels() {
            let activities = labels.auto.iter().filter_map(|auto| auto.activity.as_ref());
            activities.for_each(|activity| activity.edges(&case, chosen, &mut note));
        }
        edges.sort_unstable();
        edges.dedup();
        let ends = edges.iter().skip(1).map(|edge| edge.plus_micros(-1));
        for (&from, end) in edges.iter().zip(ends.chain([era.to])) {
            let mut from = from;
            loop {
                let next = self.foreign_edge(from, end);
                case.as_of = from;
                let to = next.map_or(end, |next| next.plus_micros(-1));
                if let Some(at) = self.stretch(Within { from, to }, &case, buffers) {
                    return Some(at);
                }
                match next {
                    Some(next) => from = next,
                    None => break,
                }
            }
        }
        None
    }

    fn labels(&self) -> Option<&'s Labels> {
        match self.watch {
            Watch::Label(set) => self.model.labels.get(set),
            _ => None,
        }
    }

    fn foreign_edge(&self, from: Moment, to: Moment) -> Option<Moment> {
        if !self.has_foreign || from >= to {
            return None;
        }
        let span = (from.into(), to.into());
        let asked = |place| self.asks(place);
        let next = self
            .model
            .foreign_edge(self.lead, span, &asked, &mut |_| {})?;
        // Whatever a scorer says, the search goes on.
        let next = if next > from {
            next
        } else {
            from.plus_micros(SECOND)
        };
        (next <= to).then_some(next)
    }

    /// The first change between two edges.
    fn stretch(
        &self,
        within: Within,
        case: &Case<'_, dyn LeadView + 's>,
        buffers: &mut Buffers,
    ) -> Option<Moment> {
        if self.of.is_none() {
            let now = self.model.vector(self.lead, within.from.into());
            return (!now.disqualified().eq(self.before.disqualified())).then_some(within.from);
        }
        let course = self.model.course(case, &|place| self.asks(place), buffers);
        let stretch = Stretch {
            course,
            manual: self.manual(within.from),
            lifted: self.lifted(case, buffers),
        };
        if !self.may_differ(&stretch, within) {
            return None;
        }
        let differs = |moment| self.may_differ(&stretch, Within::at(moment));
        if differs(within.from) {
            return Some(within.from);
        }
        let mut open = vec![within];
        while let Some(Within { from, to }) = open.pop() {
            if from >= to || !self.may_differ(&stretch, Within { from, to }) {
                continue;
            }
            let length = to.micros_since(from);
            if length > SECOND {
                let middle = from.plus_micros(length / 2);
                open.push(Within { from: middle, to });
                open.push(Within { from, to: middle });
            } else if differs(to) {
                return Some(narrowed(from, to, differs));
            }
        }
        None
    }

    /// The manual score that stands in place of what is followed.
    fn manual(&self, at: Moment) -> Option<f64> {
        let name = match self.of? {
            Target::Composite => "composite",
            Target::Dimension(place) => self.model.shape.dimensions.get(place)?.name(),
        };
        if self
            .labels()
            .is_some_and(|labels| labels.on == LabelOn::Points)
        {
            return None;
        }
        let mut last: Option<(Moment, f64)> = None;
        self.lead.overrides(&mut |manual| {
            let later = last.is_none_or(|(set_at, _)| set_at <= manual.set_at);
            if manual.dimension == name && manual.in_force(at) && later {
                last = Some((manual.set_at, manual.score.get()));
            }
        });
        last.map(|(_, score)| score)
    }

    fn lifted(&self, case: &Case<'_, dyn LeadView + 's>, buffers: &mut Buffers) -> Option<u16> {
        let labels = self.labels().filter(|labels| !labels.auto.is_empty())?;
        self.model
            .attributes
            .read(case.lead, case.as_of, &mut buffers.words);
        let lifting = labels.auto.iter().filter(|auto| {
            let activity = auto.activity.as_ref();
            auto.guard.holds(&buffers.words)
                && activity.is_none_or(|activity| activity.happened(case, &mut buffers.chosen))
        });
        lifting.map(|auto| auto.band).max()
    }

    /// Whether the lead may stand otherwise than at the beginning, anywhere in an interval; for a point: whether it
    /// does.
    fn may_differ(&self, stretch: &Stretch<'_>, within: Within) -> bool {
        let Some(of) = self.of else { return false };
        let course = stretch.manual.map(Course::still).or_else(|| match of {
            Target::Composite => stretch.course.composite(within, self.lead),
            Target::Dimension(place) => {
                let both = stretch.course.dimension(place, within, self.lead)?;
                let on = self.labels().map_or(LabelOn::Score, |labels| labels.on);
                Some(if on == LabelOn::Points {
                    both.raw
                } else {
                    both.score
                })
            }
        });
        let applies = stretch.course.applies();
        let ends = [
            course.map(|course| course.low),
            course.map(|course| course.high),
        ];
        match self.watch {
            Watch::Verdict => false,
            Watch::Label(set) => {
                let Some(labels) = self.model.labels.get(set) else {
                    return false;
                };
                let was = self.before.band(set);
                let ranks = match (labels.on, of) {
                    (LabelOn::Percentile, Target::Composite) => self.model.shape.ranks(None),
                    (LabelOn::Percentile, Target::Dimension(place)) => {
                        self.model.shape.ranks(Some(place))
                    }
                    _ => None,
                };
                // A rank never falls where the score rises, so the ends bound it too.
                let ranked = |value: f64| ranks.map_or(value, |ranks| ranks.of(value));
                let band = |value: Option<f64>| {
                    let reached = labels.band(value.map(ranked));
                    reached.max(stretch.lifted).filter(|_| applies)
                };
                ends.into_iter().any(|end| band(end) != was)
            }
            Watch::Passes { bound, .. } => {
                let reached = |value: Option<f64>| value.is_some_and(|value| value >= bound);
                let was = reached(self.score(&self.before));
                ends.into_iter()
                    .any(|end| reached(end.filter(|_| applies)) != was)
            }
            Watch::Moves { by, .. } => {
                let was = self.score(&self.before);
                ends.into_iter()
                    .any(|end| match (was, end.filter(|_| applies)) {
                        (Some(was), Some(end)) => (end - was).abs() >= by,
                        (was, end) => was.is_some() != end.is_some(),
                    })
            }
        }
    }

    /// The score that is followed: the manual one while it is in force.
    fn score(&self, vector: &ScoreVector) -> Option<f64> {
        let score = match self.of? {
            Target::Composite => vector.effective("composite"),
            Target::Dimension(place) => {
                vector.effective(self.model.shape.dimensions.get(place)?.name())
            }
        };
        score.map(Score::get)
    }

    fn standing(&self, vector: &ScoreVector) -> Standing {
        match self.watch {
            Watch::Verdict => Standing::Verdict(vector.disqualified().map(str::to_owned).collect()),
            Watch::Label(set) => {
                let name = self.model.shape.labels.get(set);
                let label = name.and_then(|labels| vector.label(&labels.name));
                Standing::Label(label.map(str::to_owned))
            }
            Watch::Passes { .. } | Watch::Moves { .. } => {
                Standing::Score(self.score(vector).and_then(Score::saturating))
            }
        }
    }
}

/// The first microsecond that differs, where it does from there on.
fn narrowed(from: Moment, to: Moment, differs: impl Fn(Moment) -> bool) -> Moment {
    let (mut same, mut other) = (from, to);
    while other.micros_since(same) > 1 {
        let middle = same.plus_micros(other.micros_since(same) / 2);
        if differs(middle) {
            other = middle;
        } else {
            same = middle;
        }
    }
    other
}
