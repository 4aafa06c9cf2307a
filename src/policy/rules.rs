//! Policy: rules over effective access, their names resolved.

use std::fmt;

use super::names::Names;
use crate::access::{Ability, Access};
use crate::manifest::{DutiesDocument, ExceptionDocument, OfDocument, PolicyFile, ReachDocument};
use crate::model::{ActionId, Date, ModuleName, Principal};
use crate::text::{Code, Diagnostic, Diagnostics, Span, Spanned};

/// Everything that must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Abilities that nobody may have together.
    pub duties: Vec<Duties>,
    /// How far no user may reach.
    pub reach: Vec<MaximumReach>,
    /// How many effective administrators who can log in there are at least, and where that is written.
    pub minimum_administrators: Option<(u32, Span)>,
}

/// The kinds of rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleKind {
    /// Abilities that nobody may have together.
    SeparationOfDuties,
    /// How far no user may reach.
    MaximumReach,
    /// How many administrators there are at least.
    MinimumAdministrators,
}

impl RuleKind {
    /// The key in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SeparationOfDuties => "separation_of_duties",
            Self::MaximumReach => "maximum_reach",
            Self::MinimumAdministrators => "minimum_administrators",
        }
    }
}

/// Abilities that nobody may have together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duties {
    /// What the rule is called.
    pub name: Option<String>,
    /// Where it is written.
    pub span: Span,
    /// The abilities, two or more.
    pub abilities: Vec<Ability>,
    /// Who may all the same.
    pub except: Vec<Exception>,
}

/// An action that nobody may do to the records of all of some people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaximumReach {
    /// What the rule is called.
    pub name: Option<String>,
    /// Where it is written.
    pub span: Span,
    /// The action.
    pub action: ActionId,
    /// In which modules.
    pub modules: Vec<ModuleName>,
    /// Whose records.
    pub of: Principal,
    /// Who may all the same.
    pub except: Vec<Exception>,
}

/// For whom a rule does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// For whom.
    pub who: Principal,
    /// The last day on which it counts; without one it always counts.
    pub until: Option<Date>,
}

impl Exception {
    /// Whether the exception still counts on a day.
    pub fn counts_on(&self, today: Date) -> bool {
        self.until.is_none_or(|until| !until.is_over(today))
    }
}

impl Duties {
    /// What the rule is called, or else what it says.
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let abilities: Vec<String> = self.abilities.iter().map(ToString::to_string).collect();
            format!("nobody can {}", abilities.join(" and "))
        })
    }
}

impl MaximumReach {
    /// What the rule is called, or else what it says.
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.to_string())
    }
}

impl fmt::Display for MaximumReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modules: Vec<&str> = self.modules.iter().map(ModuleName::as_str).collect();
        write!(
            f,
            "nobody can {} {} of {}",
            self.action,
            modules.join(", "),
            self.of
        )
    }
}

/// Resolves a policy against a state. Rules with mistakes are left out, and the diagnostics say why; exceptions that
/// ended before `today` are warned of.
pub fn resolve_policy(
    file: &PolicyFile,
    access: &Access<'_>,
    today: Date,
    diagnostics: &mut Diagnostics,
) -> Policy {
    let mut names = Names::new(access, diagnostics, file.intact);
    let document = &file.document;
    let duties = document.separation_of_duties.iter().flatten();
    let duties = duties
        .filter_map(|written| resolve_duties(&mut names, written, today))
        .collect();
    let reach = document.maximum_reach.iter().flatten();
    let reach = reach
        .filter_map(|written| resolve_reach(&mut names, written, today))
        .collect();
    let minimum = document.minimum_administrators.as_ref();
    if let Some(minimum) = minimum {
        let semantics = &access.system.definition().access;
        let nobody = !semantics.administrators_may_everything
            && semantics.super_roles.is_empty()
            && semantics.administrative_permissions.is_empty();
        if nobody {
            let message = "in this system nobody is an administrator by what rolecall manages";
            names.report(Diagnostic::error(Code::NotSupported, message).at(minimum.span));
        }
    }
    Policy {
        duties,
        reach,
        minimum_administrators: minimum.map(|minimum| (minimum.value, minimum.span)),
    }
}

