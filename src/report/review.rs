//! What is to be certified again, in words: per person, per group, per role.
//!
//! A decision is a line of the table: something that can be taken away, and from where.

use serde::Serialize;

use super::layout::visible;
use super::matrix::{MatrixLine, ability_place, matrix_terminal, wrap};
use super::ways::way_steps;
use crate::access::{AdministratorBy, MemberBatch, PersonReview, Step, Through};
use crate::model::{Group, GroupName, RuleKey, UserName};
use crate::system::System;

/// More people than this are counted where people read.
const NAMED: usize = 12;

/// One thing to certify: person, kind, what, way, source. The last column, `keep`, is for the answer.
pub type Decision = [String; 6];

/// The columns of the table; the last is for the answer.
pub const DECISION_COLUMNS: [&str; 6] = ["person", "kind", "what", "way", "source", "keep"];

/// A person, in words.
#[derive(Clone, Debug, Serialize)]
pub struct PersonReviewReport {
    /// The login name.
    pub user: String,
    /// Whether the person can log in.
    pub active: bool,
    /// The role.
    pub role: Option<String>,
    /// Why the person is an administrator in effect, if so.
    pub administrator: Option<String>,
    /// The groups and how the person is in each.
    pub groups: Vec<GroupLine>,
    /// Groups that the person leads or is the deputy of.
    pub leads: Vec<String>,
    /// Rules for the person by name.
    pub rules: Vec<String>,
    /// What the person can do, by module.
    pub modules: Vec<ModuleLine>,
}

/// A group that a person is in.
#[derive(Clone, Debug, Serialize)]
pub struct GroupLine {
    /// Which.
    pub group: String,
    /// How.
    pub way: String,
}

/// What a person can do on a module.
#[derive(Clone, Debug, Serialize)]
pub struct ModuleLine {
    /// The module; `permissions`, `services` or `roles`, or the area of an authorisation.
    pub module: String,
    /// The actions.
    pub actions: Vec<ActionLine>,
}

/// What a person can do.
#[derive(Clone, Debug, Serialize)]
pub struct ActionLine {
    /// The action.
    pub action: String,
    /// The level of the right; none where it does not rest on one.
    pub level: Option<&'static str>,
    /// How many users and groups it reaches; none where it is about nobody.
    pub owners: Option<u64>,
    /// Whether that is everyone.
    pub everyone: bool,
}

/// A person in words.
pub fn person_report(person: &PersonReview<'_>) -> PersonReviewReport {
    let groups = person.groups.iter().map(|held| GroupLine {
        group: held.group.to_string(),
        way: way_steps(held.way),
    });
    let mut modules: Vec<ModuleLine> = Vec::new();
    for had in &person.had {
        let (module, action) = ability_place(had.ability);
        let line = ActionLine {
            action,
            level: had.level.map(crate::model::Level::as_str),
            owners: had.owners,
            everyone: had.everyone,
        };
        match modules.last_mut().filter(|last| last.module == module) {
            Some(last) => last.actions.push(line),
            None => modules.push(ModuleLine {
                module,
                actions: vec![line],
            }),
        }
    }
    PersonReviewReport {
        user: person.user.to_string(),
        active: person.active,
        role: person.role.as_ref().map(ToString::to_string),
        administrator: person.administrator.map(administrator),
        groups: groups.collect(),
        leads: person.leads.iter().map(ToString::to_string).collect(),
        rules: person.rules.iter().map(ToString::to_string).collect(),
        modules,
    }
}

pub(super) fn administrator(by: &AdministratorBy) -> String {
    match by {
        AdministratorBy::Mark => "marked as administrator".to_owned(),
        AdministratorBy::SuperRole(role) => format!("role {role} may do everything"),
        AdministratorBy::Permission(permission) => format!("permission {permission}"),
    }
}

/// The object in which a membership is written: the innermost group of the way, or the user with a primary group.
pub(super) fn written_in(user: &UserName, group: &GroupName, way: &[Step]) -> String {
    let innermost = way.iter().find_map(|step| match step {
        Step::Group { group, through } => Some((group, through)),
        Step::Role(_)
        | Step::Head(_)
        | Step::Deputy(_)
        | Step::Administrator
        | Step::SuperRole
        | Step::Global { .. }
        | Step::Right
        | Step::Level(_)
        | Step::Own
        | Step::Created
        | Step::GroupOwned
        | Step::Above(_)
        | Step::GroupBelow(_)
        | Step::Default { .. }
        | Step::Rule { .. }
        | Step::Below(_)
        | Step::Given
        | Step::Feature(_) => None,
    });
    match innermost {
        Some((_, Through::PrimaryGroup)) => format!("user {user}"),
        Some((innermost, _)) => format!("group {innermost}"),
        None => format!("group {group}"),
    }
}

fn decision(person: &str, kind: &str, what: &str, way: &str, source: &str) -> Decision {
    [person, kind, what, way, source, ""].map(str::to_owned)
}

