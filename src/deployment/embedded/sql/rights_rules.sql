-- What must hold for rights: made for {owner} = role and {owner} = profile.

CREATE TRIGGER {owner}_permissions_rules BEFORE INSERT ON {owner}_permissions
BEGIN
    SELECT RAISE(ABORT, 'not-supported: {owner}s have no permissions in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = '{owner} attribute' AND value = 'permissions');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such {owner}')
     WHERE NOT EXISTS (SELECT 1 FROM {owner}s WHERE id = NEW.{owner});
    SELECT RAISE(ABORT, 'unknown-permission: the system has no such permission')
     WHERE NOT EXISTS (SELECT 1 FROM permissions WHERE id = NEW.permission);
    SELECT RAISE(ABORT, 'level-not-supported: the permission does not take this level')
     WHERE NOT EXISTS (SELECT 1 FROM permission_levels
                        WHERE permission = NEW.permission AND level = NEW.level);
    SELECT RAISE(ABORT, 'not-licensed: the permission is outside the licence of this installation')
     WHERE EXISTS (SELECT 1 FROM permission_needs LEFT JOIN features ON features.name = feature
                    WHERE permission = NEW.permission AND NOT coalesce(present, assumed, 0))
       AND EXISTS (SELECT 1 FROM constraints WHERE name = 'permissions_within_licence');
END;

CREATE TRIGGER {owner}_actions_rules BEFORE INSERT ON {owner}_actions
BEGIN
    SELECT RAISE(ABORT, 'not-supported: {owner}s have no rights on modules in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = '{owner} attribute' AND value = 'modules');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such {owner}')
     WHERE NOT EXISTS (SELECT 1 FROM {owner}s WHERE id = NEW.{owner});
    SELECT RAISE(ABORT, 'unknown-action: the module does not have this action')
     WHERE NOT EXISTS (SELECT 1 FROM module_actions WHERE module = NEW.module AND action = NEW.action);
    SELECT RAISE(ABORT, 'level-not-supported: the action does not take this level')
     WHERE NOT EXISTS (SELECT 1 FROM action_levels WHERE action = NEW.action AND level = NEW.level);
END;

CREATE TRIGGER {owner}_fields_rules BEFORE INSERT ON {owner}_fields
BEGIN
    SELECT RAISE(ABORT, 'not-supported: {owner}s have no rights on modules in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = '{owner} attribute' AND value = 'modules');
    SELECT RAISE(ABORT, 'unknown-reference: there is no such {owner}')
     WHERE NOT EXISTS (SELECT 1 FROM {owner}s WHERE id = NEW.{owner});
    SELECT RAISE(ABORT, 'unknown-field: the module does not have this field')
     WHERE NOT EXISTS (SELECT 1 FROM fields WHERE id = NEW.field);
    SELECT RAISE(ABORT, 'not-supported: the system does not have this access to fields')
     WHERE NOT EXISTS (SELECT 1 FROM choices WHERE of = 'field access' AND value = NEW.access);
END;
