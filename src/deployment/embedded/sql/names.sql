-- What the names of objects may look like. Made for {table} = roles, profiles and groups, and for
-- {event} = INSERT and UPDATE.

CREATE TRIGGER {table}_name_{event} BEFORE {event} ON {table}
BEGIN
    SELECT RAISE(ABORT, 'name-not-allowed: a name cannot be empty') WHERE NEW.name = '';
    SELECT RAISE(ABORT, 'name-not-allowed: the name is too long')
     WHERE length(NEW.name) > (SELECT longest FROM name_lengths WHERE kind = '{kind}');
    SELECT RAISE(ABORT, 'name-not-allowed: the name contains what the system does not allow in names')
     WHERE EXISTS (SELECT 1 FROM name_forbidden
                    WHERE kind = '{kind}' AND NOT at_start AND instr(NEW.name, text) > 0);
    SELECT RAISE(ABORT, 'name-not-allowed: the name begins with what the system does not allow there')
     WHERE EXISTS (SELECT 1 FROM name_forbidden
                    WHERE kind = '{kind}' AND at_start AND instr(NEW.name, text) = 1);
    -- SQL cannot fold every letter; for plain letters it can tell whether the key belongs to the name.
    SELECT RAISE(ABORT, 'name-not-allowed: name_key is not the name as the system compares it')
     WHERE (SELECT compare FROM meta) = 'exact' AND NEW.name_key <> NEW.name;
    SELECT RAISE(ABORT, 'name-not-allowed: name_key is not the name as the system compares it')
     WHERE (SELECT compare FROM meta) <> 'exact'
       AND NOT NEW.name GLOB '*[^ -~]*' AND NEW.name_key <> lower(NEW.name);
END;
