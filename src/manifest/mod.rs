//! From files to an [`Intent`](crate::model::Intent), and from a snapshot to files.
//!
//! [`Reading`] reads a project, from disk or from a git revision ([`Files`]), and keeps the texts that places point into; [`schema`] makes the published JSON
//! Schemas, which are also what files are checked against. Whether what the manifests say makes sense is not
//! decided here but in `check`.

mod access_tests;
mod asking;
mod document;
mod files;
mod folders;
mod gather;
mod guards_file;
mod lay;
mod ledger_document;
mod load;
mod load_access;
mod member;
mod policy_file;
mod project;
pub mod schema;
pub mod write;

pub use access_tests::{
    ACCESS_TEST_ENDS, AccessTestDocument, AccessTestsDocument, CheckDocument, NeverDocument, WhoCanDocument,
};
pub use asking::{AbilityDocument, AbilityKeys, FieldUseWord, OwnerDocument, WhoDocument};
pub use document::*;
pub use files::{Files, GitError, GitFiles, Revision, Unreadable, revision_of};
pub use folders::{Combination, ManifestsFolder};
pub use gather::Gather;
pub use guards_file::{GuardsDocument, LimitsDocument, ProtectedDocument, Switched};
pub use ledger_document::LedgerDocument;
pub use load::{DeploymentEntry, NoDeployment, Project, Reading, shipped};
pub use load_access::{AccessTestFile, PolicyFile};
pub use member::{MemberDocument, MemberName};
pub use policy_file::{
    DutiesDocument, ExceptionDocument, OfDocument, POLICY_FILE, PolicyDocument, ReachDocument,
};
pub use project::{
    DeploymentDocument, DeploymentKind, MANIFESTS_FOLDER, OwnershipDocument, PROJECT_FILE, ProjectDocument,
};
pub use schema::add_names;
pub use write::{
    Documents, Layout, ProjectFile, SchemaReference, WriteError, WriteOptions, documents, project_from,
    starter,
};
