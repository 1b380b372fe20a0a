use super::guard::{Guard, Need};
use super::plan::Words;

/// What follows from a few bits of one word, for each of their settings, ready to be looked up.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    word: usize,
    shift: u32,
    /// As many as there are settings.
    values: Box<[f64]>,
}

impl Settings {
    /// The most bits from the first to the last: 256 settings.
    const MOST: u32 = 8;

    /// Works out `value` for each setting of the bits that the guards ask for; `None` where these stand too far apart,
    /// or where it matters which of them are known.
    pub(crate) fn new<'g>(
        guards: impl IntoIterator<Item = &'g Guard>,
        value: impl Fn(&Words) -> f64,
    ) -> Option<Self> {
        let mut asked: Option<Need> = None;
        for guard in guards {
            guard.gather(&mut asked)?;
        }
        let (word, bits) = asked?.truths()?;
        let shift = bits.trailing_zeros();
        let span = u64::BITS - bits.leading_zeros() - shift;
        let settings = (span <= Self::MOST).then_some(0_u64..1 << span)?;
        let values = settings.map(|setting| value(&Words::of_truth(word, setting << shift)));
        Some(Self {
            word,
            shift,
            values: values.collect(),
        })
    }

    /// The value for the setting of a lead.
    #[inline]
    pub(crate) fn value(&self, words: &Words) -> f64 {
        let (truth, _) = words.get(self.word);
        #[allow(clippy::cast_possible_truncation)] // the lowest bits are all that is asked for
        let place = (truth >> self.shift) as usize & (self.values.len() - 1);
        self.values.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::SchemaSpec;
    use crate::scorer::condition::{ConditionSpec, Plan, Tests, attribute, not, resolve_condition};

    fn settings(conditions: &[ConditionSpec]) -> Option<Settings> {
        let schema = SchemaSpec::new().number("a").number("b").build().unwrap();
        let mut problems = crate::model::Problems::default();
        let mut tests = Tests::default();
        let conditions: Vec<_> = conditions
            .iter()
            .map(|one| resolve_condition(one, &schema, "when", &mut tests, &mut problems))
            .collect();
        let (_, layout) = Plan::new(&tests);
        let guards: Vec<Guard> = conditions
            .iter()
            .map(|one| Guard::new(one, &layout))
            .collect();
        Settings::new(&guards, |words| {
            let holds = guards.iter().map(|guard| f64::from(guard.holds(words)));
            holds.fold(0.0, |sum, one| 2.0 * sum + one)
        })
    }

    #[test]
    fn each_setting_has_its_value() {
        let both = attribute("a").at_least(2).into();
        let found = settings(&[attribute("a").at_least(1).into(), both]).unwrap();
        let values = [0b00, 0b01, 0b10, 0b11].map(|truth| found.value(&Words::of_truth(0, truth)));
        assert_eq!(values, [0.0, 2.0, 1.0, 3.0]);
        // Bits of others change nothing.
        assert_eq!(found.value(&Words::of_truth(0, 0b1101)), 2.0);
        assert_eq!(found.value(&Words::default()), 0.0);
    }

    #[test]
    fn what_is_too_much_is_not_worked_out() {
        let at_least = |name, number: i32| attribute(name).at_least(number).into();
        let few: Vec<_> = (0..8).map(|number| at_least("a", number)).collect();
        assert_eq!(settings(&few).map(|found| found.values.len()), Some(256));
        let many: Vec<_> = (0..9).map(|number| at_least("a", number)).collect();
        assert!(settings(&many).is_none());
        // A lead of which nothing is known and one of which it is false differ.
        assert!(settings(&[not(attribute("a").at_least(1))]).is_none());
        assert!(settings(&[]).is_none());
    }
}