/// A person for people to read.
pub fn person_terminal(person: &PersonReviewReport) -> String {
    let mut head = vec![visible(&person.user)];
    head.extend(person.role.iter().map(|role| format!("role {}", visible(role))));
    head.extend((!person.active).then(|| "cannot log in".to_owned()));
    let administrator = person.administrator.iter();
    head.extend(administrator.map(|by| format!("ADMINISTRATOR: {}", visible(by))));
    let mut text = format!("\n{}\n", head.join(" · "));
    for line in &person.groups {
        text.push_str(&format!(
            "  in {} ({})\n",
            visible(&line.group),
            visible(&line.way)
        ));
    }
    for group in &person.leads {
        text.push_str(&format!("  leads {}\n", visible(group)));
    }
    for rule in &person.rules {
        text.push_str(&format!("  rule {}\n", visible(rule)));
    }
    // Modules on which the same can be done are told together, where the first of them stands.
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for module in &person.modules {
        let actions: Vec<String> = module.actions.iter().map(action_words).collect();
        let actions = actions.join(", ");
        match told.iter_mut().find(|(known, _)| *known == actions) {
            Some((_, modules)) => modules.push(visible(&module.module)),
            None => told.push((actions, vec![visible(&module.module)])),
        }
    }
    for (actions, modules) in told {
        text.push_str(&wrap(&format!("  {}: {actions}", modules.join(", ")), 4));
        text.push('\n');
    }
    text
}

fn action_words(action: &ActionLine) -> String {
    let name = visible(&action.action);
    match action.owners {
        None => name,
        Some(_) if action.everyone => format!("{name} everyone"),
        Some(owners) => format!("{name} {owners}"),
    }
}

/// A group, in words.
#[derive(Clone, Debug, Serialize)]
pub struct GroupReviewReport {
    /// Which.
    pub group: String,
    /// Whether it gives what it gives.
    pub active: bool,
    /// Who is in it, and how.
    pub members: Vec<MemberLine>,
    /// How many records it owns, where the deployment counts them.
    pub records: u64,
    /// Rules that are for it.
    pub rules_to: Vec<String>,
    /// Rules that open what it owns.
    pub rules_from: Vec<String>,
    /// Roles that it grants.
    pub roles: Vec<String>,
    /// Services that it allows.
    pub services: Vec<String>,
    /// What its members may know and do about each other: a level or `special`.
    pub authorisations: Option<String>,
    /// What its head and deputy may know and do about the members.
    pub head_authorisations: Option<String>,
    /// The head and the deputy.
    pub heads: Vec<String>,
}

/// A member of a group.
#[derive(Clone, Debug, Serialize)]
pub struct MemberLine {
    /// Who.
    pub user: String,
    /// Whether the member can log in.
    pub active: bool,
    /// How.
    pub way: String,
    /// The group in which the membership is written.
    #[serde(skip)]
    source: String,
}

impl GroupReviewReport {
    /// A group in words. `rules` are those to it and those from it.
    pub fn new(
        name: &GroupName,
        group: &Group,
        batches: &[MemberBatch],
        rules: (&[&RuleKey], &[&RuleKey]),
        records: u64,
    ) -> Self {
        let members = batches.iter().flat_map(|batch| {
            let way = way_steps(&batch.way);
            batch.users.iter().map(move |(user, active)| MemberLine {
                user: user.to_string(),
                active: *active,
                way: way.clone(),
                source: written_in(user, name, &batch.way),
            })
        });
        let mut members: Vec<MemberLine> = members.collect();
        members.sort_by(|left, right| left.user.cmp(&right.user));
        let words = |rules: &[&RuleKey]| rules.iter().map(ToString::to_string).collect();
        Self {
            group: name.to_string(),
            active: group.status == crate::model::Status::Active,
            members,
            records,
            rules_to: words(rules.0),
            rules_from: words(rules.1),
            roles: group.roles.iter().map(ToString::to_string).collect(),
            services: group.services.iter().map(ToString::to_string).collect(),
            authorisations: group.authorisations.as_ref().map(authorisations),
            head_authorisations: group.head_authorisations.as_ref().map(authorisations),
            heads: group
                .head
                .iter()
                .chain(&group.deputy)
                .map(ToString::to_string)
                .collect(),
        }
    }

    /// What the group gives, each with its kind.
    fn gives(&self) -> Vec<(&'static str, String)> {
        let mut gives = Vec::new();
        let mut all = |kind, names: &[String]| {
            gives.extend(names.iter().map(|name| (kind, name.clone())));
        };
        all("head", &self.heads);
        all("role", &self.roles);
        all("service", &self.services);
        all("rule to it", &self.rules_to);
        all("rule from it", &self.rules_from);
        gives.extend(
            self.authorisations
                .iter()
                .map(|level| ("authorisations", level.clone())),
        );
        let of_head = self.head_authorisations.iter();
        gives.extend(of_head.map(|level| ("head authorisations", level.clone())));
        if self.records > 0 {
            gives.push(("owned records", self.records.to_string()));
        }
        gives
    }
}

