//! Module fields of a relation, which go to Spotler with its primary contact.

use anyhow::{Result, ensure};

use super::CARPENTERS;
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{count, text};

/// A changed module field synchronises the primary contact, and nobody else.
pub(super) fn module_fields(story: &mut Story) -> Result<()> {
    story.step(
        "Module fields of a relation go along with its primary contact",
        "YO-43 YO-44 YO-45 YO-46 YO-47 YO-48",
    )?;
    let relation = "R0029";
    story.ask(&["relation", "save", relation, "Timmerbedrijf de Groot"])?;
    for person in &CARPENTERS {
        story.add(person, &["--relation", relation])?;
        story.ask(&["action", "link", person.id])?;
    }
    story.ask(&["relation", "set", relation, "Documenten module", "0"])?;
    story.work()?;
    story.in_crm(
        "`Documenten module` is mapped to freeField1; Sem is primary for R0029, Tess is not",
    );
    story.ask(&["mapping", "set", "relation.documenten_module=freeField1"])?;
    story.work()?;
    story.in_crm("R0029: `Documenten module` goes from 0 to 1");
    story.ask(&["relation", "set", relation, "Documenten module", "1"])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "PUT /contact") == 1,
        "one contact should be changed: {requests:?}"
    );
    let [sem, tess] = [&CARPENTERS[0], &CARPENTERS[1]];
    let contact = story.in_spotler_is(sem.email())?;
    ensure!(
        contact["fields"]["freeField1"] == 1,
        "Sem has not got the value of the module: {contact}"
    );
    ensure!(
        story.in_spotler_is(tess.email())?["fields"]
            .get("freeField1")
            .is_none(),
        "Tess has got the value of the module"
    );
    story.in_spotler("Sem: freeField1 = 1; Tess: nothing");
    story.in_crm("the same value again, and the field `module Documenten`");
    story.ask(&["relation", "set", relation, "Documenten module", "1"])?;
    story.ask(&["relation", "set", relation, "module Documenten", "1"])?;
    let requests = story.work()?;
    ensure!(requests.is_empty(), "requests were made: {requests:?}");
    story.in_crm("Sem is no longer primary, and the module is switched off");
    story.edit(sem.id, "primary=no")?;
    story.ask(&["relation", "set", relation, "Documenten module", "0"])?;
    story.work()?;
    let log = story.ask(&["log", "--limit", "20"])?;
    let warning = crate::demo::profile_story::looks::rows(&log["lines"])
        .iter()
        .find(|it| it["code"] == "log-no-primary");
    let Some(warning) = warning else {
        anyhow::bail!("nobody is primary, and there is no warning");
    };
    story.shown(text(&warning["text"]));
    Ok(())
}
