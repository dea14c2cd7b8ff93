//! `preview [ISSUE]`: the issues as their readers get them, in a browser, following the files.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Serialize;

use super::{CommandContext, CommandExit, Failure, signals};
use crate::words::{Said, say};

/// Show issues in a browser as readers get them; reloads on save
///
/// The page shows the mail on a desktop, on a phone and in the dark, its text part, its line in an
/// inbox and its source, as any reader of the list; beside it what `check` finds, its weight, its
/// links and images. Nothing is sent; nothing is written but the cache of pictures.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  daily-note preview
  daily-note preview 2026-11-26-twelve-by-twelve
  daily-note preview --listen 127.0.0.1:9000
  daily-note preview --json | jq -r .page")]
pub(crate) struct Args {
    /// The issue to open: by default the next that hasn't gone out
    issue: Option<String>,
    /// Where the page is; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value_t = DEFAULT)]
    listen: SocketAddr,
}

const DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8026);

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct PreviewJson<'a> {
    page: String,
    issue: Option<&'a str>,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let site = app.preview(args.issue.as_deref(), args.listen).await?;
    let place = PreviewJson {
        page: format!("http://{}/", site.page()),
        issue: site.issue(),
    };
    let output = &context.output;
    if !site.page().ip().is_loopback() {
        output.note(say!(
            "! {address} is open to other machines: whoever reaches it can read the issues and the list",
            address = site.page()
        ));
    }
    if output.is_json() {
        output.document(&place);
    }
    let issue = place.issue.map_or_else(|| say!("none yet"), Said::from);
    output.say(say!(
        "page   {page}\nissue  {issue}\nCtrl-C stops it.",
        page = place.page,
        issue
    ));
    signals::asked_to_stop().await?;
    site.stop();
    Ok(CommandExit::Done)
}
