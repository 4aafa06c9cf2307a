//! `--only` and `--exclude`: which changes are meant.

use std::collections::BTreeSet;

use clap::Args;

use crate::check::{Context, check};
use crate::model::{Installation, Intent, Snapshot};
use crate::plan::{Overlay, Part, Pattern, Selection, select};
use crate::system::System;
use crate::text::{Diagnostics, Severity};

/// Which changes are meant. See docs/selection.md.
#[derive(Debug, Args)]
pub(super) struct SelectionArgs {
    /// Only changes whose address fits, such as 'group.Team A' or 'role.*', and what they need; repeatable
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// All changes but those whose address fits; repeatable
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
}

impl SelectionArgs {
    /// The selection that is asked for.
    pub(super) fn selection(&self) -> Selection {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::from(text.as_str())).collect();
        Selection {
            only: patterns(&self.only),
            exclude: patterns(&self.exclude),
        }
    }
}

/// What a part of the manifests is judged with.
pub(super) struct Judge<'a> {
    pub(super) system: &'a System,
    pub(super) live: &'a Snapshot,
    pub(super) intent: &'a Intent,
    pub(super) installation: &'a Installation,
}

impl Judge<'_> {
    /// Takes the selected part of an overlay and judges the state that it leads to. `diagnostics` are those of the
    /// overlay.
    pub(super) fn part(
        &self,
        full: Overlay,
        selection: &Selection,
        diagnostics: &mut Diagnostics,
    ) -> Overlay {
        let part = select(self.system, self.live, &full, self.intent, selection, diagnostics);
        let Some(Part { overlay, intent }) = part else {
            return full;
        };
        let found = self.judge(&overlay, &intent);
        if !found.has_errors() {
            diagnostics.extend(found);
            return overlay;
        }
        // Each change may be right and the part of them wrong: two roles that trade places.
        let of_whole = self.judge(&full, self.intent);
        let of_whole: BTreeSet<_> = of_whole
            .iter()
            .map(|found| (found.code, found.span, &found.message))
            .collect();
        for found in found {
            let known = of_whole.contains(&(found.code, found.span, &found.message));
            diagnostics.push(if found.severity == Severity::Error && !known {
                found.hint("the manifests as a whole have no such mistake: select more of them")
            } else {
                found
            });
        }
        overlay
    }

    fn judge(&self, overlay: &Overlay, intent: &Intent) -> Diagnostics {
        let mut found = Diagnostics::default();
        let context = Context::new(self.system, intent, overlay, Some(self.live), self.installation);
        check(&context, &mut found);
        found
    }
}
