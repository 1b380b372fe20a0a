use super::{History, Pauses, Since};
use crate::lead::{LeadView, Moment, Value};

impl History {
    /// The lead's own new start, also where it lies ahead.
    pub(crate) fn mark<V: LeadView + ?Sized>(&self, lead: &V) -> Option<Moment> {
        match self.reset.map(|slot| lead.attribute(slot)) {
            Some(Value::Date(mark)) => Some(mark),
            _ => None,
        }
    }
}

impl Since {
    /// The moment from which silence counts, also where it lies ahead.
    pub(crate) fn silence_from(self, last_sign: Option<Moment>) -> Option<Moment> {
        self.silence(last_sign, Moment::MAX)
    }
}

impl Pauses {
    /// The first moment at which something of that moment is that old; `None` beyond the end of time.
    pub(crate) fn when(&self, at: Moment, age: i64) -> Option<Moment> {
        let moment = |micros: i128| {
            let micros = i64::try_from(micros).ok()?;
            (micros <= Moment::MAX.micros()).then(|| Moment::from_micros(micros))
        };
        let whole = i128::from(at.micros()) + i128::from(age);
        if self.list.is_empty() {
            return moment(whole);
        }
        // Time that has passed outside pauses, counted from 1970.
        let target = whole - i128::from(self.before(at));
        let active = |from: Moment, before: i64| i128::from(from.micros()) - i128::from(before);
        let next = self
            .list
            .partition_point(|&(from, _, before)| active(from, before) < target);
        let paused = match self.list.get(next) {
            Some(&(_, _, before)) => before,
            None => self.before(Moment::MAX),
        };
        moment(target + i128::from(paused)).map(|moment| moment.max(at))
    }

    /// Hands on the moments at which time stops or goes on.
    pub(crate) fn edges(&self, note: &mut dyn FnMut(Moment)) {
        for &(from, until, _) in &self.list {
            note(from);
            note(until);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_moment_of_an_age_is_found() {
        let at = Moment::from_micros;
        let pauses = Pauses::new(vec![(at(10), at(20)), (at(30), at(31)), (at(50), at(90))]);
        let none = Pauses::default();
        for born in -5..100 {
            for age in 0..120 {
                for pauses in [&pauses, &none] {
                    let first = (born..400).find(|&t| pauses.age(at(born), at(t)) >= age);
                    assert_eq!(pauses.when(at(born), age), first.map(at), "{born} {age}");
                }
            }
        }
        assert_eq!(none.when(Moment::MAX, 1), None);
        assert_eq!(pauses.when(Moment::MAX, i64::MAX), None);
    }
}
