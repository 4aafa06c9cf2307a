//! Paths from one folder to a file elsewhere.

use std::path::{Component, Path, PathBuf};

/// How a file is reached from a folder: a relative path with `/`, or an absolute one where there is no way.
///
/// Neither needs to exist.
pub(super) fn from_folder(folder: &Path, file: &Path) -> anyhow::Result<String> {
    let folder = normal(&std::path::absolute(folder)?);
    let file = normal(&std::path::absolute(file)?);
    let shared = folder
        .components()
        .zip(file.components())
        .take_while(|(left, right)| left == right)
        .count();
    if shared == 0 {
        return Ok(file.display().to_string());
    }
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = file
        .components()
        .skip(shared)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => normal.push(component),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways() {
        for (folder, file, way) in [
            ("/a/b", "/a/b/c.db", "c.db"),
            ("/a/b", "/a/x/c.db", "../x/c.db"),
            ("/a/./b/../b", "/a/b/.rolecall/c.db", ".rolecall/c.db"),
        ] {
            assert_eq!(from_folder(Path::new(folder), Path::new(file)).unwrap(), way);
        }
    }
}
