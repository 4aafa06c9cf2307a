//! Defaults and rules for modules that have them, and that make a difference.

use std::collections::BTreeSet;

use super::Context;
use crate::model::{ModuleName, RuleKey};
use crate::text::{Code, Diagnostics, Span, closest};

/// Defaults and rules stand where the product takes them; rules without effect are pointed out.
pub(super) fn allowed(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let definition = context.system.definition();
    let Some(kind) = &definition.sharing else { return };
    let modules: BTreeSet<ModuleName> = context.system.modules_of(context.installation).collect();
    let sharing = &context.intent.sharing;
    for (module, wanted) in &sharing.defaults {
        shareable(context, &modules, module, wanted.span, diagnostics);
    }
    for (module, place) in &sharing.no_rules {
        shareable(context, &modules, module, *place, diagnostics);
        if sharing.rules.keys().any(|key| key.module == *module) {
            let message = format!("module `{module}` has rules and is listed under no_rules");
            diagnostics.push(context.error(Code::DefinedTwice, message, *place));
        }
    }
    let Some(rules) = &kind.rules else { return };
    let in_force = &definition.access.rules.only_under_defaults;
    let wanted = sharing.rules.iter();
    for (key, wanted) in wanted.filter(|(_, wanted)| !wanted.is_over(context.today)) {
        shareable(context, &modules, &key.module, wanted.span, diagnostics);
        if !rules.from.contains(&key.from.kind()) || !rules.to.contains(&key.to.kind()) {
            let message = format!("the product has no rules from {} to {}", key.from, key.to);
            diagnostics.push(context.error(Code::NotSupported, message, wanted.span));
        }
        if !rules.access.contains_key(&wanted.value) {
            let message = format!("the product has no rules with access `{}`", wanted.value.as_str());
            diagnostics.push(context.error(Code::NotSupported, message, wanted.span));
        }
        let default = context.desired.sharing.defaults.get(&key.module);
        if let Some(default) = default.filter(|default| !in_force.is_empty() && !in_force.contains(default)) {
            diagnostics.push(no_effect(key, default.as_str(), wanted.span));
        }
    }
}

fn no_effect(key: &RuleKey, default: &str, place: Span) -> crate::text::Diagnostic {
    let message = format!(
        "the rule has no effect: the default of `{}` is `{default}`",
        key.module
    );
    crate::text::Diagnostic::warning(Code::NoEffect, message).at(place)
}

fn shareable(
    context: &Context<'_>,
    modules: &BTreeSet<ModuleName>,
    module: &ModuleName,
    place: Span,
    diagnostics: &mut Diagnostics,
) {
    if !modules.contains(module) {
        let unknown = context.error(Code::UnknownModule, format!("unknown module `{module}`"), place);
        diagnostics.push(
            match closest(module.as_str(), modules.iter().map(ModuleName::as_str)) {
                Some(close) => unknown.hint(format!("did you mean `{close}`?")),
                None => unknown.hint(context.where_modules_come_from()),
            },
        );
        return;
    }
    let Some(known) = context.system.module(module) else {
        return;
    };
    if let Some(followed) = &known.follows {
        let message = format!("`{module}` follows `{followed}`: what holds there holds here");
        let hint = format!("say it of `{followed}`");
        diagnostics.push(context.error(Code::NotShareable, message, place).hint(hint));
    } else if !known.shareable {
        let message = format!("records of `{module}` are not shared by defaults and rules");
        diagnostics.push(context.error(Code::NotShareable, message, place));
    }
}
