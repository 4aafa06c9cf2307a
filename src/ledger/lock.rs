//! The lock of a deployment: one apply at a time.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::LedgerError;
use super::file::open_kept;

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who applies.
    pub who: String,
    /// The process.
    pub process: u32,
    /// Since when.
    pub since: jiff::Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.since.strftime("%Y-%m-%d %H:%M:%S UTC");
        write!(f, "{} (process {}) since {since}", self.who, self.process)
    }
}

/// A lock that is held until this is dropped. The system gives it back when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock whose file is at `path`, for `deployment`.
    ///
    /// # Errors
    /// When someone else holds it, or the file cannot be written.
    pub fn take(path: &Path, deployment: &str, holder: &Holder) -> Result<Self, LedgerError> {
        let failed = |error: std::io::Error| LedgerError::Failed {
            place: path.display().to_string(),
            doing: "locked",
            reason: error.to_string(),
        };
        let mut file = open_kept(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                return Err(LedgerError::Locked {
                    deployment: deployment.to_owned(),
                    holder: fs::read_to_string(path)
                        .ok()
                        .and_then(|text| serde_json::from_str(&text).ok())
                        .map(Box::new),
                });
            }
        }
        let text = serde_json::to_string(holder).unwrap_or_default();
        file.set_len(0).map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Whoever takes it next says who that is; an unlocked file that still names someone misleads only its reader.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}
