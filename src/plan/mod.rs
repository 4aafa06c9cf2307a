//! From what is and what is wanted to an ordered, immutable plan. Pure: no IO.

mod operation;

pub use operation::{Edit, Object, Operation};
