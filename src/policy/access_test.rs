//! Access tests: questions with the answers that they must have.

use std::fmt;

use super::names::Names;
use crate::access::{Ability, Access, Owner};
use crate::manifest::{
    AccessTestDocument, AccessTestFile, CheckDocument, NeverDocument, WhoCanDocument, WhoDocument,
};
use crate::model::{Principal, UserName};
use crate::text::{Code, Diagnostic, Diagnostics, Span, Spanned};

/// One test, its names resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTest {
    /// What it is called, if it has a name.
    pub name: Option<String>,
    /// Where it is written.
    pub span: Span,
    /// What is asked, and what the answer must be.
    pub question: Question,
}

/// What a test asks, and what the answer must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether one user may.
    Check {
        /// The user.
        user: UserName,
        /// What.
        ability: Ability,
        /// About whom; nobody asks whether the user may at all.
        owner: Option<Owner>,
        /// The answer.
        allow: bool,
    },
    /// Who can.
    WhoCan {
        /// What.
        ability: Ability,
        /// About whom; nobody asks who may at all.
        owner: Option<Owner>,
        /// The answer.
        expected: Expected,
    },
    /// That nobody of some people can.
    Never {
        /// The people.
        who: Principal,
        /// What.
        ability: Ability,
        /// About whom.
        about: About,
    },
}

/// Who must be able to. A role, a group or everyone stands for those in it who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Exactly these.
    Equals(Vec<Principal>),
    /// At least these.
    Includes(Vec<Principal>),
    /// None of these.
    Excludes(Vec<Principal>),
}

/// What a list of people answers to the question who can.
type Answer = fn(Vec<Principal>) -> Expected;

/// About whom something must never be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Not at all.
    Anyone,
    /// One owner.
    Owner(Owner),
    /// Anyone of these, oneself aside.
    Whose(Principal),
}

impl AccessTest {
    /// What the test is called, or else what it asks.
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.question.to_string())
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check {
                user,
                ability,
                owner,
                allow,
            } => {
                let may = if *allow { "may" } else { "may not" };
                write!(f, "{user} {may} {ability}{}", of(owner.as_ref()))
            }
            Self::WhoCan {
                ability,
                owner,
                expected,
            } => {
                let (words, who) = match expected {
                    Expected::Equals(who) => ("exactly", who),
                    Expected::Includes(who) => ("among others", who),
                    Expected::Excludes(who) => ("none of", who),
                };
                write!(f, "who can {ability}{}: {words} ", of(owner.as_ref()))?;
                if who.is_empty() {
                    return f.write_str("nobody");
                }
                let who: Vec<String> = who.iter().map(named).collect();
                f.write_str(&who.join(", "))
            }
            Self::Never { who, ability, about } => {
                write!(f, "never {}: {ability}", named(who))?;
                match about {
                    About::Anyone => Ok(()),
                    About::Owner(owner) => write!(f, " of {owner}"),
                    About::Whose(principal) => write!(f, " of {}", named(principal)),
                }
            }
        }
    }
}

fn of(owner: Option<&Owner>) -> String {
    owner.map_or_else(String::new, |owner| format!(" of {owner}"))
}

/// Users go by their bare names.
fn named(principal: &Principal) -> String {
    match principal {
        Principal::User(name) => name.to_string(),
        Principal::Everyone
        | Principal::Role(_)
        | Principal::RoleAndSubordinates(_)
        | Principal::Group(_) => principal.to_string(),
    }
}

