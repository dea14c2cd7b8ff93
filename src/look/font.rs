//! What the words are set in: families that the reader's machine has, since mail brings none.

/// The families, from the wanted to the general.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Font {
    /// The system's own.
    Sans,
    /// The system's book face.
    Serif,
    /// Families by name, before the system's.
    Stack {
        /// As the reader's machine knows them.
        names: Vec<String>,
        /// What stands in is a book face.
        is_serif: bool,
    },
}

/// Code.
pub(super) const MONO: &str = "Menlo,Consolas,'D2Coding',monospace";

impl Font {
    /// The value of `font-family`, without double quotes: it stands in attributes.
    pub(super) fn stack(&self, language: &str) -> String {
        let system = system(language, self.is_serif());
        let Self::Stack { names, .. } = self else {
            return system.to_owned();
        };
        let mut stack: String = names.iter().map(|name| format!("'{name}',")).collect();
        stack.push_str(system);
        stack
    }

    /// The family that Word, which takes no second choice, is told to use.
    pub(super) fn on_windows(&self, language: &str) -> &'static str {
        match (primary(language), self.is_serif()) {
            ("ko", false) => "'Malgun Gothic'",
            ("ko", true) => "Batang",
            ("ja", false) => "'Yu Gothic'",
            ("ja", true) => "'Yu Mincho'",
            ("zh", false) => "'Microsoft YaHei'",
            ("zh", true) => "SimSun",
            (_, false) => "'Segoe UI'",
            (_, true) => "Georgia",
        }
    }

    /// Whether a book face stands in where the families are missing.
    #[must_use]
    pub(crate) fn is_serif(&self) -> bool {
        matches!(self, Self::Serif | Self::Stack { is_serif: true, .. })
    }
}

fn system(language: &str, is_serif: bool) -> &'static str {
    match (primary(language), is_serif) {
        ("ko", false) => "'Apple SD Gothic Neo','Malgun Gothic','Noto Sans KR',sans-serif",
        ("ko", true) => {
            "AppleMyungjo,'Nanum Myeongjo','Noto Serif KR','Noto Serif CJK KR',Batang,serif"
        }
        ("ja", true) => {
            "'Hiragino Mincho ProN','Yu Mincho','Noto Serif JP','Noto Serif CJK JP',serif"
        }
        ("ja", false) => {
            "-apple-system,'Hiragino Sans','Yu Gothic',Meiryo,'Noto Sans JP',sans-serif"
        }
        ("zh", true) => "'Songti SC',SimSun,'Noto Serif SC',serif",
        ("zh", false) => "-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans SC',sans-serif",
        ("ar" | "fa" | "ur", true) => {
            "'Noto Naskh Arabic','Traditional Arabic','Times New Roman',serif"
        }
        (_, true) => "Georgia,'Times New Roman',serif",
        (_, false) => "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif",
    }
}

fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or(language)
}
