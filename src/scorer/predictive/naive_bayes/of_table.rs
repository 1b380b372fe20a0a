use super::category::{Category, Sort, folded};
use super::naive_bayes_scorer::NaiveBayesScorer;
use super::table::{Held, Table};
use crate::lead::{Codes, Column, LeadTable, Tags, Value};
use crate::scorer::Assessment;
use std::collections::HashMap;
use std::ops::Range;

/// Naive Bayes made ready for a table of leads: what each text, list of tags, flag and bin says is worked out once.
#[derive(Debug)]
pub(crate) struct NaiveBayesOfTable<'p> {
    scorer: &'p NaiveBayesScorer,
    /// Whether enough leads are counted.
    judges: bool,
    /// The counts of all leads, and then those of the teams that are judged by their own.
    tables: Vec<&'p Table>,
    /// The team of each lead, and the place of its counts by its code.
    team: Option<(&'p Codes, Vec<usize>)>,
    attributes: Vec<AttributeOfTable<'p>>,
}

/// One attribute: leads that say the same of it are of one class, those that say nothing that counts of class 0.
#[derive(Debug)]
struct AttributeOfTable<'p> {
    classes: Classes<'p>,
    /// By counts, what leads of each class add.
    adds: Vec<Box<[Option<f64>]>>,
}

/// The class of each lead.
#[derive(Debug)]
enum Classes<'p> {
    Missing,
    /// By code.
    Coded(&'p Codes, Vec<usize>),
    Flags(&'p [u8]),
    Bins(&'p [f64], &'p [f64]),
}

impl NaiveBayesScorer {
    /// Makes the scorer ready for a table.
    pub(crate) fn of_table<'p>(&'p self, table: &'p LeadTable) -> NaiveBayesOfTable<'p> {
        let mut tables = vec![&self.all];
        let team = self.team.and_then(|slot| match table.column(slot) {
            Column::Texts(texts) => {
                let mut places = HashMap::new();
                let names = (0..texts.texts.len()).map(|code| texts.texts.get(code));
                let of_team = names.map(|name| {
                    let name = folded(name.unwrap_or_default());
                    let Some(own) = self.counts_of(&name) else {
                        return 0;
                    };
                    *places.entry(name.into_owned()).or_insert_with(|| {
                        tables.push(own);
                        tables.len() - 1
                    })
                });
                Some((&texts.codes, of_team.collect()))
            }
            _ => None,
        });
        let attributes = self.categories.iter().enumerate();
        let attributes = attributes.map(|(place, category)| {
            let (classes, held) = self.classes(place, category, table);
            let adds_of = |table: &&Table| {
                let adds = held.iter().map(|held| self.held_value(place, held, table));
                std::iter::once(None).chain(adds).collect()
            };
            let adds = tables.iter().map(adds_of).collect();
            AttributeOfTable { classes, adds }
        });
        NaiveBayesOfTable {
            attributes: attributes.collect(),
            judges: self.counts_enough(),
            scorer: self,
            tables,
            team,
        }
    }

    /// The class of each lead by an attribute, and what each class but the first holds.
    fn classes<'p>(
        &'p self,
        place: usize,
        category: &'p Category,
        table: &'p LeadTable,
    ) -> (Classes<'p>, Vec<Held<'p>>) {
        let held = |value| category.sort.held(value);
        match (table.column(category.slot), &category.sort) {
            (Column::Texts(texts), Sort::Text) => {
                let counted = self.all.attributes.get(place);
                let is_counted =
                    |level: &str| counted.is_some_and(|all| all.levels.contains_key(level));
                let (mut of_code, mut all) = (vec![0], Vec::new());
                let mut places: HashMap<String, usize> = HashMap::new();
                for text in (1..texts.texts.len()).filter_map(|code| texts.texts.get(code)) {
                    let class = match held(Value::Text(text)) {
                        Held::One(level) if is_counted(&level) => {
                            let next = all.len() + 1;
                            let class = *places.entry(level.to_string()).or_insert(next);
                            if class == next {
                                all.push(Held::One(level));
                            }
                            class
                        }
                        _ => 0,
                    };
                    of_code.push(class);
                }
                (Classes::Coded(&texts.codes, of_code), all)
            }
            (Column::Tags { codes, lists }, Sort::Tags) => {
                let lists = lists.iter().skip(1).map(|list| -> &dyn Tags { list });
                let all: Vec<_> = lists.map(|list| held(Value::Tags(list))).collect();
                (Classes::Coded(codes, (0..=all.len()).collect()), all)
            }
            (Column::Flags(flags), Sort::Flag) => {
                let all = [false, true].map(|flag| held(Value::Flag(flag)));
                (Classes::Flags(flags), all.into())
            }
            (Column::Numbers(numbers), Sort::Bins { cuts, names }) => {
                let all = names.iter().map(|name| Held::One((&**name).into()));
                (Classes::Bins(numbers, cuts), all.collect())
            }
            _ => (Classes::Missing, Vec::new()),
        }
    }
}

impl NaiveBayesOfTable<'_> {
    /// Judges the leads of some rows, in their order.
    pub(crate) fn all(&self, rows: &Range<usize>) -> impl Iterator<Item = Assessment> {
        rows.clone()
            .map(|row| self.scorer.assessment(self.log_odds(row)))
    }

    fn log_odds(&self, row: usize) -> Option<f64> {
        if !self.judges {
            return None;
        }
        let own = self.team.as_ref().and_then(|(codes, places)| {
            let place = places.get(codes.get(row))?;
            Some(*place)
        });
        let place = own.unwrap_or(0);
        let adds = self.attributes.iter().map(|attribute| {
            let adds = attribute.adds.get(place)?;
            adds.get(attribute.classes.of(row)).copied().flatten()
        });
        NaiveBayesScorer::sum_of(self.tables.get(place)?, adds)
    }
}

impl Classes<'_> {
    #[inline]
    fn of(&self, row: usize) -> usize {
        match self {
            Self::Missing => 0,
            Self::Coded(codes, classes) => classes.get(codes.get(row)).copied().unwrap_or(0),
            Self::Flags(flags) => match flags.get(row) {
                Some(&Column::NO) => 1,
                Some(&Column::YES) => 2,
                _ => 0,
            },
            Self::Bins(numbers, cuts) => match numbers.get(row) {
                Some(number) if number.is_finite() => {
                    1 + cuts.iter().filter(|&cut| cut <= number).count()
                }
                _ => 0,
            },
        }
    }
}
