//! The state as manifests, as a person would write them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};
use std::path::Path;
use std::{fs, io};

use rolecall::model::{
    Authorisations, Group, Level, Members, Principal, Rights, Role, RuleAccess, RuleKey, Snapshot, Status,
};
use rolecall::system::{GroupAttribute, RoleAttribute, UserAttribute};

use crate::counts::roles_are_managed;
use crate::drift::Retired;
use crate::shape::Shape;

/// So many objects stand in one file.
const PER_FILE: usize = 2000;

/// Writes rolecall.yaml and the folder of manifests.
pub(crate) fn project(out: &Path, system: &str, shape: &Shape<'_>, retired: &Retired) -> io::Result<()> {
    let mut file = format!(
        "system: {system}\ndefault: same\ndeployments:\n  same: {{ kind: embedded }}\n  drift: {{ kind: embedded }}\n"
    );
    let installation = &shape.snapshot.installation;
    if !installation.modules.is_empty() {
        file.push_str("installation:\n  modules:\n");
        for module in installation.modules.keys() {
            line(&mut file, format_args!("    {}: []", plain(module)));
        }
    }
    fs::write(out.join("rolecall.yaml"), file)?;

    let manifests = out.join("manifests");
    fs::create_dir_all(&manifests)?;
    let folder = Folder(&manifests);
    let snapshot = &shape.snapshot;
    folder.write(
        "profiles",
        "profiles:\n",
        shape.made.profiles.iter().map(|name| {
            let profile = &snapshot.profiles[name];
            let mut text = format!("  {}:\n", plain(name));
            describe(&mut text, &profile.description);
            rights(&mut text, &profile.rights, false);
            text
        }),
    )?;
    if roles_are_managed(shape.definition()) {
        let roles = shape
            .made
            .roles
            .iter()
            .map(|name| role(shape, name, &snapshot.roles[name]));
        folder.write("roles", "roles:\n", roles)?;
    } else {
        folder.write(
            "existing-roles",
            "existing:\n  roles:\n",
            shape.made.roles.iter().map(item),
        )?;
    }
    if shape
        .definition()
        .users
        .attributes
        .contains_key(&UserAttribute::Role)
    {
        let users = shape.made.users.iter().filter_map(|name| {
            let role = snapshot.users[name].role.as_ref()?;
            Some(format!("  {}: {{ role: {} }}\n", plain(name), plain(role)))
        });
        folder.write("users", "users:\n", users)?;
    } else {
        folder.write(
            "existing-users",
            "existing:\n  users:\n",
            shape.made.users.iter().map(item),
        )?;
    }
    let groups = shape
        .made
        .groups
        .iter()
        .map(|name| group(shape, name, &snapshot.groups[name]));
    folder.write("groups", "groups:\n", groups)?;
    sharing(folder, shape, snapshot)?;
    removed(folder, shape, retired)
}

#[derive(Clone, Copy)]
struct Folder<'a>(&'a Path);

impl Folder<'_> {
    /// Writes objects under a heading, in as many files as it takes.
    fn write(self, name: &str, heading: &str, objects: impl Iterator<Item = String>) -> io::Result<()> {
        let mut objects = objects.peekable();
        for number in 1.. {
            if objects.peek().is_none() {
                break;
            }
            let mut text = String::from(heading);
            text.extend(objects.by_ref().take(PER_FILE));
            fs::write(self.0.join(format!("{name}-{number:02}.yaml")), text)?;
        }
        Ok(())
    }
}

fn role(shape: &Shape<'_>, name: &impl Display, role: &Role) -> String {
    let mut text = format!("  {}:\n", plain(name));
    describe(&mut text, &role.description);
    if let Some(above) = &role.reports_to {
        line(&mut text, format_args!("    reports_to: {}", plain(above)));
    }
    if !role.profiles.is_empty() {
        list(&mut text, "    profiles", &role.profiles);
    }
    if let Some(scope) = role.assign_records_to {
        line(
            &mut text,
            format_args!("    assign_records_to: {}", scope.as_str()),
        );
    }
    let kind = shape.definition().roles.as_ref();
    rights(
        &mut text,
        &role.rights,
        kind.is_some_and(|kind| kind.attributes.contains_key(&RoleAttribute::Modules)),
    );
    text
}

/// Rights; `own_modules` writes out that there are none.
fn rights(text: &mut String, rights: &Rights, own_modules: bool) {
    if !rights.permissions.is_empty() {
        text.push_str("    permissions:\n");
        for (id, level) in &rights.permissions {
            line(text, format_args!("      {}: {}", plain(id), level.as_str()));
        }
    }
    if rights.modules.is_empty() {
        if own_modules {
            text.push_str("    modules: {}\n");
        }
        return;
    }
    text.push_str("    modules:\n");
    for (module, rights) in &rights.modules {
        let _ = write!(text, "      {}: {{ actions: ", plain(module));
        if rights.actions.values().all(|level| *level == Level::Allow) {
            let _ = write!(text, "[{}]", commas(rights.actions.keys()));
        } else {
            let levels = rights
                .actions
                .iter()
                .map(|(id, level)| format!("{}: {}", plain(id), level.as_str()));
            let _ = write!(text, "{{ {} }}", levels.collect::<Vec<_>>().join(", "));
        }
        if !rights.fields.is_empty() {
            let fields = rights
                .fields
                .iter()
                .map(|(id, access)| format!("{}: {}", plain(id), access.as_str()));
            let _ = write!(text, ", fields: {{ {} }}", fields.collect::<Vec<_>>().join(", "));
        }
        text.push_str(" }\n");
    }
}

