//! Guards, for the commands that they can stop.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::ui::Ui;
use super::workspace::{Planned, Workspace};
use crate::access::Impact;
use crate::manifest::{DeploymentEntry, PolicyFile};
use crate::model::UserName;
use crate::policy::guard::{Finding, Guard, Settings};
use crate::report::{GuardReport, GuardState, guards};

/// Which guards may be overruled.
#[derive(Debug, Args)]
pub(super) struct GuardArgs {
    /// Let a plan pass that this guard refuses; can be given several times
    #[arg(long = "allow", value_enum, value_name = "GUARD")]
    allow: Vec<Guard>,
}

impl ValueEnum for Guard {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Deletions => "More objects of a kind are deleted than the policy lets go",
            Self::MembersLost => "More members leave groups than the policy lets go",
            Self::MinimumAdministrators => "Fewer effective administrators remain than there must be",
            Self::RequiredAdministrators => "Someone who must stay an effective administrator would not",
            Self::OwnAccount => "The account that rolecall uses loses what it needs to go on",
            Self::Protected => "Something that the policy protects is deleted, renamed or changed",
        };
        Some(PossibleValue::new(self.as_str()).help(help))
    }
}

/// What the guards say of one plan.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// What they say, for reports.
    pub(super) reports: Vec<GuardReport>,
    /// Those that refuse the plan.
    pub(super) refused: Vec<Guard>,
    /// Those that would refuse it, were they not allowed to be overruled: what was done on purpose, for the record.
    pub(super) allowed: Vec<Guard>,
}

/// What the guards go by, for a plan. Names that guard nothing are warned of.
pub(super) fn guard_settings(
    workspace: &mut Workspace,
    policy: Option<&PolicyFile>,
    entry: &DeploymentEntry,
    planned: &Planned,
) -> Settings {
    let document = policy.and_then(|policy| policy.document.guards.as_ref());
    Settings::resolve(
        document,
        entry.account.as_ref(),
        &workspace.project.system,
        [&planned.live, planned.desired()],
        &mut workspace.reading.diagnostics,
    )
}

impl GuardArgs {
    /// What a plan means for people, and what the guards say of it: both need the access before and after, which is
    /// dear. `author` is the user who proposes the plan.
    pub(super) fn weigh(
        &self,
        ui: &mut Ui,
        workspace: &Workspace,
        planned: &Planned,
        settings: &Settings,
        author: Option<&UserName>,
    ) -> (Option<Impact>, Judged) {
        let weighed = workspace.weigh(ui, planned, settings, author);
        let Some((impact, findings)) = weighed else {
            return (None, Judged::default());
        };
        (Some(impact), self.judged(&findings))
    }

    /// What the guards say of a plan.
    pub(super) fn judge(
        &self,
        ui: &mut Ui,
        workspace: &Workspace,
        planned: &Planned,
        settings: &Settings,
    ) -> Judged {
        self.judged(&workspace.guarded(ui, planned, settings))
    }

    fn judged(&self, findings: &[Finding]) -> Judged {
        let refusing = findings.iter().filter(|finding| finding.refuses());
        let (allowed, refused) = refusing
            .map(Finding::guard)
            .partition(|guard| self.allow.contains(guard));
        Judged {
            reports: guards(findings, &self.allow),
            refused,
            allowed,
        }
    }
}

impl Judged {
    /// Says which guards refuse the plan, why, and what the way out is. Whether any does.
    pub(super) fn is_refused(&self, ui: &mut Ui, verbose: bool) -> bool {
        for report in self
            .reports
            .iter()
            .filter(|report| report.state == GuardState::Refused)
        {
            for refusal in report.refusals(verbose) {
                ui.refusal(&format!("guard {}: {refusal}", report.guard));
            }
            ui.say(&format!("hint: if that is meant, pass --allow {}", report.guard));
        }
        !self.refused.is_empty()
    }
}
