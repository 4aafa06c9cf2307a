//! The password for a server, where `psql` finds it: PGPASSWORD, or the file that PGPASSFILE names, or `~/.pgpass`.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// What a line of the file is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// The password, where there is one.
///
/// # Errors
/// When the file cannot be read, or others may read it.
pub(super) fn password(wanted: Wanted<'_>) -> Result<Option<String>, String> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(password) = set("PGPASSWORD") {
        let text = password.into_string();
        return text.map(Some).map_err(|_| "PGPASSWORD is not UTF-8".to_owned());
    }
    if let Some(path) = set("PGPASSFILE") {
        return in_file(Path::new(&path), wanted, true);
    }
    match set("HOME") {
        Some(home) => in_file(&PathBuf::from(home).join(".pgpass"), wanted, false),
        None => Ok(None),
    }
}

fn in_file(path: &Path, wanted: Wanted<'_>, is_named: bool) -> Result<Option<String>, String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let file = match fs::metadata(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound && !is_named => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if file.is_file() && file.permissions().mode() & 0o077 != 0 {
        let path = path.display();
        return Err(format!(
            "others may read the passwords in {path}\nhint: chmod 600 {path}"
        ));
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    Ok(find(&text, wanted))
}

/// The password of the first line that fits: `host:port:database:user:password`, where `*` is anything and a backslash
/// takes a colon for itself.
fn find(text: &str, wanted: Wanted<'_>) -> Option<String> {
    let port = wanted.port.to_string();
    let wanted = [wanted.host, &port, wanted.database, wanted.user];
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let parts: [String; 5] = parts(line).try_into().ok()?;
            let [before @ .., password] = parts;
            let fits = before
                .iter()
                .zip(wanted)
                .all(|(part, wanted)| part == "*" || part == wanted);
            fits.then_some(password)
        })
}

fn parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let character = match character {
            ':' => {
                parts.push(String::new());
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits() {
        let wanted = Wanted {
            host: "db.example",
            port: 5432,
            database: "ledger",
            user: "anna",
        };
        for (text, expected) in [
            ("db.example:5432:ledger:anna:one", Some("one")),
            ("# db.example:5432:ledger:anna:one\n*:*:*:anna:two\n", Some("two")),
            ("db.example:5433:*:*:other\n*:*:*:*:any", Some("any")),
            ("*:*:*:ben:other", None),
            ("*:*:*:*:a\\:b\\\\c", Some("a:b\\c")),
            ("*:*:*", None),
            ("", None),
        ] {
            assert_eq!(find(text, wanted).as_deref(), expected, "{text}");
        }
    }
}
