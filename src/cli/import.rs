//! stub
use super::ui::Ui;
use super::{Exit, Failure};
/// stub
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {}
pub(super) fn run(_: &mut Ui, _: &ImportArgs) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
