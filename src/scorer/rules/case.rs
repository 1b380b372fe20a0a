use crate::lead::{Activity, KindSlot, LeadView, Moment, ProductSlot};
use crate::score::Cell;
use crate::scorer::condition::{BlockWords, Words};
use crate::scorer::history::{Kinds, Pauses, Since};
use crate::scorer::marks::Marks;
use crate::scorer::predictive::PredictiveBlock;

/// One lead at one moment, with the activities that count.
#[derive(Debug)]
pub(crate) struct Case<'c, V: ?Sized> {
    pub(crate) lead: &'c V,
    pub(crate) as_of: Moment,
    pub(crate) history: &'c [Activity<'c>],
    /// Of the history; all where they are not worked out.
    pub(crate) kinds: Kinds,
    /// Of the history, where they are worked out.
    pub(crate) marks: Option<&'c Marks>,
    /// The product whose activities alone count; `None`: all count.
    pub(crate) product: Option<ProductSlot>,
    pub(crate) since: Since,
    pub(crate) pauses: &'c Pauses,
}

impl<'c, V: ?Sized> Case<'c, V> {
    /// Works out the kinds of the history, and its marks where it is short enough.
    #[inline]
    pub(crate) fn mark(&mut self, marks: &'c mut Option<Box<Marks>>) {
        if self.history.is_empty() {
            self.kinds = Kinds::NONE;
            return;
        }
        let marks = marks.get_or_insert_default();
        self.marks = marks.set(self.history, self.as_of, self.pauses);
        self.kinds = match self.marks {
            Some(marks) => marks.kinds(),
            None => Kinds::of(self.history),
        };
    }

    /// Hands on all activities with their ages, oldest first.
    #[inline]
    pub(crate) fn each(&self, mut give: impl FnMut(&'c Activity<'c>, i64)) {
        if let Some(marks) = self.marks {
            let ages = self.history.iter().zip(marks.ages());
            ages.for_each(|(activity, &age)| give(activity, age));
        } else {
            let age = self.pauses.ages(self.as_of);
            let all = self.history.iter();
            all.for_each(|activity| give(activity, age(activity.at)));
        }
    }

    /// Hands on the activities of a kind with their ages.
    #[inline]
    pub(crate) fn each_of(&self, kind: KindSlot, mut give: impl FnMut(&'c Activity<'c>, i64)) {
        if let Some(marks) = self.marks {
            for place in marks.kind(kind) {
                if let Some(activity) = self.history.get(place) {
                    give(activity, marks.age(place));
                }
            }
        } else {
            let age = self.pauses.ages(self.as_of);
            let of_kind = self.history.iter().filter(|one| one.kind == kind);
            of_kind.for_each(|activity| give(activity, age(activity.at)));
        }
    }

    /// The same case with nothing but the activities of one product.
    #[inline]
    pub(crate) fn of_product(&self, product: ProductSlot) -> Case<'c, V> {
        Case {
            product: Some(product),
            kinds: self
                .marks
                .map_or(self.kinds, |marks| marks.kinds_of(product)),
            ..*self
        }
    }

    /// The same case with a lead of any type, so that what judges it is compiled once, and stays at hand.
    #[inline]
    pub(crate) fn as_dyn<'s>(&'s self, lead: &'s dyn LeadView) -> Case<'s, dyn LeadView + 's> {
        Case {
            lead,
            as_of: self.as_of,
            history: self.history,
            kinds: self.kinds,
            marks: self.marks,
            product: self.product,
            since: self.since,
            pauses: self.pauses,
        }
    }

    /// The same case without activities.
    #[inline]
    pub(crate) fn without_history(&self) -> Case<'c, V> {
        Case {
            history: &[],
            kinds: Kinds::default(),
            marks: None,
            ..*self
        }
    }
}

