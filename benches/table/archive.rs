//! The archive of years, beside Hugo with a comparable theme (`benches/support/hugo`) on the same Markdown: from
//! nothing, again, one changed issue; and one issue among all of them, checked and rendered.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use super::{
    Sizes,
    process::{self, Cost, Killed, watched},
    publication::program,
    row::{Quantity, Reach, Row, Table, least, median},
    years::Years,
};

/// After all of the issues' hours.
const AT: &str = "2026-11-30T12:00:00Z";
/// So many saves are waited for.
const SAVES: usize = 9;

pub(crate) fn rows(table: &mut Table, sizes: &Sizes) {
    let years = Years::new(sizes, sizes.archived, true);
    one_among_many(table, &years, sizes);
    all_checked(table, &years, sizes);
    let cold = years.site();
    table.add(Row {
        what: format!("site, {} issues, nothing in the cache", years.issues),
        here: Quantity(cold.wall.as_secs_f64(), "s"),
        peer: None,
        reach: Reach::HereAtMost(60.0),
        note: format!(
            "a photograph in two sizes and a card each; processor {:.1} s, {:.0} MiB",
            cold.cpu.as_secs_f64(),
            cold.peak_mib
        ),
        is_robust: true,
    });
    let few = Years::new(sizes, sizes.archived / 3, true).site();
    table.add(Row {
        what: format!("memory at its peak, {} issues, nothing in the cache", years.issues),
        here: Quantity(cold.peak_mib, "MiB"),
        peer: Some(("a third of them", Quantity(few.peak_mib, "MiB"))),
        reach: Reach::RatioAtMost(2.0),
        note: "what grows is the text; the pictures that are being made take the same, however many there are".into(),
        is_robust: true,
    });
    beside_hugo(table, &years, sizes);
    saves(table, &years);
    drop(years);
    memory(table, sizes);
}

fn one_among_many(table: &mut Table, years: &Years, sizes: &Sizes) {
    let issue = years.name(7);
    let out = years.path("rendered");
    let out = out.to_string_lossy();
    for (what, arguments) in [
        ("check", &["check", &*issue][..]),
        ("render", &["render", &issue, "--out", &out]),
    ] {
        let run = || years.run(arguments).milliseconds();
        table.add(Row {
            what: format!("{what} one issue among {}: whole process", years.issues),
            here: Quantity(least((0..sizes.rounds * 7).map(|_| run())), "ms"),
            peer: None,
            reach: Reach::HereAtMost(50.0),
            note: "7,000 letters each; heads are read, one body".into(),
            is_robust: false,
        });
    }
}

/// Every issue held against every rule, rendered for it.
fn all_checked(table: &mut Table, years: &Years, sizes: &Sizes) {
    let costs: Vec<Cost> = (0..sizes.rounds)
        .map(|_| years.run(&["--at", AT, "check", "--json"]))
        .collect();
    let cpu = least(costs.iter().map(|cost| cost.cpu.as_secs_f64()));
    table.add(Row {
        what: format!("check, all of {} issues", years.issues),
        here: Quantity(least(costs.iter().map(|cost| cost.wall.as_secs_f64())), "s"),
        peer: None,
        reach: Reach::HereAtMost(2.0),
        note: format!("every issue rendered and held against every rule; processor {cpu:.1} s"),
        is_robust: false,
    });
}

/// Both from the Markdown to a folder that was not there, with their pictures in their caches.
fn beside_hugo(table: &mut Table, years: &Years, sizes: &Sizes) {
    let what = format!(
        "site, {} issues, pictures and cards in the cache",
        years.issues
    );
    if !process::has("hugo") {
        return table.leave_out(&what, "Hugo is not installed");
    }
    let hugo = Hugo::new(years);
    // Its pictures into its cache.
    hugo.build();
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..sizes.rounds {
        ours.push(years.site());
        theirs.push(hugo.build());
    }
    let wall = |costs: &[Cost]| least(costs.iter().map(|cost| cost.wall.as_secs_f64()));
    let cpu = |costs: &[Cost]| least(costs.iter().map(|cost| cost.cpu.as_secs_f64()));
    table.add(Row {
        what,
        here: Quantity(wall(&ours), "s"),
        peer: Some(("Hugo, the same Markdown", Quantity(wall(&theirs), "s"))),
        reach: Reach::RatioAtMost(1.0),
        note: format!(
            "processor {:.2} s beside {:.2} s; {:.0} MiB beside {:.0} MiB",
            cpu(&ours),
            cpu(&theirs),
            least(ours.iter().map(|cost| cost.peak_mib)),
            least(theirs.iter().map(|cost| cost.peak_mib))
        ),
        is_robust: false,
    });
    let again = || years.again().wall.as_secs_f64();
    table.add(Row {
        what: format!(
            "the same into the folder of before, one of {} issues changed",
            years.issues
        ),
        here: Quantity(
            least((0..sizes.rounds).map(|round| {
                years.save(3, round);
                again()
            })),
            "s",
        ),
        peer: Some(("Hugo", Quantity(wall(&theirs), "s"))),
        reach: Reach::RatioAtMost(1.0),
        note: "a process of its own, which compares every file with what stands there".into(),
        is_robust: false,
    });
}

