//! Running a law.

use std::fmt::Debug;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};
use rolecall::manifest::{Reading, shipped};
use rolecall::system::{SHIPPED, System};

/// Cases per system for a law that needs no deployment.
pub(crate) const CHEAP: u32 = 64;

/// Cases per system for a law that makes a deployment for each: most of its time goes into that.
pub(crate) const COSTLY: u32 = 32;

/// Every shipped system, the example of an own one, and one that has every kind and constraint at once.
pub(crate) fn all_systems() -> Vec<System> {
    let mut definitions: Vec<_> = SHIPPED
        .iter()
        .map(|(name, _)| shipped(name).expect("a shipped definition decodes"))
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in [
        "examples/custom/helpdesk.system.yaml",
        "src/deployment/embedded/tests/rich.yaml",
    ] {
        let mut reading = Reading::default();
        let definition = reading.definition(&root.join(path));
        definitions.push(definition.unwrap_or_else(|| panic!("{path}: {:?}", reading.diagnostics)));
    }
    definitions.into_iter().map(System::new).collect()
}

/// The system of this name.
pub(crate) fn system(name: &str) -> System {
    let systems = all_systems();
    let found = systems
        .into_iter()
        .find(|system| system.definition().name.as_str() == name);
    found.unwrap_or_else(|| panic!("there is no system {name}"))
}

/// Runs a law over generated cases of every system; PROPTEST_CASES=NUMBER says how many instead of `cases`.
///
/// The cases are the same ones every time, so that a build fails for what it changed; PROPTEST_RNG_SEED=NUMBER
/// draws others. A failure prints the smallest case found.
pub(crate) fn holds<S>(
    cases: u32,
    strategy: impl Fn(&System) -> S,
    law: impl Fn(&System, &S::Value) -> TestCaseResult,
) where
    S: Strategy,
    S::Value: Debug,
{
    holds_for(&all_systems(), cases, strategy, law);
}

/// Runs a law as [`holds`] does, for these systems.
pub(crate) fn holds_for<S>(
    systems: &[System],
    cases: u32,
    strategy: impl Fn(&System) -> S,
    law: impl Fn(&System, &S::Value) -> TestCaseResult,
) where
    S: Strategy,
    S::Value: Debug,
{
    let default = Config::default();
    let said = std::env::var_os("PROPTEST_CASES").is_some();
    let config = Config {
        cases: if said { default.cases } else { cases },
        rng_seed: match default.rng_seed {
            RngSeed::Random => RngSeed::Fixed(0),
            fixed @ RngSeed::Fixed(_) => fixed,
        },
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..default
    };
    for system in systems {
        let mut runner = TestRunner::new(config.clone());
        if let Err(error) = runner.run(&strategy(system), |case| law(system, &case)) {
            panic!("{}: {error}", system.definition().name);
        }
    }
}
