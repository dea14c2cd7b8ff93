//! A host that serves a folder over HTTP, as somebody's web server would.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

pub(super) struct Pages {
    listener: TcpListener,
}

/// Serves until dropped.
pub(super) struct Serving {
    port: u16,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Pages {
    /// A port of its own; nobody is answered yet.
    pub(super) fn new() -> Self {
        Self {
            listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap(),
        }
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub(super) fn serve(self, folder: PathBuf) -> Serving {
        let is_over = Arc::new(AtomicBool::new(false));
        let port = self.port();
        let over = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            for stream in self.listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                answer(stream.unwrap(), &folder);
            }
        });
        Serving {
            port,
            is_over,
            thread: Some(thread),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes it up.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, folder: &Path) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let request = lines.next().unwrap().unwrap();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let path = request.split(' ').nth(1).unwrap().trim_start_matches('/');
    let (status, kind, body) = match fs::read(folder.join(path)) {
        Ok(body) => ("200 OK", "image/jpeg", body),
        // As many hosts do it.
        Err(_) => ("200 OK", "text/html", b"<h1>Not found</h1>".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
}
