// What an editor must show, one line each.
//
// A place is written as its keys with ` / ` between them, `-` for a list item, and `|` where the cursor is, in the last
// part: `groups / Sales / status: |`. The first word of a line is whose schema: a system, `custom`, `project` or `system`.

/** Completion: whose, place, the labels (all of them, or after `some` at least these), words of one label's documentation. */
export const completions = [
  // estos UCServer
  ["ucserver", "|", "existing groups removed", ["groups", "assign rights together"]],
  ["ucserver", "groups / Sales / |", "authorisations call_group deputy head head_authorisations keys line members monitor_groups renamed_from services status", ["head", "group leader"]],
  ["ucserver", "groups / Sales / status: |", "active inactive", ["inactive", "Group settings not active"]],
  ["ucserver", "groups / Sales / members / |", "users", ["users", "Members"]],
  ["ucserver", "groups / Sales / services: [|]", "some start_chat send_sms livechat_advisors", ["send_sms", "Send SMS If this option is activated"]],
  ["ucserver", "groups / Sales / services / - / |", "some start_chat send_sms livechat_advisors", ["send_sms", "Send SMS If this option is activated"]],
  ["ucserver", "groups / Sales / call_group / |", "mode number Call_group", ["mode", "Who distributes"]],
  ["ucserver", "groups / Sales / call_group / mode: |", '"off" sip_softphone voice_services', ["voice_services", "ProCall Voice Services"]],
  ["ucserver", "groups / Sales / authorisations / level: |", "blocked public company team personal special", ["company", "Business"]],
  ["ucserver", "groups / Sales / authorisations / presence: [|]", "see set", ["set", "Set presence"]],
  ["ucserver", "groups / Sales / keys / - / |", "in name number speed_dial Key", ["speed_dial", "speed dial"]],
  ["ucserver", "groups / Sales / keys / - / in: [|]", "monitor favorites", ["favorites", "favorites"]],
  ["ucserver", "removed / |", "groups", ["groups", "Deletions"]],
  ["ucserver", "existing / |", "groups users", ["users", "do not define"]],

  // Uniconnect
  ["uniconnect", "|", "existing groups removed roles sharing users", ["roles", "Role"]],
  ["uniconnect", "roles / Agent / |", "modules otherwise permissions renamed_from reports_to", ["otherwise", "not named here"]],
  ["uniconnect", "roles / Agent / otherwise: |", "none untouched usual null", ["untouched", "Whatever the deployment has"]],
  ["uniconnect", "roles / Agent / permissions / |", "some access_call_logs active_session view_group manage_workflow", ["view_group", "View Group (Groups) View only groups created by the user"]],
  ["uniconnect", "roles / Agent / permissions / view_group: |", "own group all", ["group", "groups they belong to"]],
  ["uniconnect", "roles / Agent / permissions / access_call_logs: |", "allow", ["allow", "View call history"]],
  ["uniconnect", "roles / Agent / modules / Leads / actions / |", "some view create update delete", ["view", "View"]],
  ["uniconnect", "groups / Support / |", "members renamed_from status variety", ["status", ""]],
  ["uniconnect", "sharing / |", "no_rules rules", ["no_rules", "on purpose"]],
  ["uniconnect", "sharing / rules / - / from / |", "everyone role", ["role", "Everyone in the role"]],
  ["uniconnect", "sharing / rules / - / to / |", "group", ["group", "Everyone in the group"]],
  ["uniconnect", "sharing / rules / - / from / everyone: |", "true", ["true", "Every user"]],

  // IPTel Dialer
  ["iptel", "|", "existing groups removed", ["groups", "Group"]],
  ["iptel", "groups / Operators / |", "members renamed_from roles", ["roles", ""]],
  ["iptel", "groups / Operators / members / |", "users", ["users", ""]],

  // vtiger CRM and berliCRM
  ["vtiger", "|", "existing groups profiles removed roles sharing users", ["profiles", "Profile"]],
  ["vtiger", "profiles / Sales / modules / Leads / actions: [|]", "some view create edit delete convert_lead merge", ["convert_lead", "Convert Lead"]],
  ["vtiger", "profiles / Sales / modules / Leads / fields / rating: |", "hidden read_only read_write", ["hidden", ""]],
  ["vtiger", "sharing / rules / - / access: |", "read read_write", ["read", "Read"]],
  ["berlicrm", "profiles / Sales / |", "description modules otherwise permissions renamed_from", ["permissions", ""]],
  ["berlicrm", "profiles / Sales / permissions / |", "view_all edit_all", ["view_all", "View"]],
  ["berlicrm", "profiles / Sales / modules / Leads / |", "actions fields", ["actions", "Exactly what is permitted"]],
  ["berlicrm", "profiles / Sales / modules / Leads / actions: [|]", "view create edit delete import export convert_lead duplicates_handling", ["duplicates_handling", "Find duplicate records and merge them"]],
  ["berlicrm", "roles / Sales / |", "assign_records_to profiles renamed_from reports_to", ["profiles", ""]],
  ["berlicrm", "roles / Sales / assign_records_to: |", "all_users same_or_lower_level lower_level null", ["lower_level", ""]],
  ["berlicrm", "groups / Team A / |", "description members renamed_from", ["renamed_from", "keeps its members"]],
  ["berlicrm", "groups / Team A / members / |", "groups roles roles_and_subordinates users", ["roles_and_subordinates", "and its subordinates"]],
  ["berlicrm", "groups / Team A / members / users / - |", "expires user Member", ["expires", "From the next day on"]],
  ["berlicrm", "groups / Team A / members / users / - / user: ben\n          |", "expires", ["expires", "From the next day on"]],
  ["berlicrm", "groups / Team A / members / roles / - / |", "expires role Member", ["role", "The role"]],
  ["berlicrm", "groups / Team A / members / groups / - / |", "expires group Member", ["group", "The group"]],
  ["berlicrm", "sharing / |", "defaults no_rules rules", ["defaults", "Organization-wide default"]],
  ["berlicrm", "sharing / defaults / |", "some Accounts Leads HelpDesk", ["Accounts", "Organizations"]],
  ["berlicrm", "sharing / defaults / Leads: |", "private public_read public_read_write public_read_write_delete", ["public_read", "Public: Read Only"]],
  ["berlicrm", "sharing / rules / - / |", "access expires from module to Rule", ["expires", "From the next day on"]],
  ["berlicrm", "sharing / rules / - / from / |", "group role role_and_subordinates", ["role_and_subordinates", "below it"]],
  ["berlicrm", "sharing / rules / - / to / |", "group role role_and_subordinates", ["group", "Everyone in the group"]],
  ["berlicrm", "removed / groups / Old Team / transfer_to / |", "group user", ["user", "A user takes the records"]],
  ["berlicrm", "users / anna / |", "role", ["role", ""]],

  // A company's own system
  ["custom", "|", "existing groups removed roles sharing users", ["groups", "Teams. People who share their work"]],
  ["custom", "groups / Desk / |", "description members renamed_from status", ["status", "Whether tickets can be given to the team"]],
  ["custom", "roles / Agent / permissions / |", "some answer_customers merge_tickets", ["answer_customers", "Send answers that leave the house"]],
  ["custom", "sharing / rules / - / from / |", "everyone group role", ["everyone", "Every user"]],

  // rolecall.yaml
  ["project", "|", "default deployments installation ledger ownership system rolecall_project", ["default", "when none is named"]],
  ["project", "system: |", "berlicrm iptel ucserver uniconnect vtiger ./our-crm.system.yaml"],
  ["project", "deployments / local / |", "account file kind manifests seed Deployment", ["seed", "fills a new embedded deployment"]],
  ["project", "deployments / local / kind: |", "embedded", ["embedded", "A SQLite file"]],
  ["project", "ownership / |", "groups profiles roles rules", ["groups", "that no manifest names"]],
  ["project", "ownership / groups: |", "exhaustive named null", ["exhaustive", "They are deleted"]],
  ["project", "installation / |", "features modules", ["features", "Licences"]],

  // Access tests
  ["access", "tests / - / |", "allow check equals excludes includes name never who_can", ["never", "none of these people"]],
  ["access", "tests / - / check / |", "action authorisation field module owner permission role service use user", ["owner", "Whose records"]],
  ["access", "tests / - / check / use: |", "see edit null", ["edit", "can be changed"]],
  ["access", "tests / - / never / whose / |", "everyone group role role_and_subordinates user", ["role_and_subordinates", "below it"]],

  // Policy
  ["policy", "|", "guards maximum_reach minimum_administrators separation_of_duties", ["maximum_reach", "How far"]],
  ["policy", "separation_of_duties / - / |", "abilities except name Duties", ["abilities", "Two or more"]],
  ["policy", "maximum_reach / - / except / - / |", "group reason role role_and_subordinates until user", ["until", "last day"]],

  ["policy", "guards / |", "deletions members_lost minimum_administrators protected required_administrators", ["deletions", "Usually 30 percent"]],
  ["policy", "guards / deletions / |", "from number share", ["number", "at most"]],
  ["policy", "guards / protected / |", "defaults groups profiles roles rules users", ["rules", "none is added"]],

  // System definitions
  ["system", "|", "some access groups name permissions roles users", ["permissions", "own categories and order"]],
  ["system", "names / compare: |", "exact ignore_case ignore_case_and_accents", ["ignore_case", "upper and lower case only"]],
  ["system", "roles / attributes / |", "assign_records_to description modules permissions profiles reports_to", ["reports_to", "The role above"]],
  ["system", "roles / manage: |", "full reference", ["reference", "made elsewhere"]],
  ["system", "groups / member_kinds / |", "groups roles roles_and_subordinates users", ["users", "Single users"]],
  ["system", "constraints / - / |", "some user_needs_role not_only_group_of_user groups_own_no_records", ["user_needs_role", "exactly one role"]],
  ["system", "permissions / - / permissions / - / levels / |", "all allow group own", ["own", ""]],
];

