-- What must hold when objects change, move and go, and when the file as a whole is touched.
--
-- `(SELECT filling FROM meta)` is 1 only within the transaction that makes the file.

-- Making and replacing ------------------------------------------------------------------------------------------
-- INSERT OR REPLACE removes the old row without asking any trigger; so a taken number is refused here.

CREATE TRIGGER profiles_made BEFORE INSERT ON profiles
BEGIN
    SELECT RAISE(ABORT, 'name-taken: there is such a profile already')
     WHERE EXISTS (SELECT 1 FROM profiles WHERE name_key = NEW.name_key)
        OR EXISTS (SELECT 1 FROM profiles WHERE id = NEW.id);
END;

CREATE TRIGGER roles_made BEFORE INSERT ON roles
BEGIN
    SELECT RAISE(ABORT, 'name-taken: there is such a role already')
     WHERE EXISTS (SELECT 1 FROM roles WHERE name_key = NEW.name_key)
        OR EXISTS (SELECT 1 FROM roles WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'external-role: roles are made elsewhere and only referred to')
     WHERE (SELECT NOT filling AND NOT roles_managed FROM meta);
END;

CREATE TRIGGER groups_made BEFORE INSERT ON groups
BEGIN
    SELECT RAISE(ABORT, 'name-taken: there is such a group already')
     WHERE EXISTS (SELECT 1 FROM groups WHERE name_key = NEW.name_key)
        OR EXISTS (SELECT 1 FROM groups WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'external-group: groups of this variety are made elsewhere')
     WHERE NEW.variety IS NOT NULL AND NOT (SELECT filling FROM meta);
END;

CREATE TRIGGER users_made BEFORE INSERT ON users
BEGIN
    SELECT RAISE(ABORT, 'user-not-managed: users are made by the product or its directory')
     WHERE NOT (SELECT filling FROM meta);
    SELECT RAISE(ABORT, 'name-taken: there is such a user already')
     WHERE EXISTS (SELECT 1 FROM users WHERE name_key = NEW.name_key)
        OR EXISTS (SELECT 1 FROM users WHERE id = NEW.id);
END;

CREATE TRIGGER sharing_rules_made BEFORE INSERT ON sharing_rules
BEGIN
    SELECT RAISE(ABORT, 'name-taken: there is such a rule already')
     WHERE EXISTS (SELECT 1 FROM sharing_rules WHERE id = NEW.id);
END;

-- Changing ------------------------------------------------------------------------------------------------------

CREATE TRIGGER profiles_changed BEFORE UPDATE ON profiles
BEGIN
    SELECT RAISE(ABORT, 'fixed-number: the number of a profile never changes') WHERE NEW.id <> OLD.id;
    SELECT RAISE(ABORT, 'builtin-object: a built-in profile keeps its name')
     WHERE NEW.name <> OLD.name
       AND EXISTS (SELECT 1 FROM builtins WHERE kind = 'profile' AND name_key = OLD.name_key);
END;

CREATE TRIGGER roles_changed BEFORE UPDATE ON roles WHEN NOT (SELECT filling FROM meta)
BEGIN
    SELECT RAISE(ABORT, 'fixed-number: the number of a role never changes') WHERE NEW.id <> OLD.id;
    SELECT RAISE(ABORT, 'external-role: roles are made elsewhere and only referred to')
     WHERE NOT (SELECT roles_managed FROM meta);
    SELECT RAISE(ABORT, 'builtin-object: a built-in role keeps its name')
     WHERE NEW.name <> OLD.name
       AND EXISTS (SELECT 1 FROM builtins WHERE kind = 'role' AND name_key = OLD.name_key);
    SELECT RAISE(ABORT, 'builtin-object: a fixed role keeps its place and rights')
     WHERE (NEW.reports_to IS NOT OLD.reports_to OR NEW.assign_records_to IS NOT OLD.assign_records_to)
       AND EXISTS (SELECT 1 FROM builtins WHERE kind = 'role' AND name_key = OLD.name_key AND fixed);
END;

-- A role moves: nothing above its new place may be the role itself.
CREATE TRIGGER roles_moved BEFORE UPDATE OF reports_to ON roles
WHEN NEW.reports_to IS NOT NULL AND NEW.reports_to IS NOT OLD.reports_to
BEGIN
    SELECT RAISE(ABORT, 'role-cycle: a role cannot report to a role below it')
     WHERE NEW.id IN (
        WITH RECURSIVE above (id) AS (
            SELECT NEW.reports_to
            UNION
            SELECT roles.reports_to FROM above JOIN roles ON roles.id = above.id
             WHERE roles.reports_to IS NOT NULL)
        SELECT id FROM above);
