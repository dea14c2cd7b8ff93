//! Which of the program's templates a person means.

use crate::{
    render::Templates,
    words::{phrase, phrased},
    yaml::nearest,
};

/// The template's name: as it is listed, as a path from the publication's folder, or by its file's name
/// alone where only one has it.
///
/// # Errors
/// There is none; the nearest is named.
pub fn template_named(given: &str) -> Result<String, String> {
    let built_in = Templates::built_in();
    let all: Vec<&str> = built_in.names().collect();
    let name = given.trim_start_matches("./");
    let name = name.trim_start_matches("templates/");
    if all.contains(&name) {
        return Ok(name.to_owned());
    }
    let mut called = all.iter().filter(|it| it.rsplit('/').next() == Some(name));
    if let (Some(one), None) = (called.next(), called.next()) {
        return Ok((*one).to_owned());
    }
    let hint = match nearest(name, &all) {
        Some(near) => phrased!("did you mean `{near}`?"),
        None => phrase!("`daily-note templates list` shows them").to_owned(),
    };
    Err(phrased!("there is no template `{given}`; {hint}"))
}
