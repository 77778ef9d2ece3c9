//! The results of a campaign, as its activity shows them.

use host_demo::crm::campaigns::CampaignForm;
use host_demo::crm::results::{Counted, ResultRow, percentage, results};
use koppel_embedding::contract::reports::{Interaction, InteractionKind, Whose};
use koppel_tests::World;
use spotler_sim::{ListAction, RecipientAct, Target};

use crate::campaigns;
use crate::mailed::{does, message, named, people};

const LIST: &str = "Voorjaar – leden";

/// Imports all ten people as a static list of this name.
fn import(world: &World, name: &str) {
    let import = ListAction::ImportStaticList {
        name: name.to_owned(),
        contacts: (1..=10).map(|it| format!("contact-{it}")).collect(),
    };
    world.sim.ui_list(&import).expect("imported");
}

/// Ten people on a static list, and a mailing to it.
async fn mailed_list(world: &World) -> String {
    people(world, 10).await;
    world.tick().await;
    import(world, LIST);
    let target = Target::StaticList(LIST.to_owned());
    let mailing = world.sim.ui_send("Voorjaar", message("Voorjaar"), target);
    mailing.expect("sent")
}

async fn rows(world: &World) -> Vec<ResultRow> {
    let mailings = world.host.mailings_with_results(LIST).await;
    results(&mailings.expect("results"))
}

fn told(rows: &[ResultRow], what: Counted) -> (String, Option<u64>, Option<u64>, Option<u64>) {
    let row = rows.iter().find(|it| it.counted == what).expect("a row");
    let percentage = row.per_mille.map(percentage).expect("it applies");
    (percentage, row.unique, row.total, row.last_at)
}

/// PV-24, PV-38, PV-42: seven rows of four columns, the numbers of Spotler, after
/// the first snapshot; before it nothing but what was sent.
#[tokio::test]
async fn the_campaign_shows_percentage_unique_total_and_last_action() {
    let world = World::start().await;
    let mailing = mailed_list(&world).await;
    let sent_at = world.host.crm().now();
    world.advance_s(60);
    for (who, act) in [
        (1, RecipientAct::Open),
        (1, RecipientAct::Open),
        (2, RecipientAct::Click { link: 3 }),
        (3, RecipientAct::Bounce { hard: true }),
        (4, RecipientAct::Bounce { hard: false }),
        (5, RecipientAct::Unsubscribe { permission: None }),
    ] {
        does(&world, &format!("contact-{who}"), &mailing, act);
        world.advance_s(1);
    }
    let none = rows(&world).await;
    assert_eq!(none.len(), 7);
    assert!(none.iter().all(|it| it.per_mille == Some(0)));
    world.advance_s(3600);
    world.tick().await;
    let rows = rows(&world).await;
    let at = |seconds: u64| Some(sent_at + (60 + seconds) * 1000);
    let per = str::to_owned;
    let delivered = told(&rows, Counted::Delivered);
    assert_eq!(delivered, (per("80.0 %"), Some(8), Some(8), Some(sent_at)));
    let opened = told(&rows, Counted::Opened);
    assert_eq!(opened, (per("20.0 %"), Some(2), Some(3), at(2)));
    let clicked = told(&rows, Counted::Clicked);
    assert_eq!(clicked, (per("10.0 %"), Some(1), Some(1), at(2)));
    let downloaded = told(&rows, Counted::Downloaded);
    assert_eq!(downloaded, (per("10.0 %"), Some(1), Some(2), at(1)));
    let unsubscribed = told(&rows, Counted::Unsubscribed);
    assert_eq!(unsubscribed, (per("10.0 %"), Some(1), None, None));
    let soft = told(&rows, Counted::SoftBounced);
    assert_eq!(soft, (per("10.0 %"), Some(1), Some(1), at(4)));
    let hard = told(&rows, Counted::HardBounced);
    assert_eq!(hard, (per("10.0 %"), Some(1), Some(1), at(3)));
}

