//! The first safety rule, over random sequences and over every Spotler that
//! there might be (C32): nobody whose opt-out was shown to us is made reachable
//! again by us, and nothing is switched on that the CRM holds no opt-in for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use host_demo::contract::{
    AutomaticAction, Consent, FieldValue, ManualAction, PermissionWish, RecordKind,
};
use host_demo::crm::Edit;
use host_demo::crm::bulk::BulkChange;
use host_demo::crm::campaigns::CampaignForm;
use host_demo::crm::sales::{self, BoundAction};
use host_demo::crm::selections::Selection;
use host_demo::host::Restore;
use koppel_plugin::connection::ProfileChoice;
use koppel_plugin::profile::Profile;
use koppel_tests::{Stage, World, anna, contact, spotler};
use proptest::prelude::*;
use proptest::test_runner::{Config as RunnerConfig, RngAlgorithm, TestRng, TestRunner};
use spotler_sim::switches::matrix;
use spotler_sim::{Cause, Event, Fault, SeedContact};

use crate::support::asked;

/// Two records; the second may be typed in with the address of the first.
const RECORDS: [&str; 2] = ["1", "2"];

/// Something that happens, on either side or on the wire.
#[derive(Clone, Debug)]
enum Step {
    Save(usize, u8),
    Say(usize, u32, bool),
    Mail(usize, bool),
    Gate(usize, bool),
    Deactivate(usize),
    Reactivate(usize),
    Delete(usize),
    TypeIn(usize),
    Move(usize, bool),
    Sync(usize),
    Tick,
    SpotlerOptOut,
    SpotlerPermission(u32, bool),
    SpotlerBounce,
    SpotlerComplaint,
    SpotlerActive,
    TakeUp(usize),
    Fault(u8, u8),
    Wait(u32),
    Restart,
    Export(bool),
    BulkChange(u8, Option<u32>),
    Restore(usize),
    ByHand(usize, u32, bool),
    Sale(usize, u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let record = || 0..RECORDS.len();
    let bit = || 1..4_u32;
    let step = prop_oneof![
        4 => (record(), any::<u8>()).prop_map(|(it, value)| Step::Save(it, value)),
        6 => (record(), bit(), prop::bool::weighted(0.8)).prop_map(|(it, bit, on)| Step::Say(it, bit, on)),
        2 => (record(), any::<bool>()).prop_map(|(it, on)| Step::Mail(it, on)),
        1 => (record(), any::<bool>()).prop_map(|(it, on)| Step::Gate(it, on)),
        1 => record().prop_map(Step::Deactivate),
        2 => record().prop_map(Step::Reactivate),
        1 => record().prop_map(Step::Delete),
        2 => record().prop_map(Step::TypeIn),
        1 => (record(), any::<bool>()).prop_map(|(it, there)| Step::Move(it, there)),
        1 => record().prop_map(Step::Sync),
        2 => Just(Step::Tick),
        3 => Just(Step::SpotlerOptOut),
        2 => (bit(), any::<bool>()).prop_map(|(bit, on)| Step::SpotlerPermission(bit, on)),
        1 => Just(Step::SpotlerBounce),
        1 => Just(Step::SpotlerComplaint),
        1 => Just(Step::SpotlerActive),
        2 => record().prop_map(Step::TakeUp),
        4 => (0..6_u8, 0..4_u8).prop_map(|(kind, skip)| Step::Fault(kind, skip)),
        3 => (1..7200_u32).prop_map(Step::Wait),
        1 => Just(Step::Restart),
        3 => any::<bool>().prop_map(Step::Export),
        2 => (any::<u8>(), prop::option::of(bit())).prop_map(|(value, bit)| Step::BulkChange(value, bit)),
        2 => record().prop_map(Step::Restore),
        2 => (record(), bit(), prop::bool::weighted(0.8)).prop_map(|(it, bit, on)| Step::ByHand(it, bit, on)),
        2 => (record(), bit()).prop_map(|(it, bit)| Step::Sale(it, bit)),
    ];
    prop::collection::vec(step, 4..24)
}

fn fault(kind: u8) -> Fault {
    match kind {
        0 => Fault::ResetAfterWork,
        1 => Fault::ResetBeforeWork,
        2 => Fault::TruncatedBody,
        3 => Fault::StatusAfterWork { status: 503 },
        4 => Fault::too_many_requests(),
        _ => Fault::status(500),
    }
}

/// A world of the matrix, and what the CRM ever said yes to.
struct Trial<'a> {
    world: &'a mut World,
    actions_are_opt_ins: bool,
    opted_in: BTreeSet<u32>,
    /// The number of the ledger entry before the last opt-in in the CRM, by
    /// permission.
    said_at: BTreeMap<u32, u64>,
    exports: u32,
    sales: u32,
}

