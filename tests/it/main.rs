//! End-to-end tests: one binary, by feature.
//!
//! `support` runs the real binary on small projects. `world` makes states of every system, and `laws` says what
//! must hold for all of them.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod access;
mod access_commands;
mod access_tables;
mod access_tests;
mod applying;
mod asked;
mod commands;
mod definitions;
mod diff;
mod drift;
mod examples;
mod exit_codes;
mod expires;
mod faults;
mod faulty;
mod generated;
mod guards;
mod impact;
mod input;
mod killed;
mod laws;
mod order;
mod overlays;
mod plans;
mod policy;
mod postgres;
mod postgres_server;
mod refused;
mod refused_by_deployment;
mod saved_plans;
mod selection;
mod sources;
mod support;
mod undo;
mod world;
