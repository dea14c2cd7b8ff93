//! Which opinions the writer has heard of, by which notice; and that an erased reader's words are in none that waits.

use super::row::{OPINION, opinion_from};
use crate::{
    audience::SubscriberId,
    store::{
        Opinion, Realm, UntoldOpinion,
        notice_outbox::key_in,
        postgres::{
            columns, fault::PostgresFault, membership::member, realm,
            transaction::StoreTransaction, values::values,
        },
    },
};

/// Those that nobody was told of, the first one first.
pub(crate) async fn untold(
    tx: &StoreTransaction,
    realm: Realm,
    limit: u32,
) -> Result<Vec<UntoldOpinion>, PostgresFault> {
    let sql = format!(
        "SELECT {OPINION} FROM opinions WHERE told IS NULL AND realm = $1 ORDER BY id LIMIT $2"
    );
    let (realm, limit) = (realm::code(realm), i64::from(limit));
    let opinions = tx.all(&sql, values![realm, limit], opinion_from).await?;
    let mut untold = Vec::with_capacity(opinions.len());
    for opinion in opinions {
        let writer = match opinion.reader.filter(|_| opinion.may_reply) {
            Some(reader) => member::of(tx, reader).await?,
            None => None,
        };
        untold.push(UntoldOpinion {
            answer_to: writer.map(|row| row.person.profile.email),
            opinion,
        });
    }
    Ok(untold)
}

/// Notes that they are told by the notices of that key, unless they changed meanwhile.
pub(crate) async fn note(
    tx: &StoreTransaction,
    realm: Realm,
    opinions: &[Opinion],
    key: &str,
) -> Result<(), PostgresFault> {
    for opinion in opinions {
        tx.run(
            "UPDATE opinions SET told = $3 WHERE id = $1 AND realm = $2 \
             AND choice IS NOT DISTINCT FROM $4 AND text IS NOT DISTINCT FROM $5 \
             AND name IS NOT DISTINCT FROM $6",
            values![
                opinion.id,
                realm::code(realm),
                columns::text(key),
                opinion.choice.as_deref(),
                opinion.text.as_deref(),
                opinion.name.as_deref()
            ],
        )
        .await?;
    }
    Ok(())
}

/// Takes notices that wait and have words of that reader out of the outbox; what others said in them is told anew. Whose
/// own words were not told yet never will be.
pub(crate) async fn forget(
    tx: &StoreTransaction,
    subscriber: SubscriberId,
) -> Result<(), PostgresFault> {
    let sql = "UPDATE opinions SET told = '' WHERE subscriber = $1 AND told IS NULL";
    tx.run(sql, values![subscriber.0]).await?;
    let sql = "SELECT DISTINCT told FROM opinions WHERE subscriber = $1 AND told <> ''";
    let keys: Vec<String> = tx.values(sql, values![subscriber.0]).await?;
    for key in keys {
        let rehearsed = key_in(Realm::Rehearsal, &key).into_owned();
        let sql = "DELETE FROM notices WHERE due_at IS NOT NULL AND key IN ($1, $2)";
        if tx.run(sql, values![key.as_str(), rehearsed]).await? > 0 {
            let sql = "UPDATE opinions SET told = NULL \
                       WHERE told = $1 AND subscriber IS DISTINCT FROM $2";
            tx.run(sql, values![key.as_str(), subscriber.0]).await?;
        }
    }
    Ok(())
}
