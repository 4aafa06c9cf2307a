//! The way back: from what is there now to what was there before an apply.
//!
//! Only the objects that the apply touched go back, whoever changed them since. Everything else stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::back_heirs::heirs;
use super::back_restore::restore;
use super::overlay::Overlay;
use super::removal::remove;
use super::rename::Renames;
use crate::model::{
    Date, GroupName, Identity, Intent, ModuleName, Principal, PrincipalKind, ProfileName, RoleName, Snapshot,
    UserName,
};
use crate::system::System;

/// What was recorded of an apply before it began.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// The objects that it was to touch as they were, by their names before.
    pub before: &'a Snapshot,
    /// The same as they were to become, by their names after.
    pub after: &'a Snapshot,
    /// What was to get another name.
    pub renames: &'a Renames,
    /// Records that were to change hands: who had them, who was to get them, how many.
    pub transferred: &'a [(Principal, Principal, u64)],
}

/// The state to go back to, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Back {
    /// The state as an overlay, so that whatever judges and plans needs no special case.
    pub overlay: Overlay,
    /// Remarks, in order.
    pub notes: Vec<BackNote>,
}

/// A remark on the way back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackNote {
    /// The object is neither as it was before the apply nor as the apply left it.
    ChangedSince {
        /// The object by its name before.
        identity: Identity,
        /// The object by the name that the apply gave it.
        applied: Identity,
    },
    /// Records that went to an heir do not come back.
    RecordsStay {
        /// Who had them.
        from: Principal,
        /// Who got them.
        with: Principal,
        /// How many.
        records: u64,
    },
    /// An object goes back without what it referred to, because that is no longer there.
    Without {
        /// The object that goes back.
        holder: Identity,
        /// What is not there.
        missing: Identity,
    },
    /// A rule does not come back, because one of its ends is no longer there.
    NotRestored {
        /// The rule.
        rule: Identity,
        /// The end that is not there.
        missing: Identity,
    },
    /// A user stays in a group, because it is the user's primary one.
    MemberStays {
        /// The group.
        group: GroupName,
        /// The user.
        user: UserName,
    },
    /// The user is no longer there.
    UserGone(UserName),
    /// The module had no default before, and a default cannot be taken away.
    DefaultStays(ModuleName),
}

/// Why there is no way back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackError {
    /// The product asks who takes over the records of groups that go, and nobody is named.
    #[error("{} made by the apply and would go, and nobody is named who gets the records", are(.0))]
    GroupsNeedHeir(Vec<GroupName>),
    /// Whoever is named to take over is not there, or goes as well.
    #[error("{0} cannot get the records: it will not be there")]
    HeirNotThere(Principal),
    /// The product hands records over to others only.
    #[error("{heir} cannot get the records: the system hands them to {}", kinds(.allowed))]
    HeirOfOtherKind {
        /// Who is named.
        heir: Principal,
        /// Who may be.
        allowed: BTreeSet<PrincipalKind>,
    },
    /// No role is left that could take the users.
    #[error("role {0} was made by the apply and cannot go: no other role is left for its users")]
    RoleNeedsHeir(RoleName),
    /// No profile is left that could take its place.
    #[error("profile {0} was made by the apply and cannot go: no other profile is left to take its place")]
    ProfileNeedsHeir(ProfileName),
    /// A role is to be made again under one that is no longer there.
    #[error("role {role} cannot come back: role {superior}, which it reported to, is no longer there")]
    SuperiorGone {
        /// The role.
        role: RoleName,
        /// The one above it.
        superior: RoleName,
    },
}

fn are(groups: &[GroupName]) -> String {
    let names: Vec<&str> = groups.iter().map(|name| name.as_str()).collect();
    match names[..] {
        [only] => format!("group {only} was"),
        _ => format!("groups {} were", names.join(", ")),
    }
}

fn kinds(allowed: &BTreeSet<PrincipalKind>) -> String {
    let words: Vec<&str> = allowed.iter().map(|kind| kind.as_str()).collect();
    if words.is_empty() {
        return "nobody".to_owned();
    }
    format!("a {}", words.join(" or a "))
}

/// The way from `live` back to what was recorded. `records_to` gets the records of groups that the apply made and that
/// go, where the product asks for someone.
///
/// # Errors
/// When something cannot go or come back in this product.
pub fn back(
    system: &System,
    live: &Snapshot,
    recorded: &Recorded<'_>,
    records_to: Option<&Principal>,
    today: Date,
) -> Result<Back, BackError> {
    let renames = renames(live, recorded.renames);
    let mut now = live.clone();
    renames.apply(&mut now);
    let going = Going::of(&now, recorded, &renames);
    let heirs = heirs(system, &now, recorded, &going, records_to)?;
    let mut desired = now.clone();
    // No manifest asks for anything here: whatever refers to what goes lets go of it.
    remove(&mut desired, &heirs, &Intent::default());
    let mut notes = changed_since(&now, recorded, &going);
    restore(&mut desired, &now, recorded, &mut notes)?;
    let comes_back = |owner: &Principal| {
        let identity = owner.identity();
        identity.is_some_and(|identity| desired.has(&identity) && !now.has(&identity))
    };
    let stay = recorded.transferred.iter().filter(|(from, ..)| comes_back(from));
    notes.extend(stay.map(|(from, with, records)| BackNote::RecordsStay {
        from: from.clone(),
        with: with.clone(),
        records: *records,
    }));
    notes.sort();
    let renamed = (!renames.is_empty()).then(|| Box::new(now));
    let overlay = Overlay {
        desired,
        renames,
        heirs,
        removals: BTreeMap::new(),
        renamed,
        unmanaged: Vec::new(),
        today,
        selected: None,
        intent: None,
    };
    Ok(Back { overlay, notes })
}

