//! Writing roles, profiles and users' roles.

use rusqlite::params;

use super::fault::{Fault, Outcome};
use super::rights::{self, OF_PROFILES, OF_ROLES};
use super::scribe::Scribe;
use crate::model::{Profile, ProfileName, Rights, Role, RoleName};
use crate::system::RoleAttribute;

/// Makes a profile.
pub(super) fn make_profile(scribe: Scribe<'_>, name: &ProfileName, profile: &Profile) -> Outcome<()> {
    let id = scribe.make(
        "INSERT INTO profiles (name, name_key, description) VALUES (?1, ?2, ?3)",
        params![
            name.as_str(),
            scribe.system.fold(name.as_str()),
            profile.description
        ],
    )?;
    rights::write(scribe, &OF_PROFILES, id, &Rights::default(), &profile.rights)
}

/// Changes a profile.
pub(super) fn change_profile(scribe: Scribe<'_>, id: i64, before: &Profile, after: &Profile) -> Outcome<()> {
    if before.description != after.description {
        scribe.run(
            "UPDATE profiles SET description = ?2 WHERE id = ?1",
            params![id, after.description],
        )?;
    }
    rights::write(scribe, &OF_PROFILES, id, &before.rights, &after.rights)
}

/// Removes a profile; the heir takes its place where a role would have none left.
pub(super) fn remove_profile(scribe: Scribe<'_>, id: i64, heir: Option<&ProfileName>) -> Outcome<()> {
    if let Some(heir) = heir {
        let heir_id = scribe.profile(heir)?;
        scribe.run_about(
            "INSERT INTO profile_transfers VALUES (?1, ?2)",
            [id, heir_id],
            || format!("transfer to profile {heir}"),
        )?;
    }
    scribe.run("DELETE FROM profiles WHERE id = ?1", [id])?;
    Ok(())
}

/// Makes a role.
pub(super) fn make_role(scribe: Scribe<'_>, name: &RoleName, role: &Role) -> Outcome<()> {
    let reports_to = role
        .reports_to
        .as_ref()
        .map(|above| scribe.role(above))
        .transpose()?;
    let id = scribe.make(
        "INSERT INTO roles (name, name_key, description, reports_to, assign_records_to)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            name.as_str(),
            scribe.system.fold(name.as_str()),
            role.description,
            reports_to,
            role.assign_records_to.map(|scope| scope.as_str()),
        ],
    )?;
    give_profiles(scribe, id, role.profiles.iter())?;
    rights::write(scribe, &OF_ROLES, id, &Rights::default(), &role.rights)
}

/// Refuses a new role that leaves out what the system wants stated. A row can be judged only when all that
/// belongs to it is there, so this is not a trigger; it does not hold for roles that came with the seed.
pub(super) fn check_required(scribe: Scribe<'_>, role: &Role) -> Outcome<()> {
    let Some(kind) = &scribe.system.definition().roles else {
        return Ok(());
    };
    for attribute in &kind.required {
        let (stated, what) = match attribute {
            RoleAttribute::Description => (!role.description.is_empty(), "a description"),
            RoleAttribute::ReportsTo => (role.reports_to.is_some(), "a role to report to"),
            RoleAttribute::Profiles => (!role.profiles.is_empty(), "a profile"),
            RoleAttribute::Permissions => (!role.rights.permissions.is_empty(), "a permission"),
            RoleAttribute::Modules => (!role.rights.modules.is_empty(), "rights on a module"),
            RoleAttribute::AssignRecordsTo => {
                (role.assign_records_to.is_some(), "to whom records are assigned")
            }
        };
        if !stated {
            let reason = format!("a new role must state {what}");
            return Err(Fault::refused("attribute-required", reason));
        }
    }
    Ok(())
}

fn give_profiles<'a>(
    scribe: Scribe<'_>,
    role: i64,
    profiles: impl Iterator<Item = &'a ProfileName>,
) -> Outcome<()> {
    for name in profiles {
        let profile = scribe.profile(name)?;
        scribe.run_about(
            "INSERT INTO role_profiles VALUES (?1, ?2)",
            [role, profile],
            || format!("profile {name}"),
        )?;
    }
    Ok(())
}

/// Changes a role.
pub(super) fn change_role(scribe: Scribe<'_>, id: i64, before: &Role, after: &Role) -> Outcome<()> {
    for name in before.profiles.difference(&after.profiles) {
        let profile = scribe.profile(name)?;
        scribe.run(
            "DELETE FROM role_profiles WHERE role = ?1 AND profile = ?2",
            [id, profile],
        )?;
    }
    if before.reports_to != after.reports_to {
        let above = after
            .reports_to
            .as_ref()
            .map(|above| scribe.role(above))
            .transpose()?;
        let sql = "UPDATE roles SET reports_to = ?2 WHERE id = ?1";
        scribe.run_about(sql, params![id, above], || match &after.reports_to {
            Some(above) => format!("reports to {above}"),
            None => "reports to none".to_owned(),
        })?;
    }
    if before.description != after.description || before.assign_records_to != after.assign_records_to {
        scribe.run(
            "UPDATE roles SET description = ?2, assign_records_to = ?3 WHERE id = ?1",
            params![
                id,
                after.description,
                after.assign_records_to.map(|scope| scope.as_str())
            ],
        )?;
    }
    give_profiles(scribe, id, after.profiles.difference(&before.profiles))?;
    rights::write(scribe, &OF_ROLES, id, &before.rights, &after.rights)
}

/// Removes a role; the heir gets its users.
pub(super) fn remove_role(scribe: Scribe<'_>, id: i64, heir: Option<&RoleName>) -> Outcome<()> {
    if let Some(heir) = heir {
        let heir_id = scribe.role(heir)?;
        scribe.run_about(
            "INSERT INTO role_transfers VALUES (?1, ?2)",
            [id, heir_id],
            || format!("transfer to role {heir}"),
        )?;
    }
    scribe.run("DELETE FROM roles WHERE id = ?1", [id])?;
    Ok(())
}
