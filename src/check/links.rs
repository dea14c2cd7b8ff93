//! The issue's links: whole, safe, and saying where they go.

mod authority;
mod headings;
mod names;
pub(super) mod online;
mod wording;

use super::{CheckSubject, Findings, rule::rules};
use crate::{
    address::Address,
    issue::{Issue, IssueStatus, LinkTarget, LinkUse, OddityKind},
    source::shown_path,
    words::say,
};

/// Whether a link's text says nothing of where it goes.
pub(super) fn is_vague(text: &str) -> bool {
    wording::is_vague(text)
}

rules! {
    UNKNOWN_ISSUE = "link/unknown-issue", Error,
        "`[[slug]]` links an issue of the archive; this one is not in it", "";
    UNPUBLISHED = "link/unpublished-issue", Warning,
        "readers would follow a link to an issue that is not out yet", "";
    UNSAFE = "link/unsafe", Error,
        "such an address can run or read what it should not; mail clients remove it", "RFC 3986 §7";
    MALFORMED = "link/malformed", Error,
        "the address leads nowhere", "RFC 3986 §3";
    RELATIVE = "link/relative", Error,
        "a mail has no folder to count from: a link needs its https://", "";
    UNKNOWN_ANCHOR = "link/unknown-anchor", Warning,
        "no heading of the issue is meant: the words would be no link", "";
    EMPTY = "link/empty", Warning,
        "a link without words can be neither seen nor heard", "WCAG 2.4.4";
    VAGUE = "link/vague-text", Warning,
        "a list of the links alone must tell where each goes", "WCAG 2.4.4";
    SAME_TEXT = "link/same-text", Warning,
        "two links of one text that go to different places mislead", "WCAG 2.4.4";
    SAME_URL = "link/same-url", Advice,
        "one place under two names looks like two", "WCAG 3.2.4";
    MISMATCH = "link/mismatch", Warning,
        "an address that shows another one is what phishing looks like", "SpamAssassin: URI_PHISH";
    INSECURE = "link/insecure", Warning,
        "anyone on the way can read and change what comes over http", "";
    SHORTENED = "link/shortened", Warning,
        "filters distrust shortened addresses, readers cannot see where they lead", "Spamhaus: abused redirectors";
    PRIVATE = "link/private", Error,
        "an address within one's own network leads readers nowhere", "RFC 1918, RFC 6761";
    WORKPLACE = "link/workplace", Warning,
        "an editor or a staging site asks readers for a password, or lets them change what stands there", "";
    LOOK_ALIKE = "link/look-alike", Warning,
        "a host with another script's letters in it is what phishing looks like", "Unicode TR 39";
    CREDENTIALS = "link/credentials", Error,
        "an address with a user name or password gives both away", "RFC 3986 §3.2.1";
    TRACKED = "link/tracking-parameter", Advice,
        "a parameter that marks the person who copied the link", "";
    BROKEN = "link/broken", Error,
        "readers would find nothing there (reported with --online)", "RFC 9110 §15.5.5, §15.5.11";
    UNREACHABLE = "link/unreachable", Warning,
        "nobody answers there now, or the site has a fault (reported with --online)", "RFC 9110 §15.6";
    MOVED = "link/moved", Advice,
        "a redirect holds until somebody tidies up (reported with --online)", "RFC 9110 §15.4.2, §15.4.9";
    MAILTO = "link/mailto", Warning,
        "a mail to this address would not arrive", "RFC 6068";
    PARTICLE = "link/particle", Advice,
        "a particle written straight after a Hangul address becomes part of it", "";
}

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    refused(proof, findings);
    for link in &proof.issue.document.links {
        match &link.target {
            LinkTarget::Issue(slug) => earlier_issue(proof, link, slug, findings),
            LinkTarget::Url(url) => address(proof, link, url, findings),
        }
        text(link, findings);
    }
    names::check(proof, findings);
    online::check(proof, findings);
}

/// Addresses that did not become links.
fn refused(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    for oddity in &proof.issue.document.oddities {
        let span = oddity.span.clone();
        match &oddity.kind {
            OddityKind::UnsafeUrl { scheme } => findings
                .at(
                    &UNSAFE,
                    span,
                    say!("`{scheme}:` is not let into a mail", scheme),
                )
                .hint(say!(
                    "link https://, mailto: or tel:; where a port is meant, write https:// first"
                )),
            OddityKind::MalformedUrl => findings
                .at(&MALFORMED, span, say!("this is no address"))
                .hint(say!("write it as https://example.com/…")),
            _ => continue,
        };
    }
}

