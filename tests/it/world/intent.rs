//! What manifests may want of a live state: part of a change, stated attribute by attribute.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rolecall::model::{
    At, Date, Group, GroupIntent, Intent, MemberIntent, MembersIntent, ModuleRightsIntent, Otherwise,
    Principal, Profile, ProfileIntent, Removal, Rights, RightsIntent, Role, RoleIntent, RuleIntent, Snapshot,
    UserIntent,
};
use rolecall::system::{ProfileAttribute, RoleAttribute, System};
use rolecall::text::Span;

use super::change::{Change, changes};
use super::tape::{Tape, tape, tapes};

/// A live state and what manifests want of it.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) live: Snapshot,
    pub(crate) intent: Intent,
}

/// Wishes that are mostly allowed: each asks for some of what a valid change asks for, so that what it asks for may
/// not go together with what it leaves alone.
pub(crate) fn wishes(system: &System) -> impl Strategy<Value = Wish> + use<> {
    let strategy = changes(system);
    let system = system.clone();
    let tapes = (tapes(10), tapes(10), tapes(10), tape());
    (strategy, tapes).prop_map(move |(change, (profiles, roles, groups, rest))| {
        let intent = intent(&system, &change, [profiles, roles, groups], rest);
        Wish {
            live: change.live,
            intent,
        }
    })
}

/// A value that stands in no file.
pub(crate) fn at<T>(value: T) -> At<T> {
    At::new(value, Span::NOWHERE)
}

/// A member for good.
pub(super) fn member<N>(value: N) -> MemberIntent<N> {
    MemberIntent::new(value, Span::NOWHERE)
}

/// The day on which the laws are tried.
pub(crate) fn today() -> Date {
    day("2026-06-15")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day of the calendar")
}

/// A last day in some cases: long over, just over, or still to come.
fn last_day(tape: &mut Tape) -> Option<At<Date>> {
    if !tape.chance(2) {
        return None;
    }
    tape.pick([
        "2026-06-14",
        "2026-06-15",
        "2026-06-29",
        "1999-12-31",
        "2027-01-01",
    ])
    .map(|text| at(day(text)))
}

/// Members, some of them with a last day.
fn members<N>(tape: &mut Tape, names: impl IntoIterator<Item = N>) -> Vec<MemberIntent<N>> {
    let names = names.into_iter();
    let with_last_day = names.map(|name| MemberIntent {
        expires: last_day(tape),
        ..member(name)
    });
    with_last_day.collect()
}

/// The value or, in some cases, nothing said of it. An empty tape says everything.
fn stated<T>(tape: &mut Tape, value: T) -> Option<At<T>> {
    (!tape.chance(3)).then(|| at(value))
}

fn all<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<At<T>> {
    values.into_iter().map(at).collect()
}

/// Old names by new ones.
fn old_names<N: Clone + Ord>(renames: &BTreeMap<N, N>) -> BTreeMap<N, N> {
    renames
        .iter()
        .map(|(old, new)| (new.clone(), old.clone()))
        .collect()
}

fn intent(
    system: &System,
    change: &Change,
    [profiles, roles, groups]: [Vec<Tape>; 3],
    mut rest: Tape,
) -> Intent {
    let desired = &change.desired;
    let mut intent = Intent::default();
    let old = old_names(&change.renames.profiles);
    let mut tapes = profiles.into_iter();
    for (name, profile) in &desired.profiles {
        let tape = &mut tapes.next().unwrap_or_default();
        // What has another name now is always named: it cannot be left alone under a name that it does not have.
        if tape.chance(2) && !old.contains_key(name) {
            continue;
        }
        let mut wanted = profile_intent(tape, system, profile);
        wanted.renamed_from = old.get(name).cloned().map(at);
        intent.profiles.insert(name.clone(), wanted);
    }
    let old = old_names(&change.renames.roles);
    let mut tapes = roles.into_iter();
    for (name, role) in &desired.roles {
        let tape = &mut tapes.next().unwrap_or_default();
        if (tape.chance(2) && !old.contains_key(name)) || change.live.roles.get(name) == Some(role) {
            continue;
        }
        let mut wanted = role_intent(tape, system, role);
        wanted.renamed_from = old.get(name).cloned().map(at);
        intent.roles.insert(name.clone(), wanted);
    }
    let old = old_names(&change.renames.groups);
    let mut tapes = groups.into_iter();
    for (name, group) in &desired.groups {
        let tape = &mut tapes.next().unwrap_or_default();
        if (tape.chance(2) && !old.contains_key(name)) || group.variety.is_some() {
            continue;
        }
        let mut wanted = group_intent(tape, group);
        wanted.renamed_from = old.get(name).cloned().map(at);
        intent.groups.insert(name.clone(), wanted);
    }
    for (name, user) in &desired.users {
        let new = change.live.users.get(name).map(|live| &live.role) != Some(&user.role);
        if new && !rest.chance(2) {
            let wanted = UserIntent {
                role: Some(at(user.role.clone())),
                ..UserIntent::default()
            };
            intent.users.insert(name.clone(), wanted);
        }
    }
    sharing(&mut intent, change, &mut rest);
    removals(&mut intent, change, &mut rest);
    intent
}

fn profile_intent(tape: &mut Tape, system: &System, profile: &Profile) -> ProfileIntent {
    let kind = system.definition().profiles.as_ref();
    let has = |attribute| kind.is_some_and(|kind| kind.attributes.contains_key(&attribute));
    ProfileIntent {
        description: stated(tape, profile.description.clone()).filter(|_| has(ProfileAttribute::Description)),
        rights: rights_intent(
            tape,
            &profile.rights,
            has(ProfileAttribute::Permissions),
            has(ProfileAttribute::Modules),
        ),
        ..ProfileIntent::default()
    }
}

