use super::case::Case;
use super::plan::{ActivityPlan, Mode};
use crate::lead::{Activity, Moment, ProductSlot, is_same};
use crate::scorer::history::day;
use crate::scorer::marks::Marks;
use crate::scorer::places::Places;
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
        let filters = self.filters.as_ref();
        filters.is_none_or(|filters| filters.pass(activity))
    }

    /// Whether an age counts.
    #[inline]
    pub(super) fn in_window(&self, age: i64) -> bool {
        self.last.is_none_or(|last| age < last) && self.older_than.is_none_or(|from| age >= from)
    }

    /// The places of the activities that are asked for and pass the filters.
    #[inline]
    fn passing<V: ?Sized>(&self, marks: &Marks, case: &Case<'_, V>) -> Places {
        let mut open = self.asked(marks, case.product);
        let Some(filters) = &self.filters else {
            return open;
        };
        let mut sure = Places::default();
        if let Some((start, is_all)) = filters.start() {
            let begun = open.and(&marks.starting(start));
            let foreign = open.and(&marks.foreign());
            (sure, open) = if is_all {
                (begun.without(&foreign), foreign)
            } else {
                (sure, begun.or(&foreign))
            };
        }
        let passes = |place| case.history.get(place).is_some_and(|one| filters.pass(one));
        sure.or(&open.only(passes))
    }

    /// How many activities pass and have an age that counts, and the age of the newest of them.
    pub(super) fn counted<V: ?Sized>(&self, case: &Case<'_, V>) -> (u64, i64) {
        let (mut count, mut newest) = (0, 0);
        if let Some(marks) = case.marks {
            let ages = marks.aged(self.last, self.older_than);
            let mut places = self.passing(marks, case).and(&ages);
            count = places.count_all();
            newest = places.next_back().map_or(0, |place| marks.age(place));
        } else {
            // Oldest first: the last one seen is the newest.
            self.choose(case, &mut Vec::new(), |_, age| {
                if self.in_window(age) {
                    count += 1;
                    newest = age;
                }
            });
        }
        (count, newest)
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
            let passing = self.passing(marks, case);
            let give = |place| {
                if let Some(activity) = history.get(place) {
                    give(activity, marks.age(place));
                }
            };
            match self.mode {
                Mode::OncePerSubject => self.once_per_subject(&passing, history).for_each(give),
                _ => self.choose_among(passing, history, chosen, give),
            }
        } else if case.kinds.may_share(self.asks) {
            self.choose_of_long(case, chosen, give);
        }
    }

    /// As [`choose`](ActivityPlan::choose), of a history without marks. Out of the way: few are so long.
    #[inline(never)]
    fn choose_of_long<'c, V: ?Sized>(
        &self,
        case: &Case<'c, V>,
        chosen: &mut Vec<usize>,
        mut give: impl FnMut(&'c Activity<'c>, i64),
    ) {
        let history = case.history;
        let of = |activity: &Activity<'_>| match case.product {
            Some(_) => activity.product == case.product,
            None => true,
        };
        let passing = history.iter().enumerate().filter(|(_, activity)| {
            of(activity) && self.is_asked(activity) && self.passes(activity)
        });
        self.choose_among(passing.map(|(place, _)| place), history, chosen, |place| {
            if let Some(activity) = history.get(place) {
                give(activity, case.pauses.age(activity.at, case.as_of));
            }
        });
    }

    /// Hands on the places that the occurrence mode chooses among those that pass.
    #[inline]
    fn choose_among(
        &self,
        mut passing: impl DoubleEndedIterator<Item = usize>,
        history: &[Activity<'_>],
        chosen: &mut Vec<usize>,
        mut give: impl FnMut(usize),
    ) {
        let at = |place: usize| history.get(place).map_or(Moment::MIN, |one| one.at);
        match &self.mode {
            Mode::Each | Mode::Count(_) => passing.for_each(give),
            Mode::Once if self.keep_first => passing.next().into_iter().for_each(give),
            Mode::Once => passing.next_back().into_iter().for_each(give),
            Mode::First(count) => passing.take(*count as usize).for_each(give),
            Mode::EveryNth(count) => passing
                .skip(*count as usize - 1)
                .step_by(*count as usize)
                .for_each(give),
            Mode::PerDay { count, utc_offset } => {
                let (mut today, mut used) = (None, 0);
                for place in passing {
                    let day = day(at(place), *utc_offset);
                    if today.replace(day) != Some(day) {
                        used = 0;
                    }
                    if used < *count {
                        used += 1;
                        give(place);
                    }
                }
            }
            Mode::AtMost { count, per } => {
                chosen.clear();
                let mut oldest = 0;
                for place in passing {
                    let now = at(place);
                    let expired = |old: &usize| now.micros_since(at(*old)) >= *per;
                    while chosen.get(oldest).is_some_and(expired) {
                        oldest += 1;
                    }
                    if chosen.len() - oldest < *count as usize {
                        chosen.push(place);
                        give(place);
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
                chosen.iter().copied().for_each(give);
            }
        }
    }

    /// The first or the newest of each subject; without a subject, each. As [`once_per_subject`] without a list, which
    /// a short history does not need.
    fn once_per_subject(&self, passing: &Places, history: &[Activity<'_>]) -> Places {
        let subject = |place: usize| history.get(place).and_then(|one| one.subject);
        let mut chosen = Places::default();
        let mut take = |place| {
            let new = subject(place);
            let seen = new.is_some() && chosen.clone().any(|other| is_same(subject(other), new));
            if !seen {
                chosen.add(place);
            }
        };
        if self.keep_first {
            passing.clone().for_each(&mut take);
        } else {
            passing.clone().rev().for_each(&mut take);
        }
        chosen
    }
}

/// Puts the position of the first activity of each subject into `chosen`; without a subject, of each activity.
fn once_per_subject(
    passing: impl Iterator<Item = usize>,
    history: &[Activity<'_>],
    chosen: &mut Vec<usize>,
) {
    /// Up to here looking through is faster than hashing, and allocates nothing.
    const FEW: usize = 32;
    let mut many: Option<HashSet<&str>> = None;
    for place in passing {
        if let Some(subject) = history.get(place).and_then(|one| one.subject) {
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
        chosen.push(place);
    }
}