/** Hover: whose, place, words that it shows. */
export const hovers = [
  ["ucserver", "gro|ups: {}", "User groups are used to group users"],
  ["ucserver", "groups / Sales / sta|tus: active", "Group settings active: if the group settings are active"],
  ["ucserver", "groups / Sales / status: inac|tive", "inactive: Group settings not active"],
  ["ucserver", "groups / Sales / mem|bers: { users: [ida] }", "The group members."],
  ["ucserver", "groups / Sales / services: [send_|sms]", "send_sms: Send SMS If this option is activated"],
  ["ucserver", "groups / Sales / call_group: { mo|de: sip_softphone, number: \"300\" }", "Who distributes the calls"],
  ["ucserver", "groups / Sales / call_group: { mode: sip_|softphone, number: \"300\" }", "distributed by the estos UCServer"],
  ["ucserver", "groups / Sales / call_group: { mode: sip_softphone, num|ber: \"300\" }", "Example:"],
  ["uniconnect", "roles / Agent / permissions / view_|group: own", "View Group (Groups) View only groups created by the user"],
  ["uniconnect", "roles / Agent / permissions / view_group: ow|n", "own: groups created by the user"],
  ["uniconnect", "roles / Agent / other|wise: usual", "What holds for permissions, modules and actions that are not named here"],
  ["uniconnect", "sharing / rules / - { module: Leads, fr|om: { everyone: true }, to: { group: A } }", "Whose records."],
  ["iptel", "groups / Operators / ro|les: [Operator]", "ole"],
  ["vtiger", "profiles / Sales / modules / Le|ads: { actions: [view] }", "Leads"],
  ["berlicrm", "profiles / Sales / modules / Leads: { actions: [convert_|lead] }", "convert_lead: Convert Lead Turn a lead into"],
  ["berlicrm", "sharing / defaults / Lea|ds: private", "private: Private"],
  ["berlicrm", "sharing / defaults / Leads: public|_read", "public_read: Public: Read Only"],
  ["berlicrm", "groups / Team A / members / roles_|and_subordinates: [Sales]", "and its subordinates will be part of the group"],
  ["berlicrm", "groups / Team A / members / users: [b|en]", "A name, or"],
  ["berlicrm", "groups / Team A / members / users / - { user: ben, exp|ires: 2026-12-31 }", "The last day of the membership"],
  ["berlicrm", "sharing / rules / - { module: Leads, from: { role: A }, to: { group: B }, access: read, exp|ires: 2026-12-31 }", "The last day on which the rule holds"],
  ["custom", "groups / De|sk: {}", "People who share their work"],
  ["project", "owner|ship: { groups: named }", "Usually they are left alone"],
  ["project", "ownership: { groups: exha|ustive }", "exhaustive: They are deleted."],
  ["access", "tests / - check: { us|er: anna, permission: x }", "The user who does it"],
  ["policy", "minimum_|administrators: 2", "effective administrators"],
  ["system", "names: { compare: ignore_|case }", "ignore_case: When they differ in upper and lower case only."],
  ["system", "constraints: [user_needs_|role]", "user_needs_role: Every user has exactly one role."],
];

