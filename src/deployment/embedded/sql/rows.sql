-- What must hold for a row whenever it is made or changed. Each trigger is made twice, with {event} = INSERT and
-- with {event} = UPDATE.

CREATE TRIGGER profiles_row_{event} BEFORE {event} ON profiles
BEGIN
    SELECT RAISE(ABORT, 'not-supported: this system has no profiles')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'kind' AND value = 'profile');
    SELECT RAISE(ABORT, 'name-taken: another profile has this name')
     WHERE EXISTS (SELECT 1 FROM profiles WHERE name_key = NEW.name_key AND id <> NEW.id);
    SELECT RAISE(ABORT, 'not-supported: profiles have no description in this system')
     WHERE NEW.description <> ''
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'profile attribute' AND value = 'description');
END;

CREATE TRIGGER roles_row_{event} BEFORE {event} ON roles
BEGIN
    SELECT RAISE(ABORT, 'not-supported: this system has no roles')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'kind' AND value = 'role');
    SELECT RAISE(ABORT, 'name-taken: another role has this name')
     WHERE EXISTS (SELECT 1 FROM roles WHERE name_key = NEW.name_key AND id <> NEW.id);
    SELECT RAISE(ABORT, 'not-supported: roles have no description in this system')
     WHERE NEW.description <> ''
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'role attribute' AND value = 'description');
    SELECT RAISE(ABORT, 'not-supported: roles do not report to others in this system')
     WHERE NEW.reports_to IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'role attribute' AND value = 'reports_to');
    SELECT RAISE(ABORT, 'not-supported: roles do not say to whom records are assigned in this system')
     WHERE NEW.assign_records_to IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'role attribute' AND value = 'assign_records_to');
    SELECT RAISE(ABORT, 'not-supported: the system has no such choice for assigning records')
     WHERE NEW.assign_records_to IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'assign records to' AND value = NEW.assign_records_to);
    SELECT RAISE(ABORT, 'role-needs-parent: only the role at the top may report to none')
     WHERE NEW.reports_to IS NULL
       AND EXISTS (SELECT 1 FROM meta WHERE root_role IS NOT NULL AND root_role <> NEW.name_key);
    SELECT RAISE(ABORT, 'role-cycle: a role cannot report to itself')
     WHERE NEW.reports_to = NEW.id;
    SELECT RAISE(ABORT, 'unknown-reference: there is no role to report to')
     WHERE NEW.reports_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.reports_to);
END;

CREATE TRIGGER users_row_{event} BEFORE {event} ON users
BEGIN
    SELECT RAISE(ABORT, 'name-taken: another user has this name')
     WHERE EXISTS (SELECT 1 FROM users WHERE name_key = NEW.name_key AND id <> NEW.id);
    SELECT RAISE(ABORT, 'not-supported: users have no role in this system')
     WHERE NEW.role IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'user attribute' AND value = 'role');
    SELECT RAISE(ABORT, 'not-supported: users are not marked as administrators in this system')
     WHERE NEW.administrator
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'user attribute' AND value = 'administrator');
    SELECT RAISE(ABORT, 'not-supported: users are always active in this system')
     WHERE NOT NEW.active
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'user attribute' AND value = 'active');
    SELECT RAISE(ABORT, 'not-supported: users have no creator in this system')
     WHERE NEW.created_by IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'user attribute' AND value = 'created_by');
    SELECT RAISE(ABORT, 'not-supported: users have no primary group in this system')
     WHERE NEW.primary_group IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'user attribute' AND value = 'primary_group');
    SELECT RAISE(ABORT, 'user-needs-role: every user has exactly one role')
     WHERE NEW.role IS NULL AND EXISTS (SELECT 1 FROM constraints WHERE name = 'user_needs_role');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such role')
     WHERE NEW.role IS NOT NULL AND NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.role);
    SELECT RAISE(ABORT, 'super-role-not-in-groups: a user who is in a group cannot have this role')
     WHERE EXISTS (SELECT 1 FROM constraints WHERE name = 'super_role_not_in_groups')
       AND EXISTS (SELECT 1 FROM roles JOIN super_roles USING (name_key) WHERE roles.id = NEW.role)
       AND (EXISTS (SELECT 1 FROM member_users WHERE user = NEW.id) OR NEW.primary_group IS NOT NULL);
