//! What changes nothing, in words. Names are not made safe for a terminal here.

use std::collections::BTreeSet;

use super::words::and;
use crate::access::{Because, Cover, Implied, SingleRight, UnusedSubject};
use crate::model::Principal;

/// More rights than this are counted.
const NAMED: usize = 8;

/// What was found: `rule Leads: …`, `group Team A`.
pub fn subject_words(subject: &UnusedSubject) -> String {
    match subject {
        UnusedSubject::Rule(key) => format!("rule {key}"),
        UnusedSubject::Group(group) => format!("group {group}"),
        UnusedSubject::Member { group, member } => format!("{} in group {group}", member_words(member)),
        UnusedSubject::Profile(profile) => format!("profile {profile}"),
        UnusedSubject::ProfileRights { profile, rights } => {
            format!("profile {profile}: {}", right_list(rights))
        }
        UnusedSubject::Role(role) => format!("role {role}"),
        UnusedSubject::Roles(roles) => format!("roles {}", and(&names(roles))),
        UnusedSubject::Groups(groups) => format!("groups {}", and(&names(groups))),
    }
}

fn member_words(member: &Principal) -> String {
    match member {
        Principal::User(user) => format!("user {user}"),
        Principal::Everyone
        | Principal::Role(_)
        | Principal::RoleAndSubordinates(_)
        | Principal::Group(_) => member.to_string(),
    }
}

fn names<N: ToString>(names: &[N]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn right_list(rights: &[SingleRight]) -> String {
    let mut words: Vec<String> = rights.iter().take(NAMED).map(right_words).collect();
    if rights.len() > NAMED {
        words.push(format!("{} more", rights.len() - NAMED));
    }
    and(&words)
}

fn right_words(right: &SingleRight) -> String {
    match right {
        SingleRight::Permission(id) => id.to_string(),
        SingleRight::Action(module, action) => format!("{action} {module}"),
        SingleRight::Field(module, field) => format!("field {module}.{field}"),
        SingleRight::Profile(profile) => format!("profile {profile}"),
    }
}

/// Why it changes nothing, in one sentence without a full stop.
pub fn because_words(because: &Because) -> String {
    match because {
        Because::Default(module, Some(default)) => {
            format!(
                "rules have no effect under the default of {module}, {}",
                default.as_str()
            )
        }
        Because::Default(module, None) => format!("rules have no effect under the default of {module}"),
        Because::NoRules(module) => format!("{module} has no rules of its own"),
        Because::PartyMissing(party) => format!("{party} is not there"),
        Because::PartyInactive(group) => format!("group {group} is inactive"),
        Because::NobodyReceives => "nobody who can log in is among its recipients".to_owned(),
        Because::NobodyOwns => "nobody is among the owners whose records it opens".to_owned(),
        Because::Denied => "none of its recipients is permitted what it opens".to_owned(),
        Because::Covered(covers) => covered(covers),
        Because::NobodyIn => "nobody is in it".to_owned(),
        Because::GivesNothing { owns_nothing: true } => {
            "it owns nothing, grants nothing, and is in no rule and in no other group".to_owned()
        }
        Because::GivesNothing { owns_nothing: false } => {
            "it grants nothing, and is in no rule and in no other group; what it owns is not known".to_owned()
        }
        Because::Implied(Implied::Role) => "in it by a role that is listed anyway".to_owned(),
        Because::Implied(Implied::Nested) => "in it through a group within anyway".to_owned(),
        Because::Implied(Implied::PrimaryGroup) => "it is the primary group anyway".to_owned(),
        Because::NoRole => "no role carries it".to_owned(),
        Because::GrantedAnyway => "another profile of each role that carries it grants the same".to_owned(),
        Because::NobodyHas => "nobody has it, no role is below it, and no group grants it".to_owned(),
        Because::Alike => "they have the same superior and permit the same".to_owned(),
        Because::SameMembers => "the same people are in each of them".to_owned(),
        Because::Differ(rights) => {
            format!("they have the same superior and differ in {}", right_list(rights))
        }
    }
}

fn covered(covers: &BTreeSet<Cover>) -> String {
    let words: Vec<String> = covers.iter().map(cover).collect();
    if words.is_empty() {
        return "its recipients reach all of it anyway".to_owned();
    }
    format!("its recipients reach all of it anyway: by {}", and(&words))
}

fn cover(cover: &Cover) -> String {
    match cover {
        Cover::Administrators => "being administrators".to_owned(),
        Cover::Right => "rights that open every record".to_owned(),
        Cover::Default => "the default".to_owned(),
        Cover::Groups => "their groups".to_owned(),
        Cover::Hierarchy => "the hierarchy".to_owned(),
        Cover::Own => "owning it".to_owned(),
        Cover::Rule(key) => format!("rule {key}"),
    }
}
