use super::*;
use crate::limits::Limits;
use crate::secret::KeySource;
use crate::store::{Store, WriteError};

async fn keep(store: &Store, tenant: &TenantId, buffer: Buffer) {
    let (of, tenant) = (tenant.clone(), tenant.clone());
    let kept: Result<(), WriteError<sqlx::Error>> = store
        .write(&of, move |connection| {
            Box::pin(async move { buffer.commit(connection, &tenant).await })
        })
        .await;
    kept.expect("the writes are committed");
}

fn wrote(keys: impl IntoIterator<Item = usize>) -> Buffer {
    let mut buffer = Buffer::default();
    for key in keys {
        let set = buffer.set(&Limits::default(), "b".into(), format!("k{key}"), vec![1]);
        set.expect("within the limits");
    }
    buffer
}

#[tokio::test]
async fn keys_are_listed_in_pages_that_see_what_the_call_wrote() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crm.db");
    let tenant = TenantId::new("acme").expect("a name");
    let store = Store::open_with(&path, KeySource::File)
        .await
        .expect("a store");
    keep(&store, &tenant, wrote(0..1_500)).await;
    drop(store);

    let store = Store::open_with(&path, KeySource::File)
        .await
        .expect("it opens again");
    let mut buffer = wrote([7, 9_000, 9_001]);
    for key in ["k0", "k9001"] {
        buffer
            .delete(&Limits::default(), "b".into(), key.into())
            .expect("within the limits");
    }
    let mut connection = store.readers().acquire().await.expect("a reader");
    let (mut all, mut cursor, mut pages) = (Vec::new(), 0, 0);
    loop {
        let page = list(&mut connection, &tenant, "b", &buffer, cursor)
            .await
            .expect("a page");
        assert!(page.keys.len() <= PAGE);
        pages += 1;
        all.extend(page.keys);
        match page.cursor {
            Some(next) => cursor = next,
            None => break,
        }
    }
    let expected: Vec<String> = (1..1_500)
        .chain([9_000])
        .map(|it| format!("k{it}"))
        .collect();
    assert_eq!((pages, all), (2, expected));
    let other = TenantId::new("other").expect("a name");
    let page = list(&mut connection, &other, "b", &buffer, 0)
        .await
        .expect("a page");
    assert_eq!(
        page.keys.len(),
        2,
        "of another tenant only what the call itself wrote"
    );
}

#[tokio::test]
async fn a_key_that_was_deleted_and_made_anew_has_another_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let tenant = TenantId::new("acme").expect("a name");
    let path = folder.path().join("crm.db");
    let store = Store::open_with(path, KeySource::File)
        .await
        .expect("a store");
    let mut versions = Vec::new();
    for round in 0..3 {
        if round == 2 {
            let mut buffer = Buffer::default();
            buffer
                .delete(&Limits::default(), "b".into(), "k1".into())
                .expect("within limits");
            keep(&store, &tenant, buffer).await;
        }
        keep(&store, &tenant, wrote([1])).await;
        let mut connection = store.readers().acquire().await.expect("a reader");
        versions.push(
            version(&mut connection, &tenant, "b", "k1")
                .await
                .expect("a version"),
        );
    }
    versions.push(None);
    let distinct: std::collections::HashSet<_> = versions.iter().collect();
    assert_eq!(distinct.len(), 4, "{versions:?}");
}

/// C17
#[tokio::test]
async fn the_versions_of_any_number_of_keys_are_what_each_of_them_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let tenant = TenantId::new("acme").expect("a name");
    let store = Store::open_with(folder.path().join("crm.db"), KeySource::File)
        .await
        .expect("a store");
    keep(&store, &tenant, wrote(0..90)).await;
    // Every third one is written again, and those from 90 on are not there.
    keep(&store, &tenant, wrote((0..90).step_by(3))).await;
    let mut connection = store.readers().acquire().await.expect("a reader");
    for count in [0, 1, 2, AT_ONCE / 10, AT_ONCE / 10 + 1, AT_ONCE] {
        let keys: Vec<String> = (0..count).map(|it| format!("k{it}")).collect();
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let found = versions(&mut connection, &tenant, "b", &names)
            .await
            .expect("versions");
        for key in names {
            let alone = version(&mut connection, &tenant, "b", key)
                .await
                .expect("a version");
            assert_eq!(found.get(key).copied(), alone, "{key} of {count}");
        }
        assert_eq!(found.len(), count.min(90));
    }
}
