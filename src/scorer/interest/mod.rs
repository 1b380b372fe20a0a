//! Product interest: which products a lead leans towards.

mod change;
mod interest_scorer;
mod judge;
mod profile;
mod spec;

pub use interest_scorer::InterestScorer;
pub use profile::{InterestProfile, ProductInterest};
pub use spec::InterestSpec;

#[cfg(test)]
mod tests;
