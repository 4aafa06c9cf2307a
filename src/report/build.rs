//! From a plan to its report: steps become changes, one per object, and what they drag along is counted.

use std::collections::{BTreeMap, BTreeSet};

use super::follow::{self, Follows};
use super::state::{State, attributes};
use super::{
    Action, ChangeReport, DeploymentReport, ExpiredReport, ExpiringReport, FORMAT_VERSION, HeirReport,
    InterimReport, ManifestsReport, ObjectReport, PlaceReport, PlanReport, ReportContext, RuleReport,
    SelectionReport, StateChange, StepReport, Totals, Transfer,
};
use crate::model::{Expiry, Identity, Principal, Snapshot};
use crate::plan::{Edit, Object, Operation, Plan, Reason, Renames};
use crate::text::{Sources, Span};

pub(super) fn report(plan: &Plan, context: &ReportContext<'_>) -> PlanReport {
    let (mut merged, steps) = merge(plan);
    let facts = Facts::of(plan, &merged, context);
    let steps = steps
        .into_iter()
        .zip(&plan.steps)
        .enumerate()
        .map(|(at, ((object, action), step))| StepReport {
            index: at + 1,
            address: merged[object].identity.address(),
            action,
            stage: step.turn.stage.as_str(),
            after: step.turn.after.iter().map(|place| place + 1).collect(),
        });
    let steps = steps.collect();
    // Identities sort by kind, in the order of `Kind::ALL`, and then by name.
    merged.sort_by(|a, b| a.identity.cmp(&b.identity));
    let touched: BTreeSet<Identity> = merged.iter().map(|each| each.identity.clone()).collect();
    let unmanaged: Vec<ObjectReport> = plan
        .unmanaged
        .iter()
        .filter(|identity| !touched.contains(*identity))
        .map(object)
        .collect();
    let identities: Vec<Identity> = merged.iter().map(|each| each.identity.clone()).collect();
    let changes: Vec<ChangeReport> = merged
        .into_iter()
        .map(|merged| change(merged, &facts, context))
        .collect();
    let expiring = plan.expiring.iter().map(|expiry| ExpiringReport {
        address: expiry.grant.identity().address(),
        member: expiry.grant.member().cloned(),
        expires: expiry.expires,
        days_left: plan.today.days_until(expiry.expires),
        place: position(context.sources, expiry.place),
        grant: expiry.grant.clone(),
    });
    let expiring = expiring.collect();
    let impact = context
        .impact
        .map(|impact| super::impact::report(context.system, impact, context.live, &changes, &identities));
    let interim = context.interim;
    let interim = interim.map(|interim| InterimReport::new(context.system, plan, interim));
    let interim = interim.filter(|interim| !interim.is_empty());
    let with = |action| changes.iter().filter(|each| each.change.has(action)).count();
    PlanReport {
        format_version: FORMAT_VERSION,
        system: context.system.definition().name.to_string(),
        deployment: DeploymentReport {
            name: context.deployment_name.to_owned(),
            place: context.deployment_place.to_owned(),
        },
        manifests: ManifestsReport {
            revision: context.revision.map(str::to_owned),
        },
        totals: Totals {
            create: with(Action::Create),
            update: with(Action::Update),
            rename: with(Action::Rename),
            delete: with(Action::Delete),
            unchanged: plan.unchanged,
            unmanaged: unmanaged.len(),
        },
        changes,
        impact,
        steps,
        unmanaged,
        expiring,
        incomplete: plan.is_incomplete(),
        selection: plan.selected.as_ref().map(SelectionReport::new),
        guards: Vec::new(),
        notes: interim.as_ref().map(InterimReport::notes).unwrap_or_default(),
        interim,
    }
}

/// What one step does, whatever the kind of object.
struct Write {
    action: Action,
    /// The object as it is called before the step.
    identity: Identity,
    renamed_to: Option<Identity>,
    before: Option<State>,
    after: Option<State>,
    heir: Option<HeirReport>,
}

