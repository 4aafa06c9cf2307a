//! Where the files of a project are: on disk, or in a revision of a git repository.
//!
//! A project reads alike from both. What a revision links to is followed within that revision and never on disk, so
//! that a project from elsewhere cannot show what is on this machine. Nothing here writes.

mod disk;
mod git;
mod tree;

use std::path::{Path, PathBuf};

pub(super) use disk::plain;
pub use git::{GitError, GitFiles, Revision, revision_of};

/// The files that a project is read from.
#[derive(Debug, Default)]
pub enum Files {
    /// Those on disk; paths are as the operating system takes them.
    #[default]
    Disk,
    /// Those of a git revision; paths are relative to the root of the repository.
    Git(GitFiles),
}

/// A file or folder that is there and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Which one.
    pub path: PathBuf,
    /// Why, in lower case and without a full stop.
    pub reason: String,
}

impl Unreadable {
    /// Whether it is a link to a folder that the link itself is in: what is there is found without the link.
    pub fn leads_back(&self) -> bool {
        self.reason == LEADS_BACK
    }
}

impl Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be read: why, in lower case and without a full stop.
    pub fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        match self {
            Self::Disk => disk::read(path),
            Self::Git(files) => files.read(path),
        }
    }

    /// Whether anything is there. What is there and cannot be looked at is found out by reading it.
    pub fn exists(&mut self, path: &Path) -> bool {
        match self {
            Self::Disk => path.exists(),
            Self::Git(files) => files.exists(path),
        }
    }

    /// Whether a folder is there.
    pub fn is_dir(&mut self, path: &Path) -> bool {
        match self {
            Self::Disk => path.is_dir(),
            Self::Git(files) => files.is_dir(path),
        }
    }

    /// Whether a file is there.
    pub fn is_file(&mut self, path: &Path) -> bool {
        match self {
            Self::Disk => path.is_file(),
            Self::Git(files) => files.is_file(path),
        }
    }

    /// The files below a folder, ordered by name, folder by folder; hidden ones are left out, symbolic links are
    /// followed. `None` when there is no such folder.
    pub fn walk(&mut self, folder: &Path) -> Option<Vec<Result<PathBuf, Unreadable>>> {
        match self {
            Self::Disk => disk::walk(folder),
            Self::Git(files) => files.walk(folder),
        }
    }

    /// The nearest folder above this one that holds a file of this name, as it is shown.
    pub fn above(&mut self, folder: &Path, name: &str) -> Option<String> {
        match self {
            Self::Disk => disk::above(folder, name),
            Self::Git(files) => files.above(folder, name),
        }
    }

    /// A path as diagnostics show it: `manifests/groups.yaml`, `main:access/manifests/groups.yaml`.
    pub fn shown(&self, path: &Path) -> String {
        match self {
            Self::Disk => disk::shown(path),
            Self::Git(files) => files.shown(path),
        }
    }
}

/// Files whose name begins with a dot are not looked at.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// What both kinds of files say of a link to a folder that the link itself is in.
const LEADS_BACK: &str = "a symbolic link leads back to a folder above it";
