//! What the benches send: a Korean issue of 30 KB with the reader's name, address and links; the
//! repository's own newest issue; readers; keys.

use std::{collections::BTreeMap, path::Path};

use chrono::{TimeZone, Utc};
use daily_note::{
    address::{Address, Mailbox},
    audience::{Reader, SubscriberId},
    issue::Archive,
    links::LinkSigner,
    message::{
        Composer, FrozenIssue, HeaderSettings,
        dkim::{NewKey, Signer},
    },
    publication::{DkimSettings, Environment, KeySource, Publication},
    render::{Composition, ImagePolicy, LinkedIssue, PrepareInput, Templates},
};

pub(crate) const STORY: &str = "작은 팀이 큰 시장을 만나는 길은 하나가 아니다. 지도를 접고 골목을 걸어 본 사람만이 아는 \
                     지름길이 있고, 그 길은 대개 남들이 지나친 불편에서 시작된다. ";

pub(crate) fn frozen() -> FrozenIssue {
    let paragraphs = |mark: &str, end: &str, count: usize| -> String {
        (0..count)
            .map(|number| format!("{mark}{number}. {}{end}\n", STORY.repeat(3)))
            .collect()
    };
    let style = "font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:17px;line-height:1.75;color:#1b1f24";
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"ko\"><head><meta charset=\"utf-8\"><title>지도</title></head><body>\n\
         <p style=\"{style}\">{{% if reader.name %}}{{{{ reader.name }}}}님, 안녕하세요.{{% else %}}안녕하세요.{{% endif %}}</p>\n\
         {}\
         <a style=\"{style}\" href=\"{{{{ reader.links.feedback }}}}\">의견 남기기</a>\n\
         <p>이 메일은 {{{{ reader.email }}}}로 보냈습니다.</p>\n\
         <a href=\"{{{{ reader.links.unsubscribe }}}}\">수신거부</a> <a href=\"{{{{ reader.links.preferences }}}}\">설정</a>\n\
         </body></html>\n",
        paragraphs(&format!("<p style=\"{style}\">"), "</p>", 20)
    );
    let text = format!(
        "데일리 노트\n\n{{{{ reader.name or \"독자\" }}}}님, 안녕하세요.\n\n{}\n의견: {{{{ reader.links.feedback }}}}\n\
         {{{{ reader.email }}}}\n수신거부: {{{{ reader.links.unsubscribe }}}}\n설정: {{{{ reader.links.preferences }}}}\n",
        paragraphs("", "\n", 9)
    );
    FrozenIssue {
        keys: None,
        issue: "monday-2026-11-23".into(),
        edition: "monday".into(),
        composition: Composition {
            templates: BTreeMap::from([
                ("email/issue.html".to_owned(), html),
                ("email/issue.txt".to_owned(), text),
            ]),
            context: serde_json::json!({"issue": {"subject": "지도를 다시 그리는 사람들"}}),
            images: Vec::new(),
            published: Vec::new(),
        },
        headers: HeaderSettings {
            from: Mailbox {
                name: Some("데일리 노트".into()),
                address: address("hello@note.example.com"),
            },
            reply_to: None,
            list_id: "monday.note.example.com".into(),
            list_name: "데일리 노트 월요일 편".into(),
            unsubscribe_email: Some(address("leave@note.example.com")),
            base_url: Some("https://note.example.com".into()),
            web_version_url: Some("https://note.example.com/issues/maps".into()),
            feedback_id: "monday-2026-11-23:monday:newsletter:note-example-co".into(),
            language: "ko".into(),
            bounce_domain: Some("bounce.note.example.com".into()),
            feedback_domain: None,
            has_marked_tokens: true,
        },
    }
}

/// The publication's own newest issue, as `send` freezes it.
pub(crate) fn own_issue() -> FrozenIssue {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let publication =
        Publication::load(root, &Environment::default()).expect("the repository's publication");
    let archive = Archive::load(&publication).expect("its issues");
    let issue = archive.newest().expect("an issue");
    let composition = Composition::prepare(&PrepareInput {
        publication: &publication,
        issue,
        linked_issue: &|_| {
            Some(LinkedIssue {
                title: "지난 호".into(),
                url: None,
            })
        },
        templates: &Templates::load(root).expect("templates"),
        images: ImagePolicy::Remote,
    });
    let edition = publication
        .edition(&issue.front_matter.edition)
        .expect("an edition");
    FrozenIssue {
        keys: None,
        issue: issue.id.clone(),
        edition: edition.key.clone(),
        composition: composition.expect("a composition"),
        headers: HeaderSettings::new(&publication, edition, &issue.id, None),
    }
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

pub(crate) fn readers() -> Vec<Reader> {
    (0..1000)
        .map(|id| Reader {
            id: SubscriberId(10_000 + id),
            email: address(&format!("reader{id}@example.com")),
            name: (id % 4 != 0).then(|| format!("김민지{id}")),
            language: None,
            tags: Vec::new(),
        })
        .collect()
}

pub(crate) fn composer(signer: Option<Signer>) -> Composer {
    composer_of(&frozen(), signer)
}

pub(crate) fn composer_of(frozen: &FrozenIssue, signer: Option<Signer>) -> Composer {
    let date = Utc
        .with_ymd_and_hms(2026, 11, 22, 23, 0, 0)
        .single()
        .expect("a date");
    let links = LinkSigner::for_looking(None);
    Composer::new(frozen, links, signer, date).expect("a composer")
}

pub(crate) fn signer(with_ed25519: bool) -> Signer {
    let pem = |key: Result<NewKey, _>| match key {
        Ok(key) => KeySource::Pem(key.pem),
        Err(error) => panic!("{error}"),
    };
    let settings = DkimSettings {
        domain: "note.example.com".into(),
        selector: "dn1".into(),
        key: pem(NewKey::rsa()),
        ed25519: with_ed25519.then(|| ("dn1e".to_owned(), pem(NewKey::ed25519()))),
        sign_date: true,
    };
    Signer::load(&settings, Path::new(".")).expect("a signer")
}