/// All that a plan does to one object.
struct Merged {
    identity: Identity,
    previous: Option<Identity>,
    actions: Vec<Action>,
    before: Option<State>,
    after: Option<State>,
    heir: Option<HeirReport>,
    reason: Reason,
    place: Option<Span>,
}

/// The objects in the order in which the plan comes to them, and of every step the object and the action.
fn merge(plan: &Plan) -> (Vec<Merged>, Vec<(usize, Action)>) {
    let mut merged: Vec<Merged> = Vec::new();
    let mut by_name: BTreeMap<Identity, usize> = BTreeMap::new();
    let mut steps = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let write = write_of(&step.operation);
        let known = by_name.get(&write.identity).copied();
        let at = known.unwrap_or(merged.len());
        match merged.get_mut(at) {
            None => merged.push(Merged {
                identity: write.identity.clone(),
                previous: None,
                actions: vec![write.action],
                before: write.before,
                after: write.after,
                heir: write.heir,
                reason: step.reason,
                place: step.place,
            }),
            Some(object) => {
                // What is updated right after it was made is made, in the planner's two steps.
                let made = object.actions.contains(&Action::Create) && write.action == Action::Update;
                if !made && !object.actions.contains(&write.action) {
                    object.actions.push(write.action);
                }
                let untold = object.before.is_none() && !object.actions.contains(&Action::Create);
                if untold {
                    object.before = write.before;
                }
                if write.action != Action::Rename {
                    object.after = write.after;
                }
                object.heir = write.heir.or(object.heir.take());
                object.place = object.place.or(step.place);
            }
        }
        // Later steps speak the new name; the old one may by now be another object's.
        let name = match write.renamed_to {
            Some(new) => {
                by_name.remove(&write.identity);
                let object = &mut merged[at];
                let old = std::mem::replace(&mut object.identity, new.clone());
                object.previous.get_or_insert(old);
                new
            }
            None => write.identity,
        };
        by_name.insert(name, at);
        steps.push((at, write.action));
    }
    (merged, steps)
}

fn write_of(operation: &Operation) -> Write {
    match operation {
        Operation::Profile(edit) => write_of_edit(edit, State::Profile, |name| HeirReport {
            kind: "profile",
            name: name.to_string(),
        }),
        Operation::Role(edit) => write_of_edit(edit, State::Role, |name| HeirReport {
            kind: "role",
            name: name.to_string(),
        }),
        Operation::Group(edit) => write_of_edit(edit, |group| State::Group(Box::new(group)), heir_of_records),
        Operation::SetDefault { before, after, .. } => {
            let state = |default| State::Default { default };
            value(operation, before.map(state), Some(state(*after)))
        }
        Operation::SetRule { before, after, .. } => {
            let state = |access| State::Rule { access };
            value(operation, before.map(state), Some(state(*after)))
        }
        Operation::DeleteRule { before, .. } => value(operation, Some(State::Rule { access: *before }), None),
        Operation::AssignRole { before, after, .. } => {
            let state = |role: &Option<_>| Some(State::User { role: role.clone() });
            value(operation, state(before), state(after))
        }
    }
}

fn write_of_edit<O: Object>(
    edit: &Edit<O>,
    state: impl Fn(O) -> State,
    heir: impl Fn(&O::Heir) -> HeirReport,
) -> Write {
    let write = Write {
        action: Action::Update,
        identity: edit.identity(),
        renamed_to: None,
        before: None,
        after: None,
        heir: None,
    };
    match edit {
        Edit::Create { after, .. } => Write {
            action: Action::Create,
            after: Some(state(after.clone())),
            ..write
        },
        Edit::Update { before, after, .. } => Write {
            before: Some(state(before.clone())),
            after: Some(state(after.clone())),
            ..write
        },
        Edit::Rename { to, .. } => Write {
            action: Action::Rename,
            renamed_to: Some(O::identity(to)),
            ..write
        },
        Edit::Delete {
            before, heir: taker, ..
        } => Write {
            action: Action::Delete,
            before: Some(state(before.clone())),
            heir: taker.as_ref().map(heir),
            ..write
        },
    }
}

