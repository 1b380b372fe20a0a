use super::super::label::{LabelOn, Labels, Target};
use super::super::model::ScoreModel;
use super::course::ModelCourse;
use super::walk::{Edges, Walk, first_moment};
use super::{Change, ChangeError, Standing, Watch};
use crate::lead::{LeadView, Moment};
use crate::score::{Score, ScoreVector};
use crate::scorer::{Buffers, Case, Course, Within};

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
        let asked = |place| self.asks(place);
        let walk = Walk {
            model: self.model,
            lead: self.lead,
            span: Within {
                from: self.from,
                to: self.until,
            },
            asked: &asked,
            reads_activities: false,
        };
        let edges: Edges<'_> = &|case, chosen, note| {
            if let Some(labels) = self.labels() {
                labels.edges(case, chosen, note);
            }
        };
        let found = walk.first(edges, &mut |within, case, buffers| {
            self.stretch(within, case, buffers)
        })?;
        Ok(found.map(|at| Change {
            at,
            before: self.standing(&self.before),
            after: self.standing(&self.model.vector(self.lead, at.into())),
        }))
    }

    fn labels(&self) -> Option<&'s Labels> {
        match self.watch {
            Watch::Label(set) => self.model.labels.get(set),
            _ => None,
        }
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
            lifted: self
                .labels()
                .and_then(|labels| self.model.lifts(labels, case, buffers)),
        };
        first_moment(
            within,
            |within| self.may_differ(&stretch, within),
            |moment| self.may_differ(&stretch, Within::at(moment)),
        )
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

    /// Whether the lead may stand otherwise than at the beginning, anywhere in an interval; for a point: whether it
    /// does.
    fn may_differ(&self, stretch: &Stretch<'_>, within: Within) -> bool {
        let Some(of) = self.of else { return false };
        let course = stretch.manual.map(Course::still).or_else(|| match of {
            Target::Composite => stretch.course.composite(within, self.lead),
            Target::Dimension(place) => {
                let on = self.labels().map_or(LabelOn::Score, |labels| labels.on);
                if on == LabelOn::Points {
                    stretch.course.raw(place, within, self.lead)
                } else {
                    stretch.course.score(place, within, self.lead)
                }
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
                    let reached = labels.band(value.map_or(f64::NAN, ranked));
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
