//! `desired = overlay(live, intent)`: a complete snapshot again.
//!
//! What manifests name they own, what they leave out stays as it is on the deployment. The overlay decides and
//! explains; it does not judge: whether the result is allowed is `check`'s business.

use std::collections::BTreeMap;

use super::removal::{heirs, remove};
use super::rename::Renames;
use super::rights::overlay_rights;
use super::select::Selected;
use crate::model::{
    Date, Group, GroupIntent, GroupName, Identity, Installation, Intent, Kind, Principal, Profile,
    ProfileIntent, ProfileName, Role, RoleIntent, RoleName, RuleKey, Snapshot,
};
use crate::system::{Manage, System};
use crate::text::{Code, Diagnostic, Diagnostics, Span, closest};

/// Whether users and external objects may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Manifests: users and external objects come from elsewhere.
    Manifests,
    /// Seeds and built-ins: everything is made.
    Seed,
}

/// Who takes over from what is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heirs {
    /// Deleted profiles.
    pub profiles: BTreeMap<ProfileName, Option<ProfileName>>,
    /// Deleted roles.
    pub roles: BTreeMap<RoleName, Option<RoleName>>,
    /// Deleted groups.
    pub groups: BTreeMap<GroupName, Option<Principal>>,
}

/// The desired state and how it came about.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// What the deployment will be.
    pub desired: Snapshot,
    /// Renames that apply.
    pub renames: Renames,
    /// Deletions and who takes over.
    pub heirs: Heirs,
    /// Where manifests ask for deletions, by the names that the objects have on the deployment.
    pub removals: BTreeMap<Identity, Span>,
    /// The live state after the renames, where there are any.
    pub renamed: Option<Box<Snapshot>>,
    /// Objects on the deployment that no manifest names, by their present names; users are never among them.
    pub unmanaged: Vec<Identity>,
    /// The day that it was made for: what expired before is left out.
    pub today: Date,
    /// What was selected, when this is a part of what the manifests want.
    pub selected: Option<Selected>,
    /// The manifests in the names of `desired`, where a selection leaves renames out.
    pub intent: Option<Box<Intent>>,
}

/// Lays an intent over a live state, as it holds on a day: members and rules whose last day is over are not wanted.
///
/// Reports renames that cannot be decided and users that are not there; everything else is judged on the result.
pub fn overlay(
    system: &System,
    live: &Snapshot,
    intent: &Intent,
    scope: Scope,
    today: Date,
    diagnostics: &mut Diagnostics,
) -> Overlay {
    let renames = Renames::of(system, live, intent, diagnostics);
    let mut desired = live.clone();
    renames.apply(&mut desired);
    let renamed = (!renames.is_empty()).then(|| Box::new(desired.clone()));
    if scope == Scope::Seed {
        desired
            .installation
            .features
            .extend(intent.installation.features.clone());
        for (module, fields) in &intent.installation.modules {
            desired
                .installation
                .modules
                .entry(module.clone())
                .or_default()
                .extend(fields.iter().cloned());
        }
        for (owner, counts) in &intent.records.0 {
            desired
                .records
                .0
                .entry(owner.clone())
                .or_default()
                .extend(counts.clone());
        }
    }
    let unmanaged = unmanaged(system, &desired, intent);

    for (name, wanted) in &intent.profiles {
        let profile = desired.profiles.entry(name.clone()).or_default();
        overlay_profile(system, &desired.installation, profile, wanted);
    }
    for (name, wanted) in &intent.roles {
        let role = desired.roles.entry(name.clone()).or_default();
        overlay_role(system, &desired.installation, role, wanted);
    }
    for (name, wanted) in &intent.groups {
        overlay_group(desired.groups.entry(name.clone()).or_default(), wanted, today);
    }
    overlay_sharing(&mut desired, intent, today);
    overlay_users(&mut desired, intent, scope, diagnostics);

    let (heirs, removals) = heirs(system, &desired, intent, &unmanaged);
    remove(&mut desired, &heirs, intent);
    Overlay {
        desired,
        renames,
        heirs,
        removals,
        renamed,
        unmanaged,
        today,
        selected: None,
        intent: None,
    }
}

impl Overlay {
    /// The live state in the names that hold after the renames.
    pub fn before<'a>(&'a self, live: &'a Snapshot) -> &'a Snapshot {
        self.renamed.as_deref().unwrap_or(live)
    }

    /// The manifests in the names that hold after the renames.
    pub fn wanted<'a>(&'a self, intent: &'a Intent) -> &'a Intent {
        self.intent.as_deref().unwrap_or(intent)
    }
}

fn overlay_profile(
    system: &System,
    installation: &Installation,
    profile: &mut Profile,
    wanted: &ProfileIntent,
) {
    if let Some(description) = &wanted.description {
        profile.description.clone_from(&description.value);
    }
    overlay_rights(system, installation, &mut profile.rights, &wanted.rights);
}

fn overlay_role(system: &System, installation: &Installation, role: &mut Role, wanted: &RoleIntent) {
    if let Some(description) = &wanted.description {
        role.description.clone_from(&description.value);
    }
    if let Some(reports_to) = &wanted.reports_to {
        role.reports_to.clone_from(&reports_to.value);
    }
    if let Some(profiles) = &wanted.profiles {
        role.profiles = profiles.value.iter().map(|at| at.value.clone()).collect();
    }
    if let Some(scope) = &wanted.assign_records_to {
        role.assign_records_to = scope.value;
    }
    overlay_rights(system, installation, &mut role.rights, &wanted.rights);
}

