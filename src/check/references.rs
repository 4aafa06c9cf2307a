//! Every name that a manifest refers to is there.

use std::collections::{BTreeMap, HashSet};

use super::Context;
use crate::model::{At, GroupName, Principal, ProfileName, RoleName, UserName};
use crate::text::{Code, Diagnostic, Diagnostics, Span, closest};

/// Resolves every reference of every manifest.
pub(super) fn resolve(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let resolver = Resolver::new(context);
    let intent = context.intent;
    for wanted in intent.roles.values() {
        if let Some(At {
            value: Some(role),
            span,
        }) = &wanted.reports_to
        {
            diagnostics.extend(resolver.role(role, *span));
        }
        for profile in wanted.profiles.iter().flat_map(|profiles| &profiles.value) {
            diagnostics.extend(resolver.profile(&profile.value, profile.span));
        }
    }
    for wanted in intent.groups.values() {
        if let Some(members) = &wanted.members {
            let members = &members.value;
            // What is over refers to nothing any more: someone who left by the last day is no mistake.
            let today = context.today;
            for user in members.users.iter().filter(|user| !user.is_over(today)) {
                diagnostics.extend(resolver.user(&user.value, user.span));
            }
            let roles = members.roles.iter().chain(&members.roles_and_subordinates);
            for role in roles.filter(|role| !role.is_over(today)) {
                diagnostics.extend(resolver.role(&role.value, role.span));
            }
            for group in members.groups.iter().filter(|group| !group.is_over(today)) {
                diagnostics.extend(resolver.group(&group.value, group.span));
            }
        }
        for role in wanted.roles.iter().flat_map(|roles| &roles.value) {
            diagnostics.extend(resolver.role(&role.value, role.span));
        }
        for user in [&wanted.head, &wanted.deputy].into_iter().flatten() {
            if let At {
                value: Some(name),
                span,
            } = user
            {
                diagnostics.extend(resolver.user(name, *span));
            }
        }
        for (group, _) in wanted.monitor_groups.iter().flat_map(|groups| &groups.value) {
            diagnostics.extend(resolver.group(&group.value, group.span));
        }
    }
    let rules = intent.sharing.rules.iter();
    for (key, wanted) in rules.filter(|(_, wanted)| !wanted.is_over(context.today)) {
        diagnostics.extend(resolver.principal(&key.from, wanted.from));
        diagnostics.extend(resolver.principal(&key.to, wanted.to));
    }
    for wanted in intent.users.values() {
        if let Some(At {
            value: Some(role),
            span,
        }) = &wanted.role
        {
            diagnostics.extend(resolver.role(role, *span));
        }
    }
    // An heir that is removed itself is the removal's mistake, and told there.
    let removed = &intent.removed;
    for heir in removed
        .roles
        .values()
        .chain(removed.groups.values())
        .filter_map(|removal| removal.transfer_to.as_ref())
    {
        let goes_too = match &heir.value {
            Principal::Role(name) | Principal::RoleAndSubordinates(name) => removed.roles.contains_key(name),
            Principal::Group(name) => removed.groups.contains_key(name),
            Principal::Everyone | Principal::User(_) => false,
        };
        if !goes_too {
            diagnostics.extend(resolver.principal(&heir.value, heir.span));
        }
    }
    for heir in removed
        .profiles
        .values()
        .filter_map(|removal| removal.transfer_to_profile.as_ref())
    {
        if !removed.profiles.contains_key(&heir.value) {
            diagnostics.extend(resolver.profile(&heir.value, heir.span));
        }
    }
    resolver.existing(diagnostics);
}

struct Resolver<'a> {
    context: &'a Context<'a>,
    old_roles: BTreeMap<&'a RoleName, &'a RoleName>,
    old_profiles: BTreeMap<&'a ProfileName, &'a ProfileName>,
    old_groups: BTreeMap<&'a GroupName, &'a GroupName>,
    /// What the desired state has. Every reference is looked up, so these are tables rather than trees.
    roles: HashSet<&'a RoleName>,
    groups: HashSet<&'a GroupName>,
    /// The users of the deployment; offline those that manifests name as theirs.
    users: HashSet<&'a UserName>,
}

