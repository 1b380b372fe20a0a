use super::case::Case;
use super::plan::{ActivityPlan, Mode};
use crate::lead::{Activity, ProductSlot};
use crate::scorer::history::day;
use crate::scorer::marks::{Marks, Places};
use std::collections::HashSet;

impl ActivityPlan {
    /// Whether an activity is of the kinds and products asked for.
    #[inline]
    fn is_asked(&self, activity: &Activity<'_>) -> bool {
        self.kinds.has(activity.kind) && self.products.has_optional(activity.product)
    }

    /// The places of the activities that are of the kinds and products asked for.
    #[inline]
    fn asked(&self, marks: &Marks, product: Option<ProductSlot>) -> Places {
        let of_kinds = self.kinds.places(marks.all(), |kind| marks.kind(kind));
        let of_products = self
            .products
            .places(marks.all(), |product| marks.product(product));
        let places = of_kinds.and(&of_products);
        match product {
            Some(product) => places.and(&marks.product(product)),
            None => places,
        }
    }

    /// Whether an activity passes the filters.
    #[inline]
    fn passes(&self, activity: &Activity<'_>) -> bool {
        self.subject
            .as_ref()
            .is_none_or(|filter| filter.text(activity.subject))
            && self
                .channel
                .as_ref()
                .is_none_or(|filter| filter.text(activity.channel))
            && self
                .value
                .as_ref()
                .is_none_or(|filter| filter.number(activity.value))
    }

    /// Whether an age counts.
    #[inline]
    pub(super) fn in_window(&self, age: i64) -> bool {
        self.last.is_none_or(|last| age < last) && self.older_than.is_none_or(|from| age >= from)
    }

    /// Hands on the activities that the occurrence mode chooses of a whole history, in its order, with their ages.
    #[inline]
    pub(super) fn choose<'c, V: ?Sized>(
        &self,
        case: &Case<'c, V>,
        chosen: &mut Vec<usize>,
        mut give: impl FnMut(&'c Activity<'c>, i64),
    ) {
        let history = case.history;
        if let Some(marks) = case.marks {
            let asked = self.asked(marks, case.product);
            let asked = asked.filter_map(|place| Some((place, history.get(place)?)));
            let passing = asked.filter(|(_, activity)| self.passes(activity));
            self.choose_among(passing, history, chosen, |(place, activity)| {
                give(activity, marks.age(place));
            });
        } else if case.kinds.may_share(self.asks) {
            let of = |activity: &Activity<'_>| match case.product {
                Some(_) => activity.product == case.product,
                None => true,
            };
            let passing = history.iter().enumerate().filter(|(_, activity)| {
                of(activity) && self.is_asked(activity) && self.passes(activity)
            });
            self.choose_among(passing, history, chosen, |(_, activity)| {
                give(activity, case.pauses.age(activity.at, case.as_of));
            });
        }
    }

    /// Hands on the activities that the occurrence mode chooses among those that pass.
    #[inline]
    fn choose_among<'h, 'a>(
        &self,
        mut passing: impl DoubleEndedIterator<Item = (usize, &'h Activity<'a>)>,
        history: &'h [Activity<'a>],
        chosen: &mut Vec<usize>,
        mut give: impl FnMut((usize, &'h Activity<'a>)),
    ) {
        match &self.mode {
            Mode::Each | Mode::Count(_) => passing.for_each(give),
            Mode::Once if self.keep_first => {
                if let Some(first) = passing.next() {
                    give(first);
                }
            }
            Mode::Once => {
                if let Some(newest) = passing.next_back() {
                    give(newest);
                }
            }
            Mode::First(count) => passing.take(*count as usize).for_each(give),
            Mode::EveryNth(count) => passing
                .skip(*count as usize - 1)
                .step_by(*count as usize)
                .for_each(give),
            Mode::PerDay { count, utc_offset } => {
                let (mut today, mut used) = (None, 0);
                for (i, activity) in passing {
                    let day = day(activity.at, *utc_offset);
                    if today.replace(day) != Some(day) {
                        used = 0;
                    }
                    if used < *count {
                        used += 1;
                        give((i, activity));
                    }
                }
            }
            Mode::AtMost { count, per } => {
                chosen.clear();
                let mut oldest = 0;
                for (i, activity) in passing {
                    let expired = |place: &usize| {
                        history
                            .get(*place)
                            .is_some_and(|old| activity.at.micros_since(old.at) >= *per)
                    };
                    while chosen.get(oldest).is_some_and(expired) {
                        oldest += 1;
                    }
                    if chosen.len() - oldest < *count as usize {
                        chosen.push(i);
                        give((i, activity));
                    }
                }
            }
            Mode::OncePerSubject => {
                chosen.clear();
                if self.keep_first {
                    once_per_subject(passing, history, chosen);
                } else {
                    once_per_subject(passing.rev(), history, chosen);
                    chosen.reverse();
                }
                let chosen = chosen.iter();
                chosen
                    .filter_map(|&i| Some((i, history.get(i)?)))
                    .for_each(give);
            }
        }
    }
}

/// Puts the position of the first activity of each subject into `chosen`; without a subject, of each activity.
fn once_per_subject<'h, 'a: 'h>(
    passing: impl Iterator<Item = (usize, &'h Activity<'a>)>,
    history: &[Activity<'a>],
    chosen: &mut Vec<usize>,
) {
    /// Up to here looking through is faster than hashing, and allocates nothing.
    const FEW: usize = 32;
    let mut many: Option<HashSet<&str>> = None;
    for (i, activity) in passing {
        if let Some(subject) = activity.subject {
            let mut subjects = chosen
                .iter()
                .filter_map(|&i| history.get(i))
                .filter_map(|seen| seen.subject);
            let seen = match &mut many {
                Some(seen) => !seen.insert(subject),
                None if chosen.len() < FEW => subjects.any(|other| other == subject),
                None => {
                    let mut all: HashSet<&str> = subjects.collect();
                    let seen = !all.insert(subject);
                    many = Some(all);
                    seen
                }
            };
            if seen {
                continue;
            }
        }
        chosen.push(i);
    }
}
