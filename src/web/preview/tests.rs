//! What an issue, a list and a publication may put on the preview's pages: words, and nothing else.

use async_trait::async_trait;
use axum::body::to_bytes;
use tokio::sync::watch;

use super::*;
use crate::{
    check::{Finding, FindingPlace, Level, Rule},
    schedule::SlotState,
    source::Source,
    web::pages::PageTemplates,
};

const EVIL: &str = "\"'><script>alert('x')</script>&{{ 1 + 1 }}";

static RULE: Rule = Rule {
    id: EVIL,
    level: Level::Error,
    why: EVIL,
    source: EVIL,
};

/// A service of which nothing is asked but the pages.
struct PagesAlone(Arc<PageTemplates>);

#[async_trait]
impl PreviewService for PagesAlone {
    fn changes(&self) -> watch::Receiver<Revision> {
        watch::Sender::new(Revision::default()).subscribe()
    }

    fn pages(&self) -> Arc<PageTemplates> {
        Arc::clone(&self.0)
    }

    async fn front(&self) -> Option<String> {
        None
    }

    async fn content(&self, _: &PageRequest) -> PreviewContent {
        content(IssueStanding::Nothing)
    }

    async fn reader_mail(&self) -> Vec<ReaderMailSample> {
        Vec::new()
    }

    async fn mail(&self, _: &str, _: &str, _: LookChoice) -> Option<Arc<RenderedPreview>> {
        None
    }

    async fn message(&self, _: &str, _: &str) -> Option<WholeMessage> {
        None
    }

    async fn picture(&self, _: &str, _: &str) -> Option<(String, Vec<u8>)> {
        None
    }

    async fn accents(&self) -> Vec<AccentColors> {
        Vec::new()
    }
}

fn evil_source() -> Source {
    Source::new(EVIL, format!("{EVIL}\n{EVIL}\n"))
}

fn reader(name: Option<&str>) -> ReaderChoice {
    ReaderChoice {
        key: EVIL.into(),
        name: name.map(str::to_owned),
        language: Some(EVIL.into()),
        suggestion: None,
    }
}

fn content(standing: IssueStanding) -> PreviewContent {
    let source = evil_source();
    let row = |name: Option<&str>| IssueRow {
        name: name.map(str::to_owned),
        title: EVIL.into(),
        edition: EVIL.into(),
        accent: 0,
        date: None,
        state: Some(SlotState::Ready),
    };
    PreviewContent {
        revision: 1,
        publication: EVIL.into(),
        rows: vec![row(Some(EVIL)), row(None)],
        faults: vec![SourceError::at(&source, 3..9, format!("`{EVIL}` {EVIL}")).with_hint(EVIL)],
        standing,
        readers: vec![reader(Some(EVIL)), reader(None)],
        further_readers: 3,
        own_look: OwnLook {
            theme: Theme::Paper,
            is_serif: false,
        },
    }
}

fn open(reader: Option<ReaderChoice>) -> IssueStanding {
    let source = evil_source();
    let mut finding = Finding::new(&RULE, EVIL).at(FindingPlace::new(&source, 0..5));
    finding.hint(EVIL);
    let elsewhere = Source::new("elsewhere\"'>.md", EVIL);
    let text = EVIL.to_owned();
    IssueStanding::Open(Box::new(OpenIssue {
        name: text.clone(),
        path: text.clone(),
        accent: 0,
        sender: text.clone(),
        mail: Arc::new(RenderedPreview {
            subject: text.clone(),
            html: format!("<body>{EVIL}</body>"),
            shown_html: text.clone(),
            text: text.clone(),
        }),
        is_stale: true,
        reader,
        manuscript: source,
        findings: vec![
            finding,
            Finding::new(&RULE, EVIL).at(FindingPlace::new(&elsewhere, 0..1)),
            Finding::new(&RULE, EVIL),
        ],
        links: [EVIL, "https://example.com/\"'>"]
            .map(|url| LinkLine {
                text: text.clone(),
                url: url.into(),
                line: 1,
            })
            .into(),
        pictures: vec![PictureLine {
            location: text.clone(),
            alt: text.clone(),
            line: 1,
            src: Some(text.clone()),
            bytes: Some(1),
        }],
        reading_time: Duration::from_secs(60),
        characters: 1,
        words: 1,
    }))
}

