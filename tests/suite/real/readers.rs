//! The readers' pages in Chromium, over a list that is made up: as strangers and readers see and use them, by
//! tests/browser/reader.mjs; and the endpoint for programs under schemathesis. With `DAILY_NOTE_SHOTS=FOLDER` it keeps a picture of each page there.

use std::{env, fs, path::Path};

use tokio::process::Command;

use super::{ISSUE, is_installed, preview::has_browser};
use crate::{
    support::{TestPublication, left_out, succeeded},
    web::reader::{FakeList, ServedPages},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_find_their_way_with_and_without_scripts_in_light_and_in_dark() {
    if !has_browser() {
        return;
    }
    let list = FakeList::of_the_house();
    let publication = TestPublication::of_the_house();
    publication.run(["render", ISSUE, "--out", "out"]).exits(0);
    let issue = fs::read_to_string(publication.path("out/issue.html")).unwrap();
    list.send_out(issue);
    let pages = ServedPages::start(list).await;
    let mut play = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run"));
    play.arg("reader.mjs").arg(format!("http://{}/", pages.at));
    if let Some(folder) = env::var_os("DAILY_NOTE_SHOTS") {
        play.arg(folder);
    }
    let output = play.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemathesis_finds_nothing_at_the_endpoint_for_programs() {
    if !is_installed("schemathesis") {
        left_out("schemathesis is not installed");
        return;
    }
    let pages = ServedPages::start(FakeList::of_the_house()).await;
    let house = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("schemathesis")
        .args(["run", "--max-examples=60", "--seed=12", "--no-color"])
        // An address has to be one, and a box has to be ticked, which no schema says.
        .arg("--exclude-checks=positive_data_acceptance")
        .arg(format!("--url=http://{}", pages.at))
        .arg(house.join("docs/api-subscribe.yaml"))
        .current_dir(env::temp_dir())
        .output()
        .await
        .unwrap();
    succeeded(&output);
}