fn resolve_duties(names: &mut Names<'_>, written: &Spanned<DutiesDocument>, today: Date) -> Option<Duties> {
    let DutiesDocument {
        name,
        abilities,
        except,
    } = &written.value;
    let abilities: Vec<Option<Ability>> = abilities
        .iter()
        .map(|ability| names.ability(&ability.value.ability(), ability.span))
        .collect();
    let except = exceptions(names, except.as_deref().unwrap_or_default(), today);
    Some(Duties {
        name: name.as_ref().map(|name| name.value.clone()),
        span: written.span,
        abilities: abilities.into_iter().collect::<Option<_>>()?,
        except: except?,
    })
}

fn resolve_reach(
    names: &mut Names<'_>,
    written: &Spanned<ReachDocument>,
    today: Date,
) -> Option<MaximumReach> {
    let ReachDocument {
        name,
        action,
        modules,
        of,
        except,
    } = &written.value;
    let mut known = Vec::with_capacity(modules.len());
    for module in modules {
        let keys = crate::manifest::AbilityKeys {
            action: Some(action.clone()),
            module: Some(module.clone()),
            ..crate::manifest::AbilityKeys::default()
        };
        let ability = names.ability(&keys, written.span);
        if let Some(ability) = &ability
            && !names.aim(ability).users
        {
            let message = format!("`{ability}` is had or not; it is about nobody's records");
            names.report(Diagnostic::error(Code::NotSupported, message).at(action.span));
        }
        known.push(ability.map(|_| module.value.clone()));
    }
    let of = match &of.value {
        OfDocument::Everyone => Some(Principal::Everyone),
        OfDocument::Principal(principal) => names.principal(principal, of.span),
    };
    let except = exceptions(names, except.as_deref().unwrap_or_default(), today);
    Some(MaximumReach {
        name: name.as_ref().map(|name| name.value.clone()),
        span: written.span,
        action: action.value.clone(),
        modules: known.into_iter().collect::<Option<_>>()?,
        of: of?,
        except: except?,
    })
}

fn exceptions(
    names: &mut Names<'_>,
    written: &[Spanned<ExceptionDocument>],
    today: Date,
) -> Option<Vec<Exception>> {
    let exceptions: Vec<Option<Exception>> = written
        .iter()
        .map(|written| exception(names, written, today))
        .collect();
    exceptions.into_iter().collect()
}

fn exception(names: &mut Names<'_>, written: &Spanned<ExceptionDocument>, today: Date) -> Option<Exception> {
    let ExceptionDocument {
        user,
        role,
        role_and_subordinates,
        group,
        until,
        reason: _,
    } = &written.value;
    let who = match (user, role, role_and_subordinates, group) {
        (Some(name), None, None, None) => names.user(&name.value, name.span).map(Principal::User),
        (None, Some(name), None, None) => names.role(&name.value, name.span).map(Principal::Role),
        (None, None, Some(name), None) => names
            .role(&name.value, name.span)
            .map(Principal::RoleAndSubordinates),
        (None, None, None, Some(name)) => names.group(&name.value, name.span).map(Principal::Group),
        (_, _, _, _) => {
            let message = "name exactly one of user, role, role_and_subordinates, group";
            names.unclear(message, written.span);
            None
        }
    };
    let until = match until {
        None => None,
        Some(text) => match text.value.parse::<Date>() {
            Ok(date) => Some((date, text.span)),
            Err(error) => {
                let message = format!("`{}` {error}", text.value);
                names.report(Diagnostic::error(Code::InvalidValue, message).at(text.span));
                return None;
            }
        },
    };
    let exception = Exception {
        who: who?,
        until: until.map(|(day, _)| day),
    };
    if let Some((day, span)) = until
        && !exception.counts_on(today)
    {
        let message = format!("the exception for {} ended on {day}", exception.who);
        let expired = Diagnostic::warning(Code::ExpiredException, message).at(span);
        names.report(expired.hint("take it out, or set a later day"));
    }
    Some(exception)
}
