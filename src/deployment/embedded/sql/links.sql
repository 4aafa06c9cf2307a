-- What must hold for what belongs to an object: members, profiles of roles, services, keys.
--
-- These rows are made and removed, never changed (locks.sql), so INSERT is where their rules stand.

CREATE TRIGGER role_profiles_rules BEFORE INSERT ON role_profiles
BEGIN
    SELECT RAISE(ABORT, 'not-supported: roles carry no profiles in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'role attribute' AND value = 'profiles');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such role')
     WHERE NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.role);
    SELECT RAISE(ABORT, 'unknown-reference: there is no such profile')
     WHERE NOT EXISTS (SELECT 1 FROM profiles WHERE id = NEW.profile);
END;

CREATE TRIGGER member_users_rules BEFORE INSERT ON member_users
BEGIN
    SELECT RAISE(ABORT, 'member-kind-not-supported: groups have no single users as members in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'member' AND value = 'users');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such user')
     WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.user);
    SELECT RAISE(ABORT, 'super-role-not-in-groups: a user with this role cannot be in a group')
     WHERE EXISTS (SELECT 1 FROM constraints WHERE name = 'super_role_not_in_groups')
       AND EXISTS (SELECT 1 FROM users
                     JOIN roles ON roles.id = users.role
                     JOIN super_roles ON super_roles.name_key = roles.name_key
                    WHERE users.id = NEW.user);
END;

CREATE TRIGGER member_users_primary BEFORE DELETE ON member_users
BEGIN
    SELECT RAISE(ABORT, 'read-only: a user cannot be taken out of the primary group here')
     WHERE EXISTS (SELECT 1 FROM users WHERE id = OLD.user AND primary_group = OLD.of_group);
END;

CREATE TRIGGER member_roles_rules BEFORE INSERT ON member_roles
BEGIN
    SELECT RAISE(ABORT, 'member-kind-not-supported: groups have no roles as members in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'member' AND value = 'roles');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such role')
     WHERE NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.role);
    SELECT RAISE(ABORT, 'super-role-not-in-groups: users with this role cannot be in a group')
     WHERE EXISTS (SELECT 1 FROM constraints WHERE name = 'super_role_not_in_groups')
       AND EXISTS (SELECT 1 FROM roles JOIN super_roles USING (name_key) WHERE roles.id = NEW.role);
END;

CREATE TRIGGER member_roles_and_subordinates_rules BEFORE INSERT ON member_roles_and_subordinates
BEGIN
    SELECT RAISE(ABORT,
        'member-kind-not-supported: groups have no roles and subordinates as members in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'member' AND value = 'roles_and_subordinates');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such role')
     WHERE NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.role);
    SELECT RAISE(ABORT, 'super-role-not-in-groups: users with this role cannot be in a group')
     WHERE EXISTS (SELECT 1 FROM constraints WHERE name = 'super_role_not_in_groups')
       AND EXISTS (SELECT 1 FROM roles JOIN super_roles USING (name_key) WHERE roles.id = NEW.role);
END;

CREATE TRIGGER member_groups_rules BEFORE INSERT ON member_groups
BEGIN
    SELECT RAISE(ABORT, 'member-kind-not-supported: groups have no groups as members in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'member' AND value = 'groups');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such group')
     WHERE NOT EXISTS (SELECT 1 FROM groups WHERE id = NEW.member);
    SELECT RAISE(ABORT, 'group-cycle: a group cannot contain itself')
     WHERE NEW.of_group = NEW.member;
    SELECT RAISE(ABORT, 'group-cycle: a group cannot contain a group that contains it')
     WHERE NEW.of_group IN (
        WITH RECURSIVE inside (id) AS (
            SELECT NEW.member
            UNION
            SELECT member_groups.member FROM inside JOIN member_groups ON member_groups.of_group = inside.id)
        SELECT id FROM inside);
END;

CREATE TRIGGER group_roles_rules BEFORE INSERT ON group_roles
BEGIN
    SELECT RAISE(ABORT, 'not-supported: groups grant no roles in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'roles');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such role')
     WHERE NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.role);
END;

CREATE TRIGGER group_services_rules BEFORE INSERT ON group_services
BEGIN
    SELECT RAISE(ABORT, 'not-supported: groups have no services in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'services');
    SELECT RAISE(ABORT, 'unknown-service: the system has no such service')
     WHERE NOT EXISTS (SELECT 1 FROM services WHERE id = NEW.service);
    SELECT RAISE(ABORT, 'granted-globally: the service is granted to everyone and cannot be set here')
     WHERE EXISTS (SELECT 1 FROM services JOIN features ON features.name = unless
                    WHERE services.id = NEW.service AND coalesce(present, assumed));
END;

CREATE TRIGGER group_authorisation_levels_rules BEFORE INSERT ON group_authorisation_levels
BEGIN
    SELECT RAISE(ABORT, 'level-not-supported: the system has no such level of authorisations')
     WHERE NOT EXISTS (SELECT 1 FROM authorisation_levels WHERE id = NEW.level);
    SELECT RAISE(ABORT, 'not-supported: authorisations are one level or single rights, never both')
     WHERE EXISTS (SELECT 1 FROM group_authorisation_rights
                    WHERE of_group = NEW.of_group AND held_by = NEW.held_by)
        OR EXISTS (SELECT 1 FROM group_authorisation_levels
                    WHERE of_group = NEW.of_group AND held_by = NEW.held_by);
END;

CREATE TRIGGER group_authorisation_rights_rules BEFORE INSERT ON group_authorisation_rights
BEGIN
    SELECT RAISE(ABORT, 'not-supported: the system has no such single right')
     WHERE NOT EXISTS (SELECT 1 FROM authorisation_rights WHERE id = NEW.area_right);
    SELECT RAISE(ABORT, 'not-supported: authorisations are one level or single rights, never both')
     WHERE EXISTS (SELECT 1 FROM group_authorisation_levels
                    WHERE of_group = NEW.of_group AND held_by = NEW.held_by);
END;

CREATE TRIGGER monitor_groups_rules BEFORE INSERT ON monitor_groups
BEGIN
    SELECT RAISE(ABORT, 'not-supported: groups show no groups in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'monitor_groups');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such group')
     WHERE NOT EXISTS (SELECT 1 FROM groups WHERE id = NEW.shown);
END;

CREATE TRIGGER group_keys_rules BEFORE INSERT ON group_keys
BEGIN
    SELECT RAISE(ABORT, 'not-supported: groups have no keys in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'keys');
END;
