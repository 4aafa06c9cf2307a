//! What changes on one object, attribute by attribute, in words that reports print.
//!
//! Every comparison takes the object apart by name, so that an attribute added to the model cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use crate::model::{
    Authorisations, Dial, Group, Key, Level, Line, Members, ModuleRights, MonitorPlaces, Profile, Rights,
    Role,
};

/// One attribute of one object that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeChange {
    /// Which attribute, as it is written in manifests: `members.users`, `modules.Leads.actions`.
    pub attribute: String,
    /// From what to what.
    pub change: ValueChange,
}

/// How an attribute changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueChange {
    /// A single value; `None` is none.
    Value {
        /// What it was.
        before: Option<String>,
        /// What it will be.
        after: Option<String>,
    },
    /// A set of values.
    Items {
        /// What comes in, in order.
        added: Vec<String>,
        /// What goes out, in order.
        removed: Vec<String>,
    },
}

/// Collects the changes of one object.
#[derive(Default)]
struct Changes(Vec<AttributeChange>);

impl Changes {
    fn value<T: PartialEq>(
        &mut self,
        attribute: &str,
        before: Option<&T>,
        after: Option<&T>,
        show: impl Fn(&T) -> String,
    ) {
        if before != after {
            let change = ValueChange::Value {
                before: before.map(&show),
                after: after.map(&show),
            };
            self.0.push(AttributeChange {
                attribute: attribute.to_owned(),
                change,
            });
        }
    }

    fn text(&mut self, attribute: &str, before: &str, after: &str) {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        self.value(
            attribute,
            some(before).as_ref(),
            some(after).as_ref(),
            String::clone,
        );
    }

    fn items<T: Ord + Display>(&mut self, attribute: &str, before: &BTreeSet<T>, after: &BTreeSet<T>) {
        if before != after {
            let change = ValueChange::Items {
                added: after.difference(before).map(T::to_string).collect(),
                removed: before.difference(after).map(T::to_string).collect(),
            };
            self.0.push(AttributeChange {
                attribute: attribute.to_owned(),
                change,
            });
        }
    }

    /// A mapping whose values are levels: on-or-off entries come as one list, levels one by one.
    fn levels<K: Ord + Display>(
        &mut self,
        attribute: &str,
        before: &BTreeMap<K, Level>,
        after: &BTreeMap<K, Level>,
    ) {
        let (mut added, mut removed, mut levelled) = (Vec::new(), Vec::new(), Vec::new());
        let keys: BTreeSet<&K> = before.keys().chain(after.keys()).collect();
        for key in keys {
            match (before.get(key), after.get(key)) {
                (None, Some(Level::Allow)) => added.push(key.to_string()),
                (Some(Level::Allow), None) => removed.push(key.to_string()),
                (old, new) if old != new => levelled.push((key, old, new)),
                (_, _) => {}
            }
        }
        if !added.is_empty() || !removed.is_empty() {
            let change = ValueChange::Items { added, removed };
            self.0.push(AttributeChange {
                attribute: attribute.to_owned(),
                change,
            });
        }
        for (key, old, new) in levelled {
            self.value(&format!("{attribute}.{key}"), old, new, |level| {
                level.as_str().to_owned()
            });
        }
    }

    fn rights(&mut self, before: &Rights, after: &Rights) {
        let Rights { permissions, modules } = before;
        self.levels("permissions", permissions, &after.permissions);
        if *modules == after.modules {
            return;
        }
        let none = ModuleRights::default();
        let names: BTreeSet<_> = modules.keys().chain(after.modules.keys()).collect();
        for name in names {
            let ModuleRights { actions, fields } = modules.get(name).unwrap_or(&none);
            let new = after.modules.get(name).unwrap_or(&none);
            self.levels(&format!("modules.{name}.actions"), actions, &new.actions);
            let names: BTreeSet<_> = fields.keys().chain(new.fields.keys()).collect();
            for field in names {
                self.value(
                    &format!("modules.{name}.fields.{field}"),
                    fields.get(field),
                    new.fields.get(field),
                    |access| access.as_str().to_owned(),
                );
            }
        }
    }

    fn members(&mut self, before: &Members, after: &Members) {
        let Members {
            users,
            roles,
            roles_and_subordinates,
            groups,
        } = before;
        self.items("members.users", users, &after.users);
        self.items("members.roles", roles, &after.roles);
        self.items(
            "members.roles_and_subordinates",
            roles_and_subordinates,
            &after.roles_and_subordinates,
        );
        self.items("members.groups", groups, &after.groups);
    }
}

