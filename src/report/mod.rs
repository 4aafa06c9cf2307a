//! stub
#![allow(missing_docs)]
use crate::{model::Snapshot, plan::Plan, system::System, text::Sources};
pub struct PlanReport(String);
pub struct ReportContext<'a> {
    pub system: &'a System,
    pub sources: &'a Sources,
    pub deployment_name: &'a str,
    pub deployment_place: &'a str,
    pub revision: Option<&'a str>,
    pub live: &'a Snapshot,
}
#[derive(Clone, Copy)]
pub struct Style {
    pub color: bool,
    pub width: usize,
    pub verbose: bool,
}
impl PlanReport {
    pub fn new(plan: &Plan, _c: &ReportContext<'_>) -> Self {
        let mut s = String::new();
        for step in &plan.steps {
            s += &format!(
                "{:?} {} {:?}\n",
                step.reason,
                step.operation.identity(),
                step.place.map(|p| _c.sources.line_ref(p))
            );
        }
        s += &format!(
            "{} steps, {} unmanaged, {} unchanged\n",
            plan.steps.len(),
            plan.unmanaged.len(),
            plan.unchanged
        );
        Self(s)
    }
}
pub fn terminal(r: &PlanReport, _s: Style) -> String {
    r.0.clone()
}
pub fn json(r: &PlanReport) -> String {
    r.0.clone()
}
