-- The rights of roles and of profiles: the same tables, once with {owner} = role and once with {owner} = profile.

CREATE TABLE {owner}_permissions (
    {owner}    INTEGER NOT NULL REFERENCES {owner}s,
    permission INTEGER NOT NULL REFERENCES permissions,
    level      TEXT NOT NULL,
    PRIMARY KEY ({owner}, permission)
) STRICT, WITHOUT ROWID;

CREATE TABLE {owner}_actions (
    {owner} INTEGER NOT NULL REFERENCES {owner}s,
    module  INTEGER NOT NULL REFERENCES modules,
    action  INTEGER NOT NULL REFERENCES actions,
    level   TEXT NOT NULL,
    PRIMARY KEY ({owner}, module, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE {owner}_fields (
    {owner} INTEGER NOT NULL REFERENCES {owner}s,
    field   INTEGER NOT NULL REFERENCES fields,
    access  TEXT NOT NULL,
    PRIMARY KEY ({owner}, field)
) STRICT, WITHOUT ROWID;
