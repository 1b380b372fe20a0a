use super::{TrainError, TrainingSet};

/// The largest weight of a lead, as of a row of a matrix.
const LARGEST: f64 = 1e12;

impl<L> TrainingSet<'_, L> {
    /// Gives each lead a weight, 0 to 1e12, for all of its rows: a lead of weight 2 counts as two leads, one of weight 0
    /// not at all. Default: 1 each.
    ///
    /// Weights enter all that is averaged or fitted: means, deviations and shares of columns, coefficients,
    /// cross-validation. As with every weighted fit the intercept is brought back to the share of the rows that
    /// converted, or to the base rate that is given. What asks for evidence counts rows: `min_count` of a feature, the
    /// verdict, numbers of rows. Rows of weight 0 are left out of everything. Called again the weights replace those
    /// before; what was left out stays out.
    ///
    /// # Errors
    /// Another number of weights than leads; a weight that is negative, no number or beyond 1e12; weights that are all 0.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{Lead, SchemaSpec, TrainingSet};
    ///
    /// let schema = SchemaSpec::new().number("seats").build()?;
    /// let leads = [Lead::builder(&schema, "a").build()?, Lead::builder(&schema, "b").build()?];
    /// let set = TrainingSet::labelled(&leads, &[true, false], "2026-03-01".parse()?)?;
    ///
    /// // One in ten of the leads that did not convert was kept.
    /// let set = set.weights(&[1.0, 10.0])?;
    /// assert_eq!(set.rows()[1].weight, 10.0);
    ///
    /// let error = set.weights(&[1.0, -1.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "weights[1]: must be at least 0 and at most 1e12, was -1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn weights(mut self, weights: &[f64]) -> Result<Self, TrainError> {
        let (expected, given) = (self.leads.len(), weights.len());
        if expected != given {
            let message = format!("one for each lead: expected {expected}, got {given}");
            return Err(TrainError::new("weights", message));
        }
        for (lead, weight) in weights.iter().enumerate() {
            if !(0.0..=LARGEST).contains(weight) {
                let message = format!("must be at least 0 and at most 1e12, was {weight}");
                return Err(TrainError::new(format!("weights[{lead}]"), message));
            }
        }
        if !weights.is_empty() && weights.iter().all(|&weight| weight == 0.0) {
            return Err(TrainError::new("weights", "all are 0"));
        }
        let before = self.rows.len();
        for row in &mut self.rows {
            row.weight = weights.get(row.lead).copied().unwrap_or_default();
        }
        self.rows.retain(|row| row.weight > 0.0);
        self.left_out.weightless += before - self.rows.len();
        self.weighted = true;
        Ok(self)
    }

    /// The weight of each row; `None` where leads have none.
    #[must_use]
    pub fn row_weights(&self) -> Option<Vec<f64>> {
        let weights = self.rows.iter().map(|row| row.weight);
        self.weighted.then(|| weights.collect())
    }
}
