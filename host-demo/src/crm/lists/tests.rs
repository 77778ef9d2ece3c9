use super::{ListEdit, ListError, NewList};
use crate::contract::{ListType, RecordKind, RecordRef};
use crate::crm::selections::Selection;
use crate::crm::testing::{TestCrm, contact};
use crate::crm::{Edit, StoreError};

fn fixed(name: &str) -> NewList {
    NewList {
        name: name.to_owned(),
        list_type: ListType::StaticList,
        target: RecordKind::Contact,
        form: None,
        filter: None,
    }
}

async fn ids(it: &TestCrm, list: &str) -> Vec<String> {
    let page = it.crm.list_members(list, None, 500).await.expect("members");
    page.records
        .iter()
        .map(|it| it.reference.id.clone())
        .collect()
}

/// DA-46: a list has a name, a type and one target; records of another kind are
/// refused, and nothing is saved.
#[tokio::test]
async fn a_list_without_what_it_must_have_is_refused() {
    let it = TestCrm::open().await;
    let nameless = it.crm.create_list("l", fixed("  ")).await;
    assert!(matches!(nameless, Err(ListError::Name)), "{nameless:?}");
    let unfiltered = NewList {
        list_type: ListType::DynamicList,
        ..fixed("a")
    };
    let unfiltered = it.crm.create_list("l", unfiltered).await;
    assert!(
        matches!(unfiltered, Err(ListError::NoFilter)),
        "{unfiltered:?}"
    );
    let other = NewList {
        list_type: ListType::DynamicList,
        filter: Some(Selection::All(RecordKind::Lead)),
        ..fixed("a")
    };
    let other = it.crm.create_list("l", other).await;
    assert!(
        matches!(other, Err(ListError::FilterOfOtherKind(_))),
        "{other:?}"
    );
    assert_eq!(it.waiting().await, 0);
    it.crm.create_list("l", fixed("a")).await.expect("saved");
    let lead = RecordRef {
        kind: RecordKind::Lead,
        id: "1".into(),
    };
    let mixed = it.crm.add_list_member("l", &lead).await;
    assert!(matches!(mixed, Err(ListError::Mixed { .. })), "{mixed:?}");
    let nobody = it.crm.add_list_member("l", &contact("1")).await;
    assert!(matches!(nobody, Err(ListError::NoRecord(_))), "{nobody:?}");
    assert_eq!(it.waiting().await, 1);
}

/// DA-42, DA-43: members of a static list are added by hand, those of a dynamic
/// one come and go with the filter.
#[tokio::test]
async fn a_static_list_has_members_by_hand_and_a_dynamic_one_by_its_filter() {
    let it = TestCrm::open().await;
    for id in ["1", "2", "3"] {
        it.contact(id).await;
    }
    it.crm.create_list("s", fixed("a")).await.expect("saved");
    it.crm
        .add_list_member("s", &contact("2"))
        .await
        .expect("added");
    assert_eq!(
        it.crm.lists_of(&contact("2")).await.expect("lists"),
        ["s".to_owned()]
    );
    let gated = NewList {
        list_type: ListType::DynamicList,
        filter: Some(Selection::Gated(RecordKind::Contact)),
        ..fixed("b")
    };
    it.crm.create_list("d", gated).await.expect("saved");
    assert_eq!(
        (ids(&it, "s").await, ids(&it, "d").await.len()),
        (vec!["2".to_owned()], 0)
    );
    it.crm
        .edit(&contact("3"), Edit::new().gate(true))
        .await
        .expect("saved");
    assert_eq!(ids(&it, "d").await, ["3"]);
    it.crm
        .edit(&contact("3"), Edit::new().gate(false))
        .await
        .expect("saved");
    assert_eq!(ids(&it, "d").await, Vec::<String>::new());
    let by_hand = it.crm.add_list_member("d", &contact("1")).await;
    assert!(matches!(by_hand, Err(ListError::Dynamic)), "{by_hand:?}");
}

/// DA-41
#[tokio::test]
async fn each_change_of_a_list_raises_one_event_and_no_change_raises_none() {
    let it = TestCrm::open().await;
    it.contact("1").await;
    let before = it.waiting().await;
    let raised = async |before: i64| it.waiting().await - before;
    it.crm.create_list("l", fixed("a")).await.expect("saved");
    assert_eq!(raised(before).await, 1);
    let rename = |name: &str| ListEdit {
        name: Some(name.to_owned()),
        ..ListEdit::default()
    };
    assert!(
        it.crm
            .edit_list("l", rename("b"))
            .await
            .expect("saved")
            .is_some()
    );
    assert!(
        it.crm
            .edit_list("l", rename("b"))
            .await
            .expect("saved")
            .is_none()
    );
    let anna = contact("1");
    assert!(
        it.crm
            .add_list_member("l", &anna)
            .await
            .expect("added")
            .is_some()
    );
    assert!(
        it.crm
            .add_list_member("l", &anna)
            .await
            .expect("added")
            .is_none()
    );
    assert!(
        it.crm
            .remove_list_member("l", &anna)
            .await
            .expect("removed")
            .is_some()
    );
    assert!(
        it.crm
            .remove_list_member("l", &anna)
            .await
            .expect("removed")
            .is_none()
    );
    assert!(it.crm.deactivate_list("l").await.expect("saved").is_some());
    assert!(it.crm.deactivate_list("l").await.expect("saved").is_none());
    let sync = it.crm.sync_list("l").await;
    assert!(matches!(sync, Err(ListError::NotActive(_))), "{sync:?}");
    assert!(it.crm.reactivate_list("l").await.expect("saved").is_some());
    it.crm.sync_list("l").await.expect("queued");
    assert!(it.crm.delete_list("l").await.expect("saved").is_some());
    assert_eq!(raised(before).await, 8);
    let gone = it.crm.edit_list("l", rename("c")).await;
    assert!(matches!(gone, Err(ListError::Unknown(_))), "{gone:?}");
}

/// DA-41: a list is paged in a stable order, however large it is.
#[tokio::test]
async fn the_pages_of_a_list_hold_each_member_once() -> Result<(), StoreError> {
    let it = TestCrm::open().await;
    it.crm.create_list("l", fixed("a")).await.expect("saved");
    let mut everybody = Vec::new();
    for id in 0..25 {
        let contact = it.contact(&format!("c{id:02}")).await;
        it.crm.add_list_member("l", &contact).await.expect("added");
        everybody.push(contact);
    }
    let mut seen = Vec::new();
    let mut start: Option<String> = None;
    loop {
        let page = it.crm.list_members("l", start.as_deref(), 7).await;
        let page = page.expect("a page");
        seen.extend(page.records.into_iter().map(|it| it.reference));
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(seen, everybody);
    Ok(())
}
