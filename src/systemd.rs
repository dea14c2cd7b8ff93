//! Telling systemd how a service is: the datagrams of `sd_notify(3)`, where it asked for them. On
//! any other machine nothing happens.

use std::{
    ffi::OsStr,
    os::unix::{
        ffi::OsStrExt,
        net::{SocketAddr, UnixDatagram},
    },
    time::Duration,
};

/// Where the service manager listens, and how often it wants to hear.
#[derive(Debug, Default)]
pub(crate) struct ServiceManager {
    socket: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl ServiceManager {
    /// The one that the environment of this process names; nobody where it names none.
    #[must_use]
    pub(crate) fn of_process() -> Self {
        let variable = |name: &str| std::env::var_os(name);
        let text = |name: &str| variable(name)?.into_string().ok();
        let is_ours = text("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let micros = text("WATCHDOG_USEC").and_then(|text| text.parse().ok());
        Self {
            socket: variable("NOTIFY_SOCKET").and_then(|name| socket(&name)),
            watchdog: micros.filter(|_| is_ours).map(Duration::from_micros),
        }
    }

    /// How often to call [`ServiceManager::is_alive`]: twice in the time after which we'd be killed.
    #[must_use]
    pub(crate) fn beat(&self) -> Option<Duration> {
        self.watchdog.map(|limit| limit / 2)
    }

    /// The service is up.
    pub(crate) fn is_ready(&self) {
        self.send("READY=1");
    }

    /// The service works.
    pub(crate) fn is_alive(&self) {
        self.send("WATCHDOG=1");
    }

    /// The service ends, in good order.
    pub(crate) fn is_stopping(&self) {
        self.send("STOPPING=1");
    }

    /// A line for `systemctl status`.
    pub(crate) fn says(&self, status: &str) {
        let line: String = status
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        self.send(&format!("STATUS={line}"));
    }

    /// Whoever does not listen is none of our trouble.
    fn send(&self, message: &str) {
        if let Some((socket, to)) = &self.socket {
            let _ = socket.send_to_addr(message.as_bytes(), to);
        }
    }
}

/// A path, or a name in the abstract namespace, which `@` stands before.
fn socket(name: &OsStr) -> Option<(UnixDatagram, SocketAddr)> {
    let address = match name.as_bytes() {
        [b'@', name @ ..] => abstract_address(name)?,
        [b'/', ..] => SocketAddr::from_pathname(name).ok()?,
        _ => return None,
    };
    let socket = UnixDatagram::unbound().ok()?;
    // A manager that does not read must not hold us up.
    socket.set_nonblocking(true).ok()?;
    Some((socket, address))
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &[u8]) -> Option<SocketAddr> {
    <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name).ok()
}

/// Other systems have no such namespace, and no systemd either.
#[cfg(not(target_os = "linux"))]
fn abstract_address(_name: &[u8]) -> Option<SocketAddr> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_arrives_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let supervisor = ServiceManager {
            socket: socket(path.as_os_str()),
            watchdog: Some(Duration::from_secs(60)),
        };
        assert_eq!(supervisor.beat(), Some(Duration::from_secs(30)));
        supervisor.is_ready();
        supervisor.says("next monday\nREADY=0");
        supervisor.is_stopping();
        let heard: Vec<String> = (0..3)
            .map(|_| {
                let mut buffer = [0; 200];
                let length = manager.recv(&mut buffer).unwrap();
                String::from_utf8_lossy(&buffer[..length]).into_owned()
            })
            .collect();
        assert_eq!(
            heard,
            ["READY=1", "STATUS=next monday READY=0", "STOPPING=1"]
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn names_in_the_abstract_namespace_are_reached_and_nonsense_is_nobody() {
        let name = format!("@daily-note-test-{}", std::process::id());
        let address = abstract_address(&name.as_bytes()[1..]).unwrap();
        let manager = UnixDatagram::bind_addr(&address).unwrap();
        let supervisor = ServiceManager {
            socket: socket(OsStr::new(&name)),
            watchdog: None,
        };
        supervisor.is_alive();
        let mut buffer = [0; 20];
        let length = manager.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"WATCHDOG=1");
        assert!(socket(OsStr::new("relative")).is_none());
        assert!(socket(OsStr::new("")).is_none());
        ServiceManager::default().is_ready();
    }
}