fn overlay_group(group: &mut Group, wanted: &GroupIntent, today: Date) {
    // Named one by one, so that an attribute added to the intent cannot be forgotten here.
    let GroupIntent {
        at: _,
        renamed_from: _,
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
    } = wanted;
    if let Some(description) = description {
        group.description.clone_from(&description.value);
    }
    if let Some(variety) = variety {
        group.variety = Some(variety.value.clone());
    }
    if let Some(status) = status {
        group.status = status.value;
    }
    if let Some(members) = members {
        group.members = members.value.members(today);
    }
    if let Some(roles) = roles {
        group.roles = roles.value.iter().map(|at| at.value.clone()).collect();
    }
    if let Some(head) = head {
        group.head.clone_from(&head.value);
    }
    if let Some(deputy) = deputy {
        group.deputy.clone_from(&deputy.value);
    }
    if let Some(authorisations) = head_authorisations {
        group.head_authorisations.clone_from(&authorisations.value);
    }
    if let Some(authorisations) = authorisations {
        group.authorisations.clone_from(&authorisations.value);
    }
    if let Some(line) = line {
        group.line.clone_from(&line.value);
    }
    if let Some(call_group) = call_group {
        group.call_group.clone_from(&call_group.value);
    }
    if let Some(services) = services {
        group.services = services.value.iter().map(|at| at.value.clone()).collect();
    }
    if let Some(shown) = monitor_groups {
        group.monitor_groups = shown
            .value
            .iter()
            .map(|(name, places)| (name.value.clone(), *places))
            .collect();
    }
    if let Some(keys) = keys {
        group.keys.clone_from(&keys.value);
    }
    if let Some(created_by) = created_by {
        group.created_by.clone_from(&created_by.value);
    }
}

fn overlay_sharing(desired: &mut Snapshot, intent: &Intent, today: Date) {
    let sharing = &intent.sharing;
    for (module, access) in &sharing.defaults {
        desired.sharing.defaults.insert(module.clone(), access.value);
    }
    let owned = sharing.owned_modules();
    let exhaustive = intent.ownership.is_exhaustive(Kind::SharingRule);
    if exhaustive || !owned.is_empty() {
        let is_wanted = |key: &RuleKey| sharing.rules.get(key).is_some_and(|rule| !rule.is_over(today));
        desired
            .sharing
            .rules
            .retain(|key, _| !(exhaustive || owned.contains(&key.module)) || is_wanted(key));
    }
    for (key, rule) in sharing.rules.iter().filter(|(_, rule)| !rule.is_over(today)) {
        desired.sharing.rules.insert(key.clone(), rule.value);
    }
}

fn overlay_users(desired: &mut Snapshot, intent: &Intent, scope: Scope, diagnostics: &mut Diagnostics) {
    for (name, wanted) in &intent.users {
        if scope == Scope::Seed {
            desired.users.entry(name.clone()).or_default();
        }
        let Some(user) = desired.users.get_mut(name) else {
            let mut unknown = Diagnostic::error(
                Code::UnknownUser,
                format!("user `{name}` is not on the deployment"),
            )
            .at(wanted.at);
            if let Some(close) = closest(name.as_str(), desired.users.keys().map(|known| known.as_str())) {
                unknown = unknown.hint(format!("did you mean `{close}`?"));
            }
            diagnostics.push(unknown);
            continue;
        };
        if let Some(role) = &wanted.role {
            user.role.clone_from(&role.value);
        }
        if let Some(administrator) = &wanted.administrator {
            user.administrator = administrator.value;
        }
        if let Some(active) = &wanted.active {
            user.active = active.value;
        }
        if let Some(created_by) = &wanted.created_by {
            user.created_by.clone_from(&created_by.value);
        }
        if let Some(primary_group) = &wanted.primary_group {
            user.primary_group.clone_from(&primary_group.value);
        }
    }
}

/// What no manifest names, on a snapshot whose renames are done.
fn unmanaged(system: &System, renamed: &Snapshot, intent: &Intent) -> Vec<Identity> {
    let definition = system.definition();
    let mut unmanaged = Vec::new();
    for name in renamed.profiles.keys() {
        let known = intent.profiles.contains_key(name)
            || intent.existing.profiles.contains_key(name)
            || intent.removed.profiles.contains_key(name)
            || definition.builtin.profiles.contains_key(name);
        if !known {
            unmanaged.push(Identity::Profile(name.clone()));
        }
    }
    let roles_are_ours = definition
        .roles
        .as_ref()
        .is_some_and(|kind| kind.manage == Manage::Full);
    for name in renamed.roles.keys().filter(|_| roles_are_ours) {
        let known = intent.roles.contains_key(name)
            || intent.existing.roles.contains_key(name)
            || intent.removed.roles.contains_key(name)
            || definition.builtin.roles.contains_key(name);
        if !known {
            unmanaged.push(Identity::Role(name.clone()));
        }
    }
    for name in renamed.groups.keys() {
        let known = intent.groups.contains_key(name)
            || intent.existing.groups.contains_key(name)
            || intent.removed.groups.contains_key(name)
            || definition.builtin.groups.contains_key(name);
        if !known {
            unmanaged.push(Identity::Group(name.clone()));
        }
    }
    let owned = intent.sharing.owned_modules();
    for key in renamed.sharing.rules.keys() {
        if !owned.contains(&key.module) {
            unmanaged.push(Identity::SharingRule(key.clone()));
        }
    }
    unmanaged
}
