//! A ledger in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::event::{ApplyId, Event};
use super::{LedgerError, Line};
use crate::model::Digest;

/// A ledger in a file, open for adding. Applies to two deployments of a project may add to it at the same time: each
/// line is written under a lock of the file.
#[derive(Debug)]
pub struct FileLedger {
    path: PathBuf,
    file: File,
    /// The hash of the last line, and how long the file is up to its end.
    head: Digest,
    length: u64,
}

impl FileLedger {
    /// Opens the file, and makes it and the folders above where they are missing. What a killed writer left of a last
    /// line is taken off: it was never kept.
    ///
    /// # Errors
    /// When it cannot be read or written, or a line is not understood.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let failed = |error: std::io::Error| failed(path, "written", &error);
        let mut file = open_kept(path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let end = end_of(path, &mut file);
        file.unlock().map_err(failed)?;
        let (head, length) = end?;
        sync_folder(path);
        Ok(Self {
            path: path.to_owned(),
            file,
            head,
            length,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn append(
        &mut self,
        at: jiff::Timestamp,
        apply: &ApplyId,
        event: Event,
    ) -> Result<Digest, LedgerError> {
        let path = self.path.clone();
        let failed = |error: std::io::Error| failed(&path, "written", &error);
        self.file.lock().map_err(failed)?;
        let added = self.add(at, apply, event);
        self.file.unlock().map_err(failed)?;
        added
    }

    /// Adds a line after the last one, which may be someone else's by now.
    fn add(&mut self, at: jiff::Timestamp, apply: &ApplyId, event: Event) -> Result<Digest, LedgerError> {
        let length = self.file.metadata().map(|metadata| metadata.len());
        if length.map_err(|error| failed(&self.path, "written", &error))? != self.length {
            (self.head, self.length) = end_of(&self.path, &mut self.file)?;
        }
        let line = Line::following(self.head, at, apply, event)
            .map_err(|error| failed(&self.path, "written", &std::io::Error::from(error)))?;
        let head = line.hash();
        let mut text = line.text;
        text.push('\n');
        let written = self
            .file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data());
        written.map_err(|error| failed(&self.path, "written", &error))?;
        self.head = head;
        self.length += text.len() as u64;
        Ok(head)
    }
}

/// Opens a file for reading and writing as it is, and makes it and the folders above where they are missing.
pub(super) fn open_kept(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path)
}

/// Takes off what a killed writer left of a last line and goes to the end: the hash of the last line, and how long the
/// file is.
fn end_of(path: &Path, file: &mut File) -> Result<(Digest, u64), LedgerError> {
    let failed = |error: std::io::Error| failed(path, "written", &error);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    file.read_to_end(&mut bytes).map_err(failed)?;
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    if whole < bytes.len() {
        file.set_len(whole as u64).map_err(failed)?;
        file.sync_data().map_err(failed)?;
    }
    let lines = parse(path, &bytes[..whole])?;
    let head = lines.last().map_or(Digest::ZERO, Line::hash);
    file.seek(SeekFrom::End(0)).map_err(failed)?;
    Ok((head, whole as u64))
}

/// Every line of a ledger; none where there is no file.
pub(super) fn read(path: &Path) -> Result<Vec<Line>, LedgerError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(path, "read", &error)),
    };
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    parse(path, &bytes[..whole])
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<Line>, LedgerError> {
    let place = path.display().to_string();
    let mut lines = Vec::new();
    for (at, bytes) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| LedgerError::NotUnderstood {
            place: place.clone(),
            line: at + 1,
            reason: error.to_string(),
        })?;
        lines.push(Line::parse(&place, at + 1, text.to_owned())?);
    }
    Ok(lines)
}

/// Makes sure that a new file is found in its folder after a crash. Not every system can; then there is nothing to do.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}

fn failed(path: &Path, doing: &'static str, error: &std::io::Error) -> LedgerError {
    LedgerError::Failed {
        place: path.display().to_string(),
        doing,
        reason: error.to_string(),
    }
}
