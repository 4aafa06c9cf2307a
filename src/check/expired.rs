//! Lines that have outlived what they grant.

use super::Context;
use crate::text::{Code, Diagnostic, Diagnostics};

/// What is over and gone is pointed out, so that its line can go. What the deployment still has, the plan takes away,
/// and says so itself; offline nobody knows.
pub(super) fn lingering(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let over = context.intent.expiries();
    for expiry in over.filter(|expiry| expiry.expires.is_over(context.today)) {
        if context.before.is_some_and(|before| expiry.grant.is_in(before)) {
            continue;
        }
        let message = format!("{} expired on {}", expiry.grant, expiry.expires);
        let lingering = Diagnostic::warning(Code::Expired, message).at(expiry.place);
        diagnostics.push(lingering.hint("take the line out"));
    }
}
