//! Marketing lists: synchronised by hand, removed by themselves; and selections without a list.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{EVA, HANNA, IVO, members};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{count, text};

/// Saving a list sends nothing; `Sync to Spotler` makes it there, and both types are static there.
pub(super) fn made(story: &mut Story) -> Result<()> {
    story.step(
        "Marketing lists are synchronised by hand",
        "DA-40 DA-41 DA-44 DA-46 DA-47 DA-53",
    )?;
    story.in_crm(
        "a static list with Eva and Hanna, and a dynamic one of whoever has the newsletter",
    );
    story.ask(&["list", "new", "Klanten", "--id", "klanten"])?;
    story.ask(&["list", "add", "klanten", EVA.id, HANNA.id])?;
    story.ask(&[
        "list",
        "new",
        "Nieuwsbrief",
        "--id",
        "nieuws",
        "--type",
        "dynamic",
        "--filter",
        "permission=1",
    ])?;
    let mixed = story.refused(&["list", "add", "klanten", "account/D-3"])?;
    story.shown(&format!("an account on a list of contacts: {mixed}"));
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "saving a list made requests: {requests:?}"
    );
    told(story, "klanten")?;
    story.in_crm("Sync to Spotler, for both");
    story.ask(&["list", "sync", "klanten"])?;
    story.ask(&["list", "sync", "nieuws"])?;
    story.work()?;
    ensure!(
        members(story, "Klanten")? == Some(2) && members(story, "Nieuwsbrief")?.is_some(),
        "the lists are not in Spotler as static lists"
    );
    told(story, "klanten")?;
    told(story, "nieuws")
}

/// Shows how a list stands.
fn told(story: &Story, list: &str) -> Result<()> {
    let shown = story.ask(&["list", "show", list])?;
    story.shown(&format!("{list}: {}", text(&shown["text"])));
    Ok(())
}

/// A new name is sent by hand, and there is one list afterwards.
pub(super) fn renamed(story: &mut Story) -> Result<()> {
    story.step("A list gets another name", "DA-41 DA-48")?;
    story.in_crm("`Klanten` is called `Relaties` now");
    story.ask(&["list", "edit", "klanten", "--name", "Relaties"])?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "the new name was sent without a sync: {requests:?}"
    );
    story.in_crm("Sync to Spotler");
    story.ask(&["list", "sync", "klanten"])?;
    story.work()?;
    ensure!(
        members(story, "Klanten")?.is_none() && members(story, "Relaties")? == Some(2),
        "there should be one list, under its new name"
    );
    told(story, "klanten")
}

/// Whoever is added to a list that is in Spotler goes there at once.
pub(super) fn members_by_hand(story: &mut Story) -> Result<()> {
    story.step("A contact is added to a static list", "DA-41 DA-51 DA-52")?;
    story.in_crm("Ivo is added to `Relaties`");
    story.ask(&["list", "add", "klanten", IVO.id])?;
    let requests = story.work()?;
    ensure!(
        requests.iter().any(|it| it.contains("/templist/"))
            && members(story, "Relaties")? == Some(3),
        "Ivo is not on the list in Spotler: {requests:?}"
    );
    story.in_crm("and to a list that was never synchronised");
    story.ask(&["list", "new", "Beurs", "--id", "beurs"])?;
    story.ask(&["list", "add", "beurs", IVO.id])?;
    let requests = story.work()?;
    ensure!(requests.is_empty(), "requests were made: {requests:?}");
    told(story, "beurs")
}

