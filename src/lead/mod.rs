//! What is known: the schema, leads, and the view that scorers read a lead through.

mod activity;
mod attributes;
mod builder;
mod by_text;
mod error;
mod frozen;
mod history;
mod lead;
mod manual;
mod merge;
mod moment;
mod reader;
mod record;
mod schema;
mod stored;
mod table;
mod value;
mod view;

pub use activity::{Activity, Answer, Purchase};
pub use builder::LeadBuilder;
pub use error::{LeadError, LeadProblem};
pub use frozen::Frozen;
pub use lead::Lead;
pub use manual::{ManualOverride, Override};
pub use merge::{Merge, Precedence, TagMerge};
pub use moment::{Moment, ParseMomentError};
pub use reader::{LeadReader, LeftOut};
pub use record::{ActivityRecord, AnswerValue, LeadRecord};
pub use schema::{
    AttributeSlot, AttributeType, KindSlot, ProductSlot, QuestionSlot, Schema, SchemaId, SchemaSpec,
};
pub use table::{ActivityBatch, LeadRow, LeadTable, LeadTableBuilder, TableError, TableProblem};
pub use value::{AttributeValue, ParseValueError, Tags, Value};
pub use view::{Fact, LeadView};

pub(crate) use activity::{canonical_order, is_same};
pub(crate) use attributes::Attributes;
pub(crate) use moment::shortened;
pub(crate) use schema::name_problem;
pub(crate) use table::{Activities, Codes, Column};
pub(crate) use view::KnownAt;
