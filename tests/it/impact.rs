//! What `plan` says that a change means for people, one situation each: who gains or loses what, about whom, by which
//! way, and which change causes it.

use serde_json::Value;

use crate::support::{Project, Run};

/// A CRM: sales sees its own leads, and the desk sees those of the team.
pub(crate) const CRM: &str = "
profiles:
  Sales:
    modules: { Leads: { actions: [view, create, edit] }, Accounts: { actions: [view] } }
  Service:
    modules: { HelpDesk: { actions: [view, edit], fields: { hours: hidden } }, Leads: { actions: [view, edit] } }
roles:
  Boss: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Rep: { reports_to: Boss, profiles: [Sales], assign_records_to: all_users }
  Lead: { reports_to: Boss, profiles: [Service], assign_records_to: all_users }
  Agent: { reports_to: Lead, profiles: [Service], assign_records_to: all_users }
groups:
  Team: { members: { users: [rita] } }
  Desk: { members: { roles: [Agent] } }
sharing:
  defaults: { Leads: private, HelpDesk: private, Accounts: public_read }
  rules: [{ module: Leads, from: { group: Team }, to: { group: Desk }, access: read }]
users:
  bob: { role: Boss }
  rita: { role: Rep }
  ron: { role: Rep }
  lea: { role: Lead }
  alf: { role: Agent }
  ada: { role: Agent }
records:
  - { module: Leads, owner: { user: rita }, count: 10 }
  - { module: Leads, owner: { user: ron }, count: 4 }
  - { module: Leads, owner: { group: Team }, count: 5 }
  - { module: HelpDesk, owner: { user: alf }, count: 7 }
  - { module: HelpDesk, owner: { group: Desk }, count: 3 }
";

const UNICONNECT: &str = "
installation: { modules: { Leads: [] } }
roles:
  Manager: { permissions: { view_users: all, update_group: own }, modules: { Leads: { actions: { view: all } } } }
  Agent: { permissions: { view_group: group }, modules: { Leads: { actions: { view: group, update: own } } } }
groups:
  Team: { status: active, created_by: mia, members: { users: [ann, ben] } }
  Night: { status: active, members: { users: [cem] } }
sharing:
  rules: [{ module: Leads, from: { everyone: true }, to: { group: Night }, access: as_permitted }]
users:
  mia: { role: Manager }
  ann: { role: Agent }
  ben: { role: Agent }
  cem: { role: Agent }
";

const PHONES: &str = "
groups:
  Team: { status: active, members: { users: [ann, ben] }, services: [start_chat], authorisations: { level: public } }
  Desk: { status: active, head: hed, head_authorisations: { level: public }, members: { users: [cem, dan] } }
users: { ann: {}, ben: {}, cem: {}, dan: {}, hed: {} }
";

const CALLS: &str = "
roles: { Operator: {}, Statistics: {}, Recordings: {} }
groups:
  Operators: { roles: [Operator], members: { users: [ann, ben] } }
  Watch: { roles: [Statistics], members: { users: [cem] } }
users: { ann: {}, ben: {}, cem: {} }
";

