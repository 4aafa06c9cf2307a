//! Reading expectations: one line a check, the reason behind `#`.
//!
//! ```text
//! covers view edit on Leads Accounts       every user × these × those is checked, each once
//! id Sales H3                              the id of a role
//! members North : ben ida                  who is in a group
//! anna view Leads : anna ben North         whose records, of users and groups
//! ben,clara view,edit Leads : nobody       several users or abilities with one answer
//! anna create Leads : yes                  what is had or not: yes, no
//! anna see Accounts.phone : yes            a field: see, edit
//! anna permission view_users : everyone but anna
//! anna service start_chat : yes
//! anna authorisation presence.see : ben
//! anna role Operator : no
//! ```

use std::collections::{BTreeMap, BTreeSet};

use rolecall::access::{Ability, FieldUse, Owner};
use rolecall::model::{ActionId, GroupName, ModuleName, RoleId, RoleName, UserName};

use super::world::{World, folder};

/// A file of expectations.
#[derive(Default)]
pub(super) struct Table {
    /// The ids of roles.
    pub(super) ids: BTreeMap<RoleName, RoleId>,
    /// Actions and modules of which the file says that it checks them for every user.
    pub(super) covers: Vec<(ActionId, ModuleName)>,
    /// The checks in the order of the file.
    pub(super) checks: Vec<Check>,
}

/// One check.
pub(super) struct Check {
    /// The number of its line, from 1.
    pub(super) line: usize,
    /// What is asked.
    pub(super) question: Question,
    /// The answer that is right.
    pub(super) expected: Expected,
}

/// What a check asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// Who is in the group.
    Members(GroupName),
    /// Whether, and about whom, a user has an ability.
    May(UserName, Ability),
}

/// The right answer.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// It is had, or not.
    Had(bool),
    /// It is about exactly these.
    Exactly(BTreeSet<Owner>),
    /// It is about everyone whom it can be about, except these.
    EveryoneBut(BTreeSet<Owner>),
}

impl Table {
    /// Reads a file of a world.
    pub(super) fn read(world: &World, file: &str) -> Self {
        let name = world.system.definition().name.as_str();
        let path = folder(name).join(file);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut table = Self::default();
        for (at, line) in text.lines().enumerate() {
            let said = line.split('#').next().unwrap_or_default().trim();
            if !said.is_empty() {
                let read = table.line(world, at + 1, said);
                read.unwrap_or_else(|| panic!("{}:{}: cannot read: {line}", path.display(), at + 1));
            }
        }
        table
    }

    fn line(&mut self, world: &World, line: usize, said: &str) -> Option<()> {
        let Some((question, expected)) = said.split_once(" : ") else {
            return self.statement(world, said);
        };
        let words: Vec<&str> = question.split_whitespace().collect();
        let expected = expected_answer(world, expected)?;
        for question in questions(world, &words)? {
            self.checks.push(Check {
                line,
                question,
                expected: expected.clone(),
            });
        }
        Some(())
    }

    fn statement(&mut self, world: &World, said: &str) -> Option<()> {
        let words: Vec<&str> = said.split_whitespace().collect();
        match words[..] {
            ["id", role, id] => {
                let role = RoleName::from(role);
                world.snapshot.roles.get(&role)?;
                self.ids.insert(role, id.into());
            }
            ["covers", ..] => {
                let (actions, modules) = said.strip_prefix("covers ")?.split_once(" on ")?;
                for action in actions.split_whitespace() {
                    let modules = modules.split_whitespace();
                    self.covers
                        .extend(modules.map(|module| (action.into(), module.into())));
                }
            }
            _ => return None,
        }
        Some(())
    }
}

fn questions(world: &World, words: &[&str]) -> Option<Vec<Question>> {
    if let ["members", group] = *words {
        let group = GroupName::from(group);
        world.snapshot.groups.get(&group)?;
        return Some(vec![Question::Members(group)]);
    }
    let [users, kind, what] = *words else { return None };
    let mut questions = Vec::new();
    for user in users.split(',') {
        let user = UserName::from(user);
        world.snapshot.users.get(&user)?;
        for kind in kind.split(',') {
            for what in what.split(',') {
                questions.push(Question::May(user.clone(), ability(kind, what)?));
            }
        }
    }
    Some(questions)
}

fn ability(kind: &str, what: &str) -> Option<Ability> {
    let field = |used| {
        let (module, field) = what.split_once('.')?;
        Some(Ability::Field {
            module: module.into(),
            field: field.into(),
            used,
        })
    };
    match kind {
        "see" => field(FieldUse::See),
        "edit" if what.contains('.') => field(FieldUse::Edit),
        "permission" => Some(Ability::Permission(what.into())),
        "service" => Some(Ability::Service(what.into())),
        "role" => Some(Ability::Role(what.into())),
        "authorisation" => {
            let (area, right) = what.split_once('.')?;
            Some(Ability::Authorisation {
                area: area.into(),
                right: right.into(),
            })
        }
        action => Some(Ability::Action {
            module: what.into(),
            action: action.into(),
        }),
    }
}

fn expected_answer(world: &World, said: &str) -> Option<Expected> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let owners = |names: &[&str]| -> Option<BTreeSet<Owner>> {
        let owners: BTreeSet<Owner> = names
            .iter()
            .map(|name| owner(world, name))
            .collect::<Option<_>>()?;
        // Twice is a slip of the pen.
        (owners.len() == names.len()).then_some(owners)
    };
    match words[..] {
        ["yes"] => Some(Expected::Had(true)),
        ["no"] => Some(Expected::Had(false)),
        ["nobody"] => Some(Expected::Exactly(BTreeSet::new())),
        ["everyone"] => Some(Expected::EveryoneBut(BTreeSet::new())),
        ["everyone", "but", ..] => owners(&words[2..]).map(Expected::EveryoneBut),
        [] => None,
        _ => owners(&words).map(Expected::Exactly),
    }
}

/// A user or group of the world.
fn owner(world: &World, name: &str) -> Option<Owner> {
    let (user, group) = (UserName::from(name), GroupName::from(name));
    let is_user = world.snapshot.users.contains_key(&user);
    match (is_user, world.snapshot.groups.contains_key(&group)) {
        (true, false) => Some(Owner::User(user)),
        (false, true) => Some(Owner::Group(group)),
        (false, false) | (true, true) => None,
    }
}
