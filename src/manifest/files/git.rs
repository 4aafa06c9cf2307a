//! Files of a git revision, read with the `git` program.
//!
//! `git` knows every way in which a repository can be stored, and its environment (`GIT_DIR` and the like) means here
//! what it means elsewhere. Two short calls find the revision and list its files; one that stays hands out contents.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use super::disk::plain;
use super::tree::{End, Folder, Miss, Node, ObjectName, Way, at, follow, parse};
use super::{LEADS_BACK, Unreadable, is_hidden};

/// A revision as someone names it: `main`, `HEAD~1`, `v1.2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(String);

impl From<&str> for Revision {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Revision {
    /// The revision as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why nothing can be read from git.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no `git`.
    #[error("cannot run git: it is not installed")]
    NotInstalled,
    /// The folder is in no repository.
    #[error("{folder} is in no git repository")]
    NoRepository {
        /// Which folder, as it is shown.
        folder: String,
    },
    /// The repository has no such revision.
    #[error("the repository has no revision `{0}`")]
    UnknownRevision(Revision),
    /// The repository has no such revision, and not all of its history either.
    #[error(
        "the repository has no revision `{0}`\nhint: it is a shallow clone; `git fetch --unshallow` gets the rest"
    )]
    NotFetched(Revision),
    /// The revision has no such folder.
    #[error("there is no folder `{path}` in revision `{revision}`: {reason}")]
    NoFolder {
        /// The revision.
        revision: Revision,
        /// The path from the root of the repository.
        path: String,
        /// What is there instead.
        reason: String,
    },
    /// Git failed in some other way.
    #[error("git failed: {reason}")]
    Failed {
        /// What it said.
        reason: String,
    },
}

/// The revision of the files in a folder, in short, with `+` when there are changes beyond it. None where the folder is
/// in no repository, or there is no git to ask.
pub fn revision_of(folder: &Path) -> Option<String> {
    let head = run(folder, &["rev-parse", "--short=12", "HEAD"]).ok()?;
    if !head.status.success() {
        return None;
    }
    let name = String::from_utf8_lossy(&head.stdout).trim().to_owned();
    let changes = run(folder, &["status", "--porcelain", "--", "."]).ok()?;
    let changed = !changes.status.success() || !changes.stdout.is_empty();
    Some(if changed { format!("{name}+") } else { name })
}

/// The files of one revision.
#[derive(Debug)]
pub struct GitFiles {
    revision: Revision,
    root: Folder,
    objects: Objects,
}

impl GitFiles {
    /// Opens the files of a revision of the repository that holds the folder `within`, for reading what is at `path`
    /// from the root of the repository.
    ///
    /// # Errors
    /// When there is no git, no repository, no such revision, or no folder at that path.
    pub fn open(within: &Path, revision: &Revision, path: &Path) -> Result<Self, GitError> {
        let tree = tree_of(within, revision)?;
        let listing = run(within, &["ls-tree", "-r", "-z", "--full-tree", tree.as_str()])?;
        if !listing.status.success() {
            return Err(failed(&listing));
        }
        let root = parse(&listing.stdout).ok_or_else(|| GitError::Failed {
            reason: "its listing of the revision is not understood".to_owned(),
        })?;
        let mut files = Self {
            revision: revision.clone(),
            root,
            objects: Objects::open(within)?,
        };
        let reason = match files.way(path) {
            Ok(way) => match at(&files.root, &way) {
                Some(End::Folder(_)) => return Ok(files),
                Some(End::File(_)) => "it is a file".to_owned(),
                None => Miss::Missing.reason(),
            },
            Err(miss) => miss.reason(),
        };
        Err(GitError::NoFolder {
            revision: revision.clone(),
            path: path.display().to_string(),
            reason,
        })
    }

    pub(super) fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        let way = self.way(path).map_err(Miss::reason)?;
        match at(&self.root, &way) {
            Some(End::File(object)) => self.objects.read(object),
            Some(End::Folder(_)) => Err("it is a folder".to_owned()),
            None => Err(Miss::Missing.reason()),
        }
    }

    pub(super) fn exists(&mut self, path: &Path) -> bool {
        self.way(path) != Err(Miss::Missing)
    }

    pub(super) fn is_dir(&mut self, path: &Path) -> bool {
        let way = self.way(path);
        way.is_ok_and(|way| matches!(at(&self.root, &way), Some(End::Folder(_))))
    }

    pub(super) fn is_file(&mut self, path: &Path) -> bool {
        let way = self.way(path);
        way.is_ok_and(|way| matches!(at(&self.root, &way), Some(End::File(_))))
    }

    pub(super) fn walk(&mut self, folder: &Path) -> Option<Vec<Result<PathBuf, Unreadable>>> {
        let mut found = Vec::new();
        match self.way(folder) {
            Ok(way) if matches!(at(&self.root, &way), Some(End::Folder(_))) => {
                self.walk_into(&plain(folder), way, &mut Vec::new(), &mut found);
            }
            Ok(_) | Err(Miss::Missing) => return None,
            Err(miss) => found.push(Err(Unreadable {
                path: folder.to_path_buf(),
                reason: miss.reason(),
            })),
        }
        Some(found)
    }

    /// `above` holds the folders that this one is in, so that links that lead back are noticed.
    fn walk_into(
        &mut self,
        path: &Path,
        way: Way,
        above: &mut Vec<Way>,
        found: &mut Vec<Result<PathBuf, Unreadable>>,
    ) {
        let Some(End::Folder(folder)) = at(&self.root, &way) else {
            return;
        };
        let entries = folder
            .iter()
            .map(|(name, node)| (name.clone(), matches!(node, Node::Link(_))));
        let entries: Vec<(String, bool)> = entries.collect();
        above.push(way);
        for (name, is_link) in entries.into_iter().filter(|(name, _)| !is_hidden(name)) {
            let path = path.join(&name);
            let start = above.last().map_or(&[][..], Vec::as_slice);
            let objects = &mut self.objects;
            let end = follow(&self.root, start, Path::new(&name), |link| {
                objects.read_link(link)
            });
            let reason = match end {
                Ok(end) => match at(&self.root, &end) {
                    Some(End::Folder(_)) if above.contains(&end) => LEADS_BACK.to_owned(),
                    Some(End::Folder(_)) => {
                        self.walk_into(&path, end, above, found);
                        continue;
                    }
                    Some(End::File(_)) => {
                        found.push(Ok(path));
                        continue;
                    }
                    None => Miss::Missing.reason(),
                },
                Err(Miss::Missing) if is_link => "the symbolic link leads nowhere".to_owned(),
                Err(miss) => miss.reason(),
            };
            found.push(Err(Unreadable { path, reason }));
        }
        above.pop();
    }

    pub(super) fn above(&mut self, folder: &Path, name: &str) -> Option<String> {
        let folder = plain(folder);
        let mut above = folder.ancestors().skip(1);
        let above = above.find(|above| self.is_file(&above.join(name)))?;
        Some(self.shown(above))
    }

    pub(super) fn shown(&self, path: &Path) -> String {
        format!("{}:{}", self.revision, super::disk::shown(path))
    }

    fn way(&mut self, path: &Path) -> Result<Way, Miss> {
        let objects = &mut self.objects;
        follow(&self.root, &[], path, |link| objects.read_link(link))
    }
}

