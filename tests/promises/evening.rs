//! Large campaigns run in the evening, so that small ones need not wait for them.

use std::time::{Duration, Instant};

use host_demo::contract::SyncStatus;
use host_demo::crm::campaigns::CampaignForm;
use host_demo::crm::selections::Selection;
use host_demo::window::EveningHours;
use koppel_embedding::queue::Of;
use koppel_tests::{World, contact};
use spotler_sim::Fault;

use crate::campaigns::{LIST, everybody, export, form, lists, members, messages, queue, stands};
use crate::crowd::{import_people, import_people_of_whom};

/// One more than run at once.
const LARGE: usize = 2_501;
/// So many of them opted in, where it is the selection that matters and not the list.
const FEW: usize = 20;

/// A campaign with another list.
fn other(name: &str, selection: Selection) -> CampaignForm {
    CampaignForm {
        list_name: name.to_owned(),
        ..form(selection)
    }
}

/// The first so many people, one by one.
fn first(count: u32) -> Selection {
    Selection::Records((1..=count).map(|it| contact(&it.to_string())).collect())
}

fn at(text: &str) -> u64 {
    let moment: jiff::Timestamp = text.parse().expect("a moment");
    u64::try_from(moment.as_millisecond()).expect("after 1970")
}

/// A selection that is large, though few of it are for a list.
async fn import_large(world: &World) {
    import_people_of_whom(world, LARGE, FEW).await;
}

async fn in_amsterdam() -> World {
    let hours = EveningHours::parse("19:00", "06:00", "Europe/Amsterdam").expect("hours");
    World::start_with_hours(hours).await
}

/// PV-22, PV-23, C9, C30: 2,500 run at once; 2,501 make no request until the
/// evening, their user is told which, when, and what would run now; and small
/// ones go first.
#[tokio::test]
async fn one_more_than_two_thousand_five_hundred_waits_for_the_evening() {
    let world = World::start().await;
    import_people(&world, LARGE).await;
    queue(&world, "large", form(everybody())).await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(stands(&world, "large").await, Some(SyncStatus::Processing));
    let told = world.host.crm().messages().await.expect("messages");
    assert_eq!(told[0].code, "notify-export-waits");
    let explainer = world.host.explainer().await.expect("texts");
    let text = explainer.text(
        host_demo::explain::Language::English,
        &told[0].code,
        &told[0].about,
    );
    for part in ["large", "2501", "2026-03-02T19:00:00Z", "2,500"] {
        assert!(text.contains(part), "{part}: {text}");
    }

    let forecast = world.host.campaign_forecast_in_full().await;
    let foreseen = forecast.expect("a forecast").lines.remove(0).foreseen;
    let foreseen = foreseen.expect("it has not begun");
    assert_eq!((foreseen.created, foreseen.listed), (2_501, 2_501));
    // The names of the lists, the feeds twice, the new people, the members.
    assert_eq!(foreseen.requests, 1 + 4 + 26 + 1);
    assert_eq!(world.requests(), Vec::<String>::new());

    queue(&world, "limit", other("Limit", first(2_500))).await;
    queue(&world, "small", other("Small", first(10))).await;
    world.run().await;
    let mut names: Vec<String> = lists(&world).into_iter().map(|it| it.0).collect();
    names.sort();
    assert_eq!(names, ["Limit", "Small"]);
    let forecast = world.host.campaign_forecast().await.expect("a forecast");
    assert_eq!(forecast.lines.len(), 1);
    let line = &forecast.lines[0];
    assert_eq!((line.campaign.as_str(), line.is_large), ("large", true));
    assert_eq!(line.not_before, at("2026-03-02T19:00:00Z"));

    world.requests();
    world.advance_to_ms(at("2026-03-02T18:59:59Z"));
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    world.advance_to_ms(at("2026-03-02T19:00:00Z"));
    world.run_to_the_end().await;
    assert_eq!(members(&world).len(), 2_501);
    let waits = |it: &&String| it.as_str() == "notify-export-waits";
    assert_eq!(messages(&world).await.iter().filter(waits).count(), 1);
    assert_eq!(world.sim.breaches(), []);
}