/** Mistakes: whose, place with `|` where the mistake is marked, words of the one message. */
export const mistakes = [
  ["access", "tests / - { |chekc: {} }", "Property chekc is not allowed"],
  ["access", "tests / - { check: { user: anna, permission: x, owner: |{} }, allow: true }", "fewer properties than"],
  ["policy", "maximum_reach / - { action: view, modules: [Invoice], of: everyone, except: [{ user: mia, until: |tomorrow }] }", "Not a date like 2026-12-31"],
  ["policy", "separation_of_duties / - { abilities: |[{ permission: x }] }", "too few items"],
  ["ucserver", "groups / Sales / |statsu: active", "Property statsu is not allowed"],
  ["ucserver", "groups / Sales / status: |atcive", '"active", "inactive"'],
  ["ucserver", "groups / Sales / members: |[anna]", "Incorrect type"],
  ["ucserver", "groups / Sales / members: { users: |anna }", "Incorrect type"],
  ["ucserver", "groups / Sales / members: { |roles: [Agent] }", "Property roles is not allowed"],
  ["ucserver", "groups / Sales / services: [|sent_sms]", '"send_sms"'],
  ["ucserver", "groups / Sales / authorisations: { level: |teem }", '"team"'],
  ["ucserver", "groups / Sales / |authorisations: {}", 'Missing property "level"'],
  ["ucserver", "groups / Sales / line: { number: |100 }", "Incorrect type"],
  ["ucserver", "|roles: {}", "Property roles is not allowed"],
  ["uniconnect", "roles / Agent / permissions / view_group: |every", '"own", "group", "all"'],
  ["uniconnect", "roles / Agent / permissions / |veiw_group: own", "Property veiw_group is not allowed"],
  ["uniconnect", "roles / Agent: |text", "Incorrect type"],
  ["uniconnect", "groups / Support / members: { |groups: [Sales] }", "Property groups is not allowed"],
  ["uniconnect", "sharing / rules / - { module: Leads, from: { everyone: |yes }, to: { group: A } }", "Valid values: true"],
  ["iptel", "groups / Operators / members: { |roles: [Operator] }", "Property roles is not allowed"],
  ["vtiger", "profiles / Sales / modules / Leads / fields / rating: |none", '"hidden", "read_only", "read_write"'],
  ["berlicrm", "profiles / Sales / modules / Leads: { actions: [|veiw] }", '"view", "create"'],
  ["berlicrm", "sharing / defaults / Leads: |hidden", '"private", "public_read"'],
  ["berlicrm", "sharing / rules / - { module: Leads, from: |{ role: A, group: B }, to: { group: B }, access: read }", "more properties than limit of 1"],
  ["berlicrm", "sharing / rules / - { module: Leads, from: { |user: anna }, to: { group: B }, access: read }", "Property user is not allowed"],
  ["berlicrm", "sharing / rules / - |{ module: Leads, from: { role: A }, to: { group: B } }", 'Missing property "access"'],
  ["berlicrm", "groups / Team A / members: { users: [|5] }", "Incorrect type"],
  ["berlicrm", "groups / Team A / members: { users: [{ user: ben, expires: |31.12.2026 }] }", "Not a date like 2026-12-31"],
  ["berlicrm", "groups / Team A / members: { users: [{ user: ben, expires: |20261231 }] }", "Incorrect type"],
  ["berlicrm", "groups / Team A / members: { users: [{ user: ben, |until: 2026-12-31 }] }", "Property until is not allowed"],
  ["berlicrm", "groups / Team A / members: { roles: [|{ expires: 2026-12-31 }] }", 'Missing property "role"'],
  ["berlicrm", "groups / Team A / |expires: 2026-12-31", "Property expires is not allowed"],
  ["custom", "roles / Agent / permissions / view_reports: |some", "Valid values"],
  ["project", "system: iptel\ndeployments: { local: { kind: |ebedded } }", '"embedded"'],
  ["project", "system: iptel\ndeployments: { local: { kind: embedded } }\ninstallation: { features: { survey: |yes } }", 'Expected "boolean"'],
  ["project", "system: iptel\ndeployments: { local: { kind: embedded } }\n|ownerships: {}", "Property ownerships is not allowed"],
  ["berlicrm", "groups:\n  Team A: {}\n  |Team A: {}", "Map keys must be unique"],
];

/** The example that is wrong on purpose: the lines that an editor marks, counted from 1. */
export const broken = [
  ["examples/broken/manifests/groups.yaml", [4, 15]],
  ["examples/broken/manifests/profiles.yaml", [5]],
  ["examples/broken/manifests/roles.yaml", [6, 8]],
  ["examples/broken/manifests/sharing.yaml", [6, 7]],
];