/// What changes on a role; a new role is compared with an empty one.
pub fn role_changes(before: &Role, after: &Role) -> Vec<AttributeChange> {
    let Role {
        description,
        reports_to,
        profiles,
        rights,
        assign_records_to,
    } = before;
    let mut changes = Changes::default();
    changes.text("description", description, &after.description);
    changes.value(
        "reports_to",
        reports_to.as_ref(),
        after.reports_to.as_ref(),
        |role| role.to_string(),
    );
    changes.items("profiles", profiles, &after.profiles);
    changes.value(
        "assign_records_to",
        assign_records_to.as_ref(),
        after.assign_records_to.as_ref(),
        |scope| scope.as_str().to_owned(),
    );
    changes.rights(rights, &after.rights);
    changes.0
}

/// What changes on a profile; a new profile is compared with an empty one.
pub fn profile_changes(before: &Profile, after: &Profile) -> Vec<AttributeChange> {
    let Profile { description, rights } = before;
    let mut changes = Changes::default();
    changes.text("description", description, &after.description);
    changes.rights(rights, &after.rights);
    changes.0
}

/// What changes on a group; a new group is compared with an empty one.
pub fn group_changes(before: &Group, after: &Group) -> Vec<AttributeChange> {
    let Group {
        description,
        variety,
        status,
        members,
        roles,
        head,
        deputy,
        head_authorisations,
        authorisations,
        line,
        call_group,
        services,
        monitor_groups,
        keys,
        created_by,
    } = before;
    let mut changes = Changes::default();
    changes.text("description", description, &after.description);
    changes.value("variety", variety.as_ref(), after.variety.as_ref(), |variety| {
        variety.to_string()
    });
    changes.value("status", Some(status), Some(&after.status), |status| {
        status.as_str().to_owned()
    });
    changes.members(members, &after.members);
    changes.items("roles", roles, &after.roles);
    changes.value("head", head.as_ref(), after.head.as_ref(), |user| {
        user.to_string()
    });
    changes.value("deputy", deputy.as_ref(), after.deputy.as_ref(), |user| {
        user.to_string()
    });
    changes.value(
        "head_authorisations",
        head_authorisations.as_ref(),
        after.head_authorisations.as_ref(),
        authorisations_in_words,
    );
    changes.value(
        "authorisations",
        authorisations.as_ref(),
        after.authorisations.as_ref(),
        authorisations_in_words,
    );
    changes.value(
        "line",
        line.as_ref(),
        after.line.as_ref(),
        |Line {
             number,
             authorisations,
         }| {
            match authorisations {
                None => number.clone(),
                Some(authorisations) => format!("{number}, {}", authorisations_in_words(authorisations)),
            }
        },
    );
    changes.value(
        "call_group",
        call_group.as_ref(),
        after.call_group.as_ref(),
        |call_group| format!("{} {}", call_group.mode.as_str(), call_group.number),
    );
    changes.items("services", services, &after.services);
    if *monitor_groups != after.monitor_groups {
        let shown: BTreeSet<_> = monitor_groups.keys().chain(after.monitor_groups.keys()).collect();
        for group in shown {
            changes.value(
                &format!("monitor_groups.{group}"),
                monitor_groups.get(group),
                after.monitor_groups.get(group),
                |places| places_in_words(*places),
            );
        }
    }
    if *keys != after.keys {
        let in_words = |keys: &[Key]| keys.iter().map(key_in_words).collect::<BTreeSet<_>>();
        let (old, new) = (in_words(keys), in_words(&after.keys));
        if old == new {
            let order = |keys: &[Key]| {
                keys.iter()
                    .map(|key| key.name.clone())
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            changes.value("keys", Some(&order(keys)), Some(&order(&after.keys)), |order| {
                format!("order {order}")
            });
        } else {
            changes.items("keys", &old, &new);
        }
    }
    changes.value(
        "created_by",
        created_by.as_ref(),
        after.created_by.as_ref(),
        |user| user.to_string(),
    );
    changes.0
}

/// Authorisations in one line.
pub fn authorisations_in_words(authorisations: &Authorisations) -> String {
    match authorisations {
        Authorisations::Level(level) => format!("level {level}"),
        Authorisations::Special(areas) => {
            let areas = areas.iter().map(|(area, rights)| {
                let rights: Vec<&str> = rights.iter().map(|right| right.as_str()).collect();
                format!("{area}: {}", rights.join(", "))
            });
            format!("special ({})", areas.collect::<Vec<_>>().join("; "))
        }
    }
}

fn places_in_words(places: MonitorPlaces) -> String {
    match (places.monitor, places.favorites) {
        (true, true) => "monitor and favorites",
        (true, false) => "monitor",
        (false, true) => "favorites",
        (false, false) => "nowhere",
    }
    .to_owned()
}

fn key_in_words(key: &Key) -> String {
    let dial = match &key.dial {
        Dial::Number(number) => number.clone(),
        Dial::SpeedDial(speed_dial) => format!("speed dial {speed_dial}"),
    };
    format!("{} ({dial}) in {}", key.name, places_in_words(key.places))
}