/// From the writer's save to the readers' page.
fn saves(table: &mut Table, years: &Years) {
    let out = years.path("watched");
    let mut command = Command::new(program());
    years.dress(&mut command, &["--quiet", "site", "--watch", "--out"]);
    let child = command
        .arg(&out)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null());
    let _watching = Killed(
        child
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("a watcher"),
    );
    let page = out.join("issues").join(years.slug(5)).join("index.html");
    let shows = |word: &str| {
        let start = Instant::now();
        while !fs::read_to_string(&page).is_ok_and(|page| page.contains(word)) {
            assert!(
                start.elapsed() < Duration::from_secs(120),
                "{word} is not shown"
            );
            std::thread::sleep(Duration::from_micros(500));
        }
        start.elapsed().as_secs_f64() * 1e3
    };
    shows("<main");
    // What is done behind the first writing.
    std::thread::sleep(Duration::from_secs(3));
    let mut waits = Vec::new();
    for round in 0..SAVES {
        let word = years.save(5, round);
        waits.push(shows(&word));
        std::thread::sleep(Duration::from_millis(700));
    }
    table.add(Row {
        what: format!("a save, one of {} issues: until `site --watch` shows it", years.issues),
        here: Quantity(median(waits.clone()), "ms"),
        peer: None,
        reach: Reach::HereAtMost(100.0),
        note: format!(
            "the middle of {SAVES}; the least {:.0} ms; the folder replaced as a whole, its search and its lists too",
            least(waits)
        ),
        is_robust: false,
    });
}

fn memory(table: &mut Table, sizes: &Sizes) {
    let peak = |issues: usize| {
        let years = Years::new(sizes, issues, false);
        // Cards take their time, and no room: of the second run.
        years.site();
        years.again().peak_mib
    };
    let (few, many) = (peak(sizes.archived), peak(sizes.archived * 10));
    table.add(Row {
        what: format!(
            "memory at the peak of `site`, {} issues",
            sizes.archived * 10
        ),
        here: Quantity(many, "MiB"),
        peer: Some(("a tenth of them", Quantity(few, "MiB"))),
        reach: Reach::RatioAtMost(10.0),
        note: "what grows is the text of the issues; their bodies are parsed one by one".into(),
        is_robust: true,
    });
}

/// The peer's own folder, beside the publication's.
struct Hugo<'y> {
    years: &'y Years,
    folder: PathBuf,
}

impl<'y> Hugo<'y> {
    fn new(years: &'y Years) -> Self {
        let folder = years.path("hugo");
        let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/support/hugo");
        copy(&theme, &folder);
        Self { years, folder }
    }

    fn build(&self) -> Cost {
        let out = self.years.path("hugo-out");
        let _ = fs::remove_dir_all(&out);
        let mut command = watched("hugo", &self.years.account());
        command.arg("--quiet").arg("--source").arg(&self.folder);
        command.arg("--contentDir").arg(self.years.path("issues"));
        command.arg("--destination").arg(&out);
        let cost = process::run(&mut command, &self.years.account());
        assert_eq!(cost.code, 0, "hugo failed");
        cost
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the theme") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), &to).expect("a copy")),
        }
    }
}

impl Years {
    /// The archive into a folder that was not there.
    fn site(&self) -> Cost {
        let _ = fs::remove_dir_all(self.path("public"));
        self.again()
    }

    /// And over what stands there.
    fn again(&self) -> Cost {
        let out = self.path("public");
        self.run(&["--at", AT, "site", "--out", &out.to_string_lossy()])
    }

    fn run(&self, arguments: &[&str]) -> Cost {
        let mut command = watched(program(), &self.account());
        self.dress(&mut command, arguments);
        let cost = process::run(&mut command, &self.account());
        assert_eq!(cost.code, 0, "{arguments:?}");
        cost
    }

    fn dress(&self, command: &mut Command, arguments: &[&str]) {
        command.env("XDG_STATE_HOME", self.path("state-home"));
        command.arg("--root").arg(self.path("")).args(arguments);
    }

    fn account(&self) -> PathBuf {
        self.path("account")
    }
}
