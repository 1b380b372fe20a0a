use super::category::{Category, folded, held, team_of};
use super::counts::{NaiveBayesCounts, OutcomeCounts};
use super::spec::NaiveBayesSpec;
use super::table::{Held, Table};
use crate::lead::{AttributeSlot, KnownAt, LeadView, Moment, SchemaId, shortened};
use crate::score::{AsOf, Explanation, Formula, Role, Score, Unit, larger, logistic, prior, scale};
use crate::scorer::{Assessment, Opaque, Scorer, other_schema};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Score: 100 times the probability that a lead converts, by how often leads like it did: naive Bayes over categorical
/// attributes.
///
/// ```text
/// log-odds    = ln(C / N) + sum over the known attributes of evidence
/// evidence    = ln((c + alpha) / (Ck + alpha L)) - ln((n + alpha) / (Nk + alpha L))
/// probability = 1 / (1 + exp(-log-odds))
/// ```
///
/// `C` and `N` are the leads counted that converted and that did not, `Ck` and `Nk` those of which the attribute is
/// known, `c` and `n` those of the lead's own level. `L` is the number of levels: those counted of a text, 2 of a flag,
/// the bins of a number. Each tag is a yes or no of its own, so that `L` is 2; only tags that a lead has are evidence,
/// not those that it lacks. Text and tags ignore case (Unicode lowercase, no normalisation) and are otherwise taken as
/// they stand; numbers fall into the bins of the spec.
///
/// No evidence comes from an attribute that is missing, from a level that was never counted, and from an attribute that
/// is known of no lead of one of the outcomes. Where nothing gives evidence the scorer abstains, as it does while
/// fewer leads of either outcome are counted than the spec's `minimum`. The raw value is the probability.
///
/// Each team has counts of its own where the spec names a team attribute; a team with fewer leads of either outcome
/// than `team_minimum`, and a lead without a team, is judged by the counts of all teams and of leads without one.
///
/// Outcomes are recorded by [`learn`](NaiveBayesScorer::learn), taken back by [`unlearn`](NaiveBayesScorer::unlearn)
/// and put right by [`correct`](NaiveBayesScorer::correct), in any order; the counts are exact, so that taking back
/// gives the same bits as never having learned. Attributes count as they were known at the moment given.
///
/// Naive means that attributes are taken as independent within an outcome; where they are not, probabilities go too far
/// towards 0 and 1, while the order of leads is often still good.
///
/// # References
/// Manning, Raghavan and Schuetze, *Introduction to Information Retrieval* (2008), chapter 13: both event models and
/// the smoothing; scikit-learn's `CategoricalNB` gives the same numbers. Counts by team and missing values without
/// evidence are as in Odoo's predictive lead scoring.
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, Lead, NaiveBayesSpec, SchemaSpec, Scorer};
///
/// let schema = SchemaSpec::new().text("industry").build()?;
/// let of = |industry: &str| Lead::builder(&schema, "a").set("industry", industry).build();
/// let as_of: AsOf = "2026-03-01".parse()?;
///
/// let mut bayes = NaiveBayesSpec::new().attribute("industry").minimum(3).build(&schema)?;
/// for (industry, converted) in [
///     ("Software", true), ("software", true), ("retail", true),
///     ("retail", false), ("retail", false), ("software", false),
/// ] {
///     bayes.learn(&of(industry)?, converted, as_of)?;
/// }
///
/// // Even odds, times (2 + 1) / (3 + 2) over (1 + 1) / (3 + 2).
/// let probability = bayes.probability(&of("software")?, as_of).ok_or("abstains")?;
/// assert!((probability - 0.6).abs() < 1e-12);
/// assert!(bayes.explain(&of("software")?, as_of).recomputes());
/// assert_eq!(bayes.score(&of("farming")?, as_of), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NaiveBayesScorer {
    pub(super) schema: SchemaId,
    /// Without counts.
    pub(super) spec: Arc<NaiveBayesSpec>,
    pub(super) team: Option<AttributeSlot>,
    /// Of the attributes, in the order of the spec.
    pub(super) names: Arc<[Arc<str>]>,
    pub(super) categories: Arc<[Category]>,
    /// The sum of all teams.
    pub(super) all: Table,
    /// By team in lower case; leads without a team stand under the empty name.
    pub(super) teams: BTreeMap<Box<str>, Table>,
}

/// What a lead is judged by.
struct Case<'c> {
    held: Vec<Held<'c>>,
    table: &'c Table,
    /// The lead's own team.
    team: Cow<'c, str>,
    /// Whether the counts are those of its team alone.
    is_own: bool,
}

