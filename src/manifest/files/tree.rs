//! The files of a revision as a tree of names, and the way that a path takes through it.

use std::collections::BTreeMap;
use std::path::{Component, Path};

/// How many symbolic links one path may go through, as on Linux.
const MAX_LINKS: usize = 40;

/// The hexadecimal name of an object of a git repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ObjectName(String);

impl ObjectName {
    /// The name, if that is what the text is: hexadecimal digits and nothing else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_name.then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One entry of a folder.
#[derive(Debug)]
pub(super) enum Node {
    /// A folder and what is in it.
    Folder(Folder),
    /// A file.
    File(ObjectName),
    /// A symbolic link; the object holds where it leads.
    Link(ObjectName),
    /// A commit of another repository.
    Submodule,
}

/// What is in a folder, by name.
pub(super) type Folder = BTreeMap<String, Node>;

/// Why a path leads to nothing that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// There is nothing.
    Missing,
    /// It leads out of the repository.
    Outside,
    /// It leads into a submodule.
    Submodule,
    /// It goes through too many symbolic links, mostly because they lead to each other.
    Links,
    /// A symbolic link could not be read, and why.
    Unreadable(String),
}

impl Miss {
    /// Why, for people.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Missing => "it is not in this revision".to_owned(),
            Self::Outside => "it leads out of the repository".to_owned(),
            Self::Submodule => "it is in a submodule, whose files are in another repository".to_owned(),
            Self::Links => "it goes through too many symbolic links".to_owned(),
            Self::Unreadable(reason) => reason,
        }
    }
}

/// The names on the way from the root to a file or folder, without links in it.
pub(super) type Way = Vec<String>;

/// Reads the tree that `git ls-tree -r -z` printed. `None` when it is not that.
///
/// A name that is not UTF-8 is kept with replacement characters: what is read is its object.
pub(super) fn parse(listing: &[u8]) -> Option<Folder> {
    let mut root = Folder::new();
    for line in listing.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let head = std::str::from_utf8(&line[..tab]).ok()?;
        let path = String::from_utf8_lossy(&line[tab + 1..]);
        let [mode, kind, object] = head.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let object = ObjectName::parse(object)?;
        let node = match (kind, mode) {
            ("commit", _) => Node::Submodule,
            ("blob", "120000") => Node::Link(object),
            ("blob", _) => Node::File(object),
            (_, _) => return None,
        };
        let (folders, name) = match path.rsplit_once('/') {
            Some((folders, name)) => (Some(folders), name),
            None => (None, path.as_ref()),
        };
        let mut folder = &mut root;
        for part in folders.into_iter().flat_map(|folders| folders.split('/')) {
            let inner = folder
                .entry(part.to_owned())
                .or_insert_with(|| Node::Folder(Folder::new()));
            let Node::Folder(inner) = inner else { return None };
            folder = inner;
        }
        folder.insert(name.to_owned(), node);
    }
    Some(root)
}

/// What is at the end of a way.
pub(super) enum End<'a> {
    /// A folder.
    Folder(&'a Folder),
    /// A file.
    File(&'a ObjectName),
}

/// What a way leads to.
pub(super) fn at<'a>(root: &'a Folder, way: &[String]) -> Option<End<'a>> {
    let mut folder = root;
    for (index, part) in way.iter().enumerate() {
        match folder.get(part)? {
            Node::Folder(inner) => folder = inner,
            Node::File(object) if index + 1 == way.len() => return Some(End::File(object)),
            Node::File(_) | Node::Link(_) | Node::Submodule => return None,
        }
    }
    Some(End::Folder(folder))
}

/// The way that a path takes from the folder at `start`, through symbolic links, which `read_link` reads.
pub(super) fn follow(
    root: &Folder,
    start: &[String],
    path: &Path,
    mut read_link: impl FnMut(&ObjectName) -> Result<String, String>,
) -> Result<Way, Miss> {
    let mut way: Way = start.to_vec();
    // What is still to go, the next part last.
    let mut left = parts(path)?;
    left.reverse();
    let mut links = 0;
    while let Some(part) = left.pop() {
        if part == ".." {
            way.pop().ok_or(Miss::Outside)?;
            continue;
        }
        let Some(End::Folder(folder)) = at(root, &way) else {
            return Err(Miss::Missing);
        };
        match folder.get(&part) {
            None => return Err(Miss::Missing),
            Some(Node::Folder(_) | Node::File(_)) => way.push(part),
            Some(Node::Submodule) => return Err(Miss::Submodule),
            Some(Node::Link(object)) => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Miss::Links);
                }
                let target = read_link(object).map_err(Miss::Unreadable)?;
                left.extend(parts(Path::new(&target))?.into_iter().rev());
            }
        }
    }
    Ok(way)
}

/// The parts of a path; one from the root of a disk leads out of the repository.
fn parts(path: &Path) -> Result<Vec<String>, Miss> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::ParentDir => parts.push("..".to_owned()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return Err(Miss::Outside),
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree in which every object is called by a digit, and link `3` leads to `target`.
    fn way(path: &str, target: &str) -> Result<String, Miss> {
        let listing = "100644 blob 1\ta/b/file.yaml\0\
                       100755 blob 2\ta/other\0\
                       120000 blob 3\ta/link\0\
                       160000 commit 4\ta/module\0";
        let root = parse(listing.as_bytes()).expect("it is a listing");
        follow(&root, &[], Path::new(path), |_| Ok(target.to_owned())).map(|way| way.join("/"))
    }

    #[test]
    fn ways() {
        let outside = Err(Miss::Outside);
        for (path, target, expected) in [
            ("", "", Ok("")),
            (".", "", Ok("")),
            ("a/b/file.yaml", "", Ok("a/b/file.yaml")),
            ("a/./b/../other", "", Ok("a/other")),
            ("a/missing", "", Err(Miss::Missing)),
            ("a/other/below", "", Err(Miss::Missing)),
            ("../a", "", outside.clone()),
            ("/a", "", outside.clone()),
            ("a/module/file", "", Err(Miss::Submodule)),
            ("a/link", "other", Ok("a/other")),
            ("a/link/file.yaml", "../a/b", Ok("a/b/file.yaml")),
            ("a/link", "../../etc/passwd", outside.clone()),
            ("a/link", "/etc/passwd", outside),
            ("a/link", "nothing", Err(Miss::Missing)),
            ("a/link", "link", Err(Miss::Links)),
        ] {
            assert_eq!(
                way(path, target),
                expected.map(str::to_owned),
                "{path} -> {target}"
            );
        }
    }

    #[test]
    fn what_is_no_listing_is_no_tree() {
        for listing in [
            "100644 blob 1 a",
            "100644 blob x\ta",
            "100644 tree 1\ta",
            "blob 1\ta",
        ] {
            assert!(parse(listing.as_bytes()).is_none(), "{listing}");
        }
    }
}
