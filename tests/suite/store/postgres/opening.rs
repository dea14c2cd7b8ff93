//! What a server must be like before anything is begun on it: each refusal is one sentence that says what to do.

use std::{error::Error, fs, os::unix::fs::PermissionsExt};

use daily_note::store::StoreError;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::place::{Schema, opened};
use crate::support::postgres::{Cluster, unprivileged};

/// The refusal, its cause and its remedy.
pub(super) fn told(error: &StoreError) -> String {
    let cause = error.source().map(ToString::to_string);
    format!("{error}: {} – {}", cause.unwrap_or_default(), error.hint())
}

#[tokio::test]
async fn many_first_openings_at_once_make_one_state() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let address = place.address();
    let opening: Vec<_> = (0..6)
        .map(|_| {
            let address = address.clone();
            tokio::spawn(async move { opened(&address).await.map(drop) })
        })
        .collect();
    for opened in opening {
        opened.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn another_program_s_tables_and_a_newer_program_s_are_refused() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let role = &place.role;
    let says = async |sql: String| place.cluster.says(&sql).await;
    says(format!("CREATE TABLE {role}.cookies (id BIGINT)")).await;
    let foreign = place.try_open().await.unwrap_err();
    assert!(matches!(foreign, StoreError::Foreign), "{foreign:?}");
    says(format!("DROP TABLE {role}.cookies")).await;
    place.try_open().await.unwrap();
    says(format!(
        "INSERT INTO {role}.schema_steps (version, description, checksum) VALUES (99, 'later', '')"
    ))
    .await;
    let newer = place.try_open().await.unwrap_err();
    assert!(matches!(newer, StoreError::Newer), "{newer:?}");
    says(format!(
        "DELETE FROM {role}.schema_steps WHERE version = 99; \
         UPDATE {role}.schema_steps SET checksum = 'other'"
    ))
    .await;
    let other = place.try_open().await.unwrap_err();
    assert!(matches!(other, StoreError::Outdated(_)), "{other:?}");
}

#[tokio::test]
async fn what_would_not_be_durable_is_refused_and_so_is_whoever_may_not_write() {
    let Some(place) = Schema::new().await else {
        return;
    };
    place.try_open().await.unwrap();
    let role = &place.role;
    for (setting, expected) in [
        (
            "synchronous_commit = off",
            "synchronous_commit is off: mail would be sent twice",
        ),
        (
            "default_transaction_read_only = on",
            "is a standby, or set to be read only",
        ),
    ] {
        let sql = format!("ALTER ROLE {role} RESET ALL; ALTER ROLE {role} SET {setting}");
        place.cluster.says(&sql).await;
        let refused = told(&place.try_open().await.unwrap_err());
        assert!(refused.contains(expected), "{refused}");
    }
    let sql = format!(
        "ALTER ROLE {role} RESET ALL; DROP OWNED BY {role} CASCADE; \
         CREATE SCHEMA others_{role}; GRANT USAGE ON SCHEMA others_{role} TO {role}; \
         ALTER ROLE {role} SET search_path = others_{role}"
    );
    place.cluster.says(&sql).await;
    let refused = told(&place.try_open().await.unwrap_err());
    let expected = format!("may not make tables in the schema others_{role} – let it: GRANT");
    assert!(refused.contains(&expected), "{refused}");
    place
        .cluster
        .says(&format!("ALTER ROLE {role} SET search_path = nowhere"))
        .await;
    let refused = told(&place.try_open().await.unwrap_err());
    assert!(refused.contains("no schema to make tables in"), "{refused}");
}

#[tokio::test]
async fn who_is_not_let_in_learns_why_and_no_password_is_shown() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let port = place.cluster.port;
    let gone = opened("postgres://note@127.0.0.1:1/note")
        .await
        .unwrap_err();
    assert!(told(&gone).contains("can't be reached – look whether the server runs"));
    let nobody = opened(&format!("postgres://nobody@127.0.0.1:{port}/postgres")).await;
    let nobody = told(&nobody.unwrap_err());
    assert!(
        nobody.contains("lets this user in from nowhere"),
        "{nobody}"
    );
    let role = &place.role;
    let nothing = opened(&format!("postgres://{role}@127.0.0.1:{port}/nothing")).await;
    let nothing = told(&nothing.unwrap_err());
    assert!(
        nothing.contains("has no database of that name"),
        "{nothing}"
    );
}