impl NaiveBayesScorer {
    /// The spec, with what has been counted.
    #[must_use]
    pub fn spec(&self) -> NaiveBayesSpec {
        let mut counts = NaiveBayesCounts::default();
        for (team, table) in &self.teams {
            let table = table.to_counts(&self.names);
            if team.is_empty() {
                counts.without_team = table;
            } else {
                counts.teams.insert(team.to_string(), table);
            }
        }
        NaiveBayesSpec {
            counts,
            ..(*self.spec).clone()
        }
    }

    /// How many leads are counted, of all teams.
    #[must_use]
    pub fn leads(&self) -> OutcomeCounts {
        self.all.leads
    }

    /// How many leads of a team are counted, its name in any case.
    #[must_use]
    pub fn leads_of(&self, team: &str) -> OutcomeCounts {
        let table = self.teams.get(&*folded(team));
        table.map(|table| table.leads).unwrap_or_default()
    }

    /// The probability that the lead converts, 0 to 1; `None` where the scorer abstains.
    #[must_use]
    pub fn probability(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<f64> {
        let log_odds = self.log_odds(lead, as_of)?;
        Some(self.probability_of(log_odds))
    }

    /// The probability of log-odds, calibrated where the spec is.
    fn probability_of(&self, log_odds: f64) -> f64 {
        match &self.spec.calibration {
            Some(calibration) => calibration.apply(log_odds),
            None => logistic(log_odds),
        }
    }

    /// What log-odds come to; nothing where there are none.
    pub(super) fn assessment(&self, log_odds: Option<f64>) -> Assessment {
        let raw = log_odds.map(|log_odds| self.probability_of(log_odds));
        Assessment {
            score: raw.and_then(|raw| Score::saturating(scale(raw, 0.0, 1.0))),
            raw,
        }
    }

    /// The log-odds that the lead converts, before calibration; `None` where the scorer abstains.
    #[must_use]
    pub fn log_odds(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<f64> {
        self.with_case(lead, as_of, |case| self.sum(&case.ok()?))?
    }

    /// Runs with what the lead is judged by, or with why it cannot be; `None` for a lead of another schema.
    fn with_case<R>(
        &self,
        lead: &dyn LeadView,
        as_of: AsOf,
        run: impl FnOnce(Result<Case<'_>, &'static str>) -> R,
    ) -> Option<R> {
        if lead.schema() != self.schema {
            return None;
        }
        if !self.counts_enough() {
            return Some(run(Err("too few leads of each outcome are counted")));
        }
        let lead = KnownAt::new(lead, as_of.moment());
        let team = team_of(self.team, &lead);
        let own = self.counts_of(&team);
        let held = held(&self.categories, &lead).collect();
        Some(run(Ok(Case {
            held,
            table: own.unwrap_or(&self.all),
            is_own: own.is_some(),
            team,
        })))
    }

    /// Whether enough leads of each outcome are counted.
    pub(super) fn counts_enough(&self) -> bool {
        self.all.leads.fewest() >= self.spec.minimum.max(1)
    }

    /// The counts of a team, in lower case, that is judged by its own.
    pub(super) fn counts_of(&self, team: &str) -> Option<&Table> {
        let own = self.teams.get(team).filter(|_| !team.is_empty())?;
        (own.leads.fewest() >= self.spec.team_minimum.max(1)).then_some(own)
    }

    /// What one level of an attribute says; `None` where it says nothing.
    fn evidence(&self, attribute: usize, table: &Table, level: &str) -> Option<Formula> {
        let counted = table.attributes.get(attribute)?;
        let own = counted.levels.get(level)?;
        (counted.known.fewest() > 0).then_some(())?;
        Some(Formula::LikelihoodRatio {
            converted: own.converted,
            of_converted: counted.known.converted,
            not_converted: own.not_converted,
            of_not_converted: counted.known.not_converted,
            alpha: self.spec.alpha,
            levels: self.categories.get(attribute)?.sort.count(counted),
        })
    }

    fn value(&self, attribute: usize, table: &Table, level: &str) -> Option<f64> {
        self.evidence(attribute, table, level)?.value(None, &[])
    }

    /// What a lead adds that holds that of an attribute; `None` where it says nothing.
    pub(super) fn held_value(
        &self,
        attribute: usize,
        held: &Held<'_>,
        table: &Table,
    ) -> Option<f64> {
        match held {
            Held::Missing => None,
            Held::One(level) => self.value(attribute, table, level),
            Held::Tags(tags) => tags
                .iter()
                .filter_map(|tag| self.value(attribute, table, tag))
                .fold(None, |sum, tag| Some(sum.unwrap_or(0.0) + tag)),
        }
    }

    /// The log-odds; `None` where nothing gives evidence.
    fn sum(&self, case: &Case<'_>) -> Option<f64> {
        let held = case.held.iter().enumerate();
        let adds = held.map(|(attribute, held)| self.held_value(attribute, held, case.table));
        Self::sum_of(case.table, adds)
    }

    /// The log-odds of what each attribute adds.
    pub(super) fn sum_of(table: &Table, adds: impl Iterator<Item = Option<f64>>) -> Option<f64> {
        let mut sum = 0.0 + prior(table.leads.converted, table.leads.not_converted);
        let mut known = false;
        for value in adds.flatten() {
            sum += value;
            known = true;
        }
        known.then_some(sum)
    }

    fn explain_case(&self, case: &Case<'_>) -> Explanation {
        let leads = case.table.leads;
        let prior = Formula::Prior {
            converted: leads.converted,
            not_converted: leads.not_converted,
        };
        let team = shortened(&case.team);
        let label = match (case.is_own, team.is_empty()) {
            (true, _) => format!("prior of team `{team}`"),
            (false, true) => "prior of all leads".to_owned(),
            (false, false) => format!("prior of all leads, too few of team `{team}` are counted"),
        };
        let mut parts = vec![Explanation::node(label, Unit::LogOdds, prior, Vec::new())];
        let held = case.held.iter().zip(&*self.names).enumerate();
        parts.extend(
            held.map(|(i, (held, name))| self.explain_attribute(i, name, held, case.table)),
        );
        let log_odds = Explanation::node("log-odds", Unit::LogOdds, Formula::Sum, parts);
        if self.sum(case).is_none() {
            let why =
                Explanation::unknown("nothing that is known of it gives evidence", Unit::Score);
            return Explanation::unknown(LABEL, Unit::Score)
                .with_notes(vec![why.role(Role::Abstains), log_odds]);
        }
        let formula = match &self.spec.calibration {
            Some(calibration) => Formula::Calibrated(calibration.clone()),
            None => Formula::Logistic,
        };
        let probability =
            Explanation::node("probability", Unit::Probability, formula, vec![log_odds]);
        let hundred = Formula::Scale {
            zero: 0.0,
            hundred: 1.0,
        };
        Explanation::node(LABEL, Unit::Score, hundred, vec![probability])
    }

    fn explain_attribute(
        &self,
        attribute: usize,
        name: &Arc<str>,
        held: &Held<'_>,
        table: &Table,
    ) -> Explanation {
        let node = |level: &str, label: String| match self.evidence(attribute, table, level) {
            Some(ratio) => Explanation::node(label, Unit::LogOdds, ratio, Vec::new()),
            None => Explanation::unknown(label, Unit::LogOdds),
        };
        match held {
            Held::Missing => {
                let levels = table.attributes.get(attribute);
                let levels = levels.iter().flat_map(|counted| counted.levels.keys());
                let values = levels.filter_map(|level| self.value(attribute, table, level));
                let could_add = values.fold(0.0, larger);
                let node = Explanation::unknown(name, Unit::LogOdds);
                if could_add > 0.0 {
                    node.role(Role::Missing { could_add })
                } else {
                    node
                }
            }
            Held::One(level) => {
                node(level, format!("{name}: {}", shortened(level))).role(Role::Rule)
            }
            Held::Tags(tags) => {
                let parts = tags.iter().map(|tag| node(tag, shortened(tag)));
                let (said, silent): (Vec<_>, Vec<_>) =
                    parts.partition(|part| part.value().is_some());
                let node = if said.is_empty() {
                    Explanation::unknown(name, Unit::LogOdds)
                } else {
                    Explanation::node(name, Unit::LogOdds, Formula::Sum, said)
                };
                node.role(Role::Rule).with_notes(silent)
            }
        }
    }
}

impl Scorer for NaiveBayesScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        self.assessment(self.log_odds(lead, as_of))
    }

    fn unit(&self) -> Unit {
        Unit::Probability
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        let told = self.with_case(lead, as_of, |case| match case {
            Ok(case) => self.explain_case(&case),
            Err(why) => {
                let why = Explanation::unknown(why, Unit::Score).role(Role::Abstains);
                Explanation::unknown(LABEL, Unit::Score).with_notes(vec![why])
            }
        });
        told.unwrap_or_else(|| other_schema(LABEL))
    }

    /// Time alone changes nothing.
    fn next_change(&self, _: &dyn LeadView, _: AsOf, _: AsOf) -> Result<Option<Moment>, Opaque> {
        Ok(None)
    }
}

const LABEL: &str = "naive bayes";
