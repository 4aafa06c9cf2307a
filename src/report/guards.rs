//! What guards found, for people and programs.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::layout::{visible, wrap};
use super::terminal::Style;
use super::words::{and, noun, number};
use crate::model::{Identity, Kind, RoleName};
use crate::policy::guard::{Finding, Guard, Limits, Loss, LostPower, Touch, Touched};

/// Refusals of one guard that are shown of many.
const SHOWN: usize = 10;

/// How a guard came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardState {
    /// It has nothing against the plan.
    Fine,
    /// It refuses the plan.
    Refused,
    /// It would refuse the plan, and that is allowed this time.
    Allowed,
    /// It is off: by the policy, or because nobody says what it should guard.
    Off,
}

impl GuardState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Refused => "refused",
            Self::Allowed => "allowed",
            Self::Off => "off",
        }
    }
}

/// What a guard says of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardReport {
    /// The id of the guard.
    pub guard: Cow<'static, str>,
    /// How it came out.
    pub state: GuardState,
    /// What it looked at: what would be lost, and whether that is too much.
    pub judged: Vec<GuardedReport>,
}

/// One thing that a guard looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardedReport {
    /// What is counted (`group`, `member`, `administrator`), or the address of an object (`group.Board`).
    pub what: String,
    /// Whether the guard has something against it.
    pub refused: bool,
    /// How many are lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<u64>,
    /// Of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// How many remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// How many must remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<u64>,
    /// How much may be lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitsReport>,
    /// The pattern that protects the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The same in words.
    pub message: String,
}

/// How much may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsReport {
    /// The share, in percent.
    pub share: u32,
    /// From how many on the share counts.
    pub from: u32,
    /// The number, where there is one.
    pub number: Option<u32>,
}

impl GuardReport {
    /// What it has against the plan, one line each; of many the first, and how many more there are.
    pub fn refusals(&self, verbose: bool) -> Vec<String> {
        let refused = self.judged.iter().filter(|judged| judged.refused);
        let mut lines: Vec<String> = refused.map(|judged| judged.message.clone()).collect();
        if !verbose && lines.len() > SHOWN + 1 {
            let more = number((lines.len() - SHOWN) as u64);
            lines.truncate(SHOWN);
            lines.push(format!("and {more} more (--verbose shows them)"));
        }
        lines
    }
}

/// What all guards say, in the order of [`Guard::ALL`]; nothing where no guard was asked, because there is nothing to
/// do.
pub fn guards(findings: &[Finding], allowed: &[Guard]) -> Vec<GuardReport> {
    if findings.is_empty() {
        return Vec::new();
    }
    let report = |guard: Guard| {
        let finding = findings.iter().find(|finding| finding.guard() == guard);
        let state = match finding {
            None => GuardState::Off,
            Some(finding) if !finding.refuses() => GuardState::Fine,
            Some(_) if allowed.contains(&guard) => GuardState::Allowed,
            Some(_) => GuardState::Refused,
        };
        GuardReport {
            guard: guard.as_str().into(),
            state,
            judged: finding.map_or_else(Vec::new, judged),
        }
    };
    Guard::ALL.into_iter().map(report).collect()
}

fn judged(finding: &Finding) -> Vec<GuardedReport> {
    match finding {
        Finding::Deletions { limits, kinds } => {
            let each = kinds.iter().map(|(kind, loss)| {
                lost(
                    kind.as_str(),
                    noun(*kind),
                    ["deleted", "be deleted"],
                    *limits,
                    *loss,
                )
            });
            each.collect()
        }
        Finding::MembersLost { limits, loss } if loss.lost > 0 => {
            vec![lost("member", "group member", ["gone", "go"], *limits, *loss)]
        }
        Finding::MembersLost { .. } => Vec::new(),
        Finding::MinimumAdministrators { least, before, after } => {
            let message = if finding.refuses() {
                format!(
                    "{} would remain of {}; there must be {}",
                    administrators(*after, "effective "),
                    number(*before),
                    number(*least)
                )
            } else {
                let verb = if *after == 1 { "remains" } else { "remain" };
                format!("{} {verb}", administrators(*after, ""))
            };
            vec![GuardedReport {
                lost: Some(before.saturating_sub(*after)),
                of: Some(*before),
                remaining: Some(*after),
                minimum: Some(*least),
                ..of("administrator".to_owned(), finding.refuses(), message)
            }]
        }
        Finding::RequiredAdministrators { lost } => {
            let each = lost.iter().map(|user| {
                let message = format!(
                    "{user} would cease to be an effective administrator, and is required to stay one"
                );
                of(format!("user.{user}"), true, message)
            });
            each.collect()
        }
        Finding::OwnAccount { account, lost } => {
            let message = lost.as_ref().map(|lost| match lost {
                LostPower::Everything => {
                    format!("rolecall works as {account}, who would cease to be an administrator in effect")
                }
                LostPower::Permissions(permissions) => {
                    let permissions: Vec<String> = permissions.iter().map(ToString::to_string).collect();
                    format!(
                        "rolecall works as {account}, who would lose {}",
                        and(&permissions)
                    )
                }
            });
            let each = message.map(|message| of(format!("user.{account}"), true, message));
            each.into_iter().collect()
        }
        Finding::Protected { touched } => touched.iter().map(protected).collect(),
    }
}

