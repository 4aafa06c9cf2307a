//! What access tests and policy found, as people and programs read it.

use serde::Serialize;

use super::layout::visible;
use super::{carriers, refusal, way};
use crate::access::Owner;
use crate::model::Date;
use crate::policy::{Breach, FarReach, Holding, Outcome, Refused, Verdict, WayTo};
use crate::text::{Sources, Span};

/// The version of the JSON face. Minor versions add, major versions break.
pub const JUDGED_FORMAT_VERSION: &str = "1.0";

/// How many ways one user's answer shows.
const WAYS: usize = 3;

/// Everything that was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JudgedReport {
    /// The version of this format.
    pub format_version: &'static str,
    /// The name of the system.
    pub system: String,
    /// Which state was judged, for people: `manifests over local`.
    pub state: String,
    /// The access tests, in the order of the files.
    pub tests: Vec<TestReport>,
    /// The rules of the policy, in the order of the file.
    pub policy: Vec<PolicyRuleReport>,
    /// Counts.
    pub totals: JudgedTotals,
}

/// One access test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// What it is called, or what it asks.
    pub name: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Whether it passed.
    pub passed: bool,
    /// Users who may and must not.
    pub allowed: Vec<AllowedReport>,
    /// How many more of them there are.
    pub more_allowed: u64,
    /// Users who must be able to and are not.
    pub refused: Vec<RefusedReport>,
    /// How many more of them there are.
    pub more_refused: u64,
}

/// Someone who may and must not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AllowedReport {
    /// Who.
    pub user: String,
    /// What.
    pub ability: String,
    /// About whom, where it is about one.
    pub owner: Option<Owner>,
    /// The ways by which, in words.
    pub ways: Vec<String>,
    /// Who carries the right that they rest on, in words.
    pub permitted_by: Vec<String>,
}

/// Someone who must be able to and is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedReport {
    /// Who.
    pub user: String,
    /// What.
    pub ability: String,
    /// About whom, where it is about one.
    pub owner: Option<Owner>,
    /// The first thing that stops the user, in words.
    pub reason: String,
}

/// One rule of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyRuleReport {
    /// The kind of rule, by its key in the file.
    pub rule: &'static str,
    /// What it is called, or what it says.
    pub name: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Whether it holds.
    pub passed: bool,
    /// What breaks it.
    pub breaches: Vec<BreachReport>,
    /// How many more users break it.
    pub more: u64,
}

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BreachReport {
    /// In one line.
    pub message: String,
    /// Who; the first, where it is about several.
    pub user: Option<String>,
    /// The role, where it is about all of a role.
    pub role: Option<String>,
    /// How many users it is about.
    pub users: u64,
    /// The ways by which, in words.
    pub ways: Vec<String>,
}

/// Counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JudgedTotals {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Rules that hold.
    pub kept: usize,
    /// Rules that are broken.
    pub broken: usize,
}

impl JudgedReport {
    /// The report on what was judged. `state` says in words which state that was.
    pub fn new(
        system: &str,
        state: &str,
        outcomes: &[Outcome],
        verdicts: &[Verdict],
        sources: &Sources,
    ) -> Self {
        let tests: Vec<TestReport> = outcomes.iter().map(|outcome| test(outcome, sources)).collect();
        let policy: Vec<PolicyRuleReport> = verdicts.iter().map(|verdict| rule(verdict, sources)).collect();
        let passed = tests.iter().filter(|test| test.passed).count();
        let kept = policy.iter().filter(|rule| rule.passed).count();
        Self {
            format_version: JUDGED_FORMAT_VERSION,
            system: system.to_owned(),
            state: state.to_owned(),
            totals: JudgedTotals {
                passed,
                failed: tests.len() - passed,
                kept,
                broken: policy.len() - kept,
            },
            tests,
            policy,
        }
    }

    /// Whether every test passed and every rule holds.
    pub fn passed(&self) -> bool {
        self.totals.failed == 0 && self.totals.broken == 0
    }
}

