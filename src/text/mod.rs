//! Text that people wrote, with its places: sources, a spanned YAML tree, validation against a JSON Schema,
//! decoding into typed values, and diagnostics.
//!
//! A file goes through the files of this module in order: [`Sources`] keeps the text, [`parse()`] makes a [`Node`]
//! tree, [`Schema::check`] reports what does not fit and cuts it out, [`decode()`] fills typed values that still know
//! their [`Span`], and [`render()`] prints whatever was found on the way.
//!
//! Deliberately not here: reading files, any knowledge of roles or groups, and printing to a terminal.

mod alias;
mod bare;
mod choice;
mod code;
mod decode;
mod diagnostic;
mod explain;
mod json;
mod keyed;
mod parse;
mod prune;
mod render;
mod scalar;
mod source;
mod spanned;
mod suggest;
mod tree;
mod validate;
mod words;

pub use code::Code;
pub use decode::{DecodeError, decode};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use keyed::{Entry, Keyed};
pub use parse::{parse, read_text};
pub use render::render;
pub use source::{Position, SourceId, Sources, Span};
pub use spanned::{Field, Spanned};
pub use suggest::closest;
pub use tree::{Key, Node, Value};
pub use validate::{Schema, SchemaError};
