//! What a write that is not split does to access.

use super::Stage;
use super::pieces::Sorter;
use crate::model::{DefaultAccess, Group, ModuleName, Profile, Role, RuleAccess};
use crate::plan::operation::{Edit, Operation};

impl Sorter<'_> {
    /// The stage of an operation that is not split.
    pub(super) fn stage(&self, operation: &Operation) -> Stage {
        match operation {
            Operation::Profile(edit) => edit.stage(self),
            Operation::Role(edit) => edit.stage(self),
            Operation::Group(edit) => edit.stage(self),
            Operation::SetDefault {
                module,
                before,
                after,
            } => self.stage_of_default(module, *before, *after),
            Operation::SetRule { before, after, .. } => match before {
                Some(before) if opens(*after) <= opens(*before) => Stage::Revoke,
                Some(_) | None => Stage::Grant,
            },
            Operation::DeleteRule { .. } => Stage::Revoke,
            Operation::AssignRole { before, after, .. } => match (before, after) {
                (_, None) => Stage::Revoke,
                (None, Some(_)) => Stage::Grant,
                (Some(_), Some(_)) => Stage::Move,
            },
        }
    }

    /// A default that opens more may end the effect of rules, and one that opens less may bring rules to have one.
    fn stage_of_default(
        &self,
        module: &ModuleName,
        before: Option<DefaultAccess>,
        after: DefaultAccess,
    ) -> Stage {
        let definition = self.system.definition();
        let kind = definition
            .sharing
            .as_ref()
            .and_then(|sharing| sharing.defaults.as_ref());
        let Some(before) = before.or(kind.map(|kind| kind.usual)) else {
            return Stage::Move;
        };
        let only_under = &definition.access.rules.only_under_defaults;
        let count = |default| only_under.is_empty() || only_under.contains(&default);
        let most = || {
            let states = [self.base, self.desired];
            let rules = states.iter().flat_map(|state| &state.sharing.rules);
            let rules = rules.filter(|(rule, _)| self.system.sharing_of(&rule.module) == module);
            rules.map(|(_, access)| opens(*access)).max()
        };
        let rules_open_more_than =
            |default: DefaultAccess| most().is_some_and(|most| most > default_opens(default));
        if after >= before {
            let ends = count(before) && !count(after) && rules_open_more_than(after);
            if ends { Stage::Move } else { Stage::Grant }
        } else {
            let begins = !count(before) && count(after) && rules_open_more_than(before);
            if begins { Stage::Move } else { Stage::Revoke }
        }
    }
}

/// An edit whose stage follows from its kind.
pub(super) trait Staged {
    fn stage(&self, sorter: &Sorter<'_>) -> Stage;
}

impl Staged for Edit<Profile> {
    fn stage(&self, _sorter: &Sorter<'_>) -> Stage {
        match self {
            Self::Rename { .. } => Stage::Rename,
            // Nobody has it yet.
            Self::Create { .. } => Stage::Prepare,
            // No role has it any more.
            Self::Delete { .. } => Stage::Grant,
            Self::Update { .. } => Stage::Move,
        }
    }
}

impl Staged for Edit<Role> {
    fn stage(&self, _sorter: &Sorter<'_>) -> Stage {
        match self {
            Self::Rename { .. } => Stage::Rename,
            // Nobody holds it yet.
            Self::Create { .. } => Stage::Prepare,
            // Whoever holds it gets its heir.
            Self::Delete { .. } | Self::Update { .. } => Stage::Move,
        }
    }
}

impl Staged for Edit<Group> {
    fn stage(&self, _sorter: &Sorter<'_>) -> Stage {
        match self {
            Self::Rename { .. } => Stage::Rename,
            Self::Create { .. } => Stage::Grant,
            Self::Delete { heir: None, .. } => Stage::Revoke,
            // Its records change hands.
            Self::Delete { heir: Some(_), .. } | Self::Update { .. } => Stage::Move,
        }
    }
}

/// How much a rule opens: reading, writing, deleting.
fn opens(access: RuleAccess) -> u8 {
    match access {
        RuleAccess::Read => 1,
        RuleAccess::ReadWrite => 2,
        RuleAccess::ReadWriteDelete | RuleAccess::AsPermitted => 3,
    }
}

/// How much a default opens, on the same scale.
fn default_opens(access: DefaultAccess) -> u8 {
    match access {
        DefaultAccess::Private => 0,
        DefaultAccess::PublicRead => 1,
        DefaultAccess::PublicReadWrite => 2,
        DefaultAccess::PublicReadWriteDelete => 3,
    }
}
