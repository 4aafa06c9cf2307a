//! The wording of reports: numbers, sentences about objects, reasons.

use super::state::State;
use super::{Action, ChangeReport, ExpiringReport, Follows, StateChange, Totals, Transfer};
use crate::model::{Kind, RoleName, RuleAccess};
use crate::plan::Reason;

/// What was done, in one line, after an apply.
///
/// `done` of `total` steps were taken; the objects are told only when all were, for otherwise the totals of the
/// plan are not what happened.
pub fn applied(totals: &Totals, done: usize, total: usize, seconds: f64) -> String {
    let (done_text, total_text) = (number(done as u64), number(total as u64));
    let steps = if total == 1 { "step" } else { "steps" };
    let line = format!(
        "Applied {done_text} of {total_text} {steps} in {}",
        duration(seconds)
    );
    if done < total {
        return format!("{line}, {} not done", number((total - done) as u64));
    }
    let counts = [
        (totals.create, "created"),
        (totals.update, "updated"),
        (totals.rename, "renamed"),
        (totals.delete, "deleted"),
    ];
    match listed_counts(&counts).as_str() {
        "" => line,
        counts => format!("{line}: {counts}"),
    }
}

fn duration(seconds: f64) -> String {
    if seconds < 59.95 {
        return format!("{:.1} s", seconds.max(0.0));
    }
    // Saturates for absurd values, and nobody waits that long.
    let whole = seconds.round() as u64;
    format!("{} min {} s", number(whole / 60), whole % 60)
}

/// `1 to create, 3 to update`, or that there is nothing.
pub(super) fn planned(totals: &Totals) -> String {
    let counts = [
        (totals.create, "to create"),
        (totals.update, "to update"),
        (totals.rename, "to rename"),
        (totals.delete, "to delete"),
    ];
    listed_counts(&counts)
}

fn listed_counts(counts: &[(usize, &str)]) -> String {
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, what)| format!("{} {what}", number(*count as u64)));
    counts.collect::<Vec<_>>().join(", ")
}

/// A number with thousands separators.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 user`, `1,204 users`.
pub fn count(amount: u64, noun: &str) -> String {
    let plural = if amount == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(amount))
}

/// `1 person`, `42 people`.
pub fn people(amount: u64) -> String {
    match amount {
        1 => "1 person".to_owned(),
        many => format!("{} people", number(many)),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What people call an object of the kind.
pub(super) fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Profile => "profile",
        Kind::Role => "role",
        Kind::Group => "group",
        Kind::SharingDefault => "default",
        Kind::SharingRule => "rule",
        Kind::User => "user",
    }
}

pub(super) fn access(access: RuleAccess) -> &'static str {
    match access {
        RuleAccess::Read => "read",
        RuleAccess::ReadWrite => "read and write",
        RuleAccess::ReadWriteDelete => "read, write and delete",
        RuleAccess::AsPermitted => "as far as their own role permits",
    }
}

/// The line that says which object changes and, where that fits in a line, how.
pub(super) fn headline(change: &ChangeReport) -> String {
    let (noun, name) = (noun(change.kind), &change.name);
    let mut line = match &change.previous_name {
        Some(previous) => format!("{noun} {previous} becomes {name}"),
        None => format!("{noun} {name}"),
    };
    line.push_str(&values(change));
    if let Some(transfer) = &change.transfer {
        line.push_str(&handed_over(change.kind, transfer));
    }
    let mut remarks = Vec::new();
    remarks.extend(change.follows.as_ref().and_then(followers));
    remarks.extend(reason(change));
    remarks.extend(expired(change));
    if !remarks.is_empty() {
        line.push_str(&format!(" ({})", remarks.join("; ")));
    }
    line
}

/// Expired members of one group that are named in a line.
const EXPIRED: usize = 3;

/// Who is taken out because the last day is over, or that the rule is.
fn expired(change: &ChangeReport) -> Option<String> {
    let all = &change.expired;
    let shown = all.iter().take(EXPIRED).map(|expired| match &expired.member {
        Some(member) => format!("{member} expired on {}", expired.expires),
        None => format!("expired on {}", expired.expires),
    });
    let mut words: Vec<String> = shown.collect();
    if all.len() > EXPIRED {
        words.push(format!("{} more expired", number((all.len() - EXPIRED) as u64)));
    }
    (!words.is_empty()).then(|| and(&words))
}