fn value(operation: &Operation, before: Option<State>, after: Option<State>) -> Write {
    let action = match (&before, &after) {
        (None, _) => Action::Create,
        (Some(_), Some(_)) => Action::Update,
        (Some(_), None) => Action::Delete,
    };
    Write {
        action,
        identity: operation.identity(),
        renamed_to: None,
        before,
        after,
        heir: None,
    }
}

fn heir_of_records(heir: &Principal) -> HeirReport {
    let name = heir
        .identity()
        .map_or_else(String::new, |identity| identity.name());
    HeirReport {
        kind: heir.kind().as_str(),
        name,
    }
}

/// What is looked up for single changes, computed once for all.
struct Facts {
    /// What refers to renamed and deleted objects, by their names on the deployment.
    follows: BTreeMap<Identity, Follows>,
    deleted: BTreeSet<Identity>,
    /// Records that change hands, by the group that had them.
    records: BTreeMap<Identity, u64>,
    /// Users whom a step of their own takes out of a role, by that role.
    reassigned: BTreeMap<Identity, u64>,
    /// Renamed objects as they are, by their new names.
    renamed: Snapshot,
    /// What is taken away because its last day is over, by the object that holds it.
    expired: BTreeMap<Identity, Vec<Expiry>>,
}

impl Facts {
    fn of(plan: &Plan, merged: &[Merged], context: &ReportContext<'_>) -> Self {
        let deletions = merged
            .iter()
            .filter(|each| each.actions.contains(&Action::Delete));
        let deleted: BTreeSet<Identity> = deletions.map(|each| each.identity.clone()).collect();
        let renamed_from = merged.iter().filter_map(|each| each.previous.clone());
        let follows = follow::count(context.live, deleted.iter().cloned().chain(renamed_from));
        let records = plan.transferred_records.iter();
        let records = records.filter_map(|(owner, count)| Some((owner.identity()?, *count)));
        let mut reassigned = BTreeMap::new();
        for step in &plan.steps {
            if let Operation::AssignRole {
                before: Some(role), ..
            } = &step.operation
            {
                *reassigned.entry(Identity::Role(role.clone())).or_default() += 1;
            }
        }
        let mut expired: BTreeMap<Identity, Vec<Expiry>> = BTreeMap::new();
        for expiry in &plan.expired {
            let of_object = expired.entry(expiry.grant.identity()).or_default();
            of_object.push(expiry.clone());
        }
        Self {
            follows,
            expired,
            deleted,
            records: records.collect(),
            reassigned,
            renamed: renamed(merged, context.live),
        }
    }
}

/// A snapshot of nothing but the renamed objects, after all renames.
fn renamed(merged: &[Merged], live: &Snapshot) -> Snapshot {
    let mut renames = Renames::default();
    let mut snapshot = Snapshot::empty(live.system.clone());
    for each in merged {
        match (&each.previous, &each.identity) {
            (Some(Identity::Profile(old)), Identity::Profile(new)) => {
                let object = live.profiles.get(old).cloned();
                snapshot
                    .profiles
                    .extend(object.map(|object| (old.clone(), object)));
                renames.profiles.insert(old.clone(), new.clone());
            }
            (Some(Identity::Role(old)), Identity::Role(new)) => {
                let object = live.roles.get(old).cloned();
                snapshot.roles.extend(object.map(|object| (old.clone(), object)));
                renames.roles.insert(old.clone(), new.clone());
            }
            (Some(Identity::Group(old)), Identity::Group(new)) => {
                let object = live.groups.get(old).cloned();
                snapshot.groups.extend(object.map(|object| (old.clone(), object)));
                renames.groups.insert(old.clone(), new.clone());
            }
            (_, _) => {}
        }
    }
    renames.apply(&mut snapshot);
    snapshot
}

