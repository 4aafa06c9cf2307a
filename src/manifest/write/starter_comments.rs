//! What the comments of a starting project say: the definition's own words, at the first place of every key.

use serde_yaml::Value;

use super::emit::Comments;
use crate::model::Otherwise;
use crate::system::{Definition, GroupAttribute, ProfileAttribute, RoleAttribute};

/// Comments for a manifest document.
pub(super) fn comments(definition: &Definition, document: &Value) -> Comments {
    let mut comments = Comments::new();
    for (kind, words) in kinds(definition) {
        let Some(objects) = document.get(kind).and_then(Value::as_mapping) else {
            continue;
        };
        comments.insert(vec![kind.to_owned()], sentence(&words));
        if kind == "sharing" {
            for (key, words) in sharing(definition) {
                if objects.contains_key(key) {
                    comments.insert(vec![kind.to_owned(), key.to_owned()], sentence(&words));
                }
            }
        }
        let first = objects.iter().next();
        let Some((name, attributes)) =
            first.and_then(|(name, object)| Some((name.as_str()?, object.as_mapping()?)))
        else {
            continue;
        };
        if attributes.get("otherwise").and_then(Value::as_str) == Some(Otherwise::None.as_str()) {
            let path = [kind, name, "otherwise"].map(str::to_owned).to_vec();
            comments.insert(path, "What is not named here is not permitted.".to_owned());
        }
        for (attribute, words) in attributes_of(definition, kind) {
            if attributes.contains_key(attribute) {
                let path = [kind, name, attribute].map(str::to_owned).to_vec();
                comments.insert(path, sentence(words));
            }
        }
    }
    comments
}

fn kinds(definition: &Definition) -> Vec<(&'static str, String)> {
    let mut kinds = Vec::new();
    if let Some(kind) = &definition.profiles {
        kinds.push(("profiles", format!("{}: {}", kind.label, kind.purpose)));
    }
    if let Some(kind) = &definition.roles {
        kinds.push(("roles", format!("{}: {}", kind.label, kind.purpose)));
    }
    if let Some(kind) = &definition.groups {
        kinds.push(("groups", format!("{}: {}", kind.label, kind.purpose)));
    }
    if let Some(kind) = &definition.sharing {
        kinds.push(("sharing", kind.purpose.clone()));
    }
    let users = &definition.users;
    kinds.push(("users", format!("{}: {}", users.label, users.purpose)));
    let existing = "What is made elsewhere and only referred to here.";
    kinds.push(("existing", existing.to_owned()));
    kinds
}

fn sharing(definition: &Definition) -> Vec<(&'static str, String)> {
    let Some(kind) = &definition.sharing else {
        return Vec::new();
    };
    let defaults = kind.defaults.as_ref();
    let defaults = defaults.map(|kind| ("defaults", format!("{}: {}", kind.label, kind.purpose)));
    let rules = kind.rules.as_ref();
    let rules = rules.map(|kind| ("rules", format!("{}: {}", kind.label, kind.purpose)));
    defaults.into_iter().chain(rules).collect()
}

/// The attributes of a kind that have words of their own.
fn attributes_of<'a>(definition: &'a Definition, kind: &str) -> Vec<(&'static str, &'a str)> {
    let mut words: Vec<(&'static str, Option<&String>)> = Vec::new();
    if let ("profiles", Some(kind)) = (kind, &definition.profiles) {
        let attribute = |attribute| kind.attributes.get(&attribute);
        words.push(("permissions", attribute(ProfileAttribute::Permissions)));
        words.push(("modules", attribute(ProfileAttribute::Modules)));
    }
    if let ("roles", Some(kind)) = (kind, &definition.roles) {
        let attribute = |attribute| kind.attributes.get(&attribute);
        words.push(("reports_to", attribute(RoleAttribute::ReportsTo)));
        words.push(("profiles", attribute(RoleAttribute::Profiles)));
        words.push(("permissions", attribute(RoleAttribute::Permissions)));
        words.push(("modules", attribute(RoleAttribute::Modules)));
        words.push(("assign_records_to", attribute(RoleAttribute::AssignRecordsTo)));
    }
    if let ("groups", Some(kind)) = (kind, &definition.groups) {
        let attribute = |attribute| kind.attributes.get(&attribute);
        words.push(("status", attribute(GroupAttribute::Status)));
        words.push(("members", attribute(GroupAttribute::Members)));
        words.push(("roles", attribute(GroupAttribute::Roles)));
        words.push(("head", attribute(GroupAttribute::Head)));
        words.push((
            "head_authorisations",
            attribute(GroupAttribute::HeadAuthorisations),
        ));
        words.push(("authorisations", attribute(GroupAttribute::Authorisations)));
        words.push(("services", attribute(GroupAttribute::Services)));
    }
    let said = words.into_iter();
    said.filter_map(|(key, words)| Some((key, words?.as_str())))
        .collect()
}

/// The first sentence of a text.
fn sentence(text: &str) -> String {
    match text.find(". ") {
        Some(end) => text[..=end].to_owned(),
        None => text.to_owned(),
    }
}
