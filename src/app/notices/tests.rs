//! Whom a rehearsal tells.

use super::*;
use crate::publication::{Environment, Publication};

fn app(root: &std::path::Path, hook: &str, clock: Clock) -> App {
    let yaml = format!(
        "publication: {{name: n, timezone: UTC, from: n@example.com}}\n\
         editions: {{monday: {{title: m, day: mon, time: '08:00'}}}}\n\
         notify: {{webhook: {{url: '{hook}', secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}}}\n"
    );
    let publication = Publication::from_yaml(root, &yaml, &Environment::empty()).unwrap();
    App { publication, clock }
}

#[test]
fn a_rehearsal_posts_to_this_machine_alone() {
    let pretended = Clock::starting_at(DateTime::UNIX_EPOCH);
    let has_hook = |hook, clock| app("/nowhere".as_ref(), hook, clock).webhook().is_some();
    let (here, there) = ("http://127.0.0.1:8080/hook", "https://hook.example.com/");
    assert!(has_hook(here, pretended) && has_hook("http://localhost/", pretended));
    assert!(!has_hook(there, pretended));
    assert!(has_hook(there, Clock::System) && has_hook(here, Clock::System));
}
