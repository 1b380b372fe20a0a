use super::category::{Category, Sort};
use super::counts::{NaiveBayesLevels, NaiveBayesTable, OutcomeCounts};
use super::naive_bayes_scorer::NaiveBayesScorer;
use super::spec::{NaiveBayesAttribute, NaiveBayesSpec};
use super::table::{Levels, Table};
use crate::lead::{AttributeSlot, AttributeType, Schema, shortened};
use crate::model::{Problems, SpecError};
use crate::score::LARGEST;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

impl NaiveBayesSpec {
    /// Makes the scorer for leads of a schema, with the counts that the spec has.
    ///
    /// # Errors
    /// All problems at once, each with its place: another version, unknown attributes or such of type date, a number
    /// without cuts, a smoothing that is not more than 0, counts that do not belong together, and the like.
    pub fn build(&self, schema: &Schema) -> Result<NaiveBayesScorer, SpecError> {
        let mut problems = Problems::default();
        let scorer = NaiveBayesScorer::resolve(self, schema, "naive_bayes", &mut problems);
        problems.into_result(scorer)
    }
}

impl NaiveBayesScorer {
    pub(crate) fn resolve(
        spec: &NaiveBayesSpec,
        schema: &Schema,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        if spec.version != NaiveBayesSpec::VERSION {
            problems.push(
                format!("{path}.version"),
                format!(
                    "this library reads version {}, got `{}`",
                    NaiveBayesSpec::VERSION,
                    spec.version
                ),
            );
        }
        if !(spec.alpha > 0.0 && spec.alpha <= LARGEST) {
            problems.push(
                format!("{path}.alpha"),
                format!("must be more than 0 and at most 1e12, got `{}`", spec.alpha),
            );
        }
        let minima = [
            ("minimum", spec.minimum),
            ("team_minimum", spec.team_minimum),
        ];
        for (field, minimum) in minima {
            if !(1..=OutcomeCounts::LARGEST).contains(&minimum) {
                problems.push(
                    format!("{path}.{field}"),
                    format!("must be between 1 and 1e12, got `{minimum}`"),
                );
            }
        }
        let team = spec.team.as_ref().and_then(|name| {
            let path = format!("{path}.team");
            let (slot, of) = known(name, schema, &path, problems)?;
            if of != AttributeType::Text {
                problems.push(
                    path,
                    format!("`{name}` must be of type text, it is of type {of}"),
                );
            }
            Some(slot)
        });
        let (names, categories) = attributes(&spec.attributes, schema, path, problems);
        let mut reader = Reader {
            names: &names,
            categories: &categories,
            problems,
        };
        let counts = &spec.counts;
        let path = format!("{path}.counts");
        let mut teams = BTreeMap::new();
        let own = reader.table(&counts.without_team, &format!("{path}.without_team"));
        if !own.leads.is_zero() {
            teams.insert(Box::from(""), own);
        }
        for (name, table) in &counts.teams {
            let path = format!("{path}.teams.{}", shortened(name));
            reader.lower_case(name, "a team", &path);
            if spec.team.is_none() {
                let problem = "there are counts of a team, but no `team` attribute";
                reader.problems.push(&path, problem);
            }
            let table = reader.table(table, &path);
            if !table.leads.is_zero() {
                teams.insert(name.as_str().into(), table);
            }
        }
        let mut all = Table::new(names.len());
        for table in teams.values() {
            all.add(table);
        }
        let largest = OutcomeCounts::new(OutcomeCounts::LARGEST, OutcomeCounts::LARGEST);
        if !all.leads.within(&largest) {
            problems.push(&path, "a count must not exceed 1e12");
        }
        Self {
            schema: schema.id(),
            spec: NaiveBayesSpec {
                counts: super::counts::NaiveBayesCounts::default(),
                ..spec.clone()
            }
            .into(),
            team,
            names,
            categories,
            all,
            teams,
        }
    }
}

fn known(
    name: &str,
    schema: &Schema,
    path: &str,
    problems: &mut Problems,
) -> Option<(AttributeSlot, AttributeType)> {
    let found = schema.attribute(name);
    let found = found.and_then(|slot| Some((slot, schema.attribute_type(slot)?)));
    if found.is_none() {
        let names = schema.attributes().map(|(name, _)| name);
        problems.unknown(path, "attribute", name, names);
    }
    found
}