END;

CREATE TRIGGER groups_changed BEFORE UPDATE ON groups
BEGIN
    SELECT RAISE(ABORT, 'fixed-number: the number of a group never changes') WHERE NEW.id <> OLD.id;
    SELECT RAISE(ABORT, 'external-group: groups of this variety are changed elsewhere')
     WHERE (NEW.variety IS NOT NULL OR OLD.variety IS NOT NULL) AND NOT (SELECT filling FROM meta);
    SELECT RAISE(ABORT, 'builtin-object: a built-in group keeps its name')
     WHERE NEW.name <> OLD.name
       AND EXISTS (SELECT 1 FROM builtins WHERE kind = 'group' AND name_key = OLD.name_key);
    SELECT RAISE(ABORT, 'read-only: who created a group never changes')
     WHERE NEW.created_by IS NOT OLD.created_by AND NOT (SELECT filling FROM meta);
    SELECT RAISE(ABORT, 'head-settings-need-head: authorisations of the head need a head')
     WHERE NEW.head IS NULL
       AND (EXISTS (SELECT 1 FROM group_authorisation_levels WHERE of_group = OLD.id AND held_by = 'head')
         OR EXISTS (SELECT 1 FROM group_authorisation_rights WHERE of_group = OLD.id AND held_by = 'head'))
       AND EXISTS (SELECT 1 FROM constraints WHERE name = 'head_settings_need_head');
    SELECT RAISE(ABORT, 'not-supported: authorisations of a line need a line')
     WHERE NEW.line IS NULL
       AND (EXISTS (SELECT 1 FROM group_authorisation_levels WHERE of_group = OLD.id AND held_by = 'line')
         OR EXISTS (SELECT 1 FROM group_authorisation_rights WHERE of_group = OLD.id AND held_by = 'line'));
END;

CREATE TRIGGER users_changed BEFORE UPDATE ON users WHEN NOT (SELECT filling FROM meta)
BEGIN
    SELECT RAISE(ABORT, 'user-not-managed: nothing of a user but the role can be changed')
     WHERE NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.name_key <> OLD.name_key
        OR NEW.administrator <> OLD.administrator OR NEW.active <> OLD.active
        OR NEW.created_by IS NOT OLD.created_by OR NEW.primary_group IS NOT OLD.primary_group;
END;

-- Going ---------------------------------------------------------------------------------------------------------

CREATE TRIGGER users_gone BEFORE DELETE ON users
BEGIN
    SELECT RAISE(ABORT, 'user-not-managed: users are removed by the product or its directory');
END;

CREATE TRIGGER sharing_defaults_gone BEFORE DELETE ON sharing_defaults
BEGIN
    SELECT RAISE(ABORT, 'not-supported: the default of a module is changed, never removed');
END;

CREATE TRIGGER profiles_gone BEFORE DELETE ON profiles
BEGIN
    SELECT RAISE(ABORT, 'builtin-object: a built-in profile cannot be deleted')
     WHERE EXISTS (SELECT 1 FROM builtins WHERE kind = 'profile' AND name_key = OLD.name_key);
    SELECT RAISE(ABORT, 'profile-delete-needs-transfer: deleting a profile needs another that takes its place')
     WHERE EXISTS (SELECT 1 FROM constraints WHERE name = 'profile_delete_needs_transfer')
       AND NOT EXISTS (SELECT 1 FROM profile_transfers WHERE profile = OLD.id);
    SELECT RAISE(ABORT, 'profile-in-use: roles still carry the profile')
     WHERE EXISTS (SELECT 1 FROM role_profiles WHERE profile = OLD.id)
       AND NOT EXISTS (SELECT 1 FROM profile_transfers WHERE profile = OLD.id);
    -- The heir takes its place only where the role would have no profile left.
    INSERT INTO role_profiles (role, profile)
        SELECT carrying.role, profile_transfers.heir
          FROM role_profiles AS carrying JOIN profile_transfers ON profile_transfers.profile = OLD.id
         WHERE carrying.profile = OLD.id
           AND NOT EXISTS (SELECT 1 FROM role_profiles AS other
                            WHERE other.role = carrying.role AND other.profile <> OLD.id);
    DELETE FROM role_profiles WHERE profile = OLD.id;
    DELETE FROM profile_permissions WHERE profile = OLD.id;
    DELETE FROM profile_actions WHERE profile = OLD.id;
    DELETE FROM profile_fields WHERE profile = OLD.id;
    DELETE FROM profile_transfers WHERE profile = OLD.id;
