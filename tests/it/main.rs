//! End-to-end tests: one binary, by feature.
//!
//! `support` runs the real binary on small projects. `world` makes states of every system, and `laws` says what
//! must hold for all of them.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod commands;
mod examples;
mod generated;
mod input;
mod laws;
mod refused;
mod support;
mod world;
