//! stub
use super::ui::Ui;
use super::{Exit, Failure};
/// stub
#[derive(Debug, clap::Args)]
pub(super) struct InitArgs {}
pub(super) fn run(_: &mut Ui, _: &InitArgs) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
