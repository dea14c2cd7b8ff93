//! `inbox`: the embedded SMTP server and its page, until somebody stops it; `inbox clear`.

mod clear;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use serde::Serialize;

use super::{
    CommandContext, CommandExit, Failure, event::EventPrinter, readers_pages, signals,
    trouble::Trouble,
};
use crate::{
    app::Notifier,
    delivery::StopSignal,
    live::LivePublication,
    operations::{InboxSite, readers::ReaderMail},
    publication::SmtpTarget,
    words::say,
};

/// Take mail on a local port and show it on a page, for trying things out
///
/// Whatever is sent to the SMTP port is kept as .eml files in .daily-note/inbox, beside the mail
/// that `send` leaves there while smtp.url is `inbox`. Nothing is passed on to anybody.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  daily-note inbox
  daily-note inbox --listen 127.0.0.1:9000
  daily-note inbox clear
  daily-note inbox --json | jq -r .page")]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<InboxAction>,
    /// Where the page is; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value_t = local(8025))]
    listen: SocketAddr,
    /// Where mail is taken; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value_t = local(1025))]
    smtp: SocketAddr,
}

#[derive(Debug, clap::Subcommand)]
enum InboxAction {
    Clear(clear::Args),
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct InboxJson {
    page: String,
    smtp: String,
    folder: PathBuf,
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    if let Some(InboxAction::Clear(clear::Args {})) = args.command {
        return clear::execute(context).await;
    }
    let app = context.app()?;
    let folder = app.inbox_folder();
    let stop = StopSignal::default();
    let live = LivePublication::start(Arc::clone(&app.publication)).await;
    let tried_out = match app.publication.smtp.target {
        // What is tried out here is answered here: the links in this inbox's mail lead somewhere.
        SmtpTarget::Inbox => {
            let printer = EventPrinter {
                output: context.output.clone(),
                zone: app.publication.timezone,
                is_short: false,
            };
            let notifier = Notifier::open(&live, context.clock).await?;
            let mail = ReaderMail::start(&live, &notifier, context.clock, &stop);
            let (quiet, carrier) = (stop.clone(), Arc::clone(&notifier));
            let telling = tokio::spawn(async move { carrier.run(&quiet).await });
            let pages =
                readers_pages::start(&live, &mail, Arc::new(printer), None, &stop, context).await?;
            Some((mail, pages, telling))
        }
        SmtpTarget::Relay(_) => None,
    };
    let site = InboxSite::start(app, args.smtp, args.listen)
        .await
        .map_err(|error| {
            let hint =
                say!("name another address with --listen or --smtp; port 0 takes any free one");
            Failure::new(
                CommandExit::Configuration,
                Trouble::of_error(&error).with_hint(hint),
            )
        })?;
    let places = InboxJson {
        page: format!("http://{}", site.page()),
        smtp: format!("smtp://{}?tls=none", site.smtp()),
        folder,
    };
    let output = &context.output;
    for addr in [site.page(), site.smtp()] {
        if !addr.ip().is_loopback() {
            output.note(say!(
                "! {addr} is open to other machines: whoever reaches it can use this inbox",
                addr
            ));
        }
    }
    if output.is_json() {
        output.document(&places);
    }
    output.say(say!(
        "page  {page}\nsmtp  {smtp}\nmail  {folder}\nCtrl-C stops it.",
        page = places.page,
        smtp = places.smtp,
        folder = places.folder.display()
    ));
    tokio::select! {
        stopped = signals::asked_to_stop() => stopped?,
        never = live.follow() => match never {},
    }
    stop.request();
    site.stop().await;
    if let Some((mail, pages, telling)) = tried_out {
        if let Some(pages) = pages {
            pages.ended().await;
        }
        mail.ended().await;
        let _ = telling.await;
    }
    Ok(CommandExit::Done)
}