/// Resolves the tests of some files against a state, in their order. A test with a mistake is left out, and the
/// diagnostics say why.
pub fn resolve_tests(
    files: &[AccessTestFile],
    access: &Access<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<AccessTest> {
    let mut tests = Vec::new();
    for file in files {
        let mut names = Names::new(access, diagnostics, file.intact);
        tests.extend(file.tests.iter().filter_map(|test| resolve(&mut names, test)));
    }
    tests
}

fn resolve(names: &mut Names<'_>, written: &Spanned<AccessTestDocument>) -> Option<AccessTest> {
    let AccessTestDocument {
        name,
        check,
        allow,
        who_can,
        equals,
        includes,
        excludes,
        never,
    } = &written.value;
    let at = written.span;
    let lists = [
        ("equals", equals, Expected::Equals as Answer),
        ("includes", includes, Expected::Includes),
        ("excludes", excludes, Expected::Excludes),
    ];
    let lists = lists
        .into_iter()
        .filter_map(|(key, list, answer)| Some((key, list.as_ref()?, answer)));
    let lists: Vec<_> = lists.collect();
    let stray = |names: &mut Names<'_>, owner: &str| {
        for (key, list, _) in &lists {
            names.unclear(
                format!("`{key}` belongs to `who_can`, not to `{owner}`"),
                list.span,
            );
        }
    };
    if let (Some(allow), None) = (allow, check) {
        names.unclear("`allow` belongs to `check`", allow.span);
    }
    let question = match (check, who_can, never) {
        (Some(check), None, None) => {
            stray(names, "check");
            let allow = names.needed(allow.as_ref(), "allow", at).map(|allow| allow.value);
            resolve_check(names, check, allow)
        }
        (None, Some(who_can), None) => {
            let expected = match &lists[..] {
                [(_, list, answer)] => resolve_list(names, &list.value).map(answer),
                several => {
                    let place = several.get(1).map_or(at, |(_, list, _)| list.span);
                    names.unclear("`who_can` takes exactly one of equals, includes, excludes", place);
                    None
                }
            };
            resolve_who_can(names, who_can, expected)
        }
        (None, None, Some(never)) => {
            stray(names, "never");
            resolve_never(names, never)
        }
        (None, None, None) => {
            names.unclear("a test has one of check, who_can, never", at);
            None
        }
        (_, _, _) => {
            names.unclear("a test has exactly one of check, who_can, never", at);
            None
        }
    };
    Some(AccessTest {
        name: name.as_ref().map(|name| name.value.clone()),
        span: at,
        question: question?,
    })
}

fn resolve_check(
    names: &mut Names<'_>,
    written: &Spanned<CheckDocument>,
    allow: Option<bool>,
) -> Option<Question> {
    let (check, at) = (&written.value, written.span);
    let user = names.needed(check.user.as_ref(), "user", at);
    let user = user.and_then(|user| names.user(&user.value, user.span));
    let ability = names.ability(&check.ability(), at);
    let owner = check
        .owner
        .as_ref()
        .map(|owner| names.owner(owner, ability.as_ref()));
    Some(Question::Check {
        user: user?,
        ability: ability?,
        owner: required(owner)?,
        allow: allow?,
    })
}

fn resolve_who_can(
    names: &mut Names<'_>,
    written: &Spanned<WhoCanDocument>,
    expected: Option<Expected>,
) -> Option<Question> {
    let who_can = &written.value;
    let ability = names.ability(&who_can.ability(), written.span);
    let owner = who_can
        .owner
        .as_ref()
        .map(|owner| names.owner(owner, ability.as_ref()));
    Some(Question::WhoCan {
        ability: ability?,
        owner: required(owner)?,
        expected: expected?,
    })
}

fn resolve_list(names: &mut Names<'_>, list: &[Spanned<WhoDocument>]) -> Option<Vec<Principal>> {
    // Every name is resolved before the first unknown one ends it.
    let who: Vec<Option<Principal>> = list.iter().map(|who| names.who(who)).collect();
    who.into_iter().collect()
}

fn resolve_never(names: &mut Names<'_>, written: &Spanned<NeverDocument>) -> Option<Question> {
    let (never, at) = (&written.value, written.span);
    let who = names.needed(never.who.as_ref(), "who", at);
    let who = who.and_then(|who| names.who(who));
    let ability = names.ability(&never.ability(), at);
    let about = match (&never.owner, &never.whose) {
        (None, None) => Some(About::Anyone),
        (Some(owner), None) => names.owner(owner, ability.as_ref()).map(About::Owner),
        (None, Some(whose)) => {
            let principal = names.principal(&whose.value, whose.span);
            let aim = ability.as_ref().map(|ability| (ability, names.aim(ability)));
            if let Some((ability, aim)) = aim
                && !aim.users
                && !aim.groups
            {
                let message = format!("`{ability}` is had or not; it is about no owner");
                names.report(Diagnostic::error(Code::NotSupported, message).at(whose.span));
            }
            principal.map(About::Whose)
        }
        (Some(_), Some(whose)) => {
            names.unclear("`never` takes one of owner, whose", whose.span);
            None
        }
    };
    Some(Question::Never {
        who: who?,
        ability: ability?,
        about: about?,
    })
}

/// A part that may be left out, but not be wrong.
fn required<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(None) => None,
        Some(Some(value)) => Some(Some(value)),
    }
}
