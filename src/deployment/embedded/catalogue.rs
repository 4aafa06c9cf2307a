//! What the system has, as rows: written from the definition when a file is made, and again when it is opened
//! with another definition or other rules than it was made with.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use serde::Serialize;

use super::fault::{Fault, Outcome};
use super::rules;
use crate::model::{
    ActionId, AuthorisationArea, AuthorisationLevel, AuthorisationRight, FeatureId, Installation, Level,
    ModuleName, PermissionId, ServiceId,
};
use crate::system::{Definition, Manage, System};

/// The tables that are written anew; the others only grow, because rights refer to their rows.
const REWRITTEN: [&str; 12] = [
    "choices",
    "constraints",
    "name_lengths",
    "name_forbidden",
    "builtins",
    "super_roles",
    "features",
    "permission_levels",
    "permission_needs",
    "action_levels",
    "module_actions",
    "call_modes",
];

/// The numbers of what the system has.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub(super) permissions: HashMap<PermissionId, i64>,
    pub(super) modules: HashMap<ModuleName, i64>,
    pub(super) actions: HashMap<ActionId, i64>,
    pub(super) services: HashMap<ServiceId, i64>,
    pub(super) levels: HashMap<AuthorisationLevel, i64>,
    pub(super) rights: HashMap<(AuthorisationArea, AuthorisationRight), i64>,
}

impl Catalogue {
    /// Reads the numbers from a file.
    pub(super) fn load(connection: &Connection) -> Outcome<Self> {
        let mut rights = HashMap::new();
        let mut statement = connection.prepare("SELECT area, name, id FROM authorisation_rights")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let area: String = row.get(0)?;
            let name: String = row.get(1)?;
            rights.insert((area.into(), name.into()), row.get(2)?);
        }
        Ok(Self {
            permissions: numbers(connection, "SELECT name, id FROM permissions")?,
            modules: numbers(connection, "SELECT name, id FROM modules")?,
            actions: numbers(connection, "SELECT name, id FROM actions")?,
            services: numbers(connection, "SELECT name, id FROM services")?,
            levels: numbers(connection, "SELECT name, id FROM authorisation_levels")?,
            rights,
        })
    }
}

fn numbers<N: From<String> + Eq + std::hash::Hash>(
    connection: &Connection,
    sql: &str,
) -> Outcome<HashMap<N, i64>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut numbers = HashMap::new();
    while let Some(row) = rows.next()? {
        numbers.insert(N::from(row.get::<_, String>(0)?), row.get(1)?);
    }
    Ok(numbers)
}

/// What tells definitions and rules apart: equal prints, equal catalogue and rules.
pub(super) fn fingerprint(system: &System) -> Outcome<String> {
    let definition =
        serde_json::to_string(system.definition()).map_err(|error| Fault::Damaged(error.to_string()))?;
    // FNV-1a: stable between versions of the compiler, and nobody gains anything by a collision.
    let print = definition
        .bytes()
        .chain(rules::rules().bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    Ok(format!("{print:016x}"))
}

/// The word for a value of a closed set, as in definition files.
fn word<T: Serialize>(value: &T) -> Outcome<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(Fault::Damaged(format!("{other} is not a word"))),
        Err(error) => Err(Fault::Damaged(error.to_string())),
    }
}

/// Writes the catalogue. The file must be filling.
pub(super) fn write(connection: &Connection, system: &System, installation: &Installation) -> Outcome<()> {
    for table in REWRITTEN {
        connection.execute(&format!("DELETE FROM {table}"), [])?;
    }
    let definition = system.definition();
    write_choices(connection, definition)?;
    write_names(connection, system)?;
    write_features(connection, definition, installation)?;
    write_permissions(connection, definition)?;
    write_modules(connection, system, installation)?;
    for service in &definition.services {
        connection.execute(
            "INSERT INTO services (name, unless) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET unless = excluded.unless",
            params![
                service.id.as_str(),
                service.unless.as_ref().map(|feature| feature.as_str())
            ],
        )?;
    }
    if let Some(catalogue) = &definition.authorisations {
        for level in &catalogue.levels {
            connection.execute(
                "INSERT INTO authorisation_levels (name) VALUES (?1) ON CONFLICT DO NOTHING",
                [level.id.as_str()],
            )?;
        }
        for (area, right) in catalogue
            .areas
            .iter()
            .flat_map(|area| area.rights.iter().map(move |right| (area, right)))
        {
            connection.execute(
                "INSERT INTO authorisation_rights (area, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                [area.id.as_str(), right.id.as_str()],
            )?;
        }
    }
    Ok(())
}

