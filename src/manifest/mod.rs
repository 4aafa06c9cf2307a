//! From files to an [`Intent`](crate::model::Intent), and from a snapshot to files.
//!
//! [`Reading`] reads a project, from disk or from a git revision ([`Files`]), and keeps the texts that places point into; [`schema`] makes the published JSON
//! Schemas, which are also what files are checked against. Whether what the manifests say makes sense is not
//! decided here but in `check`.

mod document;
mod files;
mod gather;
mod load;
mod member;
mod project;
pub mod schema;
pub mod write;

pub use document::*;
pub use files::{Files, GitError, GitFiles, Revision, Unreadable};
pub use gather::Gather;
pub use load::{DeploymentEntry, Project, Reading, shipped};
pub use member::{MemberDocument, MemberName};
pub use project::{
    DeploymentDocument, DeploymentKind, MANIFESTS_FOLDER, OwnershipDocument, PROJECT_FILE, ProjectDocument,
};
pub use schema::add_names;
pub use write::{
    Documents, Layout, ProjectFile, SchemaReference, WriteError, WriteOptions, documents, project_from,
    starter,
};
