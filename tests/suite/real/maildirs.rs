//! Through a real Postfix into Maildirs: one file a reader, and `status` agrees.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _};

use super::{ISSUE, delivered, readers};
use crate::{postfix::Postfix, support::TestPublication};

#[test]
fn an_issue_lands_in_maildirs_one_file_a_reader_and_status_agrees() {
    let (publication, _) = delivered();
    let expected: BTreeSet<String> = readers(&publication).into_keys().collect();
    // Each has a Maildir of their own, named like the address.
    let map = tempfile::NamedTempFile::new().unwrap();
    let lines = expected
        .iter()
        .map(|address| format!("{address} {address}/\n"));
    fs::write(map.path(), lines.collect::<String>()).unwrap();
    fs::set_permissions(map.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let Some(postfix) = Postfix::start(&[
        "virtual_mailbox_domains = static:all",
        &format!("virtual_mailbox_maps = texthash:{}", map.path().display()),
    ]) else {
        return;
    };
    let url = format!("smtp://{}?tls=none", postfix.addr());
    let publication = TestPublication::of_the_house().variable("DAILY_NOTE_SMTP__URL", &url);
    // Nobody serves this publication's pictures.
    let publication = publication.variable("DAILY_NOTE_IMAGES", "cid");
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    let status = publication.run(["status", ISSUE, "--json"]).exits(0).json();
    assert_eq!(status["audience"], expected.len());
    assert_eq!(status["counts"]["accepted"], expected.len());
    assert_eq!(postfix.wait_for_mail(expected.len()), expected.len());
    assert_eq!(BTreeSet::from_iter(postfix.owners()), expected);
    for address in &expected {
        assert_eq!(postfix.mail_of(address).len(), 1, "{address}");
    }

    // Once more, and nobody gets a second one.
    publication.run(["send", ISSUE, "--yes"]).exits(6);
    assert_eq!(postfix.wait_for_mail(expected.len()), expected.len());
}