fn authorisations(given: &crate::model::Authorisations) -> String {
    match given {
        crate::model::Authorisations::Level(level) => format!("level {level}"),
        crate::model::Authorisations::Special(areas) => {
            let areas = areas.iter().map(|(area, rights)| {
                let rights: Vec<String> = rights.iter().map(ToString::to_string).collect();
                format!("{area} ({})", rights.join(", "))
            });
            areas.collect::<Vec<_>>().join("; ")
        }
    }
}

/// What is to be certified of a group: its members, and what it gives.
pub fn group_decisions(group: &GroupReviewReport) -> Vec<Decision> {
    let source = format!("group {}", group.group);
    let members = group.members.iter();
    let members =
        members.map(|member| decision(&member.user, "member", &group.group, &member.way, &member.source));
    let mut decisions: Vec<Decision> = members.collect();
    let gives = group.gives().into_iter();
    decisions.extend(gives.map(|(kind, what)| match kind {
        "head" => decision(&what, kind, &group.group, "", &source),
        _ => decision("", kind, &what, "", &source),
    }));
    decisions
}

/// A group for people to read.
pub fn group_terminal(group: &GroupReviewReport) -> String {
    let count = group.members.len();
    let note = if group.active { "" } else { " · inactive" };
    let mut text = format!("\n{} · {count} {}{note}\n", visible(&group.group), people(count));
    let mut ways: Vec<(&str, Vec<String>)> = Vec::new();
    for member in &group.members {
        let name = visible(&member.user);
        match ways.iter_mut().find(|(way, _)| *way == member.way) {
            Some((_, users)) => users.push(name),
            None => ways.push((&member.way, vec![name])),
        }
    }
    for (way, users) in ways {
        text.push_str(&format!("  {}: {}\n", visible(way), named(&users)));
    }
    for (kind, what) in group.gives() {
        text.push_str(&format!("  {kind}: {}\n", visible(&what)));
    }
    text
}

/// A role, in words.
#[derive(Clone, Debug, Serialize)]
pub struct RoleReviewReport {
    /// Which.
    pub role: String,
    /// Everyone who holds it, or is in a group that grants it.
    pub holders: Vec<String>,
    /// The groups that grant it, where roles come from groups.
    pub granted_by: Vec<String>,
    /// Its profiles.
    pub profiles: Vec<String>,
    /// What it permits and how far that reaches; where rights come from groups, what its groups permit is said there.
    pub reaches: Vec<MatrixLine>,
}

/// What is to be certified of a role: its holders, its profiles, what it permits.
pub fn role_decisions(role: &RoleReviewReport) -> Vec<Decision> {
    let source = format!("role {}", role.role);
    let holders = role.holders.iter();
    let groups: Vec<String> = role
        .granted_by
        .iter()
        .map(|group| format!("group {group}"))
        .collect();
    let holders = holders.map(|user| {
        let source = match groups.as_slice() {
            [] => format!("user {user}"),
            [_, ..] => groups.join(", "),
        };
        decision(user, "holder", &role.role, "", &source)
    });
    let mut decisions: Vec<Decision> = holders.collect();
    let profiles = role.profiles.iter();
    decisions.extend(profiles.map(|profile| decision("", "profile", profile, "", &source)));
    decisions.extend(role.reaches.iter().map(|line| {
        let what = format!("{} {}", line.action, line.module);
        let way = [line.reach, &line.through].join(": ");
        decision("", "right", &what, &way, &source)
    }));
    decisions
}

/// A role for people to read.
pub fn role_terminal(system: &System, role: &RoleReviewReport) -> String {
    let count = role.holders.len();
    let mut text = format!("\n{} · {count} {}\n", visible(&role.role), people(count));
    let names: Vec<String> = role.holders.iter().map(|name| visible(name)).collect();
    if !names.is_empty() {
        text.push_str(&format!("  held by {}\n", named(&names)));
    }
    for group in &role.granted_by {
        text.push_str(&format!("  granted by group {}\n", visible(group)));
    }
    if !role.profiles.is_empty() {
        let profiles: Vec<String> = role.profiles.iter().map(|name| visible(name)).collect();
        text.push_str(&format!("  profiles: {}\n", profiles.join(", ")));
    }
    text.push_str(&matrix_terminal(system, &role.reaches));
    text
}

fn people(count: usize) -> &'static str {
    if count == 1 { "person" } else { "people" }
}

fn named(names: &[String]) -> String {
    if names.len() <= NAMED {
        return names.join(", ");
    }
    let more = names.len() - NAMED;
    format!("{} and {more} more", names[..NAMED].join(", "))
}
