//! `status ISSUE --list STATE`: who of an issue's readers stands where, one a line. Read from the ledger
//! in pages and written as they come: a million readers cost no more memory than a few.

use std::io::{self, BufWriter, ErrorKind, Write};

use serde_json::json;

use super::super::{
    CommandContext, CommandExit, Failure, Output,
    batch::{delivery_words, email_words, pruned_line},
};
use crate::{
    app::App,
    audience::export::guarded,
    operations::{self, Batch, DeliveryPages, DeliveryRow, DeliveryState},
    words::{Said, say},
};

/// What `--list` takes: a state's word.
pub(super) fn state(text: &str) -> Result<DeliveryState, String> {
    let found = DeliveryState::ALL
        .into_iter()
        .find(|state| state.word() == text);
    found.ok_or_else(|| {
        let words = DeliveryState::ALL.map(DeliveryState::word);
        say!("the states are {words}", words = words.join(", ")).to_string()
    })
}

/// Who reads along.
enum ListForm {
    Lines,
    Csv,
    Json,
}

/// Writes the rows of a batch that stand in that state; answers 6 where there are none.
pub(super) async fn execute(
    app: &App,
    batch: &Batch,
    state: DeliveryState,
    as_csv: bool,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let output = &context.output;
    let form = match (output.is_json(), as_csv) {
        (true, _) => ListForm::Json,
        (false, true) => ListForm::Csv,
        (false, false) => ListForm::Lines,
    };
    let mut out = BufWriter::new(io::stdout());
    let head = match form {
        ListForm::Json => opened(&json!(operations::report_of(app, &batch.issue).await?)),
        ListForm::Csv => "email,state,at,attempts,reply\r\n".to_owned(),
        ListForm::Lines => String::new(),
    };
    let mut listed = 0;
    let mut written = write(&mut out, &head)?;
    let mut pages = DeliveryPages::open(app, batch.clone(), state).await?;
    while written {
        let page = pages.next().await?;
        if page.is_empty() {
            break;
        }
        for row in &page {
            let text = match form {
                ListForm::Json => format!("{}{}", if listed == 0 { "" } else { "," }, json!(row)),
                ListForm::Csv => cells(row)?,
                ListForm::Lines => line(row, output),
            };
            written = write(&mut out, &text)?;
            listed += 1;
            if !written {
                break;
            }
        }
    }
    if matches!(form, ListForm::Json) {
        write(&mut out, "]}\n")?;
    }
    flushed(out.flush())?;
    told(batch, state, listed, output);
    if let Some(pruned) = operations::pruned_of(app, batch).await? {
        output.note(pruned_line(&pruned, app.publication.timezone));
    }
    Ok(match listed {
        0 => CommandExit::Nothing,
        _ => CommandExit::Done,
    })
}

/// The document of `status` with its last bracket open for the rows.
fn opened(document: &serde_json::Value) -> String {
    let text = document.to_string();
    let open = text.strip_suffix('}').unwrap_or(&text);
    format!("{open},\"deliveries\":[")
}

fn line(row: &DeliveryRow, output: &Output) -> String {
    let email = email_words(row.email.as_ref(), output);
    let at = row.at.map_or_else(String::new, |at| {
        at.format("%Y-%m-%d %H:%M:%SZ").to_string()
    });
    let reply = row.reply.as_deref().unwrap_or_default();
    let reply = output.words(Said::heard(reply));
    format!("{email}  {at}  {reply}").trim_end().to_owned() + "\n"
}

/// A line of a table for programs and spreadsheets, which run no cell of it.
fn cells(row: &DeliveryRow) -> Result<String, Failure> {
    let at = row
        .at
        .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    let cells = [
        guarded(row.email.as_ref().map_or("", |email| email.as_str())),
        row.state.word().to_owned(),
        at.unwrap_or_default(),
        row.attempts.to_string(),
        guarded(row.reply.as_deref().unwrap_or_default()),
    ];
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    table.write_record(cells).map_err(Failure::unexpected)?;
    let bytes = table.into_inner().map_err(Failure::unexpected)?;
    String::from_utf8(bytes).map_err(Failure::unexpected)
}

/// False: whoever read along has seen enough (`| head`).
fn write(out: &mut impl Write, text: &str) -> Result<bool, Failure> {
    flushed(out.write_all(text.as_bytes()))
}

fn flushed(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => Ok(written.map(|()| true)?),
    }
}

fn told(batch: &Batch, state: DeliveryState, listed: u64, output: &Output) {
    output.note(say!(
        "{issue}: {listed} of {readers} readers are {state}.",
        issue = batch.issue,
        listed,
        readers = batch.audience,
        state = delivery_words(state)
    ));
}