/// C13: whoever opts out while a campaign waits for the evening is not on its
/// list, whether in the CRM or in Spotler.
#[tokio::test]
async fn whoever_opts_out_while_a_campaign_waits_is_left_out() {
    let world = World::start().await;
    import_large(&world).await;
    export(&world, "small", other("Small", first(10))).await;
    queue(&world, "large", form(everybody())).await;
    world.run().await;
    world.advance_s(3600);
    world
        .sim
        .ui_opt_out("p1+x@voorbeeld.nl")
        .expect("opted out");
    let crm = world.host.crm();
    crm.set_mail(&contact("2"), false).await.expect("saved");
    crm.set_mail(&contact("11"), false).await.expect("saved");
    world.run_to_the_end().await;
    let members = members(&world);
    assert_eq!(members.len(), FEW - 3);
    for id in ["contact-1", "contact-2", "contact-11"] {
        assert!(!members.contains(&id.to_owned()), "{id}");
    }
    assert_eq!(world.sim.breaches(), []);
}

/// PV-22, C29: in the night in which the clock goes forward the window closes at
/// six by the new time, and opens at seven by the new time.
#[tokio::test]
async fn in_the_night_to_summer_time_the_window_is_an_hour_shorter() {
    let world = in_amsterdam().await;
    import_large(&world).await;
    world.advance_to_ms(at("2026-03-28T12:00:00+01:00"));
    queue(&world, "saturday", form(everybody())).await;
    world.run().await;
    assert_eq!(lists(&world).len(), 0);
    world.advance_to_ms(at("2026-03-28T18:59:59+01:00"));
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    world.advance_to_ms(at("2026-03-28T19:00:00+01:00"));
    world.run().await;
    assert_eq!(members(&world).len(), FEW);

    world.advance_to_ms(at("2026-03-29T05:59:00+02:00"));
    export(&world, "night", other("Night", everybody())).await;
    assert_eq!(lists(&world).len(), 2);

    world.advance_to_ms(at("2026-03-29T06:00:00+02:00"));
    world.requests();
    queue(&world, "morning", other("Morning", everybody())).await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    world.advance_to_ms(at("2026-03-29T19:00:00+02:00"));
    world.run().await;
    assert_eq!(lists(&world).len(), 3);
}

/// PV-22, C29: in the night in which the clock goes back the hour between two and
/// three comes twice, and the window stays open through both.
#[tokio::test]
async fn in_the_night_to_winter_time_the_window_is_an_hour_longer() {
    let world = in_amsterdam().await;
    import_large(&world).await;
    world.advance_to_ms(at("2026-10-24T12:00:00+02:00"));
    queue(&world, "saturday", form(everybody())).await;
    world.run().await;
    world.advance_to_ms(at("2026-10-24T18:59:59+02:00"));
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    world.advance_to_ms(at("2026-10-24T19:00:00+02:00"));
    world.run().await;
    assert_eq!(members(&world).len(), FEW);
    for (moment, name) in [
        ("2026-10-25T02:30:00+02:00", "First"),
        ("2026-10-25T02:30:00+01:00", "Second"),
        ("2026-10-25T05:59:00+01:00", "Last"),
    ] {
        world.advance_to_ms(at(moment));
        queue(&world, name, other(name, everybody())).await;
        world.run().await;
        assert!(lists(&world).iter().any(|it| it.0 == name), "{name}");
    }
    world.advance_to_ms(at("2026-10-25T06:00:00+01:00"));
    world.requests();
    queue(&world, "morning", other("Morning", everybody())).await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    world.advance_to_ms(at("2026-10-25T19:00:00+01:00"));
    world.run().await;
    assert!(lists(&world).iter().any(|it| it.0 == "Morning"));
}