/// The report as JSON.
pub fn judged_json(report: &JudgedReport) -> String {
    // Nothing in a report can fail to be JSON.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

/// The report for people: what failed, with its ways, and a summary.
pub fn judged_terminal(report: &JudgedReport) -> String {
    let mut text = String::new();
    for test in report.tests.iter().filter(|test| !test.passed) {
        text.push_str(&headed(
            "failed",
            &test.file,
            test.line,
            &test.name,
            &test.lines(),
        ));
    }
    for rule in report.policy.iter().filter(|rule| !rule.passed) {
        text.push_str(&headed(
            "broken",
            &rule.file,
            rule.line,
            &rule.name,
            &rule.lines(),
        ));
    }
    let JudgedTotals {
        passed,
        failed,
        kept,
        broken,
    } = report.totals;
    let tests = (!report.tests.is_empty()).then(|| format!("{passed} passed, {failed} failed"));
    let policy = match (kept, broken) {
        (0, 0) => None,
        (1, 0) => Some("policy: 1 rule holds".to_owned()),
        (kept, 0) => Some(format!("policy: {kept} rules hold")),
        (kept, broken) => Some(format!("policy: {broken} of {} broken", rules(kept + broken))),
    };
    let parts: Vec<String> = [tests, policy].into_iter().flatten().collect();
    if parts.is_empty() {
        text.push_str("nothing to judge: the policy has no rules");
    }
    text.push_str(&parts.join("; "));
    text.push('\n');
    text
}

/// What breaks a policy, for people, to be said after a plan. Empty when nothing does.
pub fn policy_broken(verdicts: &[Verdict], sources: &Sources) -> String {
    let broken = verdicts.iter().filter(|verdict| verdict.breach.is_some());
    let broken = broken.map(|verdict| {
        let rule = rule(verdict, sources);
        headed("error: policy", &rule.file, rule.line, &rule.name, &rule.lines())
    });
    broken.collect()
}

fn rules(count: usize) -> String {
    format!("{count} {}", if count == 1 { "rule" } else { "rules" })
}

fn headed(word: &str, file: &str, line: u32, name: &str, lines: &[String]) -> String {
    let mut text = format!("{word} {}:{line}: {}\n", visible(file), visible(name));
    for line in lines {
        text.push_str("  ");
        text.push_str(&visible(line));
        text.push('\n');
    }
    text
}

impl TestReport {
    /// Why it failed, line by line; lines that belong to the one above are indented.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for allowed in &self.allowed {
            let about = about(allowed.owner.as_ref());
            lines.push(format!(
                "{} may, and must not: {}{about}",
                allowed.user, allowed.ability
            ));
            lines.extend(allowed.ways.iter().take(WAYS).map(|way| format!("  {way}")));
            if let more @ 1.. = allowed.ways.len().saturating_sub(WAYS) {
                lines.push(format!(
                    "  and by {more} more {}",
                    if more == 1 { "way" } else { "ways" }
                ));
            }
            lines.extend(permitted(&allowed.permitted_by).map(|words| format!("  {words}")));
        }
        lines.extend(more(self.more_allowed, "may, and must not"));
        for refused in &self.refused {
            let about = about(refused.owner.as_ref());
            lines.push(format!(
                "{} may not, and must: {}{about}",
                refused.user, refused.ability
            ));
            lines.push(format!("  {}", refused.reason));
        }
        lines.extend(more(self.more_refused, "may not, and must"));
        lines
    }
}

impl PolicyRuleReport {
    /// What breaks it, line by line; lines that belong to the one above are indented.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for breach in &self.breaches {
            lines.push(breach.message.clone());
            lines.extend(breach.ways.iter().map(|way| format!("  {way}")));
        }
        lines.extend(more(self.more, "too"));
        lines
    }
}

fn more(count: u64, words: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 more user {words}")),
        many => Some(format!("{many} more users {words}")),
    }
}

fn about(owner: Option<&Owner>) -> String {
    owner.map_or_else(String::new, |owner| format!(" of {owner}"))
}

fn place(span: Span, sources: &Sources) -> (String, u32) {
    (sources.path(span.source).to_owned(), sources.position(span).line)
}

/// The line on who carries the right, where someone does.
fn permitted(carriers: &[String]) -> Option<String> {
    (!carriers.is_empty()).then(|| format!("permitted by {}", carriers.join("; ")))
}

