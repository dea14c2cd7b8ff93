//! Metrics as Prometheus reads them: its text format, version 0.0.4. Which there are is said by those who have them.

use std::fmt::Write;

/// Metrics and their samples; a sample is of the metric before it.
#[derive(Default)]
pub(crate) struct MetricsText(String, &'static str);

impl MetricsText {
    /// Which version runs.
    pub(crate) fn build_info(&mut self) {
        self.gauge("daily_note_build_info", "The version that runs.");
        self.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    }

    /// A metric that goes up and down.
    pub(crate) fn gauge(&mut self, name: &'static str, help: &str) {
        self.begin(name, help, "gauge");
    }

    /// A metric that only grows, until the process ends.
    pub(crate) fn counter(&mut self, name: &'static str, help: &str) {
        self.begin(name, help, "counter");
    }

    /// One value of it.
    pub(crate) fn sample(&mut self, labels: &[(&str, &str)], value: i64) {
        self.0.push_str(self.1);
        if !labels.is_empty() {
            let labels: Vec<String> = labels
                .iter()
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            let _ = write!(self.0, "{{{}}}", labels.join(","));
        }
        let _ = writeln!(self.0, " {value}");
    }

    /// The page.
    #[must_use]
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    fn begin(&mut self, name: &'static str, help: &str, kind: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        self.1 = name;
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_s_value_ends_where_it_should() {
        let mut page = MetricsText::default();
        page.gauge("x", "help");
        page.sample(&[("issue", "a\"} 1\nb\\")], 2);
        assert_eq!(
            page.into_text(),
            "# HELP x help\n# TYPE x gauge\nx{issue=\"a\\\"} 1\\nb\\\\\"} 2\n"
        );
    }
}
