//! Groups.

use std::collections::{BTreeMap, BTreeSet};

use rolecall::model::{
    Authorisations, CallGroup, Dial, Group, GroupName, Key, Line, Members, MonitorPlaces, Status,
};
use rolecall::system::{Constraint, GroupAttribute, MemberKind};

use super::Tape;
use super::frame::Frame;
use super::names::TEXTS;

/// A group; [`fit`] takes out what does not go together.
pub(super) fn group(tape: &mut Tape, frame: &Frame<'_>, name: &GroupName) -> Group {
    let Some(kind) = &frame.system.definition().groups else {
        return Group::default();
    };
    let has = |attribute| kind.attributes.contains_key(&attribute);
    let mut group = Group::default();
    if has(GroupAttribute::Members) {
        group.members = members(tape, frame, name);
    }
    if has(GroupAttribute::MonitorGroups) {
        group.monitor_groups = monitor_groups(tape, frame);
    }
    if has(GroupAttribute::Roles) {
        group.roles = tape.some(3, frame.roles.iter().cloned());
    }
    if has(GroupAttribute::Status) && tape.chance(3) {
        group.status = Status::Inactive;
    }
    if has(GroupAttribute::Description) {
        group.description = tape.pick(TEXTS).unwrap_or_default().to_owned();
    }
    if has(GroupAttribute::Head) {
        group.head = tape.maybe(frame.users.keys().cloned());
    }
    if has(GroupAttribute::Deputy) {
        group.deputy = tape.maybe(frame.users.keys().cloned());
    }
    if has(GroupAttribute::HeadAuthorisations) {
        group.head_authorisations = authorisations(tape, frame);
    }
    if has(GroupAttribute::Authorisations) {
        group.authorisations = authorisations(tape, frame);
    }
    if has(GroupAttribute::Line) && tape.chance(3) {
        group.line = Some(Line {
            number: tape.pick(["10", "+49 30 1", "0"]).unwrap_or_default().to_owned(),
            authorisations: authorisations(tape, frame),
        });
    }
    if has(GroupAttribute::CallGroup) {
        let allowed = |needs: &Option<_>| needs.as_ref().is_none_or(|feature| frame.has_feature(feature));
        let modes = kind.call_group_modes.iter().filter(|mode| allowed(&mode.needs));
        group.call_group = tape.maybe(modes.map(|mode| mode.id)).map(|mode| CallGroup {
            mode,
            number: tape.pick(["20", "007"]).unwrap_or_default().to_owned(),
        });
    }
    if has(GroupAttribute::Services) {
        let taken = |unless: &Option<_>| unless.as_ref().is_some_and(|feature| frame.has_feature(feature));
        let services = frame.system.definition().services.iter();
        let services = services.filter(|service| !taken(&service.unless));
        group.services = tape.some(3, services.map(|service| service.id.clone()));
    }
    if has(GroupAttribute::Keys) {
        group.keys = (0..tape.below(3)).map(|_| key(tape)).collect();
    }
    if has(GroupAttribute::CreatedBy) {
        group.created_by = tape.maybe(frame.users.keys().cloned());
    }
    group
}

/// Groups before this one, as long as they nest no deeper than four levels.
fn containable<'a>(frame: &'a Frame<'_>, name: &GroupName) -> impl Iterator<Item = &'a GroupName> {
    let at = frame.groups.iter().position(|other| other == name).unwrap_or(0);
    frame.groups[at.saturating_sub(4)..at].iter()
}

fn members(tape: &mut Tape, frame: &Frame<'_>, name: &GroupName) -> Members {
    let mut members = Members::default();
    if frame.has_member_kind(MemberKind::Groups) {
        members.groups = tape.some(2, containable(frame, name).cloned());
    }
    if frame.has_member_kind(MemberKind::Users) {
        members.users = tape.some(4, frame.joiners());
    }
    if frame.has_member_kind(MemberKind::Roles) {
        members.roles = tape.some(2, frame.joining_roles());
    }
    if frame.has_member_kind(MemberKind::RolesAndSubordinates) {
        members.roles_and_subordinates = tape.some(2, frame.joining_roles());
    }
    members
}

fn places(tape: &mut Tape) -> MonitorPlaces {
    MonitorPlaces {
        monitor: tape.chance(4),
        favorites: tape.chance(4),
    }
}

/// Any groups, the group itself and groups that show this one among them.
fn monitor_groups(tape: &mut Tape, frame: &Frame<'_>) -> BTreeMap<GroupName, MonitorPlaces> {
    let shown = tape.some(3, frame.groups.iter().cloned());
    shown.into_iter().map(|group| (group, places(tape))).collect()
}

fn key(tape: &mut Tape) -> Key {
    let number = tape.pick(["1", "+49 1", "*"]).unwrap_or_default().to_owned();
    Key {
        name: tape.pick(["Door", "no", "日本"]).unwrap_or_default().to_owned(),
        dial: match tape.chance(4) {
            true => Dial::SpeedDial(number),
            false => Dial::Number(number),
        },
        places: places(tape),
    }
}

fn authorisations(tape: &mut Tape, frame: &Frame<'_>) -> Option<Authorisations> {
    let catalogue = frame.system.definition().authorisations.as_ref()?;
    let chosen = match tape.below(3) {
        0 => return None,
        1 => Authorisations::Level(tape.pick(catalogue.levels.iter().map(|level| level.id.clone()))?),
        _ => {
            let rights = catalogue.areas.iter().flat_map(|area| {
                area.rights
                    .iter()
                    .map(|right| (area.id.clone(), right.id.clone()))
            });
            let mut areas: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
            for (area, right) in tape.some(5, rights) {
                areas.entry(area).or_default().insert(right);
            }
            Authorisations::Special(areas)
        }
    };
    frame.system.canonical_authorisations(Some(chosen))
}

/// Makes a group refer to what is there, and takes out what the system does not let stand together.
pub(super) fn fit(group: &mut Group, frame: &Frame<'_>, name: &GroupName) {
    let containable: BTreeSet<&GroupName> = containable(frame, name).collect();
    let users: BTreeSet<_> = frame.joiners().collect();
    let roles: BTreeSet<_> = frame.joining_roles().collect();
    let members = &mut group.members;
    members.groups.retain(|nested| containable.contains(nested));
    members.users.retain(|user| users.contains(user));
    members.roles.retain(|role| roles.contains(role));
    members.roles_and_subordinates.retain(|role| roles.contains(role));
    group.roles.retain(|role| frame.roles.contains(role));
    group
        .monitor_groups
        .retain(|shown, _| frame.groups.contains(shown));
    if group.head.is_none() && frame.system.has(Constraint::HeadSettingsNeedHead) {
        group.deputy = None;
        group.head_authorisations = None;
    }
    if group.status == Status::Inactive && frame.system.has(Constraint::CallGroupNeedsActiveGroup) {
        group.call_group = None;
    }
}