fn test(outcome: &Outcome, sources: &Sources) -> TestReport {
    let (file, line) = place(outcome.span, sources);
    let ability = &outcome.ability;
    let allowed = outcome.allowed.iter().map(|allowed| AllowedReport {
        user: allowed.user.to_string(),
        ability: ability.to_string(),
        owner: allowed.owner.clone(),
        ways: allowed
            .grants
            .iter()
            .map(|grant| way(&allowed.user, grant))
            .collect(),
        permitted_by: carriers(&allowed.rights),
    });
    let refused = outcome.refused.iter().map(
        |Refused {
             user,
             owner,
             refusal: why,
         }| RefusedReport {
            user: user.to_string(),
            ability: ability.to_string(),
            owner: owner.clone(),
            reason: refusal(user, ability, owner.as_ref(), why),
        },
    );
    TestReport {
        name: outcome.title.clone(),
        file,
        line,
        passed: outcome.passed(),
        allowed: allowed.collect(),
        more_allowed: outcome.more_allowed,
        refused: refused.collect(),
        more_refused: outcome.more_refused,
    }
}

fn rule(verdict: &Verdict, sources: &Sources) -> PolicyRuleReport {
    let (file, line) = place(verdict.span, sources);
    let (breaches, more) = match &verdict.breach {
        None => (Vec::new(), 0),
        Some(Breach::Duties { holders, more }) => (holders.iter().map(holding).collect(), *more),
        Some(Breach::Reach(far)) => (far.iter().map(far_reach).collect(), 0),
        Some(Breach::Administrators { least, found }) => {
            let names: Vec<String> = found.iter().map(ToString::to_string).collect();
            let who = match &names[..] {
                [] => "nobody is an effective administrator".to_owned(),
                [one] => format!("only {one} is an effective administrator"),
                several => format!("only {} are effective administrators", several.join(" and ")),
            };
            let message = format!("{who} and can log in; {least} must be");
            let breach = BreachReport {
                message,
                user: None,
                role: None,
                users: names.len() as u64,
                ways: Vec::new(),
            };
            (vec![breach], 0)
        }
    };
    PolicyRuleReport {
        rule: verdict.kind.as_str(),
        name: verdict.title.clone(),
        file,
        line,
        passed: verdict.breach.is_none(),
        breaches,
        more,
    }
}

fn holding(holding: &Holding) -> BreachReport {
    let Holding { user, ways, expired } = holding;
    let abilities: Vec<String> = ways.iter().map(|way| way.ability.to_string()).collect();
    let ways = ways.iter().flat_map(|to| {
        let WayTo {
            ability,
            grant,
            rights,
        } = to;
        [
            Some(format!("{ability}: {}", way(user, grant))),
            permitted(&carriers(rights)).map(|words| format!("{ability}: {words}")),
        ]
    });
    BreachReport {
        message: format!("{user} can {}{}", abilities.join(" and "), ended(*expired)),
        user: Some(user.to_string()),
        role: None,
        users: 1,
        ways: ways.flatten().collect(),
    }
}

fn far_reach(far: &FarReach) -> BreachReport {
    let FarReach {
        module,
        role,
        users,
        user,
        way: by,
        owner,
        expired,
    } = far;
    let whose = role
        .as_ref()
        .map_or_else(|| "without a role".to_owned(), |role| format!("of role {role}"));
    let (count, reach) = match users {
        1 => (format!("1 user {whose}"), "reaches"),
        many => (format!("{many} users {whose}"), "reach"),
    };
    let owner = owner
        .as_ref()
        .map_or_else(String::new, |owner| format!("{owner}'s, for one: "));
    let ways = by.iter().flat_map(|WayTo { grant, rights, .. }| {
        [
            Some(format!("{owner}{}", way(user, grant))),
            permitted(&carriers(rights)),
        ]
    });
    BreachReport {
        message: format!(
            "{count} {reach} the records of all in {module}{}",
            ended(*expired)
        ),
        user: Some(user.to_string()),
        role: role.as_ref().map(ToString::to_string),
        users: *users,
        ways: ways.flatten().collect(),
    }
}

fn ended(expired: Option<Date>) -> String {
    expired.map_or_else(String::new, |day| format!("; the exception ended on {day}"))
}