/// C30, PV-22: what is counted is the selection, not who is left of it: of one more
/// than run at once somebody opted out, and they wait all the same.
#[tokio::test]
async fn a_selection_is_counted_before_anybody_is_left_out_of_it() {
    let world = World::start().await;
    import_large(&world).await;
    let crm = world.host.crm();
    crm.set_mail(&contact("7"), false).await.expect("saved");
    world.run().await;
    world.requests();
    queue(&world, "large", form(everybody())).await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(stands(&world, "large").await, Some(SyncStatus::Processing));
    world.advance_to_ms(at("2026-03-02T19:00:00Z"));
    world.run().await;
    let members = members(&world);
    assert_eq!(members.len(), FEW - 1);
    assert!(!members.contains(&"contact-7".to_owned()));
}

/// C29: a run that has begun finishes, though the window closes while a request of it
/// is under way; the next one waits for the next evening.
#[tokio::test]
async fn a_run_that_began_in_the_window_finishes_after_it_has_closed() {
    let world = World::start().await;
    import_large(&world).await;
    world.advance_to_ms(at("2026-03-03T05:58:00Z"));
    queue(&world, "large", form(everybody())).await;
    let faults = world.sim.faults();
    faults.next_on("POST /contact/list", 1, Fault::HangBeforeWork);
    let meanwhile = async {
        let deadline = Duration::from_secs(60);
        assert!(faults.until_held(1, deadline).await, "waited for the step");
        assert_eq!(lists(&world).len(), 0);
        // A signature is good for five minutes.
        world.advance_to_ms(at("2026-03-03T06:01:00Z"));
        faults.release();
    };
    tokio::join!(world.run(), meanwhile);
    assert_eq!(world.host.crm().now(), at("2026-03-03T06:01:00Z"));
    assert_eq!(members(&world).len(), FEW);
    assert_eq!(stands(&world, "large").await, Some(SyncStatus::Succeeded));
    world.requests();
    queue(&world, "next", other("Next", everybody())).await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.sim.breaches(), []);
}

/// PV-23: of a large and a small one in the same evening the small one ends
/// first, though it came last.
#[tokio::test]
async fn in_the_evening_a_small_campaign_ends_before_a_large_one() {
    let world = World::start().await;
    import_large(&world).await;
    queue(&world, "large", form(everybody())).await;
    world.run().await;
    world.advance_to_ms(at("2026-03-02T19:00:00Z"));
    queue(&world, "small", other("Small", first(10))).await;
    world.run_to_the_end().await;
    let crm = world.host.crm();
    let mut ends = Vec::new();
    for id in ["small", "large"] {
        let subject = format!("campaign/{id}");
        let of = Of {
            subject: Some(&subject),
            ..Of::default()
        };
        let history = crm.history_of(&of, 1).await.expect("a history");
        assert_eq!(history[0].reason.code, "exported");
        ends.push(history[0].id);
    }
    assert!(ends[0] < ends[1], "{ends:?}");
}

/// PV-23: a small campaign that is submitted while a large one is at work is
/// served before the large one has ended its step.
#[tokio::test]
async fn a_small_campaign_is_served_within_one_step_of_a_large_one() {
    let world = World::start().await;
    import_large(&world).await;
    export(&world, "first", other("First", first(10))).await;
    queue(&world, "large", form(everybody())).await;
    world.run().await;
    world.advance_to_ms(at("2026-03-02T19:00:00Z"));
    let faults = world.sim.faults();
    faults.next_on("POST /contact/list", 1, Fault::HangBeforeWork);
    // As `serve` does it: what is queued meanwhile is taken up at once.
    let worker = world.host.worker().expect("a worker");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let run = worker.run(async move { drop(stopped.await) });
    let meanwhile = async {
        let deadline = Duration::from_secs(60);
        assert!(faults.until_held(1, deadline).await, "waited for the step");
        queue(&world, "small", other("Small", first(10))).await;
        let until = Instant::now() + deadline;
        while stands(&world, "small").await != Some(SyncStatus::Succeeded) {
            assert!(Instant::now() < until, "the small one waits");
            tokio::task::yield_now().await;
        }
        assert!(!lists(&world).iter().any(|it| it.0 == LIST));
        faults.release();
        stop.send(()).expect("the worker is at work");
    };
    let (ran, ()) = tokio::join!(run, meanwhile);
    ran.expect("worked");
    drop(worker);
    world.run_to_the_end().await;
    assert_eq!(members(&world).len(), FEW);
}
