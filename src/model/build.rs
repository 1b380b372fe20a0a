use super::composite::Composite;
use super::judge::Judge;
use super::judging_order::judging_order;
use super::label::{LabelContext, Labels};
use super::matrix::MatrixSpec;
use super::model::ScoreModel;
use super::percentile::PercentileSpec;
use super::problem::{Problems, SpecError};
use super::spec::{DimensionSpec, ModelSpec, TOO_DEEP};
use crate::lead::{Schema, SchemaSpec, name_problem, shortened};
use crate::score::{Dimension, LabelShape, Shape};
use crate::scorer::{
    Applies, BuiltIn, ChecklistScorer, EngagementScorer, GradeScorer, InterestScorer, Lint,
    MomentumScorer, NaiveBayesScorer, Plan, RfmScorer, RuleScorer, Scorer, Tests, Together,
    resolve_applies,
};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Scorers of an app's own, by the name that stands for them in a spec.
pub type Externals = BTreeMap<String, Arc<dyn Scorer>>;

pub(super) type Applying = Option<Arc<Applies>>;

impl ScoreModel {
    /// Builds a model whose dimensions are all of this library.
    ///
    /// # Errors
    /// All problems of the spec at once, each with its place and, for an unknown name, the nearest known one.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{DimensionSpec, GroupSpec, ModelSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel, attribute};
    ///
    /// let spec = ModelSpec::new("fit").schema(SchemaSpec::new().text("industry")).dimension(DimensionSpec::rules(
    ///     "fit",
    ///     RulesSpec::new().group(
    ///         GroupSpec::sum("company")
    ///             .rule(RuleSpec::new("software").points(20.0).when(attribute("industy").equals("software"))),
    ///     ),
    /// ));
    /// assert_eq!(
    ///     ScoreModel::build(&spec).unwrap_err().to_string(),
    ///     "dimensions[0].rules.groups[0].rules[0].when: unknown attribute `industy`, did you mean `industry`?",
    /// );
    /// ```
    pub fn build(spec: &ModelSpec) -> Result<Self, SpecError> {
        Self::build_with(spec, &Externals::new())
    }

    /// Builds a model with scorers of the app's own for its `external` dimensions.
    ///
    /// # Errors
    /// As [`build`](ScoreModel::build), and a name for which no scorer was given.
    pub fn build_with(spec: &ModelSpec, externals: &Externals) -> Result<Self, SpecError> {
        let mut problems = Problems::default();
        let schema = Arc::new(spec.schema.resolve("schema.", &mut problems));
        let model = Self::resolve(spec, &schema, externals, "", &mut problems);
        problems.into_result(model)
    }

    fn resolve(
        spec: &ModelSpec,
        schema: &Arc<Schema>,
        externals: &Externals,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        check_version(spec, path, problems);
        let history = spec
            .history
            .resolve(schema, &format!("{path}history"), problems);
        let mut tests = Tests::default();
        let (include, exclude) = match &spec.applies_to {
            Some(applies) => {
                let path = format!("{path}applies_to");
                resolve_applies(applies, schema, &path, &mut tests, problems)
            }
            None => (None, None),
        };
        let mut lints = Vec::new();
        let mut judging = Judging {
            schema,
            externals,
            problems,
            lints: &mut lints,
            together: Together::default(),
        };
        let (judges, shared) = judging.judges(&spec.dimensions, &history, path);
        let order = judging_order(&judges, &spec.dimensions, path, judging.problems);
        let dimensions: Vec<Dimension> = spec
            .dimensions
            .iter()
            .zip(&judges)
            .map(|(dimension, judge)| Dimension::new(&dimension.name, judge.unit()))
            .collect();
        let composite: Option<Composite> = spec.composite.as_ref().map(|composite| {
            let names: Vec<&str> = dimensions.iter().map(Dimension::name).collect();
            composite.resolve(&names, path, problems, &mut lints)
        });
        let percentiles = PercentileSpec::resolve_all(
            &spec.percentiles,
            &dimensions,
            composite.is_some(),
            path,
            problems,
        );
        let ranked: Vec<Option<usize>> = percentiles.iter().map(|(of, _)| *of).collect();
        let context = LabelContext {
            schema,
            history: &history,
            dimensions: &dimensions,
            has_composite: composite.is_some(),
            ranked: &ranked,
        };
        let pending = context.resolve(&spec.labels, path, &mut tests, problems, &mut lints);
        let (matrices, axes) = MatrixSpec::resolve_all(
            &spec.matrices,
            &context,
            path,
            &mut tests,
            problems,
            &mut lints,
        );
        let (attributes, layout) = Plan::new(&tests);
        let applies = Applies::new(include.as_ref(), exclude.as_ref(), &layout).map(Arc::new);
        let label_shapes = spec.labels.iter().zip(&pending);
        let shape = Shape {
            has_composite: composite.is_some(),
            labels: label_shapes
                .map(|(label, pending)| LabelShape {
                    name: label.name.as_str().into(),
                    bands: pending.names.clone(),
                })
                .collect(),
            matrices,
            percentiles,
            dimensions,
        };
        let labels: Vec<_> = pending
            .into_iter()
            .chain(axes)
            .map(|pending| pending.placed(&layout))
            .collect();
        let reads_activities = reads_activities(&judges, &labels);
        Self {
            name: spec.name.as_str().into(),
            schema: Arc::clone(schema),
            history,
            attributes: Arc::new(attributes),
            applies,
            judges,
            shared,
            order,
            composite,
            labels,
            shape: Arc::new(shape),
            reads_activities,
            lints,
        }
    }
}

