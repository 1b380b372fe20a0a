//! Embedded lead scoring.
#![allow(missing_docs)]
pub mod lead;
pub mod model;
pub mod score;
pub mod scorer;
pub mod testing;
pub use lead::*;
pub use model::*;
pub use score::*;
pub use scorer::*;