fn earlier_issue(
    proof: &CheckSubject<'_>,
    link: &LinkUse,
    slug: &str,
    findings: &mut Findings<'_>,
) {
    let own = proof.issue;
    let Some(issue) = proof.archive.linked(slug) else {
        let slugs: Vec<&str> = proof
            .archive
            .heads()
            .map(|head| head.slug.as_str())
            .collect();
        let hint = match crate::yaml::nearest(slug, &slugs) {
            Some(near) => say!("did you mean [[{near}]]?", near),
            None => say!("the slug is the file's name without date and .md"),
        };
        findings
            .at(
                &UNKNOWN_ISSUE,
                link.span.clone(),
                say!("there is no issue `{slug}`", slug),
            )
            .hint(hint);
        return;
    };
    if issue.path != own.path && !is_out_before(issue, own) {
        let path = shown_path(&proof.publication.root, &issue.path);
        let (front_matter, status) = (&issue.front_matter, issue.front_matter.status);
        let message = match status {
            IssueStatus::Draft => say!("{path} is a draft", path),
            IssueStatus::Ready => {
                say!("{path} comes out on {date}", path, date = front_matter.date)
            }
        };
        findings
            .at(&UNPUBLISHED, link.span.clone(), message)
            .hint(say!("link an earlier issue"));
    }
}

fn is_out_before(issue: &Issue, own: &Issue) -> bool {
    issue.front_matter.status == IssueStatus::Ready
        && issue.front_matter.date <= own.front_matter.date
}

fn address(proof: &CheckSubject<'_>, link: &LinkUse, url: &str, findings: &mut Findings<'_>) {
    let span = link.span.clone();
    if let Some(place) = url.strip_prefix('#') {
        headings::check(proof, span, place, findings);
    } else if let Some(rest) = url.strip_prefix("mailto:") {
        mail(link, rest, findings);
    } else if let Some((scheme, rest)) = url.split_once("://") {
        web(proof, link, scheme, rest, findings);
    } else if let Some(number) = url
        .strip_prefix("tel:")
        .or_else(|| url.strip_prefix("sms:"))
    {
        // The shortest numbers that anybody calls have three digits.
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if digits < 3 || number.contains('%') {
            findings
                .at(&MALFORMED, span, say!("`{url}` is no number to call", url))
                .hint(say!("write tel: and the number, as tel:+821012345678"));
        }
    } else {
        let hint = match url.split(['/', '?']).next().is_some_and(looks_like_host) {
            true => say!("write https://{url}", url),
            false => say!("write the whole address; for an earlier issue, [[slug]]"),
        };
        findings
            .at(
                &RELATIVE,
                span,
                say!("`{url}` counts from nowhere in a mail", url),
            )
            .hint(hint);
    }
}

fn looks_like_host(text: &str) -> bool {
    text.contains('.')
        && !text.ends_with(".md")
        && !text.ends_with(".html")
        && !text.starts_with('.')
}

fn mail(link: &LinkUse, rest: &str, findings: &mut Findings<'_>) {
    let to = rest.split('?').next().unwrap_or_default();
    let addresses = to
        .split(',')
        .map(str::trim)
        .filter(|address| !address.is_empty());
    let mut is_empty = true;
    for address in addresses {
        is_empty = false;
        if let Err(error) = Address::parse(&address.replace("%40", "@")) {
            findings
                .at(
                    &MAILTO,
                    link.span.clone(),
                    say!("`{address}` is no mail address: {error}", address, error),
                )
                .hint(say!("write mailto:name@example.com"));
        }
    }
    // A mail that readers send on has a text, and no address yet.
    if is_empty && !rest.contains('?') {
        findings
            .at(
                &MAILTO,
                link.span.clone(),
                say!("the link names no mail address"),
            )
            .hint(say!("write mailto:name@example.com"));
    }
}

/// An address on the web, taken apart.
struct WebLink<'l> {
    link: &'l LinkUse,
    scheme: &'l str,
    authority: &'l str,
    host: &'l str,
    path: &'l str,
}

