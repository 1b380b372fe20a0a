use crate::evaluate::EvaluateError;
use crate::model::{DimensionSpec, ModelSpec, Problems};
use crate::scorer::{GroupSpec, RuleSpec};

/// Where a rule stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The positions of the dimensions around it, the outermost first: several in a model inside the model.
    pub(super) dimensions: Vec<usize>,
    /// Their names, `outer/inner`.
    pub(super) name: String,
    /// Its path in the spec.
    pub(super) path: String,
    group: usize,
    rule: usize,
}

impl Place {
    /// The rule, with the name of its group.
    pub(super) fn in_spec<'s>(&self, spec: &'s ModelSpec) -> Option<(&'s str, &'s RuleSpec)> {
        let group = groups(dimension(spec, &self.dimensions)?)?.get(self.group)?;
        Some((&group.name, group.rules.get(self.rule)?))
    }

    pub(super) fn in_spec_mut<'s>(&self, spec: &'s mut ModelSpec) -> Option<&'s mut RuleSpec> {
        let dimension = dimension_mut(spec, &self.dimensions)?;
        let rules = dimension.rules.as_mut().map(|of| &mut of.groups);
        let groups = match rules {
            Some(groups) => groups,
            None => &mut dimension.interest.as_mut()?.groups,
        };
        groups.get_mut(self.group)?.rules.get_mut(self.rule)
    }
}

fn dimension<'s>(spec: &'s ModelSpec, positions: &[usize]) -> Option<&'s DimensionSpec> {
    let (&first, inner) = positions.split_first()?;
    let of = spec.dimensions.get(first)?;
    if inner.is_empty() {
        return Some(of);
    }
    dimension(of.model.as_ref()?.spec()?, inner)
}

fn dimension_mut<'s>(
    spec: &'s mut ModelSpec,
    positions: &[usize],
) -> Option<&'s mut DimensionSpec> {
    let (&first, inner) = positions.split_first()?;
    let of = spec.dimensions.get_mut(first)?;
    if inner.is_empty() {
        return Some(of);
    }
    dimension_mut(of.model.as_mut()?.spec_mut()?, inner)
}

/// The groups of a dimension's points rules, or of its product interest.
fn groups(dimension: &DimensionSpec) -> Option<&[GroupSpec]> {
    let rules = dimension.rules.as_ref().map(|of| of.groups.as_slice());
    rules.or_else(|| dimension.interest.as_ref().map(|of| of.groups.as_slice()))
}

/// What a recalibration learns anew, and what it leaves alone.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// All rules of the dimensions in question, at every depth, in the order of the spec.
    pub(super) rules: Vec<Place>,
    /// Dimensions without points rules, by name.
    pub(super) untouched: Vec<String>,
    /// Dimensions that have points rules, themselves or in the model that judges them.
    known: Vec<String>,
}

impl Places {
    /// The rules of the named dimensions, those of models inside them included; of all where none is named.
    pub(super) fn of(spec: &ModelSpec, dimensions: &[String]) -> Result<Self, EvaluateError> {
        let mut places = Self::default();
        let around = Around {
            path: "",
            name: "",
            positions: &[],
            chosen: dimensions.is_empty(),
        };
        places.collect(spec, dimensions, &around);
        let mut problems = Problems::default();
        for (i, name) in dimensions.iter().enumerate() {
            if !places.known.contains(name) {
                let known = places.known.iter().map(String::as_str);
                let path = format!("dimensions[{i}]");
                problems.unknown(path, "dimension with points rules", name, known);
            }
        }
        problems.into_result(())?;
        if places.rules.is_empty() {
            return Err(EvaluateError::new(
                "dimensions",
                "the model has no points rules",
            ));
        }
        Ok(places)
    }

    fn collect(&mut self, spec: &ModelSpec, asked: &[String], around: &Around<'_>) {
        for (position, of) in spec.dimensions.iter().enumerate() {
            let mut name = around.name.to_owned();
            name.push_str(&of.name);
            let mut positions = around.positions.to_vec();
            positions.push(position);
            let path = format!("{}dimensions[{position}]", around.path);
            let chosen = around.chosen || asked.contains(&name);
            if let Some(model) = of.model.as_ref().and_then(|model| model.spec()) {
                let before = self.known.len();
                let around = Around {
                    path: &format!("{path}.model."),
                    name: &format!("{name}/"),
                    positions: &positions,
                    chosen,
                };
                self.collect(model, asked, &around);
                if self.known.len() > before {
                    self.known.insert(before, name);
                }
                continue;
            }
            let Some(groups) = groups(of) else {
                self.untouched.push(name);
                continue;
            };
            let judge = if of.rules.is_some() {
                "rules"
            } else {
                "interest"
            };
            for (g, group) in groups.iter().enumerate().filter(|_| chosen) {
                self.rules.extend((0..group.rules.len()).map(|r| Place {
                    dimensions: positions.clone(),
                    name: name.clone(),
                    path: format!("{path}.{judge}.groups[{g}].rules[{r}]"),
                    group: g,
                    rule: r,
                }));
            }
            self.known.push(name);
        }
    }
}

/// Where a model stands in another.
struct Around<'a> {
    /// What its paths begin with.
    path: &'a str,
    /// What the names of its dimensions begin with.
    name: &'a str,
    positions: &'a [usize],
    /// Whether all of it is asked for.
    chosen: bool,
}
