use super::category::{held, team_of};
use super::counts::OutcomeCounts;
use super::learn_error::LearnError;
use super::naive_bayes_scorer::NaiveBayesScorer;
use super::table::{Held, Table};
use crate::lead::{KnownAt, LeadView};
use crate::score::AsOf;
use std::sync::Arc;

impl NaiveBayesScorer {
    /// Counts a lead with its outcome, its attributes as known at a moment.
    ///
    /// A lead counts as one: what is counted whole can be taken back to the last digit. One that is to count twice is
    /// learned twice.
    ///
    /// # Errors
    /// A lead of another schema, and more than 1e12 leads. The counts stay as they were.
    pub fn learn(
        &mut self,
        lead: &dyn LeadView,
        converted: bool,
        as_of: AsOf,
    ) -> Result<(), LearnError> {
        self.with_held(lead, as_of, |scorer, team, held| {
            if scorer.all.leads.of(converted) >= OutcomeCounts::LARGEST {
                return Err(LearnError::too_many());
            }
            let attributes = scorer.names.len();
            let own = scorer.teams.entry(team.into());
            own.or_insert_with(|| Table::new(attributes))
                .learn(held, converted);
            scorer.all.learn(held, converted);
            Ok(())
        })
    }

    /// Takes back a lead that was learned with this outcome and these attributes.
    ///
    /// # Errors
    /// A lead of another schema, and one that cannot have been learned so, since a count would fall below 0. The
    /// counts stay as they were.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{AsOf, Lead, NaiveBayesSpec, SchemaSpec};
    ///
    /// let schema = SchemaSpec::new().text("industry").build()?;
    /// let lead = Lead::builder(&schema, "a").set("industry", "retail").build()?;
    /// let as_of: AsOf = "2026-03-01".parse()?;
    /// let mut bayes = NaiveBayesSpec::new().attribute("industry").build(&schema)?;
    /// bayes.learn(&lead, false, as_of)?;
    /// assert_eq!(
    ///     bayes.unlearn(&lead, true, as_of).unwrap_err().to_string(),
    ///     "the lead was not learned as converted: no such lead is counted",
    /// );
    /// bayes.unlearn(&lead, false, as_of)?;
    /// assert_eq!(bayes.leads().not_converted, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unlearn(
        &mut self,
        lead: &dyn LeadView,
        converted: bool,
        as_of: AsOf,
    ) -> Result<(), LearnError> {
        self.with_held(lead, as_of, |scorer, team, held| {
            let never = |what: &str| LearnError::never(converted, team, what);
            let own = scorer.teams.get_mut(team);
            let own = own.ok_or_else(|| never("no such lead is counted"))?;
            own.has(held, converted, &scorer.names)
                .map_err(|what| never(&what))?;
            own.unlearn(held, converted);
            if own.leads == OutcomeCounts::default() {
                scorer.teams.remove(team);
            }
            scorer.all.unlearn(held, converted);
            Ok(())
        })
    }

    /// Puts an outcome right: takes back a lead that was learned with the opposite outcome, and counts it with this
    /// one.
    ///
    /// # Errors
    /// As [`unlearn`](NaiveBayesScorer::unlearn) and [`learn`](NaiveBayesScorer::learn). The counts stay as they were.
    pub fn correct(
        &mut self,
        lead: &dyn LeadView,
        converted: bool,
        as_of: AsOf,
    ) -> Result<(), LearnError> {
        if self.all.leads.of(converted) >= OutcomeCounts::LARGEST {
            return Err(LearnError::too_many());
        }
        self.unlearn(lead, !converted, as_of)?;
        self.learn(lead, converted, as_of)
    }

    fn with_held<R>(
        &mut self,
        lead: &dyn LeadView,
        as_of: AsOf,
        run: impl FnOnce(&mut Self, &str, &[Held<'_>]) -> Result<R, LearnError>,
    ) -> Result<R, LearnError> {
        if lead.schema() != self.schema {
            return Err(LearnError::other_schema());
        }
        let lead = KnownAt::new(lead, as_of.moment());
        let categories = Arc::clone(&self.categories);
        let held: Vec<_> = held(&categories, &lead).collect();
        let team = team_of(self.team, &lead);
        run(self, &team, &held)
    }
}
