-- Authorisations stand in two tables with the same rules: made for {table} = group_authorisation_levels and
-- group_authorisation_rights.

CREATE TRIGGER {table}_held BEFORE INSERT ON {table}
BEGIN
    SELECT RAISE(ABORT, 'not-supported: groups have no such authorisations in this system')
     WHERE NOT EXISTS (SELECT 1 FROM choices
                        WHERE of = 'group attribute'
                          AND value = CASE NEW.held_by WHEN 'members' THEN 'authorisations'
                                                       WHEN 'head' THEN 'head_authorisations'
                                                       ELSE 'line' END);
    SELECT RAISE(ABORT, 'head-settings-need-head: authorisations of the head need a head')
     WHERE NEW.held_by = 'head'
       AND EXISTS (SELECT 1 FROM groups WHERE id = NEW.of_group AND head IS NULL)
       AND EXISTS (SELECT 1 FROM constraints WHERE name = 'head_settings_need_head');
    SELECT RAISE(ABORT, 'not-supported: authorisations of a line need a line')
     WHERE NEW.held_by = 'line'
       AND EXISTS (SELECT 1 FROM groups WHERE id = NEW.of_group AND line IS NULL);
END;