/// The Spotler of a world of the matrix, in which somebody is there or nobody is.
fn simulator((number, was_there): (usize, bool)) -> spotler_sim::Config {
    let mut config = spotler();
    config.switches = matrix()[number].switches.clone();
    if was_there {
        config.contacts =
            vec![SeedContact::new("webshop-1", "anna@voorbeeld.nl").with_permissions(&[2])];
    }
    config
}

/// Whether an operation by hand or of a sales stage counts as an opt-in (C22).
fn actions_are_opt_ins(profile: &str) -> bool {
    let profile = Profile::of(&ProfileChoice::Named(profile.to_owned()));
    profile.expect("a profile").actions_are_opt_ins
}

impl<'a> Trial<'a> {
    fn of(world: &'a mut World, was_there: bool, profile: &str) -> Self {
        let opted_in = if was_there {
            [2].into()
        } else {
            BTreeSet::new()
        };
        Self {
            world,
            actions_are_opt_ins: actions_are_opt_ins(profile),
            opted_in,
            said_at: BTreeMap::new(),
            exports: 0,
            sales: 0,
        }
    }

    /// A permission is about to be switched on by hand or by a sales stage: that is an
    /// opt-in if the profile says so, and the person has said nothing about it yet and
    /// is not opted out.
    async fn opt_in_by_action(&mut self, record: usize, bit: u32) {
        let crm = self.world.host.crm();
        let Some(record) = crm.record(&contact(RECORDS[record])).await.expect("read") else {
            return;
        };
        let said = record
            .permissions
            .get(&bit)
            .map_or(Consent::Unset, |it| it.consent);
        if self.actions_are_opt_ins && record.mail.allowed && said == Consent::Unset {
            self.noted(bit);
        }
    }

    /// The CRM holds an opt-in from now on.
    fn noted(&mut self, bit: u32) {
        self.opted_in.insert(bit);
        let last = self.world.sim.ledger().last().map_or(0, |it| it.number);
        self.said_at.insert(bit, last);
    }

    /// Everybody gets a city, and perhaps a permission.
    async fn bulk_change(&mut self, value: u8, bit: Option<u32>) {
        for record in 0..RECORDS.len() {
            if let Some(bit) = bit {
                self.opt_in_by_action(record, bit).await;
            }
        }
        let crm = self.world.host.crm();
        let city = FieldValue::Text(format!("Stad {value}"));
        let change = BulkChange {
            fields: [("city".to_owned(), Some(city))].into(),
            on: bit.into_iter().collect(),
            ..BulkChange::default()
        };
        let whom = Selection::Records(RECORDS.map(contact).to_vec());
        let number = crm.choose_for_bulk(whom).await.expect("chosen").number;
        crm.set_bulk(number, change).await.expect("set");
        crm.save_bulk(number, |_| {}).await.expect("saved");
    }

    async fn by_hand(&mut self, record: usize, bit: u32, on: bool) {
        if on {
            self.opt_in_by_action(record, bit).await;
        }
        let action = ManualAction {
            operation: "set-permissions".to_owned(),
            records: vec![contact(RECORDS[record])],
            selection: None,
            permissions: vec![PermissionWish { bit, on }],
            fields: Vec::new(),
            parameters: Vec::new(),
        };
        self.world.host.run_action(action).await.expect("queued");
    }

    /// A sale reaches a stage whose automatic action switches a permission on.
    async fn sale(&mut self, record: usize, bit: u32) {
        self.opt_in_by_action(record, bit).await;
        self.sales += 1;
        let stage = || sales::Stage {
            scheme: "sales".to_owned(),
            name: format!("Permission {bit}"),
        };
        let action = AutomaticAction {
            id: bit.to_string(),
            action_type: "change-contact".to_owned(),
            target_system: "spotler".to_owned(),
            name: format!("Permission {bit}"),
            description: None,
            note: None,
            state: None,
            permissions: vec![bit],
            starts: Vec::new(),
            stops: Vec::new(),
        };
        let crm = self.world.host.crm();
        let bound = BoundAction {
            stage: stage(),
            action,
        };
        crm.bind_action(bound).await.expect("bound");
        let (sale, target) = (self.sales.to_string(), contact(RECORDS[record]));
        let moved = crm.move_sale(&sale, Some(target), stage()).await;
        moved.expect("moved");
    }

