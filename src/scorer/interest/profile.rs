use crate::score::Score;
use serde::Serialize;
use std::sync::Arc;

/// A lead's interest in one product: points, score and share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProductInterest {
    /// The product's name.
    pub product: Arc<str>,
    /// Faded points of the activities that carry it: any size, may be negative.
    pub points: f64,
    /// The points on the scale from `zero` to `hundred`, 0 to 100.
    pub score: Score,
    /// The product's part of the positive points of all products, 0 to 1, where negative points are none; `None`
    /// where no product has positive points. The shares of all products add up to 1.
    pub share: Option<f64>,
}

/// A lead's interest in every product of the schema, made by
/// [`InterestScorer::profile`](crate::InterestScorer::profile).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct InterestProfile {
    products: Vec<ProductInterest>,
}

impl InterestProfile {
    /// Makes the shares of products with points and scores.
    pub(super) fn new(products: impl Iterator<Item = (Arc<str>, f64, Score)>) -> Self {
        let mut products: Vec<ProductInterest> = products
            .map(|(product, points, score)| ProductInterest {
                product,
                points,
                score,
                share: None,
            })
            .collect();
        let total = products
            .iter()
            .fold(0.0, |sum, interest| sum + interest.points.max(0.0));
        if total > 0.0 {
            for interest in &mut products {
                interest.share = Some(interest.points.max(0.0) / total + 0.0);
            }
        }
        Self { products }
    }

    /// Every product, in the order of the schema.
    #[must_use]
    pub fn products(&self) -> &[ProductInterest] {
        &self.products
    }

    /// The interest in a product; `None` where the schema has no such product.
    #[must_use]
    pub fn of(&self, product: &str) -> Option<&ProductInterest> {
        self.products
            .iter()
            .find(|interest| &*interest.product == product)
    }

    /// The products with the most points, most first, at most `most` of them and only those above 0; ties in the
    /// order of the schema.
    #[must_use]
    pub fn top(&self, most: usize) -> Vec<&ProductInterest> {
        let mut top: Vec<&ProductInterest> = self
            .products
            .iter()
            .filter(|interest| interest.points > 0.0)
            .collect();
        top.sort_by(|a, b| b.points.total_cmp(&a.points));
        top.truncate(most);
        top
    }

    /// The product that the lead leans towards: the first of [`top`](InterestProfile::top).
    #[must_use]
    pub fn leaning(&self) -> Option<&ProductInterest> {
        self.top(1).into_iter().next()
    }
}