END;

CREATE TRIGGER groups_row_{event} BEFORE {event} ON groups
BEGIN
    SELECT RAISE(ABORT, 'not-supported: this system has no groups')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'kind' AND value = 'group');
    SELECT RAISE(ABORT, 'name-taken: another group has this name')
     WHERE EXISTS (SELECT 1 FROM groups WHERE name_key = NEW.name_key AND id <> NEW.id);
    SELECT RAISE(ABORT, 'not-supported: the system has no such variety of group')
     WHERE NEW.variety IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'external variety' AND value = NEW.variety);
    SELECT RAISE(ABORT, 'not-supported: groups have no description in this system')
     WHERE NEW.description <> ''
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'description');
    SELECT RAISE(ABORT, 'not-supported: groups are always active in this system')
     WHERE NOT NEW.active
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'status');
    SELECT RAISE(ABORT, 'not-supported: groups have no head in this system')
     WHERE NEW.head IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'head');
    SELECT RAISE(ABORT, 'not-supported: groups have no deputy in this system')
     WHERE NEW.deputy IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'deputy');
    SELECT RAISE(ABORT, 'not-supported: groups have no line in this system')
     WHERE NEW.line IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'line');
    SELECT RAISE(ABORT, 'not-supported: groups have no call group in this system')
     WHERE NEW.call_mode IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'call_group');
    SELECT RAISE(ABORT, 'not-supported: groups have no creator in this system')
     WHERE NEW.created_by IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'created_by');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such user')
     WHERE (NEW.head IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.head))
        OR (NEW.deputy IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.deputy))
        OR (NEW.created_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.created_by));
    SELECT RAISE(ABORT, 'head-settings-need-head: a deputy needs a head')
     WHERE NEW.deputy IS NOT NULL AND NEW.head IS NULL
       AND EXISTS (SELECT 1 FROM constraints WHERE name = 'head_settings_need_head');
    SELECT RAISE(ABORT, 'not-supported: the system has no such mode of call groups')
     WHERE NEW.call_mode IS NOT NULL AND NOT EXISTS (SELECT 1 FROM call_modes WHERE name = NEW.call_mode);
    SELECT RAISE(ABORT, 'not-licensed: the installation lacks what this mode of call groups needs')
     WHERE EXISTS (SELECT 1 FROM call_modes LEFT JOIN features ON features.name = needs
                    WHERE call_modes.name = NEW.call_mode AND needs IS NOT NULL
                      AND NOT coalesce(present, assumed, 0));
    SELECT RAISE(ABORT, 'call-group-needs-active-group: a call group needs an active group')
     WHERE NEW.call_mode IS NOT NULL AND NOT NEW.active
       AND EXISTS (SELECT 1 FROM constraints WHERE name = 'call_group_needs_active_group');
END;

CREATE TRIGGER sharing_defaults_row_{event} BEFORE {event} ON sharing_defaults
BEGIN
    SELECT RAISE(ABORT, 'unknown-module: the installation has no such module')
     WHERE NOT EXISTS (SELECT 1 FROM modules WHERE id = NEW.module);
    SELECT RAISE(ABORT, 'not-supported: the system has no such default')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'default' AND value = NEW.access);
    SELECT RAISE(ABORT, 'not-shareable: the module has no sharing of its own')
     WHERE NOT EXISTS (SELECT 1 FROM modules WHERE id = NEW.module AND shareable);
END;