/// Room that an evaluation needs, kept by the thread.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) words: Words,
    pub(crate) chosen: Vec<usize>,
    /// What each rule gives for the activities of one lead of a table, and whether there is any.
    pub(crate) sums: Vec<(f64, bool)>,
    /// The row of a model inside a model.
    pub(crate) cells: Vec<Cell>,
    pub(crate) labels: Vec<u16>,
    /// Taken by who marks a history, and given back.
    pub(crate) marks: Option<Box<Marks>>,
    pub(crate) blocks: Blocks,
}

/// What is read of a block of leads, by judge.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    /// Of all judges whose attributes are read together.
    pub(crate) shared: BlockWords,
    pub(crate) attributes: Vec<BlockWords>,
    pub(crate) predictive: Vec<PredictiveBlock>,
}

impl Blocks {
    /// Makes room for so many judges.
    pub(crate) fn make_room(&mut self, judges: usize) {
        if self.attributes.len() < judges {
            self.attributes.resize_with(judges, BlockWords::default);
            self.predictive
                .resize_with(judges, PredictiveBlock::default);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{Lead, SchemaSpec};
    use crate::scorer::rules::{RuleScorer, RulesSpec};
    use crate::scorer::{Assessment, HistorySpec};
    use proptest::prelude::*;
    use std::fmt::Write;

    /// Rules of each occurrence mode on one kind, two kinds and all kinds.
    fn rules() -> RulesSpec {
        let modes = [
            "'each'",
            "'once'",
            "'once', keep = 'first'",
            "{ first = 2 }",
            "{ every_nth = 2 }",
            "{ per_day = 1 }",
            "{ at_most = { count = 2, per = '2d' } }",
            "'once_per_subject'",
            "'once_per_subject', keep = 'first'",
        ];
        let asks = [
            "kind = 'a', subject = { starts_with = '/S1' }",
            "kind = ['a', 'b'], product = 'p'",
            "window = { last = '6d' }",
        ];
        let mut text = "[[groups]]\nname = 'all'\n".to_owned();
        for (number, mode) in modes.iter().enumerate() {
            for (place, ask) in asks.iter().enumerate() {
                writeln!(
                    text,
                    "[[groups.rules]]\nid = 'r{number}{place}'\npoints = {number}.3\n\
                     activity = {{ {ask}, occurrences = {mode}, decay = {{ half_life = '2d' }} }}",
                )
                .unwrap();
            }
        }
        toml::from_str(&text).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn marks_change_nothing(
            events in proptest::collection::vec((0_i64..200, 0_u16..3, 0_usize..4, 0_u16..3), 0..70),
        ) {
            let schema = SchemaSpec::new().kind("a").kind("b").kind("c").product("p").product("q");
            let schema = schema.build().unwrap();
            let history = HistorySpec::new().pause("1970-01-03", "1970-01-04").utc_offset("+01:00");
            let scorer: RuleScorer = rules().build_with(&schema, &history).unwrap();
            let subjects = ["/s1", "/S12", "/s2", "/ſ1"];
            let mut lead = Lead::builder(&schema, "a1");
            for &(hour, kind, subject, product) in &events {
                let activity = Activity::new(KindSlot::new(kind), Moment::from_seconds(3_600 * hour));
                let activity = activity.subject(subjects[subject]);
                lead = lead.push(match product {
                    2 => activity,
                    product => activity.product(ProductSlot::new(product)),
                });
            }
            let lead = lead.build().unwrap();
            let bits = |both: Assessment| both.raw.map(f64::to_bits);
            let as_of = Moment::from_seconds(3_600 * 180).into();
            let agree = scorer.with_case(&lead, as_of, |case, buffers| {
                let marked = bits(scorer.judge_case(case, buffers, &mut |_| {}));
                let bare = Case { marks: None, ..*case };
                marked == bits(scorer.judge_case(&bare, buffers, &mut |_| {}))
            });
            prop_assert_eq!(agree, Some(true));
        }
    }
}
