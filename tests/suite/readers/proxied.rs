//! The proxies of deploy/proxy before the pages: real nginx and real Caddy, with TLS.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::harness::{BASE, ServedPages, mail_to, publication};
use crate::support::{TestPublication, left_out};

/// A proxy, killed at the end.
struct Proxy {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // nginx' workers end with their master alone.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/proxy");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// A piece of the example is there, and is another here.
fn replaced(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "the example has no {old}");
    text.replace(old, new)
}

/// A certificate of nobody's for the example's name.
fn certificate(folder: &Path) -> [PathBuf; 2] {
    let [certificate, key] = ["cert.pem", "key.pem"].map(|name| folder.join(name));
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args([
            "-subj",
            "/CN=note.example.com",
            "-addext",
            "subjectAltName=DNS:note.example.com",
        ])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success());
    [certificate, key]
}

fn started(mut command: Command, address: SocketAddr, folder: TempDir) -> Proxy {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let proxy = Proxy {
        child,
        address,
        _folder: folder,
    };
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the proxy listens"
        );
        thread::sleep(Duration::from_millis(50));
    }
    proxy
}

fn nginx(pages: SocketAddr) -> Proxy {
    let folder = TempDir::new().unwrap();
    let [certificate, key] = certificate(folder.path());
    let address = free_address();
    let at = folder.path().display().to_string();
    let mut site = example("nginx.conf");
    for (old, new) in [
        ("listen 443 ssl", format!("listen {address} ssl")),
        (
            "/etc/letsencrypt/live/note.example.com/fullchain.pem",
            certificate.display().to_string(),
        ),
        (
            "/etc/letsencrypt/live/note.example.com/privkey.pem",
            key.display().to_string(),
        ),
        ("/var/log/nginx/daily-note.log", format!("{at}/access.log")),
        ("127.0.0.1:8080", pages.to_string()),
    ] {
        site = replaced(&site, old, &new);
    }
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {at}/{name};\n"))
        .concat();
    let whole = format!(
        "daemon off;\npid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\nhttp {{\n{temporary}{site}}}\n"
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, whole).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-c").arg(file);
    started(command, address, folder)
}

fn caddy(pages: SocketAddr) -> Proxy {
    let folder = TempDir::new().unwrap();
    let [certificate, key] = certificate(folder.path());
    let address = free_address();
    let site = replaced(&example("Caddyfile"), "127.0.0.1:8080", &pages.to_string());
    // Nobody outside is asked for a certificate.
    let tls = format!(
        "note.example.com:{} {{\n\ttls {} {}\n",
        address.port(),
        certificate.display(),
        key.display()
    );
    let site = replaced(&site, "note.example.com {\n", &tls);
    let file = folder.path().join("Caddyfile");
    fs::write(
        &file,
        format!("{{\n\tadmin off\n\tauto_https off\n}}\n{site}"),
    )
    .unwrap();
    let mut command = Command::new("caddy");
    command
        .arg("run")
        .arg("--adapter")
        .arg("caddyfile")
        .arg("--config")
        .arg(file);
    command
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path());
    started(command, address, folder)
}

/// What is answered through a proxy: the status and the body.
fn asked(proxy: &Proxy, path: &str, arguments: &[&str]) -> (u16, String) {
    let port = proxy.address.port();
    let output = Command::new("curl")
        .args([
            "--silent",
            "--insecure",
            "--max-time",
            "30",
            "--write-out",
            "\n%{http_code}",
        ])
        .args(["--resolve", &format!("note.example.com:{port}:127.0.0.1")])
        .args(arguments)
        .arg(format!("https://note.example.com:{port}{path}"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap_or_default(), body.to_owned())
}

fn is_installed(program: &str) -> bool {
    let there = Command::new("which").arg(program).output();
    let is_there = there.is_ok_and(|there| there.status.success());
    if !is_there {
        left_out(&format!("{program} is not installed"));
    }
    is_there
}

/// The pages behind that proxy: read, clicked, and bounded.
fn serves_readers(publication: &TestPublication, who: &str, proxy: &Proxy) {
    let (status, front) = asked(proxy, "/", &[]);
    assert_eq!(status, 200, "{front}");
    assert!(front.contains("A quiet week"), "{front}");
    let mail = mail_to(publication, who).remove(0);
    let link = mail.unsubscribe.unwrap();
    let path = link.strip_prefix(BASE).unwrap();
    assert_eq!(asked(proxy, path, &[]).0, 200);
    let click = ["--data", "List-Unsubscribe=One-Click"];
    assert_eq!(
        asked(proxy, path, &click),
        (200, "Unsubscribed.\n".to_owned())
    );
    let shown = publication
        .run(["subscribers", "show", who, "--json"])
        .json();
    assert_eq!(shown["gets_mail"], false);
    let large = publication.path("large");
    fs::write(&large, format!("email={}", "x".repeat(1 << 20))).unwrap();
    let form = format!("@{}", large.display());
    assert_eq!(asked(proxy, "/subscribe", &["--data", &form]).0, 413);
}

/// Whoever asks through a proxy is who the limits count, whatever a request says of itself.
fn counts_by_network(proxy: &Proxy) {
    let statuses: Vec<u16> = (0..14)
        .map(|number| {
            let header = format!("X-Forwarded-For: 198.51.{number}.1");
            let form = format!("email=stranger{number}@example.com&edition=monday");
            asked(proxy, "/subscribe", &["--header", &header, "--data", &form]).0
        })
        .collect();
    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
}

#[test]
fn nginx_and_caddy_as_the_examples_have_them_serve_readers() {
    if !is_installed("nginx") || !is_installed("caddy") || !is_installed("curl") {
        return;
    }
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    serves_readers(&publication, "minji@example.com", &nginx(pages.address));
    let caddy = caddy(pages.address);
    serves_readers(&publication, "tom@example.com", &caddy);
    counts_by_network(&caddy);
    // Ten a network and hour: all fourteen came from this machine.
    let asked = publication
        .run(["subscribers", "list", "--state", "unconfirmed", "--json"])
        .json();
    assert_eq!(asked.as_array().map_or(0, Vec::len), 10);
}
