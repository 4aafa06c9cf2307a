//! What the guards go by.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use super::Pattern;
use crate::manifest::{GuardsDocument, LimitsDocument, ProtectedDocument, Switched};
use crate::model::{ModuleName, Snapshot, UserName};
use crate::system::System;
use crate::text::{Code, Diagnostic, Diagnostics, Spanned, closest};

/// How much may go. Each limit counts by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The share, in percent of all.
    pub share: u32,
    /// From how many on the share counts.
    pub from: u32,
    /// The number, however many there are; none where only the share counts.
    pub number: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            share: 30,
            from: 10,
            number: None,
        }
    }
}

/// What the guards go by; `None` and nothing are a guard that is off. Those of [`Settings::default`] hold where nobody
/// says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many objects of each kind a plan may delete.
    pub deletions: Option<Limits>,
    /// How many members a plan may take out of groups.
    pub members_lost: Option<Limits>,
    /// How many effective administrators remain at least.
    pub minimum_administrators: Option<NonZeroU32>,
    /// Who stays an effective administrator, in the order of names.
    pub required_administrators: BTreeSet<UserName>,
    /// The user as whom rolecall works.
    pub account: Option<UserName>,
    /// What is not touched.
    pub protected: Protected,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deletions: Some(Limits::default()),
            members_lost: Some(Limits::default()),
            minimum_administrators: Some(NonZeroU32::MIN),
            required_administrators: BTreeSet::new(),
            account: None,
            protected: Protected::default(),
        }
    }
}

/// What is not touched, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protected {
    /// Profiles.
    pub profiles: Vec<Pattern>,
    /// Roles.
    pub roles: Vec<Pattern>,
    /// Groups.
    pub groups: Vec<Pattern>,
    /// Modules whose default is kept.
    pub defaults: Vec<Pattern>,
    /// Modules whose rules are kept.
    pub rules: Vec<Pattern>,
    /// Users whose role is kept.
    pub users: Vec<Pattern>,
}

impl Protected {
    /// Whether nothing is protected.
    pub fn is_empty(&self) -> bool {
        let Self {
            profiles,
            roles,
            groups,
            defaults,
            rules,
            users,
        } = self;
        [profiles, roles, groups, defaults, rules, users]
            .iter()
            .all(|patterns| patterns.is_empty())
    }
}

impl Settings {
    /// The settings that `policy.yaml` and the deployment's entry in the project file say, for a plan that leads from the
    /// one state to the other. Names that neither has are warned of: what they should guard is not guarded.
    pub fn resolve(
        document: Option<&GuardsDocument>,
        account: Option<&Spanned<UserName>>,
        system: &System,
        states: [&Snapshot; 2],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut names = Names {
            system,
            states,
            diagnostics,
        };
        let account = account.map(|account| names.user(account));
        let usual = Self::default();
        let Some(document) = document else {
            return Self { account, ..usual };
        };
        let GuardsDocument {
            deletions,
            members_lost,
            minimum_administrators,
            required_administrators,
            protected,
        } = document;
        let required = required_administrators.iter().flatten();
        Self {
            deletions: limits(*deletions),
            members_lost: limits(*members_lost),
            minimum_administrators: match minimum_administrators {
                None | Some(Switched::On) => usual.minimum_administrators,
                Some(Switched::Off) => None,
                Some(Switched::Set(least)) => Some(*least),
            },
            required_administrators: required.map(|name| names.user(name)).collect(),
            account,
            protected: protected
                .as_ref()
                .map_or_else(Protected::default, |protected| names.protected(protected)),
        }
    }
}

fn limits(written: Option<Switched<LimitsDocument>>) -> Option<Limits> {
    let usual = Limits::default();
    match written {
        None | Some(Switched::On) => Some(usual),
        Some(Switched::Off) => None,
        Some(Switched::Set(LimitsDocument { share, from, number })) => Some(Limits {
            share: share.unwrap_or(usual.share),
            from: from.unwrap_or(usual.from),
            number,
        }),
    }
}

/// Resolves names against the states before and after.
struct Names<'a> {
    system: &'a System,
    states: [&'a Snapshot; 2],
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Names<'a> {
    /// The user who is named, in the deployment's own spelling.
    fn user(&mut self, written: &Spanned<UserName>) -> UserName {
        let live = &self.states[0].users;
        let name = written.value.as_str();
        let known = self.known("user", &written.as_ref().map(UserName::as_str), live.keys());
        known.map_or_else(|| UserName::from(name), UserName::from)
    }

    fn protected(&mut self, written: &ProtectedDocument) -> Protected {
        let ProtectedDocument {
            profiles,
            roles,
            groups,
            users,
            defaults,
            rules,
        } = written;
        let [before, after] = self.states;
        let modules: BTreeSet<ModuleName> = self
            .system
            .modules_of(&before.installation)
            .chain(before.sharing.defaults.keys().cloned())
            .collect();
        Protected {
            profiles: self.patterns("profile", profiles, || {
                before.profiles.keys().chain(after.profiles.keys())
            }),
            roles: self.patterns("role", roles, || before.roles.keys().chain(after.roles.keys())),
            groups: self.patterns("group", groups, || {
                before.groups.keys().chain(after.groups.keys())
            }),
            defaults: self.patterns("module", defaults, || modules.iter()),
            rules: self.patterns("module", rules, || modules.iter()),
            users: self.patterns("user", users, || before.users.keys()),
        }
    }

    fn patterns<'n, N: AsRef<str> + 'n, I: Iterator<Item = &'n N> + Clone>(
        &mut self,
        what: &str,
        written: &Option<Vec<Spanned<String>>>,
        known: impl Fn() -> I,
    ) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for text in written.iter().flatten() {
            let pattern = Pattern::new(&text.value, self.system);
            // A pattern of many names may well stand for what is yet to come.
            if pattern.is_name() {
                self.known(what, &text.as_ref().map(String::as_str), known());
            }
            patterns.push(pattern);
        }
        patterns
    }

    /// A name as the deployment spells it. One that it does not have is warned of.
    fn known<'n, N: AsRef<str> + 'n>(
        &mut self,
        what: &str,
        written: &Spanned<&str>,
        known: impl Iterator<Item = &'n N> + Clone,
    ) -> Option<&'n str> {
        let name = written.value;
        let known = known.map(AsRef::as_ref);
        let exact = known.clone().find(|known| *known == name);
        // Folding costs much more than comparing, and most names are spelt as they are.
        let spelt = || {
            let folded = self.system.fold(name);
            known.clone().find(|known| self.system.fold(known) == folded)
        };
        let found = exact.or_else(spelt);
        if found.is_none() {
            let message = format!("the deployment has no {what} `{name}`: this guards nothing");
            let mut unknown = Diagnostic::warning(Code::NothingGuarded, message).at(written.span);
            if let Some(close) = closest(name, known) {
                unknown = unknown.hint(format!("did you mean `{close}`?"));
            }
            self.diagnostics.push(unknown);
        }
        found
    }
}
