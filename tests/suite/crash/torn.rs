//! A write-ahead log whose end a power cut tore.

use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use super::Dice;

/// Tears what follows the last commit in the write-ahead log: cut somewhere, or scribbled over.
pub(crate) fn tear_the_log(folder: &Path, chance: u64) {
    let path = folder.join(".daily-note/daily-note.sqlite-wal");
    let Ok(mut file) = fs::OpenOptions::new().read(true).write(true).open(&path) else {
        return;
    };
    let mut log = Vec::new();
    file.read_to_end(&mut log).unwrap();
    let committed = committed_bytes(&log);
    let mut dice = Dice(chance);
    if committed == log.len() {
        // Nothing lies behind the last commit: leave half a frame there, as a power cut may.
        let torn: Vec<u8> = (0..dice.roll(3_000))
            .map(|_| dice.roll(256) as u8)
            .collect();
        file.write_all(&torn).unwrap();
        return;
    }
    let at = committed + dice.roll((log.len() - committed) as u64) as usize;
    if dice.roll(2) == 0 {
        file.set_len(at as u64).unwrap();
    } else {
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(&[0x5a; 16]).unwrap();
    }
}

/// The length of a write-ahead log up to its last commit frame (SQLite's file format, section 4).
fn committed_bytes(log: &[u8]) -> usize {
    let word = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    if log.len() < 32 {
        return log.len();
    }
    let (frame, salt) = (24 + word(8) as usize, &log[16..24]);
    let (mut at, mut committed) = (32, 32);
    while at + frame <= log.len() && &log[at + 8..at + 16] == salt {
        at += frame;
        if word(at - frame + 4) != 0 {
            committed = at;
        }
    }
    committed
}
