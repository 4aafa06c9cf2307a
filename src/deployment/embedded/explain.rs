//! Names for refusals: triggers say what is wrong in general, this adds who or what stands in the way.

use rusqlite::params;

use super::fault::{Fault, Outcome};
use super::scribe::Scribe;
use crate::plan::{Edit, Operation};

const ONLY_GROUP: &str = "
    SELECT 'user ' || users.name FROM member_users AS own JOIN users ON users.id = own.user
     WHERE own.of_group = ?1
       AND NOT EXISTS (SELECT 1 FROM member_users AS other
                        WHERE other.user = own.user AND other.of_group <> ?1)
     ORDER BY users.name";

const ROLE_IN_USE: &str = "
    SELECT 'role ' || name FROM roles WHERE reports_to = ?1
    UNION SELECT 'group ' || name FROM groups JOIN member_roles ON of_group = groups.id WHERE role = ?1
    UNION SELECT 'group ' || name FROM groups
            JOIN member_roles_and_subordinates ON of_group = groups.id WHERE role = ?1
    UNION SELECT 'group ' || name FROM groups JOIN group_roles ON of_group = groups.id WHERE role = ?1
    UNION SELECT 'a sharing rule of ' || modules.name FROM sharing_rules
            JOIN modules ON modules.id = module WHERE ?1 IN (from_role, to_role)
    UNION SELECT 'user ' || name FROM users WHERE role = ?1
             AND NOT EXISTS (SELECT 1 FROM role_transfers WHERE role_transfers.role = ?1)";

const PROFILE_IN_USE: &str = "
    SELECT 'role ' || name FROM roles JOIN role_profiles ON role = roles.id WHERE profile = ?1 ORDER BY name";

const GROUP_IN_USE: &str = "
    SELECT 'group ' || name FROM groups JOIN member_groups ON of_group = groups.id WHERE member = ?1
    UNION SELECT 'group ' || name FROM groups
            JOIN monitor_groups ON of_group = groups.id WHERE shown = ?1 AND of_group <> ?1
    UNION SELECT 'a sharing rule of ' || modules.name FROM sharing_rules
            JOIN modules ON modules.id = module WHERE ?1 IN (from_group, to_group)
    UNION SELECT 'user ' || name FROM users WHERE primary_group = ?1";

/// How many holders a refusal names.
const NAMED: usize = 10;

/// Adds to a refused deletion who or what stands in its way.
pub(super) fn with_names(scribe: Scribe<'_>, operation: &Operation, fault: Fault) -> Fault {
    let Fault::Refused { rule, reason } = fault else {
        return fault;
    };
    let sql = match rule.as_str() {
        "not-only-group-of-user" => ONLY_GROUP,
        "role-in-use" => ROLE_IN_USE,
        "profile-in-use" => PROFILE_IN_USE,
        "group-in-use" => GROUP_IN_USE,
        _ => return Fault::Refused { rule, reason },
    };
    // A refusal without the names is still the refusal; a failure to find them must not take its place.
    match holders(scribe, sql, operation) {
        Ok(names) if !names.is_empty() => Fault::Refused {
            rule,
            reason: format!("{reason}: {}", list(&names)),
        },
        Ok(_) | Err(_) => Fault::Refused { rule, reason },
    }
}

fn holders(scribe: Scribe<'_>, sql: &str, operation: &Operation) -> Outcome<Vec<String>> {
    let id = match operation {
        Operation::Profile(Edit::Delete { name, .. }) => scribe.find_profile(name)?,
        Operation::Role(Edit::Delete { name, .. }) => scribe.find_role(name)?,
        Operation::Group(Edit::Delete { name, .. }) => scribe.find_group(name)?,
        Operation::Profile(_)
        | Operation::Role(_)
        | Operation::Group(_)
        | Operation::SetDefault { .. }
        | Operation::SetRule { .. }
        | Operation::DeleteRule { .. }
        | Operation::AssignRole { .. } => None,
    };
    let mut statement = scribe.connection.prepare_cached(sql)?;
    let names = statement.query_map(params![id], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn list(names: &[String]) -> String {
    let shown = names
        .iter()
        .take(NAMED)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
