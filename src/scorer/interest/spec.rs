use crate::scorer::rules::GroupSpec;
use serde::{Deserialize, Serialize};

/// How interest in products is measured, as it stands in a model file: points rules on activities, evaluated for each
/// product over the activities that carry it.
///
/// Groups, rules, filters, occurrence modes, windows and decays are those of [`RulesSpec`](crate::RulesSpec) and mean
/// the same, product by product: `occurrences = "once"` is once for each product, a group's `max` bounds each
/// product's points. Every rule asks for an `activity`; `when` may stand beside it. A rule whose activity names a
/// `product` counts for that product alone. An activity without a product counts for none.
///
/// # Examples
/// ```
/// use lead_scoring::{InterestSpec, SchemaSpec};
///
/// let schema = SchemaSpec::new().kinds(["page_view", "download"]).product("crm").product("erp").build()?;
/// let spec: InterestSpec = toml::from_str(r#"
///     product = "crm"
///
///     [[groups]]
///     name = "web"
///     rules = [
///         { id = "page", points = 3, activity = { kind = "page_view", occurrences = { per_day = 1 }, decay = { half_life = "14d" } } },
///         { id = "paper", points = 10, activity = { kind = "download", occurrences = "once_per_subject" } },
///     ]
/// "#)?;
/// let crm = spec.build_with(&schema, &lead_scoring::HistorySpec::new().utc_offset("+01:00"))?;
/// # let _ = crm;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InterestSpec {
    /// The product whose interest is the score. Default: the product with the most points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Points that give score 0. Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zero: Option<f64>,
    /// Points that give score 100. Default: 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hundred: Option<f64>,
    /// Lower bound of a product's points. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Upper bound of a product's points. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The groups of rules, added in this order.
    pub groups: Vec<GroupSpec>,
}

impl InterestSpec {
    /// Interest in the product with the most points; no rules yet.
    #[must_use]
    pub fn top() -> Self {
        Self::default()
    }

    /// Interest in that product; no rules yet.
    #[must_use]
    pub fn of(product: impl Into<String>) -> Self {
        Self {
            product: Some(product.into()),
            ..Self::default()
        }
    }

    /// The same rules for that product.
    #[must_use]
    pub fn product(mut self, product: impl Into<String>) -> Self {
        self.product = Some(product.into());
        self
    }

    /// Points that give score 0. Default: 0.
    #[must_use]
    pub fn zero(mut self, points: f64) -> Self {
        self.zero = Some(points);
        self
    }

    /// Points that give score 100. Default: 100.
    #[must_use]
    pub fn hundred(mut self, points: f64) -> Self {
        self.hundred = Some(points);
        self
    }

    /// Lower bound of a product's points. Default: none.
    #[must_use]
    pub fn min(mut self, points: f64) -> Self {
        self.min = Some(points);
        self
    }

    /// Upper bound of a product's points. Default: none.
    #[must_use]
    pub fn max(mut self, points: f64) -> Self {
        self.max = Some(points);
        self
    }

    /// Adds a group of rules.
    #[must_use]
    pub fn group(mut self, group: GroupSpec) -> Self {
        self.groups.push(group);
        self
    }
}
