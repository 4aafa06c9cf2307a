//! From files to an [`Intent`](crate::model::Intent), and from a snapshot to files.

mod document;
mod gather;

pub use document::*;
pub use gather::Gather;
