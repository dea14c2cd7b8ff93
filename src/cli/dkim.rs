//! `dkim new`: a key pair, and the DNS record to publish.

use super::{CommandContext, CommandExit, Failure};
use crate::{
    app::SigningKey,
    words::{Said, say},
};

/// Keys that sign the mail
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: DkimAction,
}

#[derive(Debug, clap::Subcommand)]
enum DkimAction {
    New(NewKeyArgs),
}

/// Make a key pair, and print the DNS record to publish
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The private key goes to .daily-note/dkim/, readable by you alone; nothing is written over. To change
keys, make one under another selector, publish its record, then name it in daily-note.yaml.

Examples:
  daily-note dkim new
  daily-note dkim new --selector 2027a --ed25519")]
struct NewKeyArgs {
    /// The key's name in DNS [default: dn and the month, as dn202611]
    #[arg(long, value_name = "NAME")]
    selector: Option<String>,
    /// The domain that signs [default: smtp.dkim.domain, or that of the From address]
    #[arg(long)]
    domain: Option<String>,
    /// Make an Ed25519 key too, for a second signature (RFC 8463)
    #[arg(long)]
    ed25519: bool,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let DkimAction::New(new) = &args.action;
    let app = context.app()?;
    let selector = match &new.selector {
        Some(selector) => selector.clone(),
        None => app.clock.now().format("dn%Y%m").to_string(),
    };
    let domain = new.domain.as_deref().unwrap_or(app.signing_domain());
    let keys = app.new_signing_keys(&selector, domain, new.ed25519)?;
    if context.output.is_json() {
        context.output.document(&document(domain, &keys));
    } else {
        context.output.say(report(domain, &keys));
    }
    Ok(CommandExit::Done)
}

fn document(domain: &str, keys: &[SigningKey]) -> serde_json::Value {
    let keys: Vec<_> = keys
        .iter()
        .map(|key| {
            serde_json::json!({
                "selector": key.selector,
                "file": key.file,
                "record": {"type": "TXT", "name": key.record.name, "value": key.record.value},
            })
        })
        .collect();
    serde_json::json!({"domain": domain, "keys": keys})
}

fn report(domain: &str, keys: &[SigningKey]) -> Said {
    let mut parts = vec![say!(
        "Publish in DNS. Where a form asks for the value: one line, without quotes and parentheses.

"
    )];
    let mut text = String::new();
    for key in keys {
        let value = key.record.zone_value().replace(
            "\" \"",
            "\"
    \"",
        );
        text.push_str(&format!(
            "{}. IN TXT (
    {value} )

",
            key.record.name
        ));
    }
    parts.extend([text.into(), say!("Then put into daily-note.yaml:")]);
    let mut text = format!(
        "

smtp:
  dkim:
    domain: {domain}
"
    );
    for (key, indent) in keys.iter().zip(["    ", "      "]) {
        if indent.len() > 4 {
            text.push_str(
                "    ed25519:
",
            );
        }
        text.push_str(&format!(
            "{indent}selector: {}
{indent}key_file: {}
",
            key.selector,
            key.file.display()
        ));
    }
    let last = say!(
        "
The next run signs. Wait until the record is seen: a signature that nobody can verify is none."
    );
    parts.extend([text.into(), last]);
    Said::row(parts, "")
}