fn group(shape: &Shape<'_>, name: &impl Display, group: &Group) -> String {
    let kind = shape.definition().groups.as_ref();
    let has = |attribute| kind.is_some_and(|kind| kind.attributes.contains_key(&attribute));
    let mut text = format!("  {}:\n", plain(name));
    describe(&mut text, &group.description);
    if has(GroupAttribute::Status) {
        let status = if group.status == Status::Active {
            "active"
        } else {
            "inactive"
        };
        line(&mut text, format_args!("    status: {status}"));
    }
    for (key, user) in [("head", &group.head), ("deputy", &group.deputy)] {
        if let Some(user) = user {
            line(&mut text, format_args!("    {key}: {}", plain(user)));
        }
    }
    let authorisations = [
        ("head_authorisations", &group.head_authorisations),
        ("authorisations", &group.authorisations),
    ];
    for (key, authorisations) in authorisations {
        if let Some(Authorisations::Level(level)) = authorisations {
            line(
                &mut text,
                format_args!("    {key}: {{ level: {} }}", plain(level)),
            );
        }
    }
    if !group.services.is_empty() {
        list(&mut text, "    services", &group.services);
    }
    if !group.roles.is_empty() {
        list(&mut text, "    roles", &group.roles);
    }
    members(&mut text, &group.members);
    if !group.monitor_groups.is_empty() {
        text.push_str("    monitor_groups:\n");
        for shown in group.monitor_groups.keys() {
            line(&mut text, format_args!("      {}: [monitor]", plain(shown)));
        }
    }
    text
}

fn members(text: &mut String, members: &Members) {
    if members.is_empty() {
        text.push_str("    members: {}\n");
        return;
    }
    text.push_str("    members:\n");
    if !members.users.is_empty() {
        list(text, "      users", &members.users);
    }
    if !members.roles.is_empty() {
        list(text, "      roles", &members.roles);
    }
    if !members.roles_and_subordinates.is_empty() {
        list(
            text,
            "      roles_and_subordinates",
            &members.roles_and_subordinates,
        );
    }
    if !members.groups.is_empty() {
        list(text, "      groups", &members.groups);
    }
}

fn sharing(folder: Folder<'_>, shape: &Shape<'_>, snapshot: &Snapshot) -> io::Result<()> {
    let modules = shape.shareable();
    let defaults: BTreeMap<_, _> = snapshot.sharing.defaults.iter().collect();
    let defaults = modules.iter().filter_map(|module| {
        let access = defaults.get(module)?;
        Some(format!("    {}: {}\n", plain(module), access.as_str()))
    });
    folder.write("defaults", "sharing:\n  defaults:\n", defaults)?;
    let rules = snapshot
        .sharing
        .rules
        .iter()
        .map(|(key, access)| rule(key, *access));
    folder.write("sharing", "sharing:\n  rules:\n", rules)
}

fn rule(key: &RuleKey, access: RuleAccess) -> String {
    let RuleKey { module, from, to } = key;
    let (module, access) = (plain(module), access.as_str());
    let (from, to) = (principal(from), principal(to));
    format!("    - {{ module: {module}, from: {from}, to: {to}, access: {access} }}\n")
}

fn principal(principal: &Principal) -> String {
    let word = principal.kind().as_str();
    match principal {
        Principal::Everyone => format!("{{ {word}: true }}"),
        Principal::User(name) => format!("{{ {word}: {} }}", plain(name)),
        Principal::Role(name) | Principal::RoleAndSubordinates(name) => {
            format!("{{ {word}: {} }}", plain(name))
        }
        Principal::Group(name) => format!("{{ {word}: {} }}", plain(name)),
    }
}

fn removed(folder: Folder<'_>, shape: &Shape<'_>, retired: &Retired) -> io::Result<()> {
    let heir = |kind: &str, name: Option<String>| {
        name.map_or("{}".to_owned(), |name| {
            format!("{{ transfer_to: {{ {kind}: {name} }} }}")
        })
    };
    let role = heir("role", shape.made.roles.first().map(plain));
    let roles = retired
        .roles
        .iter()
        .map(|name| format!("    {}: {role}\n", plain(name)));
    folder.write("removed-roles", "removed:\n  roles:\n", roles)?;
    // Only where groups own something is there something to hand over.
    let hands_over = shape
        .definition()
        .groups
        .as_ref()
        .is_some_and(|kind| !kind.transfer_to.is_empty());
    let group = shape.made.groups.first().filter(|_| hands_over);
    let group = heir("group", group.map(plain));
    let groups = retired
        .groups
        .iter()
        .map(|name| format!("    {}: {group}\n", plain(name)));
    folder.write("removed-groups", "removed:\n  groups:\n", groups)
}

fn describe(text: &mut String, description: &str) {
    if !description.is_empty() {
        line(text, format_args!("    description: {}", plain(&description)));
    }
}

fn item(name: &impl Display) -> String {
    format!("    - {}\n", plain(name))
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{content}");
}

fn list<N: Display>(text: &mut String, key: &str, names: &BTreeSet<N>) {
    line(text, format_args!("{key}: [{}]", commas(names.iter())));
}

fn commas<N: Display>(names: impl Iterator<Item = N>) -> String {
    names.map(|name| plain(&name)).collect::<Vec<_>>().join(", ")
}

/// A scalar, in quotes where it would not be read as the text it is.
fn plain(text: &impl Display) -> String {
    let text = text.to_string();
    let bare = text.chars().all(|c| c.is_alphanumeric() || " _-.,".contains(c)) && !text.contains(", ");
    let word = ["true", "false", "null", "yes", "no"].contains(&&*text.to_lowercase());
    if bare && !word && text.starts_with(char::is_alphabetic) {
        text
    } else {
        format!("{text:?}")
    }
}