fn write_choices(connection: &Connection, definition: &Definition) -> Outcome<()> {
    let mut choices: Vec<(&str, String)> = Vec::new();
    let mut add = |of, words: Outcome<Vec<String>>| -> Outcome<()> {
        choices.extend(words?.into_iter().map(|word| (of, word)));
        Ok(())
    };
    if let Some(roles) = &definition.roles {
        add("kind", Ok(vec!["role".to_owned()]))?;
        add("role attribute", roles.attributes.keys().map(word).collect())?;
        add(
            "assign records to",
            roles.assign_records_to.keys().map(word).collect(),
        )?;
    }
    if let Some(profiles) = &definition.profiles {
        add("kind", Ok(vec!["profile".to_owned()]))?;
        add(
            "profile attribute",
            profiles.attributes.keys().map(word).collect(),
        )?;
    }
    if let Some(groups) = &definition.groups {
        add("kind", Ok(vec!["group".to_owned()]))?;
        add("group attribute", groups.attributes.keys().map(word).collect())?;
        add("member", groups.member_kinds.keys().map(word).collect())?;
        add("transfer to", groups.transfer_to.iter().map(word).collect())?;
        let varieties = groups.external_varieties.iter();
        add(
            "external variety",
            varieties.map(|variety| word(&variety.id)).collect(),
        )?;
        for choice in &groups.call_group_modes {
            connection.execute(
                "INSERT INTO call_modes (name, needs) VALUES (?1, ?2)",
                params![
                    choice.id.as_str(),
                    choice.needs.as_ref().map(|feature| feature.as_str())
                ],
            )?;
        }
    }
    add(
        "user attribute",
        definition.users.attributes.keys().map(word).collect(),
    )?;
    if let Some(sharing) = &definition.sharing {
        if let Some(defaults) = &sharing.defaults {
            add("default", defaults.choices.keys().map(word).collect())?;
        }
        if let Some(rules) = &sharing.rules {
            add("rule from", rules.from.iter().map(word).collect())?;
            add("rule to", rules.to.iter().map(word).collect())?;
            add("rule access", rules.access.keys().map(word).collect())?;
        }
    }
    if let Some(fields) = definition.modules.as_ref().and_then(|kind| kind.fields.as_ref()) {
        add("field access", fields.choices.keys().map(word).collect())?;
    }
    let mut statement = connection.prepare("INSERT INTO choices (of, value) VALUES (?1, ?2)")?;
    for (of, value) in choices {
        statement.execute(params![of, value])?;
    }
    for constraint in &definition.constraints {
        connection.execute("INSERT INTO constraints (name) VALUES (?1)", [word(constraint)?])?;
    }
    Ok(())
}

fn write_names(connection: &Connection, system: &System) -> Outcome<()> {
    let definition = system.definition();
    let formats = [
        ("role", definition.roles.as_ref().map(|kind| &kind.name)),
        ("profile", definition.profiles.as_ref().map(|kind| &kind.name)),
        ("group", definition.groups.as_ref().map(|kind| &kind.name)),
    ];
    for (kind, format) in formats {
        let Some(format) = format else { continue };
        connection.execute(
            "INSERT INTO name_lengths (kind, longest) VALUES (?1, ?2)",
            params![kind, format.max_length_characters],
        )?;
        let anywhere = format.forbidden.iter().map(|text| (text, false));
        let at_start = format.forbidden_start.iter().map(|text| (text, true));
        for (text, at_start) in anywhere.chain(at_start) {
            connection.execute(
                "INSERT OR IGNORE INTO name_forbidden (kind, text, at_start) VALUES (?1, ?2, ?3)",
                params![kind, text, at_start],
            )?;
        }
    }
    let builtin = &definition.builtin;
    let fixed = definition.roles.iter().flat_map(|kind| &kind.fixed);
    let builtins = (fixed.map(|name| ("role", name.as_str(), true)))
        .chain(builtin.roles.keys().map(|name| ("role", name.as_str(), false)))
        .chain(
            builtin
                .profiles
                .keys()
                .map(|name| ("profile", name.as_str(), false)),
        )
        .chain(builtin.groups.keys().map(|name| ("group", name.as_str(), false)));
    for (kind, name, fixed) in builtins {
        // Fixed roles come first, so that one that is also listed as built-in stays fixed.
        connection.execute(
            "INSERT OR IGNORE INTO builtins (kind, name_key, fixed) VALUES (?1, ?2, ?3)",
            params![kind, system.fold(name), fixed],
        )?;
    }
    for role in &definition.access.super_roles {
        connection.execute(
            "INSERT OR IGNORE INTO super_roles (name_key) VALUES (?1)",
            [system.fold(role.as_str())],
        )?;
    }
    Ok(())
}

fn write_features(connection: &Connection, definition: &Definition, installed: &Installation) -> Outcome<()> {
    for feature in &definition.features {
        connection.execute(
            "INSERT INTO features (name, assumed, present) VALUES (?1, ?2, ?3)",
            params![
                feature.id.as_str(),
                feature.assumed,
                installed.features.get(&feature.id)
            ],
        )?;
    }
    let known = |id: &FeatureId| definition.features.iter().any(|feature| feature.id == *id);
    match installed.features.keys().find(|id| !known(id)) {
        Some(id) => Err(Fault::refused(
            "unknown-feature",
            format!("the system has no feature {id}"),
        )),
        None => Ok(()),
    }
}

