//! A first project for any system: a small live state as a seed, and manifests that show its main kinds.
//!
//! Everything comes from the definition. The seed has a little less than the manifests want, so that the first plan
//! has something to show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_yaml::Value;

use super::documents::{documents, installation, seed};
use super::emit::{Comments, Spacing, emit};
use super::starter_comments::comments;
use super::starter_picks::{Reach, free, is_harmless, modules};
use super::{
    ProjectFile, SchemaReference, WriteError, kinds, manifest_value, project_document, project_file,
};
use crate::manifest::project::{DeploymentDocument, DeploymentKind, MANIFESTS_FOLDER};
use crate::model::{
    Authorisations, DefaultAccess, Group, GroupName, Installation, Members, ModuleName, ModuleRights,
    Principal, PrincipalKind, Profile, ProfileName, Rights, Role, RoleName, RuleKey, Snapshot, User,
    UserName,
};
use crate::system::{
    Effect, GroupAttribute, MemberKind, ProfileAttribute, RoleAttribute, System, UserAttribute,
};
use crate::text::Spanned;

/// The folder of the seed.
const SEED_FOLDER: &str = "seed";

/// A starting project: a project file with an embedded deployment, its seed, and manifests with comments.
pub fn starter(
    system: &System,
    system_reference: &str,
    schemas: Option<&SchemaReference>,
) -> Result<Vec<ProjectFile>, WriteError> {
    let starter = Starter::new(system);
    let wanted = starter.wanted();
    let deployment = DeploymentDocument {
        kind: DeploymentKind::Embedded,
        file: None,
        seed: Some(Spanned::unmarked(SEED_FOLDER.to_owned())),
        account: None,
        manifests: None,
    };
    let project = project_document(
        system_reference,
        "local",
        deployment,
        installation(&wanted.installation),
    );
    let said = [
        (
            "deployments",
            "A file that follows the rules of the system, filled from the seed when it is made.",
        ),
        ("default", "The deployment that is meant when none is named."),
        (
            "installation",
            "What the installation has beyond what every installation has.",
        ),
    ];
    let said = said.map(|(key, words)| (vec![key.to_owned()], words.to_owned()));
    let mut files = vec![project_file(&project, schemas, &said.into_iter().collect())?];

    let mut manifests = documents(&wanted, system).manifests;
    if let Some(existing) = &mut manifests.existing {
        existing.users = existing.users.take().map(|_| {
            let users = wanted.users.keys().cloned();
            users.map(Spanned::unmarked).collect()
        });
    }
    for (kind, part) in kinds(manifests) {
        let mut value = manifest_value(&part, system)?;
        shorten(&mut value);
        let comments = comments(system.definition(), &value);
        let path = Path::new(MANIFESTS_FOLDER).join(format!("{kind}.yaml"));
        let first = schemas.map(|schemas| schemas.line(system.definition().name.as_str(), &path));
        let text = first.unwrap_or_default() + &emit(&value, Spacing::Loose, &comments)?;
        files.push(ProjectFile { path, text });
    }

    let mut value = manifest_value(&seed(&starter.live(&wanted), system), system)?;
    shorten(&mut value);
    files.push(ProjectFile {
        path: Path::new(SEED_FOLDER).join("access.yaml"),
        text: format!(
            "# What the deployment has before anything is applied.\n{}",
            emit(&value, Spacing::Loose, &Comments::new())?
        ),
    });
    files.push(ProjectFile {
        path: PathBuf::from(".gitignore"),
        text: ".rolecall/\n".to_owned(),
    });
    Ok(files)
}

/// Takes out of objects what is empty anyway, so that what is left can be taken in at a glance.
fn shorten(document: &mut Value) {
    let kinds = document.as_mapping_mut().into_iter().flatten();
    let kinds = kinds.filter(|(kind, _)| matches!(kind.as_str(), Some("profiles" | "roles" | "groups")));
    let objects = kinds.filter_map(|(_, objects)| objects.as_mapping_mut());
    for attributes in objects
        .flat_map(|objects| objects.values_mut())
        .filter_map(Value::as_mapping_mut)
    {
        attributes.retain(|key, value| {
            let is_empty = match value {
                Value::Null => true,
                Value::Sequence(items) => items.is_empty(),
                Value::Mapping(mapping) => mapping.is_empty() && key.as_str() != Some("members"),
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Tagged(_) => false,
            };
            !is_empty
        });
    }
}

/// The pieces of the example and what they are called.
struct Starter<'a> {
    system: &'a System,
    lead: RoleName,
    agent: RoleName,
    profile: ProfileName,
    group: GroupName,
    modules: Vec<ModuleName>,
}

const USERS: [&str; 3] = ["anna", "ben", "carla"];

