//! Postfix's own instruments: `smtp-sink`, which takes mail and throws it away, and `smtp-source`,
//! which makes as much as it can.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::MetadataExt,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Where a tool of Postfix's is, if it is installed.
pub(crate) fn tool(name: &str) -> Option<String> {
    ["/usr/sbin", "/usr/local/sbin", "/usr/libexec/postfix"]
        .into_iter()
        .map(|folder| format!("{folder}/{name}"))
        .find(|path| std::path::Path::new(path).exists())
}

/// A sink of its own for every run.
pub(crate) struct Sink {
    process: Child,
    pub(crate) addr: SocketAddr,
}

impl Sink {
    pub(crate) fn start(path: &str) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let addr = free.local_addr().expect("its address");
        drop(free);
        let mut command = Command::new(path);
        // It refuses to run as root.
        if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            command.args(["-u", "nobody"]);
        }
        let process = command
            .args([&format!("inet:{addr}"), "1000"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink");
        let sink = Self { process, addr };
        for _ in 0..500 {
            if TcpStream::connect(addr).is_ok() {
                return sink;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("smtp-sink does not listen");
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The arguments of `smtp-source` for so many messages of so many bytes over so many connections
/// that are kept open.
pub(crate) fn source_arguments(
    connections: usize,
    messages: usize,
    bytes: usize,
    to: SocketAddr,
) -> Vec<String> {
    let numbers = [("-s", connections), ("-m", messages), ("-l", bytes)];
    let mut arguments = vec!["-d".to_owned()];
    for (flag, number) in numbers {
        arguments.extend([flag.to_owned(), number.to_string()]);
    }
    let addresses = ["-f", "hello@example.com", "-t", "minji@example.com"];
    arguments.extend(addresses.map(str::to_owned));
    arguments.push(format!("inet:{to}"));
    arguments
}
