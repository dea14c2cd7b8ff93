//! The folder behind real nginx and real Caddy, set up as docs/archive.md says, with `serve` for what it has not.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    readers::harness::{ServedPages, publication},
    support::{TestPublication, left_out},
};

const DOCUMENT: &str = include_str!("../../../docs/archive.md");

/// A web server, ended with the test.
struct WebServer {
    child: Child,
    address: SocketAddr,
}

impl Drop for WebServer {
    fn drop(&mut self) {
        // nginx' workers end with their master alone.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.child.wait();
    }
}

impl WebServer {
    fn start(command: &mut Command, address: SocketAddr) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(Stdio::null()).spawn().unwrap();
        let server = Self { child, address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it listens");
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Head and body.
    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.0\r\nHost: note.example.com\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    fn shows(&self, publication: &TestPublication) {
        let file = |path: &str| fs::read_to_string(publication.path("public").join(path)).unwrap();
        for (path, of) in [
            ("/", "index.html"),
            ("/issues/quiet", "issues/quiet/index.html"),
            ("/issues/quiet/", "issues/quiet/index.html"),
            ("/feed.xml", "feed.xml"),
            ("/search/?q=quiet", "search/index.html"),
        ] {
            let (head, body) = self.get(path);
            assert!(head.contains(" 200 "), "{path}: {head}");
            assert_eq!(body, file(of), "{path}");
        }
        let front = file("index.html");
        let style = front.split("rel=\"stylesheet\" href=\"").nth(1).unwrap();
        let (head, _) = self.get(style.split('"').next().unwrap());
        assert!(
            head.contains("immutable") && head.contains("text/css"),
            "{head}"
        );
        // What the folder has not, `serve` answers: the form, and what is nowhere.
        let (head, body) = self.get("/subscribe");
        assert!(head.contains(" 200 ") && body.contains("<form"), "{head}");
        let (head, _) = self.get("/issues/nowhere/");
        assert!(head.contains(" 404 "), "{head}");
        assert!(!self.get("/.daily-note-site.json").1.contains("\"files\""));
    }
}

/// The part of the document that begins so, without its indentation, for another folder, port and `serve`.
fn example(begins: &str, publication: &TestPublication, changed: &[(&str, String)]) -> String {
    let start = DOCUMENT.find(begins).expect("the document has it");
    let lines = DOCUMENT[start..].lines().map(str::trim_end);
    let lines = lines
        .take_while(|line| line.starts_with("    ") || line.is_empty() || line.starts_with('#'));
    let mut text: String = lines.map(|line| format!("{line}\n")).collect();
    // The next example is another server's.
    if let Some(end) = text[1..].find("\n    # ") {
        text.truncate(end + 1);
    }
    let folder = publication.path("public").display().to_string();
    let changed = changed.iter().map(|(old, new)| (*old, new.as_str()));
    for (old, new) in changed.chain([("/srv/note/public", folder.as_str())]) {
        assert!(text.contains(old), "{old}: {text}");
        text = text.replace(old, new);
    }
    text
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

fn is_installed(program: &str) -> bool {
    let there = Command::new("which").arg(program).output();
    let is_there = there.is_ok_and(|there| there.status.success());
    if !is_there {
        left_out(&format!("{program} is not installed"));
    }
    is_there
}

#[test]
fn nginx_shows_the_folder_and_hands_on_the_rest() {
    if !is_installed("nginx") {
        return;
    }
    let publication = publication();
    publication.run(["site", "--out", "public"]).exits(0);
    let pages = ServedPages::start(&publication);
    let (folder, address) = (TempDir::new().unwrap(), free_address());
    let at = folder.path().display().to_string();
    let site = example(
        "# nginx:",
        &publication,
        &[
            ("server {\n", format!("server {{\n listen {address};\n")),
            ("http://127.0.0.1:8080", format!("http://{}", pages.address)),
        ],
    );
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {at}/{name};\n"))
        .concat();
    // The workers read what the test wrote.
    let own = Command::new("id").arg("-un").output().unwrap().stdout;
    let own = String::from_utf8(own).unwrap();
    let whole = format!(
        "user {};\ndaemon off;\npid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\n\
         http {{\ninclude /etc/nginx/mime.types;\naccess_log off;\n{temporary}{site}}}\n",
        own.trim()
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, whole).unwrap();
    let server = WebServer::start(Command::new("nginx").arg("-c").arg(file), address);
    server.shows(&publication);
}

#[test]
fn caddy_shows_the_folder_and_hands_on_the_rest() {
    if !is_installed("caddy") {
        return;
    }
    let publication = publication();
    publication.run(["site", "--out", "public"]).exits(0);
    let pages = ServedPages::start(&publication);
    let (folder, address) = (TempDir::new().unwrap(), free_address());
    let site = example(
        "# Caddy",
        &publication,
        &[
            (
                "note.example.com {",
                format!("http://note.example.com:{} {{", address.port()),
            ),
            ("127.0.0.1:8080", pages.address.to_string()),
        ],
    );
    let file = folder.path().join("Caddyfile");
    fs::write(&file, format!("{{\n\tadmin off\n}}\n{site}")).unwrap();
    let mut command = Command::new("caddy");
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(file);
    command
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path());
    WebServer::start(&mut command, address).shows(&publication);
}
