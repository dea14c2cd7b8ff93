//! What each page shows: in both languages, escaped, small, from nowhere else, and of nobody's address.

use daily_note::links::PublicPage;

use super::{
    fake::{FakeList, ISSUE, TOKEN},
    served::{Answer, ServedPages},
};
use crate::support::TestPublication;

/// Every page that is HTML, with a token that does.
fn paths() -> Vec<String> {
    let mut paths: Vec<String> = PublicPage::ALL
        .iter()
        .filter(|page| {
            !matches!(
                page,
                PublicPage::SubscribeApi | PublicPage::Picture | PublicPage::StyleSheet
            )
        })
        .map(|page| {
            let path = page.route().replace("{token}", TOKEN);
            path.replace("{issue}", ISSUE).replace("{slug}", ISSUE)
        })
        .collect();
    let faults = [
        "/nowhere",
        "/u/broken",
        "/confirm/expired",
        "/m/used",
        "/p/busy",
        "/p/full",
    ];
    paths.extend(faults.map(str::to_owned));
    paths
}

/// Addresses that a page loads something from.
fn loaded(answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    for mark in ["src=\"", "<link rel=\"stylesheet\" href=\"", "url("] {
        let parts = answer.body.split(mark).skip(1);
        found.extend(parts.map(|rest| rest.split(['"', ')']).next().unwrap().to_owned()));
    }
    found
}