async fn shown(
    pages: &Arc<PageTemplates>,
    content: &PreviewContent,
    query: &str,
) -> (StatusCode, String) {
    let service = PagesAlone(Arc::clone(pages));
    let address = format!("http://localhost/issue/a?{query}").parse().unwrap();
    let Query(query) = Query::<PageQuery>::try_from_uri(&address).unwrap();
    let message = WholeMessage {
        text: EVIL.into(),
        bytes: 1,
    };
    let response = page(&service, content, &query, Some(&message), &HeaderMap::new());
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn nothing_of_an_issue_escapes_into_any_page() {
    let pages = Arc::new(PageTemplates::built_in().unwrap());
    let standings = [
        open(Some(reader(Some(EVIL)))),
        open(None),
        IssueStanding::Broken {
            manuscript: Some(evil_source()),
        },
        IssueStanding::Nothing,
        IssueStanding::Gone,
    ];
    let evil = crate::render::percent_encode(EVIL);
    for standing in standings {
        let content = content(standing);
        for view in [
            "desktop",
            "phone",
            "dark",
            "text",
            "inbox",
            "clients",
            "source",
            "source&part=html",
            "source&part=text",
            "source&part=message",
            "desktop&theme=letter&font=serif",
        ] {
            let query = format!("view={view}&for={evil}&readers={evil}&all=true");
            let (_, page) = shown(&pages, &content, &query).await;
            assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
            // Its own script is the only one, and no text ends the place it stands in.
            assert_eq!(page.matches("<script").count(), 1, "{view}: {page}");
            for loose in ["alert('x')", "\"'>", "'>", ">&{"] {
                assert!(!page.contains(loose), "{view}: {loose}: {page}");
            }
            assert!(page.contains("{{ 1 + 1 }}"), "{view}: {page}");
        }
    }
}

#[tokio::test]
async fn a_page_template_that_fails_is_told_on_the_programs_own_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("templates/web/preview");
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("list.html"), "<nav>\n{{ lists }}</nav>").unwrap();
    let templates = crate::render::Templates::load(folder.path()).unwrap();
    let pages = Arc::new(PageTemplates::load(&templates).unwrap());
    let mut content = content(open(None));
    content.faults.clear();
    let (status, page) = shown(&pages, &content, "").await;
    assert_eq!(status, StatusCode::OK);
    let place = "<code>templates/web/preview/list.html:2:4</code>";
    assert!(page.contains(place), "{page}");
    assert!(page.contains("id=\"issues\""), "{page}");
}

#[tokio::test]
async fn a_look_is_offered_chosen_and_told_how_to_keep() {
    let pages = Arc::new(PageTemplates::built_in().unwrap());
    let mut content = content(open(None));
    content.standing = open(Some(reader(None)));
    let (_, own) = shown(&pages, &content, "").await;
    assert!(own.contains("?theme=letter\">Letter</a>"), "{own}");
    assert!(
        own.contains("aria-current=\"true\">Paper <span>as sent</span>"),
        "{own}"
    );
    assert!(!own.contains("daily-note.yaml"), "{own}");
    let (_, letter) = shown(&pages, &content, "view=phone&theme=letter&font=serif").await;
    for seen in [
        "/mail?scheme=light&amp;theme=letter&amp;font=serif\"",
        "aria-current=\"true\">Letter</a>",
        "<code>look: {theme: letter, font: serif}</code>",
        // The way back is the plain address.
        "?view=phone&amp;font=serif\">Paper",
    ] {
        assert!(letter.contains(seen), "{seen}: {letter}");
    }
}