/// PV-44..PV-47: the result sets are those of Spotler; soft and hard are disjoint.
#[tokio::test]
async fn the_result_sets_are_those_of_spotler() {
    let world = World::start().await;
    let mailing = mailed_list(&world).await;
    for (who, act) in [
        (1, RecipientAct::Open),
        (1, RecipientAct::Open),
        (3, RecipientAct::Bounce { hard: true }),
        (4, RecipientAct::Bounce { hard: false }),
    ] {
        does(&world, &format!("contact-{who}"), &mailing, act);
    }
    let of = async |kind| -> Vec<Interaction> {
        let asked = world
            .host
            .interactions(&mailing, kind, Whose::Everybody)
            .await;
        asked.expect("rows")
    };
    let set = |rows: &[Interaction]| -> Vec<String> {
        let mut ids: Vec<String> = rows.iter().map(|it| named(it.target.as_ref())).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    assert_eq!(set(&of(InteractionKind::Recipients).await).len(), 10);
    assert_eq!(set(&of(InteractionKind::Opens).await), ["1"]);
    let bounces = of(InteractionKind::Bounces).await;
    let of_kind = |kind| -> Vec<String> {
        let some = bounces.iter().filter(|it| it.bounce == Some(kind)).cloned();
        set(&some.collect::<Vec<_>>())
    };
    assert_eq!(of_kind(host_demo::contract::Bounce::Soft), ["4"]);
    assert_eq!(of_kind(host_demo::contract::Bounce::Hard), ["3"]);
}

/// PV-51, PV-34, PV-35: only the exact name attaches; what goes to another list is
/// listed and attached to nothing.
#[tokio::test]
async fn a_mailing_belongs_to_the_campaign_whose_list_it_names_exactly() {
    let world = World::start().await;
    let mailing = mailed_list(&world).await;
    import(&world, &LIST.to_uppercase());
    let other = Target::StaticList(LIST.to_uppercase());
    let unattached = world.sim.ui_send("Tweede", message("Tweede"), other);
    let unattached = unattached.expect("sent");
    world.advance_s(3600);
    world.tick().await;
    let attached = world.host.mailings_with_results(LIST).await;
    let attached: Vec<String> = attached
        .expect("mailings")
        .into_iter()
        .map(|it| it.0.mailing.id)
        .collect();
    let listed = world.host.crm().mailings(10).await.expect("mailings");
    let listed: Vec<&str> = listed.iter().map(|it| it.mailing.id.as_str()).collect();
    assert!(listed.contains(&mailing.as_str()) && listed.contains(&unattached.as_str()));
    assert_eq!(attached, [mailing]);
}

/// A mailing to the list of this name, sent now, and read an hour later.
async fn mailed_to(world: &World, name: &str, list: &str) -> String {
    let target = Target::StaticList(list.to_owned());
    let mailing = world.sim.ui_send(name, message(name), target);
    world.advance_s(3600);
    world.tick().await;
    mailing.expect("sent")
}

/// Makes a campaign with the list of the tests and runs it to the end.
async fn exported(world: &World, id: &str) {
    let form = CampaignForm {
        list_name: LIST.to_owned(),
        permission: None,
        ..campaigns::form(campaigns::everybody())
    };
    campaigns::export(world, id, form).await;
}

/// The mailings of a campaign.
async fn of_campaign(world: &World, id: &str) -> Vec<String> {
    let campaign = world.host.crm().campaign(id).await.expect("read");
    let campaign = campaign.expect("a campaign");
    let mailings = world.host.mailings_of_campaign(&campaign).await;
    let mailings = mailings.expect("mailings").into_iter();
    mailings.map(|it| it.0.mailing.id).collect()
}

/// PV-36, PV-51, PV-34: another list that has the campaign's name meanwhile is not
/// the campaign's; what was sent before and what is sent after it is back stays.
#[tokio::test]
async fn a_mailing_to_another_list_that_took_the_name_is_not_attached() {
    let world = World::start().await;
    campaigns::people(&world, 3).await;
    exported(&world, "7").await;
    world.tick().await;
    world.advance_s(60);
    let first = mailed_to(&world, "Eerste", LIST).await;
    let rename = |from: &str, to: &str| {
        let (name, to) = (from.to_owned(), to.to_owned());
        let action = ListAction::RenameStaticList { name, to };
        world.sim.ui_list(&action).expect("renamed");
    };
    rename(LIST, "Iets anders");
    let other = ListAction::ImportStaticList {
        name: LIST.to_owned(),
        contacts: vec!["contact-1".to_owned()],
    };
    world.sim.ui_list(&other).expect("imported");
    world.advance_s(60);
    let second = mailed_to(&world, "Tweede", LIST).await;
    assert_eq!(of_campaign(&world, "7").await, [first.as_str()]);
    rename(LIST, "Weg");
    rename("Iets anders", LIST);
    world.tick().await;
    world.advance_s(60);
    let third = mailed_to(&world, "Derde", LIST).await;
    let attached = of_campaign(&world, "7").await;
    assert_eq!(attached, [first.as_str(), third.as_str()]);
    let listed = world.host.crm().mailings(10).await.expect("mailings");
    assert!(listed.iter().any(|it| it.mailing.id == second), "listed");
    let by_name = world.host.mailings_with_results(LIST).await;
    assert_eq!(by_name.expect("mailings").len(), 2);
}

/// PV-30, PV-51: two campaigns that had the same name one after the other each
/// have their own mailings.
#[tokio::test]
async fn a_campaign_with_the_name_of_an_earlier_one_has_its_own_mailings() {
    let world = World::start().await;
    campaigns::people(&world, 3).await;
    exported(&world, "7").await;
    world.tick().await;
    world.advance_s(60);
    let first = mailed_to(&world, "Eerste", LIST).await;
    let name = LIST.to_owned();
    let remove = ListAction::RemoveStaticList { name };
    world.sim.ui_list(&remove).expect("removed");
    world.advance_s(60);
    world.tick().await;
    exported(&world, "8").await;
    world.advance_s(60);
    let second = mailed_to(&world, "Tweede", LIST).await;
    assert_eq!(of_campaign(&world, "7").await, [first]);
    assert_eq!(of_campaign(&world, "8").await, [second]);
}

/// PV-36: a list that has its name back and loses it once more is told once more.
#[tokio::test]
async fn a_list_that_is_renamed_a_second_time_is_told_a_second_time() {
    let world = World::start().await;
    campaigns::people(&world, 1).await;
    campaigns::export(&world, "7", campaigns::form(campaigns::everybody())).await;
    let name = campaigns::lists(&world)[0].0.clone();
    for round in 1..=2 {
        for (from, to) in [(name.as_str(), "Anders"), ("Anders", name.as_str())] {
            let (name, to) = (from.to_owned(), to.to_owned());
            let action = ListAction::RenameStaticList { name, to };
            world.sim.ui_list(&action).expect("renamed");
            world.advance_s(600);
            world.tick().await;
        }
        let messages = world.host.crm().messages().await.expect("read");
        let renamed = messages.iter().filter(|it| it.code == "log-list-renamed");
        assert_eq!(renamed.count(), round);
    }
}