fn web(
    proof: &CheckSubject<'_>,
    link: &LinkUse,
    scheme: &str,
    rest: &str,
    findings: &mut Findings<'_>,
) {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let address = WebLink {
        link,
        scheme,
        authority,
        host: host(authority),
        path,
    };
    reached(proof, &address, findings);
    trusted(&address, findings);
    written(proof, link, findings);
}

/// Whether readers get there.
fn reached(proof: &CheckSubject<'_>, address: &WebLink<'_>, findings: &mut Findings<'_>) {
    let (span, host) = (address.link.span.clone(), address.host);
    if address.authority.contains('@') {
        findings
            .at(
                &CREDENTIALS,
                span.clone(),
                say!("the address holds a user name or a password"),
            )
            .hint(say!("link the page without them"));
    }
    if wording::is_private(host) {
        findings
            .at(
                &PRIVATE,
                span,
                say!("`{host}` is not on the internet", host),
            )
            .hint(say!("link the public address"));
    } else if let Some(fault) = authority::fault(address.authority, address.path) {
        let finding = findings.at(&MALFORMED, span.clone(), fault);
        finding.hint(say!("write it as https://example.com/…"));
        let written = proof.issue.source.text().get(span.clone());
        if let Some(extra) = written.and_then(authority::doubled_scheme) {
            finding.fix_at(span.start + extra.start..span.start + extra.end, |_| {
                String::new()
            });
        }
    } else if authority::is_workplace(host, address.path) {
        findings
            .at(
                &WORKPLACE,
                span,
                say!(
                    "`{host}` is where this is worked on, not where it is read",
                    host
                ),
            )
            .hint(say!("link the published page"));
    } else if address.scheme == "http" {
        findings
            .at(&INSECURE, span, say!("the address begins with http://"))
            .hint(say!("nearly every site has https:// today"));
    }
}

/// Whether readers and filters can see where it leads.
fn trusted(address: &WebLink<'_>, findings: &mut Findings<'_>) {
    let (span, host) = (address.link.span.clone(), address.host);
    if let Some(shown) = authority::look_alike(host) {
        findings
            .at(
                &LOOK_ALIKE,
                span.clone(),
                say!("`{shown}` is written with letters of another script", shown),
            )
            .hint(say!("type the address again instead of copying it"));
    }
    if wording::is_shortener(host) {
        findings
            .at(
                &SHORTENED,
                span.clone(),
                say!("`{host}` hides where the link leads", host),
            )
            .hint(say!("link the page itself"));
    }
    if let Some(parameter) = wording::tracking_parameter(address.path) {
        findings
            .at(
                &TRACKED,
                span.clone(),
                say!("`{parameter}` marks whoever copied the link", parameter),
            )
            .hint(say!("take the parameter away"));
    }
    if let Some(shown) =
        wording::shown_host(&address.link.text).filter(|shown| !wording::is_same_site(shown, host))
    {
        findings
            .at(
                &MISMATCH,
                span,
                say!(
                    "the text shows {shown}, the link goes to {host}",
                    shown,
                    host
                ),
            )
            .hint(say!("show the address that it goes to, or words"));
    }
}

/// Whether it ends where its writer meant it to.
fn written(proof: &CheckSubject<'_>, link: &LinkUse, findings: &mut Findings<'_>) {
    let text = proof.issue.source.text();
    let written = text.get(link.span.clone()).unwrap_or_default();
    if wording::ends_with_particle(written) {
        findings
            .at(
                &PARTICLE,
                link.span.clone(),
                say!(
                    "does the address end with `{tail}`?",
                    tail = wording::tail(written)
                ),
            )
            .hint(say!(
                "set a space or put the address in < >, or give the link a text: [text](https://…)"
            ));
    }
}

fn host(authority: &str) -> &str {
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.starts_with('[') {
        true => host.split_inclusive(']').next().unwrap_or(host),
        false => host.split(':').next().unwrap_or(host),
    }
}

fn text(link: &LinkUse, findings: &mut Findings<'_>) {
    let text = link.text.trim();
    if text.is_empty() {
        findings
            .at(&EMPTY, link.span.clone(), say!("the link has no words"))
            .hint(say!("say in the square brackets where it goes"));
    } else if wording::is_vague(text) || !text.contains(char::is_alphanumeric) {
        findings
            .at(
                &VAGUE,
                link.span.clone(),
                say!("`{text}` does not say where the link goes", text),
            )
            .hint(say!("link the words that name the thing"));
    }
}