fn role_intent(tape: &mut Tape, system: &System, role: &Role) -> RoleIntent {
    let kind = system.definition().roles.as_ref();
    let has = |attribute| kind.is_some_and(|kind| kind.attributes.contains_key(&attribute));
    RoleIntent {
        description: stated(tape, role.description.clone()).filter(|_| has(RoleAttribute::Description)),
        reports_to: stated(tape, role.reports_to.clone()).filter(|_| has(RoleAttribute::ReportsTo)),
        profiles: stated(tape, all(role.profiles.clone())).filter(|_| has(RoleAttribute::Profiles)),
        assign_records_to: stated(tape, role.assign_records_to)
            .filter(|_| has(RoleAttribute::AssignRecordsTo)),
        rights: rights_intent(
            tape,
            &role.rights,
            has(RoleAttribute::Permissions),
            has(RoleAttribute::Modules),
        ),
        ..RoleIntent::default()
    }
}

fn rights_intent(tape: &mut Tape, rights: &Rights, permissions: bool, modules: bool) -> RightsIntent {
    let mut wanted = RightsIntent::default();
    if permissions {
        let levels = rights
            .permissions
            .iter()
            .map(|(id, level)| (id.clone(), at(*level)));
        wanted.permissions = stated(tape, levels.collect());
    }
    if modules {
        let mut named = BTreeMap::new();
        for (module, rights) in &rights.modules {
            let fields = rights
                .fields
                .iter()
                .map(|(field, access)| (field.clone(), at(*access)));
            let of_module = ModuleRightsIntent {
                at: Span::NOWHERE,
                actions: (!tape.chance(2)).then(|| rights.actions.clone()),
                fields: Some(fields.collect()),
            };
            named.insert(module.clone(), of_module);
        }
        wanted.modules = stated(tape, named);
        wanted.otherwise = tape
            .maybe([Otherwise::Usual, Otherwise::None, Otherwise::Untouched])
            .map(at);
    }
    wanted
}

fn group_intent(tape: &mut Tape, group: &Group) -> GroupIntent {
    let members = MembersIntent {
        users: members(tape, group.members.users.clone()),
        roles: members(tape, group.members.roles.clone()),
        roles_and_subordinates: members(tape, group.members.roles_and_subordinates.clone()),
        groups: members(tape, group.members.groups.clone()),
    };
    let shown = group
        .monitor_groups
        .iter()
        .map(|(name, places)| (at(name.clone()), *places));
    GroupIntent {
        description: stated(tape, group.description.clone()),
        status: stated(tape, group.status),
        members: stated(tape, members),
        roles: stated(tape, all(group.roles.clone())),
        head: stated(tape, group.head.clone()),
        deputy: stated(tape, group.deputy.clone()),
        head_authorisations: stated(tape, group.head_authorisations.clone()),
        authorisations: stated(tape, group.authorisations.clone()),
        line: stated(tape, group.line.clone()),
        call_group: stated(tape, group.call_group.clone()),
        services: stated(tape, all(group.services.clone())),
        monitor_groups: stated(tape, shown.collect()),
        keys: stated(tape, group.keys.clone()),
        ..GroupIntent::default()
    }
}

/// Defaults one by one, rules by module.
fn sharing(intent: &mut Intent, change: &Change, tape: &mut Tape) {
    let (live, desired) = (&change.live.sharing, &change.desired.sharing);
    for (module, access) in &desired.defaults {
        if live.defaults.get(module) != Some(access) && !tape.chance(2) {
            intent.sharing.defaults.insert(module.clone(), at(*access));
        }
    }
    let mut owned = BTreeMap::new();
    for key in live.rules.keys().chain(desired.rules.keys()) {
        owned.entry(&key.module).or_insert_with(|| !tape.chance(3));
    }
    for (module, _) in owned.into_iter().filter(|(_, owned)| *owned) {
        let mut rules = desired
            .rules
            .iter()
            .filter(|(key, _)| key.module == *module)
            .peekable();
        if rules.peek().is_none() {
            intent.sharing.no_rules.insert(module.clone(), Span::NOWHERE);
        }
        let rules = rules.map(|(key, access)| {
            let rule = RuleIntent {
                expires: last_day(tape),
                ..RuleIntent::new(*access, Span::NOWHERE)
            };
            (key.clone(), rule)
        });
        intent.sharing.rules.extend(rules);
    }
}

fn removals(intent: &mut Intent, change: &Change, tape: &mut Tape) {
    let removal = |transfer_to: Option<Principal>| Removal {
        at: Span::NOWHERE,
        transfer_to: transfer_to.map(at),
        transfer_to_profile: None,
    };
    for (name, heir) in &change.heirs.profiles {
        if !tape.chance(1) {
            let mut removal = removal(None);
            removal.transfer_to_profile = heir.clone().map(at);
            intent.removed.profiles.insert(name.clone(), removal);
        }
    }
    for (name, heir) in &change.heirs.roles {
        if !tape.chance(1) {
            let heir = heir.clone().map(Principal::Role);
            intent.removed.roles.insert(name.clone(), removal(heir));
        }
    }
    for (name, heir) in &change.heirs.groups {
        if !tape.chance(1) {
            intent.removed.groups.insert(name.clone(), removal(heir.clone()));
        }
    }
}
