use super::*;
use crate::spotler::trouble::Kind;
use crate::testing::Scene;

/// A link with everything in it that an end may clear.
fn doubtful(scene: &Scene) -> Link {
    Link {
        failed: true,
        unsure: true,
        intent: Some(Intent {
            bits: vec![1],
            changed_before: None,
        }),
        deferred: Some(DeferredAttempt {
            event: "earlier".into(),
            attempt: 1,
        }),
        ..scene.link.clone().expect("linked")
    }
}

/// Whether nothing is in doubt about a link any more.
fn is_certain(link: &Link) -> bool {
    !link.unsure && link.intent.is_none() && link.deferred.is_none()
}

fn trouble(kind: Kind) -> Trouble {
    Trouble {
        kind,
        status: Some(503),
        error_type: None,
        retry_after: None,
    }
}

/// DA-75
#[test]
fn a_success_ends_every_doubt_and_what_a_user_asked_for() {
    let scene = Scene::in_step();
    let settled = Settled::synced(codes::IN_STEP, "DA-75", doubtful(&scene));
    assert_eq!(settled.link, scene.link);
    assert!(settled.ends_wish);
}

/// C26
#[test]
fn a_rejection_is_remembered_as_a_failure_and_ends_what_a_user_asked_for() {
    let scene = Scene::in_step();
    let reason = Reason::new(codes::BAD_ADDRESS);
    let settled = Settled::rejected(&scene.case(), reason, Actor::CrmUser, "YO-52");
    assert!(settled.link.expect("kept").failed);
    assert!(settled.ends_wish);
}

/// DA-18, DA-75: where the last word was a failure, nothing to do is the success that
/// ends it.
#[test]
fn nothing_to_do_is_a_success_only_after_a_failure() {
    let scene = Scene::in_step();
    let settled = Settled::nothing_changed(&scene.case());
    assert_eq!(settled.answer.outcome.code(), codes::NOTHING_CHANGED);
    assert!(settled.link.is_none() && settled.ends_wish);

    let failed = Scene::with(|it| it.link().failed = true);
    let settled = Settled::nothing_changed(&failed.case());
    assert!(matches!(settled.answer.outcome, Outcome::Synced(_)));
    assert!(!settled.link.expect("kept").failed);
}

/// C15, C31: of somebody inactive nothing is in doubt; only of one who opted out is the
/// address remembered.
#[test]
fn who_is_inactive_is_locked_without_a_doubt_under_the_address_that_is_known() {
    for kind in [LockKind::OptOut, LockKind::Bounce, LockKind::Unknown] {
        let scene = Scene::in_step();
        let link = doubtful(&scene);
        let own = link.address.clone();
        let settled = Settled::locked(&scene.case(), link, kind, Some("seen".into()), 5);
        let locked = settled.link.expect("kept");
        assert!(is_certain(&locked), "{kind:?}");
        assert_eq!(locked.lock, Some(Lock { kind, at: 5 }));
        assert_eq!(locked.address, own);
        assert_eq!(locked.failed, kind != LockKind::OptOut, "{kind:?}");
        assert!(settled.ends_wish);
        let remembered = settled.tombstone.map(|(address, _)| address);
        assert_eq!(remembered, own.filter(|_| kind == LockKind::OptOut));
    }
    let scene = Scene::with(|it| it.link().address = None);
    let link = scene.link.clone().expect("linked");
    let settled = Settled::locked(
        &scene.case(),
        link,
        LockKind::OptOut,
        Some("seen".into()),
        5,
    );
    assert_eq!(settled.tombstone, Some(("seen".into(), LockKind::OptOut)));
    assert_eq!(settled.link.expect("kept").address.as_deref(), Some("seen"));
}

/// C16: what is tried again is no failure, and what may have been carried out stays in
/// doubt.
#[test]
fn what_is_tried_again_stays_in_doubt_and_is_no_failure() {
    let later = |change: fn(&mut Scene)| {
        let scene = Scene::with(change);
        let settled = Settled::trouble(&scene.case(), &trouble(Kind::ServerFault), None);
        assert!(!settled.ends_wish);
        let link = settled.link.expect("kept");
        let attempt = DeferredAttempt {
            event: scene.event.id.clone(),
            attempt: scene.event.attempt,
        };
        assert_eq!(link.deferred, Some(attempt));
        (link.failed, link.unsure)
    };
    assert_eq!(later(|_| ()), (false, false));
    assert_eq!(later(|it| it.link().failed = true), (true, false));
    assert_eq!(later(|it| it.link().unsure = true), (false, true));
    assert_eq!(later(|it| it.event.attempt = 2), (false, true));
}

/// C16, YO-17
#[test]
fn a_refusal_is_a_failure_and_is_not_tried_again() {
    let scene = Scene::with(|it| {
        it.link().deferred = Some(DeferredAttempt {
            event: "saved".into(),
            attempt: 1,
        });
    });
    let settled = Settled::trouble(&scene.case(), &trouble(Kind::ValueRefused), None);
    assert!(settled.ends_wish);
    let link = settled.link.expect("kept");
    assert!(link.failed && link.deferred.is_none() && !link.unsure);
}
