//! Step 5, the default of a module and its sharing rules, and the fault by which some products take one role for
//! another ("Faults of products").

use std::collections::BTreeSet;

use rolecall::access::Owner;
use rolecall::model::{
    DefaultAccess, GroupName, ModuleName, Principal, RoleName, RuleAccess, Snapshot, UserName,
};
use rolecall::system::Effect;

use super::World;
use super::membership::{is_below, is_in_or_below, is_member, is_member_by, with_contained};

impl World<'_> {
    /// Whether the default of a module opens an action to whoever got here.
    pub(super) fn default_opens(self, module: &ModuleName, effect: Effect, has_right: bool) -> bool {
        // Systems without defaults open nothing here.
        // Open: whether that is also so for a module that is not shareable, on which a sentence before says that
        // whoever has the right has it on every record. It is the last word here.
        if self.usual_default().is_none() {
            return false;
        }
        match self.default_of(module) {
            Some(default) => opens_by_default(default, effect),
            // Not shareable, and its definition states none: whoever has the right has it on every record.
            None => has_right,
        }
    }

    /// The default that holds for a module; `None` for one that is not shareable and whose definition states none,
    /// and in systems without defaults.
    fn default_of(self, module: &ModuleName) -> Option<DefaultAccess> {
        let module = self.followed(module);
        match self.system.module(&module).filter(|listed| !listed.shareable) {
            Some(listed) => listed.default.filter(|_| self.usual_default().is_some()),
            // A module that states none has the system's usual one.
            None => self
                .snapshot
                .sharing
                .defaults
                .get(&module)
                .copied()
                .or(self.usual_default()),
        }
    }

    fn usual_default(self) -> Option<DefaultAccess> {
        let sharing = self.system.definition().sharing.as_ref()?;
        Some(sharing.defaults.as_ref()?.usual)
    }

    /// A module that `follows` another has that one's default and rules, also where that one is not shareable.
    // Open: whether that goes on when that one follows another. It does here; no definition has it.
    fn followed(self, module: &ModuleName) -> ModuleName {
        let mut at = module;
        let mut seen = BTreeSet::new();
        while let Some(other) = self.system.module(at).and_then(|module| module.follows.as_ref())
            && seen.insert(other)
        {
            at = other;
        }
        at.clone()
    }

    /// Whether a rule of the module opens an action on someone's records.
    pub(super) fn rules_open(
        self,
        user: &UserName,
        module: &ModuleName,
        effect: Effect,
        owner: &Owner,
    ) -> bool {
        let module = self.followed(module);
        if !self.rules_count(&module) {
            return false;
        }
        let rules = &self.snapshot.sharing.rules;
        rules
            .iter()
            .filter(|(key, _)| key.module == module)
            .filter(|(key, _)| self.gives(&key.from) && self.gives(&key.to))
            .any(|(key, access)| {
                opens_by_rule(*access, effect)
                    && self.gains(user, &key.to)
                    && self.covers_owner(&key.from, owner)
            })
    }

    /// Rules count where the module is shareable and its default is one of `only_under_defaults`, or that is empty.
    fn rules_count(self, module: &ModuleName) -> bool {
        let shareable = self.system.module(module).is_none_or(|listed| listed.shareable);
        let under = &self.system.definition().access.rules.only_under_defaults;
        let default = self.default_of(module);
        shareable && (under.is_empty() || default.is_some_and(|default| under.contains(&default)))
    }

    /// A rule that names an inactive group on either side has no effect.
    fn gives(self, principal: &Principal) -> bool {
        match principal {
            Principal::Group(group) => {
                let found = self.snapshot.groups.get(group);
                found.is_some_and(|found| self.counts(found))
            }
            Principal::Everyone
            | Principal::User(_)
            | Principal::Role(_)
            | Principal::RoleAndSubordinates(_) => true,
        }
    }

    /// Whether a user gains what a rule gives: it is for the user or, with `includes_shared`, for someone whose
    /// superior the user is.
    // Open: whether a subordinate counts who cannot log in. As an owner one does, so one does here.
    fn gains(self, user: &UserName, to: &Principal) -> bool {
        let role = |name: &UserName| self.user(name)?.role.as_ref();
        let is_superior_of = |other: &UserName| match (role(user), role(other)) {
            (Some(own), Some(others)) => is_below(self.snapshot, others, own),
            _ => false,
        };
        let includes_shared = self.system.definition().access.hierarchy.includes_shared;
        let mut others = self.snapshot.users.keys();
        self.is_for(user, to)
            || (includes_shared && others.any(|other| is_superior_of(other) && self.is_for(other, to)))
    }

    /// A rule is for a user who is everyone, that user, has the role, has the role or one below it, or is in the
    /// group.
    fn is_for(self, user: &UserName, to: &Principal) -> bool {
        let role = self.user(user).and_then(|user| user.role.as_ref());
        match to {
            Principal::Everyone => true,
            Principal::User(name) => name == user,
            Principal::Role(name) => role == Some(name),
            Principal::RoleAndSubordinates(top) => {
                role.is_some_and(|role| is_in_or_below(self.snapshot, role, top))
            }
            Principal::Group(group) => is_member(self.snapshot, user, group),
        }
    }

    /// Whether a rule from a principal is about the records of an owner.
    fn covers_owner(self, from: &Principal, owner: &Owner) -> bool {
        match (from, owner) {
            // Open: whether records of groups are everyone's. They are here: a rule from everyone shares the
            // records of the module, whoever owns them.
            (Principal::Everyone, Owner::User(_) | Owner::Group(_)) => true,
            (Principal::User(name), Owner::User(owner)) => name == owner,
            (Principal::Role(name), Owner::User(owner)) => self.role_of(owner) == Some(name),
            (Principal::RoleAndSubordinates(top), Owner::User(owner)) => {
                let covers = self.way_of_sources();
                self.role_of(owner)
                    .is_some_and(|role| covers(self.snapshot, role, top))
            }
            (Principal::Group(group), Owner::User(owner)) => self.source_covers_member(group, owner),
            // The group itself and all groups it contains.
            // Open: whether those of an inactive group that it contains are covered. They are here: what counts is
            // the group that the rule names.
            (Principal::Group(group), Owner::Group(owner)) => {
                with_contained(self.snapshot, group).contains(owner)
            }
            (
                Principal::User(_) | Principal::Role(_) | Principal::RoleAndSubordinates(_),
                Owner::Group(_),
            ) => false,
        }
    }

    fn role_of(&self, user: &UserName) -> Option<&RoleName> {
        self.snapshot.users.get(user)?.role.as_ref()
    }

    /// Members of a source, and of all groups it contains, where sources cover members.
    fn source_covers_member(self, group: &GroupName, owner: &UserName) -> bool {
        let covers = self.way_of_sources();
        self.system.definition().access.rules.group_source_covers_members
            && is_member_by(self.snapshot, owner, group, covers, &mut BTreeSet::new())
    }

    /// How the users of a role and its subordinates are found in sources of rules: rightly, or by the beginnings of
    /// paths.
    fn way_of_sources(self) -> &'static super::membership::Covers {
        match self.system.definition().access.subordinates_by_path_prefix {
            true => &is_taken_along,
            false => &is_in_or_below,
        }
    }
}

