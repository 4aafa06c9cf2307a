//! End-to-end tests, one binary.
//!
//! `world` makes states of every system, `laws` says what must hold for all of them.

mod laws;
mod world;
