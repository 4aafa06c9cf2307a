//! What is remembered while gains are looked for: the same question comes up again for every action and module.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::Cause;
use super::gains::Way;
use crate::access::index::{GroupNumber, RoleNumber, UserNumber};
use crate::access::reach::Reach;
use crate::access::sharing::Party;
use crate::access::sources::Source;
use crate::access::state::Access;

/// Causes, numbered so that equal ones are told by number.
#[derive(Clone, Debug)]
pub(crate) struct Causing {
    /// The same for equal causes of one direction.
    pub(crate) number: u32,
    /// The causes.
    pub(crate) causes: Rc<BTreeSet<Cause>>,
}

/// Every set of causes found so far.
#[derive(Debug, Default)]
pub(super) struct CauseSets {
    numbers: RefCell<HashMap<Rc<BTreeSet<Cause>>, u32>>,
}

impl CauseSets {
    pub(super) fn number(&self, causes: BTreeSet<Cause>) -> Causing {
        let mut numbers = self.numbers.borrow_mut();
        if let Some((causes, number)) = numbers.get_key_value(&causes) {
            return Causing {
                number: *number,
                causes: Rc::clone(causes),
            };
        }
        let number = crate::access::index::count(numbers.len());
        let causes = Rc::new(causes);
        numbers.insert(Rc::clone(&causes), number);
        Causing { number, causes }
    }
}

/// What one class had been found to reach of records, and to gain, by what gives it.
///
/// Of two actions on records that the same sources open, the same owners are reached.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: RefCell<Vec<Rc<Known>>>,
    opened: RefCell<Vec<(Vec<Source>, Rc<Reach>)>>,
    causes: RefCell<Vec<(Way, Rc<Reach>, Causing)>>,
}

/// What some sources reached before.
#[derive(Debug)]
pub(super) struct Known {
    sources: Vec<Source>,
    reach: OnceCell<Reach>,
    fresh: RefCell<Vec<(Source, bool, Rc<Reach>)>>,
}

impl Known {
    pub(super) fn new(sources: &[Source]) -> Self {
        Self {
            sources: sources.to_vec(),
            reach: OnceCell::new(),
            fresh: RefCell::default(),
        }
    }

    /// The sources.
    pub(super) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What the sources reached, added up when it is first asked for.
    pub(super) fn reach(&self, add_up: impl FnOnce() -> Reach) -> &Reach {
        self.reach.get_or_init(add_up)
    }

    /// What a source brings beyond them; a rule that was there before and did not open the action is not the same
    /// (`was_one`) as one that did.
    pub(super) fn fresh(&self, source: Source, was_one: bool, find: impl FnOnce() -> Reach) -> Rc<Reach> {
        let found = self
            .fresh
            .borrow()
            .iter()
            .find(|(known, was, _)| *known == source && *was == was_one)
            .map(|(_, _, reach)| Rc::clone(reach));
        found.unwrap_or_else(|| {
            let reach = Rc::new(find());
            self.fresh.borrow_mut().push((source, was_one, Rc::clone(&reach)));
            reach
        })
    }
}

impl Memory {
    /// What is known of some sources of records in the state before.
    pub(super) fn known(&self, sources: &[Source]) -> Rc<Known> {
        let mut all = self.known.borrow_mut();
        if let Some(known) = all.iter().find(|known| known.sources == sources) {
            return Rc::clone(known);
        }
        let known = Rc::new(Known::new(sources));
        all.push(Rc::clone(&known));
        known
    }

    /// What some sources of records open in the state after.
    pub(super) fn opened(&self, sources: &[Source], find: impl FnOnce() -> Reach) -> Rc<Reach> {
        let mut all = self.opened.borrow_mut();
        if let Some((_, reach)) = all.iter().find(|(known, _)| known == sources) {
            return Rc::clone(reach);
        }
        let reach = Rc::new(find());
        all.push((sources.to_vec(), Rc::clone(&reach)));
        reach
    }

    /// Why a source brings something, where that does not depend on the action.
    pub(super) fn causes(&self, way: Way, reach: &Rc<Reach>, find: impl FnOnce() -> Causing) -> Causing {
        let is_known = |(known, of, _): &&(Way, Rc<Reach>, Causing)| {
            *known == way && (Rc::ptr_eq(of, reach) || of == reach)
        };
        let known = self.causes.borrow().iter().find(is_known).cloned();
        if let Some((_, _, causes)) = known {
            return causes;
        }
        let causes = find();
        self.causes
            .borrow_mut()
            .push((way, Rc::clone(reach), causes.clone()));
        causes
    }
}

/// Rules that users have, remembered by role.
#[derive(Default)]
pub(super) struct Received {
    by_role: HashMap<(bool, Option<RoleNumber>), Rc<[u32]>>,
    /// By the group that lists a user.
    by_listing: HashMap<(bool, u32), Rc<[u32]>>,
}

impl Received {
    /// The rules that everyone in a role has, in order.
    pub(super) fn of_role(
        &mut self,
        access: &Access<'_>,
        role: Option<RoleNumber>,
        later: bool,
    ) -> Rc<[u32]> {
        let of_role = self.by_role.entry((later, role)).or_insert_with(|| {
            let rules = role.map_or_else(
                || access.sharing.to(Party::Everyone).to_vec(),
                |role| {
                    access
                        .sharing
                        .to_role(&access.hierarchy, &access.membership, role)
                },
            );
            Rc::from(rules)
        });
        Rc::clone(of_role)
    }

    /// The rules that a user has, in order.
    pub(super) fn of(&mut self, access: &Access<'_>, user: UserNumber, later: bool) -> Rc<[u32]> {
        let of_role = self.of_role(access, access.hierarchy.role(user), later);
        let direct = access.membership.direct(user);
        let by_name = access.sharing.to(Party::User(user));
        if direct.is_empty() && by_name.is_empty() {
            return of_role;
        }
        let mut rules = by_name.to_vec();
        for listing in direct {
            let known = self.by_listing.entry((later, *listing)).or_insert_with(|| {
                let groups = access.membership.containing(GroupNumber(*listing)).iter();
                let to = |group: &u32| access.sharing.to(Party::Group(GroupNumber(*group)));
                groups.flat_map(to).copied().collect()
            });
            rules.extend(known.iter());
        }
        if rules.is_empty() {
            return of_role;
        }
        rules.extend(of_role.iter());
        rules.sort_unstable();
        rules.dedup();
        Rc::from(rules)
    }
}

/// Why others are in groups, remembered by user and group.
pub(super) type Joined = RefCell<HashMap<(UserNumber, GroupNumber), Rc<[Cause]>>>;
