//! An automatic action at a stage of a sale.

use anyhow::{Result, ensure};

use super::JULIA;
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{rows, text};

/// An action is made, bound to a stage, and carried out when a sale gets there.
pub(super) fn automatic_action(story: &mut Story) -> Result<()> {
    story.step(
        "An automatic action when a sale reaches a stage",
        "YO-37 YO-38 YO-39 YO-40 YO-41 YO-42 YO-51",
    )?;
    story.add(&JULIA, &["--owner", "femke"])?;
    story.work()?;
    let nameless = [
        "automatic-action",
        "add",
        "--type",
        "change-contact",
        "--stage",
        "Opdracht",
    ];
    let refused = story.refused(&nameless)?;
    story.shown(&format!("without a name: {refused}"));
    story.in_crm("Aanpassen: contactpersoon, `Nieuwe klant`: a note, newsletter on; bound to the stage Opdracht");
    let action = |name: &'static str, target: &'static str, stage: &'static str| {
        vec![
            "automatic-action",
            "add",
            "--type",
            "change-contact",
            "--name",
            name,
            "--target",
            target,
            "--stage",
            stage,
        ]
    };
    let mut newsletter = action("Nieuwe klant", "spotler", "Opdracht");
    newsletter.extend(["--note", "Klant geworden", "--on", "1"]);
    story.ask(&newsletter)?;
    let mut elsewhere = action("Elders", "mailchimp", "Offerte");
    elsewhere.extend(["--on", "2"]);
    story.ask(&elsewhere)?;
    let mut leaves = action("Klant af", "spotler", "Verloren");
    leaves.extend(["--note", "Klant af", "--status", "inactive", "--on", "3"]);
    story.ask(&leaves)?;
    let listed = story.ask(&["automatic-action", "list"])?;
    ensure!(
        rows(&listed["automatic_actions"]).len() == 3,
        "the actions are not kept: {listed}"
    );
    story.in_crm("Julia's sale reaches Offerte, where an action for MailChimp is bound");
    story.ask(&["sale", "V-1", JULIA.id, "Offerte"])?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "an action for MailChimp reached Spotler: {requests:?}"
    );
    story.in_crm("and then Opdracht");
    story.ask(&["sale", "V-1", JULIA.id, "Opdracht"])?;
    story.work()?;
    story.check_permissions(JULIA.email(), &[1])?;
    let record = story.record(JULIA.id)?;
    ensure!(
        record["fields"]["note"] == "Klant geworden",
        "the note was not written: {record}"
    );
    let held = story.held(JULIA.id, 1)?;
    story.shown(&format!(
        "Julia: note `Klant geworden`; newsletter {}, {}",
        text(&held["consent"]),
        text(&held["evidence"])
    ));
    story.in_crm("later the sale is lost: Verloren writes status Inactief");
    story.ask(&["sale", "V-1", JULIA.id, "Verloren"])?;
    story.work()?;
    let record = story.record(JULIA.id)?;
    ensure!(
        record["state"] == "inactive" && record["fields"]["note"] == "Klant af",
        "the action did not deactivate: {record}"
    );
    ensure!(
        story.count_in_spotler(JULIA.email())? == 0,
        "Julia can still be found in Spotler"
    );
    story.shown("Julia: inactive; in Spotler she is empty, and permission 3 was not switched on");
    Ok(())
}