    async fn take(&mut self, step: &Step) {
        // No two things happen in the same millisecond, as the clock of a machine
        // would have it: `lastChanged` is what tells one from the other.
        self.world.advance_s(1);
        let crm = self.world.host.crm().clone();
        let one = |record: &usize| contact(RECORDS[*record]);
        // A step may be impossible just then: no such record, or a deleted one.
        match step {
            Step::Save(record, value) => {
                let city = format!("Plaats {value}");
                drop(
                    crm.edit(&one(record), Edit::new().text("city", &city))
                        .await,
                );
            }
            Step::Say(record, bit, on) => {
                let consent = if *on {
                    Consent::Given
                } else {
                    Consent::Withdrawn
                };
                if crm
                    .set_permission(&one(record), *bit, consent, "form")
                    .await
                    .is_ok()
                    && *on
                {
                    self.noted(*bit);
                }
            }
            Step::Mail(record, on) => drop(crm.set_mail(&one(record), *on).await),
            Step::Gate(record, on) => drop(crm.set_gate(&one(record), *on).await),
            Step::Deactivate(record) => drop(crm.deactivate(&one(record)).await),
            Step::Reactivate(record) => drop(crm.reactivate(&one(record)).await),
            Step::Delete(record) => drop(crm.delete(&one(record)).await),
            Step::Move(record, there) => {
                let email = if *there {
                    "anna@voorbeeld.nl"
                } else {
                    "bo@voorbeeld.nl"
                };
                drop(
                    crm.edit(&one(record), Edit::new().text("email", email))
                        .await,
                );
            }
            Step::TypeIn(record) => drop(crm.save(&one(record), anna()).await),
            Step::Sync(record) => {
                self.world
                    .queue_action("sync-contact", &[RECORDS[*record]])
                    .await;
            }
            Step::Tick => drop(self.world.host.tick().await.expect("queued")),
            Step::SpotlerOptOut => drop(self.world.sim.ui_opt_out("anna@voorbeeld.nl")),
            Step::SpotlerPermission(bit, on) => {
                if self
                    .world
                    .sim
                    .ui_set_permission("anna@voorbeeld.nl", (*bit, *on))
                    .is_ok()
                    && *on
                {
                    self.opted_in.insert(*bit);
                }
            }
            Step::SpotlerBounce => drop(self.world.sim.ui_hard_bounce("anna@voorbeeld.nl")),
            Step::SpotlerComplaint => drop(self.world.sim.ui_mark_spam("anna@voorbeeld.nl")),
            Step::SpotlerActive => {
                drop(
                    self.world
                        .sim
                        .ui_create_with_only_email("anna@voorbeeld.nl"),
                );
            }
            Step::TakeUp(record) => {
                self.world
                    .queue_action("reactivate", &[RECORDS[*record]])
                    .await;
            }
            Step::Fault(kind, skip) => self.world.sim.faults().add(spotler_sim::FaultRule {
                on: "*".into(),
                when: spotler_sim::When::After {
                    skip: u64::from(*skip),
                    times: 1,
                },
                fault: fault(*kind),
            }),
            Step::Wait(seconds) => self.world.advance_s(u64::from(*seconds)),
            Step::Restart => self.world.restart().await,
            Step::Export(named) => self.export(*named).await,
            Step::BulkChange(value, bit) => self.bulk_change(*value, *bit).await,
            Step::Restore(record) => {
                let what = Restore::Records(vec![one(record)], None);
                drop(self.world.host.restore(what).await.expect("queued"));
            }
            Step::ByHand(record, bit, on) => self.by_hand(*record, *bit, *on).await,
            Step::Sale(record, bit) => self.sale(*record, *bit).await,
        }
        self.world.run().await;
    }

    /// Exports everybody to a list of its own; for permission 1, or for any.
    async fn export(&mut self, named: bool) {
        self.exports += 1;
        let id = self.exports.to_string();
        let form = CampaignForm {
            title: id.clone(),
            channel: "external".into(),
            system: "spotler".into(),
            list_name: format!("List {id}"),
            selection: Selection::All(RecordKind::Contact),
            permission: named.then_some(1),
            auto_close: false,
        };
        let crm = self.world.host.crm();
        crm.new_campaign(&id, form).await.expect("a campaign");
        self.world.host.run_campaign(&id).await.expect("queued");
    }

    fn violations(&self) -> Vec<String> {
        let breaches = self.world.sim.breaches();
        let mut violations: Vec<String> = breaches.iter().map(|it| format!("{it:?}")).collect();
        violations.extend(self.overruled_withdrawals());
        for entry in self.world.sim.ledger() {
            let Event::PermissionEnabled { bit, .. } = &entry.event else {
                continue;
            };
            if matches!(entry.cause, Cause::Api { .. }) && !self.opted_in.contains(bit) {
                violations.push(format!("switched on without an opt-in: {entry:?}"));
            }
        }
        violations
    }
}

