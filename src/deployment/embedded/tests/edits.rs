//! Operations on the seed, short to write.

use super::seed;
use crate::model::*;
use crate::plan::{Edit, Operation};

pub(super) fn group<T>(name: &str, change: impl FnOnce(&mut Group) -> T) -> Operation {
    let before = seed().groups.get(name).cloned().unwrap();
    let mut after = before.clone();
    change(&mut after);
    Operation::Group(Edit::Update {
        name: name.into(),
        before,
        after,
    })
}

pub(super) fn role<T>(name: &str, change: impl FnOnce(&mut Role) -> T) -> Operation {
    let before = seed().roles.get(name).cloned().unwrap();
    let mut after = before.clone();
    change(&mut after);
    Operation::Role(Edit::Update {
        name: name.into(),
        before,
        after,
    })
}

pub(super) fn profile<T>(name: &str, change: impl FnOnce(&mut Profile) -> T) -> Operation {
    let before = seed().profiles.get(name).cloned().unwrap();
    let mut after = before.clone();
    change(&mut after);
    Operation::Profile(Edit::Update {
        name: name.into(),
        before,
        after,
    })
}

pub(super) fn new_role(name: &str, above: &str) -> Operation {
    let after = Role {
        reports_to: (!above.is_empty()).then(|| above.into()),
        profiles: ["Standard".into()].into(),
        ..Role::default()
    };
    Operation::Role(Edit::Create {
        name: name.into(),
        after,
    })
}

pub(super) fn new_group(name: &str) -> Operation {
    Operation::Group(Edit::Create {
        name: name.into(),
        after: Group::default(),
    })
}

pub(super) fn delete_role(name: &str, heir: Option<&str>) -> Operation {
    let before = seed().roles.get(name).cloned().unwrap();
    Operation::Role(Edit::Delete {
        name: name.into(),
        before,
        heir: heir.map(RoleName::from),
    })
}

pub(super) fn delete_profile(name: &str, heir: Option<&str>) -> Operation {
    let before = seed().profiles.get(name).cloned().unwrap();
    Operation::Profile(Edit::Delete {
        name: name.into(),
        before,
        heir: heir.map(ProfileName::from),
    })
}

pub(super) fn delete_group(name: &str, heir: Option<Principal>) -> Operation {
    let before = seed().groups.get(name).cloned().unwrap();
    Operation::Group(Edit::Delete {
        name: name.into(),
        before,
        heir,
    })
}

pub(super) fn assign(user: &str, after: Option<&str>) -> Operation {
    let before = seed().users.get(user).and_then(|user| user.role.clone());
    Operation::AssignRole {
        user: user.into(),
        before,
        after: after.map(RoleName::from),
    }
}

pub(super) fn default(module: &str, after: DefaultAccess) -> Operation {
    let before = seed().sharing.defaults.get(module).copied();
    Operation::SetDefault {
        module: module.into(),
        before,
        after,
    }
}

pub(super) fn new_rule(module: &str, from: Principal, to: Principal, after: RuleAccess) -> Operation {
    let rule = RuleKey {
        module: module.into(),
        from,
        to,
    };
    Operation::SetRule {
        rule,
        before: None,
        after,
    }
}

pub(super) fn rename_role(from: &str, to: &str) -> Operation {
    Operation::Role(Edit::Rename {
        from: from.into(),
        to: to.into(),
    })
}

pub(super) fn anna() -> Option<Principal> {
    Some(Principal::User("anna".into()))
}

pub(super) fn action(profile: &mut Profile, module: &str, action: &str, level: Level) {
    let module = profile.rights.modules.entry(module.into()).or_default();
    module.actions.insert(action.into(), level);
}
