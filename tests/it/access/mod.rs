//! Effective access, said twice.
//!
//! * [`oracle`] is the second opinion: the rules of `docs/access.md`, written down one by one, as slowly and plainly
//!   as they are there. Whatever else answers the same questions must give the same answers.
//! * [`worlds`] makes states in which as many of the rules as possible meet, and [`pairs`] two of them that differ by
//!   little. [`questions`] are what is worth asking about one.
//! * `agreement` holds the engine against the oracle, `differences` does so for comparisons of two states.
//! * `impacts` says what must hold when differences are put into few lines.
//! * `by_hand` has worlds of every system with what everyone may do there worked out on paper.
//! * `tables` asks one by one what is said of all at once.
//! * `unused` takes away what is said to change nothing.
//! * `additions`, `membership` and `unchanged` are laws that the rules must obey whatever they say in detail: more
//!   never means less, groups pass on the members they have, and what is not spoken of changes nothing.

mod additions;
mod agreement;
mod between;
mod by_hand;
mod differences;
mod edits;
mod impacts;
mod membership;
mod oracle;
mod pairs;
mod questions;
mod tables;
mod unchanged;
mod unused;
mod worlds;