END;

CREATE TRIGGER roles_gone BEFORE DELETE ON roles
BEGIN
    SELECT RAISE(ABORT, 'external-role: roles are made elsewhere and only referred to')
     WHERE NOT (SELECT roles_managed FROM meta);
    SELECT RAISE(ABORT, 'builtin-object: a built-in role cannot be deleted')
     WHERE EXISTS (SELECT 1 FROM builtins WHERE kind = 'role' AND name_key = OLD.name_key);
    SELECT RAISE(ABORT, 'role-delete-needs-transfer: deleting a role needs another that takes its users')
     WHERE EXISTS (SELECT 1 FROM constraints WHERE name = 'role_delete_needs_transfer')
       AND NOT EXISTS (SELECT 1 FROM role_transfers WHERE role = OLD.id);
    SELECT RAISE(ABORT, 'role-in-use: users still have the role')
     WHERE EXISTS (SELECT 1 FROM users WHERE role = OLD.id)
       AND NOT EXISTS (SELECT 1 FROM role_transfers WHERE role = OLD.id);
    SELECT RAISE(ABORT, 'role-in-use: other roles still report to the role')
     WHERE EXISTS (SELECT 1 FROM roles WHERE reports_to = OLD.id);
    SELECT RAISE(ABORT, 'role-in-use: groups still refer to the role')
     WHERE EXISTS (SELECT 1 FROM member_roles WHERE role = OLD.id)
        OR EXISTS (SELECT 1 FROM member_roles_and_subordinates WHERE role = OLD.id)
        OR EXISTS (SELECT 1 FROM group_roles WHERE role = OLD.id);
    SELECT RAISE(ABORT, 'role-in-use: sharing rules still refer to the role')
     WHERE EXISTS (SELECT 1 FROM sharing_rules WHERE from_role = OLD.id)
        OR EXISTS (SELECT 1 FROM sharing_rules WHERE to_role = OLD.id);
    UPDATE users SET role = (SELECT heir FROM role_transfers WHERE role_transfers.role = OLD.id)
     WHERE role = OLD.id;
    DELETE FROM role_profiles WHERE role = OLD.id;
    DELETE FROM role_permissions WHERE role = OLD.id;
    DELETE FROM role_actions WHERE role = OLD.id;
    DELETE FROM role_fields WHERE role = OLD.id;
    DELETE FROM role_transfers WHERE role = OLD.id;
END;

CREATE TRIGGER groups_gone BEFORE DELETE ON groups
BEGIN
    SELECT RAISE(ABORT, 'external-group: groups of this variety are removed elsewhere')
     WHERE OLD.variety IS NOT NULL;
    SELECT RAISE(ABORT, 'builtin-object: a built-in group cannot be deleted')
     WHERE EXISTS (SELECT 1 FROM builtins WHERE kind = 'group' AND name_key = OLD.name_key);
    SELECT RAISE(ABORT, 'not-only-group-of-user: the group is the only one of some of its users')
     WHERE EXISTS (SELECT 1 FROM constraints WHERE name = 'not_only_group_of_user')
       AND EXISTS (SELECT 1 FROM member_users AS own
                    WHERE own.of_group = OLD.id
                      AND NOT EXISTS (SELECT 1 FROM member_users AS other
                                       WHERE other.user = own.user AND other.of_group <> OLD.id));
    SELECT RAISE(ABORT, 'group-delete-needs-transfer: deleting a group needs a user or group that takes its records')
     WHERE (EXISTS (SELECT 1 FROM constraints WHERE name = 'group_delete_needs_transfer')
         OR EXISTS (SELECT 1 FROM group_records WHERE owner = OLD.id))
       AND NOT EXISTS (SELECT 1 FROM group_transfers WHERE of_group = OLD.id);
    SELECT RAISE(ABORT, 'group-in-use: other groups still contain or show the group')
     WHERE EXISTS (SELECT 1 FROM member_groups WHERE member = OLD.id)
        OR EXISTS (SELECT 1 FROM monitor_groups WHERE shown = OLD.id AND of_group <> OLD.id);
    SELECT RAISE(ABORT, 'group-in-use: sharing rules still refer to the group')
     WHERE EXISTS (SELECT 1 FROM sharing_rules WHERE from_group = OLD.id)
        OR EXISTS (SELECT 1 FROM sharing_rules WHERE to_group = OLD.id);
    SELECT RAISE(ABORT, 'primary-group: it is the primary group of users')
     WHERE EXISTS (SELECT 1 FROM users WHERE primary_group = OLD.id);
    INSERT INTO user_records (owner, module, count)
        SELECT heir_user, module, count FROM group_records JOIN group_transfers ON of_group = owner
         WHERE owner = OLD.id AND heir_user IS NOT NULL
        ON CONFLICT (owner, module) DO UPDATE SET count = count + excluded.count;
    INSERT INTO group_records (owner, module, count)
        SELECT heir_group, module, count FROM group_records JOIN group_transfers ON of_group = owner
         WHERE owner = OLD.id AND heir_group IS NOT NULL
        ON CONFLICT (owner, module) DO UPDATE SET count = count + excluded.count;
    DELETE FROM group_records WHERE owner = OLD.id;
    DELETE FROM member_users WHERE of_group = OLD.id;
    DELETE FROM member_roles WHERE of_group = OLD.id;
    DELETE FROM member_roles_and_subordinates WHERE of_group = OLD.id;
    DELETE FROM member_groups WHERE of_group = OLD.id;
    DELETE FROM group_roles WHERE of_group = OLD.id;
    DELETE FROM group_services WHERE of_group = OLD.id;
    DELETE FROM group_authorisation_levels WHERE of_group = OLD.id;
    DELETE FROM group_authorisation_rights WHERE of_group = OLD.id;
    DELETE FROM monitor_groups WHERE of_group = OLD.id;
    DELETE FROM group_keys WHERE of_group = OLD.id;
    DELETE FROM group_transfers WHERE of_group = OLD.id;
