//! Hops, limits and refusals, against servers of a few lines on loopback.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

use super::*;

/// What a server was asked, and how often.
#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    count: AtomicUsize,
}

/// A server that answers the nth connection with the nth answer, and the last one ever after.
async fn serve(answers: Vec<String>) -> (u16, Arc<Seen>) {
    serve_by(answers, None).await
}

async fn serve_by(answers: Vec<String>, tls: Option<TlsAcceptor>) -> (u16, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Seen::default());
    let noted = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let at = noted.count.fetch_add(1, Ordering::SeqCst);
            let answer = answers[at.min(answers.len() - 1)].clone();
            let (noted, tls) = (Arc::clone(&noted), tls.clone());
            tokio::spawn(async move {
                let mut stream: Box<dyn connect::ClearOrTls> = match tls {
                    Some(tls) => match tls.accept(tcp).await {
                        Ok(stream) => Box::new(stream),
                        Err(_) => return,
                    },
                    None => Box::new(tcp),
                };
                let mut buffer = vec![0; 64 * 1024];
                let read = stream.read(&mut buffer).await.unwrap_or_default();
                let request = String::from_utf8_lossy(&buffer[..read]).into_owned();
                noted.requests.lock().unwrap().push(request);
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (port, seen)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

fn to(location: &str) -> String {
    answer("302 Found", &format!("Location: {location}\r\n"), "")
}

fn get(url: &str) -> Request {
    Request::new(Method::GET, url.parse().unwrap())
}

fn limits() -> RequestLimits {
    RequestLimits {
        connect: Duration::from_secs(2),
        total: Duration::from_secs(5),
        max_body_bytes: 1_000,
        max_redirects: 3,
    }
}

fn anywhere() -> Client {
    Client::new(Reach::Anywhere, limits())
}

/// Names and their addresses.
struct Names(&'static [(&'static str, &'static str)]);

#[async_trait]
impl Resolve for Names {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        let found = self.0.iter().filter(|(own, _)| *own == name);
        Ok(found.map(|(_, address)| address.parse().unwrap()).collect())
    }
}

fn named(reach: Reach, names: &'static [(&'static str, &'static str)]) -> Client {
    let trust = Arc::new(ServerTrust::of_the_system());
    Client::with(reach, limits(), Arc::new(Names(names)), trust)
}

#[tokio::test]
async fn an_answer_is_an_answer_whatever_its_status() {
    let (port, seen) = serve(vec![answer("404 Not Found", "X-Note: hello\r\n", "no")]).await;
    let url = format!("http://127.0.0.1:{port}/a%20b?q=1#part");
    let response = anywhere().send(&get(&url)).await.unwrap();
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    assert_eq!(response.headers["x-note"], "hello");
    assert_eq!(&response.body[..], b"no");
    let request = seen.requests.lock().unwrap().concat();
    assert!(
        request.starts_with("GET /a%20b?q=1 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains(&format!("host: 127.0.0.1:{port}\r\n")),
        "{request}"
    );
    assert!(request.contains("user-agent: daily-note/"), "{request}");
}

#[tokio::test]
async fn redirects_are_followed_and_counted() {
    let (port, _) = serve(vec![to("/b"), to("c?d"), answer("200 OK", "", "there")]).await;
    let response = anywhere()
        .send(&get(&format!("http://127.0.0.1:{port}/a")))
        .await
        .unwrap();
    assert_eq!(&response.body[..], b"there");
    let paths: Vec<&str> = response.redirects.iter().map(|(_, to)| to.path()).collect();
    assert_eq!(paths, ["/b", "/c"]);

    let (port, seen) = serve(vec![to("/again")]).await;
    let error = anywhere()
        .send(&get(&format!("http://127.0.0.1:{port}/")))
        .await
        .unwrap_err();
    assert!(
        matches!(error, HttpError::TooManyRedirects { limit: 3 }),
        "{error}"
    );
    assert_eq!(seen.count.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_post_follows_nobody() {
    let (port, seen) = serve(vec![to("/b")]).await;
    let mut request = get(&format!("http://127.0.0.1:{port}/a"));
    request.method = Method::POST;
    request.body = Bytes::from_static(b"{}");
    let response = anywhere().send(&request).await.unwrap();
    assert_eq!(response.status, StatusCode::FOUND);
    assert_eq!(seen.count.load(Ordering::SeqCst), 1);
    assert!(seen.requests.lock().unwrap()[0].contains("content-length: 2\r\n"));
}

#[tokio::test]
async fn a_redirect_leads_out_of_no_fence() {
    // The fence: 127.0.0.1 is the public internet here, all else is not.
    let reach = Reach::Where(|address| address == IpAddr::from([127, 0, 0, 1]));
    for target in [
        "http://127.0.0.2/",
        "http://inner.example/",
        "http://[::1]/",
        "http://2130706434/",
        "http://0x7f.2/",
    ] {
        let (port, _) = serve(vec![to(target)]).await;
        let client = named(
            reach,
            &[
                ("outer.example", "127.0.0.1"),
                ("inner.example", "10.0.0.1"),
            ],
        );
        let error = client
            .send(&get(&format!("http://outer.example:{port}/")))
            .await
            .unwrap_err();
        assert!(
            matches!(error, HttpError::OutOfReach { .. }),
            "{target}: {error}"
        );
        assert!(!error.is_transient());
    }
}

#[tokio::test]
async fn a_redirect_stays_with_http() {
    for target in [
        "file:///etc/passwd",
        "gopher://example.com/",
        "http://u:p@example.com/",
        "",
        "http://",
    ] {
        let (port, _) = serve(vec![to(target)]).await;
        let error = anywhere()
            .send(&get(&format!("http://127.0.0.1:{port}/")))
            .await
            .unwrap_err();
        assert!(matches!(error, HttpError::Redirect(_)), "{target}: {error}");
    }
}

#[tokio::test]
async fn a_public_client_asks_no_neighbour() {
    let (port, seen) = serve(vec![answer("200 OK", "", "secret")]).await;
    let names = &[
        ("localhost.example", "127.0.0.1"),
        ("mapped.example", "::ffff:127.0.0.1"),
        ("metadata.example", "169.254.169.254"),
    ];
    let client = named(Reach::Public, names);
    for host in [
        "127.0.0.1",
        "[::1]",
        "localhost.example",
        "mapped.example",
        "metadata.example",
    ] {
        let error = client
            .send(&get(&format!("http://{host}:{port}/")))
            .await
            .unwrap_err();
        assert!(
            matches!(error, HttpError::OutOfReach { .. }),
            "{host}: {error}"
        );
    }
    assert_eq!(seen.count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_with_one_good_address_is_reached_by_that_one_alone() {
    let (port, _) = serve(vec![answer("200 OK", "", "hello")]).await;
    let reach = Reach::Where(|address| address == IpAddr::from([127, 0, 0, 1]));
    let client = named(
        reach,
        &[("both.example", "10.0.0.1"), ("both.example", "127.0.0.1")],
    );
    let response = client
        .send(&get(&format!("http://both.example:{port}/")))
        .await
        .unwrap();
    assert_eq!(&response.body[..], b"hello");
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit() {
    for length in [999, 1_000, 1_001, 900_000] {
        let (port, _) = serve(vec![answer("200 OK", "", &"x".repeat(length))]).await;
        let response = anywhere()
            .send(&get(&format!("http://127.0.0.1:{port}/")))
            .await
            .unwrap();
        assert_eq!(response.body.len(), length.min(1_000));
    }
}

#[tokio::test]
async fn silence_drips_and_nonsense_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut tcp, _)) = listener.accept().await {
            // A head that never ends, a byte at a time.
            held.push(tokio::spawn(async move {
                while tcp.write_all(b"H").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }));
        }
    });
    let client = Client::new(
        Reach::Anywhere,
        RequestLimits {
            total: Duration::from_millis(400),
            ..limits()
        },
    );
    let error = client
        .send(&get(&format!("http://127.0.0.1:{port}/")))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            HttpError::Timeout { .. } | HttpError::Protocol { .. }
        ),
        "{error}"
    );

    for nonsense in [
        "220 mail.example.com ESMTP\r\n".to_owned(),
        String::new(),
        format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(200_000)),
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort".to_owned(),
    ] {
        let (port, _) = serve(vec![nonsense]).await;
        let error = anywhere()
            .send(&get(&format!("http://127.0.0.1:{port}/")))
            .await
            .unwrap_err();
        assert!(matches!(error, HttpError::Protocol { .. }), "{error}");
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn only_http_without_credentials_is_asked() {
    for url in [
        "ftp://example.com/",
        "http://user:secret@example.com/",
        "data:text/plain,x",
    ] {
        let error = anywhere().send(&get(url)).await.unwrap_err();
        assert!(matches!(error, HttpError::Url(_)), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_is_believed_only_where_it_is_trusted_and_of_that_name() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["note.example".to_owned()]).unwrap();
    let certificate: CertificateDer<'static> = cert.der().clone();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (port, _) = serve_by(vec![answer("200 OK", "", "safe")], Some(acceptor)).await;
    let names = &[
        ("note.example", "127.0.0.1"),
        ("other.example", "127.0.0.1"),
    ];
    let trusting = Client::with(
        Reach::Anywhere,
        limits(),
        Arc::new(Names(names)),
        Arc::new(ServerTrust::with(vec![certificate])),
    );
    let url = |host: &str| get(&format!("https://{host}:{port}/"));
    let response = trusting.send(&url("note.example")).await.unwrap();
    assert_eq!(&response.body[..], b"safe");
    for (client, host) in [
        (trusting, "other.example"),
        (named(Reach::Anywhere, names), "note.example"),
    ] {
        let error = client.send(&url(host)).await.unwrap_err();
        assert!(matches!(error, HttpError::Tls { .. }), "{host}: {error}");
    }
}