fn check_version(spec: &ModelSpec, path: &str, problems: &mut Problems) {
    const READ: u32 = ModelSpec::VERSION;
    if spec.version != READ {
        let given = spec.version;
        let problem = format!("this library reads version {READ}, got `{given}`");
        problems.push(format!("{path}version"), problem);
    }
}

/// Whether judges or hand-raisers look at the activities that the model collects for them.
fn reads_activities(judges: &[Judge], labels: &[Labels]) -> bool {
    let mut raisers = labels.iter().flat_map(|labels| labels.auto.iter());
    judges.iter().any(Judge::reads_activities) || raisers.any(|auto| auto.activity.is_some())
}

/// What building the dimensions needs.
struct Judging<'a> {
    schema: &'a Arc<Schema>,
    externals: &'a Externals,
    problems: &'a mut Problems,
    lints: &'a mut Vec<Lint>,
    /// What judges ask of attributes, which are read once for all of them.
    together: Together,
}

impl Judging<'_> {
    /// The judges, and what several of them ask of attributes.
    fn judges(
        &mut self,
        specs: &[DimensionSpec],
        history: &crate::scorer::History,
        path: &str,
    ) -> (Vec<Judge>, Option<Plan>) {
        if specs.is_empty() {
            self.problems.push(
                format!("{path}dimensions"),
                "a model needs at least one dimension",
            );
        }
        let mut names = HashSet::new();
        let mut judges = Vec::with_capacity(specs.len());
        let all: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        for (d, dimension) in specs.iter().enumerate() {
            let path = format!("{path}dimensions[{d}]");
            self.name(&dimension.name, &mut names, &path);
            judges.push(self.judge(dimension, &all, history, &path));
        }
        (judges, std::mem::take(&mut self.together).into_plan())
    }

    fn name<'s>(&mut self, name: &'s str, seen: &mut HashSet<&'s str>, path: &str) {
        let path = || format!("{path}.name");
        if let Some(problem) = name_problem(name) {
            self.problems.push(path(), problem);
        }
        if name == "composite" {
            self.problems.push(
                path(),
                "`composite` is what the model's own composite is called",
            );
        }
        if !seen.insert(name) {
            self.problems
                .push(path(), format!("`{}` stands twice", shortened(name)));
        }
    }

    fn judge(
        &mut self,
        spec: &DimensionSpec,
        all: &[&str],
        history: &crate::scorer::History,
        path: &str,
    ) -> Judge {
        let judges = spec.judges();
        if judges.iter().filter(|(_, given)| *given).count() != 1 {
            let names: Vec<String> = judges.iter().map(|(name, _)| format!("`{name}`")).collect();
            self.problems
                .push(path, format!("give exactly one of {}", names.join(", ")));
        }
        if let Some(rules) = &spec.rules {
            let path = format!("{path}.rules");
            let together = &mut self.together;
            let problems = &mut *self.problems;
            let scorer =
                RuleScorer::resolve(rules, self.schema, history, &path, together, problems);
            self.lints.extend_from_slice(scorer.lints());
            return Judge::Rules(Box::new(scorer));
        }
        if let Some(nested) = &spec.model {
            if let Some(model) = nested.spec() {
                return self.nested(model, &format!("{path}.model"));
            }
            self.problems.push(format!("{path}.model"), TOO_DEEP);
        }
        if let Some(grade) = &spec.grade {
            let path = format!("{path}.grade");
            let together = &mut self.together;
            let scorer = GradeScorer::resolve(grade, self.schema, &path, together, self.problems);
            return Judge::BuiltIn(Box::new(BuiltIn::Grade(scorer)));
        }
        if let Some(engagement) = &spec.engagement {
            let path = format!("{path}.engagement");
            let scorer =
                EngagementScorer::resolve(engagement, self.schema, history, &path, self.problems);
            return Judge::BuiltIn(Box::new(BuiltIn::Engagement(scorer)));
        }
        if let Some(rfm) = &spec.rfm {
            let path = format!("{path}.rfm");
            let scorer = RfmScorer::resolve(rfm, self.schema, history, &path, self.problems);
            return Judge::BuiltIn(Box::new(BuiltIn::Rfm(scorer)));
        }
        if let Some(checklist) = &spec.checklist {
            let path = format!("{path}.checklist");
            let scorer = ChecklistScorer::resolve(checklist, self.schema, &path, self.problems);
            return Judge::BuiltIn(Box::new(BuiltIn::Checklist(scorer)));
        }
        if let Some(interest) = &spec.interest {
            let path = format!("{path}.interest");
            let scorer =
                InterestScorer::resolve(interest, self.schema, history, &path, self.problems);
            self.lints.extend_from_slice(scorer.lints());
            return Judge::BuiltIn(Box::new(BuiltIn::Interest(scorer)));
        }
        if let Some(momentum) = &spec.momentum {
            let path = format!("{path}.momentum");
            let scorer =
                MomentumScorer::resolve(momentum, self.schema, history, &path, self.problems);
            return Judge::BuiltIn(Box::new(BuiltIn::Momentum(scorer)));
        }
        if let Some(model) = &spec.predictive {
            let path = format!("{path}.predictive");
            let scorer = model.resolve(self.schema, history, Some(all), &path, self.problems);
            return Judge::Predictive(Box::new(scorer));
        }
        if let Some(naive_bayes) = &spec.naive_bayes {
            let path = format!("{path}.naive_bayes");
            let scorer = NaiveBayesScorer::resolve(naive_bayes, self.schema, &path, self.problems);
            return Judge::BuiltIn(Box::new(BuiltIn::NaiveBayes(scorer)));
        }
        if let Some(model) = &spec.propensity {
            let path = format!("{path}.propensity");
            let scorer = model.resolve(self.schema, history, &path, self.problems);
            return Judge::Scorer(Arc::new(scorer));
        }
        let abstaining = || Judge::Scorer(Arc::new(crate::scorer::from_fn(|_, _| None)));
        let Some(name) = &spec.external else {
            return abstaining();
        };
        match self.externals.get(name) {
            Some(scorer) => Judge::Scorer(Arc::clone(scorer)),
            None => {
                let known = self.externals.keys().map(String::as_str);
                self.problems
                    .unknown(format!("{path}.external"), "external scorer", name, known);
                abstaining()
            }
        }
    }

    fn nested(&mut self, spec: &ModelSpec, path: &str) -> Judge {
        if spec.schema != SchemaSpec::default() && spec.schema != self.schema.spec() {
            self.problems.push(
                format!("{path}.schema"),
                "a model inside a model has the outer schema: leave it out",
            );
        }
        if spec.composite.is_none() {
            self.problems.push(
                path,
                "a model inside a model needs a `composite`, or it has no score",
            );
        }
        let inner = format!("{path}.");
        let model = ScoreModel::resolve(spec, self.schema, self.externals, &inner, self.problems);
        self.lints.extend_from_slice(model.lints());
        Judge::Model(Box::new(model))
    }
}