END;

-- Taking over ---------------------------------------------------------------------------------------------------

CREATE TRIGGER role_transfers_rules BEFORE INSERT ON role_transfers
BEGIN
    SELECT RAISE(ABORT, 'transfer-to-itself: a deleted role cannot take over its own users')
     WHERE NEW.heir = NEW.role;
    SELECT RAISE(ABORT, 'unknown-reference: there is no role to take over')
     WHERE NOT EXISTS (SELECT 1 FROM roles WHERE id = NEW.heir);
END;

CREATE TRIGGER profile_transfers_rules BEFORE INSERT ON profile_transfers
BEGIN
    SELECT RAISE(ABORT, 'transfer-to-itself: a deleted profile cannot take its own place')
     WHERE NEW.heir = NEW.profile;
    SELECT RAISE(ABORT, 'unknown-reference: there is no profile to take over')
     WHERE NOT EXISTS (SELECT 1 FROM profiles WHERE id = NEW.heir);
END;

CREATE TRIGGER group_transfers_rules BEFORE INSERT ON group_transfers
BEGIN
    SELECT RAISE(ABORT, 'transfer-to-itself: a deleted group cannot take over its own records')
     WHERE NEW.heir_group = NEW.of_group;
    SELECT RAISE(ABORT, 'not-supported: this kind of object cannot take over the records of a group')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'transfer to'
                        AND value = iif(NEW.heir_user IS NULL, 'group', 'user'));
    SELECT RAISE(ABORT, 'unknown-reference: there is no user or group to take over')
     WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.heir_user)
       AND NOT EXISTS (SELECT 1 FROM groups WHERE id = NEW.heir_group);
END;

-- The file ------------------------------------------------------------------------------------------------------

CREATE TRIGGER fields_rules BEFORE INSERT ON fields
BEGIN
    SELECT RAISE(ABORT, 'unknown-module: the installation has no such module')
     WHERE NOT EXISTS (SELECT 1 FROM modules WHERE id = NEW.module);
    SELECT RAISE(ABORT, 'unknown-field: the module does not have this field')
     WHERE (SELECT NOT filling AND NOT fields_open FROM meta);
END;

CREATE TRIGGER fields_changed BEFORE UPDATE ON fields WHEN NOT (SELECT filling FROM meta)
BEGIN
    SELECT RAISE(ABORT, 'catalogue-closed: what the system has is not changed here');
END;

CREATE TRIGGER fields_gone BEFORE DELETE ON fields WHEN NOT (SELECT filling FROM meta)
BEGIN
    SELECT RAISE(ABORT, 'catalogue-closed: what the system has is not changed here');
END;

CREATE TRIGGER meta_changed BEFORE UPDATE ON meta WHEN NOT OLD.filling
BEGIN
    SELECT RAISE(ABORT, 'catalogue-closed: what the system has is not changed here');
END;

CREATE TRIGGER meta_gone BEFORE DELETE ON meta
BEGIN
    SELECT RAISE(ABORT, 'catalogue-closed: what the system has is not changed here');
END;
