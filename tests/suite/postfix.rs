//! Real Postfix: its `smtp-sink`, and a whole instance of its own folder that takes mail
//! for anybody@example.com, save gone@, into a Maildir. The machine's own Postfix is never touched.
//!
//! Where Postfix is not installed, or we are not root, a test says that it was left out; where
//! `CI=true` it fails instead.

use std::{
    fs,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::support::left_out;

/// The path of one of Postfix's programs; None, after a word on it, where there is none.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let found = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"]
        .into_iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists());
    if found.is_none() {
        left_out(&format!("Postfix's {name} is not installed"));
    }
    found
}

/// An address that nobody listens at.
pub(crate) fn free_port() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

/// Waits until somebody listens there.
fn wait_for(addr: SocketAddr) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(addr).is_err() {
        assert!(Instant::now() < deadline, "nobody listens at {addr}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A running `smtp-sink`.
pub(crate) struct Sink {
    addr: SocketAddr,
    process: Child,
    dump: TempDir,
}

impl Sink {
    /// Starts one with these flags, for example `["-q", "DATA"]`.
    pub(crate) fn start(flags: &[&str]) -> Option<Self> {
        let program = tool("smtp-sink")?;
        let dump = tempfile::tempdir().unwrap();
        fs::set_permissions(dump.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let addr = free_port();
        let process = Command::new(program)
            .args(["-d", &dump.path().join("mail.").display().to_string()])
            .args(flags)
            .args(is_root().then_some(["-u", "nobody"]).into_iter().flatten())
            .args([&format!("inet:{addr}"), "100"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let sink = Self {
            addr,
            process,
            dump,
        };
        wait_for(addr);
        Some(sink)
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it took: its own header lines, then the message, with bare LFs.
    pub(crate) fn mail(&self) -> Vec<String> {
        fs::read_dir(self.dump.path())
            .unwrap()
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A running Postfix with a configuration, a queue and Maildirs of its own.
pub(crate) struct Postfix {
    folder: TempDir,
    addr: SocketAddr,
    /// None: stopped.
    master: Mutex<Option<Child>>,
}

/// How long one of its programs may take, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the master logs once it listens.
const STARTED: &str = "daemon started";

const MASTER: &str = "\
ADDR      inet  n       -       n       -       -       smtpd
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
proxymap  unix  -       -       n       -       -       proxymap
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
virtual   unix  -       n       n       -       -       virtual
anvil     unix  -       -       n       -       1       anvil
postlog   unix-dgram n  -       n       -       1       postlogd
";

impl Postfix {
    /// Starts one with these lines added to its main.cf.
    pub(crate) fn start(settings: &[&str]) -> Option<Self> {
        Self::start_with(settings, "")
    }

    /// The same with these lines added to its master.cf.
    pub(crate) fn start_with(settings: &[&str], services: &str) -> Option<Self> {
        tool("postfix")?;
        if !is_root() {
            left_out("Postfix starts as root only");
            return None;
        }
        // Between our look and Postfix's bind somebody else may take the port.
        let tries = (0..3).map(|_| {
            let postfix = Self {
                folder: tempfile::tempdir().unwrap(),
                addr: free_port(),
                master: Mutex::new(None),
            };
            postfix.write_configuration(settings, services);
            postfix.make_queue();
            (postfix.launch(), postfix)
        });
        let mut told = String::new();
        for (is_up, postfix) in tries {
            if is_up {
                return Some(postfix);
            }
            told = postfix.log();
        }
        panic!("Postfix does not start:\n{told}");
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Kills it, connections and all; its queue stays.
    pub(crate) fn stop(&self) {
        let master = self.master.lock().ok().and_then(|mut master| master.take());
        let Some(mut master) = master else {
            return;
        };
        // It takes its children with it, which it could not on a SIGKILL.
        let pid = master.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        if !ends(&mut master) {
            let _ = master.kill();
            let _ = master.wait();
        }
    }

    /// Starts it where it was.
    pub(crate) fn start_again(&self) {
        assert!(self.launch(), "{}", self.log());
    }

    /// What has been delivered to that address, with bare LFs.
    pub(crate) fn mail_of(&self, address: &str) -> Vec<String> {
        let delivered = format!("Delivered-To: {address}\n");
        let mut mail = self.mail();
        mail.retain(|message| message.contains(&delivered));
        mail
    }

    /// All that has been delivered: a Maildir's file each.
    pub(crate) fn mail(&self) -> Vec<String> {
        let mut all = Vec::new();
        for owner in self.owners() {
            let new = self.folder.path().join("mail").join(owner).join("new");
            for entry in fs::read_dir(new).into_iter().flatten() {
                all.push(fs::read_to_string(entry.unwrap().path()).unwrap());
            }
        }
        all
    }

    /// The Maildir of that name.
    pub(crate) fn maildir(&self, name: &str) -> PathBuf {
        self.folder.path().join("mail").join(name)
    }

    /// Whose Maildirs there are: `all`, unless a setting gives readers their own.
    pub(crate) fn owners(&self) -> Vec<String> {
        let people = fs::read_dir(self.folder.path().join("mail"));
        let name = |person: io::Result<fs::DirEntry>| person.unwrap().file_name();
        (people.into_iter().flatten())
            .map(|person| name(person).to_string_lossy().into_owned())
            .collect()
    }

    /// Waits until so many messages are delivered, and a moment longer for more.
    pub(crate) fn wait_for_mail(&self, count: usize) -> usize {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.mail().len() < count && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(Duration::from_millis(200));
        self.mail().len()
    }

    /// What it logged, for a test that fails.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn write_configuration(&self, settings: &[&str], services: &str) {
        let folder = self.folder.path();
        // Its daemons run as users of their own and must find their way in.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["conf", "mail", "queue", "data"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        let (nobody, nogroup) = id_of("nobody");
        chown(folder.join("mail"), Some(nobody), Some(nogroup)).unwrap();
        chown(folder.join("data"), Some(id_of("postfix").0), None).unwrap();
        let at = folder.display();
        let mut main = format!(
            "compatibility_level = 3.6\n\
             queue_directory = {at}/queue\n\
             data_directory = {at}/data\n\
             maillog_file = {at}/log\n\
             maillog_file_prefixes = {at}\n\
             myhostname = relay.example.test\n\
             mydestination =\n\
             mynetworks = 127.0.0.0/8\n\
             inet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\n\
             smtpd_relay_restrictions = permit_mynetworks, reject\n\
             virtual_mailbox_domains = example.com\n\
             virtual_mailbox_base = {at}/mail\n\
             virtual_mailbox_maps = static:all/\n\
             smtpd_recipient_restrictions = check_recipient_access regexp:{at}/conf/gone\n\
             virtual_minimum_uid = 1\n\
             virtual_uid_maps = static:{nobody}\n\
             virtual_gid_maps = static:{nogroup}\n\
             virtual_mailbox_limit = 0\n\
             default_transport = error:this relay sends nothing on\n\
             alias_maps =\n\
             alias_database =\n"
        );
        for name in ["daemon_directory", "command_directory"] {
            let line = format!("{name} = {}\n", default_of(name).display());
            main.push_str(&line);
        }
        for setting in settings {
            main.push_str(setting);
            main.push('\n');
        }
        let conf = self.conf();
        fs::write(conf.join("main.cf"), main).unwrap();
        fs::write(
            conf.join("master.cf"),
            MASTER.replace("ADDR", &self.addr.to_string()) + services,
        )
        .unwrap();
        let gone = "/^gone@/ 550 5.1.1 User unknown in virtual mailbox table\n";
        fs::write(conf.join("gone"), gone).unwrap();
    }

    fn conf(&self) -> PathBuf {
        self.folder.path().join("conf")
    }

    fn make_queue(&self) {
        let mut check = Command::new("postfix");
        check.arg("-c").arg(self.conf()).arg("check");
        let mut check = quiet(check).spawn().unwrap();
        assert!(ends(&mut check), "postfix check does not end");
    }

    /// Runs its master, without the scripts of `postfix start` around it, so that it is our own child
    /// and nothing but it is waited for. Answers whether it is up.
    fn launch(&self) -> bool {
        let program = default_of("daemon_directory").join("master");
        let begun = self.log().matches(STARTED).count();
        let mut master = Command::new(program);
        master.arg("-c").arg(self.conf());
        let mut master = quiet(master).spawn().unwrap();
        let deadline = Instant::now() + PATIENCE;
        // Its word, since whoever answers at the port may be somebody else.
        while self.log().matches(STARTED).count() == begun {
            if master.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(
                Instant::now() < deadline,
                "Postfix is not up: {}",
                self.log()
            );
            thread::sleep(Duration::from_millis(10));
        }
        *self.master.lock().unwrap() = Some(master);
        wait_for(self.addr);
        true
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = writeln!(io::stderr(), "{}", self.log());
        }
        self.stop();
    }
}

fn quiet(mut command: Command) -> Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Waits for a process's end, not for ever; answers whether it came.
fn ends(process: &mut Child) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while matches!(process.try_wait(), Ok(None)) {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

/// A folder as Postfix was built with it.
fn default_of(name: &str) -> PathBuf {
    let output = Command::new("postconf")
        .args(["-dh", name])
        .output()
        .unwrap();
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| {
        use std::os::unix::fs::MetadataExt;
        metadata.uid() == 0
    })
}

/// User and group number of a user.
pub(crate) fn id_of(user: &str) -> (u32, u32) {
    let number = |flag: &str| {
        let output = Command::new("id").args([flag, user]).output().unwrap();
        String::from_utf8_lossy(&output.stdout)
            .trim()
            .parse()
            .unwrap()
    };
    (number("-u"), number("-g"))
}