/// The tree of a revision. Its name is hexadecimal, so that nothing that was typed reaches git a second time.
fn tree_of(within: &Path, revision: &Revision) -> Result<ObjectName, GitError> {
    let repository = run(within, &["rev-parse", "--git-dir"])?;
    if !repository.status.success() {
        let error = failed(&repository);
        let is_none = String::from_utf8_lossy(&repository.stderr).contains("not a git repository");
        return Err(if is_none {
            GitError::NoRepository {
                folder: super::disk::shown(within),
            }
        } else {
            error
        });
    }
    let tree = format!("{revision}^{{tree}}");
    let tree = run(
        within,
        &["rev-parse", "--verify", "--quiet", "--end-of-options", &tree],
    )?;
    let name = String::from_utf8_lossy(&tree.stdout);
    if let Some(name) = ObjectName::parse(name.trim()).filter(|_| tree.status.success()) {
        return Ok(name);
    }
    let shallow = run(within, &["rev-parse", "--is-shallow-repository"])?;
    Err(if shallow.stdout.starts_with(b"true") {
        GitError::NotFetched(revision.clone())
    } else {
        GitError::UnknownRevision(revision.clone())
    })
}

fn git(within: &Path) -> Command {
    let within = if within.as_os_str().is_empty() {
        Path::new(".")
    } else {
        within
    };
    let mut command = Command::new("git");
    // What git says is compared below, so it has to speak one language.
    command.arg("-C").arg(within).env("LC_ALL", "C");
    command
}

fn run(within: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    git(within)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(cannot_run)
}

fn cannot_run(error: io::Error) -> GitError {
    if error.kind() == io::ErrorKind::NotFound {
        GitError::NotInstalled
    } else {
        GitError::Failed {
            reason: error.to_string(),
        }
    }
}

fn failed(output: &Output) -> GitError {
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("it did not say why");
    GitError::Failed {
        reason: said.strip_prefix("fatal: ").unwrap_or(said).to_owned(),
    }
}

/// A `git cat-file` that hands out the contents of objects, one question at a time.
#[derive(Debug)]
struct Objects {
    process: Child,
    /// Taken when the process is to end.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    fn open(within: &Path) -> Result<Self, GitError> {
        let mut process = git(within)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(cannot_run)?;
        let questions = process.stdin.take();
        let Some(answers) = process.stdout.take() else {
            return Err(GitError::Failed {
                reason: "it has no output".to_owned(),
            });
        };
        Ok(Self {
            process,
            questions,
            answers: BufReader::new(answers),
        })
    }

    /// The contents of an object.
    fn read(&mut self, object: &ObjectName) -> Result<Vec<u8>, String> {
        self.ask(object)
            .map_err(|error| format!("git does not hand out object {}: {error}", object.as_str()))
    }

    fn ask(&mut self, object: &ObjectName) -> io::Result<Vec<u8>> {
        let Some(questions) = &mut self.questions else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        writeln!(questions, "{}", object.as_str())?;
        questions.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        // `OBJECT blob SIZE`, or `OBJECT missing`, or nothing when git gave up.
        let size = head
            .trim_end()
            .split_once(" blob ")
            .and_then(|(_, size)| size.parse::<u64>().ok());
        let Some(size) = size else {
            let rest = head.trim_end().rsplit(' ').next().unwrap_or_default();
            return Err(io::Error::other(format!("it says `{rest}`")));
        };
        let mut contents = Vec::new();
        self.answers.by_ref().take(size).read_to_end(&mut contents)?;
        let mut line_end = [0];
        self.answers.read_exact(&mut line_end)?;
        if u64::try_from(contents.len()).ok() != Some(size) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(contents)
    }

    /// Where a symbolic link leads.
    fn read_link(&mut self, link: &ObjectName) -> Result<String, String> {
        let target = self.read(link)?;
        Ok(String::from_utf8_lossy(&target).into_owned())
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Without questions git ends by itself; one that is already gone needs no waiting for.
        self.questions = None;
        let _ = self.process.wait();
    }
}
