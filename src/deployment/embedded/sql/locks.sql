-- Locks, by kind of table. A block begins with `-- for:` and the tables it is made for.

-- for: role_profiles role_permissions role_actions role_fields
CREATE TRIGGER {table}_locked_made BEFORE INSERT ON {table} WHEN NOT (SELECT filling FROM meta)
BEGIN
    SELECT RAISE(ABORT, 'external-role: roles are made elsewhere and only referred to')
     WHERE NOT (SELECT roles_managed FROM meta);
    SELECT RAISE(ABORT, 'builtin-object: a fixed role keeps its place and rights')
     WHERE EXISTS (SELECT 1 FROM roles JOIN builtins ON builtins.name_key = roles.name_key
                    WHERE roles.id = NEW.role AND kind = 'role' AND fixed);
END;
CREATE TRIGGER {table}_locked_gone BEFORE DELETE ON {table} WHEN NOT (SELECT filling FROM meta)
BEGIN
    SELECT RAISE(ABORT, 'external-role: roles are made elsewhere and only referred to')
     WHERE NOT (SELECT roles_managed FROM meta);
    SELECT RAISE(ABORT, 'builtin-object: a fixed role keeps its place and rights')
     WHERE EXISTS (SELECT 1 FROM roles JOIN builtins ON builtins.name_key = roles.name_key
                    WHERE roles.id = OLD.role AND kind = 'role' AND fixed);
END;

-- for: member_users member_roles member_roles_and_subordinates member_groups group_roles group_services group_authorisation_levels group_authorisation_rights monitor_groups group_keys
CREATE TRIGGER {table}_locked_made BEFORE INSERT ON {table}
BEGIN
    SELECT RAISE(ABORT, 'unknown-reference: there is no such group')
     WHERE NOT EXISTS (SELECT 1 FROM groups WHERE id = NEW.of_group);
    SELECT RAISE(ABORT, 'external-group: groups of this variety are changed elsewhere')
     WHERE NOT (SELECT filling FROM meta)
       AND EXISTS (SELECT 1 FROM groups WHERE id = NEW.of_group AND variety IS NOT NULL);
END;
CREATE TRIGGER {table}_locked_gone BEFORE DELETE ON {table}
BEGIN
    SELECT RAISE(ABORT, 'external-group: groups of this variety are changed elsewhere')
     WHERE NOT (SELECT filling FROM meta)
       AND EXISTS (SELECT 1 FROM groups WHERE id = OLD.of_group AND variety IS NOT NULL);
END;

-- for: member_users member_roles member_roles_and_subordinates member_groups
CREATE TRIGGER {table}_attribute BEFORE INSERT ON {table}
BEGIN
    SELECT RAISE(ABORT, 'not-supported: groups have no members in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'group attribute' AND value = 'members');
END;

-- for: role_profiles role_permissions role_actions role_fields profile_permissions profile_actions profile_fields member_users member_roles member_roles_and_subordinates member_groups group_roles group_services group_authorisation_levels group_authorisation_rights monitor_groups group_keys role_transfers profile_transfers group_transfers
CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table}
BEGIN
    SELECT RAISE(ABORT, 'never-changed: what belongs to an object is made and removed, never changed');
END;

-- for: meta choices constraints name_lengths name_forbidden builtins super_roles features permissions permission_levels permission_needs modules actions action_levels module_actions services call_modes authorisation_levels authorisation_rights
CREATE TRIGGER {table}_closed_made BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM meta WHERE NOT filling)
BEGIN
    SELECT RAISE(ABORT, 'catalogue-closed: what the system has is not changed here');
END;

-- for: choices constraints name_lengths name_forbidden builtins super_roles features permissions permission_levels permission_needs modules actions action_levels module_actions services call_modes authorisation_levels authorisation_rights
CREATE TRIGGER {table}_closed_changed BEFORE UPDATE ON {table} WHEN NOT (SELECT filling FROM meta)
BEGIN
    SELECT RAISE(ABORT, 'catalogue-closed: what the system has is not changed here');
END;
CREATE TRIGGER {table}_closed_gone BEFORE DELETE ON {table} WHEN NOT (SELECT filling FROM meta)
BEGIN
    SELECT RAISE(ABORT, 'catalogue-closed: what the system has is not changed here');
END;