#[tokio::test]
async fn every_page_is_light_locked_and_loads_nothing_from_elsewhere() {
    let pages = ServedPages::of_the_house().await;
    for path in paths() {
        let answer = pages.get(&path).await;
        assert!(answer.body.starts_with("<!DOCTYPE html>"), "{path}");
        let mut bytes = answer.body.len();
        for address in loaded(&answer) {
            assert!(
                address.starts_with('/') && !address.starts_with("//"),
                "{path}: {address}"
            );
            if !address.starts_with("/images/") {
                let loaded = pages.get(&address.replace("&amp;", "&")).await;
                assert_eq!(loaded.status, 200, "{path}: {address}");
                assert!(
                    loaded.header("cache-control").contains("immutable"),
                    "{address}"
                );
                bytes += loaded.body.len();
            }
        }
        assert!(bytes <= 60_000, "{path}: {bytes} bytes");
        assert!(
            !answer.body.contains("<script") && !answer.body.contains(" style="),
            "{path}"
        );
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains("script"),
            "{path}: {policy}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("set-cookie", ""),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let keeps = match path.starts_with("/issues/") {
            true => "no-cache",
            false => "no-store",
        };
        assert_eq!(answer.header("cache-control"), keeps, "{path}");
        assert!(
            !answer.body.contains("minji@example.com"),
            "{path}: a whole address"
        );
        assert!(
            !answer.body.contains("note_") && !answer.body.contains("fault_"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_reader_is_spoken_to_in_his_language_else_the_browsers_else_the_publications() {
    let pages = ServedPages::of_the_house().await;
    let of = |answer: &Answer| {
        let from = answer.body.find("<html lang=\"").unwrap() + 12;
        answer.body[from..from + 2].to_owned()
    };
    for (accepted, language) in [
        ("en-GB,en", "en"),
        ("ko-KR", "ko"),
        ("fr", "ko"),
        ("", "ko"),
    ] {
        let answer = pages.get_in(accepted, "/").await;
        assert_eq!(of(&answer), language, "{accepted}");
    }
    pages.list.speak("en");
    assert_eq!(of(&pages.get_in("ko", "/p/minji").await), "en");
    assert_eq!(of(&pages.get_in("ko", "/m/minji").await), "en");
    // A token that names nobody speaks for nobody.
    assert_eq!(of(&pages.get_in("ko", "/p/minjj").await), "ko");
}

#[tokio::test]
async fn hostile_names_are_shown_as_they_are_written() {
    let publication = TestPublication::of_the_house();
    let list = FakeList::over(&publication, |site| {
        let hostile = "</title><script>alert(1)</script>\"'<img src=x onerror=alert(1)>";
        site.name = hostile.to_owned();
        site.tagline = Some(hostile.to_owned());
        site.about = Some(hostile.to_owned());
        site.contact = Some(hostile.to_owned());
        site.postal_address = Some(hostile.to_owned());
        for edition in &mut site.editions {
            edition.title = hostile.to_owned();
            edition.topic = hostile.to_owned();
        }
        site.has_privacy = true;
    });
    let pages = ServedPages::start(list).await;
    for path in paths() {
        let answer = pages.get(&path).await;
        for raw in ["<script>alert", "<img src=x", "<notice", "<i>서연"] {
            assert!(!answer.body.contains(raw), "{path}: {raw}");
        }
    }
    let answer = pages
        .post(
            "/subscribe",
            "email=%22%3E%3Cscript%3E&name=%3Cb%3E&opened=%22%3E%3Cscript%3E&language=%3Cscript%3E",
        )
        .await;
    assert_eq!(answer.status, 422);
    assert!(!answer.body.contains("<script>") && answer.body.contains("&quot;&gt;&lt;script&gt;"));
}

#[tokio::test]
async fn a_link_that_does_not_do_is_told_kindly_and_offers_another() {
    let pages = ServedPages::of_the_house().await;
    for (path, status, korean, english) in [
        (
            "/u/x",
            404,
            "열 수 없는 링크입니다",
            "This link does not work",
        ),
        (
            "/confirm/expired",
            410,
            "기한이 지난 링크입니다",
            "This link has expired",
        ),
        (
            "/m/used",
            410,
            "이미 쓴 링크입니다",
            "This link has been used",
        ),
        (
            "/p/busy",
            429,
            "잠시 뒤에 와 주세요",
            "Please come back later",
        ),
        ("/p/full", 503, "지금은 처리할 수 없습니다", "Not right now"),
        (
            "/nowhere",
            404,
            "이런 페이지는 없습니다",
            "There is no such page",
        ),
        (
            "/f/no-such-issue",
            404,
            "이런 페이지는 없습니다",
            "There is no such page",
        ),
    ] {
        for (language, title) in [("ko", korean), ("en", english)] {
            let answer = pages.get_in(language, path).await;
            assert_eq!((answer.status, answer.title()), (status, title), "{path}");
            let offers = answer.body.contains("action=\"/link\"");
            assert_eq!(
                offers,
                path.len() > 3 && title.to_lowercase().contains("link") || korean.contains("링크"),
                "{path}"
            );
        }
    }
    let answer = pages.get("/p/busy").await;
    assert_eq!(answer.header("retry-after"), "3600");
}

#[tokio::test]
async fn preferences_are_chosen_and_show_what_was_chosen() {
    let pages = ServedPages::of_the_house().await;
    let form = "choosing=yes&edition=thursday&name=%EB%AF%BC%EC%A7%80&language=en&zone_asked=yes&timezone=Europe%2FBerlin";
    let saved = pages.post("/p/minji", form).await;
    let acts = pages.list.take_acts();
    assert!(
        acts[0].starts_with("prefer") && acts[0].contains("thursday"),
        "{acts:?}"
    );
    assert_eq!(saved.title(), "Your preferences");
    for shown in [
        "Saved.",
        "value=\"민지\"",
        "<option value=\"Europe/Berlin\" selected>",
        "<option value=\"en\" lang=\"en\" selected>",
    ] {
        assert!(saved.body.contains(shown), "{shown}: {}", saved.body);
    }
    // None chosen is no choice: whoever wants nothing unsubscribes.
    let none = pages.post("/p/minji", "choosing=yes").await;
    assert_eq!((none.status, pages.list.take_acts().len()), (422, 0));
    for nonsense in [
        "edition=sunday",
        "language=xx",
        "zone_asked=yes&timezone=Mars%2FOne",
    ] {
        let answer = pages.post("/p/minji", nonsense).await;
        assert!(
            [400, 422].contains(&answer.status),
            "{nonsense}: {}",
            answer.status
        );
        assert_eq!(pages.list.take_acts(), [""; 0], "{nonsense}");
    }
    let link = pages.post("/p/minji", "act=link").await;
    assert_eq!(
        (link.status, pages.list.take_acts()),
        (200, vec!["write_own_link".to_owned()])
    );
}

#[tokio::test]
async fn what_a_fresh_link_opens_is_done_by_posts_and_erasing_asks_twice() {
    let pages = ServedPages::of_the_house().await;
    let shown = pages.get("/m/minji").await;
    assert!(shown.body.contains("m***@example.com"), "{}", shown.body);
    let record = pages.post("/m/minji", "act=record").await;
    assert_eq!(record.header("content-type"), "application/json");
    assert!(
        record
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert_eq!(pages.list.take_acts(), ["personal_record"]);
    let asked = pages.post("/m/minji", "act=erase").await;
    assert_eq!(asked.title(), "정말 모두 지울까요?");
    assert_eq!(pages.list.take_acts(), [""; 0]);
    let erased = pages.post("/m/minji", "act=erase&sure=yes").await;
    assert_eq!(erased.title(), "모두 지웠습니다");
    assert_eq!(pages.list.take_acts(), ["erase"]);
    let wrong = pages
        .post("/m/minji", "act=move&email=not+an+address")
        .await;
    assert_eq!((wrong.status, pages.list.take_acts().len()), (422, 0));
    pages
        .post("/m/minji", "act=move&email=new%40example.org")
        .await;
    assert_eq!(pages.list.take_acts(), ["ask_move new@example.org"]);
    let nothing = pages.post("/m/minji", "act=dance").await;
    assert_eq!((nothing.status, pages.list.take_acts().len()), (400, 0));
}

#[tokio::test]
async fn an_opinion_lands_with_its_choice_made_and_only_the_button_keeps_it() {
    let pages = ServedPages::of_the_house().await;
    let path = format!("/f/{ISSUE}/minji");
    let asked = pages.get(&format!("{path}?choice=good")).await;
    assert!(
        asked.body.contains("value=\"good\" checked"),
        "{}",
        asked.body
    );
    assert_eq!(pages.list.take_acts(), [""; 0]);

    let empty = pages.post(&path, "text=+%0d%0a").await;
    assert_eq!((empty.status, pages.list.take_acts().len()), (422, 0));
    let strange = pages.post(&path, "choice=superb").await;
    assert_eq!((strange.status, pages.list.take_acts().len()), (400, 0));

    let text = "choice=poor&text=one%0d%0atwo%07&may_publish=yes&name=A%0aB&may_reply=yes";
    let thanks = pages.post(&path, text).await;
    assert_eq!(thanks.title(), "고맙습니다");
    assert_eq!(pages.list.take_acts(), [format!("opine {ISSUE}")]);
    let opinion = pages.list.last_opinion();
    assert_eq!(opinion.text.as_deref(), Some("one\ntwo"));
    assert_eq!(opinion.name.as_deref(), Some("A B"));
    assert!(opinion.may_publish && opinion.may_reply);
    assert_eq!(opinion.network, "127.0.0.0/24");

    let held = pages
        .post(&format!("/f/{ISSUE}"), "text=hello&may_reply=yes")
        .await;
    assert!(held.body.contains("읽어 본 뒤에"), "{}", held.body);
    assert!(!pages.list.last_opinion().may_reply, "nobody to answer");
}

#[tokio::test]
async fn an_issue_is_shown_in_its_own_design_under_a_policy_that_names_its_sheet() {
    let pages = ServedPages::of_the_house().await;
    let answer = pages.get(&format!("/issues/{ISSUE}")).await;
    assert!(
        answer
            .header("content-security-policy")
            .contains("'sha256-")
    );
    assert!(answer.body.contains("작은 모델이 더 나을 때") && answer.body.contains(".s0.s0.s0{"));
    assert!(answer.body.contains("&lt;i&gt;서연"), "{}", answer.body);
    let picture = pages.ask("HEAD /images/dot.png", &[], b"").await;
    assert_eq!(picture.header("content-type"), "image/png");
    for nowhere in [
        "/issues/draft",
        "/images/..%2f..%2fdaily-note.yaml",
        "/issues/.git",
        "/images/none.png",
    ] {
        assert_eq!(pages.get(nowhere).await.status, 404, "{nowhere}");
    }
}