impl<'a> Resolver<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        let intent = context.intent;
        let roles = intent.roles.iter();
        let profiles = intent.profiles.iter();
        let groups = intent.groups.iter();
        Self {
            context,
            old_roles: roles
                .filter_map(|(new, w)| Some((&w.renamed_from.as_ref()?.value, new)))
                .collect(),
            old_profiles: profiles
                .filter_map(|(new, w)| Some((&w.renamed_from.as_ref()?.value, new)))
                .collect(),
            old_groups: groups
                .filter_map(|(new, w)| Some((&w.renamed_from.as_ref()?.value, new)))
                .collect(),
            roles: context.desired.roles.keys().collect(),
            groups: context.desired.groups.keys().collect(),
            users: match context.before {
                Some(live) => live.users.keys().collect(),
                None => intent.users.keys().chain(intent.existing.users.keys()).collect(),
            },
        }
    }

    fn role(&self, name: &RoleName, place: Span) -> Option<Diagnostic> {
        if self.roles.contains(name) {
            return None;
        }
        let roles = &self.context.desired.roles;
        let renamed = self.old_roles.get(name).map(|new| new.as_str());
        let removed = self.context.intent.removed.roles.contains_key(name);
        Some(unknown(
            "role",
            name.as_str(),
            place,
            renamed,
            removed,
            self.context.before.is_some(),
            roles.keys().map(RoleName::as_str),
        ))
    }

    fn profile(&self, name: &ProfileName, place: Span) -> Option<Diagnostic> {
        let profiles = &self.context.desired.profiles;
        if profiles.contains_key(name) {
            return None;
        }
        let renamed = self.old_profiles.get(name).map(|new| new.as_str());
        let removed = self.context.intent.removed.profiles.contains_key(name);
        Some(unknown(
            "profile",
            name.as_str(),
            place,
            renamed,
            removed,
            self.context.before.is_some(),
            profiles.keys().map(ProfileName::as_str),
        ))
    }

    fn group(&self, name: &GroupName, place: Span) -> Option<Diagnostic> {
        if self.groups.contains(name) {
            return None;
        }
        let groups = &self.context.desired.groups;
        let renamed = self.old_groups.get(name).map(|new| new.as_str());
        let removed = self.context.intent.removed.groups.contains_key(name);
        Some(unknown(
            "group",
            name.as_str(),
            place,
            renamed,
            removed,
            self.context.before.is_some(),
            groups.keys().map(GroupName::as_str),
        ))
    }

    /// Users come from the product: only a deployment knows them. Offline, a misspelt one is found only when the
    /// manifests list, under `existing.users`, those that they name and do not set.
    fn user(&self, name: &UserName, place: Span) -> Option<Diagnostic> {
        if self.users.contains(name) {
            return None;
        }
        let message = match self.context.before {
            Some(_) => format!("user `{name}` is not on the deployment"),
            None if self.context.intent.existing.users.is_empty() => return None,
            None => format!("user `{name}` is neither under `users` nor under `existing.users`"),
        };
        let mut unknown = Diagnostic::error(Code::UnknownUser, message).at(place);
        if let Some(close) = closest(name.as_str(), self.users.iter().map(|known| known.as_str())) {
            unknown = unknown.hint(format!("did you mean `{close}`?"));
        }
        Some(unknown)
    }

    fn principal(&self, principal: &Principal, place: Span) -> Option<Diagnostic> {
        match principal {
            Principal::Everyone => None,
            Principal::User(name) => self.user(name, place),
            Principal::Role(name) | Principal::RoleAndSubordinates(name) => self.role(name, place),
            Principal::Group(name) => self.group(name, place),
        }
    }

    /// What `existing:` promises is on the deployment.
    fn existing(&self, diagnostics: &mut Diagnostics) {
        let Some(live) = self.context.before else { return };
        let existing = &self.context.intent.existing;
        for (name, place) in existing
            .profiles
            .iter()
            .filter(|(name, _)| !live.profiles.contains_key(*name))
        {
            diagnostics.extend(self.profile(name, *place));
        }
        for (name, place) in existing
            .roles
            .iter()
            .filter(|(name, _)| !live.roles.contains_key(*name))
        {
            diagnostics.extend(self.role(name, *place));
        }
        for (name, place) in existing
            .groups
            .iter()
            .filter(|(name, _)| !live.groups.contains_key(*name))
        {
            diagnostics.extend(self.group(name, *place));
        }
        for (name, place) in &existing.users {
            diagnostics.extend(self.user(name, *place));
        }
    }
}

fn unknown<'a>(
    kind: &str,
    name: &str,
    place: Span,
    renamed: Option<&str>,
    removed: bool,
    live: bool,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    if let Some(new) = renamed {
        return Diagnostic::error(
            Code::RenamedAway,
            format!("{kind} `{name}` is renamed to `{new}`"),
        )
        .at(place)
        .hint(format!("refer to `{new}`"));
    }
    if removed {
        return Diagnostic::error(
            Code::UnknownReference,
            format!("{kind} `{name}` is removed by the manifests"),
        )
        .at(place);
    }
    // Against a deployment, listing a name does not help: it would have to be there.
    let message = if live {
        format!("the deployment has no {kind} `{name}`")
    } else {
        format!("unknown {kind} `{name}`")
    };
    let diagnostic = Diagnostic::error(Code::UnknownReference, message).at(place);
    match closest(name, known) {
        Some(close) if live => diagnostic.hint(format!("did you mean `{close}`?")),
        Some(close) => diagnostic.hint(format!(
            "did you mean `{close}`? If not, list it under `existing.{kind}s`"
        )),
        None if live => diagnostic,
        None => diagnostic.hint(format!("define it, or list it under `existing.{kind}s`")),
    }
}
