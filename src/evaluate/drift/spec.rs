use super::PsiSpec;
use crate::model::Problems;
use serde::{Deserialize, Serialize};

/// From which figures on drift is worth a look, or calls for training anew.
///
/// The verdict is the worst of these rules over all features, scores and bands:
///
/// | figure | look from | retrain from | where |
/// | --- | --- | --- | --- |
/// | PSI of an attribute or a score | 0.1 | 0.25 | it exceeds what chance alone reaches; otherwise one step milder |
/// | change of the share that is missing | 0.05 | 0.2 | Pearson's test of two proportions gives p below 0.05 |
/// | share of known values outside those expected | 0.05 | 0.25 | below the least, above the greatest, or unseen levels |
/// | mean gap of the bands' conversion rates, over the expected rate | 0.1 | 0.25 | the calibration test gives p below 0.05 |
///
/// The limits of the PSI are the field's convention (Siddiqi 2006); the others are this library's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DriftSpec {
    /// How the PSI is computed. Default: as [`PsiSpec`], with levels below 1 % as one bin.
    pub psi: PsiSpec,
    /// PSI: look, retrain. Default: 0.1 and 0.25.
    pub psi_limits: [f64; 2],
    /// Change of the share that is missing: look, retrain. Default: 0.05 and 0.2.
    pub missing_limits: [f64; 2],
    /// Share of known values outside those expected: look, retrain. Default: 0.05 and 0.25.
    pub outside_limits: [f64; 2],
    /// Mean gap of conversion rates over the expected rate: look, retrain. Default: 0.1 and 0.25.
    pub calibration_limits: [f64; 2],
    /// The p-value below which a test counts. Default: 0.05.
    pub significance: f64,
}

impl Default for DriftSpec {
    fn default() -> Self {
        Self {
            psi: PsiSpec::new().rare_share(0.01),
            psi_limits: [0.1, 0.25],
            missing_limits: [0.05, 0.2],
            outside_limits: [0.05, 0.25],
            calibration_limits: [0.1, 0.25],
            significance: 0.05,
        }
    }
}

impl DriftSpec {
    /// The usual limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How the PSI is computed. Default: ten quantile bins, levels below 1 % as one bin.
    #[must_use]
    pub fn psi(mut self, psi: PsiSpec) -> Self {
        self.psi = psi;
        self
    }

    /// PSI from which drift is worth a look, and from which it calls for training anew. Default: 0.1 and 0.25.
    #[must_use]
    pub fn psi_limits(mut self, look: f64, retrain: f64) -> Self {
        self.psi_limits = [look, retrain];
        self
    }

    /// Limits of the change of the share that is missing. Default: 0.05 and 0.2.
    #[must_use]
    pub fn missing_limits(mut self, look: f64, retrain: f64) -> Self {
        self.missing_limits = [look, retrain];
        self
    }

    /// Limits of the share of known values outside those expected. Default: 0.05 and 0.25.
    #[must_use]
    pub fn outside_limits(mut self, look: f64, retrain: f64) -> Self {
        self.outside_limits = [look, retrain];
        self
    }

    /// Limits of the mean gap of conversion rates over the expected rate. Default: 0.1 and 0.25.
    #[must_use]
    pub fn calibration_limits(mut self, look: f64, retrain: f64) -> Self {
        self.calibration_limits = [look, retrain];
        self
    }

    /// The p-value below which a test counts. Default: 0.05.
    #[must_use]
    pub fn significance(mut self, p: f64) -> Self {
        self.significance = p;
        self
    }

    pub(crate) fn resolve(&self, path: &str, problems: &mut Problems) {
        self.psi.resolve(&format!("{path}psi."), problems);
        for (name, [look, retrain]) in [
            ("psi_limits", self.psi_limits),
            ("missing_limits", self.missing_limits),
            ("outside_limits", self.outside_limits),
            ("calibration_limits", self.calibration_limits),
        ] {
            if !(look > 0.0 && retrain >= look && retrain.is_finite()) {
                problems.push(
                    format!("{path}{name}"),
                    format!("must be above 0 and ascend, got `{look}` and `{retrain}`"),
                );
            }
        }
        let p = self.significance;
        if !(p > 0.0 && p < 1.0) {
            problems.push(
                format!("{path}significance"),
                format!("must be between 0 and 1, got `{p}`"),
            );
        }
    }
}
