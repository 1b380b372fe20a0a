use super::interner::Interner;
use super::strings::{Coded, Codes};
use crate::lead::stored::Stored;
use crate::lead::{AttributeType, Moment, Tags, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// One attribute of all leads.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// No lead has it.
    Missing,
    /// NaN is missing.
    Numbers(Box<[f64]>),
    Texts(Coded),
    /// [`NO`](Column::NO), [`YES`](Column::YES) or [`UNKNOWN`](Column::UNKNOWN).
    Flags(Box<[u8]>),
    /// Microseconds; [`NEVER`](Column::NEVER) is missing.
    Dates(Box<[i64]>),
    /// Code 0 is missing.
    Tags {
        codes: Codes,
        lists: Box<[TagList]>,
    },
}

impl Column {
    pub(crate) const NO: u8 = 0;
    pub(crate) const YES: u8 = 1;
    pub(crate) const UNKNOWN: u8 = 2;
    /// Before every moment.
    pub(crate) const NEVER: i64 = i64::MIN;

    #[inline]
    pub(super) fn view(&self, row: usize) -> Value<'_> {
        match self {
            Self::Missing => Value::Missing,
            Self::Numbers(numbers) => match numbers.get(row) {
                Some(&number) if !number.is_nan() => Value::Number(number),
                _ => Value::Missing,
            },
            Self::Texts(texts) => texts.get(row).map_or(Value::Missing, Value::Text),
            Self::Flags(flags) => match flags.get(row) {
                Some(&Self::NO) => Value::Flag(false),
                Some(&Self::YES) => Value::Flag(true),
                _ => Value::Missing,
            },
            Self::Dates(dates) => match dates.get(row) {
                Some(&date) if date != Self::NEVER => Value::Date(Moment::from_micros(date)),
                _ => Value::Missing,
            },
            Self::Tags { codes, lists } => match codes.get(row) {
                0 => Value::Missing,
                code => lists
                    .get(code)
                    .map_or(Value::Missing, |list| Value::Tags(list)),
            },
        }
    }
}

/// Tags that leads of a table share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct TagList(Box<[Arc<str>]>);

impl Tags for TagList {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, position: usize) -> Option<&str> {
        self.0.get(position).map(AsRef::as_ref)
    }
}

/// A [`Column`] that is being filled, in any order of rows.
#[derive(Debug)]
pub(super) enum Filling {
    Numbers(Vec<f64>),
    Texts(Vec<u32>, Interner),
    Flags(Vec<u8>),
    Dates(Vec<i64>),
    Tags(Vec<u32>, TagLists),
}

/// Lists of tags, each once.
#[derive(Debug, Default)]
pub(super) struct TagLists {
    tags: HashMap<Box<str>, Arc<str>>,
    seen: HashMap<TagList, u32>,
    lists: Vec<TagList>,
}

impl TagLists {
    fn code<'t>(&mut self, tags: impl Iterator<Item = &'t str>) -> Option<u32> {
        let tags = tags.filter(|tag| !tag.is_empty()).map(|tag| {
            if let Some(known) = self.tags.get(tag) {
                return Arc::clone(known);
            }
            let shared: Arc<str> = tag.into();
            self.tags.insert(tag.into(), Arc::clone(&shared));
            shared
        });
        let list = TagList(tags.collect());
        if let Some(&code) = self.seen.get(&list) {
            return Some(code);
        }
        let code = u32::try_from(self.lists.len() + 1).ok()?;
        self.seen.insert(list.clone(), code);
        self.lists.push(list);
        Some(code)
    }

    fn get(&self, code: u32) -> Option<&TagList> {
        self.lists.get((code as usize).checked_sub(1)?)
    }
}

/// Why a value could not be set.
#[derive(Debug)]
pub(super) enum Refused {
    /// Another one is there: what it is, and what the new one is.
    Twice(String, String),
    /// The column's texts need more than 4 GiB.
    TooMuch,
}

impl Filling {
    pub(super) fn new(of: AttributeType) -> Self {
        match of {
            AttributeType::Number => Self::Numbers(Vec::new()),
            AttributeType::Text => Self::Texts(Vec::new(), Interner::default()),
            AttributeType::Flag => Self::Flags(Vec::new()),
            AttributeType::Date => Self::Dates(Vec::new()),
            AttributeType::Tags => Self::Tags(Vec::new(), TagLists::default()),
        }
    }

    /// Sets a number that is finite and not the negative zero.
    #[inline]
    pub(super) fn number(&mut self, row: usize, number: f64) -> Result<(), Refused> {
        let Self::Numbers(numbers) = self else {
            return Ok(());
        };
        let same = |held: f64| held.is_nan() || held == number;
        match put(numbers, row, f64::NAN, number, same) {
            None => Ok(()),
            Some(held) => Err(twice(&Stored::Number(held), &Stored::Number(number))),
        }
    }