/// What ends soon, and when.
pub(super) fn expires(expiring: &ExpiringReport) -> String {
    let ExpiringReport {
        address,
        member,
        expires,
        days_left,
        ..
    } = expiring;
    let name = address.split_once('.').map_or(&address[..], |(_, name)| name);
    let grant = match member {
        Some(member) => format!("{member} in group {name}"),
        None => format!("rule {name}"),
    };
    let days_left = u64::try_from(*days_left).unwrap_or_default();
    let when = match days_left {
        0 => "today".to_owned(),
        days => format!("in {}", count(days, "day")),
    };
    format!("{grant} expires on {expires}, {when}")
}

/// From what to what, for objects that have one value.
fn values(change: &ChangeReport) -> String {
    let StateChange { before, after, .. } = &change.change;
    match (before, after) {
        (Some(State::Rule { access: old }), Some(State::Rule { access: new })) => {
            format!(", {} → {}", access(*old), access(*new))
        }
        (None, Some(State::Rule { access: only })) | (Some(State::Rule { access: only }), None) => {
            format!(", {}", access(*only))
        }
        (Some(State::Default { default: old }), Some(State::Default { default: new })) => {
            format!(": {} → {}", old.as_str(), new.as_str())
        }
        (None, Some(State::Default { default: only })) => format!(": {}", only.as_str()),
        (Some(State::User { role: old }), Some(State::User { role: new })) => {
            let name = |role: &Option<RoleName>| role.as_ref().map_or("none".to_owned(), RoleName::to_string);
            format!(": role {} → {}", name(old), name(new))
        }
        (_, _) => String::new(),
    }
}

/// Who gets what a deleted object had.
fn handed_over(kind: Kind, transfer: &Transfer) -> String {
    let to = transfer
        .to
        .as_ref()
        .map(|to| format!("{} {}", noun(to.kind), to.name));
    match kind {
        Kind::Role => {
            let (users, go, have) = match transfer.users {
                0 => return ", with no user left in it".to_owned(),
                1 => ("1 user".to_owned(), "goes", "has"),
                users => (count(users, "user"), "go", "have"),
            };
            match to {
                Some(to) => format!(", its {users} {go} to {to}"),
                None => format!(", its {users} then {have} no role"),
            }
        }
        Kind::Group => match (to, transfer.records) {
            (Some(to), 0) => format!(", its records go to {to}"),
            (Some(to), 1) => format!(", its 1 record goes to {to}"),
            (Some(to), records) => format!(", its {} go to {to}", count(records, "record")),
            (None, 0) => String::new(),
            (None, records) => format!(", nobody is named for its {}", count(records, "record")),
        },
        Kind::Profile => to.map_or_else(String::new, |to| format!(", roles with no other get {to}")),
        Kind::SharingDefault | Kind::SharingRule | Kind::User => String::new(),
    }
}

/// What follows a rename, or nothing when nothing does.
fn followers(follows: &Follows) -> Option<String> {
    let counts = [
        (follows.users, "user"),
        (follows.roles, "role"),
        (follows.groups, "group"),
        (follows.rules, "rule"),
        (follows.records, "record"),
    ];
    let total: u64 = counts.iter().map(|(amount, _)| amount).sum();
    let counts = counts.iter().filter(|(amount, _)| *amount > 0);
    let counts: Vec<String> = counts.map(|(amount, noun)| count(*amount, noun)).collect();
    let follow = if total == 1 { "follows" } else { "follow" };
    (total > 0).then(|| format!("{} {follow}", and(&counts)))
}

/// Why, where the line and its place do not say it already.
fn reason(change: &ChangeReport) -> Option<String> {
    if change.reason == Reason::ReferredToRemoved {
        let removed = change.because.iter();
        let removed: Vec<String> = removed
            .map(|each| format!("{} {}", noun(each.kind), each.name))
            .collect();
        return Some(match removed.len() {
            0 => "follows from another change".to_owned(),
            1 => format!("refers to {}, which is removed", and(&removed)),
            _ => format!("refers to {}, which are removed", and(&removed)),
        });
    }
    let unnamed = change.reason == Reason::NotNamed && change.change.has(Action::Delete);
    // A rule whose module is listed in a manifest points there.
    unnamed.then(|| match (change.kind, &change.place) {
        (Kind::SharingRule, Some(_)) => "no manifest lists it".to_owned(),
        (kind, _) => format!("in no manifest, and the project owns every {}", noun(kind)),
    })
}