/// The renames that give objects their old names back: where the object has the new name and the old one is free.
fn renames(live: &Snapshot, recorded: &Renames) -> Renames {
    Renames {
        profiles: applicable(&recorded.profiles, &live.profiles),
        roles: applicable(&recorded.roles, &live.roles),
        groups: applicable(&recorded.groups, &live.groups),
    }
}

fn applicable<N: Clone + Ord, O>(recorded: &BTreeMap<N, N>, live: &BTreeMap<N, O>) -> BTreeMap<N, N> {
    let got_its_name = |new: &N| {
        // What has the name may be the one that was to give it up and never did.
        let waits = recorded.get(new).is_some_and(|next| !live.contains_key(next));
        live.contains_key(new) && !waits
    };
    let mut open: Vec<(&N, &N)> = recorded.iter().map(|(old, new)| (new, old)).collect();
    open.retain(|(new, _)| got_its_name(new));
    let mut back: BTreeMap<N, N> = BTreeMap::new();
    loop {
        let before = open.len();
        open.retain(|(new, old)| {
            let free = !live.contains_key(*old) || back.contains_key(*old);
            if free {
                back.insert((*new).clone(), (*old).clone());
            }
            !free
        });
        if open.len() == before {
            return back;
        }
    }
}

/// The objects that go: the apply made them, or gave them a name while someone else has the old one.
pub(super) struct Going {
    pub(super) profiles: BTreeSet<ProfileName>,
    pub(super) roles: BTreeSet<RoleName>,
    pub(super) groups: BTreeSet<GroupName>,
}

impl Going {
    fn of(now: &Snapshot, recorded: &Recorded<'_>, renames: &Renames) -> Self {
        let Recorded { before, after, .. } = recorded;
        Self {
            profiles: going(
                &now.profiles,
                &before.profiles,
                &after.profiles,
                &renames.profiles,
            ),
            roles: going(&now.roles, &before.roles, &after.roles, &renames.roles),
            groups: going(&now.groups, &before.groups, &after.groups, &renames.groups),
        }
    }
}

fn going<N: Clone + Ord, O>(
    now: &BTreeMap<N, O>,
    before: &BTreeMap<N, O>,
    after: &BTreeMap<N, O>,
    renames: &BTreeMap<N, N>,
) -> BTreeSet<N> {
    let made = after
        .keys()
        .filter(|name| !before.contains_key(*name) && !renames.contains_key(*name));
    made.filter(|name| now.contains_key(*name)).cloned().collect()
}

/// The touched objects that are neither as they were nor as the apply left them.
fn changed_since(now: &Snapshot, recorded: &Recorded<'_>, going: &Going) -> Vec<BackNote> {
    let Recorded { before, after, .. } = recorded;
    let mut left = (*after).clone();
    recorded.renames.inverse().apply(&mut left);
    let mut identities: BTreeSet<Identity> = before.identities().collect();
    identities.extend(left.sharing.rules.keys().cloned().map(Identity::SharingRule));
    identities.extend(going.profiles.iter().cloned().map(Identity::Profile));
    identities.extend(going.roles.iter().cloned().map(Identity::Role));
    identities.extend(going.groups.iter().cloned().map(Identity::Group));
    let changed = identities.into_iter().filter(|identity| {
        let known = [*before, &left, *after];
        !known.iter().any(|state| is_same(identity, now, state))
    });
    let changed = changed.map(|identity| BackNote::ChangedSince {
        applied: recorded.renames.identity(&identity),
        identity,
    });
    changed.collect()
}

/// Whether an object is the same in two states, as far as it is ever written.
fn is_same(identity: &Identity, one: &Snapshot, other: &Snapshot) -> bool {
    match identity {
        Identity::Profile(name) => one.profiles.get(name) == other.profiles.get(name),
        Identity::Role(name) => one.roles.get(name) == other.roles.get(name),
        Identity::Group(name) => one.groups.get(name) == other.groups.get(name),
        Identity::SharingDefault(module) => {
            one.sharing.defaults.get(module) == other.sharing.defaults.get(module)
        }
        Identity::SharingRule(key) => one.sharing.rules.get(key) == other.sharing.rules.get(key),
        Identity::User(name) => {
            let role = |state: &Snapshot| state.users.get(name).map(|user| user.role.clone());
            // One who is not there any more is told as that.
            !one.users.contains_key(name) || role(one) == role(other)
        }
    }
}