    #[inline]
    pub(super) fn text(&mut self, row: usize, text: &str) -> Result<(), Refused> {
        let Self::Texts(codes, interner) = self else {
            return Ok(());
        };
        let code = interner.code(text).ok_or(Refused::TooMuch)?;
        match put(codes, row, 0, code, |held| held == 0 || held == code) {
            None => Ok(()),
            Some(held) => {
                let held = Stored::Text(interner.text(held).unwrap_or_default().into());
                Err(twice(&held, &Stored::Text(text.into())))
            }
        }
    }

    #[inline]
    pub(super) fn flag(&mut self, row: usize, flag: bool) -> Result<(), Refused> {
        let Self::Flags(flags) = self else {
            return Ok(());
        };
        let new = if flag { Column::YES } else { Column::NO };
        let same = |held| held == Column::UNKNOWN || held == new;
        match put(flags, row, Column::UNKNOWN, new, same) {
            None => Ok(()),
            Some(_) => Err(twice(&Stored::Flag(!flag), &Stored::Flag(flag))),
        }
    }

    #[inline]
    pub(super) fn date(&mut self, row: usize, date: Moment) -> Result<(), Refused> {
        let Self::Dates(dates) = self else {
            return Ok(());
        };
        let same = |held| held == Column::NEVER || held == date.micros();
        match put(dates, row, Column::NEVER, date.micros(), same) {
            None => Ok(()),
            Some(held) => {
                let held = Stored::Date(Moment::from_micros(held));
                Err(twice(&held, &Stored::Date(date)))
            }
        }
    }

    pub(super) fn tags<'t>(
        &mut self,
        row: usize,
        tags: impl Iterator<Item = &'t str>,
    ) -> Result<(), Refused> {
        let Self::Tags(codes, lists) = self else {
            return Ok(());
        };
        let code = lists.code(tags).ok_or(Refused::TooMuch)?;
        let stored = |code| {
            let tags = lists.get(code).into_iter().flat_map(|list| list.0.iter());
            Stored::Tags(tags.map(|tag| (**tag).into()).collect())
        };
        match put(codes, row, 0, code, |held| held == 0 || held == code) {
            None => Ok(()),
            Some(held) => Err(twice(&stored(held), &stored(code))),
        }
    }

    /// Sets a checked value of the column's type.
    pub(super) fn set(&mut self, row: usize, stored: &Stored) -> Result<(), Refused> {
        match stored {
            Stored::Missing => Ok(()),
            Stored::Number(number) => self.number(row, *number),
            Stored::Text(text) => self.text(row, text),
            Stored::Flag(flag) => self.flag(row, *flag),
            Stored::Date(date) => self.date(row, *date),
            Stored::Tags(tags) => self.tags(row, tags.iter().map(AsRef::as_ref)),
        }
    }

    /// Whether a row has a value.
    pub(super) fn knows(&self, row: usize) -> bool {
        match self {
            Self::Numbers(numbers) => numbers.get(row).is_some_and(|number| !number.is_nan()),
            Self::Texts(codes, _) | Self::Tags(codes, _) => {
                codes.get(row).is_some_and(|&code| code != 0)
            }
            Self::Flags(flags) => flags.get(row).is_some_and(|&flag| flag != Column::UNKNOWN),
            Self::Dates(dates) => dates.get(row).is_some_and(|&date| date != Column::NEVER),
        }
    }

    /// The column of that many rows.
    pub(super) fn finish(self, rows: usize) -> Column {
        fn whole<T: Clone>(mut cells: Vec<T>, rows: usize, missing: T) -> Vec<T> {
            cells.resize(rows, missing);
            cells
        }
        match self {
            Self::Numbers(cells) if cells.is_empty() => Column::Missing,
            Self::Numbers(cells) => Column::Numbers(whole(cells, rows, f64::NAN).into()),
            Self::Texts(codes, _) if codes.is_empty() => Column::Missing,
            Self::Texts(codes, interner) => {
                Column::Texts(Coded::new(whole(codes, rows, 0), interner.into_texts()))
            }
            Self::Flags(cells) if cells.is_empty() => Column::Missing,
            Self::Flags(cells) => Column::Flags(whole(cells, rows, Column::UNKNOWN).into()),
            Self::Dates(cells) if cells.is_empty() => Column::Missing,
            Self::Dates(cells) => Column::Dates(whole(cells, rows, Column::NEVER).into()),
            Self::Tags(codes, _) if codes.is_empty() => Column::Missing,
            Self::Tags(codes, lists) => Column::Tags {
                codes: Codes::new(whole(codes, rows, 0)),
                lists: std::iter::once(TagList::default())
                    .chain(lists.lists)
                    .collect(),
            },
        }
    }
}

fn twice(held: &Stored, new: &Stored) -> Refused {
    Refused::Twice(held.described(), new.described())
}

/// Puts a value into a row's cell, or gives back the other one that is there.
#[inline]
fn put<T: Copy>(
    cells: &mut Vec<T>,
    row: usize,
    missing: T,
    new: T,
    may_become: impl FnOnce(T) -> bool,
) -> Option<T> {
    if row >= cells.len() {
        cells.resize(row, missing);
        cells.push(new);
        return None;
    }
    let cell = cells.get_mut(row)?;
    if !may_become(*cell) {
        return Some(*cell);
    }
    *cell = new;
    None
}