fn write_permissions(connection: &Connection, definition: &Definition) -> Outcome<()> {
    for category in &definition.permissions {
        for permission in &category.permissions {
            let id = upsert(connection, "permissions", permission.id.as_str())?;
            for level in levels(permission.levels.keys()) {
                connection.execute(
                    "INSERT INTO permission_levels (permission, level) VALUES (?1, ?2)",
                    params![id, level],
                )?;
            }
            for feature in category.needs.iter().chain(&permission.needs) {
                connection.execute(
                    "INSERT OR IGNORE INTO permission_needs (permission, feature) VALUES (?1, ?2)",
                    params![id, feature.as_str()],
                )?;
            }
        }
    }
    Ok(())
}

fn write_modules(connection: &Connection, system: &System, installation: &Installation) -> Outcome<()> {
    let kind = system.definition().modules.as_ref();
    for action in kind.iter().flat_map(|kind| &kind.actions) {
        let id = upsert(connection, "actions", action.id.as_str())?;
        for level in levels(action.levels.keys()) {
            connection.execute(
                "INSERT INTO action_levels (action, level) VALUES (?1, ?2)",
                params![id, level],
            )?;
        }
    }
    let open = kind.is_some_and(|kind| kind.open);
    let fields = kind.and_then(|kind| kind.fields.as_ref());
    let fields_open = fields.is_some_and(|fields| fields.open);
    let mut modules: Vec<ModuleName> = system.modules_of(installation).collect();
    modules.sort();
    for name in modules {
        let listed = system.module(&name);
        let recorded = installation.modules.get(&name);
        if listed.is_none() && !open {
            let reason = format!("the system has no module {name}");
            return Err(Fault::refused("unknown-module", reason));
        }
        let shareable = listed.is_none_or(|module| module.shareable && module.follows.is_none());
        let id: i64 = connection.query_row(
            "INSERT INTO modules (name, shareable, recorded) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET shareable = excluded.shareable, recorded = excluded.recorded
             RETURNING id",
            params![name.as_str(), shareable, recorded.is_some()],
            |row| row.get(0),
        )?;
        for action in system.actions_of(&name) {
            connection.execute(
                "INSERT INTO module_actions (module, action)
                 SELECT ?1, id FROM actions WHERE name = ?2",
                params![id, action.id.as_str()],
            )?;
        }
        let listed = listed.map_or(&[][..], |module| &module.fields);
        let added = recorded.into_iter().flatten();
        if let Some(field) = added
            .clone()
            .find(|field| !listed.contains(field) && !fields_open)
        {
            let reason = format!("module {name} has no field {field}");
            return Err(Fault::refused("unknown-field", reason));
        }
        // Recorded ones come last, so that a field that is both listed and recorded reads back as recorded.
        let all = (listed.iter().map(|field| (field, false))).chain(added.map(|field| (field, true)));
        for (field, recorded) in all {
            connection.execute(
                "INSERT INTO fields (module, name, recorded) VALUES (?1, ?2, ?3)
                 ON CONFLICT (module, name) DO UPDATE SET recorded = max(recorded, excluded.recorded)",
                params![id, field.as_str(), recorded],
            )?;
        }
    }
    Ok(())
}

fn upsert(connection: &Connection, table: &str, name: &str) -> Outcome<i64> {
    let sql = format!(
        "INSERT INTO {table} (name) VALUES (?1) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id"
    );
    Ok(connection.query_row(&sql, [name], |row| row.get(0))?)
}

/// The levels that something takes; what is on or off takes `allow`.
fn levels<'a>(levels: impl Iterator<Item = &'a Level>) -> Vec<&'static str> {
    let words: Vec<_> = levels.map(|level| level.as_str()).collect();
    if words.is_empty() {
        vec![Level::Allow.as_str()]
    } else {
        words
    }
}

/// The row that says what the file is. It begins as filling.
pub(super) fn write_meta(connection: &Connection, system: &System) -> Outcome<()> {
    let definition = system.definition();
    let roles = definition.roles.as_ref();
    let fields = definition.modules.as_ref().and_then(|kind| kind.fields.as_ref());
    connection.execute(
        "INSERT OR REPLACE INTO meta
             (one, system, definition, compare, roles_managed, root_role, max_role_depth, fields_open, filling)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)",
        params![
            definition.name.as_str(),
            fingerprint(system)?,
            word(&definition.names.compare)?,
            roles.is_some_and(|kind| kind.manage == Manage::Full),
            roles
                .and_then(|kind| kind.root.as_ref())
                .map(|root| system.fold(root.as_str())),
            roles.and_then(|kind| kind.max_depth),
            fields.is_some_and(|fields| fields.open),
        ],
    )?;
    Ok(())
}

/// Ends the filling: from here on every rule holds.
pub(super) fn close(connection: &Connection) -> Outcome<()> {
    connection.execute("UPDATE meta SET filling = 0", [])?;
    Ok(())
}