/// The state of an object that is renamed and otherwise left as it is.
fn state_in(snapshot: &Snapshot, identity: &Identity) -> Option<State> {
    match identity {
        Identity::Profile(name) => snapshot.profiles.get(name).cloned().map(State::Profile),
        Identity::Role(name) => snapshot.roles.get(name).cloned().map(State::Role),
        Identity::Group(name) => snapshot
            .groups
            .get(name)
            .cloned()
            .map(|group| State::Group(Box::new(group))),
        Identity::SharingDefault(_) | Identity::SharingRule(_) | Identity::User(_) => None,
    }
}

fn change(merged: Merged, facts: &Facts, context: &ReportContext<'_>) -> ChangeReport {
    let Merged {
        identity,
        previous,
        actions,
        mut before,
        mut after,
        heir,
        reason,
        place,
    } = merged;
    if actions == [Action::Rename] {
        before = state_in(&facts.renamed, &identity);
        after.clone_from(&before);
    }
    let because = if reason == Reason::ReferredToRemoved {
        removed_references(&identity, before.as_ref(), &facts.deleted)
    } else {
        Vec::new()
    };
    let expired = facts.expired.get(&identity).into_iter().flatten();
    let expired = expired.map(|expiry| ExpiredReport {
        member: expiry.grant.member().cloned(),
        expires: expiry.expires,
        place: position(context.sources, expiry.place),
    });
    let expired = expired.collect();
    let follows = previous
        .as_ref()
        .map(|old| facts.follows.get(old).copied().unwrap_or_default());
    let hands_over = matches!(
        identity,
        Identity::Profile(_) | Identity::Role(_) | Identity::Group(_)
    );
    let transfer = (hands_over && actions.contains(&Action::Delete)).then(|| {
        // A group's users are its members and simply leave it; only a role's users get another.
        let of_role = matches!(identity, Identity::Role(_));
        let follows = facts.follows.get(&identity).filter(|_| of_role);
        let holders = follows.map_or(0, |follows| follows.users);
        let elsewhere = facts.reassigned.get(&identity).copied().unwrap_or_default();
        Transfer {
            to: heir,
            users: holders.saturating_sub(elsewhere),
            records: facts.records.get(&identity).copied().unwrap_or_default(),
        }
    });
    ChangeReport {
        address: identity.address(),
        kind: identity.kind(),
        name: identity.name(),
        previous_address: previous.as_ref().map(Identity::address),
        previous_name: previous.as_ref().map(Identity::name),
        rule: rule(&identity),
        attributes: attributes(context.system, before.as_ref(), after.as_ref()),
        change: StateChange {
            actions,
            before,
            after,
        },
        reason: reason.as_str(),
        because,
        expired,
        follows,
        transfer,
        place: place.and_then(|span| position(context.sources, span)),
    }
}

fn removed_references(
    identity: &Identity,
    before: Option<&State>,
    deleted: &BTreeSet<Identity>,
) -> Vec<ObjectReport> {
    let mut references: BTreeSet<Identity> = before.into_iter().flat_map(State::references).collect();
    if let Identity::SharingRule(rule) = identity {
        references.extend(rule.from.identity());
        references.extend(rule.to.identity());
    }
    references.intersection(deleted).map(object).collect()
}

fn position(sources: &Sources, span: Span) -> Option<PlaceReport> {
    if span.is_nowhere() {
        return None;
    }
    let position = sources.position(span);
    Some(PlaceReport {
        file: sources.path(span.source).to_owned(),
        line: position.line,
        column: position.column,
    })
}

pub(super) fn object(identity: &Identity) -> ObjectReport {
    ObjectReport {
        address: identity.address(),
        kind: identity.kind(),
        name: identity.name(),
    }
}

fn rule(identity: &Identity) -> Option<RuleReport> {
    match identity {
        Identity::SharingRule(key) => Some(RuleReport {
            module: key.module.to_string(),
            from: key.from.clone(),
            to: key.to.clone(),
        }),
        Identity::Profile(_)
        | Identity::Role(_)
        | Identity::Group(_)
        | Identity::SharingDefault(_)
        | Identity::User(_) => None,
    }
}
