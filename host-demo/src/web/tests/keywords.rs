//! Keywords of many contacts at once.

use super::site::Site;
use crate::{
    contract::{FieldValue, RecordRef},
    crm::Edit,
};

/// The keywords of a contact who had one, after so many words were entered for it.
async fn after(site: &Site, contact: &RecordRef, box_ticked: bool) -> Vec<String> {
    let crm = site.host.crm();
    let one = FieldValue::MultiChoice(vec!["beurs".to_owned()]);
    let before = Edit::new().field("keywords", one);
    crm.edit(contact, before).await.expect("saved");
    let browser = site.browser("femke").await;
    let named = format!("contact/{}", contact.id);
    let chosen = [("group", "these"), ("record", named.as_str())];
    let bulk = browser.post("/bulk", &chosen).await;
    let bulk = bulk.location();
    let page = browser.page(bulk).await;
    assert!(page.contains("Replace all existing keywords"), "{page}");
    let mut values = vec![("do", "set"), ("keywords", "klant; lid")];
    if box_ticked {
        values.push(("replace", "on"));
    }
    browser.post(bulk, &values).await;
    browser.post(bulk, &[("do", "save")]).await;
    let record = crm.record(contact).await.expect("read").expect("there");
    match record.fields.get("keywords") {
        Some(FieldValue::MultiChoice(words)) => words.clone(),
        other => panic!("no keywords: {other:?}"),
    }
}

/// YO-33: keywords are added to those that a contact has; with the box ticked they
/// replace them.
#[tokio::test]
async fn keywords_are_added_or_replace_those_that_there_are() {
    let site = Site::open().await;
    let first = site.contact("p1", "Jansen").await;
    let mut added = after(&site, &first, false).await;
    added.sort_unstable();
    assert_eq!(added, ["beurs", "klant", "lid"]);
    let second = site.contact("p2", "Smit").await;
    let mut replaced = after(&site, &second, true).await;
    replaced.sort_unstable();
    assert_eq!(replaced, ["klant", "lid"]);
}
