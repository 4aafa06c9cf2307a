//! Groups in a system's schema: members, services, authorisations, call groups.

use serde_json::{Map, Value, json};

use super::Audience;
use super::edit::*;
use crate::manifest::gather::SPECIAL;
use crate::model::Status;
use crate::system::{Definition, GroupAttribute, GroupKind};

pub(super) fn groups(schema: &mut Value, definition: &Definition, kind: &GroupKind, audience: Audience) {
    let seeds = audience == Audience::Seeds;
    let group = "/$defs/GroupDocument";
    describe(
        schema,
        "/properties/groups",
        &format!("{}. {}", plural(&kind.label), kind.purpose),
    );
    describe(schema, group, &kind.purpose);
    tell(schema, group, "title", &kind.label);
    let has = |attribute| kind.attributes.contains_key(&attribute);
    keep_at(schema, group, |key| match key {
        "renamed_from" => true,
        "variety" => !kind.external_varieties.is_empty(),
        "created_by" => seeds && has(GroupAttribute::CreatedBy),
        _ => GROUP_KEYS
            .iter()
            .any(|(attribute, known)| *known == key && has(*attribute)),
    });
    let varieties = kind.external_varieties.iter().map(|variety| {
        let words = format!(
            "{}\n\n{} Made by {}; it can be referred to, not made or changed here.",
            variety.label, variety.purpose, variety.made_by
        );
        (variety.id.as_str(), words)
    });
    set(schema, &format!("{group}/properties/variety"), choices(varieties));
    for (attribute, key) in GROUP_KEYS {
        if let Some(purpose) = kind.attributes.get(&attribute) {
            describe(schema, &format!("{group}/properties/{key}"), purpose);
        }
    }
    if let Some(words) = &kind.status {
        let states = [
            (Status::Active.as_str(), words.active.as_str()),
            (Status::Inactive.as_str(), words.inactive.as_str()),
        ];
        set(
            schema,
            &format!("{group}/properties/status"),
            choices(states.into_iter()),
        );
    }
    keep_at(schema, "/$defs/MembersDocument", |key| {
        kind.member_kinds
            .keys()
            .any(|member_kind| member_kind.as_str() == key)
    });
    for (member_kind, words) in &kind.member_kinds {
        describe(
            schema,
            &format!("/$defs/MembersDocument/properties/{}", member_kind.as_str()),
            words,
        );
    }
    let services = definition.services.iter().map(|service| {
        (
            service.id.as_str(),
            format!("{}\n\n{}", service.label, service.purpose),
        )
    });
    let items = choices(services);
    set(
        schema,
        &format!("{group}/properties/services"),
        json!({
            "type": ["array", "null"], "uniqueItems": true, "items": items,
        }),
    );
    call_group(schema, kind);
    authorisations(schema, definition);
}

const GROUP_KEYS: [(GroupAttribute, &str); 13] = [
    (GroupAttribute::Description, "description"),
    (GroupAttribute::Status, "status"),
    (GroupAttribute::Members, "members"),
    (GroupAttribute::Roles, "roles"),
    (GroupAttribute::Head, "head"),
    (GroupAttribute::Deputy, "deputy"),
    (GroupAttribute::HeadAuthorisations, "head_authorisations"),
    (GroupAttribute::Authorisations, "authorisations"),
    (GroupAttribute::Line, "line"),
    (GroupAttribute::CallGroup, "call_group"),
    (GroupAttribute::Services, "services"),
    (GroupAttribute::MonitorGroups, "monitor_groups"),
    (GroupAttribute::Keys, "keys"),
];

fn call_group(schema: &mut Value, kind: &GroupKind) {
    let modes = kind.call_group_modes.iter();
    let modes = modes.map(|mode| (mode.id.as_str(), format!("{}\n\n{}", mode.label, mode.purpose)));
    let off = [("off", "There is no call group.".to_owned())];
    set(
        schema,
        "/$defs/CallGroupDocument/properties/mode",
        choices(off.into_iter().chain(modes)),
    );
}

fn authorisations(schema: &mut Value, definition: &Definition) {
    let Some(catalogue) = &definition.authorisations else {
        return;
    };
    let levels = catalogue
        .levels
        .iter()
        .map(|level| (level.id.as_str(), level.label.clone()));
    let special = [(SPECIAL, "Single rights, given by area.".to_owned())];
    let mut properties = Map::new();
    let mut level = choices(levels.chain(special));
    level["description"] = json!("The level.");
    properties.insert("level".to_owned(), level);
    for area in &catalogue.areas {
        let rights = choices(
            area.rights
                .iter()
                .map(|right| (right.id.as_str(), right.label.clone())),
        );
        let description = format!("{}\n\n{}", area.label, area.purpose);
        properties.insert(
            area.id.to_string(),
            json!({ "description": description, "type": "array", "uniqueItems": true, "items": rights }),
        );
    }
    set(
        schema,
        "/$defs/AuthorisationsDocument",
        json!({
            "description": catalogue.purpose,
            "type": ["object", "null"],
            "properties": properties,
            "required": ["level"],
            "additionalProperties": false,
        }),
    );
}
