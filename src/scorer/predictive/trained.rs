use super::TrainError;
use super::design::DesignMatrix;
use super::fit::{LogisticFit, LogisticSpec, TrainingMatrix};
use super::predictive_model::{ColumnCoefficient, PredictiveModel, TrainedOn};

/// A predictive model with how it was fitted.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model: what is kept, and scores.
    pub model: PredictiveModel,
    /// The coefficients of the columns, and how the fit went.
    pub fit: LogisticFit,
    /// What it was fitted to.
    pub design: DesignMatrix,
}

impl DesignMatrix {
    /// Fits the coefficients of the columns.
    ///
    /// # Errors
    /// As [`LogisticSpec::fit`]; a fit that did not converge is none, the result says so.
    pub fn train(self, logistic: &LogisticSpec) -> Result<Trained, TrainError> {
        let fit = logistic.fit_matrix(&self.matrix())?;
        self.fitted(fit)
    }

    /// The rows with their outcomes, weights and names, as fits take them; with their moments where there are several,
    /// else they stand in the order of the leads.
    #[must_use]
    pub fn matrix(&self) -> TrainingMatrix<'_> {
        let matrix = TrainingMatrix::new(self.x.view(), &self.converted)
            .names(self.columns.iter().map(String::as_str));
        let matrix = match &self.weights {
            Some(weights) => matrix.weights(weights),
            None => matrix,
        };
        let several = self.moments.windows(2).any(|two| two.first() != two.last());
        if several {
            matrix.times(&self.moments)
        } else {
            matrix
        }
    }

    /// The model of coefficients that were fitted to these rows, such as those chosen by cross-validation.
    ///
    /// # Errors
    /// Another number of coefficients than columns.
    pub fn fitted(self, fit: LogisticFit) -> Result<Trained, TrainError> {
        if fit.coefficients.len() != self.columns.len() {
            let (columns, given) = (self.columns.len(), fit.coefficients.len());
            let message = format!("one for each column: expected {columns}, got {given}");
            return Err(TrainError::new("coefficients", message));
        }
        let columns = self.features.iter().flat_map(|feature| &feature.columns);
        // A standardised column is 0 at its mean.
        let means = columns.map(|column| match column.deviation {
            Some(_) => 0.0,
            None => column.mean,
        });
        let terms = fit.coefficients.iter().zip(means);
        let baseline = terms.fold(fit.intercept, |sum, (coefficient, mean)| {
            sum + coefficient * mean
        });
        let names = self.columns.iter().zip(&fit.coefficients);
        let model = PredictiveModel {
            version: PredictiveModel::VERSION,
            note: None,
            features: self.features.clone(),
            coefficients: names
                .map(|(column, &value)| ColumnCoefficient {
                    column: column.clone(),
                    value,
                })
                .collect(),
            baseline,
            base_rate: fit.base_rate,
            calibration: None,
            trained: self.trained_on(),
        };
        Ok(Trained {
            model,
            fit,
            design: self,
        })
    }

    fn trained_on(&self) -> Option<TrainedOn> {
        let converted = self.converted.iter().filter(|&&converted| converted);
        Some(TrainedOn {
            rows: self.converted.len() as u64,
            converted: converted.count() as u64,
            first: *self.moments.iter().min()?,
            last: *self.moments.iter().max()?,
            horizon: self.horizon.clone(),
        })
    }
}
