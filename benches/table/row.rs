//! A row of the table: what was measured, its peer, what is to be reached, and whether it is.

use std::fmt;

/// A number and its unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantity(pub(crate) f64, pub(crate) &'static str);

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, unit) = *self;
        let places = match value {
            value if value >= 100.0 => 0,
            value if value >= 10.0 => 1,
            _ => 2,
        };
        write!(f, "{value:.places$} {unit}")
    }
}

/// What a row has to come to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach {
    HereAtMost(f64),
    HereAtLeast(f64),
    RatioAtMost(f64),
    RatioAtLeast(f64),
    /// There for comparison.
    Nothing,
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) here: Quantity,
    pub(crate) peer: Option<(&'static str, Quantity)>,
    pub(crate) reach: Reach,
    /// What else was seen.
    pub(crate) note: String,
    /// The row means something in a small run on a busy machine, and fails it.
    pub(crate) is_robust: bool,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        let (_, peer) = self.peer?;
        Some(self.here.0 / peer.0)
    }

    fn is_reached(&self) -> bool {
        let ratio = self.ratio().unwrap_or(f64::NAN);
        match self.reach {
            Reach::HereAtMost(most) => self.here.0 <= most,
            Reach::HereAtLeast(least) => self.here.0 >= least,
            Reach::RatioAtMost(most) => ratio <= most,
            Reach::RatioAtLeast(least) => ratio >= least,
            Reach::Nothing => true,
        }
    }

    fn wanted(&self) -> String {
        let unit = self.here.1;
        match self.reach {
            Reach::HereAtMost(most) => format!("≤ {most} {unit}"),
            Reach::HereAtLeast(least) => format!("≥ {least} {unit}"),
            Reach::RatioAtMost(most) => format!("ratio ≤ {most}"),
            Reach::RatioAtLeast(least) => format!("ratio ≥ {least}"),
            Reach::Nothing => "–".to_owned(),
        }
    }

    fn verdict(&self) -> &'static str {
        match (self.reach, self.is_reached()) {
            (Reach::Nothing, _) => "",
            (_, true) => "yes",
            (_, false) => "**no**",
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, here, .. } = self;
        let peer = self
            .peer
            .map_or_else(String::new, |(name, peer)| format!("{name}: {peer}"));
        let ratio = self
            .ratio()
            .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        let (wanted, verdict, note) = (self.wanted(), self.verdict(), &self.note);
        write!(
            f,
            "| {what} | {here} | {peer} | {ratio} | {wanted} | {verdict} | {note} |"
        )
    }
}

/// Rows as they come, printed at once, and whether they held.
#[derive(Debug, Default)]
pub(crate) struct Table {
    missed: Vec<String>,
}

impl Table {
    pub(crate) fn start() -> Self {
        println!("| what | here | beside it | ratio | to reach | reached | |");
        println!("|---|---|---|---|---|---|---|");
        Self::default()
    }

    pub(crate) fn add(&mut self, row: Row) {
        println!("{row}");
        if row.is_robust && !row.is_reached() {
            self.missed.push(row.what);
        }
    }

    /// What a row would have said, had its peer been there.
    pub(crate) fn leave_out(&self, what: &str, why: &str) {
        assert!(
            std::env::var_os("CI").is_none(),
            "{what} can't be measured: {why}"
        );
        println!("| {what} | left out: {why} | | | | | |");
    }

    /// The robust rows that were not reached.
    pub(crate) fn missed(&self) -> &[String] {
        &self.missed
    }
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The smallest: what it costs where nobody disturbs.
pub(crate) fn least(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}
