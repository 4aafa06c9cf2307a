//! Reading access tests and policy.

use std::path::{Path, PathBuf};

use super::access_tests::{ACCESS_TEST_ENDS, AccessTestDocument, AccessTestsDocument};
use super::files::{Unreadable, plain};
use super::load::Reading;
use super::policy_file::PolicyDocument;
use super::project::PROJECT_FILE;
use super::schema;
use crate::text::{SourceId, Spanned};

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
        let mut paths = Vec::new();
        for found in self.files.walk(folder).into_iter().flatten() {
            match found {
                Ok(path) => {
                    if is_access_test(&path) && !self.is_of_other_project(&path, folder) {
                        paths.push(path);
                    }
                }
                // What a loop leads back to is read where it is.
                Err(unreadable) if unreadable.leads_back() => {}
                Err(Unreadable { path, reason }) => {
                    if !self.is_of_other_project(&path, folder) {
                        self.unreadable(&path, &reason);
                    }
                }
            }
        }
        paths
    }

    /// Whether a folder between a path and the project's folder is a project of its own.
    fn is_of_other_project(&mut self, path: &Path, folder: &Path) -> bool {
        let (path, folder) = (plain(path), plain(folder));
        let mut between = path.ancestors().skip(1).take_while(|above| *above != folder);
        between.any(|above| self.files.is_file(&above.join(PROJECT_FILE)))
    }
}

/// Whether a file holds access tests, by its name.
pub(super) fn is_access_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ACCESS_TEST_ENDS.iter().any(|end| name.ends_with(end))
}
