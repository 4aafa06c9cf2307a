//! rolecall: access control of CRM and contact-centre systems as code.
//!
//! The rooms and the direction of the arrows between them are described in `ARCHITECTURE.md`.

pub mod access;
pub mod apply;
pub mod check;
pub mod cli;
pub mod deployment;
pub mod ledger;
pub mod manifest;
pub mod model;
pub mod plan;
pub mod policy;
pub mod report;
pub mod system;
pub mod text;
