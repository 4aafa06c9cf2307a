//! Statements written by hand on the file, also by tools that leave foreign keys off.

use rusqlite::Connection;

use super::files::on_disk;

const CASES: [(&str, &str); 27] = [
    (
        "INSERT INTO users VALUES (99, 'x', 'x', 1, 0, 1, NULL, NULL)",
        "user-not-managed",
    ),
    ("DELETE FROM users WHERE name = 'ben'", "user-not-managed"),
    ("UPDATE users SET administrator = 1", "user-not-managed"),
    (
        "UPDATE users SET role = NULL WHERE name = 'ben'",
        "user-needs-role",
    ),
    (
        "UPDATE users SET role = 999 WHERE name = 'ben'",
        "unknown-reference",
    ),
    (
        "DELETE FROM roles WHERE name = 'Trainee'",
        "role-delete-needs-transfer",
    ),
    ("DELETE FROM roles WHERE name = 'Owner'", "builtin-object"),
    (
        "INSERT OR REPLACE INTO roles SELECT id, 'X', 'x', '', reports_to, NULL FROM roles WHERE name = 'Rep'",
        "name-taken",
    ),
    (
        "UPDATE OR REPLACE roles SET name = 'Guest', name_key = 'guest' WHERE name = 'Rep'",
        "name-taken",
    ),
    (
        "UPDATE roles SET name_key = 'other' WHERE name = 'Rep'",
        "name-not-allowed",
    ),
    (
        "UPDATE roles SET reports_to = (SELECT id FROM roles WHERE name = 'Trainee') WHERE name = 'Manager'",
        "role-cycle",
    ),
    // With a name of its own: under the old one the old row is in the way as well, and SQLite does not promise
    // which of two triggers speaks first.
    (
        "UPDATE roles SET id = 77, name = 'Seven', name_key = 'seven' WHERE name = 'Rep'",
        "fixed-number",
    ),
    ("DELETE FROM groups WHERE name = 'Only'", "not-only-group-of-user"),
    (
        "DELETE FROM groups WHERE name = 'Loose'",
        "group-delete-needs-transfer",
    ),
    ("DELETE FROM groups WHERE name = 'Ring'", "external-group"),
    (
        "DELETE FROM member_users WHERE of_group = (SELECT id FROM groups WHERE name = 'Ring')",
        "external-group",
    ),
    (
        "INSERT INTO member_groups SELECT b.id, a.id FROM groups a, groups b WHERE a.name = 'Team A' AND b.name = 'Team B'",
        "group-cycle",
    ),
    (
        "INSERT INTO member_users SELECT groups.id, users.id FROM groups, users WHERE groups.name = 'Loose' AND users.name = 'owner'",
        "super-role-not-in-groups",
    ),
    ("INSERT INTO member_users VALUES (999, 1)", "unknown-reference"),
    ("INSERT INTO member_users VALUES (1, 999)", "unknown-reference"),
    ("UPDATE role_profiles SET profile = 999", "never-changed"),
    (
        "DELETE FROM profiles WHERE name = 'Spare'",
        "profile-delete-needs-transfer",
    ),
    (
        "INSERT INTO profile_permissions SELECT 1, id, 'allow' FROM permissions WHERE name = 'see_extra'",
        "not-licensed",
    ),
    ("DELETE FROM constraints", "catalogue-closed"),
    ("UPDATE meta SET filling = 1", "catalogue-closed"),
    (
        "INSERT OR REPLACE INTO meta SELECT one, system, definition, compare, roles_managed, NULL, NULL, 1, 1 FROM meta",
        "catalogue-closed",
    ),
    ("DELETE FROM sharing_defaults", "not-supported"),
];

#[test]
fn each_is_refused() {
    let (_folder, path) = on_disk();
    let connection = Connection::open(&path).unwrap();
    for foreign_keys in [true, false] {
        connection
            .pragma_update(None, "foreign_keys", foreign_keys)
            .unwrap();
        for (sql, rule) in CASES {
            let message = connection.execute(sql, []).expect_err(sql).to_string();
            assert!(message.starts_with(&format!("{rule}: ")), "{sql}: {message}");
        }
    }
}

#[test]
fn messages_are_plain_texts() {
    // An expression would keep SQLite before 3.47, which most systems have, from opening the file.
    for raise in super::super::rules::rules().split("RAISE(ABORT,").skip(1) {
        let (message, rest) = raise
            .trim_start()
            .trim_start_matches('\'')
            .split_once('\'')
            .unwrap();
        assert!(message.contains(": "), "{message}");
        assert!(rest.starts_with(')'), "{message}");
    }
}