fn attributes(
    specs: &[NaiveBayesAttribute],
    schema: &Schema,
    path: &str,
    problems: &mut Problems,
) -> (Arc<[Arc<str>]>, Arc<[Category]>) {
    if specs.is_empty() {
        problems.push(format!("{path}.attributes"), "needs at least one attribute");
    }
    let mut names = Vec::new();
    let mut categories = Vec::new();
    let mut seen = HashSet::new();
    for (i, spec) in specs.iter().enumerate() {
        let path = format!("{path}.attributes[{i}]");
        let NaiveBayesAttribute { name, cuts } = spec;
        if !seen.insert(name) {
            problems.push(
                format!("{path}.name"),
                format!("`{}` stands twice", shortened(name)),
            );
        }
        let Some((slot, of)) = known(name, schema, &format!("{path}.name"), problems) else {
            continue;
        };
        let sort = match of {
            AttributeType::Text => Sort::Text,
            AttributeType::Flag => Sort::Flag,
            AttributeType::Tags => Sort::Tags,
            AttributeType::Number => {
                check_cuts(name, cuts, &path, problems);
                Sort::bins(cuts)
            }
            AttributeType::Date => {
                problems.push(
                    format!("{path}.name"),
                    format!(
                        "`{name}` must be of type text, flag, tags or number, it is of type date"
                    ),
                );
                continue;
            }
        };
        if !cuts.is_empty() && of != AttributeType::Number {
            problems.push(
                format!("{path}.cuts"),
                format!("only numbers have cuts, `{name}` is of type {of}"),
            );
        }
        names.push(Arc::from(name.as_str()));
        categories.push(Category { slot, sort });
    }
    (names.into(), categories.into())
}

fn check_cuts(name: &str, cuts: &[f64], path: &str, problems: &mut Problems) {
    let path = format!("{path}.cuts");
    if cuts.is_empty() {
        problems.push(&path, format!("the number `{name}` needs at least one cut"));
    }
    for (i, &cut) in cuts.iter().enumerate() {
        if cut.is_nan() || cut.abs() > LARGEST {
            problems.push(
                format!("{path}[{i}]"),
                format!("must be a number of at most 1e12 in size, got `{cut}`"),
            );
        }
    }
    let mut pairs = cuts.iter().zip(cuts.iter().skip(1));
    if let Some((low, high)) = pairs.find(|(low, high)| low >= high) {
        problems.push(&path, format!("must ascend, got `{low}` before `{high}`"));
    }
}

/// Reads counts, saying what does not belong together.
struct Reader<'a> {
    names: &'a [Arc<str>],
    categories: &'a [Category],
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn lower_case(&mut self, name: &str, what: &str, path: &str) {
        if name.is_empty() {
            self.problems.push(path, format!("{what} must have a name"));
        } else if name.to_lowercase() != name {
            self.problems.push(
                path,
                format!("{what} is written in lower case, got `{}`", shortened(name)),
            );
        }
    }

    fn table(&mut self, given: &NaiveBayesTable, path: &str) -> Table {
        let mut table = Table::new(self.names.len());
        table.leads = given.leads;
        for name in given.attributes.keys() {
            if !self.names.iter().any(|known| **known == **name) {
                let path = format!("{path}.attributes.{}", shortened(name));
                let known = self.names.iter().map(|name| &**name);
                self.problems.unknown(path, "attribute", name, known);
            }
        }
        let attributes = self.names.iter().zip(self.categories);
        for ((name, category), levels) in attributes.zip(&mut table.attributes) {
            if let Some(given) = given.attributes.get(&**name) {
                let path = format!("{path}.attributes.{name}");
                *levels = self.levels(given, category, &path);
                if !given.known.within(&table.leads) {
                    let problem = "more leads are known than there are";
                    self.problems.push(format!("{path}.known"), problem);
                }
            }
        }
        table
    }

    fn levels(&mut self, given: &NaiveBayesLevels, category: &Category, path: &str) -> Levels {
        let mut sum = OutcomeCounts::default();
        let mut levels = Levels {
            known: given.known,
            levels: BTreeMap::new(),
        };
        let fixed = category.sort.levels();
        for (level, &counts) in &given.levels {
            let at = || format!("{path}.levels.{}", shortened(level));
            match &fixed {
                Some(fixed) if !fixed.contains(&&**level) => {
                    let known = fixed.iter().copied();
                    self.problems.unknown(at(), "level", level, known);
                }
                Some(_) => {}
                None => self.lower_case(level, "a level", &at()),
            }
            if category.sort == Sort::Tags && !counts.within(&given.known) {
                let problem = "more leads have the tag than are known";
                self.problems.push(at(), problem);
            }
            sum.add(counts);
            if !counts.is_zero() {
                levels.levels.insert(level.as_str().into(), counts);
            }
        }
        if category.sort != Sort::Tags && sum != given.known {
            self.problems
                .push(format!("{path}.known"), "must be the sum of the levels");
        }
        levels
    }
}
