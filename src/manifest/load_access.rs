//! Reading access tests and policy.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::access_tests::{ACCESS_TEST_ENDS, AccessTestDocument, AccessTestsDocument};
use super::load::{Reading, plain, reason, shown};
use super::policy_file::PolicyDocument;
use super::project::PROJECT_FILE;
use super::schema;
use crate::text::{Code, Diagnostic, SourceId, Spanned};

/// The access tests of one file.
#[derive(Debug)]
pub struct AccessTestFile {
    /// The file.
    pub source: SourceId,
    /// Whether it fits its schema. What did not was reported and cut out.
    pub intact: bool,
    /// Its tests, in the order of the file.
    pub tests: Vec<Spanned<AccessTestDocument>>,
}

/// A policy as it is written.
#[derive(Debug)]
pub struct PolicyFile {
    /// The file.
    pub source: SourceId,
    /// Whether it fits its schema. What did not was reported and cut out.
    pub intact: bool,
    /// What it says.
    pub document: PolicyDocument,
}

impl Reading {
    /// Reads every file of access tests below a project's folder, by path. Hidden folders are left out, and folders
    /// that are projects of their own.
    pub fn access_tests(&mut self, folder: &Path) -> Vec<AccessTestFile> {
        let paths = self.access_test_paths(folder);
        let Some(schema) = self.compile(schema::access_tests()) else {
            return Vec::new();
        };
        let mut files = Vec::with_capacity(paths.len());
        for path in &paths {
            if let Some(source) = self.file(path) {
                let before = self.diagnostics.errors();
                let document: Option<AccessTestsDocument> = self.checked(source, &schema);
                let intact = self.diagnostics.errors() == before;
                files.extend(document.map(|document| AccessTestFile {
                    source,
                    intact,
                    tests: document.tests,
                }));
            }
        }
        files
    }

    /// Reads a policy. `None` when it cannot be read or says nothing; the diagnostics then say why.
    pub fn policy(&mut self, path: &Path) -> Option<PolicyFile> {
        let source = self.file(path)?;
        let before = self.diagnostics.errors();
        let document = self.document(source, schema::policy())?;
        let intact = self.diagnostics.errors() == before;
        Some(PolicyFile {
            source,
            intact,
            document,
        })
    }

    fn access_test_paths(&mut self, folder: &Path) -> Vec<PathBuf> {
        let walk = WalkDir::new(folder)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| {
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                let other_project = entry.file_type().is_dir() && entry.path().join(PROJECT_FILE).is_file();
                entry.depth() == 0 || !(hidden || other_project)
            });
        let mut paths = Vec::new();
        for entry in walk {
            match entry {
                Ok(entry) => {
                    if is_access_test(entry.path()) && entry.file_type().is_file() {
                        paths.push(plain(entry.path()));
                    }
                }
                // What a loop leads back to is read where it is.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let place = error.path().unwrap_or(folder).to_path_buf();
                    let why = error.io_error().map_or_else(|| error.to_string(), reason);
                    let message = format!("cannot read {}: {why}", shown(&place));
                    self.diagnostics
                        .push(Diagnostic::error(Code::UnreadableFile, message));
                }
            }
        }
        paths
    }
}

/// Whether a file holds access tests, by its name.
pub(super) fn is_access_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ACCESS_TEST_ENDS.iter().any(|end| name.ends_with(end))
}