/// A server that wants passwords, and shows a certificate of an authority of ours.
struct GuardedServer {
    cluster: Cluster,
    authority: tempfile::NamedTempFile,
}

impl GuardedServer {
    fn start() -> Option<Self> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let own = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned()];
        let shown = CertificateParams::new(names).unwrap();
        let shown = shown.signed_by(&own, &issuer).unwrap();
        let cluster = Cluster::start(&[])?;
        let (programs, folder) = cluster.stop();
        let data = folder.path().join("data");
        for (name, text) in [
            ("server.crt", shown.pem()),
            ("server.key", own.serialize_pem()),
            ("pg_hba.conf", GUARDED.to_owned()),
        ] {
            let file = data.join(name);
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = unprivileged() {
                std::os::unix::fs::chown(&file, Some(user), Some(group)).unwrap();
            }
        }
        let authority = tempfile::NamedTempFile::new().unwrap();
        fs::write(authority.path(), root.pem()).unwrap();
        Some(Self {
            cluster: Cluster::launch(programs, folder, &["ssl = on"]),
            authority,
        })
    }
}

const GUARDED: &str = "host all postgres 127.0.0.1/32 trust\n\
    hostssl all note 127.0.0.1/32 scram-sha-256\n";

#[tokio::test]
async fn passwords_and_certificates_are_held_to_what_they_must_be() {
    let Some(GuardedServer { cluster, authority }) =
        tokio::task::spawn_blocking(GuardedServer::start)
            .await
            .unwrap()
    else {
        return;
    };
    cluster
        .says("CREATE ROLE note LOGIN PASSWORD 'right'; CREATE SCHEMA AUTHORIZATION note")
        .await;
    let (port, root) = (cluster.port, authority.path().display());
    let address = |password: &str, host: &str, mode: &str| {
        format!("postgres://note{password}@{host}:{port}/postgres?sslmode={mode}")
    };
    let trusted = format!("verify-full&sslrootcert={root}");
    opened(&address(":right", "localhost", &trusted))
        .await
        .unwrap();
    for (address, expected) in [
        (
            address(":wrong", "localhost", &trusted),
            "refuses the password – give it as",
        ),
        (
            address("", "localhost", &trusted),
            "wants a password, and none is given",
        ),
        (
            address(":right", "localhost", "verify-full"),
            "no trusted connection",
        ),
        (
            address(":right", "127.0.0.1", &trusted),
            "no trusted connection",
        ),
        (
            address(":right", "localhost", "disable"),
            "lets this user in from nowhere",
        ),
        (
            address(":right", "localhost", "verify-full&sslrootcert=/nowhere"),
            "certificates of sslrootcert can't be read",
        ),
    ] {
        let refused = told(&opened(&address).await.unwrap_err());
        assert!(refused.contains(expected), "{address}: {refused}");
        assert!(
            !refused.contains("right") && !refused.contains("wrong"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_standby_is_refused_until_it_is_promoted_and_then_it_is_not_the_same_state() {
    use daily_note::store::StateInstance;

    use crate::store::fixture::sender;

    let Some(primary) = tokio::task::spawn_blocking(|| Cluster::start(&[]))
        .await
        .unwrap()
    else {
        return;
    };
    primary
        .says("CREATE ROLE note LOGIN; CREATE SCHEMA AUTHORIZATION note")
        .await;
    let address = |port: u16| format!("postgres://note@127.0.0.1:{port}/postgres");
    let store = opened(&address(primary.port)).await.unwrap();
    drop(store.hold(&sender()).await.unwrap());
    let port = primary.port;
    let standby = tokio::task::spawn_blocking(move || primary.standby(port));
    let standby = standby.await.unwrap();
    let refused = told(&opened(&address(standby.port)).await.unwrap_err());
    assert!(
        refused.contains("is a standby, or set to be read only"),
        "{refused}"
    );
    standby.says("SELECT pg_promote()").await;
    let promoted = opened(&address(standby.port)).await.unwrap();
    let refused = promoted.hold(&sender()).await;
    assert!(matches!(refused, Err(StoreError::Copied)), "{refused:?}");
}
