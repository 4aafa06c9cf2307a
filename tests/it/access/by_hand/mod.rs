//! Worlds made by hand, with what everyone may do there worked out on paper.
//!
//! A world is a project folder under `worlds/`, whose seed fills a deployment, with `expectations.txt` beside it: one
//! line a check, and on every line the reason. The numbers come from what the products do, not from any code here, so
//! that they judge the oracle as well as an engine. `with-ids.txt` asks about the same world when the ids of its roles
//! are known, which no seed can say.
//!
//! * `world` loads a world as the commands do;
//! * `table` reads expectations;
//! * `compare` holds anything that answers against them: implement [`Answers`](compare::Answers).

mod compare;
mod table;
mod world;

use std::collections::BTreeSet;

use rolecall::access::{Ability, Access};
use rolecall::model::{GroupName, UserName};

use self::compare::{Answer, Answers, disagreements, uncovered};
use self::table::Table;
use self::world::World;
use super::oracle;

/// The oracle over one world.
struct Oracle<'a>(&'a World);

impl Answers for Oracle<'_> {
    fn members(&self, group: &GroupName) -> BTreeSet<UserName> {
        oracle::members(&self.0.snapshot, group)
    }

    fn answer(&self, user: &UserName, ability: &Ability) -> Answer {
        let World { system, snapshot } = self.0;
        let may = |target| oracle::may(system, snapshot, &snapshot.installation, user, ability, target);
        match oracle::targets(system, snapshot, ability) {
            None => Answer::Had(may(None)),
            Some(all) => Answer::About {
                reached: all.iter().filter(|target| may(Some(target))).cloned().collect(),
                all: all.into_iter().collect(),
            },
        }
    }
}

/// The engine over one world.
struct Engine<'a>(Access<'a>, &'a World);

impl Answers for Engine<'_> {
    fn members(&self, group: &GroupName) -> BTreeSet<UserName> {
        let members = self.0.members(group).unwrap();
        members.into_iter().map(|member| member.user).collect()
    }

    fn answer(&self, user: &UserName, ability: &Ability) -> Answer {
        let World { system, snapshot } = self.1;
        let reached = self.0.reached(user, ability).unwrap();
        match oracle::targets(system, snapshot, ability) {
            None => Answer::Had(reached.had),
            Some(all) => Answer::About {
                reached: reached.owners,
                all: all.into_iter().collect(),
            },
        }
    }
}

/// Holds the oracle and the engine against a file of expectations.
fn agrees(name: &str, file: &str) {
    let mut world = World::load(name);
    let table = Table::read(&world, file);
    world.snapshot.role_ids = table.ids.clone();
    let mut wrong = disagreements(&table, &Oracle(&world));
    let access = Access::new(&world.system, &world.snapshot, &world.snapshot.installation);
    wrong.extend(disagreements(&table, &Engine(access, &world)));
    wrong.extend(uncovered(&table, &world));
    assert!(wrong.is_empty(), "{name}/{file}:\n{}", wrong.join("\n"));
}

#[test]
fn uniconnect() {
    agrees("uniconnect", "expectations.txt");
}

#[test]
fn iptel() {
    agrees("iptel", "expectations.txt");
}

#[test]
fn vtiger() {
    agrees("vtiger", "expectations.txt");
}

#[test]
fn vtiger_with_ids() {
    agrees("vtiger", "with-ids.txt");
}

#[test]
fn berlicrm() {
    agrees("berlicrm", "expectations.txt");
}

#[test]
fn berlicrm_with_ids() {
    agrees("berlicrm", "with-ids.txt");
}

#[test]
fn ucserver() {
    agrees("ucserver", "expectations.txt");
}

#[test]
fn helpdesk() {
    agrees("helpdesk", "expectations.txt");
}
