//! The laws of reports: what is written can be read, and shows the same.

use proptest::prelude::*;
use rolecall::access::{Access, Comparison, Impact};
use rolecall::plan::{digests_at, rests_on, steps_digest};
use rolecall::policy::guard::{Settings, judge};
use rolecall::policy::interim;
use rolecall::report::{PlanReport, ReportContext, Style, guards, json, terminal};
use rolecall::text::{Diagnostics, Sources};

use super::manifests::plan;
use crate::world::{CHEAP, holds, wishes};

#[test]
fn a_report_comes_back_from_json() {
    holds(CHEAP, wishes, |system, wish| {
        let (overlay, plan, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let states = [overlay.before(&wish.live), &overlay.desired];
        let states = states.map(|state| (state, &state.installation));
        let (before, after) = Access::pair(system, states, &mut |_| {});
        let comparison = Comparison::new(&before, &after, &overlay.heirs.groups);
        let impact = Impact::new(&comparison, None);
        let (before_steps, installation) = (overlay.before(&wish.live), &wish.live.installation);
        let between = interim(
            system,
            installation,
            before_steps,
            &overlay.desired,
            &plan.steps,
            plan.preference,
        );
        let mut ignored = Diagnostics::default();
        let settings = Settings::resolve(None, None, system, [&wish.live, &overlay.desired], &mut ignored);
        let context = ReportContext {
            system,
            sources: &Sources::default(),
            deployment_name: "local",
            deployment_place: ".rolecall/local.db",
            revision: None,
            live: &wish.live,
            impact: Some(&impact),
            interim: Some(&between),
        };
        let mut report = PlanReport::new(&plan, &context);
        report.guards = guards(&judge(&settings, &plan, &before, &after), &[]);
        let back: PlanReport = serde_json::from_str(&json(&report)).expect("a report can be read");
        prop_assert_eq!(&back, &report);
        prop_assert_eq!(json(&back), json(&report));
        for verbose in [false, true] {
            let style = Style {
                verbose,
                ..Style::default()
            };
            prop_assert_eq!(terminal(&back, style), terminal(&report, style));
        }
        Ok(())
    });
}

/// A plan is known by its hash: the same again, and another as soon as a step is missing.
#[test]
fn a_plan_has_a_hash_of_its_own() {
    holds(CHEAP, wishes, |system, wish| {
        let (overlay, mut made, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let hash = steps_digest(&made).expect("steps can be written");
        let again = plan(system, &wish.live, &wish.intent).1;
        prop_assert_eq!(hash, steps_digest(&again).expect("steps can be written"));
        // What is there is hashed, what is not has no hash; the plan rests on nothing that it does not find.
        let rests_on = rests_on(&made, &overlay.renames);
        let addresses = rests_on.iter().map(rolecall::model::Identity::address);
        let digests = digests_at(&wish.live, addresses).expect("objects can be written");
        for step in &made.steps {
            let operation = &step.operation;
            let from = operation.identity().address();
            if operation.renames() {
                prop_assert!(digests[&from].is_some(), "{from}");
            } else if operation.creates() && overlay.renames.is_empty() {
                prop_assert!(digests[&from].is_none(), "{from}");
            }
        }
        if made.steps.pop().is_some() {
            prop_assert_ne!(hash, steps_digest(&made).expect("steps can be written"));
        }
        Ok(())
    });
}
