//! Embedded lead scoring.
#![allow(missing_docs)]
pub mod lead;
pub mod model;
pub mod preset;
pub mod score;
pub mod scorer;
pub use lead::*;
pub use model::*;
pub use score::*;
pub use scorer::*;
