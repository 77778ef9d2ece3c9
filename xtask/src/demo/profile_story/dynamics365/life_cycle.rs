//! Records that are deactivated, deleted and taken into use again.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{DAM, EVA, LARS};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{count, rows};

/// Deactivating and deleting empty the contact in Spotler.
pub(super) fn removed(story: &mut Story) -> Result<()> {
    story.step(
        "Deactivated or deleted: permissions off, and then empty",
        "DA-05 DA-06 DA-15 DA-19 DA-20 DA-21 DA-22",
    )?;
    story.opt_in(EVA.id, "1", "form on paper")?;
    story.opt_in(EVA.id, "2", "form on paper")?;
    story.opt_in(DAM.id, "1", "contract")?;
    story.work()?;
    story.check_permissions(EVA.email(), &[1, 2])?;
    story.in_crm("Eva and the account Dam BV are deactivated, the lead Lars is deleted");
    story.ask(&["contact", "deactivate", EVA.id])?;
    story.ask(&["contact", "deactivate", DAM.id])?;
    story.ask(&["contact", "delete", LARS.id])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "POST /contact ") == 0,
        "somebody was created: {requests:?}"
    );
    for (id, person) in [("D-1", &EVA), ("D-2", &LARS), ("D-3", &DAM)] {
        ensure!(
            story.count_in_spotler(person.email())? == 0,
            "{} can still be found in Spotler",
            person.email()
        );
        let blank = story.in_spotler_is(id)?;
        ensure!(
            blank["status"] == "blank"
                && blank["fields"]
                    .as_object()
                    .is_some_and(serde_json::Map::is_empty)
                && rows(&blank["sets"]["permissions"]).is_empty(),
            "{id} is not empty in Spotler: {blank}"
        );
    }
    let mailing = story.send_mailing("Aan iedereen", "EMAIL", &json!("all_contacts"))?;
    let mailings = story
        .spotler
        .control("GET", "/_sim/mailings", &Value::Null)?;
    let sent = rows(&mailings["sends"])
        .iter()
        .filter(|it| it["mailing"] == mailing.as_str())
        .count();
    ensure!(
        sent == 4,
        "a mailing to everybody went to {sent}; it should be the four who are left"
    );
    story.in_spotler(
        "the three cannot be found any more; a mailing to everybody goes to the other four",
    );
    Ok(())
}

/// Taken into use again: active, with the permissions of before.
pub(super) fn reactivated(story: &mut Story) -> Result<()> {
    story.step(
        "Reactivated: active again, permissions restored",
        "DA-06 DA-23",
    )?;
    story.in_crm("Eva and the account Dam BV are taken into use again");
    story.ask(&["contact", "reactivate", EVA.id])?;
    story.ask(&["contact", "reactivate", DAM.id])?;
    story.work()?;
    story.check_permissions(EVA.email(), &[1, 2])?;
    story.check_permissions(DAM.email(), &[1])?;
    for person in [&EVA, &DAM] {
        let contact = story.in_spotler_is(person.email())?;
        ensure!(
            contact["status"] == "active",
            "{} is not active in Spotler: {contact}",
            person.id
        );
    }
    story.in_spotler("Eva is active with permissions 1 and 2, Dam BV with permission 1");
    Ok(())
}
