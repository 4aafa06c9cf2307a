-- The tables of an embedded deployment.
--
-- Names are kept once, with the object; everything else refers to objects by number, so that a rename is one
-- update and whatever refers to the object follows. `name_key` is the name as the system compares names.
-- Rules are triggers (the other files of this folder). Their messages are plain texts and not expressions: an
-- expression there would keep every SQLite before 3.47 from opening the file at all.

-- What the file is, and what the system allows: written when the file is made, closed afterwards. ---------------

CREATE TABLE meta (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    system        TEXT NOT NULL,
    definition    TEXT NOT NULL,     -- fingerprint of the definition that the catalogue was filled from
    compare       TEXT NOT NULL,     -- how names compare
    roles_managed INTEGER NOT NULL,  -- 0: roles are made elsewhere and only referred to
    root_role     TEXT,              -- key of the one role that has no other above it
    max_role_depth INTEGER,          -- how many roles may be above a role
    fields_open   INTEGER NOT NULL,  -- 1: any field of a known module may be named
    filling       INTEGER NOT NULL   -- 1 while the file is filled; users, built-in and external objects may be made
) STRICT;

-- Everything that is one of a few words: kinds, attributes, member kinds, defaults, rule principals and access.
CREATE TABLE choices (
    of    TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (of, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE constraints (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE name_lengths (kind TEXT PRIMARY KEY, longest INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE name_forbidden (
    kind     TEXT NOT NULL,
    text     TEXT NOT NULL,
    at_start INTEGER NOT NULL,  -- 1: only refused at the beginning of a name
    PRIMARY KEY (kind, text, at_start)
) STRICT, WITHOUT ROWID;

-- Objects that cannot be deleted or renamed; a fixed one cannot be changed either.
CREATE TABLE builtins (
    kind     TEXT NOT NULL,
    name_key TEXT NOT NULL,
    fixed    INTEGER NOT NULL,
    PRIMARY KEY (kind, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE super_roles (name_key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE features (
    name    TEXT PRIMARY KEY,
    assumed INTEGER NOT NULL,
    present INTEGER  -- NULL: the installation does not say
) STRICT, WITHOUT ROWID;

CREATE TABLE permissions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE permission_levels (
    permission INTEGER NOT NULL REFERENCES permissions,
    level      TEXT NOT NULL,
    PRIMARY KEY (permission, level)
) STRICT, WITHOUT ROWID;

CREATE TABLE permission_needs (
    permission INTEGER NOT NULL REFERENCES permissions,
    feature    TEXT NOT NULL,
    PRIMARY KEY (permission, feature)
) STRICT, WITHOUT ROWID;

CREATE TABLE modules (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL UNIQUE,
    shareable INTEGER NOT NULL,  -- 0 also where another module's sharing holds
    recorded  INTEGER NOT NULL   -- 1: the installation states it
) STRICT;

CREATE TABLE actions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE action_levels (
    action INTEGER NOT NULL REFERENCES actions,
    level  TEXT NOT NULL,
    PRIMARY KEY (action, level)
) STRICT, WITHOUT ROWID;

CREATE TABLE module_actions (
    module INTEGER NOT NULL REFERENCES modules,
    action INTEGER NOT NULL REFERENCES actions,
    PRIMARY KEY (module, action)
) STRICT, WITHOUT ROWID;

-- Grows when a right names a field for the first time, where fields are open.
CREATE TABLE fields (
    id       INTEGER PRIMARY KEY,
    module   INTEGER NOT NULL REFERENCES modules,
    name     TEXT NOT NULL,
    recorded INTEGER NOT NULL,  -- 1: the installation states it
    UNIQUE (module, name)
) STRICT;

CREATE TABLE services (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE,
    unless TEXT  -- the feature that grants it to everyone
) STRICT;

CREATE TABLE call_modes (name TEXT PRIMARY KEY, needs TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE authorisation_levels (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE authorisation_rights (
    id   INTEGER PRIMARY KEY,
    area TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (area, name)
) STRICT;

-- Objects -------------------------------------------------------------------------------------------------------

CREATE TABLE profiles (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL
) STRICT;

CREATE TABLE roles (
    id                INTEGER PRIMARY KEY,
    name              TEXT NOT NULL,
    name_key          TEXT NOT NULL UNIQUE,
    description       TEXT NOT NULL,
    reports_to        INTEGER REFERENCES roles,
    assign_records_to TEXT
) STRICT;
CREATE INDEX roles_by_reports_to ON roles (reports_to);

CREATE TABLE role_profiles (
    role    INTEGER NOT NULL REFERENCES roles,
    profile INTEGER NOT NULL REFERENCES profiles,
    PRIMARY KEY (role, profile)
) STRICT, WITHOUT ROWID;
CREATE INDEX role_profiles_by_profile ON role_profiles (profile);

CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE,
    role          INTEGER REFERENCES roles,
    administrator INTEGER NOT NULL CHECK (administrator IN (0, 1)),
    active        INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_by    INTEGER REFERENCES users,
    primary_group INTEGER REFERENCES groups
) STRICT;
CREATE INDEX users_by_role ON users (role);
CREATE INDEX users_by_primary_group ON users (primary_group) WHERE primary_group IS NOT NULL;

CREATE TABLE groups (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    variety     TEXT,  -- NULL: an ordinary group; every other variety is made elsewhere
    active      INTEGER NOT NULL CHECK (active IN (0, 1)),
    head        INTEGER REFERENCES users,
    deputy      INTEGER REFERENCES users,
    line        TEXT,
    call_mode   TEXT,
    call_number TEXT,
    created_by  INTEGER REFERENCES users,
    CHECK ((call_mode IS NULL) = (call_number IS NULL))
) STRICT;

CREATE TABLE member_users (
    of_group INTEGER NOT NULL REFERENCES groups,
    user     INTEGER NOT NULL REFERENCES users,
    PRIMARY KEY (of_group, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_users_by_user ON member_users (user);

CREATE TABLE member_roles (
    of_group INTEGER NOT NULL REFERENCES groups,
    role     INTEGER NOT NULL REFERENCES roles,
    PRIMARY KEY (of_group, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_roles_by_role ON member_roles (role);

CREATE TABLE member_roles_and_subordinates (
    of_group INTEGER NOT NULL REFERENCES groups,
    role     INTEGER NOT NULL REFERENCES roles,
    PRIMARY KEY (of_group, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_roles_and_subordinates_by_role ON member_roles_and_subordinates (role);

CREATE TABLE member_groups (
    of_group INTEGER NOT NULL REFERENCES groups,
    member   INTEGER NOT NULL REFERENCES groups,
    PRIMARY KEY (of_group, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_groups_by_member ON member_groups (member);

CREATE TABLE group_roles (
    of_group INTEGER NOT NULL REFERENCES groups,
    role     INTEGER NOT NULL REFERENCES roles,
    PRIMARY KEY (of_group, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_roles_by_role ON group_roles (role);

CREATE TABLE group_services (
    of_group INTEGER NOT NULL REFERENCES groups,
    service  INTEGER NOT NULL REFERENCES services,
    PRIMARY KEY (of_group, service)
) STRICT, WITHOUT ROWID;

-- Authorisations over a group's members are one level or a set of single rights, never both.
CREATE TABLE group_authorisation_levels (
    of_group INTEGER NOT NULL REFERENCES groups,
    held_by  TEXT NOT NULL CHECK (held_by IN ('members', 'head', 'line')),
    level    INTEGER NOT NULL REFERENCES authorisation_levels,
    PRIMARY KEY (of_group, held_by)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_authorisation_rights (
    of_group   INTEGER NOT NULL REFERENCES groups,
    held_by    TEXT NOT NULL CHECK (held_by IN ('members', 'head', 'line')),
    area_right INTEGER NOT NULL REFERENCES authorisation_rights,
    PRIMARY KEY (of_group, held_by, area_right)
) STRICT, WITHOUT ROWID;

CREATE TABLE monitor_groups (
    of_group  INTEGER NOT NULL REFERENCES groups,
    shown     INTEGER NOT NULL REFERENCES groups,
    monitor   INTEGER NOT NULL CHECK (monitor IN (0, 1)),
    favorites INTEGER NOT NULL CHECK (favorites IN (0, 1)),
    PRIMARY KEY (of_group, shown)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitor_groups_by_shown ON monitor_groups (shown);

CREATE TABLE group_keys (
    of_group   INTEGER NOT NULL REFERENCES groups,
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    number     TEXT,
    speed_dial TEXT,
    monitor    INTEGER NOT NULL CHECK (monitor IN (0, 1)),
    favorites  INTEGER NOT NULL CHECK (favorites IN (0, 1)),
    PRIMARY KEY (of_group, position),
    CHECK ((number IS NULL) <> (speed_dial IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE sharing_defaults (module INTEGER PRIMARY KEY REFERENCES modules, access TEXT NOT NULL) STRICT;

CREATE TABLE sharing_rules (
    id         INTEGER PRIMARY KEY,
    module     INTEGER NOT NULL REFERENCES modules,
    from_kind  TEXT NOT NULL,
    from_user  INTEGER REFERENCES users,
    from_role  INTEGER REFERENCES roles,
    from_group INTEGER REFERENCES groups,
    to_kind    TEXT NOT NULL,
    to_user    INTEGER REFERENCES users,
    to_role    INTEGER REFERENCES roles,
    to_group   INTEGER REFERENCES groups,
    access     TEXT NOT NULL,
    CHECK ((from_user IS NOT NULL) = (from_kind = 'user')),
    CHECK ((from_role IS NOT NULL) = (from_kind IN ('role', 'role_and_subordinates'))),
    CHECK ((from_group IS NOT NULL) = (from_kind = 'group')),
    CHECK ((to_user IS NOT NULL) = (to_kind = 'user')),
    CHECK ((to_role IS NOT NULL) = (to_kind IN ('role', 'role_and_subordinates'))),
    CHECK ((to_group IS NOT NULL) = (to_kind = 'group'))
) STRICT;
-- What makes two rules the same rule.
CREATE UNIQUE INDEX sharing_rules_identity ON sharing_rules (
    module,
    from_kind, coalesce(from_user, from_role, from_group, 0),
    to_kind, coalesce(to_user, to_role, to_group, 0)
);
CREATE INDEX sharing_rules_by_from_role ON sharing_rules (from_role) WHERE from_role IS NOT NULL;
CREATE INDEX sharing_rules_by_to_role ON sharing_rules (to_role) WHERE to_role IS NOT NULL;
CREATE INDEX sharing_rules_by_from_group ON sharing_rules (from_group) WHERE from_group IS NOT NULL;
CREATE INDEX sharing_rules_by_to_group ON sharing_rules (to_group) WHERE to_group IS NOT NULL;

CREATE TABLE user_records (
    owner  INTEGER NOT NULL REFERENCES users,
    module INTEGER NOT NULL REFERENCES modules,
    count  INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (owner, module)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_records (
    owner  INTEGER NOT NULL REFERENCES groups,
    module INTEGER NOT NULL REFERENCES modules,
    count  INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (owner, module)
) STRICT, WITHOUT ROWID;

-- Who takes over what an object had: written before the object is deleted, used up by its deletion. ------------

CREATE TABLE role_transfers (
    role INTEGER PRIMARY KEY REFERENCES roles,
    heir INTEGER NOT NULL REFERENCES roles
) STRICT;

CREATE TABLE profile_transfers (
    profile INTEGER PRIMARY KEY REFERENCES profiles,
    heir    INTEGER NOT NULL REFERENCES profiles
) STRICT;

CREATE TABLE group_transfers (
    of_group   INTEGER PRIMARY KEY REFERENCES groups,
    heir_user  INTEGER REFERENCES users,
    heir_group INTEGER REFERENCES groups,
    CHECK ((heir_user IS NULL) <> (heir_group IS NULL))
) STRICT;
