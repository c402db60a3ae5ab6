//! What is known about the models of Bedrock, as data.
//!
//! [`ModelId`] reads what a caller names a model by, [`ModelFacts`] is what is known about one model, and
//! [`ModelTable`] finds the facts for an id. Facts come from `data/models.json`; what that file leaves open and what
//! holds for a whole family is added by `rules`. An unknown model is never refused: whatever is not known is `None`.

mod facts;
mod family;
mod geography;
mod id;
mod info;
mod rules;
mod supports;
mod table;

pub use self::facts::{ModelFacts, ModelMode, ModelPrices, ReasoningStyle};
pub use self::family::{Generation, ModelFamily};
pub use self::id::{ModelId, ModelIdKind};
pub use self::supports::Supports;
pub use self::table::ModelTable;