CREATE TRIGGER sharing_rules_row_{event} BEFORE {event} ON sharing_rules
BEGIN
    SELECT RAISE(ABORT, 'unknown-module: the installation has no such module')
     WHERE NOT EXISTS (SELECT 1 FROM modules WHERE id = NEW.module);
    SELECT RAISE(ABORT, 'not-supported: rules cannot share the records of this kind of owner in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'rule from' AND value = NEW.from_kind);
    SELECT RAISE(ABORT, 'not-supported: rules cannot share with this kind of recipient in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'rule to' AND value = NEW.to_kind);
    SELECT RAISE(ABORT, 'not-supported: rules cannot give this access in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'rule access' AND value = NEW.access);
    SELECT RAISE(ABORT, 'not-shareable: the module has no sharing of its own')
     WHERE NOT EXISTS (SELECT 1 FROM modules WHERE id = NEW.module AND shareable);
    SELECT RAISE(ABORT, 'unknown-reference: there is no such user')
     WHERE (NEW.from_user IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.from_user))
        OR (NEW.to_user IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.to_user));
    SELECT RAISE(ABORT, 'unknown-reference: there is no such role')
     WHERE (NEW.from_role IS NOT NULL AND NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.from_role))
        OR (NEW.to_role IS NOT NULL AND NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.to_role));
    SELECT RAISE(ABORT, 'unknown-reference: there is no such group')
     WHERE (NEW.from_group IS NOT NULL AND NOT EXISTS (SELECT 1 FROM groups WHERE id = NEW.from_group))
        OR (NEW.to_group IS NOT NULL AND NOT EXISTS (SELECT 1 FROM groups WHERE id = NEW.to_group));
    SELECT RAISE(ABORT, 'name-taken: there is such a rule already')
     WHERE EXISTS (
        SELECT 1 FROM sharing_rules
         WHERE module = NEW.module
           AND from_kind = NEW.from_kind
           AND coalesce(from_user, from_role, from_group, 0)
             = coalesce(NEW.from_user, NEW.from_role, NEW.from_group, 0)
           AND to_kind = NEW.to_kind
           AND coalesce(to_user, to_role, to_group, 0) = coalesce(NEW.to_user, NEW.to_role, NEW.to_group, 0)
           AND id <> NEW.id);
END;

CREATE TRIGGER user_records_row_{event} BEFORE {event} ON user_records
BEGIN
    SELECT RAISE(ABORT, 'unknown-reference: there is no such user')
     WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.owner);
    SELECT RAISE(ABORT, 'unknown-module: the installation has no such module')
     WHERE NOT EXISTS (SELECT 1 FROM modules WHERE id = NEW.module);
END;

CREATE TRIGGER group_records_row_{event} BEFORE {event} ON group_records
BEGIN
    SELECT RAISE(ABORT, 'unknown-reference: there is no such group')
     WHERE NOT EXISTS (SELECT 1 FROM groups WHERE id = NEW.owner);
    SELECT RAISE(ABORT, 'unknown-module: the installation has no such module')
     WHERE NOT EXISTS (SELECT 1 FROM modules WHERE id = NEW.module);
    SELECT RAISE(ABORT, 'groups-own-no-records: records are owned by users only')
     WHERE EXISTS (SELECT 1 FROM constraints WHERE name = 'groups_own_no_records');
END;

-- The product stores a role's place as a path H1::H2::…, which holds only so many.
CREATE TRIGGER roles_depth_{event} AFTER {event} ON roles WHEN (SELECT max_role_depth FROM meta) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'role-too-deep: more roles are above the role or one below it than the product can store')
     WHERE (SELECT max_role_depth FROM meta) < (
            WITH RECURSIVE above (id) AS (
                SELECT NEW.reports_to WHERE NEW.reports_to IS NOT NULL
                UNION
                SELECT roles.reports_to FROM above JOIN roles ON roles.id = above.id
                 WHERE roles.reports_to IS NOT NULL)
            SELECT count(*) FROM above)
        + (
            WITH RECURSIVE below (id, depth) AS (
                SELECT NEW.id, 0
                UNION
                SELECT roles.id, below.depth + 1 FROM below JOIN roles ON roles.reports_to = below.id)
            SELECT max(depth) FROM below);
END;