fn opens_by_default(default: DefaultAccess, effect: Effect) -> bool {
    match effect {
        Effect::View => default >= DefaultAccess::PublicRead,
        Effect::Edit => default >= DefaultAccess::PublicReadWrite,
        Effect::Delete => default >= DefaultAccess::PublicReadWriteDelete,
        Effect::Create | Effect::Function => false,
    }
}

fn opens_by_rule(access: RuleAccess, effect: Effect) -> bool {
    match (access, effect) {
        (_, Effect::Create | Effect::Function) => false,
        (
            RuleAccess::ReadWriteDelete | RuleAccess::AsPermitted,
            Effect::View | Effect::Edit | Effect::Delete,
        ) => true,
        (RuleAccess::ReadWrite, Effect::View | Effect::Edit) => true,
        (RuleAccess::Read, Effect::View) => true,
        (RuleAccess::ReadWrite, Effect::Delete) | (RuleAccess::Read, Effect::Edit | Effect::Delete) => false,
    }
}

/// Whether a role counts as another or below it, found by the beginning of the path of ids: `H1::H20` begins with
/// `H1::H2`.
fn is_taken_along(snapshot: &Snapshot, role: &RoleName, top: &RoleName) -> bool {
    let begins = match (path(snapshot, role), path(snapshot, top)) {
        (Some(path), Some(beginning)) => path.starts_with(&beginning),
        _ => false,
    };
    begins || is_in_or_below(snapshot, role, top)
}

/// The path of ids from the top down to a role. Without the id of any role on it, and in a circle, there is none.
fn path(snapshot: &Snapshot, role: &RoleName) -> Option<String> {
    let mut ids = Vec::new();
    let mut seen = BTreeSet::new();
    let mut at = Some(role);
    while let Some(role) = at {
        if !seen.insert(role) {
            return None;
        }
        ids.push(snapshot.role_ids.get(role)?.as_str());
        at = snapshot.roles.get(role)?.reports_to.as_ref();
    }
    ids.reverse();
    Some(ids.join("::"))
}
