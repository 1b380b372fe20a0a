use crate::lead::{Activity, KindSlot, Moment, ProductSlot};
use crate::score::Cell;
use crate::scorer::condition::{BlockWords, Words};
use crate::scorer::history::{Kinds, Pauses, Since};
use crate::scorer::marks::Marks;

/// One lead at one moment, with the activities that count.
#[derive(Debug)]
pub(crate) struct Case<'c, V: ?Sized> {
    pub(crate) lead: &'c V,
    pub(crate) as_of: Moment,
    pub(crate) history: &'c [Activity<'c>],
    /// Of the history.
    pub(crate) kinds: Kinds,
    /// Of the history, where they are worked out.
    pub(crate) marks: Option<&'c Marks>,
    /// The product whose activities alone count; `None`: all count.
    pub(crate) product: Option<ProductSlot>,
    pub(crate) since: Since,
    pub(crate) pauses: &'c Pauses,
}

impl<'c, V: ?Sized> Case<'c, V> {
    /// Works out the marks of the history, where it is short enough.
    #[inline]
    pub(crate) fn mark(&mut self, marks: &'c mut Marks) {
        if !self.history.is_empty() {
            self.marks = marks.set(self.history, self.as_of, self.pauses);
        }
    }

    /// Hands on all activities with their ages.
    #[inline]
    pub(crate) fn each(&self, mut give: impl FnMut(&'c Activity<'c>, i64)) {
        let numbered = self.history.iter().enumerate();
        if let Some(marks) = self.marks {
            numbered.for_each(|(place, activity)| give(activity, marks.age(place)));
        } else {
            let age = self.pauses.ages(self.as_of);
            numbered.for_each(|(_, activity)| give(activity, age(activity.at)));
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
            self.each(|activity, age| {
                if activity.kind == kind {
                    give(activity, age);
                }
            });
        }
    }

    /// The same case with nothing but the activities of one product.
    #[inline]
    pub(crate) fn of_product(&self, product: ProductSlot) -> Case<'c, V> {
        Case {
            product: Some(product),
            ..*self
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
    /// What is read of a block of a table, by judge.
    pub(crate) blocks: Vec<BlockWords>,
}