/// An opt-out in the CRM leaves a list at its next sync, and comes back by one.
pub(super) fn opted_out(story: &mut Story) -> Result<()> {
    story.step(
        "An opt-out, and the list that the contact is on",
        "DA-30 DA-32",
    )?;
    story.in_crm("Hanna: Do Not Allow");
    story.ask(&["contact", "opt-out", HANNA.id])?;
    story.work()?;
    ensure!(
        members(story, "Relaties")? == Some(3),
        "Hanna left the list in Spotler before it was synchronised"
    );
    story.in_crm("Sync to Spotler");
    story.ask(&["list", "sync", "klanten"])?;
    story.work()?;
    ensure!(
        members(story, "Relaties")? == Some(2),
        "Hanna is still on the list in Spotler"
    );
    story.in_crm("Hanna: Allow");
    story.ask(&["contact", "opt-in", HANNA.id])?;
    story.work()?;
    ensure!(
        members(story, "Relaties")? == Some(2),
        "Hanna came back without a sync of the list"
    );
    story.check_permissions(HANNA.email(), &[1])?;
    story.in_crm("Sync to Spotler");
    story.ask(&["list", "sync", "klanten"])?;
    story.work()?;
    ensure!(
        members(story, "Relaties")? == Some(3),
        "Hanna is not on the list in Spotler again"
    );
    story.in_spotler("`Relaties` had 3 people, then 2, and has 3 again");
    Ok(())
}

/// A list that ends in the CRM is removed in Spotler by itself.
pub(super) fn ended(story: &mut Story) -> Result<()> {
    story.step(
        "A list is deactivated, reactivated, deleted",
        "DA-41 DA-49 DA-50",
    )?;
    story.in_crm("`Relaties` is deactivated, `Nieuwsbrief` is deleted");
    story.ask(&["list", "deactivate", "klanten"])?;
    story.ask(&["list", "delete", "nieuws"])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "DELETE /templist") == 2
            && members(story, "Relaties")?.is_none()
            && members(story, "Nieuwsbrief")?.is_none(),
        "the lists are still in Spotler: {requests:?}"
    );
    story.in_crm("`Relaties` is reactivated");
    story.ask(&["list", "reactivate", "klanten"])?;
    let requests = story.work()?;
    ensure!(requests.is_empty(), "requests were made: {requests:?}");
    story.in_crm("Sync to Spotler");
    story.ask(&["list", "sync", "klanten"])?;
    story.work()?;
    ensure!(
        members(story, "Relaties")? == Some(3),
        "the list is not in Spotler again"
    );
    told(story, "klanten")
}

/// A selection on any field, and a dynamic list in Spotler on a field that is new.
pub(super) fn selections(story: &mut Story) -> Result<()> {
    story.step(
        "A selection straight to a mailing, and a field that is new",
        "DA-11 DA-45 DA-54 DA-55 DA-56 DA-57",
    )?;
    story.in_crm("whoever lives in Zeist, straight to a temporary list, for permission 1");
    story.ask(&[
        "campaign",
        "new",
        "zeist",
        "--title",
        "Zeist",
        "--select",
        "filter:city=Zeist",
        "--list",
        "Zeist",
        "--permission",
        "1",
    ])?;
    story.ask(&["campaign", "run", "zeist"])?;
    story.work()?;
    ensure!(
        members(story, "Zeist")? == Some(2),
        "Hanna and Ivo should be on the list, and Finn and Gijs not"
    );
    story.shown("in Spotler: the list `Zeist` with Hanna and Ivo; Finn opted out, Gijs bounces");
    story.in_crm("a new field `Segment`; Ivo gets the value goud");
    story.ask(&["field", "add", "segment", "--label", "Segment"])?;
    story.edit(IVO.id, "segment=goud")?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "a field that is not mapped was sent: {requests:?}"
    );
    story.in_crm("it is mapped to profileField1");
    story.ask(&["mapping", "set", "segment=profileField1"])?;
    story.work()?;
    story.check_property(IVO.email(), "profileField1", "goud")?;
    story.in_spotler("a dynamic list: selection Segment is goud, exclusion city is Utrecht");
    let by_hand = json!({"action": "create_static_list", "name": "Met de hand"});
    ensure!(
        story.in_screens("lists", &by_hand).is_err(),
        "a static list could be made in Spotler's screens"
    );
    let list = json!({
        "name": "Goud", "from_static_list": null,
        "selection": [{"is": {"property": "profileField1", "value": "goud"}}],
        "exclusion": [{"is": {"property": "city", "value": "Utrecht"}}],
    });
    story.in_screens(
        "lists",
        &json!({"action": "create_dynamic_list", "list": list}),
    )?;
    Ok(())
}
