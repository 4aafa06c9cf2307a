//! End-to-end tests: one binary, by feature.

#![allow(missing_docs, clippy::unwrap_used)]

mod examples;
mod generated;
mod refused;
mod support;