#[test]
fn a_member_joins_a_group_that_owns_records() {
    insta::assert_snapshot!(impact(&crm("groups: { Team: { members: { users: [rita, ron] } } }")), @r"
    MED   2 people gain view on Leads of ron (4 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  group Team                                                       manifests/all.yaml:1
    MED   ron gains view and edit on Leads of group Team (5 records)
          path   ron → group Team → owned by the group
          cause  group Team                                                       manifests/all.yaml:1
    ");
}

#[test]
fn a_member_leaves_a_group() {
    insta::assert_snapshot!(impact(&crm("groups: { Team: { members: {} } }")), @r"
    LOW   2 people lose view on Leads of rita (10 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  group Team                                                       manifests/all.yaml:1
    LOW   rita loses view and edit on Leads of group Team (5 records)
          path   rita → group Team → owned by the group
          cause  group Team                                                       manifests/all.yaml:1
    ");
}

#[test]
fn a_rule_is_added() {
    insta::assert_snapshot!(impact(&crm("sharing: { rules: [{ module: Leads, from: { group: Team }, to: { group: Desk }, access: read }, { module: Leads, from: { role: Rep }, to: { role: Lead }, access: read }] }")), @r"
    MED   lea gains view on Leads of rita and ron (14 records)
          path   lea → role Lead → rule Leads: role Rep → role Lead, read; the owner: role Rep
          cause  rule Leads: role Rep → role Lead                                 manifests/all.yaml:1
    ");
}

#[test]
fn a_rule_opens_more() {
    insta::assert_snapshot!(impact(&crm("sharing: { rules: [{ module: Leads, from: { group: Team }, to: { group: Desk }, access: read_write }] }")), @r"
    MED   2 people gain edit on Leads of rita and group Team (15 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read and write;
                 the owner: group Team
          cause  rule Leads: group Team → group Desk                              manifests/all.yaml:1
    ");
}

#[test]
fn a_rule_is_removed() {
    insta::assert_snapshot!(impact(&crm("sharing: { no_rules: [Leads] }")), @r"
    LOW   2 people lose view on Leads of rita and group Team (15 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  rule Leads: group Team → group Desk                              manifests/all.yaml:1
    ");
}

#[test]
fn a_default_opens_more() {
    insta::assert_snapshot!(impact(&crm("sharing: { defaults: { Leads: public_read } }")), @r"
    MED   6 people gain view on Leads of everyone (19 records)
          who    everyone
          path   lea → default of Leads: public_read
          cause  default Leads                                                    manifests/all.yaml:1
    ");
}

#[test]
fn a_default_opens_less() {
    insta::assert_snapshot!(impact(&crm("sharing: { defaults: { Accounts: private } }")), @r"
    LOW   3 people lose view on Accounts of everyone not reached otherwise
          who    bob, rita, ron
          path   rita → default of Accounts: public_read
          cause  default Accounts                                                 manifests/all.yaml:1
    ");
}

#[test]
fn a_profile_gains_an_action() {
    insta::assert_snapshot!(impact(&crm("profiles: { Sales: { otherwise: untouched, modules: { Leads: { actions: [view, create, edit, export] } } } }")), @r"
    MED   3 people gain export on Leads
          who    bob, rita, ron
          path   bob → role Boss → permitted
          cause  profile Sales                                                    manifests/all.yaml:1
    ");
}

#[test]
fn a_profile_gains_deleting() {
    insta::assert_snapshot!(impact(&crm("profiles: { Sales: { otherwise: untouched, modules: { Leads: { actions: [view, create, edit, delete] } } } }")), @r"
    HIGH  3 people gain delete on Leads of their own and up to 6 owners (19 records)
          who    bob, rita, ron
          whose  every user, group Team
          path   bob → role Boss is above Lead
          cause  profile Sales                                                    manifests/all.yaml:1
          note   can delete
    ");
}

#[test]
fn a_profile_loses_an_action() {
    insta::assert_snapshot!(impact(&crm("profiles: { Sales: { otherwise: untouched, modules: { Leads: { actions: [view, create] } } } }")), @r"
    LOW   3 people lose edit on Leads of their own and up to 6 owners (19 records)
          who    bob, rita, ron
          whose  every user, group Team
          path   bob → role Boss is above Lead
          cause  profile Sales                                                    manifests/all.yaml:1
    LOW   3 people lose editing of 15 fields
          who    bob, rita, ron
          path   bob → role Boss → permitted
          cause  profile Sales                                                    manifests/all.yaml:1
    ");
}

#[test]
fn a_profile_opens_every_record() {
    insta::assert_snapshot!(impact(&crm("profiles: { Service: { otherwise: untouched, permissions: { view_all: allow } } }")), @r"
    MED   3 people gain view on 32 modules of everyone
          who    role Lead and subordinates (3)
          path   ada → role Agent → profile Service → view_all, for every record
          cause  profile Service                                                  manifests/all.yaml:1
    MED   3 people gain view on HelpDesk and Leads of everyone (29 records)
          who    role Lead and subordinates (3)
          path   ada → role Agent → profile Service → view_all, for every record
          cause  profile Service                                                  manifests/all.yaml:1
    MED   3 people gain sight of 89 fields; permission View All
          who    role Lead and subordinates (3)
          path   lea → role Lead → permitted
          cause  profile Service                                                  manifests/all.yaml:1
    ");
}

#[test]
fn a_field_is_hidden() {
    insta::assert_snapshot!(impact(&crm("profiles: { Sales: { otherwise: untouched, modules: { Leads: { actions: [view, create, edit], fields: { phone: hidden } } } } }")), @r"
    LOW   3 people lose sight of field Leads.phone; editing of field Leads.phone
          who    bob, rita, ron
          path   bob → role Boss → permitted
          cause  profile Sales                                                    manifests/all.yaml:1
    ");
}

#[test]
fn a_field_is_opened() {
    insta::assert_snapshot!(impact(&crm("profiles: { Service: { otherwise: untouched, modules: { HelpDesk: { actions: [view, edit], fields: { hours: read_only } } } } }")), @r"
    MED   3 people gain sight of field HelpDesk.hours
          who    role Lead and subordinates (3)
          path   lea → role Lead → permitted
          cause  profile Service                                                  manifests/all.yaml:1
    ");
}

#[test]
fn a_role_gets_another_superior() {
    insta::assert_snapshot!(impact(&crm("roles: { Rep: { reports_to: Lead } }")), @r"
    MED   lea gains view and edit on HelpDesk and Leads of rita and ron (14 records)
          path   lea → role Lead is above Rep
          cause  role Rep                                                         manifests/all.yaml:1
    ");
}

#[test]
fn a_user_gets_another_role() {
    insta::assert_snapshot!(impact(&crm("users: { ron: { role: Agent } }")), @r"
    MED   ron gains view on Leads of rita and group Team (15 records)
          path   ron → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  user ron                                                         manifests/all.yaml:1
    MED   ron gains sight of 11 fields; editing of 11 fields
          path   ron → role Agent → permitted
          cause  user ron                                                         manifests/all.yaml:1
    MED   ron gains view and edit on HelpDesk of their own and group Desk (3 records)
          path   ron → role Agent → group Desk → owned by the group
          cause  user ron                                                         manifests/all.yaml:1
    MED   ron gains view and edit on Leads of group Desk
          path   ron → role Agent → group Desk → owned by the group
          cause  user ron                                                         manifests/all.yaml:1
    MED   lea gains view and edit on HelpDesk and Leads of ron (4 records)
          path   lea → role Lead is above Agent
          cause  user ron                                                         manifests/all.yaml:1
    LOW   ron loses view on Accounts of everyone
          path   ron → default of Accounts: public_read
          cause  user ron                                                         manifests/all.yaml:1
    LOW   ron loses create on Leads; sight of 15 fields
          path   ron → role Rep → permitted
          cause  user ron                                                         manifests/all.yaml:1
    ");
}

#[test]
fn a_role_is_deleted() {
    insta::assert_snapshot!(impact(&crm("removed: { roles: { Agent: { transfer_to: { role: Lead } } } }")), @r"
    LOW   2 people lose view on Leads of rita and group Team (15 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  role Agent                                                       manifests/all.yaml:1
    LOW   2 people lose view and edit on HelpDesk and Leads of group Desk (3 records)
          who    ada, alf
          path   ada → role Agent → group Desk → owned by the group
          cause  role Agent                                                       manifests/all.yaml:1
    LOW   lea loses view and edit on HelpDesk and Leads of ada and alf (7 records)
          path   lea → role Lead is above Agent
          cause  role Agent                                                       manifests/all.yaml:1
    ");
}

#[test]
fn a_group_hands_over_to_a_group() {
    insta::assert_snapshot!(impact(&crm("removed: { groups: { Team: { transfer_to: { group: Desk } } } }")), @r"
    MED   2 people gain view and edit on HelpDesk; edit on Leads of group Team (5 records)
          who    ada, alf
          path   ada → role Agent → group Desk → owned by the group
          cause  group Team                                                       manifests/all.yaml:1
    LOW   2 people lose view on Leads of rita (10 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  group Team                                                       manifests/all.yaml:1
    LOW   rita loses view and edit on Leads of group Team (5 records)
          path   rita → group Team → owned by the group
          cause  group Team                                                       manifests/all.yaml:1
    ");
}

#[test]
fn a_group_hands_over_to_a_user() {
    insta::assert_snapshot!(impact(&crm("removed: { groups: { Team: { transfer_to: { user: lea } } } }")), @r"
    MED   lea gains view and edit on HelpDesk and Leads of group Team (5 records)
          path   lea → own
          cause  group Team                                                       manifests/all.yaml:1
    MED   bob gains view and edit on Leads of group Team (5 records)
          path   bob → role Boss is above Lead
          cause  group Team                                                       manifests/all.yaml:1
    LOW   2 people lose view on Leads of rita and group Team (15 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  group Team                                                       manifests/all.yaml:1
    LOW   rita loses view and edit on Leads of group Team (5 records)
          path   rita → group Team → owned by the group
          cause  group Team                                                       manifests/all.yaml:1
    ");
}

#[test]
fn a_profile_is_deleted() {
    insta::assert_snapshot!(impact(&crm("removed: { profiles: { Service: { transfer_to: { profile: Sales } } } }")), @r"
    MED   3 people gain view on Accounts of everyone
          who    role Lead and subordinates (3)
          path   ada → default of Accounts: public_read
          cause  profile Service                                                  manifests/all.yaml:1
    MED   3 people gain create on Leads; sight of 15 fields
          who    role Lead and subordinates (3)
          path   lea → role Lead → permitted
          cause  profile Service                                                  manifests/all.yaml:1
    LOW   3 people lose view and edit on HelpDesk of their own and up to 3 owners (10 records)
          who    role Lead and subordinates (3)
          whose  ada, alf, group Desk
          path   lea → role Lead is above Agent
          cause  profile Service                                                  manifests/all.yaml:1
    LOW   3 people lose sight of 11 fields; editing of 11 fields
          who    role Lead and subordinates (3)
          path   lea → role Lead → permitted
          cause  profile Service                                                  manifests/all.yaml:1
    ");
}

#[test]
fn a_rename_alone() {
    insta::assert_snapshot!(impact(&crm("groups: { Crew: { renamed_from: Team } }")), @r"
      nobody gains or loses access
    ");
}

#[test]
fn a_rename_of_all_kinds() {
    insta::assert_snapshot!(impact(&crm("groups: { Crew: { renamed_from: Team } }\nroles: { Seller: { renamed_from: Rep } }\nprofiles: { Selling: { renamed_from: Sales } }")), @r"
      nobody gains or loses access
    ");
}

#[test]
fn a_description_alone() {
    insta::assert_snapshot!(impact(&crm("groups: { Team: { description: x } }")), @r"
      nobody gains or loses access
    ");
}

#[test]
fn a_description_beside_a_member() {
    insta::assert_snapshot!(impact(&crm("groups: { Desk: { description: x }, Team: { members: { users: [rita, ron] } } }")), @r"
    MED   2 people gain view on Leads of ron (4 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  group Team                                                       manifests/all.yaml:1
    MED   ron gains view and edit on Leads of group Team (5 records)
          path   ron → group Team → owned by the group
          cause  group Team                                                       manifests/all.yaml:1
          1 change alters nobody's access
    ");
}

#[test]
fn superiors_records() {
    insta::assert_snapshot!(impact(&crm("sharing: { rules: [{ module: Leads, from: { group: Team }, to: { group: Desk }, access: read }, { module: Leads, from: { role: Boss }, to: { role: Rep }, access: read }] }")), @r"
    HIGH  2 people gain view on Leads of bob
          who    rita, ron
          path   rita → role Rep → rule Leads: role Boss → role Rep, read; the owner: role Boss
          cause  rule Leads: role Boss → role Rep                                 manifests/all.yaml:1
          note   reaches records of superiors
    ");
}

#[test]
fn changes_that_cancel_out() {
    insta::assert_snapshot!(impact(&crm("sharing: { rules: [{ module: Leads, from: { group: Team }, to: { role: Agent }, access: read }] }")), @r"
      nobody gains or loses access
    ");
}

#[test]
fn a_group_and_a_rule_for_it() {
    insta::assert_snapshot!(impact(&crm("groups: { New: { members: { users: [lea] } } }\nsharing: { rules: [{ module: Leads, from: { group: Team }, to: { group: Desk }, access: read }, { module: Leads, from: { role: Rep }, to: { group: New }, access: read }] }")), @r"
    MED   lea gains view on Leads of rita and ron (14 records)
          path   lea → group New → rule Leads: role Rep → group New, read; the owner: role Rep
          cause  group New                                                        manifests/all.yaml:1
                 rule Leads: role Rep → group New                                 manifests/all.yaml:2
    ");
}

#[test]
fn a_right_and_a_rule_that_needs_it() {
    insta::assert_snapshot!(impact(&crm("profiles: { Sales: { otherwise: untouched, modules: { HelpDesk: { actions: [view] } } } }\nsharing: { rules: [{ module: HelpDesk, from: { role: Agent }, to: { role: Rep }, access: read }] }")), @r"
    MED   2 people gain view on HelpDesk of their own and up to 3 owners (7 records)
          who    rita, ron
          whose  ada, alf, group Team
          path   rita → role Rep → rule HelpDesk: role Agent → role Rep, read; the owner: role Agent
          cause  profile Sales                                                    manifests/all.yaml:1
                 rule HelpDesk: role Agent → role Rep                             manifests/all.yaml:2
    MED   bob gains view on HelpDesk of their own and 5 owners (7 records)
          whose  every user
          path   bob → role Boss is above Lead
          cause  profile Sales                                                    manifests/all.yaml:1
    MED   3 people gain sight of 12 fields
          who    bob, rita, ron
          path   bob → role Boss → permitted
          cause  profile Sales                                                    manifests/all.yaml:1
    ");
}

#[test]
fn a_new_role_and_a_user_in_it() {
    insta::assert_snapshot!(impact(&crm("roles: { Chief: { reports_to: Boss, profiles: [Sales, Service], assign_records_to: all_users } }\nusers: { ron: { role: Chief } }")), @r"
    MED   ron gains sight of 12 fields; editing of 12 fields
          path   ron → role Chief → permitted
          cause  role Chief                                                       manifests/all.yaml:1
                 user ron                                                         manifests/all.yaml:2
    MED   ron gains view and edit on HelpDesk of their own
          path   ron → own
          cause  role Chief                                                       manifests/all.yaml:1
                 user ron                                                         manifests/all.yaml:2
    ");
}

#[test]
fn a_permission_to_change_roles() {
    insta::assert_snapshot!(impact(&uniconnect("roles: { Agent: { otherwise: untouched, permissions: { role_configuration: allow } } }")), @r"
    HIGH  3 people become administrators in effect
          who    everyone in role Agent (3)
          cause  role Agent                                                       manifests/all.yaml:1
          note   a new administrator in effect
    HIGH  3 people gain permission Role Configuration
          who    everyone in role Agent (3)
          path   ann → role Agent → permitted
          cause  role Agent                                                       manifests/all.yaml:1
          note   can change roles or groups
    ");
}

#[test]
fn a_role_that_may_everything() {
    insta::assert_snapshot!(impact(&uniconnect("users: { mia: { role: System Owner } }")), @r"
    HIGH  mia becomes an administrator in effect
          cause  user mia                                                         manifests/all.yaml:1
          note   a new administrator in effect
    ");
}

#[test]
fn a_permission_to_change_groups() {
    insta::assert_snapshot!(impact(&uniconnect("roles: { Manager: { otherwise: untouched, permissions: { update_group: all } } }")), @r"
    HIGH  mia gains permission Update Group of group Night
          path   mia → role Manager → level all
          cause  role Manager                                                     manifests/all.yaml:1
          note   can change roles or groups
    ");
}

#[test]
fn a_level_goes_further() {
    insta::assert_snapshot!(impact(&uniconnect("roles: { Agent: { otherwise: untouched, modules: { Leads: { actions: { view: all, update: own } } } } }")), @r"
    MED   2 people gain view on Leads of everyone
          who    ann, ben
          path   ann → role Agent → level all
          cause  role Agent                                                       manifests/all.yaml:1
    ");
}

#[test]
fn a_group_becomes_inactive() {
    insta::assert_snapshot!(impact(&uniconnect("groups: { Team: { status: inactive }, Night: { status: inactive } }")), @r"
    LOW   2 people lose view on Leads of ann and ben
          who    ann, ben
          path   ann → group Team → level group; the owner: group Team
          cause  group Team                                                       manifests/all.yaml:1
    LOW   cem loses view and update on Leads of everyone
          path   cem → group Night → rule Leads: everyone → group Night, as far as their own role
                 permits
          cause  group Night                                                      manifests/all.yaml:1
    LOW   2 people lose permission View Group of group Team
          who    ann, ben
          path   ann → group Team → level group
          cause  group Team                                                       manifests/all.yaml:1
    LOW   cem loses permission View Group of group Night
          path   cem → group Night → level group
          cause  group Night                                                      manifests/all.yaml:1
    ");
}

#[test]
fn a_service_is_given() {
    insta::assert_snapshot!(impact(&phones("groups: { Team: { services: [start_chat, journal_visible_to_group] } }")), @r"
    MED   2 people gain service The group’s journal will be visible to the whole group of ann and ben
          who    ann, ben
          path   ann → group Team → given by the group; the owner: group Team
          cause  group Team                                                       manifests/all.yaml:1
    ");
}

#[test]
fn a_service_is_taken() {
    insta::assert_snapshot!(impact(&phones("groups: { Team: { services: [] } }")), @r"
    LOW   2 people lose service Start chat
          who    ann, ben
          path   ann → group Team → given by the group
          cause  group Team                                                       manifests/all.yaml:1
    ");
}

#[test]
fn authorisations_go_further() {
    insta::assert_snapshot!(impact(&phones("groups: { Team: { authorisations: { level: company } } }")), @r"
    MED   2 people gain Calendar (see public appointments); Primary lines (see numbers of incoming
            calls, see numbers of outgoing calls, see redirection numbers) of ann and ben
          who    ann, ben
          path   ann → group Team → given by the group; the owner: group Team
          cause  group Team                                                       manifests/all.yaml:1
    ");
}

#[test]
fn the_head_may_more() {
    insta::assert_snapshot!(impact(&phones("groups: { Desk: { head_authorisations: { level: company } } }")), @r"
    MED   hed gains Calendar (see public appointments); Primary lines (see numbers of incoming calls,
            see numbers of outgoing calls, see redirection numbers) of cem and dan
          path   hed → head of group Desk → given by the group; the owner: group Desk
          cause  group Desk                                                       manifests/all.yaml:1
    ");
}

#[test]
fn another_head() {
    insta::assert_snapshot!(impact(&phones("groups: { Desk: { head: cem } }")), @r"
    MED   cem gains Presence (see presence) of dan
          path   cem → head of group Desk → given by the group; the owner: group Desk
          cause  group Desk                                                       manifests/all.yaml:1
    LOW   hed loses Presence (see presence) of cem and dan
          path   hed → head of group Desk → given by the group; the owner: group Desk
          cause  group Desk                                                       manifests/all.yaml:1
    ");
}

#[test]
fn a_group_grants_a_role() {
    insta::assert_snapshot!(impact(&calls("groups: { Operators: { roles: [Operator, Recordings] } }")), @r"
    MED   2 people gain role Recordings
          who    ann, ben
          path   ann → group Operators → given by the group
          cause  group Operators                                                  manifests/all.yaml:1
    ");
}

#[test]
fn a_member_comes_to_roles() {
    insta::assert_snapshot!(impact(&calls("groups: { Watch: { members: { users: [cem, ben] } } }")), @r"
    MED   ben gains role Statistics
          path   ben → group Watch → given by the group
          cause  group Watch                                                      manifests/all.yaml:1
    ");
}

#[test]
fn an_expired_member() {
    insta::assert_snapshot!(impact_with(&crm("groups: { Team: { members: { users: [{ user: rita, expires: 2026-01-31 }] } } }"), &["--today", "2026-02-01"]), @r"
    LOW   2 people lose view on Leads of rita (10 records)
          who    ada, alf
          path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                 group Team
          cause  group Team                                                       manifests/all.yaml:1
    LOW   rita loses view and edit on Leads of group Team (5 records)
          path   rita → group Team → owned by the group
          cause  group Team                                                       manifests/all.yaml:1
    ");
}

#[test]
fn what_the_author_gains_is_pointed_out() {
    let joins = "groups: { Team: { members: { users: [rita, ron] } } }";
    let text = impact_with(&crm(joins), &["--author", "ron"]);
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("HIGH  ron gains"), "{text}");
    assert_eq!(
        text.matches("the author of the change gains").count(),
        1,
        "{text}"
    );
    let text = impact_with(&crm(joins), &["--author", "bob"]);
    assert!(!text.contains("author"), "{text}");
}

/// 200 people of one role, below one of another.
fn many(manifest: &str) -> Project {
    let mut seed = CRM.to_owned();
    let people: String = (0..200)
        .map(|number| format!("  rep{number:03}: {{ role: Rep }}\n"))
        .collect();
    seed = seed.replace("records:", &format!("{people}records:"));
    Project::new("berlicrm").seed(&seed).manifest(manifest)
}

/// The rule that there is.
const R: &str = "{ module: Leads, from: { group: Team }, to: { group: Desk }, access: read }";

const EXPORTING: &str = "profiles: { Sales: { otherwise: untouched, modules: { Leads: { actions: [view, create, edit, export] } } } }";

#[test]
fn many_people_of_a_role_are_one_line() {
    let text = impact(&many(EXPORTING));
    assert_eq!(
        text.lines().filter(|line| line.contains("MED")).count(),
        1,
        "{text}"
    );
    assert!(text.contains("203 people gain export on Leads"), "{text}");
    assert!(text.contains("who    everyone but ada, alf and lea"), "{text}");
}

#[test]
fn whole_roles_are_named() {
    let text = impact(&many(&format!(
        "sharing: {{ rules: [{R}, {{ module: Leads, from: {{ role: Boss }}, to: {{ role: Rep }}, access: read }}] }}"
    )));
    assert!(text.contains("202 people gain view on Leads of bob"), "{text}");
    assert!(text.contains("who    everyone in role Rep (202)"), "{text}");
}

#[test]
fn long_lists_of_causes_are_cut_and_verbose_shows_them() {
    let nested: String = (0..6)
        .map(|number| format!("  G{number}: {{ members: {{ groups: [G{}] }} }}\n", number + 1))
        .collect();
    let project = crm(&format!(
        "groups:\n{nested}  G6: {{ members: {{ users: [lea] }} }}\n\
         sharing: {{ rules: [{R}, {{ module: Leads, from: {{ role: Rep }}, to: {{ group: G0 }}, access: read }}] }}\n"
    ));
    let short = impact(&project);
    assert!(short.contains("… and 5 more"), "{short}");
    let long = impact_with(&project, &["--verbose"]);
    assert!(!long.contains(" more"), "{long}");
    for number in 0..7 {
        assert!(long.contains(&format!(" group G{number}  ")), "{long}");
    }
}

#[test]
fn many_lines_are_cut_and_verbose_shows_them() {
    let (mut groups, mut granted) = (String::new(), String::new());
    for number in 0..24 {
        groups.push_str(&format!("  G{number}: {{ members: {{ users: [lea] }} }}\n"));
        granted.push_str(&format!(
            "    - {{ module: Leads, from: {{ role: Rep }}, to: {{ group: G{number} }}, access: read }}\n"
        ));
    }
    let project = crm(&format!(
        "groups:\n{groups}sharing:\n  rules:\n    - {R}\n{granted}"
    ));
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("MED")).count();
    let short = impact(&project);
    assert_eq!(lines(&short), 20, "{short}");
    assert!(
        short.contains("… and 4 more, none of a higher risk (--verbose shows them)"),
        "{short}"
    );
    assert_eq!(lines(&impact_with(&project, &["--verbose"])), 24);
}

#[test]
fn programs_read_the_same_lines() {
    let run = crm("groups: { Desk: { description: x }, Team: { members: { users: [rita, ron] } } }")
        .run(&["plan", "--format", "json"])
        .exits(0);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    let impact = &plan["impact"];
    assert_eq!(impact["people"], 3);
    assert_eq!(impact["without_effect"][0]["address"], "group.Desk");
    let keys: Vec<&String> = impact["lines"][0].as_object().unwrap().keys().collect();
    let expected = [
        "causes",
        "direction",
        "example",
        "flags",
        "people",
        "risk",
        "summary",
        "what",
        "who",
        "whose",
    ];
    let mut keys = keys;
    keys.sort();
    assert_eq!(keys, expected);
    let line = &impact["lines"][1];
    assert_eq!(line["direction"], "gain");
    assert_eq!(line["risk"], "medium");
    assert_eq!(line["who"]["parts"][0]["user"], "ron");
    assert_eq!(line["whose"]["others"]["parts"][0]["group"], "Team");
    assert_eq!(line["whose"]["records"], 5);
    assert_eq!(line["example"]["user"], "ron");
    assert_eq!(line["causes"][0]["address"], "group.Team");
    assert_eq!(line["causes"][0]["type"], "group");
    assert_eq!(line["causes"][0]["place"]["file"], "manifests/all.yaml");
}

#[test]
fn the_same_plan_prints_the_same_bytes() {
    let project = many("users: { ron: { role: Agent } }\nsharing: { defaults: { Leads: public_read } }");
    for format in ["terminal", "json"] {
        let first = project.run(&["plan", "--format", format]).exits(0).stdout;
        assert!(!first.contains('\u{1b}'), "{first}");
        for _ in 1..10 {
            assert_eq!(project.run(&["plan", "--format", format]).exits(0).stdout, first);
        }
    }
}

fn crm(manifest: &str) -> Project {
    Project::new("berlicrm").seed(CRM).manifest(manifest)
}

fn uniconnect(manifest: &str) -> Project {
    Project::new("uniconnect").seed(UNICONNECT).manifest(manifest)
}

fn phones(manifest: &str) -> Project {
    Project::new("ucserver").seed(PHONES).manifest(manifest)
}

fn calls(manifest: &str) -> Project {
    Project::new("iptel").seed(CALLS).manifest(manifest)
}

/// The impact of what the manifests change.
#[track_caller]
fn impact(project: &Project) -> String {
    impact_with(project, &[])
}

#[track_caller]
fn impact_with(project: &Project, more: &[&str]) -> String {
    let run = project.run(&[&["plan"], more].concat()).exits(0);
    section(&run)
}

/// The lines from the title of the section to the empty one after it.
#[track_caller]
fn section(run: &Run) -> String {
    let lines = run.stdout.lines().skip_while(|line| *line != "Impact");
    let lines: Vec<&str> = lines.skip(1).take_while(|line| !line.is_empty()).collect();
    assert!(!lines.is_empty(), "no impact in\n{}", run.stdout);
    let lines = lines.iter().map(|line| line.strip_prefix("  ").unwrap());
    lines.collect::<Vec<_>>().join("\n")
}
