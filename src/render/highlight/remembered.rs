//! What was found of code before, in `.daily-note/cache/code`: to cut one block takes a process a quarter of its time,
//! since it compiles the grammar's expressions first. An entry holds kinds and lengths alone, under a hash of its own;
//! text, and whatever else a page may have, comes from the code itself. So the worst that a foreign entry does is to
//! colour it otherwise.

use std::{io::Write, path::Path};

use super::{
    syntax::GRAMMARS,
    token::{TokenKind, TokenRun},
};
use crate::{
    fingerprint::{sha256, sha256_hex},
    private_files::CacheFolder,
    source::read_file,
};

/// When there is more, the oldest go: some eight thousand blocks.
const MAX_BYTES: u64 = 32 << 20;
/// A run: its kind, its length.
const RUN_BYTES: usize = 1 + 4;
const HASH_BYTES: usize = 32;

/// Runs that were found before.
#[derive(Debug, Clone)]
pub(super) struct RememberedRuns(CacheFolder);

impl RememberedRuns {
    pub(super) fn below(state_dir: &Path) -> Self {
        let folder = state_dir.join("cache").join("code");
        Self(CacheFolder::at(folder, MAX_BYTES))
    }

    /// The runs of that code, found by `find` where nobody has yet.
    pub(super) fn of(
        &self,
        code: &str,
        language: &str,
        find: impl FnOnce() -> Vec<TokenRun>,
    ) -> Vec<TokenRun> {
        let fields = [GRAMMARS, language, code];
        let name = sha256_hex(fields.join("\0").as_bytes());
        if let Some(runs) = self.read(&name, code) {
            return runs;
        }
        let runs = find();
        let bytes = written(&runs);
        if let Err(error) = self.0.keep(&name, |file| file.write_all(&bytes)) {
            let folder = self.0.path().display();
            tracing::debug!(%error, %folder, "the colours of code are not cached");
        }
        runs
    }

    fn read(&self, name: &str, code: &str) -> Option<Vec<TokenRun>> {
        // No run is empty: there are at most as many as bytes.
        let most = HASH_BYTES + RUN_BYTES * code.len();
        let bytes = read_file(&self.0.entry(name), most as u64).ok()?;
        let (hash, known) = bytes.split_first_chunk::<HASH_BYTES>()?;
        if sha256(known) != *hash {
            return None;
        }
        let (runs, rest) = known.as_chunks::<RUN_BYTES>();
        let runs: Option<Vec<TokenRun>> = runs.iter().map(run).collect();
        runs.filter(|runs| rest.is_empty() && are_of(code, runs))
    }
}

/// Whether they are runs of that code, from its first letter to its last.
fn are_of(code: &str, runs: &[TokenRun]) -> bool {
    let mut end = 0_usize;
    let mut ends = runs.iter().map(|run| {
        end = end.saturating_add(run.bytes);
        run.bytes > 0 && code.is_char_boundary(end)
    });
    ends.all(|is_end| is_end) && end == code.len()
}

fn run(bytes: &[u8; RUN_BYTES]) -> Option<TokenRun> {
    let (kind, length) = bytes.split_first()?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    Some(TokenRun {
        kind: *TokenKind::ALL.get(usize::from(*kind))?,
        bytes: usize::try_from(length).ok()?,
    })
}

fn written(runs: &[TokenRun]) -> Vec<u8> {
    let known: Vec<u8> = runs
        .iter()
        .flat_map(|run| {
            // Code of more than an issue may have is not cut.
            let length = u32::try_from(run.bytes).unwrap_or(u32::MAX).to_be_bytes();
            [run.kind as u8, length[0], length[1], length[2], length[3]]
        })
        .collect();
    [sha256(&known).as_slice(), &known].concat()
}