impl Trial<'_> {
    /// A permission that we had switched on, that the person switched off in
    /// Spotler, and that we switched on again without a newer opt-in (DA-82).
    fn overruled_withdrawals(&self) -> Vec<String> {
        let mut by_us = BTreeSet::new();
        let mut withdrawn = BTreeMap::new();
        let mut violations = Vec::new();
        for entry in self.world.sim.ledger() {
            let is_api = matches!(entry.cause, Cause::Api { .. });
            if let Event::PermissionEnabled { bit, .. } = &entry.event {
                let since = withdrawn.remove(bit);
                let said = self.said_at.get(bit).copied().unwrap_or(0);
                if is_api && since.is_some_and(|since| said < since) {
                    violations.push(format!("switched on against a withdrawal: {entry:?}"));
                }
                if is_api {
                    by_us.insert(*bit);
                } else {
                    by_us.remove(bit);
                }
            }
            if let Event::PermissionDisabled { bit, .. } = &entry.event
                && by_us.remove(bit)
                && !is_api
            {
                withdrawn.insert(*bit, entry.number);
            }
        }
        violations
    }
}

async fn violations_of(
    world: &mut World,
    was_there: bool,
    profile: &str,
    steps: &[Step],
) -> Vec<String> {
    let mut trial = Trial::of(world, was_there, profile);
    for step in steps {
        trial.take(step).await;
    }
    trial.world.run_to_the_end().await;
    trial.violations()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// The same sequences in every run, others for each profile; `KOPPEL_SEED` asks for
/// others.
fn chance(seed: u32, profile: &str) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    for (to, from) in bytes[4..].iter_mut().zip(profile.bytes()) {
        *to = from;
    }
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

/// The profiles that are tried, and how many in eight of the sequences each gets: in the
/// others than `default` actions are opt-ins, and in `yoobi` nobody comes back.
const PROFILES: [(&str, u32); 3] = [("default", 6), ("yoobi", 1), ("dynamics365", 1)];

/// The same with the one that `KOPPEL_PROFILE` names.
fn profiles() -> Vec<(String, u32)> {
    match std::env::var("KOPPEL_PROFILE") {
        Ok(named) => vec![(named, 8)],
        Err(_) => PROFILES.map(|it| (it.0.to_owned(), it.1)).into(),
    }
}

/// C12, C15, C16, C31, C32, PV-12, YO-25, YO-41
#[test]
fn no_random_sequence_makes_somebody_reachable_who_opted_out() {
    let runtime = runtime();
    let sequences: u32 = asked("KOPPEL_SEQUENCES", 120);
    let seed = asked("KOPPEL_SEED", 1);
    let worlds = matrix().len();
    let input = (0..worlds, any::<bool>(), steps());
    for (profile, share) in profiles() {
        let stage = RefCell::new(runtime.block_on(Stage::open()));
        let config = RunnerConfig {
            cases: (sequences * share).div_ceil(8),
            failure_persistence: None,
            max_shrink_iters: 200,
            ..RunnerConfig::default()
        };
        TestRunner::new_with_rng(config, chance(seed, &profile))
            .run(&input, |(number, was_there, steps)| {
                let (mut stage, which) = (stage.borrow_mut(), (number, was_there));
                let violations = runtime.block_on(async {
                    let name = format!("{number} {was_there}");
                    let world = stage.enter(&name, simulator(which), &profile).await;
                    violations_of(world, was_there, &profile, &steps).await
                });
                prop_assert!(
                    violations.is_empty(),
                    "{} {profile}: {violations:#?}",
                    matrix()[number].name
                );
                Ok(())
            })
            .expect("no violation");
    }
    println!("{sequences} sequences over {worlds} worlds from seed {seed}, 0 violations");
}

/// C32
#[test]
fn in_every_spotler_that_there_might_be_one_story_ends_without_a_violation() {
    let story = [
        Step::TypeIn(0),
        Step::Say(0, 1, true),
        Step::Wait(900),
        Step::Export(true),
        Step::SpotlerOptOut,
        Step::Save(0, 1),
        Step::Say(0, 2, true),
        Step::Tick,
        Step::Say(0, 3, true),
        Step::TakeUp(0),
        Step::Deactivate(0),
        Step::Reactivate(0),
        Step::Delete(0),
        Step::TypeIn(1),
        Step::Say(1, 1, true),
        Step::Export(false),
    ];
    let runtime = runtime();
    for (number, spotler) in matrix().iter().enumerate() {
        let was_there = number % 2 == 1;
        let violations = runtime.block_on(async {
            let mut world = World::start_with(simulator((number, was_there)), "default").await;
            violations_of(&mut world, was_there, "default", &story).await
        });
        assert!(
            violations.is_empty(),
            "{} {was_there}: {violations:#?}",
            spotler.name
        );
    }
}
