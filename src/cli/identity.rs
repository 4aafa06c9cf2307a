//! Who applies, for the ledger and the lock.

/// Who runs this: whoever a pipeline says it runs for, else the user, and on which machine.
pub(super) fn who() -> String {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let pipeline = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_USER_ID"];
    let user = ["USER", "LOGNAME", "USERNAME"];
    let name = pipeline.iter().chain(&user).find_map(set);
    format!("{}@{host}", name.unwrap_or_else(|| "unknown".to_owned()))
}
