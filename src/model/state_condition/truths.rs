use super::facts::{Facts, Mode};
use super::number::NumberTest;
use super::reach::Reach;
use super::resolve::{LabelTest, StateTest};
use crate::model::label::{LabelOn, Labels, Target};

/// Which truths a condition may have in an interval of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) struct Truths(u8);

impl Truths {
    const NONE: Self = Self(0);
    const TRUE: Self = Self(1);
    const FALSE: Self = Self(2);
    const UNKNOWN: Self = Self(4);

    fn only(truth: Option<bool>) -> Self {
        match truth {
            Some(true) => Self::TRUE,
            Some(false) => Self::FALSE,
            None => Self::UNKNOWN,
        }
    }

    fn or_else(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the condition may be true, false or unknown.
    pub(in crate::model) fn may_be(self, truth: Option<bool>) -> bool {
        self.0 & Self::only(truth).0 != 0
    }

    fn not(self) -> Self {
        let (yes, no) = (self.0 & Self::TRUE.0, self.0 & Self::FALSE.0);
        Self(self.0 & Self::UNKNOWN.0 | yes << 1 | no >> 1)
    }

    /// Kleene's and.
    fn and(self, other: Self) -> Self {
        let may = |of: Self, truth| of.may_be(truth);
        let (yes, no, unknown) = (Some(true), Some(false), None);
        let mut both = Self::NONE;
        if may(self, yes) && may(other, yes) {
            both = both.or_else(Self::TRUE);
        }
        if may(self, no) || may(other, no) {
            both = both.or_else(Self::FALSE);
        }
        let open = |of: Self| may(of, yes) || may(of, unknown);
        let either = may(self, unknown) || may(other, unknown);
        if either && open(self) && open(other) {
            both = both.or_else(Self::UNKNOWN);
        }
        both
    }

    /// Kleene's or.
    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

impl NumberTest {
    /// The truths of a comparison with a number that stays within those ends.
    fn truths(&self, ends: Option<(f64, f64)>) -> Truths {
        let Some((low, high)) = ends else {
            return Truths::only(self.truth(None));
        };
        let at_ends =
            Truths::only(self.truth(Some(low))).or_else(Truths::only(self.truth(Some(high))));
        if self.lies_between(low, high) {
            at_ends.or_else(Truths::TRUE)
        } else {
            at_ends
        }
    }
}

impl Facts<'_, '_> {
    /// The truths that a condition may have while scores and raw values stay within reach; everything else stays as
    /// it is.
    pub(in crate::model) fn truths(
        &mut self,
        test: &StateTest,
        mode: Mode,
        reach: &Reach<'_>,
    ) -> Truths {
        self.truth_tree(test, mode, true, reach)
    }

    fn truth_tree(
        &mut self,
        test: &StateTest,
        mode: Mode,
        positive: bool,
        reach: &Reach<'_>,
    ) -> Truths {
        match test {
            StateTest::All(parts) => parts.iter().fold(Truths::TRUE, |all, part| {
                all.and(self.truth_tree(part, mode, positive, reach))
            }),
            StateTest::Any(parts) => parts.iter().fold(Truths::FALSE, |any, part| {
                any.or(self.truth_tree(part, mode, positive, reach))
            }),
            StateTest::Not(part) => self.truth_tree(part, mode, !positive, reach).not(),
            StateTest::Score {
                of, test, margin, ..
            } => {
                let test = test.widened(mode.wider(*margin, positive));
                test.truths(self.score_within(*of, reach))
            }
            StateTest::Raw {
                of, test, margin, ..
            } => {
                let test = test.widened(mode.wider(*margin, positive));
                test.truths(reach.raw(*of))
            }
            StateTest::Label(label) => self.label_truths(label, mode.wider(None, positive), reach),
            StateTest::Activity { .. } | StateTest::When(_) | StateTest::Disqualified(_) => {
                Truths::only(self.truth(test, mode))
            }
        }
    }

    /// The manual score while it is in force, else the machine score.
    fn score_within(&self, of: Target, reach: &Reach<'_>) -> Option<(f64, f64)> {
        match self.manual(of) {
            Some(manual) => Some((manual, manual)),
            None => reach.score(of),
        }
    }

    fn label_truths(&self, test: &LabelTest, wider: f64, reach: &Reach<'_>) -> Truths {
        if self.is_disqualified() {
            return Truths::FALSE;
        }
        let Some((labels, lifts)) = reach.labels(test.set) else {
            return Truths::UNKNOWN;
        };
        let ends = match (test.on, test.of) {
            (LabelOn::Points, Target::Dimension(place)) => reach.raw(place),
            (LabelOn::Percentile, of) => {
                let ranked = |(low, high)| Some((self.rank(of, low)?, self.rank(of, high)?));
                self.score_within(of, reach).and_then(ranked)
            }
            _ => self.score_within(test.of, reach),
        };
        let truth = |value| Truths::only(test.truth(value, wider, labels, lifts));
        let Some((low, high)) = ends else {
            return truth(None);
        };
        // Between these the truth does not change.
        let margin = [test.threshold - wider];
        let turns = labels.thresholds().iter().chain(&margin);
        let inside = turns.filter(|&&turn| low < turn && turn <= high);
        inside.fold(truth(Some(low)), |all, &turn| {
            all.or_else(truth(Some(turn)))
        })
    }
}

impl LabelTest {
    /// Whether the label is reached with that number, where a hand-raiser lifts into that band.
    fn truth(
        &self,
        value: Option<f64>,
        wider: f64,
        labels: &Labels,
        lifts: Option<u16>,
    ) -> Option<bool> {
        let by_number = labels.band(value.unwrap_or(f64::NAN));
        let band = by_number.max(lifts);
        let reached = band.is_some_and(|band| usize::from(band) >= self.band);
        if reached && (wider >= 0.0 || lifts > by_number) {
            return Some(true);
        }
        if wider == 0.0 {
            return value.map(|_| reached);
        }
        value.map(|value| value >= self.threshold - wider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All sets of truths, with their members.
    fn sets() -> Vec<(Truths, Vec<Option<bool>>)> {
        let all = [Some(true), Some(false), None];
        (0..8)
            .map(|bits| {
                let set = Truths(bits);
                (
                    set,
                    all.into_iter().filter(|&one| set.may_be(one)).collect(),
                )
            })
            .collect()
    }

    fn of(members: impl Iterator<Item = Option<bool>>) -> Truths {
        members.fold(Truths::NONE, |all, one| all.or_else(Truths::only(one)))
    }

    #[test]
    fn sets_of_truths_follow_their_members() {
        let and = |a: Option<bool>, b: Option<bool>| match (a, b) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        let not = |a: Option<bool>| a.map(|a| !a);
        for (a, of_a) in sets().into_iter().skip(1) {
            assert_eq!(a.not(), of(of_a.iter().map(|&one| not(one))));
            for (b, of_b) in sets().into_iter().skip(1) {
                let pairs = || of_a.iter().flat_map(|&a| of_b.iter().map(move |&b| (a, b)));
                assert_eq!(a.and(b), of(pairs().map(|(a, b)| and(a, b))));
                let or = |(a, b)| not(and(not(a), not(b)));
                assert_eq!(a.or(b), of(pairs().map(or)));
            }
        }
    }
}
