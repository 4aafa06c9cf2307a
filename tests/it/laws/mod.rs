//! What must hold for every state of every system.
//!
//! Each test is one law over generated cases (`world`). To look further than a build does:
//! `PROPTEST_CASES=5000 PROPTEST_RNG_SEED=7 cargo test --test it laws`.

mod back;
mod found;
mod manifests;
mod planning;
mod refusals;
mod reports;
mod selection;
mod store;
