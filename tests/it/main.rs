//! End-to-end tests: one binary, by feature.

#![allow(missing_docs, clippy::unwrap_used)]

mod commands;
mod examples;
mod generated;
mod input;
mod refused;
mod support;
