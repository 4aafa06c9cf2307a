//! The stable names of everything that can be wrong, in one table, so that documentation is generated from it.

/// Declares [`Code`]: one line each, `Variant "kebab-case" "One paragraph."`.
macro_rules! codes {
    ($($variant:ident $name:literal $explanation:literal)*) => {
        /// What a diagnostic is about. The kebab-case name is stable: scripts and baselines may rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $explanation] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The stable name, such as `duplicate-key`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// One paragraph on what it means and what to do.
            pub const fn explanation(self) -> &'static str {
                match self { $(Code::$variant => $explanation,)* }
            }
        }
    };
}

codes! {
    YamlSyntax "yaml-syntax" "The file is not YAML 1.2. Usual causes are a tab in the indentation, a missing space after a colon, or a quote or bracket that is never closed."
    NotUtf8 "not-utf8" "The file holds bytes that are not UTF-8. Save it again as UTF-8."
    EmptyFile "empty-file" "The file holds no value, at most comments."
    DuplicateKey "duplicate-key" "A mapping has the same key twice. YAML readers differ in which one they take, so neither is guessed: remove or rename one."
    UnsupportedKey "unsupported-key" "A key is empty, null, a list or a mapping. Keys are names: write one, in quotes where it reads as null."
    AliasBomb "alias-bomb" "The aliases of the file expand to more than a million values or 64 MiB. Write the values out, or split the file."
    NestingTooDeep "nesting-too-deep" "Lists and mappings are nested more than 255 deep."
    UnsupportedTag "unsupported-tag" "A YAML tag such as `!secret` asks for a type that manifests do not have. Remove the tag; text that looks like a number goes in quotes."
    MergeKey "merge-key" "The merge key `<<` is not part of YAML 1.2. Write the keys out, or take the whole value from an alias."
    ManyDocuments "many-documents" "The file holds more than one YAML document. Put each in a file of its own."
    UnknownKey "unknown-key" "The schema has no such key at this place. Mostly it is misspelt or indented wrongly."
    MissingKey "missing-key" "A key that the schema requires is not there."
    WrongType "wrong-type" "The value is of another kind than the schema asks for, such as a list where text belongs. Numbers, true, false and null become text in quotes."
    InvalidValue "invalid-value" "The value is of the right kind, but not one that the schema allows."
    DuplicateItem "duplicate-item" "A list holds the same item twice where each may stand once."
    DefinedTwice "defined-twice" "The manifests define the same object, or the same part of it, twice. Files of a folder are a union, so one of the two would be lost: keep one."
    UnreadableFile "unreadable-file" "A file or folder of the project cannot be read."
    NoManifests "no-manifests" "The project has no manifests. Nothing said is nothing wanted, which is hardly what was meant."
    ProjectMissing "project-missing" "The folder has no `rolecall.yaml`. `rolecall init DIR --system NAME` makes one."
    UnknownSystem "unknown-system" "`rolecall.yaml` names a system that is neither shipped nor a definition file that exists."
    InvalidDefinition "invalid-definition" "A system definition contradicts itself, such as a permission that needs a feature which it does not declare."
    SecretInFile "secret-in-file" "A file of the project has a password in it, which everyone who can read the project then has. Take it out, change it at the server, and hand it to rolecall by an environment variable or a file."
    InvalidLedger "invalid-ledger" "`ledger:` in `rolecall.yaml` names no place where a ledger could be: the URL is not understood, or would go through a network without TLS."
    UnknownDeployment "unknown-deployment" "The project names no such deployment."
    UnclearDeployment "unclear-deployment" "Deployments of the project have manifests of their own, and nothing says which deployment is meant: `--deployment`, `default` in `rolecall.yaml`, or there being only one."
    RenameConflict "rename-conflict" "An object is to take another name, and the deployment has objects of both names. Only one can be meant."
    NeedsExcluded "needs-excluded" "A selected change cannot be made without another one, and `--exclude` leaves that out: what it refers to would not be there, or what it removes would still be referred to. Leave out both or neither."
    SelectsNothing "selects-nothing" "A pattern of `--only` or `--exclude` fits no object, neither on the deployment nor in the manifests. Mostly it is misspelt. Patterns are kind and name, such as `group.Team A`, as `plan --format json` shows them under `address`."
    NothingToRename "nothing-to-rename" "A manifest renames an object that the deployment has neither under the old name nor under the new one, so a new and empty one is created. Mostly the old name is misspelt."
    RenamedAway "renamed-away" "A manifest refers to the old name of an object that the manifests rename. Refer to the new name."
    UnknownReference "unknown-reference" "A manifest refers to an object that the manifests do not define, and that is neither built in nor listed under `existing:`, or that the deployment does not have."
    UnknownUser "unknown-user" "A manifest names a user whom the deployment does not know. Users are made in the product or its directory."
    UnknownModule "unknown-module" "The system has no such module. Modules that only this installation has are listed under `installation.modules` in `rolecall.yaml`."
    UnknownField "unknown-field" "The module has no such field."
    UnknownAction "unknown-action" "The module has no such action."
    UnknownPermission "unknown-permission" "The system's catalogue has no such permission."
    UnknownService "unknown-service" "The system has no such service."
    UnknownAuthorisation "unknown-authorisation" "The system has no such authorisation. It is written as area and right with a dot between them, such as `presence.see`."
    UnclearQuestion "unclear-question" "An access test or a rule of the policy says none or several of the things of which it takes exactly one."
    NoAccessTests "no-access-tests" "There is nothing to test: the project has neither a file of access tests, `*.access.yaml`, with a test in it nor a policy."
    ExpiredException "expired-exception" "The last day of an exception in the policy has passed. The exception no longer counts."
    NothingGuarded "nothing-guarded" "A guard names a user or an object that the deployment does not have, so that it protects nothing. Mostly the name is misspelt."
    LevelNotSupported "level-not-supported" "The permission or action does not take that level."
    NotSupported "not-supported" "The system does not have what the manifest asks for."
    NameNotAllowed "name-not-allowed" "The product does not take this name as it is written: it is too long, empty, or holds characters that the product changes silently."
    NameTaken "name-taken" "Two objects have names that the product takes for one."
    RoleCycle "role-cycle" "A role is its own superior, directly or through others."
    RoleNeedsParent "role-needs-parent" "Every role but the one at the top reports to another."
    RoleTooDeep "role-too-deep" "The role has more superiors than the product can store."
    MissingAttribute "missing-attribute" "A new object lacks an attribute that the product asks for."
    GroupCycle "group-cycle" "A group contains itself, directly or through others."
    RemovedAndWanted "removed-and-wanted" "The manifests both define an object, or list it as existing, and remove it."
    RoleDeleteNeedsTransfer "role-delete-needs-transfer" "The product deletes a role only when another role takes its users: name one under `transfer_to`."
    ProfileDeleteNeedsTransfer "profile-delete-needs-transfer" "The product deletes a profile only when another takes its place: name one under `transfer_to`."
    GroupDeleteNeedsTransfer "group-delete-needs-transfer" "The product deletes a group only when a user or group takes its records: name one under `transfer_to`."
    TransferToItself "transfer-to-itself" "What is removed cannot take over from itself, nor can anything else that is removed."
    NotOnlyGroupOfUser "not-only-group-of-user" "The product does not delete a group that is the only one of some of its users. Put them into another group first."
    SuperRoleNotInGroups "super-role-not-in-groups" "Users whose role may do everything cannot be in a group."
    ExternalGroup "external-group" "The group is made elsewhere, such as by the voice provider. It can be referred to, not made, changed or deleted here."
    ExternalRole "external-role" "Roles of this system are made elsewhere. They can be referred to under `existing:`, not defined."
    BuiltinObject "builtin-object" "The object is built into the product and cannot be changed or deleted."
    HeadSettingsNeedHead "head-settings-need-head" "A deputy, or authorisations of the head, mean nothing in a group without a head."
    CallGroupNeedsActiveGroup "call-group-needs-active-group" "A group whose settings are inactive cannot be a call group."
    NotLicensed "not-licensed" "The installation lacks the licence that this needs."
    GrantedGlobally "granted-globally" "The installation grants this service to everyone, and the product does not let a group set it then."
    UserNeedsRole "user-needs-role" "In this product every user has a role."
    GroupsOwnNoRecords "groups-own-no-records" "In this product records belong to users, never to groups."
    PrimaryGroup "primary-group" "The group is a user's primary group in the directory. That membership cannot be taken away here."
    NotShareable "not-shareable" "The records of this module are not shared by defaults and rules of its own."
    NoEffect "no-effect" "The product stores this, and it changes nobody's access."
    Expired "expired" "The last day of a member or of a sharing rule is over, and the deployment no longer has it. Its line says nothing any more: take it out."
    LiveDefect "live-defect" "The deployment itself holds something broken. rolecall reads around it and does not copy it into manifests."
    NotInState "not-in-state" "People were taken from an exported state, and refer to an object that this state does not have, or this state names a user who is not among them. The reference is left out; the user stays."
    OtherSystem "other-system" "The state belongs to another system than the project."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(names.iter().all(|name| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        }));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