impl<'a> Starter<'a> {
    fn new(system: &'a System) -> Self {
        let definition = system.definition();
        let builtin = &definition.builtin;
        let roles: BTreeSet<&str> = builtin.roles.keys().map(RoleName::as_str).collect();
        let profiles: BTreeSet<&str> = builtin.profiles.keys().map(ProfileName::as_str).collect();
        let groups: BTreeSet<&str> = builtin.groups.keys().map(GroupName::as_str).collect();
        let role = definition.roles.as_ref().map(|kind| &kind.name);
        let profile = definition.profiles.as_ref().map(|kind| &kind.name);
        let group = definition.groups.as_ref().map(|kind| &kind.name);
        Self {
            system,
            lead: free(system, role, &roles, &["Team Lead", "Lead"]).into(),
            agent: free(system, role, &roles, &["Sales Agent", "Agent"]).into(),
            profile: free(system, profile, &profiles, &["Sales", "Standard"]).into(),
            group: free(system, group, &groups, &["Team North", "North"]).into(),
            modules: modules(definition),
        }
    }

    /// What the manifests say.
    fn wanted(&self) -> Snapshot {
        let definition = self.system.definition();
        let mut snapshot = Snapshot::empty(definition.name.clone());
        snapshot.installation = self.installation();
        if let Some(kind) = &definition.profiles {
            let rights = self.rights(
                kind.attributes.contains_key(&ProfileAttribute::Permissions),
                kind.attributes.contains_key(&ProfileAttribute::Modules),
                Reach::Wide,
            );
            let description = "What everyone in sales may do".to_owned();
            snapshot
                .profiles
                .insert(self.profile.clone(), Profile { description, rights });
        }
        if let Some(kind) = &definition.roles {
            let above = kind.root.clone();
            let below = kind.attributes.contains_key(&RoleAttribute::ReportsTo);
            let below = below.then(|| self.lead.clone());
            snapshot
                .roles
                .insert(self.lead.clone(), self.role("Leads the team", above, Reach::Wide));
            snapshot.roles.insert(
                self.agent.clone(),
                self.role("Works in the team", below, Reach::Narrow),
            );
        }
        if definition.groups.is_some() {
            snapshot.groups.insert(self.group.clone(), self.group());
        }
        for name in USERS {
            let role = if name == USERS[0] { &self.lead } else { &self.agent };
            let has_role = definition.users.attributes.contains_key(&UserAttribute::Role);
            let user = User {
                role: has_role.then(|| role.clone()),
                ..User::default()
            };
            snapshot.users.insert(UserName::from(name), user);
        }
        self.share(&mut snapshot);
        snapshot
    }

    /// What the deployment has until then: nobody leads, the group is not complete, nothing is shared.
    fn live(&self, wanted: &Snapshot) -> Snapshot {
        let mut live = wanted.clone();
        live.sharing.defaults.clear();
        live.sharing.rules.clear();
        let uses_lead = live.groups.values().any(|group| group.roles.contains(&self.lead));
        if !uses_lead {
            let kind = self.system.definition().roles.as_ref();
            let is_ours = kind.is_some_and(|kind| kind.manage == crate::system::Manage::Full);
            if is_ours {
                live.roles.remove(&self.lead);
                for role in live.roles.values_mut().filter(|role| role.reports_to.is_some()) {
                    role.reports_to = kind.and_then(|kind| kind.root.clone());
                }
                for user in live.users.values_mut().filter(|user| user.role.is_some()) {
                    user.role = Some(self.agent.clone());
                }
            }
        }
        for group in live.groups.values_mut() {
            group.members.users.remove(USERS[1]);
            group.head = None;
            group.head_authorisations = None;
        }
        live
    }

    /// A module has to be named where the definition has none itself.
    fn installation(&self) -> Installation {
        let added = self
            .modules
            .iter()
            .filter(|name| self.system.module(name).is_none());
        Installation {
            features: BTreeMap::new(),
            modules: added.map(|name| (name.clone(), BTreeSet::new())).collect(),
        }
    }

    fn role(&self, description: &str, reports_to: Option<RoleName>, reach: Reach) -> Role {
        let Some(kind) = &self.system.definition().roles else {
            return Role::default();
        };
        let has = |attribute| kind.attributes.contains_key(&attribute);
        let carried = has(RoleAttribute::Profiles).then(|| self.profile.clone());
        Role {
            description: description.to_owned(),
            reports_to: reports_to.filter(|_| has(RoleAttribute::ReportsTo)),
            profiles: carried.into_iter().collect(),
            rights: self.rights(
                has(RoleAttribute::Permissions),
                has(RoleAttribute::Modules),
                reach,
            ),
            assign_records_to: kind
                .assign_records_to
                .keys()
                .next()
                .copied()
                .filter(|_| has(RoleAttribute::AssignRecordsTo)),
        }
    }

