//! Files on disk.

use std::fs;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::{LEADS_BACK, Unreadable, is_hidden};

pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| reason(&error))
}

pub(super) fn walk(folder: &Path) -> Option<Vec<Result<PathBuf, Unreadable>>> {
    if !folder.is_dir() {
        return None;
    }
    let walk = WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    let entries =
        walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(&entry.file_name().to_string_lossy()));
    let found = entries.filter_map(|entry| match entry {
        Ok(entry) if entry.file_type().is_file() => Some(Ok(plain(entry.path()))),
        Ok(_) => None,
        Err(error) => Some(Err(Unreadable {
            path: error.path().unwrap_or(folder).to_path_buf(),
            reason: if error.loop_ancestor().is_some() {
                LEADS_BACK.to_owned()
            } else {
                error.io_error().map_or_else(|| error.to_string(), reason)
            },
        })),
    });
    Some(found.collect())
}

pub(super) fn above(folder: &Path, name: &str) -> Option<String> {
    let folder = std::path::absolute(folder).ok()?;
    let above = folder
        .ancestors()
        .skip(1)
        .find(|above| above.join(name).is_file())?;
    Some(above.display().to_string())
}

/// A path as it is shown; the current folder is `.`.
pub(super) fn shown(path: &Path) -> String {
    let path = plain(path);
    if path.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        path.display().to_string()
    }
}

/// A path without `.` in it, for reading and showing.
pub(in crate::manifest) fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|component| *component != Component::CurDir)
        .collect()
}

/// The reason of an IO error, without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}