fn of(what: String, refused: bool, message: String) -> GuardedReport {
    GuardedReport {
        what,
        refused,
        lost: None,
        of: None,
        remaining: None,
        minimum: None,
        limits: None,
        pattern: None,
        message,
    }
}

/// `[done, would]` are the two ways to say that it goes.
fn lost(what: &str, noun: &str, [done, would]: [&str; 2], limits: Limits, loss: Loss) -> GuardedReport {
    let plural = if loss.of == 1 { "" } else { "s" };
    let amount = format!("{} of {} {noun}{plural}", number(loss.lost), number(loss.of));
    let (by_share, by_number) = (
        limits.share_is_exceeded_by(loss),
        limits.number_is_exceeded_by(loss),
    );
    let refused = by_share || by_number;
    let message = if refused {
        let allowed = match (by_share, limits.number.filter(|_| by_number)) {
            (true, None) => format!("the limit is {} %", limits.share),
            (false, None) => String::new(),
            (false, Some(most)) => format!("the limit is {}", number(u64::from(most))),
            (true, Some(most)) => {
                format!(
                    "the limits are {} % and {}",
                    limits.share,
                    number(u64::from(most))
                )
            }
        };
        let share = percent(loss, by_share.then_some(limits.share));
        format!("{amount} would {would} ({share}); {allowed}")
    } else {
        format!("{amount} {done} ({})", percent(loss, None))
    };
    GuardedReport {
        lost: Some(loss.lost),
        of: Some(loss.of),
        limits: Some(LimitsReport {
            share: limits.share,
            from: limits.from,
            number: limits.number,
        }),
        ..of(what.to_owned(), refused, message)
    }
}

/// A share in whole percent, which never looks like a limit that it exceeds, nor like nothing.
fn percent(loss: Loss, exceeded: Option<u32>) -> String {
    let percent = loss.percent();
    match exceeded {
        Some(limit) if percent <= u64::from(limit) => format!("over {limit} %"),
        Some(_) | None if percent == 0 => "under 1 %".to_owned(),
        Some(_) | None => format!("{percent} %"),
    }
}

/// `no administrator`, `1 administrator`, `3 administrators`.
fn administrators(amount: u64, which: &str) -> String {
    match amount {
        0 => format!("no {which}administrator"),
        1 => format!("1 {which}administrator"),
        many => format!("{} {which}administrators", number(many)),
    }
}

fn protected(touched: &Touched) -> GuardedReport {
    let Touched {
        identity,
        pattern,
        touch,
    } = touched;
    let role = |role: &Option<RoleName>| {
        role.as_ref()
            .map_or_else(|| "none".to_owned(), ToString::to_string)
    };
    let happens = match touch {
        Touch::Deleted => format!("{identity} would be deleted"),
        Touch::Renamed { to } => format!("{identity} would become {to}"),
        Touch::Changed => format!("{identity} would be changed"),
        Touch::Added => format!("{identity} would be added"),
        Touch::Role { from, to } => {
            format!("{identity} would change from role {} to {}", role(from), role(to))
        }
        Touch::Default { from, to } => {
            let word = |default: &Option<crate::model::DefaultAccess>| {
                default.map_or("none", crate::model::DefaultAccess::as_str)
            };
            format!("{identity} would change from {} to {}", word(from), word(to))
        }
    };
    let whole = match identity.kind() {
        Kind::SharingRule => format!("the rules of `{pattern}` are protected"),
        Kind::Profile | Kind::Role | Kind::Group | Kind::SharingDefault | Kind::User => {
            format!("`{pattern}` is protected")
        }
    };
    GuardedReport {
        pattern: Some(pattern.clone()),
        ..of(address(identity), true, format!("{happens}; {whole}"))
    }
}

fn address(identity: &Identity) -> String {
    super::build::object(identity).address
}

/// The lines about guards in the terminal, which stand before the totals: one where all is fine, one more for each
/// refusal, and none at all where nothing is lost.
pub(super) fn section(guards: &[GuardReport], style: Style, lines: &mut Vec<String>) {
    const INDENT: &str = "        ";
    let mut told = Vec::new();
    for guard in guards {
        if matches!(guard.state, GuardState::Refused | GuardState::Allowed) {
            for refusal in guard.refusals(style.verbose) {
                told.push(format!(
                    "{}: {}: {}",
                    guard.state.as_str(),
                    guard.guard,
                    visible(&refusal)
                ));
            }
        }
    }
    let lost = guards.iter().flat_map(|guard| &guard.judged);
    let quiet = lost.clone().all(|judged| judged.lost.unwrap_or_default() == 0);
    let fine: Vec<&str> = lost
        .filter(|judged| !judged.refused)
        .map(|judged| judged.message.as_str())
        .collect();
    if !fine.is_empty() && !quiet {
        told.push(format!("fine: {}", visible(&fine.join(", "))));
    }
    let room = style.width - INDENT.len();
    let told = told.iter().flat_map(|line| {
        // A number and its sign stay together.
        let whole = line.replace(" %", "\u{a0}%");
        let words: Vec<String> = whole.split(' ').map(|word| word.replace('\u{a0}', " ")).collect();
        wrap(&words, room)
    });
    for (at, line) in told.enumerate() {
        lines.push(if at == 0 {
            format!("{}  {line}", style.bold("Guards"))
        } else {
            format!("{INDENT}{line}")
        });
    }
}
