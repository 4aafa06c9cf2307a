//! Writes a synthetic project of any size, for benchmarks and for trying things out at scale.
//!
//! ```text
//! cargo run --release --example generate -- --system berlicrm --objects 10000 --seed 1 --out DIR
//! ```
//!
//! The project has two embedded deployments: `same` is as the manifests say, in `drift` one object in a hundred is
//! changed, missing or too many. The same arguments write the same project.

mod counts;
mod drift;
mod random;
mod shape;
mod write;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Parser;
use rolecall::deployment::embedded::Store;
use rolecall::manifest::{Reading, shipped};
use rolecall::system::System;

use crate::counts::{Asked, Counts};
use crate::shape::Shape;

/// Write a synthetic project
#[derive(Debug, Parser)]
struct Arguments {
    /// A shipped system or the path of a definition file
    #[arg(long)]
    system: String,
    /// How many objects, in realistic proportions
    #[arg(long, default_value_t = 10_000)]
    objects: usize,
    /// The same seed gives the same project
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder, which must not exist or be empty
    #[arg(long)]
    out: PathBuf,
    /// So many users instead of their share
    #[arg(long)]
    users: Option<usize>,
    /// So many roles instead of their share
    #[arg(long)]
    roles: Option<usize>,
    /// So many profiles instead of their share
    #[arg(long)]
    profiles: Option<usize>,
    /// So many groups instead of their share
    #[arg(long)]
    groups: Option<usize>,
    /// So many sharing rules instead of their share
    #[arg(long)]
    rules: Option<usize>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let out = &arguments.out;
    if out.is_dir() && out.read_dir()?.next().is_some() {
        bail!("{} is not empty", out.display());
    }
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let (system, written) = system(&arguments.system, out)?;
    let asked = Asked {
        users: arguments.users,
        roles: arguments.roles,
        profiles: arguments.profiles,
        groups: arguments.groups,
        rules: arguments.rules,
    };
    let counts = Counts::of(system.definition(), arguments.objects, asked);
    let mut shape = Shape::new(&system, counts, arguments.seed);
    let (drifted, retired) = drift::drift(&mut shape);

    let file = |name: &str| out.join(".rolecall").join(format!("{name}.db"));
    Store::create(&file("same"), &system, &shape.snapshot)?;
    Store::create(&file("drift"), &system, &drifted)?;
    write::project(out, &written, &shape, &retired)?;
    Ok(())
}

/// The system, and how the project file names it. A definition file is copied into the project.
fn system(name: &str, out: &Path) -> anyhow::Result<(System, String)> {
    if let Some(definition) = shipped(name) {
        return Ok((System::new(definition), name.to_owned()));
    }
    let path = Path::new(name);
    let mut reading = Reading::default();
    let definition = reading.definition(path);
    let definition =
        definition.with_context(|| format!("{name} is neither a shipped system nor a definition"))?;
    let file = path
        .file_name()
        .with_context(|| format!("{name} has no file name"))?;
    std::fs::copy(path, out.join(file))?;
    Ok((System::new(definition), format!("./{}", file.display())))
}