    fn rights(&self, has_permissions: bool, has_modules: bool, reach: Reach) -> Rights {
        let definition = self.system.definition();
        let mut rights = Rights::default();
        let harmless = definition.permissions.iter().flat_map(|category| {
            let permissions = category.permissions.iter();
            permissions.filter(move |permission| is_harmless(definition, category, permission))
        });
        if has_permissions && let Some(permission) = harmless.into_iter().next() {
            let level = reach.of(permission.levels.keys());
            rights.permissions.insert(permission.id.clone(), level);
        }
        if !has_modules {
            return rights;
        }
        for (position, module) in self.modules.iter().enumerate() {
            let actions = self
                .system
                .actions_of(module)
                .filter(|action| match action.effect {
                    Effect::View => true,
                    Effect::Create | Effect::Edit => position == 0,
                    Effect::Delete | Effect::Function => false,
                });
            let actions = actions.map(|action| (action.id.clone(), reach.of(action.levels.keys())));
            let module_rights = ModuleRights {
                actions: actions.collect(),
                fields: BTreeMap::new(),
            };
            if !module_rights.is_empty() {
                rights.modules.insert(module.clone(), module_rights);
            }
        }
        rights
    }

    fn group(&self) -> Group {
        let definition = self.system.definition();
        let Some(kind) = &definition.groups else {
            return Group::default();
        };
        let has = |attribute| kind.attributes.contains_key(&attribute);
        let mut group = Group {
            description: "Looks after customers in the north".to_owned(),
            ..Group::default()
        };
        if kind.member_kinds.contains_key(&MemberKind::Users) {
            group.members.users = [USERS[1], USERS[2]].map(UserName::from).into();
        } else if kind.member_kinds.contains_key(&MemberKind::Roles) {
            group.members = Members {
                roles: [self.agent.clone()].into(),
                ..Members::default()
            };
        }
        if has(GroupAttribute::Roles) {
            group.roles = [self.agent.clone()].into();
        }
        if has(GroupAttribute::Head) {
            group.head = Some(UserName::from(USERS[0]));
        }
        if let Some(catalogue) = &definition.authorisations {
            let level = |position: usize| {
                let level = catalogue.levels.get(position).or(catalogue.levels.last());
                let level = level.map(|level| Authorisations::Level(level.id.clone()));
                self.system.canonical_authorisations(level)
            };
            let middle = catalogue.levels.len() / 2;
            if has(GroupAttribute::Authorisations) {
                group.authorisations = level(middle);
            }
            if has(GroupAttribute::HeadAuthorisations) && has(GroupAttribute::Head) {
                group.head_authorisations = level(middle + 1);
            }
        }
        if has(GroupAttribute::Services) {
            let plain = definition.services.iter().filter(|service| {
                service.needs.is_none() && service.unless.is_none() && service.needs_one_of.is_empty()
            });
            group.services = plain.take(2).map(|service| service.id.clone()).collect();
        }
        group
    }

    /// Closes the first module that can be closed, and opens it for the group.
    fn share(&self, snapshot: &mut Snapshot) {
        let definition = self.system.definition();
        let Some(kind) = &definition.sharing else { return };
        let shareable = |module: &&ModuleName| {
            let module = self.system.module(module);
            module.is_none_or(|module| module.shareable && module.follows.is_none())
        };
        let Some(module) = self.modules.iter().find(shareable) else {
            return;
        };
        if let Some(defaults) = &kind.defaults {
            let closed = defaults.choices.keys().next().copied();
            let closed = closed.unwrap_or(DefaultAccess::Private);
            snapshot.sharing.defaults.insert(module.clone(), closed);
        }
        let Some(rules) = &kind.rules else { return };
        use PrincipalKind::{Everyone, Group, Role, RoleAndSubordinates};
        let from = [Role, RoleAndSubordinates, Everyone, Group, PrincipalKind::User];
        let to = [Group, Role, RoleAndSubordinates, PrincipalKind::User, Everyone];
        let from = from.into_iter().find(|kind| rules.from.contains(kind));
        let to = to.into_iter().find(|kind| rules.to.contains(kind));
        if let (Some(from), Some(to), Some(access)) = (from, to, rules.access.keys().next()) {
            let key = RuleKey {
                module: module.clone(),
                from: self.principal(from, &self.agent),
                to: self.principal(to, &self.lead),
            };
            snapshot.sharing.rules.insert(key, *access);
        }
    }

    fn principal(&self, kind: PrincipalKind, role: &RoleName) -> Principal {
        match kind {
            PrincipalKind::Everyone => Principal::Everyone,
            PrincipalKind::User => Principal::User(UserName::from(USERS[0])),
            PrincipalKind::Role => Principal::Role(role.clone()),
            PrincipalKind::RoleAndSubordinates => Principal::RoleAndSubordinates(role.clone()),
            PrincipalKind::Group => Principal::Group(self.group.clone()),
        }
    }
}
