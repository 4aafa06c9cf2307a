//! Effective access, said twice.
//!
//! * [`oracle`] is the second opinion: the rules of `docs/access.md`, written down one by one, as slowly and plainly
//!   as they are there. Whatever else answers the same questions must give the same answers.
//! * [`worlds`] makes states in which as many of the rules as possible meet, and pairs of them that differ by little.
//! * `additions` and `membership` are laws that the rules must obey whatever they say in detail: more never means less,
//!   and groups pass on the members they have.

mod additions;
mod edits;
mod membership;
mod oracle;
mod worlds;
