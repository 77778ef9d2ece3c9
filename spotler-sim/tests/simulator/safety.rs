//! The ledger tells when the API was used against what an answer had shown.

use crate::common::{call, contact, get, post_contact, sim, sim_with, status, upsert};
use serde_json::json;
use spotler_sim::switches::{ChannelSignal, Dedup, ReactivationSwitches, SignalSwitches, matrix};
use spotler_sim::{Reason, SimHandle, Status};

#[tokio::test]
async fn overruling_a_signal_that_was_shown_is_a_breach_until_spotler_re_activates() {
    let sim = sim_with(|it| {
        it.switches.signals = SignalSwitches {
            channels: ChannelSignal::Truthful,
            ..SignalSwitches::none()
        };
    })
    .await;
    sim.ui_opt_out("anna-1").expect("anna");
    let enable = |bit: u32| {
        let anna =
            json!({"contact": {"properties": {"permissions": [{"bit": bit, "enabled": true}]}}});
        call(&sim, "PUT", "/contact/anna-1", anna);
    };
    enable(2);
    assert_eq!(sim.breaches(), [], "nothing had been shown yet");
    get(&sim, "/contact/anna-1");
    enable(3);
    assert_eq!(sim.breaches().len(), 1);
    sim.ui_create_with_only_email("anna@voorbeeld.nl")
        .expect("an address");
    enable(4);
    assert_eq!(sim.breaches().len(), 1);
}

#[tokio::test]
async fn making_a_blanked_person_anew_is_a_breach_when_the_opt_out_had_been_shown() {
    let sim = sim().await;
    sim.ui_opt_out("anna-1").expect("anna");
    get(&sim, "/contact/anna-1");
    call(&sim, "PUT", "/contact/anonymize/anna-1", json!(null));
    assert_eq!(sim.breaches(), []);
    assert_eq!(
        post_contact(&sim, false, contact("anna-2", "anna@voorbeeld.nl")).0,
        204
    );
    assert_eq!(sim.breaches().len(), 1, "{:?}", sim.breaches());
}

#[tokio::test]
async fn whom_the_api_itself_deactivated_it_may_make_active_again() {
    let sim = sim_with(|it| it.switches.reactivation = ReactivationSwitches::any_write()).await;
    call(&sim, "PUT", "/contact/inactivate/anna-1", json!(null));
    assert_eq!(status(&sim), Status::Inactive(Reason::Manual));
    get(&sim, "/contact/anna-1");
    upsert(&sim);
    assert_eq!((status(&sim), sim.breaches()), (Status::Active, vec![]));
    sim.ui_opt_out("anna-1").expect("anna");
    call(&sim, "PUT", "/contact/inactivate/anna-1", json!(null));
    assert_eq!(
        status(&sim),
        Status::Inactive(Reason::OptOut),
        "an opt-out is not hidden by it"
    );
    get(&sim, "/contact/anna-1");
    upsert(&sim);
    assert!(!sim.breaches().is_empty());
}

#[tokio::test]
async fn giving_a_locked_address_to_somebody_else_is_a_breach() {
    let sim = sim_with(|it| it.switches.identity.dedup = Dedup::ExternalIdOnly).await;
    post_contact(&sim, false, contact("bo", "bo@voorbeeld.nl"));
    sim.ui_opt_out("anna-1").expect("anna");
    get(&sim, "/contact/anna-1");
    let change = json!({"contact": {"properties": {"email": "ANNA@voorbeeld.nl"}}});
    assert_eq!(call(&sim, "PUT", "/contact/bo", change).0, 204);
    assert_eq!(sim.breaches().len(), 1);
}

/// A client that reads and then overrules what it read, by every way of writing.
fn careless(sim: &SimHandle) {
    get(sim, "/contact/anna-1");
    get(sim, "/contact/search?MPSearchQuery=email=anna@voorbeeld.nl");
    let with = |bit: u32| json!({"externalId": "anna-1", "properties": {"email": "anna@voorbeeld.nl", "permissions": [{"bit": bit, "enabled": true}]}});
    call(sim, "PUT", "/contact/anna-1", json!({"contact": with(2)}));
    post_contact(sim, true, with(3));
    call(sim, "POST", "/subscription/subscribe", with(4));
}

#[tokio::test]
async fn a_careless_client_is_caught_in_every_world_that_let_it_know_and_let_it_through() {
    let mut caught = 0;
    for world in matrix() {
        let sim = sim_with(|it| it.switches = world.switches.clone()).await;
        sim.set_switches(|it| it.auth.required = false);
        sim.ui_opt_out("anna-1").expect("anna");
        careless(&sim);
        let anna = sim.contact_by_external_id("anna-1").expect("anna");
        let knew_from_reading = world.switches.signals.channels == ChannelSignal::Truthful;
        let got_through = anna.is_active() || anna.permissions().iter().any(|it| *it > 1);
        let is_caught = !sim.breaches().is_empty();
        if knew_from_reading {
            assert_eq!(is_caught, got_through, "{}", world.name);
        }
        if sim.signals_shown().iter().all(|(_, it)| !it.is_plain()) {
            assert!(!is_caught, "{} showed nothing", world.name);
        }
        caught += usize::from(is_caught);
    }
    assert!(caught > 0);
}
